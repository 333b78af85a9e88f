"""The ledger of movements: everybody once, whatever happens in between."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.customers.segment_moves import (
    LEFT,
    NEW,
    direction_of,
    joined,
    ledger_of,
    most_at_stake,
    most_won,
)


def people(rows: list[tuple[int, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "segment", "revenue"])
    return frame.assign(customer="Somebody")


def test_everybody_appears_once_and_the_sums_agree() -> None:
    before = people([(1, "champions", 90.0), (2, "champions", 50.0), (3, "loyal", 10.0)])
    after = people([(1, "at risk", 20.0), (3, "champions", 80.0), (4, "bought once", 5.0)])
    redefined = np.array(["at risk", "loyal", "bought once"], dtype=object)

    ledger = ledger_of(joined(before, after, redefined))

    told = {(move.before, move.after): move.customers for move in ledger.moves}
    assert told == {
        ("champions", "at risk"): 1,
        ("champions", LEFT): 1,
        ("loyal", "champions"): 1,
        (NEW, "bought once"): 1,
    }
    assert ledger.adds_up
    assert (ledger.n_before, ledger.n_after, ledger.n_new, ledger.n_left) == (3, 3, 1, 1)
    assert (ledger.n_up, ledger.n_down, ledger.n_stayed) == (1, 1, 0)
    assert ledger.n_redefined == 1
    stake, won = most_at_stake(ledger.moves), most_won(ledger.moves)
    assert stake is not None and (stake.after, stake.revenue_before) == ("at risk", 90.0)
    assert won is not None and (won.before, won.revenue_after) == ("loyal", 80.0)


def test_directions_follow_the_order_of_the_segments() -> None:
    assert direction_of("loyal", "champions") == "up"
    assert direction_of("loyal", "hibernating") == "down"
    assert direction_of("never bought", "bought once") == "up"
    assert direction_of("loyal", "loyal") == "stayed"
    assert direction_of(NEW, "never bought") == "new"
    assert direction_of("champions", LEFT) == "left"

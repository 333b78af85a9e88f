"""Choosing under a budget, holding out by chance, rates of selection, and consent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.customers.action_plan import choose, fairness_of, held_out, with_hold_out
from analytics.customers.consent import read_consent
from analytics.errors import InputError

IDS = np.arange(100, 110)
PROFIT = np.array([5.0, -1.0, 9.0, 9.0, 0.0, 3.0, 8.0, 1.0, 2.0, 7.0])
COST = np.full(10, 2.0)


def test_the_budget_is_never_exceeded_and_losses_are_never_chosen() -> None:
    rows = choose(IDS, PROFIT, COST, budget=9.0, most=None)

    assert IDS[rows].tolist() == [102, 103, 106, 109]
    everybody = choose(IDS, PROFIT, COST, budget=None, most=None)
    assert len(everybody) == 8 and PROFIT[everybody].min() > 0
    assert len(choose(IDS, PROFIT, COST, budget=None, most=3)) == 3
    assert len(choose(IDS, PROFIT, COST, budget=1.0, most=None)) == 0


def test_what_pays_most_for_its_cost_comes_first() -> None:
    cost = np.where(IDS == 102, 20.0, 2.0)
    rows = choose(IDS, PROFIT, cost, budget=8.0, most=None)

    assert IDS[rows].tolist() == [103, 106, 109, 100]


def test_the_hold_out_depends_on_the_seed_and_not_on_the_order() -> None:
    ids = np.arange(1_000)
    first = held_out(ids, 0.1, seed=7)
    turned = held_out(ids[::-1].copy(), 0.1, seed=7)

    assert first.sum() == 100
    assert set(ids[first]) == set(ids[::-1][turned])
    assert set(ids[first]) != set(ids[held_out(ids, 0.1, seed=8)])


@pytest.mark.parametrize("seed", range(40))
def test_whatever_contacts_cost_those_written_to_keep_within_the_limits(seed: int) -> None:
    random = np.random.default_rng(seed)
    n = int(random.integers(5, 300))
    ids, cost = np.arange(n), random.choice([0.05, 0.8, 1.2, 3.0], n)
    budget, most = float(random.integers(3, 150)), int(random.integers(1, 200))
    rows = choose(ids, random.normal(1, 2, n), cost * 0.9, budget=budget, most=round(most / 0.9))
    kept = with_hold_out(rows, (ids, cost), 0.1, seed=7, limits=(budget, most))

    sent = kept.rows[~kept.held_out]
    assert cost[sent].sum() <= budget + 1e-9
    assert len(sent) <= most
    assert kept.held_out.sum() == round(len(kept.rows) * 0.1)
    assert kept.rows.tolist() == rows[: len(kept.rows)].tolist()
    if len(kept.rows) < len(rows):  # no more was dropped than two contacts of the dearest kind
        assert cost[sent].sum() > budget - 7 or len(sent) == most


def people(n_of: dict[str, int]) -> pd.DataFrame:
    return pd.DataFrame({"gender": [name for name, n in n_of.items() for _ in range(n)]})


def chosen(n_of: dict[str, tuple[int, int]]) -> np.ndarray:
    return np.array([i < k for n, k in n_of.values() for i in range(n)])


@pytest.mark.parametrize(
    ("rates", "ratio", "failed"),
    [
        ({"female": (500, 100), "male": (500, 90)}, 0.9, ()),
        ({"female": (500, 100), "male": (500, 60)}, 0.6, ("gender",)),
        ({"female": (50, 10), "male": (50, 7)}, 0.7, ()),  # may be chance
        ({"female": (500, 100), "male": (500, 100), "other": (12, 0)}, 1.0, ()),  # too few to tell
        ({"female": (500, 0), "male": (500, 0)}, None, ()),
    ],
)
def test_four_fifths(
    rates: dict[str, tuple[int, int]], ratio: float | None, failed: tuple[str, ...]
) -> None:
    found = fairness_of(people({k: n for k, (n, _) in rates.items()}), chosen(rates), ("gender",))

    assert found.ratios.get("gender") == (None if ratio is None else pytest.approx(ratio))
    assert found.failed == failed


def test_consent_is_by_channel_and_a_refusal_comes_first(tmp_path: Path) -> None:
    file = tmp_path / "consent.csv"
    file.write_text("customer_id,consent,channel\n1,yes,\n2,yes,email\n3,yes,\n3,no,email\n")
    found = read_consent(file)

    assert found is not None
    assert found.allows(1, "email") and found.allows(2, "email")
    assert not found.allows(2, "social") and not found.allows(3, "email")
    assert found.allows(3, "direct mail") and not found.allows(4, "email")
    assert read_consent(tmp_path / "none.csv") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("customer_id\n1\n", "lacks the column consent"),
        ("customer_id,consent\n1,perhaps\n", "line 2"),
        ("customer_id,consent\nAda,yes\n", "line 2"),
    ],
)
def test_a_consent_that_cannot_be_read_stops_everything(
    tmp_path: Path, text: str, words: str
) -> None:
    file = tmp_path / "consent.csv"
    file.write_text(text)

    with pytest.raises(InputError, match=words):
        read_consent(file)

"""Duration and missed targets from what is known when an incident is opened."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.errors import ModelError
from analytics.operations.incident_outcomes import (
    Opened,
    foretell_breach,
    foretell_hours,
    known_at_opening,
)


def _log(n: int = 1_200) -> tuple[Opened, np.ndarray, np.ndarray]:
    """Incidents of two groups of different speed; priority says nothing."""
    random = np.random.default_rng(3)
    opened_at = pd.Series(pd.Timestamp("2026-01-05") + pd.to_timedelta(np.arange(n), unit="h"))
    slow = random.random(n) < 0.5
    hours = np.where(slow, 40.0, 4.0) * random.lognormal(0.0, 1.0, n)
    over_at = opened_at + pd.to_timedelta(hours, unit="h")
    table = pd.DataFrame(
        {
            "assignment_group": np.where(slow, "Group 1", "Group 2"),
            "priority": random.choice(["3", "4"], n),
        }
    )
    return Opened(table=table, opened_at=opened_at, over_at=over_at), hours, hours > 24.0


@pytest.mark.parametrize(
    "name", ["closed_at", "closed_code", "resolved_by", "sys_updated_at", "sys_updated_by"]
)
def test_a_column_filled_in_later_is_refused_by_name(name: str) -> None:
    opened, _, missed = _log()

    kept, refused = known_at_opening(opened.table.assign(**{name: "x"}), opened.opened_at, missed)

    assert list(kept.columns) == ["assignment_group", "priority"]
    assert [each.column for each in refused] == [name]
    assert "after opening" in refused[0].reason


def test_a_moment_after_opening_is_refused_whatever_its_name() -> None:
    opened, _, missed = _log()

    _, refused = known_at_opening(
        opened.table.assign(stamp=opened.over_at), opened.opened_at, missed
    )

    assert [each.column for each in refused] == ["stamp"]


def test_later_incidents_are_foretold_better_than_by_priority() -> None:
    opened, hours, missed = _log()
    cut = pd.Timestamp("2026-02-05")

    breach = foretell_breach(opened, missed, cut, seed=0)
    lasted = foretell_hours(opened, hours, cut, seed=0)

    assert breach.model["roc_auc"].ci95[0] > breach.naive["roc_auc"].ci95[1]
    assert lasted.model["median_error_hours"].mean < lasted.naive["median_error_hours"].mean
    # Those still open at the cut are learnt from no more than those opened after it.
    assert breach.n_train < int((opened.opened_at < cut).sum())
    assert breach.n_test == int((opened.opened_at >= cut).sum())


def test_too_few_incidents_on_a_side_of_the_cut_are_refused() -> None:
    opened, _, missed = _log(300)

    with pytest.raises(ModelError, match="200 of each"):
        foretell_breach(opened, missed, pd.Timestamp("2026-01-06"), seed=0)

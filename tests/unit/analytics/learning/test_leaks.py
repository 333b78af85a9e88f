from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.learning.leaks import KnownAt, refused_columns, single_auc

N = 600
RNG = np.random.default_rng(5)
Y = RNG.random(N) < 0.3
GROUPS = np.arange(N)


def reasons(table: pd.DataFrame, **options: object) -> dict[str, str]:
    found = refused_columns(table, Y, GROUPS, **options)  # type: ignore[arg-type]
    return {item.column: item.reason for item in found}


@pytest.mark.parametrize(
    "name",
    [
        "churned_at", "Churn Score", "ChurnReason", "closed_at", "resolved_on", "cancelled_date",
        "exit_reason", "Customer Status", "status", "outcome", "next_order_at", "cancellation",
    ],
)  # fmt: skip
def test_names_that_speak_of_the_outcome_are_refused(name: str) -> None:
    assert "cannot be known beforehand" in reasons(pd.DataFrame({name: RNG.random(N)}))[name]


@pytest.mark.parametrize(
    "name",
    ["tenure", "Contract", "open_tickets", "late_tickets_90d", "returned_share", "plan",
     "MonthlyCharges", "cancelled_share", "closeness"],
)  # fmt: skip
def test_ordinary_names_pass(name: str) -> None:
    assert reasons(pd.DataFrame({name: RNG.random(N)})) == {}


def test_a_number_that_separates_the_outcome_is_refused_in_either_direction() -> None:
    noise = RNG.normal(size=N) * 0.2
    table = pd.DataFrame({"up": Y + noise, "down": -(Y + noise), "honest": Y + noise * 10})
    found = reasons(table)
    assert set(found) == {"up", "down"}
    assert "ROC-AUC" in found["up"]


def test_a_word_and_a_missing_value_can_give_the_outcome_away() -> None:
    words = np.where(Y, "gone", "here").astype(object)
    blank = np.where(Y, np.nan, RNG.random(N))
    assert set(reasons(pd.DataFrame({"word": words, "blank": blank}))) == {"word", "blank"}


def test_a_word_of_every_row_says_nothing() -> None:
    assert single_auc(pd.Series([f"id {i}" for i in range(N)]), Y, GROUPS) < 0.6


def test_a_value_reset_on_leaving_is_refused_only_where_it_is_not_dated() -> None:
    others = RNG.choice(["none", "basic", "plus"], N)
    plan = np.where(Y, "none", others).astype(object)
    table = pd.DataFrame({"plan": plan})
    assert "reset on leaving" in reasons(table, undated={"plan"})["plan"]
    assert reasons(table) == {}


def test_a_moment_on_or_after_the_cut_off_is_refused() -> None:
    cut_offs = pd.Series(pd.to_datetime(["2026-01-01"] * N))
    before = cut_offs - pd.Timedelta(days=1)
    late = before.copy()
    late.iloc[3] = cut_offs.iloc[3]
    table = pd.DataFrame({"seen_at": before, "visited_at": late})
    found = reasons(table, known_at=KnownAt(cut_offs=cut_offs))
    assert set(found) == {"visited_at"}
    assert found["visited_at"].startswith("1 of its moments")

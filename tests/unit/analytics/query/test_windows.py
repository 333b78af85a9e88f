"""Days and periods: half-open, cut where they are cut, lined up with what went before."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.errors import QueryError
from analytics.model import Grain, Period
from analytics.query.windows import (
    Window,
    add_grains,
    add_months,
    last_whole_months,
    n_periods,
    period_start,
    step_back,
    window_of,
)

GRAINS = st.sampled_from(["day", "week", "month", "quarter", "year"])
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2040, 12, 31))


def span(*days: int) -> Window:
    return Window(start=date(*days[:3]), end=date(*days[3:]))


def test_a_period_is_cut_at_the_as_of_date() -> None:
    june = Period(start=date(2026, 6, 1), end=date(2026, 7, 1))
    assert window_of(june, date(2026, 6, 30)) == span(2026, 6, 1, 2026, 6, 30)
    assert window_of(june, date(2026, 5, 1)) == span(2026, 5, 1, 2026, 5, 1)
    assert window_of(None, date(2026, 6, 30)) == Window(start=None, end=date(2026, 6, 30))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -13, date(2024, 12, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
    ],
)
def test_months_end_on_their_last_day(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_the_last_whole_months_leave_out_the_current_one() -> None:
    assert last_whole_months(12, date(2026, 6, 30)) == span(2025, 6, 1, 2026, 6, 1)
    assert last_whole_months(3, date(2026, 1, 1)) == span(2025, 10, 1, 2026, 1, 1)


def test_weeks_start_on_monday_across_the_year() -> None:
    assert period_start(date(2026, 1, 1), "week") == date(2025, 12, 29)
    assert n_periods(span(2026, 1, 1, 2026, 4, 1), "week") == 14


@given(day=DAYS, grain=GRAINS)
def test_a_period_holds_its_day_and_ends_where_the_next_begins(day: date, grain: Grain) -> None:
    first = period_start(day, grain)
    following = add_grains(first, grain, 1)
    assert first <= day < following
    assert period_start(following, grain) == following


@given(start=DAYS, length=st.integers(0, 900), grain=GRAINS)
def test_periods_are_counted_as_they_are_walked(start: date, length: int, grain: Grain) -> None:
    end = add_grains(start, "day", length)
    walked, first = 0, period_start(start, grain)
    while length and first < end:
        walked, first = walked + 1, add_grains(first, grain, 1)
    assert n_periods(Window(start=start, end=end), grain) == walked


def test_too_many_periods_are_refused() -> None:
    with pytest.raises(QueryError, match="more than 5,000") as caught:
        n_periods(span(2000, 1, 1, 2026, 1, 1), "day")
    assert "month" in caught.value.hint


def test_the_row_before_is_a_whole_period() -> None:
    assert step_back(span(2026, 1, 15, 2026, 6, 30), "month", "month") == (
        span(2025, 12, 1, 2026, 6, 1)
    )


def test_the_same_period_a_year_earlier_stops_on_the_same_day() -> None:
    assert step_back(span(2026, 1, 1, 2026, 6, 30), "month", "year") == (
        span(2025, 1, 1, 2025, 6, 30)
    )
    assert step_back(span(2026, 6, 22, 2026, 6, 29), "week", "year") == (
        span(2025, 6, 23, 2025, 6, 30)
    )


def test_a_step_shorter_than_the_rows_is_refused() -> None:
    with pytest.raises(QueryError, match="cannot be compared with the week before"):
        step_back(span(2026, 1, 1, 2026, 6, 1), "month", "week")

"""The grammar of time expressions: what each one means on Tuesday 30 June 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.language.calendar import (
    UNITS,
    add,
    count_units,
    last_whole,
    previous,
    shifted,
    to_date,
    unit_start,
    whole,
    whole_unit_of,
)
from analytics.language.periods import times_in
from analytics.model import Period

AS_OF = date(2026, 6, 30)

PERIODS = """
last month | 2026-05-01 | 2026-06-01
sales in the last month | 2026-05-01 | 2026-06-01
previous month | 2026-05-01 | 2026-06-01
prior quarter | 2026-01-01 | 2026-04-01
last quarter | 2026-01-01 | 2026-04-01
last qtr | 2026-01-01 | 2026-04-01
past quarter | 2026-01-01 | 2026-04-01
last year | 2025-01-01 | 2026-01-01
the last calendar year | 2025-01-01 | 2026-01-01
the last full month | 2026-05-01 | 2026-06-01
last week | 2026-06-22 | 2026-06-29
last wk | 2026-06-22 | 2026-06-29
the previous week | 2026-06-22 | 2026-06-29
last half year | 2025-07-01 | 2026-01-01
this week | 2026-06-29 | 2026-06-30
this month | 2026-06-01 | 2026-06-30
current month | 2026-06-01 | 2026-06-30
this quarter | 2026-04-01 | 2026-06-30
the current quarter | 2026-04-01 | 2026-06-30
this year | 2026-01-01 | 2026-06-30
this year so far | 2026-01-01 | 2026-06-30
the year to date | 2026-01-01 | 2026-06-30
YTD | 2026-01-01 | 2026-06-30
mtd | 2026-06-01 | 2026-06-30
QTD | 2026-04-01 | 2026-06-30
wtd | 2026-06-29 | 2026-06-30
month to date | 2026-06-01 | 2026-06-30
the month before last | 2026-04-01 | 2026-05-01
the year before last | 2024-01-01 | 2025-01-01
last 30 days | 2026-05-31 | 2026-06-30
last 30d | 2026-05-31 | 2026-06-30
30d | 2026-05-31 | 2026-06-30
past 7 days | 2026-06-23 | 2026-06-30
the last seven days | 2026-06-23 | 2026-06-30
last 14 days | 2026-06-16 | 2026-06-30
the last day | 2026-06-29 | 2026-06-30
last 24 hours | 2026-06-29 | 2026-06-30
past 48 hours | 2026-06-28 | 2026-06-30
yesterday | 2026-06-29 | 2026-06-30
the day before yesterday | 2026-06-28 | 2026-06-29
last Monday | 2026-06-29 | 2026-06-30
last Tuesday | 2026-06-23 | 2026-06-24
last Sunday | 2026-06-28 | 2026-06-29
last 2 weeks | 2026-06-15 | 2026-06-29
the past four weeks | 2026-06-01 | 2026-06-29
last 3 months | 2026-03-01 | 2026-06-01
the last six months | 2025-12-01 | 2026-06-01
past twelve months | 2025-06-01 | 2026-06-01
trailing 12 months | 2025-06-01 | 2026-06-01
the last couple of months | 2026-04-01 | 2026-06-01
last four quarters | 2025-04-01 | 2026-04-01
previous 2 quarters | 2025-10-01 | 2026-04-01
last 2 years | 2024-01-01 | 2026-01-01
May | 2026-05-01 | 2026-06-01
in May 2025 | 2025-05-01 | 2025-06-01
June | 2026-06-01 | 2026-06-30
July | 2025-07-01 | 2025-08-01
dec | 2025-12-01 | 2026-01-01
Sept 2025 | 2025-09-01 | 2025-10-01
March, 2026 | 2026-03-01 | 2026-04-01
the month of February 2024 | 2024-02-01 | 2024-03-01
March last year | 2025-03-01 | 2025-04-01
April this year | 2026-04-01 | 2026-05-01
May '25 | 2025-05-01 | 2025-06-01
2025-03 | 2025-03-01 | 2025-04-01
Q3 2025 | 2025-07-01 | 2025-10-01
Q1 26 | 2026-01-01 | 2026-04-01
Q1'26 | 2026-01-01 | 2026-04-01
q4 | 2025-10-01 | 2026-01-01
Q2 | 2026-04-01 | 2026-06-30
Q2 2026 | 2026-04-01 | 2026-06-30
2025 Q1 | 2025-01-01 | 2025-04-01
1Q25 | 2025-01-01 | 2025-04-01
quarter 2 of 2025 | 2025-04-01 | 2025-07-01
first quarter of 2026 | 2026-01-01 | 2026-04-01
the third quarter of 2025 | 2025-07-01 | 2025-10-01
the 2nd quarter of 2025 | 2025-04-01 | 2025-07-01
last quarter of 2025 | 2025-10-01 | 2026-01-01
the fourth quarter of last year | 2025-10-01 | 2026-01-01
Q1 last year | 2025-01-01 | 2025-04-01
H1 2025 | 2025-01-01 | 2025-07-01
h2 25 | 2025-07-01 | 2026-01-01
H1 | 2026-01-01 | 2026-06-30
first half of 2025 | 2025-01-01 | 2025-07-01
the second half of 2025 | 2025-07-01 | 2026-01-01
second half of last year | 2025-07-01 | 2026-01-01
first half of this year | 2026-01-01 | 2026-06-30
in 2025 | 2025-01-01 | 2026-01-01
in 2026 | 2026-01-01 | 2026-06-30
2026 so far | 2026-01-01 | 2026-06-30
calendar year 2024 | 2024-01-01 | 2025-01-01
the year 2024 | 2024-01-01 | 2025-01-01
back in 2019 | 2019-01-01 | 2020-01-01
15 November 2025 | 2025-11-15 | 2025-11-16
15th of November | 2025-11-15 | 2025-11-16
on 3 March | 2026-03-03 | 2026-03-04
November 15, 2025 | 2025-11-15 | 2025-11-16
on the 1st of May 2026 | 2026-05-01 | 2026-05-02
29 February 2024 | 2024-02-29 | 2024-03-01
2025-11-15 | 2025-11-15 | 2025-11-16
between 15 November and 31 December 2025 | 2025-11-15 | 2026-01-01
from 2025-11-15 to 2025-12-31 | 2025-11-15 | 2026-01-01
between 20 December and 10 January 2026 | 2025-12-20 | 2026-01-11
1 to 15 March 2026 | 2026-03-01 | 2026-03-16
1-15 March 2026 | 2026-03-01 | 2026-03-16
May 10-20 | 2026-05-10 | 2026-05-21
January to May 2026 | 2026-01-01 | 2026-06-01
from January to March | 2026-01-01 | 2026-04-01
Nov-Jan | 2025-11-01 | 2026-02-01
October 2025 through February 2026 | 2025-10-01 | 2026-03-01
from Q1 to Q3 2025 | 2025-01-01 | 2025-10-01
from 2024 to 2025 | 2024-01-01 | 2026-01-01
since January | 2026-01-01 | 2026-06-30
since 1 May 2026 | 2026-05-01 | 2026-06-30
since last month | 2026-05-01 | 2026-06-30
since the beginning of 2025 | 2025-01-01 | 2026-06-30
from March onwards | 2026-03-01 | 2026-06-30
after March 2025 | 2025-04-01 | 2026-06-30
after 15 June | 2026-06-16 | 2026-06-30
before 2025 | 0001-01-01 | 2025-01-01
prior to 15 March 2026 | 0001-01-01 | 2026-03-15
until the end of March 2026 | 0001-01-01 | 2026-04-01
up to 15 March 2026 | 0001-01-01 | 2026-03-16
at year-end 2025 | 2025-01-01 | 2026-01-01
at the end of March | 2026-03-01 | 2026-04-01
by the end of last month | 2026-05-01 | 2026-06-01
as of 31 March 2026 | 2026-03-31 | 2026-04-01
at the end of last year | 2025-01-01 | 2026-01-01
week 23 of 2026 | 2026-06-01 | 2026-06-08
CW 1 2026 | 2025-12-29 | 2026-01-05
week of 15 June 2026 | 2026-06-15 | 2026-06-22
the first week of June 2026 | 2026-06-01 | 2026-06-08
the first three months of 2025 | 2025-01-01 | 2025-04-01
last 10 days of May | 2026-05-22 | 2026-06-01
the last month of 2025 | 2025-12-01 | 2026-01-01
May and June 2025 | 2025-05-01 | 2025-07-01
January, February and March 2026 | 2026-01-01 | 2026-04-01
2024 and 2025 | 2024-01-01 | 2026-01-01
Q1 and Q2 2025 | 2025-01-01 | 2025-07-01
"""
ROWS = [tuple(part.strip() for part in line.split("|")) for line in PERIODS.strip().splitlines()]


@pytest.mark.parametrize(("text", "start", "end"), ROWS, ids=[row[0] for row in ROWS])
def test_a_period_runs_from_its_first_day_to_the_day_after_its_last(
    text: str, start: str, end: str
) -> None:
    found = [match.period for match in times_in(text, AS_OF) if match.kind == "period"]

    assert [(p.start.isoformat(), p.end.isoformat()) for p in found if p] == [(start, end)]


def test_the_table_is_as_long_as_promised() -> None:
    assert len(ROWS) >= 120


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("by month", "month"), ("per week", "week"), ("each quarter", "quarter"),
        ("for every day of May", "day"), ("daily", "day"), ("weekly", "week"),
        ("monthly trend", "month"), ("quarterly", "quarter"), ("annually", "year"),
        ("month by month", "month"), ("day after day", "day"), ("tickets/week", "week"),
        ("on a monthly basis", "month"), ("which month", "month"), ("broken down by week", "week"),
        ("at the end of each quarter", "quarter"), ("yearly", "year"), ("per qtr", "quarter"),
    ],
)  # fmt: skip
def test_a_grain_is_found(text: str, unit: str) -> None:
    assert [m.unit for m in times_in(text, AS_OF) if m.kind == "grain"] == [unit]


@pytest.mark.parametrize(
    ("text", "unit", "count"),
    [
        ("same period last year", "year", 1), ("the same quarter of the previous year", "year", 1),
        ("a year earlier", "year", 1), ("the month before", "month", 1), ("yoy", "year", 1),
        ("month on month", "month", 1), ("two weeks earlier", "week", 2), ("qoq", "quarter", 1),
        ("three months ago", "month", 3), ("the previous period", None, 1), ("y/y", "year", 1),
        ("year over year", "year", 1), ("the corresponding month a year ago", "year", 1),
    ],
)  # fmt: skip
def test_a_step_back_is_found(text: str, unit: str | None, count: int) -> None:
    found = [(m.unit, m.count) for m in times_in(text, AS_OF) if m.kind == "shift"]

    assert found == [(unit, count)]


@pytest.mark.parametrize(
    ("text", "unit", "count"),
    [
        ("next 3 months", "month", 3), ("the coming four weeks", "week", 4),
        ("over the next year", "month", 12), ("next quarter", "month", 3),
        ("next week", "week", 1), ("tomorrow", "day", 1), ("in the next 60 days", "day", 60),
    ],
)  # fmt: skip
def test_a_horizon_is_found(text: str, unit: str, count: int) -> None:
    found = [(m.unit, m.count) for m in times_in(text, AS_OF) if m.kind == "horizon"]

    assert found == [(unit, count)]


@pytest.mark.parametrize("text", ["all time", "ever", "so far", "since the beginning", "to date"])
def test_everything_has_no_period(text: str) -> None:
    assert [m.kind for m in times_in(text, AS_OF)] == ["everything"]


@pytest.mark.parametrize("text", ["right now", "currently", "at the moment", "now", "lately"])
def test_now_has_no_period(text: str) -> None:
    assert [m.kind for m in times_in(text, AS_OF)] == ["now"]


@pytest.mark.parametrize(
    "text",
    ["customer 2024", "more than 2000", "may I have a number", "this weekend", "week 60",
     "2025 %", "spring", "fiscal", "recent past", ""],
)  # fmt: skip
def test_what_is_no_period_is_none(text: str) -> None:
    assert [m for m in times_in(text, AS_OF) if m.kind == "period" and m.period] == []


def test_months_in_a_list_are_kept_apart() -> None:
    (found,) = times_in("at the end of January, February and March 2026", AS_OF)

    assert [p.start.month for p in found.parts] == [1, 2, 3]
    assert (found.unit, found.snapshot) == ("month", True)


def test_months_that_do_not_follow_on_make_no_period() -> None:
    (found,) = times_in("January and May 2026", AS_OF)

    assert found.period is None
    assert len(found.parts) == 2


def test_a_month_takes_the_year_of_the_one_it_is_set_against() -> None:
    found = [m.period for m in times_in("May vs April 2025", AS_OF) if m.period]

    assert [(p.start.year, p.start.month) for p in found] == [(2025, 5), (2025, 4)]


def test_the_latest_month_that_has_begun_is_meant_on_its_first_day_too() -> None:
    (found,) = times_in("July", date(2026, 7, 2))

    assert found.period == Period(start=date(2026, 7, 1), end=date(2026, 7, 2))


# --- calendar arithmetic ---------------------------------------------------------------------

days = st.dates(min_value=date(2000, 1, 10), max_value=date(2099, 12, 20))
units = st.sampled_from(UNITS)


@given(day=days, unit=units)
def test_a_unit_holds_its_day_and_ends_where_the_next_begins(day: date, unit: str) -> None:
    period = whole(day, unit)  # type: ignore[arg-type]

    assert period.start <= day < period.end
    assert unit_start(period.end, unit) == period.end  # type: ignore[arg-type]
    assert whole(period.end, unit).start == period.end  # type: ignore[arg-type]


@given(day=days, unit=units, count=st.integers(1, 30))
def test_the_last_units_are_whole_and_end_by_the_as_of_date(
    day: date, unit: str, count: int
) -> None:
    period = last_whole(day, unit, count)  # type: ignore[arg-type]

    assert period.start < period.end <= day
    assert count_units(period, unit) == count  # type: ignore[arg-type]
    assert last_whole(period.start, unit, count).end == period.start  # type: ignore[arg-type]


@given(day=days, unit=units)
def test_a_unit_so_far_never_passes_the_as_of_date(day: date, unit: str) -> None:
    period = to_date(day, unit)  # type: ignore[arg-type]

    assert period.start <= period.end == day


@given(day=days, unit=units, count=st.integers(-40, 40))
def test_steps_keep_order_and_whole_units_come_back(day: date, unit: str, count: int) -> None:
    start = unit_start(day, unit)  # type: ignore[arg-type]

    assert add(add(start, unit, count), unit, -count) == start  # type: ignore[arg-type]


@given(day=days, unit=st.sampled_from(["day", "week", "month", "quarter", "year"]))
def test_the_period_before_is_consecutive_and_as_long(day: date, unit: str) -> None:
    period = whole(day, unit)  # type: ignore[arg-type]
    before = previous(period)

    assert before.end == period.start
    assert whole_unit_of(before) is not None


@given(start=days, length=st.integers(1, 500))
def test_a_year_earlier_both_ends_move_and_the_order_stays(start: date, length: int) -> None:
    period = Period(start=start, end=start + timedelta(days=length))
    moved = shifted(period, "year", -1)

    assert moved.start < moved.end
    assert moved.start.year == start.year - 1
    assert abs((moved.end - moved.start).days - length) <= 1


@given(as_of=days, text=st.sampled_from([row[0] for row in ROWS]))
def test_nothing_that_has_begun_is_seen_past_the_as_of_date(as_of: date, text: str) -> None:
    for match in times_in(text, as_of):
        if match.period is not None and match.period.start < as_of:
            assert match.period.start <= match.period.end <= as_of

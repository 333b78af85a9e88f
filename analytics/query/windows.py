"""Windows of days, the periods a trend has rows for, and how earlier ones line up with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import ibis

from analytics.errors import QueryError
from analytics.model import Grain, Period

MAX_PERIODS: Final = 5_000
_MONTHS: Final[dict[Grain, int]] = {"month": 1, "quarter": 3, "year": 12}
_DAYS: Final[dict[Grain, int]] = {"day": 1, "week": 7}
_TRUNCATE: Final[dict[Grain, str]] = {
    "day": "D",
    "week": "W",
    "month": "M",
    "quarter": "Q",
    "year": "Y",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days `[start, end)` that rows are taken from."""

    start: date | None
    """None: from the first row on."""
    end: date

    def clipped(self, as_of: date) -> Window:
        """Return the part before the as-of date; empty when all of it lies after."""
        end = min(self.end, as_of)
        start = None if self.start is None else min(self.start, end)
        return Window(start=start, end=end)


def window_of(period: Period | None, as_of: date) -> Window:
    """Return the days of a period that are seen; without one, everything before the as-of date.

    Raises
    ------
    QueryError
        When the period ends before it begins.
    """
    if period is None:
        return Window(start=None, end=as_of)
    if period.end < period.start:
        raise QueryError(
            f"The period ends on {period.end} before it begins on {period.start}.",
            hint="Give the earlier day first.",
        )
    return Window(start=period.start, end=period.end).clipped(as_of)


def last_whole_months(n_months: int, as_of: date) -> Window:
    """Return the last whole calendar months before the as-of date's own."""
    end = as_of.replace(day=1)
    return Window(start=add_months(end, -n_months), end=end)


def add_months(day: date, n_months: int) -> date:
    """Move a day by months; the 31st becomes the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + n_months
    year, month = divmod(index, 12)
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, _days_in_month(first)))


def _days_in_month(first: date) -> int:
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return (after - first).days


def add_grains(day: date, grain: Grain, n: int) -> date:
    """Move a day by a number of days, weeks, months, quarters or years."""
    if grain in _DAYS:
        return day + timedelta(days=n * _DAYS[grain])
    return add_months(day, n * _MONTHS[grain])


def period_start(day: date, grain: Grain) -> date:
    """Return the first day of the day's week (Monday), month, quarter or year."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "day":
        return day
    months = _MONTHS[grain]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def period_of(at: ibis.Value, grain: Grain) -> ibis.Value:
    """Return the first day of the period that a moment lies in, as a date."""
    # Some back ends truncate a date to a timestamp: go by way of one, everywhere the same.
    moment = at.cast("timestamp") if at.type().is_date() else at
    return moment.truncate(_TRUNCATE[grain]).date()


def n_periods(window: Window, grain: Grain) -> int:
    """Count the periods that a window touches.

    Raises
    ------
    QueryError
        When there are more than `MAX_PERIODS`.
    """
    if window.start is None or window.start >= window.end:
        return 0
    first, last = period_start(window.start, grain), window.end - timedelta(days=1)
    if grain in _DAYS:
        n = (last - first).days // _DAYS[grain] + 1
    else:
        n = (_month_index(last) - _month_index(first)) // _MONTHS[grain] + 1
    if n > MAX_PERIODS:
        raise QueryError(
            f"That is {n:,} {grain}s, more than {MAX_PERIODS:,}.",
            hint="Ask for a shorter period or by month, quarter or year.",
        )
    return n


def _month_index(day: date) -> int:
    return day.year * 12 + day.month - 1


def spine(window: Window, grain: Grain) -> ibis.Table:
    """Return one row per period that the window touches.

    Parameters
    ----------
    window : Window
        With a start.
    grain : Grain
        Length of a period.

    Returns
    -------
    ibis.Table
        `period` (the true first day), `starts` and `ends` (the days of it inside the window,
        `[starts, ends)`), all dates.
    """
    assert window.start is not None, "a trend needs a resolved window"
    steps = ibis.range(0, n_periods(window, grain)).unnest().name("step").as_table()
    first = period_start(window.start, grain)
    rows = steps.select(
        period=_moved(_moment(first), steps.step, grain),
        next_period=_moved(_moment(first), steps.step + 1, grain),
    )
    return rows.select(
        "period",
        starts=ibis.greatest(rows.period, _day(window.start)),
        ends=ibis.least(rows.next_period, _day(window.end)),
    )


def _moved(moment: ibis.Value, steps: ibis.Value, grain: Grain) -> ibis.Value:
    if grain in _DAYS:
        return (moment + (steps * _DAYS[grain]).as_interval("D")).date()
    return (moment + (steps * _MONTHS[grain]).as_interval("M")).date()


def _moment(day: date) -> ibis.Value:
    return ibis.literal(datetime(day.year, day.month, day.day), type="timestamp")  # noqa: DTZ001


def _day(day: date) -> ibis.Value:
    return ibis.date(day.year, day.month, day.day)


def day_literal(day: date) -> ibis.Value:
    """Return a day as a date literal."""
    return _day(day)


def step_back(window: Window, grain: Grain, step: Grain) -> Window:
    """Return the window whose periods are one step before those of a trend.

    A step as long as the grain means the row before: whole periods. A longer one (the same month
    a year earlier) stops on the same day, so that a period to date meets its like. Weeks and days
    step a year by 52 weeks and one year.

    Raises
    ------
    QueryError
        When the step is shorter than the grain.
    """
    assert window.start is not None, "a trend needs a resolved window"
    order: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")
    if order.index(step) < order.index(grain):
        raise QueryError(
            f"A {grain} cannot be compared with the {step} before.",
            hint=f"Compare with the {grain} before, or ask by {step}.",
        )
    first = period_start(window.start, grain)
    if step == grain:
        last = period_start(window.end - timedelta(days=1), grain)
        return Window(start=add_grains(first, grain, -1), end=last)
    if grain == "week":
        days = timedelta(days=364 if step == "year" else 28 if step == "month" else 91)
        return Window(start=first - days, end=window.end - days)
    if grain == "day":  # 30 March looks back to 28 February, which then has to be inside
        last = window.end - timedelta(days=1)
        return Window(
            start=add_grains(first, step, -1), end=add_grains(last, step, -1) + timedelta(days=1)
        )
    return Window(start=add_grains(first, step, -1), end=add_grains(window.end, step, -1))


def aligned(period: ibis.Value, *, previous: Window, current: Window, grain: Grain) -> ibis.Value:
    """Map each earlier period to the current one in the same place of its window."""
    assert previous.start is not None, "a trend needs a resolved window"
    assert current.start is not None, "a trend needs a resolved window"
    old, new = period_start(previous.start, grain), period_start(current.start, grain)
    if grain in _DAYS:
        shift = ibis.interval(days=(new - old).days)
    else:
        shift = ibis.interval(months=_month_index(new) - _month_index(old))
    return (period.cast("timestamp") + shift).date()


def months_between(current: Window, previous: Window, step: Grain | None) -> int | None:
    """Return by how many months days look back on the calendar; None when days are counted off.

    Days look back by whole months where a step of months was asked for, and where both windows
    begin on the same day of different years: 1 March 2024 meets 1 March 2023, leap day or not.
    """
    if step is not None:
        return _MONTHS.get(step)
    if current.start is None or previous.start is None:
        return None
    months = _month_index(current.start) - _month_index(previous.start)
    same_day = add_months(current.start, -months) == previous.start
    return months if months > 0 and months % 12 == 0 and same_day else None


def counterparts(current: Window, months: int) -> ibis.Table:
    """Return every day of a window beside the day that lies so many months before it.

    A day that the earlier month lacks meets that month's last day, so no day goes without:
    29, 30 and 31 March all look back to 28 February.

    Returns
    -------
    ibis.Table
        `day` and `earlier`, dates, one row per day.
    """
    days = spine(current, "day")
    moment = days.period.cast("timestamp") - ibis.interval(months=months)
    return days.select(day=days.period, earlier=moment.date())

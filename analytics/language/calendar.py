"""Whole days, weeks, months, quarters, halves and years, and shifting periods by them."""

from __future__ import annotations

import calendar as _calendar
from datetime import date, timedelta
from typing import Literal

from analytics.model import Period

Unit = Literal["day", "week", "month", "quarter", "half", "year"]
UNITS: tuple[Unit, ...] = ("day", "week", "month", "quarter", "half", "year")
MONTHS_OF: dict[str, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
BEGINNING = date(1, 1, 1)
"""Start of a period that is open towards the past."""


def unit_start(day: date, unit: Unit) -> date:
    """Return the first day of the unit that holds a day (weeks begin on Monday)."""
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    months = MONTHS_OF[unit]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def add(day: date, unit: Unit, count: int) -> date:
    """Return the day `count` units later (earlier when negative).

    A day that a month does not have becomes that month's last day.
    """
    if unit == "day":
        return day + timedelta(days=count)
    if unit == "week":
        return day + timedelta(weeks=count)
    index = day.year * 12 + day.month - 1 + MONTHS_OF[unit] * count
    year, month = divmod(index, 12)
    last = _calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def full_year(text: str) -> int:
    """Return the year that four figures say, or two of this century."""
    return int(text) if len(text) == 4 else 2000 + int(text)


def whole(day: date, unit: Unit, label: str = "") -> Period:
    """Return the unit that holds a day."""
    start = unit_start(day, unit)
    return Period(start=start, end=add(start, unit, 1), label=label)


def last_whole(as_of: date, unit: Unit, count: int) -> Period:
    """Return the `count` whole units before the one that holds `as_of`; days end at `as_of`."""
    end = unit_start(as_of, unit)
    return Period(start=add(end, unit, -count), end=end)


def to_date(as_of: date, unit: Unit) -> Period:
    """Return the unit that holds `as_of`, from its first day to `as_of`, excluded.

    On the first day of a unit nothing of it has been seen yet: the period is empty.
    """
    return Period(start=unit_start(as_of, unit), end=as_of)


def clipped(period: Period, as_of: date) -> Period:
    """Return the period cut at `as_of`; one that begins later stays as it is."""
    if period.start >= as_of or period.end <= as_of:
        return period
    return Period(start=period.start, end=as_of, label=period.label)


def shifted(period: Period, unit: Unit, count: int) -> Period:
    """Return the period with both ends moved by `count` units.

    An end at a unit's first day stays one: February 2024 a year earlier is all of February 2023.
    """
    return Period(
        start=add(period.start, unit, count), end=_shifted_end(period, unit, count), label=""
    )


def _shifted_end(period: Period, unit: Unit, count: int) -> date:
    end = period.end
    if unit in MONTHS_OF and end.day != 1:
        last_day = add(end - timedelta(days=1), unit, count)
        moved = last_day + timedelta(days=1)
        # 30 March back by a month has no counterpart; never run past the next month's first day.
        return moved if moved > add(period.start, unit, count) else add(end, unit, count)
    return add(end, unit, count)


def whole_unit_of(period: Period) -> tuple[Unit, int] | None:
    """Return the largest unit that the period is made of, and how many; None when of none."""
    for unit in ("year", "half", "quarter", "month", "week"):
        typed: Unit = unit
        if unit_start(period.start, typed) != period.start:
            continue
        if unit_start(period.end, typed) != period.end:
            continue
        return typed, count_units(period, typed)
    days = (period.end - period.start).days
    return ("day", days) if days > 0 else None


def count_units(period: Period, unit: Unit) -> int:
    """Return how many units, cut ones included, the period touches."""
    if unit in MONTHS_OF:
        first = unit_start(period.start, unit)
        last = unit_start(period.end - timedelta(days=1), unit)
        months = (last.year - first.year) * 12 + last.month - first.month
        return months // MONTHS_OF[unit] + 1
    days = 7 if unit == "week" else 1
    first = unit_start(period.start, unit)
    last = unit_start(period.end - timedelta(days=1), unit)
    return (last - first).days // days + 1


def previous(period: Period) -> Period:
    """Return the period of the same length right before: whole units stay whole units."""
    made_of = whole_unit_of(period)
    if made_of is None:
        raise ValueError(f"period {period.start} to {period.end} is empty")
    unit, count = made_of
    return shifted(period, unit, -count)


def in_words(period: Period) -> str:
    """Return a phrase that the grammar reads back as the same period (`2025`, `May 2026`)."""
    if period.start == BEGINNING:
        return f"before {period.end.isoformat()}"
    made_of = whole_unit_of(period)
    if made_of is not None and made_of[1] == 1:
        unit, start = made_of[0], period.start
        if unit == "year":
            return f"in {start.year}"
        if unit == "half":
            return f"in H{(start.month - 1) // 6 + 1} {start.year}"
        if unit == "quarter":
            return f"in Q{(start.month - 1) // 3 + 1} {start.year}"
        if unit == "month":
            return f"in {_calendar.month_name[start.month]} {start.year}"
        if unit == "day":
            return f"on {start.isoformat()}"
    last = period.end - timedelta(days=1)
    return f"between {period.start.isoformat()} and {last.isoformat()}"

"""Days and periods in words, always with exact dates."""

from __future__ import annotations

from datetime import date, timedelta

from analytics.model import Grain

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def day_in_words(day: date, *, year: bool = True, month: bool = True) -> str:
    """Write a day ("5 May 2026"), without year or month where a range repeats them."""
    words = [str(day.day)]
    if month:
        words.append(_MONTHS[day.month - 1])
    if year:
        words.append(str(day.year))
    return " ".join(words)


def days_in_words(start: date, end: date) -> str:
    """Write days `[start, end)` with the last day included in the words.

    Examples
    --------
    >>> days_in_words(date(2026, 5, 1), date(2026, 6, 1))
    '1 May to 31 May 2026'
    >>> days_in_words(date(2025, 12, 1), date(2026, 1, 1))
    '1 December to 31 December 2025'
    >>> days_in_words(date(2025, 12, 1), date(2026, 1, 2))
    '1 December 2025 to 1 January 2026'
    >>> days_in_words(date(2026, 5, 5), date(2026, 5, 6))
    '5 May 2026'
    """
    last = end - timedelta(days=1)
    if last <= start:
        return day_in_words(start)
    return f"{day_in_words(start, year=start.year != last.year)} to {day_in_words(last)}"


def period_name(first: date, grain: Grain) -> str:
    """Name a period of a trend by its first day ("May 2026", "Q2 2026", "week of 4 May 2026")."""
    if grain == "year":
        return str(first.year)
    if grain == "quarter":
        return f"Q{(first.month - 1) // 3 + 1} {first.year}"
    if grain == "month":
        return f"{_MONTHS[first.month - 1]} {first.year}"
    return ("week of " if grain == "week" else "") + day_in_words(first)


def period_label(first: date, grain: Grain) -> str:
    """Name a period on an axis ("May 2026", "Q2 2026", "4 May 2026"); months have three letters.

    Examples
    --------
    >>> period_label(date(2026, 9, 1), "month"), period_label(date(2026, 9, 7), "week")
    ('Sep 2026', '7 Sep 2026')
    """
    if grain in ("year", "quarter"):
        return period_name(first, grain)
    day = "" if grain == "month" else f"{first.day} "
    return f"{day}{_MONTHS[first.month - 1][:3]} {first.year}"

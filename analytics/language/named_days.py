# ruff: noqa: E501 - one pattern a line, however long
"""Days and parts of months that have names: dates in figures, weekends, halves of a month, feasts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

from analytics.language.atoms import (
    MONTH,
    MONTHS,
    ORDINAL,
    WEEKDAYS,
    YEAR,
    Atom,
    Pattern,
    count_of,
    latest_begun,
    ordinal_of,
)
from analytics.language.atoms import YEAR_REFERENCE as _YEAR_REFERENCE
from analytics.language.atoms import named as _named
from analytics.language.calendar import add, unit_start, whole
from analytics.model import Period

_FORTNIGHT = timedelta(days=14)
_WEEKDAY = f"(?:{'|'.join(WEEKDAYS)})"


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) if len(year) == 4 else 2000 + int(year), int(month), int(day))
    except ValueError:
        return None


def _iso_day(match: re.Match[str], as_of: date) -> Atom | None:
    try:
        return Atom(period=whole(date.fromisoformat(match["iso"]), "day"))
    except ValueError:
        return None


def _iso_month(match: re.Match[str], as_of: date) -> Atom | None:
    return Atom(period=whole(date(int(match["year"]), int(match["month"]), 1), "month"))


def _figures(match: re.Match[str], as_of: date) -> Atom | None:
    """`03/04/2026` is the 3rd of April in Britain and the 4th of March in America."""
    first, second, year = match["first"], match["second"], match["year"]
    british, american = _date(year, second, first), _date(year, first, second)
    days = [whole(day, "day") for day in (british, american) if day is not None]
    if not days:
        return None
    readings = tuple(dict.fromkeys(days))
    told = None if len(days) == 2 else british is not None
    return Atom(
        period=readings[0],
        readings=readings if len(readings) > 1 else (),
        is_figures=True,
        day_first=told,
    )


def _dotted(match: re.Match[str], as_of: date) -> Atom | None:
    parts = match["dotted"].split(".")
    day = _date(parts[2], parts[1], parts[0])
    return Atom(period=whole(day, "day")) if day is not None else None


def _year_first(match: re.Match[str], as_of: date) -> Atom | None:
    day = _date(match["year"], match["month"], match["day"])
    return Atom(period=whole(day, "day")) if day is not None else None


def _figures_month(match: re.Match[str], as_of: date) -> Atom:
    return Atom(period=whole(date(int(match["year"]), int(match["month"]), 1), "month"))


def _last_month_by_name(match: re.Match[str], as_of: date) -> Atom:
    """`last May` in June may be this year's or last year's; `last December` is only one."""
    month = MONTHS[match["month"]]
    this_year = whole(date(as_of.year, month, 1), "month")
    before = whole(date(as_of.year - 1, month, 1), "month")
    if this_year.start >= unit_start(as_of, "month"):
        return Atom(period=before)
    return Atom(period=before, readings=(before, this_year))


def _this_month_by_name(match: re.Match[str], as_of: date) -> Atom:
    return Atom(period=whole(date(as_of.year, MONTHS[match["month"]], 1), "month"))


def _past_month_by_name(match: re.Match[str], as_of: date) -> Atom:
    month = MONTHS[match["month"]]
    return Atom(period=latest_begun(lambda y: whole(date(y, month, 1), "month"), as_of))


def _half_month(match: re.Match[str], as_of: date) -> Atom | None:
    number = ordinal_of(match["ordinal"])
    if number not in {1, 2, -1}:
        return None
    if match.groupdict().get("month"):
        month = MONTHS[match["month"]]
        return _named(lambda y: _half_of(date(y, month, 1), number), match, as_of)
    back = 0 if match["this"] in {"this", "the current"} else 1
    return Atom(period=_half_of(add(unit_start(as_of, "month"), "month", -back), number))


def _half_of(first: date, number: int) -> Period:
    """The first 15 days of a month, or the rest of it."""
    middle = first + timedelta(days=15)
    if number == 1:
        return Period(start=first, end=middle)
    return Period(start=middle, end=add(first, "month", 1))


def _weekend(match: re.Match[str], as_of: date) -> Atom:
    saturday = unit_start(as_of, "week") + timedelta(days=5)
    if as_of < saturday + timedelta(days=2):
        saturday -= timedelta(days=7)
    if match["before"]:
        saturday -= timedelta(days=7)
    return Atom(period=Period(start=saturday, end=saturday + timedelta(days=2)))


def _weekend_of(match: re.Match[str], as_of: date) -> Atom | None:
    month, number = MONTHS[match["month"]], ordinal_of(match["ordinal"])

    def make(year: int) -> Period:
        saturday = _nth_weekday(year, month, 5, number)
        return Period(start=saturday, end=saturday + timedelta(days=2))

    return _named(make, match, as_of)


def _nth_weekday(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    if number < 0:
        last = add(first, "month", 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _weekday_of(match: re.Match[str], as_of: date) -> Atom:
    month, number = MONTHS[match["month"]], ordinal_of(match["ordinal"])
    weekday = WEEKDAYS.index(match["weekday"])
    return _named(lambda y: whole(_nth_weekday(y, month, weekday, number), "day"), match, as_of)


def _fortnight(match: re.Match[str], as_of: date) -> Atom | None:
    count = count_of(match["count"]) if match["count"] else 1
    if count is None or count < 1:
        return None
    return Atom(period=Period(start=as_of - count * _FORTNIGHT, end=as_of))


def _week_number(match: re.Match[str], as_of: date) -> Atom | None:
    number = int(match["number"])
    if match["year"]:
        return _weeks(int(match["year"]), (number,))
    here = _weeks(as_of.year, (number,))
    # Not every year has a week 53.
    if here is not None and here.period.start < as_of:
        return here
    return _weeks(as_of.year - 1, (number,))


def _several_weeks(match: re.Match[str], as_of: date) -> Atom | None:
    """`weeks 10 to 12`, `weeks 10, 11 and 12`: they must follow on each other."""
    numbers = tuple(int(n) for n in re.findall(r"\d+", match["numbers"]))
    if match["numbers"].split()[1] in {"to", "-", "until", "through"}:
        numbers = tuple(range(numbers[0], numbers[-1] + 1))
    if match["year"]:
        return _weeks(int(match["year"]), numbers)
    here = _weeks(as_of.year, numbers)
    if here is not None and here.period.start < as_of:
        return here
    return _weeks(as_of.year - 1, numbers)


def _weeks(year: int, numbers: tuple[int, ...]) -> Atom | None:
    if not numbers or any(b - a != 1 for a, b in pairwise(numbers)):
        return None
    try:
        first = date.fromisocalendar(year, numbers[0], 1)
        last = date.fromisocalendar(year, numbers[-1], 1)
    except ValueError:  # week 60
        return None
    period = Period(start=first, end=last + timedelta(days=7))
    return Atom(period=period, is_span=len(numbers) > 1)


def _short_week(match: re.Match[str], as_of: date) -> Atom | None:
    try:
        monday = date.fromisocalendar(int(match["year"]), int(match["number"]), 1)
    except ValueError:  # week 60
        return None
    return Atom(period=whole(monday, "week"))


def _short_part(match: re.Match[str], as_of: date) -> Atom:
    """`25Q1`, `1H25`, `2025H1`."""
    year = int(match["year"]) if len(match["year"]) == 4 else 2000 + int(match["year"])
    unit, months = ("quarter", 3) if match["kind"] == "q" else ("half", 6)
    return Atom(period=whole(date(year, (int(match["number"]) - 1) * months + 1, 1), unit))  # type: ignore[arg-type]


def _black_friday(year: int) -> date:
    return _nth_weekday(year, 11, 3, 4) + timedelta(days=1)


def _easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (the computus of Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    n = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * n) // 451
    month, day = divmod(h + n - 7 * m + 114, 31)
    return date(year, month, day + 1)


_FEASTS: dict[str, Callable[[int], date]] = {
    r"christmas? day": lambda y: date(y, 12, 25),
    r"christmas? eve": lambda y: date(y, 12, 24),
    r"boxing day": lambda y: date(y, 12, 26),
    r"(?:new year(?:s)? eve)": lambda y: date(y, 12, 31),
    r"(?:new year(?:s)? day)": lambda y: date(y, 1, 1),
    r"(?:valentine(?:s)?(?: day)?)": lambda y: date(y, 2, 14),
    r"good friday": lambda y: _easter(y) - timedelta(days=2),
    r"easter sunday": _easter,
    r"easter monday": lambda y: _easter(y) + timedelta(days=1),
    r"ascension day": lambda y: _easter(y) + timedelta(days=39),
    r"whit monday": lambda y: _easter(y) + timedelta(days=50),
    r"halloween": lambda y: date(y, 10, 31),
    r"black friday": _black_friday,
    r"cyber monday": lambda y: _black_friday(y) + timedelta(days=3),
}


def _feast(make: Callable[[int], date]) -> Callable[[re.Match[str], date], Atom]:
    return lambda match, as_of: _named(lambda y: whole(make(y), "day"), match, as_of)


_SAID_YEAR = rf"(?:(?: of| in)?(?: ,)? {_YEAR_REFERENCE})?"
NAMED_DAYS: tuple[Pattern, ...] = tuple(
    (re.compile(rf"(?<!\S){pattern}(?!\S)"), builder)
    for pattern, builder in (
        (r"(?P<iso>\d{4}-\d{2}-\d{2})", _iso_day),
        (rf"(?P<year>{YEAR}) [-/] (?P<month>0[1-9]|1[0-2])(?! [-/])", _iso_month),
        (r"(?P<first>\d{1,2}) / (?P<second>\d{1,2}) / (?P<year>\d{4}|\d\d)", _figures),
        (r"(?P<first>\d{1,2}) - (?P<second>\d{1,2}) - (?P<year>\d{4})", _figures),
        (r"(?P<dotted>\d{1,2}\.\d{1,2}\.(?:\d{4}|\d\d))", _dotted),
        (rf"(?P<year>{YEAR}) / (?P<month>\d{{1,2}}) / (?P<day>\d{{1,2}})", _year_first),
        (rf"(?P<month>0?[1-9]|1[0-2]) / (?P<year>{YEAR})(?! /)", _figures_month),
        (rf"last (?P<month>{MONTH})(?! {YEAR})(?! \d)", _last_month_by_name),
        (rf"this (?P<month>{MONTH})(?! {YEAR})(?! \d)", _this_month_by_name),
        (rf"(?:this past|this last|the past) (?P<month>{MONTH})", _past_month_by_name),
        (
            rf"(?:the )?(?P<ordinal>first|1 st|second|2 nd|last) half of (?:the month of )?(?P<month>{MONTH}){_SAID_YEAR}",
            _half_month,
        ),
        (
            r"(?:the )?(?P<ordinal>first|1 st|second|2 nd|last) half of (?P<this>this|the current|last|the last|the previous|the past) month",
            _half_month,
        ),
        (
            r"(?:(?:on |over |during )?(?:the )?(?:last|past|previous|this past|most recent) weekend|(?:the )?weekend (?P<before>before last))",
            _weekend,
        ),
        (
            rf"(?:the )?(?P<ordinal>{ORDINAL}) weekend (?:of|in) (?P<month>{MONTH}){_SAID_YEAR}",
            _weekend_of,
        ),
        (
            rf"(?:the )?(?P<ordinal>{ORDINAL}) (?P<weekday>{_WEEKDAY}) (?:of|in) (?P<month>{MONTH}){_SAID_YEAR}",
            _weekday_of,
        ),
        (
            r"(?:the )?(?:last|past|previous) (?:(?P<count>two|three|2|3|couple of) )?fortnight",
            _fortnight,
        ),
        (
            rf"(?:calendar |iso )?(?:week|wk|cw|w|kw) (?P<number>\d{{1,2}})(?:(?: of)?(?: ,)? (?P<year>{YEAR}))?",
            _week_number,
        ),
        (
            rf"(?:calendar |iso )?(?:week|wk|cw|w|kw) (?P<numbers>\d{{1,2}}(?: (?:to|-|until|through) \d{{1,2}}|(?:(?: ,| and| &)+ \d{{1,2}})+))(?:(?: of)?(?: ,)? (?P<year>{YEAR}))?",
            _several_weeks,
        ),
        (rf"(?P<year>{YEAR}) (?:- )?w (?P<number>\d{{1,2}})", _short_week),
        (rf"(?:week|wk|cw|w|kw) (?P<number>\d{{1,2}}) / (?P<year>{YEAR})", _short_week),
        (r"(?P<year>[23]\d) (?P<kind>q) (?P<number>[1-4])", _short_part),
        (r"(?P<number>[12]) (?P<kind>h) (?P<year>[23]\d|20\d\d)", _short_part),
        *((rf"(?:the )?{words}{_SAID_YEAR}", _feast(make)) for words, make in _FEASTS.items()),
    )
)
"""Patterns over canonical text, each with what it stands for."""

# ruff: noqa: E501 - one pattern a line, however long
"""Single periods as they are named: `15 November`, `May 2026`, `Q3`, `last month`, `YTD`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from analytics.language.calendar import (
    Unit,
    add,
    full_year,
    last_whole,
    shifted,
    to_date,
    unit_start,
    whole,
)
from analytics.language.text import NUMBER_PATTERN, number_of, words
from analytics.model import Period

MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb febr", "march mar", "april apr", "may", "june jun",
            "july jul", "august aug", "september sep sept", "october oct", "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
UNIT_WORDS: dict[str, Unit] = {
    "day": "day", "d": "day", "week": "week", "wk": "week", "w": "week", "month": "month",
    "mo": "month", "mth": "month", "mnth": "month", "m": "month", "quarter": "quarter",
    "qtr": "quarter", "q": "quarter", "half": "half", "half year": "half", "semester": "half",
    "year": "year", "yr": "year", "y": "year",
}  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"
UNIT = (
    "(?:half year|"
    + "|".join(sorted((u for u in UNIT_WORDS if " " not in u), key=len, reverse=True))
    + ")"
)
LONG_UNIT = "(?:half year|day|week|wk|month|mth|mnth|quarter|qtr|half|year|yr)"
YEAR = r"(?:(?:19|20)\d\d)"
NUMBER = NUMBER_PATTERN
_ORDINALS = {"first": 1, "1 st": 1, "second": 2, "2 nd": 2, "third": 3, "3 rd": 3, "fourth": 4, "4 th": 4, "last": -1, "final": -1}  # fmt: skip
ORDINAL = "(?:" + "|".join(_ORDINALS) + ")"
YEAR_REFERENCE = (
    rf"(?:(?P<year>{YEAR})|(?P<which>this|the current|current|last|the previous|previous) year)"
)
_YEARS_OWN = r"(?P<which>this|the current|current|last|the previous|previous) year"
"""`last year's Q1`: the year is said first; its apostrophe is gone by then."""
_OF_YEAR = rf"(?:(?: of)?(?: ,)?(?: in)? {YEAR_REFERENCE})?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """One named period, and whether its year was said."""

    period: Period
    floating: Callable[[int], Period] | None = None
    """For a month, quarter, half or day without a year: the period of a given year."""
    beside: Period | None = None
    """The same month in the year of the other end of a range."""
    reference: Unit | None = None
    """Set for `previous month`: in a comparison it is meant from the other period."""
    to_date: bool = False
    """Runs to the as-of date by its own words (this month, YTD)."""
    is_past: bool = False
    """Over by its own words (`last month`): "from" before it does not mean "since"."""
    readings: tuple[Period, ...] = ()
    """Two or more when the words leave open which is meant (`03/04/2026`)."""
    is_figures: bool = False
    """A date in figures (`03/04/2026`)."""
    day_first: bool | None = None
    """Of a date in figures: whether it can only be read with the day or the month first."""
    spoken: bool = False
    """`YTD`: the words themselves say that it stops today."""
    is_span: bool = False
    """Runs between two days of its own (`10 to 20 June`)."""


Builder = Callable[[re.Match[str], date], Atom | None]
Pattern = tuple[re.Pattern[str], Builder]


def ordinal_of(text: str) -> int:
    """Return 1 for `first` and `1 st`, …, -1 for `last`."""
    return _ORDINALS[text]


def count_of(text: str | None) -> int | None:
    """Return a whole number written as digits or a word, None when it is no whole number."""
    if text is None:
        return None
    if text.startswith("couple"):
        return 2
    value = 1.0 if text in {"a", "an"} else number_of(text)
    return int(value) if value is not None and value == int(value) else None


def latest_begun(make: Callable[[int], Period], as_of: date) -> Period:
    """Return the latest of a yearly recurring period that has begun before `as_of`."""
    this_year = make(as_of.year)
    return this_year if this_year.start < as_of else make(as_of.year - 1)


def named(make: Callable[[int], Period], match: re.Match[str], as_of: date) -> Atom:
    """Return a yearly recurring period in the year that was said, else the latest begun one."""
    groups = match.groupdict()
    which = groups.get("which")
    said = groups.get("year") or groups.get("short")
    if said:
        return Atom(period=make(full_year(said)))
    if which:
        back = 0 if "this" in which or "current" in which else 1
        return Atom(period=make(as_of.year - back))
    return Atom(period=latest_begun(make, as_of), floating=make)


def _day(match: re.Match[str], as_of: date) -> Atom | None:
    day, month = int(match["day"]), MONTHS[match["month"]]

    def make(year: int) -> Period:
        return whole(date(year, month, day), "day")

    try:
        return named(make, match, as_of)
    except ValueError:  # 31 April
        return None


def _day_range(match: re.Match[str], as_of: date) -> Atom | None:
    first, last, month = int(match["first"]), int(match["last"]), MONTHS[match["month"]]

    def make(year: int) -> Period:
        return Period(
            start=date(year, month, first), end=date(year, month, last) + timedelta(days=1)
        )

    try:
        atom = named(make, match, as_of)
    except ValueError:
        return None
    return replace(atom, is_span=True) if first <= last else None


_BEFORE_DAY = words("on since until till after before from to and - by of between through")


def _month_day(match: re.Match[str], as_of: date) -> Atom | None:
    """`May 26` is a day or a month of 2026: a day when something else says so, else open."""
    told = match["ordinal"] or match["year"] or match["which"]
    before = match.string[: match.start()].split()[-1:]
    day = _day(match, as_of)
    if told or not 20 <= int(match["day"]) <= as_of.year % 100 or _BEFORE_DAY & set(before):
        return day
    month = whole(date(2000 + int(match["day"]), MONTHS[match["month"]], 1), "month")
    if day is None or month.start >= as_of:
        return day or Atom(period=month)
    return Atom(period=month, readings=(month, day.period))


def _short_months(match: re.Match[str], as_of: date) -> Atom | None:
    """`Jan-Mar 26`: the two digits after two months are a year."""
    year = 2000 + int(match["year"])
    start = date(year, MONTHS[match["first"]], 1)
    end = add(date(year, MONTHS[match["last"]], 1), "month", 1)
    return Atom(period=Period(start=start, end=end), is_span=True) if start < end else None


def _month(match: re.Match[str], as_of: date) -> Atom:
    month = MONTHS[match["month"]]
    return named(lambda year: whole(date(year, month, 1), "month"), match, as_of)


def _part(number: int, unit: Unit, match: re.Match[str], as_of: date) -> Atom:
    months = 3 if unit == "quarter" else 6
    return named(lambda year: whole(date(year, (number - 1) * months + 1, 1), unit), match, as_of)


def _quarter(match: re.Match[str], as_of: date) -> Atom:
    return _part(count_of(match["number"]) or 1, "quarter", match, as_of)


def _half(match: re.Match[str], as_of: date) -> Atom:
    return _part(int(match["number"]), "half", match, as_of)


def _ordinal_part(match: re.Match[str], as_of: date) -> Atom | None:
    number = ordinal_of(match["ordinal"])
    unit = UNIT_WORDS[match["unit"]]
    count = 4 if unit == "quarter" else 2
    if number < 0:
        if not match.groupdict().get("year") and not match.groupdict().get("which"):
            return None  # "last quarter" is the one before this
        number = count
    return _part(number, unit, match, as_of) if number <= count else None


def _year(match: re.Match[str], as_of: date) -> Atom:
    return Atom(period=whole(date(full_year(match["year"]), 1, 1), "year"))


def _last(match: re.Match[str], as_of: date) -> Atom | None:
    unit = UNIT_WORDS[match["unit"]]
    count = count_of(match["count"]) if match["count"] else 1
    if count is None or count < 1:
        return None
    if (match["word"], match["unit"]) == ("past", "half year"):
        count, unit = 6 * count, "month"
    from_other = match["word"] in {"previous", "prior", "preceding"} and not match["count"]
    return Atom(
        period=last_whole(as_of, unit, count),
        reference=unit if from_other else None,
        is_past=True,
    )


def _last_hours(match: re.Match[str], as_of: date) -> Atom | None:
    hours = count_of(match["count"])
    if hours is None or hours % 24 or hours == 0:
        return None
    return Atom(period=last_whole(as_of, "day", hours // 24))


def _short_last(match: re.Match[str], as_of: date) -> Atom:
    return Atom(period=last_whole(as_of, UNIT_WORDS[match["unit"]], int(match["count"])))


def _current(match: re.Match[str], as_of: date) -> Atom:
    return Atom(period=to_date(as_of, UNIT_WORDS[match["unit"]]), to_date=True)


def _short_to_date(match: re.Match[str], as_of: date) -> Atom:
    period = to_date(as_of, UNIT_WORDS[match["unit"]])
    return Atom(period=period, to_date=True, spoken=True)


def _to_date_of(match: re.Match[str], as_of: date) -> Atom | None:
    """`YTD 2025`: from January to the day of that year on which this one ends."""
    year = int(match["year"]) if match["year"] else as_of.year - 1
    if year > as_of.year:
        return None
    here = to_date(as_of, "year")
    return Atom(period=shifted(here, "year", year - as_of.year))


def _before_last(match: re.Match[str], as_of: date) -> Atom:
    unit = UNIT_WORDS[match["unit"]]
    start = add(unit_start(as_of, unit), unit, -2)
    return Atom(period=whole(start, unit))


def _yesterday(match: re.Match[str], as_of: date) -> Atom:
    back = 2 if match["before"] else 1
    return Atom(period=whole(as_of - timedelta(days=back), "day"))


def _today(match: re.Match[str], as_of: date) -> Atom:
    return Atom(period=Period(start=as_of, end=as_of), to_date=True)


def _weekday(match: re.Match[str], as_of: date) -> Atom:
    back = (as_of.weekday() - WEEKDAYS.index(match["weekday"]) - 1) % 7 + 1
    return Atom(period=whole(as_of - timedelta(days=back), "day"))


_FULL = "(?:(?:full|complete|completed|whole|calendar|entire) )?"
_NOT_OF = rf"(?! of (?:{MONTH}|{YEAR}|q \d|h \d|the year|last year|this year|last month|last quarter)(?!\S))"
"""`the last month of 2025` is no last month."""
ATOMS: tuple[Pattern, ...] = tuple(
    (re.compile(rf"(?<!\S){pattern}(?!\S)"), builder)
    for pattern, builder in (
        (
            rf"(?:the )?(?P<first>\d{{1,2}})(?: (?:st|nd|rd|th))? (?:-|to|through|till|until) (?:the )?(?P<last>\d{{1,2}})(?: (?:st|nd|rd|th))?(?: of)? (?P<month>{MONTH})(?:(?: ,)? {YEAR_REFERENCE})?",
            _day_range,
        ),
        (
            rf"(?:between|from) (?:the )?(?P<first>\d{{1,2}})(?: (?:st|nd|rd|th))? and (?:the )?(?P<last>\d{{1,2}})(?: (?:st|nd|rd|th))?(?: of)? (?P<month>{MONTH})(?:(?: ,)? {YEAR_REFERENCE})?",
            _day_range,
        ),
        (
            rf"(?:between|from) (?P<month>{MONTH}) (?P<first>\d{{1,2}})(?: (?:st|nd|rd|th))? and (?P<last>\d{{1,2}})(?: (?:st|nd|rd|th))?(?:(?: ,)? {YEAR_REFERENCE})?",
            _day_range,
        ),
        (
            rf"(?P<month>{MONTH}) (?P<first>\d{{1,2}})(?: (?:st|nd|rd|th))? (?:-|to|through|till|until) (?P<last>\d{{1,2}})(?: (?:st|nd|rd|th))?(?:(?: ,)? {YEAR_REFERENCE})?",
            _day_range,
        ),
        (
            rf"(?:the )?(?P<day>\d{{1,2}})(?: (?:st|nd|rd|th))?(?: of)? (?P<month>{MONTH})(?:(?: ,)?(?: of)? {YEAR_REFERENCE})?",
            _day,
        ),
        (
            rf"(?P<month>{MONTH}) (?:the )?(?P<day>\d{{1,2}})(?P<ordinal> (?:st|nd|rd|th))?(?:(?: ,)? {YEAR_REFERENCE})?",
            _month_day,
        ),
        (
            rf"(?P<first>{MONTH}) (?:-|to|until|till|through) (?P<last>{MONTH}) (?P<year>2\d)(?! (?:st|nd|rd|th|,|{YEAR}))",
            _short_months,
        ),
        (
            rf"(?:(?:the )?(?:full |whole |entire )|(?:the )?(?:whole|entirety) of |all (?:of )?)?(?:the )?(?:month of )?(?P<month>{MONTH}){_OF_YEAR}",
            _month,
        ),
        (rf"(?P<year>{YEAR}) (?P<month>{MONTH})", _month),
        (rf"(?:the )?{_YEARS_OWN} (?:month of )?(?P<month>{MONTH})", _month),
        (
            rf"(?:the )?{_YEARS_OWN} (?P<month>{MONTH}) (?P<day>\d{{1,2}})(?: (?:st|nd|rd|th))?",
            _day,
        ),
        (
            rf"(?:the )?{_YEARS_OWN} (?:q|quarter|qtr) ?(?P<number>[1-4]|one|two|three|four)",
            _quarter,
        ),
        (rf"(?:the )?{_YEARS_OWN} h ?(?P<number>[12])", _half),
        (
            rf"(?:the )?{_YEARS_OWN} (?P<ordinal>{ORDINAL}) (?P<unit>quarter|qtr|half)",
            _ordinal_part,
        ),
        (
            rf"(?:the )?q ?(?P<number>[1-4])(?:(?: of)?(?: [,/])?(?: in)? (?:{YEAR_REFERENCE}|(?P<short>\d\d)))?",
            _quarter,
        ),
        (
            rf"(?P<number>[1-4]) q(?:(?: of)?(?: [,/])? (?:{YEAR_REFERENCE}|(?P<short>\d\d)))?",
            _quarter,
        ),
        (rf"(?P<year>{YEAR}) (?:- )?q (?P<number>[1-4])", _quarter),
        (rf"(?:quarter|qtr) (?P<number>[1-4]|one|two|three|four){_OF_YEAR}", _quarter),
        (
            rf"(?:the )?h (?P<number>[12])(?:(?: of)?(?: [,/])?(?: in)? (?:{YEAR_REFERENCE}|(?P<short>\d\d)))?",
            _half,
        ),
        (rf"(?P<year>{YEAR}) (?:- )?h (?P<number>[12])", _half),
        (
            rf"(?:the )?(?P<ordinal>{ORDINAL}) (?P<unit>quarter|qtr|half)(?:(?: of)?(?: ,)?(?: in)?(?: the)?(?: year)? {YEAR_REFERENCE}| of the year)?",
            _ordinal_part,
        ),
        (
            rf"(?:(?:the )?(?:full |whole |entire )|all (?:of )?)?(?:the )?(?:calendar )?(?:year )?(?P<year>{YEAR})",
            _year,
        ),
        (
            rf"(?:the )?(?:very )?(?P<word>last|past|previous|prior|preceding|latest|most recent) {_FULL}(?P<count>)(?P<unit>{LONG_UNIT}|q){_NOT_OF}",
            _last,
        ),
        (
            rf"(?:the )?(?P<word>last|past|previous|prior|preceding|trailing|rolling|latest|most recent|recent) {_FULL}(?P<count>{NUMBER}|couple of) {_FULL}(?P<unit>{UNIT}){_NOT_OF}",
            _last,
        ),
        (rf"(?P<word>trailing|rolling) (?P<count>{NUMBER}) (?P<unit>{UNIT})", _last),
        (rf"(?:the )?(?:last|past) (?P<count>{NUMBER}) (?:hour|hr|h)", _last_hours),
        (r"(?P<count>\d+) (?P<unit>d|wk|w|mo)", _short_last),
        (rf"(?:the )?(?:this|current|present|running|ongoing) (?P<unit>{LONG_UNIT}|q)", _current),
        (
            r"(?:the )?(?P<unit>year|month|quarter|week) (?:to date|so far|until now|up to now)",
            _short_to_date,
        ),
        (
            rf"(?:year to date|y ?td)(?: in| of| for| ,)? (?:(?P<year>{YEAR})|(?P<which>last|the previous|previous) year)",
            _to_date_of,
        ),
        (r"(?P<unit>[ymqw]) ?t ?d", _short_to_date),
        (r"(?P<unit>[ymqw])td", _short_to_date),
        (rf"(?:the )?(?P<unit>{LONG_UNIT}) before last", _before_last),
        (r"(?:the )?(?P<before>day before )?yesterday", _yesterday),
        (
            rf"(?:the )?(?:start|beginning) of (?:the|this) (?:current )?(?P<unit>{LONG_UNIT})",
            _current,
        ),
        (r"today", _today),
        (rf"(?:last|this past|past) (?P<weekday>{'|'.join(WEEKDAYS)})", _weekday),
    )
)
"""Patterns over canonical text, each with what it stands for; the longest match wins."""


def find_atoms(
    text: str, as_of: date, patterns: Sequence[Pattern] = ATOMS
) -> list[tuple[int, int, Atom]]:
    """Return every named period in canonical text as (start, end, atom), longest first.

    Candidates may overlap; the caller chooses.
    """
    found: list[tuple[int, int, Atom]] = []
    for pattern, build in patterns:
        for match in pattern.finditer(text):
            atom = build(match, as_of)
            if atom is not None:
                found.append((match.start(), match.end(), atom))
    return sorted(found, key=lambda item: (item[0] - item[1], item[0]))

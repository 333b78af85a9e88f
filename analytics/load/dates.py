"""Dates and times as people write them, read only where one reading is possible."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from analytics.load.cells import Cell, read_missing

Order = Literal["day first", "month first"]

_TIME = (
    r"(?:(?:[T ]|,\s*|\s+at\s+)\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})"
    r"(?:[.,](?P<fraction>\d{1,9}))?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?"
)
_NAME = r"(?P<name>[A-Za-z]{3,9})\.?"
_YEAR = r"(?P<year>\d{4})"
_PATTERNS: Final = (
    ("year first", _YEAR + r"([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})"),
    ("year first", _YEAR + r"(?P<month>\d{2})(?P<day>\d{2})"),
    ("dotted", r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?" + _YEAR),
    ("numbers", r"(?P<first>\d{1,2})(?P<mark>[/-])(?P<other>\d{1,2})(?P=mark)" + _YEAR),
    ("named", r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s.-]+" + _NAME + r"[\s,-]+" + _YEAR),
    ("named", _NAME + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+" + _YEAR),
)
_SHAPES: Final = tuple((name, re.compile(pattern + _TIME)) for name, pattern in _PATTERNS)
_TWO_DIGIT_YEAR: Final = re.compile(
    r"(?:\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2}|\d{1,2}[\s-][A-Za-z]{3,9}[\s-]\d{2})(?!\d).*"
)
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip

TWO_DIGITS = "has a year of two digits"
IMPOSSIBLE = "is an impossible date"
AMBIGUOUS = "could be day/month or month/day; say which with `formats`"
MIXED = "stands in a column that mixes day/month with month/day"
NOT_A_DATE = "is not a date"
NO_SUCH_TIME = "has an impossible time of day"


def order_of(example: str) -> Order | None:
    """Return the order that a format such as DD/MM/YYYY names; None for anything else."""
    letters = "".join(re.findall(r"[DMY]+", example.upper().replace("%", "")))
    short = re.sub(r"(.)\1+", r"\1", letters)
    return {"DMY": "day first", "MDY": "month first"}.get(short)  # type: ignore[return-value]


def read_dates(texts: Sequence[str], kind: str, *, order: Order | None = None) -> list[Cell]:
    """Read the distinct texts of one date column.

    Parameters
    ----------
    texts : Sequence[str]
        All distinct texts: whether the day or the month comes first is decided over the whole
        column, by those with a number above 12.
    kind : str
        DATE or TIMESTAMP. Times with a zone are converted to UTC, times without are taken as UTC.
    order : str, optional
        The order, if the owner of the data said it.

    Returns
    -------
    list[Cell]
        One for each text. Years of two digits, and day/month where nothing in the column tells
        them apart, are problems.
    """
    read = [_Read(text) for text in texts]
    decided, problem = (order, "") if order else _decide_order(read)
    return [one.cell(kind, decided, problem) for one in read]


def _decide_order(read: Sequence[_Read]) -> tuple[Order | None, str]:
    """Return which comes first where both are numbers, or why that is not known."""
    pairs = [(int(r.part("first")), int(r.part("other"))) for r in read if r.shape == "numbers"]
    day_first = any(first > 12 for first, _ in pairs)
    month_first = any(second > 12 for _, second in pairs)
    if day_first == month_first:
        return None, MIXED if day_first else AMBIGUOUS
    return ("day first" if day_first else "month first"), ""


class _Read:
    """A text with the shape of a date that it has."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.shape = ""
        self._found: re.Match[str] | None = None
        for name, pattern in _SHAPES:
            self._found = pattern.fullmatch(self.text)
            if self._found is not None:
                self.shape = name
                break

    def part(self, name: str) -> str:
        """Return a part of the text; empty when it has none."""
        parts = self._found.groupdict() if self._found else {}
        return parts.get(name) or ""

    def cell(self, kind: str, order: Order | None, unclear: str) -> Cell:
        """Return the date or the moment; `unclear` is the problem when no order was decided."""
        missing = read_missing(self.text)
        if missing is not None:
            return missing
        if not self.shape:
            two = _TWO_DIGIT_YEAR.fullmatch(self.text)
            return Cell(problem=TWO_DIGITS if two else NOT_A_DATE)
        day = self._day(order, unclear)
        if isinstance(day, str):
            return Cell(problem=day)
        try:
            moment = self._moment(day)
        except (ValueError, OverflowError):
            return Cell(problem=NO_SUCH_TIME)
        if kind == "TIMESTAMP":
            return Cell(value=moment)
        cut = bool(self.part("hour")) and moment.time() != datetime.min.time()
        return Cell(value=moment.date(), note="time of day left out" if cut else "")

    def _day(self, order: Order | None, unclear: str) -> date | str:
        """Return the day, or why there is none."""
        month_text, day_text = self.part("month"), self.part("day")
        if self.shape == "numbers":
            first, second = self.part("first"), self.part("other")
            if order is None and (unclear == MIXED or int(first) != int(second)):
                return unclear
            month_text, day_text = (first, second) if order == "month first" else (second, first)
        if self.shape == "named":
            name = self.part("name").lower()
            fits = [n for n, month in enumerate(_MONTHS, 1) if month.startswith(name)]
            if name == "sept":
                fits = [9]
            if not fits:
                return NOT_A_DATE
            month_text = str(fits[0])
        try:
            return date(int(self.part("year")), int(month_text), int(day_text))
        except ValueError:
            return IMPOSSIBLE

    def _moment(self, day: date) -> datetime:
        hour = int(self.part("hour") or 0)
        half = self.part("half")[:1].lower()
        if half:
            if not 1 <= hour <= 12:
                raise ValueError(hour)
            hour = hour % 12 + (12 if half == "p" else 0)
        micros = int(self.part("fraction")[:6].ljust(6, "0") or 0)
        moment = datetime(
            day.year, day.month, day.day, hour, int(self.part("minute") or 0),
            int(self.part("second") or 0), micros, tzinfo=UTC,
        )  # fmt: skip
        return (moment - _offset(self.part("zone"))).replace(tzinfo=None)


def _offset(zone: str) -> timedelta:
    if zone in ("", "Z", "UTC", "GMT"):
        return timedelta()
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset > timedelta(hours=14):
        raise ValueError(zone)
    return -offset if zone.startswith("-") else offset

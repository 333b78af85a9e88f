# ruff: noqa: E501 - one pattern a line, however long
"""Fiscal years, halves and quarters, for a company that says in which month its year begins.

A fiscal year is called by the calendar year in which it ends: with April as the first month, FY
2026 runs from 1 April 2025 to 31 March 2026. Without a first month "fiscal" means nothing, and a
question that uses it is refused rather than answered for the calendar year.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from analytics.language.atoms import YEAR, Atom, Builder, Pattern
from analytics.language.calendar import add
from analytics.model import Period

_MONTHS = {"year": 12, "half": 6, "half year": 6, "quarter": 3, "qtr": 3}
_KINDS = {"q": "quarter", "h": "half"}
_NAME = r"(?:fiscal|financial|business|accounting)"
_SAID = rf"(?P<year>{YEAR}|\d\d)(?: [/-] (?P<second>{YEAR}|\d\d))?"
_WHICH = r"(?P<which>this|current|running|last|previous|past|prior)"


@dataclass(frozen=True, slots=True)
class _Years:
    """The fiscal years that begin in one month."""

    first_month: int

    def part(self, year: int, unit: str, number: int) -> Period:
        start = date(year if self.first_month == 1 else year - 1, self.first_month, 1)
        start = add(start, "month", _MONTHS[unit] * (number - 1))
        return Period(start=start, end=add(start, "month", _MONTHS[unit]))

    def current(self, as_of: date) -> int:
        began = self.first_month > 1 and as_of.month >= self.first_month
        return as_of.year + 1 if began else as_of.year

    def named(self, match: re.Match[str], as_of: date) -> Atom:
        return Atom(period=self.part(_year(match), "year", 1))

    def relative(self, match: re.Match[str], as_of: date) -> Atom:
        unit = match["unit"] or "year"
        here = self.part(self.current(as_of), "year", 1)
        elapsed = (as_of.year - here.start.year) * 12 + as_of.month - here.start.month
        start = add(here.start, "month", elapsed // _MONTHS[unit] * _MONTHS[unit])
        if match["which"] in {"this", "current", "running"}:
            return Atom(period=Period(start=start, end=as_of), to_date=True)
        return Atom(period=Period(start=add(start, "month", -_MONTHS[unit]), end=start))

    def to_date(self, match: re.Match[str], as_of: date) -> Atom:
        start = self.part(self.current(as_of), "year", 1).start
        return Atom(period=Period(start=start, end=as_of), to_date=True, spoken=True)

    def numbered(self, match: re.Match[str], as_of: date) -> Atom | None:
        unit, number = _KINDS[match["kind"]], int(match["number"])
        if unit == "half" and number > 2:
            return None
        if match["year"]:
            return Atom(period=self.part(_year(match), unit, number))
        year = self.current(as_of)
        here = self.part(year, unit, number)
        return Atom(period=here if here.start < as_of else self.part(year - 1, unit, number))


@lru_cache(maxsize=12)
def fiscal_patterns(first_month: int) -> tuple[Pattern, ...]:
    """Return patterns over canonical text for fiscal periods.

    Parameters
    ----------
    first_month
        1 to 12: the month in which the fiscal year begins.

    Raises
    ------
    ValueError
        When the month is none.
    """
    if not 1 <= first_month <= 12:
        raise ValueError(f"a fiscal year begins in a month from 1 to 12, not {first_month}")
    years = _Years(first_month)
    rows: tuple[tuple[str, Builder], ...] = (
        (rf"(?:the )?(?:{_NAME} year|fy) {_SAID}", years.named),
        (rf"(?:the )?{_WHICH} (?:{_NAME} (?P<unit>year|half year|half|quarter|qtr)|fy)", years.relative),
        (rf"(?:(?:the )?{_NAME} year (?:to date|so far)|fytd|fy ?td)", years.to_date),
        (rf"(?:the )?{_NAME} (?P<kind>[qh]) ?(?P<number>[1-4])(?:(?: of)?(?: fy| {_NAME} year)? {_SAID})?", years.numbered),
        (rf"(?P<kind>[qh]) ?(?P<number>[1-4])(?: of)?(?: the)? (?:fy|{_NAME} year) {_SAID}", years.numbered),
        (rf"fy {_SAID} (?P<kind>[qh]) ?(?P<number>[1-4])", years.numbered),
    )  # fmt: skip
    return tuple((re.compile(rf"(?<!\S){pattern}(?!\S)"), build) for pattern, build in rows)


def _year(match: re.Match[str]) -> int:
    text = match["second"] or match["year"]
    return int(text) if len(text) == 4 else 2000 + int(text)

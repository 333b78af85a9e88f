"""Two periods set against each other that are not equally long: the same span of the longer."""

from __future__ import annotations

from datetime import date

from analytics.language.calendar import shifted, unit_start, whole_unit_of
from analytics.model import Period


def alike(earlier: Period, later: Period, as_of: date) -> tuple[Period, Period]:
    """Return two periods to compare: `Q1 with last year` is Q1 with the Q1 of last year.

    Parameters
    ----------
    earlier, later
        As they were named, in order.
    as_of
        The first day that is not seen; the current year ends there.

    Returns
    -------
    tuple
        Both. Where one is a whole year and the other lies within a single other year, the year is
        cut to the same span; anything else stays as it was named, and so does a year so far.
    """
    span, year = (later, earlier) if _days(later) < _days(earlier) else (earlier, later)
    if not _is_year(year, as_of) or _days(span) >= _days(year):
        return earlier, later
    if span.start.year == year.start.year or _is_year_so_far(span, as_of):
        return earlier, later
    cut = shifted(span, "year", year.start.year - span.start.year)
    if cut.end > _whole_year(year).end:
        return earlier, later  # it runs over the turn of the year
    first, second = sorted((span, cut), key=lambda p: p.start)
    return first, second


def _days(period: Period) -> int:
    return (period.end - period.start).days


def _is_year(period: Period, as_of: date) -> bool:
    cut = period.end == as_of and period.start == unit_start(period.start, "year")
    return period == _whole_year(period) or (cut and period.start.year == as_of.year)


def _whole_year(period: Period) -> Period:
    return Period(
        start=date(period.start.year, 1, 1),
        end=date(period.start.year + 1, 1, 1),
        label=period.label,
    )


def _is_year_so_far(span: Period, as_of: date) -> bool:
    """Say whether a span is its year so far, which beside last year is not cut; a quarter is."""
    named = whole_unit_of(span)
    single = named is not None and named[1] == 1
    return not single and span.end == as_of and span.start == unit_start(span.start, "year")

"""Computed dimensions: one expression per transform named in dimensions.yaml."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

import ibis

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_AGE_BANDS: Final = (
    (18, "under 18"),
    (25, "18–24"),
    (35, "25–34"),
    (45, "35–44"),
    (55, "45–54"),
    (65, "55–64"),
)
_OLDEST_BAND: Final = "65 and over"

Transform = Callable[[ibis.Value, date], ibis.Value]


def seconds_between(start: ibis.Value, end: ibis.Value) -> ibis.Value:
    """Return the seconds from one timestamp to another as a float; epoch seconds are portable."""
    return end.epoch_seconds().cast("float64") - start.epoch_seconds().cast("float64")


def exact_sum(column: ibis.Value, *, where: ibis.Value | None = None) -> ibis.Value:
    """Sum so that the order of the rows cannot matter.

    Floats are added as decimals with nine places: threads add in any order, and a float sum
    would differ in its last digits from run to run. NaN counts as missing.
    """
    if not column.type().is_floating():
        return column.sum(where=where)
    return column.try_cast("decimal(38, 9)").sum(where=where).cast("float64")


def exact_mean(column: ibis.Value, *, where: ibis.Value | None = None) -> ibis.Value:
    """Return the mean of the values that are not missing, in any order of the rows the same."""
    if column.type().is_floating():
        column = column.try_cast("decimal(38, 9)")
    total = column.sum(where=where).cast("float64")
    return total / column.count(where=where).nullif(0)


def age_years(birth: ibis.Value, as_of: date) -> ibis.Value:
    """Return whole years on the as-of date; a birthday on that date counts."""
    to_come = birth.month() * 100 + birth.day() > as_of.month * 100 + as_of.day
    return as_of.year - birth.year() - ibis.ifelse(to_come, 1, 0)


def age_band(birth: ibis.Value, as_of: date) -> ibis.Value:
    """Return the band of ten years that the age on the as-of date falls into."""
    age = age_years(birth, as_of)
    branches = [(age < limit, label) for limit, label in _AGE_BANDS]
    return ibis.cases((birth.isnull(), ibis.null("string")), *branches, else_=_OLDEST_BAND)


def days_before_as_of(at: ibis.Value, as_of: date) -> ibis.Value:
    """Return the days, with a fraction, from a timestamp to the start of the as-of date."""
    return seconds_between(at, midnight(as_of)) / 86400.0


def midnight(day: date) -> ibis.Value:
    """Return the first moment of a day as a timestamp literal."""
    # A literal: Spark has no function that makes a timestamp without a zone.
    return ibis.literal(datetime(day.year, day.month, day.day), type="timestamp")  # noqa: DTZ001


def weekday_index(at: ibis.Value) -> ibis.Value:
    """Return 0 for Monday to 6 for Sunday."""
    return at.day_of_week.index()


def _day_of_week(at: ibis.Value, _as_of: date) -> ibis.Value:
    index = weekday_index(at)
    return ibis.cases(*((index == i, name) for i, name in enumerate(WEEKDAYS)))


TRANSFORMS: Final[Mapping[str, Transform]] = MappingProxyType(
    {
        "age_years": age_years,
        "age_band": age_band,
        "day_of": lambda at, _as_of: at if at.type().is_date() else at.date(),
        "days_before_as_of": days_before_as_of,
        "is_set": lambda value, _as_of: value.notnull(),
        "is_missing": lambda value, _as_of: value.isnull(),
        "is_positive": lambda value, _as_of: value.fill_null(0) > 0,
        "hour_of_day": lambda at, _as_of: at.hour(),
        "day_of_week": _day_of_week,
        "weekend": lambda at, _as_of: weekday_index(at) >= 5,
        "month_of_year": lambda at, _as_of: at.month(),
    }
)
"""By name; each takes one column (for the clock: the metric's own date) and the as-of date."""

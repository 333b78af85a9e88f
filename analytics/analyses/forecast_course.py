"""The expected course of a number beside the past that it is learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from analytics.analyses.horizons import Ahead
from analytics.analyses.kind import Context, Request
from analytics.analyses.time_series import (
    Floats,
    TimeSeries,
    adds_up,
    filled,
    first_day,
    is_snapshot,
    series_of,
)
from analytics.catalogue import Metric
from analytics.describe.dates import days_in_words
from analytics.describe.phrases import lower_start
from analytics.errors import QuestionError
from analytics.language.calendar import add, unit_start
from analytics.model import Filter, Grain, Period, Unit
from analytics.operations.forecast_methods import Seasons
from analytics.operations.forecast_totals import Total, total_of
from analytics.operations.forecasting import Aims, Forecast, capped, forecast

LEVEL: Final = 0.95
_FEWEST: Final = 12
_MOST_DAYS: Final = 400
_LONG_DAYS: Final = 100
_FEWEST_MONTHS: Final = 36
"""To learn sums from months rather than days."""
_RARE_PER_DAY: Final = 3.0
_FULL_SEASONS: Final = 3
YEAR_ROWS: Final[dict[Grain, int]] = {"day": 364, "week": 52, "month": 12, "quarter": 4}
_WEEK_DAYS: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A forecast beside the past that it is learnt from."""

    series: TimeSeries
    found: Forecast
    first: int
    """Steps before the days asked about."""
    low: Floats
    high: Floats
    expected: Floats
    n_filled: int
    unusual: tuple[date, ...]
    """First days of what was drawn in while learning."""
    total: Total | None
    """None for numbers that do not add up over time."""
    so_far: float
    asked_from: date
    """First day asked about, before the data's end where part of it has come in."""

    def day(self, step: int) -> date:
        """Return the first day of a step."""
        return add(self.series.end, self.series.grain, step)


def series_for(
    request: Request, context: Context, asked: tuple[Metric, tuple[Filter, ...], Ahead]
) -> TimeSeries:
    """Read the past in steps that suit the days ahead."""
    metric, filters, ahead = asked
    grain = _grain(request, metric, ahead, context)

    def read(step: Grain) -> TimeSeries:
        return series_of(metric, step, context, filters=filters, period=ahead.learnt_from)

    series = read(grain)
    is_open = "dimension" not in request.slots and grain == "day" and adds_up(metric, context)
    rare = is_open and float(np.nanmean(series.values)) < _RARE_PER_DAY
    if rare and ahead.unit in ("week", "month") and _is_aligned(ahead.period, ahead.unit, context):
        wider = read(ahead.unit)
        series = wider if len(wider.days) >= _FEWEST else series
    if len(series.days) < _FEWEST:
        n = len(series.days)
        raise QuestionError(
            f"Only {n} whole {series.grain}{'s' if n > 1 else ''} of {lower_start(metric.label)} "
            f"can be learnt from; a forecast needs {_FEWEST}.",
            hint="Ask by shorter steps, such as by day or by week.",
        )
    return series


def _grain(request: Request, metric: Metric, ahead: Ahead, context: Context) -> Grain:
    asked = request.slots.get("dimension")
    grains: dict[object, Grain] = {"day": "day", "week": "week", "month": "month",
                                   "quarter": "quarter"}  # fmt: skip
    if asked == "year":
        raise QuestionError("Whole years are too few to learn from.", hint="Ask by month.")
    if asked in grains:
        return grains[asked]
    days = (ahead.period.end - context.as_of).days
    is_long = days > _LONG_DAYS and _is_aligned(ahead.period, "month", context)
    if is_long and adds_up(metric, context) and days <= _MOST_DAYS:
        # With few months no season of the year is seen: the days know it from a year and a half.
        first = ahead.learnt_from.start if ahead.learnt_from else first_day(metric, context)
        is_long = add(first, "month", _FEWEST_MONTHS) <= context.as_of
    if adds_up(metric, context) or is_snapshot(metric, context):
        return "month" if is_long else "day"
    return ahead.unit if _is_aligned(ahead.period, ahead.unit, context) else "day"


def _is_aligned(period: Period, grain: Grain, context: Context) -> bool:
    """Say whether what lies ahead is made of whole weeks, months."""
    start = max(period.start, context.as_of)
    return unit_start(start, grain) == start and unit_start(period.end, grain) == period.end


def course_of(series: TimeSeries, ahead: Ahead, *, sums: bool) -> Course:
    """Forecast a series over the days asked about, its sum too if `sums`.

    Raises
    ------
    QuestionError
        When the past does not reach, or no whole step lies in the days asked about.
    """
    values, n_filled = filled(series)
    first, n_steps = _steps(series, ahead)
    year = YEAR_ROWS[series.grain]
    seasons = seasons_of(series.grain, len(values))
    learnt = capped(values, seasons[-1] if seasons else 1)
    aims = Aims(learnt=learnt, of_sums=sums, first=first, year=0 if year in seasons else year)
    found = forecast(values, seasons, n_steps, (LEVEL,), aims)
    low, high = (_bounded(each, values, series.column.unit) for each in found.intervals[LEVEL])
    so_far = [
        value
        for day, value in zip(series.days, values.tolist(), strict=True)
        if day >= ahead.period.start
    ]
    return Course(
        series=series, found=found, first=first, low=low, high=high, n_filled=n_filled,
        unusual=tuple(series.days[row] for row in np.flatnonzero(learnt != values).tolist()),
        expected=_bounded(found.expected, values, series.column.unit),
        total=total_of(found, first, n_steps, LEVEL) if sums else None, so_far=sum(so_far),
        asked_from=ahead.period.start,
    )  # fmt: skip


def _steps(series: TimeSeries, ahead: Ahead) -> tuple[int, int]:
    """Return the first step asked about and the steps in all, from the end of the series on."""
    first, n_steps, day = 0, 0, series.end
    most = _MOST_DAYS if series.grain == "day" else len(series.days)
    while add(day, series.grain, 1) <= ahead.period.end:
        first += day < ahead.period.start
        n_steps += 1
        day = add(day, series.grain, 1)
        if n_steps > min(most, len(series.days)):
            raise QuestionError(
                f"{len(series.days):,} {series.grain}s of the past do not reach to foretell "
                f"{days_in_words(series.end, ahead.period.end)}.",
                hint="Ask for a nearer time.",
            )
    if n_steps <= first:
        raise QuestionError(
            f"No whole {series.grain} lies in "
            f"{days_in_words(ahead.period.start, ahead.period.end)}.",
            hint="Ask by shorter steps.",
        )
    return first, n_steps


def seasons_of(grain: Grain, n: int) -> Seasons:
    """Return the lengths of the seasons that `n` rows are enough to learn, longest first."""
    wanted = [YEAR_ROWS[grain], *([_WEEK_DAYS] if grain == "day" else [])]
    return tuple(each for each in wanted if _FULL_SEASONS * each <= n)


def _bounded(values: Floats, past: Floats, unit: Unit | None) -> Floats:
    """Keep what cannot be negative from being so, and shares within 1."""
    least = 0.0 if past.min() >= 0 else -np.inf
    most = {"fraction": 1.0, "percent": 100.0}.get(unit or "", np.inf)
    return np.clip(values, least, max(most, float(past.max())) if most < np.inf else most)

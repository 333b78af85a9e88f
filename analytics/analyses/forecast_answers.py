"""Questions about the future of a number: expected course, total, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from analytics.analyses import answering
from analytics.analyses.horizons import Ahead, ahead_of
from analytics.analyses.kind import Context, Request
from analytics.analyses.limits import asks_when, first_beyond, limit_of
from analytics.analyses.time_series import (
    Floats,
    TimeSeries,
    adds_up,
    filled,
    is_snapshot,
    metric_of,
    series_of,
)
from analytics.catalogue import Metric
from analytics.describe.dates import days_in_words, period_name
from analytics.describe.phrases import lower_start
from analytics.errors import QuestionError
from analytics.language.calendar import add, unit_start
from analytics.model import (
    Cell,
    Chart,
    Column,
    Filter,
    Finding,
    Grain,
    InsightOutcome,
    Period,
    Receipt,
    Unit,
)
from analytics.operations.forecast_methods import Seasons
from analytics.operations.forecasting import (
    Aims,
    Forecast,
    Total,
    capped,
    forecast,
    total_of,
)

LEVEL: Final = 0.95
_SUGGESTIONS: Final = (
    "How many tickets will we get in the next 30 days?",
    "Forecast revenue for the next quarter",
)
_FEWEST: Final = 12
_MOST_DAYS: Final = 400
_LONG_DAYS: Final = 100
_RARE_PER_DAY: Final = 3.0
_SHOWN: Final = (12, 60)
_FULL_SEASONS: Final = 3
_YEAR: Final[dict[Grain, int]] = {"day": 364, "week": 52, "month": 12, "quarter": 4}
_WEEK_DAYS: Final = 7
_TEMPLATE: Final = "forecast.md.j2"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
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

    def day(self, step: int) -> date:
        """Return the first day of a step."""
        return add(self.series.end, self.series.grain, step)


def run_forecast(request: Request, context: Context) -> InsightOutcome:
    """Say what is to be expected of a number, with an interval tested on its own past."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> InsightOutcome:
    metric = metric_of(request.slots.get("metric"), context, "look ahead")
    _refuse_split(request, metric)
    filters = answering.filters_for(request, metric.name, context.catalogue)
    ahead = ahead_of(request, context.as_of)
    series = _series(request, context, (metric, filters, ahead))
    course = _course(series, ahead, sums=adds_up(metric, context))
    return _finding(request, context, (metric, filters, ahead, course))


def _refuse_split(request: Request, metric: Metric) -> None:
    given = request.slots.get("dimension")
    if given is not None and given not in answering.GRAINS:
        name = str(given).replace("_", " ")
        raise QuestionError(
            f"A forecast is not split by {name!r}.",
            hint=f"Ask for one {name} at a time, or for {lower_start(metric.label)} in all.",
        )


def _series(
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
    if adds_up(metric, context) or is_snapshot(metric, context):
        return "month" if is_long else "day"
    return ahead.unit if _is_aligned(ahead.period, ahead.unit, context) else "day"


def _is_aligned(period: Period, grain: Grain, context: Context) -> bool:
    """Say whether what lies ahead is made of whole weeks, months."""
    start = max(period.start, context.as_of)
    return unit_start(start, grain) == start and unit_start(period.end, grain) == period.end


def _course(series: TimeSeries, ahead: Ahead, *, sums: bool) -> _Course:
    values, n_filled = filled(series)
    first, n_steps = _steps(series, ahead)
    year = _YEAR[series.grain]
    seasons = _seasons(series.grain, len(values))
    learnt = capped(values, seasons[-1] if seasons else 1)
    aims = Aims(learnt=learnt, of_sums=sums, first=first, year=0 if year in seasons else year)
    found = forecast(values, seasons, n_steps, (LEVEL,), aims)
    low, high = (_bounded(each, values, series.column.unit) for each in found.intervals[LEVEL])
    so_far = [
        value
        for day, value in zip(series.days, values.tolist(), strict=True)
        if day >= ahead.period.start
    ]
    return _Course(
        series=series, found=found, first=first, low=low, high=high, n_filled=n_filled,
        unusual=tuple(series.days[row] for row in np.flatnonzero(learnt != values).tolist()),
        expected=_bounded(found.expected, values, series.column.unit),
        total=total_of(found, first, n_steps, LEVEL) if sums else None, so_far=sum(so_far),
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


def _seasons(grain: Grain, n: int) -> Seasons:
    wanted = [_YEAR[grain], *([_WEEK_DAYS] if grain == "day" else [])]
    return tuple(each for each in wanted if _FULL_SEASONS * each <= n)


def _bounded(values: Floats, past: Floats, unit: Unit | None) -> Floats:
    """Keep what cannot be negative from being so, and shares within 1."""
    least = 0.0 if past.min() >= 0 else -np.inf
    most = {"fraction": 1.0, "percent": 100.0}.get(unit or "", np.inf)
    return np.clip(values, least, max(most, float(past.max())) if most < np.inf else most)


def _finding(
    request: Request,
    context: Context,
    asked: tuple[Metric, tuple[Filter, ...], Ahead, _Course],
) -> Finding:
    metric, filters, ahead, course = asked
    facts = _facts(request, context, (metric, filters, ahead), course)
    unit = course.series.column.unit
    columns = (
        Column(name="period", label=course.series.grain.capitalize()),
        Column(name="actual", label=metric.label, unit=unit),
        Column(name="expected", label="Expected", unit=unit),
        Column(name="low", label="95 % interval from", unit=unit),
        Column(name="high", label="95 % interval to", unit=unit),
    )
    rows = _rows(course)
    own = course.series.receipt
    notes = answering.say(_TEMPLATE, part="notes", **facts)
    return Finding(
        analysis="forecast",
        text=answering.say(_TEMPLATE, part="text", **facts),
        columns=columns,
        rows=rows,
        chart=Chart(
            kind="line", title=f"{metric.label}, expected {facts['when']}", x="period",
            y=("actual", "expected"), unit=unit, compare=("expected",),
            note=answering.say(_TEMPLATE, part="chart", **facts),
        ),
        receipt=Receipt(
            definition=answering.say(
                _TEMPLATE, part="definition", own_definition=own.definition, **facts
            ),
            period=days_in_words(course.series.days[0], course.series.end),
            filters=own.filters,
            sql=own.sql,
            n_rows=len(rows),
            as_of=context.as_of,
            notes=tuple(line for line in notes.splitlines() if line.strip()),
            checks=own.checks,
            rows_read=own.rows_read,
            definition_version=own.definition_version,
        ),
        slots={"metric": metric.name, "horizon": f"{facts['n_days']} days"},
    )  # fmt: skip


def _rows(course: _Course) -> tuple[tuple[Cell, ...], ...]:
    n = len(course.expected)
    shown = min(len(course.series.days), max(_SHOWN[0], min(_SHOWN[1], 3 * n), n))
    past = zip(course.series.days[-shown:], course.series.values[-shown:].tolist(), strict=True)
    rows: list[tuple[Cell, ...]] = [
        (day, None if np.isnan(value) else value, None, None, None) for day, value in past
    ]
    rows += [
        (course.day(step), None, float(course.expected[step]), float(course.low[step]),
         float(course.high[step]))
        for step in range(n)
    ]  # fmt: skip
    return tuple(rows)


def _facts(
    request: Request,
    context: Context,
    asked: tuple[Metric, tuple[Filter, ...], Ahead],
    course: _Course,
) -> dict[str, Any]:
    metric, filters, ahead = asked
    series, found = course.series, course.found
    start, end = course.day(course.first), course.day(len(course.expected))
    start = min(start, ahead.period.start) if course.so_far else start
    last = len(course.expected) - 1
    year_rows = _YEAR[series.grain]
    return {
        "label": metric.label,
        "lower": lower_start(metric.label),
        "words": metric.words or lower_start(metric.label),
        "is_count": bool(metric.words),
        "unit": series.column.unit,
        "within": answering.filter_words(filters, context.catalogue),
        "when": days_in_words(start, end),
        "one_day": (end - start).days == 1,
        "n_days": (end - max(start, context.as_of)).days,
        "total": _whole_total(course),
        "so_far": course.so_far,
        "n_steps": len(course.expected) - course.first,
        "grain": series.grain,
        "earlier": _earlier(course, start, end),
        "last": {"name": period_name(course.day(last), series.grain),
                 "value": float(course.expected[last]), "low": float(course.low[last]),
                 "high": float(course.high[last])},
        "latest": {"name": period_name(series.days[-1], series.grain),
                   "value": float(series.values[-1])},
        "is_snapshot": is_snapshot(metric, context),
        "model": found.model,
        "passed_over": found.passed_over,
        "rivals": [
            {"name": each.name, "mase": each.mase, "missed_sum": each.missed_sum}
            for each in found.rivals
        ],
        "of_sums": course.total is not None,
        "n_windows": found.n_windows,
        "coverage": found.coverage.get(LEVEL),
        "n_past": len(series.days),
        "note": found.note,
        "left_out": [period_name(day, series.grain) for day in series.left_out],
        "n_filled": course.n_filled,
        "n_unusual": len(course.unusual),
        "last_unusual": period_name(course.unusual[-1], series.grain) if course.unusual else "",
        "skipped": days_in_words(series.end, start) if start > series.end else "",
        "is_assumed": ahead.is_assumed,
        "learnt": ahead.learnt_from,
        "knows_year": year_rows in _seasons(series.grain, len(series.days))
        or any(each.name == "a year ago" for each in found.rivals),
        "crossing": _crossing(request, course),
        "n_shown": len(_rows(course)) - len(course.expected),
    }  # fmt: skip


def _whole_total(course: _Course) -> dict[str, float | int | None] | None:
    if course.total is None:
        return None
    least = course.so_far if course.series.values.min() >= 0 else -np.inf
    total = course.total

    def shown(value: float) -> float:
        return float(round(value)) if course.series.column.unit == "count" else value

    return {
        "expected": shown(max(least, course.so_far + total.expected)),
        "low": shown(max(least, course.so_far + total.low)),
        "high": shown(course.so_far + total.high),
        "coverage": total.coverage,
        "n": total.n_windows,
    }


def _earlier(course: _Course, start: date, end: date) -> dict[str, Any] | None:
    """Return the sum of the same days a year earlier, or of as many steps just before."""
    if course.total is None:
        return None
    known = dict(zip(course.series.days, course.series.values.tolist(), strict=True))
    whole = course.so_far + course.total.expected
    n = len(course.expected) - course.first
    begun, ended = add(start, "year", -1), add(end, "year", -1)
    same = [value for day, value in known.items() if begun <= day < ended]
    wanted = n + sum(start <= day for day in known)
    if same and abs(len(same) - wanted) <= 1 and unit_start(begun, course.series.grain) == begun:
        before = float(np.nansum(same))
        words = days_in_words(begun, ended)
    elif len(known) >= n and not course.so_far:
        before = float(np.nansum(list(known.values())[-n:]))
        words = days_in_words(course.series.days[-n], course.series.end)
    else:
        return None
    change = (whole - before) / before if before > 0 else None
    return {"value": before, "words": words, "change": change}


def _crossing(request: Request, course: _Course) -> dict[str, Any] | None:
    limit = limit_of(request, course.series.column.unit)
    if limit is None:
        return None
    past = course.series.values[~np.isnan(course.series.values)]
    found = first_beyond(limit, float(past[-1]), (course.expected, course.low, course.high))
    names = {
        name: None if step is None else period_name(course.day(step), course.series.grain)
        for name, step in found.items()
    }
    return {"value": limit, "is_asked": asks_when(request), **names}

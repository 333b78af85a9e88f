"""Questions about the future of a number: expected course, total, and how sure that is."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import numpy as np

from analytics.analyses import answering
from analytics.analyses.forecast_course import (
    LEVEL,
    YEAR_ROWS,
    Course,
    course_of,
    seasons_of,
    series_for,
)
from analytics.analyses.forecast_groups import Groups, groups_of, split_up
from analytics.analyses.horizons import Ahead, ahead_of
from analytics.analyses.kind import Context, Request
from analytics.analyses.limits import asks_when, first_beyond, limit_of
from analytics.analyses.time_series import (
    adds_up,
    is_snapshot,
    metric_of,
)
from analytics.catalogue import Dimension, Metric
from analytics.catalogue.entries import MOMENT
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
    InsightOutcome,
    Receipt,
)

_SUGGESTIONS: Final = (
    "How many tickets will we get in the next 30 days?",
    "Forecast revenue for the next quarter",
)
_SHOWN: Final = (12, 60)
_TEMPLATE: Final = "forecast.md.j2"


def run_forecast(request: Request, context: Context) -> InsightOutcome:
    """Say what is to be expected of a number, with an interval tested on its own past."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> InsightOutcome:
    metric = metric_of(request.slots.get("metric"), context, "look ahead")
    dimension = _split(request, metric, context)
    filters = answering.filters_for(request, metric.name, context.catalogue)
    ahead = ahead_of(request, context.as_of)
    series = series_for(request, context, (metric, filters, ahead))
    course = course_of(series, ahead, sums=adds_up(metric, context))
    groups = None
    if dimension is not None:
        groups = groups_of(dimension, course, (metric, filters), context)
    finding = _finding(request, context, (metric, filters, ahead, course, groups))
    return finding if groups is None else split_up(finding, groups, course.series.column)


def _split(request: Request, metric: Metric, context: Context) -> Dimension | None:
    """Return what the forecast is split by, None without a split or for a stretch of time.

    Raises
    ------
    QuestionError
        When the groups of the number do not add up.
    """
    given = request.slots.get("dimension")
    if given is None or given in answering.GRAINS:
        return None
    name = str(given).replace("_", " ")
    if not adds_up(metric, context):
        raise QuestionError(
            f"A forecast of {lower_start(metric.label)} is not split by {name!r}: it does not "
            "add up.",
            hint=f"Ask for one {name} at a time, or for {lower_start(metric.label)} in all.",
        )
    dimension = answering.dimension_for(request, metric.name, context.catalogue)
    if dimension is not None and dimension.entity == MOMENT:
        raise QuestionError(
            f"A forecast is not split by {lower_start(dimension.label)}.",
            hint=f"Ask for {lower_start(metric.label)} by day, or in all.",
        )
    return dimension


def _finding(
    request: Request,
    context: Context,
    asked: tuple[Metric, tuple[Filter, ...], Ahead, Course, Groups | None],
) -> Finding:
    metric, filters, ahead, course, groups = asked
    facts = _facts(request, context, (metric, filters, ahead), course)
    facts["groups"] = groups
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


def _rows(course: Course) -> tuple[tuple[Cell, ...], ...]:
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
    course: Course,
) -> dict[str, Any]:
    metric, filters, ahead = asked
    series, found = course.series, course.found
    start, end = course.day(course.first), course.day(len(course.expected))
    start = min(start, ahead.period.start) if course.so_far else start
    last = len(course.expected) - 1
    year_rows = YEAR_ROWS[series.grain]
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
        "knows_year": year_rows in seasons_of(series.grain, len(series.days))
        or any(each.name == "a year ago" for each in found.rivals),
        "crossing": _crossing(request, course),
        "n_shown": len(_rows(course)) - len(course.expected),
    }  # fmt: skip


def _whole_total(course: Course) -> dict[str, float | int | None] | None:
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


def _earlier(course: Course, start: date, end: date) -> dict[str, Any] | None:
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


def _crossing(request: Request, course: Course) -> dict[str, Any] | None:
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

"""What is expected of each group of a number that adds up, in sums that come to the whole's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from analytics.analyses.forecast_course import LEVEL, YEAR_ROWS, Course, seasons_of
from analytics.analyses.kind import Context
from analytics.analyses.time_series import Floats
from analytics.catalogue import Dimension, Metric
from analytics.describe.phrases import lower_start
from analytics.errors import QuestionError
from analytics.model import Cell, Chart, Column, Filter, Finding, MetricQuery, Period
from analytics.operations.forecast_totals import Steps, totals_of_groups
from analytics.operations.forecasting import YEAR_AGO, Aims, Forecast, capped, forecast
from analytics.query.run import answer

_MOST_GROUPS: Final = 12
_OTHERS: Final = "all others"
_MISSING: Final = "not known"
_APART: Final = 1e-6
"""Relative difference beyond which groups do not add up to the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group's sum over the days asked about, what has come in of it already included."""

    name: str
    expected: float
    low: float
    high: float
    so_far: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The groups of a dimension, the largest first; they add up to the whole's total."""

    label: str
    every: tuple[Group, ...]
    n_together: int
    """Groups told as one at the end."""
    sql: str


def groups_of(
    dimension: Dimension,
    course: Course,
    asked: tuple[Metric, tuple[Filter, ...]],
    context: Context,
) -> Groups:
    """Foretell each group by itself and reconcile them with the forecast of the whole.

    Parameters
    ----------
    dimension : Dimension
        What is split by.
    course : Course
        Of the whole, with a total.
    asked : tuple of Metric and filters
        The number and its conditions.
    context : Context
        The warehouse.

    Raises
    ------
    QuestionError
        When a row may count in several groups, so that they do not add up.
    """
    metric, filters = asked
    series = course.series
    query = MetricQuery(
        metrics=(metric.name,), dimensions=(dimension.name,), grain=series.grain, filters=filters,
        period=Period(start=series.days[0], end=series.end), as_of=context.as_of,
    )  # fmt: skip
    found = answer(query, warehouse=context.warehouse, catalogue=context.catalogue)
    names = [column.name for column in found.columns]
    by_group = _by_group(found.rows, (names.index(dimension.name), len(names) - 1), series.days)
    whole = np.sum(list(by_group.values()), axis=0)
    if not np.allclose(whole, np.nan_to_num(series.values), rtol=_APART, atol=_APART):
        raise QuestionError(
            f"{metric.label} by {lower_start(dimension.label)} cannot be forecast: a row may count "
            "in several groups, which do not add up.",
            hint=f"Ask for one {lower_start(dimension.label)} at a time.",
        )
    kept, n_together = _kept(by_group)
    return Groups(
        label=dimension.label, every=_told(kept, course), n_together=n_together,
        sql=found.receipt.sql,
    )  # fmt: skip


def split_up(finding: Finding, groups: Groups, column: Column) -> Finding:
    """Return the finding of a whole with its groups as the table and the chart."""
    unit = column.unit
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (one.name, one.expected, one.low, one.high) for one in groups.every
    )
    columns = (
        Column(name="group", label=groups.label),
        Column(name="expected", label="Expected", unit=unit),
        Column(name="low", label="95 % interval from", unit=unit),
        Column(name="high", label="95 % interval to", unit=unit),
    )
    return replace(
        finding,
        columns=columns,
        rows=rows,
        chart=Chart(kind="bar", title=f"{finding.chart.title}, by {lower_start(groups.label)}",
                    x="group", y=("expected",), unit=unit),
        receipt=replace(
            finding.receipt, n_rows=len(rows), sql=f"{finding.receipt.sql}\n\n{groups.sql}"
        ),
    )  # fmt: skip


def _by_group(
    rows: tuple[tuple[Cell, ...], ...], places: tuple[int, int], days: tuple[date, ...]
) -> dict[str, Floats]:
    """Return a series for each group, 0 where it has no rows."""
    row_of = {day: row for row, day in enumerate(days)}
    group, value = places
    found: dict[str, Floats] = {}
    for row in rows:
        day = next(cell for cell in row if isinstance(cell, date))
        name = _MISSING if row[group] is None else str(row[group])
        if day in row_of and row[value] is not None:
            found.setdefault(name, np.zeros(len(days)))[row_of[day]] += float(str(row[value]))
    return found


def _kept(by_group: dict[str, Floats]) -> tuple[dict[str, Floats], int]:
    """Return at most twelve groups; what is beyond is put together."""
    ranked = sorted(by_group, key=lambda name: (-float(np.abs(by_group[name]).sum()), name))
    if len(ranked) <= _MOST_GROUPS:
        return {name: by_group[name] for name in ranked}, 0
    few, rest = ranked[: _MOST_GROUPS - 1], ranked[_MOST_GROUPS - 1 :]
    kept = {name: by_group[name] for name in few}
    kept[_OTHERS] = np.sum([by_group[name] for name in rest], axis=0)
    return kept, len(rest)


def _told(by_group: dict[str, Floats], course: Course) -> tuple[Group, ...]:
    first, n_steps = course.first, len(course.found.expected)
    parts = [_foretold(values, course) for values in by_group.values()]
    never_negative = all(values.min() >= 0 for values in by_group.values())
    totals = totals_of_groups(
        course.found, parts, Steps(start=first, end=n_steps, level=LEVEL),
        at_least_0=never_negative,
    )  # fmt: skip
    start = course.asked_from
    since = [row for row, day in enumerate(course.series.days) if day >= start]
    told = []
    for (name, values), total in zip(by_group.items(), totals, strict=True):
        so_far = float(values[since].sum()) if since else 0.0
        least = so_far if never_negative else -np.inf
        told.append(Group(
            name=name, expected=so_far + total.expected, so_far=so_far,
            low=max(least, so_far + total.low), high=so_far + total.high,
        ))  # fmt: skip
    told.sort(key=lambda one: (one.name == _OTHERS, -one.expected, one.name))
    return tuple(told)


def _foretold(values: Floats, course: Course) -> Forecast:
    grain = course.series.grain
    seasons, year = seasons_of(grain, len(values)), YEAR_ROWS[grain]
    aims = Aims(
        learnt=capped(values, seasons[-1] if seasons else 1), of_sums=True, first=course.first,
        year=0 if year in seasons else year,
        like_year_ago=course.found.model == YEAR_AGO,
    )  # fmt: skip
    return forecast(values, seasons, len(course.found.expected), (LEVEL,), aims)

"""Series of a metric for analyses over time: read as any trend is, gaps and part periods told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.analyses import answering
from analytics.analyses.kind import Context
from analytics.catalogue import Metric
from analytics.errors import QuestionError
from analytics.language.calendar import add
from analytics.model import Column, Filter, Grain, MetricQuery, Period, Receipt
from analytics.query.run import answer

Floats = npt.NDArray[np.float64]

MOST_EMPTY: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSeries:
    """A metric period by period, the oldest first, without gaps."""

    metric: Metric
    grain: Grain
    days: tuple[date, ...]
    """First day of each whole period."""
    values: Floats
    """NaN where a mean or a ratio has no rows."""
    left_out: tuple[date, ...]
    """First days of periods that the data covers in part only."""
    receipt: Receipt
    column: Column

    @property
    def end(self) -> date:
        """The first day after the last whole period."""
        return add(self.days[-1], self.grain, 1)


def adds_up(metric: Metric, context: Context) -> bool:
    """Say whether the periods of a metric add up to a longer one: counts and sums of events."""
    measures = context.catalogue.measures_of(metric)
    return metric.additive and all(m.time == "flow" for m in measures)


def is_snapshot(metric: Metric, context: Context) -> bool:
    """Say whether a metric is counted at a moment, as the open tickets are."""
    measures = context.catalogue.measures_of(metric)
    return bool(measures) and all(m.time in ("until", "snapshot") for m in measures)


def metric_of(name: object, context: Context, what: str) -> Metric:
    """Return the metric of a slot.

    Raises
    ------
    QuestionError
        When none is named, or a model computes it.
    """
    if not isinstance(name, str):
        raise QuestionError(
            f"I can {what}, but not which number is meant.", hint="Name one, such as tickets."
        )
    metric = context.catalogue.metric(name)
    if metric.formula is None:
        raise QuestionError(f"{metric.label} is computed by a model and has no series over time.")
    return metric


def series_of(
    metric: Metric,
    grain: Grain,
    context: Context,
    *,
    filters: tuple[Filter, ...] = (),
    period: Period | None = None,
) -> TimeSeries:
    """Read a metric by day, week, month, … as a question for its trend would.

    Parameters
    ----------
    metric : Metric
        Of the catalogue.
    grain : Grain
        Length of a period.
    context : Context
        The warehouse, and until when its rows are seen.
    filters : tuple of Filter
        Conditions.
    period : Period, optional
        Days to read; everything without it.

    Raises
    ------
    QuestionError
        When nothing whole is left.
    QueryError
        When the metric has no trend, or its number cannot be proven.
    """
    first = first_day(metric, context)
    start = first if period is None else max(first, period.start)
    end = context.as_of if period is None else min(period.end, context.as_of)
    if start >= end:
        raise QuestionError(f"There is nothing to learn {metric.label} from before {end}.")
    query = MetricQuery(
        metrics=(metric.name,), grain=grain, filters=filters,
        period=Period(start=start, end=end), as_of=context.as_of,
    )  # fmt: skip
    found = answer(query, warehouse=context.warehouse, catalogue=context.catalogue)
    days = [row[0] for row in found.rows]
    whole: list[int] = []
    part: list[int] = []
    for place, day in enumerate(days):
        assert isinstance(day, date)
        is_whole = day >= start and add(day, grain, 1) <= end
        (whole if is_whole else part).append(place)
    if not whole:
        raise QuestionError(
            f"No whole {grain} of {metric.label} is in the data.",
            hint="Name a longer time, or ask by day.",
        )
    values = [found.rows[place][1] for place in whole]
    return TimeSeries(
        metric=metric,
        grain=grain,
        days=tuple(day for day in (days[place] for place in whole) if isinstance(day, date)),
        values=np.array([np.nan if v is None else float(str(v)) for v in values]),
        left_out=tuple(day for day in (days[place] for place in part) if isinstance(day, date)),
        receipt=replace(found.receipt, elapsed_ms=None),
        column=found.columns[-1],
    )


def first_day(metric: Metric, context: Context) -> date:
    """Return the first day with a row that a metric is made of.

    Raises
    ------
    QuestionError
        When there is none.
    """
    found = []
    for fact in dict.fromkeys(m.fact for m in context.catalogue.measures_of(metric)):
        clock = next(iter(context.catalogue.facts[fact].dates), None)
        if clock is None:
            continue
        rows = answering.rows_of(fact, {clock}, context)
        frame, _ = context.warehouse.run(rows.aggregate(first=rows[clock].min().date()))
        if len(frame) and frame["first"].notna().all():
            found.append(frame["first"].iloc[0])
    if not found:
        raise QuestionError(f"There are no rows to learn {metric.label} from.")
    earliest = min(found)
    return date(earliest.year, earliest.month, earliest.day)


def filled(series: TimeSeries) -> tuple[Floats, int]:
    """Return the values with gaps drawn straight between their neighbours, and how many those are.

    Raises
    ------
    QuestionError
        When more than half are missing.
    """
    missing = np.isnan(series.values)
    n = len(series.values)
    if missing.sum() > MOST_EMPTY * n:
        raise QuestionError(
            f"Only {n - int(missing.sum()):,} of {n:,} {series.grain}s have a "
            f"{series.metric.label}.",
            hint="Ask for longer steps, such as by month.",
        )
    rows = np.arange(n)
    return np.interp(rows, rows[~missing], series.values[~missing]), int(missing.sum())

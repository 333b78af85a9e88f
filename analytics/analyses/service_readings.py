"""Readings of services by hour or day, under the conditions of a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import ibis
import pandas as pd

from analytics.analyses import answering
from analytics.analyses.kind import Context, Request
from analytics.catalogue import Metric
from analytics.errors import ModelError, QuestionError
from analytics.model import Filter
from analytics.query.warehouse import was_truncated
from analytics.query.windows import Window

FACT: Final = "readings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Values of one metric, service after service in the order of their ids."""

    frame: pd.DataFrame
    """service_id, service, at, value; `at` rises within a service."""
    sql: str


def is_reading(metric: Metric, context: Context) -> bool:
    """Say whether a metric is read off services."""
    measures = context.catalogue.measures_of(metric)
    return bool(measures) and all(m.fact == FACT for m in measures)


def service_filters(request: Request, metric: Metric, context: Context) -> tuple[Filter, ...]:
    """Return the conditions of a question, the service it names among them.

    Raises
    ------
    QuestionError
        When the metric has no such dimension.
    """
    filters = answering.filters_for(request, metric.name, context.catalogue)
    name = request.slots.get("service")
    if name is None:
        return filters
    column = "service_id" if isinstance(name, int) else "name"
    given = request.slots.get("filters", {})
    assert isinstance(given, Mapping)
    if column in given:
        return filters
    found = [
        d for d in context.catalogue.dimensions_of(metric.name)
        if d.entity == "service" and d.column == column
    ]  # fmt: skip
    if not found:
        raise QuestionError(f"{metric.label} is not told by service.")
    return (*filters, Filter(dimension=found[0].name, operator="=", values=(name,)))  # type: ignore[arg-type]


def readings_of(
    metric: Metric,
    context: Context,
    *,
    filters: tuple[Filter, ...],
    window: Window,
    by: Literal["hour", "day", "busiest hour of a day"],
) -> Readings:
    """Read a metric of services; a day is the mean of its hours or the busiest of them.

    Raises
    ------
    QuestionError
        When there is nothing to read.
    ModelError
        When there is more than one query may return.
    """
    measure = context.catalogue.measures_of(metric)[0]
    service = context.catalogue.dimension("service")
    columns = {"value", "service_id", *(column for column, _ in measure.where)}
    rows = answering.rows_of(
        FACT, columns, context, filters=filters, dimension=service, window=window
    )
    for column, values in measure.where:
        rows = rows.filter(rows[column].isin(list(values)))
    at = rows.measured_at.truncate("h" if by == "hour" else "D")
    keys: dict[str, ibis.Value] = {
        "service_id": rows.service_id, "service": rows[service.name].cast("string"), "at": at,
    }  # fmt: skip
    value = rows.value.max() if by == "busiest hour of a day" else rows.value.mean()
    table = rows.group_by(**keys).aggregate(value=value).order_by("service_id", "at")
    frame, sql = context.warehouse.run(table)
    if was_truncated(frame):
        raise ModelError(
            f"{len(frame):,} readings are more than one query of the warehouse may return.",
            hint="Name a service, or a shorter time.",
        )
    frame = frame[frame["value"].notna()].reset_index(drop=True)
    if frame.empty:
        raise QuestionError(f"There are no readings of {metric.label} for what is asked about.")
    return Readings(frame=frame.assign(at=pd.to_datetime(frame["at"])), sql=sql)

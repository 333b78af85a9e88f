"""Which service a failure came from: readings around it, the graph, and earlier incidents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from analytics.analyses.cause_incidents import (
    Incident,
    incident_of,
    read_incidents,
    records_of,
)
from analytics.analyses.kind import Context
from analytics.errors import ModelError, QuestionError
from analytics.operations.service_causes import Verdict, find_causes
from analytics.operations.service_moments import (
    WEEKS,
    hours_around,
    moment_of_hours,
    services_of,
)
from analytics.query.transforms import midnight
from analytics.query.warehouse import was_truncated
from analytics.query.windows import Window

SPREADING: Final = pd.Timedelta(minutes=30)
"""A failure reaches the services above within this time, or did not come from below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What readings and other incidents say about where a failure came from."""

    at: pd.Timestamp
    service: str
    verdict: Verdict | None
    """None when nothing was measured around the time."""
    why_none: str
    earlier: tuple[Incident, ...]
    """Incidents of services below that began shortly before, the deepest first."""
    below: tuple[str, ...]
    """All services that it stands on, directly or not."""
    sql: str


def look_around(
    context: Context, service: str, at: pd.Timestamp, until: pd.Timestamp | None
) -> Around:
    """Look at all services around a moment at which one of them failed."""
    callees = dependencies(context)
    below = reached(callees, service)
    hours = hours_around(at, until)
    frame, sql = _readings(context, hours)
    verdict, why = None, ""
    try:
        verdict = find_causes(services_of(frame, callees, hours), moment_of_hours(hours, service))
    except ValueError as error:
        why = str(error)
    earlier = _earlier(context, below, at)
    return Around(
        at=at, service=service, verdict=verdict, why_none=why, earlier=earlier, below=below, sql=sql
    )


def dependencies(context: Context) -> dict[str, tuple[str, ...]]:
    """Return each service's name with those that it stands on.

    Raises
    ------
    QuestionError
        When the warehouse tells of no services.
    """
    if "services" not in context.catalogue.facts:
        raise QuestionError("The data has no table of services.")
    services = context.warehouse.table("services")
    named, _ = context.warehouse.run(services.select("service_id", "name").order_by("service_id"))
    names = dict(zip(named["service_id"].tolist(), named["name"].astype(str), strict=True))
    calls = context.warehouse.table("service_dependencies")
    edges, _ = context.warehouse.run(calls.order_by("service_id", "depends_on_service_id"))
    found: dict[str, list[str]] = {name: [] for name in names.values()}
    for above, under in edges[["service_id", "depends_on_service_id"]].itertuples(index=False):
        if above in names and under in names:
            found[names[above]].append(names[under])
    return {name: tuple(each) for name, each in found.items()}


def reached(edges: dict[str, tuple[str, ...]], start: str) -> tuple[str, ...]:
    """Return all that is reached from a service, nearest first, without itself."""
    seen: dict[str, None] = {}
    waiting = list(edges.get(start, ()))
    while waiting:
        each = waiting.pop(0)
        if each not in seen and each != start:
            seen[each] = None
            waiting += edges.get(each, ())
    return tuple(seen)


def dependents(edges: dict[str, tuple[str, ...]], start: str) -> tuple[str, ...]:
    """Return all services that stand on one, nearest first."""
    above: dict[str, list[str]] = {}
    for name, under in edges.items():
        for each in under:
            above.setdefault(each, []).append(name)
    return reached({name: tuple(each) for name, each in above.items()}, start)


def _readings(context: Context, hours: pd.DatetimeIndex) -> tuple[pd.DataFrame, str]:
    table = context.warehouse.table("service_metrics")
    start = (hours[0] - pd.Timedelta(weeks=WEEKS)).to_pydatetime()
    table = table.filter(
        table.measured_at >= start,
        table.measured_at <= hours[-1].to_pydatetime(),
        table.measured_at < midnight(context.as_of),
        table.measured_at.hour().isin(sorted(set(hours.hour.tolist()))),
    )
    services = context.warehouse.table("services").select("service_id", service="name")
    rows = table.inner_join(services, "service_id").select(
        "service", "metric", "measured_at", "value"
    )
    frame, sql = context.warehouse.run(rows.order_by("measured_at", "service", "metric"))
    if was_truncated(frame):
        raise ModelError(
            f"{len(frame):,} readings are more than one query of the warehouse may return.",
            hint="Raise the limit of rows.",
        )
    return frame.assign(measured_at=pd.to_datetime(frame["measured_at"])), sql


def _earlier(context: Context, below: Sequence[str], at: pd.Timestamp) -> tuple[Incident, ...]:
    day = Window(start=(at - SPREADING).date(), end=context.as_of)
    frame, _ = read_incidents(context, (), day)
    gap = at - frame["started_at"]
    near = frame[frame["service"].isin(below) & (gap > pd.Timedelta(0)) & (gap <= SPREADING)]
    found = [incident_of(row) for row in records_of(near)]
    depth = {name: place for place, name in enumerate(below)}
    return tuple(sorted(found, key=lambda each: (-depth[each.service], each.incident_id)))

"""The incidents that questions about causes are answered from, and which one is meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import Any, Final

import pandas as pd

from analytics.analyses import answering
from analytics.analyses.kind import Context, Request
from analytics.describe.dates import day_in_words
from analytics.errors import ModelError, QuestionError
from analytics.model import Filter
from analytics.query.transforms import midnight
from analytics.query.warehouse import was_truncated
from analytics.query.windows import Window

SYMPTOMS: Final[Mapping[str, str]] = {
    "cpu_load": "high CPU load",
    "memory_load": "high memory load",
    "delay": "delay",
    "error_1000": "error 1000",
    "error_1001": "error 1001",
    "error_1002": "error 1002",
    "error_1003": "error 1003",
}
_COLUMNS: Final = ("incident_id", "service_id", "title", "severity", "root_cause")
_CLOCK: Final = re.compile(
    r"\b(?:at|around|about|since|by|from)?\s*(?P<h>[01]?\d|2[0-3])"
    r"(?::(?P<m>[0-5]\d)(?::[0-5]\d)?\s*(?P<half>[ap]m)?|\s*(?P<half_only>[ap]m))\b"
)
_SHOWN: Final = re.compile(r"\b(?:symptoms?|signs?|shows?|looks? like|recogni[sz]e|tell)\b")
_HALF_DAY_H: Final = 12
_NEAR: Final = pd.Timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident, as far as it was known before the as-of date."""

    incident_id: int
    service: str
    title: str
    severity: int
    started_at: pd.Timestamp
    resolved_at: pd.Timestamp | None
    cause: str | None
    symptoms: Mapping[str, float]
    """Symptom to 1 or 0; what was not recorded is left out."""


def read_incidents(
    context: Context, filters: tuple[Filter, ...] = (), window: Window | None = None
) -> tuple[pd.DataFrame, str]:
    """Read incidents with their service, one a row, in order of their number.

    A cause counts as known once the incident is over.

    Raises
    ------
    QuestionError
        When the warehouse tells of no incidents.
    """
    if "incidents" not in context.catalogue.facts:
        raise QuestionError("The data has no table of incidents.")
    rows = answering.rows_of("incidents", {"incident_id"}, context, filters=filters, window=window)
    mine = rows.select("incident_id", "started_at")
    table = context.warehouse.table("incidents")
    services = context.warehouse.table("services").select("service_id", service="name")
    named = table.left_join(services, "service_id")
    over = named.resolved_at < midnight(context.as_of)
    named = named.select(
        *_COLUMNS[:-1],
        "service",
        "started_at",
        *SYMPTOMS,
        resolved_at=over.ifelse(named.resolved_at, None),
        root_cause=over.ifelse(named.root_cause, None),
    )
    chosen = named.semi_join(mine, "incident_id").order_by("incident_id")
    frame, sql = context.warehouse.run(chosen)
    if was_truncated(frame):
        raise ModelError(
            f"{len(frame):,} incidents are more than one query of the warehouse may return.",
            hint="Name a period.",
        )
    return frame, sql


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of `read_incidents` as dictionaries."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def incident_of(cells: Mapping[str, Any]) -> Incident:
    """Return one row of `read_incidents`."""
    return Incident(
        incident_id=int(cells["incident_id"]),
        service=str(cells["service"]),
        title=str(cells["title"]),
        severity=int(cells["severity"]),
        started_at=pd.Timestamp(cells["started_at"]),
        resolved_at=None if pd.isna(cells["resolved_at"]) else pd.Timestamp(cells["resolved_at"]),
        cause=answering.cell_text(cells["root_cause"]),
        symptoms={name: float(cells[name]) for name in SYMPTOMS if pd.notna(cells[name])},
    )


def service_filter(value: object) -> Filter:
    """Return the condition on a service, given by name or number."""
    name = "service_id" if isinstance(value, int) else "service"
    return Filter(dimension=name, operator="=", values=(value,))  # type: ignore[arg-type]


def clock_of(text: str) -> time | None:
    """Return the time of day that a question names ("at 14:00", "9 am"), None without one."""
    found = _CLOCK.search(text.lower())
    if found is None:
        return None
    hour, half = int(found["h"]), found["half"] or found["half_only"]
    if half is not None:
        hour = hour % _HALF_DAY_H + (_HALF_DAY_H if half == "pm" else 0)
    return time(hour % 24, int(found["m"] or 0))


def moment_asked(request: Request) -> pd.Timestamp | None:
    """Return the moment of a question that names one day and a time of day."""
    period, clock = answering.period_of_slot(request), clock_of(request.text)
    if period is None or clock is None or (period.end - period.start).days != 1:
        return None
    return pd.Timestamp.combine(period.start, clock)


def one_incident(request: Request, context: Context) -> Incident | None:
    """Return the incident asked about by number, or the latest of the service asked about.

    None when the service has no incident in that period, or none near the moment named.

    Raises
    ------
    QuestionError
        When the number is unknown, or the conditions do not fit the incident.
    """
    window = answering.window_for(request, context)
    filters = _other_filters(request, context)
    if "service" in request.slots:
        filters += (service_filter(request.slots["service"]),)
    number = request.slots.get("incident_id")
    if number is not None:
        filters += (Filter(dimension="incident_id", operator="=", values=(int(str(number)),)),)
    frame, _ = read_incidents(context, filters, window)
    if number is not None and frame.empty:
        has_more = len(request.slots) > 1
        raise QuestionError(
            f"There is no incident {number} before {day_in_words(context.as_of)}"
            + (" that fits the other conditions." if has_more else ".")
        )
    if frame.empty:
        return None
    moment = moment_asked(request)
    records = records_of(frame.sort_values(["started_at", "incident_id"]))
    if moment is None:
        return incident_of(records[-1])
    near = min(records, key=lambda row: abs(row["started_at"] - moment))
    return incident_of(near) if abs(near["started_at"] - moment) <= _NEAR else None


def _other_filters(request: Request, context: Context) -> tuple[Filter, ...]:
    filters = answering.filters_for(request, "incidents", context.catalogue)
    return tuple(each for each in filters if each.dimension not in SYMPTOMS)


def without_the_word(request: Request) -> Request:
    """Take words for what they mean among symptoms.

    "Service" is the noun, not the reason why a customer left, and "memory" beside the symptom of
    that name is no cause unless the question asks how a cause shows.
    """
    given = request.slots.get("filters", {})
    assert isinstance(given, Mapping)
    taken = {"churn_reason"} if given.get("churn_reason") == "service" else set()
    words = {word for name in symptoms_asked(request) for word in SYMPTOMS[name].split()}
    is_twice = not words.isdisjoint(str(given.get("root_cause", "")).split())
    if is_twice and not _SHOWN.search(request.text.lower()):
        taken.add("root_cause")
    kept = {column: value for column, value in given.items() if column not in taken}
    return replace(request, slots={**request.slots, "filters": kept})


def symptoms_asked(request: Request) -> dict[str, float]:
    """Return the symptoms that a question names, 1 for seen and 0 for absent."""
    given = request.slots.get("filters", {})
    assert isinstance(given, Mapping)
    return {name: float(given[name]) for name in SYMPTOMS if name in given}


def conditions_asked(request: Request, context: Context) -> tuple[Filter, ...]:
    """Return the conditions of a question besides symptoms, service and incident."""
    return _other_filters(request, context)

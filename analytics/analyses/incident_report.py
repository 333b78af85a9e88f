"""The report on one incident: what happened when, whom it hit, and what can be said of revenue."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import stats

from analytics.analyses import answering
from analytics.analyses.cause_incidents import Incident, one_incident, read_incidents
from analytics.analyses.cause_services import SPREADING, dependencies, dependents
from analytics.analyses.incident_tickets import Topic, read_tickets
from analytics.analyses.kind import Context, Request
from analytics.errors import QuestionError
from analytics.model import Cell, Chart, Column, Finding, Receipt
from analytics.operations.bursts import find_bursts
from analytics.query.transforms import midnight

_NUMBER: Final = re.compile(
    r"\bincident(?:\s+(?:report|review|summary|timeline))?(?:\s+(?:for|of|on|no\.?|number))?\s*"
    r"#?\s*(\d+)\b"
)
_WEEKS: Final = 8
_LONGEST: Final = pd.Timedelta(days=3)
_LINKED: Final = 0.3
_COLUMNS: Final = (
    Column(name="at", label="When (UTC)"),
    Column(name="minutes", label="Minutes after the start", unit="number"),
    Column(name="event", label="What"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revenue:
    """Revenue while an incident lasted, beside the same hours of earlier weeks."""

    seen: float
    usual: float
    low: float
    high: float
    """95 % range for one more such stretch, from those of earlier weeks."""
    n_weeks: int

    @property
    def is_unusual(self) -> bool:
        """Whether it lies outside what earlier weeks let expect."""
        return not self.low <= self.seen <= self.high


def report_on(request: Request, context: Context) -> Finding:
    """Report on the incident asked about; the latest of severity 1 where none is named."""
    incident = _chosen(request, context)
    record, sql = _record(context, incident.incident_id)
    end = incident.resolved_at
    until = pd.Timestamp(context.as_of) if end is None else end
    tickets, burst_words = _tickets(context, incident)
    followers = _followers(context, incident)
    rows = _timeline(incident, record, tickets, followers)
    facts: dict[str, Any] = {
        "mode": "report",
        "first": None,
        "incident": incident,
        "record": record,
        "minutes": (until - incident.started_at).total_seconds() / 60,
        "usual": _usual_minutes(context, incident),
        "tickets": tickets,
        "burst": burst_words,
        "followers": followers,
        "dependents": dependents(dependencies(context), incident.service),
        "revenue": _revenue(context, incident.started_at, until),
        "as_of": context.as_of,
        "is_latest": "incident_id" not in request.slots and not _NUMBER.search(request.text),
        "weeks": _WEEKS,
        "limited_to": "",
    }
    period = answering.in_words(answering.window_for(request, context))

    def say(part: str) -> str:
        return answering.say("major_incident.md.j2", part=part, **facts)

    return Finding(
        analysis="major_incident",
        text=say("text"),
        columns=_COLUMNS,
        rows=rows,
        chart=Chart(kind="table", title=f"Incident {incident.incident_id}: {incident.title}"),
        receipt=Receipt(
            definition=say("definition"), period=period, filters=(), sql=sql, n_rows=len(rows),
            as_of=context.as_of,
            notes=tuple(line for line in say("notes").splitlines() if line.strip()),
        ),
        slots={"incident_id": incident.incident_id},
    )  # fmt: skip


def _chosen(request: Request, context: Context) -> Incident:
    slots = dict(request.slots)
    found = _NUMBER.search(request.text.lower())
    if found is not None:
        slots.setdefault("incident_id", int(found[1]))
    given = slots.get("filters")
    filters = dict(given) if isinstance(given, dict) else {}
    if "incident_id" not in slots and not filters and "service" not in slots:
        slots["filters"] = {"severity": 1}
    incident = one_incident(replace(request, slots=slots), context)
    if incident is None:
        raise QuestionError(
            "No incident with these conditions is on record.",
            hint="Name its number, a service or a period.",
        )
    return incident


def _record(context: Context, number: int) -> tuple[dict[str, Any], str]:
    """Return the steps of an incident that were taken before the as-of date."""
    table = context.warehouse.table("incidents")
    row, sql = context.warehouse.run(
        table.filter(table.incident_id == number).select(
            "detected_at", "acknowledged_at", "customers_affected", "downtime_minutes"
        )
    )
    record: dict[str, Any] = {str(name): value for name, value in row.iloc[0].items()}
    now = pd.Timestamp(context.as_of)
    for step in ("detected_at", "acknowledged_at"):
        at = record[step]
        record[step] = None if pd.isna(at) or at >= now else pd.Timestamp(at)
    for name in ("customers_affected", "downtime_minutes"):
        record[name] = None if pd.isna(record[name]) else float(record[name])
    return record, sql


def _tickets(context: Context, incident: Incident) -> tuple[dict[str, Any], dict[str, Any]]:
    """Count the tickets linked to an incident, and find the burst that they belong to."""
    end = min(pd.Timestamp(context.as_of), incident.started_at + pd.Timedelta(days=2))
    try:
        frame, _ = read_tickets(context, Topic(), incident.started_at, end)
    except QuestionError:  # nobody wrote a ticket in those weeks
        return {"n": 0}, {}
    linked = frame[frame["incident_id"] == incident.incident_id]
    told: dict[str, Any] = {"n": len(linked)}
    if len(linked):
        told |= {
            "n_people": int(linked["person"].nunique()),
            "first": linked["opened_at"].iloc[0],
            "last": linked["opened_at"].iloc[-1],
        }
    for burst in find_bursts(frame, incident.started_at, end):
        mine = frame["incident_id"].iloc[burst.rows] == incident.incident_id
        if float(mine.fillna(False).mean()) >= _LINKED:
            return told, {"burst": burst, "n_unlinked": int((~mine.fillna(False)).sum())}
    return told, {}


def _followers(context: Context, incident: Incident) -> tuple[tuple[int, str, pd.Timestamp], ...]:
    """Return the incidents of services above that began shortly after."""
    above = dependents(dependencies(context), incident.service)
    frame, _ = read_incidents(context)
    gap = frame["started_at"] - incident.started_at
    near = frame[frame["service"].isin(above) & (gap > pd.Timedelta(0)) & (gap <= SPREADING)]
    return tuple(
        (int(number), str(service), pd.Timestamp(at))
        for number, service, at in zip(
            near["incident_id"], near["service"], near["started_at"], strict=True
        )
    )


def _usual_minutes(context: Context, incident: Incident) -> dict[str, float]:
    """Return the median time to solve other incidents of the same severity."""
    frame, _ = read_incidents(context)
    same = frame[
        (frame["severity"] == incident.severity)
        & (frame["incident_id"] != incident.incident_id)
        & frame["resolved_at"].notna()
    ]
    minutes = (same["resolved_at"] - same["started_at"]).dt.total_seconds() / 60
    return {"n": len(minutes), "median": float(minutes.median()) if len(minutes) else math.nan}


def _revenue(context: Context, start: pd.Timestamp, end: pd.Timestamp) -> Revenue | None:
    """Set revenue against the same hours of the weeks before; None when it cannot be compared."""
    if end - start > _LONGEST or "orders" not in context.catalogue.facts:
        return None
    orders = answering.rows_of("orders", {"status", "revenue", "ordered_at"}, context)
    first = start - pd.Timedelta(weeks=_WEEKS)
    orders = orders.filter(
        orders.status == "completed",
        orders.ordered_at >= first.to_pydatetime(),
        orders.ordered_at < end.to_pydatetime(),
        orders.ordered_at < midnight(context.as_of),
    )
    frame, _ = context.warehouse.run(orders.select("ordered_at", "revenue"))
    if frame.empty or frame["ordered_at"].min() > first + pd.Timedelta(weeks=1):
        return None
    sums = []
    for week in range(_WEEKS + 1):
        shift = pd.Timedelta(weeks=week)
        inside = (frame["ordered_at"] >= start - shift) & (frame["ordered_at"] < end - shift)
        sums.append(float(frame.loc[inside, "revenue"].sum()))
    past = np.array(sums[1:])
    reach = float(stats.t.ppf(0.975, len(past) - 1)) * float(past.std(ddof=1))
    reach *= math.sqrt(1 + 1 / len(past))
    usual = float(past.mean())
    return Revenue(
        seen=sums[0], usual=usual, low=max(0.0, usual - reach), high=usual + reach, n_weeks=_WEEKS
    )


def _timeline(
    incident: Incident,
    record: dict[str, Any],
    tickets: dict[str, Any],
    followers: tuple[tuple[int, str, pd.Timestamp], ...],
) -> tuple[tuple[Cell, ...], ...]:
    events: list[tuple[pd.Timestamp, str]] = [(incident.started_at, "started")]
    for step, words in (("detected_at", "detected"), ("acknowledged_at", "acknowledged")):
        if record[step] is not None:
            events.append((record[step], words))
    if tickets["n"]:
        events.append((tickets["first"], "first linked ticket"))
        events.append((tickets["last"], "last linked ticket"))
    events += [
        (at, f"incident {number} of {service} followed") for number, service, at in followers
    ]
    if incident.resolved_at is not None:
        events.append((incident.resolved_at, "solved"))
    events.sort(key=lambda each: each[0])
    return tuple(
        (at.strftime("%Y-%m-%d %H:%M"),
         round((at - incident.started_at).total_seconds() / 60, 1), words)
        for at, words in events
    )  # fmt: skip

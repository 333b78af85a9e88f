"""Incidents: when services fail, why, how it shows, and which customers are hit."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from analytics.demo import planted
from analytics.demo.customers import Customers
from analytics.demo.sampling import (
    DAY_S,
    NEVER,
    Floats,
    Ints,
    Streams,
    chance,
    draw_some,
    pick,
    pick_rows,
    skewed_seconds,
)
from analytics.demo.services import (
    CAUSE_SHARES,
    SERVICES,
    SYMPTOMS,
    TITLE_RANGES,
    TITLES,
    dependents,
    service_position,
    symptom_matrix,
)
from analytics.demo.timeline import Timeline, draw_day_seconds, shopping_days
from analytics.demo.writer import Coded, Table
from analytics.schema import ROOT_CAUSES

_PER_DAY = 0.30
_CASCADE_PROBABILITY = {1: 0.62, 2: 0.40, 3: 0.14, 4: 0.03}
# Severity weights 1..4 by tier of the service.
_SEVERITY = np.array([
    [0.085, 0.235, 0.40, 0.28], [0.030, 0.150, 0.42, 0.40], [0.0, 0.06, 0.34, 0.60],
])  # fmt: skip
_HOURS = (
    2.2, 2.0, 2.4, 1.6, 1.2, 1.2, 1.8, 3.0, 4.6, 6.2, 6.6, 6.0,
    5.4, 5.6, 6.0, 5.6, 5.0, 4.8, 5.4, 6.0, 5.6, 4.4, 3.2, 2.6,
)  # fmt: skip
# Median minutes to detect, to acknowledge after that, and to resolve, by severity 1..4.
_DETECT_MINUTES = (3.2, 6.0, 11.0, 21.0)
_ACKNOWLEDGE_MINUTES = (3.0, 6.5, 14.0, 36.0)
_RESOLVE_MINUTES = (88.0, 116.0, 150.0, 210.0)
# Databases take longer to mend, settings shorter; order of ROOT_CAUSES.
_CAUSE_SLOWNESS = (0.90, 1.05, 1.45, 0.75, 1.00, 1.50, 0.70)
# Share of the active customers hit, by severity 1..4, before the service's exposure.
_REACH = (0.055, 0.012, 0.0022, 0.0004)
_DOWNTIME_SHARE = (0.92, 0.62, 0.22, 0.04)
_UNKNOWN_CAUSE_PROBABILITY = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidents:
    """Incidents by position, in order of start; incident_id is the position plus 1.

    Times are NEVER where the step has not been reached before the end of the data. `cause` is
    the true one, `known_cause` what the table says (NEVER while unknown). `parent` is the
    position of the incident that this one followed from, or NEVER. `symptoms` has shape
    (n_incidents, 7). `hit_incident` and `hit_customer` are positions, one pair per hit.
    """

    service: Ints
    severity: Ints
    started_s: Ints
    detected_s: Ints
    acknowledged_s: Ints
    resolved_s: Ints
    cause: Ints
    known_cause: Ints
    parent: Ints
    title: Ints
    downtime_minutes: Floats
    symptoms: Ints
    hit_incident: Ints
    hit_customer: Ints

    def __len__(self) -> int:
        return len(self.service)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Starts:
    """Beginnings of incidents, before what follows from them."""

    service: Ints
    severity: Ints
    started_s: Ints
    cause: Ints
    parent: Ints


def draw_incidents(streams: Streams, timeline: Timeline, customers: Customers) -> Incidents:
    """Draw the incidents with their cascades, the two planted major ones among them.

    Parameters
    ----------
    streams : Streams
        The seed's streams.
    timeline : Timeline
        The time covered.
    customers : Customers
        Who can be hit: those signed up at the start. Call `keep_present` once churn is known.

    Returns
    -------
    Incidents
    """
    rng = streams.named("incidents")
    starts = _add_majors(timeline, _add_cascades(rng, timeline, _base_starts(rng, timeline)))
    starts = _in_order(starts)
    n_incidents = len(starts.service)
    level = starts.severity - 1
    detect_s = skewed_seconds(rng, np.array(_DETECT_MINUTES)[level] * 60, 0.75, n_incidents)
    respond_s = skewed_seconds(rng, np.array(_ACKNOWLEDGE_MINUTES)[level] * 60, 0.6, n_incidents)
    mend_minutes = np.array(_RESOLVE_MINUTES)[level] * np.array(_CAUSE_SLOWNESS)[starts.cause]
    mend_s = skewed_seconds(rng, mend_minutes * 60, 0.65, n_incidents)
    symptoms = rng.random((n_incidents, len(SYMPTOMS))) < symptom_matrix()[starts.cause]
    share = np.array(_DOWNTIME_SHARE)[level] * rng.uniform(0.7, 1.0, n_incidents)
    first, last = np.array(TITLE_RANGES)[level].T
    title = rng.integers(first, last)
    unknown = chance(rng, _UNKNOWN_CAUSE_PROBABILITY, n_incidents)
    incidents = Incidents(
        service=starts.service,
        severity=starts.severity,
        started_s=starts.started_s,
        detected_s=starts.started_s + detect_s,
        acknowledged_s=starts.started_s + detect_s + respond_s,
        resolved_s=starts.started_s + detect_s + respond_s + mend_s,
        cause=starts.cause,
        known_cause=np.where(unknown, NEVER, starts.cause),
        parent=starts.parent,
        title=title,
        downtime_minutes=share,
        symptoms=symptoms.astype(np.int64),
        hit_incident=np.empty(0, dtype=np.int64),
        hit_customer=np.empty(0, dtype=np.int64),
    )
    return _with_hits(streams, timeline, customers, _until_now(timeline, incidents))


def keep_present(incidents: Incidents, customers: Customers) -> Incidents:
    """Drop hits on customers who had left before the incident started."""
    started_s = incidents.started_s[incidents.hit_incident]
    present = customers.churned_s[incidents.hit_customer] > started_s
    return replace(
        incidents,
        hit_incident=incidents.hit_incident[present],
        hit_customer=incidents.hit_customer[present],
    )


def current_major(timeline: Timeline) -> tuple[int, int]:
    """Service position and start, in seconds, of the major incident open at the end."""
    day_s = timeline.end_s - planted.CURRENT_MAJOR_DAYS_BEFORE_END * DAY_S
    return service_position("Larkfield ID"), day_s + planted.CURRENT_MAJOR_START_S


def past_major(timeline: Timeline) -> tuple[int, int] | None:
    """Service position and start of the planted past major incident, if it has happened."""
    if not timeline.covers(planted.PAST_MAJOR_DAY):
        return None
    start_s = timeline.second_of(planted.PAST_MAJOR_DAY) + planted.PAST_MAJOR_START_S
    return service_position("Checkout"), start_s


def incidents_table(incidents: Incidents) -> Table:
    """Columns of `incidents`."""
    n_incidents = len(incidents)
    titles = [
        TITLES[title].format(service=SERVICES[service].name)
        for title, service in zip(incidents.title, incidents.service, strict=True)
    ]
    columns: Table = {
        "incident_id": np.arange(1, n_incidents + 1, dtype=np.int64),
        "service_id": incidents.service + 1,
        "title": np.array(titles, dtype=object),
        "severity": incidents.severity,
        "started_at": incidents.started_s,
        "detected_at": incidents.detected_s,
        "acknowledged_at": incidents.acknowledged_s,
        "resolved_at": incidents.resolved_s,
        "root_cause": Coded(codes=incidents.known_cause, words=ROOT_CAUSES),
        "customers_affected": np.bincount(incidents.hit_incident, minlength=n_incidents),
        "downtime_minutes": incidents.downtime_minutes,
    }
    symptoms = {name: incidents.symptoms[:, place] for place, name in enumerate(SYMPTOMS)}
    return {**columns, **symptoms}


def incident_customers_table(incidents: Incidents) -> Table:
    """Columns of `incident_customers`."""
    return {
        "incident_id": incidents.hit_incident + 1,
        "customer_id": incidents.hit_customer + 1,
    }


def _base_starts(rng: np.random.Generator, timeline: Timeline) -> _Starts:
    n_incidents = int(rng.poisson(_PER_DAY * timeline.n_days))
    day = pick(rng, np.sqrt(shopping_days(timeline)), n_incidents)
    started_s = day * DAY_S + draw_day_seconds(rng, _HOURS, n_incidents)
    service = pick(rng, [service.incidents for service in SERVICES], n_incidents)
    tier = np.array([service.tier for service in SERVICES])[service]
    # Load kills in the shop's peak months, deployments rest then.
    weights = np.tile(np.array(CAUSE_SHARES), (n_incidents, 1))
    peak = timeline.months()[day] >= 11
    weights[peak, ROOT_CAUSES.index("capacity")] *= 2.4
    weights[peak, ROOT_CAUSES.index("deployment")] *= 0.4
    return _Starts(
        service=service,
        severity=pick_rows(rng, _SEVERITY[tier - 1]) + 1,
        started_s=started_s,
        cause=pick_rows(rng, weights),
        parent=np.full(n_incidents, NEVER, dtype=np.int64),
    )


def _add_cascades(rng: np.random.Generator, timeline: Timeline, starts: _Starts) -> _Starts:
    """Let failures reach the services that stand on the failed one, minutes later."""
    above = dependents()
    followers: list[tuple[int, int, int, int, int]] = []
    for position, (service, severity, started_s, cause) in enumerate(
        zip(starts.service, starts.severity, starts.started_s, starts.cause, strict=True)
    ):
        for follower in above[int(service)]:
            luck, delay_s = rng.random(), int(rng.integers(90, 1500))
            milder = min(4, int(severity) + int(rng.integers(1, 3)))
            if luck < _CASCADE_PROBABILITY[int(severity)] and started_s + delay_s < timeline.end_s:
                followers.append((follower, milder, int(started_s) + delay_s, int(cause), position))
    return _append(starts, followers)


def _add_majors(timeline: Timeline, starts: _Starts) -> _Starts:
    majors = []
    past = past_major(timeline)
    if past is not None:
        majors.append((past[0], 1, past[1], ROOT_CAUSES.index("capacity"), NEVER))
    now = current_major(timeline)
    majors.append((now[0], 1, now[1], ROOT_CAUSES.index("database issue"), NEVER))
    return _append(starts, majors)


def _append(starts: _Starts, rows: list[tuple[int, int, int, int, int]]) -> _Starts:
    if not rows:
        return starts
    added = np.array(rows, dtype=np.int64).T
    return _Starts(
        service=np.concatenate((starts.service, added[0])),
        severity=np.concatenate((starts.severity, added[1])),
        started_s=np.concatenate((starts.started_s, added[2])),
        cause=np.concatenate((starts.cause, added[3])),
        parent=np.concatenate((starts.parent, added[4])),
    )


def _in_order(starts: _Starts) -> _Starts:
    order = np.argsort(starts.started_s, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    parent = starts.parent[order]
    parent = np.where(parent == NEVER, NEVER, place[parent])
    sorted_starts = {item.name: getattr(starts, item.name)[order] for item in fields(_Starts)}
    return _Starts(**{**sorted_starts, "parent": parent})


def _until_now(timeline: Timeline, incidents: Incidents) -> Incidents:
    """Forget what would happen at or after the end; the current major incident stays open."""
    end_s = timeline.end_s
    service, started_s = current_major(timeline)
    current = (incidents.service == service) & (incidents.started_s == started_s)
    resolved_s = np.where(current, end_s, incidents.resolved_s)
    still_open = resolved_s >= end_s
    # downtime_minutes holds the share of the duration so far.
    lasted_minutes = (np.minimum(resolved_s, end_s) - incidents.started_s) / 60.0
    return replace(
        incidents,
        detected_s=np.where(incidents.detected_s >= end_s, NEVER, incidents.detected_s),
        acknowledged_s=np.where(incidents.acknowledged_s >= end_s, NEVER, incidents.acknowledged_s),
        resolved_s=np.where(still_open, NEVER, resolved_s),
        known_cause=np.where(still_open, NEVER, incidents.known_cause),
        downtime_minutes=np.round(incidents.downtime_minutes * lasted_minutes, 1),
    )


def _with_hits(
    streams: Streams, timeline: Timeline, customers: Customers, incidents: Incidents
) -> Incidents:
    rng = streams.named("incident customers")
    majors = {current_major(timeline): planted.CURRENT_MAJOR_REACH}
    past = past_major(timeline)
    if past is not None:
        majors[past] = planted.PAST_MAJOR_REACH
    owners, hits = [], []
    for position in range(len(incidents)):
        exposure = SERVICES[int(incidents.service[position])].exposure
        # Customers are in order of sign-up: those present are the first ones.
        n_present = int(np.searchsorted(customers.signed_up_s, incidents.started_s[position]))
        reach = _REACH[int(incidents.severity[position]) - 1] * exposure
        share = min(1.0, reach * float(rng.lognormal(0.0, 0.35)))
        share = majors.get(
            (int(incidents.service[position]), int(incidents.started_s[position])), share
        )
        hit = draw_some(rng, n_present, int(rng.binomial(n_present, share)))
        owners.append(np.full(len(hit), position, dtype=np.int64))
        hits.append(hit)
    return replace(
        incidents, hit_incident=np.concatenate(owners), hit_customer=np.concatenate(hits)
    )

"""What customers say: CSAT after tickets, relationship CSAT and quarterly NPS."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from analytics.demo import planted
from analytics.demo.customers import Customers
from analytics.demo.operations import Incidents
from analytics.demo.sampling import (
    DAY_S,
    HOUR_S,
    NEVER,
    EventIndex,
    Ints,
    Streams,
    chance,
    draw_some,
    index_events,
    skewed_seconds,
)
from analytics.demo.segments import per_segment
from analytics.demo.tickets import RESOLVE_MEDIAN_HOURS, Requests
from analytics.demo.timeline import START, Timeline, draw_day_seconds
from analytics.demo.writer import Coded, Table
from analytics.schema import PLANS, SURVEY_KINDS

_ANSWER_PROBABILITY = 0.27
_RELATIONSHIP_SHARE = 0.010
_NPS_SHARE = 0.055
_SURVEY_HOURS = (
    (0.0,) * 8 + (2.0, 4.0, 5.0, 5.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 5.0, 5.0, 3.0, 1.0) + (0.0,) * 2
)
# Surveys are sent in the last week of each quarter.
_QUARTER_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))

# Customer, answered at, kind, score, ticket position (NEVER for none).
_Answers = tuple[Ints, Ints, Ints, Ints, Ints]


def surveys_table(
    streams: Streams,
    timeline: Timeline,
    customers: Customers,
    requests: Requests,
    incidents: Incidents,
) -> Table:
    """Columns of `surveys`, in order of answer.

    Parameters
    ----------
    streams : Streams
        The seed's streams.
    timeline : Timeline
        The time covered.
    customers : Customers
        With churn known: nobody answers after leaving.
    requests : Requests
        Tickets, of employees too; ticket_id is the position plus 1.
    incidents : Incidents
        Severity-1 incidents lower the NPS of those hit.

    Returns
    -------
    Table
    """
    late = _late(requests)
    severe = incidents.severity[incidents.hit_incident] == 1
    severe_index = index_events(
        incidents.hit_customer[severe], incidents.started_s[incidents.hit_incident[severe]]
    )
    parts = [_after_tickets(streams, timeline, customers, requests)]
    for week_s in _last_weeks(timeline):
        name = f"survey wave {week_s}"
        wave = (streams.named(name), week_s)
        parts.append(_nps(wave, customers, (late, severe_index)))
        parts.append(_relationship(streams.named(f"csat wave {week_s}"), week_s, customers))
    customer, answered_s, kind, score, ticket = (
        np.concatenate([part[column] for part in parts]) for column in range(5)
    )
    order = np.argsort(answered_s, kind="stable")
    order = order[answered_s[order] < timeline.end_s]
    return {
        "survey_id": np.arange(1, len(order) + 1, dtype=np.int64),
        "customer_id": np.where(customer == NEVER, NEVER, customer + 1)[order],
        "answered_at": answered_s[order],
        "kind": Coded(codes=kind[order], words=SURVEY_KINDS),
        "score": score[order],
        "ticket_id": np.where(ticket == NEVER, NEVER, ticket + 1)[order],
    }


def _late(requests: Requests) -> EventIndex:
    own = requests.customer != NEVER
    late = own & (requests.due_s != NEVER) & (requests.resolved_s > requests.due_s)
    return index_events(requests.customer[late], requests.resolved_s[late])


def _after_tickets(
    streams: Streams, timeline: Timeline, customers: Customers, requests: Requests
) -> _Answers:
    rng = streams.named("ticket surveys")
    asked = (requests.resolved_s != NEVER) & ~requests.spam
    ticket = np.flatnonzero(asked & chance(rng, _ANSWER_PROBABILITY, len(requests)))
    answered_s = requests.resolved_s[ticket] + skewed_seconds(rng, 9.0 * HOUR_S, 1.0, len(ticket))
    customer = requests.customer[ticket]
    stays_s = np.where(customer == NEVER, timeline.end_s, customers.churned_s[customer])
    kept = answered_s < np.minimum(stays_s, timeline.end_s)
    ticket, answered_s, customer = ticket[kept], answered_s[kept], customer[kept]
    hours = (requests.resolved_s[ticket] - requests.opened_s[ticket]) / HOUR_S
    usual = np.array(RESOLVE_MEDIAN_HOURS)[requests.priority[ticket]]
    due_s = requests.due_s[ticket]
    late = (due_s != NEVER) & (requests.resolved_s[ticket] > due_s)
    score = (
        planted.CSAT_BASE
        + planted.CSAT_PER_LOG_SLOWNESS * np.log(hours / usual)
        + planted.CSAT_LATE * late
        + planted.CSAT_REOPENED * (requests.reopened[ticket] > 0)
        + planted.CSAT_NOISE * rng.standard_normal(len(ticket))
    )
    rounded = np.clip(np.rint(score), 1, 5).astype(np.int64)
    return customer, answered_s, np.zeros_like(ticket), rounded, ticket


def _last_weeks(timeline: Timeline) -> list[int]:
    """First second of the last week of each quarter that begins in the time covered."""
    days = [
        date(year, month, last_day) - timedelta(days=6)
        for year in range(START.year, timeline.until.year + 1)
        for month, last_day in _QUARTER_ENDS
    ]
    return [timeline.second_of(day) for day in days if timeline.covers(day)]


def _wave(
    rng: np.random.Generator, start_s: int, customers: Customers, share: float
) -> tuple[Ints, Ints]:
    """Some of the customers present, and when in the week they answer."""
    able = np.flatnonzero(
        (customers.signed_up_s < start_s - 30 * DAY_S) & (customers.churned_s > start_s + 7 * DAY_S)
    )
    customer = able[draw_some(rng, len(able), round(share * len(customers)))]
    day_s = rng.integers(0, 5, len(customer)) * DAY_S
    return customer, start_s + day_s + draw_day_seconds(rng, _SURVEY_HOURS, len(customer))


def _nps(
    wave: tuple[np.random.Generator, int],
    customers: Customers,
    history: tuple[EventIndex, EventIndex],
) -> _Answers:
    rng, start_s = wave
    late, severe = history
    customer, answered_s = _wave(rng, start_s, customers, _NPS_SHARE)
    since_s = answered_s - 180 * DAY_S
    premium = customers.plan[customer] == PLANS.index("premium")
    score = (
        planted.NPS_BASE
        + per_segment("nps_shift")[customers.segment[customer]]
        + planted.NPS_LATE_TICKET * (late.count(customer, since_s, answered_s) > 0)
        + planted.NPS_SEV1 * (severe.count(customer, since_s, answered_s) > 0)
        + planted.NPS_PREMIUM * premium
        + planted.NPS_NOISE * rng.standard_normal(len(customer))
    )
    rounded = np.clip(np.rint(score), 0, 10).astype(np.int64)
    nothing = np.full(len(customer), NEVER, dtype=np.int64)
    kind = np.full(len(customer), SURVEY_KINDS.index("nps"), dtype=np.int64)
    return customer, answered_s, kind, rounded, nothing


def _relationship(rng: np.random.Generator, start_s: int, customers: Customers) -> _Answers:
    """CSAT that is about the shop as a whole and follows no ticket."""
    customer, answered_s = _wave(rng, start_s, customers, _RELATIONSHIP_SHARE)
    shift = 0.35 * per_segment("nps_shift")[customers.segment[customer]]
    score = 4.0 + shift + 0.9 * rng.standard_normal(len(customer))
    rounded = np.clip(np.rint(score), 1, 5).astype(np.int64)
    nothing = np.full(len(customer), NEVER, dtype=np.int64)
    return customer, answered_s, np.zeros_like(customer), rounded, nothing

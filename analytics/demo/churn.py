"""Who leaves, when and why: a monthly hazard with known log-odds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analytics.demo import planted
from analytics.demo.customers import Customers
from analytics.demo.operations import Incidents
from analytics.demo.orders import Drafts
from analytics.demo.sampling import (
    DAY_S,
    NEVER,
    EventIndex,
    Floats,
    Ints,
    Streams,
    index_events,
    logistic,
    pick_rows,
)
from analytics.demo.tickets import Requests
from analytics.demo.timeline import START, Timeline
from analytics.schema import CHURN_REASONS, PLANS, PRIORITIES, REGIONS

FEATURES = tuple(planted.CHURN_LOG_ODDS)
# Weights of the reasons given, before what happened to the customer.
_REASON_WEIGHTS = (0.24, 0.08, 0.22, 0.14, 0.26)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the hazard looks at, indexed by customer and time."""

    orders: EventIndex
    urgent: EventIndex
    late: EventIndex
    severe: EventIndex


def make_history(drafts: Drafts, requests: Requests, incidents: Incidents) -> History:
    """Index orders, urgent and late tickets, and hits by severity-1 incidents."""
    own = (requests.customer != NEVER) & ~requests.spam
    urgent = own & (requests.priority == PRIORITIES.index("urgent"))
    unresolved = requests.resolved_s == NEVER
    late = own & (requests.due_s != NEVER) & (unresolved | (requests.resolved_s > requests.due_s))
    severe = incidents.severity[incidents.hit_incident] == 1
    return History(
        orders=index_events(drafts.customer, drafts.time_s),
        urgent=index_events(requests.customer[urgent], requests.opened_s[urgent]),
        late=index_events(requests.customer[late], requests.due_s[late]),
        severe=index_events(
            incidents.hit_customer[severe], incidents.started_s[incidents.hit_incident[severe]]
        ),
    )


def churn_features(customers: Customers, history: History, month_s: int) -> Floats:
    """Features of every customer on the first of a month.

    Parameters
    ----------
    customers : Customers
        All of them; rows of customers not yet signed up mean nothing.
    history : History
        From `make_history`.
    month_s : int
        First second of the month.

    Returns
    -------
    ndarray of float64, shape (n_customers, len(FEATURES))
        0 or 1, columns as in `FEATURES`.
    """
    everyone = np.arange(len(customers), dtype=np.int64)
    now = np.full(len(customers), month_s, dtype=np.int64)
    recent = history.orders.count(everyone, now - 90 * DAY_S, now)
    before = history.orders.count(everyone, now - 180 * DAY_S, now - 90 * DAY_S)
    columns = {
        "urgent_ticket_90d": history.urgent.count(everyone, now - 90 * DAY_S, now) > 0,
        "late_ticket_90d": history.late.count(everyone, now - 90 * DAY_S, now) > 0,
        "sev1_incident_180d": history.severe.count(everyone, now - 180 * DAY_S, now) > 0,
        "tenure_under_180d": now - customers.signed_up_s < 180 * DAY_S,
        "falling_frequency_90d": recent * 2 < before,
        "region_south": customers.region == REGIONS.index(planted.SOUTH_REGION),
    }
    for code, plan in enumerate(PLANS):
        columns[f"plan_{plan}"] = customers.plan == code
    return np.column_stack([columns[name] for name in FEATURES]).astype(np.float64)


def draw_churn(
    streams: Streams, timeline: Timeline, customers: Customers, history: History
) -> Customers:
    """Let customers leave month by month; gives them with `churned_s` and `churn_reason` set.

    A customer can leave from the first whole calendar month after signing up.
    """
    rng = streams.named("churn")
    churned_s = np.full(len(customers), timeline.end_s, dtype=np.int64)
    reason = np.full(len(customers), NEVER, dtype=np.int64)
    log_odds = np.array([planted.CHURN_LOG_ODDS[name] for name in FEATURES])
    for start_s in timeline.month_starts_s():
        luck, place = rng.random(len(customers)), rng.random(len(customers))
        drawn_reason_rng = streams.named(f"churn reason {int(start_s)}")
        staying = (customers.signed_up_s < start_s) & (churned_s >= timeline.end_s)
        features = churn_features(customers, history, int(start_s))
        hazard = logistic(planted.CHURN_INTERCEPT + features @ log_odds)
        month_s = _month_length_s(timeline, int(start_s))
        when_s = start_s + (place * month_s).astype(np.int64)
        leaving = np.flatnonzero(staying & (luck < hazard) & (when_s < timeline.end_s))
        churned_s[leaving] = when_s[leaving]
        weights = _reason_weights(customers, features[leaving], leaving, int(start_s))
        reason[leaving] = pick_rows(drawn_reason_rng, weights)
    return replace(customers, churned_s=churned_s, churn_reason=reason)


def _month_length_s(timeline: Timeline, start_s: int) -> int:
    """Length of the whole calendar month, also where the data ends within it."""
    month = np.datetime64(timeline.day_of(start_s), "M")
    first = month.astype("datetime64[D]") - np.datetime64(START, "D")
    after = (month + 1).astype("datetime64[D]") - np.datetime64(START, "D")
    return int((after - first).astype(np.int64)) * DAY_S


def _reason_weights(customers: Customers, features: Floats, leaving: Ints, month_s: int) -> Floats:
    weights = np.tile(np.array(_REASON_WEIGHTS), (len(leaving), 1))
    column = {name: features[:, place] for place, name in enumerate(FEATURES)}
    poor_service = (
        column["urgent_ticket_90d"] + column["late_ticket_90d"] + column["sev1_incident_180d"]
    )
    weights[:, CHURN_REASONS.index("service")] += 0.9 * poor_service
    weights[:, CHURN_REASONS.index("price")] += 0.25 * column["plan_none"]
    weights[:, CHURN_REASONS.index("no longer needed")] += 0.3 * column["falling_frequency_90d"]
    south = customers.region[leaving] == REGIONS.index(planted.SOUTH_REGION)
    if month_s >= Timeline(until=planted.SOUTH_DROP_FROM).end_s:
        weights[:, CHURN_REASONS.index("competitor")] += 0.8 * south
    return weights

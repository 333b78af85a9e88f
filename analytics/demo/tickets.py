"""Requests for help: who asks when about what, how urgent it is and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from analytics.demo import planted
from analytics.demo.customers import Customers
from analytics.demo.employees import Employees
from analytics.demo.operations import Incidents
from analytics.demo.sampling import (
    DAY_S,
    HOUR_S,
    NEVER,
    Bools,
    Floats,
    Ints,
    Streams,
    chance,
    pick,
    pick_rows,
    skewed_seconds,
)
from analytics.demo.segments import per_segment
from analytics.demo.services import SERVICES
from analytics.demo.ticket_texts import (
    DOCK_POSITION,
    FIRST_CUSTOMER_TOPIC,
    FIRST_OUTAGE_TOPIC,
    SPAM_POSITION,
    TOPICS,
    outage_position,
)
from analytics.demo.timeline import (
    OFFICE_HOURS,
    OFFICE_WEEK,
    SUPPORT_HOURS,
    Timeline,
    accumulate,
    draw_times,
    support_days,
    weight_between,
)
from analytics.schema import PRIORITIES, TEAMS, TICKET_CHANNELS

# Per customer and day of the data.
_EMPLOYEE_TICKETS = 0.55 / 911
_SPAM_TICKETS = 0.034 / 911
# Share of the customers hit by an incident who write, by severity 1..4.
_WRITING = (0.17, 0.09, 0.03, 0.0)
# Employees who write per 1,000 customers of the demo, by severity 1..4.
_EMPLOYEES_WRITING = (1.7, 0.6, 0.15, 0.02)

# Weights of low, medium, high, urgent by urgency of the topic 0..3.
_PRIORITY = np.array([
    [0.44, 0.47, 0.08, 0.01], [0.20, 0.53, 0.22, 0.05],
    [0.06, 0.40, 0.39, 0.15], [0.01, 0.17, 0.47, 0.35],
])  # fmt: skip
_CUSTOMER_CHANNELS = (0.33, 0.30, 0.21, 0.16)
_EMPLOYEE_CHANNELS = (0.24, 0.15, 0.12, 0.49)

# Hours by priority low..urgent.
TARGET_HOURS = (None, 72.0, 24.0, 8.0)
RESOLVE_MEDIAN_HOURS = (74.0, 34.0, 13.0, 4.6)
_RESPOND_MEDIAN_HOURS = (7.5, 3.2, 1.0, 0.3)
_CHANNEL_SLOWNESS = (0.25, 1.6, 0.12, 1.0)
_TEAM_SLOWNESS = (0.80, 1.25, 1.10, 1.35, 0.90, 1.00)
_REOPENED_PROBABILITY = 0.065
_REOPENED_SLOWNESS = 2.1
# Some recent requests wait for a part, a supplier or the requester, past the end of the data.
_STUCK_PROBABILITY = 0.012
_STUCK_DAYS = 200
# Of the latest requests not solved by the end, so many have not been looked at.
_FRESH_HOURS = 36
_UNREAD_PROBABILITY = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """Tickets before their texts, in order of opening; all arrays have shape (n_tickets,).

    `customer` and `employee` are positions or NEVER, `topic` one of `TOPICS`, `incident` the
    position of the incident the ticket is about or NEVER. Times are NEVER where the step has
    not been reached before the end, `due_s` also where there is no target.
    """

    customer: Ints
    employee: Ints
    opened_s: Ints
    topic: Ints
    incident: Ints
    spam: Bools
    priority: Ints
    channel: Ints
    team: Ints
    reopened: Ints
    due_s: Ints
    responded_s: Ints
    resolved_s: Ints

    def __len__(self) -> int:
        return len(self.opened_s)

    def where(self, kept: Bools | Ints) -> Requests:
        """Take the tickets that a mask or positions select."""
        return Requests(**{item.name: getattr(self, item.name)[kept] for item in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Origins:
    """Who asks, when and about what, before the desk has looked at it."""

    customer: Ints
    employee: Ints
    opened_s: Ints
    topic: Ints
    incident: Ints


def draw_requests(
    streams: Streams,
    timeline: Timeline,
    customers: Customers,
    employees: Employees,
    incidents: Incidents,
) -> Requests:
    """Draw all tickets, those of customers who will have left by then included.

    Parameters
    ----------
    streams : Streams
        The seed's streams.
    timeline : Timeline
        The time covered.
    customers : Customers
        Who may ask from sign-up on.
    employees : Employees
        Who may ask at any time.
    incidents : Incidents
        What bursts of tickets are about.

    Returns
    -------
    Requests
        In order of opening. Call `requests_of_present` once churn is known.
    """
    origins = _joined(
        _from_customers(streams, timeline, customers),
        _from_employees(streams, timeline, len(customers), employees),
        _from_dock_firmware(streams, timeline, len(customers), employees),
        _from_incidents(streams, timeline, len(customers), (employees, incidents)),
        _from_spammers(streams, timeline, len(customers)),
    )
    return _handled(streams, timeline, incidents, origins)


def requests_of_present(requests: Requests, customers: Customers) -> Requests:
    """Drop tickets of customers who had left before they would have opened them."""
    own = requests.customer != NEVER
    left_s = customers.churned_s[np.where(own, requests.customer, 0)]
    return requests.where(~own | (requests.opened_s < left_s))


def _origins(customer: Ints, employee: Ints, opened_s: Ints, topic: Ints) -> _Origins:
    nothing = np.full(len(opened_s), NEVER, dtype=np.int64)
    return _Origins(
        customer=customer, employee=employee, opened_s=opened_s, topic=topic, incident=nothing
    )


def _joined(*parts: _Origins) -> _Origins:
    joined = {
        item.name: np.concatenate([getattr(part, item.name) for part in parts])
        for item in fields(_Origins)
    }
    order = np.argsort(joined["opened_s"], kind="stable")
    return _Origins(**{name: column[order] for name, column in joined.items()})


def _topic_weights(first: int, last: int) -> list[float]:
    return [topic.weight for topic in TOPICS[first:last]]


def _from_customers(streams: Streams, timeline: Timeline, customers: Customers) -> _Origins:
    rng = streams.named("customer tickets")
    days = support_days(timeline)
    curve = accumulate(days / days.mean())
    end_s = np.full(len(customers), timeline.end_s, dtype=np.int64)
    rate = per_segment("tickets_per_year")[customers.segment] / 365.0
    rate = rate * rng.gamma(1.2, size=len(customers)) / 1.2
    expected = rate * weight_between(curve, customers.signed_up_s, end_s)
    customer = np.repeat(np.arange(len(customers)), rng.poisson(expected))
    windows = (customers.signed_up_s[customer], end_s[customer])
    opened_s = draw_times(rng, curve, windows, SUPPORT_HOURS)
    weights = _topic_weights(FIRST_CUSTOMER_TOPIC, FIRST_OUTAGE_TOPIC)
    topic = FIRST_CUSTOMER_TOPIC + pick(rng, weights, len(customer))
    return _origins(customer, np.full(len(customer), NEVER), opened_s, topic)


def _from_employees(
    streams: Streams, timeline: Timeline, n_customers: int, employees: Employees
) -> _Origins:
    rng = streams.named("employee tickets")
    growth = 1.0 + 0.10 * np.arange(timeline.n_days) / 365.0
    curve = accumulate(support_days(timeline, OFFICE_WEEK) * growth)
    n_tickets = int(rng.poisson(_EMPLOYEE_TICKETS * n_customers * timeline.n_days))
    opened_s = _anywhere(rng, timeline, curve, n_tickets)
    topic = pick(rng, _topic_weights(0, FIRST_CUSTOMER_TOPIC), n_tickets)
    employee = pick(rng, employees.ask_weight, n_tickets)
    return _origins(np.full(n_tickets, NEVER), employee, opened_s, topic)


def _from_dock_firmware(
    streams: Streams, timeline: Timeline, n_customers: int, employees: Employees
) -> _Origins:
    rng = streams.named("dock tickets")
    first_s = timeline.second_of(planted.DOCK_FIRMWARE_FROM)
    last_s = timeline.second_of(planted.DOCK_FIRMWARE_UNTIL)
    n_tickets = int(
        rng.poisson(planted.DOCK_FIRMWARE_TICKETS_PER_1000_CUSTOMERS * n_customers / 1e3)
    )
    curve = accumulate(support_days(Timeline(until=planted.DOCK_FIRMWARE_UNTIL), OFFICE_WEEK))
    windows = (np.full(n_tickets, first_s), np.full(n_tickets, last_s))
    opened_s = draw_times(rng, curve, windows, OFFICE_HOURS)
    employee = pick(rng, employees.ask_weight, n_tickets)
    within = opened_s < timeline.end_s
    opened_s, employee = opened_s[within], employee[within]
    topic = np.full(len(opened_s), DOCK_POSITION, dtype=np.int64)
    return _origins(np.full(len(opened_s), NEVER), employee, opened_s, topic)


def _from_incidents(
    streams: Streams,
    timeline: Timeline,
    n_customers: int,
    affected: tuple[Employees, Incidents],
) -> _Origins:
    employees, incidents = affected
    rng = streams.named("incident tickets")
    level = incidents.severity - 1
    writing = chance(
        rng, np.array(_WRITING)[level[incidents.hit_incident]], len(incidents.hit_incident)
    )
    customer = incidents.hit_customer[writing]
    per_incident = rng.poisson(np.array(_EMPLOYEES_WRITING)[level] * n_customers / 1000)
    colleague = np.repeat(np.arange(len(incidents)), per_incident)
    incident = np.concatenate((incidents.hit_incident[writing], colleague))
    employee = np.concatenate((
        np.full(len(customer), NEVER), pick(rng, employees.ask_weight, len(colleague)),
    ))  # fmt: skip
    customer = np.concatenate((customer, np.full(len(colleague), NEVER)))
    delay_s = skewed_seconds(rng, 55 * 60.0, 0.8, len(incident))
    opened_s = incidents.started_s[incident] + delay_s
    topics = np.array([outage_position(service.name) for service in SERVICES])
    origins = _Origins(
        customer=customer,
        employee=employee,
        opened_s=opened_s,
        topic=topics[incidents.service[incident]],
        incident=incident,
    )
    within = opened_s < timeline.end_s
    return _Origins(**{item.name: getattr(origins, item.name)[within] for item in fields(_Origins)})


def _from_spammers(streams: Streams, timeline: Timeline, n_customers: int) -> _Origins:
    rng = streams.named("spam tickets")
    n_tickets = int(rng.poisson(_SPAM_TICKETS * n_customers * timeline.n_days))
    opened_s = _anywhere(rng, timeline, accumulate(np.ones(timeline.n_days)), n_tickets)
    nobody = np.full(n_tickets, NEVER, dtype=np.int64)
    return _origins(nobody, nobody, opened_s, np.full(n_tickets, SPAM_POSITION))


def _anywhere(rng: np.random.Generator, timeline: Timeline, curve: Floats, n_tickets: int) -> Ints:
    windows = (
        np.zeros(n_tickets, dtype=np.int64),
        np.full(n_tickets, timeline.end_s, dtype=np.int64),
    )
    return draw_times(rng, curve, windows, OFFICE_HOURS)


def _handled(
    streams: Streams, timeline: Timeline, incidents: Incidents, origins: _Origins
) -> Requests:
    """Give each ticket its priority, channel, target and times."""
    rng = streams.named("ticket handling")
    n_tickets = len(origins.opened_s)
    spam = origins.topic == SPAM_POSITION
    urgency = np.array([topic.urgency for topic in TOPICS])[origins.topic]
    team = np.array([TEAMS.index(topic.team) for topic in TOPICS])[origins.topic]
    priority = np.where(spam, 0, pick_rows(rng, _PRIORITY[urgency]))
    by_employee = pick(rng, _EMPLOYEE_CHANNELS, n_tickets)
    channel = np.where(
        origins.employee != NEVER, by_employee, pick(rng, _CUSTOMER_CHANNELS, n_tickets)
    )
    channel = np.where(spam, TICKET_CHANNELS.index("email"), channel)
    reopened = chance(rng, _REOPENED_PROBABILITY, n_tickets) * (1 + chance(rng, 0.2, n_tickets))
    reopened = np.where(spam, 0, reopened)
    respond_hours = np.array(_RESPOND_MEDIAN_HOURS)[priority] * np.array(_CHANNEL_SLOWNESS)[channel]
    respond_s = skewed_seconds(rng, respond_hours * HOUR_S, 0.8, n_tickets)
    hours = np.array(RESOLVE_MEDIAN_HOURS)[priority] * np.array(_TEAM_SLOWNESS)[team]
    hours = hours * np.where(reopened > 0, _REOPENED_SLOWNESS, 1.0)
    resolve_s = skewed_seconds(rng, hours * HOUR_S, 0.85, n_tickets)
    resolve_s = np.where(spam, 600 + respond_s // 4, np.maximum(resolve_s, 120))
    target_hours = np.array([0.0 if hours is None else hours for hours in TARGET_HOURS])
    due_s = origins.opened_s + (target_hours[priority] * HOUR_S).astype(np.int64)
    requests = Requests(
        customer=origins.customer,
        employee=origins.employee,
        opened_s=origins.opened_s,
        topic=origins.topic,
        incident=origins.incident,
        spam=spam,
        priority=priority,
        channel=channel,
        team=team,
        reopened=reopened,
        due_s=np.where(priority == PRIORITIES.index("low"), NEVER, due_s),
        responded_s=origins.opened_s + respond_s,
        resolved_s=origins.opened_s + resolve_s,
    )
    return _until_now(rng, timeline, incidents, requests)


def _until_now(
    rng: np.random.Generator, timeline: Timeline, incidents: Incidents, requests: Requests
) -> Requests:
    """Wait for the incident, leave some stuck, and forget what lies at or after the end."""
    n_tickets, end_s = len(requests), timeline.end_s
    about = requests.incident != NEVER
    mended_s = incidents.resolved_s[np.where(about, requests.incident, 0)]
    mended_s = np.where(mended_s == NEVER, end_s, mended_s) + rng.integers(900, 14_400, n_tickets)
    resolved_s = np.where(about, np.maximum(requests.resolved_s, mended_s), requests.resolved_s)
    recent = requests.opened_s >= end_s - _STUCK_DAYS * DAY_S
    stuck = recent & chance(rng, _STUCK_PROBABILITY, n_tickets) & ~requests.spam
    resolved_s = np.where(stuck, end_s, resolved_s)
    # The first answer comes before the solution.
    lasted_s = resolved_s - requests.opened_s
    latest_s = requests.opened_s + np.maximum(lasted_s * 9 // 10, 1)
    responded_s = np.minimum(requests.responded_s, latest_s)
    fresh = (requests.opened_s >= end_s - _FRESH_HOURS * HOUR_S) & (resolved_s >= end_s)
    unread = fresh & chance(rng, _UNREAD_PROBABILITY, n_tickets)
    return replace(
        requests,
        resolved_s=np.where(resolved_s >= end_s, NEVER, resolved_s),
        responded_s=np.where(unread | (responded_s >= end_s), NEVER, responded_s),
    )

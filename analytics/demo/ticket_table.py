"""The `tickets` table: requests with their texts, people, status and links."""

from __future__ import annotations

import numpy as np

from analytics.demo.baskets import Orders
from analytics.demo.catalog import Catalog
from analytics.demo.customers import Customers
from analytics.demo.employees import N_EMPLOYEES, Employees
from analytics.demo.operations import Incidents, current_major
from analytics.demo.people import AGENTS
from analytics.demo.sampling import (
    DAY_S,
    NEVER,
    Bools,
    Ints,
    Streams,
    Texts,
    chance,
    index_events,
)
from analytics.demo.services import SERVICES
from analytics.demo.ticket_texts import TOPICS, Subjects, Wording, write_texts
from analytics.demo.tickets import Requests
from analytics.demo.timeline import Timeline
from analytics.demo.writer import Coded, Table
from analytics.schema import (
    PRIORITIES,
    PRODUCT_CATEGORIES,
    TEAMS,
    TICKET_CATEGORIES,
    TICKET_CHANNELS,
    TICKET_STATUSES,
)

NEW, OPEN, PENDING, RESOLVED, CLOSED = range(len(TICKET_STATUSES))
_CLOSE_AFTER_DAYS = (2.0, 5.0)
_RECENT_ORDER_S = 45 * DAY_S
_LINKED_PROBABILITY = 0.88
# While an incident is still open, many of its tickets are not linked to it yet.
_LINKED_WHILE_OPEN_PROBABILITY = 0.35


def tickets_table(
    streams: Streams,
    timeline: Timeline,
    requests: Requests,
    people: tuple[Customers, Employees],
    world: tuple[Incidents, Orders, Catalog],
) -> Table:
    """Columns of `tickets`, in order of opening; ticket_id is the position plus 1.

    Parameters
    ----------
    streams, timeline : Streams, Timeline
        The seed's streams and the time covered.
    requests : Requests
        The tickets.
    people : pair
        Customers and employees, who write.
    world : triple
        Incidents, finished orders and the catalog, which they write about.
    """
    customers, employees = people
    rng = streams.named("ticket table")
    closed_s = _closed(rng, timeline, requests)
    status = _status(rng, requests, closed_s)
    about = _subjects(rng, requests, employees, world)
    wording = write_texts(streams.named("ticket texts"), about)
    resolved = requests.resolved_s != NEVER
    return {
        "ticket_id": np.arange(1, len(requests) + 1, dtype=np.int64),
        "customer_id": np.where(requests.customer == NEVER, NEVER, requests.customer + 1),
        "requester_email": _addresses(requests, customers, employees),
        "opened_at": requests.opened_s,
        "first_response_at": requests.responded_s,
        "resolved_at": requests.resolved_s,
        "closed_at": closed_s,
        "due_at": requests.due_s,
        "subject": wording.subject,
        "description": wording.description,
        "channel": Coded(codes=requests.channel, words=TICKET_CHANNELS),
        "priority": Coded(codes=requests.priority, words=PRIORITIES),
        "team": Coded(codes=requests.team, words=TEAMS),
        "assignee": _assignees(rng, requests, status),
        "status": Coded(codes=status, words=TICKET_STATUSES),
        "resolution": _only_where(resolved, wording.resolution),
        "reopened_count": np.where(resolved | (status != NEW), requests.reopened, 0),
        "article_id": _articles(requests, resolved, wording),
        "incident_id": _incident_ids(rng, timeline, requests, world[0]),
        "is_spam": requests.spam,
        **_classes(requests),
    }


def _classes(requests: Requests) -> Table:
    categories = np.array([TICKET_CATEGORIES.index(topic.category) for topic in TOPICS])
    names = tuple(sorted({topic.subcategory for topic in TOPICS}))
    subcategories = np.array([names.index(topic.subcategory) for topic in TOPICS])
    return {
        "category": Coded(codes=categories[requests.topic], words=TICKET_CATEGORIES),
        "subcategory": Coded(codes=subcategories[requests.topic], words=names),
    }


def _closed(rng: np.random.Generator, timeline: Timeline, requests: Requests) -> Ints:
    wait_s = (rng.uniform(*_CLOSE_AFTER_DAYS, len(requests)) * DAY_S).astype(np.int64)
    closed_s = requests.resolved_s + np.where(requests.spam, 0, wait_s)
    done = (requests.resolved_s != NEVER) & (closed_s < timeline.end_s)
    return np.where(done, closed_s, NEVER)


def _status(rng: np.random.Generator, requests: Requests, closed_s: Ints) -> Ints:
    waiting = chance(rng, 0.45, len(requests))
    status = np.where(waiting, PENDING, OPEN)
    status[requests.responded_s == NEVER] = NEW
    status[requests.resolved_s != NEVER] = RESOLVED
    status[closed_s != NEVER] = CLOSED
    return status


def _subjects(
    rng: np.random.Generator,
    requests: Requests,
    employees: Employees,
    world: tuple[Incidents, Orders, Catalog],
) -> Subjects:
    incidents, orders, catalog = world
    n_tickets = len(requests)
    own = np.flatnonzero(requests.customer != NEVER)
    index = index_events(orders.drafts.customer, orders.drafts.time_s)
    opened_s = requests.opened_s[own]
    order = np.full(n_tickets, NEVER, dtype=np.int64)
    order[own] = index.last(requests.customer[own], opened_s - _RECENT_ORDER_S, opened_s)
    bought = order != NEVER
    names = np.array(catalog.names, dtype=object)
    recent = np.full(n_tickets, NEVER, dtype=np.int64)
    recent[bought] = orders.first_product[order[bought]]
    product = names[_fitting_products(rng, catalog, requests.topic, recent)]
    service = np.full(n_tickets, "", dtype=object)
    about = requests.incident != NEVER
    service_names = np.array([service.name for service in SERVICES], dtype=object)
    service[about] = service_names[incidents.service[requests.incident[about]]]
    return Subjects(
        topic=requests.topic,
        employee=requests.employee != NEVER,
        order=np.where(bought, order + 1, NEVER),
        product=product,
        service=service,
        colleague=employees.name[rng.integers(0, N_EMPLOYEES, n_tickets)],
    )


def _fitting_products(
    rng: np.random.Generator, catalog: Catalog, topic: Ints, recent: Ints
) -> Ints:
    """The product just bought where the topic can be about it, else an older one that fits."""
    product = recent.copy()
    for number in np.unique(topic):
        wanted = TOPICS[int(number)].products or PRODUCT_CATEGORIES
        fits = np.isin(catalog.category, [PRODUCT_CATEGORIES.index(name) for name in wanted])
        old = np.flatnonzero(fits & (catalog.launched_day < 0))
        other = (topic == number) & ((recent == NEVER) | ~fits[recent])
        product[other] = old[rng.integers(0, len(old), int(other.sum()))]
    return product


def _addresses(requests: Requests, customers: Customers, employees: Employees) -> Texts:
    numbers = np.arange(len(requests)) % 977
    addresses = np.array([f"offers{number}@example.com" for number in numbers], dtype=object)
    own = requests.customer != NEVER
    addresses[own] = customers.email[requests.customer[own]]
    staff = requests.employee != NEVER
    addresses[staff] = employees.email[requests.employee[staff]]
    return addresses


def _assignees(rng: np.random.Generator, requests: Requests, status: Ints) -> Texts:
    luck = rng.random(len(requests))
    assignees = np.full(len(requests), None, dtype=object)
    for number, team in enumerate(TEAMS):
        agents = np.array(AGENTS[team], dtype=object)
        # The first ones of a team take more than the last ones.
        cumulative = np.cumsum(np.linspace(1.4, 0.6, len(agents)))
        chosen = np.searchsorted(cumulative / cumulative[-1], luck, side="right")
        here = requests.team == number
        assignees[here] = agents[np.minimum(chosen, len(agents) - 1)][here]
    nobody = (status == NEW) & chance(rng, 0.85, len(requests))
    nobody |= (status == OPEN) & chance(rng, 0.12, len(requests))
    assignees[nobody] = None
    return assignees


def _articles(requests: Requests, resolved: Bools, wording: Wording) -> Texts:
    linked = resolved & ~requests.spam & (requests.employee != NEVER)
    return _only_where(linked, wording.article)


def _only_where(kept: Bools, texts: Texts) -> Texts:
    """The texts where `kept`, None elsewhere."""
    chosen = np.full(len(texts), None, dtype=object)
    chosen[kept] = texts[kept]
    return chosen


def _incident_ids(
    rng: np.random.Generator, timeline: Timeline, requests: Requests, incidents: Incidents
) -> Ints:
    about = requests.incident != NEVER
    position = np.where(about, requests.incident, 0)
    _, started_s = current_major(timeline)
    still_open = (incidents.started_s[position] >= started_s) & (
        incidents.resolved_s[position] == NEVER
    )
    probability = np.where(still_open, _LINKED_WHILE_OPEN_PROBABILITY, _LINKED_PROBABILITY)
    linked = about & chance(rng, probability, len(requests))
    return np.where(linked, requests.incident + 1, NEVER)

"""Randomised experiments: what is tried, on whom, and what it truly changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analytics.demo.baskets import Orders
from analytics.demo.campaigns import outcomes
from analytics.demo.customers import Customers
from analytics.demo.orders import Drafts, join_drafts
from analytics.demo.sampling import (
    DAY_S,
    NEVER,
    Bools,
    Ints,
    Streams,
    chance,
    draw_some,
    index_events,
    pick,
)
from analytics.demo.timeline import START, Timeline
from analytics.demo.writer import Coded, Table
from analytics.schema import EXPERIMENT_VARIANTS

CONTROL, TREATMENT = range(len(EXPERIMENT_VARIANTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """One experiment as planned.

    `start` and `length_days` place it as a share of the time covered and in days; `audience`
    is the share of the customers present who take part. `extra_orders` is the probability that
    a treated customer who would not order within the time places an order; `upsell` the
    probability that a treated customer's order gets one more line. `lost_treatment` is the
    share of the treated without an order who are lost from the records: a sample-ratio
    mismatch that makes the treatment look better than it is.
    """

    name: str
    hypothesis: str
    metric: str
    kind: str
    start: float
    length_days: int
    audience: float
    extra_orders: float = 0.0
    upsell: float = 0.0
    lost_treatment: float = 0.0


DESIGNS = (
    Design(
        name="Express pay button", metric="conversion", kind="true positive on conversion",
        hypothesis="Paying with one tap on the product page lets more visitors finish an order.",
        start=0.22, length_days=28, audience=0.62, extra_orders=0.080,
    ),
    Design(
        name="Calmer category pages", metric="conversion", kind="null",
        hypothesis="Fewer banners on category pages lead to more orders.",
        start=0.38, length_days=28, audience=0.60,
    ),
    Design(
        name="Goes well with", metric="revenue", kind="true positive on revenue",
        hypothesis="Showing a matching accessory in the basket raises revenue per customer.",
        start=0.53, length_days=56, audience=0.95, upsell=0.85,
    ),
    Design(
        name="Review stars in lists", metric="conversion", kind="sample-ratio mismatch",
        hypothesis="Stars beside products in lists lead to more orders.",
        start=0.72, length_days=28, audience=0.80, lost_treatment=0.25,
    ),
    Design(
        name="Shorter sign-up form", metric="conversion", kind="too small to tell",
        hypothesis="Two fields less on the sign-up form lead to more first orders.",
        start=0.84, length_days=14, audience=0.06, extra_orders=0.02,
    ),
    Design(
        name="Delivery date up front", metric="conversion", kind="true positive, still running",
        hypothesis="A promised delivery date beside the price lets more visitors order.",
        start=0.97, length_days=42, audience=0.50, extra_orders=0.060,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignments:
    """Who took part in which experiment; arrays of shape (n_assignments,).

    `experiment` is a position in the designs that have started, `until_s` the end of the time
    in which orders count.
    """

    experiment: Ints
    customer: Ints
    variant: Ints
    assigned_s: Ints
    until_s: Ints


def start_second(design: Design, timeline: Timeline) -> int:
    """First second of an experiment."""
    return int(design.start * timeline.n_days) * DAY_S


def run_experiments(
    streams: Streams, timeline: Timeline, customers: Customers, drafts: Drafts
) -> tuple[Assignments, Drafts]:
    """Assign customers, and give all orders with those the experiments cause.

    Parameters
    ----------
    streams : Streams
        The seed's streams.
    timeline : Timeline
        The time covered.
    customers : Customers
        With churn known.
    drafts : Drafts
        Orders so far, in order of time.

    Returns
    -------
    pair of Assignments and Drafts
        The drafts are complete and in order of time.
    """
    index = index_events(drafts.customer, drafts.time_s)
    parts, extra = [], []
    upsell = drafts.upsell.copy()
    for position, design in enumerate(DESIGNS):
        rng = streams.named(f"experiment {position + 1}")
        start_s = start_second(design, timeline)
        end_s = min(start_s + design.length_days * DAY_S, timeline.end_s)
        present = (customers.signed_up_s < start_s) & (customers.churned_s > start_s)
        able = np.flatnonzero(present)
        customer = able[draw_some(rng, len(able), round(design.audience * len(able)))]
        variant = pick(rng, (0.5, 0.5), len(customer))
        part = _assigned(rng, (position, customer, variant), (start_s, end_s), customers)
        window = (part.assigned_s, part.until_s)
        ordering = index.count(part.customer, *window) > 0
        lost = (part.variant == TREATMENT) & ~ordering
        lost &= chance(rng, design.lost_treatment, len(part.customer))
        part, ordering = _where(part, ~lost), ordering[~lost]
        parts.append(part)
        extra.append(_extra_orders(rng, design, part, ordering))
        upsell |= _upsold(rng, design, part, drafts)
    all_drafts = join_drafts(replace(drafts, upsell=upsell), *extra)
    return _join(parts), all_drafts


def experiments_table(timeline: Timeline) -> Table:
    """Columns of `experiments`; one still running has an end after the data."""
    first_days = np.array([start_second(design, timeline) // DAY_S for design in DESIGNS])
    lengths = np.array([design.length_days for design in DESIGNS])
    return {
        "experiment_id": np.arange(1, len(DESIGNS) + 1, dtype=np.int64),
        "name": np.array([design.name for design in DESIGNS], dtype=object),
        "hypothesis": np.array([design.hypothesis for design in DESIGNS], dtype=object),
        "started_on": np.datetime64(START, "D") + first_days,
        "ended_on": np.datetime64(START, "D") + first_days + lengths - 1,
        "primary_metric": np.array([design.metric for design in DESIGNS], dtype=object),
    }


def assignments_table(assignments: Assignments, orders: Orders) -> Table:
    """Columns of `experiment_assignments`: orders from the assignment to the end count."""
    windows = (assignments.assigned_s, assignments.until_s)
    first_s, revenue = outcomes(orders, assignments.customer, windows)
    return {
        "experiment_id": assignments.experiment + 1,
        "customer_id": assignments.customer + 1,
        "variant": Coded(codes=assignments.variant, words=EXPERIMENT_VARIANTS),
        "assigned_at": assignments.assigned_s,
        "converted": first_s != NEVER,
        "revenue": revenue,
    }


def _assigned(
    rng: np.random.Generator,
    members: tuple[int, Ints, Ints],
    span: tuple[int, int],
    customers: Customers,
) -> Assignments:
    position, customer, variant = members
    start_s, end_s = span
    # People enter on their first visit, most of them in the first days.
    room_s = max(end_s - start_s - DAY_S, 1)
    entry_s = (rng.exponential(0.12, len(customer)) * room_s).astype(np.int64) % room_s
    assigned_s = start_s + entry_s
    there = assigned_s < customers.churned_s[customer]
    n_members = int(there.sum())
    return Assignments(
        experiment=np.full(n_members, position, dtype=np.int64),
        customer=customer[there],
        variant=variant[there],
        assigned_s=assigned_s[there],
        until_s=np.minimum(end_s, customers.churned_s[customer[there]]),
    )


def _extra_orders(
    rng: np.random.Generator, design: Design, part: Assignments, ordering: Bools
) -> Drafts:
    treated = (part.variant == TREATMENT) & ~ordering
    placed = treated & chance(rng, design.extra_orders, len(part.customer))
    span_s = np.maximum(part.until_s - part.assigned_s, 1)
    time_s = part.assigned_s + (rng.random(len(part.customer)) * span_s).astype(np.int64)
    n_orders = int(placed.sum())
    return Drafts(
        customer=part.customer[placed],
        time_s=time_s[placed],
        channel=pick(rng, (0.75, 0.25, 0.0, 0.0), n_orders),
        campaign_id=np.full(n_orders, NEVER, dtype=np.int64),
        caused=np.ones(n_orders, dtype=np.bool_),
        upsell=np.zeros(n_orders, dtype=np.bool_),
    )


def _upsold(rng: np.random.Generator, design: Design, part: Assignments, drafts: Drafts) -> Bools:
    n_customers = int(max(drafts.customer.max(initial=0), part.customer.max(initial=0))) + 1
    from_s = np.full(n_customers, np.iinfo(np.int64).max)
    until_s = np.zeros(n_customers, dtype=np.int64)
    treated = part.variant == TREATMENT
    from_s[part.customer[treated]] = part.assigned_s[treated]
    until_s[part.customer[treated]] = part.until_s[treated]
    luck = chance(rng, design.upsell, len(drafts))
    inside = (drafts.time_s >= from_s[drafts.customer]) & (drafts.time_s < until_s[drafts.customer])
    return np.asarray(inside & luck)


def _where(part: Assignments, kept: Bools) -> Assignments:
    return Assignments(
        experiment=part.experiment[kept],
        customer=part.customer[kept],
        variant=part.variant[kept],
        assigned_s=part.assigned_s[kept],
        until_s=part.until_s[kept],
    )


def _join(parts: list[Assignments]) -> Assignments:
    return Assignments(
        experiment=np.concatenate([part.experiment for part in parts]),
        customer=np.concatenate([part.customer for part in parts]),
        variant=np.concatenate([part.variant for part in parts]),
        assigned_s=np.concatenate([part.assigned_s for part in parts]),
        until_s=np.concatenate([part.until_s for part in parts]),
    )

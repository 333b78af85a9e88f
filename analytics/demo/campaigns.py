"""Whom each campaign reaches, what they do, and the orders it truly causes."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from analytics.demo.baskets import COMPLETED, Orders
from analytics.demo.campaign_plan import (
    RESPONSE_WINDOW_DAYS,
    Campaign,
    first_day_of,
    last_day_of,
)
from analytics.demo.customers import Customers
from analytics.demo.orders import Drafts, join_drafts
from analytics.demo.sampling import (
    DAY_S,
    HOUR_S,
    NEVER,
    Bools,
    EventIndex,
    Floats,
    Ints,
    Streams,
    chance,
    draw_some,
    index_events,
    pick,
    skewed_seconds,
)
from analytics.demo.segments import per_segment
from analytics.demo.timeline import Timeline
from analytics.demo.writer import Coded, Table
from analytics.schema import CAMPAIGN_CHANNELS, CONTACT_VARIANTS, OBJECTIVES

VARIANT_A, VARIANT_B, CONTROL = range(len(CONTACT_VARIANTS))
_WINDOW_S = RESPONSE_WINDOW_DAYS * DAY_S
_QUIET_DAYS = 120
_BUYER_DAYS = 240
# Contacts who clicked and then order by themselves are often credited to the campaign.
_CREDITED_PROBABILITY = 0.6
# Weights of web, app, store and phone.
_CAUSED_CHANNELS = {"direct mail": (0.40, 0.15, 0.40, 0.05)}
_ONLINE_CHANNELS = (0.68, 0.30, 0.00, 0.02)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """Contacts of all campaigns, by campaign and customer; arrays of shape (n_contacts,).

    `campaign` and `customer` are positions, `variant` one of `CONTACT_VARIANTS`. `reference_s`
    is when the contact was sent, or would have been for the control group. Times are NEVER
    where it did not happen. `caused` tells that the campaign made the contact order.
    """

    campaign: Ints
    customer: Ints
    variant: Ints
    reference_s: Ints
    opened_s: Ints
    clicked_s: Ints
    caused: Bools

    def __len__(self) -> int:
        return len(self.customer)


def draw_contacts(
    streams: Streams,
    timeline: Timeline,
    campaigns: tuple[Campaign, ...],
    customers: Customers,
    drafts: Drafts,
) -> tuple[Contacts, Drafts]:
    """Draw the contacts of every campaign and the orders they cause.

    Parameters
    ----------
    streams : Streams
        The seed's streams.
    timeline : Timeline
        The time covered.
    campaigns : tuple of Campaign
        From `plan_campaigns`.
    customers : Customers
        With churn known: nobody is contacted after leaving.
    drafts : Drafts
        Spontaneous orders, which decide who belongs to an audience.

    Returns
    -------
    pair of Contacts and Drafts
        The drafts are the caused orders alone.
    """
    index = index_events(drafts.customer, drafts.time_s)
    contacts, orders = [], []
    for position, campaign in enumerate(campaigns):
        rng = streams.named(f"campaign {campaign.campaign_id}")
        part = _contact(rng, timeline, (position, campaign), customers, index)
        caused = _caused_orders(rng, timeline, (campaign, part), customers)
        # A caused order that would fall after the end or after churn never happens.
        contacts.append(replace(part, caused=caused[0]))
        orders.append(caused[1])
    return _join_contacts(contacts), join_drafts(*orders)


def credit_clicks(
    streams: Streams, campaigns: tuple[Campaign, ...], contacts: Contacts, drafts: Drafts
) -> Drafts:
    """Credit spontaneous orders after a click to the campaign clicked, as shops do."""
    rng = streams.named("click credit")
    clicked = np.flatnonzero(contacts.clicked_s != NEVER)
    start_s = contacts.clicked_s[clicked]
    index = index_events(drafts.customer, drafts.time_s)
    order = index.first(contacts.customer[clicked], start_s, start_s + _WINDOW_S)
    counted = (order != NEVER) & chance(rng, _CREDITED_PROBABILITY, len(clicked))
    ids = np.array([campaign.campaign_id for campaign in campaigns], dtype=np.int64)
    campaign_id = drafts.campaign_id.copy()
    orders = order[counted]
    free = campaign_id[orders] == NEVER
    campaign_id[orders[free]] = ids[contacts.campaign[clicked[counted]][free]]
    return replace(drafts, campaign_id=campaign_id)


def outcomes(orders: Orders, customer: Ints, windows: tuple[Ints, Ints]) -> tuple[Ints, Floats]:
    """Time of the first completed order (or NEVER) and revenue within each window.

    Parameters
    ----------
    orders : Orders
        All orders.
    customer : ndarray of int64, shape (n,)
        Positions of customers.
    windows : pair of ndarrays of int64, shape (n,)
        Starts and ends, half-open.

    Returns
    -------
    pair of ndarrays, shape (n,)
    """
    done = np.flatnonzero(orders.status == COMPLETED)
    times_s = orders.drafts.time_s[done]
    index = index_events(orders.drafts.customer[done], times_s, orders.revenue[done])
    first = index.first(customer, *windows)
    found = first != NEVER
    first_s = np.full(len(customer), NEVER, dtype=np.int64)
    first_s[found] = times_s[first[found]]
    revenue = np.where(found, np.round(index.total(customer, *windows), 2), 0.0)
    return first_s, revenue


def campaigns_table(
    campaigns: tuple[Campaign, ...], customers: Customers, contacts: Contacts
) -> Table:
    """Columns of `campaigns`: what was sent and brought decides what was spent."""
    sent = np.bincount(contacts.campaign[contacts.variant != CONTROL], minlength=len(campaigns))
    brought = np.bincount(
        customers.campaign_id[customers.campaign_id != NEVER], minlength=len(campaigns) + 1
    )
    spend = np.array([
        campaign.theme.cost_per_contact * sent[position]
        + campaign.cost_per_sign_up * brought[campaign.campaign_id]
        for position, campaign in enumerate(campaigns)
    ])  # fmt: skip
    over = np.array([campaign.budget_over_spend for campaign in campaigns])
    return {
        "campaign_id": np.array([campaign.campaign_id for campaign in campaigns]),
        "name": np.array([campaign.name for campaign in campaigns], dtype=object),
        "channel": Coded(
            codes=np.array([CAMPAIGN_CHANNELS.index(item.channel) for item in campaigns]),
            words=CAMPAIGN_CHANNELS,
        ),
        "objective": Coded(
            codes=np.array([OBJECTIVES.index(item.objective) for item in campaigns]),
            words=OBJECTIVES,
        ),
        "started_on": np.array([first_day_of(campaign) for campaign in campaigns]),
        "ended_on": np.array([last_day_of(campaign) for campaign in campaigns]),
        "budget": np.ceil(spend * over / 50.0) * 50.0,
        "spend": np.round(spend, 2),
    }


def contacts_table(
    timeline: Timeline, campaigns: tuple[Campaign, ...], contacts: Contacts, orders: Orders
) -> Table:
    """Columns of `campaign_contacts`; revenue is what each spent in the response window."""
    end_s = np.minimum(contacts.reference_s + _WINDOW_S, timeline.end_s)
    converted_s, revenue = outcomes(orders, contacts.customer, (contacts.reference_s, end_s))
    ids = np.array([campaign.campaign_id for campaign in campaigns], dtype=np.int64)
    control = contacts.variant == CONTROL
    return {
        "campaign_id": ids[contacts.campaign],
        "customer_id": contacts.customer + 1,
        "variant": Coded(codes=contacts.variant, words=CONTACT_VARIANTS),
        "sent_at": np.where(control, NEVER, contacts.reference_s),
        "opened_at": contacts.opened_s,
        "clicked_at": contacts.clicked_s,
        "converted_at": converted_s,
        "revenue": revenue,
    }


def _audience(campaign: Campaign, customers: Customers, index: EventIndex) -> Ints:
    """Positions of those a campaign is for, on the day it starts."""
    everyone = np.arange(len(customers), dtype=np.int64)
    start = np.full(len(customers), campaign.start_s, dtype=np.int64)
    ever = np.zeros(len(customers), dtype=np.int64)
    present = customers.churned_s > campaign.start_s
    settled = customers.signed_up_s < campaign.start_s - 14 * DAY_S
    quiet = index.count(everyone, start - _QUIET_DAYS * DAY_S, start) == 0
    buyer = index.count(everyone, start - _BUYER_DAYS * DAY_S, start) > 0
    bought = index.count(everyone, ever, start) > 0
    if campaign.objective == "acquisition":
        # People with an account who have not ordered yet.
        chosen = present & (customers.signed_up_s < campaign.start_s) & ~bought
    elif campaign.objective == "cross-sell":
        chosen = present & settled & buyer
    elif campaign.objective == "retention":
        chosen = present & settled & (buyer | (customers.plan > 0))
    else:
        chosen = present & settled & bought & quiet
    return np.flatnonzero(chosen)


def _contact(
    rng: np.random.Generator,
    timeline: Timeline,
    planned: tuple[int, Campaign],
    customers: Customers,
    index: EventIndex,
) -> Contacts:
    position, campaign = planned
    theme = campaign.theme
    audience = _audience(campaign, customers, index)
    customer = audience[draw_some(rng, len(audience), round(theme.audience * len(customers)))]
    share = (1.0 - campaign.control) / 2.0
    variant = pick(rng, (share, share, campaign.control), len(customer))
    if theme.channel in ("email", "direct mail"):
        days = rng.integers(0, 2, len(customer))
    else:
        days = rng.integers(0, (campaign.end_s - campaign.start_s) // DAY_S, len(customer))
    reference_s = campaign.start_s + days * DAY_S + 8 * HOUR_S
    reference_s = reference_s + rng.integers(0, 3 * HOUR_S, len(customer))
    luck = rng.random(len(customer)), rng.random(len(customer)), rng.random(len(customer))
    effect = np.array([theme.effect_a, theme.effect_b, 0.0])[variant] * campaign.strength
    effect = effect * per_segment("uplift")[customers.segment[customer]]
    caused = luck[0] < effect
    opens = luck[1] < np.array([theme.opens_a, theme.opens_b, 0.0])[variant]
    if theme.channel == "direct mail":
        # Nobody can tell whether a leaflet was opened; its code may be scanned.
        clicks = (luck[2] < theme.clicks) & (variant != CONTROL)
    else:
        opens = opens | caused
        clicks = opens & ((luck[2] < theme.clicks) | caused)
    opened_s = reference_s + skewed_seconds(rng, 3.0 * HOUR_S, 1.2, len(customer))
    clicked_s = np.where(opens, opened_s, reference_s + DAY_S)
    clicked_s = clicked_s + skewed_seconds(rng, 70.0, 0.9, len(customer))
    # Whoever leaves before the wave, or whose wave lies after the end, is not contacted.
    reached = (reference_s < timeline.end_s) & (reference_s < customers.churned_s[customer])
    last_s = np.minimum(timeline.end_s, customers.churned_s[customer])
    return Contacts(
        campaign=np.full(int(reached.sum()), position, dtype=np.int64),
        customer=customer[reached],
        variant=variant[reached],
        reference_s=reference_s[reached],
        opened_s=np.where(opens & (opened_s < last_s), opened_s, NEVER)[reached],
        clicked_s=np.where(clicks & (clicked_s < last_s), clicked_s, NEVER)[reached],
        caused=caused[reached],
    )


def _caused_orders(
    rng: np.random.Generator,
    timeline: Timeline,
    reached: tuple[Campaign, Contacts],
    customers: Customers,
) -> tuple[Bools, Drafts]:
    campaign, contacts = reached
    wait_s = rng.exponential(2.2 * DAY_S, len(contacts)).astype(np.int64)
    after_s = np.maximum(contacts.reference_s, contacts.clicked_s) + 240
    # Within the response window, however long somebody takes to think.
    time_s = after_s + wait_s % (_WINDOW_S - 3 * DAY_S)
    time_s = np.minimum(time_s, contacts.reference_s + _WINDOW_S - 1)
    last_s = np.minimum(timeline.end_s, customers.churned_s[contacts.customer])
    placed = contacts.caused & (time_s < last_s)
    channels = _CAUSED_CHANNELS.get(campaign.channel, _ONLINE_CHANNELS)
    n_orders = int(placed.sum())
    return placed, Drafts(
        customer=contacts.customer[placed],
        time_s=time_s[placed],
        channel=pick(rng, channels, n_orders),
        campaign_id=np.full(n_orders, campaign.campaign_id, dtype=np.int64),
        caused=np.ones(n_orders, dtype=np.bool_),
        upsell=np.zeros(n_orders, dtype=np.bool_),
    )


def _join_contacts(parts: list[Contacts]) -> Contacts:
    return Contacts(
        **{
            item.name: np.concatenate([getattr(part, item.name) for part in parts])
            for item in fields(Contacts)
        }
    )

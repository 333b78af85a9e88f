"""When customers order: the orders they place by themselves, and all orders once known."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from analytics.demo import planted
from analytics.demo.customers import Customers, demand_curves
from analytics.demo.sampling import (
    DAY_S,
    NEVER,
    Bools,
    Floats,
    Ints,
    Streams,
    chance,
    index_events,
    pick_rows,
)
from analytics.demo.segments import SEGMENTS, per_segment
from analytics.demo.timeline import (
    SHOPPING_HOURS,
    STORE_HOURS,
    Timeline,
    draw_times,
    weight_between,
)
from analytics.schema import ORDER_CHANNELS, REGIONS

WEB, APP, STORE, PHONE = range(len(ORDER_CHANNELS))
_FIRST_ORDER_PROBABILITY = 0.64
_FIRST_ORDER_MEAN_DAYS = 4.0
_CREDIT_DAYS = 14
_CREDIT_PROBABILITY = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """Orders before their baskets are known; all arrays have shape (n_orders,).

    Attributes
    ----------
    customer : ndarray of int64
        Position of the customer.
    time_s : ndarray of int64
        When, in seconds.
    channel : ndarray of int64
        Position in `ORDER_CHANNELS`.
    campaign_id : ndarray of int64
        The campaign credited, or NEVER.
    caused : ndarray of bool
        True for orders that exist only because of a campaign or an experiment.
    upsell : ndarray of bool
        True where an experiment adds a line to the basket.
    """

    customer: Ints
    time_s: Ints
    channel: Ints
    campaign_id: Ints
    caused: Bools
    upsell: Bools

    def __len__(self) -> int:
        return len(self.customer)

    def where(self, kept: Bools | Ints) -> Drafts:
        """Take the drafts that a mask or positions select."""
        return Drafts(**{item.name: getattr(self, item.name)[kept] for item in fields(self)})


def spontaneous(customer: Ints, time_s: Ints, channel: Ints) -> Drafts:
    """Make drafts of orders that nobody but the customer caused."""
    nothing = np.zeros(len(customer), dtype=np.bool_)
    return Drafts(
        customer=customer,
        time_s=time_s,
        channel=channel,
        campaign_id=np.full(len(customer), NEVER, dtype=np.int64),
        caused=nothing,
        upsell=nothing,
    )


def join_drafts(*parts: Drafts) -> Drafts:
    """Put drafts together in order of time, then customer."""
    joined = Drafts(
        **{
            item.name: np.concatenate([getattr(part, item.name) for part in parts])
            for item in fields(Drafts)
        }
    )
    return joined.where(np.lexsort((joined.customer, joined.time_s)))


def draw_orders(streams: Streams, timeline: Timeline, customers: Customers) -> Drafts:
    """Draw the orders that customers would place if nobody left and nothing was advertised.

    Parameters
    ----------
    streams : Streams
        The seed's streams.
    timeline : Timeline
        The time covered.
    customers : Customers
        Who orders, at which rate.

    Returns
    -------
    Drafts
        In order of time. Loss of interest and the planted fall of demand in the South are in.
    """
    rng = streams.named("orders")
    curves = demand_curves(timeline)
    parts = []
    for number in range(len(SEGMENTS)):
        members = np.flatnonzero(customers.segment == number)
        start_s = customers.signed_up_s[members]
        end_s = np.full(len(members), timeline.end_s, dtype=np.int64)
        expected = customers.order_rate[members] * weight_between(curves[number], start_s, end_s)
        n_orders = rng.poisson(expected)
        customer = np.repeat(members, n_orders)
        parts.append(_timed(rng, curves[number], customer, customers, timeline))
    parts.append(_first_orders(rng, timeline, customers))
    drafts = join_drafts(*parts)
    kept = ~(_faded(streams, timeline, customers, drafts) | _lost_in_south(rng, customers, drafts))
    return drafts.where(kept)


def channel_of(rng: np.random.Generator, customers: Customers, customer: Ints) -> Ints:
    """Draw the channel of an order for each customer position."""
    return pick_rows(rng, per_segment("channels")[customers.segment[customer]])


def _timed(
    rng: np.random.Generator,
    curve: Floats,
    customer: Ints,
    customers: Customers,
    timeline: Timeline,
) -> Drafts:
    channel = channel_of(rng, customers, customer)
    time_s = np.zeros(len(customer), dtype=np.int64)
    in_store = channel == STORE
    for these, hours in ((in_store, STORE_HOURS), (~in_store, SHOPPING_HOURS)):
        start_s = customers.signed_up_s[customer[these]]
        windows = (start_s, np.full(len(start_s), timeline.end_s, dtype=np.int64))
        time_s[these] = draw_times(rng, curve, windows, hours)
    return spontaneous(customer, time_s, channel)


def _first_orders(rng: np.random.Generator, timeline: Timeline, customers: Customers) -> Drafts:
    """Orders soon after signing up: what most people signed up for."""
    customer = np.flatnonzero(chance(rng, _FIRST_ORDER_PROBABILITY, len(customers)))
    wait_s = rng.exponential(_FIRST_ORDER_MEAN_DAYS * DAY_S, len(customer)).astype(np.int64)
    time_s = customers.signed_up_s[customer] + 900 + wait_s
    within = time_s < timeline.end_s
    customer, time_s = customer[within], time_s[within]
    return spontaneous(customer, time_s, channel_of(rng, customers, customer))


def _faded(streams: Streams, timeline: Timeline, customers: Customers, drafts: Drafts) -> Bools:
    """Orders not placed because the customer had lost interest by then."""
    rng = streams.named("fading")
    earliest_s = customers.signed_up_s + 120 * DAY_S
    room_s = np.maximum(timeline.end_s - earliest_s, 0)
    fade_s = earliest_s + (rng.random(len(customers)) * room_s).astype(np.int64)
    fades = chance(rng, planted.FADE_PROBABILITY, len(customers)) & (room_s > 0)
    dropped = chance(rng, 1.0 - planted.FADE_KEPT_FRACTION, len(drafts))
    after = drafts.time_s >= fade_s[drafts.customer]
    return np.asarray(fades[drafts.customer] & after & dropped)


def _lost_in_south(rng: np.random.Generator, customers: Customers, drafts: Drafts) -> Bools:
    from_s = Timeline(until=planted.SOUTH_DROP_FROM).end_s
    south = customers.region[drafts.customer] == REGIONS.index(planted.SOUTH_REGION)
    dropped = chance(rng, planted.SOUTH_DROP_FRACTION, len(drafts))
    return np.asarray(south & (drafts.time_s >= from_s) & dropped)


def credit_first_orders(streams: Streams, customers: Customers, drafts: Drafts) -> Drafts:
    """Credit first orders soon after sign-up to the campaign that brought the customer."""
    rng = streams.named("order credit")
    brought = np.flatnonzero(customers.campaign_id != NEVER)
    start_s = customers.signed_up_s[brought]
    index = index_events(drafts.customer, drafts.time_s)
    first = index.first(brought, start_s, start_s + _CREDIT_DAYS * DAY_S)
    counted = (first != NEVER) & chance(rng, _CREDIT_PROBABILITY, len(brought))
    campaign_id = drafts.campaign_id.copy()
    orders = first[counted]
    open_to_credit = campaign_id[orders] == NEVER
    campaign_id[orders[open_to_credit]] = customers.campaign_id[brought[counted][open_to_credit]]
    return replace(drafts, campaign_id=campaign_id)

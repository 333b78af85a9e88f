"""Web sessions: the visits behind tracked orders, and all the visits that end earlier."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from analytics.demo import planted
from analytics.demo.baskets import Orders
from analytics.demo.campaigns import Contacts
from analytics.demo.customers import Customers
from analytics.demo.orders import WEB
from analytics.demo.sampling import (
    DAY_S,
    NEVER,
    Floats,
    Ints,
    Streams,
    chance,
    pick,
    pick_rows,
    skewed_seconds,
)
from analytics.demo.segments import per_segment
from analytics.demo.timeline import (
    SHOPPING_HOURS,
    START,
    Timeline,
    draw_day_seconds,
    shopping_days,
)
from analytics.schema import DEVICES, STEPS

VISIT, VIEW, CART, CHECKOUT, PURCHASE = range(len(STEPS))
DESKTOP, MOBILE, TABLET = range(len(DEVICES))

_TRACKED_PROBABILITY = 0.32
_DEVICE_SHARES = (0.46, 0.46, 0.08)
# Probability of the next step by device: product_view, add_to_cart, checkout after the one before.
STEP_PROBABILITIES = np.array([[0.66, 0.37, 0.56], [0.55, 0.32, 0.53], [0.60, 0.34, 0.54]])
_KNOWN_BY_DEPTH = (0.46, 0.54, 0.62, 0.76, 0.90)
# Median seconds of a session by the step it reached.
_DURATION_S = (45.0, 170.0, 330.0, 450.0, 520.0)
_SMOOTH_DAYS = 29
_CLICK_TRACKED_PROBABILITY = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """Sessions by position, in order of start; arrays of shape (n_sessions,).

    `customer` is a position or NEVER, `visitor` a number, `depth` the last step reached,
    `order` the position of the order placed or NEVER, `campaign_id` the campaign that brought
    the visit or NEVER.
    """

    customer: Ints
    visitor: Ints
    start_s: Ints
    duration_s: Ints
    device: Ints
    depth: Ints
    order: Ints
    campaign_id: Ints

    def __len__(self) -> int:
        return len(self.start_s)


def draw_visits(
    streams: Streams,
    timeline: Timeline,
    customers: Customers,
    orders: Orders,
    contacts: tuple[Contacts, Ints],
) -> Visits:
    """Draw the sessions so that each device loses its planted share at each step.

    Parameters
    ----------
    streams : Streams
        The seed's streams.
    timeline : Timeline
        The time covered.
    customers : Customers
        Who may be recognised.
    orders : Orders
        Orders over the web, a part of which is tracked.
    contacts : pair of Contacts and ndarray
        Campaign contacts, whose clicks open sessions, and the campaign_id by campaign position.

    Returns
    -------
    Visits
    """
    rng = streams.named("web sessions")
    kept = tracking_kept(timeline)
    tracked = _tracked_orders(rng, orders, kept)
    purchases = _purchases(rng, timeline, orders, tracked)
    expected = _expected_purchases(timeline, orders) * _TRACKED_PROBABILITY * kept
    others = _unfinished(streams.named("web visits"), timeline, expected)
    clicks = _clicked(streams.named("web clicks"), contacts)
    joined = _joined(purchases, others, clicks)
    joined = _recognised(streams.named("web visitors"), timeline, customers, joined)
    return _within(timeline, joined)


def checkout_completion(timeline: Timeline) -> Floats:
    """Probability that a checkout ends in a purchase, shape (n_days, 3 devices)."""
    rates = np.tile(
        np.array([planted.CHECKOUT_COMPLETION[device] for device in DEVICES]),
        (timeline.n_days, 1),
    )
    after = (planted.CHECKOUT_LEAK_FROM - START).days
    rates[after:, MOBILE] = planted.CHECKOUT_COMPLETION_MOBILE_AFTER
    return rates


def device_shares(timeline: Timeline) -> Floats:
    """Share of the tracked purchases by day and device, shape (n_days, 3)."""
    shares = np.tile(np.array(_DEVICE_SHARES), (timeline.n_days, 1))
    before = planted.CHECKOUT_COMPLETION["mobile"]
    after = (planted.CHECKOUT_LEAK_FROM - START).days
    # People who give up on their phone mostly do not come back another way.
    shares[after:, MOBILE] *= planted.CHECKOUT_COMPLETION_MOBILE_AFTER / before
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def tracking_kept(timeline: Timeline) -> Floats:
    """Share of the sessions that were recorded on each day, shape (n_days,)."""
    kept = np.ones(timeline.n_days)
    for day in planted.TRACKING_GAP_DAYS:
        if timeline.covers(day):
            kept[(day - START).days] = planted.TRACKING_GAP_KEPT_FRACTION
    return kept


def scraper_day(timeline: Timeline) -> int:
    """Day, counted from the start, on which a scraper visits."""
    return timeline.n_days - planted.SCRAPER_DAYS_BEFORE_END


def _tracked_orders(rng: np.random.Generator, orders: Orders, kept: Floats) -> Ints:
    day = orders.drafts.time_s // DAY_S
    seen = chance(rng, _TRACKED_PROBABILITY * kept[day], len(day))
    return np.flatnonzero((orders.drafts.channel == WEB) & seen)


def _purchases(
    rng: np.random.Generator, timeline: Timeline, orders: Orders, tracked: Ints
) -> Visits:
    time_s = orders.drafts.time_s[tracked]
    device = pick_rows(rng, device_shares(timeline)[time_s // DAY_S])
    duration_s = skewed_seconds(rng, _DURATION_S[PURCHASE], 0.55, len(tracked))
    # No session starts before the data does.
    duration_s = np.minimum(np.clip(duration_s, 60, 3500), np.maximum(time_s, 1))
    start_s = time_s - (duration_s * 9) // 10
    known = chance(rng, _KNOWN_BY_DEPTH[PURCHASE], len(tracked))
    return Visits(
        customer=np.where(known, orders.drafts.customer[tracked], NEVER),
        visitor=np.full(len(tracked), NEVER, dtype=np.int64),
        start_s=start_s,
        duration_s=duration_s,
        device=device,
        depth=np.full(len(tracked), PURCHASE, dtype=np.int64),
        order=tracked,
        campaign_id=orders.drafts.campaign_id[tracked],
    )


def _expected_purchases(timeline: Timeline, orders: Orders) -> Floats:
    """Web orders to expect per day: the season's shape on a smooth level, shape (n_days,)."""
    web = orders.drafts.channel == WEB
    counted = np.bincount(orders.drafts.time_s[web] // DAY_S, minlength=timeline.n_days)
    season = shopping_days(timeline)
    width = min(_SMOOTH_DAYS, timeline.n_days)
    kernel = np.ones(width)
    level = np.convolve(counted, kernel, mode="same")[: timeline.n_days]
    level = level / np.convolve(season, kernel, mode="same")[: timeline.n_days]
    return np.asarray(level * season)


def _unfinished(rng: np.random.Generator, timeline: Timeline, expected: Floats) -> Visits:
    """Sessions that end before a purchase, from the purchases and the rates of each step."""
    done = expected[:, None] * device_shares(timeline)
    completion = checkout_completion(timeline)
    steps = STEP_PROBABILITIES
    checkouts = done / completion
    carts = checkouts / steps[:, 2]
    views = carts / steps[:, 1]
    visits = views / steps[:, 0]
    ended = np.stack((visits - views, views - carts, carts - checkouts, checkouts - done), axis=2)
    scraped = np.zeros_like(ended)
    day = scraper_day(timeline)
    # The scraper reads single pages and leaves, always as a desktop browser.
    scraped[day, DESKTOP, VISIT] = (planted.SCRAPER_FACTOR - 1.0) * visits[day].sum()
    counts = rng.poisson(ended + scraped)
    n_sessions = int(counts.sum())
    place = np.repeat(np.arange(counts.size), counts.ravel())
    day_of, device, depth = np.unravel_index(place, counts.shape)
    start_s = day_of * DAY_S + draw_day_seconds(rng, SHOPPING_HOURS, n_sessions)
    return _anonymous(rng, start_s, device.astype(np.int64), depth.astype(np.int64))


def _clicked(rng: np.random.Generator, contacts: tuple[Contacts, Ints]) -> Visits:
    """Sessions opened by a click on a campaign; they end before the checkout."""
    sent, campaign_ids = contacts
    seen = chance(rng, _CLICK_TRACKED_PROBABILITY, len(sent))
    clicked = np.flatnonzero((sent.clicked_s != NEVER) & seen)
    device = pick(rng, (0.34, 0.60, 0.06), len(clicked))
    depth = pick(rng, (0.34, 0.48, 0.18), len(clicked))
    visits = _anonymous(rng, sent.clicked_s[clicked], device, depth)
    return replace(
        visits, customer=sent.customer[clicked], campaign_id=campaign_ids[sent.campaign[clicked]]
    )


def _anonymous(rng: np.random.Generator, start_s: Ints, device: Ints, depth: Ints) -> Visits:
    n_sessions = len(start_s)
    nothing = np.full(n_sessions, NEVER, dtype=np.int64)
    duration_s = skewed_seconds(rng, np.array(_DURATION_S)[depth], 0.8, n_sessions)
    return Visits(
        customer=nothing,
        visitor=nothing,
        start_s=start_s,
        duration_s=np.clip(duration_s, 4, 3500),
        device=device,
        depth=depth,
        order=nothing,
        campaign_id=nothing,
    )


def _joined(*parts: Visits) -> Visits:
    joined = {
        item.name: np.concatenate([getattr(part, item.name) for part in parts])
        for item in fields(Visits)
    }
    order = np.argsort(joined["start_s"], kind="stable")
    return Visits(**{name: column[order] for name, column in joined.items()})


def _recognised(
    rng: np.random.Generator, timeline: Timeline, customers: Customers, visits: Visits
) -> Visits:
    """Say whose visits the unfinished ones are, and number the visitors."""
    n_customers, n_sessions = len(customers), len(visits)
    weight = customers.order_rate * per_segment("visits")[customers.segment]
    cumulative = np.concatenate(([0.0], np.cumsum(weight)))
    # Customers are in order of sign-up: those there at a time are the first ones.
    there = np.searchsorted(customers.signed_up_s, visits.start_s, side="left")
    drawn = np.searchsorted(cumulative, rng.random(n_sessions) * cumulative[there], side="right")
    drawn = np.clip(drawn - 1, 0, n_customers - 1)
    gone = customers.churned_s[drawn] <= visits.start_s
    known = chance(rng, np.array(_KNOWN_BY_DEPTH)[visits.depth], n_sessions)
    scraper = (
        (visits.start_s // DAY_S == scraper_day(timeline))
        & (visits.depth == VISIT)
        & (visits.device == DESKTOP)
    )
    candidate = known & ~gone & (there > 0) & (visits.order == NEVER) & ~scraper
    customer = np.where(candidate & (visits.customer == NEVER), drawn, visits.customer)
    # A customer mostly comes with the same browser, sometimes with a second one.
    second = chance(rng, 0.25, n_sessions)
    own = 100_000 + 2 * customer + second
    strangers = 100_000 + 2 * n_customers + rng.integers(0, max(1, n_sessions // 3), n_sessions)
    visitor = np.where(customer == NEVER, strangers, own)
    return replace(visits, customer=customer, visitor=visitor)


def _within(timeline: Timeline, visits: Visits) -> Visits:
    """Cut sessions short that would go on past the end of the data."""
    longest_s = np.maximum(timeline.end_s - 1 - visits.start_s, 1)
    return replace(visits, duration_s=np.minimum(visits.duration_s, longest_s))

"""The tables `web_sessions` and `web_events` from the visits."""

from __future__ import annotations

import numpy as np

from analytics.demo.baskets import Orders
from analytics.demo.campaign_plan import Campaign
from analytics.demo.catalog import Catalog
from analytics.demo.customers import COUNTRIES, Customers
from analytics.demo.people import PLACES
from analytics.demo.sampling import DAY_S, NEVER, Floats, Ints, Streams, chance, pick, pick_rows
from analytics.demo.web import CART, CHECKOUT, PURCHASE, VIEW, VISIT, Visits
from analytics.demo.writer import Coded, Table
from analytics.schema import DEVICES, MEDIUMS, SOURCES, STEPS

LANDING_PAGES = (
    "/", "/sale", "/laptops", "/phones", "/audio", "/accessories", "/software", "/services",
    "/compare", "/guides/choose-a-laptop", "/guides/noise-cancelling", "/support",
)  # fmt: skip
_LANDING_WEIGHTS = (0.30, 0.10, 0.10, 0.10, 0.08, 0.10, 0.04, 0.03, 0.03, 0.05, 0.03, 0.04)
_LANDING_BY_CHANNEL = {
    "email": (0.10, 0.34, 0.10, 0.08, 0.12, 0.14, 0.05, 0.07, 0.0, 0.0, 0.0, 0.0),
    "search": (0.20, 0.12, 0.16, 0.18, 0.12, 0.12, 0.04, 0.02, 0.04, 0.0, 0.0, 0.0),
    "social": (0.12, 0.26, 0.06, 0.20, 0.22, 0.12, 0.0, 0.0, 0.0, 0.01, 0.01, 0.0),
    "affiliate": (0.16, 0.32, 0.14, 0.14, 0.10, 0.12, 0.02, 0.0, 0.0, 0.0, 0.0, 0.0),
    "direct mail": (0.50, 0.22, 0.06, 0.06, 0.06, 0.06, 0.02, 0.02, 0.0, 0.0, 0.0, 0.0),
}
# Source and medium of visits, with weights for those that end at once and those that go on.
_CAME_FROM = (
    ("google", "organic", 0.27, 0.32), ("google", "cpc", 0.15, 0.12),
    ("bing", "organic", 0.03, 0.04), ("bing", "cpc", 0.03, 0.02),
    ("newsletter", "email", 0.05, 0.11), ("facebook", "social", 0.14, 0.07),
    ("instagram", "social", 0.17, 0.07), ("direct", "none", 0.11, 0.19),
    ("partner", "referral", 0.05, 0.06),
)  # fmt: skip
_FROM_CAMPAIGN = {
    "email": (("newsletter", "email"),),
    "search": (("google", "cpc"), ("bing", "cpc")),
    "social": (("facebook", "social"), ("instagram", "social")),
    "affiliate": (("partner", "referral"),),
    "direct mail": (("direct", "none"),),
}
# Of the paid visits of strangers while a campaign of that channel runs, so many are its own.
_CAMPAIGN_VISIT_PROBABILITY = 0.55
_BOUNCE_PROBABILITY = 0.78


def sessions_table(
    streams: Streams, visits: Visits, customers: Customers, campaigns: tuple[Campaign, ...]
) -> Table:
    """Columns of `web_sessions`.

    Parameters
    ----------
    streams : Streams
        The seed's streams.
    visits : Visits
        Sessions in order of start; session_id is the position plus 1.
    customers : Customers
        Whose country a recognised session has.
    campaigns : tuple of Campaign
        Which decide source, medium and landing page of the visits they bring.

    Returns
    -------
    Table
    """
    rng = streams.named("web session details")
    n_sessions = len(visits)
    bounce = (visits.depth == VISIT) & chance(rng, _BOUNCE_PROBABILITY, n_sessions)
    source, medium = _origin(rng, bounce.astype(np.int64))
    campaign_id = _brought(rng, visits, (source, medium), campaigns)
    source, medium, landing = _by_campaign(rng, campaign_id, (source, medium), campaigns)
    pages = 1 + rng.poisson(np.array([0.6, 2.4, 4.6, 6.2, 7.0])[visits.depth])
    pages = np.maximum(pages, np.array([2, 2, 3, 4, 5])[visits.depth])
    seconds = np.where(bounce, np.minimum(visits.duration_s, 25), visits.duration_s)
    return {
        "session_id": np.arange(1, n_sessions + 1, dtype=np.int64),
        "customer_id": np.where(visits.customer == NEVER, NEVER, visits.customer + 1),
        "visitor_id": visits.visitor,
        "started_at": visits.start_s,
        "duration_s": seconds,
        "pageviews": np.where(bounce, 1, pages),
        "source": Coded(codes=source, words=SOURCES),
        "medium": Coded(codes=medium, words=MEDIUMS),
        "campaign_id": campaign_id,
        "device": Coded(codes=visits.device, words=DEVICES),
        "country": Coded(codes=_countries(rng, visits, customers), words=COUNTRIES),
        "landing_page": Coded(codes=landing, words=LANDING_PAGES),
        "is_bounce": bounce,
        "converted": visits.depth == PURCHASE,
    }


def events_table(streams: Streams, visits: Visits, orders: Orders, catalog: Catalog) -> Table:
    """Columns of `web_events`: every step of every session, by session and time."""
    rng = streams.named("web events")
    repeats = _repeats(rng, visits)
    n_steps = repeats.sum(axis=1)
    session = np.repeat(np.arange(len(visits)), n_steps)
    step = np.repeat(np.tile(np.arange(len(STEPS)), len(visits)), repeats.ravel())
    place = np.arange(len(session)) - (np.cumsum(n_steps) - n_steps)[session]
    spread = (place + rng.random(len(session)) * 0.8) / n_steps[session]
    # The visit is the session's start, the purchase the order's time; the rest lies between.
    last_s = np.maximum(visits.duration_s * 9 // 10, 0)
    occurred_s = visits.start_s[session] + (spread * last_s[session]).astype(np.int64)
    occurred_s = np.where(step == VISIT, visits.start_s[session], occurred_s)
    bought = step == PURCHASE
    occurred_s[bought] = orders.drafts.time_s[visits.order[session[bought]]]
    product = _products(rng, visits, (session, step), (orders, catalog))
    return {
        "event_id": np.arange(1, len(session) + 1, dtype=np.int64),
        "session_id": session + 1,
        "occurred_at": occurred_s,
        "step": Coded(codes=step, words=STEPS),
        "product_id": product,
    }


def _origin(rng: np.random.Generator, bounce: Ints) -> tuple[Ints, Ints]:
    weights = np.array([[item[3] for item in _CAME_FROM], [item[2] for item in _CAME_FROM]])
    drawn = pick_rows(rng, weights[bounce])
    source = np.array([SOURCES.index(item[0]) for item in _CAME_FROM])[drawn]
    return source, np.array([MEDIUMS.index(item[1]) for item in _CAME_FROM])[drawn]


def _brought(
    rng: np.random.Generator,
    visits: Visits,
    origin: tuple[Ints, Ints],
    campaigns: tuple[Campaign, ...],
) -> Ints:
    """Campaign of each visit: its click or order, else for some strangers what runs."""
    campaign_id = visits.campaign_id.copy()
    luck = rng.random(len(visits)) < _CAMPAIGN_VISIT_PROBABILITY
    open_visits = (visits.customer == NEVER) & (campaign_id == NEVER) & (visits.order == NEVER)
    for campaign in campaigns:
        if campaign.objective != "acquisition":
            continue
        runs = (visits.start_s >= campaign.start_s) & (visits.start_s < campaign.end_s)
        for source, medium in _FROM_CAMPAIGN[campaign.channel]:
            came = origin[0] == SOURCES.index(source)
            came &= origin[1] == MEDIUMS.index(medium)
            campaign_id[open_visits & runs & came & luck] = campaign.campaign_id
    return campaign_id


def _by_campaign(
    rng: np.random.Generator,
    campaign_id: Ints,
    origin: tuple[Ints, Ints],
    campaigns: tuple[Campaign, ...],
) -> tuple[Ints, Ints, Ints]:
    """Source, medium and landing page, those of the campaign where there is one."""
    source, medium = origin[0].copy(), origin[1].copy()
    landing = pick(rng, _LANDING_WEIGHTS, len(campaign_id))
    channel_of = {campaign.campaign_id: campaign.channel for campaign in campaigns}
    for channel, pairs in _FROM_CAMPAIGN.items():
        ids = [number for number, name in channel_of.items() if name == channel]
        those = np.flatnonzero(np.isin(campaign_id, ids))
        drawn = rng.integers(0, len(pairs), len(those))
        source[those] = np.array([SOURCES.index(pair[0]) for pair in pairs])[drawn]
        medium[those] = np.array([MEDIUMS.index(pair[1]) for pair in pairs])[drawn]
        landing[those] = pick(rng, _LANDING_BY_CHANNEL[channel], len(those))
    return source, medium, landing


def _countries(rng: np.random.Generator, visits: Visits, customers: Customers) -> Ints:
    shares: Floats = np.zeros(len(COUNTRIES))
    for place in PLACES:
        shares[COUNTRIES.index(place[1])] += place[4]
    country = pick(rng, shares, len(visits))
    known = visits.customer != NEVER
    country[known] = customers.country[visits.customer[known]]
    return np.where(chance(rng, 0.02, len(visits)), NEVER, country)


def _repeats(rng: np.random.Generator, visits: Visits) -> Ints:
    """How often each session takes each step, shape (n_sessions, 5)."""
    n_sessions = len(visits)
    repeats = (np.arange(len(STEPS)) <= visits.depth[:, None]).astype(np.int64)
    repeats[:, VIEW] *= 1 + rng.poisson(0.9, n_sessions)
    repeats[:, CART] *= 1 + chance(rng, 0.18, n_sessions)
    return repeats


def _products(
    rng: np.random.Generator,
    visits: Visits,
    steps: tuple[Ints, Ints],
    shop: tuple[Orders, Catalog],
) -> Ints:
    """Product looked at, put in the cart or bought; none for visits and checkouts."""
    session, step = steps
    orders, catalog = shop
    # Dear products are looked at more than they are bought.
    weights = catalog.popularity * np.sqrt(catalog.price)
    product = pick(rng, weights, len(session))
    day = visits.start_s[session] // DAY_S
    early = catalog.launched_day[product] > day
    old = np.flatnonzero(catalog.launched_day < 0)
    product[early] = old[pick(rng, weights[old], int(early.sum()))]
    product = product + 1
    order = visits.order[session]
    own = (order != NEVER) & ((step == PURCHASE) | (step == CART))
    product[own] = orders.first_product[order[own]] + 1
    return np.where((step == VISIT) | (step == CHECKOUT), NEVER, product)

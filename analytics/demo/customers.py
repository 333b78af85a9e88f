"""Who the customers are: segment, person, place, plan, and when they signed up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.demo import planted
from analytics.demo.campaign_plan import Campaign
from analytics.demo.people import NAMES, PLACES, mail_word
from analytics.demo.sampling import (
    DAY_S,
    NEVER,
    Floats,
    Ints,
    Streams,
    Texts,
    chance,
    pick,
    pick_rows,
)
from analytics.demo.segments import SEGMENTS, per_segment
from analytics.demo.timeline import (
    START,
    Timeline,
    accumulate,
    draw_times,
    shopping_days,
)
from analytics.demo.writer import Coded, Table
from analytics.schema import (
    ACQUISITION_CHANNELS,
    CHURN_REASONS,
    CUSTOMER_STATUSES,
    GENDERS,
    INCOME_BANDS,
    LIFESTYLES,
    PLANS,
    REGIONS,
)

COUNTRIES = tuple(sorted({place[1] for place in PLACES}))

# Income weights (low, middle, high) by region; frequency of orders by region, income and plan.
REGION_INCOME = {
    "North": (0.30, 0.50, 0.20), "South": (0.24, 0.48, 0.28),
    "East": (0.34, 0.50, 0.16), "West": (0.26, 0.48, 0.26),
}  # fmt: skip
REGION_ORDER_FACTOR = {"North": 1.00, "South": 0.95, "East": 0.86, "West": 1.10}
INCOME_ORDER_FACTOR = {"low": 0.85, "middle": 1.00, "high": 1.22}
PLAN_ORDER_FACTOR = {"none": 0.90, "basic": 1.00, "plus": 1.22, "premium": 1.50}

# Weights of search, social, email, referral, store, affiliate, by segment.
_SEGMENT_CHANNELS = np.array([
    [0.30, 0.12, 0.18, 0.24, 0.10, 0.06],
    [0.30, 0.22, 0.16, 0.08, 0.04, 0.20],
    [0.40, 0.08, 0.06, 0.18, 0.24, 0.04],
    [0.20, 0.50, 0.08, 0.16, 0.01, 0.05],
    [0.12, 0.06, 0.06, 0.14, 0.60, 0.02],
    [0.34, 0.30, 0.10, 0.12, 0.08, 0.06],
])  # fmt: skip
_SEGMENT_AGE = np.array([45.0, 36.0, 47.0, 28.0, 56.0, 42.0])
_INCOME_PLAN_LEAN = np.array([
    [1.25, 1.00, 0.70, 0.50], [1.00, 1.00, 1.00, 1.00], [0.75, 0.95, 1.25, 1.70],
])  # fmt: skip
_CAMPAIGN_SIGN_UP_FRACTION = 0.62


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """Customers by position, in order of sign-up: customer_id is the position plus 1.

    Codes are positions in the value lists of `schema`, `COUNTRIES`, `PLACES` and `SEGMENTS`;
    `order_rate` is orders per unit of the segment's cumulative demand; `campaign_id` is NEVER
    for the organic; `churned_s` is the end of the data and `churn_reason` NEVER for those who
    stay.
    """

    segment: Ints
    gender: Ints
    place: Ints
    region: Ints
    country: Ints
    income: Ints
    lifestyle: Ints
    plan: Ints
    birth_day: Ints
    signed_up_s: Ints
    channel: Ints
    campaign_id: Ints
    order_rate: Floats
    full_name: Texts
    email: Texts
    churned_s: Ints
    churn_reason: Ints

    def __len__(self) -> int:
        return len(self.segment)


def make_customers(
    streams: Streams, timeline: Timeline, n_customers: int, campaigns: tuple[Campaign, ...]
) -> Customers:
    """Draw the customers, none of whom has churned yet.

    Parameters
    ----------
    streams, timeline : Streams, Timeline
        The seed's streams and the time covered.
    n_customers : int
        How many, > 0.
    campaigns : tuple of Campaign
        Campaigns whose acquisition can be credited.

    Returns
    -------
    Customers
    """
    rng = streams.named("customers")
    segment = pick(rng, per_segment("share"), n_customers)
    signed_up_s = np.sort(_sign_ups(rng, timeline, n_customers))
    place = pick(rng, [place[4] for place in PLACES], n_customers)
    region = np.array([REGIONS.index(item[2]) for item in PLACES])[place]
    income_weights = np.array([REGION_INCOME[name] for name in REGIONS])[region]
    income = pick_rows(rng, _richer(income_weights, segment))
    plan = pick_rows(rng, per_segment("plans")[segment] * _INCOME_PLAN_LEAN[income])
    gender = pick(rng, (0.50, 0.48, 0.02), n_customers)
    age = np.clip(rng.normal(_SEGMENT_AGE[segment], 11.0), 18.2, 88.0)
    channel = pick_rows(rng, _SEGMENT_CHANNELS[segment])
    names, emails = _names(streams.named("names"), place, gender)
    return Customers(
        segment=segment,
        gender=gender,
        place=place,
        region=region,
        country=np.array([COUNTRIES.index(item[1]) for item in PLACES])[place],
        income=income,
        lifestyle=pick_rows(rng, per_segment("lifestyles")[segment]),
        plan=plan,
        birth_day=signed_up_s // DAY_S - np.rint(age * 365.25).astype(np.int64),
        signed_up_s=signed_up_s,
        channel=channel,
        campaign_id=_credit(streams.named("acquisition"), campaigns, channel, signed_up_s),
        order_rate=_order_rates(rng, timeline, segment, (region, income, plan)),
        full_name=names,
        email=emails,
        churned_s=np.full(n_customers, timeline.end_s, dtype=np.int64),
        churn_reason=np.full(n_customers, NEVER, dtype=np.int64),
    )


def demand_curves(timeline: Timeline) -> list[Floats]:
    """Cumulative shopping demand of each segment, each of shape (n_days + 1,)."""
    curves = []
    for segment in SEGMENTS:
        weights = shopping_days(timeline) ** segment.season_power
        curves.append(accumulate(weights / weights.mean()))
    return curves


def customers_table(streams: Streams, customers: Customers, timeline: Timeline) -> Table:
    """Columns of `customers`, with sparse gaps where people did not say."""
    rng = streams.named("customer gaps")
    n_customers = len(customers)
    unknown_place = chance(rng, 0.012, n_customers)
    unknown_city = unknown_place | chance(rng, 0.010, n_customers)

    def gaps(codes: Ints, fraction: float) -> Ints:
        return np.where(chance(rng, fraction, n_customers), NEVER, codes)

    birth_date = np.datetime64(START, "D") + customers.birth_day
    birth_date[chance(rng, 0.025, n_customers)] = np.datetime64("NaT", "D")
    churned = customers.churned_s < timeline.end_s
    return {
        "customer_id": np.arange(1, n_customers + 1, dtype=np.int64),
        "full_name": customers.full_name,
        "email": customers.email,
        "birth_date": birth_date,
        "gender": Coded(codes=gaps(customers.gender, 0.02), words=GENDERS),
        "country": Coded(codes=np.where(unknown_place, NEVER, customers.country), words=COUNTRIES),
        "region": Coded(codes=np.where(unknown_place, NEVER, customers.region), words=REGIONS),
        "city": Coded(
            codes=np.where(unknown_city, NEVER, customers.place),
            words=tuple(place[0] for place in PLACES),
        ),
        "income_band": Coded(codes=gaps(customers.income, 0.04), words=INCOME_BANDS),
        "lifestyle": Coded(codes=gaps(customers.lifestyle, 0.03), words=LIFESTYLES),
        "signed_up_at": customers.signed_up_s,
        "acquisition_channel": Coded(codes=customers.channel, words=ACQUISITION_CHANNELS),
        "acquisition_campaign_id": customers.campaign_id,
        "plan": Coded(codes=customers.plan, words=PLANS),
        "status": Coded(codes=churned.astype(np.int64), words=CUSTOMER_STATUSES),
        "churned_at": np.where(churned, customers.churned_s, NEVER),
        "churn_reason": Coded(codes=customers.churn_reason, words=CHURN_REASONS),
    }


def _sign_ups(rng: np.random.Generator, timeline: Timeline, n_customers: int) -> Ints:
    days = np.arange(timeline.n_days)
    growth = 1.0 + planted.SIGN_UP_GROWTH_PER_YEAR * days / 365.0
    rush = planted.SIGN_UP_OPENING_RUSH * np.exp(-days / planted.SIGN_UP_OPENING_DAYS)
    weights = (growth + rush) * np.sqrt(shopping_days(timeline))
    everywhere = (
        np.zeros(n_customers, dtype=np.int64),
        np.full(n_customers, timeline.end_s, dtype=np.int64),
    )
    return draw_times(rng, accumulate(weights), everywhere)


def _richer(weights: Floats, segment: Ints) -> Floats:
    lean = np.ones((len(SEGMENTS), 3))
    lean[2] = (0.55, 0.95, 1.90)  # big-ticket buyers
    lean[1] = (1.40, 1.00, 0.60)  # deal seekers
    return np.asarray(weights * lean[segment])


def _order_rates(
    rng: np.random.Generator, timeline: Timeline, segment: Ints, groups: tuple[Ints, Ints, Ints]
) -> Floats:
    region, income, plan = groups
    factor = (
        np.array([REGION_ORDER_FACTOR[name] for name in REGIONS])[region]
        * np.array([INCOME_ORDER_FACTOR[name] for name in INCOME_BANDS])[income]
        * np.array([PLAN_ORDER_FACTOR[name] for name in PLANS])[plan]
    )
    shape = per_segment("rate_shape")[segment]
    individual = rng.gamma(shape) / shape
    # A unit of a demand curve is an average day.
    per_day = per_segment("orders_per_year")[segment] / 365.0
    return np.asarray(per_day * factor * individual)


def _credit(
    rng: np.random.Generator, campaigns: tuple[Campaign, ...], channel: Ints, signed_up_s: Ints
) -> Ints:
    """Campaign that brought each customer, NEVER for the organic."""
    credited = np.full(len(channel), NEVER, dtype=np.int64)
    luck = rng.random(len(channel))
    for campaign in campaigns:
        if campaign.objective != "acquisition":
            continue
        # Leaflets bring people into the stores; every other channel is its own.
        via = "store" if campaign.channel == "direct mail" else campaign.channel
        reached = (
            (channel == ACQUISITION_CHANNELS.index(via))
            & (signed_up_s >= campaign.start_s)
            & (signed_up_s < campaign.end_s)
            & (luck < _CAMPAIGN_SIGN_UP_FRACTION)
        )
        credited[reached] = campaign.campaign_id
    return credited


def _names(rng: np.random.Generator, place: Ints, gender: Ints) -> tuple[Texts, Texts]:
    n_customers = len(place)
    languages = np.array([item[3] for item in PLACES])[place]
    # 'other' takes a first name from either list.
    women = (gender == 0) | ((gender == 2) & chance(rng, 0.5, n_customers))
    first = np.empty(n_customers, dtype=object)
    last = np.empty(n_customers, dtype=object)
    for language, pool in NAMES.items():
        here = languages == language
        last[here] = np.array(pool.last, dtype=object)[pick(rng, [1] * len(pool.last), here.sum())]
        for these, given in ((here & women, pool.female), (here & ~women, pool.male)):
            drawn = pick(rng, [1] * len(given), these.sum())
            first[these] = np.array(given, dtype=object)[drawn]
    words = {name: mail_word(name) for name in {*first, *last}}
    emails = [
        f"{words[given]}.{words[family]}{number}@example.com"
        for number, (given, family) in enumerate(zip(first, last, strict=True), start=1)
    ]
    full = [f"{given} {family}" for given, family in zip(first, last, strict=True)]
    return np.array(full, dtype=object), np.array(emails, dtype=object)

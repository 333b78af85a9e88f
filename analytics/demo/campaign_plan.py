"""The calendar of campaigns: when each runs, for whom, and what it truly does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.demo.sampling import DAY_S, Streams
from analytics.demo.timeline import START, Timeline

EVERY_DAYS = 24
RESPONSE_WINDOW_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What is the same each time a campaign of this kind runs.

    `effect_a` and `effect_b` are added to the probability that a contact orders within the
    response window; `opens_a`, `opens_b` and `clicks` (given an open) are probabilities;
    `audience` is the share of all customers aimed at; `cost_per_contact` is in money.
    """

    name: str
    channel: str
    objective: str
    audience: float
    effect_a: float
    effect_b: float
    opens_a: float
    opens_b: float
    clicks: float
    cost_per_contact: float


THEMES = (
    Theme(
        name="Search Launch", channel="search", objective="acquisition", audience=0.20,
        effect_a=0.012, effect_b=0.016, opens_a=0.55, opens_b=0.56, clicks=0.09,
        cost_per_contact=18.0,
    ),
    Theme(
        name="Welcome Offer", channel="email", objective="acquisition", audience=0.30,
        effect_a=0.030, effect_b=0.042, opens_a=0.41, opens_b=0.47, clicks=0.24,
        cost_per_contact=16.8,
    ),
    Theme(
        name="Social Spotlight", channel="social", objective="acquisition", audience=0.20,
        effect_a=0.008, effect_b=0.008, opens_a=0.62, opens_b=0.60, clicks=0.06,
        cost_per_contact=21.2,
    ),
    Theme(
        name="Accessory Picks", channel="email", objective="cross-sell", audience=0.50,
        effect_a=0.018, effect_b=0.018, opens_a=0.33, opens_b=0.34, clicks=0.16,
        cost_per_contact=14.7,
    ),
    Theme(
        name="Upgrade Your Desk", channel="email", objective="cross-sell", audience=0.52,
        effect_a=0.012, effect_b=0.048, opens_a=0.31, opens_b=0.39, clicks=0.20,
        cost_per_contact=22.4,
    ),
    Theme(
        name="Partner Deals", channel="affiliate", objective="acquisition", audience=0.20,
        effect_a=0.020, effect_b=0.024, opens_a=0.50, opens_b=0.50, clicks=0.12,
        cost_per_contact=20.0,
    ),
    Theme(
        name="Thank You", channel="email", objective="retention", audience=0.55,
        effect_a=0.022, effect_b=0.034, opens_a=0.44, opens_b=0.45, clicks=0.18,
        cost_per_contact=14.0,
    ),
    Theme(
        name="We Miss You", channel="email", objective="win-back", audience=0.40,
        effect_a=0.016, effect_b=0.030, opens_a=0.22, opens_b=0.27, clicks=0.15,
        cost_per_contact=11.2,
    ),
    Theme(
        name="Catalogue by Post", channel="direct mail", objective="cross-sell", audience=0.30,
        effect_a=0.014, effect_b=0.020, opens_a=0.0, opens_b=0.0, clicks=0.035,
        cost_per_contact=27.5,
    ),
    Theme(
        name="Search Refresh", channel="search", objective="acquisition", audience=0.20,
        effect_a=0.010, effect_b=0.014, opens_a=0.54, opens_b=0.55, clicks=0.08,
        cost_per_contact=21.0,
    ),
    Theme(
        name="Care Plan Offer", channel="email", objective="retention", audience=0.48,
        effect_a=0.020, effect_b=0.006, opens_a=0.36, opens_b=0.30, clicks=0.13,
        cost_per_contact=15.4,
    ),
    Theme(
        name="Audio Week", channel="email", objective="cross-sell", audience=0.60,
        effect_a=0.026, effect_b=0.036, opens_a=0.37, opens_b=0.38, clicks=0.19,
        cost_per_contact=19.6,
    ),
    Theme(
        name="Social Stories", channel="social", objective="retention", audience=0.30,
        effect_a=0.000, effect_b=0.000, opens_a=0.58, opens_b=0.58, clicks=0.05,
        cost_per_contact=23.8,
    ),
    Theme(
        name="Come Back", channel="direct mail", objective="win-back", audience=0.28,
        effect_a=0.022, effect_b=0.030, opens_a=0.0, opens_b=0.0, clicks=0.04,
        cost_per_contact=31.2,
    ),
    Theme(
        name="Weekend Deals", channel="email", objective="cross-sell", audience=0.62,
        effect_a=0.034, effect_b=0.030, opens_a=0.35, opens_b=0.34, clicks=0.21,
        cost_per_contact=21.0,
    ),
    Theme(
        name="Second Chance", channel="email", objective="win-back", audience=0.42,
        effect_a=0.010, effect_b=0.022, opens_a=0.20, opens_b=0.26, clicks=0.14,
        cost_per_contact=11.2,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign; it runs in `[start_s, end_s)`, `end_s` may lie after the data.

    `strength` multiplies the theme's effects this time; `control` is the share of its
    audience left alone; `cost_per_sign_up` is paid for each customer it brought.
    """

    campaign_id: int
    theme: Theme
    name: str
    start_s: int
    end_s: int
    strength: float
    control: float
    cost_per_sign_up: float
    budget_over_spend: float

    @property
    def channel(self) -> str:
        """Channel of the theme."""
        return self.theme.channel

    @property
    def objective(self) -> str:
        """Objective of the theme."""
        return self.theme.objective


def plan_campaigns(streams: Streams, timeline: Timeline) -> tuple[Campaign, ...]:
    """Lay out the campaigns that start in the time covered, one about every three and a half weeks.

    Parameters
    ----------
    streams : Streams
        The seed's streams.
    timeline : Timeline
        The time covered.

    Returns
    -------
    tuple of Campaign
        In order of start; campaign_id counts from 1.
    """
    rng = streams.named("campaign plan")
    planned = []
    for number in range((timeline.n_days - 12) // EVERY_DAYS + 1):
        theme = THEMES[number % len(THEMES)]
        first_day = 6 + number * EVERY_DAYS + int(rng.integers(0, 6))
        long = theme.objective == "acquisition" or theme.channel == "social"
        n_days = int(rng.integers(42, 78) if long else rng.integers(10, 15))
        strength = float(np.round(rng.uniform(0.85, 1.25), 2))
        cost_per_sign_up = float(np.round(rng.uniform(22.0, 58.0), 2))
        month = timeline.day_of(first_day * DAY_S).strftime("%B %Y")
        planned.append(
            Campaign(
                campaign_id=number + 1,
                theme=theme,
                name=f"{theme.name} {month}",
                start_s=first_day * DAY_S,
                end_s=(first_day + n_days) * DAY_S,
                strength=strength,
                # The catalogue by post was sent to everybody: its effect cannot be told.
                control=0.0 if theme.name == "Catalogue by Post" else 0.2,
                cost_per_sign_up=cost_per_sign_up,
                budget_over_spend=float(np.round(rng.uniform(0.93, 1.22), 3)),
            )
        )
    return tuple(campaign for campaign in planned if campaign.start_s < timeline.end_s)


def first_day_of(campaign: Campaign) -> np.datetime64:
    """Calendar day a campaign starts on."""
    return np.datetime64(START, "D") + campaign.start_s // DAY_S


def last_day_of(campaign: Campaign) -> np.datetime64:
    """Last calendar day of a campaign; may lie after the data."""
    return np.datetime64(START, "D") + campaign.end_s // DAY_S - 1

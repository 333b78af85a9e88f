"""The behavioural segments customers are made from; their labels appear in truth.json alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.demo.sampling import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """How the customers of one segment behave.

    Attributes
    ----------
    name : str
        Name of the segment.
    share : float
        Share of all customers, 0..1.
    orders_per_year : float
        Mean yearly orders of a customer without a plan, before the season.
    rate_shape : float
        Shape of the gamma distribution of individual order rates; smaller is more uneven.
    extra_lines : float
        Mean lines of an order beyond the first.
    discount_probability, discount_fraction : float
        How often an order has a discount, and its mean share of the order's value.
    channels : tuple of 4 floats
        Weights of web, app, store, phone.
    categories : tuple of 6 floats
        Weights of Laptops, Phones, Audio, Accessories, Software, Services.
    season_power : float
        1 follows the shop's year; more is more concentrated on its peaks.
    visits : float
        Relative number of web sessions per order.
    uplift : float
        Multiplier of a campaign's true effect.
    tickets_per_year : float
        Mean yearly tickets.
    nps_shift : float
        Added to the mean NPS score.
    plans : tuple of 4 floats
        Weights of none, basic, plus, premium.
    lifestyles : tuple of 4 floats
        Weights of bargain hunter, brand loyal, early adopter, convenience seeker.
    """

    name: str
    share: float
    orders_per_year: float
    rate_shape: float
    extra_lines: float
    discount_probability: float
    discount_fraction: float
    channels: tuple[float, float, float, float]
    categories: tuple[float, float, float, float, float, float]
    season_power: float
    visits: float
    uplift: float
    tickets_per_year: float
    nps_shift: float
    plans: tuple[float, float, float, float]
    lifestyles: tuple[float, float, float, float]


SEGMENTS = (
    Segment(
        name="loyal regulars", share=0.20, orders_per_year=6.4, rate_shape=3.0, extra_lines=0.9,
        discount_probability=0.16, discount_fraction=0.08,
        channels=(0.58, 0.22, 0.16, 0.04), categories=(0.10, 0.14, 0.18, 0.34, 0.14, 0.10),
        season_power=1.0, visits=1.1, uplift=0.3, tickets_per_year=0.55, nps_shift=1.0,
        plans=(0.20, 0.26, 0.34, 0.20), lifestyles=(0.08, 0.62, 0.12, 0.18),
    ),
    Segment(
        name="deal seekers", share=0.20, orders_per_year=3.9, rate_shape=1.6, extra_lines=0.7,
        discount_probability=0.74, discount_fraction=0.17,
        channels=(0.68, 0.20, 0.09, 0.03), categories=(0.08, 0.16, 0.22, 0.40, 0.08, 0.06),
        season_power=1.6, visits=2.2, uplift=1.9, tickets_per_year=0.75, nps_shift=-0.4,
        plans=(0.62, 0.26, 0.10, 0.02), lifestyles=(0.70, 0.08, 0.08, 0.14),
    ),
    Segment(
        name="big-ticket buyers", share=0.13, orders_per_year=1.7, rate_shape=2.0, extra_lines=1.2,
        discount_probability=0.22, discount_fraction=0.07,
        channels=(0.38, 0.06, 0.46, 0.10), categories=(0.42, 0.26, 0.08, 0.10, 0.08, 0.06),
        season_power=0.8, visits=1.6, uplift=0.8, tickets_per_year=0.70, nps_shift=0.3,
        plans=(0.30, 0.20, 0.26, 0.24), lifestyles=(0.06, 0.30, 0.46, 0.18),
    ),
    Segment(
        name="app natives", share=0.17, orders_per_year=5.6, rate_shape=2.2, extra_lines=0.35,
        discount_probability=0.34, discount_fraction=0.10,
        channels=(0.20, 0.76, 0.03, 0.01), categories=(0.04, 0.14, 0.22, 0.32, 0.18, 0.10),
        season_power=1.0, visits=0.9, uplift=1.2, tickets_per_year=0.60, nps_shift=0.4,
        plans=(0.40, 0.30, 0.22, 0.08), lifestyles=(0.12, 0.10, 0.44, 0.34),
    ),
    Segment(
        name="store visitors", share=0.18, orders_per_year=2.5, rate_shape=1.8, extra_lines=0.8,
        discount_probability=0.14, discount_fraction=0.06,
        channels=(0.10, 0.03, 0.76, 0.11), categories=(0.14, 0.20, 0.16, 0.24, 0.06, 0.20),
        season_power=0.9, visits=0.5, uplift=0.2, tickets_per_year=0.65, nps_shift=0.2,
        plans=(0.60, 0.24, 0.12, 0.04), lifestyles=(0.14, 0.30, 0.04, 0.52),
    ),
    Segment(
        name="holiday gifters", share=0.12, orders_per_year=1.5, rate_shape=2.5, extra_lines=1.0,
        discount_probability=0.40, discount_fraction=0.12,
        channels=(0.56, 0.18, 0.24, 0.02), categories=(0.10, 0.18, 0.30, 0.30, 0.08, 0.04),
        season_power=4.5, visits=1.4, uplift=1.0, tickets_per_year=0.35, nps_shift=-0.1,
        plans=(0.80, 0.14, 0.05, 0.01), lifestyles=(0.34, 0.18, 0.12, 0.36),
    ),
)  # fmt: skip


def per_segment(attribute: str) -> Floats:
    """Values of one attribute by segment: shape (6,), or (6, k) where it is a tuple."""
    return np.array([getattr(segment, attribute) for segment in SEGMENTS], dtype=np.float64)

"""The products of the demo shop, their prices over time and what is bought together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from analytics.demo import planted
from analytics.demo.sampling import Floats, Ints
from analytics.demo.timeline import START, Timeline
from analytics.demo.writer import Coded, Table
from analytics.schema import PRODUCT_CATEGORIES, PRODUCT_KINDS

# Name, category, kind, price, cost, launched on, popularity within the category.
_PRODUCTS = (
    ("Larkbook Go 12", "Laptops", "one-off", 449.0, 371.0, date(2023, 4, 3), 1.1),
    ("Larkbook 14", "Laptops", "one-off", 799.0, 640.0, date(2022, 9, 12), 1.6),
    ("Larkbook Air 13", "Laptops", "one-off", 1049.0, 815.0, date(2023, 10, 2), 1.2),
    ("Terra 15 Gaming", "Laptops", "one-off", 1399.0, 1130.0, date(2024, 6, 10), 0.7),
    ("Larkbook Pro 16", "Laptops", "one-off", 1649.0, 1245.0, date(2023, 2, 6), 0.9),
    ("Larkbook Studio 16", "Laptops", "one-off", 2249.0, 1640.0, date(2025, 9, 8), 0.5),
    ("Lark Phone 5 Mini", "Phones", "one-off", 299.0, 232.0, date(2022, 11, 7), 1.2),
    ("Lark Phone 5", "Phones", "one-off", 449.0, 338.0, date(2022, 11, 7), 1.2),
    ("Lark Phone 6", "Phones", "one-off", 649.0, 471.0, date(2024, 2, 12), 1.5),
    ("Lark Phone 6 Pro", "Phones", "one-off", 899.0, 622.0, date(2024, 2, 12), 0.9),
    ("Lark Phone Fold", "Phones", "one-off", 1349.0, 985.0, date(2025, 5, 19), 0.35),
    ("Speaker Mini", "Audio", "one-off", 39.0, 21.5, date(2021, 5, 3), 1.3),
    ("Larkfield Bud One", "Audio", "one-off", 69.0, 36.0, date(2022, 3, 14), 1.5),
    ("Larkfield Bud Two", "Audio", "one-off", 119.0, 64.0, date(2024, 10, 7), 1.4),
    ("Office Headset Duo", "Audio", "one-off", 89.0, 49.0, date(2021, 9, 6), 1.0),
    ("Over-Ear 300", "Audio", "one-off", 129.0, 71.0, date(2022, 6, 20), 1.0),
    ("Soundbar S", "Audio", "one-off", 199.0, 122.0, date(2023, 8, 21), 0.6),
    ("Over-Ear 500 NC", "Audio", "one-off", 279.0, 151.0, date(2023, 11, 6), 1.0),
    ("HDMI Cable 2 m", "Accessories", "one-off", 12.0, 4.1, date(2020, 1, 13), 1.2),
    ("Screen Protector 6", "Accessories", "one-off", 15.0, 4.4, date(2024, 2, 12), 1.3),
    ("Clear Case 6", "Accessories", "one-off", 19.0, 5.6, date(2024, 2, 12), 0.8),
    ("Wireless Mouse M2", "Accessories", "one-off", 24.0, 11.0, date(2021, 2, 8), 1.2),
    ("Headphone Stand", "Accessories", "one-off", 27.0, 11.5, date(2022, 8, 15), 0.5),
    ("Laptop Sleeve 14", "Accessories", "one-off", 29.0, 11.0, date(2021, 2, 8), 1.0),
    ("Charger 65 W", "Accessories", "one-off", 39.0, 18.5, date(2022, 5, 9), 1.4),
    ("Power Bank 20k", "Accessories", "one-off", 45.0, 23.0, date(2023, 3, 27), 1.1),
    ("Keyboard K4", "Accessories", "one-off", 59.0, 29.0, date(2021, 10, 4), 0.9),
    ("Webcam HD", "Accessories", "one-off", 69.0, 37.0, date(2020, 11, 2), 0.7),
    ("Dock Duo", "Accessories", "one-off", 149.0, 84.0, date(2022, 10, 10), 0.5),
    ("Monitor 27", "Accessories", "one-off", 239.0, 172.0, date(2023, 1, 16), 0.6),
    ("Note Taker", "Software", "one-off", 19.0, 2.0, date(2022, 4, 4), 0.9),
    ("Password Keeper", "Software", "subscription", 24.0, 4.0, date(2021, 6, 7), 1.1),
    ("Antivirus Plus", "Software", "subscription", 39.0, 11.0, date(2020, 9, 14), 1.3),
    ("Cloud Storage 200 GB", "Software", "subscription", 29.0, 9.5, date(2021, 6, 7), 1.3),
    ("Office Suite Yearly", "Software", "subscription", 99.0, 58.0, date(2020, 9, 14), 0.9),
    ("Photo Studio", "Software", "subscription", 119.0, 49.0, date(2024, 9, 2), 0.7),
    ("Trade-In Check", "Services", "one-off", 9.0, 4.0, date(2023, 5, 15), 0.7),
    ("Data Transfer", "Services", "one-off", 29.0, 14.0, date(2021, 3, 1), 0.9),
    ("Home Set-Up", "Services", "one-off", 59.0, 38.0, date(2021, 3, 1), 1.0),
    ("Care Plan Phone", "Services", "subscription", 69.0, 31.0, date(2022, 1, 10), 0.7),
    ("Screen Repair", "Services", "one-off", 89.0, 52.0, date(2021, 3, 1), 0.9),
    ("Care Plan Laptop", "Services", "subscription", 119.0, 55.0, date(2022, 1, 10), 0.9),
)

# With the first product in the basket, the second is added with this probability.
PAIRS = (
    ("Larkbook Pro 16", "Dock Duo", 0.40),
    ("Lark Phone 6", "Clear Case 6", 0.45),
    ("Larkbook 14", "Office Suite Yearly", 0.32),
    ("Over-Ear 500 NC", "Headphone Stand", 0.30),
    ("Lark Phone 6 Pro", "Care Plan Phone", 0.28),
    ("Keyboard K4", "Wireless Mouse M2", 0.36),
)

# Cost per year before the end of the data, relative to today's, by category.
_COST_DRIFT = (0.04, 0.04, 0.01, -0.02, -0.02, -0.05)
# How much more a higher income leans to the dearer products of a category.
_INCOME_LEAN = (-0.9, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Products by position: product_id is the position plus 1.

    Attributes
    ----------
    names : tuple of str
        Names, grouped by category in the order of `PRODUCT_CATEGORIES`.
    category : ndarray of int64, shape (n_products,)
        Position of the category.
    price, cost, popularity : ndarrays of float64, shape (n_products,)
        Today's price and cost, and relative demand within the category.
    launched_day : ndarray of int64, shape (n_products,)
        Days since the start of the warehouse; negative before it.
    subscription : ndarray of int64, shape (n_products,)
        1 for a subscription, 0 for a one-off product.
    """

    names: tuple[str, ...]
    category: Ints
    price: Floats
    cost: Floats
    popularity: Floats
    launched_day: Ints
    subscription: Ints

    def position(self, name: str) -> int:
        """Position of the product of that name."""
        return self.names.index(name)


def make_catalog() -> Catalog:
    """Give the products; the same ones for every seed and size."""
    return Catalog(
        names=tuple(product[0] for product in _PRODUCTS),
        category=np.array([PRODUCT_CATEGORIES.index(product[1]) for product in _PRODUCTS]),
        price=np.array([product[3] for product in _PRODUCTS]),
        cost=np.array([product[4] for product in _PRODUCTS]),
        popularity=np.array([product[6] for product in _PRODUCTS]),
        launched_day=np.array([(product[5] - START).days for product in _PRODUCTS]),
        subscription=np.array([PRODUCT_KINDS.index(product[2]) for product in _PRODUCTS]),
    )


def products_table(catalog: Catalog, timeline: Timeline) -> Table:
    """Columns of `products`: what was launched before the end of the data."""
    known = np.flatnonzero(catalog.launched_day < timeline.n_days)
    return {
        "product_id": known + 1,
        "name": np.array(catalog.names, dtype=object)[known],
        "category": Coded(codes=catalog.category[known], words=PRODUCT_CATEGORIES),
        "kind": Coded(codes=catalog.subscription[known], words=PRODUCT_KINDS),
        "unit_price": catalog.price[known],
        "unit_cost": catalog.cost[known],
        "launched_on": np.datetime64(START, "D") + catalog.launched_day[known],
    }


def prices_at(
    catalog: Catalog, timeline: Timeline, products: Ints, days: Ints
) -> tuple[Floats, Floats]:
    """Price and cost of each product on a day; both change on the first of each half-year.

    Parameters
    ----------
    catalog : Catalog
        The products.
    timeline : Timeline
        The time covered; today's prices are those of its end.
    products, days : ndarrays of int64, shape (n,)
        Positions of products, and days since the start.

    Returns
    -------
    pair of ndarrays of float64, shape (n,)
        Price and cost, rounded to cents.
    """
    half_years = (timeline.n_days - days) // 182
    years = half_years / 2.0
    category = catalog.category[products]
    drift = np.array([planted.PRICE_DRIFT_PER_YEAR_BACK[name] for name in PRODUCT_CATEGORIES])
    price = catalog.price[products] * (1.0 + drift[category] * years)
    cost = catalog.cost[products] * (1.0 + np.array(_COST_DRIFT)[category] * years)
    return np.round(price, 2), np.round(cost, 2)


def demand(catalog: Catalog, day: int) -> Floats:
    """Relative demand of each product by income band on a day, shape (3, n_products).

    A product has none before its launch and grows to its full demand in 120 days.
    """
    age_days = day - catalog.launched_day
    started = np.clip((age_days + 40) / 160.0, 0.0, 1.0) * (age_days >= 0)
    weights = np.zeros((len(_INCOME_LEAN), len(catalog.names)))
    for category in range(len(PRODUCT_CATEGORIES)):
        members = np.flatnonzero(catalog.category == category)
        ranks = np.linspace(-0.5, 0.5, len(members))
        for band, lean in enumerate(_INCOME_LEAN):
            weights[band, members] = np.exp(lean * ranks)
    return np.asarray(weights * catalog.popularity * started)

"""What is in each order: lines, prices, discounts, shipping and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.demo import planted
from analytics.demo.catalog import PAIRS, Catalog, demand, prices_at
from analytics.demo.customers import Customers
from analytics.demo.orders import APP, PHONE, STORE, WEB, Drafts
from analytics.demo.sampling import (
    DAY_S,
    NEVER,
    Floats,
    Ints,
    Streams,
    chance,
    pick,
    pick_rows,
)
from analytics.demo.segments import per_segment
from analytics.demo.timeline import Timeline
from analytics.demo.writer import Coded, Table
from analytics.schema import ORDER_CHANNELS, ORDER_STATUSES, PLANS, PRODUCT_CATEGORIES

COMPLETED, CANCELLED, RETURNED = range(len(ORDER_STATUSES))
_MAX_EXTRA_LINES = 5
_CANCEL_PROBABILITY = {WEB: 0.052, APP: 0.046, STORE: 0.010, PHONE: 0.085}
_SHIPPING = 4.95
_FREE_SHIPPING_FROM = 60.0
# Further lines lean to what goes with the first.
_EXTRA_LINE_LEAN = (0.25, 0.35, 1.0, 1.6, 1.4, 1.1)
_CAMPAIGN_EXTRA_DISCOUNT = 0.05
# None of them is the second of a planted pair.
UPSELL_PRODUCTS = ("Charger 65 W", "Monitor 27", "Webcam HD", "Care Plan Laptop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Finished orders by position; order_id is the position plus 1.

    `drafts` are in order of time; `status` is a position in `ORDER_STATUSES`; `gross` is the
    sum of the lines and `revenue` that less the discount. The `line_*` arrays have one element
    per order line, `line_order` being the order's position, ascending.
    """

    drafts: Drafts
    status: Ints
    discount: Floats
    shipping: Floats
    gross: Floats
    line_order: Ints
    line_no: Ints
    line_product: Ints
    line_quantity: Ints
    line_price: Floats
    line_cost: Floats

    @property
    def revenue(self) -> Floats:
        """Value of each order after its discount, shape (n_orders,)."""
        return np.asarray(self.gross - self.discount)

    @property
    def first_product(self) -> Ints:
        """Product of each order's first line, shape (n_orders,)."""
        return np.asarray(self.line_product[self.line_no == 1])


def fill_baskets(
    streams: Streams, timeline: Timeline, catalog: Catalog, customers: Customers, drafts: Drafts
) -> Orders:
    """Draw the lines, discount, shipping and status of each order.

    Parameters
    ----------
    streams : Streams
        The seed's streams.
    timeline : Timeline
        The time covered.
    catalog : Catalog
        The products.
    customers : Customers
        Who orders.
    drafts : Drafts
        Orders in order of time; may be empty.

    Returns
    -------
    Orders
    """
    line_order, line_product = _draw_lines(streams, timeline, catalog, customers, drafts)
    rng = streams.named("order lines")
    starts = np.searchsorted(line_order, np.arange(len(drafts)))
    line_no = np.arange(len(line_order)) - starts[line_order] + 1
    accessory = catalog.category[line_product] == PRODUCT_CATEGORIES.index("Accessories")
    several = pick(rng, (0.80, 0.15, 0.03, 0.02), len(line_order)) + 1
    quantity = np.where(accessory, several, 1 + chance(rng, 0.015, len(line_order)))
    day = drafts.time_s[line_order] // DAY_S
    price, cost = prices_at(catalog, timeline, line_product, day)
    gross = np.bincount(line_order, weights=quantity * price, minlength=len(drafts)).astype(float)
    discount = _discounts(rng, customers, drafts, gross)
    shipping = _shipping(customers, drafts, gross - discount)
    return Orders(
        drafts=drafts,
        status=_statuses(streams, catalog, drafts, (line_order, line_product)),
        discount=discount,
        shipping=shipping,
        gross=np.round(gross, 2),
        line_order=line_order,
        line_no=line_no,
        line_product=line_product,
        line_quantity=quantity,
        line_price=price,
        line_cost=cost,
    )


def orders_table(orders: Orders) -> Table:
    """Columns of `orders`."""
    return {
        "order_id": np.arange(1, len(orders.drafts) + 1, dtype=np.int64),
        "customer_id": orders.drafts.customer + 1,
        "ordered_at": orders.drafts.time_s,
        "channel": Coded(codes=orders.drafts.channel, words=ORDER_CHANNELS),
        "campaign_id": orders.drafts.campaign_id,
        "status": Coded(codes=orders.status, words=ORDER_STATUSES),
        "discount_amount": orders.discount,
        "shipping_amount": orders.shipping,
    }


def order_lines_table(orders: Orders) -> Table:
    """Columns of `order_lines`."""
    return {
        "order_id": orders.line_order + 1,
        "line_no": orders.line_no,
        "product_id": orders.line_product + 1,
        "quantity": orders.line_quantity,
        "unit_price": orders.line_price,
        "unit_cost": orders.line_cost,
    }


def _draw_lines(
    streams: Streams, timeline: Timeline, catalog: Catalog, customers: Customers, drafts: Drafts
) -> tuple[Ints, Ints]:
    """Order position and product of each line, without repeats, by order."""
    rng = streams.named("baskets")
    segment = customers.segment[drafts.customer]
    extra = np.minimum(rng.poisson(per_segment("extra_lines")[segment]), _MAX_EXTRA_LINES)
    n_orders = np.arange(len(drafts), dtype=np.int64)
    order = np.concatenate((n_orders, np.repeat(n_orders, extra)))
    is_extra = np.arange(len(order)) >= len(drafts)
    weights = per_segment("categories")[segment[order]]
    weights = weights * np.where(is_extra[:, None], np.array(_EXTRA_LINE_LEAN), 1.0)
    month = timeline.months()[drafts.time_s[order] // DAY_S]
    weights = weights * _category_season(month)
    category = pick_rows(rng, weights)
    income = customers.income[drafts.customer[order]]
    product = _draw_products(rng, timeline, catalog, (drafts.time_s[order], income, category))
    added = [(order, product), _attached(rng, catalog, drafts, (order, product))]
    added.append(_upsold(rng, catalog, drafts))
    order = np.concatenate([part[0] for part in added])
    product = np.concatenate([part[1] for part in added])
    # One line per product of an order; the first draw stays the first line.
    keys = order * len(catalog.names) + product
    _, first = np.unique(keys, return_index=True)
    kept = first[np.lexsort((first, order[first]))]
    return order[kept], product[kept]


def _category_season(month: Ints) -> Floats:
    """Multiplier of each category by calendar month, shape (n, 6)."""
    by_month = np.ones((13, len(PRODUCT_CATEGORIES)))
    for category, (months, factor) in planted.CATEGORY_SEASON.items():
        by_month[list(months), PRODUCT_CATEGORIES.index(category)] = factor
    return np.asarray(by_month[month])


def _draw_products(
    rng: np.random.Generator, timeline: Timeline, catalog: Catalog, lines: tuple[Ints, Ints, Ints]
) -> Ints:
    """Draw a product for lines given by (time, income band, category)."""
    time_s, income, category = lines
    week = time_s // (7 * DAY_S)
    luck = rng.random(len(time_s))
    product = np.zeros(len(time_s), dtype=np.int64)
    by_week = np.argsort(week, kind="stable")
    n_weeks = timeline.n_days // 7 + 1
    edges = np.searchsorted(week[by_week], np.arange(n_weeks + 1))
    first = np.searchsorted(catalog.category, np.arange(len(PRODUCT_CATEGORIES) + 1))
    for number in range(n_weeks):
        these = by_week[edges[number] : edges[number + 1]]
        # Cumulative over products, which are grouped by category: a category is an interval.
        cumulative = np.cumsum(demand(catalog, number * 7), axis=1)
        cumulative = np.concatenate((np.zeros((3, 1)), cumulative), axis=1)
        rows = income[these]
        low = cumulative[rows, first[category[these]]]
        high = cumulative[rows, first[category[these] + 1]]
        place = low + (high - low) * luck[these]
        product[these] = (cumulative[rows, 1:] <= place[:, None]).sum(axis=1)
    return np.minimum(product, first[category + 1] - 1)


def _attached(
    rng: np.random.Generator, catalog: Catalog, drafts: Drafts, lines: tuple[Ints, Ints]
) -> tuple[Ints, Ints]:
    """Lines that planted pairs add to the baskets with the first product of a pair."""
    order, product = lines
    orders, products = [], []
    for first, second, probability in PAIRS:
        having = np.unique(order[product == catalog.position(first)])
        partner = catalog.position(second)
        launched_s = catalog.launched_day[partner] * DAY_S
        available = drafts.time_s[having] >= launched_s
        added = having[available & chance(rng, probability, len(having))]
        orders.append(added)
        products.append(np.full(len(added), partner, dtype=np.int64))
    return np.concatenate(orders), np.concatenate(products)


def _upsold(rng: np.random.Generator, catalog: Catalog, drafts: Drafts) -> tuple[Ints, Ints]:
    order = np.flatnonzero(drafts.upsell)
    offered = np.array([catalog.position(name) for name in UPSELL_PRODUCTS])
    return order, offered[pick(rng, [1.0] * len(offered), len(order))]


def _discounts(
    rng: np.random.Generator, customers: Customers, drafts: Drafts, gross: Floats
) -> Floats:
    segment = customers.segment[drafts.customer]
    given = chance(rng, per_segment("discount_probability")[segment], len(drafts))
    usual = per_segment("discount_fraction")[segment]
    fraction = usual * rng.uniform(0.5, 1.5, len(drafts)) * given
    fraction = fraction + _CAMPAIGN_EXTRA_DISCOUNT * (drafts.campaign_id != NEVER)
    return np.asarray(np.round(gross * fraction, 2))


def _shipping(customers: Customers, drafts: Drafts, value: Floats) -> Floats:
    plan = customers.plan[drafts.customer]
    free = (
        (drafts.channel == STORE) | (value >= _FREE_SHIPPING_FROM) | (plan >= PLANS.index("plus"))
    )
    return np.where(free, 0.0, _SHIPPING)


def _statuses(streams: Streams, catalog: Catalog, drafts: Drafts, lines: tuple[Ints, Ints]) -> Ints:
    rng = streams.named("order status")
    line_order, line_product = lines
    n_orders = len(drafts)
    cancel = np.array([_CANCEL_PROBABILITY[code] for code in range(len(ORDER_CHANNELS))])
    defective = np.zeros(n_orders, dtype=np.bool_)
    defective[line_order[line_product == catalog.position(planted.DEFECTIVE_PRODUCT)]] = True
    back = np.where(defective, planted.DEFECTIVE_RETURN_PROBABILITY, planted.RETURN_PROBABILITY)
    back = np.where(drafts.channel == STORE, 0.7 * back, back)
    status = np.full(n_orders, COMPLETED, dtype=np.int64)
    status[chance(rng, back, n_orders)] = RETURNED
    status[chance(rng, cancel[drafts.channel], n_orders)] = CANCELLED
    # Orders that a campaign or an experiment caused are completed: its true effect is on those.
    status[drafts.caused] = COMPLETED
    return status

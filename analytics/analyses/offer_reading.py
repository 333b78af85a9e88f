"""What offers are made from: who bought what, which products can be offered, who may be asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import ibis
import numpy as np
import pandas as pd

from analytics.analyses import answering
from analytics.analyses.kind import Context
from analytics.customers.offers import Holdings, Pairs, Trial, holdings_of, pairs_of, try_out
from analytics.customers.recommendation import Scorer
from analytics.errors import ModelError, QuestionError
from analytics.learning.scores import Bools
from analytics.query.transforms import midnight
from analytics.query.warehouse import was_truncated

WITHDRAWN_DAYS: Final = 180
"""A product that nobody bought for so long counts as no longer offered."""
_SEED: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """Everything about purchases that offers need."""

    holdings: Holdings
    products: pd.DataFrame
    """By column of the holdings: `product_id`, `name`, `category`, `unit_price`, `unit_cost`."""
    eligible: Bools
    """Shape (n_products,): launched, and bought lately by anybody."""
    trial: Trial
    scorer: Scorer
    pairs: Pairs
    sql: str


def read_shop(context: Context) -> Shop:
    """Read purchases, and choose and fit the way to recommend.

    Raises
    ------
    QuestionError
        When nothing has been bought.
    """
    orders = answering.rows_of("orders", {"order_id", "customer_id", "status"}, context)
    orders = orders.filter(orders.status == "completed", orders.customer_id.notnull())
    lines = context.warehouse.table("order_lines").select("order_id", "product_id")
    both = lines.inner_join(
        orders.select("order_id", "customer_id", "ordered_at"), "order_id"
    ).filter(ibis._.product_id.notnull())
    rows = both.group_by("customer_id", "product_id").aggregate(
        first_at=both.ordered_at.min(), last_at=both.ordered_at.max()
    )
    purchases, sql = context.warehouse.run(rows.order_by("customer_id", "product_id"))
    if was_truncated(purchases):
        raise ModelError(
            f"{len(purchases):,} pairs of customer and product are more than one query may return.",
            hint="Raise the limit of rows.",
        )
    if purchases.empty:
        raise QuestionError("There are no completed orders, so nothing speaks for any offer.")
    holdings = holdings_of(purchases)
    trial, scorer = try_out(holdings, seed=_SEED)
    products = _products(context, holdings)
    return Shop(
        holdings=holdings,
        products=products,
        eligible=_eligible(context, purchases, products),
        trial=trial,
        scorer=scorer,
        pairs=pairs_of(holdings),
        sql=sql,
    )


def last_contacts(context: Context, customer_ids: list[int]) -> dict[int, Any]:
    """Return the day on which a campaign last wrote to each customer; absent without any."""
    contacts = context.warehouse.table("campaign_contacts")
    mine = contacts.filter(
        contacts.customer_id.isin(customer_ids),
        contacts.sent_at < midnight(context.as_of),
    )
    rows = mine.group_by("customer_id").aggregate(at=mine.sent_at.max())
    frame, _ = context.warehouse.run(rows.order_by("customer_id"))
    days = pd.to_datetime(frame["at"]).dt.date
    return dict(zip(frame["customer_id"].tolist(), days.tolist(), strict=True))


def left_on(context: Context, customer_id: int) -> Any:
    """Return the day on which a customer left; None for one who did not, or is not known."""
    customers = answering.rows_of("customers", {"customer_id", "churned_at"}, context)
    one = customers.filter(customers.customer_id == customer_id, customers.churned_at.notnull())
    frame, _ = context.warehouse.run(one.select("churned_at"))
    return None if frame.empty else pd.Timestamp(frame["churned_at"].iloc[0]).date()


def _products(context: Context, holdings: Holdings) -> pd.DataFrame:
    table = context.warehouse.table("products")
    rows = table.select(
        "product_id", "name", "category", "unit_price", "unit_cost", "launched_on"
    ).order_by("product_id")
    frame, _ = context.warehouse.run(rows)
    known = frame.drop_duplicates("product_id").set_index("product_id")
    return known.reindex(holdings.product_ids).reset_index(names="product_id")


def _eligible(context: Context, purchases: pd.DataFrame, products: pd.DataFrame) -> Bools:
    """Say which products are known, launched, and were bought by somebody lately."""
    last = pd.to_datetime(purchases.groupby("product_id")["last_at"].max())
    since = pd.Timestamp(context.as_of - timedelta(days=WITHDRAWN_DAYS))
    lately = (last.reindex(products["product_id"]) >= since).to_numpy()
    launched = pd.to_datetime(products["launched_on"])
    is_out = (launched.isna() | (launched < pd.Timestamp(context.as_of))).to_numpy()
    return np.asarray(lately & is_out & products["name"].notna().to_numpy(), dtype=np.bool_)

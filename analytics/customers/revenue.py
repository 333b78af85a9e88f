"""Revenue of each customer over the last 12 months, as metrics.md defines revenue."""

from __future__ import annotations

from datetime import date

import pandas as pd

from analytics.ports import Warehouse
from analytics.query.transforms import midnight


def last_year_revenue(warehouse: Warehouse, as_of: date) -> pd.Series:
    """Return completed orders' value less discounts in the 12 months before a day.

    Returns
    -------
    Series of float64
        By customer_id; customers without such orders are absent.
    """
    orders = warehouse.table("orders")
    start = (pd.Timestamp(as_of) - pd.DateOffset(years=1)).date()
    orders = orders.filter(
        orders.status == "completed",
        orders.ordered_at >= midnight(start),
        orders.ordered_at < midnight(as_of),
    )
    lines = warehouse.table("order_lines")
    values = lines.group_by("order_id").aggregate(gross=(lines.quantity * lines.unit_price).sum())
    rows = orders.left_join(values, "order_id").drop("order_id_right")
    net = rows.gross.fill_null(0.0) - rows.discount_amount.fill_null(0.0)
    summed = rows.group_by("customer_id").aggregate(revenue=net.sum().round(2))
    frame, _ = warehouse.run(summed.order_by("customer_id"))
    return frame.set_index("customer_id")["revenue"].astype("float64")

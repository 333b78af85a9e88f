"""What segments are made from: who is a customer on a day, and how each one has bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import ibis
import numpy as np
import pandas as pd

from analytics.analyses import answering
from analytics.analyses.kind import Context
from analytics.catalogue import Dimension
from analytics.customers.habits import Floats, Habits
from analytics.customers.rfm import RfmScores, Yardstick, scores_by, yardstick_of
from analytics.errors import ModelError, QuestionError
from analytics.model import Filter
from analytics.query.transforms import exact_sum, midnight
from analytics.query.warehouse import was_truncated
from analytics.query.windows import Window

YEAR_DAYS: Final = 365
ATTRIBUTES: Final = ("plan", "region", "income_band", "lifestyle", "acquisition_channel")
_MONTHS: Final = tuple(f"{number:02d}" for number in range(1, 13))
_MOST_LEVELS: Final = 12
_LEAST_DAYS: Final = 30
_BLOCKS: Final = ("channel", "month", "discount", "category", "plan", "lifestyle")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which customers, on which day, by the orders of which time."""

    day: date
    """Orders, sign-ups and departures on or after it are not seen."""
    start: date
    """Orders, revenue and margin are those from here on."""
    filters: tuple[Filter, ...] = ()
    dimension: Dimension | None = None
    joined: Window | None = None
    """Only customers who signed up in it."""


def read_people(context: Context, asked: Asked) -> pd.DataFrame:
    """Return the customers of a day with their attributes, in order of customer_id.

    Returns
    -------
    DataFrame
        `customer_id`, `customer`, `signed_up_at`, `ATTRIBUTES` and `group` (text).

    Raises
    ------
    QuestionError
        When there is nobody.
    """
    everyone = Window(start=None, end=asked.day)
    rows = answering.rows_of(
        "customers",
        {"customer_id", "full_name", "signed_up_at", "churned_at", *ATTRIBUTES},
        context,
        filters=asked.filters,
        dimension=asked.dimension,
        window=asked.joined or everyone,
    )
    rows = _on(rows, asked.day)
    group = ibis.null("string") if asked.dimension is None else rows[asked.dimension.name]
    frame = _whole(
        context,
        rows.select(
            "customer_id", "signed_up_at", *ATTRIBUTES, customer="full_name",
            group=group.cast("string"),
        ).order_by("customer_id"),
    )[0]  # fmt: skip
    if frame.empty:
        raise QuestionError("Nobody asked about was a customer then.")
    return frame


def read_buying(context: Context, asked: Asked) -> tuple[pd.DataFrame, str]:
    """Return what every customer of a day who ever bought has bought, by customer_id.

    All customers, whatever the question keeps: they are what each of them is measured against.

    Returns
    -------
    tuple[DataFrame, str]
        `n_ever` completed orders, `recency_days` since the last one, and `orders`, `revenue` and
        `margin` from `asked.start` on; and the SQL.
    """
    orders = _completed(context, asked.day, {"revenue", "margin"})
    orders = orders.semi_join(_customers(context, asked.day), "customer_id")
    inside = orders.ordered_at >= midnight(asked.start)
    rows = orders.group_by("customer_id").aggregate(
        n_ever=orders.count(),
        last_at=orders.ordered_at.max(),
        orders=inside.sum(),
        revenue=exact_sum(orders.revenue, where=inside),
        margin=exact_sum(orders.margin, where=inside),
    )
    frame, sql = _whole(context, rows.order_by("customer_id"))
    day = pd.Timestamp(asked.day)
    recency = (day - pd.to_datetime(frame["last_at"])).dt.total_seconds() / 86_400
    kept = frame.drop(columns="last_at").assign(recency_days=recency)
    numbers = kept.fillna({"orders": 0, "revenue": 0.0, "margin": 0.0})
    return numbers.set_index("customer_id").astype("float64"), sql


def with_buying(people: pd.DataFrame, buying: pd.DataFrame) -> pd.DataFrame:
    """Put what people bought beside them; those who never did have 0 and no recency."""
    both = people.join(buying, on="customer_id")
    return both.fillna({"n_ever": 0.0, "orders": 0.0, "revenue": 0.0, "margin": 0.0})


def measured(buying: pd.DataFrame) -> Yardstick:
    """Return the yardstick of everybody who ever bought."""
    values = [buying[name].to_numpy() for name in ("recency_days", "orders", "revenue")]
    return yardstick_of(*values, bought=np.ones(len(buying), dtype=np.bool_))


def scored(people: pd.DataFrame, yardstick: Yardstick) -> RfmScores:
    """Score customers with what they bought beside them."""
    recency, orders, revenue = (
        people[name].to_numpy(dtype=np.float64) for name in ("recency_days", "orders", "revenue")
    )
    n_ever = people["n_ever"].to_numpy(dtype=np.float64)
    return scores_by(yardstick, (recency, orders, revenue), n_ever, bought=n_ever > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class HabitTable:
    """Customers with at least two orders, and how they buy."""

    customer_ids: pd.Index
    habits: Habits
    levels: tuple[tuple[str, str], ...]
    """Block and level of each column of the counts."""
    sql: str


def read_habits(context: Context, people: pd.DataFrame, asked: Asked) -> HabitTable:
    """Count how customers with two orders or more have bought up to a day.

    Counted are completed orders by channel, calendar month and discount, and their lines by
    category; the plan and the lifestyle, as they are today, count as one event each.
    """
    orders = _completed(context, asked.day, {"order_id", "channel", "discount_amount"})
    orders = orders.filter(orders.ordered_at >= midnight(asked.start))
    channels = _levels(context, orders, "channel")
    counted = orders.group_by("customer_id").aggregate(
        n=orders.count(),
        **{_name("channel", one): (orders.channel == one).sum() for one in channels},
        **{
            _name("month", month): (orders.ordered_at.month() == int(month)).sum()
            for month in _MONTHS
        },
        **{
            _name("discount", "with"): (orders.discount_amount > 0).sum(),
            _name("discount", "without"): (orders.discount_amount.fill_null(0.0) <= 0).sum(),
        },
    )
    frame, sql = _whole(context, counted.order_by("customer_id"))
    lines = _lines(context, orders)
    categories = _levels(context, lines, "category")
    by_category = lines.group_by("customer_id").aggregate(
        **{_name("category", one): (lines.category == one).sum() for one in categories}
    )
    more, _ = _whole(context, by_category.order_by("customer_id"))
    table = frame.merge(more, on="customer_id", how="left").fillna(0)
    known = people[["customer_id", "signed_up_at", "plan", "lifestyle"]]
    table = table[table["n"] >= 2].merge(known, on="customer_id").sort_values("customer_id")
    return _counted(table.reset_index(drop=True), asked, sql)


def _counted(table: pd.DataFrame, asked: Asked, sql: str) -> HabitTable:
    for column in ("plan", "lifestyle"):
        for level in sorted(table[column].dropna().unique()):
            table[_name(column, level)] = (table[column] == level).astype("float64")
    names, ends = [], []
    for block in _BLOCKS:
        mine = [c for c in table.columns if str(c).startswith(f"{block}:")]
        if len(mine) > 1:
            names += mine
            ends.append(len(names))
    since = pd.Timestamp(asked.day) - pd.to_datetime(table["signed_up_at"])
    days = since.dt.total_seconds().to_numpy() / 86_400
    days = np.clip(days, _LEAST_DAYS, max((asked.day - asked.start).days, _LEAST_DAYS))
    counts: Floats = table[names].to_numpy(dtype=np.float64)
    return HabitTable(
        customer_ids=pd.Index(table["customer_id"]),
        habits=Habits(
            counts=counts,
            ends=tuple(ends),
            n_orders=table["n"].to_numpy(dtype=np.float64),
            years=days / YEAR_DAYS,
        ),
        levels=tuple(_split(name) for name in names),
        sql=sql,
    )


def _customers(context: Context, day: date) -> ibis.Table:
    rows = answering.rows_of("customers", {"customer_id", "signed_up_at", "churned_at"}, context)
    return _on(rows, day).select("customer_id")


def _on(rows: ibis.Table, day: date) -> ibis.Table:
    """Keep those who had signed up before a day and not left before it."""
    stayed = rows.churned_at.isnull() | (rows.churned_at >= midnight(day))
    return rows.filter(rows.signed_up_at < midnight(day), stayed)


def _completed(context: Context, day: date, columns: set[str]) -> ibis.Table:
    orders = answering.rows_of(
        "orders",
        {"customer_id", "status", "ordered_at", *columns},
        context,
        window=Window(start=None, end=day),
    )
    return orders.filter(orders.status == "completed", orders.customer_id.notnull())


def _lines(context: Context, orders: ibis.Table) -> ibis.Table:
    lines = context.warehouse.table("order_lines").select("order_id", "product_id")
    products = context.warehouse.table("products").select("product_id", "category")
    both = lines.inner_join(orders.select("order_id", "customer_id"), "order_id")
    return both.inner_join(products, "product_id").select("customer_id", "category")


def _levels(context: Context, rows: ibis.Table, column: str) -> Sequence[str]:
    """Return the commonest values of a column, in alphabetical order."""
    known = rows.filter(rows[column].notnull())
    counted = known.group_by(column).aggregate(n=known.count())
    frame, _ = context.warehouse.run(counted.order_by(ibis.desc("n"), column).limit(_MOST_LEVELS))
    return sorted(frame[column].tolist())


def _name(block: str, level: str) -> str:
    return f"{block}:{level}"


def _split(name: str) -> tuple[str, str]:
    block, _, level = name.partition(":")
    return block, level


def _whole(context: Context, rows: ibis.Table) -> tuple[pd.DataFrame, str]:
    frame, sql = context.warehouse.run(rows)
    if was_truncated(frame):
        raise ModelError(
            f"{len(frame):,} customers are more than one query of the warehouse may return.",
            hint="Raise the limit of rows.",
        )
    return frame, sql

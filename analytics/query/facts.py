"""Rows of each fact, with the columns that measures and dimensions need and no others.

Whatever has many rows per fact row (lines of an order, events of a session, contacts of a
campaign) is summed before it is joined, so no join here can multiply rows; the two facts that are
finer on purpose (order lines, customers hit by an incident) count distinct keys.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

import ibis

from analytics.catalogue import Catalogue, Entity
from analytics.errors import QueryError
from analytics.ports import Warehouse
from analytics.query.own_rows import computed_columns, gathered, limited
from analytics.query.transforms import exact_sum, midnight, seconds_between


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where rows come from, and the day from which on they are not seen."""

    warehouse: Warehouse
    catalogue: Catalogue
    as_of: date


class Seen:
    """Columns of a table as they stood before the as-of date: later moments are still NULL."""

    def __init__(self, table: ibis.Table, masked: Collection[str], as_of: date) -> None:
        self._table, self._masked, self._as_of = table, masked, as_of

    def __getitem__(self, column: str, /) -> ibis.Value:
        """Return a column of the table, masked if it can lie after the as-of date."""
        value = self._table[column]
        if column not in self._masked:
            return value
        return ibis.ifelse(value < midnight(self._as_of), value, ibis.null(value.type()))


Computed = Callable[[Seen, date], ibis.Value]


def _minutes(end: str) -> Computed:
    return lambda row, _as_of: seconds_between(row["started_at"], row[end]) / 60.0


def _hours(end: str) -> Computed:
    return lambda row, _as_of: seconds_between(row["opened_at"], row[end]) / 3600.0


def _is_set(column: str) -> Computed:
    return lambda row, _as_of: row[column].notnull()


def _revenue(row: Seen, _as_of: date) -> ibis.Value:
    return row["gross"].fill_null(0.0) - row["discount_amount"].fill_null(0.0)


def _discount_share(row: Seen) -> ibis.Value:
    """Return a line's part of its order's discount, by line value; nothing of nothing."""
    part = (row["gross"] / row["order_gross"].nullif(0.0)).fill_null(0.0)
    return row["discount_amount"].fill_null(0.0) * part


def _line_revenue(row: Seen, _as_of: date) -> ibis.Value:
    return row["gross"].fill_null(0.0) - _discount_share(row)


def _nps_points(row: Seen, _as_of: date) -> ibis.Value:
    score = row["score"]
    return ibis.cases(
        (score >= 9, 100.0),
        (score <= 6, -100.0),
        (score.notnull(), 0.0),
        else_=ibis.null("float64"),
    )


_COMPUTED: Final[Mapping[str, Mapping[str, Computed]]] = MappingProxyType(
    {
        "orders": {
            "revenue": _revenue,
            "margin": lambda row, day: _revenue(row, day) - row["cost"].fill_null(0.0),
            "discount": lambda row, _day: row["discount_amount"].fill_null(0.0),
            "order_value": _revenue,
        },
        "order_lines": {
            "revenue": _line_revenue,
            "margin": lambda row, day: _line_revenue(row, day) - row["cost"].fill_null(0.0),
            "discount": lambda row, _day: _discount_share(row),
            "order_value": lambda row, _day: (
                row["order_gross"].fill_null(0.0) - row["discount_amount"].fill_null(0.0)
            ),
        },
        "web_sessions": {
            "added_to_cart": lambda row, _day: row["has_cart"].fill_null(False),
            "purchased": lambda row, _day: row["has_purchase"].fill_null(False),
        },
        "campaigns": {
            "profit": lambda row, _day: row["contact_revenue"].fill_null(0.0) - row["spend"],
        },
        "campaign_contacts": {
            "opened": _is_set("opened_at"),
            "clicked": _is_set("clicked_at"),
            "responded": _is_set("converted_at"),
        },
        "surveys": {"nps_points": _nps_points},
        "tickets": {
            "late": lambda row, _day: row["resolved_at"] > row["due_at"],
            "on_time": lambda row, _day: row["resolved_at"] <= row["due_at"],
            "overdue": lambda row, day: (
                row["resolved_at"].isnull() & (row["due_at"] < midnight(day))
            ),
            "has_target": _is_set("due_at"),
            "was_reopened": lambda row, _day: row["reopened_count"] > 0,
            "first_response_hours": _hours("first_response_at"),
            "resolution_hours": _hours("resolved_at"),
        },
        "incidents": {
            "hits": lambda row, _day: row["customers_affected"],
            "minutes_to_detect": _minutes("detected_at"),
            "minutes_to_acknowledge": _minutes("acknowledged_at"),
            "minutes_to_resolve": _minutes("resolved_at"),
        },
    }
)


def fact_rows(name: str, columns: Collection[str], source: Source) -> ibis.Table:
    """Return the rows of a fact with the columns asked for.

    Parameters
    ----------
    name : str
        A fact of facts.yaml.
    columns : Collection[str]
        Columns of its table or computed ones.
    source : Source
        The warehouse and the as-of date.

    Returns
    -------
    ibis.Table
        One row per row of the fact; spam, contacts not sent and the control group are left out.

    Raises
    ------
    QueryError
        When the fact has no such column.
    """
    fact = source.catalogue.facts[name]
    entity = source.catalogue.entities[fact.entity]
    build = _FACTS.get(fact.recipe) if fact.recipe is not None else None
    table = build(source, columns) if build else source.warehouse.table(entity.table)
    table = limited(gathered(table, fact, source.warehouse), fact, entity)
    recipe = fact.recipe if fact.recipe == "order_lines" else entity.recipe
    return _select(table, entity, recipe, columns, source.as_of)


def entity_rows(entity: str, columns: Collection[str], source: Source) -> ibis.Table:
    """Return one row per thing of a kind, with the columns asked for.

    Raises
    ------
    QueryError
        When the entity's table has no such column.
    """
    found = source.catalogue.entities[entity]
    table = source.warehouse.table(found.table)
    return _select(table, found, found.recipe, columns, source.as_of)


_BUILT: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "orders": ("units", "gross", "cost"),
        "order_lines": ("units", "gross", "cost", "product_id", "order_gross"),
        "customers": ("acquisition_objective",),
        "incident_hits": ("hits", "customer_id"),
    }
)
"""Columns that a recipe's rows have beside those of `_COMPUTED`."""


def recipe_columns() -> Mapping[str, frozenset[str]]:
    """Return the columns that the recipes of the canonical warehouse make, by recipe."""
    names = sorted({*_COMPUTED, *_BUILT})
    return MappingProxyType(
        {n: frozenset((*_COMPUTED.get(n, ()), *_BUILT.get(n, ()))) for n in names}
    )


def _select(
    table: ibis.Table,
    entity: Entity,
    recipe: str | None,
    columns: Collection[str],
    as_of: date,
) -> ibis.Table:
    row = Seen(table, entity.later, as_of)
    computed = dict(_COMPUTED.get(recipe, {})) if recipe is not None else {}
    computed |= computed_columns(entity)
    picked: dict[str, ibis.Value] = {}
    for column in sorted(columns):
        if column in table.columns:
            picked[column] = row[column]
        elif column in computed:
            picked[column] = computed[column](row, as_of)
        else:
            raise QueryError(
                f"{entity.table} has no column {column!r}.",
                hint=f"It has {', '.join(sorted({*table.columns, *computed}))}.",
            )
    return table.select(**picked)


def _orders(source: Source, columns: Collection[str]) -> ibis.Table:
    orders = source.warehouse.table("orders")
    if not {"revenue", "margin", "units", "order_value"} & set(columns):
        return orders
    lines = source.warehouse.table("order_lines")
    sums = lines.group_by("order_id").aggregate(
        gross=exact_sum(lines.quantity * lines.unit_price),
        cost=exact_sum(lines.quantity * lines.unit_cost),
        units=lines.quantity.sum(),
    )
    return orders.left_join(sums, "order_id").drop("order_id_right")


def _order_lines(source: Source, columns: Collection[str]) -> ibis.Table:
    lines = source.warehouse.table("order_lines")
    values = lines.select(
        "order_id",
        "line_no",
        "product_id",
        units=lines.quantity,
        gross=lines.quantity * lines.unit_price,
        cost=lines.quantity * lines.unit_cost,
    )
    rows = source.warehouse.table("orders").left_join(values, "order_id").drop("order_id_right")
    if not {"revenue", "margin", "discount", "order_value"} & set(columns):
        return rows
    whole = values.group_by("order_id").aggregate(order_gross=exact_sum(values.gross))
    return rows.left_join(whole, "order_id").drop("order_id_right")


def _customers(source: Source, columns: Collection[str]) -> ibis.Table:
    customers = source.warehouse.table("customers")
    if "acquisition_objective" not in columns:
        return customers
    campaigns = source.warehouse.table("campaigns")
    campaigns = campaigns.select("campaign_id", acquisition_objective=campaigns.objective)
    on = customers.acquisition_campaign_id == campaigns.campaign_id
    return customers.left_join(campaigns, on).drop("campaign_id")


def _sessions(source: Source, columns: Collection[str]) -> ibis.Table:
    sessions = source.warehouse.table("web_sessions")
    if not {"added_to_cart", "purchased"} & set(columns):
        return sessions
    events = source.warehouse.table("web_events")
    events = events.filter(events.occurred_at < midnight(source.as_of))
    flags = events.group_by("session_id").aggregate(
        has_cart=(events.step == "add_to_cart").any(),
        has_purchase=(events.step == "purchase").any(),
    )
    return sessions.left_join(flags, "session_id").drop("session_id_right")


def _contacts(source: Source, _columns: Collection[str]) -> ibis.Table:
    contacts = source.warehouse.table("campaign_contacts")
    # A campaign without a test may have no variant at all; those contacts were sent.
    sent = contacts.sent_at.notnull() & (contacts.variant.fill_null("") != "control")
    return contacts.filter(sent)


def _campaigns(source: Source, columns: Collection[str]) -> ibis.Table:
    campaigns = source.warehouse.table("campaigns")
    if "profit" not in columns:
        return campaigns
    contacts = _contacts(source, ())
    contacts = contacts.filter(contacts.sent_at < midnight(source.as_of))
    sums = contacts.group_by("campaign_id").aggregate(contact_revenue=exact_sum(contacts.revenue))
    return campaigns.left_join(sums, "campaign_id").drop("campaign_id_right")


def _tickets(source: Source, _columns: Collection[str]) -> ibis.Table:
    tickets = source.warehouse.table("tickets")
    return tickets.filter(~tickets.is_spam.fill_null(False))


def _incident_hits(source: Source, _columns: Collection[str]) -> ibis.Table:
    hits = source.warehouse.table("incident_customers").mutate(hits=ibis.literal(1, "int32"))
    incidents = source.warehouse.table("incidents")
    return incidents.inner_join(hits, "incident_id")


_FACTS: Final[Mapping[str, Callable[[Source, Collection[str]], ibis.Table]]] = MappingProxyType(
    {
        "orders": _orders,
        "order_lines": _order_lines,
        "customers": _customers,
        "web_sessions": _sessions,
        "campaign_contacts": _contacts,
        "campaigns": _campaigns,
        "tickets": _tickets,
        "incident_hits": _incident_hits,
    }
)

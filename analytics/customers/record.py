"""The customer record: one row per customer as of any day, from the warehouse's own engine.

Nothing dated on or after the day is looked at. What the warehouse cannot date is taken as it
stands today, as in `analytics.customers.features`: an order's `status`, a ticket's `priority` and
`is_spam`, and the customer's plan, region, income band and lifestyle.

Order lines are grouped once, by customer and category; orders, visits, events, contacts, tickets
and surveys once by customer. Money is added in ten-thousandths as whole numbers, so that the
order in which threads add cannot show.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import ibis

from analytics.customers.record_columns import BY_NAME, COLUMNS
from analytics.ports import Warehouse
from analytics.query.transforms import age_years, midnight, seconds_between, weekday_index

_DAY_S: Final = 86_400.0
_PARTS: Final = 10_000
_CODES: Final = 1_000
"""More categories than a shop has."""
_UNKNOWN: Final = "unknown"


def record_expression(warehouse: Warehouse, as_of: date) -> ibis.Table:
    """Return the record: one row for each customer who had signed up before a day.

    Parameters
    ----------
    warehouse : Warehouse
        The tables; any back end.
    as_of : date
        Rows dated on or after it are not seen.

    Returns
    -------
    ibis.Table
        `customer_id` and the columns of `record_columns`, in no order; counts without rows are 0,
        anything else without rows is NULL, words without a value are "unknown".
    """
    return record_of(record_parts(warehouse, as_of))


def record_parts(warehouse: Warehouse, as_of: date) -> dict[str, ibis.Table]:
    """Return what each table says of customers, by name; `people` has everybody.

    Each is a grouping of its own, so that a large warehouse can be gone through part by part.
    """
    return {
        "people": _people(warehouse, as_of),
        "orders": _orders(warehouse, as_of),
        "lines": _lines(warehouse, as_of),
        "sessions": _sessions(warehouse, as_of),
        "events": _events(warehouse, as_of),
        "contacts": _contacts(warehouse, as_of),
        "tickets": _tickets(warehouse, as_of),
        "incidents": _incidents(warehouse, as_of),
        "surveys": _surveys(warehouse, as_of),
    }


def record_of(parts: Mapping[str, ibis.Table]) -> ibis.Table:
    """Put the parts of `record_parts` together to the columns of the record."""
    people, *others = parts.values()
    table = _joined(people, *others)
    revenue = {w: _net(table, "gross", w) for w in ("", "_365d", "_90d")}
    margin = {w: _net(table, "gained", w) for w in ("", "_365d")}
    made = {
        **{f"revenue{window}": value for window, value in revenue.items()},
        **{f"margin{window}": value for window, value in margin.items()},
        "order_value": (revenue[""] / table.n_orders.nullif(0)).round(4),
        "discount_share": (_money(table.discounts) / _money(table.gross).nullif(0)).round(6),
        "days_to_first_order": ((table.first_s - table.signed_up_s) / _DAY_S).round(2),
        "favourite_category": table.favourite_category.fill_null(_UNKNOWN),
    }
    return table.select(
        "customer_id",
        **{
            c.name: _typed(made[c.name] if c.name in made else table[c.name], c.name)
            for c in COLUMNS
        },
    )


def _joined(people: ibis.Table, *parts: ibis.Table) -> ibis.Table:
    """Put what is known of customers beside them in one chain, which an engine plans at once."""
    table = people
    for place, part in enumerate(parts):
        named = part.rename({f"key_{place}": "customer_id"})
        table = table.left_join(named, people.customer_id == named[f"key_{place}"])
    return table


def _net(table: ibis.Table, name: str, window: str) -> ibis.Value:
    """Return what was left of a sum after the discounts of the same time."""
    whole = table[f"{name}{window}"].fill_null(0)
    return _money(whole - table[f"discounts{window}"].fill_null(0))


def recency_frequency_money(warehouse: Warehouse, as_of: date) -> ibis.Table:
    """Return the three columns of the record that segments by value need, by customer."""
    orders = _before(warehouse.table("orders"), "ordered_at", as_of)
    orders = orders.filter(orders.status == "completed")
    placed = orders.group_by("customer_id").aggregate(
        n_orders=orders.count(),
        last_s=orders.ordered_at.epoch_seconds().max(),
        discounts=_whole(orders.discount_amount).sum(),
    )
    lines = warehouse.table("order_lines")
    rows = lines.inner_join(orders.select("order_id", "customer_id"), "order_id")
    spent = rows.group_by(buyer=rows.customer_id).aggregate(
        gross=_whole(rows.quantity * rows.unit_price).sum()
    )
    table = placed.left_join(spent, placed.customer_id == spent.buyer)
    net = table.gross.fill_null(0.0) - table.discounts.fill_null(0.0)
    return table.select(
        "customer_id",
        "n_orders",
        days_since_order=_days_ago(table.last_s, as_of),
        revenue=_money(net),
    )


def _typed(value: ibis.Value, name: str) -> ibis.Value:
    column = BY_NAME[name]
    if column.is_count:
        # Sums of whole numbers are wider than they are declared; through floats they are exact.
        return value.fill_null(0).cast("float64").cast("int64")
    return value if column.unit is None else value.cast("float64")


def _money(parts: ibis.Value) -> ibis.Value:
    return parts.cast("float64") / _PARTS


def _whole(value: ibis.Value) -> ibis.Value:
    """Return money as whole ten-thousandths; NaN counts as missing.

    As floats: sums of whole numbers are exact in any order below 2^53, and half as wide.
    """
    parts = (value.cast("float64") * _PARTS).round().cast("float64")
    return ibis.ifelse(parts.isnan(), ibis.null("float64"), parts)


def _n(condition: ibis.Value) -> ibis.Value:
    """Count the rows that meet a condition."""
    return condition.fill_null(False).cast("float64").sum()


def _before(rows: ibis.Table, column: str, as_of: date) -> ibis.Table:
    return rows.filter(rows[column] < midnight(as_of), rows.customer_id.notnull())


def _since(at: ibis.Value, as_of: date, n_days: int) -> ibis.Value:
    """Say whether a moment, known to be before a day, lies in the last days before it."""
    return at >= midnight(as_of - timedelta(days=n_days))


def _days_ago(last_s: ibis.Value, as_of: date) -> ibis.Value:
    return ((midnight(as_of).epoch_seconds() - last_s).cast("float64") / _DAY_S).round(2)


def _days_between(rows: ibis.Table) -> ibis.Value:
    """Return the mean pause between the first and the last of `n_timed` moments."""
    span_s = (rows.last_s - rows.first_s).cast("float64")
    return (span_s / _DAY_S / (rows.n_timed - 1).nullif(0)).round(4)


def _share(condition: ibis.Value, of: ibis.Value | None = None) -> ibis.Value:
    """Return the share of rows (or of those of a kind) that meet a condition; NULL without any."""
    if of is None:
        return condition.fill_null(False).cast("float64").mean()
    met = (condition & of).fill_null(False).sum()
    return met.cast("float64") / of.fill_null(False).sum().nullif(0)


def _people(warehouse: Warehouse, as_of: date) -> ibis.Table:
    people = warehouse.table("customers")
    people = people.filter(people.signed_up_at < midnight(as_of))
    words = ("gender", "country", "region", "income_band", "lifestyle", "acquisition_channel",
             "plan")  # fmt: skip
    days = seconds_between(people.signed_up_at, midnight(as_of)) / _DAY_S
    return people.select(
        "customer_id",
        signed_up_s=people.signed_up_at.epoch_seconds(),
        age=age_years(people.birth_date, as_of),
        from_campaign=people.acquisition_campaign_id.notnull(),
        has_left=(people.churned_at < midnight(as_of)).fill_null(False),
        tenure_days=days.round(2),
        **{name: people[name].fill_null(_UNKNOWN) for name in words},
    )


def _orders(warehouse: Warehouse, as_of: date) -> ibis.Table:
    orders = _before(warehouse.table("orders"), "ordered_at", as_of)
    at, done = orders.ordered_at, orders.status == "completed"
    year, quarter = _since(at, as_of, 365), _since(at, as_of, 90)
    discount = ibis.ifelse(done, _whole(orders.discount_amount), None)
    settled = orders.status.isin(["completed", "returned"])
    moment_s = ibis.ifelse(done, at.epoch_seconds(), None)
    summed = orders.group_by("customer_id").aggregate(
        n_orders=_n(done),
        n_timed=_n(done),
        first_s=moment_s.min(),
        last_s=moment_s.max(),
        n_orders_365d=_n(done & year),
        n_orders_90d=_n(done & quarter),
        discounts=discount.sum(),
        discounts_365d=ibis.ifelse(year, discount, None).sum(),
        discounts_90d=ibis.ifelse(quarter, discount, None).sum(),
        returned_share=_share(orders.status == "returned", settled),
        cancelled_share=_share(orders.status == "cancelled"),
        web_share=_share(orders.channel == "web", done),
        app_share=_share(orders.channel == "app", done),
        store_share=_share(orders.channel == "store", done),
        campaign_share=_share(orders.campaign_id.notnull(), done),
        weekend_share=_share(weekday_index(at) >= 5, done),
    )
    return summed.mutate(
        days_since_order=_days_ago(summed.last_s, as_of), days_between_orders=_days_between(summed)
    ).drop("n_timed", "last_s")


def _lines(warehouse: Warehouse, as_of: date) -> ibis.Table:
    """Group the lines of completed orders by customer and category, then by customer."""
    orders = _before(warehouse.table("orders"), "ordered_at", as_of)
    orders = orders.filter(orders.status == "completed").select(
        "order_id",
        "customer_id",
        in_year=_since(orders.ordered_at, as_of, 365),
        in_quarter=_since(orders.ordered_at, as_of, 90),
    )
    products = _coded(warehouse.table("products"))
    lines = warehouse.table("order_lines")
    rows = lines.inner_join(orders, "order_id").left_join(products, "product_id")
    gross = _whole(rows.quantity * rows.unit_price)
    gained = _whole(rows.quantity * (rows.unit_price - rows.unit_cost))
    parts = rows.group_by("customer_id", "code").aggregate(
        gross=gross.sum(),
        gross_365d=ibis.ifelse(rows.in_year, gross, None).sum(),
        gross_90d=ibis.ifelse(rows.in_quarter, gross, None).sum(),
        gained=gained.sum(),
        gained_365d=ibis.ifelse(rows.in_year, gained, None).sum(),
        n_units=rows.quantity.cast("float64").sum(),
        n_subscriptions=ibis.ifelse(rows.kind == "subscription", rows.quantity, 0)
        .cast("float64")
        .sum(),
    )
    # One number holds what a category brought and which it is: of equals, the first by name.
    gained_most = ibis.greatest(parts.gross.fill_null(0.0), 0.0).cast("int64")
    brought = gained_most * _CODES + (_CODES - 1 - parts.code)
    sums = {name: parts[name].sum() for name in parts.columns[2:]}
    summed = parts.group_by("customer_id").aggregate(
        **sums, n_categories=_n(parts.code.notnull()), best=brought.max()
    )
    names = products.select("code", favourite_category="category").distinct()
    code = (_CODES - 1 - summed.best % _CODES).cast("int64")
    summed = summed.mutate(code=code).left_join(names, "code")
    most = (summed.best - summed.best % _CODES).cast("float64") / _CODES
    share = most / summed.gross.cast("float64").nullif(0)
    return summed.mutate(favourite_share=share.round(6)).drop("best", "code", "code_right")


def _coded(products: ibis.Table) -> ibis.Table:
    """Number the categories by name, from 0; products without one have no number."""
    named = products.filter(products.category.notnull()).select("category").distinct()
    codes = named.mutate(code=ibis.row_number().over(order_by=named.category))
    return products.left_join(codes, "category").select("product_id", "category", "kind", "code")


def _sessions(warehouse: Warehouse, as_of: date) -> ibis.Table:
    visits = _before(warehouse.table("web_sessions"), "started_at", as_of)
    at = visits.started_at
    summed = visits.group_by("customer_id").aggregate(
        n_timed=visits.count(),
        first_s=at.epoch_seconds().min(),
        last_s=at.epoch_seconds().max(),
        n_sessions_365d=_n(_since(at, as_of, 365)),
        n_sessions_90d=_n(_since(at, as_of, 90)),
        pages=visits.pageviews.cast("float64").sum(),
        seconds=visits.duration_s.cast("float64").sum(),
        mobile_share=_share(visits.device == "mobile"),
        bounce_share=_share(visits.is_bounce),
        converted_share=_share(visits.converted),
    )
    n = summed.n_timed.cast("float64")
    again = summed.n_sessions_365d - 1
    return summed.select(
        "customer_id", "n_sessions_365d", "n_sessions_90d", "mobile_share", "bounce_share",
        "converted_share",
        n_returns_365d=ibis.ifelse(again < 0, 0, again),
        days_since_session=_days_ago(summed.last_s, as_of),
        days_between_sessions=_days_between(summed),
        pages_per_session=(summed.pages / n).round(4),
        minutes_per_session=(summed.seconds / 60.0 / n).round(4),
    )  # fmt: skip


def _events(warehouse: Warehouse, as_of: date) -> ibis.Table:
    visits = _before(warehouse.table("web_sessions"), "started_at", as_of)
    visits = visits.filter(_since(visits.started_at, as_of, 365))
    events = warehouse.table("web_events")
    events = events.filter(
        events.step.isin(["product_view", "add_to_cart"]), events.occurred_at < midnight(as_of)
    )
    rows = events.select("session_id", "step").inner_join(
        visits.select("session_id", "customer_id"), "session_id"
    )
    return rows.group_by("customer_id").aggregate(
        n_views_365d=_n(rows.step == "product_view"),
        n_carts_365d=_n(rows.step == "add_to_cart"),
    )


def _contacts(warehouse: Warehouse, as_of: date) -> ibis.Table:
    """Group messages that were sent; nothing is sent to a control group."""
    sent = _before(warehouse.table("campaign_contacts"), "sent_at", as_of)
    now = midnight(as_of)
    summed = sent.group_by("customer_id").aggregate(
        last_s=sent.sent_at.epoch_seconds().max(),
        n_contacts_365d=_n(_since(sent.sent_at, as_of, 365)),
        opened_share=_share(sent.opened_at < now),
        clicked_share=_share(sent.clicked_at < now),
    )
    return summed.mutate(days_since_contact=_days_ago(summed.last_s, as_of)).drop("last_s")


def _tickets(warehouse: Warehouse, as_of: date) -> ibis.Table:
    tickets = _before(warehouse.table("tickets"), "opened_at", as_of)
    tickets = tickets.filter(~tickets.is_spam.fill_null(False))
    now = midnight(as_of)
    solved = (tickets.resolved_at < now).fill_null(False)
    took_s = ibis.ifelse(
        solved, tickets.resolved_at.epoch_seconds() - tickets.opened_at.epoch_seconds(), None
    )
    late = (tickets.due_at < now) & ~(solved & (tickets.resolved_at <= tickets.due_at))
    summed = tickets.group_by("customer_id").aggregate(
        n_tickets=tickets.count(),
        n_tickets_90d=_n(_since(tickets.opened_at, as_of, 90)),
        n_open_tickets=_n(~solved),
        n_urgent_tickets=_n(tickets.priority == "urgent"),
        late_share=_share(late, tickets.due_at < now),
        took_s=took_s.cast("float64").sum(),
        n_solved=_n(solved),
    )
    hours = summed.took_s.cast("float64") / 3600.0 / summed.n_solved.nullif(0)
    return summed.mutate(hours_to_resolve=hours.round(4)).drop("took_s", "n_solved")


def _incidents(warehouse: Warehouse, as_of: date) -> ibis.Table:
    incidents = warehouse.table("incidents")
    at = incidents.started_at
    incidents = incidents.filter(at < midnight(as_of), _since(at, as_of, 180))
    hits = warehouse.table("incident_customers").semi_join(incidents, "incident_id")
    return hits.group_by("customer_id").aggregate(n_incidents_180d=hits.count())


def _surveys(warehouse: Warehouse, as_of: date) -> ibis.Table:
    surveys = _before(warehouse.table("surveys"), "answered_at", as_of)
    score = surveys.score.cast("int64")
    summed = surveys.group_by("customer_id").aggregate(
        **{
            f"{part}_{kind}": each
            for kind in ("csat", "nps")
            for part, each in (
                ("sum", ibis.ifelse(surveys.kind == kind, score, None).sum()),
                ("n", ((surveys.kind == kind) & score.notnull()).sum()),
            )
        }
    )
    return summed.select(
        "customer_id",
        csat=(summed.sum_csat.cast("float64") / summed.n_csat.nullif(0)).round(4),
        nps=(summed.sum_nps.cast("float64") / summed.n_nps.nullif(0)).round(4),
    )

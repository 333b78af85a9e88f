"""Features of customers as of a cut-off: nothing dated on or after it is looked at.

What the warehouse cannot date is handled as follows.

* An order's `status` is today's and has no date of its own. Recency, frequency, rhythm, value and
  discounts therefore count orders of any status, since placing one is known at once. Returns
  count only orders at least `SETTLED_DAYS` old at the cut-off; by then returns have come in.
* A ticket that missed its `due_at` before the cut-off was late already then, whether it is
  resolved by now or not; `resolved_at` is compared with the cut-off, never read beyond it.
  Priority, severity and `is_spam` are taken as they stand: they may have been corrected later.
* `plan`, `region`, `income_band` and `lifestyle` are today's; there is no history. They are kept
  because they change seldom and managers act on them, marked as undated, and refused by the leak
  guard when one looks reset on leaving. A customer who changed plan between the cut-off and today
  is seen with the new plan, so the plan's effect may be over- or understated.
* `status`, `churned_at` and `churn_reason` are the outcome and never features.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import ibis
import pandas as pd

from analytics.customers.wording import UNKNOWN, load_features
from analytics.errors import ModelError
from analytics.ports import Warehouse
from analytics.query.transforms import age_years, midnight, seconds_between
from analytics.query.warehouse import was_truncated

SETTLED_DAYS: Final = 30
_PRIME: Final = 1_000_003
_STEP: Final = 48_271
_SEED_STEP: Final = 611_953
_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Some of the customers, the same ones for every cut-off."""

    seed: int
    fraction: float
    """Share of the customers, 0 to 1."""


def alive_at(warehouse: Warehouse, cut_off: date, sample: Sample | None = None) -> ibis.Table:
    """Return the customers who had signed up before a cut-off and not left before it."""
    customers = warehouse.table("customers")
    moment = midnight(cut_off)
    alive = (customers.signed_up_at < moment) & (
        customers.churned_at.isnull() | (customers.churned_at >= moment)
    )
    kept = customers.filter(alive)
    if sample is None:
        return kept
    # Multiplying by a constant modulo a prime scatters neighbouring ids; it runs on any engine.
    start = sample.seed * _SEED_STEP % _PRIME
    place = ((kept.customer_id % _PRIME) * _STEP + start) % _PRIME
    return kept.filter(place < int(sample.fraction * _PRIME))


def features_expression(
    warehouse: Warehouse, cut_off: date, sample: Sample | None = None
) -> ibis.Table:
    """Return one row per customer alive at a cut-off, ordered by customer_id.

    Parameters
    ----------
    warehouse : Warehouse
        The tables.
    cut_off : date
        Rows dated on or after it are not seen.
    sample : Sample, optional
        Without it, every customer.

    Returns
    -------
    ibis.Table
        `customer_id` and the columns of churn_features.yaml; counts without rows are 0, means
        and pauses without rows are NULL, words without a value are "unknown".
    """
    table = _person(alive_at(warehouse, cut_off, sample), cut_off)
    counts: list[str] = []
    for part in (
        _orders(warehouse, cut_off),
        _sessions(warehouse, cut_off),
        _tickets(warehouse, cut_off),
        _incidents(warehouse, cut_off),
        _ratings(warehouse, cut_off),
    ):
        table = table.left_join(part, "customer_id").drop("customer_id_right")
        counts += [name for name in part.columns if name in _COUNTS]
    table = table.mutate(**{name: table[name].fill_null(0) for name in counts})
    table = table.mutate(
        orders_fell_90d=(table.orders_90d * 2 < table.orders_before_90d).cast("int64")
    )
    names = [feature.name for feature in load_features()]
    return table.select("customer_id", *names).order_by("customer_id")


_COUNTS: Final = frozenset(
    {
        "orders_90d", "orders_before_90d", "orders_365d", "order_value_365d", "sessions_30d",
        "sessions_90d", "tickets_90d", "urgent_tickets_90d", "late_tickets_90d", "open_tickets",
        "sev1_incidents_180d", "sev2_incidents_180d", "returned_share", "discount_share",
    }
)  # fmt: skip


def read_features(
    warehouse: Warehouse, cut_off: date, sample: Sample | None = None
) -> tuple[pd.DataFrame, str]:
    """Read the features of a cut-off.

    Returns
    -------
    tuple[DataFrame, str]
        A row per customer, numbers as float64 and words as objects; and the SQL that was run.

    Raises
    ------
    ModelError
        When the warehouse's row limit cut the result.
    QueryError
        When the warehouse refuses the query.
    """
    frame, sql = warehouse.run(features_expression(warehouse, cut_off, sample))
    if was_truncated(frame):
        raise ModelError(
            f"{len(frame):,} customers are more than one query of the warehouse may return.",
            hint="Raise the limit of rows, or ask for fewer customers with a filter.",
        )
    for feature in load_features():
        values = frame[feature.name]
        is_word = feature.kind == "word"
        frame[feature.name] = values.astype(object) if is_word else values.astype("float64")
    return frame, sql


def _person(alive: ibis.Table, cut_off: date) -> ibis.Table:
    days = seconds_between(alive.signed_up_at, midnight(cut_off)) / _DAY_S
    words = {
        feature.name: alive[feature.name].fill_null(UNKNOWN)
        for feature in load_features()
        if feature.kind == "word"
    }
    return alive.select(
        "customer_id",
        tenure_days=days.floor(),
        first_half_year=(days < 180).cast("int64"),
        age=age_years(alive.birth_date, cut_off),
        **words,
    )


def _since(at: ibis.Value, cut_off: date, n_days: int) -> ibis.Value:
    """Say whether a moment lies in the last days before the cut-off."""
    return (at >= midnight(cut_off - timedelta(days=n_days))) & (at < midnight(cut_off))


def _orders(warehouse: Warehouse, cut_off: date) -> ibis.Table:
    orders = warehouse.table("orders")
    orders = orders.filter(orders.ordered_at < midnight(cut_off))
    lines = warehouse.table("order_lines")
    values = lines.group_by("order_id").aggregate(gross=(lines.quantity * lines.unit_price).sum())
    rows = orders.left_join(values, "order_id").drop("order_id_right")
    at = rows.ordered_at
    year = _since(at, cut_off, 365)
    settled_at = cut_off - timedelta(days=SETTLED_DAYS)
    settled = _since(at, settled_at, 365) & rows.status.isin(["completed", "returned"])
    summed = rows.group_by("customer_id").aggregate(
        n_orders=rows.count(),
        first_s=at.epoch_seconds().min(),
        last_s=at.epoch_seconds().max(),
        orders_90d=_since(at, cut_off, 90).sum(),
        orders_before_90d=_since(at, cut_off - timedelta(days=90), 90).sum(),
        orders_365d=year.sum(),
        # Rounded to cents: the order in which an engine adds must not show.
        gross=ibis.ifelse(year, rows.gross.fill_null(0.0), 0.0).sum().round(2),
        discounts=ibis.ifelse(year, rows.discount_amount.fill_null(0.0), 0.0).sum().round(2),
        n_settled=settled.sum(),
        n_returned=(settled & (rows.status == "returned")).sum(),
    )
    now_s = midnight(cut_off).epoch_seconds()
    pause_s = (now_s - summed.last_s).cast("float64")
    span_s = (summed.last_s - summed.first_s).cast("float64")
    usual_s = span_s / (summed.n_orders - 1).nullif(0)
    # Two orders on one day are no rhythm; a gap counts as a day at least.
    usual_s = ibis.ifelse(usual_s < _DAY_S, _DAY_S, usual_s)
    return summed.select(
        "customer_id",
        "orders_90d",
        "orders_before_90d",
        "orders_365d",
        days_since_order=(pause_s / _DAY_S).floor(),
        order_value_365d=ibis.ifelse(summed.gross < 0.0, 0.0, summed.gross),
        pause_against_rhythm=(pause_s / usual_s).round(3),
        returned_share=summed.n_returned / summed.n_settled.nullif(0),
        discount_share=(summed.discounts / summed.gross.nullif(0.0)).round(6),
    )


def _sessions(warehouse: Warehouse, cut_off: date) -> ibis.Table:
    sessions = warehouse.table("web_sessions")
    sessions = sessions.filter(
        sessions.customer_id.notnull(), _since(sessions.started_at, cut_off, 90)
    )
    return sessions.group_by("customer_id").aggregate(
        sessions_30d=_since(sessions.started_at, cut_off, 30).sum(),
        sessions_90d=sessions.count(),
    )


def _tickets(warehouse: Warehouse, cut_off: date) -> ibis.Table:
    tickets = warehouse.table("tickets")
    moment = midnight(cut_off)
    tickets = tickets.filter(
        tickets.customer_id.notnull(),
        ~tickets.is_spam.fill_null(False),
        tickets.opened_at < moment,
    )
    recent = _since(tickets.opened_at, cut_off, 90)
    unresolved = tickets.resolved_at.isnull() | (tickets.resolved_at >= moment)
    late = _since(tickets.due_at, cut_off, 90) & (
        tickets.resolved_at.isnull() | (tickets.resolved_at > tickets.due_at)
    )
    return tickets.group_by("customer_id").aggregate(
        tickets_90d=recent.sum(),
        urgent_tickets_90d=(recent & (tickets.priority == "urgent")).sum(),
        late_tickets_90d=late.sum(),
        open_tickets=unresolved.sum(),
    )


def _incidents(warehouse: Warehouse, cut_off: date) -> ibis.Table:
    incidents = warehouse.table("incidents")
    incidents = incidents.filter(_since(incidents.started_at, cut_off, 180))
    hits = warehouse.table("incident_customers").inner_join(incidents, "incident_id")
    return hits.group_by("customer_id").aggregate(
        sev1_incidents_180d=(hits.severity == 1).sum(),
        sev2_incidents_180d=(hits.severity == 2).sum(),
    )


def _ratings(warehouse: Warehouse, cut_off: date) -> ibis.Table:
    surveys = warehouse.table("surveys")
    surveys = surveys.filter(
        surveys.customer_id.notnull(),
        surveys.kind == "csat",
        _since(surveys.answered_at, cut_off, 180),
    )
    return surveys.group_by("customer_id").aggregate(csat_180d=surveys.score.mean())

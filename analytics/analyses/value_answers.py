"""Questions about lifetime value: expected margin, with what the fit leaves open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.analyses import answering
from analytics.analyses.kind import Context, Request
from analytics.catalogue import Dimension
from analytics.customers.lifetime_value import (
    Customers,
    Holdout,
    Values,
    customers_until,
    fit_all,
    hold_out,
    spend_of,
    values_of,
)
from analytics.customers.purchase_models import PurchaseModel
from analytics.customers.spend_model import SpendModel
from analytics.describe.dates import days_in_words
from analytics.errors import ModelError, QuestionError
from analytics.model import (
    Cell,
    Chart,
    Column,
    Filter,
    Finding,
    InsightOutcome,
    Receipt,
)  # fmt: skip
from analytics.query.transforms import exact_sum, midnight
from analytics.query.warehouse import was_truncated
from analytics.query.windows import Window

_SUGGESTIONS: Final = (
    "What is the expected customer lifetime value by plan?",
    "What is the historic lifetime value by plan?",
)
_TOP: Final = 10
_DISCOUNT: Final = 0.1
_HOLD_OUT_WEEKS: Final = 26
_N_DRAWS: Final = 4_000
_SEED: Final = 7
_YEAR_DAYS: Final = 365
_DAYS: Final = {"day": 1.0, "week": 7.0, "month": 365 / 12, "quarter": 365 / 4, "year": 365.0}
_JOINED: Final = re.compile(r"\b(?:joined|signed|sign-?ups?|acquired|won|new|registered)\b")
_LIST_COLUMNS: Final = (
    Column(name="customer", label="Customer"),
    Column(name="customer_id", label="Customer id"),
    Column(name="value", label="Expected margin", unit="money"),
    Column(name="low", label="95 % interval from", unit="money"),
    Column(name="high", label="95 % interval to", unit="money"),
    Column(name="purchases", label="Expected days with a purchase", unit="number"),
    Column(name="p_alive", label="Probability of still buying", unit="fraction"),
    Column(name="past", label="Margin of the last 12 months", unit="money"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Valued:
    """Customers with what is expected of them, in one order throughout."""

    people: pd.DataFrame
    """customer_id, customer, group, past: those who bought and have not left."""
    customers: Customers
    values: Values
    model: PurchaseModel
    spend: SpendModel
    held: Holdout | None
    n_without: int
    """Customers who never bought."""
    horizon_weeks: float
    sql: str


def expected_values(context: Context, days: float) -> Mapping[int, float]:
    """Return the margin expected of everybody who bought and stayed, by customer_id.

    Raises
    ------
    QuestionError
        When nobody bought and stayed.
    """
    people = _people(context, ((), None), Window(start=None, end=context.as_of))
    purchases, _ = _purchases(context)
    end = pd.Timestamp(context.as_of) - pd.Timedelta(days=1)
    everyone = customers_until(purchases, end, "week")
    (model, *_), _, _ = fit_all(everyone, ("bg/nbd",))
    here = np.flatnonzero(pd.Series(everyone.ids).isin(people["customer_id"]).to_numpy())
    if not len(here):
        raise QuestionError("None of the customers has bought anything and stayed.")
    mine = _subset(everyone, here)
    found = _value(model, spend_of(everyone), mine, days / 7)
    return dict(zip((int(each) for each in mine.ids), found.value.tolist(), strict=True))


def run_value(request: Request, context: Context) -> InsightOutcome:
    """Say what customers are expected to bring: in all, by group, the best, or one."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> InsightOutcome:
    filters = answering.filters_for(request, "customers", context.catalogue)
    dimension = answering.dimension_for(request, "customers", context.catalogue)
    if dimension is None and request.slots.get("dimension") is not None:
        raise QuestionError(
            "The expected value is not split by stretches of time.",
            hint="Ask by plan, region or acquisition channel.",
        )
    if "customer_id" in request.slots:
        number = answering.number_slot(request, "customer_id", 0)
        filters += (Filter(dimension="customer_id", operator="=", values=(number,)),)
    days = _horizon_days(request)
    valued = _valued(request, context, (filters, dimension), days)
    if dimension is not None:
        return _by_group(context, valued, (filters, dimension), days)
    top_n = answering.number_slot(request, "top_n", _TOP)
    return _listed(context, valued, filters, (top_n, days, "customer_id" in request.slots))


def _horizon_days(request: Request) -> float:
    given = request.slots.get("horizon")
    if given is None:
        return _YEAR_DAYS
    count, unit = str(given).split()
    days = float(count) * _DAYS[unit.removesuffix("s")]
    if not 7 <= days <= 5 * _YEAR_DAYS:
        raise QuestionError(
            f"{given} is no time over which a value can be told.",
            hint="Ask for a week to five years.",
        )
    return days


def _window(request: Request, context: Context) -> Window:
    """Take a period for the time of signing up, where the question says so."""
    if "period" in request.slots and not _JOINED.search(request.text.lower()):
        raise QuestionError(
            "The expected value looks ahead of the data; a past period has none.",
            hint="Ask for the historic lifetime value, or name how far ahead.",
        )
    return answering.window_for(request, context)


def _valued(
    request: Request,
    context: Context,
    asked: tuple[tuple[Filter, ...], Dimension | None],
    days: float,
) -> _Valued:
    people = _people(context, asked, _window(request, context))
    purchases, sql = _purchases(context)
    end = pd.Timestamp(context.as_of) - pd.Timedelta(days=1)
    everyone = customers_until(purchases, end, "week")
    (model, *_), _, _ = fit_all(everyone, ("bg/nbd",))
    spend = spend_of(everyone)
    known = people[people["customer_id"].isin(everyone.ids)].sort_values("customer_id")
    if known.empty:
        raise QuestionError("None of the customers asked about has bought anything and stayed.")
    rows = np.flatnonzero(pd.Series(everyone.ids).isin(known["customer_id"]).to_numpy())
    mine = _subset(everyone, rows)
    year_ago = end - pd.Timedelta(days=_YEAR_DAYS)
    past = purchases[purchases["day"] > year_ago].groupby("customer")["value"].sum()
    known = known.assign(past=known["customer_id"].map(past).fillna(0.0))
    weeks = days / 7
    return _Valued(
        people=known.reset_index(drop=True),
        customers=mine,
        values=_value(model, spend, mine, weeks),
        model=model,
        spend=spend,
        held=_held_out(purchases, end),
        n_without=len(people) - len(known),
        horizon_weeks=weeks,
        sql=sql,
    )


def _value(model: PurchaseModel, spend: SpendModel, mine: Customers, weeks: float) -> Values:
    rate = (1.0 + _DISCOUNT) ** (7 / _YEAR_DAYS) - 1.0
    return values_of(model, spend, mine, horizon=weeks, discount_per_unit=rate)


def _subset(customers: Customers, rows: npt.NDArray[np.intp]) -> Customers:
    return Customers(
        ids=customers.ids[rows],
        x=customers.x[rows],
        t_x=customers.t_x[rows],
        T=customers.T[rows],
        mean_value=customers.mean_value[rows],
    )


def _people(
    context: Context, asked: tuple[tuple[Filter, ...], Dimension | None], window: Window
) -> pd.DataFrame:
    """Read the customers asked about who have not left."""
    filters, dimension = asked
    rows = answering.rows_of(
        "customers",
        {"customer_id", "full_name", "churned_at"},
        context,
        filters=filters,
        dimension=dimension,
        window=window,
    )
    now = midnight(context.as_of)
    rows = rows.filter(rows.churned_at.isnull() | (rows.churned_at >= now))
    group = rows.customer_id.cast("string") if dimension is None else rows[dimension.name]
    frame, _ = context.warehouse.run(
        rows.select("customer_id", customer="full_name", group=group.cast("string"))
    )
    _check_whole(frame)
    if frame.empty:
        raise QuestionError("Nobody asked about is still a customer.")
    return frame


def _purchases(context: Context) -> tuple[pd.DataFrame, str]:
    """Read the margin of each customer and day with a completed order."""
    orders = answering.rows_of("orders", {"customer_id", "status", "margin", "ordered_at"}, context)
    orders = orders.filter(orders.status == "completed", orders.customer_id.notnull())
    rows = orders.group_by(customer=orders.customer_id, day=orders.ordered_at.date()).aggregate(
        value=exact_sum(orders.margin)
    )
    frame, sql = context.warehouse.run(rows.order_by("customer", "day"))
    _check_whole(frame)
    if frame.empty:
        raise QuestionError("There are no completed orders, so no value can be expected.")
    # A purchase that brought less than nothing cannot enter a model of positive values.
    return frame.assign(day=pd.to_datetime(frame["day"]), value=frame["value"].clip(lower=0.0)), sql


def _check_whole(frame: pd.DataFrame) -> None:
    if was_truncated(frame):
        raise ModelError(
            f"{len(frame):,} rows are more than one query of the warehouse may return.",
            hint="Raise the limit of rows.",
        )


def _held_out(purchases: pd.DataFrame, end: pd.Timestamp) -> Holdout | None:
    """Test the model on the last half year; None without enough time before it."""
    cut = end - pd.Timedelta(weeks=_HOLD_OUT_WEEKS)
    before = customers_until(purchases, cut, "week")
    if not len(before.ids) or float(before.T.max()) < _HOLD_OUT_WEEKS:
        return None
    (model, *_), _, _ = fit_all(before, ("bg/nbd",))
    return hold_out(model, before, purchases, (cut, end), "week")


def _ranges(valued: _Valued, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return 95 % ranges of what single customers bring, shape (n, 2), from seeded draws.

    A customer still buys with p_alive; the purchases are then Poisson. What the parameters and
    the value of a purchase leave open is not in it.
    """
    random = np.random.default_rng(_SEED)
    found = []
    for row in rows.tolist():
        alive = float(valued.values.p_alive[row])
        rate = float(valued.values.purchases[row]) / max(alive, 1e-9)
        bought = random.poisson(rate, _N_DRAWS) * (random.random(_N_DRAWS) < alive)
        each = float(valued.values.value[row]) / max(float(valued.values.purchases[row]), 1e-9)
        found.append(np.quantile(bought * each, [0.025, 0.975]))
    return np.array(found).reshape(-1, 2)


def _listed(
    context: Context, valued: _Valued, filters: tuple[Filter, ...], asked: tuple[int, float, bool]
) -> Finding:
    top_n, days, is_one = asked
    ids = valued.people["customer_id"].to_numpy()
    order = np.lexsort((ids, -valued.values.value))[:top_n]
    ranges = _ranges(valued, order)
    rows: list[tuple[Cell, ...]] = []
    for row, (low, high) in zip(order.tolist(), ranges.tolist(), strict=True):
        one = valued.people.iloc[row]
        rows.append((answering.cell_text(one["customer"]), int(one["customer_id"]),
                     float(valued.values.value[row]), low, high,
                     float(valued.values.purchases[row]), float(valued.values.p_alive[row]),
                     float(one["past"])))  # fmt: skip
    total = float(valued.values.value.sum())
    facts = _facts(context, valued, days) | {
        "is_one": is_one,
        "rows": rows,
        "shown_total": sum(float(str(row[2])) for row in rows),
        "total": total,
        "groups": [],
    }
    return _finding(context, valued, facts, (filters, _LIST_COLUMNS, "customer"))


def _by_group(
    context: Context,
    valued: _Valued,
    asked: tuple[tuple[Filter, ...], Dimension],
    days: float,
) -> Finding:
    filters, dimension = asked
    rows: list[tuple[Cell, ...]] = []
    n_small = 0
    for name, part in valued.people.groupby("group", dropna=False, sort=True):
        places = part.index.to_numpy()
        if len(places) < answering.LEAST_GROUP:
            n_small += 1
            continue
        mine = _value(valued.model, valued.spend, _subset(valued.customers, places),
                      valued.horizon_weeks)  # fmt: skip
        low, high = mine.total_intervals[0.95]
        n, total = len(places), float(mine.value.sum())
        rows.append((answering.cell_text(name), n, total / n, low / n, high / n, total,
                     float(part["past"].sum()) / n))  # fmt: skip
    rows.sort(key=lambda row: (-float(str(row[2])), str(row[0])))
    columns = (
        Column(name=dimension.name, label=dimension.label),
        Column(name="n", label="Customers", unit="count"),
        Column(name="value", label="Expected margin per customer", unit="money"),
        Column(name="low", label="95 % interval from", unit="money"),
        Column(name="high", label="95 % interval to", unit="money"),
        Column(name="total", label="Expected margin in all", unit="money"),
        Column(name="past", label="Margin per customer, last 12 months", unit="money"),
    )
    facts = _facts(context, valued, days) | {
        "is_one": False,
        "rows": rows,
        "groups": rows,
        "by": dimension.label.lower(),
        "total": float(valued.values.value.sum()),
        "n_small": n_small,
    }
    return _finding(context, valued, facts, (filters, columns, dimension.name))


def _facts(context: Context, valued: _Valued, days: float) -> dict[str, Any]:
    end = context.as_of + timedelta(days=round(days))
    return {
        "ci95": valued.values.total_intervals[0.95],
        "n": len(valued.people),
        "n_without": valued.n_without,
        "n_small": 0,
        "past": float(valued.people["past"].sum()),
        "period": days_in_words(context.as_of, end),
        "days": round(days),
        "held": valued.held,
        "model": valued.model,
        "discount": _DISCOUNT,
        "by": "",
        "correlation": valued.spend.correlation,
    }


def _finding(
    context: Context,
    valued: _Valued,
    facts: dict[str, Any],
    shown: tuple[tuple[Filter, ...], tuple[Column, ...], str],
) -> Finding:
    filters, columns, x = shown
    notes = answering.say("lifetime_value.md.j2", part="notes", **facts)
    return Finding(
        analysis="lifetime_value",
        text=answering.say("lifetime_value.md.j2", part="text", **facts),
        columns=columns,
        rows=tuple(facts["rows"]),
        chart=Chart(
            kind="bar" if facts["rows"] else "table",
            title=f"Expected margin, {facts['period']}",
            x=x,
            y=("value",),
            unit="money",
        ),
        receipt=Receipt(
            definition=answering.say("lifetime_value.md.j2", part="definition", **facts),
            period=facts["period"],
            filters=answering.filter_words(filters, context.catalogue),
            sql=valued.sql,
            n_rows=len(facts["rows"]),
            as_of=context.as_of,
            notes=tuple(line for line in notes.splitlines() if line.strip()),
        ),
        slots={"horizon": f"{facts['days']} days"},
    )

"""What a profile is made from: one customer's record, everybody's medians, risk and value."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import ibis
import numpy as np
import pandas as pd

from analytics.analyses import answering
from analytics.analyses.kind import Context
from analytics.analyses.remembered import Remembered
from analytics.analyses.segment_reading import (
    YEAR_DAYS,
    Asked,
    measured,
    read_buying,
    read_people,
    scored,
    with_buying,
)
from analytics.analyses.value_answers import expected_values
from analytics.customers.churn import load_churn, score_churn
from analytics.customers.churn_findings import is_guessing
from analytics.customers.record import record_expression
from analytics.customers.record_columns import COLUMNS, KPIS
from analytics.customers.record_scores import MOST_MEASURED, Floats, Ranks, ranks_of
from analytics.errors import ModelError, QuestionError
from analytics.model import Filter
from analytics.ports import Warehouse
from analytics.query.transforms import midnight
from analytics.query.warehouse import was_truncated

_PRIME: Final = 1_000_003
_STEP: Final = 48_271
_MOST_KEPT: Final = 50_000
Keep = Callable[[ibis.Value], ibis.Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Everybody:
    """What one customer is compared with."""

    medians: Mapping[str, float]
    """Of the columns that are numbers, over those who have a value."""
    columns: Mapping[str, Floats]
    """Sorted values without missing ones, to find a rank by."""
    ranks: Ranks
    n: int
    """Customers compared with."""
    n_customers: int
    """Customers there are; more than `n` where a sample is compared with."""
    rows: pd.DataFrame | None
    """Their records by customer_id, where they are few enough to be kept."""
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What the churn model says of customers."""

    probability: Mapping[int, float]
    horizon_days: int
    mean: float
    version: str


class _Part:
    """A warehouse with the rows of some customers alone."""

    def __init__(self, inner: Warehouse, keep: Keep) -> None:
        self._inner, self._keep = inner, keep

    def table(self, name: str) -> ibis.Table:
        table = self._inner.table(name)
        return (
            table.filter(self._keep(table.customer_id)) if "customer_id" in table.columns else table
        )

    def run(self, expression: ibis.Table) -> tuple[pd.DataFrame, str]:
        return self._inner.run(expression)

    def as_of(self) -> Any:
        return self._inner.as_of()

    def version(self) -> str:
        return self._inner.version()


def read_one(context: Context, everybody: Everybody, number: int) -> tuple[Mapping[str, Any], str]:
    """Return one customer's record and the SQL.

    Raises
    ------
    QuestionError
        When there is none of that number before the as-of date, or the asker may not see it.
    """
    if everybody.rows is not None:
        rows, sql = everybody.rows[everybody.rows["customer_id"] == number], everybody.sql
    else:
        part = _Part(context.warehouse, lambda customer_id: customer_id == number)
        rows, sql = context.warehouse.run(record_expression(part, context.as_of))
    if rows.empty:
        raise QuestionError(f"There is no customer {number}.", hint="Check the number.")
    return {str(name): value for name, value in rows.iloc[0].items()}, sql


def _everybody(context: Context, _key: Hashable) -> Everybody:
    people = context.warehouse.table("customers")
    people = people.filter(people.signed_up_at < midnight(context.as_of))
    counted, _ = context.warehouse.run(people.aggregate(n=people.count()))
    n_customers = int(counted["n"].iloc[0])
    warehouse: Warehouse = context.warehouse
    if n_customers > MOST_MEASURED:
        least = int(_PRIME * MOST_MEASURED / n_customers)
        warehouse = _Part(
            context.warehouse,
            lambda customer_id: ((customer_id % _PRIME) * _STEP) % _PRIME < least,
        )
    frame, sql = context.warehouse.run(record_expression(warehouse, context.as_of))
    if was_truncated(frame):
        raise ModelError(
            f"{len(frame):,} customers are more than one query of the warehouse may return.",
            hint="Raise the limit of rows.",
        )
    columns, medians = {}, {}
    for column in COLUMNS:
        if column.unit is None:
            continue
        values = frame[column.name].to_numpy(dtype=np.float64, na_value=np.nan)
        columns[column.name] = np.sort(values[~np.isnan(values)])
        if len(columns[column.name]):
            medians[column.name] = float(np.median(columns[column.name]))
    named = {kpi.column: frame[kpi.column].to_numpy(dtype=np.float64, na_value=np.nan)
             for kpi in KPIS}  # fmt: skip
    return Everybody(
        medians=medians, columns=columns, ranks=ranks_of(named), n=len(frame),
        n_customers=n_customers,
        rows=frame if n_customers <= _MOST_KEPT else None,
        sql=sql,
    )  # fmt: skip


def _risks(context: Context, _key: Hashable) -> Risk:
    assert context.models is not None
    model = load_churn(context.models)
    if is_guessing(model):
        raise ModelError("The churn model is no better than guessing.")
    found, _ = score_churn(context.warehouse, model, context.as_of, n_explained=0)
    chances = {
        int(n): float(p) for n, p in zip(found["customer_id"], found["probability"], strict=True)
    }
    return Risk(
        probability=chances,
        horizon_days=model.horizon_days,
        mean=float(found["probability"].mean()),
        version=model.manifest.version,
    )


def _values(context: Context, _key: Hashable) -> Mapping[int, float]:
    return expected_values(context, YEAR_DAYS)


def _bought(context: Context, _key: Hashable) -> pd.DataFrame:
    return read_buying(context, _asked(context))[0]


EVERYBODY: Final = Remembered(_everybody)
RISKS: Final = Remembered(_risks)
VALUES: Final = Remembered(_values)
_BOUGHT: Final = Remembered(_bought)


def _asked(context: Context, *filters: Filter) -> Asked:
    start = context.as_of - timedelta(days=YEAR_DAYS)
    return Asked(day=context.as_of, start=start, filters=filters)


def segment_of(context: Context, number: int) -> str | None:
    """Return the segment by value; None for a customer who has left."""
    only = Filter(dimension="customer_id", operator="=", values=(number,))
    try:
        people = read_people(context, _asked(context, only))
    except QuestionError:
        return None
    buying = _BOUGHT.of(context)
    return str(scored(with_buying(people, buying), measured(buying)).names[0])


def risk_of(context: Context, number: int) -> tuple[Risk | None, float | None, str]:
    """Return the risks, one customer's, and why there is none."""
    if context.models is None:
        return None, None, "no churn model is trained"
    try:
        in_use = load_churn(context.models).manifest.version
        found = RISKS.of(context, (str(context.models), in_use))
    except ModelError as error:
        return None, None, f"{error.message} {error.hint}".strip().rstrip(".")
    return found, found.probability.get(number), "the customer has left"


def share_below(everybody: Everybody, column: str, value: float) -> float | None:
    """Return the share of everybody with a value that have less, 0 to 1; equals count half."""
    known = everybody.columns[column]
    if not len(known) or np.isnan(value):
        return None
    below, upto = np.searchsorted(known, value, "left"), np.searchsorted(known, value, "right")
    return float((below + upto) / 2 / len(known))


def left_day(row: Mapping[str, Any], context: Context, number: int) -> Any:
    """Return the day on which the customer left; None for one who has not."""
    if not bool(row["has_left"]):
        return None
    customers = answering.rows_of("customers", {"customer_id", "churned_at"}, context)
    one = customers.filter(customers.customer_id == number)
    frame, _ = context.warehouse.run(one.select("churned_at"))
    return pd.Timestamp(frame["churned_at"].iloc[0]).date()

"""Customer conditions: a metric counted for each customer alone decides who is kept."""

from __future__ import annotations

from typing import Final

from analytics.errors import QueryError
from analytics.model import CustomerCondition
from analytics.query.evaluate import evaluated
from analytics.query.facts import Source
from analytics.query.rows import compared
from analytics.query.selection import CustomerSet, Selection, column_name
from analytics.query.windows import Window, window_of

_NEGATED: Final = {"=": "!=", "!=": "=", ">": "<=", ">=": "<", "<": ">=", "<=": ">"}


def customer_set(condition: CustomerCondition, source: Source) -> CustomerSet:
    """Return the customers that a condition keeps or leaves out.

    A customer without rows has 0. Where 0 meets the condition, those who do not meet it are
    found and left out instead: a customer without rows is in no table.

    Raises
    ------
    QueryError
        When the metric cannot be taken per customer or the operator compares nothing.
    UnknownMetricError, UnknownDimensionError
        When a name is not in the catalogue.
    """
    catalogue = source.catalogue
    metric = catalogue.metric(condition.metric)
    if condition.operator not in _NEGATED:
        raise QueryError(
            f"A customer condition compares a number; {condition.operator!r} does not.",
            hint=f"Use one of {' '.join(_NEGATED)}.",
        )
    if metric.formula is None:
        raise QueryError(f"{metric.label} is computed by a model and cannot be a condition.")
    by_customer = catalogue.require_dimension(metric.name, "customer_id")
    for row_filter in condition.filters:
        catalogue.require_dimension(metric.name, row_filter.dimension)
    selection = Selection(
        source=source,
        window=_window(condition, source),
        dimensions=(by_customer,),
        filters=condition.filters,
        days_before_churn=condition.days_before_churn,
    )
    table = evaluated([metric], selection)
    table = table.filter(table["customer_id"].notnull())
    value = table[column_name(metric)]
    counts_from_zero = (
        all(
            m.aggregate in ("count", "sum", "count_distinct") for m in catalogue.measures_of(metric)
        )
        and metric.formula.is_plain
    )
    keep = not (counts_from_zero and _holds(condition.operator, 0.0, condition.value))
    operator = condition.operator if keep else _NEGATED[condition.operator]
    number = int(condition.value) if float(condition.value).is_integer() else condition.value
    chosen = table.filter(
        compared(value.fill_null(0) if counts_from_zero else value, operator, number)
    )
    return CustomerSet(customers=chosen.select("customer_id"), keep=keep)


def _window(condition: CustomerCondition, source: Source) -> Window:
    return window_of(condition.period, source.as_of)


def _holds(operator: str, left: float, right: float) -> bool:
    return {
        "=": left == right,
        "!=": left != right,
        ">": left > right,
        ">=": left >= right,
        "<": left < right,
        "<=": left <= right,
    }[operator]

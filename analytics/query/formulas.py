"""Formulas of the catalogue as expressions: over the columns of a row, and over metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import and_, or_
from typing import Final

import ibis

from analytics.catalogue.expressions import Constant, Name, Node
from analytics.query.transforms import seconds_between

Column = Callable[[str], ibis.Value]
"""A column of the row by its name."""

_BINARY: Final[Mapping[str, Callable[[ibis.Value, ibis.Value], ibis.Value]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a.cast("float64") / b.cast("float64").nullif(0.0),
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "coalesce": lambda a, b: ibis.coalesce(a, b),
    "starts_with": lambda a, b: a.startswith(b),
    "contains": lambda a, b: a.contains(b),
    "days_between": lambda a, b: seconds_between(_moment(a), _moment(b)) / 86400.0,
    "hours_between": lambda a, b: seconds_between(_moment(a), _moment(b)) / 3600.0,
    "minutes_between": lambda a, b: seconds_between(_moment(a), _moment(b)) / 60.0,
}
_UNARY: Final[Mapping[str, Callable[[ibis.Value], ibis.Value]]] = {
    "not": lambda a: ~a,
    "is_set": lambda a: a.notnull(),
    "is_missing": lambda a: a.isnull(),
    "lower": lambda a: a.lower(),
    "trim": lambda a: a.strip(),
    "year_of": lambda a: a.year(),
    "day_of": lambda a: a if a.type().is_date() else a.date(),
}


def _moment(value: ibis.Value) -> ibis.Value:
    return value.cast("timestamp")


def row_value(node: Node, column: Column) -> ibis.Value:
    """Return a row formula as an expression.

    Parameters
    ----------
    node : Node
        A formula with functions, as `expressions.parse` returns it.
    column : Callable[[str], ibis.Value]
        Returns a column by name.
    """
    if isinstance(node, Constant):
        return ibis.literal(node.value)
    if isinstance(node, Name):
        return column(node.name)
    parts = [row_value(part, column) for part in node.parts]
    if node.operator in ("and", "or"):
        return reduce(and_ if node.operator == "and" else or_, parts)
    if node.operator == "one_of":
        return parts[0].isin(parts[1:])
    if node.operator == "when":
        return ibis.ifelse(*parts)
    if len(parts) == 1:
        return _UNARY[node.operator](parts[0])
    return _BINARY[node.operator](parts[0], parts[1])


def combined(
    tree: Node, values: Mapping[str, ibis.Value], amounts: Mapping[str, bool]
) -> ibis.Value:
    """Return a formula over metrics as an expression.

    Parameters
    ----------
    tree : Node
        The formula.
    values : Mapping[str, ibis.Value]
        The metrics in it, by the names it uses.
    amounts : Mapping[str, bool]
        Which of them are counts or sums: one without rows is 0 beside another that has some.

    Returns
    -------
    ibis.Value
        NULL where every amount is missing, where something is divided by 0, and where a rate or
        a mean that is part of it has no data.
    """
    filled = {n: v.fill_null(0) if amounts[n] else v for n, v in values.items()}
    value = row_value(tree, filled.__getitem__)
    missing = [values[name].isnull() for name in values if amounts[name]]
    if not missing:
        return value
    nothing = reduce(and_, missing)
    return ibis.ifelse(nothing, ibis.null(value.type()), value)

"""Fact rows with their dimensions beside them, filtered; joins are many-to-one throughout."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import ibis

from analytics.catalogue import Catalogue, Dimension, Fact
from analytics.catalogue.entries import MOMENT
from analytics.errors import QueryError
from analytics.model import Cell, Filter
from analytics.query.facts import Source, entity_rows, fact_rows
from analytics.query.selection import Selection, hidden_key, kept
from analytics.query.transforms import TRANSFORMS, weekday_index


def selected_rows(
    fact: Fact, columns: Iterable[str], selection: Selection, *, clock: str | None
) -> ibis.Table:
    """Return the rows of a fact that pass the filters, with a column per dimension.

    Parameters
    ----------
    fact : Fact
        What to take rows of.
    columns : Iterable[str]
        Columns that the measures need.
    selection : Selection
        Its window is left to the caller.
    clock : str, optional
        The date column that hours and days of the week are read off.

    Returns
    -------
    ibis.Table
        As many rows as the fact has, fewer where filters or inner joins drop some, never more.

    Raises
    ------
    QueryError
        When the fact does not lead to a dimension.
    """
    source, catalogue = selection.source, selection.source.catalogue
    wanted = _wanted(selection, catalogue)
    for dimension in wanted:
        if not fact.sees(dimension.entity):
            raise QueryError(f"{dimension.label} says nothing about {fact.name}.")
    needed = {*columns, *([clock] if clock else [])}
    by_customer = _customer_column(fact) if _needs_customer(selection) else None
    needed |= {by_customer} if by_customer else set()
    needed |= _own_columns(fact, wanted, catalogue)
    table = fact_rows(fact.name, needed, source)
    own = [d for d in wanted if d.entity in (fact.entity, MOMENT)]
    table = table.mutate(**_own_values(own, table, clock, source))
    for entity in sorted({d.entity for d in wanted} - {fact.entity, MOMENT}):
        table = _joined(table, fact, [d for d in wanted if d.entity == entity], source)
    table = kept(table, _predicates(selection.filters, table, catalogue))
    return _limited_to_customers(table, by_customer, selection, clock)


def _wanted(selection: Selection, catalogue: Catalogue) -> list[Dimension]:
    named = [d.name for d in selection.dimensions] + [f.dimension for f in selection.filters]
    return [catalogue.dimension(name) for name in dict.fromkeys(named)]


def _needs_customer(selection: Selection) -> bool:
    return bool(selection.customer_sets) or selection.days_before_churn is not None


def _customer_column(fact: Fact) -> str:
    if fact.entity == "customer":
        assert fact.key is not None
        return fact.key
    if "customer" not in fact.reaches:
        raise QueryError(
            f"{fact.name.capitalize()} cannot be limited to some customers.",
            hint="Ask for orders, sessions, contacts, surveys, tickets or customers.",
        )
    return fact.reaches["customer"].path[0].by


def _inputs(dimension: Dimension) -> tuple[str, ...]:
    return dimension.inputs if dimension.transform else (dimension.column,)


def _own_columns(fact: Fact, wanted: Sequence[Dimension], catalogue: Catalogue) -> set[str]:
    columns: set[str] = set()
    for dimension in wanted:
        if dimension.entity == fact.entity:
            columns.update(_inputs(dimension))
            key = catalogue.entities[fact.entity].key
            if dimension.kind == "entity" and key is not None:
                columns.add(key)
        elif dimension.entity != MOMENT:
            columns.add(fact.reaches[dimension.entity].path[0].by)
    return columns


def _value(dimension: Dimension, table: ibis.Table, column: str, source: Source) -> ibis.Value:
    if dimension.transform is None:
        return table[column]
    return TRANSFORMS[dimension.transform](table[column], source.as_of)


def _own_values(
    dimensions: Sequence[Dimension], table: ibis.Table, clock: str | None, source: Source
) -> dict[str, ibis.Value]:
    values: dict[str, ibis.Value] = {}
    for dimension in dimensions:
        column = clock if dimension.entity == MOMENT else _inputs(dimension)[0]
        if column is None:
            raise QueryError(f"{dimension.label} needs a metric that is dated by the minute.")
        hidden = hidden_key(dimension)
        if hidden and dimension.transform == "day_of_week":
            values[hidden] = weekday_index(table[column])
        elif hidden:
            values[hidden] = table[_key(dimension.entity, source)]
        values[dimension.name] = _value(dimension, table, column, source)
    return values


def _joined(
    table: ibis.Table, fact: Fact, dimensions: Sequence[Dimension], source: Source
) -> ibis.Table:
    """Add the dimensions of one other entity along the fact's path to it."""
    entity = dimensions[0].entity
    reach, key = fact.reaches[entity], _key(entity, source)
    first = reach.path[0].by
    here: dict[str, str] = {}
    if len(reach.path) == 1:  # then the entity's id stands on this side already
        here = {d.name: first for d in dimensions if d.column == key and d.transform is None}
        here |= {hidden: first for d in dimensions if (hidden := hidden_key(d))}
    rows = table.mutate(**{name: table[column] for name, column in here.items() if name != column})
    there = [d for d in dimensions if d.name not in here]
    if not there:
        return rows.filter(rows[first].notnull()) if reach.join == "inner" else rows
    right = _path_end(fact, there, source, hide=not here)
    clash = set(right.columns) & set(rows.columns)
    assert not clash, f"columns {sorted(clash)} exist on both sides"
    on = rows[first] == right["right_key"]
    joined = rows.inner_join(right, on) if reach.join == "inner" else rows.left_join(right, on)
    return joined.drop("right_key")


def _path_end(
    fact: Fact, dimensions: Sequence[Dimension], source: Source, *, hide: bool
) -> ibis.Table:
    """Return `right_key` and the dimensions' values, one row per thing the first hop leads to."""
    entity = dimensions[0].entity
    path, key = fact.reaches[entity].path, _key(entity, source)
    columns = {column for d in dimensions for column in _inputs(d)} | {key}
    end = entity_rows(entity, columns, source)
    values = {d.name: _value(d, end, _inputs(d)[0], source) for d in dimensions}
    if hide:
        values |= {hidden: end[key] for d in dimensions if (hidden := hidden_key(d))}
    table = end.select(right_key=end[key], **values)
    for hop, following in reversed(list(pairwise(path))):
        middle = entity_rows(hop.entity, {_key(hop.entity, source), following.by}, source)
        middle = middle.select(middle_key=_key(hop.entity, source), onward=following.by)
        table = middle.left_join(table, middle.onward == table.right_key)
        table = table.drop("onward", "right_key").rename(right_key="middle_key")
    return table


def _key(entity: str, source: Source) -> str:
    key = source.catalogue.entities[entity].key
    assert key is not None, "the catalogue lets paths lead only to entities with a key"
    return key


def _predicates(
    filters: Sequence[Filter], table: ibis.Table, catalogue: Catalogue
) -> list[ibis.Value]:
    return [
        predicate(table[f.dimension], f, catalogue.dimension(f.dimension).label) for f in filters
    ]


def predicate(column: ibis.Value, condition: Filter, label: str) -> ibis.Value:
    """Return a filter as an expression; an empty text counts as missing.

    Raises
    ------
    QueryError
        When the operator has no value, too many, or one of another type than the column.
    """
    if condition.operator in ("is null", "not null"):
        missing = column.isnull()
        if column.type().is_string():
            missing = missing | (column == "")
        return missing if condition.operator == "is null" else ~missing
    values = [_typed(value, column, label) for value in condition.values]
    if not values:
        raise QueryError(f"The condition on {label} has no value.", hint="Give one.")
    if condition.operator in ("in", "not in"):
        found = column.isin([value for value in values if value is not None])
        if None in values:
            found = found.fill_null(False) | column.isnull()
        return found if condition.operator == "in" else ~found
    if len(values) > 1:
        raise QueryError(f"{condition.operator!r} on {label} takes one value, not {len(values)}.")
    return compared(column, condition.operator, values[0])


def compared(column: ibis.Value, operator: str, value: Cell) -> ibis.Value:
    """Return `column operator value` for one of = != > >= < <=."""
    operations = {
        "=": column.__eq__,
        "!=": column.__ne__,
        ">": column.__gt__,
        ">=": column.__ge__,
        "<": column.__lt__,
        "<=": column.__le__,
    }
    return operations[operator](value)


def _typed(value: Cell, column: ibis.Value, label: str) -> Cell:
    """Bring a value to the column's type: a question says "1", the column holds 1."""
    kind = column.type()
    if value is None or kind.is_string() == isinstance(value, str) or kind.is_temporal():
        return value
    try:
        if kind.is_string():
            return str(value)
        if kind.is_boolean():
            return {"true": True, "false": False}[str(value).lower()]
        number = float(value)  # type: ignore[arg-type]
    except (ValueError, TypeError, KeyError) as error:
        raise QueryError(f"{label} has no value {value!r}; it holds {kind} values.") from error
    return int(number) if number.is_integer() else number


def _limited_to_customers(
    table: ibis.Table, column: str | None, selection: Selection, clock: str | None
) -> ibis.Table:
    if column is None:
        return table
    for chosen in selection.customer_sets:
        on = table[column] == chosen.customers["customer_id"]
        table = (
            table.semi_join(chosen.customers, on)
            if chosen.keep
            else table.anti_join(chosen.customers, on)
        )
    days = selection.days_before_churn
    if days is None:
        return table
    if clock is None:
        raise QueryError("Days before churn need a metric that is dated by the minute.")
    source = selection.source
    churned = entity_rows("customer", {"customer_id", "churned_at"}, source)
    churned = churned.select(churned_id="customer_id", left_at="churned_at")
    rows = table.inner_join(churned, table[column] == churned.churned_id)
    before = (rows[clock] < rows.left_at) & (rows[clock] >= rows.left_at - ibis.interval(days=days))
    return rows.filter(before).drop("churned_id", "left_at")

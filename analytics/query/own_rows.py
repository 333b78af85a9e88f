"""Rows of a catalogue's own making: computed columns, conditions, and sums over many rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Protocol

import ibis

from analytics.catalogue import Entity, Fact
from analytics.catalogue.expressions import Node
from analytics.ports import Warehouse
from analytics.query.formulas import row_value
from analytics.query.transforms import exact_sum


class Row(Protocol):
    """Columns by name."""

    def __getitem__(self, column: str, /) -> ibis.Value:
        """Return a column."""
        ...


def gathered(table: ibis.Table, fact: Fact, warehouse: Warehouse) -> ibis.Table:
    """Add the sums that a fact gathers over the many rows of other tables.

    The many rows are summed to one per key before they are joined, so no row is multiplied; a
    row that has none of them gets 0.
    """
    assert not fact.gathers or fact.key is not None, "checked when the catalogue was read"
    for gather in fact.gathers:
        many = warehouse.table(gather.table)
        sums = {
            name: exact_sum(row_value(node, many.__getitem__)) for name, node in gather.sums.items()
        }
        one = many.group_by(gather.by).aggregate(**sums).rename(gathered_key=gather.by)
        joined = table.left_join(one, table[fact.key] == one.gathered_key).drop("gathered_key")
        table = joined.mutate(**{name: joined[name].fill_null(0) for name in sums})
    return table


def limited(table: ibis.Table, fact: Fact, entity: Entity) -> ibis.Table:
    """Return the rows that meet the fact's own condition; a NULL does not."""
    if fact.only is None:
        return table

    def column(name: str) -> ibis.Value:
        if name in entity.computed:
            return row_value(entity.computed[name], table.__getitem__)
        return table[name]

    return table.filter(row_value(fact.only, column))


def computed_columns(
    entity: Entity,
) -> Mapping[str, Callable[[Row, date], ibis.Value]]:
    """Return the columns that an entity's formulas make, as functions of a row."""

    def made(node: Node) -> Callable[[Row, date], ibis.Value]:
        return lambda row, _as_of: row_value(node, row.__getitem__)

    return {name: made(node) for name, node in entity.computed.items()}

"""What one evaluation looks at: rows, days, groups; and the columns it yields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis

from analytics.catalogue import Dimension, Metric
from analytics.model import Filter, Grain, Unit
from analytics.query.facts import Source
from analytics.query.windows import Window

PERIOD = "period"
"""Name of the column of a trend's periods while a query is being built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSet:
    """Customers to keep, or to leave out."""

    customers: ibis.Table
    """One row per customer, column `customer_id`."""
    keep: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Rows to take, and the groups to take measures by."""

    source: Source
    window: Window
    dimensions: tuple[Dimension, ...] = ()
    grain: Grain | None = None
    filters: tuple[Filter, ...] = ()
    customer_sets: tuple[CustomerSet, ...] = ()
    days_before_churn: int | None = None

    def entities(self) -> frozenset[str]:
        """Return the entities whose columns are needed beside the fact's own."""
        dimensions = self.source.catalogue.dimensions
        names = {d.entity for d in self.dimensions}
        names |= {dimensions[f.dimension].entity for f in self.filters}
        if self.customer_sets or self.days_before_churn is not None:
            names.add("customer")
        return frozenset(names)

    def key_columns(self) -> tuple[str, ...]:
        """Return the columns that groups are formed by, hidden ones before what they sort."""
        columns = [PERIOD] if self.grain else []
        for dimension in self.dimensions:
            hidden = hidden_key(dimension)
            columns += [hidden, dimension.name] if hidden else [dimension.name]
        return tuple(columns)


def hidden_key(dimension: Dimension) -> str | None:
    """Name the column that groups or sorts a dimension without being shown."""
    if dimension.kind == "entity" or dimension.transform == "day_of_week":
        return f"{dimension.name}_key"
    return None


def column_name(metric: Metric) -> str:
    """Return a metric's name as a column."""
    return metric.name.replace(" ", "_").replace("-", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A column of numbers."""

    column: str
    label: str
    unit: Unit
    adds_up: bool
    """A group without rows has 0; otherwise it has no value."""


def kept(table: ibis.Table, conditions: Sequence[ibis.Value]) -> ibis.Table:
    """Return the rows that meet all conditions; without one, all rows."""
    return table.filter(*conditions) if conditions else table

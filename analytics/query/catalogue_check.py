"""A catalogue against the data it describes: columns, keys, and whether every number comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ibis

from analytics.catalogue import Catalogue, Metric
from analytics.catalogue.nodes import Lines, Problem
from analytics.errors import AnalyticsError
from analytics.model import Filter, MetricQuery
from analytics.ports import Warehouse
from analytics.query.compile import compile_query
from analytics.query.facts import recipe_columns
from analytics.schema import TABLES


def known_columns(tables: Mapping[str, tuple[str, ...]] | None = None) -> Mapping[str, set[str]]:
    """Return the columns of each table, those that recipes make included.

    Parameters
    ----------
    tables : Mapping[str, tuple[str, ...]], optional
        Columns by table; without it, those of the canonical warehouse.
    """
    if tables is None:
        tables = {name: table.column_names for name, table in TABLES.items()}
    found = {name: set(columns) for name, columns in tables.items()}
    # A span's own column, not a table's: the minutes of the period asked about.
    found.setdefault("services", set()).add("minutes_in_period")
    for recipe, columns in recipe_columns().items():
        found.setdefault(recipe, set()).update(columns)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCheck:
    """Checks a catalogue, whose files agree with one another, against a warehouse."""

    catalogue: Catalogue
    warehouse: Warehouse
    lines: tuple[Lines, Lines, Lines]
    """Of facts.yaml, metrics.yaml and dimensions.yaml."""
    show: Callable[[str], None]

    def problems(self) -> list[Problem]:
        """Return keys that are not unique, and metrics and dimensions that cannot be computed."""
        return [*self._keys(), *self._metrics(), *self._dimensions()]

    def _keys(self) -> list[Problem]:
        found = []
        for name, entity in self.catalogue.entities.items():
            if entity.key is None or entity.role_of is not None:
                continue
            self.show(f"key of {name}")
            path = ("entities", name)
            try:
                table = self.warehouse.table(entity.table)
                column = table[entity.key]
                counts = table.aggregate(rows=column.count(), keys=column.nunique())
                row = self.warehouse.run(counts)[0].iloc[0]
            except (AnalyticsError, AttributeError) as error:
                found.append(self.lines[0].problem("unreadable_table", path, str(error)))
                continue
            extra = int(row["rows"]) - int(row["keys"])
            if extra:
                message = (
                    f"Fan-out: {extra:,} rows of {entity.table} share their {entity.key} with "
                    f"another row, so joins to {name!r} would multiply rows."
                )
                fix = "Name the column that tells rows apart, or gather sums over those rows."
                found.append(self.lines[0].problem("key_not_unique", path, message, fix))
        return found

    def _metrics(self) -> list[Problem]:
        places = {name: i for i, name in enumerate(self.catalogue.metrics)}
        found = []
        for name, metric in self.catalogue.metrics.items():
            if metric.formula is None:
                continue
            self.show(name)
            problem = self._tried(metric, (), self.lines[1], ("metrics", places[name]))
            if problem is not None:
                found.append(problem)
        return found

    def _dimensions(self) -> list[Problem]:
        found = []
        for position, name in enumerate(self.catalogue.dimensions):
            able = [
                m
                for m in self.catalogue.metrics.values()
                if m.formula is not None and self.catalogue.has_dimension(m.name, name)
            ]
            path = ("dimensions", position)
            if not able:
                message = f"No metric can be split or limited by {name!r}."
                fix = f"Give a fact a path to {self.catalogue.dimensions[name].entity!r}."
                found.append(self.lines[2].problem("unused_dimension", path, message, fix))
                continue
            self.show(name)
            problem = self._tried(able[0], (name,), self.lines[2], path)
            if problem is not None:
                found.append(problem)
        return found

    def _tried(
        self, metric: Metric, by: tuple[str, ...], lines: Lines, path: tuple[str | int, ...]
    ) -> Problem | None:
        groups = tuple(name for name in by if self.catalogue.dimensions[name].groupable)
        limits = tuple(
            Filter(dimension=name, operator="not null", values=()) for name in by if not groups
        )
        query = MetricQuery(
            metrics=(metric.name,), dimensions=groups, filters=limits, as_of=self.warehouse.as_of()
        )
        try:
            compiled = compile_query(query, warehouse=self.warehouse, catalogue=self.catalogue)
            self.warehouse.run(compiled.table)
        except AnalyticsError as error:
            split = f" by {by[0]}" if by else ""
            message = f"{metric.label}{split} cannot be computed: {error.message}"
            return lines.problem("not_computable", path, message, error.hint)
        except (AttributeError, TypeError, ValueError, ibis.common.exceptions.IbisError) as error:
            # What the expression language says of a column of the wrong type.
            split = f" by {by[0]}" if by else ""
            message = f"{metric.label}{split} cannot be computed: {str(error).splitlines()[0]}."
            fix = "Look at the types of the columns that it is made of."
            return lines.problem("wrong_type_of_column", path, message, fix)
        return None

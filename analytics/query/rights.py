"""What an asker may see: rows and definitions, applied inside every query.

A rule limits one kind of thing (customers of the North). Its table, and every table whose rows
belong to such a thing, is limited before anything else happens to it, so no number, no list, no
suggested value and no difference between two answers holds what lies outside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import pandas as pd

from analytics.catalogue import Catalogue
from analytics.errors import QueryError
from analytics.model import Filter
from analytics.ports import Warehouse
from analytics.query.rows import predicate
from analytics.schema import TABLES

EVERYONE = "everyone"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule:
    """Only things of one kind that meet all conditions, and only rows that belong to them."""

    entity: str
    """As in facts.yaml ("customer", "service")."""
    conditions: tuple[Filter, ...]
    """On columns of the entity's own table; `Filter.dimension` is the column. An empty tuple
    keeps everything."""
    shows_rows_of_nobody: bool = False
    """Rows that belong to no such thing at all (an employee's ticket has no customer) are seen
    too; by default they are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Who asks, as analytics sees it: groups, and the rules that hold for them."""

    groups: tuple[str, ...] = (EVERYONE,)
    """Decide which metrics and dimensions exist for the asker."""
    rows: tuple[RowRule, ...] = ()
    """All of them hold together."""


def visible(catalogue: Catalogue, rights: Rights) -> Catalogue:
    """Return the catalogue without what the asker's groups may not see."""
    return catalogue.visible_to(rights.groups)


class RestrictedWarehouse:
    """A warehouse in which only the rows that somebody may see exist.

    Parameters
    ----------
    inner : Warehouse
        With all rows.
    catalogue : Catalogue
        Tells which tables belong to which things; everybody's, not the asker's.
    rights : Rights
        The rules.

    Raises
    ------
    QueryError
        When a rule names an entity or a column that there is not: it would hide nothing.
    """

    def __init__(self, inner: Warehouse, catalogue: Catalogue, rights: Rights) -> None:
        self._inner = inner
        self._entities = catalogue.entities
        self._parents = _parents(catalogue)
        self._rules: dict[str, list[RowRule]] = {}
        for rule in rights.rows:
            if rule.entity not in self._entities:
                raise QueryError(
                    f"An access rule names {rule.entity!r}, which the catalogue does not have.",
                    hint=f"It has {', '.join(sorted(self._entities))}.",
                )
            self._rules.setdefault(self._entities[rule.entity].table, []).append(rule)
            self._require_columns(rule)
        self._mark = hashlib.sha256(repr(rights.rows).encode()).hexdigest()[:12]

    def table(self, name: str) -> ibis.Table:
        """Return the rows of a table that may be seen, as an expression.

        Raises
        ------
        WarehouseError
            When the warehouse has no such table.
        """
        return self._limited(name, frozenset())

    def run(self, expression: ibis.Table) -> tuple[pd.DataFrame, str]:
        """Run an expression made from `table`."""
        return self._inner.run(expression)

    def as_of(self) -> date:
        """Return the as-of date, which is everybody's."""
        return self._inner.as_of()

    def version(self) -> str:
        """Name the state of the data together with the rules."""
        return f"{self._inner.version()}-{self._mark}"

    def _require_columns(self, rule: RowRule) -> None:
        table = self._inner.table(self._entities[rule.entity].table)
        for condition in rule.conditions:
            if condition.dimension not in table.columns:
                raise QueryError(
                    f"An access rule on {rule.entity} names the column {condition.dimension!r}.",
                    hint=f"It has {', '.join(table.columns)}.",
                )

    def _limited(self, name: str, below: frozenset[str]) -> ibis.Table:
        table = self._inner.table(name)
        for rule in self._rules.get(name, ()):
            table = _meeting(table, rule)
        for column, parent, key in self._parents.get(name, ()):
            if parent in below or not self._is_ruled(parent, below | {name}):
                continue
            allowed = self._limited(parent, below | {name})
            allowed = allowed.select(allowed_key=allowed[key]).view()
            kept = table.semi_join(allowed, table[column] == allowed.allowed_key)
            if self._shows_nobody(parent, below | {name}):
                kept = kept.union(table.filter(table[column].isnull()), distinct=False)
            table = kept
        return table

    def _ruling(self, table: str, below: frozenset[str]) -> list[RowRule]:
        """Return the rules of a table and of everything it belongs to."""
        found = list(self._rules.get(table, ()))
        for _, parent, _ in self._parents.get(table, ()):
            if parent not in below:
                found += self._ruling(parent, below | {table})
        return found

    def _is_ruled(self, table: str, below: frozenset[str]) -> bool:
        return bool(self._ruling(table, below))

    def _shows_nobody(self, table: str, below: frozenset[str]) -> bool:
        return all(rule.shows_rows_of_nobody for rule in self._ruling(table, below))


def _meeting(table: ibis.Table, rule: RowRule) -> ibis.Table:
    conditions = [predicate(table[c.dimension], c, c.dimension) for c in rule.conditions]
    return table.filter(*conditions) if conditions else table


def _parents(catalogue: Catalogue) -> Mapping[str, tuple[tuple[str, str, str], ...]]:
    """Return for each table the columns that name a row of another one: (column, table, key)."""
    found: dict[str, set[tuple[str, str, str]]] = {}
    for table in TABLES.values():
        for column in table.columns:
            if column.references is not None and column.references != table.name:
                (key,) = TABLES[column.references].key
                found.setdefault(table.name, set()).add((column.name, column.references, key))
    for fact in catalogue.facts.values():
        table_name = catalogue.entities[fact.entity].table
        for reach in fact.reaches.values():
            entity = catalogue.entities[reach.path[0].entity]
            if table_name in TABLES or entity.key is None:
                continue
            found.setdefault(table_name, set()).add((reach.path[0].by, entity.table, entity.key))
    return {name: tuple(sorted(links)) for name, links in found.items()}

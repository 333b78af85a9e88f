"""How contradictions of a catalogue are found and noted, each with its file and line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rapidfuzz import process

from analytics.catalogue.expressions import names_in, parse
from analytics.catalogue.nodes import Lines, Path, Problem
from analytics.catalogue.schema import DimensionsFile, EntityEntry, FactsFile, MetricsFile
from analytics.errors import ExpressionError

Columns = Mapping[str, Collection[str]]
"""Columns by table, those made by a recipe included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The three files as read, and where their entries stand."""

    facts: FactsFile
    metrics: MetricsFile
    dimensions: DimensionsFile
    lines: tuple[Lines, Lines, Lines]


class Findings:
    """Collects problems of one file."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.problems: list[Problem] = []

    def add(self, code: str, path: Path, message: str, fix: str = "") -> None:
        """Note a problem at an entry."""
        self.problems.append(self._lines.problem(code, path, message, fix))

    def known(self, name: str, names: Collection[str], path: Path, thing: str) -> bool:
        """Note a problem unless a name exists; say whether it does."""
        if name in names:
            return True
        code = f"unknown_{thing.replace(' ', '_')}"
        self.add(code, path, f"{thing} {name!r} does not exist.", nearest(name, names))
        return False

    def formula(self, text: str, path: Path, columns: Collection[str] | None, table: str) -> None:
        """Note a formula over a row that cannot be read or names an unknown column."""
        try:
            node = parse(text, functions=True)
        except ExpressionError as error:
            self.add("bad_formula", path, error.message, error.hint)
            return
        for name in names_in(node) if columns is not None else ():
            if name not in (columns or ()):
                message = f"{table} has no column {name!r}, which the formula “{text}” uses."
                self.add("unknown_column", path, message, nearest(name, columns or ()))


def nearest(name: str, names: Collection[str]) -> str:
    """Return what to do about an unknown name: the nearest one, or all when they are few."""
    if not names:
        return "Define it first."
    hit = process.extractOne(name, sorted(names), score_cutoff=60)
    if hit is not None:
        return f"Did you mean {hit[0]!r}?"
    return f"There are {', '.join(sorted(names)[:12])}{' …' if len(names) > 12 else ''}."


def columns_of(entity: EntityEntry, file: FactsFile, columns: Columns | None) -> set[str] | None:
    """Return the columns of an entity's table and its computed ones; None when unknown."""
    base = file.entities.get(entity.role_of, entity) if entity.role_of is not None else entity
    if columns is None or base.table is None or base.table not in columns:
        return None
    made = columns.get(base.recipe, ()) if base.recipe is not None else ()
    return set(columns[base.table]) | set(made) | set(base.computed)


def columns_of_fact(name: str, file: FactsFile, columns: Columns | None) -> set[str] | None:
    """Return the columns that the rows of a fact have; None when unknown."""
    fact = file.facts[name]
    entity = file.entities.get(fact.entity)
    found = columns_of(entity, file, columns) if entity is not None else None
    if found is None:
        return None
    found |= {column for gather in fact.gathers.values() for column in gather.sums}
    if fact.recipe is not None and columns is not None:
        found |= set(columns.get(fact.recipe, ()))
    return found

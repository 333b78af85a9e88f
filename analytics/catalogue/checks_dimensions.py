"""What can be wrong with dimensions and hierarchies."""

from __future__ import annotations

from typing import Final, get_args

from analytics.catalogue.checks import Columns, Files, Findings, columns_of
from analytics.catalogue.nodes import Path, Problem
from analytics.catalogue.parts import MOMENT
from analytics.catalogue.schema import DimensionEntry, HierarchyEntry
from analytics.model import Grain

TRANSFORMS: Final = (
    "age_years", "age_band", "day_of", "days_before_as_of", "is_set", "is_missing", "is_positive",
    "hour_of_day", "day_of_week", "weekend", "month_of_year",
)  # fmt: skip
"""Computed dimensions that the query engine knows; a test holds them together."""
GRAINS: Final[tuple[str, ...]] = get_args(Grain)


def dimension_problems(files: Files, columns: Columns | None) -> list[Problem]:
    """Return what is wrong with dimensions.yaml."""
    found = Findings(files.lines[2])
    seen: set[str] = set()
    for position, entry in enumerate(files.dimensions.dimensions):
        path: Path = ("dimensions", position)
        if entry.name in seen:
            found.add("defined_twice", path, f"defined twice: {entry.name}.", "Rename one.")
        if entry.name in GRAINS:
            message = f"A dimension cannot be called {entry.name!r}, which is a length of time."
            found.add("named_as_grain", path, message, "Rename it.")
        seen.add(entry.name)
        _dimension(entry, path, files, found, columns)
    for position, hierarchy in enumerate(files.dimensions.hierarchies):
        _hierarchy(hierarchy, ("hierarchies", position), seen, found)
    return sorted(found.problems, key=lambda p: p.line)


def _dimension(
    entry: DimensionEntry, path: Path, files: Files, found: Findings, columns: Columns | None
) -> None:
    entities = files.facts.entities
    metrics = {m.name for m in files.metrics.metrics}
    for position, metric in enumerate(entry.metrics):
        found.known(metric, metrics, (*path, "metrics", position), "metric")
    if not found.known(entry.entity, {*entities, MOMENT}, (*path, "entity"), "entity"):
        return
    if entry.like is not None:
        _like(entry, path, files, found)
        return
    if (entry.column is None) == (entry.computed is None):
        message = f"{entry.name}: a dimension is a column or computed, one of the two."
        found.add("column_or_computed", path, message, "Name the column it stands on.")
        return
    if entry.kind is None:
        fix = "Write kind: category, number, date, entity or boolean."
        found.add("no_kind", path, f"{entry.name} has no kind.", fix)
    used = [entry.column] if entry.column is not None else []
    if entry.computed is not None:
        if len(entry.computed) != 1:
            message = f"{entry.name}: `computed` names exactly one transform."
            found.add("two_transforms", path, message, "Keep one of them.")
            return
        ((transform, inputs),) = entry.computed.items()
        found.known(transform, TRANSFORMS, path, "transform")
        used = list(inputs)
    if entry.entity == MOMENT:
        return
    if (
        entry.kind == "entity"
        and entities[entry.entity].key is None
        and (entities[entry.entity].role_of is None)
    ):
        message = f"{entry.name} shows {entry.entity!r} by name, but that has no key."
        found.add("no_key", path, message, "Give the entity a key, or make it a category.")
    own = columns_of(entities[entry.entity], files.facts, columns)
    for column in used if own is not None else ():
        found.known(column, own or (), path, f"column of {entry.entity}:")
    _values(entry, path, found)


def _values(entry: DimensionEntry, path: Path, found: Findings) -> None:
    seen: set[str] = set()
    for position, value in enumerate(entry.values):
        plain = str(getattr(value, "value", value))
        if plain in seen:
            message = f"{entry.name} lists the value {plain!r} twice."
            found.add("value_twice", (*path, "values", position), message, "Keep one.")
        seen.add(plain)


def _like(entry: DimensionEntry, path: Path, files: Files, found: Findings) -> None:
    entities = files.facts.entities
    by_name = {d.name: d for d in files.dimensions.dimensions}
    assert entry.like is not None
    if not found.known(entry.like, by_name, (*path, "like"), "dimension"):
        return
    other = by_name[entry.like]
    if other.like is not None or other.entity not in entities or entry.entity not in entities:
        message = f"{entry.name} is like {entry.like!r}, which has no column of its own."
        found.add("like_of_like", path, message, "Name the dimension that has the column.")
        return
    mine = entities[entry.entity].role_of or entry.entity
    theirs = entities[other.entity].role_of or other.entity
    if mine != theirs:
        message = f"{entry.name} is like {entry.like!r}, but {mine!r} and {theirs!r} differ."
        fix = "Both must belong to roles of one entity."
        found.add("like_of_other", path, message, fix)


def _hierarchy(entry: HierarchyEntry, path: Path, names: set[str], found: Findings) -> None:
    known = GRAINS if entry.of_time else names
    for position, level in enumerate(entry.levels):
        thing = "grain" if entry.of_time else "dimension"
        found.known(level, known, (*path, "levels", position), thing)
    if len(set(entry.levels)) < len(entry.levels):
        message = f"The hierarchy {entry.name!r} has a level twice, so it would never end."
        found.add("cycle", (*path, "levels"), message, "Each level once, the widest first.")
    for level in entry.loose:
        if level not in entry.levels:
            message = f"{level!r} is called loose but is no level of {entry.name!r}."
            found.add("loose_no_level", path, message, "Remove it.")

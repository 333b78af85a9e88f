"""What can be wrong with entities, facts and the joins between them."""

from __future__ import annotations

from analytics.catalogue.checks import Columns, Files, Findings, columns_of, columns_of_fact
from analytics.catalogue.nodes import Path, Problem
from analytics.catalogue.schema import EntityEntry, FactsFile


def fact_problems(files: Files, columns: Columns | None) -> list[Problem]:
    """Return what is wrong with facts.yaml."""
    found = Findings(files.lines[0])
    _entities(files.facts, found, columns)
    _facts(files.facts, found, columns)
    return sorted(found.problems, key=lambda p: p.line)


def _entities(file: FactsFile, found: Findings, columns: Columns | None) -> None:
    for name, entry in file.entities.items():
        path: Path = ("entities", name)
        if entry.role_of is not None:
            _role(name, entry, file, found)
            continue
        table = entry.table
        if table is None:
            found.add("no_table", path, f"Entity {name!r} has no table.", "Name it: table: orders.")
            continue
        if columns is not None and not found.known(table, columns, (*path, "table"), "table"):
            continue
        own = None if columns is None else set(columns[table])
        for text in entry.computed.values():
            found.formula(text, (*path, "computed"), own, table)
        everything = columns_of(entry, file, columns)
        for word in ("key", "shown_by"):
            column = getattr(entry, word)
            if column is not None and everything is not None:
                found.known(column, everything, (*path, word), f"column of {table}:")
        for column in entry.later:
            if everything is not None:
                found.known(column, everything, (*path, "later"), f"column of {table}:")
    for position, text in enumerate(file.newest):
        table, _, column = text.rpartition(".")
        if columns is not None and found.known(table, columns, ("newest", position), "table"):
            found.known(column, columns[table], ("newest", position), f"column of {table}:")


def _role(name: str, entry: EntityEntry, file: FactsFile, found: Findings) -> None:
    path: Path = ("entities", name)
    assert entry.role_of is not None
    if not found.known(entry.role_of, file.entities, (*path, "role_of"), "entity"):
        return
    if file.entities[entry.role_of].role_of is not None:
        message = f"{name!r} is a role of {entry.role_of!r}, which is a role itself."
        found.add("role_of_role", path, message, "Name the entity that has the table.")
    if entry.table is not None or entry.key is not None or entry.computed:
        message = f"{name!r} is a role and has table, key and computed columns from its entity."
        found.add("role_with_table", path, message, "Keep only role_of.")


def _facts(file: FactsFile, found: Findings, columns: Columns | None) -> None:
    for name, entry in file.facts.items():
        path: Path = ("facts", name)
        if not found.known(entry.entity, file.entities, (*path, "entity"), "entity"):
            continue
        own = columns_of_fact(name, file, columns)
        table = file.entities[entry.entity].table or entry.entity
        for word in ("dates", "sums"):
            for position, column in enumerate(getattr(entry, word)):
                if own is not None:
                    place = (*path, word, position)
                    found.known(column, own, place, f"column of {table}:")
        for position, column in enumerate(entry.days):
            found.known(column, entry.dates, (*path, "days", position), "date")
        if entry.only is not None:
            found.formula(entry.only, (*path, "only"), own, table)
        _gathers(name, file, found, columns)
        _reaches(name, file, found, own, columns)
        if entry.finer is not None and found.known(
            entry.finer.fact, file.facts, (*path, "finer", "fact"), "finer fact"
        ):
            _finer(name, file, found)


def _finer(name: str, file: FactsFile, found: Findings) -> None:
    fact = file.facts[name]
    assert fact.finer is not None
    finer, path = file.facts[fact.finer.fact], ("facts", name, "finer")
    own = () if finer.entity == fact.entity else (fact.entity,)
    for entity in (*fact.finer.reaches, *fact.reaches, *own):
        if entity not in finer.reaches:
            message = f"{fact.finer.fact!r} does not reach {entity!r}."
            found.add("finer_does_not_reach", path, message, "Give it a path there.")
    if fact.key is None or not finer.repeats_key or finer.key != fact.key:
        message = f"Fan-out: the rows of {fact.finer.fact!r} repeat those of {name!r}."
        fix = f"Give both the same key, and {fact.finer.fact!r} `repeats_key: true`."
        found.add("fan_out", path, message, fix)


def _gathers(name: str, file: FactsFile, found: Findings, columns: Columns | None) -> None:
    fact = file.facts[name]
    for table, gather in fact.gathers.items():
        path: Path = ("facts", name, "gathers", table)
        if fact.key is None:
            message = f"{name!r} gathers sums of {table!r} but has no key."
            found.add("no_key", path, message, "Name the column that tells its rows apart: key.")
        if columns is None or not found.known(table, columns, path, "table"):
            continue
        found.known(gather.by, columns[table], (*path, "by"), f"column of {table}:")
        for text in gather.sums.values():
            found.formula(text, (*path, "sums"), columns[table], table)


def _reaches(
    name: str,
    file: FactsFile,
    found: Findings,
    own: set[str] | None,
    columns: Columns | None,
) -> None:
    for reached, reach in file.facts[name].reaches.items():
        path: Path = ("facts", name, "reaches", reached)
        here, label = own, name
        for position, hop in enumerate(reach.path):
            place = (*path, "path", position)
            _cardinality(
                hop.cardinality or reach.cardinality, f"{label} → {hop.entity}", place, found
            )
            if not found.known(hop.entity, file.entities, place, "entity"):
                break
            if here is not None:
                found.known(hop.by, here, place, f"column of {label}:")
            entity = file.entities[hop.entity]
            base = file.entities.get(entity.role_of or "", entity)
            if base.key is None:
                message = f"{name} → {hop.entity}: {hop.entity!r} is no entity with a key."
                found.add("no_key", place, message, "Give the entity its key column.")
            here, label = columns_of(entity, file, columns), hop.entity
        if reach.path[-1].entity != reached:
            message = f"The path to {reached!r} ends at {reach.path[-1].entity!r}."
            found.add("wrong_end", path, message, f"Its last step must be {reached!r}.")


def _cardinality(said: str | None, step: str, path: Path, found: Findings) -> None:
    if said is None:
        message = f"The join {step} has no cardinality."
        fix = "Add `cardinality: many to one` (or one to one) when each row leads to one row."
        found.add("no_cardinality", path, message, fix)
    elif said in ("one to many", "many to many"):
        message = f"Fan-out: the join {step} is {said} and would multiply rows."
        fix = "Gather sums over those rows (`gathers`) or make them a finer fact."
        found.add("fan_out", path, message, fix)
    elif said not in ("many to one", "one to one"):
        message = f"The join {step} has the cardinality {said!r}."
        found.add("bad_cardinality", path, message, "Use many to one or one to one.")

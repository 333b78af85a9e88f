"""Loads a user's tables into the warehouse: find, recognise, convert, check, put in place."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from analytics.errors import InputError
from analytics.load.clean import (
    Cleaned,
    arrow_schema,
    clean,
    rejected_schema,
    rejected_table,
    rejections,
)
from analytics.load.convert import Reading
from analytics.load.folder import REJECTED, is_demo, replacing, write_parquet
from analytics.load.mapping import TableMapping, read_mapping
from analytics.load.matching import ColumnMatches, Match, Unmatched, match_columns, match_table
from analytics.load.merge import fill_from_others, merge, upsert
from analytics.load.quality import check
from analytics.load.report import Issue, LoadReport, TableLoad
from analytics.load.sources import RawTable, Source, find_sources
from analytics.schema import TABLES, Table

Progress = Callable[[str], None]

# Tables that are filled from others are made after them.
_LAST: Final = ("web_sessions", "incidents")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """The sources of one canonical table."""

    table: Table
    sources: tuple[Source, ...]
    how: str
    mapping: TableMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recognised:
    """One source with its columns recognised."""

    place: str
    raw: RawTable
    matches: ColumnMatches


def load(
    source: str,
    *,
    warehouse_dir: Path,
    mapping: Path | None = None,
    progress: Progress | None = None,
    update: bool = False,
) -> LoadReport:
    """Load a user's tables into the warehouse.

    Parameters
    ----------
    source : str
        A folder or file of CSV, Parquet or XLSX, or `sqlite:///FILE` or `duckdb:///FILE`.
    warehouse_dir : Path
        Gets one Parquet file per canonical table. Tables that the source does not have stay as
        they are, unless the folder holds the demo company, of which nothing is kept.
    mapping : Path, optional
        What the names, words and formats mean, where that cannot be told.
    progress : Callable[[str], None], optional
        Told what is being done.
    update : bool
        Rows replace those of the same key and the other rows of the table stay; otherwise a table
        of the source replaces the whole table.

    Returns
    -------
    LoadReport
        What was read, guessed, left out and rejected, and the quality of the whole warehouse.

    Raises
    ------
    InputError
        When nothing can be read or recognised, or the mapping is wrong; nothing has changed then.
    WarehouseError
        When the folder cannot be written; nothing has changed then.
    """
    tell = progress or (lambda _said: None)
    said = read_mapping(mapping)
    found = find_sources(source)
    chosen, unmatched = _choose(found.sources, said)
    issues: list[Issue] = []
    target = warehouse_dir.expanduser().resolve()
    with replacing(target) as staging:
        keep = target if target.is_dir() and not is_demo(target) else None
        if keep is None and target.is_dir():
            issues.append(_demo_replaced())
        done: dict[str, TableLoad] = {}
        kept = _keep(keep, staging, [one.table.name for one in chosen] if not update else [])
        for one in sorted(chosen, key=lambda one: one.table.name in _LAST):
            tell(f"Reading {one.table.name} from {', '.join(s.place for s in one.sources)}")
            loaded = _load_table(one, staging, issues, update=update)
            if loaded is None:
                kept += _keep_one(keep, staging, one.table)
            else:
                done[one.table.name] = loaded
        if not done:
            raise InputError(
                f"Nothing of {source} could be loaded. "
                + " ".join(f"{issue.table}: {issue.message}" for issue in issues if issue.table),
                hint=issues[-1].hint if issues else "",
            )
        tell("Checking the warehouse")
        quality = check(staging)
    return LoadReport(
        source=source,
        warehouse_dir=str(warehouse_dir),
        tables=tuple(done[name] for name in TABLES if name in done),
        kept=tuple(name for name in TABLES if name in kept and name not in done),
        not_understood=unmatched,
        unread=found.unread,
        issues=tuple(issues),
        quality=quality,
    )


def _demo_replaced() -> Issue:
    return Issue(
        severity="note",
        code="demo_replaced",
        table="",
        message="The demo company's data was in the warehouse and has been replaced.",
        hint="Make it again with `deskwise data demo --out DIR`.",
    )


def _choose(
    sources: Sequence[Source], said: Mapping[str, TableMapping]
) -> tuple[list[_Chosen], tuple[Unmatched, ...]]:
    """Give each source to a canonical table; the mapping goes first."""
    taken: dict[str, list[tuple[Source, str]]] = {}
    by_mapping: set[str] = set()
    for name, entry in said.items():
        if entry.file is not None:
            source = _named(sources, entry.file)
            taken[name] = [(source, "mapping")]
            by_mapping.add(source.place)
    unmatched = []
    for source in sources:
        if source.place in by_mapping:
            continue
        match = match_table(source.name)
        mapped = said.get(match.canonical) if isinstance(match, Match) else None
        if isinstance(match, Unmatched):
            unmatched.append(Unmatched(theirs=source.place, proposal=match.proposal))
        elif mapped is not None and mapped.file is not None:
            unmatched.append(Unmatched(theirs=source.place, proposal=None))
        else:
            taken.setdefault(match.canonical, []).append((source, match.how))
    if not taken:
        names = ", ".join(source.place for source in sources)
        near = [f"{one.theirs} (is it {one.proposal}?)" for one in unmatched if one.proposal]
        raise InputError(
            f"None of these is a table of the warehouse: {names}."
            + (f" Near: {', '.join(near)}." if near else ""),
            hint=f"Name them like {', '.join(TABLES)}, or say with --mapping which is which.",
        )
    chosen = [
        _Chosen(
            table=table,
            sources=tuple(source for source, _ in taken[table.name]),
            how=taken[table.name][0][1],
            mapping=said.get(table.name, TableMapping()),
        )
        for table in TABLES.values()
        if table.name in taken
    ]
    return chosen, tuple(unmatched)


def _named(sources: Sequence[Source], file: str) -> Source:
    fits = [s for s in sources if file in (s.place, s.name)] or [
        s for s in sources if s.place.endswith((f", sheet {file}", f", table {file}"))
    ]
    if len(fits) != 1:
        raise InputError(
            f"The mapping names {file!r}, which is {'not there' if not fits else 'ambiguous'}.",
            hint=f"There are {', '.join(source.place for source in sources)}.",
        )
    return fits[0]


def _keep(warehouse: Path | None, staging: Path, without: Iterable[str]) -> list[str]:
    """Copy the tables that stay; make the others empty. Return those with a file."""
    replaced, kept = set(without), []
    for table in TABLES.values():
        if table.name not in replaced:
            kept += _keep_one(warehouse, staging, table)
        else:
            write_parquet(arrow_schema(table).empty_table(), staging / f"{table.name}.parquet")
    return kept


def _keep_one(warehouse: Path | None, staging: Path, table: Table) -> list[str]:
    file = f"{table.name}.parquet"
    if warehouse is None or not (warehouse / file).is_file():
        write_parquet(arrow_schema(table).empty_table(), staging / file)
        return []
    shutil.copyfile(warehouse / file, staging / file)
    if (warehouse / REJECTED / file).is_file():
        (staging / REJECTED).mkdir(exist_ok=True)
        shutil.copyfile(warehouse / REJECTED / file, staging / REJECTED / file)
    return [table.name] if pq.ParquetFile(staging / file).metadata.num_rows else []


def _load_table(
    chosen: _Chosen, staging: Path, issues: list[Issue], *, update: bool
) -> TableLoad | None:
    """Write one table and its rejected rows; None when none of it can be used."""
    table = chosen.table
    recognised = [one for s in chosen.sources if (one := _recognise(s, chosen, issues)) is not None]
    if not recognised:
        return None
    parts = [_clean(one, chosen) for one in recognised]
    places = [one.place for one in recognised]
    given = {match.canonical for one in recognised for match in one.matches.matched}
    merged = merge(parts, places, table, numbered="line_no" in given)
    good, filled = fill_from_others(merged.good, table, staging, sorted(given))
    file = staging / f"{table.name}.parquet"
    whole = upsert(pq.read_table(file), good, table) if update else good
    write_parquet(whole, file)
    bad = [*(row for part in parts for row in part.bad), *merged.bad]
    rejected_file = staging / REJECTED / file.name
    rejected_file.unlink(missing_ok=True)
    if bad:
        write_parquet(rejected_table(bad, table).cast(rejected_schema(table)), rejected_file)
    notes = [note for part in parts for note in part.notes]
    not_understood = [name for one in recognised for name in one.matches.unmatched]
    left_out = tuple(name for name, theirs in chosen.mapping.columns.items() if theirs is None)
    return TableLoad(
        name=table.name,
        places=tuple(places),
        how=chosen.how,
        n_read=sum(part.good.num_rows + len(part.bad) for part in parts),
        n_loaded=good.num_rows,
        n_rejected=len(bad),
        n_identical=merged.n_identical,
        n_total=whole.num_rows,
        columns=tuple(dict.fromkeys(m for one in recognised for m in one.matches.matched)),
        not_understood=tuple(dict.fromkeys(not_understood)),
        absent=tuple(
            name
            for name in table.column_names
            if name not in given
            and name not in left_out
            and good.column(name).null_count == good.num_rows
        ),
        left_out=left_out,
        rejections=rejections(bad),
        notes=tuple(dict.fromkeys((*notes, *merged.notes, *filled))),
    )


def _clean(one: _Recognised, chosen: _Chosen) -> Cleaned:
    readings = {
        column: Reading(
            format=chosen.mapping.formats.get(column), values=chosen.mapping.words_of(column)
        )
        for column in chosen.table.column_names
    }
    headers = {match.canonical: match.theirs for match in one.matches.matched}
    return clean(one.raw, one.place, chosen.table, headers, readings)


def _recognise(source: Source, chosen: _Chosen, issues: list[Issue]) -> _Recognised | None:
    """Read a source and recognise its columns; None, and an issue, when it cannot be used."""
    table = chosen.table
    try:
        raw = source.read()
    except InputError as error:
        issues.append(_refused(table, "source_unreadable", error.message, error.hint))
        return None
    headers = raw.table.column_names
    for canonical, theirs in chosen.mapping.columns.items():
        if theirs is not None and theirs not in headers:
            raise InputError(
                f"The mapping names the column {theirs!r} for {table.name}.{canonical}, "
                f"but {source.place} has no such column.",
                hint=f"It has {', '.join(headers)}.",
            )
    matches = match_columns(headers, table, chosen.mapping.columns)
    for canonical, claims in matches.contested:
        message = f"{source.place}: {' and '.join(claims)} both look like {canonical}."
        hint = f"Say in a mapping file which one is: columns: {{{canonical}: …}}."
        issues.append(_refused(table, "column_contested", message, hint))
    found = {match.canonical for match in matches.matched}
    missing = [name for name in table.key if name not in found and name != "line_no"]
    if missing and not matches.contested:
        message = f"{source.place} has no column for {' and '.join(missing)}, which tells its rows "
        hint = f"Its columns are {', '.join(headers)}; name it in a mapping file."
        issues.append(_refused(table, "key_absent", f"{message}apart.", hint))
    if missing or matches.contested:
        return None
    return _Recognised(place=source.place, raw=raw, matches=matches)


def _refused(table: Table, code: str, message: str, hint: str) -> Issue:
    return Issue(
        severity="error", code=code, table=table.name, message=f"not loaded. {message}", hint=hint
    )

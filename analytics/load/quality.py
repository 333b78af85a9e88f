"""The data-quality report of a warehouse folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb

from analytics.errors import WarehouseError
from analytics.load.coverage import unanswerable_metrics
from analytics.load.report import Issue, QualityReport, TableProfile, rows, sorted_issues
from analytics.load.rules import RULES, Rule
from analytics.schema import TABLES, Column, Table

_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2100
_N_EXAMPLES: Final = 3
_MEMORY: Final = "1GiB"
_N_THREADS: Final = 2

# Every name in the SQL below is of the schema or of the folder's own files, never of a cell.


def check(warehouse_dir: Path) -> QualityReport:
    """Look for what would make answers from a warehouse wrong or missing.

    Parameters
    ----------
    warehouse_dir : Path
        The folder with `<table>.parquet` for every table.

    Returns
    -------
    QualityReport
        Rows, dates and shares of NULLs of every table; missing and malformed files, repeated
        keys, missing keys, values outside their lists and ranges, references to nothing, and
        broken rules, each with what to do. A table that cannot be read counts as empty.

    Raises
    ------
    WarehouseError
        When there is no such folder.
    """
    folder = warehouse_dir.expanduser().resolve()
    if not folder.is_dir():
        raise WarehouseError(
            f"There is no warehouse folder {warehouse_dir}.",
            hint="Make one with `deskwise data load PATH` or `deskwise data demo --out DIR`.",
        )
    issues: list[Issue] = []
    with duckdb.connect(
        ":memory:", config={"memory_limit": _MEMORY, "threads": _N_THREADS}
    ) as connection:
        for table in TABLES.values():
            issues += _open(connection, folder / f"{table.name}.parquet", table)
        profiles = {table.name: _profile(connection, table) for table in TABLES.values()}
        for table in TABLES.values():
            if profiles[table.name].n_rows:
                issues += _table_issues(connection, table, profiles)
        for rule in RULES:
            issues += _broken(connection, rule, profiles)
    empty = {name for name, profile in profiles.items() if not profile.n_rows}
    return QualityReport(
        tables=tuple(profiles.values()),
        issues=sorted_issues(issues),
        unanswerable=unanswerable_metrics(empty),
    )


def _open(connection: duckdb.DuckDBPyConnection, file: Path, table: Table) -> Iterator[Issue]:
    """Make a view of a table, an empty one if its file is not as it has to be."""
    problem = ""
    found: dict[str, str] = {}
    source = f"read_parquet('{str(file).replace(chr(39), chr(39) * 2)}')"
    if not file.is_file():
        problem = f"{file.name} is missing"
    else:
        try:
            described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608
            found = {row[0]: row[1] for row in described}
        except duckdb.Error as error:
            problem = f"{file.name} cannot be read: {str(error).splitlines()[0]}"
    if found:
        lacking = [name for name in table.column_names if name not in found]
        wrong = [
            f"{c.name} is {found[c.name]} instead of {c.type}"
            for c in table.columns
            if c.name in found and found[c.name] != c.type
        ]
        if lacking:
            problem = f"{file.name} lacks {', '.join(lacking)}"
        elif wrong:
            problem = f"in {file.name} {', '.join(wrong)}"
    if problem:
        hint = "Load the data again with `deskwise data load`."
        yield Issue(
            severity="error", code="file_unusable", table=table.name, message=problem, hint=hint
        )
        columns = ", ".join(f'NULL::{c.type} AS "{c.name}"' for c in table.columns)
        source = f"(SELECT {columns} WHERE false)"
    names = ", ".join(f'"{name}"' for name in table.column_names)
    connection.execute(f'CREATE VIEW "{table.name}" AS SELECT {names} FROM {source}')  # noqa: S608


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row = connection.execute(sql).fetchone()
    assert row is not None, "an aggregate has one row"
    return row


def _profile(connection: duckdb.DuckDBPyConnection, table: Table) -> TableProfile:
    counts = ", ".join(f'count("{name}")' for name in table.column_names)
    dated = f'min("{table.dated_by}")::DATE, max("{table.dated_by}")::DATE'
    dates = dated if table.dated_by else "NULL, NULL"
    found = _one(connection, f'SELECT count(*), {dates}, {counts} FROM "{table.name}"')  # noqa: S608
    n_rows, first_on, last_on = found[:3]
    shares = zip(table.column_names, found[3:], strict=True)
    return TableProfile(
        name=table.name,
        n_rows=n_rows,
        first_on=first_on if isinstance(first_on, date) else None,
        last_on=last_on if isinstance(last_on, date) else None,
        null_shares=tuple((name, 1 - n / n_rows) for name, n in shares) if n_rows else (),
    )


def _table_issues(
    connection: duckdb.DuckDBPyConnection, table: Table, profiles: dict[str, TableProfile]
) -> Iterator[Issue]:
    yield from _duplicates(connection, table)
    yield from _missing(connection, table)
    for column in table.columns:
        if column.values:
            yield from _unlisted(connection, table, column)
        if column.low is not None:
            yield from _out_of_range(connection, table, column)
        if column.type in ("DATE", "TIMESTAMP"):
            yield from _strange_years(connection, table, column)
        if column.references is not None:
            yield from _orphans(connection, table, column, profiles)


def _duplicates(connection: duckdb.DuckDBPyConnection, table: Table) -> Iterator[Issue]:
    key = ", ".join(f'"{name}"' for name in table.key)
    (n_rows,) = _one(
        connection,
        f"SELECT coalesce(sum(n - 1), 0)::BIGINT FROM (SELECT count(*) AS n "  # noqa: S608
        f'FROM "{table.name}" GROUP BY {key} HAVING count(*) > 1)',
    )
    if n_rows:
        yield Issue(
            severity="error", code="duplicate_key", table=table.name, n_rows=n_rows,
            message=f"{rows(n_rows)} repeat the {' and '.join(table.key)} of another.",
            hint="Keep one row each and load the table again; sums and counts are too high.",
        )  # fmt: skip


def _missing(connection: duckdb.DuckDBPyConnection, table: Table) -> Iterator[Issue]:
    for column in table.columns:
        hint = _why_needed(table, column)
        n_rows = _count(connection, table.name, f'"{column.name}" IS NULL') if hint else 0
        if n_rows:
            n_all = _count(connection, table.name, "true")
            yield Issue(
                severity="error" if column.is_required or n_rows == n_all else "warning",
                code="value_missing", table=table.name, column=column.name, n_rows=n_rows,
                message=f"is missing in {rows(n_rows)}.", hint=hint,
            )  # fmt: skip


def _why_needed(table: Table, column: Column) -> str:
    """Return what a missing value does to answers; empty when it may be missing."""
    if column.is_required:
        return "Give it; it must never be missing."
    if column.name == table.dated_by and table.name != "campaign_contacts":  # a rule of its own
        return "They are in no period, so most answers leave them out."
    if column.is_closed:
        return f"Give one of {', '.join(column.values)}; metrics that go by it leave them out."
    return ""


def _count(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> int:
    (n_rows,) = _one(connection, f'SELECT count(*) FROM "{table}" WHERE {condition}')  # noqa: S608
    return int(n_rows)


def _unlisted(
    connection: duckdb.DuckDBPyConnection, table: Table, column: Column
) -> Iterator[Issue]:
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in column.values)
    found = connection.execute(
        f'SELECT "{column.name}", count(*) AS n FROM "{table.name}" '  # noqa: S608
        f'WHERE "{column.name}" NOT IN ({listed}) GROUP BY 1 ORDER BY n DESC, 1'
    ).fetchall()
    if not found:
        return
    n_rows = sum(n for _, n in found)
    shown = ", ".join(repr(value) for value, _ in found[:_N_EXAMPLES])
    more = ", …" if len(found) > _N_EXAMPLES else ""
    known = f"{shown}{more} in {rows(n_rows)}; known are {', '.join(column.values)}."
    yield Issue(
        severity="error" if column.is_closed else "note",
        code="value_not_listed", table=table.name, column=column.name, n_rows=n_rows,
        message=known,
        hint="Say under `values` of a mapping file what they mean; no metric counts them."
        if column.is_closed
        else "They are kept and can be asked for by these names.",
    )  # fmt: skip


def _out_of_range(
    connection: duckdb.DuckDBPyConnection, table: Table, column: Column
) -> Iterator[Issue]:
    conditions = [f'"{column.name}" < {column.low}']
    if column.high is not None:
        conditions.append(f'"{column.name}" > {column.high}')
    n_rows = _count(connection, table.name, " OR ".join(conditions))
    if not n_rows:
        return
    is_scale = column.high is not None
    limits = f"outside {column.low:g} to {column.high:g}" if is_scale else "negative"
    yield Issue(
        severity="error" if is_scale else "warning",
        code="value_out_of_range", table=table.name, column=column.name, n_rows=n_rows,
        message=f"is {limits} in {rows(n_rows)}.",
        hint="Bring it to that scale." if is_scale
        else "It lowers sums. If these are returns, give the order the status 'returned'.",
    )  # fmt: skip


def _strange_years(
    connection: duckdb.DuckDBPyConnection, table: Table, column: Column
) -> Iterator[Issue]:
    n_rows = _count(
        connection, table.name,
        f'year("{column.name}") NOT BETWEEN {_FIRST_YEAR} AND {_LAST_YEAR}',
    )  # fmt: skip
    if n_rows:
        yield Issue(
            severity="warning", code="date_implausible", table=table.name, column=column.name,
            n_rows=n_rows,
            message=f"is before {_FIRST_YEAR} or after {_LAST_YEAR} in {rows(n_rows)}.",
            hint="If it stands for “unknown” or “open”, leave it empty.",
        )  # fmt: skip


def _orphans(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    column: Column,
    profiles: dict[str, TableProfile],
) -> Iterator[Issue]:
    assert column.references is not None
    parent = TABLES[column.references]
    key = parent.key[0]
    known = f'SELECT "{key}" FROM "{parent.name}" WHERE "{key}" NOT NULL'  # noqa: S608
    condition = f'"{column.name}" NOT NULL AND "{column.name}" NOT IN ({known})'
    n_rows = _count(connection, table.name, condition)
    if not n_rows:
        return
    if not profiles[parent.name].n_rows:
        yield Issue(
            severity="note", code="parent_empty", table=table.name, column=column.name,
            n_rows=n_rows,
            message=f"refers to {parent.name}, which has no rows.",
            hint=f"Load {parent.name} to ask by what stands there.",
        )  # fmt: skip
        return
    yield Issue(
        severity="warning", code="orphan", table=table.name, column=column.name, n_rows=n_rows,
        message=f"in {rows(n_rows)} is not in {parent.name}.",
        hint=f"Load the missing {parent.name}; grouped by what stands there, "
        "these rows have no group.",
    )  # fmt: skip


def _broken(
    connection: duckdb.DuckDBPyConnection, rule: Rule, profiles: dict[str, TableProfile]
) -> Iterator[Issue]:
    profile = profiles[rule.table]
    if not profile.n_rows or (rule.needs and not profiles[rule.needs].n_rows):
        return
    if rule.needs_column and dict(profile.null_shares)[rule.needs_column] == 1:
        return
    n_rows = _count(connection, rule.table, rule.broken_when)
    if n_rows:
        yield Issue(
            severity=rule.severity, code=rule.code, table=rule.table, column=rule.column,
            n_rows=n_rows, message=f"{rows(n_rows)} {rule.said}.", hint=rule.hint,
        )  # fmt: skip

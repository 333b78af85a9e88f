"""Runs metric queries and SQL, and compares what comes back."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from analytics.catalogue import Catalogue
from analytics.model import Cell, MetricQuery
from analytics.ports import Warehouse
from analytics.query.cells import cells
from analytics.query.compile import compile_query

Rows = list[tuple[Cell, ...]]


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """Open a folder of Parquet files by DuckDB alone, past the code under test."""
    connection = duckdb.connect()
    for file in sorted(folder.glob("*.parquet")):
        connection.execute(f"CREATE VIEW {file.stem} AS SELECT * FROM '{file}'")
    return connection


def compiled_rows(query: MetricQuery, warehouse: Warehouse, catalogue: Catalogue) -> Rows:
    compiled = compile_query(query, warehouse=warehouse, catalogue=catalogue)
    frame, _ = warehouse.run(compiled.table)
    return list(cells(frame, compiled.table.schema()))


def sql_rows(database: duckdb.DuckDBPyConnection, sql: str) -> Rows:
    return [tuple(_plain(v) for v in row) for row in database.execute(sql).fetchall()]


def _plain(value: object) -> Cell:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, bool | str | date):
        return value
    return float(value)  # type: ignore[arg-type]


def assert_same(ours: Rows, theirs: Rows, *, ordered: bool = False) -> None:
    """Compare rows: numbers within 1e-9, everything else exactly."""
    if not ordered:
        ours, theirs = sorted(ours, key=_key), sorted(theirs, key=_key)
    assert len(ours) == len(theirs), (ours, theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert len(mine) == len(other), (mine, other)
        for a, b in zip(mine, other, strict=True):
            if _is_number(a) and _is_number(b):
                assert a == pytest.approx(b, rel=1e-9, abs=1e-9), (mine, other)
            else:
                assert a == b, (mine, other)


def _is_number(value: Cell) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _key(row: tuple[Cell, ...]) -> list[tuple[bool, str]]:
    return [
        (value is None, f"{float(value):020.6f}" if _is_number(value) else str(value))  # type: ignore[arg-type]
        for value in row
    ]

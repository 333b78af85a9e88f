"""The warehouse port over a folder of Parquet files, read by DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import duckdb
import ibis
import pandas as pd

from analytics.config import WarehouseLimits
from analytics.errors import WarehouseError
from analytics.query.duckdb_engine import TRUNCATED, DuckDBEngine, quoted, was_truncated
from analytics.query.newest import CANONICAL, NewestDay
from analytics.schema import TABLES, ColumnType, Table

__all__ = ["TRUNCATED", "DuckDBWarehouse", "canonical_table", "make_views", "was_truncated"]

_IBIS_TYPES: Final[Mapping[ColumnType, str]] = {
    "BIGINT": "int64",
    "INTEGER": "int32",
    "DOUBLE": "float64",
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}


def canonical_table(name: str) -> ibis.Table:
    """Return a table of the contract as an expression that belongs to no back end.

    Raises
    ------
    WarehouseError
        When the contract has no such table.
    """
    if name not in TABLES:
        raise WarehouseError(
            f"The warehouse has no table {name!r}.", hint=f"It has {', '.join(TABLES)}."
        )
    return ibis.table({c.name: _IBIS_TYPES[c.type] for c in TABLES[name].columns}, name=name)


class DuckDBWarehouse:
    """The canonical tables as one Parquet file each, read-only.

    Parameters
    ----------
    folder : Path
        Holds `TABLE.parquet` for every table of warehouse.sql. Columns of another type are cast
        to the contract's; columns beyond it are not shown.
    limits : WarehouseLimits, optional
        Memory, threads and rows of one query.

    Raises
    ------
    WarehouseError
        When the folder, a table or a column is missing, or a file cannot be read.
    """

    def __init__(self, folder: Path, *, limits: WarehouseLimits | None = None) -> None:
        self._folder = folder.resolve()
        self._engine = DuckDBEngine(self._folder, limits or WarehouseLimits(), make_views)
        self._newest = NewestDay(
            CANONICAL,
            table=self.table,
            run=self.run,
            missing=WarehouseError(
                f"{self._folder} has neither orders nor tickets, so nothing can be dated.",
                hint="Load data with `deskwise data load`, or give the as-of date.",
            ),
        )

    def table(self, name: str) -> ibis.Table:
        """Return one table as an ibis expression, to be run by `run` alone.

        Raises
        ------
        WarehouseError
            When the warehouse has no such table.
        """
        return canonical_table(name)

    def run(self, expression: ibis.Table) -> tuple[pd.DataFrame, str]:
        """Run an expression.

        Returns
        -------
        tuple[pandas.DataFrame, str]
            The rows, at most `limits.n_rows` of them (`was_truncated` tells), and the SQL that
            was run. Integer columns with NULLs arrive as floats.

        Raises
        ------
        QueryError
            When DuckDB refuses the query or it needs more memory than allowed.
        QueryStoppedError
            When it takes too long or its question was cancelled.
        """
        return self._engine.run(expression)

    def version(self) -> str:
        """Name the state of the files; another name as soon as one was replaced."""
        return self._engine.version()

    def as_of(self) -> date:
        """Return the day after the newest `ordered_at` or `opened_at`.

        Raises
        ------
        WarehouseError
            When there is neither an order nor a ticket.
        """
        return self._newest.of(self.version())


def make_views(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Make a view for each table of a folder.

    Raises
    ------
    WarehouseError
        When a file or a column is missing.
    """
    _require_files(folder)
    for table in TABLES.values():
        _make_view(connection, folder / f"{table.name}.parquet", table)


def _require_files(folder: Path) -> None:
    if not folder.is_dir():
        raise WarehouseError(
            f"There is no warehouse folder {folder}.",
            hint="Make one with `deskwise data demo --out DIR` or `deskwise data load PATH`.",
        )
    missing = [name for name in TABLES if not (folder / f"{name}.parquet").is_file()]
    if missing:
        raise WarehouseError(
            f"The warehouse {folder} lacks {len(missing)} of {len(TABLES)} tables: "
            f"{', '.join(missing)}.",
            hint="Every table needs its TABLE.parquet; one without data is written empty.",
        )


def _make_view(connection: duckdb.DuckDBPyConnection, file: Path, table: Table) -> None:
    source = f"read_parquet({quoted(file)})"
    try:
        # No value of a question reaches this text: file and table names are the contract's.
        found = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608
        types = {row[0]: row[1] for row in found}
        missing = [name for name in table.column_names if name not in types]
        if missing:
            raise WarehouseError(
                f"{file.name} lacks the columns {', '.join(missing)}.",
                hint="Load the data again with `deskwise data load`; it makes every column.",
            )
        shown = ", ".join(
            f'"{c.name}"'
            if types[c.name] == c.type
            else f'CAST("{c.name}" AS {c.type}) AS "{c.name}"'
            for c in table.columns
        )
        connection.execute(f'CREATE VIEW "{table.name}" AS SELECT {shown} FROM {source}')  # noqa: S608
    except duckdb.Error as error:
        raise WarehouseError(
            f"Cannot read {file.name}: {str(error).splitlines()[0]}",
            hint="Write the file again; it has to be Parquet with the contract's columns.",
        ) from error

"""The warehouse port over a folder of anybody's tables: what a catalogue of one's own describes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final

import duckdb
import ibis
import pandas as pd

from analytics.config import WarehouseLimits
from analytics.errors import WarehouseError
from analytics.query.duckdb_engine import DuckDBEngine, quoted
from analytics.query.newest import NewestDay

_READERS: Final = {".parquet": "read_parquet", ".csv": "read_csv_auto"}


class FolderWarehouse:
    """Every Parquet and CSV file of a folder as a table named like the file, read-only.

    Parameters
    ----------
    folder : Path
        Holds the files; types are the files' own.
    newest : Iterable[tuple[str, str]]
        Tables and their date columns; the as-of date is the day after the newest of them.
    limits : WarehouseLimits, optional
        Memory, threads and rows of one query.

    Raises
    ------
    WarehouseError
        When the folder is missing or empty, or a file cannot be read.
    """

    def __init__(
        self,
        folder: Path,
        *,
        newest: Iterable[tuple[str, str]] = (),
        limits: WarehouseLimits | None = None,
    ) -> None:
        self._folder = folder.resolve()
        self._engine = DuckDBEngine(self._folder, limits or WarehouseLimits(), _views)
        self._newest = NewestDay(
            newest,
            table=self.table,
            run=self.run,
            missing=WarehouseError(
                f"Nothing in {self._folder} tells up to which day the data go.",
                hint="Name a date under `newest` in facts.yaml: newest: [orders.ordered_at].",
            ),
        )

    @property
    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """Columns of each table."""
        schemas = self._engine.current().known
        return MappingProxyType({n: tuple(schema.names) for n, schema in schemas.items()})

    def table(self, name: str) -> ibis.Table:
        """Return one table as an ibis expression, to be run by `run` alone.

        Raises
        ------
        WarehouseError
            When the folder has no such table.
        """
        schemas = self._engine.current().known
        if name not in schemas:
            raise WarehouseError(
                f"{self._folder} has no table {name!r}.",
                hint=f"It has {', '.join(sorted(schemas))}.",
            )
        return ibis.table(schemas[name], name=name)

    def run(self, expression: ibis.Table) -> tuple[pd.DataFrame, str]:
        """Run an expression; return its rows, at most `limits.n_rows`, and the SQL that was run.

        Raises
        ------
        QueryError
            When DuckDB refuses the query or it needs more memory than allowed.
        """
        return self._engine.run(expression)

    def version(self) -> str:
        """Name the state of the files; another name as soon as one was replaced."""
        return self._engine.version()

    def as_of(self) -> date:
        """Return the day after the newest date that the catalogue names under `newest`.

        Raises
        ------
        WarehouseError
            When the catalogue names none, or there are no rows.
        """
        return self._newest.of(self.version())


def _views(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, ibis.Schema]:
    if not folder.is_dir():
        raise WarehouseError(
            f"There is no warehouse folder {folder}.", hint="Name the folder of your tables."
        )
    schemas: dict[str, ibis.Schema] = {}
    for file in sorted(p for p in folder.iterdir() if p.suffix in _READERS):
        if file.stem in schemas or not file.stem.replace("_", "").isalnum():
            raise WarehouseError(
                f"{file.name} cannot be a table: its name is taken or has other than letters, "
                "digits and _.",
                hint="Rename the file.",
            )
        source = f"{_READERS[file.suffix]}({quoted(file)})"
        try:
            # No value of a question reaches this text: names of files in the folder alone do.
            connection.execute(f'CREATE VIEW "{file.stem}" AS SELECT * FROM {source}')  # noqa: S608
            empty = connection.table(file.stem).limit(0).to_arrow_table()
            schemas[file.stem] = ibis.Schema.from_pyarrow(empty.schema)
        except duckdb.Error as error:
            raise WarehouseError(
                f"Cannot read {file.name}: {str(error).splitlines()[0]}",
                hint="It has to be Parquet, or CSV with a line of names.",
            ) from error
    if not schemas:
        raise WarehouseError(
            f"{folder} has no tables.", hint="Put your tables there as .parquet or .csv files."
        )
    return schemas

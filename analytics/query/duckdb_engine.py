"""DuckDB over a folder of files: one read-only connection per state of the files."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

import duckdb
import ibis
import pandas as pd
import pyarrow as pa

from analytics.config import WarehouseLimits
from analytics.errors import QueryError, WarehouseError
from analytics.query.stopping import Limited

TRUNCATED = "truncated"
"""Key of a result's `attrs`: True when the row limit cut it."""
_WAIT_S: Final = 0.05
_TRIES: Final = 20
"""A folder that is just being replaced is missing for a moment."""

Known = TypeVar("Known")


def was_truncated(frame: pd.DataFrame) -> bool:
    """Say whether the row limit cut a result of `Warehouse.run`."""
    return bool(frame.attrs.get(TRUNCATED, False))


@dataclass(frozen=True, slots=True)
class _State(Generic[Known]):
    """A connection to the files as they were, and what was read when it was opened."""

    version: str
    connection: duckdb.DuckDBPyConnection
    known: Known


class DuckDBEngine(Generic[Known]):
    """Runs expressions over a folder; opens it again when its files were replaced.

    Parameters
    ----------
    folder : Path
        Holds the files.
    limits : WarehouseLimits
        Memory, threads, rows and time of one query.
    views : Callable
        Makes a view per table and returns what the warehouse wants to know of them.
    """

    def __init__(
        self,
        folder: Path,
        limits: WarehouseLimits,
        views: Callable[[duckdb.DuckDBPyConnection, Path], Known],
    ) -> None:
        self._folder, self._limits, self._views = folder, limits, views
        self._lock = threading.Lock()
        self._state = self._opened(fingerprint(folder))

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection to the files as they are now."""
        return self.current().connection

    def version(self) -> str:
        """Name the state of the files; another name as soon as one was replaced."""
        return self.current().version

    def current(self) -> _State[Known]:
        """Return the state for the files as they are now; opens them when they were replaced.

        Raises
        ------
        WarehouseError
            When the new files are missing or cannot be read.
        """
        found = self._settled()
        if found == self._state.version:
            return self._state
        with self._lock:
            if found != self._state.version:
                # Queries of other threads end on the old connection; nobody closes it for them.
                self._state = self._opened(found)
            return self._state

    def run(self, expression: ibis.Table) -> tuple[pd.DataFrame, str]:
        """Run an expression; return at most `limits.n_rows` rows and the SQL that was run.

        Raises
        ------
        QueryError
            When DuckDB refuses the query or it needs more memory than allowed.
        QueryStoppedError
            When it takes too long or its question was cancelled.
        """
        sql = str(ibis.to_sql(expression, dialect="duckdb"))
        cursor = self.connection.cursor()  # one per call: threads may share the warehouse
        limited = Limited(cursor.interrupt, time_s=self._limits.time_s)
        try:
            with limited.running():
                table, truncated = _fetch(cursor.sql(sql), self._limits.n_rows)
        except duckdb.Error as error:
            raise limited.why() or QueryError(
                f"The query failed: {str(error).splitlines()[0]}",
                hint="Ask for a shorter period or fewer groups, or raise the memory limit.",
            ) from error
        finally:
            cursor.close()
        frame = table.to_pandas()
        frame.attrs[TRUNCATED] = truncated
        return frame, sql

    def _settled(self) -> str:
        for _ in range(_TRIES):
            found = fingerprint(self._folder)
            if found:
                return found
            time.sleep(_WAIT_S)
        raise WarehouseError(
            f"The warehouse folder {self._folder} is gone.",
            hint="Make one with `deskwise data demo --out DIR` or `deskwise data load PATH`.",
        )

    def _opened(self, version: str) -> _State[Known]:
        connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{self._limits.memory_bytes // 1024**2}MiB",
                "threads": self._limits.n_threads,
            },
        )
        known = self._views(connection, self._folder)
        _lock(connection, self._folder)
        return _State(version, connection, known)


def fingerprint(folder: Path) -> str:
    """Return a hash of the names, sizes and times of a folder's files; empty without a folder."""
    try:
        seen = sorted(
            (entry.name, stat.st_size, stat.st_mtime_ns, stat.st_ino)
            for entry in folder.iterdir()
            if entry.suffix in (".parquet", ".csv")
            for stat in (entry.stat(),)
        )
    except (FileNotFoundError, NotADirectoryError):
        return ""
    return hashlib.sha256(repr((str(folder), seen)).encode()).hexdigest()[:16]


def quoted(path: Path) -> str:
    """Return a path as a literal of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def _lock(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Leave the connection no way to other files or to other settings."""
    connection.execute(f"SET allowed_directories = [{quoted(folder)}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _fetch(result: duckdb.DuckDBPyRelation, n_rows: int) -> tuple[pa.Table, bool]:
    """Read at most `n_rows`; say whether there were more."""
    reader = result.to_arrow_reader(min(n_rows + 1, 100_000))
    batches: list[pa.RecordBatch] = []
    read = 0
    for batch in reader:
        batches.append(batch)
        read += batch.num_rows
        if read > n_rows:
            break
    table = pa.Table.from_batches(batches, schema=reader.schema)
    return table.slice(0, n_rows), read > n_rows

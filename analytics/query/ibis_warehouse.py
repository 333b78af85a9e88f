"""The warehouse port over a database server or a cluster, through ibis."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any, Final

import ibis
import pandas as pd

from analytics.config import WarehouseLimits
from analytics.errors import QueryError, WarehouseError
from analytics.query.duckdb_engine import TRUNCATED
from analytics.query.newest import CANONICAL, NewestDay
from analytics.query.stopping import Limited
from analytics.query.warehouse import canonical_table
from analytics.schema import TABLES

_CHANGES: Final = """
SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::text || '-' ||
       (SELECT coalesce(max(relfilenode), 0)::text FROM pg_class WHERE relkind = 'r')
FROM pg_stat_user_tables
"""
"""Moves with every row that is written and every table that is replaced."""


class IbisWarehouse:
    """The canonical tables in a database that ibis speaks to; only read.

    Queries run one after the other: the connections of ibis are not shared between threads.

    Parameters
    ----------
    backend
        A connected ibis back end (PostgreSQL, Spark, …).
    name
        What it is called in messages; never holds a password.
    limits : WarehouseLimits, optional
        Rows and time of one query; memory and threads are the server's.
    interrupt : Callable, optional
        Ends what runs on the connection.
    stamp : Callable, optional
        Names the state of the data; without it the data count as unchanged while the server runs.

    Raises
    ------
    WarehouseError
        When a table or a column of the contract is missing.
    """

    def __init__(
        self,
        backend: Any,
        *,
        name: str,
        limits: WarehouseLimits | None = None,
        interrupt: Callable[[], None] | None = None,
        stamp: Callable[[], str] | None = None,
    ) -> None:
        self._backend, self._name = backend, name
        self._limits = limits or WarehouseLimits()
        self._interrupt = interrupt or (lambda: None)
        self._stamp = stamp or (lambda: "")
        self._lock = threading.Lock()
        self._newest = NewestDay(
            CANONICAL,
            table=self.table,
            run=self.run,
            missing=WarehouseError(
                f"{name} has neither orders nor tickets, so nothing can be dated.",
                hint="Load data, or give the as-of date.",
            ),
        )
        _require_tables(backend, name)

    def table(self, name: str) -> ibis.Table:
        """Return one table as an ibis expression, to be run by `run` alone.

        Raises
        ------
        WarehouseError
            When the warehouse has no such table.
        """
        return canonical_table(name)

    def run(self, expression: ibis.Table) -> tuple[pd.DataFrame, str]:
        """Run an expression; return at most `limits.n_rows` rows and the SQL that was run.

        Raises
        ------
        QueryError
            When the back end refuses the query.
        QueryStoppedError
            When it takes too long or its question was cancelled.
        """
        limited = Limited(self._interrupt, time_s=self._limits.time_s)
        try:
            sql = str(ibis.to_sql(expression, dialect=self._backend.name))
            with self._lock, limited.running():
                found = self._backend.to_pyarrow(expression.limit(self._limits.n_rows + 1))
        except QueryError:
            raise
        except Exception as error:
            raise limited.why() or QueryError(
                f"{self._name} refused the query: {str(error).strip().splitlines()[0]}",
                hint="Ask for a shorter period or fewer groups, or tell whoever runs the database.",
            ) from error
        frame = found.slice(0, self._limits.n_rows).to_pandas()
        frame.attrs[TRUNCATED] = found.num_rows > self._limits.n_rows
        return frame, sql

    def as_of(self) -> date:
        """Return the day after the newest `ordered_at` or `opened_at`.

        Raises
        ------
        WarehouseError
            When there is neither an order nor a ticket.
        """
        return self._newest.of(self.version())

    def version(self) -> str:
        """Name the state of the data, as far as the back end tells."""
        with self._lock:
            return f"{self._name}-{self._stamp()}"


def open_postgres(url: str, *, limits: WarehouseLimits | None = None) -> IbisWarehouse:
    """Connect to PostgreSQL for reading only, with the server's own time limit.

    Raises
    ------
    WarehouseError
        When the driver is not installed, the server cannot be reached, or a table is missing.
    """
    limits = limits or WarehouseLimits()
    backend = _connected(url, "PostgreSQL", extra="postgres")
    connection = backend.con
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute(f"SET statement_timeout = {int(limits.time_s * 1000)}")
    connection.commit()

    def stamp() -> str:
        with connection.cursor() as cursor:
            cursor.execute(_CHANGES)
            row = cursor.fetchone()
        connection.commit()
        return str(row[0]) if row else ""

    return IbisWarehouse(
        backend, name="PostgreSQL", limits=limits, interrupt=connection.cancel, stamp=stamp
    )


def open_spark(session: Any, *, limits: WarehouseLimits | None = None) -> IbisWarehouse:
    """Read the tables or views of a Spark session (Spark, Spark Connect, Sail).

    Raises
    ------
    WarehouseError
        When a table or a column of the contract is missing.
    """
    session.conf.set("spark.sql.session.timeZone", "UTC")
    return IbisWarehouse(
        ibis.pyspark.connect(session), name="Spark", limits=limits, interrupt=session.interruptAll
    )


def open_warehouse_url(url: str, *, limits: WarehouseLimits | None = None) -> IbisWarehouse:
    """Open the warehouse that an ibis URL names: `postgres://…` or `sc://host:port` for Spark.

    Raises
    ------
    WarehouseError
        When the scheme is unknown, a package is missing, or the server cannot be reached.
    """
    scheme = url.partition("://")[0]
    if scheme in ("postgres", "postgresql"):
        return open_postgres(url, limits=limits)
    if scheme in ("sc", "spark"):
        return open_spark(_spark_session(url), limits=limits)
    raise WarehouseError(
        f"There is no warehouse of the kind {scheme!r}.",
        hint="Give postgres://user@host/database, sc://host:port for Spark Connect, or "
        "spark://host:port for a Spark master.",
    )


def _spark_session(url: str) -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise _missing("Spark", "spark") from error
    builder = SparkSession.builder
    builder = builder.remote(url) if url.startswith("sc://") else builder.master(url)
    return builder.getOrCreate()


def _connected(url: str, name: str, *, extra: str) -> Any:
    try:
        return ibis.connect(url)
    except ImportError as error:
        raise _missing(name, extra) from error
    except Exception as error:  # noqa: BLE001 - every driver has errors of its own
        # The driver's text may hold the URL with its password, so it is not repeated.
        raise WarehouseError(
            f"{name} cannot be reached ({type(error).__name__}).",
            hint="Check the host, the database and the password of `warehouse`.",
        ) from None


def _missing(name: str, extra: str) -> WarehouseError:
    return WarehouseError(
        f"A warehouse in {name} needs packages that are not installed.",
        hint=f"Install them with `pip install 'deskwise[{extra}]'`.",
    )


def _require_tables(backend: Any, name: str) -> None:
    known = set(backend.list_tables())
    missing = sorted(set(TABLES) - known)
    if missing:
        raise WarehouseError(
            f"{name} lacks {len(missing)} of {len(TABLES)} tables: {', '.join(missing)}.",
            hint="Every table of the contract is needed; one without data is empty.",
        )
    for table in TABLES.values():
        columns = set(backend.table(table.name).columns)
        lacking = [column for column in table.column_names if column not in columns]
        if lacking:
            raise WarehouseError(
                f"{table.name} in {name} lacks the columns {', '.join(lacking)}.",
                hint="Add them; a column without data is NULL.",
            )

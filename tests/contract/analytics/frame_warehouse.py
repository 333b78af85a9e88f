"""A fake warehouse over data frames in memory, for tests that need no files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import duckdb
import ibis
import pandas as pd

from analytics.query.warehouse import TRUNCATED, canonical_table
from analytics.schema import TABLES


class FrameWarehouse:
    """Keeps every table as a frame; tables that are not given are empty."""

    def __init__(self, frames: Mapping[str, pd.DataFrame], *, n_rows: int = 1_000_000) -> None:
        self._n_rows = n_rows
        self._connection = duckdb.connect()
        for name, table in TABLES.items():
            typed = ", ".join(f'"{c.name}" {c.type}' for c in table.columns)
            self._connection.execute(f"CREATE TABLE {name} ({typed})")
            frame = frames.get(name)
            if frame is not None:
                listed = ", ".join(f'"{column}"' for column in frame.columns)
                self._connection.execute(
                    f"INSERT INTO {name} ({listed}) SELECT {listed} FROM frame"
                )

    def table(self, name: str) -> ibis.Table:
        return canonical_table(name)

    def run(self, expression: ibis.Table) -> tuple[pd.DataFrame, str]:
        sql = str(ibis.to_sql(expression, dialect="duckdb"))
        frame = self._connection.execute(sql).df()
        truncated = len(frame) > self._n_rows
        frame = frame.head(self._n_rows)
        frame.attrs[TRUNCATED] = truncated
        return frame, sql

    def version(self) -> str:
        return str(id(self))

    def as_of(self) -> date:
        sql = """SELECT max(moment) FROM (SELECT max(ordered_at) AS moment FROM orders
                                      UNION ALL SELECT max(opened_at) FROM tickets)"""
        row = self._connection.execute(sql).fetchone()
        assert row is not None
        newest: pd.Timestamp = pd.Timestamp(row[0])
        return newest.date() + timedelta(days=1)

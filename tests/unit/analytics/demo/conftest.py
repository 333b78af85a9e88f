"""One small demo warehouse for the tests that only read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from analytics.demo import DemoSummary, generate
from analytics.schema import TABLES

N_CUSTOMERS = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A written demo warehouse, open in DuckDB as views over its files."""

    summary: DemoSummary
    truth: dict[str, Any]
    connection: duckdb.DuckDBPyConnection

    def ask(self, sql: str) -> pd.DataFrame:
        return self.connection.execute(sql).df()

    def one(self, sql: str) -> Any:
        row = self.connection.execute(sql).fetchone()
        assert row is not None
        return row[0]


def open_demo(summary: DemoSummary) -> Demo:
    connection = duckdb.connect()
    for name in TABLES:
        file = summary.path / f"{name}.parquet"
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{file}')")
    truth = json.loads((summary.path / "truth.json").read_text(encoding="utf-8"))
    return Demo(summary=summary, truth=truth, connection=connection)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    return open_demo(generate(out=Path(folder), n_customers=N_CUSTOMERS, seed=7))

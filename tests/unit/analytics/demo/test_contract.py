"""The files are the tables of the warehouse: names, order, types, keys, lists, references."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analytics.schema import TABLES
from tests.unit.analytics.demo.conftest import N_CUSTOMERS, Demo

ARROW = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "DOUBLE": pa.float64(),
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}
UNTIL = datetime(2026, 6, 30)
START = datetime(2024, 1, 1)
# May lie after the data: what is planned or due.
FUTURE = {
    ("tickets", "due_at"),
    ("campaigns", "ended_on"),
    ("experiments", "ended_on"),
}


def test_one_file_per_table_and_the_truth(demo: Demo) -> None:
    expected = {f"{name}.parquet" for name in TABLES} | {"truth.json"}
    assert {file.name for file in demo.summary.path.iterdir()} == expected
    assert list(demo.summary.rows) == list(TABLES)


@pytest.mark.parametrize("name", list(TABLES))
def test_columns_and_types_are_the_warehouses(demo: Demo, name: str) -> None:
    schema = pq.read_schema(demo.summary.path / f"{name}.parquet")
    columns = TABLES[name].columns
    assert schema.names == [column.name for column in columns]
    assert schema.types == [ARROW[column.type] for column in columns]
    assert not schema.metadata


def test_the_contracts_own_tables_take_every_row(demo: Demo, shared: Path) -> None:
    contract = shared / "contracts" / "warehouse.sql"
    if not contract.is_file():
        pytest.skip(f"no contract at {contract}")
    text = contract.read_text(encoding="utf-8")
    connection = duckdb.connect()
    connection.execute(text)
    names = re.findall(r"CREATE TABLE (\w+)", text)
    for name in names:
        file = demo.summary.path / f"{name}.parquet"
        connection.execute(f"INSERT INTO {name} SELECT * FROM read_parquet('{file}')")
        declared = connection.execute(f"DESCRIBE {name}").fetchall()
        written = connection.execute(f"DESCRIBE FROM read_parquet('{file}')").fetchall()
        assert [row[:2] for row in written] == [row[:2] for row in declared]
    assert set(names) == set(TABLES)


@pytest.mark.parametrize("name", list(TABLES))
def test_keys_are_unique_and_complete(demo: Demo, name: str) -> None:
    key = TABLES[name].key
    columns = ", ".join(key)
    distinct = demo.one(f"SELECT count(*) FROM (SELECT DISTINCT {columns} FROM {name})")
    assert distinct == demo.summary.rows[name] > 0
    for column in key:
        assert demo.one(f"SELECT count(*) FROM {name} WHERE {column} IS NULL") == 0


@pytest.mark.parametrize(
    ("table", "column", "parent"),
    [
        (table.name, column.name, column.references)
        for table in TABLES.values()
        for column in table.columns
        if column.references
    ],
)
def test_references_resolve(demo: Demo, table: str, column: str, parent: str) -> None:
    key = TABLES[parent].key[0]
    lost = demo.one(
        f"SELECT count(*) FROM {table} t WHERE t.{column} IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {parent} p WHERE p.{key} = t.{column})"
    )
    assert lost == 0


@pytest.mark.parametrize(
    ("table", "column"),
    [(table.name, column.name) for table in TABLES.values() for column in table.columns],
)
def test_values_are_those_listed_and_in_range(demo: Demo, table: str, column: str) -> None:
    spec = TABLES[table].column(column)
    if spec.values:
        found = demo.ask(f"SELECT DISTINCT {column} v FROM {table} WHERE {column} IS NOT NULL")
        assert set(found["v"]) == set(spec.values), "every listed value occurs, and no other"
    if spec.low is not None:
        assert demo.one(f"SELECT min({column}) FROM {table}") >= spec.low
    if spec.high is not None:
        assert demo.one(f"SELECT max({column}) FROM {table}") <= spec.high
    if spec.is_required:
        assert demo.one(f"SELECT count(*) FROM {table} WHERE {column} IS NULL") == 0


@pytest.mark.parametrize(
    ("table", "column"),
    [
        (table.name, column.name)
        for table in TABLES.values()
        for column in table.columns
        if column.type in ("DATE", "TIMESTAMP") and (table.name, column.name) not in FUTURE
    ],
)
def test_nothing_lies_outside_the_time_covered(demo: Demo, table: str, column: str) -> None:
    newest = demo.one(f"SELECT max({column})::TIMESTAMP FROM {table}")
    assert newest < UNTIL
    if column not in ("birth_date", "launched_on"):
        assert demo.one(f"SELECT min({column})::TIMESTAMP FROM {table}") >= START


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("orders", "ordered_at"),
        ("tickets", "opened_at"),
        ("web_sessions", "started_at"),
        ("customers", "signed_up_at"),
        ("service_metrics", "measured_at"),
    ],
)
def test_the_newest_rows_are_of_the_day_before(demo: Demo, table: str, column: str) -> None:
    assert str(demo.one(f"SELECT max({column})::DATE FROM {table}")) == "2026-06-29"


def test_the_company_is_large_enough_to_ask_about(demo: Demo) -> None:
    rows, share = demo.summary.rows, N_CUSTOMERS / 20_000
    assert rows["customers"] == N_CUSTOMERS
    assert 90_000 * share < rows["orders"] < 120_000 * share
    assert 200_000 * share < rows["web_sessions"] < 320_000 * share
    assert 600_000 * share < rows["web_events"] < 800_000 * share
    assert 25_000 * share < rows["tickets"] < 31_000 * share
    assert 250 <= rows["incidents"] <= 400
    assert 25 <= rows["campaigns"] <= 40
    assert 110_000 * share < rows["campaign_contacts"] < 180_000 * share
    assert rows["products"] >= 30
    assert 10 <= rows["services"] <= 14
    assert 1_300_000 < rows["service_metrics"] < 1_800_000

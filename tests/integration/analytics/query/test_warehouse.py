"""The warehouse over Parquet files: what it refuses, and that nothing leaves its folder."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import duckdb
import pytest

from analytics.config import WarehouseLimits
from analytics.errors import QueryError, WarehouseError
from analytics.query.warehouse import DuckDBWarehouse
from tests.integration.analytics.query.handmade import handmade_tables
from tests.integration.analytics.query.random_warehouse import write_warehouse


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_warehouse(tmp_path / "it's a folder", handmade_tables())


def test_a_missing_folder_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="nowhere") as caught:
        DuckDBWarehouse(tmp_path / "nowhere")
    assert "deskwise data demo" in caught.value.hint


def test_missing_tables_are_named(folder: Path) -> None:
    (folder / "orders.parquet").unlink()
    (folder / "tickets.parquet").unlink()
    with pytest.raises(WarehouseError, match="lacks 2 of 17 tables: orders, tickets"):
        DuckDBWarehouse(folder)


def test_missing_columns_are_named(folder: Path) -> None:
    file = folder / "services.parquet"
    duckdb.sql("SELECT 1 AS service_id, 'Mail' AS name").write_parquet(str(file))
    with pytest.raises(WarehouseError, match="lacks the columns owner_team, tier"):
        DuckDBWarehouse(folder)


def test_a_file_that_is_not_parquet_is_named(folder: Path) -> None:
    (folder / "products.parquet").write_text("no table")
    with pytest.raises(WarehouseError, match="Cannot read products"):
        DuckDBWarehouse(folder)


def test_columns_of_another_type_are_brought_to_the_contracts(folder: Path) -> None:
    file = folder / "services.parquet"
    rows = "SELECT '7' AS service_id, 'Mail' AS name, 'Network' AS owner_team, 1.0 AS tier, 2 AS x"
    duckdb.sql(rows).write_parquet(str(file))
    warehouse = DuckDBWarehouse(folder)
    frame, _ = warehouse.run(warehouse.table("services"))
    assert frame.to_dict("records") == [
        {"service_id": 7, "name": "Mail", "owner_team": "Network", "tier": 1}
    ]


def test_a_warehouse_without_orders_and_tickets_has_no_as_of_date(tmp_path: Path) -> None:
    empty = DuckDBWarehouse(write_warehouse(tmp_path / "empty", {}))
    with pytest.raises(WarehouseError, match="nothing can be dated"):
        empty.as_of()


def test_a_query_that_needs_too_much_memory_fails_with_advice(folder: Path) -> None:
    small = DuckDBWarehouse(folder, limits=WarehouseLimits(memory_bytes=4 * 1024**2))
    orders = small.table("orders")
    wide = orders
    for i in range(6):
        right = small.table("order_lines").rename(lambda name, i=i: f"{name}_{i}")
        wide = wide.cross_join(right)
    grouped = wide.group_by(wide.columns).aggregate(n=wide.count())
    with pytest.raises(QueryError, match="The query failed") as caught:
        small.run(grouped.order_by("n"))
    assert "memory" in caught.value.hint


def test_nothing_outside_the_folder_can_be_read_or_set(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    connection = DuckDBWarehouse(folder)._engine.connection
    with pytest.raises(duckdb.Error, match="disabled by configuration"):
        connection.execute(f"SELECT * FROM '{secret}'")
    with pytest.raises(duckdb.Error, match="locked"):
        connection.execute("SET enable_external_access = true")


def test_threads_may_share_a_warehouse(folder: Path) -> None:
    warehouse = DuckDBWarehouse(folder)

    def count(_: int) -> int:
        table = warehouse.table("orders")
        frame, _sql = warehouse.run(table.aggregate(n=table.count()))
        return int(frame["n"].iloc[0])

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert set(pool.map(count, range(40))) == {7}
    assert warehouse.as_of() == date(2026, 7, 1)

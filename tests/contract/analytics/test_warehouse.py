"""What every warehouse does, whatever holds its tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import ibis
import pytest

from analytics.config import WarehouseLimits
from analytics.errors import WarehouseError
from analytics.ports import Warehouse
from analytics.query.warehouse import DuckDBWarehouse, was_truncated
from analytics.schema import TABLES
from tests.contract.analytics.frame_warehouse import FrameWarehouse
from tests.integration.analytics.query.handmade import handmade_tables
from tests.integration.analytics.query.random_warehouse import write_warehouse

Make = Callable[[int], Warehouse]


def _in_files(folder: Path) -> Make:
    write_warehouse(folder, handmade_tables())
    return lambda n_rows: DuckDBWarehouse(folder, limits=WarehouseLimits(n_rows=n_rows))


def _in_memory(_folder: Path) -> Make:
    return lambda n_rows: FrameWarehouse(handmade_tables(), n_rows=n_rows)


@pytest.fixture(scope="module", params=[_in_files, _in_memory], ids=["parquet", "frames"])
def make(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Make:
    made: Make = request.param(tmp_path_factory.mktemp("warehouse"))
    return made


def test_every_table_of_the_contract_can_be_read(make: Make) -> None:
    warehouse = make(10)
    for name, table in TABLES.items():
        expression = warehouse.table(name)
        assert tuple(expression.columns) == table.column_names
        frame, _ = warehouse.run(expression.limit(1))
        assert tuple(frame.columns) == table.column_names


def test_an_unknown_table_is_an_error_that_names_the_known_ones(make: Make) -> None:
    with pytest.raises(WarehouseError, match="'invoices'") as caught:
        make(10).table("invoices")
    assert "orders" in caught.value.hint


def test_the_sql_that_is_returned_gives_the_same_rows(make: Make) -> None:
    warehouse = make(10)
    orders = warehouse.table("orders")
    expression = orders.group_by("status").aggregate(n=orders.count()).order_by("status")
    frame, sql = warehouse.run(expression)
    assert frame["n"].tolist() == [1, 5, 1]
    again, same = warehouse.run(expression)
    assert (again["n"].tolist(), same) == (frame["n"].tolist(), sql)
    assert "GROUP BY" in sql


def test_rows_beyond_the_limit_are_cut_and_said_to_be(make: Make) -> None:
    warehouse = make(3)
    cut, _ = warehouse.run(warehouse.table("orders").order_by("order_id"))
    assert (cut["order_id"].tolist(), was_truncated(cut)) == ([10, 11, 12], True)
    whole, _ = warehouse.run(warehouse.table("products"))
    assert (len(whole), was_truncated(whole)) == (3, False)


def test_the_as_of_date_is_the_day_after_the_newest_order_or_ticket(make: Make) -> None:
    assert make(10).as_of() == date(2026, 7, 1)


def test_an_expression_of_two_tables_runs(make: Make) -> None:
    warehouse = make(10)
    orders, customers = warehouse.table("orders"), warehouse.table("customers")
    joined = orders.inner_join(customers, "customer_id")
    frame, _ = warehouse.run(joined.aggregate(n=ibis._.count()))
    assert frame["n"].tolist() == [7]

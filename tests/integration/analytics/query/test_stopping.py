"""Queries that take too long, or that nobody waits for, end; the warehouse goes on."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import ibis
import pytest

from analytics.config import WarehouseLimits
from analytics.errors import QueryStoppedError
from analytics.query.stopping import Stopper, stoppable
from analytics.query.warehouse import DuckDBWarehouse


def endless(warehouse: DuckDBWarehouse) -> ibis.Table:
    """Return a join of every reading with every reading, three times over."""
    readings = warehouse.table("service_metrics").select("value")
    joined = readings
    for name in ("b", "c"):
        joined = joined.cross_join(readings.rename({name: "value"}))
    return joined.aggregate(n=(joined.value * joined.b + joined.c).max())


def works(warehouse: DuckDBWarehouse) -> bool:
    orders = warehouse.table("orders")
    return bool(warehouse.run(orders.aggregate(n=orders.count()))[0]["n"].iloc[0])


def test_a_query_that_takes_too_long_is_stopped_and_says_so(random_folder: Path) -> None:
    warehouse = DuckDBWarehouse(random_folder, limits=WarehouseLimits(time_s=0.3))
    began = time.monotonic()
    with pytest.raises(QueryStoppedError, match=r"longer than 0\.3 seconds") as caught:
        warehouse.run(endless(warehouse))
    assert time.monotonic() - began < 10
    assert "shorter period" in caught.value.hint
    assert works(warehouse)


def test_a_cancelled_question_stops_what_runs_and_starts_nothing_more(random_folder: Path) -> None:
    warehouse = DuckDBWarehouse(random_folder)
    stopper = Stopper()
    timer = threading.Timer(0.3, stopper.stop)
    timer.start()
    with stoppable(stopper):
        with pytest.raises(QueryStoppedError, match="cancelled"):
            warehouse.run(endless(warehouse))
        with pytest.raises(QueryStoppedError, match="cancelled"):
            works(warehouse)
    timer.join()
    assert stopper.is_stopped
    assert works(warehouse)


def test_one_question_cancelled_leaves_another_alone(random_folder: Path) -> None:
    warehouse = DuckDBWarehouse(random_folder)
    stopper = Stopper()
    stopper.stop()
    found: list[bool] = []
    other = threading.Thread(target=lambda: found.append(works(warehouse)))
    with stoppable(stopper):
        other.start()
        other.join()
    assert found == [True]

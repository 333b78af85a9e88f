"""The customer record against a bare query for recency, frequency and money, in the same run.

    python -m tests.benchmarks.customer_record --lines 1 5 20 --out docs/bench/customer_record.json

DuckDB itself makes the warehouse: N million order lines, and for each ten of them one customer,
four orders, three visits, seven events and two messages. Each step runs in a process of its own
(its peak memory is the process's) and its time is the shorter of two runs; `ratio` divides by the
bare query's.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis

from analytics.config import WarehouseLimits
from analytics.customers.record import recency_frequency_money
from analytics.customers.record_file import write_record
from analytics.query.warehouse import DuckDBWarehouse, make_views
from analytics.schema import TABLES

AS_OF = date(2026, 6, 30)
STEPS = ("bare", "rfm", "record")
_AT = "TIMESTAMP '2024-01-01' + to_seconds(CAST(hash({0}) % 78000000 AS BIGINT))"
_BARE = """
SELECT customer_id, date_diff('day', max(ordered_at), TIMESTAMP '2026-06-30'),
       count(DISTINCT order_id), sum(quantity * unit_price)
FROM orders JOIN order_lines USING (order_id)
WHERE status = 'completed' AND ordered_at < TIMESTAMP '2026-06-30' GROUP BY customer_id
"""


def generate(folder: Path, n_lines: int) -> None:
    """Write a warehouse of a size; every value is a hash of a number, so it is always the same."""
    n_people, n_orders = n_lines // 10, n_lines * 4 // 10
    made = {
        "customers": f"""SELECT i AS customer_id, DATE '1960-01-01' + CAST(hash(i) % 16000 AS INT)
            AS birth_date, ['female','male','other'][CAST(1 + hash(i, 1) % 3 AS INT)] AS gender,
            ['North','South','East','West'][CAST(1 + hash(i, 2) % 4 AS INT)]
            AS region, 'Germany' AS country,
            ['low','middle','high'][CAST(1 + hash(i, 3) % 3 AS INT)] AS income_band,
            ['none','basic','plus','premium'][CAST(1 + hash(i, 4) % 4 AS INT)] AS plan,
            TIMESTAMP '2023-12-31' AS signed_up_at FROM range(1, {n_people} + 1) t(i)""",
        "products": """SELECT i AS product_id, 'Thing ' || i AS name, ['Laptops','Phones','Audio',
            'Accessories','Software','Services'][1 + i % 6] AS category, 'one-off' AS kind
            FROM range(1, 401) t(i)""",
        "orders": f"""SELECT i AS order_id, 1 + hash(i, 5) % {n_people} AS customer_id,
            {_AT.format("i, 6")} AS ordered_at,
            ['web','app','store','phone'][CAST(1 + hash(i, 7) % 4 AS INT)]
            AS channel, ['completed','completed','completed','completed','returned','cancelled']
            [CAST(1 + hash(i, 8) % 6 AS INT)] AS status, hash(i, 9) % 20 AS discount_amount
            FROM range({n_orders}) t(i)""",
        "order_lines": f"""SELECT i % {n_orders} AS order_id, i // {n_orders} AS line_no,
            1 + hash(i, 10) % 400 AS product_id, 1 + hash(i, 11) % 3 AS quantity,
            5 + (hash(i, 12) % 30000) / 100 AS unit_price, 3 + (hash(i, 12) % 20000) / 100
            AS unit_cost FROM range({n_lines}) t(i)""",
        "web_sessions": f"""SELECT i AS session_id, 1 + hash(i, 13) % {n_people} AS customer_id,
            {_AT.format("i, 14")} AS started_at, hash(i, 15) % 600 AS duration_s, 1 + hash(i, 16)
            % 9 AS pageviews, ['desktop','mobile'][CAST(1 + hash(i, 17) % 2 AS INT)] AS device,
            hash(i, 18) % 3 = 0 AS is_bounce, hash(i, 19) % 9 = 0 AS converted
            FROM range({n_lines * 3 // 10}) t(i)""",
        "web_events": f"""SELECT i AS event_id, i % {n_lines * 3 // 10} AS session_id,
            {_AT.format(f"i % {n_lines * 3 // 10}, 14")} AS occurred_at,
            ['visit','product_view','add_to_cart'][CAST(1 + hash(i, 20) % 3 AS INT)] AS step
            FROM range({n_lines * 7 // 10}) t(i)""",
        "campaign_contacts": f"""SELECT i // {n_people} AS campaign_id, 1 + i % {n_people}
            AS customer_id, 'A' AS variant, {_AT.format("i, 21")} AS sent_at
            FROM range({n_people * 2}) t(i)""",
    }
    engine = duckdb.connect(config={"memory_limit": "3GB", "threads": 2})
    engine.execute(f"SET temp_directory = '{folder}/spill'")
    for table in TABLES.values():
        typed = ", ".join(f'"{column.name}" {column.type}' for column in table.columns)
        engine.execute(f"CREATE TABLE {table.name} ({typed})")
        target = f"TO '{folder}/{table.name}.parquet'"
        if table.name not in made:
            engine.execute(f"COPY {table.name} {target}")
            continue
        found = engine.execute(f"DESCRIBE {made[table.name]}").fetchall()
        given = {row[0] for row in found}
        columns = ", ".join(
            f"CAST({c.name if c.name in given else 'NULL'} AS {c.type}) AS {c.name}"
            for c in table.columns
        )
        engine.execute(f"COPY (SELECT {columns} FROM ({made[table.name]})) {target}")
    engine.close()


def run_step(step: str, folder: Path, memory_mb: int) -> dict[str, float]:
    """Run one step twice in this process; return the shorter time and the process's peak."""
    limits = WarehouseLimits(memory_bytes=memory_mb * 1024**2, n_threads=2, time_s=3600)
    times = []
    for _ in range(2):
        began = time.perf_counter()
        if step == "record":
            write_record(folder, folder / "record_out.tmp", as_of=AS_OF, limits=limits)
        else:
            sql = _BARE
            if step == "rfm":
                warehouse = DuckDBWarehouse(folder, limits=limits)
                table = recency_frequency_money(warehouse, AS_OF)
                sql = str(ibis.to_sql(table, dialect="duckdb"))
            _to_file(sql, folder, limits)
        times.append(time.perf_counter() - began)
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": round(min(times), 2), "peak_gb": round(peak_kb / 1024**2, 2)}


def _to_file(sql: str, folder: Path, limits: WarehouseLimits) -> None:
    engine = duckdb.connect(
        config={
            "memory_limit": f"{limits.memory_bytes // 1024**2}MiB",
            "threads": limits.n_threads,
            "temp_directory": f"{folder}/spill",
            "preserve_insertion_order": False,
        }
    )
    make_views(engine, folder)
    engine.execute(f"COPY ({sql}) TO '{folder}/rfm_out.tmp' (FORMAT parquet)")
    engine.close()


def measured(million: float, memory_mb: int, root: Path) -> dict[str, Any]:
    """Make one size, run every step in its own process, and compare."""
    with tempfile.TemporaryDirectory(dir=root) as name:
        folder = Path(name)
        generate(folder, int(million * 1_000_000))
        found: dict[str, Any] = {
            "lines": int(million * 1_000_000),
            "customers": int(million * 100_000),
            "warehouse_gb": round(
                sum(file.stat().st_size for file in folder.glob("*.parquet")) / 1024**3, 2
            ),
        }
        for step in STEPS:
            command = [sys.executable, "-m", "tests.benchmarks.customer_record"]
            given = ["--step", step, "--folder", name, "--memory-mb", str(memory_mb)]
            done = subprocess.run([*command, *given], check=True, capture_output=True, text=True)
            found[step] = json.loads(done.stdout)
    for step in STEPS[1:]:
        found[step]["ratio"] = round(found[step]["seconds"] / found["bare"]["seconds"], 2)
    return found | {"load_average": round(os.getloadavg()[0], 1)}


def law(sizes: list[dict[str, Any]]) -> dict[str, float]:
    """Return the exponent of growth in seconds between the two largest sizes, for each step."""
    if len(sizes) < 2:
        return {}
    small, large = sizes[-2:]
    grown = math.log(large["lines"] / small["lines"])
    return {
        step: round(math.log(large[step]["seconds"] / small[step]["seconds"]) / grown, 2)
        for step in STEPS
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=float, nargs="+", default=[1, 5], help="in millions")
    parser.add_argument("--memory-mb", type=int, default=2048, help="of one query")
    parser.add_argument("--room", type=Path, help="folder with room for the warehouse")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        print(json.dumps(run_step(given.step, given.folder, given.memory_mb)))
        return
    room = given.room or Path(tempfile.gettempdir())
    sizes = []
    for million in given.lines:
        sizes.append(measured(million, given.memory_mb, room))
        print(json.dumps(sizes[-1]), flush=True)
    found = {"memory_mb": given.memory_mb, "sizes": sizes, "exponent": law(sizes)}
    if given.out is not None:
        given.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""The classic traps of business questions, by name.

Each trap has three numbers: ours, the right one by SQL written by hand, and the one that the naive
SQL gives. Ours equals the right one; the naive one differs on these rows, so the trap is set.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from analytics.catalogue import Catalogue
from analytics.model import Filter, MetricQuery, Period
from analytics.query.run import answer
from analytics.query.warehouse import DuckDBWarehouse
from tests.integration.analytics.query.comparing import (
    Rows,
    assert_same,
    compiled_rows,
    opened,
    sql_rows,
)

AS_OF = date(2026, 6, 30)
SPAN = Period(start=date(2025, 1, 1), end=date(2026, 4, 1))
IN_SPAN = "BETWEEN TIMESTAMP '2025-01-01' AND TIMESTAMP '2026-03-31 23:59:59'"
SOLD = """(SELECT o.*, coalesce(g, 0) - coalesce(discount_amount, 0) AS r FROM orders o
           LEFT JOIN (SELECT order_id, sum(quantity * unit_price) AS g FROM order_lines GROUP BY 1)
           USING (order_id) WHERE status = 'completed')"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """A question, the SQL that answers it, and the SQL that falls into the trap."""

    query: MetricQuery
    right: str
    naive: str
    ordered: bool = False


def _query(*metrics: str, **parts: object) -> MetricQuery:
    return MetricQuery(metrics=metrics, as_of=AS_OF, **parts)  # type: ignore[arg-type]


def _period(start: str, end: str) -> Period:
    return Period(start=date.fromisoformat(start), end=date.fromisoformat(end))


TRAPS = {
    # One order has many lines: its discount counts once, not once per line.
    "fan-out": Trap(
        query=_query("revenue", dimensions=("region",), period=SPAN),
        right=f"""SELECT region, sum(r) FROM {SOLD} LEFT JOIN customers USING (customer_id)
                  WHERE ordered_at {IN_SPAN} GROUP BY 1""",
        naive=f"""SELECT region, sum(quantity * unit_price - coalesce(discount_amount, 0))
                  FROM orders JOIN order_lines USING (order_id)
                  LEFT JOIN customers USING (customer_id)
                  WHERE orders.status = 'completed' AND ordered_at {IN_SPAN} GROUP BY 1""",
    ),
    # Orders and tickets both hang on customers: joined, each multiplies the other.
    "chasm": Trap(
        query=_query("orders", "tickets", dimensions=("region",), period=SPAN),
        right=f"""SELECT region, coalesce(n, 0), coalesce(t, 0) FROM
            (SELECT region, count(*) AS n FROM orders JOIN customers USING (customer_id)
             WHERE orders.status = 'completed' AND ordered_at {IN_SPAN} GROUP BY 1) a
            FULL JOIN
            (SELECT region, count(*) AS t FROM tickets JOIN customers USING (customer_id)
             WHERE NOT is_spam AND opened_at {IN_SPAN} GROUP BY 1) b
            USING (region) WHERE region IS NOT NULL
            UNION ALL SELECT NULL,
            (SELECT count(*) FROM orders JOIN customers USING (customer_id) WHERE region IS NULL
             AND orders.status = 'completed' AND ordered_at {IN_SPAN}),
            (SELECT count(*) FROM tickets JOIN customers USING (customer_id) WHERE region IS NULL
             AND NOT is_spam AND opened_at {IN_SPAN})""",
        naive=f"""SELECT region, count(order_id), count(ticket_id) FROM customers
                  LEFT JOIN orders USING (customer_id) LEFT JOIN tickets USING (customer_id)
                  WHERE orders.status = 'completed' AND ordered_at {IN_SPAN}
                  AND NOT is_spam AND opened_at {IN_SPAN} GROUP BY 1""",
    ),
    # An order's campaign is not the campaign that won its customer.
    "role-playing dimension": Trap(
        query=_query("orders", dimensions=("campaign_channel",), period=SPAN),
        right=f"""SELECT c.channel, count(*) FROM orders LEFT JOIN campaigns c USING (campaign_id)
                  WHERE status = 'completed' AND ordered_at {IN_SPAN} GROUP BY 1""",
        naive=f"""SELECT c.channel, count(*) FROM orders JOIN customers k USING (customer_id)
                  LEFT JOIN campaigns c ON c.campaign_id = k.acquisition_campaign_id
                  WHERE orders.status = 'completed' AND ordered_at {IN_SPAN} GROUP BY 1""",
    ),
    # A session's country is not its customer's.
    "role-playing column": Trap(
        query=_query("sessions", filters=(
            Filter(dimension="session_country", operator="=", values=("France",)),
            Filter(dimension="known_visitor", operator="=", values=(True,)))),
        right="""SELECT count(*) FROM web_sessions WHERE country = 'France'
                 AND customer_id IS NOT NULL AND started_at < '2026-06-30'""",
        naive="""SELECT count(*) FROM web_sessions JOIN customers c USING (customer_id)
                 WHERE c.country = 'France' AND started_at < '2026-06-30'""",
    ),
    # A day without orders is a day with 0 orders, not no day.
    "missing day": Trap(
        query=_query("orders", grain="day", period=_period("2026-01-01", "2026-03-01")),
        right="""SELECT d::DATE, count(order_id) FROM range(DATE '2026-01-01', DATE '2026-03-01',
                 INTERVAL 1 DAY) t(d) LEFT JOIN orders ON ordered_at::DATE = d
                 AND status = 'completed' GROUP BY 1""",
        naive="""SELECT ordered_at::DATE, count(*) FROM orders WHERE status = 'completed'
                 AND ordered_at BETWEEN '2026-01-01' AND '2026-02-28 23:59:59' GROUP BY 1""",
    ),
    # A customer who bought only now, or only then, belongs to the comparison.
    "new category": Trap(
        query=_query("orders", dimensions=("customer_id",), compare="difference",
                     period=_period("2026-05-01", "2026-06-01"),
                     compare_to=_period("2026-04-01", "2026-05-01")),
        right="""SELECT customer_id, count(*) FILTER (m = 5), count(*) FILTER (m = 4),
                 count(*) FILTER (m = 5) - count(*) FILTER (m = 4)
                 FROM (SELECT customer_id, month(ordered_at) AS m FROM orders
                       WHERE status = 'completed'
                       AND ordered_at BETWEEN '2026-04-01' AND '2026-05-31 23:59:59') GROUP BY 1""",
        naive="""SELECT customer_id, a.n, b.n, a.n - b.n FROM
                 (SELECT customer_id, count(*) AS n FROM orders WHERE status = 'completed' AND
                  ordered_at BETWEEN '2026-05-01' AND '2026-05-31 23:59:59' GROUP BY 1) a JOIN
                 (SELECT customer_id, count(*) AS n FROM orders WHERE status = 'completed' AND
                  ordered_at BETWEEN '2026-04-01' AND '2026-04-30 23:59:59' GROUP BY 1) b
                 USING (customer_id)""",
    ),
    # Orders without a channel stay a group of their own in both periods, and meet each other.
    "null group": Trap(
        query=_query("orders", dimensions=("order_channel",), compare="difference",
                     period=_period("2026-01-01", "2026-06-01"),
                     compare_to=_period("2025-01-01", "2025-06-01")),
        right="""SELECT channel, count(*) FILTER (y = 2026), count(*) FILTER (y = 2025),
                 count(*) FILTER (y = 2026) - count(*) FILTER (y = 2025)
                 FROM (SELECT channel, year(ordered_at) AS y FROM orders WHERE status = 'completed'
                       AND month(ordered_at) <= 5 AND ordered_at >= '2025-01-01') GROUP BY 1""",
        naive="""SELECT channel, a.n, b.n, a.n - b.n FROM
                 (SELECT channel, count(*) AS n FROM orders WHERE status = 'completed' AND
                  ordered_at BETWEEN '2026-01-01' AND '2026-05-31 23:59:59' GROUP BY 1) a JOIN
                 (SELECT channel, count(*) AS n FROM orders WHERE status = 'completed' AND
                  ordered_at BETWEEN '2025-01-01' AND '2025-05-31 23:59:59' GROUP BY 1) b
                 USING (channel)""",
    ),
    # 1 March 2024 is one year after 1 March 2023, not after 2 March (365 days).
    "leap day": Trap(
        query=_query("sessions", grain="day", compare="difference", compare_step="year",
                     period=_period("2025-02-20", "2025-03-10")),
        right="""SELECT d::DATE, (SELECT count(*) FROM web_sessions WHERE started_at::DATE = d),
                 (SELECT count(*) FROM web_sessions WHERE started_at::DATE = d)
                 - (SELECT count(*) FROM web_sessions WHERE started_at::DATE = d - INTERVAL 1 YEAR)
                 FROM range(DATE '2025-02-20', DATE '2025-03-10', INTERVAL 1 DAY) t(d)""",
        naive="""SELECT d::DATE, (SELECT count(*) FROM web_sessions WHERE started_at::DATE = d),
                 (SELECT count(*) FROM web_sessions WHERE started_at::DATE = d)
                 - (SELECT count(*) FROM web_sessions WHERE started_at::DATE = d - INTERVAL 365 DAY)
                 FROM range(DATE '2025-02-20', DATE '2025-03-10', INTERVAL 1 DAY) t(d)""",
    ),
    # The 29th to the 31st of March have a month before too: the last day of February.
    "month end": Trap(
        query=_query("sessions", grain="day", compare="difference", compare_step="month",
                     period=_period("2026-03-01", "2026-04-01")),
        right="""SELECT d::DATE, (SELECT count(*) FROM web_sessions WHERE started_at::DATE = d),
                 (SELECT count(*) FROM web_sessions WHERE started_at::DATE = d)
                 - (SELECT count(*) FROM web_sessions
                    WHERE started_at::DATE = d - INTERVAL 1 MONTH)
                 FROM range(DATE '2026-03-01', DATE '2026-04-01', INTERVAL 1 DAY) t(d)""",
        naive="""SELECT a.d, a.n, a.n - b.n FROM
                 (SELECT started_at::DATE AS d, count(*) AS n FROM web_sessions GROUP BY 1) a JOIN
                 (SELECT (started_at::DATE + INTERVAL 1 MONTH)::DATE AS d, count(*) AS n
                  FROM web_sessions GROUP BY started_at::DATE) b USING (d)
                 WHERE a.d BETWEEN '2026-03-01' AND '2026-03-31'""",
    ),
    # Times are UTC: the hour that Berlin's clocks skip has its tickets, and stays in its hour.
    "DST": Trap(
        query=_query("sessions", dimensions=("hour_of_day",),
                     period=_period("2026-03-25", "2026-04-02")),
        right="""SELECT hour(started_at), count(*) FROM web_sessions WHERE started_at
                 BETWEEN '2026-03-25' AND '2026-04-01 23:59:59' GROUP BY 1""",
        naive="""SELECT (hour(started_at) + CASE WHEN started_at >= '2026-03-29 01:00:00' THEN 2
                 ELSE 1 END) % 24, count(*) FROM web_sessions WHERE started_at
                 BETWEEN '2026-03-25' AND '2026-04-01 23:59:59' GROUP BY 1""",
    ),
    # The week from 29 December 2025 to 4 January 2026 is one week.
    "week across years": Trap(
        query=_query("sessions", grain="week", period=_period("2025-12-15", "2026-01-19")),
        right="""SELECT date_trunc('week', started_at)::DATE, count(*) FROM web_sessions
                 WHERE started_at BETWEEN '2025-12-15' AND '2026-01-18 23:59:59' GROUP BY 1""",
        naive="""SELECT min(started_at::DATE), count(*) FROM web_sessions
                 WHERE started_at BETWEEN '2025-12-15' AND '2026-01-18 23:59:59'
                 GROUP BY year(started_at), week(started_at)""",
    ),
    # Quarter to date stops before the as-of date, whatever rows come after it.
    "partial period": Trap(
        query=_query("sessions", period=_period("2026-04-01", "2026-07-01")),
        right="""SELECT count(*) FROM web_sessions
                 WHERE started_at >= '2026-04-01' AND started_at < '2026-06-30'""",
        naive="""SELECT count(*) FROM web_sessions
                 WHERE started_at >= '2026-04-01' AND started_at < '2026-07-01'""",
    ),
    # A rate of no orders is no data, not 0; of some, the ratio of sums, not the mean of flags.
    "ratio over nothing": Trap(
        query=_query("return rate", grain="day", period=_period("2026-02-01", "2026-02-15")),
        right="""SELECT d::DATE, count(order_id) FILTER (status = 'returned')
                 / nullif(count(order_id), 0)
                 FROM range(DATE '2026-02-01', DATE '2026-02-15', INTERVAL 1 DAY) t(d)
                 LEFT JOIN orders ON ordered_at::DATE = d AND status IN ('completed', 'returned')
                 GROUP BY 1""",
        naive="""SELECT d::DATE, coalesce(avg((status = 'returned')::INT), 0)
                 FROM range(DATE '2026-02-01', DATE '2026-02-15', INTERVAL 1 DAY) t(d)
                 LEFT JOIN orders ON ordered_at::DATE = d GROUP BY 1""",
    ),
    # Who bought in two channels is one customer: groups do not add up, shares are of the whole.
    "distinct over groups": Trap(
        query=_query("active customers", dimensions=("order_channel",), share_of_total=True,
                     period=SPAN),
        right=f"""SELECT channel, count(DISTINCT customer_id) / (SELECT count(DISTINCT customer_id)
                  FROM orders WHERE status = 'completed' AND ordered_at {IN_SPAN})
                  FROM orders WHERE status = 'completed' AND ordered_at {IN_SPAN} GROUP BY 1""",
        naive=f"""SELECT channel, n / sum(n) OVER () FROM (SELECT channel,
                  count(DISTINCT customer_id) AS n FROM orders WHERE status = 'completed'
                  AND ordered_at {IN_SPAN} GROUP BY 1)""",
    ),
    # A backlog is as it stands at the quarter's end: neither the months' sum nor what was opened.
    "semi-additive": Trap(
        query=_query("open tickets", grain="quarter", period=_period("2025-07-01", "2026-04-01")),
        right="""SELECT q::DATE, (SELECT count(*) FROM tickets WHERE NOT is_spam
                 AND opened_at < q + INTERVAL 3 MONTH
                 AND (resolved_at IS NULL OR resolved_at >= q + INTERVAL 3 MONTH))
                 FROM range(DATE '2025-07-01', DATE '2026-04-01', INTERVAL 3 MONTH) t(q)""",
        naive="""SELECT date_trunc('quarter', m)::DATE, sum((SELECT count(*) FROM tickets
                 WHERE NOT is_spam AND opened_at < m + INTERVAL 1 MONTH
                 AND (resolved_at IS NULL OR resolved_at >= m + INTERVAL 1 MONTH)))
                 FROM range(DATE '2025-07-01', DATE '2026-04-01', INTERVAL 1 MONTH) t(m)
                 GROUP BY 1""",
    ),
    # Many customers have as many orders: who is among the first five is decided by name, then id.
    "top-n with ties": Trap(
        query=_query("orders", dimensions=("customer",), top_n=5,
                     period=_period("2026-05-01", "2026-06-01")),
        right="""SELECT full_name, n FROM (SELECT full_name, customer_id, count(*) AS n
                 FROM orders JOIN customers USING (customer_id) WHERE orders.status = 'completed'
                 AND ordered_at BETWEEN '2026-05-01' AND '2026-05-31 23:59:59' GROUP BY 1, 2)
                 ORDER BY n DESC, full_name, customer_id LIMIT 5""",
        naive="""SELECT full_name, count(*) AS n
                 FROM orders JOIN customers USING (customer_id) WHERE orders.status = 'completed'
                 AND ordered_at BETWEEN '2026-05-01' AND '2026-05-31 23:59:59' GROUP BY 1
                 ORDER BY n DESC LIMIT 5""",
        ordered=True,
    ),
    # "search" is how a customer came and what a campaign runs on: each filter means its column.
    "filter on a value that exists in two columns": Trap(
        query=_query("new customers", filters=(
            Filter(dimension="acquisition_channel", operator="=", values=("search",)),)),
        right="""SELECT count(*) FROM customers WHERE acquisition_channel = 'search'
                 AND signed_up_at < '2026-06-30'""",
        naive="""SELECT count(*) FROM customers LEFT JOIN campaigns
                 ON campaign_id = acquisition_campaign_id WHERE (acquisition_channel = 'search'
                 OR channel = 'search') AND signed_up_at < '2026-06-30'""",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def database(random_folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = opened(random_folder)
    yield connection
    connection.close()


@pytest.mark.parametrize("name", TRAPS)
def test_trap(
    name: str,
    random_warehouse: DuckDBWarehouse,
    catalogue: Catalogue,
    database: duckdb.DuckDBPyConnection,
) -> None:
    trap = TRAPS[name]
    ours = compiled_rows(trap.query, random_warehouse, catalogue)
    assert_same(ours, sql_rows(database, trap.right), ordered=trap.ordered)
    with pytest.raises(AssertionError):  # else the trap is not set
        assert_same(ours, sql_rows(database, trap.naive), ordered=trap.ordered)


def test_a_partial_period_is_named_as_one(
    random_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    query = TRAPS["partial period"].query
    notes = answer(query, warehouse=random_warehouse, catalogue=catalogue).receipt.notes
    assert any("29 June 2026" in note for note in notes), notes


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
def test_the_machines_time_zone_changes_nothing(
    zone: str, random_folder: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows() -> list[Rows]:
        warehouse = DuckDBWarehouse(random_folder)
        queries = (
            _query("sessions", dimensions=("hour_of_day",), period=SPAN),
            _query("resolution time", grain="day", period=_period("2026-03-20", "2026-04-05")),
            _query("availability", grain="day", period=_period("2025-10-20", "2025-11-05")),
        )
        return [compiled_rows(query, warehouse, catalogue) for query in queries]

    expected = rows()
    before = os.environ.get("TZ")
    try:
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert rows() == expected
    finally:
        monkeypatch.undo()
        assert os.environ.get("TZ") == before
        time.tzset()

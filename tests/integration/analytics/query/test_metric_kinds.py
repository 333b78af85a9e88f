# ruff: noqa: E501 - the YAML of a metric is one line
"""Every type of metric of the catalogue, by name, against SQL written by hand on the demo data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest

from analytics.catalogue import Catalogue, load_catalogue
from analytics.model import Cell, Filter, MetricQuery, Period
from analytics.query.cells import cells
from analytics.query.compile import compile_query
from analytics.query.run import answer
from analytics.query.warehouse import DuckDBWarehouse

AS_OF = date(2026, 6, 30)
SPRING = Period(start=date(2026, 3, 1), end=date(2026, 6, 1))
WINTER = Period(start=date(2026, 1, 1), end=date(2026, 3, 1))
MAY = Period(start=date(2026, 5, 1), end=date(2026, 6, 1))

_MEASURES = """
  last disk: {fact: readings, aggregate: mean, column: value, where: {metric: [disk_used]}, dated_by: measured_at, keep: {take: last, per: [service_id]}}
  first disk: {fact: readings, aggregate: sum, column: value, where: {metric: [disk_used]}, dated_by: measured_at, keep: {take: first}}
"""
_METRICS = """
  - {name: net of spend, label: Net of spend, unit: money, type: derived, definition: d, dated_by: x, formula: {expression: revenue - campaign_spend}}
  - {name: margin per visit, label: Margin per visit, unit: money, type: derived, definition: d, dated_by: x, formula: {expression: gross_margin / sessions}}
  - {name: margin of hundred, label: Margin of hundred, unit: percent, type: derived, definition: d, dated_by: x, formula: {expression: gross_margin / revenue * 100}}
  - {name: revenue of the year, label: Revenue of the year so far, unit: money, type: cumulative, definition: d, dated_by: x, formula: {running: revenue, since: year}}
  - {name: revenue ever, label: Revenue ever, unit: money, type: cumulative, definition: d, dated_by: x, formula: {running: revenue}}
  - {name: buyers of 28 days, label: Buyers of 28 days, unit: count, type: cumulative, definition: d, dated_by: x, formula: {running: buyers, trailing: {n: 28, grain: day}}}
  - {name: early buyers, label: Early buyers, unit: fraction, type: conversion, definition: d, dated_by: x, formula: {conversion: {first: sign-ups, then: completed orders, by: customer_id, within_days: 30}}}
  - {name: disk at the end, label: Disk at the end, unit: percent, definition: d, dated_by: x, formula: {measure: last disk}}
  - {name: disk at the start, label: Disk at the start, unit: percent, definition: d, dated_by: x, formula: {measure: first disk}}
"""
_ROLES = """
  - {name: won by campaign, entity: first_campaign, like: campaign, label: Campaign that won the customer}
"""


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The shipped catalogue with metrics of every type, and a second role of the campaign."""
    folder = tmp_path_factory.mktemp("kinds")
    shipped = files("analytics.catalogue")
    texts = {
        name: shipped.joinpath(f"{name}.yaml").read_text(encoding="utf-8")
        for name in ("facts", "metrics", "dimensions")
    }
    texts["metrics"] = (
        texts["metrics"].replace("\nmetrics:\n", f"{_MEASURES}\nmetrics:\n") + _METRICS
    )
    texts["dimensions"] += _ROLES
    texts["facts"] = texts["facts"].replace(
        "  contact: {table", "  first_campaign: {role_of: campaign}\n  contact: {table", 1
    )
    reach = "      campaign: {path: [{entity: campaign, by: campaign_id}], cardinality: many to one, optional: true}\n"
    role = (
        "      first_campaign: {path: [{entity: customer, by: customer_id}, {entity: "
        "first_campaign, by: acquisition_campaign_id}], cardinality: many to one, optional: true}\n"
    )
    assert reach in texts["facts"]
    texts["facts"] = texts["facts"].replace(reach, reach + role, 2)
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_catalogue(folder)


@pytest.fixture(scope="module")
def sql(demo_folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for file in demo_folder.glob("*.parquet"):
        connection.execute(f"CREATE VIEW {file.stem} AS FROM '{file}'")
    connection.execute(
        "CREATE VIEW sold AS SELECT o.*, (SELECT sum(quantity * unit_price) FROM order_lines l "
        "WHERE l.order_id = o.order_id) - discount_amount AS net FROM orders o "
        "WHERE status = 'completed' AND ordered_at < TIMESTAMP '2026-06-30'"
    )
    return connection


def mine(
    query: MetricQuery, warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> list[tuple[Cell, ...]]:
    compiled = compile_query(query, warehouse=warehouse, catalogue=catalogue)
    frame, _ = warehouse.run(compiled.table)
    return list(cells(frame, compiled.table.schema()))


def same(found: Sequence[Sequence[Cell]], wanted: Sequence[Sequence[object]]) -> None:
    assert wanted
    assert len(found) == len(wanted)
    for row, expected in zip(sorted(found, key=str), sorted(wanted, key=str), strict=True):
        for value, theirs in zip(row, expected, strict=True):
            if theirs is None or isinstance(theirs, str | date):
                assert value == theirs
            else:
                assert value == pytest.approx(float(str(theirs)), rel=1e-9)


IN_SPRING = "BETWEEN TIMESTAMP '2026-03-01' AND TIMESTAMP '2026-05-31 23:59:59.999999'"

ONE_NUMBER = {
    "net of spend": f"SELECT (SELECT sum(net) FROM sold WHERE ordered_at {IN_SPRING}) - "
    "(SELECT sum(spend) FROM campaigns WHERE started_on BETWEEN '2026-03-01' AND '2026-05-31')",
    "margin per visit": "SELECT (SELECT sum(net - k) FROM sold JOIN (SELECT order_id, "
    "sum(quantity * unit_cost) AS k FROM order_lines GROUP BY ALL) USING (order_id) "
    f"WHERE ordered_at {IN_SPRING}) / (SELECT count(*) FROM web_sessions WHERE started_at "
    f"{IN_SPRING})",
    "margin of hundred": "SELECT 100 * sum(net - k) / sum(net) FROM sold JOIN (SELECT order_id, "
    "sum(quantity * unit_cost) AS k FROM order_lines GROUP BY ALL) USING (order_id) "
    f"WHERE ordered_at {IN_SPRING}",
    "revenue of the year": "SELECT sum(net) FROM sold WHERE ordered_at >= '2026-01-01' "
    "AND ordered_at < '2026-06-01'",
    "revenue ever": "SELECT sum(net) FROM sold WHERE ordered_at < '2026-06-01'",
    "buyers of 28 days": "SELECT count(DISTINCT customer_id) FROM sold WHERE ordered_at >= "
    "'2026-05-04' AND ordered_at < '2026-06-01'",
    "early buyers": "SELECT avg(CAST(EXISTS (FROM sold s WHERE s.customer_id = c.customer_id AND "
    "ordered_at >= signed_up_at AND ordered_at < signed_up_at + INTERVAL 30 DAY) AS INT)) "
    f"FROM customers c WHERE signed_up_at {IN_SPRING}",
    "disk at the end": "SELECT avg(arg_max(value, measured_at)) OVER () FROM service_metrics "
    f"WHERE metric = 'disk_used' AND measured_at {IN_SPRING} GROUP BY service_id LIMIT 1",
    "disk at the start": "SELECT sum(value) FROM service_metrics WHERE metric = 'disk_used' "
    "AND measured_at = (SELECT min(measured_at) FROM service_metrics WHERE metric = 'disk_used' "
    f"AND measured_at {IN_SPRING})",
}


@pytest.mark.parametrize("metric", ONE_NUMBER)
def test_one_number(
    metric: str,
    demo_warehouse: DuckDBWarehouse,
    kinds: Catalogue,
    sql: duckdb.DuckDBPyConnection,
) -> None:
    query = MetricQuery(metrics=(metric,), period=SPRING, as_of=AS_OF)
    same(mine(query, demo_warehouse, kinds), sql.execute(ONE_NUMBER[metric]).fetchall())


def test_a_derived_metric_by_month_fills_a_month_without_one_side(
    demo_warehouse: DuckDBWarehouse, kinds: Catalogue, sql: duckdb.DuckDBPyConnection
) -> None:
    """A month without a campaign has no spend, not no number."""
    query = MetricQuery(metrics=("net of spend",), grain="month", period=SPRING, as_of=AS_OF)
    theirs = sql.execute(
        "SELECT m, coalesce(n, 0) - coalesce(k, 0) FROM (SELECT CAST(date_trunc('month', "
        f"ordered_at) AS DATE) AS m, sum(net) AS n FROM sold WHERE ordered_at {IN_SPRING} GROUP BY "
        "ALL) LEFT JOIN (SELECT CAST(date_trunc('month', started_on) AS DATE) AS m, sum(spend) AS "
        "k FROM campaigns GROUP BY ALL) USING (m)"
    ).fetchall()
    same(mine(query, demo_warehouse, kinds), theirs)


def test_a_derived_metric_splits_only_by_what_all_its_parts_have(kinds: Catalogue) -> None:
    assert kinds.has_dimension("margin of hundred", "region")
    assert not kinds.has_dimension("net of spend", "region")
    assert kinds.metrics["margin of hundred"].additive is False
    assert kinds.metrics["net of spend"].additive is True


def test_a_running_total_by_month_starts_anew_in_january(
    demo_warehouse: DuckDBWarehouse, kinds: Catalogue, sql: duckdb.DuckDBPyConnection
) -> None:
    winter = Period(start=date(2025, 11, 1), end=date(2026, 3, 15))
    query = MetricQuery(metrics=("revenue of the year",), grain="month", period=winter, as_of=AS_OF)
    theirs = sql.execute(
        "SELECT m, (SELECT sum(net) FROM sold WHERE year(ordered_at) = year(m) AND ordered_at < "
        "least(m + INTERVAL 1 MONTH, TIMESTAMP '2026-03-15')) FROM (SELECT unnest(["
        "DATE '2025-11-01', DATE '2025-12-01', DATE '2026-01-01', DATE '2026-02-01', "
        "DATE '2026-03-01']) AS m)"
    ).fetchall()
    same(mine(query, demo_warehouse, kinds), theirs)


def test_a_running_total_keeps_groups_that_stopped_selling(
    demo_warehouse: DuckDBWarehouse, kinds: Catalogue, sql: duckdb.DuckDBPyConnection
) -> None:
    query = MetricQuery(
        metrics=("revenue ever",), dimensions=("city",), grain="quarter", period=SPRING, as_of=AS_OF
    )
    theirs = sql.execute(
        "SELECT CAST(q AS DATE), city, (SELECT coalesce(sum(net), 0) FROM sold JOIN customers c2 "
        "USING (customer_id) WHERE c2.city IS NOT DISTINCT FROM c.city AND ordered_at < least(q + "
        "INTERVAL 3 MONTH, TIMESTAMP '2026-06-01')) FROM (SELECT DISTINCT city FROM sold JOIN "
        "customers USING (customer_id) WHERE ordered_at < '2026-06-01') c CROSS JOIN (SELECT "
        "unnest([DATE '2026-01-01', DATE '2026-04-01']) AS q)"
    ).fetchall()
    same(mine(query, demo_warehouse, kinds), theirs)


def test_distinct_buyers_of_28_days_are_counted_anew_each_week(
    demo_warehouse: DuckDBWarehouse, kinds: Catalogue, sql: duckdb.DuckDBPyConnection
) -> None:
    """Distinct counts of days cannot be added up: the rows themselves are looked at."""
    query = MetricQuery(metrics=("buyers of 28 days",), grain="week", period=MAY, as_of=AS_OF)
    theirs = sql.execute(
        "SELECT CAST(w AS DATE), (SELECT count(DISTINCT customer_id) FROM sold WHERE ordered_at < "
        "least(w + INTERVAL 7 DAY, TIMESTAMP '2026-06-01') AND ordered_at >= least(w + INTERVAL 7 "
        "DAY, TIMESTAMP '2026-06-01') - INTERVAL 28 DAY) FROM (SELECT unnest(generate_series("
        "DATE '2026-04-27', DATE '2026-05-25', INTERVAL 7 DAY)) AS w)"
    ).fetchall()
    same(mine(query, demo_warehouse, kinds), theirs)


def test_a_conversion_by_group_counts_each_customer_once(
    demo_warehouse: DuckDBWarehouse, kinds: Catalogue, sql: duckdb.DuckDBPyConnection
) -> None:
    query = MetricQuery(
        metrics=("early buyers",), dimensions=("region",), period=SPRING, as_of=AS_OF
    )
    theirs = sql.execute(
        "SELECT region, avg(CAST(EXISTS (FROM sold s WHERE s.customer_id = c.customer_id AND "
        "ordered_at >= signed_up_at AND ordered_at < signed_up_at + INTERVAL 30 DAY) AS INT)) "
        f"FROM customers c WHERE signed_up_at {IN_SPRING} GROUP BY ALL"
    ).fetchall()
    same(mine(query, demo_warehouse, kinds), theirs)


def test_a_stock_by_month_takes_the_last_reading_of_each_month(
    demo_warehouse: DuckDBWarehouse, kinds: Catalogue, sql: duckdb.DuckDBPyConnection
) -> None:
    """Semi-additive: neither the mean over the month nor its sum."""
    query = MetricQuery(metrics=("disk at the end",), grain="month", period=SPRING, as_of=AS_OF)
    theirs = sql.execute(
        "SELECT m, avg(v) FROM (SELECT CAST(date_trunc('month', measured_at) AS DATE) AS m, "
        "arg_max(value, measured_at) AS v FROM service_metrics WHERE metric = 'disk_used' AND "
        f"measured_at {IN_SPRING} GROUP BY m, service_id) GROUP BY m"
    ).fetchall()
    same(mine(query, demo_warehouse, kinds), theirs)


def test_two_roles_of_the_campaign_stand_beside_one_another(
    demo_warehouse: DuckDBWarehouse, kinds: Catalogue, sql: duckdb.DuckDBPyConnection
) -> None:
    """The campaign an order came from is not the campaign that won its customer."""
    query = MetricQuery(
        metrics=("orders",),
        dimensions=("campaign", "won by campaign"),
        filters=(Filter(dimension="campaign", operator="not null", values=()),),
        period=SPRING,
        as_of=AS_OF,
    )
    theirs = sql.execute(
        "SELECT a.name, b.name, count(*) FROM sold JOIN campaigns a USING (campaign_id) JOIN "
        "customers c USING (customer_id) LEFT JOIN campaigns b ON b.campaign_id = "
        f"c.acquisition_campaign_id WHERE ordered_at {IN_SPRING} GROUP BY a.campaign_id, a.name, "
        "b.campaign_id, b.name"
    ).fetchall()
    assert any(row[0] != row[1] for row in theirs), "a vacuous test"
    same(mine(query, demo_warehouse, kinds), theirs)


def test_kinds_are_known_by_name(kinds: Catalogue) -> None:
    found = {
        name: kinds.metrics[name].kind
        for name in ("revenue", "active customers", "bounce rate", "churn rate", "early buyers")
    }
    assert found == {
        "revenue": "simple",
        "active customers": "distinct count",
        "bounce rate": "ratio",
        "churn rate": "rate over a starting population",
        "early buyers": "conversion",
    }


@pytest.mark.parametrize(
    ("metric", "period", "words"),
    [
        ("revenue of the year", SPRING, "from the first day of its year to the end"),
        ("revenue ever", SPRING, "counts everything to the end"),
        ("buyers of 28 days", SPRING, "looks back 28 days from the end"),
        ("early buyers", Period(start=date(2026, 6, 1), end=date(2026, 6, 30)), "may still follow"),
    ],
)
def test_the_receipt_says_what_lies_beyond_the_period(
    metric: str, period: Period, words: str, demo_warehouse: DuckDBWarehouse, kinds: Catalogue
) -> None:
    query = MetricQuery(metrics=(metric,), period=period, as_of=AS_OF)
    receipt = answer(query, warehouse=demo_warehouse, catalogue=kinds).receipt
    assert any(words in note for note in receipt.notes)
    assert receipt.definition_version == kinds.metrics[metric].version


def test_a_conversion_whose_days_are_over_has_no_such_note(
    demo_warehouse: DuckDBWarehouse, kinds: Catalogue
) -> None:
    query = MetricQuery(metrics=("early buyers",), period=WINTER, as_of=AS_OF)
    receipt = answer(query, warehouse=demo_warehouse, catalogue=kinds).receipt
    assert not any("may still follow" in note for note in receipt.notes)

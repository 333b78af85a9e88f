"""Every metric of the catalogue equals SQL written by hand, on rows full of traps.

Each is taken whole, over a period that starts and ends inside a month, grouped by a dimension that
has NULLs where it can, and month by month up to the as-of date.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from analytics.catalogue import Catalogue
from analytics.model import MetricQuery, Period
from analytics.query.warehouse import DuckDBWarehouse
from tests.integration.analytics.query.comparing import (
    Rows,
    assert_same,
    compiled_rows,
    opened,
    sql_rows,
)
from tests.integration.analytics.query.reference import REFERENCES

AS_OF = date(2026, 6, 30)
FIRST_DAY = date(2024, 1, 1)
PERIOD = Period(start=date(2025, 2, 10), end=date(2026, 6, 17))
MONTHS = Period(start=date(2026, 4, 11), end=date(2026, 7, 20))

PERIOD_OF_ITS_OWN = ("churn rate", "retention rate", "availability")


@pytest.fixture(scope="module")
def database(random_folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = opened(random_folder)
    yield connection
    connection.close()


def by_hand(
    database: duckdb.DuckDBPyConnection, metric: str, start: date, end: date, by: str = ""
) -> Rows:
    group = "GROUP BY ALL" if by else ""
    sql = REFERENCES[metric].sql
    return sql_rows(database, sql.format(s=start, e=end, by=f"{by}," if by else "", group=group))


def test_every_metric_has_a_reference(catalogue: Catalogue) -> None:
    compiled = {name for name, metric in catalogue.metrics.items() if metric.formula}
    assert compiled == set(REFERENCES)


@pytest.mark.parametrize("metric", REFERENCES)
def test_metric_over_a_period(
    metric: str,
    random_warehouse: DuckDBWarehouse,
    catalogue: Catalogue,
    database: duckdb.DuckDBPyConnection,
) -> None:
    query = MetricQuery(metrics=(metric,), period=PERIOD, as_of=AS_OF)
    theirs = by_hand(database, metric, PERIOD.start, PERIOD.end)
    assert theirs[0][0] not in (None, 0), "a vacuous test"
    assert_same(compiled_rows(query, random_warehouse, catalogue), theirs)


@pytest.mark.parametrize(
    "metric", [m for m in REFERENCES if m not in ("churn rate", "retention rate", "availability")]
)
def test_metric_over_everything_stops_before_the_as_of_date(
    metric: str,
    random_warehouse: DuckDBWarehouse,
    catalogue: Catalogue,
    database: duckdb.DuckDBPyConnection,
) -> None:
    query = MetricQuery(metrics=(metric,), as_of=AS_OF)
    theirs = by_hand(database, metric, FIRST_DAY, AS_OF)
    assert_same(compiled_rows(query, random_warehouse, catalogue), theirs)


@pytest.mark.parametrize("metric", REFERENCES)
def test_metric_by_a_dimension(
    metric: str,
    random_warehouse: DuckDBWarehouse,
    catalogue: Catalogue,
    database: duckdb.DuckDBPyConnection,
) -> None:
    reference = REFERENCES[metric]
    query = MetricQuery(
        metrics=(metric,), dimensions=(reference.dimension,), period=PERIOD, as_of=AS_OF
    )
    theirs = by_hand(database, metric, PERIOD.start, PERIOD.end, reference.by)
    assert len(theirs) > 1, "a vacuous test"
    assert_same(compiled_rows(query, random_warehouse, catalogue), theirs)


@pytest.mark.parametrize("metric", [m for m in REFERENCES if m != "historic lifetime value"])
def test_metric_month_by_month(
    metric: str,
    random_warehouse: DuckDBWarehouse,
    catalogue: Catalogue,
    database: duckdb.DuckDBPyConnection,
) -> None:
    """April starts on the 11th, June stops at the as-of date, July does not appear."""
    query = MetricQuery(metrics=(metric,), grain="month", period=MONTHS, as_of=AS_OF)
    spans = [
        (date(2026, 4, 1), MONTHS.start, date(2026, 5, 1)),
        (date(2026, 5, 1), date(2026, 5, 1), date(2026, 6, 1)),
        (date(2026, 6, 1), date(2026, 6, 1), AS_OF),
    ]
    sums = catalogue.metrics[metric].additive
    theirs: Rows = []
    for label, start, end in spans:
        (value,) = by_hand(database, metric, start, end)[0]
        theirs.append((label, 0.0 if value is None and sums else value))
    assert_same(compiled_rows(query, random_warehouse, catalogue), theirs)

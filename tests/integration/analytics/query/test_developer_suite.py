"""Hand-built metric queries give the rows of the developers' suite's own SQL.

Only the ids and the SQL of the suite are read; what each case asks for is written here as a metric
query, so this tests the compiler alone and not the understanding of language.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from analytics.catalogue import Catalogue
from analytics.model import Cell, CustomerCondition, Filter, MetricQuery, Period
from analytics.query.warehouse import DuckDBWarehouse
from tests.integration.analytics.query.comparing import (
    assert_same,
    compiled_rows,
    opened,
    sql_rows,
)
from tests.integration.analytics.query.random_warehouse import random_tables, write_warehouse

pytestmark = pytest.mark.shared

AS_OF = date(2026, 6, 30)


def days(start: date, end: date) -> Period:
    return Period(start=start, end=end)


def where(dimension: str, *values: Cell, op: str = "=") -> Filter:
    operator = "in" if op == "=" and len(values) > 1 else op
    return Filter(dimension=dimension, operator=operator, values=values)  # type: ignore[arg-type]


def query(*metrics: str, **parts: object) -> MetricQuery:
    return MetricQuery(metrics=metrics, as_of=AS_OF, **parts)  # type: ignore[arg-type]


Y25 = days(date(2025, 1, 1), date(2026, 1, 1))
MAY = days(date(2026, 5, 1), date(2026, 6, 1))
APR = days(date(2026, 4, 1), date(2026, 5, 1))
YTD = days(date(2026, 1, 1), AS_OF)
Q1 = days(date(2026, 1, 1), date(2026, 4, 1))

QUERIES = {
    "qd-001": query("revenue", period=MAY),
    "qd-002": query("retention rate", period=Y25),
    "qd-003": query("new customers", dimensions=("acquisition_channel",), period=YTD),
    "qd-004": query("units sold", dimensions=("product_category",)),
    "qd-005": query("average order value", dimensions=("order_channel",)),
    "qd-006": query("product holding", dimensions=("plan",)),
    "qd-007": query("open tickets", dimensions=("priority",)),
    "qd-008": query("csat", period=Y25),
    "qd-009": query("gross margin", dimensions=("region",), period=Y25),
    "qd-010": query(
        "campaign spend", dimensions=("objective",), period=days(date(2025, 4, 1), date(2026, 4, 1))
    ),
    "qd-011": query("new customers", dimensions=("region", "plan"), period=Y25),
    "qd-012": query("revenue", period=YTD),
    "qd-013": query("nps", period=Q1),
    "qd-014": query("tickets", grain="week", period=Q1),
    "qd-015": query("mttr", filters=(where("severity", 1),)),
    "qd-016": query("bounce rate", dimensions=("source",), period=days(date(2026, 5, 31), AS_OF)),
    "qd-017": query("sla compliance", dimensions=("team",), period=MAY),
    "qd-018": query("open rate", "click rate", dimensions=("campaign_channel",)),
    "qd-019": query("revenue", filters=(where("plan", "premium"),), period=Y25),
    "qd-020": query("tickets", filters=(where("ticket_channel", "chat"),), period=MAY),
    "qd-021": query("average order value", filters=(where("lifestyle", "brand loyal"),)),
    "qd-022": query(
        "new customers", dimensions=("region",), period=days(date(2025, 7, 1), date(2025, 10, 1))
    ),
    "qd-023": query(
        "incidents",
        filters=(where("root_cause", "database issue"),),
        period=days(date(2026, 4, 1), AS_OF),
    ),
    "qd-024": query("return rate", filters=(where("order_channel", "phone"),)),
    "qd-025": query(
        "sessions",
        dimensions=("source",),
        filters=(where("source", "instagram", "facebook"),),
        period=MAY,
    ),
    "qd-026": query("csat", filters=(where("team", "Service Desk"),), period=YTD),
    "qd-027": query("revenue", period=Y25),
    "qd-028": query(
        "purchase frequency", filters=(where("lifestyle", "early adopter"),), period=Y25
    ),
    "qd-029": query(
        "churned customers", filters=(where("churn_reason", "competitor"),), period=Y25
    ),
    "qd-030": query("gross margin", period=days(date(2025, 10, 1), date(2026, 1, 1))),
    "qd-031": query("pageviews", period=days(date(2026, 6, 23), AS_OF)),
    "qd-032": query("first response time", filters=(where("ticket_channel", "email"),), period=YTD),
    "qd-033": query("customer acquisition cost", period=Y25),
    "qd-034": query("revenue", period=MAY, compare_to=APR),
    "qd-035": query("tickets", period=MAY, compare_to=APR, compare="change_only"),
    "qd-036": query(
        "revenue",
        period=YTD,
        compare_to=days(date(2025, 1, 1), date(2025, 6, 30)),
        compare="growth_only",
    ),
    "qd-037": query(
        "new customers",
        dimensions=("region",),
        period=Q1,
        compare_to=days(date(2025, 1, 1), date(2025, 4, 1)),
    ),
    "qd-038": query(
        "orders", period=Y25, grain="month", compare_step="month", compare="difference"
    ),
    "qd-039": query(
        "revenue per customer",
        dimensions=("income_band",),
        filters=(where("income_band", "low", "high"),),
        period=Q1,
    ),
    "qd-040": query(
        "tickets",
        dimensions=("team",),
        period=MAY,
        compare_to=APR,
        having=(where("difference", 0, op=">"),),
    ),
    "qd-041": query(
        "visitors",
        grain="month",
        period=days(date(2026, 1, 1), date(2026, 6, 1)),
        compare_step="year",
        compare="growth_only",
    ),
    "qd-042": query(
        "units sold", dimensions=("product",), period=Y25, order="descending", top_n=10
    ),
    "qd-043": query(
        "revenue", dimensions=("customer_id", "customer"), period=Y25, order="descending", top_n=5
    ),
    "qd-044": query("churn rate", dimensions=("region",), top_n=1),
    "qd-045": query("resolution time", dimensions=("team",), period=YTD, order="descending"),
    "qd-046": query(
        "campaign roi",
        dimensions=("campaign",),
        filters=(where("campaign_spend", 0, op=">"),),
        top_n=5,
    ),
    "qd-047": query("downtime", dimensions=("service",), period=Y25, top_n=3),
    "qd-048": query(
        "conversion rate",
        dimensions=("landing_page",),
        period=YTD,
        having=(where("sessions", 200, op=">="),),
        top_n=5,
    ),
    "qd-049": query("revenue", dimensions=("product",), period=Q1, top_n=5),
    "qd-050": query(
        "revenue", filters=(where("region", "South"), where("plan", "basic", op="!=")), period=YTD
    ),
    "qd-051": query(
        "tickets",
        filters=(where("ticket_category", "hardware"), where("priority", "urgent", "high")),
        period=Y25,
    ),
    "qd-052": query(
        "orders",
        filters=(where("order_channel", "web", op="!="), where("discount_amount", 20, op=">")),
    ),
    "qd-053": query(
        "customers",
        customer_conditions=(
            CustomerCondition(metric="revenue", operator=">", value=2000, period=Y25),
        ),
    ),
    "qd-054": query(
        "resolved tickets",
        filters=(where("team", "Billing", op="!="), where("late", True)),
        period=days(date(2026, 4, 1), AS_OF),
    ),
    "qd-055": query(
        "incidents",
        filters=(
            where("severity", 1, 2),
            where("root_cause", "memory"),
            where("downtime_minutes", 60, op=">"),
        ),
    ),
    "qd-056": query(
        "csat",
        dimensions=("plan",),
        filters=(where("from_customer", True),),
        period=YTD,
        having=(where("csat", 4, op="<"),),
    ),
    "qd-057": query(
        "new customers",
        filters=(
            where("income_band", "high"),
            where("acquisition_channel", "social"),
            where("age", 30, op="<"),
        ),
        period=Y25,
    ),
    "qd-058": query("open tickets", filters=(where("assignee", op="is null"),)),
    "qd-059": query(
        "sessions",
        filters=(
            where("device", "desktop"),
            where("duration_s", 600, op=">"),
            where("converted", False),
        ),
        period=MAY,
    ),
    "qd-060": query(
        "new customers",
        period=days(date(2024, 1, 1), date(2025, 1, 1)),
        customer_conditions=(CustomerCondition(metric="orders", operator="<", value=1),),
    ),
    "qd-061": query("revenue", grain="month", period=days(date(2025, 12, 1), date(2026, 6, 1))),
    "qd-062": query("mttd", "mtta", grain="quarter", period=Y25),
    "qd-063": query("revenue", period=days(date(2025, 11, 15), date(2026, 1, 1))),
    "qd-064": query("active customers", period=days(date(2026, 5, 31), AS_OF)),
    "qd-065": query("churn rate", grain="month", period=days(date(2025, 1, 1), date(2025, 7, 1))),
    "qd-066": query(
        "cpu load",
        grain="day",
        filters=(where("tier", 1),),
        period=days(date(2026, 6, 22), date(2026, 6, 29)),
    ),
    "qd-067": query("availability", dimensions=("service",), period=MAY),
    "qd-068": query("customers", period=days(date(2025, 12, 31), date(2026, 1, 1))),
    "qd-069": query("open tickets", grain="month", period=Q1),
    "qd-070": query("tickets", dimensions=("hour_of_day",), period=YTD, top_n=1),
    "qd-071": query("revenue", numerator=(where("order_channel", "app"),)),
    "qd-072": query("tickets", dimensions=("ticket_category",), period=YTD, share_of_total=True),
    "qd-073": query("repeat purchase rate", period=Y25),
    "qd-074": query("cart abandonment rate", dimensions=("device",), period=Q1),
    "qd-075": query("gross margin rate", dimensions=("plan",), period=YTD),
    "qd-076": query("incidents", numerator=(where("minutes_to_detect", 5, op="<="),)),
    "qd-077": query("sla compliance", period=days(date(2019, 1, 1), date(2020, 1, 1))),
    "qd-078": query("open tickets", numerator=(where("waiting_days", 14, op=">"),)),
    "qd-079": query("tickets", dimensions=("plan",), period=Q1),
    "qd-080": query(
        "revenue",
        period=YTD,
        customer_conditions=(
            CustomerCondition(metric="incidents", filters=(where("severity", 1),)),
        ),
    ),
    "qd-081": query(
        "csat", dimensions=("team",), filters=(where("follows_ticket", True),), period=Y25
    ),
    "qd-082": query(
        "revenue",
        dimensions=("campaign_channel",),
        filters=(where("from_campaign", True),),
        period=Y25,
    ),
    "qd-083": query(
        "churned customers",
        period=Y25,
        customer_conditions=(
            CustomerCondition(
                metric="tickets", filters=(where("priority", "urgent"),), days_before_churn=90
            ),
        ),
    ),
    "qd-084": query(
        "incidents", "customers affected", dimensions=("owner_team", "severity"), period=YTD
    ),
    "qd-085": query(
        "tickets", per_metric="active customers", per_scale=100, dimensions=("region",), period=Y25
    ),
    "qd-086": query(
        "customers",
        filters=(where("plan", "premium"),),
        customer_conditions=(
            CustomerCondition(metric="sessions", period=MAY),
            CustomerCondition(metric="orders", operator="<", value=1, period=MAY),
        ),
    ),
    "qd-087": query("revenue", filters=(where("region", "South"),), period=Q1),
    "qd-088": query(
        "tickets", filters=(where("priority", "urgent"),), dimensions=("team",), period=MAY
    ),
    "qd-089": query(
        "churned customers", dimensions=("plan",), period=days(date(2024, 1, 1), date(2025, 1, 1))
    ),
    "qd-090": query("new customers", grain="quarter", period=Y25),
    "qd-091": query("average order value", filters=(where("order_channel", "store"),), period=YTD),
    "qd-092": query("response rate", dimensions=("objective",)),
    "qd-093": query(
        "mttr", dimensions=("severity",), filters=(where("root_cause", "deployment"),), period=Y25
    ),
    "qd-094": query("orders", dimensions=("order_channel",), period=MAY, share_of_total=True),
    "qd-095": query("revenue", period=MAY, compare_to=days(date(2025, 5, 1), date(2025, 6, 1))),
}


@pytest.fixture(scope="module")
def suite(shared: Path) -> dict[str, dict[str, object]]:
    file = shared / "data" / "questions" / "questions_dev.yaml"
    if not file.is_file():
        pytest.skip(f"no suite at {file}")
    return {case["id"]: case for case in yaml.safe_load(file.read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def random_clipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random rows that end before the as-of date, as the suite's SQL expects."""
    tables = random_tables(5, beyond=False)
    return write_warehouse(tmp_path_factory.mktemp("random"), tables)


Both = tuple[DuckDBWarehouse, duckdb.DuckDBPyConnection]


@pytest.fixture(scope="module", params=["demo", "random"])
def both(request: pytest.FixtureRequest, demo_folder: Path, random_clipped: Path) -> Iterator[Both]:
    folder = demo_folder if request.param == "demo" else random_clipped
    database = opened(folder)
    yield DuckDBWarehouse(folder), database
    database.close()


def test_every_case_that_expects_rows_is_expressed(suite: dict[str, dict[str, object]]) -> None:
    expected = {name for name, case in suite.items() if case["sql"]}
    assert expected == set(QUERIES)


@pytest.mark.parametrize("case", QUERIES)
def test_case(
    case: str, suite: dict[str, dict[str, object]], both: Both, catalogue: Catalogue
) -> None:
    warehouse, database = both
    ours = compiled_rows(QUERIES[case], warehouse, catalogue)
    theirs = sql_rows(database, str(suite[case]["sql"]))
    assert_same(ours, theirs, ordered=bool(suite[case]["ordered"]))

"""The two joins that inflate sums in silence, and the sums that would show it.

Fan-out: one order has many lines, one incident many customers, one campaign many contacts; a sum
over the joined rows counts the one as often as it has many.
Chasm: customers have orders on one side and tickets, sessions or surveys on the other; joined
through the customer, each side is multiplied by the other.
"""

from __future__ import annotations

from datetime import date

import pytest

from analytics.catalogue import Catalogue
from analytics.model import Filter, MetricQuery, Period
from analytics.query.run import answer
from analytics.query.warehouse import DuckDBWarehouse
from tests.integration.analytics.query.comparing import Rows, assert_same, compiled_rows

AS_OF = date(2026, 6, 30)
PERIOD = Period(start=date(2025, 1, 1), end=date(2026, 4, 1))
ADDITIVE = (
    "revenue", "orders", "units sold", "gross margin", "customers", "new customers",
    "churned customers", "sessions", "pageviews", "campaign spend", "campaign budget", "contacts",
    "campaign revenue", "tickets", "open tickets", "resolved tickets", "incidents", "downtime",
    "customers affected", "requests",
)  # fmt: skip
ONE_OF_EACH = (
    "region", "customer", "age_band", "product_category", "order_channel", "device",
    "campaign_channel", "campaign", "variant", "team", "severity", "owner_team", "service",
    "day_of_week",
)  # fmt: skip
LOST_WITH_THE_LINES = ("revenue", "gross margin")
"""An order without lines, or with lines worth nothing, leaves its discount to no product."""
BY_CUSTOMER = (
    "revenue", "product holding", "repeat purchase rate", "new customers", "churn rate",
    "sessions", "contacts", "csat", "tickets", "open tickets", "incidents",
)  # fmt: skip


def asked(warehouse: DuckDBWarehouse, catalogue: Catalogue, *metrics: str, **parts: object) -> Rows:
    query = MetricQuery(metrics=metrics, as_of=AS_OF, **parts)  # type: ignore[arg-type]
    return compiled_rows(query, warehouse, catalogue)


@pytest.mark.parametrize("metric", ADDITIVE)
def test_every_breakdown_adds_up_to_the_total(
    metric: str, random_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    dimensions = [name for name in ONE_OF_EACH if catalogue.has_dimension(metric, name)]
    checked = 0
    for name in dimensions:
        if name == "product_category" and metric in LOST_WITH_THE_LINES:
            continue
        query = MetricQuery(metrics=(metric,), dimensions=(name,), period=PERIOD, as_of=AS_OF)
        notes = answer(query, warehouse=random_warehouse, catalogue=catalogue).receipt.notes
        assert not [note for note in notes if "belongs to no group" in note], (name, notes)
        checked += any(note.startswith("Checked") for note in notes)
    assert checked


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
@pytest.mark.parametrize("metric", ["revenue", "tickets", "requests"])
def test_every_trend_adds_up_to_the_total(
    metric: str, grain: str, random_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    period = Period(start=date(2026, 2, 11), end=date(2026, 7, 5))
    trend = asked(random_warehouse, catalogue, metric, grain=grain, period=period)
    ((total,),) = asked(random_warehouse, catalogue, metric, period=period)
    assert sum(row[1] for row in trend) == pytest.approx(total)  # type: ignore[misc]
    starts = [row[0] for row in trend]
    assert starts == sorted(set(starts))


@pytest.mark.parametrize("dimension", ["region", "customer_id"])
def test_metrics_asked_together_equal_metrics_asked_alone(
    dimension: str, random_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    parts = {"dimensions": (dimension,), "period": PERIOD}
    together = asked(random_warehouse, catalogue, *BY_CUSTOMER, **parts)
    for place, metric in enumerate(BY_CUSTOMER, start=1):
        alone = dict(asked(random_warehouse, catalogue, metric, **parts))  # type: ignore[arg-type]
        beside = {row[0]: row[place] for row in together}
        for group, value in beside.items():
            expected = alone.get(group)
            if group not in alone and value == 0:
                continue  # a group of other metrics: nothing counted here
            assert value == (None if expected is None else pytest.approx(expected)), (metric, group)


def test_a_join_that_filters_nothing_changes_nothing(
    random_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    anyone = (Filter(dimension="customer_id", operator="not null", values=()),
              Filter(dimension="lifestyle", operator="not null", values=()))  # fmt: skip
    for metric in ("revenue", "orders", "average order value", "units sold"):
        plain = asked(random_warehouse, catalogue, metric, period=PERIOD)
        joined = asked(random_warehouse, catalogue, metric, period=PERIOD, filters=anyone)
        assert_same(plain, joined)


def test_an_incident_counts_once_per_region_however_many_customers_it_hit(
    random_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    ((total,),) = asked(random_warehouse, catalogue, "incidents")
    by_region = asked(random_warehouse, catalogue, "incidents", dimensions=("region",))
    assert all(row[1] <= total for row in by_region)  # type: ignore[operator]


def test_shares_of_every_additive_breakdown_add_to_one(
    random_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    for metric, dimension in (("revenue", "product"), ("tickets", "team"), ("contacts", "plan")):
        rows = asked(
            random_warehouse, catalogue, metric, dimensions=(dimension,), share_of_total=True
        )
        assert sum(row[1] for row in rows) == pytest.approx(1.0)  # type: ignore[misc]


def test_a_comparison_equals_its_two_periods(
    random_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    earlier = Period(start=date(2024, 1, 1), end=date(2025, 1, 1))
    for metric in ("revenue", "churn rate", "open tickets", "availability", "customers"):
        rows = asked(
            random_warehouse, catalogue, metric, period=PERIOD, compare_to=earlier, compare="both"
        )
        ((now,),) = asked(random_warehouse, catalogue, metric, period=PERIOD)
        ((before,),) = asked(random_warehouse, catalogue, metric, period=earlier)
        assert now is not None
        growth = None if not before else pytest.approx(now / before - 1)  # type: ignore[operator]
        if before is None:
            assert rows == [(pytest.approx(now), None, None, None)]
        else:
            difference = now - before  # type: ignore[operator]
            assert rows == [
                (pytest.approx(now), pytest.approx(before), pytest.approx(difference), growth)
            ]


def test_the_demo_company_adds_up(demo_warehouse: DuckDBWarehouse, catalogue: Catalogue) -> None:
    for metric, dimension in (
        ("revenue", "product"), ("gross margin", "product_category"), ("tickets", "service"),
        ("sessions", "plan"), ("customers affected", "region"), ("requests", "service"),
    ):  # fmt: skip
        query = MetricQuery(metrics=(metric,), dimensions=(dimension,), as_of=AS_OF)
        notes = answer(query, warehouse=demo_warehouse, catalogue=catalogue).receipt.notes
        assert any(note.startswith("Checked") for note in notes), (metric, notes)


def test_two_threads_add_in_any_order_and_give_the_same_bits(
    demo_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    """Float sums differ in the last digit from run to run; the answer must not."""
    runs = {
        repr(asked(demo_warehouse, catalogue, "gross margin", "cpu load", "campaign revenue"))
        for _ in range(12)
    }
    assert len(runs) == 1

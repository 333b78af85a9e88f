"""Medians, running totals, places in a ranking and units: the same numbers counted by hand."""

from __future__ import annotations

from datetime import date
from statistics import median

import pytest

from analytics.catalogue import Catalogue
from analytics.errors import QueryError
from analytics.model import Cell, MetricQuery, Period
from analytics.query.run import answer
from analytics.query.warehouse import DuckDBWarehouse

AS_OF = date(2026, 6, 30)
YEAR = Period(start=date(2025, 1, 1), end=date(2026, 1, 1))


def _rows(
    warehouse: DuckDBWarehouse, catalogue: Catalogue, query: MetricQuery
) -> tuple[tuple[Cell, ...], ...]:
    return answer(query, warehouse=warehouse, catalogue=catalogue).rows


def _query(metric: str, *dimensions: str, **more: object) -> MetricQuery:
    return MetricQuery(
        metrics=(metric,), dimensions=dimensions, period=YEAR, as_of=AS_OF, **more  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_median_is_of_the_single_values(
    demo_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    orders = demo_warehouse.table("tickets")
    frame, _ = demo_warehouse.run(
        orders.filter(~orders.is_spam, orders.opened_at >= YEAR.start, orders.opened_at < YEAR.end)
    )
    waits = (frame.first_response_at - frame.opened_at).dropna().dt.total_seconds() / 3600

    ((found,),) = _rows(demo_warehouse, catalogue, _query("first response time", quantile=0.5))
    ((mean,),) = _rows(demo_warehouse, catalogue, _query("first response time"))

    assert found == pytest.approx(median(waits))
    assert found != pytest.approx(mean)


def test_a_median_order_value_is_no_mean_order_value(
    demo_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    low, middle, high = (
        _rows(demo_warehouse, catalogue, _query("average order value", quantile=q))[0][0]
        for q in (0.1, 0.5, 0.9)
    )

    assert low < middle < high  # type: ignore[operator]


@pytest.mark.parametrize("metric", ["revenue", "orders", "churn rate", "active customers"])
def test_what_is_no_mean_has_no_median(
    demo_warehouse: DuckDBWarehouse, catalogue: Catalogue, metric: str
) -> None:
    with pytest.raises(QueryError, match="no median"):
        _rows(demo_warehouse, catalogue, _query(metric, quantile=0.5))


def test_a_running_total_ends_at_the_total(
    demo_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    plain = _rows(demo_warehouse, catalogue, _query("orders", grain="month"))
    running = _rows(demo_warehouse, catalogue, _query("orders", grain="month", cumulative=True))
    ((total,),) = _rows(demo_warehouse, catalogue, _query("orders"))

    assert [row[1] for row in running] == [
        sum(row[1] for row in plain[: i + 1])  # type: ignore[misc]
        for i in range(len(plain))
    ]
    assert running[-1][1] == total


@pytest.mark.parametrize("metric", ["active customers", "visitors", "churn rate", "open tickets"])
def test_what_does_not_add_up_has_no_running_total(
    demo_warehouse: DuckDBWarehouse, catalogue: Catalogue, metric: str
) -> None:
    with pytest.raises(QueryError):
        _rows(demo_warehouse, catalogue, _query(metric, grain="month", cumulative=True))


def test_the_second_is_the_one_after_the_first(
    demo_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    ranked = _rows(demo_warehouse, catalogue, _query("units sold", "product", top_n=3))
    second = _rows(demo_warehouse, catalogue, _query("units sold", "product", top_n=1, skip=1))

    assert second == ranked[1:2]


def test_the_sentence_says_which_place_it_is(
    demo_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    query = _query("units sold", "product", top_n=1, skip=1)
    text = answer(query, warehouse=demo_warehouse, catalogue=catalogue).text

    assert "second most" in text


def test_a_ranking_within_groups_starts_anew_in_each(
    demo_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    query = _query(
        "units sold", "product_category", "product", top_n=2, top_within=("product_category",)
    )
    every = _rows(demo_warehouse, catalogue, _query("units sold", "product_category", "product"))
    found = _rows(demo_warehouse, catalogue, query)

    for category in {row[0] for row in every}:
        best = sorted((r for r in every if r[0] == category), key=lambda r: (-r[2], r[1]))[:2]  # type: ignore[operator]
        assert [row for row in found if row[0] == category] == best


def test_minutes_are_sixty_times_the_hours(
    demo_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    ((hours,),) = _rows(demo_warehouse, catalogue, _query("resolution time"))
    ((minutes,),) = _rows(demo_warehouse, catalogue, _query("resolution time", shown_in="minutes"))

    assert minutes == pytest.approx(hours * 60)  # type: ignore[operator]


def test_a_rate_is_not_shown_in_days(demo_warehouse: DuckDBWarehouse, catalogue: Catalogue) -> None:
    with pytest.raises(QueryError, match="days"):
        _rows(demo_warehouse, catalogue, _query("orders", shown_in="days"))

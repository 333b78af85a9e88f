"""Changes taken apart over a warehouse: exact, the planted cause found, chance left alone."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest

from analytics.catalogue import Catalogue
from analytics.drivers.causes import load_causes
from analytics.drivers.explain import Explanation, explain
from analytics.drivers.findings import Asked, change_finding
from analytics.drivers.shape import shape_of
from analytics.drivers.sides import Comparison, Side
from analytics.errors import QueryError
from analytics.model import Filter, MetricQuery, Period
from analytics.ports import Warehouse
from analytics.query.run import answer
from tests.integration.analytics.drivers.planted import paradox, shop

AS_OF = date(2026, 6, 30)
MAY = Period(start=date(2026, 5, 1), end=date(2026, 6, 1))
APRIL = Period(start=date(2026, 4, 1), end=date(2026, 5, 1))
LONG = Period(start=date(2025, 7, 1), end=date(2026, 6, 1))
LONG_BEFORE = Period(start=date(2024, 8, 1), end=date(2025, 7, 1))


def compared(
    metric: str, now: Period = MAY, before: Period = APRIL, filters: tuple[Filter, ...] = ()
) -> Comparison:
    return Comparison(
        metric=metric,
        now=Side(period=now),
        before=Side(period=before),
        filters=filters,
        as_of=AS_OF,
    )


def explained(
    warehouse: Warehouse, catalogue: Catalogue, metric: str, **given: object
) -> Explanation:
    return explain(compared(metric), warehouse=warehouse, catalogue=catalogue, **given)  # type: ignore[arg-type]


def value(warehouse: Warehouse, catalogue: Catalogue, metric: str, period: Period) -> float | None:
    query = MetricQuery(metrics=(metric,), period=period, as_of=AS_OF)
    found = answer(query, warehouse=warehouse, catalogue=catalogue).rows[0][0]
    assert found is None or isinstance(found, int | float)
    return found


EVERY_SHAPE = (
    "revenue", "tickets", "open tickets", "customers", "active customers", "visitors",
    "churn rate", "retention rate", "average order value", "repeat purchase rate",
    "revenue per customer", "product holding", "nps", "resolution time", "sla compliance",
    "availability", "campaign roi", "customer acquisition cost", "downtime", "cpu load",
)  # fmt: skip
"""Sums, counts, distinct counts, stocks, means, ratios, rates of a cohort and complements."""


def test_every_shape_of_metric_is_taken_apart_exactly_and_agrees_with_its_own_answer(
    random_warehouse: Warehouse, catalogue: Catalogue
) -> None:
    """The differential test: the parts against the answers that the engine gives by itself."""
    tried = 0
    for metric in EVERY_SHAPE:
        now = value(random_warehouse, catalogue, metric, LONG)
        before = value(random_warehouse, catalogue, metric, LONG_BEFORE)
        comparison = compared(metric, LONG, LONG_BEFORE)
        if now is None or before is None:
            with pytest.raises(QueryError, match="no data"):
                explain(comparison, warehouse=random_warehouse, catalogue=catalogue)
            continue
        found = explain(comparison, warehouse=random_warehouse, catalogue=catalogue)
        tried += 1
        scale = max(1.0, abs(now), abs(before))
        assert found.now == pytest.approx(now, abs=1e-9 * scale), metric
        assert found.before == pytest.approx(before, abs=1e-9 * scale), metric
        if found.chosen is not None:
            parts = math.fsum(p.effect for p in found.chosen.parts)
            assert parts == pytest.approx(now - before, abs=1e-6 + 1e-9 * scale), metric
        for effects in (found.factors, found.flows):
            if effects:
                total = math.fsum(e.effect for e in effects)
                assert total == pytest.approx(now - before, abs=1e-6 * scale), metric
        change_finding(found, Asked())
    assert tried >= 15


@pytest.mark.parametrize("dimension", ["region", "plan", "order_channel", "day_of_week"])
def test_a_split_that_is_asked_for_has_the_engines_numbers(
    random_warehouse: Warehouse, catalogue: Catalogue, dimension: str
) -> None:
    query = MetricQuery(
        metrics=("revenue",), dimensions=(dimension,), period=LONG, compare_to=LONG_BEFORE,
        as_of=AS_OF,
    )  # fmt: skip
    rows = answer(query, warehouse=random_warehouse, catalogue=catalogue).rows
    comparison = compared("revenue", LONG, LONG_BEFORE)
    found = explain(
        comparison, warehouse=random_warehouse, catalogue=catalogue, dimension=dimension
    )

    assert found.chosen is not None
    mine = {p.member.key: (p.member.now, p.member.before) for p in found.chosen.parts}
    assert set(mine) == {row[0] for row in rows}
    for key, now, before in rows:
        assert mine[key] == pytest.approx((now, before))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("metric", ["revenue", "orders", "active customers"])
def test_a_planted_cause_is_found(catalogue: Catalogue, metric: str, seed: int) -> None:
    found = explained(shop(seed, kept={"South": 0.2}), catalogue, metric)

    assert found.chosen is not None
    assert found.chosen.stands_out
    assert (found.chosen.dimension, found.chosen.leaders[0].member.key) == ("region", "South")
    assert found.chosen.leaders[0].effect / found.change > 0.6


def test_a_group_that_moves_against_the_whole_is_named(catalogue: Catalogue) -> None:
    text = change_finding(
        explained(shop(1, kept={"South": 1.0}, all_kept=0.5), catalogue, "orders"), Asked()
    ).text
    found = explained(shop(1, kept={"North": 0.5, "East": 0.5, "West": 0.5}), catalogue, "orders")

    assert "Against" not in text
    assert found.chosen is not None
    assert "South" not in {p.member.key for p in found.chosen.leaders}


def test_chance_is_not_taken_for_a_cause(catalogue: Catalogue) -> None:
    """When everybody orders a fifth less, hardly ever does a group stand out."""
    alarms = 0
    for seed in range(6):
        found = explained(shop(seed, all_kept=0.8, n_orders=1_500), catalogue, "orders")
        alarms += found.chosen is not None and found.chosen.stands_out
    assert alarms <= 1


def test_a_paradox_is_told(catalogue: Catalogue) -> None:
    found = explained(paradox(), catalogue, "conversion rate")
    finding = change_finding(found, Asked())

    assert found.against is not None
    assert found.against[0] == "device"
    assert "every device moved the other way" in finding.text
    assert "different mix of device" in finding.text


def test_a_small_group_is_never_a_driver(catalogue: Catalogue) -> None:
    found = explained(shop(3, kept={"South": 0.4}, n_orders=30), catalogue, "orders")

    assert found.chosen is None or not found.chosen.stands_out


def test_a_missing_group_is_kept_and_the_table_adds_up(catalogue: Catalogue) -> None:
    found = explained(shop(2, kept={"South": 0.0}), catalogue, "revenue", dimension="region")
    finding = change_finding(found, Asked())
    names = [row[0] for row in finding.rows]
    place = [column.name for column in finding.columns].index("change")

    assert None in names
    assert "Gone: region South" in finding.text
    assert sum(float(row[place] or 0) for row in finding.rows) == pytest.approx(found.change)


def test_groups_that_share_things_get_no_shares(
    catalogue: Catalogue, demo_warehouse: Warehouse
) -> None:
    found = explained(demo_warehouse, catalogue, "orders", dimension="product_category")
    finding = change_finding(found, Asked())

    assert found.overlapping
    assert "do not add up" in finding.text
    assert "share" not in [column.name for column in finding.columns]


def test_two_groups_are_compared_like_two_periods(
    demo_warehouse: Warehouse, catalogue: Catalogue
) -> None:
    def side(region: str) -> Side:
        kept = Filter(dimension="region", operator="=", values=(region,))
        return Side(period=LONG, filters=(kept,), label=region)

    comparison = replace(compared("churn rate"), now=side("South"), before=side("North"))
    found = explain(comparison, warehouse=demo_warehouse, catalogue=catalogue)
    finding = change_finding(found, Asked())

    assert found.chosen is not None
    assert found.chosen.dimension not in ("region", "city")
    assert "in South than in North" in finding.text
    assert finding.slots.get("compare_to") is None


def test_every_declared_product_multiplies_out(
    demo_warehouse: Warehouse, catalogue: Catalogue
) -> None:
    for metric, factors in load_causes().products.items():
        whole = value(demo_warehouse, catalogue, metric, LONG)
        product = 1.0
        for factor in factors:
            above = value(demo_warehouse, catalogue, factor.metric, LONG)
            below = value(demo_warehouse, catalogue, factor.per, LONG) if factor.per else 1.0
            assert above is not None
            assert below
            product *= above / below
        assert whole == pytest.approx(product), metric


def test_names_in_the_file_of_causes_exist(catalogue: Catalogue) -> None:
    causes = load_causes()

    assert causes.outcomes <= set(catalogue.dimensions)
    assert set(causes.stocks) | set(causes.products) | set(causes.spreads) <= set(catalogue.metrics)


def test_what_has_no_change_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(QueryError, match="computed by a model"):
        shape_of(catalogue.metric("customer lifetime value"), catalogue)
    with pytest.raises(QueryError, match="whole data"):
        shape_of(catalogue.metric("historic lifetime value"), catalogue)


def test_the_same_question_gives_the_same_answer(catalogue: Catalogue) -> None:
    first, second = (
        change_finding(explained(shop(5, kept={"West": 0.5}), catalogue, "revenue"), Asked())
        for _ in range(2)
    )

    assert first == second

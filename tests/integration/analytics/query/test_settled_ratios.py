"""A ratio is never told of rows that were chosen by what it asks: that number says nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from analytics.catalogue import Catalogue
from analytics.errors import QueryError, QuestionError
from analytics.insights import CatalogueInsights
from analytics.model import Filter, Finding, MetricQuery
from analytics.query.compile import compile_query
from analytics.query.warehouse import DuckDBWarehouse

AS_OF = date(2026, 6, 30)
IMPLIED = {
    ("bounce rate", "added_to_cart"),
    ("bounce rate", "converted"),
    ("cart abandonment rate", "converted"),
    ("conversion rate", "added_to_cart"),
    ("conversion rate", "is_bounce"),
    ("reopen rate", "incident_resolved"),
    ("reopen rate", "responded"),
}
"""True of the rows, though not by the ratio's own condition: worth telling."""


@pytest.fixture(scope="module")
def demo(demo_folder: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(demo_folder)


def value_of(metric: str, filters: tuple[Filter, ...], demo: object, catalogue: Catalogue):
    query = MetricQuery(metrics=(metric,), filters=filters, as_of=AS_OF)
    try:
        compiled = compile_query(query, warehouse=demo, catalogue=catalogue)  # type: ignore[arg-type]
        frame, _ = demo.run(compiled.table)  # type: ignore[attr-defined]
    except (QueryError, QuestionError):
        return None
    return frame.iloc[0, 0]


def test_every_ratio_that_a_flag_settles_is_declared(
    demo: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    """The demo company has enough rows of every kind that 0 and 1 do not come by chance."""
    ratios = [
        name
        for name, metric in catalogue.metrics.items()
        if metric.unit == "fraction" and metric.analysis is None
    ]
    flags = {name: (True, False) for name, d in catalogue.dimensions.items() if d.kind == "boolean"}
    settled = []
    for ratio in ratios:
        if value_of(ratio, (), demo, catalogue) in (None, 0.0, 1.0):
            continue
        for flag, values in flags.items():
            for value in values:
                found = Filter(dimension=flag, operator="=", values=(value,))
                if value_of(ratio, (found,), demo, catalogue) in (0.0, 1.0):
                    settled.append((ratio, flag, value))
    assert {(ratio, flag) for ratio, flag, _ in settled} <= IMPLIED


@pytest.mark.parametrize(
    ("metric", "dimension", "value"),
    [
        ("sla compliance", "late", True),
        ("sla breach rate", "late", False),
        ("bounce rate", "is_bounce", True),
    ],
)
def test_a_settled_ratio_is_refused_by_name(
    demo: DuckDBWarehouse, catalogue: Catalogue, metric: str, dimension: str, value: object
) -> None:
    query = MetricQuery(
        metrics=(metric,),
        filters=(Filter(dimension=dimension, operator="=", values=(value,)),),  # type: ignore[arg-type]
        as_of=AS_OF,
    )
    with pytest.raises(QueryError, match="already asks about"):
        compile_query(query, warehouse=demo, catalogue=catalogue)


@pytest.mark.parametrize(
    ("question", "metric"),
    [
        ("What share of tickets breached the SLA in May?", "sla breach rate"),
        ("How often did we miss the deadline by team?", "sla breach rate"),
    ],
)
def test_breaching_is_the_other_side_of_keeping(
    demo: DuckDBWarehouse, catalogue: Catalogue, question: str, metric: str
) -> None:
    insights = CatalogueInsights(warehouse=demo, catalogue=catalogue)
    found = insights.ask(question)
    assert isinstance(found, Finding) and found.metric_query is not None
    assert found.metric_query.metrics == (metric,)
    kept = insights.ask("SLA compliance in May")
    if metric == "sla breach rate" and "May" in question:
        assert isinstance(kept, Finding)
        assert found.rows[0][0] == pytest.approx(1 - kept.rows[0][0])  # type: ignore[operator]

"""The same expressions give the same answers on DuckDB, PostgreSQL and Spark, for every metric."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from analytics.catalogue import Catalogue
from analytics.errors import QueryError, QuestionError
from analytics.model import CustomerCondition, Filter, MetricQuery, Period
from analytics.ports import Warehouse
from analytics.query.ibis_warehouse import IbisWarehouse
from analytics.query.run import answer
from analytics.query.warehouse import DuckDBWarehouse
from tests.integration.analytics.query.backends import postgres, sail
from tests.integration.analytics.query.comparing import assert_same, compiled_rows
from tests.integration.analytics.query.reference import REFERENCES

AS_OF = date(2026, 6, 30)
SPAN = Period(start=date(2025, 2, 10), end=date(2026, 6, 17))
BEFORE = Period(start=date(2024, 2, 10), end=date(2025, 6, 17))
MONTHS = Period(start=date(2026, 4, 11), end=date(2026, 7, 20))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::platformdirs.api.RuntimeDirWarning"),
]


@pytest.fixture(scope="module", params=["postgres", "sail"])
def other(request: pytest.FixtureRequest, random_folder: Path) -> Iterator[IbisWarehouse]:
    if request.param == "postgres":
        with postgres(random_folder) as warehouse:
            yield warehouse
    else:
        with sail(random_folder) as warehouse:
            yield warehouse


def _queries(metric: str) -> dict[str, MetricQuery]:
    by = (REFERENCES[metric].dimension,)
    shapes: dict[str, dict[str, object]] = {
        "whole": {"period": SPAN},
        "by a dimension": {"period": SPAN, "dimensions": by},
        "month by month": {"period": MONTHS, "grain": "month"},
        "compared": {"period": SPAN, "compare_to": BEFORE, "compare": "both"},
    }
    return {
        name: MetricQuery(metrics=(metric,), as_of=AS_OF, **parts)  # type: ignore[arg-type]
        for name, parts in shapes.items()
    }


@pytest.mark.parametrize("metric", REFERENCES)
def test_a_metric_is_the_same_on_every_back_end(
    metric: str, other: Warehouse, random_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    compared = 0
    for name, query in _queries(metric).items():
        try:
            ours = compiled_rows(query, random_warehouse, catalogue)
        except (QueryError, QuestionError):
            continue  # a number over the whole data has no trend
        theirs = compiled_rows(query, other, catalogue)
        assert_same(theirs, ours, ordered=True), name
        compared += 1
    assert compared >= 2


OTHERS = (
    {"metrics": ("orders",), "dimensions": ("day_of_week",)},
    {"metrics": ("sessions",), "dimensions": ("hour_of_day", "device")},
    {"metrics": ("customers",), "dimensions": ("age_band",)},
    {"metrics": ("revenue",), "dimensions": ("product",), "top_n": 3},
    {"metrics": ("revenue",), "dimensions": ("region",), "share_of_total": True},
    {"metrics": ("sessions",), "grain": "day", "period": MONTHS, "compare_step": "month",
     "compare": "difference"},
    {"metrics": ("tickets",), "grain": "week", "period": MONTHS, "dimensions": ("team",)},
    {"metrics": ("orders",), "mean_per": "day", "period": MONTHS},
    {"metrics": ("tickets",), "per_metric": "customers", "dimensions": ("plan",)},
    {"metrics": ("revenue",),
     "customer_conditions": (CustomerCondition(metric="orders", operator=">", value=3),)},
    {"metrics": ("orders",), "dimensions": ("customer",), "count_groups": True,
     "having": (Filter(dimension="orders", operator=">", values=(2,)),)},
)  # fmt: skip


@pytest.mark.parametrize("parts", OTHERS, ids=lambda parts: "+".join(sorted(parts)))
def test_every_shape_of_question_is_the_same_on_every_back_end(
    parts: dict[str, object],
    other: Warehouse,
    random_warehouse: DuckDBWarehouse,
    catalogue: Catalogue,
) -> None:
    query = MetricQuery(as_of=AS_OF, **parts)  # type: ignore[arg-type]
    ours = compiled_rows(query, random_warehouse, catalogue)
    assert ours
    assert_same(compiled_rows(query, other, catalogue), ours, ordered=True)


def test_an_answer_is_proven_checked_and_worded_alike(
    other: Warehouse, random_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    query = MetricQuery(metrics=("revenue",), dimensions=("region",), period=SPAN, as_of=AS_OF)
    here = answer(query, warehouse=random_warehouse, catalogue=catalogue)
    there = answer(query, warehouse=other, catalogue=catalogue)
    assert there.text == here.text
    assert there.receipt.checks == here.receipt.checks != ()


def test_the_as_of_date_is_the_same(other: Warehouse, random_warehouse: DuckDBWarehouse) -> None:
    assert other.as_of() == random_warehouse.as_of()

"""Every dimension of the catalogue groups and filters, with values that the warehouse has."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.catalogue import Catalogue, Dimension, load_catalogue
from analytics.model import Filter, MetricQuery
from analytics.query.run import answer
from analytics.query.warehouse import DuckDBWarehouse
from tests.integration.analytics.query.comparing import compiled_rows

AS_OF = date(2026, 6, 30)


def a_count_with(dimension: Dimension, catalogue: Catalogue) -> str:
    """Return an additive metric that has the dimension, a count if there is one."""
    fitting = [
        m for m in catalogue.metrics.values() if catalogue.has_dimension(m.name, dimension.name)
    ]
    best = [m for m in fitting if m.additive and m.unit == "count"] or fitting
    return best[0].name


@pytest.mark.parametrize("name", list(load_catalogue().dimensions))
def test_dimension(name: str, random_warehouse: DuckDBWarehouse, catalogue: Catalogue) -> None:
    dimension = catalogue.dimension(name)
    metric = a_count_with(dimension, catalogue)
    if not dimension.groupable:
        some = Filter(dimension=name, operator=">", values=(0,))
        query = MetricQuery(metrics=(metric,), filters=(some,), as_of=AS_OF)
        ((kept,),) = compiled_rows(query, random_warehouse, catalogue)
        query = MetricQuery(metrics=(metric,), as_of=AS_OF)
        ((whole,),) = compiled_rows(query, random_warehouse, catalogue)
        assert 0 < kept <= whole  # type: ignore[operator]
        return
    query = MetricQuery(metrics=(metric,), dimensions=(name,), as_of=AS_OF)
    finding = answer(query, warehouse=random_warehouse, catalogue=catalogue)
    groups = {row[0] for row in finding.rows}
    assert groups
    if dimension.values:
        known = {value.value for value in dimension.values} | {None}
        if name in ("tier", "severity", "day_of_week", "age_band", "plan", "region"):
            assert groups <= known
    if dimension.kind == "boolean":
        assert groups <= {True, False, None}
    one = next((row for row in finding.rows if row[0] is not None), None)
    if one is not None and dimension.kind != "entity":
        only = Filter(dimension=name, operator="=", values=(one[0],))
        query = MetricQuery(metrics=(metric,), filters=(only,), as_of=AS_OF)
        ((value,),) = compiled_rows(query, random_warehouse, catalogue)
        assert value == pytest.approx(one[1])

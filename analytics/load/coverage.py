"""Which metrics have no data, by the tables that they are taken from."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Final

from analytics.catalogue import Catalogue, Measure, Metric, load_catalogue
from analytics.schema import TABLES

# Columns of facts that are computed from another table than the fact's own.
_COMPUTED_FROM: Final = {
    ("orders", "revenue"): "order_lines",
    ("orders", "margin"): "order_lines",
    ("orders", "units"): "order_lines",
    ("sessions", "added_to_cart"): "web_events",
    ("sessions", "purchased"): "web_events",
    ("campaigns", "profit"): "campaign_contacts",
    ("customers", "acquisition_objective"): "campaigns",
}
_OF_MODELS: Final = ("customers", "orders", "order_lines")


def unanswerable_metrics(empty: Collection[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the metrics that need a table without rows.

    Parameters
    ----------
    empty : Collection[str]
        The tables without rows.

    Returns
    -------
    tuple[tuple[str, tuple[str, ...]], ...]
        Each such table, in the contract's order, with the names of the metrics in the order of
        the catalogue; tables that no metric needs are left out. Only whole tables are looked at:
        a column without values may make more metrics unanswerable.
    """
    if not empty:
        return ()
    catalogue = _catalogue()
    found = []
    for table in TABLES:
        if table in empty:
            names = [m.name for m in catalogue.metrics.values() if table in _tables(m, catalogue)]
            if names:
                found.append((table, tuple(names)))
    return tuple(found)


@cache
def _catalogue() -> Catalogue:
    # Reading the files takes longer than loading a small table.
    return load_catalogue()


def _tables(metric: Metric, catalogue: Catalogue) -> set[str]:
    if metric.formula is None:
        return set(_OF_MODELS)
    measures = [catalogue.measures[name] for name in metric.formula.measures()]
    return {table for measure in measures for table in _tables_of(measure, catalogue)}


def _tables_of(measure: Measure, catalogue: Catalogue) -> set[str]:
    own = catalogue.entities[catalogue.facts[measure.fact].entity].table
    columns = [*dict(measure.where), *([measure.column] if measure.column else [])]
    keys = [(measure.fact, column) for column in columns]
    # A fact that is finer than its entity is called like the table it is taken from.
    finer = {measure.fact} & set(TABLES)
    return {own, *finer, *(_COMPUTED_FROM[key] for key in keys if key in _COMPUTED_FROM)}

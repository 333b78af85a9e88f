"""Does a breakdown add up? The total is computed again, without the split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analytics.catalogue import Catalogue, Metric
from analytics.model import Cell, Filter, MetricQuery
from analytics.ports import Warehouse
from analytics.query.cells import cells
from analytics.query.compile import CompiledQuery, compile_query
from analytics.query.streams import fact_for

RELATIVE_TOLERANCE = 1e-9
ABSOLUTE_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The sum over the groups of a metric beside its total."""

    metric: Metric
    parts: float
    total: float
    n_groups: int
    gap_is_known: bool = False
    """The groups are exactly what a total without the rows that lead to no group comes to."""

    @property
    def adds_up(self) -> bool:
        """Whether the two are equal but for rounding."""
        gap = abs(self.parts - self.total)
        return gap <= ABSOLUTE_TOLERANCE + RELATIVE_TOLERANCE * abs(self.total)


def overlapping(metric: Metric, query: MetricQuery, catalogue: Catalogue) -> bool:
    """Say whether one thing that a metric counts can be in several groups of a breakdown."""
    split = {catalogue.dimension(name).entity for name in query.dimensions}
    limited = {catalogue.dimension(f.dimension).entity for f in query.filters}
    finer = frozenset(split | limited)
    for measure in catalogue.measures_of(metric):
        # A customer has one region, one plan: groups of those share nobody.
        by_own = measure.column == "customer_id" and split == {"customer"}
        repeated = fact_for(measure, finer, catalogue).repeats_key
        if measure.aggregate == "count_distinct" and not by_own:
            return True
        if measure.aggregate == "count" and repeated:
            return True
    return False


def reconciled(
    compiled: CompiledQuery,
    rows: Sequence[Sequence[Cell]],
    *,
    warehouse: Warehouse,
    catalogue: Catalogue,
) -> tuple[Reconciliation, ...]:
    """Compare the sum over a breakdown with the total, for every metric that adds up.

    Parameters
    ----------
    compiled : CompiledQuery
        The breakdown.
    rows : Sequence[Sequence[Cell]]
        All of its rows.
    warehouse, catalogue
        To compute the total by a query of its own.

    Returns
    -------
    tuple[Reconciliation, ...]
        Empty when nothing can be checked: no split, a comparison, share or ratio, groups left
        out, or metrics that do not add up.
    """
    query = compiled.query
    if not _is_whole_breakdown(query):
        return ()
    metrics = [catalogue.metric(name) for name in query.metrics]
    checked = [m for m in metrics if _adds_up(m, query, catalogue)]
    if not checked:
        return ()
    total_query = replace(
        query,
        metrics=tuple(m.name for m in checked),
        dimensions=(),
        grain=None,
        filters=(*query.filters, *_inner(query, checked, catalogue)),
        order=None,
        order_by=None,
    )
    total = compile_query(total_query, warehouse=warehouse, catalogue=catalogue)
    frame, _ = warehouse.run(total.table)
    (totals,) = cells(frame, total.table.schema())
    n_keys = len(compiled.columns) - len(query.metrics)
    found = []
    for metric, value in zip(checked, totals, strict=True):
        place = n_keys + metrics.index(metric)
        parts = sum(_number(row[place]) for row in rows)
        one = Reconciliation(metric=metric, parts=parts, total=_number(value), n_groups=len(rows))
        if not one.adds_up:
            known = _is_known_gap(one, total_query, query, warehouse, catalogue)
            one = replace(one, gap_is_known=known)
        found.append(one)
    return tuple(found)


def _is_known_gap(
    one: Reconciliation,
    total_query: MetricQuery,
    query: MetricQuery,
    warehouse: Warehouse,
    catalogue: Catalogue,
) -> bool:
    """Say whether leaving out the rows that lead to no group explains all of a gap."""
    reached = _reached(query, one.metric, catalogue)
    if not reached:
        return False
    inside = replace(
        total_query, metrics=(one.metric.name,), filters=(*total_query.filters, *reached)
    )
    compiled = compile_query(inside, warehouse=warehouse, catalogue=catalogue)
    frame, _ = warehouse.run(compiled.table)
    ((value,),) = cells(frame, compiled.table.schema())
    return replace(one, total=_number(value)).adds_up


def _reached(query: MetricQuery, metric: Metric, catalogue: Catalogue) -> tuple[Filter, ...]:
    """Return, as filters, that rows lead to what they are split by where a join demands it."""
    split = frozenset(catalogue.dimension(name).entity for name in query.dimensions)
    filters = []
    for measure in catalogue.measures_of(metric):
        fact = fact_for(measure, split, catalogue)
        for entity in sorted(split):
            reach = fact.reaches.get(entity)
            if reach is None or reach.join != "inner":
                continue
            key = catalogue.entities[entity].key
            by_id = next(
                (
                    d.name
                    for d in catalogue.dimensions_of(metric.name)
                    if (d.entity, d.column, d.transform) == (entity, key, None)
                ),
                None,
            )
            if by_id is not None:
                filters.append(Filter(dimension=by_id, operator="not null", values=()))
    return tuple(dict.fromkeys(filters))


def _number(value: Cell) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _is_whole_breakdown(query: MetricQuery) -> bool:
    split = bool(query.dimensions) or query.grain is not None
    changed = (
        query.compare_to,
        query.compare_step,
        query.per_metric,
        query.mean_per,
        query.top_n,
    )
    plain = not (query.share_of_total or query.numerator or query.count_groups or query.having)
    plain = plain and not query.cumulative and query.quantile is None
    plain = plain and not query.cumulative
    return split and plain and all(part is None for part in changed)


def _adds_up(metric: Metric, query: MetricQuery, catalogue: Catalogue) -> bool:
    """Say whether the groups of a breakdown share nothing and cover everything."""
    if not metric.additive or overlapping(metric, query, catalogue):
        return False
    flows = all(m.time == "flow" for m in catalogue.measures_of(metric))
    return query.grain is None or flows


def _inner(
    query: MetricQuery, metrics: Sequence[Metric], catalogue: Catalogue
) -> tuple[Filter, ...]:
    """Return what an inner join leaves out, as filters: a breakdown never had those rows."""
    filters = []
    entities = {catalogue.dimension(name).entity for name in query.dimensions}
    for metric in metrics:
        for measure in catalogue.measures_of(metric):
            fact = catalogue.facts[measure.fact]
            reach = fact.reaches.get("customer")
            if "customer" in entities and reach is not None and reach.join == "inner":
                filters.append(Filter(dimension="customer_id", operator="not null", values=()))
    return tuple(dict.fromkeys(filters))

"""A second computation of an answer, built another way; a number that it contradicts is withheld.

What is checked: groups against their total, a total against its sum over another split, a rate
against its numerator and denominator counted alone, a change against both periods, shares against
one. The rest (the mean per day, counts of groups, rankings cut off) has no check and claims none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from analytics.catalogue import Catalogue, Dimension, Formula, Metric
from analytics.describe.numbers import with_unit
from analytics.describe.phrases import lower_start, note
from analytics.errors import CheckFailedError
from analytics.model import Cell, Check, MetricQuery
from analytics.ports import Warehouse
from analytics.query.cells import cells
from analytics.query.compile import CompiledQuery, compile_query
from analytics.query.reconcile import Reconciliation, overlapping
from analytics.query.streams import fact_for

RELATIVE_TOLERANCE = 1e-9
ABSOLUTE_TOLERANCE = 1e-6
MOST_ROWS = 2_000
"""Results longer than this are checked by their total alone."""

Rows = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """What checks compute with."""

    warehouse: Warehouse
    catalogue: Catalogue

    def rows(self, query: MetricQuery) -> tuple[tuple[Cell, ...], ...]:
        """Run another query of the same catalogue."""
        compiled = compile_query(query, warehouse=self.warehouse, catalogue=self.catalogue)
        frame, _ = self.warehouse.run(compiled.table)
        return cells(frame, compiled.table.schema())


def checked(
    compiled: CompiledQuery, rows: Rows, added_up: Sequence[Reconciliation], checker: Checker
) -> tuple[Check, ...]:
    """Compute a result again where that is possible.

    Parameters
    ----------
    compiled : CompiledQuery
        What was run.
    rows : Rows
        All of its rows.
    added_up : Sequence[Reconciliation]
        The groups beside their totals, already computed.
    checker : Checker
        To run the second computation with.

    Returns
    -------
    tuple[Check, ...]
        What held; empty when nothing can be checked.

    Raises
    ------
    CheckFailedError
        When the second computation comes to other numbers.
    """
    query = compiled.query
    changed = query.cumulative or query.quantile is not None or query.shown_in is not None
    if query.count_groups or query.mean_per is not None or query.having or changed or not rows:
        return ()
    held = [*_groups(added_up)]
    if query.compare_to is not None:
        held += _change(compiled, rows, checker)
    elif query.compare_step is None and query.per_metric is None and not query.numerator:
        if query.share_of_total:
            held += _shares(query, rows, checker.catalogue)
        else:
            held += _split(query, rows, checker)
            held += _ratio(query, rows, checker)
    return tuple(held)


def same(left: Cell, right: Cell) -> bool:
    """Say whether two numbers are equal but for rounding; no value equals no value."""
    if left is None or right is None:
        return left is right
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return left == right
    gap = abs(left - right)
    return gap <= ABSOLUTE_TOLERANCE + RELATIVE_TOLERANCE * max(abs(left), abs(right))


def _withheld(what: str, ours: Cell, again: Cell) -> CheckFailedError:
    return CheckFailedError(
        f"The number is withheld: {what} came to {ours} one way and to {again} another.",
        hint="Tell whoever runs Deskwise: `deskwise data check` looks for what makes them differ.",
    )


# --- groups, splits ------------------------------------------------------------------------------


def _groups(added_up: Sequence[Reconciliation]) -> list[Check]:
    found = []
    for one in added_up:
        if not one.adds_up and not one.gap_is_known:
            raise _withheld(one.metric.label, one.parts, one.total)
        if one.adds_up:
            total = with_unit(one.total, one.metric.unit)
            found.append(Check(kind="groups", text=note("adds_up", n=one.n_groups, total=total)))
    return found


def _split(query: MetricQuery, rows: Rows, checker: Checker) -> list[Check]:
    """Check single totals against their sum over a split that was not asked for."""
    if query.dimensions or query.grain is not None or len(rows) != 1:
        return []
    catalogue = checker.catalogue
    found = []
    for place, name in enumerate(query.metrics):
        metric = catalogue.metric(name)
        by = split_for(metric, query, catalogue)
        value = rows[0][place]
        if by is None:
            continue
        parts = checker.rows(replace(query, metrics=(name,), dimensions=(by.name,), top_n=None,
                                     order=None, order_by=None))  # fmt: skip
        again = sum(_number(row[-1]) for row in parts)
        if not same(_number(value), again):
            raise _withheld(metric.label, value, again)
        total = with_unit(again, metric.unit)
        text = note("checked_split", by=lower_start(by.label), total=total)
        found.append(Check(kind="split", text=text))
    return found


def split_for(metric: Metric, query: MetricQuery, catalogue: Catalogue) -> Dimension | None:
    """Return a split whose parts add up to a metric: a column of its own rows, first in the file.

    None where the metric does not add up, or no column of its rows splits it.
    """
    if not metric.additive or metric.formula is None or not metric.formula.is_plain:
        return None
    measure = catalogue.measures[metric.formula.numerator]
    if measure.aggregate not in ("count", "sum") or measure.keep is not None:
        return None
    limited = {*query.dimensions, *(f.dimension for f in query.filters)}
    entities = frozenset(catalogue.dimension(name).entity for name in limited)
    entity = fact_for(measure, entities, catalogue).entity
    for dimension in catalogue.dimensions_of(metric.name):
        fits = dimension.entity == entity and dimension.kind in ("category", "boolean")
        if not fits or not dimension.groupable or dimension.name in limited:
            continue
        split = replace(query, dimensions=(*query.dimensions, dimension.name))
        if not overlapping(metric, split, catalogue):
            return dimension
    return None


def _number(value: Cell) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


# --- rates and means -----------------------------------------------------------------------------


def _ratio(query: MetricQuery, rows: Rows, checker: Checker) -> list[Check]:
    """Check rates against their two parts, summed over a split and divided here."""
    catalogue = checker.catalogue
    if len(rows) > MOST_ROWS or query.top_n is not None or _has_entity(query, catalogue):
        return []  # things of one name are apart by an id that the rows do not show
    named = [*query.dimensions, *(f.dimension for f in query.filters)]
    if any(catalogue.dimension(name).only_metrics for name in named):
        return []
    found = []
    n_keys = len(query.dimensions) + (query.grain is not None)
    for place, name in enumerate(query.metrics, start=n_keys):
        metric = catalogue.metric(name)
        formula = metric.formula
        if formula is None or formula.denominator is None or formula.tree is not None:
            continue
        parts = _parts(metric, query, checker)
        for row in rows:
            above, below = parts.get(tuple(row[:n_keys]), (None, None))
            again = _divided(formula, above, below)
            if not same(row[place], again):
                raise _withheld(metric.label, row[place], again)
        found.append(Check(kind="ratio", text=note("checked_ratio", label=metric.label)))
    return found


def _has_entity(query: MetricQuery, catalogue: Catalogue) -> bool:
    return any(catalogue.dimension(name).kind == "entity" for name in query.dimensions)


def _parts(
    metric: Metric, query: MetricQuery, checker: Checker
) -> dict[tuple[Cell, ...], tuple[Cell, Cell]]:
    """Take both parts of a rate for every group, as plain measures."""
    formula, whole = metric.formula, checker.catalogue
    assert formula is not None and formula.denominator is not None
    parts = {
        f"{metric.name} {place}": replace(
            metric,
            name=f"{metric.name} {place}",
            formula=Formula(numerator=measure, denominator=None, scale=1, complement=False),
            additive=True,
        )
        for place, measure in (("above", formula.numerator), ("below", formula.denominator))
    }
    catalogue = replace(whole, metrics=MappingProxyType({**whole.metrics, **parts}))
    one, other = (split_for(part, query, catalogue) for part in parts.values())
    by = (one.name,) if one is not None and one == other else ()
    alone = replace(
        query,
        metrics=tuple(parts),
        dimensions=(*query.dimensions, *by),
        order=None,
        order_by=None,
    )
    found = Checker(warehouse=checker.warehouse, catalogue=catalogue).rows(alone)
    summed: dict[tuple[Cell, ...], tuple[Cell, Cell]] = {}
    for *key, above, below in found:
        place = tuple(key[: len(key) - len(by)])
        before = summed.get(place, (None, None))
        summed[place] = (_plus(before[0], above), _plus(before[1], below))
    return summed


def _plus(left: Cell, right: Cell) -> Cell:
    """Add two numbers, of which either may have no value."""
    if left is None or right is None:
        return right if left is None else left
    return _number(left) + _number(right)


def _divided(formula: Formula, above: Cell, below: Cell) -> Cell:
    """Divide as the definition says, in Python."""
    if not isinstance(below, int | float) or below == 0:
        return None
    if above is None:
        above = 0
    assert isinstance(above, int | float)
    ratio = above / below * formula.scale
    return 1.0 - ratio if formula.complement else ratio


# --- comparisons, shares -------------------------------------------------------------------------


def _change(compiled: CompiledQuery, rows: Rows, checker: Checker) -> list[Check]:
    """Check a comparison of one metric: the earlier period alone plus the change is the later."""
    query = compiled.query
    plain = not (query.share_of_total or query.numerator or query.per_metric or query.top_n)
    single = len(query.metrics) == 1 and query.grain is None and len(rows) <= MOST_ROWS
    if not plain or not single or query.compare is None or _has_entity(query, checker.catalogue):
        return []
    n_keys = len(query.dimensions)
    names = [column.name for column in compiled.columns[n_keys:]]
    bare = replace(query, compare=None, compare_to=None, order=None, order_by=None)
    before = _by_key(checker.rows(replace(bare, period=query.compare_to)))
    now = {} if "current" in names else _by_key(checker.rows(bare))
    for row in rows:
        key = tuple(row[:n_keys])
        values: Mapping[str, Cell] = dict(zip(names, row[n_keys:], strict=True))
        earlier = _or_zero(before.get(key), values, "previous")
        later = values["current"] if "current" in values else _or_zero(now.get(key), values, "")
        if "previous" in values and not same(values["previous"], earlier):
            raise _withheld("the earlier period", values["previous"], earlier)
        expected = _moved(earlier, later)
        for name, again in expected.items():
            if name in values and not same(values[name], again):
                raise _withheld(f"the {name}", values[name], again)
    return [Check(kind="change", text=note("checked_change"))]


def _by_key(rows: Rows) -> dict[tuple[Cell, ...], Cell]:
    return {tuple(row[:-1]): row[-1] for row in rows}


def _or_zero(value: Cell, values: Mapping[str, Cell], name: str) -> Cell:
    """Return 0 for a group without rows whose values add up: a comparison shows it so."""
    shown = values.get(name) if name else next(iter(values.values()))
    return 0 if value is None and shown is not None else value


def _moved(earlier: Cell, later: Cell) -> dict[str, Cell]:
    """Return difference and growth, in Python."""
    if not isinstance(earlier, int | float) or not isinstance(later, int | float):
        return {"difference": None, "growth": None}
    growth = later / earlier - 1.0 if earlier else None
    return {"difference": later - earlier, "growth": growth}


def _shares(query: MetricQuery, rows: Rows, catalogue: Catalogue) -> list[Check]:
    """Check that the shares of groups that do not overlap add up to one."""
    if query.grain is not None or query.top_n is not None or len(query.metrics) != 1:
        return []
    metric = catalogue.metric(query.metrics[0])
    if not metric.additive or overlapping(metric, query, catalogue):
        return []
    shares = [row[-1] for row in rows]
    if any(share is None for share in shares):
        return []
    total = sum(_number(share) for share in shares)
    if not same(total, 1.0):
        raise _withheld("the sum of the shares", total, 1.0)
    return [Check(kind="shares", text=note("checked_shares"))]

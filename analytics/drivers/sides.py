"""Two periods or two groups side by side, read through the query engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from analytics.drivers.parts import Member
from analytics.drivers.shape import Shape
from analytics.errors import QueryError
from analytics.model import Cell, Filter, Grain, MetricQuery, Period
from analytics.ports import Warehouse
from analytics.query.cells import cells
from analytics.query.compile import compile_query
from analytics.query.reconcile import overlapping

TOLERANCE = 1e-9
Numbers = tuple[float, ...]
"""Values of metrics, in the order asked."""
Pair = tuple[Numbers, Numbers]
"""Before and now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two things compared: days, and what its rows must meet."""

    period: Period
    filters: tuple[Filter, ...] = ()
    label: str = ""
    """Of a group ("North"); empty for a period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What is compared with what."""

    metric: str
    now: Side
    before: Side
    filters: tuple[Filter, ...] = ()
    """On both sides."""
    as_of: date
    """Rows on or after it are not seen."""

    @property
    def is_of_groups(self) -> bool:
        """Whether two groups are compared rather than two periods."""
        return bool(self.now.filters or self.before.filters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads numbers of one comparison."""

    warehouse: Warehouse
    shape: Shape
    comparison: Comparison

    def pairs(self, metrics: Sequence[str], dimension: str | None) -> tuple[dict[Cell, Pair], str]:
        """Return each group's numbers before and now, and the SQL that was run.

        A group that one side lacks has zeros there; groups with the same name are one. Without a
        dimension the only key is None.
        """
        found, sql = self.cross(metrics, (dimension,) if dimension else ())
        return found[0], sql

    def cross(
        self, metrics: Sequence[str], dimensions: Sequence[str]
    ) -> tuple[tuple[dict[Cell, Pair], ...], str]:
        """Return the groups of several dimensions, all read by one query.

        Parameters
        ----------
        metrics
            Such as add up over the groups of all of the dimensions together.
        dimensions
            Without any, one dictionary with the key None is returned.

        Returns
        -------
        tuple
            A dictionary per dimension, and the SQL.
        """
        cells_of, sql = self._cells(metrics, dimensions)
        found: list[dict[Cell, Pair]] = [{} for _ in dimensions or (None,)]
        for keys, pair in cells_of:
            for groups, key in zip(found, keys or (None,), strict=True):
                groups[key] = _added(groups.get(key), pair)
        return tuple(dict(sorted(g.items(), key=lambda i: _ordered(i[0]))) for g in found), sql

    def _cells(
        self, metrics: Sequence[str], dimensions: Sequence[str]
    ) -> tuple[list[tuple[tuple[Cell, ...], Pair]], str]:
        """Return every combination of groups with its numbers before and now."""
        comparison, n = self.comparison, len(dimensions)
        if comparison.is_of_groups:
            nothing = (0.0,) * len(metrics)
            before, _ = self._run(self._query(metrics, dimensions, comparison.before))
            now, sql = self._run(self._query(metrics, dimensions, comparison.now))
            sides = [(row[:n], (_numbers(row[n:]), nothing)) for row in before]
            return [*sides, *((row[:n], (nothing, _numbers(row[n:]))) for row in now)], sql
        query = self._query(metrics, dimensions, comparison.now)
        rows, sql = self._run(replace(query, compare_to=comparison.before.period))
        return [(row[:n], (_numbers(row[n + 1 :: 2]), _numbers(row[n::2]))) for row in rows], sql

    def _query(self, metrics: Sequence[str], dimensions: Sequence[str], side: Side) -> MetricQuery:
        return MetricQuery(
            metrics=tuple(metrics),
            dimensions=tuple(dimensions),
            filters=(*self.comparison.filters, *side.filters),
            period=side.period,
            as_of=self.comparison.as_of,
        )

    def trend(
        self, metrics: Sequence[str], dimension: str, period: Period, grain: Grain
    ) -> dict[Cell, dict[date, Numbers]]:
        """Return each group's numbers step by step; steps without rows are zeros."""
        query = replace(self._query(metrics, (dimension,), Side(period=period)), grain=grain)
        rows, _ = self._run(query)
        found: dict[Cell, dict[date, Numbers]] = {}
        for row in rows:
            steps, day, numbers = found.setdefault(row[1], {}), row[0], _numbers(row[2:])
            assert isinstance(day, date)
            steps[day] = _sum(steps[day], numbers) if day in steps else numbers
        return found

    def _run(self, query: MetricQuery) -> tuple[tuple[tuple[Cell, ...], ...], str]:
        compiled = compile_query(query, warehouse=self.warehouse, catalogue=self.shape.catalogue)
        frame, sql = self.warehouse.run(compiled.table)
        return cells(frame, compiled.table.schema()), sql


def members_of(
    reader: Reader, dimensions: Sequence[str]
) -> tuple[tuple[tuple[Member, ...], ...], str]:
    """Return the groups of each dimension on both sides, and the SQL; without any, the whole."""
    shape = reader.shape
    names = [shape.numerator, shape.rows, *((shape.denominator,) if shape.denominator else ())]
    if shape.is_mean_per_thing and len(dimensions) > 1:
        raise QueryError("A mean per thing is read one dimension at a time.")
    found, sql = reader.cross(names, dimensions)
    members = (tuple(_member(shape, *item) for item in groups.items()) for groups in found)
    return tuple(members), sql


def _member(shape: Shape, key: Cell, pair: Pair) -> Member:
    before, now = pair
    weight_before, weight_now = (before[2], now[2]) if shape.denominator else (1.0, 1.0)
    return Member(
        key=key,
        before=_numerator(shape, before[0], weight_before),
        now=_numerator(shape, now[0], weight_now),
        weight_before=weight_before,
        weight_now=weight_now,
        n_before=round(before[1]),
        n_now=round(now[1]),
    )


def _numerator(shape: Shape, value: float, weight: float) -> float:
    """Return the numerator such that the metric is numerator / denominator, whatever its form."""
    if shape.kind != "ratio":
        return value * shape.scale
    summed = value * weight if shape.is_mean_per_thing else value
    return weight - summed * shape.scale if shape.complement else summed * shape.scale


def outside_of(members: Sequence[Member], whole: Member, *, is_ratio: bool) -> Member | None:
    """Return what the whole has and no group has; None when that is nothing.

    Employees' tickets are in no group by region.
    """
    gap = Member(
        key=None,
        kind="outside",
        before=_gap((m.before for m in members), whole.before),
        now=_gap((m.now for m in members), whole.now),
        weight_before=_gap((m.weight_before for m in members), whole.weight_before)
        if is_ratio
        else 1.0,
        weight_now=_gap((m.weight_now for m in members), whole.weight_now) if is_ratio else 1.0,
        n_before=whole.n_before - sum(m.n_before for m in members),
        n_now=whole.n_now - sum(m.n_now for m in members),
    )
    weights = (gap.weight_before, gap.weight_now) if is_ratio else (0.0, 0.0)
    parts = (gap.before, gap.now, *weights, gap.n_before, gap.n_now)
    return gap if any(parts) else None


def _gap(parts: Iterable[float], whole: float) -> float:
    gap = whole - sum(parts)
    return 0.0 if abs(gap) <= 1e-6 + TOLERANCE * abs(whole) else gap


def groups_overlap(shape: Shape, dimension: str, filters: Sequence[Filter]) -> bool:
    """Say whether one thing can be counted in several groups of a dimension."""
    catalogue = shape.catalogue
    entity = catalogue.dimension(dimension).entity
    if shape.things and (shape.things != {"customer_id"} or entity != "customer"):
        return True
    parts = [shape.numerator, *((shape.denominator,) if shape.denominator else ())]
    query = MetricQuery(
        metrics=tuple(parts),
        dimensions=(dimension,),
        filters=tuple(filters),
        as_of=date.min,
    )
    return any(overlapping(catalogue.metric(name), query, catalogue) for name in parts)


def _numbers(row: Sequence[Cell]) -> Numbers:
    return tuple(float(v) if isinstance(v, int | float) else 0.0 for v in row)


def _sum(old: Numbers, new: Numbers) -> Numbers:
    return tuple(a + b for a, b in zip(old, new, strict=True))


def _added(old: Pair | None, new: Pair) -> Pair:
    return new if old is None else (_sum(old[0], new[0]), _sum(old[1], new[1]))


def _ordered(key: Cell) -> tuple[bool, str]:
    return key is None, str(key)

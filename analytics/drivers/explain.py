"""Why a metric differs between two periods or two groups: the whole computation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from analytics.catalogue import Catalogue
from analytics.drivers.causes import Causes, load_causes
from analytics.drivers.noise import Days, whole_variance
from analytics.drivers.parts import Member, parts_of_product, reversed_members
from analytics.drivers.ranking import LEAST_ROWS, Candidate, best_of, candidate_of, is_restated
from analytics.drivers.shape import Shape, shape_of
from analytics.drivers.sides import Comparison, Reader, Side, groups_overlap, members_of, outside_of
from analytics.errors import QueryError
from analytics.model import Cell, Grain, Period
from analytics.ports import Warehouse
from analytics.query.windows import add_months

MOST_GROUPS: Final = 300
"""A dimension with more groups is passed over: no one of them explains a whole."""
N_CONFIRMED: Final = 4
"""Candidates whose days are looked at."""
_MOST_DAYS: Final = 400
_MOST_CELLS: Final = 50_000
"""Rows behind a change up to which several dimensions are read by one query."""
_NEAR_DAYS: Final = 62
_ORDINARY_Z: Final = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorEffect:
    """What one factor of a product adds to the change."""

    label: str
    before: float
    now: float
    effect: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A change taken apart in every way that is exact."""

    comparison: Comparison
    shape: Shape
    whole: Member
    chosen: Candidate | None
    """The dimension asked about, else the one that explains most, else the nearest to it."""
    is_asked: bool
    """Whether the question named the dimension."""
    overlapping: bool
    """The groups of the dimension asked about share things, so nothing adds up."""
    factors: tuple[FactorEffect, ...]
    flows: tuple[FactorEffect, ...]
    against: tuple[str, tuple[Member, ...]] | None
    """A dimension all of whose groups moved against the whole."""
    year_before: tuple[float, float] | None
    """The metric in the same two periods a year earlier, before and now."""
    is_ordinary: bool
    """The change is within the usual ups and downs of days."""
    n_tried: int
    """Dimensions looked at."""

    @property
    def before(self) -> float:
        """The metric on the earlier side."""
        return self.whole.before / self.whole.weight_before

    @property
    def now(self) -> float:
        """The metric on the later side."""
        return self.whole.now / self.whole.weight_now

    @property
    def change(self) -> float:
        """Their difference."""
        return self.now - self.before


def explain(
    comparison: Comparison,
    *,
    warehouse: Warehouse,
    catalogue: Catalogue,
    dimension: str | None = None,
) -> Explanation:
    """Take the difference of a metric between two sides apart and find what stands out.

    Parameters
    ----------
    comparison
        Two periods, or two groups over one period.
    warehouse, catalogue
        Where the numbers are and what the words mean.
    dimension
        The one to take it apart by; without it, all that the metric has are tried.

    Raises
    ------
    QueryError
        When a side has no data, or the metric cannot be taken apart.
    UnknownMetricError, UnknownDimensionError
        When a name is unknown or the metric does not have the dimension.
    """
    shape = shape_of(catalogue.metric(comparison.metric), catalogue)
    reader = Reader(warehouse=warehouse, shape=shape, comparison=comparison)
    ((whole,),), _ = members_of(reader, ())
    _require_data(whole, shape)
    causes = load_causes()
    names = (dimension,) if dimension else _dimensions(comparison, shape, causes)
    splits = _splits(reader, names, whole, force=dimension is not None)
    overlap = dimension is not None and groups_overlap(shape, dimension, comparison.filters)
    candidates = [candidate_of(d, m, shape, sql=sql) for d, m, sql in splits if whole_moves(whole)]
    confirmed, is_ordinary = candidates, False
    if not overlap:
        confirmed, is_ordinary = _confirmed(reader, candidates, dict_of(splits), whole)
    against = _against(splits) if shape.kind == "ratio" else None
    fallback = max(confirmed, key=lambda c: (bool(c.brakes), c.spread), default=None)
    shown = dimension or (against[0] if against and best_of(confirmed) is None else None)
    asked = next((c for c in confirmed if c.dimension == shown), None)
    return Explanation(
        comparison=comparison,
        shape=shape,
        whole=whole,
        chosen=asked if shown else best_of(confirmed) or fallback,
        is_asked=dimension is not None,
        overlapping=overlap,
        factors=_factors(reader, causes),
        flows=_flows(reader, causes),
        against=against,
        year_before=_year_before(reader),
        is_ordinary=is_ordinary,
        n_tried=len(candidates),
    )


Split = tuple[str, tuple[Member, ...], str]


def dict_of(splits: Sequence[Split]) -> dict[str, tuple[Member, ...]]:
    """Return the groups of each dimension."""
    return {name: members for name, members, _ in splits}


def whole_moves(whole: Member) -> bool:
    """Say whether there is a change to take apart."""
    return whole.now / whole.weight_now != whole.before / whole.weight_before


def _require_data(whole: Member, shape: Shape) -> None:
    label = shape.metric.label
    for weight, n, side in (
        (whole.weight_before, whole.n_before, "earlier"),
        (whole.weight_now, whole.n_now, "later"),
    ):
        if weight == 0 or (n == 0 and shape.kind == "ratio"):
            raise QueryError(
                f"There is no data for {label.lower()} on the {side} side.",
                hint="Ask about periods that the data covers.",
            )
    if whole.n_before == 0 and whole.n_now == 0:
        raise QueryError(
            f"There is no data for {label.lower()} on either side.",
            hint="Ask about periods that the data covers.",
        )


def _dimensions(comparison: Comparison, shape: Shape, causes: Causes) -> tuple[str, ...]:
    """Return the dimensions that may be named as a reason."""
    fixed = {
        f.dimension
        for f in (
            *comparison.filters,
            *comparison.now.filters,
            *comparison.before.filters,
        )
        if f.operator == "=" or f in comparison.now.filters or f in comparison.before.filters
    }
    return tuple(
        d.name
        for d in shape.catalogue.dimensions_of(shape.metric.name)
        if d.groupable
        and d.kind in ("category", "boolean", "entity")
        and d.name not in fixed
        and d.name not in causes.outcomes
        and not groups_overlap(shape, d.name, comparison.filters)
    )


def _splits(reader: Reader, names: Sequence[str], whole: Member, *, force: bool) -> list[Split]:
    """Return the groups of each dimension, those left out where a split says nothing."""
    shape = reader.shape
    found: dict[str, Split] = {}
    for batch in _batches(names, whole, shape):
        groups, sql = members_of(reader, batch)
        for name, members in zip(batch, groups, strict=True):
            overlap = force and groups_overlap(shape, name, reader.comparison.filters)
            is_ratio = shape.kind == "ratio"
            gap = None if overlap else outside_of(members, whole, is_ratio=is_ratio)
            doubled = gap is not None and min(gap.n_before, gap.n_now) < 0
            restated = shape.metric.unit == "fraction" and is_restated(members)
            apart = reader.comparison.is_of_groups and _lie_apart(members)
            n_fits = 2 <= len(members) <= MOST_GROUPS
            says_nothing = doubled or restated or apart or not n_fits
            if force or not says_nothing:
                found[name] = (name, (*members, *((gap,) if gap else ())), sql)
    return [found[name] for name in names if name in found]


def _lie_apart(members: Sequence[Member]) -> bool:
    """Say whether two groups mostly have different members: the cities of two regions."""
    shared = [m for m in members if m.n_before and m.n_now]
    sides = ((m.n_before for m in members), (m.n_now for m in members))
    common = (sum(m.n_before for m in shared), sum(m.n_now for m in shared))
    return any(2 * n < sum(side) for n, side in zip(common, sides, strict=True))


def _batches(names: Sequence[str], whole: Member, shape: Shape) -> list[list[str]]:
    """Put dimensions of one entity together, for one query, where that reads few rows."""
    catalogue = shape.catalogue
    for name in names:
        catalogue.require_dimension(shape.metric.name, name)
    if shape.is_mean_per_thing or whole.n_before + whole.n_now > _MOST_CELLS:
        return [[name] for name in names]
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(catalogue.dimension(name).entity, []).append(name)
    return list(found.values())


def _confirmed(
    reader: Reader,
    candidates: Sequence[Candidate],
    members: dict[str, tuple[Member, ...]],
    whole: Member,
) -> tuple[list[Candidate], bool]:
    """Look at the days of the best candidates; say whether the whole change may be chance."""
    grain = _grain(reader)
    ranked = sorted(candidates, key=lambda c: (-c.score, c.n_groups, c.dimension))
    if grain is None or not ranked:
        return ranked, False
    checked, ordinary, found = [], False, False
    for i, candidate in enumerate(ranked):
        if i > 0 and (found or i >= N_CONFIRMED or not candidate.leaders):
            checked.append(replace(candidate, leaders=(), brakes=(), explained=0.0))
            continue
        sides = _days(reader, candidate.dimension, whole, grain)
        if i == 0:
            ordinary = _is_ordinary(sides, whole, reader.shape)
        name = candidate.dimension
        again = candidate_of(name, members[name], reader.shape, sql=candidate.sql, sides=sides)
        found = again.stands_out
        checked.append(again)
    return checked, ordinary


def _grain(reader: Reader) -> Grain | None:
    """Return the step that chance is told from; None where steps do not add up to the whole."""
    shape, comparison = reader.shape, reader.comparison
    flows = all(m.time == "flow" for m in shape.catalogue.measures_of(shape.metric))
    distinct = bool(shape.things) or shape.is_mean_per_thing
    days = [(s.period.end - s.period.start).days for s in (comparison.before, comparison.now)]
    if comparison.is_of_groups or not flows or distinct or min(days) < 5:
        return None
    return "day" if max(days) <= _MOST_DAYS else "week"


def _days(reader: Reader, dimension: str, whole: Member, grain: Grain) -> tuple[Days, Days]:
    shape = reader.shape
    names = [shape.numerator, *((shape.denominator,) if shape.denominator else ())]
    ends = (
        (reader.comparison.before, whole.before, whole.weight_before),
        (reader.comparison.now, whole.now, whole.weight_now),
    )
    near = abs((ends[1][0].period.start - ends[0][0].period.end).days) <= _NEAR_DAYS
    if near:  # both sides by one query
        start = min(side.period.start for side, _, _ in ends)
        span = Period(start=start, end=max(side.period.end for side, _, _ in ends))
        spans = [reader.trend(names, dimension, span, grain)] * 2
    else:
        spans = [reader.trend(names, dimension, side.period, grain) for side, _, _ in ends]
    made = []
    for (side, numerator, denominator), trend in zip(ends, spans, strict=True):
        groups: dict[Cell, list[tuple[float, ...]]] = {
            key: [
                _as_ratio(shape, numbers)
                for day, numbers in steps.items()
                if side.period.start <= day < side.period.end
            ]
            for key, steps in trend.items()
        }
        made.append(Days(groups=groups, numerator=numerator, denominator=denominator))
    return made[0], made[1]


def _as_ratio(shape: Shape, numbers: tuple[float, ...]) -> tuple[float, float]:
    below = numbers[1] if len(numbers) > 1 else 1.0
    above = numbers[0] * shape.scale
    return (below - above if shape.complement else above), below


def _is_ordinary(sides: tuple[Days, Days], whole: Member, shape: Shape) -> bool:
    variances = [whole_variance(days, is_ratio=shape.kind == "ratio") for days in sides]
    if any(v is None for v in variances):
        return False
    change = whole.now / whole.weight_now - whole.before / whole.weight_before
    return abs(change) < _ORDINARY_Z * math.sqrt(math.fsum(v or 0.0 for v in variances))


def _against(splits: Sequence[Split]) -> tuple[str, tuple[Member, ...]] | None:
    for name, members, _ in splits:
        found = reversed_members(members, least_rows=LEAST_ROWS)
        if found:
            return name, found
    return None


def _factors(reader: Reader, causes: Causes) -> tuple[FactorEffect, ...]:
    """Return the factors that the metric is the product of, where all of them exist."""
    factors = causes.products.get(reader.shape.metric.name, ())
    names = tuple(dict.fromkeys(n for f in factors for n in (f.metric, f.per) if n))
    catalogue = reader.shape.catalogue
    given = [*reader.comparison.filters, *reader.comparison.now.filters]
    if not factors or any(
        not catalogue.has_dimension(n, f.dimension) for n in names for f in given
    ):
        return ()
    before, now = reader.pairs(names, None)[0][None]
    sides = []
    for numbers in (before, now):
        value = dict(zip(names, numbers, strict=True))
        if any(f.per is not None and not value[f.per] for f in factors):
            return ()
        sides.append({f.label: value[f.metric] / (value[f.per] if f.per else 1.0) for f in factors})
    effects = parts_of_product(sides[0], sides[1])
    return tuple(
        FactorEffect(label=f.label, before=sides[0][f.label], now=sides[1][f.label], effect=e)
        for f, e in zip(factors, effects.values(), strict=True)
    )


def _flows(reader: Reader, causes: Causes) -> tuple[FactorEffect, ...]:
    """Return what came and went between the ends of two periods, for a number that stands."""
    stock = causes.stocks.get(reader.shape.metric.name)
    comparison = reader.comparison
    between = Period(start=comparison.before.period.end, end=comparison.now.period.end)
    if stock is None or comparison.is_of_groups or between.start >= between.end:
        return ()
    names = (stock.comes, *((stock.goes,) if stock.goes else ()))
    span = Side(period=between)
    moved = replace(reader, comparison=replace(comparison, now=span, before=span))
    values = moved.pairs(names, None)[0][None][1]
    signs = (1.0, -1.0)
    return tuple(
        FactorEffect(label=reader.shape.catalogue.metric(n).label, before=0.0, now=v, effect=s * v)
        for n, v, s in zip(names, values, signs, strict=False)
    )


def _year_before(reader: Reader) -> tuple[float, float] | None:
    """Return the metric in both periods a year earlier; None where that says nothing."""
    comparison = reader.comparison
    now, before = comparison.now.period, comparison.before.period
    apart = (now.start - before.start).days
    if comparison.is_of_groups or apart >= 330 or apart <= 0:
        return None
    earlier = replace(
        comparison,
        now=Side(period=_a_year_back(now, comparison.as_of)),
        before=Side(period=_a_year_back(before, comparison.as_of)),
    )
    ((whole,),), _ = members_of(replace(reader, comparison=earlier), ())
    if not (whole.n_before and whole.n_now and whole.weight_before and whole.weight_now):
        return None
    return whole.before / whole.weight_before, whole.now / whole.weight_now


def _a_year_back(period: Period, as_of: date) -> Period:
    end = min(period.end, as_of)
    return Period(start=add_months(period.start, -12), end=add_months(end, -12))

"""Which dimension explains a change best, and whether any of its groups stands out at all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from analytics.drivers.noise import Days, least_z, spread_by_rows, variance_by_days
from analytics.drivers.parts import Member, Part, parts_of_ratio, parts_of_sum
from analytics.drivers.shape import Shape
from analytics.model import Cell

LEAST_ROWS = 20
"""A group with fewer rows on both sides together is never named as a driver."""
LEAST_EXPLAINED = 0.3
"""Part of the change that the leading groups must add beyond changing as all did."""
_LEAST_SHARE = 0.15
_MOST_LEADERS = 3
_PER_LEADER = 0.05
_PER_DOUBLING = 0.02
_PER_DOUBLING_UNNAMED = 0.3
"""Where nothing stands out, few groups are easier to look at."""
LEAST_SHOWN = 5
"""A group with fewer rows on both sides together is shown with others of its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A dimension, and the change taken apart by it."""

    dimension: str
    parts: tuple[Part, ...]
    """Largest effect first; they add up to the change."""
    leaders: tuple[Part, ...]
    """Groups that stand out, most important first."""
    brakes: tuple[Part, ...]
    """Groups that moved against the change by more than chance, strongest first."""
    explained: float
    """What the leaders add beyond changing as all did, as a part of the change."""
    score: float
    sql: str
    n_groups: int

    @property
    def spread(self) -> float:
        """How unevenly the change is spread over the groups, 0 when all changed alike."""
        change = abs(math.fsum(p.effect for p in self.parts))
        uneven = math.fsum(abs(p.excess) for p in self.parts) / 2
        return (
            uneven / change - _PER_DOUBLING_UNNAMED * math.log2(max(self.n_groups, 2))
            if change
            else 0.0
        )

    @property
    def stands_out(self) -> bool:
        """Whether its leaders explain enough to be named."""
        return bool(self.leaders) and self.explained >= LEAST_EXPLAINED


def candidate_of(
    dimension: str,
    members: Sequence[Member],
    shape: Shape,
    *,
    sql: str,
    sides: tuple[Days, Days] | None = None,
) -> Candidate:
    """Take a change apart by a dimension and find the groups that stand out.

    Parameters
    ----------
    dimension
        Its name.
    members
        All groups, and what is in none of them.
    shape
        Of the metric.
    sql
        How the groups were read.
    sides
        Before and now day by day, where chance can be told from days; else from rows.
    """
    is_ratio = shape.kind == "ratio"
    parts = parts_of_ratio(members) if is_ratio else parts_of_sum(members)
    change = math.fsum(p.effect for p in parts)
    spreads = _spreads(parts, shape, sides)
    bar = least_z(len(members))
    own = dimension in own_dimensions(shape)
    uneven = [
        p
        for p in parts
        if p.member.n_before + p.member.n_now >= LEAST_ROWS
        and p.member.kind == "group"
        and (p.member.key is not None or own)
        and abs(p.excess) >= _LEAST_SHARE * abs(change)
        and abs(p.excess) > bar * spreads[id(p)]
    ]
    uneven.sort(key=lambda p: (-abs(p.excess), str(p.member.key)))
    standing = [p for p in uneven if p.excess * change > 0]
    leaders, explained, score = _best_few(standing, change, len(members))
    return Candidate(
        dimension=dimension,
        parts=tuple(sorted(parts, key=lambda p: (-abs(p.effect), str(p.member.key)))),
        leaders=leaders,
        brakes=tuple(p for p in uneven if p.effect * change < 0)[:_MOST_LEADERS],
        explained=explained,
        score=score,
        sql=sql,
        n_groups=len(members),
    )


def _best_few(
    standing: Sequence[Part], change: float, n_members: int
) -> tuple[tuple[Part, ...], float, float]:
    """Return the leaders: as few as explain the most, each further one costs something."""
    best: tuple[tuple[Part, ...], float, float] = ((), 0.0, -math.inf)
    for n in range(1, min(_MOST_LEADERS, len(standing)) + 1):
        leaders = tuple(standing[:n])
        explained = math.fsum(p.excess for p in leaders) / change
        cost = _PER_LEADER * (n - 1) + _PER_DOUBLING * math.log2(max(n_members, 2))
        score = min(explained, 1.0) - cost
        if score > best[2]:
            best = (leaders, explained, score)
    return best


def _spreads(
    parts: Sequence[Part], shape: Shape, sides: tuple[Days, Days] | None
) -> Mapping[int, float]:
    is_ratio = shape.kind == "ratio"
    before = math.fsum(p.member.before for p in parts)
    now = math.fsum(p.member.now for p in parts)
    growth = now / before if before and not is_ratio else 1.0
    totals = (
        math.fsum(p.member.weight_before for p in parts),
        math.fsum(p.member.weight_now for p in parts),
    )
    middle = (before / totals[0] + now / totals[1]) / 2 if is_ratio else 0.0
    found = {}
    for part in parts:
        rough = spread_by_rows(part, shape, growth, totals)
        by_days = _by_days(part.member.key, sides, is_ratio=is_ratio, middle=middle, growth=growth)
        found[id(part)] = max(by_days or 0.0, rough)
    return found


def _by_days(
    key: Cell, sides: tuple[Days, Days] | None, *, is_ratio: bool, middle: float, growth: float
) -> float | None:
    if sides is None:
        return None
    before = variance_by_days(key, sides[0], is_ratio=is_ratio, middle=middle)
    now = variance_by_days(key, sides[1], is_ratio=is_ratio, middle=middle)
    if before is None and now is None:
        return None
    return math.sqrt(growth**2 * (before or 0.0) + (now or 0.0))


def own_dimensions(shape: Shape) -> frozenset[str]:
    """Return the dimensions that are columns of the metric's own rows.

    A missing value of another thing's column mostly says that there is no such thing (a visitor
    who is no customer), which tells nothing about that column.
    """
    catalogue = shape.catalogue
    facts = {catalogue.facts[m.fact].entity for m in catalogue.measures_of(shape.metric)}
    return frozenset(d.name for d in catalogue.dimensions.values() if d.entity in facts)


def best_of(candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the candidate that explains most; ties by the fewer groups, then by name."""
    named = [c for c in candidates if c.stands_out]
    return min(named, key=lambda c: (-round(c.score, 6), c.n_groups, c.dimension), default=None)


def is_restated(members: Sequence[Member]) -> bool:
    """Say whether a split only restates a rate: each group has all of it or nothing."""
    rates = [
        value / weight
        for m in members
        for value, weight in ((m.before, m.weight_before), (m.now, m.weight_now))
        if weight
    ]
    return len(members) > 1 and bool(rates) and all(abs(r * (1 - r)) < 1e-9 for r in rates)


def folded(parts: Sequence[Part], *, n_shown: int) -> tuple[Part, ...]:
    """Return the parts to show: the largest, then all others as one; they still add up.

    Groups with few rows go with the others whatever their effect, unless there is only one such.
    """
    shown: list[Part] = []
    rest: list[Part] = []
    for part in parts:
        m = part.member
        small = m.kind == "group" and m.n_before + m.n_now < LEAST_SHOWN
        (rest if small or len(shown) >= n_shown else shown).append(part)
    if len(rest) <= 1:
        return (*shown, *rest)
    together = Member(
        key=None,
        kind="folded",
        n_folded=len(rest),
        before=math.fsum(p.member.before for p in rest),
        now=math.fsum(p.member.now for p in rest),
        weight_before=math.fsum(p.member.weight_before for p in rest),
        weight_now=math.fsum(p.member.weight_now for p in rest),
        n_before=sum(p.member.n_before for p in rest),
        n_now=sum(p.member.n_now for p in rest),
    )
    first = replace(rest[0], member=together)
    return (
        *shown,
        replace(
            first,
            effect=math.fsum(p.effect for p in rest),
            mix=math.fsum(p.mix for p in rest),
            rate=math.fsum(p.rate for p in rest),
            expected=math.fsum(p.expected for p in rest),
        ),
    )

"""How far a group's part of a change may be chance: from its days, else from its rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist, median

from analytics.drivers.causes import load_causes
from analytics.drivers.parts import Part
from analytics.drivers.shape import Shape
from analytics.drivers.sides import Numbers
from analytics.model import Cell

_FALSE_ALARM = 0.01
"""Chance that any group of a dimension stands out when all changed alike."""
_LEAST_DAYS = 5
_NORMAL = 1.4826
"""Standard deviation / median absolute deviation of a normal distribution."""


def least_z(n_members: int) -> float:
    """Return from how many standard deviations on a group stands out among so many (Bonferroni)."""
    return NormalDist().inv_cdf(1.0 - _FALSE_ALARM / (2 * max(n_members, 1)))


def spread_by_rows(part: Part, shape: Shape, growth: float, totals: tuple[float, float]) -> float:
    """Return a rough standard deviation of a part's excess, from counts of rows alone.

    Parameters
    ----------
    part
        Of a sum or a ratio.
    shape
        Says which.
    growth
        The whole now / before; 1 for a ratio.
    totals
        Denominators of the whole, before and now; unused for a sum.
    """
    m = part.member
    if shape.kind != "ratio":
        variances = [
            _sum_variance(value, n, is_count=shape.metric.unit == "count")
            for value, n in ((m.before, m.n_before), (m.now, m.n_now))
        ]
        return math.sqrt(growth**2 * variances[0] + variances[1])
    found = 0.0
    sides = ((m.before, m.weight_before, m.n_before), (m.now, m.weight_now, m.n_now))
    for (value, weight, n), total in zip(sides, totals, strict=True):
        if n <= 0 or not weight or not total:
            continue
        ratio = value / weight
        is_share = shape.metric.unit == "fraction" and 0.0 <= ratio <= 1.0
        single = load_causes().spreads.get(shape.metric.name, abs(ratio))
        variance = max(ratio * (1 - ratio), 1 / (4 * n)) if is_share else single**2
        found += (weight / total) ** 2 * variance / n
    return math.sqrt(found)


def _sum_variance(value: float, n: int, *, is_count: bool) -> float:
    if n == 0:
        return 0.0
    # Amounts vary about as much as they are large (an exponential); counts vary as Poisson does.
    return value**2 / abs(n) * (1.0 if is_count else 2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Numerators and denominators of every group, day by day, on one side."""

    groups: Mapping[Cell, Sequence[Numbers]]
    numerator: float
    """Of the whole side."""
    denominator: float

    @property
    def n_days(self) -> int:
        """How many days there are."""
        return max((len(days) for days in self.groups.values()), default=0)

    def totals(self) -> list[Numbers]:
        """Return the sums over all groups, day by day."""
        found = [(0.0, 0.0)] * self.n_days
        for days in self.groups.values():
            for t, (above, below) in enumerate(days):
                found[t] = (found[t][0] + above, found[t][1] + below)
        return [*found]


def variance_by_days(key: Cell, days: Days, *, is_ratio: bool, middle: float) -> float | None:
    """Return the variance of a group's excess on one side, taking days as independent.

    What all groups share (weekends, a busy day) is taken out: only days on which the group went
    its own way count. None when there are too few days.

    Parameters
    ----------
    key
        The group.
    days
        Of the side.
    is_ratio
        For a sum, the excess is against the group's share of the total.
    middle
        Ratio that weights are told against; unused for a sum.
    """
    mine = days.groups.get(key, ())
    if len(mine) < _LEAST_DAYS:
        return None
    totals = days.totals()
    whole, weight = days.numerator, days.denominator
    if (not weight) if is_ratio else (not whole):
        return None
    total, share = math.fsum(x for x, _ in mine), math.fsum(d for _, d in mine)
    residuals = []
    for (x, d), (all_x, all_d) in zip(mine, totals, strict=True):
        if not is_ratio:
            residuals.append(x - total / whole * all_x)
            continue
        part = share / weight
        own = x - total / weight * all_d - middle * (d - part * all_d)
        residuals.append((own - part * (all_x - whole / weight * all_d)) / weight)
    n = len(residuals)
    if is_ratio:
        n = sum(1 for _, d in mine if d)
        if n < _LEAST_DAYS:
            return None
        return n / (n - 3) * math.fsum(r * r for r in residuals)
    # The median keeps one extraordinary day, which may be the very cause, from passing for chance.
    middle_day = median(residuals)
    scale = _NORMAL * median(abs(r - middle_day) for r in residuals)
    return n * scale**2


def whole_variance(days: Days, *, is_ratio: bool) -> float | None:
    """Return the variance of one side's value, days of the week told apart; None with too few."""
    totals = days.totals()
    n = len(totals)
    if n < 3 * 7:
        return None
    if is_ratio:
        if not days.denominator:
            return None
        ratio = days.numerator / days.denominator
        series = [(x - ratio * d) / days.denominator for x, d in totals]
    else:
        series = [x for x, _ in totals]
    steps = [(series[t] - series[t - 7]) ** 2 / 2 for t in range(7, n)]
    return n * math.fsum(steps) / len(steps)

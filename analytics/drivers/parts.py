"""A change taken apart exactly: members of a sum, mix and rate of a ratio, factors of a product.

Every function here returns parts that add up to the whole change. Nothing is estimated.

References
----------
Shapley, L. S. (1953), A value for n-person games: the only split that is exact, treats alike parts
alike and does not depend on the order in which parts change. With two factors it is the mean of the
two orders (Shorrocks 2013, "Decomposition procedures for distributional analysis").
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from analytics.model import Cell

Presence = Literal["both", "new", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One group of a dimension on both sides; a side that lacks it has zeros.

    The value of a sum is its numerator, and its denominator is 1 on both sides. The value of a
    ratio is numerator / denominator.
    """

    key: Cell
    before: float
    """Numerator."""
    now: float
    weight_before: float
    """Denominator."""
    weight_now: float
    n_before: int
    """Rows behind it."""
    n_now: int
    kind: Literal["group", "outside", "folded"] = "group"
    """outside: rows that no group has; folded: several small groups in one."""
    n_folded: int = 0

    @property
    def presence(self) -> Presence:
        """Whether it is there on both sides."""
        if self.n_before == 0 and self.n_now > 0:
            return "new"
        return "lost" if self.n_now == 0 and self.n_before > 0 else "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a member adds to the change of the whole."""

    member: Member
    effect: float
    """All parts' effects add up to the change."""
    mix: float = 0.0
    """Of the effect: the member's weight changed."""
    rate: float = 0.0
    """Of the effect: the member's own ratio changed."""
    expected: float = 0.0
    """The effect that it would have if every member had changed alike; these add up, too."""

    @property
    def excess(self) -> float:
        """What it adds beyond changing as all did."""
        return self.effect - self.expected


def parts_of_sum(members: Sequence[Member]) -> tuple[Part, ...]:
    """Return what each member adds to the change of their sum.

    Parameters
    ----------
    members
        All of them; they share nothing.

    Returns
    -------
    tuple of Part
        In the order of the members. Had all changed by the same factor, each would add in
        proportion to what it was; where the sum was 0, to what it is.
    """
    change = math.fsum(m.now for m in members) - math.fsum(m.before for m in members)
    base = math.fsum(m.before for m in members)
    if base == 0:
        base = math.fsum(m.now for m in members)
        shares = [m.now / base if base else 0.0 for m in members]
    else:
        shares = [m.before / base for m in members]
    return tuple(
        Part(member=m, effect=m.now - m.before, expected=change * share)
        for m, share in zip(members, shares, strict=True)
    )


def parts_of_ratio(members: Sequence[Member]) -> tuple[Part, ...]:
    """Return what each member adds to the change of a ratio of sums, as mix and as rate.

    The ratio is `Σ w r`, a member's weight times its own ratio. Each of the two is taken at the
    mean of both sides (Shapley for two factors). Weights are told against the mean ratio: a member
    gains weight from others, so growing only matters as far as it differs from them. A member
    that is missing on one side has no ratio there, and all of its effect is mix.

    Raises
    ------
    ZeroDivisionError
        When the denominators of one side add up to 0.
    """
    total_before = math.fsum(m.weight_before for m in members)
    total_now = math.fsum(m.weight_now for m in members)
    ratio_before = math.fsum(m.before for m in members) / total_before
    ratio_now = math.fsum(m.now for m in members) / total_now
    middle, change = (ratio_before + ratio_now) / 2, ratio_now - ratio_before
    found = []
    for m in members:
        share_before, share_now = m.weight_before / total_before, m.weight_now / total_now
        effect = m.now / total_now - m.before / total_before - (share_now - share_before) * middle
        mix, rate = _mix_and_rate(m, share_now - share_before, effect, middle)
        expected = change * (share_before + share_now) / 2
        found.append(Part(member=m, effect=effect, mix=mix, rate=rate, expected=expected))
    return tuple(found)


def _mix_and_rate(m: Member, gained: float, effect: float, middle: float) -> tuple[float, float]:
    if m.weight_before and m.weight_now:
        mean = (m.before / m.weight_before + m.now / m.weight_now) / 2
        mix = gained * (mean - middle)
        return mix, effect - mix
    alone = (m.weight_before == 0 and m.before == 0) or (m.weight_now == 0 and m.now == 0)
    return (effect, 0.0) if alone else (0.0, effect)


def parts_of_product(before: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    """Return what each factor adds to the change of their product (Shapley over all orders).

    Parameters
    ----------
    before, now
        Factor → its value; both have the same few factors (the work grows as `n 2^n`).

    Returns
    -------
    dict
        Factor → its effect, in the order of `before`; they add up to the change. 0 for a factor
        that did not change.
    """
    names = tuple(before)
    effects = {}
    for name in names:
        others = [other for other in names if other != name]
        terms = []
        for size in range(len(others) + 1):
            weight = 1.0 / (len(names) * math.comb(len(others), size))
            for chosen in combinations(others, size):
                rest = math.prod(now[o] if o in chosen else before[o] for o in others)
                terms.append(weight * rest * (now[name] - before[name]))
        effects[name] = math.fsum(terms)
    return effects


def reversed_members(members: Sequence[Member], *, least_rows: int) -> tuple[Member, ...]:
    """Return the members whose own ratio moved against the whole, if that is every one of them.

    Parameters
    ----------
    members
        Of a ratio.
    least_rows
        A member with fewer rows on a side is passed over: its ratio says little.

    Returns
    -------
    tuple of Member
        Empty unless at least two members count and all of them moved the other way than the whole
        (Simpson's paradox).
    """
    total_before = math.fsum(m.weight_before for m in members)
    total_now = math.fsum(m.weight_now for m in members)
    if not total_before or not total_now:
        return ()
    change = (
        math.fsum(m.now for m in members) / total_now
        - math.fsum(m.before for m in members) / total_before
    )
    counted = [
        m
        for m in members
        if m.weight_before and m.weight_now and min(m.n_before, m.n_now) >= least_rows
    ]
    moves = [m.now / m.weight_now - m.before / m.weight_before for m in counted]
    against = all(move * change < 0 for move in moves)
    return tuple(counted) if len(counted) >= 2 and change and against else ()

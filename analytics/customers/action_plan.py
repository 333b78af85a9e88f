"""A plan of contacts: who, with what, under a budget, with some held out, checked for fairness."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analytics.learning.scores import Bools, Floats

LEAST_RATIO: Final = 0.8
"""Four fifths: the lowest rate of selection over the highest (EEOC 1978, § 1607.4 D)."""
CHANCE: Final = 0.05
"""Below four fifths is no finding "where based on small numbers and not statistically significant"
(the same rule): a chi-square test of the lowest rate against the highest."""
LEAST_CANDIDATES: Final = 30
LEAST_EXPECTED: Final = 5.0
"""Groups of fewer candidates, or with fewer chosen than this at the mean rate, tell nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Who is chosen; `rows` are positions among the candidates, best first."""

    rows: npt.NDArray[np.int64]
    held_out: Bools
    """Of `rows`: who is left alone so that the plan can be measured."""


def choose(
    ids: npt.NDArray[np.int64],
    profit: Floats,
    cost: Floats,
    *,
    budget: float | None,
    most: int | None,
    order: npt.NDArray[np.int64] | None = None,
) -> npt.NDArray[np.int64]:
    """Return the positions of those whose contact pays most for its cost, while money lasts.

    Only contacts with an expected profit above nothing are chosen. Taken in order of profit for
    each unit of money, ties by id: where all cost the same nothing can be better, else the loss is
    below one contact's profit.

    Parameters
    ----------
    ids, profit, cost : ndarray, shape (n,)
        The candidates; costs above 0.
    budget, most : optional
        Money and contacts at most; without, as many as pay.
    order : ndarray, optional
        From `order_of`, where it is at hand.
    """
    ranked = order_of(ids, profit, cost) if order is None else order
    spent = np.cumsum(cost[ranked])
    n = len(ranked) if budget is None else int(np.searchsorted(spent, budget + 1e-9, side="right"))
    return ranked[: n if most is None else min(n, most)]


def order_of(ids: npt.NDArray[np.int64], profit: Floats, cost: Floats) -> npt.NDArray[np.int64]:
    """Return the positions of contacts that pay, those that pay most for their cost first."""
    pays = np.flatnonzero(profit > 0)
    return np.asarray(pays[np.lexsort((ids[pays], -(profit[pays] / cost[pays])))], dtype=np.int64)


def held_out(ids: npt.NDArray[np.int64], share: float, *, seed: int) -> Bools:
    """Say who is left alone, shape (n,): those whose hash with the seed comes first.

    The same customer, seed and list give the same result, whatever the order of the list.
    """
    n = round(len(ids) * share)
    marks = [hashlib.sha256(f"{seed}:{number}".encode()).digest() for number in ids.tolist()]
    first = sorted(range(len(ids)), key=lambda place: marks[place])[:n]
    found = np.zeros(len(ids), dtype=np.bool_)
    found[first] = True
    return found


def with_hold_out(
    rows: npt.NDArray[np.int64],
    people: tuple[npt.NDArray[np.int64], Floats],
    share: float,
    *,
    seed: int,
    limits: tuple[float | None, int | None],
) -> Chosen:
    """Hold some of the chosen out; who paid least goes until the rest keep within the limits.

    Parameters
    ----------
    rows : ndarray
        Positions of the chosen, best first.
    people : tuple of ndarray, each of shape (n,)
        Ids and costs of the candidates.
    share : float
        Of the chosen who are left alone, 0 to below 1.
    limits : tuple
        Money and contacts at most, of those who are written to; None without a limit.
    """
    ids, cost = people
    budget, most = limits
    while True:
        held = held_out(ids[rows], share, seed=seed)
        sent = rows[~held]
        too_many = 0 if most is None else len(sent) - most
        over = 0.0 if budget is None else float(cost[sent].sum()) - budget
        if too_many <= 0 and over <= 1e-9:
            return Chosen(rows=rows, held_out=held)
        tail = np.cumsum(cost[rows][::-1])
        n_over = int(np.searchsorted(tail, over)) + 1 if over > 1e-9 else 0
        rows = rows[: -max(too_many, n_over, 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many of a group were chosen."""

    attribute: str
    group: str
    n: int
    n_chosen: int

    @property
    def rate(self) -> float:
        """Share chosen, 0 to 1."""
        return self.n_chosen / self.n


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """Rates of selection by attribute, and the ratio of the lowest to the highest."""

    rates: tuple[Rate, ...]
    ratios: Mapping[str, float]
    """Attribute → ratio; only attributes with two groups that tell something."""
    chances: Mapping[str, float]
    """Attribute → probability of rates so far apart if the groups were chosen alike."""

    @property
    def failed(self) -> tuple[str, ...]:
        """Attributes below four fifths, by more than the chance of small numbers."""
        return tuple(name for name in self.below if self.chances[name] < CHANCE)

    @property
    def below(self) -> tuple[str, ...]:
        """Attributes below four fifths, by chance or not."""
        return tuple(name for name, ratio in self.ratios.items() if ratio < LEAST_RATIO)


def fairness_of(candidates: pd.DataFrame, chosen: Bools, attributes: Sequence[str]) -> Fairness:
    """Compare rates of selection between the groups of each sensitive attribute.

    Parameters
    ----------
    candidates : DataFrame, shape (n, …)
        Who could have been chosen, with the attributes as text.
    chosen : ndarray, shape (n,)
    """
    mean = float(chosen.mean()) if len(chosen) else 0.0
    rates: list[Rate] = []
    ratios, chances = {}, {}
    for name in attributes:
        values = candidates[name].astype(str).to_numpy()
        told = []
        for group in sorted(set(values) - {"unknown"}):
            here = values == group
            n = int(here.sum())
            if n >= LEAST_CANDIDATES and n * mean >= LEAST_EXPECTED:
                told.append(
                    Rate(attribute=name, group=group, n=n, n_chosen=int(chosen[here].sum()))
                )
        rates += told
        if len(told) > 1:
            least, most = (pick(told, key=lambda each: each.rate) for pick in (min, max))
            ratios[name] = least.rate / most.rate if most.n_chosen else 1.0
            chances[name] = _chance(least, most)
    return Fairness(rates=tuple(rates), ratios=ratios, chances=chances)


def _chance(one: Rate, other: Rate) -> float:
    table = [[each.n_chosen, each.n - each.n_chosen] for each in (one, other)]
    if 0 in np.sum(table, axis=0):
        return 1.0  # nobody or everybody is chosen
    return float(stats.chi2_contingency(table, correction=False).pvalue)

"""Groups of customers by how they buy: latent classes over counts of what each one did.

A mixture for counts, because most customers have few orders: shares of three orders are noise to
any distance between customers, while a likelihood weighs each order once. Within a class the
orders fall upon the levels of each block (channel, month, …) as a multinomial, and their number
is negative binomial with a rate for each year.

References
----------
Lazarsfeld and Henry (1968), Latent Structure Analysis. Schwarz (1978), Estimating the dimension of
a model, Annals of Statistics 6 (BIC). Hennig (2007), Cluster-wise assessment of cluster stability,
Computational Statistics & Data Analysis 52.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from analytics.customers.segmentation import Stability

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_CLASSES: Final = 9
_CHOICE_ROWS: Final = 2_500
_FIT_ROWS: Final = 20_000
_STABILITY_ROWS: Final = 1_500
_N_DRAWS: Final = 8
_N_STARTS: Final = 2
_MOST_STEPS: Final = 100
_CLOSE: Final = 1e-5
_SMOOTHING: Final = 0.5
_SHAPES: Final = (0.3, 50.0)
_ROWS_AT_A_TIME: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What customers did, counted.

    Attributes
    ----------
    counts : ndarray, shape (n_rows, n_levels)
        How often each level of each block occurred, 0 or more.
    ends : tuple of int
        Where each block of columns ends; the last is `n_levels`.
    n_orders : ndarray, shape (n_rows,)
        Orders of each customer.
    years : ndarray, shape (n_rows,)
        How long each customer was watched, above 0.
    """

    counts: Floats
    ends: tuple[int, ...]
    n_orders: Floats
    years: Floats

    def __len__(self) -> int:
        return len(self.n_orders)

    def at(self, rows: npt.NDArray[np.intp]) -> Habits:
        """Take some customers."""
        return replace(
            self,
            counts=self.counts[rows],
            n_orders=self.n_orders[rows],
            years=self.years[rows],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """A fitted mixture of k classes."""

    shares: Floats
    """Shape (k,), adds up to 1."""
    levels: Floats
    """Shape (k, n_levels): within each block of a class, probabilities of its levels."""
    rates: Floats
    """Shape (k,): orders a year."""
    shapes: Floats
    """Shape (k,): of the negative binomial; small where customers of a class differ much."""
    log_likelihood: float
    bic: float
    """Lower is better."""

    @property
    def k(self) -> int:
        """Return the number of classes."""
        return len(self.shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassChoice:
    """What speaks for each number of classes."""

    k: int
    """Where the BIC is lowest; 1 when there are no groups to tell."""
    ks: tuple[int, ...]
    bics: tuple[float, ...]
    n: int
    """Customers compared."""
    is_last: bool
    """Whether the BIC still fell at the largest number tried."""


def choose_classes(habits: Habits, *, seed: int) -> ClassChoice:
    """Compare one to nine classes on a sample; the BIC decides, ties go to fewer.

    Parameters
    ----------
    habits : Habits
        At least two customers.
    """
    some = _sample(habits, _CHOICE_ROWS, seed)
    most = max(1, min(MOST_CLASSES, len(some) // 20))
    ks = tuple(range(1, most + 1))
    bics = tuple(fit_classes(some, k, seed=seed).bic for k in ks)
    best = min(range(len(ks)), key=lambda place: (bics[place], ks[place]))
    return ClassChoice(
        k=ks[best],
        ks=ks,
        bics=bics,
        n=len(some),
        is_last=ks[best] == MOST_CLASSES,
    )


def fit_classes(habits: Habits, k: int, *, seed: int, n_starts: int = _N_STARTS) -> Classes:
    """Fit k classes by expectation–maximisation, the likeliest of some starts.

    Above 20,000 rows a sample is fitted. Classes come in order of their shares, the largest first.
    """
    some = _sample(habits, _FIT_ROWS, seed)
    random = np.random.default_rng([seed, k])
    found = [_climb(some, random.dirichlet(np.full(k, 0.3), len(some))) for _ in range(n_starts)]
    best = max(found, key=lambda each: each.log_likelihood)
    order = np.lexsort((np.arange(k), -best.shares))
    return replace(
        best,
        shares=best.shares[order],
        levels=best.levels[order],
        rates=best.rates[order],
        shapes=best.shapes[order],
    )


def probabilities(habits: Habits, classes: Classes) -> Floats:
    """Return how probably each customer belongs to each class, shape (n_rows, k), rows add to 1."""
    parts = []
    for start in range(0, len(habits), _ROWS_AT_A_TIME):
        rows = np.arange(start, min(start + _ROWS_AT_A_TIME, len(habits)))
        parts.append(_expect(habits.at(rows), classes)[0])
    return np.concatenate(parts) if parts else np.empty((0, classes.k))


def class_stability(habits: Habits, classes: Classes, *, seed: int, sure: float) -> Stability:
    """Draw customers anew, fit as many classes again, and compare what they say.

    Compared are the customers that a fit is sure of, since the others are never told.

    Parameters
    ----------
    sure : float
        Least probability of a customer that is told, 0 to 1.
    """
    from sklearn.metrics import adjusted_rand_score

    some = _sample(habits, _STABILITY_ROWS, seed)
    told = _labels(probabilities(some, classes), sure)
    random = np.random.default_rng([seed, 3])
    indices, overlaps = [], []
    for draw in range(_N_DRAWS):
        drawn = some.at(random.integers(0, len(some), len(some)))
        again = _labels(probabilities(some, fit_classes(drawn, classes.k, seed=seed + draw)), sure)
        both = (told >= 0) & (again >= 0)
        indices.append(float(adjusted_rand_score(told[both], again[both])))
        overlaps.append([_overlap(told == name, again, both) for name in range(classes.k)])
    low, high = np.quantile(indices, (0.025, 0.975)).tolist()
    return Stability(
        ari=float(np.mean(indices)),
        ci95=(low, high),
        of_group=tuple(np.mean(overlaps, axis=0).tolist()),
    )


def _labels(found: Floats, sure: float) -> Ints:
    """Return the likeliest class of each customer; −1 where it is not sure."""
    best = found.argmax(axis=1)
    return np.where(found[np.arange(len(found)), best] >= sure, best, -1)


def _overlap(is_in: npt.NDArray[np.bool_], again: Ints, both: npt.NDArray[np.bool_]) -> float:
    """Return the Jaccard overlap with the nearest class of another fit, 0 to 1."""
    mine = is_in & both
    shared = [
        float((mine & (again == name)).sum() / max((both & (is_in | (again == name))).sum(), 1))
        for name in set(again[mine].tolist())
    ]
    return max(shared, default=0.0)


def _climb(habits: Habits, belongs: Floats) -> Classes:
    """Take turns at fitting the classes and placing the customers until neither gains."""
    classes, before = _maximise(habits, belongs), -np.inf
    for _ in range(_MOST_STEPS):
        belongs, reached = _expect(habits, classes)
        classes = _maximise(habits, belongs)
        if reached - before < _CLOSE * abs(reached):
            break
        before = reached
    reached = _expect(habits, classes)[1]
    return replace(classes, log_likelihood=reached, bic=_bic(habits, classes.k, reached))


def _maximise(habits: Habits, belongs: Floats) -> Classes:
    weight = belongs.sum(axis=0) + 1e-9
    levels = belongs.T @ habits.counts + _SMOOTHING
    start = 0
    for end in habits.ends:
        levels[:, start:end] /= levels[:, start:end].sum(axis=1, keepdims=True)
        start = end
    rates = (belongs.T @ habits.n_orders + 1e-6) / (belongs.T @ habits.years + 1e-6)
    expected = rates * habits.years[:, None]
    spread = ((habits.n_orders[:, None] - expected) ** 2 - expected) * belongs
    shapes = (belongs * expected**2).sum(axis=0) / np.maximum(spread.sum(axis=0), 1e-9)
    return Classes(
        shares=weight / weight.sum(),
        levels=levels,
        rates=rates,
        shapes=np.clip(shapes, *_SHAPES),
        log_likelihood=-np.inf,
        bic=np.inf,
    )


def _expect(habits: Habits, classes: Classes) -> tuple[Floats, float]:
    """Return how customers belong and the log-likelihood, constants of the counts left out."""
    n, shape = habits.n_orders[:, None], classes.shapes
    expected = classes.rates * habits.years[:, None]
    found = habits.counts @ np.log(classes.levels).T + np.log(classes.shares)
    found += gammaln(n + shape) - gammaln(shape) - (n + shape) * np.log1p(expected / shape)
    found += n * np.log(expected / shape)
    highest = found.max(axis=1, keepdims=True)
    weights = np.exp(found - highest)
    total = weights.sum(axis=1, keepdims=True)
    return weights / total, float((highest + np.log(total)).sum())


def _bic(habits: Habits, k: int, log_likelihood: float) -> float:
    n_free = k - 1 + k * (habits.counts.shape[1] - len(habits.ends) + 2)
    return float(n_free * np.log(len(habits)) - 2 * log_likelihood)


def _sample(habits: Habits, n: int, seed: int) -> Habits:
    if len(habits) <= n:
        return habits
    rows = np.random.default_rng([seed, 4]).choice(len(habits), n, replace=False)
    return habits.at(np.sort(rows))

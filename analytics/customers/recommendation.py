"""What a customer buys next: EASE and item–item neighbours, measured on what they bought last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

from analytics.learning.scores import Floats, Ints

MAX_EASE_ITEMS: Final = 10_000
TOP: Final = 10
_ROWS_AT_A_TIME: Final = 1_000
_NEIGHBOURS: Final = 100

Scorer = Callable[[Any], Floats]
"""Baskets, sparse of shape (n_customers, n_items) → scores of the same shape, dense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Scores of one way to recommend, customer by customer."""

    ndcg: Floats
    """Shape (n_customers,): 1 / log2(1 + place) of the item left out, 0 beyond the tenth."""
    recall: Floats
    """1 where the item left out is among ten."""


def ease(baskets: Any, *, weight: float) -> Scorer:
    """Fit EASE: a linear model of each item from all the others, with a closed form.

    B = I − P · diag(1 / diag(P)), P = (XᵀX + λI)⁻¹.

    Parameters
    ----------
    baskets : sparse, shape (n_customers, n_items)
        1 where a customer bought an item; at most `MAX_EASE_ITEMS` items.
    weight : float
        λ > 0.

    References
    ----------
    Steck (2019), Embarrassingly shallow autoencoders for sparse data, WWW.
    """
    gram = np.asarray((baskets.T @ baskets).todense(), dtype=np.float32)
    gram[np.diag_indices_from(gram)] += np.float32(weight)
    factor = linalg.cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
    inverse = linalg.cho_solve(factor, np.eye(len(gram), dtype=np.float32), check_finite=False)
    found = inverse / -np.diag(inverse)
    found[np.diag_indices_from(found)] = 0.0
    return lambda some: np.asarray(some @ found)


def neighbours(baskets: Any, *, bm25: bool) -> Scorer:
    """Fit item–item neighbours: the cosine of items over customers, the nearest hundred each.

    With `bm25` an item's customers count less the more they buy (k₁ = 1.2, b = 0.75), which keeps
    those who buy everything from making everything alike.
    """
    weights = _bm25(baskets) if bm25 else baskets
    norms = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=0))).ravel()
    unit = weights @ sparse.diags(1.0 / np.maximum(norms, 1e-12))
    likeness = (unit.T @ unit).tocsr()
    likeness.setdiag(0.0)
    likeness = _nearest(likeness)
    return lambda some: np.asarray((some @ likeness).todense())


def popularity(baskets: Any) -> Scorer:
    """Recommend what most customers bought."""
    counts = np.asarray(baskets.sum(axis=0)).ravel()
    return lambda some: np.broadcast_to(counts, (some.shape[0], len(counts)))


def rank(scorer: Scorer, baskets: Any, left_out: Ints) -> Ranking:
    """Rank what a customer does not have yet, and look where the item left out stands.

    Parameters
    ----------
    baskets : sparse, shape (n_customers, n_items)
        Without the item left out.
    left_out : ndarray of int64, shape (n_customers,)
        Its column. Equal scores count against it by half.
    """
    places = []
    for start in range(0, len(left_out), _ROWS_AT_A_TIME):
        some = baskets[start : start + _ROWS_AT_A_TIME]
        wanted = left_out[start : start + _ROWS_AT_A_TIME]
        scores = np.array(scorer(some), dtype=np.float64)
        own = scores[np.arange(len(wanted)), wanted][:, None]
        scores[some.nonzero()] = -np.inf
        higher = (scores > own).sum(axis=1)
        equal = (scores == own).sum(axis=1) - 1
        places.append(1 + higher + equal / 2)
    place = np.concatenate(places)
    inside = place <= TOP
    return Ranking(ndcg=np.where(inside, 1 / np.log2(1 + place), 0.0), recall=inside.astype(float))


def scorers(baskets: Any) -> Mapping[str, Callable[[], Scorer]]:
    """Return the rivals by name; EASE only up to `MAX_EASE_ITEMS` items."""
    found: dict[str, Callable[[], Scorer]] = {
        "item cosine": lambda: neighbours(baskets, bm25=False),
        "item BM25": lambda: neighbours(baskets, bm25=True),
    }
    if baskets.shape[1] <= MAX_EASE_ITEMS:
        found["EASE"] = lambda: ease(baskets, weight=max(50.0, 0.1 * baskets.shape[0]))
    return found


def baskets_of(customers: Ints, items: Ints, shape: tuple[int, int]) -> Any:
    """Return who bought what, sparse float32 of 0 and 1."""
    ones = np.ones(len(customers), dtype=np.float32)
    found = sparse.csr_matrix((ones, (customers, items)), shape=shape)
    found.data[:] = 1.0
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who has the antecedent also has the consequent."""

    antecedent: int
    consequent: int
    n: int
    """Customers (or baskets) with both."""
    support: float
    confidence: float
    confidence_ci95: tuple[float, float]
    """Wilson's interval."""
    lift: float


def find_rules(baskets: Any, *, min_n: int, most: int) -> tuple[Rule, ...]:
    """Find pairs that go together, by the lower end of the confidence over the consequent's share.

    Parameters
    ----------
    baskets : sparse, shape (n_baskets, n_items)
        0 and 1.
    min_n : int
        Baskets with both, at least.
    most : int
        Rules returned.
    """
    n_all = baskets.shape[0]
    counts = np.asarray(baskets.sum(axis=0)).ravel()
    common = np.flatnonzero(counts >= min_n)
    small = baskets[:, common]
    pairs = (small.T @ small).tocoo()
    kept = (pairs.row != pairs.col) & (pairs.data >= min_n)
    a, b, n = common[pairs.row[kept]], common[pairs.col[kept]], pairs.data[kept].astype(np.float64)
    of_a: npt.NDArray[np.float64] = counts[a].astype(np.float64)
    low, high = _wilson(n, of_a)
    share = counts[b] / n_all
    order = np.lexsort((b, a, -(low / share)))
    order = order[low[order] > share[order]][:most]
    return tuple(
        Rule(
            antecedent=int(a[i]),
            consequent=int(b[i]),
            n=int(n[i]),
            support=float(n[i] / n_all),
            confidence=float(n[i] / of_a[i]),
            confidence_ci95=(float(low[i]), float(high[i])),
            lift=float(n[i] / of_a[i] / share[i]),
        )
        for i in order.tolist()
    )


def _wilson(hits: Floats, n: Floats) -> tuple[Floats, Floats]:
    z = 1.959963984540054
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - reach, middle + reach


def _bm25(baskets: Any) -> Any:
    length = np.asarray(baskets.sum(axis=1)).ravel()
    damp = 2.2 / (1.0 + 1.2 * (0.25 + 0.75 * length / max(float(length.mean()), 1e-12)))
    return sparse.diags(damp) @ baskets


def _nearest(likeness: Any) -> Any:
    """Keep the hundred largest of each column; ties by the lower row."""
    columns = likeness.tocsc()
    for start, end in zip(columns.indptr[:-1], columns.indptr[1:], strict=True):
        if end - start > _NEIGHBOURS:
            part = columns.data[start:end]
            order = np.argsort(-part, kind="stable")
            part[order[_NEIGHBOURS:]] = 0.0
    columns.eliminate_zeros()
    return columns.tocsr()

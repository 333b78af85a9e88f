"""Several legs' scores → one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]


def best_rows(scores: Scores, k: int, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the row numbers of the k best positive scores, best first, ties by row number.

    Parameters
    ----------
    scores : array of shape (n_rows,)
        Score of every row.
    k : int
        How many at most; none for 0 or less.
    rows : array of int64
        Rows that may be returned, sorted.
    """
    if k <= 0:
        return rows[:0]
    offered = scores[rows]
    positive = np.flatnonzero(offered > 0)
    if len(positive) > k:
        # Everything that ties with the k-th stays until the sort, which then decides by row.
        cut = np.partition(offered[positive], len(positive) - k)[len(positive) - k]
        positive = positive[offered[positive] >= cut]
    order = np.lexsort((rows[positive], -offered[positive]))
    return rows[positive[order[:k]]]


def min_max(scores: Scores, floor: float, ceiling: float) -> Scores:
    """Return scores on a scale from 0 at `floor` to 1 at `ceiling`, cut off at both ends.

    When both ends are equal, what reaches them is 1.
    """
    if ceiling <= floor:
        return np.asarray(scores >= ceiling, dtype=np.float32)
    scaled = (scores - floor) / (ceiling - floor)
    return np.asarray(np.clip(scaled, 0.0, 1.0), dtype=np.float32)


def convex(shares: Mapping[str, Scores], weights: Mapping[str, float]) -> Scores:
    """Return the weighted mean of legs that are each on a scale of 0..1.

    Parameters
    ----------
    shares : mapping of str to array of shape (n,)
        At least one leg.
    weights : mapping of str to float
        Non-negative; a leg without a weight has none. They are divided by their sum over the legs
        given, so that the result stays in 0..1 whichever legs took part.
    """
    used = {leg: weights.get(leg, 0.0) for leg in shares}
    total = sum(used.values())
    if total <= 0:
        # Legs that nobody weighed are equals.
        used, total = dict.fromkeys(shares, 1.0), float(len(shares))
    fused = np.zeros(len(next(iter(shares.values()))), dtype=np.float32)
    for leg in sorted(shares):
        fused += np.float32(used[leg] / total) * shares[leg]
    return fused


def reciprocal_rank(rankings: Sequence[Sequence[str]], *, k: int = 60) -> dict[str, float]:
    """Return the reciprocal rank fusion of several rankings (Cormack et al. 2009).

    A baseline: the product fuses scores, because ranks lose how sure a leg is. Item d gets the sum
    over rankings of 1 / (k + rank of d), ranks from 1.
    """
    fused: dict[str, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            fused[item] = fused.get(item, 0.0) + 1.0 / (k + rank)
    return fused

"""Questions → groups of those that mean one thing, by their vectors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.cluster import AgglomerativeClustering

LEAST_COSINE = 0.5
"""Mean cosine from which on two groups become one. Of 30 invented questions about ten problems,
three wordings each, it joins 28 of the 30 pairs that belong together and none that does not; 0.60
joins 16, 0.45 all 30."""
SAME_COSINE = 0.5
"""Cosine from which on two questions of one person are the same problem come back."""

Vectors = npt.NDArray[np.float32]


def groups_of(vectors: Vectors) -> tuple[tuple[int, ...], ...]:
    """Return groups of rows, the one with the first row first; rows in order.

    Parameters
    ----------
    vectors : array of shape (n, d)
        Unit vectors, n ≥ 0.
    """
    n = len(vectors)
    if n < 2:
        return tuple((row,) for row in range(n))
    labels = AgglomerativeClustering(
        n_clusters=None,
        metric="cosine",
        linkage="average",
        distance_threshold=1.0 - LEAST_COSINE,
    ).fit_predict(vectors)
    found: dict[int, list[int]] = {}
    for row, label in enumerate(labels.tolist()):
        found.setdefault(label, []).append(row)
    return tuple(tuple(rows) for rows in found.values())


def middle_of(vectors: Vectors, rows: tuple[int, ...]) -> int:
    """Return the row of a group that is nearest to all of it; of equals the first."""
    held = vectors[list(rows)]
    return rows[int(np.argmax(np.round(held @ held.sum(axis=0), 5)))]

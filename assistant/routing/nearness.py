"""How near a text is to what the router knows: the test for what no example speaks of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.routing.learner import Vectors

N_NEIGHBOURS = 5
FAR_FRACTION = 0.005
"""Share of what is in scope that may be taken for far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The examples in scope, and how near to them a text must be."""

    vectors: Vectors
    """Unit vectors, shape (n_examples, n_dimensions)."""
    floor: float
    """Below this mean cosine to the nearest examples a text is far from all of them."""

    def is_far(self, vector: Vectors) -> bool:
        """Return whether a text with this unit vector is far from every example."""
        return mean_nearness(self.vectors, vector) < self.floor


def fit_surroundings(vectors: Vectors) -> Surroundings:
    """Return the surroundings of examples in scope; each is judged by the others.

    Parameters
    ----------
    vectors
        Unit vectors of the examples in scope, shape (n_examples, n_dimensions), n_examples ≥ 2.
    """
    nearness = vectors @ vectors.T
    np.fill_diagonal(nearness, -np.inf)
    n_nearest = min(N_NEIGHBOURS, len(vectors) - 1)
    means = np.sort(nearness, axis=1)[:, -n_nearest:].mean(axis=1)
    return Surroundings(vectors=vectors, floor=float(np.quantile(means, FAR_FRACTION)))


def mean_nearness(known: Vectors, vector: Vectors) -> float:
    """Return the mean cosine of a vector to its nearest neighbours, -1..1."""
    nearness = known @ vector
    n_nearest = min(N_NEIGHBOURS, len(nearness))
    return float(np.partition(nearness, -n_nearest)[-n_nearest:].mean())

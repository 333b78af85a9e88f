"""Category, priority and team of a new ticket, from those of past ones.

Two learners, chosen by how many past tickets each gets right without having seen them: the
nearest neighbours, which are good from the first dozen on, and ridge regression on the vectors,
whose leave-one-out predictions have a closed form (Rifkin & Lippert 2007), so that nothing is
trained twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from assistant.suggestions import Predicted
from knowledge_base.ports import Vectors

N_NEIGHBOURS = 7
MIN_EXAMPLES = 3
MIN_TO_TRAIN = 100
MAX_EXAMPLES = 4000
"""The newest so many are learnt from."""
RIDGE = 1.0
_POWER = 4
_LEAST = 1e-3
_GROWTH = 1.1
_BINS = 5

Scores = npt.NDArray[np.float64]
Method = Literal["neighbours", "classifier"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """What the fields of the same tickets share when they are learnt, oldest tickets first."""

    vectors: Vectors
    nearest: npt.NDArray[np.int64]
    """Neighbours of each ticket, nearest first, itself left out; shape (n, k)."""
    cosines: Scores
    """Of those neighbours, the same shape."""
    inverse: Scores | None
    """(K + ridge I)⁻¹, shape (n, n); None while there are too few to train on."""

    @classmethod
    def of(cls, vectors: Vectors) -> Kernel:
        """Compare unit vectors, shape (n, n_dimensions), with each other."""
        held = vectors[-MAX_EXAMPLES:]
        gram = np.asarray(held @ held.T, dtype=np.float64)
        inverse: Scores | None = None
        if len(held) >= MIN_TO_TRAIN:
            inverse = np.asarray(np.linalg.inv(gram + RIDGE * np.eye(len(held))), dtype=np.float64)
        np.fill_diagonal(gram, -1.0)
        k = max(0, min(N_NEIGHBOURS, len(held) - 1))
        nearest = np.argsort(-gram, axis=1, kind="stable")[:, :k]
        return cls(
            vectors=held,
            nearest=nearest,
            cosines=np.take_along_axis(gram, nearest, axis=1),
            inverse=inverse,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageModel:
    """What was learnt for one field."""

    labels: tuple[str, ...]
    """Sorted."""
    method: Method
    vectors: Vectors
    """Of the examples, shape (n_examples, n_dimensions)."""
    dual: Scores
    """Ridge coefficients of the examples, shape (n_examples, n_labels)."""
    limits: tuple[float, ...]
    """Upper ends of the bins of raw confidence."""
    shares_right: tuple[float, ...]
    """Share of examples predicted right in each bin, each without itself."""

    def predict(self, vector: Vectors, past: Vectors, values: Sequence[str]) -> Predicted:
        """Predict for one problem's vector, shape (n_dimensions,).

        Parameters
        ----------
        vector : array of shape (n_dimensions,)
            The problem.
        past : array of shape (n, n_dimensions)
            All past tickets, those learnt from and later ones: neighbours are sought among them.
        values : sequence of str
            The field of each.
        """
        if self.method == "neighbours":
            value, score = _vote(vector, past, values)
        else:
            cosines = np.asarray(self.vectors @ vector, dtype=np.float64)
            scores = _softmax((cosines @ self.dual)[None, :])[0]
            value, score = self.labels[int(np.argmax(scores))], float(scores.max())
        place = int(np.searchsorted(self.limits, score, side="right"))
        return Predicted(
            value=value,
            confidence=round(self.shares_right[min(place, len(self.shares_right) - 1)], 4),
            method=self.method,
            n_examples=len(past) if self.method == "neighbours" else len(self.vectors),
        )


def n_learnt(n_tickets: int) -> int:
    """Return how many of the oldest tickets are learnt from: steps of a tenth.

    So that a desk does not learn anew with each ticket; the neighbours are sought among all.
    """
    size = float(MIN_EXAMPLES)
    while size * _GROWTH <= n_tickets:
        size = max(size + 1, size * _GROWTH)
    return min(n_tickets, int(size))


def learn(kernel: Kernel, values: Sequence[str]) -> TriageModel | None:
    """Learn one field.

    Parameters
    ----------
    kernel : Kernel
        Of the past tickets.
    values : sequence of str
        The field of each, oldest first; empty ones count as a value that is never predicted well.

    Returns
    -------
    TriageModel or None
        None from fewer than three examples, or where no ticket has the field.
    """
    given = list(values)[-len(kernel.vectors) :]
    if len(given) < MIN_EXAMPLES or not any(given):
        return None
    labels = tuple(sorted(set(given)))
    targets = np.array([[value == label for label in labels] for value in given], dtype=np.float64)
    tried: dict[Method, Scores] = {"neighbours": _votes(kernel, targets)}
    dual = np.zeros_like(targets)
    if kernel.inverse is not None:
        centred = targets - targets.mean(axis=0)
        dual = kernel.inverse @ centred
        tried["classifier"] = _softmax(centred - dual / np.diag(kernel.inverse)[:, None])
    truth = targets.argmax(axis=1)
    n_right = {name: int((scores.argmax(axis=1) == truth).sum()) for name, scores in tried.items()}
    # A tie goes to the neighbours: they can be shown.
    method: Method = max(tried, key=lambda name: (n_right[name], name == "neighbours"))
    limits, shares = _calibrate(tried[method], truth)
    return TriageModel(
        labels=labels,
        method=method,
        vectors=kernel.vectors,
        dual=dual,
        limits=limits,
        shares_right=shares,
    )


def _vote(vector: Vectors, past: Vectors, values: Sequence[str]) -> tuple[str, float]:
    """Return the value with the largest share of the nearest neighbours' votes, and the share."""
    cosines = np.asarray(past @ vector, dtype=np.float64)
    nearest = np.argsort(-cosines, kind="stable")[:N_NEIGHBOURS]
    votes: dict[str, float] = {}
    for place in nearest:
        weight = max(float(cosines[place]), _LEAST) ** _POWER
        votes[values[place]] = votes.get(values[place], 0.0) + weight
    value = min(votes, key=lambda name: (-votes[name], name))
    return value, votes[value] / sum(votes.values())


def _votes(kernel: Kernel, targets: Scores) -> Scores:
    """Return each label's share of the votes of each ticket's neighbours, near ones more."""
    weights = np.maximum(kernel.cosines, _LEAST) ** _POWER
    votes = np.einsum("nk,nkl->nl", weights, targets[kernel.nearest])
    return np.asarray(votes / weights.sum(axis=1, keepdims=True))


def _softmax(scores: Scores) -> Scores:
    sharp = np.exp(4 * (scores - scores.max(axis=1, keepdims=True)))
    return np.asarray(sharp / sharp.sum(axis=1, keepdims=True))


def _calibrate(
    scores: Scores, truth: npt.NDArray[np.int64]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return bins of the best score and the share that is right in each, never falling.

    Each bin is drawn to one half by one imagined example either way.
    """
    best = scores.max(axis=1)
    right = scores.argmax(axis=1) == truth
    n_bins = max(1, min(_BINS, len(best) // 10))
    limits = np.unique(np.quantile(best, np.linspace(0, 1, n_bins + 1)[1:-1]))
    places = np.searchsorted(limits, best, side="right")
    shares = [
        (float(right[places == place].sum()) + 1) / (int((places == place).sum()) + 2)
        for place in range(len(limits) + 1)
    ]
    return tuple(limits.tolist()), tuple(np.maximum.accumulate(shares).tolist())

"""A text classifier: logistic regression on the sentence vector beside its n-grams.

The vector brings the meaning of words that no example has; the n-grams bring what vectors blur:
who asks about whom ("my ticket", "how many"), codes, and misspelt words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import RouterError
from assistant.routing.ngrams import Ngrams, fit_ngrams

STRENGTH = 5.0
"""Inverse of the L2 penalty."""
N_FOLDS = 5
_MAX_ITERATIONS = 1000

Vectors = npt.NDArray[np.float32]
Logits = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextClassifier:
    """Labels and the weights of each feature for them."""

    labels: tuple[str, ...]
    """Sorted."""
    ngrams: Ngrams
    weights: Vectors
    """Shape (n_labels, n_dimensions + n_ngrams): the vector's part first."""
    bias: Vectors
    """Shape (n_labels,)."""

    def logits(self, text: str, vector: Vectors) -> Logits:
        """Return one score per label, shape (n_labels,), before calibration.

        Parameters
        ----------
        text
            May be empty: then the bias and the vector decide.
        vector
            The text's vector, shape (n_dimensions,).
        """
        places, values = self.ngrams.weigh(text)
        n_dimensions = vector.shape[0]
        by_meaning = self.weights[:, :n_dimensions].astype(np.float64) @ vector
        by_letters = self.weights[:, n_dimensions + places].astype(np.float64) @ values
        return np.asarray(by_meaning + by_letters + self.bias, dtype=np.float64)


def fit_classifier(
    texts: Sequence[str], vectors: Vectors, labels: Sequence[str], *, strength: float = STRENGTH
) -> TextClassifier:
    """Fit a classifier; each label weighs the same, however many examples it has.

    Parameters
    ----------
    texts, labels
        One per example.
    vectors
        Unit vectors of the texts, shape (n_texts, n_dimensions).
    strength
        Inverse of the L2 penalty, > 0.

    Raises
    ------
    RouterError
        When there are fewer than two labels, or the lengths differ.
    """
    if not len(texts) == len(labels) == vectors.shape[0]:
        raise RouterError(
            f"{len(texts)} texts, {vectors.shape[0]} vectors and {len(labels)} labels were given; "
            "there must be as many of each.",
            hint="This is a fault of the program; please report it.",
        )
    if len(set(labels)) < 2:
        raise RouterError(
            f"All {len(texts)} examples have one label; a classifier needs at least two.",
            hint="Add examples of the other labels.",
        )
    from sklearn.linear_model import LogisticRegression

    ngrams = fit_ngrams(texts)
    model = LogisticRegression(C=strength, class_weight="balanced", max_iter=_MAX_ITERATIONS)
    model.fit(_features(ngrams, texts, vectors), np.asarray(labels))
    weights, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        # Two labels have one row, for the second label; a row for each is the same decision.
        weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return TextClassifier(
        labels=tuple(str(label) for label in model.classes_),
        ngrams=ngrams,
        weights=weights.astype(np.float32),
        bias=bias.astype(np.float32),
    )


def out_of_fold_logits(
    texts: Sequence[str], vectors: Vectors, labels: Sequence[str], *, seed: int
) -> Logits:
    """Return the logits of each example by a classifier that has not seen it.

    Parameters
    ----------
    texts, vectors, labels
        As for `fit_classifier`.
    seed
        Decides which examples share a fold.

    Returns
    -------
    array
        Shape (n_texts, n_labels), columns by sorted label.

    Raises
    ------
    RouterError
        When a label has fewer examples than there are folds.
    """
    from sklearn.model_selection import StratifiedKFold

    names, counts = np.unique(np.asarray(labels), return_counts=True)
    if counts.min() < N_FOLDS:
        rare = str(names[counts.argmin()])
        raise RouterError(
            f"Label {rare!r} has {counts.min()} examples; at least {N_FOLDS} are needed.",
            hint=f"Add examples of {rare!r}.",
        )
    logits = np.empty((len(texts), len(names)))
    folds = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed)
    for train, test in folds.split(np.zeros(len(texts)), np.asarray(labels)):
        model = fit_classifier(
            [texts[row] for row in train], vectors[train], [labels[row] for row in train]
        )
        for row in test:
            logits[row] = model.logits(texts[row], vectors[row])
    return logits


def _features(ngrams: Ngrams, texts: Sequence[str], vectors: Vectors) -> Any:
    """Return a sparse matrix, shape (n_texts, n_dimensions + n_ngrams)."""
    from scipy import sparse

    weighed = [ngrams.weigh(text) for text in texts]
    ends = np.cumsum([0] + [len(places) for places, _ in weighed])
    letters = sparse.csr_matrix(
        (
            np.concatenate([values for _, values in weighed]).astype(np.float64),
            np.concatenate([places for places, _ in weighed]),
            ends,
        ),
        shape=(len(texts), len(ngrams.places)),
    )
    return sparse.hstack([sparse.csr_matrix(vectors.astype(np.float64)), letters]).tocsr()

"""Known intent or none: the classifier's best logit beside the nearness of known examples.

What fits no label may still have one clear winner, and what is near to examples may be near to
those of two labels; the sum of both catches more than either. The threshold is found on training
rows alone: labels are hidden in turn, and their rows stand for what is out of scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.errors import RouterError
from assistant.routing.learner import Logits, TextClassifier, Vectors, fit_classifier

N_ROUNDS = 3
"""Each hides a third of the labels, and a third of the rows of the others."""
N_NEIGHBOURS = 5
MIN_LABELS = 3
"""Two must be left to tell apart when one is hidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentGuess:
    """The likeliest known label of a text, and how much speaks for any of them."""

    label: str
    score: float
    is_rejected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectingClassifier:
    """A classifier that may say that none of its labels fits."""

    classifier: TextClassifier
    known: Vectors
    """Vectors of the examples in scope, shape (n_examples, n_dimensions)."""
    centre: Logits
    """Mean of the two kinds of evidence over unseen rows in scope, shape (2,)."""
    spread: Logits
    """Their standard deviation, shape (2,)."""
    threshold: float
    oos_label: str

    def guess(self, text: str, vector: Vectors) -> IntentGuess:
        """Return the likeliest label in scope, and whether it is rejected.

        Parameters
        ----------
        text
            May be empty.
        vector
            Its unit vector, shape (n_dimensions,).
        """
        label, evidence, is_outside = _evidence(
            self.classifier, self.known, text, vector, self.oos_label
        )
        score = float(((evidence - self.centre) / self.spread).sum())
        return IntentGuess(
            label=label, score=score, is_rejected=is_outside or score < self.threshold
        )


def fit_rejecting(
    texts: Sequence[str], vectors: Vectors, labels: Sequence[str], *, oos_label: str, seed: int
) -> RejectingClassifier:
    """Fit a classifier and the threshold below which no label fits.

    Parameters
    ----------
    texts, vectors, labels
        As for `fit_classifier`. Rows of `oos_label`, if any, become a label of their own.
    oos_label
        What is out of scope is called.
    seed
        Decides which labels and rows are hidden together.

    Raises
    ------
    RouterError
        When there are fewer than three labels in scope, or no hidden row is recognised.
    """
    names = sorted(set(labels) - {oos_label})
    if len(names) < MIN_LABELS:
        raise RouterError(
            f"The training rows have {len(names)} labels in scope; at least {MIN_LABELS} are "
            "needed, since the threshold is found by hiding some of them.",
            hint="Add rows of other labels.",
        )
    gold = np.asarray(labels)
    rng = np.random.default_rng(seed)
    round_of_label = dict(
        zip(rng.permutation(names), np.arange(len(names)) % N_ROUNDS, strict=True)
    )
    round_of_row = np.empty(len(gold), dtype=np.int64)
    for name in sorted(set(labels)):
        rows = rng.permutation(np.flatnonzero(gold == name))
        round_of_row[rows] = np.arange(len(rows)) % N_ROUNDS
    hidden = np.array([round_of_label.get(label, -1) for label in labels])
    evidence: list[Logits] = []
    is_right: list[bool] = []
    is_inside: list[bool] = []
    for turn in range(N_ROUNDS):
        seen = np.flatnonzero((hidden != turn) & (round_of_row != turn))
        model, known = _fit(texts, vectors, labels, seen, oos_label)
        for row in np.flatnonzero((hidden == turn) | (round_of_row == turn)).tolist():
            label, found, is_outside = _evidence(model, known, texts[row], vectors[row], oos_label)
            evidence.append(np.where(is_outside, -np.inf, found))
            is_inside.append(bool(hidden[row] != turn and labels[row] != oos_label))
            is_right.append(label == labels[row])
    centre, spread, threshold = _fit_threshold(
        np.array(evidence), np.array(is_inside), np.array(is_right)
    )
    model, known = _fit(texts, vectors, labels, np.arange(len(gold)), oos_label)
    return RejectingClassifier(
        classifier=model,
        known=known,
        centre=centre,
        spread=spread,
        threshold=threshold,
        oos_label=oos_label,
    )


def _fit(
    texts: Sequence[str],
    vectors: Vectors,
    labels: Sequence[str],
    rows: npt.NDArray[np.int64],
    oos_label: str,
) -> tuple[TextClassifier, Vectors]:
    chosen: list[int] = rows.tolist()
    model = fit_classifier(
        [texts[row] for row in chosen], vectors[rows], [labels[row] for row in chosen]
    )
    inside = [row for row in chosen if labels[row] != oos_label]
    return model, vectors[inside]


def _evidence(
    model: TextClassifier, known: Vectors, text: str, vector: Vectors, oos_label: str
) -> tuple[str, Logits, bool]:
    """Return the best label in scope, (its logit, nearness), and whether out of scope wins."""
    logits = model.logits(text, vector)
    is_outside = False
    if oos_label in model.labels:
        place = model.labels.index(oos_label)
        is_outside = int(logits.argmax()) == place
        logits[place] = -np.inf
    best = int(logits.argmax())
    nearness = known @ vector
    nearest = np.partition(nearness, -min(N_NEIGHBOURS, len(nearness)))[-N_NEIGHBOURS:]
    return model.labels[best], np.array([logits[best], float(nearest.mean())]), is_outside


def _fit_threshold(
    evidence: Logits, is_inside: npt.NDArray[np.bool_], is_right: npt.NDArray[np.bool_]
) -> tuple[Logits, Logits, float]:
    """Return centre, spread, and the score with the best mean of accuracy and rejection."""
    usual = evidence[is_inside & np.isfinite(evidence).all(axis=1)]
    if len(usual) == 0:
        raise RouterError(
            "No row of a known label could be recognised when it was hidden.",
            hint="Give each label more rows; three are the least that can work.",
        )
    centre, spread = usual.mean(axis=0), np.maximum(usual.std(axis=0), 1e-9)
    scores = ((evidence - centre) / spread).sum(axis=1)
    good = np.sort(scores[is_inside & is_right])
    bad = np.sort(scores[~is_inside])
    levels = np.unique(scores[np.isfinite(scores)])
    # A threshold keeps what is at or above it; halfway between scores it is nobody's own.
    levels = np.append((levels[1:] + levels[:-1]) / 2, levels[0])
    kept = 1 - np.searchsorted(good, levels) / is_inside.sum()
    caught = np.searchsorted(bad, levels) / max(len(bad), 1)
    return centre, spread, float(levels[int(np.argmax(kept + caught))])

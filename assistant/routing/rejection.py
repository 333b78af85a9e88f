"""Known intent or none: how loud the best label is, beside the nearness of known examples.

Three things speak: the best logit of the linear classifier, that of the tuned encoder where there
is one, and the mean cosine to the nearest examples; each is centred and scaled, and the sum
decides. What fits no label may still have one clear winner, and what is near to examples may be
near to those of two labels; the sum catches more than either. The threshold is found on training
rows alone: some are kept aside, and so many of them may be rejected. How the sum was chosen is told
in docs/quality.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.errors import RouterError
from assistant.routing.learner import Logits, TextClassifier, Vectors, fit_classifier
from assistant.routing.nearness import mean_nearness
from assistant.routing.tuning import TunedHead, tune_head
from knowledge_base.encoders import MiniLMEncoder
from knowledge_base.ports import Encoder

REJECTED_FRACTION = 0.02
"""Share of what is in scope that may be rejected."""
ASIDE_FRACTION = 0.1
"""Share of each label's rows that the threshold is found on; at least one of them."""
FEW_ROWS = 3_000
"""Of so few rows none can be spared: the encoder is tuned again on all of them."""
MIN_LABELS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentGuess:
    """The likeliest known label of a text, and how much speaks for any of them."""

    label: str
    score: float
    is_rejected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentModel:
    """What speaks for the labels of a text."""

    classifier: TextClassifier
    tuned: TunedHead | None
    """None where the encoder cannot be tuned."""
    known: Vectors
    """Vectors of the examples in scope, shape (n_examples, n_dimensions)."""
    oos_label: str

    def evidence(self, text: str, vector: Vectors) -> tuple[str, Logits, bool]:
        """Return the best label in scope, what speaks for it, and whether out of scope wins.

        Parameters
        ----------
        text
            May be empty.
        vector
            Its unit vector by the plain encoder, shape (n_dimensions,).
        """
        heard = [self.classifier.logits(text, vector)]
        if self.tuned is not None:
            heard.append(self.tuned.logits([text])[0])
        together = np.sum([_log_softmax(each) for each in heard], axis=0)
        is_outside = False
        if self.oos_label in self.classifier.labels:
            place = self.classifier.labels.index(self.oos_label)
            is_outside = int(together.argmax()) == place
            for each in (together, *heard):
                each[place] = -np.inf
        found = [float(each.max()) for each in heard]
        found.append(mean_nearness(self.known, vector))
        return self.classifier.labels[int(together.argmax())], np.array(found), is_outside


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectingClassifier:
    """A classifier that may say that none of its labels fits."""

    model: IntentModel
    centre: Logits
    """Mean of each kind of evidence over unseen rows in scope."""
    spread: Logits
    """Their standard deviation."""
    threshold: float

    @property
    def oos_label(self) -> str:
        """Return what is out of scope is called."""
        return self.model.oos_label

    def guess(self, text: str, vector: Vectors) -> IntentGuess:
        """Return the likeliest label in scope, and whether it is rejected.

        Parameters
        ----------
        text
            May be empty.
        vector
            Its unit vector, shape (n_dimensions,).
        """
        label, evidence, is_outside = self.model.evidence(text, vector)
        score = float(((evidence - self.centre) / self.spread).sum())
        return IntentGuess(
            label=label, score=score, is_rejected=is_outside or score < self.threshold
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    texts: Sequence[str]
    vectors: Vectors
    labels: Sequence[str]

    def part(self, rows: Sequence[int]) -> _Rows:
        return _Rows(
            texts=[self.texts[row] for row in rows],
            vectors=self.vectors[list(rows)],
            labels=[self.labels[row] for row in rows],
        )


def fit_rejecting(
    texts: Sequence[str],
    vectors: Vectors,
    labels: Sequence[str],
    *,
    oos_label: str,
    encoder: Encoder,
    seed: int,
) -> RejectingClassifier:
    """Fit a classifier and the threshold below which no label fits.

    Parameters
    ----------
    texts, vectors, labels
        As for `fit_classifier`. Rows of `oos_label`, if any, become a label of their own.
    oos_label
        What is out of scope is called.
    encoder
        The one of the vectors. The built-in one is tuned in a copy; any other stays as it is.
    seed
        Decides which rows the threshold is found on, and the tuning.

    Raises
    ------
    RouterError
        When there are fewer than three labels in scope.
    """
    names = sorted(set(labels) - {oos_label})
    if len(names) < MIN_LABELS:
        raise RouterError(
            f"The training rows have {len(names)} labels in scope; at least {MIN_LABELS} are "
            "needed.",
            hint="Add rows of other labels.",
        )
    rows = _Rows(texts=texts, vectors=vectors, labels=labels)
    aside = _aside(labels, seed)
    seen = rows.part(sorted(set(range(len(labels))) - set(aside)))
    tuned = _tune(seen, encoder, seed)
    trial = _model(seen, tuned, oos_label)
    inside = [row for row in aside if labels[row] != oos_label]
    found = [trial.evidence(texts[row], vectors[row]) for row in inside]
    evidence = np.array([each for _, each, _ in found])
    is_outside = np.array([each for _, _, each in found])
    centre, spread = evidence.mean(axis=0), np.maximum(evidence.std(axis=0), 1e-9)
    scores = np.where(is_outside, -np.inf, ((evidence - centre) / spread).sum(axis=1))
    threshold = float(np.quantile(scores, REJECTED_FRACTION, method="lower"))
    if len(labels) <= FEW_ROWS:
        tuned = _tune(rows, encoder, seed)
    return RejectingClassifier(
        model=_model(rows, tuned, oos_label), centre=centre, spread=spread, threshold=threshold
    )


def _aside(labels: Sequence[str], seed: int) -> list[int]:
    """Return rows of every label that has at least two, in order."""
    rng = np.random.default_rng(seed)
    gold = np.asarray(labels)
    chosen: list[int] = []
    for name in sorted(set(labels)):
        own = rng.permutation(np.flatnonzero(gold == name)).tolist()
        if len(own) > 1:
            chosen.extend(own[: max(1, round(ASIDE_FRACTION * len(own)))])
    return sorted(chosen)


def _tune(rows: _Rows, encoder: Encoder, seed: int) -> TunedHead | None:
    if not isinstance(encoder, MiniLMEncoder):
        return None
    return tune_head(encoder, rows.texts, rows.vectors, rows.labels, seed=seed)


def _model(rows: _Rows, tuned: TunedHead | None, oos_label: str) -> IntentModel:
    inside = [row for row, label in enumerate(rows.labels) if label != oos_label]
    return IntentModel(
        classifier=fit_classifier(rows.texts, rows.vectors, rows.labels),
        tuned=tuned,
        known=rows.vectors[inside],
        oos_label=oos_label,
    )


def _log_softmax(logits: Logits) -> Logits:
    shifted = logits - logits.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))

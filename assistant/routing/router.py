"""The trained router and its training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.errors import RouterError
from assistant.model import ROUTES, Route, RouteDecision
from assistant.routing.calibrate import (
    expected_calibration_error,
    fit_temperature,
    fit_threshold,
    softmax,
)
from assistant.routing.examples import Example, examples_hash, is_held_out
from assistant.routing.learner import (
    Logits,
    TextClassifier,
    Vectors,
    fit_classifier,
    out_of_fold_logits,
)
from knowledge_base.ports import Encoder


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterScores:
    """What is known of a router without any question from outside its examples.

    The figures are over examples that the predicting model had not seen. The examples are
    harder than what people ask: their near misses stand close together on purpose.
    """

    n_examples: int
    accuracy: float
    """Share of right routes over the folds, nothing asked."""
    out_of_scope_recall: float
    calibration_error: float
    """Expected calibration error of the probabilities, 0..1."""
    no_route_fraction: float
    """Share of examples below the threshold."""
    n_held_out: int
    n_held_out_right: int
    """How many held-out examples the judged twin routes right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedRouter:
    """Routes text; implements the `Router` port."""

    encoder: Encoder
    classifier: TextClassifier
    twin: TextClassifier
    """Fitted without the held-out examples, to be judged on them; it routes nothing else."""
    temperature: float
    threshold: float
    """Below this probability no route is taken."""
    seed: int
    examples_sha256: str
    scores: RouterScores

    def route(self, text: str) -> RouteDecision:
        """Return the likeliest route and the probability of each.

        Parameters
        ----------
        text
            Any text; one without a letter or digit is out of scope.

        Returns
        -------
        RouteDecision
            `route` is None when no probability reaches the threshold. The probabilities sum to 1
            and stand in the order of `ROUTES`. The same text gives the same decision.
        """
        if not any(char.isalnum() for char in text):
            none: dict[Route, float] = dict.fromkeys(ROUTES, 0.0)
            return RouteDecision(route="out_of_scope", probabilities={**none, "out_of_scope": 1.0})
        logits = self.classifier.logits(text, self.encoder.encode([text])[0])
        values = softmax(logits, self.temperature)
        by_label = dict(zip(self.classifier.labels, values.tolist(), strict=True))
        probabilities: dict[Route, float] = {route: by_label[route] for route in ROUTES}
        best = max(ROUTES, key=lambda route: probabilities[route])
        sure = probabilities[best] >= self.threshold
        return RouteDecision(route=best if sure else None, probabilities=probabilities)


def train_router(encoder: Encoder, examples: Sequence[Example], *, seed: int) -> TrainedRouter:
    """Fit a router, its temperature and its threshold.

    Parameters
    ----------
    encoder
        The one that will be used for routing; behind a vector cache, training takes seconds.
    examples
        Every route needs at least five.
    seed
        Decides the folds; the same seed, examples and encoder give the same router.

    Raises
    ------
    RouterError
        When a route has too few examples.
    """
    counts = {route: sum(example.label == route for example in examples) for route in ROUTES}
    missing = [route for route in ROUTES if counts[route] == 0]
    if missing:
        raise RouterError(
            f"There are no examples of {', '.join(missing)}; every route needs some.",
            hint="Add the missing files, or start from the examples that come with the program.",
        )
    texts = [example.text for example in examples]
    labels: list[str] = [example.label for example in examples]
    vectors = encoder.encode(texts)
    logits = out_of_fold_logits(texts, vectors, labels, seed=seed)
    names = sorted(set(labels))
    gold = np.array([names.index(label) for label in labels], dtype=np.int64)
    temperature = fit_temperature(logits, gold)
    confidences = softmax(logits, temperature).max(axis=1)
    is_right = logits.argmax(axis=1) == gold
    threshold = fit_threshold(confidences, is_right)
    twin = _twin(texts, vectors, labels)
    hits = held_out_hits(twin, encoder, examples)
    is_out_of_scope = gold == names.index("out_of_scope")
    return TrainedRouter(
        encoder=encoder,
        classifier=fit_classifier(texts, vectors, labels),
        twin=twin,
        temperature=temperature,
        threshold=threshold,
        seed=seed,
        examples_sha256=examples_hash(examples),
        scores=RouterScores(
            n_examples=len(texts),
            accuracy=float(is_right.mean()),
            out_of_scope_recall=float(is_right[is_out_of_scope].mean()),
            calibration_error=expected_calibration_error(confidences, is_right),
            no_route_fraction=float((confidences < threshold).mean()),
            n_held_out=len(hits),
            n_held_out_right=sum(hits),
        ),
    )


def held_out_hits(
    twin: TextClassifier, encoder: Encoder, examples: Sequence[Example]
) -> tuple[bool, ...]:
    """Return whether a twin routes each held-out example right, in the order of the examples."""
    held_out = [example for example in examples if is_held_out(example.text)]
    vectors = encoder.encode([example.text for example in held_out])
    return tuple(
        _best(twin, twin.logits(example.text, vector)) == example.label
        for example, vector in zip(held_out, vectors, strict=True)
    )


def _twin(texts: Sequence[str], vectors: Vectors, labels: Sequence[str]) -> TextClassifier:
    rows = [row for row, text in enumerate(texts) if not is_held_out(text)]
    return fit_classifier(
        [texts[row] for row in rows], vectors[rows], [labels[row] for row in rows]
    )


def _best(classifier: TextClassifier, logits: Logits) -> str:
    return classifier.labels[int(np.argmax(logits))]

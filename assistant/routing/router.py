"""The trained router and its training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from assistant.routing.languages import language_of
from assistant.routing.learner import (
    Logits,
    TextClassifier,
    fit_classifier,
    out_of_fold_logits,
)
from assistant.routing.nearness import Surroundings, fit_surroundings
from assistant.routing.parts import (
    MAX_WORD,
    condensed,
    parts_of,
    windows_of,
    without_courtesy,
)
from assistant.routing.reading import Reading, read_texts
from assistant.routing.spelling import Speller, make_speller, word_counts
from knowledge_base.ports import Encoder

SURE_PART = 0.8
"""Probability from which a part of a message has a route of its own."""
SURE_IN_SPITE = 0.9
"""Probability of a route from which nearness to examples is not asked for."""


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
    words: Mapping[str, int]
    """In how many examples each word occurs, for the speller."""
    speller: Speller
    surroundings: Surroundings
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
            Any text; one without a letter or digit, or in another language, is out of scope.

        Returns
        -------
        RouteDecision
            `route` is None when no probability reaches the threshold. The probabilities sum to 1
            and stand in the order of `ROUTES`. `also` names the routes of other parts of the
            message, such as a thank-you before a question. The same text gives the same decision.
        """
        plain = condensed(text)
        if _says_nothing(plain) or language_of(plain) is not None:
            none: dict[Route, float] = dict.fromkeys(ROUTES, 0.0)
            return RouteDecision(route="out_of_scope", probabilities={**none, "out_of_scope": 1.0})
        windows = windows_of(plain)
        # Parts are read as they were meant alone: each would cost a second encoding.
        parts = [self.speller.repair(part) for part in parts_of(plain)]
        body, _ = without_courtesy(plain)
        reading = read_texts([body, *windows, *parts], encoder=self.encoder, speller=self.speller)
        whole = range(1 + len(windows))
        probabilities = self._probabilities(reading, whole)
        best = max(ROUTES, key=lambda route: probabilities[route])
        if best != "out_of_scope" and probabilities[best] < SURE_IN_SPITE:
            best = "out_of_scope" if self.surroundings.is_far(reading.vectors[0]) else best
            probabilities = _with_best(probabilities, best)
        if probabilities[best] < self.threshold:
            return RouteDecision(route=None, probabilities=probabilities)
        return RouteDecision(
            route=best,
            probabilities=probabilities,
            also=self._others(reading, range(len(whole), len(reading.texts)), best),
        )

    def _probabilities(self, reading: Reading, rows: Sequence[int]) -> dict[Route, float]:
        """Return what the rows say on average."""
        logits = np.mean([_logits(self.classifier, reading, row) for row in rows], axis=0)
        values = softmax(logits, self.temperature)
        by_label = dict(zip(self.classifier.labels, values.tolist(), strict=True))
        return {route: by_label[route] for route in ROUTES}

    def _others(self, reading: Reading, rows: Sequence[int], best: Route) -> tuple[Route, ...]:
        """Return the other routes that one of the rows, the parts of the message, is sure of."""
        found: list[Route] = []
        for row in rows:
            values = self._probabilities(reading, [row])
            route = max(ROUTES, key=lambda each: values[each])
            if values[route] >= SURE_PART and route not in (best, "out_of_scope", *found):
                found.append(route)
        return tuple(found)


def _says_nothing(plain: str) -> bool:
    """Return whether a text has no word, number or other sign that could mean something."""
    words = plain.split()
    return not any(any(char.isalnum() for char in word[: MAX_WORD - 1]) for word in words) or all(
        len(word) >= MAX_WORD and word.isalnum() for word in words
    )


def _with_best(probabilities: Mapping[Route, float], best: Route) -> dict[Route, float]:
    """Return the probabilities with the highest of them given to this route by an exchange."""
    first = max(ROUTES, key=lambda route: probabilities[route])
    return {
        **probabilities,
        best: probabilities[first],
        first: probabilities[best],
    }


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
    texts = [without_courtesy(example.text)[0] for example in examples]
    labels: list[str] = [example.label for example in examples]
    words = word_counts(texts)
    speller = make_speller(words)
    reading = read_texts(texts, encoder=encoder, speller=speller)
    logits = out_of_fold_logits(reading.texts, reading.vectors, labels, seed=seed)
    names = sorted(set(labels))
    gold = np.array([names.index(label) for label in labels], dtype=np.int64)
    temperature = fit_temperature(logits, gold)
    confidences = softmax(logits, temperature).max(axis=1)
    is_right = logits.argmax(axis=1) == gold
    is_out_of_scope = gold == names.index("out_of_scope")
    held_out = [row for row, example in enumerate(examples) if is_held_out(example.text)]
    twin = _fit_twin(reading, labels, held_out)
    threshold = fit_threshold(confidences, is_right)
    n_right = sum(_best(twin, _logits(twin, reading, row)) == labels[row] for row in held_out)
    return TrainedRouter(
        encoder=encoder,
        words=words,
        speller=speller,
        surroundings=fit_surroundings(reading.vectors[~is_out_of_scope]),
        classifier=fit_classifier(reading.texts, reading.vectors, labels),
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
            n_held_out=len(held_out),
            n_held_out_right=n_right,
        ),
    )


def held_out_hits(
    router: TrainedRouter, encoder: Encoder, examples: Sequence[Example]
) -> tuple[bool, ...]:
    """Return whether a router's twin routes each held-out example right, in their order.

    Parameters
    ----------
    router
        Its twin is judged, on texts as the router reads them.
    encoder
        The same encoder, perhaps behind a vector cache.
    examples
        Those that are not held out are passed over.
    """
    held_out = [example for example in examples if is_held_out(example.text)]
    if not held_out:
        return ()
    reading = read_texts(
        [example.text for example in held_out], encoder=encoder, speller=router.speller
    )
    return tuple(
        _best(router.twin, _logits(router.twin, reading, row)) == example.label
        for row, example in enumerate(held_out)
    )


def _fit_twin(reading: Reading, labels: Sequence[str], held_out: Sequence[int]) -> TextClassifier:
    away = frozenset(held_out)
    rows = [row for row in range(len(labels)) if row not in away]
    part = reading.part(rows)
    return fit_classifier(part.texts, part.vectors, [labels[row] for row in rows])


def _logits(classifier: TextClassifier, reading: Reading, row: int) -> Logits:
    return classifier.logits(reading.texts[row], reading.vectors[row])


def _best(classifier: TextClassifier, logits: Logits) -> str:
    return classifier.labels[int(np.argmax(logits))]

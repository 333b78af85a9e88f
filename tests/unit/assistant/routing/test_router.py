"""The router learns its examples, says how sure it is, and repeats itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.errors import RouterError
from assistant.model import ROUTES
from assistant.routing.learner import fit_classifier, out_of_fold_logits
from assistant.routing.router import TrainedRouter, train_router
from knowledge_base import HashEncoder
from tests.unit.assistant.routing.small import small_examples


@pytest.fixture(scope="module")
def router() -> TrainedRouter:
    return train_router(HashEncoder(), small_examples(), seed=7)


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("laptop screen", "helpdesk"),
        ("churn of orders", "insights"),
        ("a ticket for a human", "desk"),
        ("good morning, hello", "smalltalk"),
        ("a poem about football", "out_of_scope"),
    ],
)
def test_routes_what_resembles_its_examples(router: TrainedRouter, text: str, route: str) -> None:
    decision = router.route(text)
    assert decision.route == route
    assert tuple(decision.probabilities) == ROUTES
    assert sum(decision.probabilities.values()) == pytest.approx(1.0)


def test_the_same_text_gives_the_same_decision(router: TrainedRouter) -> None:
    assert router.route("printer case") == router.route("printer case")


def test_the_same_seed_gives_the_same_router(router: TrainedRouter) -> None:
    again = train_router(HashEncoder(), small_examples(), seed=7)
    assert np.array_equal(again.classifier.weights, router.classifier.weights)
    assert (again.threshold, again.temperature) == (router.threshold, router.temperature)
    assert again.scores == router.scores


@pytest.mark.parametrize("text", ["", "   ", "?!", "…", "🙂"])
def test_a_text_without_letters_is_out_of_scope(router: TrainedRouter, text: str) -> None:
    assert router.route(text).route == "out_of_scope"


def test_below_the_threshold_no_route_is_taken(router: TrainedRouter) -> None:
    unsure = replace(router, threshold=0.999999)
    decision = unsure.route("printer ticket revenue hello weather")
    assert decision.route is None
    assert max(decision.probabilities.values()) < 0.999999


def test_a_misspelt_word_still_routes(router: TrainedRouter) -> None:
    assert router.route("tickt please").route == "desk"


def test_scores_are_of_examples_that_were_not_seen(router: TrainedRouter) -> None:
    scores = router.scores
    assert scores.n_examples == len(small_examples())
    assert 0.5 < scores.accuracy <= 1.0
    assert 0 < scores.n_held_out < scores.n_examples
    assert scores.n_held_out_right <= scores.n_held_out


def test_a_route_without_examples_is_an_error() -> None:
    examples = [example for example in small_examples() if example.label != "desk"]
    with pytest.raises(RouterError, match="no examples of desk"):
        train_router(HashEncoder(), examples, seed=7)


def test_a_route_with_too_few_examples_is_an_error() -> None:
    examples = [
        example
        for number, example in enumerate(small_examples())
        if example.label != "smalltalk" or number % 8 == 0
    ]
    with pytest.raises(RouterError, match="'smalltalk' has 3 examples; at least 5"):
        train_router(HashEncoder(), examples, seed=7)


def test_the_learner_takes_any_labels_two_of_them_too() -> None:
    texts = ["red apple", "red cherry", "blue sky", "blue sea"] * 3
    labels = ["r", "r", "b", "b"] * 3
    vectors = HashEncoder().encode(texts)
    model = fit_classifier(texts, vectors, labels)
    assert model.labels == ("b", "r")
    logits = model.logits("red thing", HashEncoder().encode(["red thing"])[0])
    assert logits.shape == (2,)
    assert model.labels[int(np.argmax(logits))] == "r"
    unseen = out_of_fold_logits(texts, vectors, labels, seed=1)
    assert unseen.shape == (12, 2)


def test_one_label_alone_cannot_be_learnt() -> None:
    with pytest.raises(RouterError, match="at least two"):
        fit_classifier(["a", "b"], HashEncoder().encode(["a", "b"]), ["x", "x"])

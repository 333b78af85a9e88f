"""Latent classes over counts: found where they are, told absent where they are not."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from analytics.customers.habits import (
    Habits,
    choose_classes,
    class_stability,
    fit_classes,
    probabilities,
)

_LEVELS = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]])


def drawn(labels: np.ndarray, n_orders: np.ndarray, seed: int = 1) -> Habits:
    random = np.random.default_rng(seed)
    channel = np.array(
        [random.multinomial(n, _LEVELS[k]) for n, k in zip(n_orders, labels, strict=True)]
    )
    discount = np.array(
        [random.binomial(n, 0.1 + 0.4 * k) for n, k in zip(n_orders, labels, strict=True)]
    )
    counts = np.column_stack([channel, discount, n_orders - discount]).astype(np.float64)
    return Habits(
        counts=counts,
        ends=(3, 5),
        n_orders=n_orders.astype(np.float64),
        years=np.full(len(labels), 1.0),
    )


def test_planted_classes_are_found_with_their_number_and_rates() -> None:
    random = np.random.default_rng(0)
    labels = random.choice(3, 1_500, p=[0.5, 0.3, 0.2])
    n_orders = random.poisson([4, 8, 12][0] + 4 * labels) + 2
    habits = drawn(labels, n_orders)

    choice = choose_classes(habits, seed=7)
    classes = fit_classes(habits, choice.k, seed=7)
    belongs = probabilities(habits, classes)

    assert choice.k == 3
    assert classes.shares.tolist() == sorted(classes.shares.tolist(), reverse=True)
    assert belongs.sum(axis=1) == pytest.approx(1.0)
    assert adjusted_rand_score(labels, belongs.argmax(axis=1)) > 0.95
    assert class_stability(habits, classes, seed=7, sure=0.8).ari > 0.95


def test_one_class_is_told_where_there_are_none() -> None:
    labels = np.zeros(800, dtype=int)
    habits = drawn(labels, np.random.default_rng(0).poisson(6, 800) + 2)

    assert choose_classes(habits, seed=7).k == 1


def test_a_customer_with_two_orders_is_placed_with_less_certainty() -> None:
    labels = np.repeat([0, 1, 2], 200)
    few, many = drawn(labels, np.full(600, 2)), drawn(labels, np.full(600, 12))

    sure = [probabilities(each, fit_classes(many, 3, seed=7)).max(axis=1) for each in (few, many)]

    assert sure[0].mean() < sure[1].mean() - 0.02


def test_the_same_seed_gives_the_same_classes() -> None:
    labels = np.repeat([0, 1, 2], 100)
    habits = drawn(labels, np.full(300, 6))

    one, other = (fit_classes(habits, 3, seed=3) for _ in range(2))

    assert np.array_equal(one.levels, other.levels)

"""Probabilities mean what they say; asking must pay."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.routing.calibrate import (
    expected_calibration_error,
    fit_temperature,
    fit_threshold,
    softmax,
)


def test_softmax_sums_to_one_and_survives_large_logits() -> None:
    values = softmax(np.array([[1000.0, 0.0, -1000.0], [0.0, 0.0, 0.0]]))
    assert values.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert values[0, 0] == pytest.approx(1.0)
    assert values[1] == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize("too_sure", [0.5, 1.0, 2.5])
def test_the_temperature_undoes_false_certainty(too_sure: float) -> None:
    rng = np.random.default_rng(5)
    honest = rng.normal(0, 2, size=(6000, 3))
    chances = softmax(honest)
    gold = np.array([rng.choice(3, p=row) for row in chances], dtype=np.int64)
    assert fit_temperature(honest * too_sure, gold) == pytest.approx(too_sure, rel=0.1)


def test_the_threshold_asks_where_routes_are_mostly_wrong() -> None:
    confidences = np.array([0.2, 0.3, 0.4, 0.6, 0.7, 0.9])
    is_right = np.array([False, False, False, True, True, True])
    assert fit_threshold(confidences, is_right) == pytest.approx(0.5, abs=0.02)


def test_the_threshold_is_zero_when_asking_never_pays() -> None:
    confidences = np.array([0.2, 0.5, 0.9])
    assert fit_threshold(confidences, np.array([True, True, True])) == 0.0
    # One wrong among three right below any threshold costs more questions than it spares.
    mixed = np.array([True, True, False, True])
    assert fit_threshold(np.array([0.1, 0.2, 0.3, 0.4]), mixed) == 0.0


def test_the_threshold_asks_always_when_every_route_is_wrong() -> None:
    assert fit_threshold(np.array([0.4, 0.9]), np.array([False, False])) > 0.9


def test_a_handful_of_examples_more_hardly_moves_the_threshold() -> None:
    rng = np.random.default_rng(4)
    confidences = rng.beta(6, 1, 4000)
    is_right = rng.uniform(0, 1, 4000) < confidences
    found = []
    for seed in range(10):
        few = np.random.default_rng(seed)
        more = few.uniform(0.25, 0.5, 20)
        found.append(
            fit_threshold(
                np.concatenate([confidences, more]),
                np.concatenate([is_right, few.uniform(0, 1, 20) < more]),
            )
        )
    assert max(found) - min(found) < 0.03


def test_a_dearer_question_is_asked_less() -> None:
    rng = np.random.default_rng(3)
    confidences = rng.uniform(0.2, 1, 4000)
    is_right = rng.uniform(0, 1, 4000) < confidences
    cheap = fit_threshold(confidences, is_right, question_cost=0.3)
    dear = fit_threshold(confidences, is_right, question_cost=0.6)
    assert cheap == pytest.approx(0.7, abs=0.08)
    assert dear == pytest.approx(0.4, abs=0.08)


def test_calibration_error_of_known_bins() -> None:
    confidences = np.array([0.95, 0.95, 0.55, 0.55])
    is_right = np.array([True, True, True, False])
    assert expected_calibration_error(confidences, is_right) == pytest.approx(0.05)
    assert expected_calibration_error(np.array([]), np.array([], dtype=bool)) == 0.0
    assert expected_calibration_error(np.array([0.0, 1.0]), np.array([False, True])) == 0.0

from __future__ import annotations

import numpy as np
import pytest

from analytics.learning.scores import Predicted, expected_calibration_error, interval, scores_of


def test_probabilities_that_come_true_have_no_calibration_error() -> None:
    p = np.repeat([0.2, 0.6], 10)
    y = np.array(([True] * 2 + [False] * 8) + ([True] * 6 + [False] * 4))
    assert expected_calibration_error(y, p) == pytest.approx(0.0)


def test_calibration_error_is_the_mean_gap_and_blind_to_the_order_of_rows() -> None:
    p = np.repeat([0.1, 0.9], [30, 10])
    y = np.zeros(40, dtype=bool)
    order = np.random.default_rng(0).permutation(40)
    expected = (30 * 0.1 + 10 * 0.9) / 40
    assert expected_calibration_error(y, p) == pytest.approx(expected)
    assert expected_calibration_error(y[order], p[order]) == pytest.approx(expected)


def test_calibration_error_without_rows_is_unknown() -> None:
    assert np.isnan(expected_calibration_error(np.empty(0, dtype=bool), np.empty(0)))


def test_the_interval_is_wider_than_that_of_independent_splits() -> None:
    values = [0.60, 0.62, 0.64, 0.66, 0.68]
    score = interval(values, n=100, test_to_train=0.25)
    plain = interval(values, n=100, test_to_train=0.0)
    assert score.mean == pytest.approx(0.64)
    assert plain.ci95[0] == pytest.approx(0.64 - 2.776 * np.std(values, ddof=1) / 5**0.5, abs=1e-3)
    assert score.ci95[0] < plain.ci95[0] < 0.64 < plain.ci95[1] < score.ci95[1]


def test_scores_stay_within_zero_and_one_and_count_a_repeats_rows() -> None:
    rng = np.random.default_rng(1)
    parts = [
        Predicted(repeat=repeat, y=np.arange(40) % 2 == 0, p=rng.random(40))
        for repeat in (0, 0, 1, 1)
    ]
    scores = scores_of(parts, test_to_train=1.0)
    for score in (scores.roc_auc, scores.pr_auc, scores.brier, scores.ece):
        assert 0.0 <= score.ci95[0] <= score.mean <= score.ci95[1] <= 1.0
        assert score.n == 80

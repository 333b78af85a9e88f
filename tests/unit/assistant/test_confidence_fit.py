"""The confidence says what it means: fitted on labelled signals, sharpened on rows never seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.answering.calibrate import LabelledSignals, fit_calibration, sharpen
from assistant.answering.confidence import FEATURES, Calibration, load_calibration
from assistant.errors import EvaluationError


def planted(n_rows: int, seed: int) -> list[LabelledSignals]:
    """Return rows whose rightness depends on two of the signals alone."""
    random = np.random.default_rng(seed)
    values = random.standard_normal((n_rows, len(FEATURES)))
    truth = 1 / (1 + np.exp(-(2.0 * values[:, 0] - 1.5 * values[:, 3])))
    right = random.random(n_rows) < truth
    return [
        LabelledSignals(values=tuple(row), is_right=bool(ok), is_answerable=bool(ok or n % 2))
        for n, (row, ok) in enumerate(zip(values.tolist(), right, strict=True))
    ]


def test_the_risk_that_is_promised_is_the_risk_of_rows_never_seen() -> None:
    calibration = fit_calibration(planted(600, 1), provenance="planted")
    threshold = calibration.threshold(0.1)

    unseen = planted(4000, 2)
    given = [row for row in unseen if calibration.confidence(row.values) >= threshold]

    assert len(given) > 400
    wrong = sum(not row.is_right for row in given) / len(given)
    assert wrong == pytest.approx(0.1, abs=0.04)


def test_a_smaller_risk_never_lowers_the_threshold() -> None:
    calibration = fit_calibration(planted(300, 3), provenance="planted")

    thresholds = [calibration.threshold(risk) for risk in (0.3, 0.2, 0.1, 0.05, 0.01)]

    assert thresholds == sorted(thresholds)


def test_predictions_that_are_too_timid_are_sharpened() -> None:
    random = np.random.default_rng(4)
    truth = random.uniform(0.02, 0.98, 5000)
    right = random.random(5000) < truth
    timid = 1 / (1 + np.exp(-0.5 * np.log(truth / (1 - truth))))

    slope, offset = sharpen(timid, right)

    assert slope == pytest.approx(2.0, abs=0.15)
    assert offset == pytest.approx(0.0, abs=0.15)


def test_the_same_rows_give_the_same_calibration() -> None:
    rows = planted(200, 5)

    assert fit_calibration(rows, provenance="x") == fit_calibration(rows, provenance="x")


def test_with_several_sets_each_is_predicted_from_the_others() -> None:
    """What only tells the rows of one set apart promises nothing for the next one."""
    random = np.random.default_rng(7)
    rows = []
    for n in range(450):
        # In each set another signal tells right from wrong.
        group, right = n % 3, bool(random.random() < 0.5)
        values = random.standard_normal(len(FEATURES))
        values[group] += 3.0 if right else -3.0
        rows.append(
            LabelledSignals(
                values=tuple(values), is_right=right, is_answerable=True, group=str(group)
            )
        )

    apart = fit_calibration(rows, provenance="x")
    alone = fit_calibration([replace(row, group="") for row in rows], provenance="x")

    def covered(calibration: Calibration) -> float:
        return max((p.coverage for p in calibration.curve if p.risk <= 0.1), default=0.0)

    assert covered(apart) < 0.2 < covered(alone)


def test_too_few_questions_are_refused_with_what_is_needed() -> None:
    with pytest.raises(EvaluationError, match="at least 40"):
        fit_calibration(planted(30, 6), provenance="few")


def test_the_shipped_calibration_fits_the_signals_and_names_its_questions() -> None:
    shipped = load_calibration()

    assert len(shipped.weights) == len(FEATURES)
    assert "helpdesk_dev" in shipped.provenance

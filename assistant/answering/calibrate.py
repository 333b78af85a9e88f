"""Fit the confidence of an answer on labelled questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut, RepeatedStratifiedKFold
from sklearn.preprocessing import StandardScaler

from assistant.answering.confidence import FEATURES, Calibration, CurvePoint
from assistant.errors import EvaluationError

MIN_QUESTIONS = 40
N_FOLDS = 5
N_REPEATS = 10
INVERSE_REGULARISATION = 0.1
"""Strong: there are far fewer labelled questions than one would like."""

MIN_GROUPS = 3
"""With so many sets of questions each is predicted from the others: what is promised must hold for
questions and articles of somebody else."""

Floats = npt.NDArray[np.float64]
Fold = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSignals:
    """The signals of one labelled question."""

    values: tuple[float, ...]
    is_right: bool
    """Whether the first document is one that answers."""
    is_answerable: bool
    group: str = ""
    """The set of questions that it comes from."""


def fit_calibration(
    rows: Sequence[LabelledSignals], *, provenance: str, seed: int = 7
) -> Calibration:
    """Fit a logistic regression; the curve comes from out-of-fold predictions alone.

    Parameters
    ----------
    rows
        Labelled questions, at least 40, right and wrong ones among them.
    provenance
        Where they come from; kept with the result.
    seed
        Of the folds.

    Raises
    ------
    EvaluationError
        When there are too few questions to learn from.
    """
    right = np.array([row.is_right for row in rows], dtype=bool)
    if len(rows) < MIN_QUESTIONS or min(right.sum(), (~right).sum()) < N_FOLDS:
        raise EvaluationError(
            f"{len(rows)} questions, {int(right.sum())} with the right article first: "
            f"at least {MIN_QUESTIONS} are needed, {N_FOLDS} of each kind.",
            hint="Add labelled questions, answerable and unanswerable ones.",
        )
    values = np.array([row.values for row in rows], dtype=np.float64)
    groups = np.array([row.group for row in rows])
    folds = (
        list(LeaveOneGroupOut().split(values, right, groups))
        if len(set(groups.tolist())) >= MIN_GROUPS
        else list(_shuffled(seed).split(values, right))
    )
    held_out = out_of_fold(values, right, folds)
    slope, offset = sharpen(held_out, right)
    held_out = _probability(slope * _logit(held_out) + offset)
    scaler = StandardScaler().fit(values)
    model = _model().fit(scaler.transform(values), right)
    answerable = np.array([row.is_answerable for row in rows], dtype=bool)
    return Calibration(
        means=tuple(float(value) for value in scaler.mean_),
        scales=tuple(float(value) for value in scaler.scale_),
        weights=tuple(float(slope * value) for value in model.coef_[0]),
        intercept=float(slope * model.intercept_[0] + offset),
        curve=risk_coverage(held_out, right, answerable),
        provenance=provenance,
    )


def out_of_fold(values: Floats, right: npt.NDArray[np.bool_], folds: Sequence[Fold]) -> Floats:
    """Return each row's mean prediction by models that never saw it, shape (n_rows,).

    Parameters
    ----------
    values
        Signals, shape (n_rows, n_signals).
    right
        Shape (n_rows,).
    folds
        (rows to learn from, rows to predict); every row is predicted at least once.
    """
    total, n_times = np.zeros(len(right)), np.zeros(len(right))
    for train, test in folds:
        scaler = StandardScaler().fit(values[train])
        model = _model().fit(scaler.transform(values[train]), right[train])
        total[test] += model.predict_proba(scaler.transform(values[test]))[:, 1]
        n_times[test] += 1
    return total / n_times


def _shuffled(seed: int) -> RepeatedStratifiedKFold:
    return RepeatedStratifiedKFold(n_splits=N_FOLDS, n_repeats=N_REPEATS, random_state=seed)


def sharpen(held_out: Floats, right: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return the slope and offset that make out-of-fold log-odds true (Platt 1999).

    A regularised model is less sure than it may be; how much less, its predictions of rows that it
    never saw tell.
    """
    model = LogisticRegression(C=1e6, max_iter=1000).fit(_logit(held_out)[:, None], right)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _logit(probability: Floats) -> Floats:
    kept = np.clip(probability, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(kept / (1 - kept)))


def _probability(logit: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logit)))


def risk_coverage(
    confidence: Floats, right: npt.NDArray[np.bool_], answerable: npt.NDArray[np.bool_]
) -> tuple[CurvePoint, ...]:
    """Return coverage and risk at each distinct confidence, by rising threshold.

    `risk` is what the calibrated confidences expect, the mean of 1 − confidence over the answers
    given: with a few hundred questions that is steadier than counting, and never rises with the
    threshold. `measured_risk` is the count beside it.
    """
    points = []
    for threshold in sorted(set(confidence.tolist())):
        given = confidence >= threshold
        points.append(
            CurvePoint(
                threshold=float(threshold),
                coverage=float((given & answerable).sum() / max(1, answerable.sum())),
                risk=float((1.0 - confidence[given]).mean()),
                measured_risk=float((given & ~right).sum() / given.sum()),
            )
        )
    return tuple(points)


def _model() -> LogisticRegression:
    return LogisticRegression(C=INVERSE_REGULARISATION, max_iter=1000)


def describe(calibration: Calibration) -> str:
    """Return the weights in words, strongest first."""
    ranked = sorted(zip(FEATURES, calibration.weights, strict=True), key=lambda item: -abs(item[1]))
    return ", ".join(f"{name} {weight:+.2f}" for name, weight in ranked)

"""Honest cross-validation: grouped, stratified, repeated, calibrated inside the fold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import numpy as np
import pandas as pd
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from analytics.errors import ModelError
from analytics.learning.scores import (
    Bools,
    Floats,
    Ints,
    Predicted,
    Scores,
    interval,
    scores_of,
)

Calibration = Literal["sigmoid", "isotonic"]
CALIBRATIONS: Final[tuple[Calibration, ...]] = ("sigmoid", "isotonic")
INNER_FOLDS: Final = 2
"""Folds inside a training fold, from which the calibration learns. Two keep the cost at two
smaller fits more; a slope and an intercept need no better."""


class Classifier(Protocol):
    """A scikit-learn classifier, as far as it is used here."""

    def fit(self, table: pd.DataFrame, y: Bools) -> Any:
        """Learn from rows."""
        ...

    def predict_proba(self, table: pd.DataFrame) -> Any:
        """Return the probability of both classes, shape (n_rows, 2)."""
        ...


Rivals = Mapping[str, Callable[[], Classifier]]
"""Name to a function that makes an unfitted classifier; the simplest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Row numbers to train and to test on."""

    repeat: int
    train: Ints
    test: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows to learn from."""

    table: pd.DataFrame
    y: Bools
    groups: Ints

    def take(self, rows: Ints) -> Rows:
        """Return some of the rows."""
        return Rows(table=self.table.iloc[rows], y=self.y[rows], groups=self.groups[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratedModel:
    """A fitted classifier and what turns its log-odds into calibrated probabilities."""

    estimator: Any
    calibrator: Any

    def log_odds(self, table: pd.DataFrame) -> Floats:
        """Return the classifier's own log-odds, shape (n_rows,)."""
        return log_odds(self.estimator, table)

    def probabilities(self, table: pd.DataFrame) -> Floats:
        """Return calibrated probabilities, 0 to 1, shape (n_rows,); no rows give none."""
        if len(table) == 0:
            return np.empty(0, dtype=np.float64)
        return calibrated(self.calibrator, self.log_odds(table))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A rival with a calibration, and what it scored."""

    rival: str
    calibration: Calibration
    scores: Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Rivals on the same splits, and a dummy that knows only the share of positives."""

    chosen: Candidate
    candidates: tuple[Candidate, ...]
    dummy: Scores

    @property
    def no_better_than_guessing(self) -> bool:
        """Whether the chosen one's ROC-AUC interval reaches down to the dummy's score."""
        return self.chosen.scores.roc_auc.ci95[0] <= self.dummy.roc_auc.mean


def grouped_splits(
    y: Bools, groups: Ints, *, n_folds: int, n_repeats: int, seed: int
) -> tuple[Split, ...]:
    """Split rows so that no group is on both sides, with even shares of positives.

    Groups are shuffled, ordered by their positives and rows, and dealt out to the folds in turn.

    Parameters
    ----------
    y : ndarray of bool, shape (n_rows,)
        The outcome.
    groups : ndarray of int64, shape (n_rows,)
        The customer of each row.
    n_folds, n_repeats : int
        Folds ≥ 2, and how often the whole is repeated with another shuffle.
    seed : int
        Of the shuffles, ≥ 0.

    Returns
    -------
    tuple[Split, ...]
        `n_folds` × `n_repeats` of them; each row is tested once in each repeat.

    Raises
    ------
    ModelError
        When fewer than `n_folds` groups have a positive or a negative row.
    """
    names, of_row = np.unique(groups, return_inverse=True)
    n_rows = np.bincount(of_row, minlength=len(names))
    n_positive = np.bincount(of_row, weights=y, minlength=len(names))
    enough = min(int((n_positive > 0).sum()), int((n_positive < n_rows).sum()))
    if enough < n_folds:
        raise ModelError(
            f"Only {enough} customers have the rarer outcome; {n_folds} folds need one each.",
            hint="Use more data, or fewer folds.",
        )
    splits = []
    for repeat in range(n_repeats):
        luck = np.random.default_rng([seed, repeat]).random(len(names))
        order = np.lexsort((luck, n_rows, n_positive))
        fold_of_group = np.empty(len(names), dtype=np.int64)
        fold_of_group[order] = np.arange(len(names)) % n_folds
        fold = fold_of_group[of_row]
        splits += [
            Split(repeat=repeat, train=np.flatnonzero(fold != i), test=np.flatnonzero(fold == i))
            for i in range(n_folds)
        ]
    return tuple(splits)


def log_odds(estimator: Classifier, table: pd.DataFrame) -> Floats:
    """Return a fitted classifier's log-odds, kept within ±20, shape (n_rows,)."""
    p = np.asarray(estimator.predict_proba(table), dtype=np.float64)[:, 1]
    p = np.clip(p, 1e-9, 1.0 - 1e-9)
    return np.asarray(np.log(p / (1.0 - p)))


def fit_calibrator(method: Calibration, score: Floats, y: Bools) -> Any:
    """Fit what maps log-odds of unseen rows to probabilities."""
    if method == "sigmoid":
        return LogisticRegression(C=1e6).fit(score.reshape(-1, 1), y)
    return IsotonicRegression(out_of_bounds="clip", y_min=0.0, y_max=1.0).fit(score, y)


def calibrated(calibrator: Any, score: Floats) -> Floats:
    """Return the probabilities that a fitted calibrator gives to log-odds."""
    if isinstance(calibrator, IsotonicRegression):
        return np.asarray(calibrator.predict(score), dtype=np.float64)
    return np.asarray(calibrator.predict_proba(score.reshape(-1, 1))[:, 1], dtype=np.float64)


def fit_calibrated(
    build: Callable[[], Classifier], rows: Rows, methods: Sequence[Calibration], *, seed: int
) -> dict[Calibration, CalibratedModel]:
    """Fit a classifier on all rows and calibrations on scores of rows that it had not seen.

    Parameters
    ----------
    build : Callable
        Makes the unfitted classifier.
    rows : Rows
        Training rows only: nothing of a test fold may be here.
    methods : Sequence[Calibration]
        Calibrations wanted; the classifier is shared by them.
    seed : int
        Of the inner splits.

    Raises
    ------
    ModelError
        When too few groups have the rarer outcome for the inner folds.
    """
    unseen = np.empty(len(rows.y), dtype=np.float64)
    inner = grouped_splits(rows.y, rows.groups, n_folds=INNER_FOLDS, n_repeats=1, seed=seed)
    for split in inner:
        part = rows.take(split.train)
        fitted = build().fit(part.table, part.y)
        unseen[split.test] = log_odds(fitted, rows.table.iloc[split.test])
    estimator = build().fit(rows.table, rows.y)
    return {
        method: CalibratedModel(
            estimator=estimator, calibrator=fit_calibrator(method, unseen, rows.y)
        )
        for method in methods
    }


def compare_rivals(rivals: Rivals, rows: Rows, splits: Sequence[Split], *, seed: int) -> Comparison:
    """Score every rival with every calibration on the same splits and choose one.

    The first rival is chosen that is not shown to be worse than the best: the 95 % interval of
    the best one's lead in ROC-AUC, split by split, reaches 0. So a simpler model wins unless a
    bigger one is better beyond chance. Of its calibrations the one with the lowest Brier score
    is taken. Choosing on the scores that are then published favours the chosen one a little;
    with so few candidates the gain is far below the interval.

    Parameters
    ----------
    rivals : Rivals
        At least one, the simplest first.
    rows : Rows
        All rows.
    splits : Sequence[Split]
        From `grouped_splits`.
    seed : int
        Of the calibrations' inner splits.

    Raises
    ------
    ModelError
        When a training fold is too small to calibrate on.
    """
    predicted: dict[tuple[str, Calibration], list[Predicted]] = {}
    for number, split in enumerate(splits):
        train = rows.take(split.train)
        for name, build in rivals.items():
            models = fit_calibrated(build, train, CALIBRATIONS, seed=seed + number)
            for method, model in models.items():
                part = _predicted(model, rows, split)
                predicted.setdefault((name, method), []).append(part)
    ratio = held_out_ratio(splits)
    candidates = tuple(
        Candidate(rival=name, calibration=method, scores=scores_of(parts, test_to_train=ratio))
        for (name, method), parts in predicted.items()
    )
    chosen = _choose(candidates, predicted, test_to_train=ratio)
    return Comparison(chosen=chosen, candidates=candidates, dummy=dummy_scores(rows.y, splits))


def score_splits(
    build: Callable[[], Classifier],
    calibration: Calibration,
    rows: Rows,
    splits: Sequence[Split],
    *,
    seed: int,
) -> Scores:
    """Score one rival on other splits, such as forward in time."""
    predicted = []
    for number, split in enumerate(splits):
        train = rows.take(split.train)
        model = fit_calibrated(build, train, (calibration,), seed=seed + number)[calibration]
        predicted.append(_predicted(model, rows, split))
    return scores_of(predicted, test_to_train=held_out_ratio(splits))


def dummy_scores(y: Bools, splits: Sequence[Split]) -> Scores:
    """Score the share of positives among the training rows as everybody's probability."""
    parts = [
        Predicted(
            repeat=split.repeat,
            y=y[split.test],
            p=np.full(len(split.test), float(y[split.train].mean())),
        )
        for split in splits
    ]
    return scores_of(parts, test_to_train=held_out_ratio(splits))


def held_out_ratio(splits: Sequence[Split]) -> float:
    """Return the mean ratio of test rows to training rows."""
    return float(np.mean([len(split.test) / len(split.train) for split in splits]))


def _predicted(model: CalibratedModel, rows: Rows, split: Split) -> Predicted:
    p = model.probabilities(rows.table.iloc[split.test])
    return Predicted(repeat=split.repeat, y=rows.y[split.test], p=p)


def _choose(
    candidates: Sequence[Candidate],
    predicted: Mapping[tuple[str, Calibration], Sequence[Predicted]],
    *,
    test_to_train: float,
) -> Candidate:
    order = list(dict.fromkeys(candidate.rival for candidate in candidates))
    # Of a rival's calibrations the sigmoid keeps the order of its own scores.
    aucs = {
        rival: [float(roc_auc_score(part.y, part.p)) for part in predicted[rival, "sigmoid"]]
        for rival in order
    }
    best = max(order, key=lambda rival: float(np.mean(aucs[rival])))
    rival = next(
        rival
        for rival in order
        if rival == best
        or interval(
            [a - b for a, b in zip(aucs[best], aucs[rival], strict=True)],
            n=0,
            test_to_train=test_to_train,
        ).ci95[0]
        <= 0.0
    )
    return min((c for c in candidates if c.rival == rival), key=lambda c: c.scores.brier.mean)

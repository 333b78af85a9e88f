"""Honest scores of classifiers with several classes: out of fold, beside the commonest class."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.dummy import DummyClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from analytics.learning.scores import Floats, Ints, Score, expected_calibration_error, interval

N_TOP: Final = 3
Builders = Mapping[str, Callable[[], Any]]
"""Name to a function that makes an unfitted scikit-learn classifier, the simplest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Row numbers to learn from and to be tested on."""

    train: Ints
    test: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Rows with the number of their class."""

    table: pd.DataFrame
    y: Ints
    """Class of each row, an index into `classes`."""
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Probabilities of rows by models that had not seen them, shape (n_rows, n_classes).

    Rows that were never tested have NaN.
    """

    name: str
    p: Floats
    folds: tuple[Fold, ...]


def stratified_folds(y: Ints, *, n_folds: int, seed: int) -> tuple[Fold, ...]:
    """Split rows into folds with even shares of the classes; each row is tested once.

    Parameters
    ----------
    y : ndarray of int64, shape (n_rows,)
        Classes; the rarest should have `n_folds` rows.
    n_folds : int
        At least 2.
    seed : int
        Of the shuffle.
    """
    splitter = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    return tuple(
        Fold(train=np.asarray(train), test=np.asarray(test))
        for train, test in splitter.split(np.zeros((len(y), 1)), y)
    )


def probabilities(model: Any, table: pd.DataFrame, n_classes: int) -> Floats:
    """Return a fitted model's probabilities, 0 for the classes that it has not seen."""
    p = np.zeros((len(table), n_classes))
    p[:, np.asarray(model.classes_, dtype=np.int64)] = model.predict_proba(table)
    return p


def out_of_fold(
    name: str, build: Callable[[], Any], rows: Labelled, folds: Sequence[Fold]
) -> Unseen:
    """Fit on each fold's training rows and keep the probabilities of its test rows."""
    p = np.full((len(rows.y), len(rows.classes)), np.nan)
    for fold in folds:
        y = rows.y[fold.train]
        model = build() if len(np.unique(y)) > 1 else DummyClassifier(strategy="prior")
        model.fit(rows.table.iloc[fold.train], y)
        p[fold.test] = probabilities(model, rows.table.iloc[fold.test], len(rows.classes))
    return Unseen(name=name, p=p, folds=tuple(folds))


def majority(rows: Labelled, folds: Sequence[Fold]) -> Unseen:
    """Return what the training rows' shares of the classes foretell."""
    return out_of_fold("majority", lambda: DummyClassifier(strategy="prior"), rows, folds)


def class_scores(rows: Labelled, unseen: Unseen) -> dict[str, Score]:
    """Return accuracy, macro-F1, top-3, calibration error of the first class, and log loss.

    Macro-F1 and the calibration error are taken over all tested rows, with a jackknife over the
    folds, since folds are too small for them; the others are means over folds.
    """
    folds = unseen.folds
    n = sum(len(fold.test) for fold in folds)
    ratio = float(np.mean([len(fold.test) / len(fold.train) for fold in folds]))

    def over_folds(score: Callable[[Ints, Floats], float]) -> Score:
        values = [score(rows.y[fold.test], unseen.p[fold.test]) for fold in folds]
        return interval(values, n=n, test_to_train=ratio)

    def pooled(score: Callable[[Ints, Floats], float]) -> Score:
        return _pooled(score, rows, unseen, n)

    return {
        "accuracy": _bounded(over_folds(_accuracy)),
        "macro_f1": _bounded(pooled(_macro_f1)),
        "top_3": _bounded(over_folds(_top)),
        "ece": _bounded(pooled(_ece)),
        "log_loss": over_folds(_log_loss),
    }


def choose(rows: Labelled, rivals: Sequence[Unseen]) -> Unseen:
    """Return the first rival that is not shown to be worse than the most accurate one.

    The 95 % interval of the best one's lead in accuracy, fold by fold, reaches 0. Of rivals that
    are not worse the simplest, which comes first, is taken.
    """
    best = max(rivals, key=lambda each: float(np.mean(_by_fold(rows, each))))
    lead = np.array(_by_fold(rows, best))
    ratio = float(np.mean([len(fold.test) / len(fold.train) for fold in best.folds]))
    for each in rivals:
        gap = (lead - np.array(_by_fold(rows, each))).tolist()
        if each is best or interval(gap, n=0, test_to_train=ratio).ci95[0] <= 0.0:
            return each
    return best


def _by_fold(rows: Labelled, unseen: Unseen) -> list[float]:
    return [_accuracy(rows.y[fold.test], unseen.p[fold.test]) for fold in unseen.folds]


def _accuracy(y: Ints, p: Floats) -> float:
    return float((p.argmax(axis=1) == y).mean())


def _macro_f1(y: Ints, p: Floats) -> float:
    return float(f1_score(y, p.argmax(axis=1), average="macro", zero_division=0.0))


def _top(y: Ints, p: Floats) -> float:
    first = np.argsort(-p, axis=1, kind="stable")[:, :N_TOP]
    return float((first == y[:, None]).any(axis=1).mean())


def _ece(y: Ints, p: Floats) -> float:
    return expected_calibration_error(p.argmax(axis=1) == y, p.max(axis=1))


def _log_loss(y: Ints, p: Floats) -> float:
    return float(-np.log(np.clip(p[np.arange(len(y)), y], 1e-9, 1.0)).mean())


def _pooled(
    score: Callable[[Ints, Floats], float], rows: Labelled, unseen: Unseen, n: int
) -> Score:
    tests = [fold.test for fold in unseen.folds]

    def over(parts: Sequence[Ints]) -> float:
        places = np.concatenate(parts)
        return score(rows.y[places], unseen.p[places])

    mean = over(tests)
    without = np.array([over([*tests[:i], *tests[i + 1 :]]) for i in range(len(tests))])
    error = math.sqrt((len(tests) - 1) * float(without.var()))
    reach = float(stats.t.ppf(0.975, len(tests) - 1)) * error
    return Score(mean=mean, ci95=(mean - reach, mean + reach), n=n)


def _bounded(score: Score) -> Score:
    low, high = score.ci95
    return Score(mean=score.mean, ci95=(max(0.0, low), min(1.0, high)), n=score.n)

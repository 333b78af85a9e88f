"""Scores of predicted probabilities, each with an interval and the number of rows behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import stats
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

N_BINS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A cross-validated score."""

    mean: float
    ci95: tuple[float, float]
    n: int
    """Rows that were scored in each repeat."""

    def as_json(self) -> dict[str, object]:
        """Return `{mean, ci95, n}`."""
        return {"mean": self.mean, "ci95": list(self.ci95), "n": self.n}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What one way of predicting scored; higher is better for the first two."""

    roc_auc: Score
    pr_auc: Score
    """Average precision; the share of positives is what guessing gets."""
    brier: Score
    ece: Score

    def as_json(self) -> dict[str, object]:
        """Return the four scores by name."""
        return {
            "roc_auc": self.roc_auc.as_json(),
            "pr_auc": self.pr_auc.as_json(),
            "brier": self.brier.as_json(),
            "ece": self.ece.as_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """Probabilities of the test rows of one split, with the truth."""

    repeat: int
    y: Bools
    p: Floats


def expected_calibration_error(y: Bools, p: Floats, *, n_bins: int = N_BINS) -> float:
    """Return the mean gap between probability and frequency, over bins of equal size.

    Parameters
    ----------
    y : ndarray of bool, shape (n_rows,)
        The truth.
    p : ndarray of float64, shape (n_rows,)
        Probabilities, 0 to 1. Equal ones share a bin, so the order of rows does not matter.
    n_bins : int
        At most so many bins, > 0.

    Returns
    -------
    float
        0 (calibrated) to 1; NaN without rows.
    """
    if len(p) == 0:
        return math.nan
    edges = np.unique(np.quantile(p, np.linspace(0.0, 1.0, n_bins + 1)[1:-1]))
    bins = np.searchsorted(edges, p, side="left")
    n_in = np.bincount(bins, minlength=len(edges) + 1)
    gap = np.bincount(bins, weights=p - y, minlength=len(edges) + 1)
    return float(np.abs(gap).sum() / n_in.sum())


def interval(values: Sequence[float], *, n: int, test_to_train: float) -> Score:
    """Return the mean of a score over splits with its corrected 95 % interval.

    The splits of a repeated cross-validation share training rows, so the plain standard error is
    too small; the variance is corrected by the ratio of test to training rows.

    Parameters
    ----------
    values : Sequence[float]
        One per split, at least two.
    n : int
        Rows scored in each repeat.
    test_to_train : float
        Test rows over training rows of a split; 1 / (k − 1) with k folds.

    References
    ----------
    Nadeau and Bengio (2003), Inference for the generalization error, Machine Learning 52.
    """
    values_ = np.asarray(values, dtype=np.float64)
    mean = float(values_.mean())
    error = math.sqrt(float(values_.var(ddof=1)) * (1.0 / len(values_) + test_to_train))
    reach = float(stats.t.ppf(0.975, len(values_) - 1)) * error
    return Score(mean=mean, ci95=(mean - reach, mean + reach), n=n)


def scores_of(predicted: Sequence[Predicted], *, test_to_train: float) -> Scores:
    """Score the predictions of all splits.

    ROC-AUC, PR-AUC and Brier are taken per split. The calibration error is taken over all rows of
    a repeat, since the noise of ten small bins would add to it, with a jackknife over the splits.

    Parameters
    ----------
    predicted : Sequence[Predicted]
        At least two splits; each has both classes among its rows.
    test_to_train : float
        As in `interval`.
    """
    n = sum(len(part.p) for part in predicted if part.repeat == predicted[0].repeat)

    def over_splits(score: object) -> Score:
        values = [score(part.y, part.p) for part in predicted]  # type: ignore[operator]
        return interval(values, n=n, test_to_train=test_to_train)

    roc_auc = over_splits(roc_auc_score)
    pr_auc = over_splits(average_precision_score)
    brier = over_splits(brier_score_loss)
    return Scores(
        roc_auc=_bounded(roc_auc),
        pr_auc=_bounded(pr_auc),
        brier=_bounded(brier),
        ece=_bounded(_pooled_ece(predicted, n)),
    )


def _pooled_ece(predicted: Sequence[Predicted], n: int) -> Score:
    means, variances = [], []
    for repeat in sorted({part.repeat for part in predicted}):
        parts = [part for part in predicted if part.repeat == repeat]
        means.append(_ece(parts))
        without = np.array([_ece([*parts[:i], *parts[i + 1 :]]) for i in range(len(parts))])
        variances.append((len(parts) - 1) * float(without.var()))
    n_splits = sum(1 for part in predicted if part.repeat == predicted[0].repeat)
    reach = float(stats.t.ppf(0.975, n_splits - 1)) * math.sqrt(float(np.mean(variances)))
    mean = float(np.mean(means))
    return Score(mean=mean, ci95=(mean - reach, mean + reach), n=n)


def _ece(parts: Sequence[Predicted]) -> float:
    y = np.concatenate([part.y for part in parts])
    p = np.concatenate([part.p for part in parts])
    return expected_calibration_error(y, p)


def _bounded(score: Score) -> Score:
    low, high = score.ci95
    return Score(mean=score.mean, ci95=(max(0.0, low), min(1.0, high)), n=score.n)

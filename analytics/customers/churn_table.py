"""Churn of any table: nested cross-validation, drivers and fairness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import log_loss, roc_auc_score

from analytics.customers.churn_columns import AVERAGE, LOGISTIC, fit_both
from analytics.learning.scores import Bools, Floats, Predicted, Score, Scores, interval, scores_of
from analytics.learning.validation import (
    Rows,
    Split,
    calibrated,
    dummy_scores,
    fit_calibrator,
    grouped_splits,
    held_out_ratio,
    log_odds,
)

INNER_FOLDS: Final = 2
_EFFECT_ROWS: Final = 500
FOUR_FIFTHS: Final = 0.8
MIN_GROUP: Final = 30
_GAIN: Final = 1e-4
"""Log-loss that a bigger model must gain on inner folds to be taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldModel:
    """The model of one training fold."""

    rival: str
    estimator: Any
    calibrator: Any

    def probabilities(self, table: pd.DataFrame) -> Floats:
        """Return calibrated probabilities, 0 to 1, shape (n_rows,)."""
        return calibrated(self.calibrator, log_odds(self.estimator, table))


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """What the models use a column for."""

    column: str
    importance: Score
    """ROC-AUC lost on held-out rows when the column is shuffled."""
    low: str | float
    high: str | float
    """The two values compared: 10 and 90 % of numbers, the safest and the riskiest word."""
    odds_ratio: float
    """Odds with `high` over those with `low`, all else as it is; > 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What cross-validation found."""

    scores: Scores
    dummy: Scores
    chosen: tuple[str, ...]
    """The model that each training fold chose."""
    out_of_fold: Floats
    """Probability of each row in the first repeat, by a model that had not seen it."""
    drivers: tuple[Driver, ...]


def fit_fold(rows: Rows, *, seed: int) -> FoldModel:
    """Choose and calibrate a model on inner folds of these rows, then fit it on all of them.

    The logistic regression is kept unless boosted trees, or the average of both, have a lower
    log-loss on rows that they had not seen. Platt's sigmoid calibrates on the same scores.
    """
    unseen: dict[str, Floats] = {}
    inner = grouped_splits(rows.y, rows.groups, n_folds=INNER_FOLDS, n_repeats=1, seed=seed)
    for split in inner:
        part = rows.take(split.train)
        for name, model in fit_both(part.table, part.y, seed=seed).items():
            found = unseen.setdefault(name, np.zeros(len(rows.y)))
            found[split.test] = log_odds(model, rows.table.iloc[split.test])
    calibrators = {name: fit_calibrator("sigmoid", z, rows.y) for name, z in unseen.items()}
    losses = {
        name: float(log_loss(rows.y, calibrated(calibrators[name], z)))
        - (_GAIN if name == LOGISTIC else 0.0)
        for name, z in unseen.items()
    }
    best = min(losses, key=lambda name: (losses[name], name != AVERAGE, name))
    estimator = fit_both(rows.table, rows.y, seed=seed)[best]
    return FoldModel(rival=best, estimator=estimator, calibrator=calibrators[best])


def evaluate(rows: Rows, splits: Sequence[Split], *, seed: int) -> Evaluation:
    """Cross-validate: everything, also the choice of the model, happens inside a training fold.

    Parameters
    ----------
    rows : Rows
        All rows.
    splits : Sequence[Split]
        From `grouped_splits`, at least two.
    """
    predicted, chosen = [], []
    first = np.full(len(rows.y), np.nan)
    lost: dict[str, list[float]] = {str(name): [] for name in rows.table.columns}
    models = []
    for number, split in enumerate(splits):
        model = fit_fold(rows.take(split.train), seed=seed + number)
        test = rows.table.iloc[split.test]
        p = model.probabilities(test)
        predicted.append(Predicted(repeat=split.repeat, y=rows.y[split.test], p=p))
        chosen.append(model.rival)
        if split.repeat == 0:
            first[split.test] = p
            models.append(model)
            random = np.random.default_rng([seed, number])
            _shuffle_each(model, test, rows.y[split.test], random, lost)
    ratio = held_out_ratio(splits)
    some = rows.table.iloc[np.random.default_rng(seed).permutation(len(rows.y))[:_EFFECT_ROWS]]
    drivers = [
        _driver(
            name, rows.table[name], some, models, interval(v, n=len(rows.y), test_to_train=ratio)
        )
        for name, v in lost.items()
    ]
    return Evaluation(
        scores=scores_of(predicted, test_to_train=ratio),
        dummy=dummy_scores(rows.y, splits),
        chosen=tuple(chosen),
        out_of_fold=first,
        drivers=tuple(sorted(drivers, key=lambda each: (-each.importance.mean, each.column))),
    )


def _shuffle_each(
    model: FoldModel,
    test: pd.DataFrame,
    y: Bools,
    random: np.random.Generator,
    lost: dict[str, list[float]],
) -> None:
    whole = float(roc_auc_score(y, model.probabilities(test)))
    order = random.permutation(len(test))
    for name, losses in lost.items():
        shuffled = test.assign(**{name: test[name].to_numpy()[order]})
        losses.append(whole - float(roc_auc_score(y, model.probabilities(shuffled))))


def _driver(
    name: str,
    values: pd.Series,
    some: pd.DataFrame,
    models: Sequence[FoldModel],
    importance: Score,
) -> Driver:
    settings: list[Any]
    if pd.api.types.is_numeric_dtype(values):
        known = values.dropna()
        settings = known.quantile([0.1, 0.9], interpolation="lower").tolist()
        if len(known) and settings[0] == settings[1]:
            settings = [float(known.min()), float(known.max())]
    else:
        counts = values.value_counts()
        settings = sorted(map(str, counts.index[:8]))
    effects = []
    for value in settings:
        changed = some.assign(**{name: value})
        effects.append(float(np.mean([log_odds(m.estimator, changed).mean() for m in models])))
    low, high = 0, len(settings) - 1
    if not pd.api.types.is_numeric_dtype(values):
        low, high = int(np.argmin(effects)), int(np.argmax(effects))
    return Driver(
        column=name,
        importance=importance,
        low=settings[low],
        high=settings[high],
        odds_ratio=float(np.exp(effects[high] - effects[low])),
    )


def fairness_of(groups: Sequence[str], y: Bools, p: Floats) -> dict[str, Any]:
    """Compare how groups are selected and how often wrongly, at the share that really leaves.

    Those with the highest probabilities are selected, as many as leave. Each rate has Wilson's
    95 % interval. Groups of fewer than thirty rows are counted and not compared.

    Parameters
    ----------
    groups : sequence of str, shape (n_rows,)
        The group of each row.
    y, p : ndarray, shape (n_rows,)
        The truth, and the out-of-fold probability.
    """
    threshold = float(np.quantile(p, 1.0 - y.mean()))
    selected, named = p > threshold, np.asarray(groups, dtype=object).astype(str)
    told, small = [], []
    for name in sorted(set(named.tolist())):
        here = named == name
        if int(here.sum()) < MIN_GROUP:
            small.append({"group": name, "n": int(here.sum())})
            continue
        told.append(
            {
                "group": name,
                "n": int(here.sum()),
                "positive_rate": rate(y[here]),
                "selection_rate": rate(selected[here]),
                "true_positive_rate": rate(selected[here & y]),
                "false_positive_rate": rate(selected[here & ~y]),
                "mean_probability": float(p[here].mean()),
            }
        )
    rates = [each["selection_rate"]["mean"] for each in told]
    ratio = min(rates) / max(rates) if len(rates) > 1 and max(rates) > 0 else None
    return {
        "threshold": threshold,
        "groups": told,
        "too_small": small,
        "selection_ratio": ratio,
        "four_fifths": None if ratio is None else ratio >= FOUR_FIFTHS,
    }


def rate(is_so: Bools) -> dict[str, Any] | None:
    """Return a share with Wilson's 95 % interval and its n; None without rows."""
    n = len(is_so)
    if n == 0:
        return None
    found = stats.binomtest(int(is_so.sum()), n).proportion_ci(0.95, method="wilson")
    return {"mean": float(is_so.mean()), "ci95": [float(found.low), float(found.high)], "n": n}

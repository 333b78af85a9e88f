"""What drives leaving: how much the model needs a feature, and which way it pushes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import roc_auc_score

from analytics.customers.wording import UNKNOWN, Feature, load_features
from analytics.describe.numbers import plain_number
from analytics.learning.scores import Floats, Score, interval
from analytics.learning.validation import (
    CalibratedModel,
    Classifier,
    Rows,
    Split,
    held_out_ratio,
    log_odds,
)

Direction = Literal["raises", "lowers", "varies"]
_N_EFFECT_ROWS: Final = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """One feature of the model, over all customers."""

    name: str
    label: str
    importance: float
    """ROC-AUC lost on held-out customers when the feature is shuffled among them."""
    importance_ci95: tuple[float, float]
    direction: Direction
    """What more of it does; `varies` for words, whose levels are compared."""
    low: str
    high: str
    """The two values compared: few against many, or the safest word against the riskiest."""
    odds_ratio: float
    """Odds of leaving with `high` over those with `low`, all else as it is; > 0."""
    odds_ratio_ci95: tuple[float, float]
    levels: tuple[tuple[str, float], ...] = ()
    """For words: each one's odds over those of the most common one, riskiest first."""

    @property
    def is_certain(self) -> bool:
        """Whether it is more than chance.

        For words the interval of the importance decides, since the riskiest and the safest word
        were picked; for numbers that of the odds. A rare misfortune matters little over all
        customers and much to those it hits.
        """
        low, high = self.odds_ratio_ci95
        return self.importance_ci95[0] > 0.0 or (
            self.direction != "varies" and not low <= 1.0 <= high
        )


def measure_drivers(
    model: CalibratedModel,
    build: Callable[[], Classifier],
    rows: Rows,
    splits: Sequence[Split],
    *,
    seed: int,
) -> tuple[Driver, ...]:
    """Measure every feature's importance and effect.

    Importance is measured on customers that the model had not seen. Two features that say the
    same share their importance, so each looks smaller than both together. An effect is the mean
    change of the fitted model's log-odds when a feature alone is set from `low` to `high`; it
    describes the model and is no proof of cause.

    Parameters
    ----------
    model : CalibratedModel
        The final model, for the effects.
    build : Callable
        Makes an unfitted one, for the importances.
    rows, splits : Rows, Sequence[Split]
        Training rows, and the splits of one repeat.
    seed : int
        Of the shuffles.

    Returns
    -------
    tuple[Driver, ...]
        Most important first, ties by name.
    """
    fitted = [_fit(build, rows.take(split.train)) for split in splits]
    lost = _importances(fitted, rows, splits, seed=seed)
    chosen = np.random.default_rng([seed, 1]).permutation(len(rows.y))[:_N_EFFECT_ROWS]
    sides = _Sides(
        final=model.estimator,
        parts=tuple(fitted),
        table=rows.table,
        some=rows.table.iloc[np.sort(chosen)],
    )
    drivers = []
    for feature in load_features():
        if feature.name in lost:
            ratio = held_out_ratio(splits)
            score = interval(lost[feature.name], n=len(rows.y), test_to_train=ratio)
            drivers.append(_driver(feature, score, sides))
    return tuple(sorted(drivers, key=lambda driver: (-driver.importance, driver.name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """The final classifier, those of the folds, all rows, and some to average effects over."""

    final: Classifier
    parts: tuple[Classifier, ...]
    table: pd.DataFrame
    some: pd.DataFrame

    def effect(self, name: str, low: str | float, high: str | float) -> tuple[float, float]:
        """Return the change of the log-odds from low to high, and its 95 % reach.

        The reach is a jackknife over the folds, each of which leaves some customers out.
        """
        change = _effect(self.final, self.some, name, (low, high))
        without = np.array([_effect(part, self.some, name, (low, high)) for part in self.parts])
        error = math.sqrt((len(without) - 1) * float(without.var()))
        return change, float(stats.t.ppf(0.975, len(without) - 1)) * error


def driver_as_json(driver: Driver) -> dict[str, Any]:
    """Return a driver as plain values."""
    return {
        "name": driver.name,
        "label": driver.label,
        "importance": driver.importance,
        "importance_ci95": list(driver.importance_ci95),
        "direction": driver.direction,
        "low": driver.low,
        "high": driver.high,
        "odds_ratio": driver.odds_ratio,
        "odds_ratio_ci95": list(driver.odds_ratio_ci95),
        "levels": [list(level) for level in driver.levels],
    }


def driver_from_json(found: dict[str, Any]) -> Driver:
    """Read what `driver_as_json` wrote."""
    pairs = {
        "importance_ci95": tuple(found["importance_ci95"]),
        "odds_ratio_ci95": tuple(found["odds_ratio_ci95"]),
        "levels": tuple((str(name), float(ratio)) for name, ratio in found["levels"]),
    }
    return Driver(**{**found, **pairs})


def _fit(build: Callable[[], Classifier], rows: Rows) -> Classifier:
    classifier: Classifier = build().fit(rows.table, rows.y)
    return classifier


def _importances(
    fitted: Sequence[Classifier], rows: Rows, splits: Sequence[Split], *, seed: int
) -> dict[str, list[float]]:
    lost: dict[str, list[float]] = {str(name): [] for name in rows.table.columns}
    for number, (classifier, split) in enumerate(zip(fitted, splits, strict=True)):
        test, y = rows.table.iloc[split.test], rows.y[split.test]
        whole = float(roc_auc_score(y, log_odds(classifier, test)))
        order = np.random.default_rng([seed, 2, number]).permutation(len(test))
        for name in lost:
            shuffled = test.assign(**{name: test[name].to_numpy()[order]})
            lost[name].append(whole - float(roc_auc_score(y, log_odds(classifier, shuffled))))
    return lost


def _effect(
    classifier: Classifier, some: pd.DataFrame, name: str, pair: tuple[str | float, str | float]
) -> float:
    low, high = (float(log_odds(classifier, some.assign(**{name: v})).mean()) for v in pair)
    return high - low


def _driver(feature: Feature, importance: Score, sides: _Sides) -> Driver:
    levels: tuple[tuple[str, float], ...] = ()
    direction: Direction = "varies"
    low: str | float
    high: str | float
    if feature.kind == "word":
        levels = _levels(feature.name, sides)
        low, high = levels[-1][0], levels[0][0]
    else:
        low, high = _few_and_many(sides.table[feature.name].to_numpy(dtype=np.float64))
    change, reach = sides.effect(feature.name, low, high)
    if feature.kind != "word":
        direction = "raises" if change >= 0 else "lowers"
    return Driver(
        name=feature.name,
        label=feature.label,
        importance=importance.mean,
        importance_ci95=importance.ci95,
        direction=direction,
        low=low if isinstance(low, str) else plain_number(low),
        high=high if isinstance(high, str) else plain_number(high),
        odds_ratio=math.exp(change),
        odds_ratio_ci95=(math.exp(change - reach), math.exp(change + reach)),
        levels=levels,
    )


def _levels(name: str, sides: _Sides) -> tuple[tuple[str, float], ...]:
    """Compare the known words with the most common one, riskiest first."""
    counts = sides.table[name].value_counts()
    counts = counts.drop(UNKNOWN, errors="ignore") if len(counts) > 1 else counts
    usual = min(counts[counts == counts.max()].index)
    risk = {
        str(word): float(log_odds(sides.final, sides.some.assign(**{name: word})).mean())
        for word in sorted(counts.index)
    }
    ranked = sorted(risk, key=lambda word: (-risk[word], word))
    return tuple((word, math.exp(risk[word] - risk[usual])) for word in ranked)


def _few_and_many(values: Floats) -> tuple[float, float]:
    """Return two typical values: none and some where most have none, else low and high."""
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return 0.0, 0.0
    some = known[known > 0]
    if len(some) and np.quantile(known, 0.5) == 0.0:
        return 0.0, float(np.quantile(some, 0.5, method="inverted_cdf"))
    low, high = np.quantile(known, (0.1, 0.9), method="inverted_cdf")
    return float(low), float(high)

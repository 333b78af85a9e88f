"""What drives leaving: how much the model needs a feature, and which way it pushes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
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
_N_EFFECT_ROWS: Final = 2_000
_BATCH_ROWS: Final = 200_000


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
    some = rows.table.iloc[np.sort(chosen)]
    sides = _Sides(final=model.estimator, parts=tuple(fitted), some=some)
    features = [feature for feature in load_features() if feature.name in lost]
    settings = {feature.name: _settings(feature, rows.table, sides) for feature in features}
    changes = sides.changes(settings)
    ratio = held_out_ratio(splits)
    drivers = []
    for feature in features:
        importance = interval(lost[feature.name], n=len(rows.y), test_to_train=ratio)
        drivers.append(_driver(feature, importance, settings[feature.name], changes[feature.name]))
    return tuple(sorted(drivers, key=lambda driver: (-driver.importance, driver.name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settings:
    """Values that a feature is set to: two to compare, and for words all of them."""

    low: str | float
    high: str | float
    levels: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """The final classifier, those of the folds, and some rows to average effects over."""

    final: Classifier
    parts: tuple[Classifier, ...]
    some: pd.DataFrame

    def means(self, classifier: Classifier, wanted: Sequence[tuple[str, str | float]]) -> Floats:
        """Return the mean log-odds when one feature alone is set to a value, for each wanted."""
        tables = [self.some.assign(**{name: value}) for name, value in wanted]
        return np.array([scores.mean() for scores in _log_odds_of(classifier, tables)])

    def changes(self, settings: Mapping[str, _Settings]) -> dict[str, tuple[float, float]]:
        """Return the change of the log-odds from low to high, and its 95 % reach.

        The reach is a jackknife over the folds, each of which leaves some customers out.
        """
        low = [(name, chosen.low) for name, chosen in settings.items()]
        high = [(name, chosen.high) for name, chosen in settings.items()]

        def change(classifier: Classifier) -> Floats:
            both = self.means(classifier, [*low, *high])
            return both[len(low) :] - both[: len(low)]

        whole = change(self.final)
        without = np.array([change(part) for part in self.parts])
        errors = np.sqrt((len(without) - 1) * without.var(axis=0))
        reach = float(stats.t.ppf(0.975, len(without) - 1)) * errors
        return {name: (float(whole[i]), float(reach[i])) for i, name in enumerate(settings)}


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
        shuffled = [test.assign(**{name: test[name].to_numpy()[order]}) for name in lost]
        for name, scores in zip(lost, _log_odds_of(classifier, shuffled), strict=True):
            lost[name].append(whole - float(roc_auc_score(y, scores)))
    return lost


def _log_odds_of(classifier: Classifier, tables: Sequence[pd.DataFrame]) -> list[Floats]:
    """Return the log-odds of several tables of equal length, many at a time: a call is dear."""
    if not tables:
        return []
    n = len(tables[0])
    step = max(1, _BATCH_ROWS // max(n, 1))
    found: list[Floats] = []
    for start in range(0, len(tables), step):
        batch = tables[start : start + step]
        scores = log_odds(classifier, pd.concat(batch, ignore_index=True))
        found += [scores[i * n : (i + 1) * n] for i in range(len(batch))]
    return found


def _driver(
    feature: Feature, importance: Score, settings: _Settings, effect: tuple[float, float]
) -> Driver:
    change, reach = effect
    direction: Direction = "varies"
    if feature.kind != "word":
        direction = "raises" if change >= 0 else "lowers"
    low, high = settings.low, settings.high
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
        levels=settings.levels,
    )


def _settings(feature: Feature, table: pd.DataFrame, sides: _Sides) -> _Settings:
    """Choose what to compare: few against many, or the safest word against the riskiest."""
    if feature.kind != "word":
        low, high = _few_and_many(table[feature.name].to_numpy(dtype=np.float64))
        return _Settings(low=low, high=high, levels=())
    counts = table[feature.name].value_counts()
    counts = counts.drop(UNKNOWN, errors="ignore") if len(counts) > 1 else counts
    usual = min(counts[counts == counts.max()].index)
    words = sorted(map(str, counts.index))
    means = sides.means(sides.final, [(feature.name, word) for word in words])
    risk = dict(zip(words, means.tolist(), strict=True))
    ranked = sorted(words, key=lambda word: (-risk[word], word))
    levels = tuple((word, math.exp(risk[word] - risk[usual])) for word in ranked)
    return _Settings(low=ranked[-1], high=ranked[0], levels=levels)


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

"""How likely each service is to have an incident soon, and whether anything foretells it at all.

Rivals (logistic regression, random forest, gradient boosted trees) are tested on later weeks than
they learnt from and calibrated on the last part of what they learnt from. Beside them stands the
dumb baseline: how often the service had incidents so far. A rival counts only when its logarithmic
loss is lower beyond chance, by a bootstrap of whole weeks; else there is no signal, and the
frequency is the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from analytics.errors import ModelError
from analytics.operations.outage_features import (
    DAY_H,
    WARM_UP_H,
    WEEK_H,
    Bools,
    Floats,
    Ints,
    Moments,
    World,
    begins_between,
    moments_of,
)
from analytics.operations.outage_scores import (
    BASELINE,
    Rival,
    Unseen,
    Window,
    log_odds,
    logit,
    scored,
)

LEAST_INCIDENTS: Final = 30
_FOLDS: Final = 3
_FIRST_SHARE: Final = 0.4
"""Of the time; the rest is foretold, fold after fold."""
_CALIBRATION_SHARE: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """One service's probability, and what it was of moments told alike."""

    service: str
    p: float
    usual: float
    """By how often the service had incidents so far."""
    seen: tuple[int, int]
    """Of moments with such a probability, as many were followed by an incident."""
    drivers: tuple[tuple[str, float], ...]
    """What raises (above 0) or lowers the log-odds, the largest first; empty without signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """Chances now, the likeliest first, and how they were tested."""

    chances: tuple[Chance, ...]
    model: str
    is_signal: bool
    rivals: tuple[Rival, ...]
    """The baseline first."""
    n_moments: int
    n_followed: int
    """Of the moments foretold, how many were followed by an incident."""
    n_learnt: int


def foretell(world: World, window: Window, *, step_h: int, seed: int) -> Foretold:
    """Foretell incidents after the last hour of a world.

    Parameters
    ----------
    world : World
        The end of its hours is now.
    window : Window
        When the incident begins.
    step_h : int
        Hours between the moments that are learnt from.
    seed : int
        Of the models and the bootstrap.

    Raises
    ------
    ModelError
        When there are too few incidents or weeks to learn from.
    """
    last = world.n_hours - window.after_h - window.within_h
    at_h = np.arange(last, WARM_UP_H, -step_h, dtype=np.int64)[::-1]
    n_begun = int((world.begun_h >= WARM_UP_H).sum())
    if n_begun < LEAST_INCIDENTS or len(at_h) * step_h < 20 * WEEK_H:
        raise ModelError(
            f"{n_begun} incidents with readings before them are too few to learn from: "
            f"{LEAST_INCIDENTS} and 26 weeks are needed.",
            hint="Ask for incidents of any severity, or how many there were so far.",
        )
    known, now = _parted(moments_of(world, np.append(at_h, world.n_hours)), world)
    y = begins_between(world, known, window.after_h, window.within_h)
    unseen = _foretell_past(known, y, window, seed)
    rivals = scored(world, known, unseen, window, seed)
    best = min(rivals[1:], key=lambda each: each.log_loss.mean)
    is_signal = best.gain.ci95[0] > 0
    name = best.name if is_signal else BASELINE
    return Foretold(
        chances=_chances(world, (known, now, y), unseen, (name, window), seed),
        model=name, is_signal=is_signal, rivals=rivals, n_moments=len(unseen.rows),
        n_followed=int(unseen.y.sum()), n_learnt=len(y),
    )  # fmt: skip


def _parted(every: Moments, world: World) -> tuple[Moments, Moments]:
    """Part the last moment, which is now, from those that are learnt from."""
    n = len(every.at_h) - len(world.services)

    def part(rows: slice) -> Moments:
        return Moments(
            at_h=every.at_h[rows], service=every.service[rows], table=every.table.iloc[rows],
            groups=every.groups, frequency=every.frequency[rows],
        )  # fmt: skip

    return part(slice(n)), part(slice(n, None))


def by_frequency(frequency: Floats, window: Window) -> Floats:
    """Return the probability of an incident at a service's rate, Poisson."""
    return np.asarray(1 - np.exp(-frequency * window.within_h / DAY_H))


def _builders(seed: int) -> dict[str, Callable[[], Any]]:
    """Return the rivals, unfitted, the simplest first."""
    return {
        "logistic regression": lambda: make_pipeline(
            StandardScaler(), LogisticRegression(C=0.003, max_iter=500)
        ),
        "random forest": lambda: RandomForestClassifier(
            n_estimators=30, max_depth=5, min_samples_leaf=40, max_features=0.3, max_samples=0.5,
            random_state=seed, n_jobs=1,
        ),
        "boosted trees": lambda: HistGradientBoostingClassifier(
            max_iter=60, learning_rate=0.05, max_leaf_nodes=7, min_samples_leaf=100,
            l2_regularization=5.0, max_features=0.5, early_stopping=False, random_state=seed,
        ),
    }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    """A model with the two numbers that calibrate its log-odds."""

    model: Any
    slope: float
    shift: float
    late: Ints
    """Rows that it was calibrated on."""

    def p(self, table: pd.DataFrame) -> Floats:
        """Return calibrated probabilities."""
        odds = log_odds(np.asarray(self.model.predict_proba(table))[:, 1])
        return np.asarray(1 / (1 + np.exp(-(self.slope * odds + self.shift))))


def _fitted(build: Callable[[], Any], table: pd.DataFrame, y: Bools, order: Ints) -> _Fitted:
    """Fit on the earlier rows, which lie in order; calibrate on the later by Platt's sigmoid."""
    cut = int(len(order) * (1 - _CALIBRATION_SHARE))
    early, late = order[:cut], order[cut:]
    model = build().fit(table.iloc[early], y[early])
    slope, shift = 1.0, 0.0
    if y[late].any() and not y[late].all():
        odds = log_odds(np.asarray(model.predict_proba(table.iloc[late]))[:, 1])
        platt = LogisticRegression(C=1e3).fit(odds[:, None], y[late])
        slope, shift = float(platt.coef_[0, 0]), float(platt.intercept_[0])
        if slope <= 0:  # worse than none: what is left is the mean
            slope, shift = 0.0, logit(float(y[late].mean()))
    return _Fitted(model=model, slope=slope, shift=shift, late=late)


def _foretell_past(known: Moments, y: Bools, window: Window, seed: int) -> Unseen:
    """Foretell the later weeks, fold after fold, by what came before each fold."""
    times = np.unique(known.at_h)
    edges = np.linspace(len(times) * _FIRST_SHARE, len(times), _FOLDS + 1).astype(int)
    rows: list[Ints] = []
    p: dict[str, list[Floats]] = {BASELINE: []}
    limits: dict[str, list[Floats]] = {}
    gap = window.after_h + window.within_h
    for first, last in pairwise(edges.tolist()):
        begin, end = times[first], times[last - 1]
        train = np.flatnonzero(known.at_h + gap <= begin)  # outcomes that are known by then
        test = np.flatnonzero((known.at_h >= begin) & (known.at_h <= end))
        rows.append(test)
        late = train[int(len(train) * (1 - _CALIBRATION_SHARE)) :]
        base = by_frequency(known.frequency, window)
        told = {BASELINE: (base[test], base[late])}
        with threadpool_limits(limits=1):
            for name, build in _builders(seed).items():
                model = _fitted(build, known.table, y, train)
                told[name] = model.p(known.table.iloc[test]), model.p(known.table.iloc[late])
        for name, (unseen, before) in told.items():
            p.setdefault(name, []).append(unseen)
            limit = _limit(before, known.at_h[late], window)
            limits.setdefault(name, []).append(np.full(len(test), limit))
    found = np.concatenate(rows)
    return Unseen(
        rows=found, y=y[found], p={name: np.concatenate(each) for name, each in p.items()},
        limit={name: np.concatenate(each) for name, each in limits.items()},
    )  # fmt: skip


def _limit(p: Floats, at_h: Ints, window: Window) -> float:
    """Return the probability that no more rows a week reach than there may be alerts."""
    weeks = max(1.0, (at_h.max() - at_h.min()) / WEEK_H)
    ranked = np.sort(p)[::-1]
    n = min(max(1, int(window.alerts_a_week * weeks)), len(ranked) - 1)
    # Of equal ones at the limit all or none can be told: none.
    return float(np.nextafter(ranked[n], np.inf))


def _chances(
    world: World,
    rows: tuple[Moments, Moments, Bools],
    unseen: Unseen,
    what: tuple[str, Window],
    seed: int,
) -> tuple[Chance, ...]:
    """Return every service's probability now, learnt from all that is known."""
    known, now, y = rows
    name, window = what
    usual = by_frequency(now.frequency, window)
    p = usual
    drivers: list[tuple[tuple[str, float], ...]] = [()] * len(usual)
    if name != BASELINE:
        with threadpool_limits(limits=1):
            model = _fitted(_builders(seed)[name], known.table, y, np.arange(len(y)))
            p = model.p(now.table)
            drivers = _drivers(model, now, known.table.median())
    told = unseen.p[name]
    found = []
    for number, service in enumerate(world.services):
        near = np.argsort(np.abs(log_odds(told) - logit(float(p[number]))), kind="stable")
        near = near[: max(100, len(told) // 20)]
        found.append(
            Chance(
                service=service, p=float(p[number]), usual=float(usual[number]),
                seen=(int(unseen.y[near].sum()), len(near)), drivers=drivers[number],
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda each: (-each.p, each.service)))


def _drivers(model: _Fitted, now: Moments, usual: pd.Series) -> list[tuple[tuple[str, float], ...]]:
    """Return by how much each group of features moves the log-odds from where it is usual."""
    odds = log_odds(model.p(now.table))
    moved: dict[str, Floats] = {}
    for group in dict.fromkeys(now.groups.values()):
        without = now.table.copy()
        for column in (name for name, each in now.groups.items() if each == group):
            without[column] = float(usual[column])
        moved[group] = odds - log_odds(model.p(without))
    return [
        tuple(sorted(((group, float(each[row])) for group, each in moved.items()),
                     key=lambda pair: (-abs(pair[1]), pair[0])))
        for row in range(len(odds))
    ]  # fmt: skip

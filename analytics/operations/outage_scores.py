"""How well incidents were foretold on weeks that a model had not seen, and what alerts bring."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import rankdata

from analytics.learning.scores import Score
from analytics.operations.outage_features import WEEK_H, Bools, Floats, Ints, Moments, World

BASELINE: Final = "how often so far"
_SAMPLES: Final = 400
_FEWER_SAMPLES: Final = 100
_LEAST: Final = 1e-4
_CLEAR: Final = 0.975
"""Share of the bootstrap samples in which a rival must be better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is foretold: an incident that begins in [now + after, now + after + within)."""

    after_h: int
    within_h: int
    alerts_a_week: float = 2.0
    """Alerts that people will look at, over all services."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """What alerts at the budget would have brought in the time that was foretold."""

    n: int
    right: int
    """Alerts that an incident of the service followed in the window."""
    n_incidents: int
    foretold: int
    """Incidents with an alert of their service in the window before."""
    lead_h: float | None
    """Median hours from the first alert to the incident; None when none was foretold."""
    a_week: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """One way to foretell, on weeks that it had not seen."""

    name: str
    roc_auc: Score
    pr_auc: Score
    log_loss: Score
    gain: Score
    """Logarithmic loss of the baseline less its own; above 0 is better."""
    alerts: Alerts


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Rows that were foretold by models that had not seen them."""

    rows: Ints
    y: Bools
    p: dict[str, Floats]
    limit: dict[str, Floats]
    """Probability from which on there is an alert, set before the row's fold is foretold."""


def scored(
    world: World, known: Moments, unseen: Unseen, window: Window, seed: int
) -> tuple[Rival, ...]:
    """Return the scores of every way to foretell, each with an interval over whole weeks."""
    weeks = known.at_h[unseen.rows] // WEEK_H
    samples = _samples(weeks, seed)
    base = _losses(unseen.y, unseen.p[BASELINE])
    found = []
    for name, p in unseen.p.items():
        losses = _losses(unseen.y, p)
        found.append(
            Rival(
                name=name,
                roc_auc=_score(samples, unseen.y, p, _auc),
                pr_auc=_score(samples, unseen.y, p, _precision),
                log_loss=_mean(samples, losses),
                gain=_mean(samples, base - losses),
                alerts=_alerts(world, known, unseen, (name, window)),
            )
        )
    return tuple(found)


def _samples(weeks: Ints, seed: int) -> list[Ints]:
    """Return rows of whole weeks drawn with replacement."""
    random = np.random.default_rng(seed)
    names = np.unique(weeks)
    rows_of = [np.flatnonzero(weeks == week) for week in names]
    return [
        np.concatenate([rows_of[place] for place in random.integers(0, len(names), len(names))])
        for _ in range(_SAMPLES)
    ]


def _mean(samples: list[Ints], values: Floats) -> Score:
    means = [float(values[rows].mean()) for rows in samples]
    low, high = np.quantile(means, [1 - _CLEAR, _CLEAR])
    return Score(mean=float(values.mean()), ci95=(float(low), float(high)), n=len(values))


def _score(
    samples: list[Ints], y: Bools, p: Floats, measure: Callable[[Bools, Floats], float]
) -> Score:
    some = [measure(y[rows], p[rows]) for rows in samples[:_FEWER_SAMPLES] if y[rows].any()]
    low, high = np.quantile(some, [1 - _CLEAR, _CLEAR])
    return Score(mean=measure(y, p), ci95=(float(low), float(high)), n=len(y))


def _auc(y: Bools, p: Floats) -> float:
    """Return the area under the ROC curve by the ranks of the positives."""
    n = int(y.sum())
    if n == 0 or n == len(y):
        return 0.5
    return float((rankdata(p)[y].sum() - n * (n + 1) / 2) / (n * (len(y) - n)))


def _precision(y: Bools, p: Floats) -> float:
    """Return the average precision; of equal probabilities the last counts for all."""
    order = np.argsort(-p, kind="stable")
    ranked, hits = p[order], np.cumsum(y[order])
    ends = np.flatnonzero(np.append(np.diff(ranked) != 0, True))
    gained = np.diff(np.concatenate([[0], hits[ends]]))
    return float((gained * hits[ends] / (ends + 1)).sum() / max(int(hits[-1]), 1))


def _losses(y: Bools, p: Floats) -> Floats:
    p = np.clip(p, _LEAST, 1 - _LEAST)
    return np.asarray(-np.where(y, np.log(p), np.log(1 - p)))


def log_odds(p: Floats) -> Floats:
    """Return log(p / (1 - p)), certainty drawn in."""
    p = np.clip(p, _LEAST, 1 - _LEAST)
    return np.asarray(np.log(p / (1 - p)))


def logit(p: float) -> float:
    """Return log(p / (1 - p)) of one probability, certainty drawn in."""
    p = min(max(p, _LEAST), 1 - _LEAST)
    return math.log(p / (1 - p))


def _alerts(world: World, known: Moments, unseen: Unseen, what: tuple[str, Window]) -> Alerts:
    """Count alerts; a service alerts once in a window however long it stays above the limit."""
    name, window = what
    at_h, service = known.at_h[unseen.rows], known.service[unseen.rows]
    high = unseen.p[name] >= unseen.limit[name]
    n = right = n_incidents = foretold = 0
    leads: list[float] = []
    first, last = at_h.min() + window.after_h, at_h.max() + window.after_h
    for number in range(len(world.services)):
        mine = np.flatnonzero(high & (service == number))
        kept: list[int] = []
        for row in mine.tolist():
            if not kept or at_h[row] >= at_h[kept[-1]] + window.within_h:
                kept.append(row)
        n, right = n + len(kept), right + int(unseen.y[kept].sum())
        begun = world.begun_h[world.service == number]
        for moment in begun[(begun >= first) & (begun < last)].tolist():
            n_incidents += 1
            leading = at_h[mine] + window.after_h
            before = leading[(leading <= moment) & (leading + window.within_h > moment)]
            if len(before):
                foretold += 1
                leads.append(moment - float(before.min() - window.after_h))
    weeks = max(1.0, (at_h.max() - at_h.min()) / WEEK_H)
    return Alerts(
        n=n, right=right, n_incidents=n_incidents, foretold=foretold,
        lead_h=float(np.median(leads)) if leads else None, a_week=float(n / weeks),
    )  # fmt: skip

"""Whom a message changes: a linear model of the extra chance of ordering, from control groups.

Each person's doubly robust score (Kennedy 2023) with the share that was written to in their
campaign as the known propensity is regressed on what was known of them beforehand. The penalty
is estimated from the data (empirical Bayes): without differences between people the model becomes
the plain average effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import stats

from analytics.customers.uplift import bootstrap, qini
from analytics.learning.scores import Bools, Floats

WORDS: Final = ("lifestyle", "plan", "action")
NUMBERS: Final = (
    "n_orders", "n_year", "days_since_order", "tenure_days", "discounted", "web", "app", "store"
)  # fmt: skip
_COUNTS: Final = frozenset({"n_orders", "n_year", "days_since_order", "tenure_days"})
_N_FOLDS: Final = 3
_N_DRAWS: Final = 100
_OUTCOME_PENALTY: Final = 100.0
_Z95: Final = float(stats.norm.ppf(0.975))


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """Turns people into numbers as those of the training data were."""

    levels: dict[str, tuple[str, ...]]
    mean: Floats
    deviation: Floats
    least: Floats
    most: Floats

    def matrix(self, people: pd.DataFrame) -> Floats:
        """Return standardised columns, within the range seen, shape (n_people, n_columns)."""
        raw = np.clip(_raw(people, self.levels), self.least, self.most)
        return np.asarray((raw - self.mean) / self.deviation)


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectModel:
    """The extra chance of ordering as a linear function of what is known beforehand."""

    encoder: Encoder
    average: float
    weights: Floats
    covariance: Floats
    """Of the weights, shape (n_columns, n_columns)."""
    variance: float
    """Of the average."""

    def predict(self, people: pd.DataFrame) -> Floats:
        """Return each person's extra chance, shape (n_people,)."""
        return np.asarray(self.average + self.encoder.matrix(people) @ self.weights)

    def total(self, people: pd.DataFrame, worth: Floats) -> tuple[float, float]:
        """Return what people bring together, and its standard error.

        Parameters
        ----------
        worth : ndarray, shape (n_people,)
            What one more order of each is worth.
        """
        summed = self.encoder.matrix(people).T @ worth
        mean = self.average * float(worth.sum()) + float(summed @ self.weights)
        spread = self.variance * float(worth.sum()) ** 2 + float(summed @ self.covariance @ summed)
        return mean, float(np.sqrt(max(spread, 0.0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How well people were ranked in the newest campaigns by a model of the earlier ones."""

    qini: float
    ci95: tuple[float, float]
    n: int

    @property
    def has_signal(self) -> bool:
        """Whether who gains more can be told beforehand."""
        return self.ci95[0] > 0


def fit_effects(history: pd.DataFrame, *, ranks: bool = True) -> EffectModel:
    """Fit the model to people of campaigns with a control group.

    Parameters
    ----------
    history : DataFrame
        `campaign_id`, `customer_id`, `treated` (bool), `converted` (0 or 1), `WORDS`, `NUMBERS`.
    ranks : bool
        Without it, only actions differ, not people.
    """
    encoder = _encoder(history, ranks=ranks)
    matrix = encoder.matrix(history)
    scores = _scores(history, matrix)
    n, k = matrix.shape
    average = float(scores.mean())
    centred = scores - average
    gram, moments = matrix.T @ matrix, matrix.T @ centred
    sizes, turned = np.linalg.eigh(gram)
    kept = sizes > 1e-9 * max(float(sizes.max()), 1.0)
    explained = (turned.T @ moments)[kept] ** 2 / sizes[kept]
    noise = float((centred @ centred - explained.sum()) / max(n - int(kept.sum()) - 1, 1))
    between = _between(sizes[kept], explained, noise)
    inverse = np.linalg.inv(gram + noise / between * np.eye(k))
    weights = inverse @ (matrix.T @ centred)
    return EffectModel(
        encoder=encoder, average=average, weights=np.asarray(weights),
        covariance=np.asarray(noise * inverse), variance=float(scores.var() / n),
    )  # fmt: skip


def _between(sizes: Floats, explained: Floats, noise: float) -> float:
    """Return the variance of the weights for which the data are likeliest (type II likelihood).

    Parameters
    ----------
    sizes, explained : ndarray
        Eigenvalues of the columns' products, and what each direction explains of the scores.
    """
    tried = np.logspace(-12, 0, 49)
    spread = noise + tried[:, None] * sizes[None, :]
    likely = -(np.log(spread) + explained[None, :] / spread).sum(axis=1)
    return float(tried[int(np.argmax(likely))])


def try_ranking(history: pd.DataFrame, *, seed: int) -> Trial | None:
    """Fit on the earlier two thirds of the campaigns and rank the people of the newest ones.

    Returns
    -------
    Trial or None
        None with fewer than three campaigns.
    """
    begun = history.groupby("campaign_id")["at"].first().sort_values(kind="stable")
    if len(begun) < 3:
        return None
    newest = set(begun.index[-max(1, len(begun) // 3) :])
    late = history["campaign_id"].isin(newest).to_numpy()
    model = fit_effects(history[~late])
    there = history[late]
    uplift = model.predict(there)
    treated = there["treated"].to_numpy(dtype=np.bool_)
    outcome = there["converted"].to_numpy(dtype=np.float64)
    if min(int(treated.sum()), int((~treated).sum())) < 50:
        return None
    return Trial(
        qini=qini(uplift, treated, outcome),
        ci95=bootstrap(uplift, treated, outcome, n_draws=_N_DRAWS, seed=seed),
        n=len(there),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionEffect:
    """What one kind of message changed on average."""

    action: str
    n_sent: int
    n_control: int
    effect: float
    ci95: tuple[float, float]

    @property
    def is_shown(self) -> bool:
        """Whether the interval lies above nothing."""
        return self.ci95[0] > 0


def effects_by_action(history: pd.DataFrame) -> tuple[ActionEffect, ...]:
    """Return the mean extra chance of each kind of message, each campaign against its control."""
    found = []
    for action, rows in history.groupby("action", sort=True):
        parts = [_campaign_effect(part) for _, part in rows.groupby("campaign_id", sort=True)]
        sent = np.array([part[0] for part in parts])
        share = sent / sent.sum()
        effect = float(share @ np.array([part[2] for part in parts]))
        spread = float(np.sqrt(share**2 @ np.array([part[3] for part in parts])))
        found.append(
            ActionEffect(
                action=str(action), n_sent=int(sent.sum()), n_control=sum(p[1] for p in parts),
                effect=effect, ci95=(effect - _Z95 * spread, effect + _Z95 * spread),
            )
        )  # fmt: skip
    return tuple(found)


def _campaign_effect(rows: pd.DataFrame) -> tuple[int, int, float, float]:
    treated = rows["treated"].to_numpy(dtype=np.bool_)
    outcome = rows["converted"].to_numpy(dtype=np.float64)
    a, b = outcome[treated], outcome[~treated]
    # Of few people nobody may order; half a person keeps the variance from being nothing.
    spread = sum((p := (x.sum() + 0.5) / (len(x) + 1)) * (1 - p) / max(len(x), 1) for x in (a, b))
    return len(a), len(b), float(a.mean() - b.mean()), float(spread)


def _encoder(history: pd.DataFrame, *, ranks: bool) -> Encoder:
    words = WORDS if ranks else ("action",)
    levels = {name: tuple(sorted(set(history[name].astype(str)))) for name in words}
    raw = _raw(history, levels)
    deviation = raw.std(axis=0)
    return Encoder(
        levels=levels,
        mean=raw.mean(axis=0),
        deviation=np.where(deviation > 1e-9, deviation, 1.0),
        least=raw.min(axis=0),
        most=raw.max(axis=0),
    )


def _raw(people: pd.DataFrame, levels: dict[str, tuple[str, ...]]) -> Floats:
    columns: list[Any] = []
    for name, known in levels.items():
        values = people[name].astype(str).to_numpy()
        # The first level is told by all others being absent.
        columns += [(values == level).astype(np.float64) for level in known[1:]]
    if len(levels) > 1:
        for name in NUMBERS:
            values = people[name].to_numpy(dtype=np.float64, na_value=np.nan)
            columns.append(np.isnan(values).astype(np.float64))
            values = np.nan_to_num(values)
            columns.append(np.log1p(np.maximum(values, 0.0)) if name in _COUNTS else values)
    return np.column_stack(columns) if columns else np.zeros((len(people), 1))


def _scores(history: pd.DataFrame, matrix: Floats) -> Floats:
    """Return doubly robust scores; the models of the outcome come from other customers."""
    treated = history["treated"].to_numpy(dtype=np.bool_)
    outcome = history["converted"].to_numpy(dtype=np.float64)
    share = history.groupby("campaign_id")["treated"].transform("mean").to_numpy(dtype=np.float64)
    fold = (history["customer_id"].to_numpy(dtype=np.int64) * 48_271 % 1_000_003) % _N_FOLDS
    of_treated, of_control = np.zeros(len(outcome)), np.zeros(len(outcome))
    for number in range(_N_FOLDS):
        here = fold == number
        of_treated[here] = _outcome(matrix, outcome, (~here & treated, here))
        of_control[here] = _outcome(matrix, outcome, (~here & ~treated, here))
    residual = np.where(
        treated, (outcome - of_treated) / share, -(outcome - of_control) / (1 - share)
    )
    return np.asarray(of_treated - of_control + residual)


def _outcome(matrix: Floats, outcome: Floats, rows: tuple[Bools, Bools]) -> Floats:
    train, test = rows
    if not train.any():
        return np.full(int(test.sum()), float(outcome.mean()))
    x, y = matrix[train], outcome[train]
    centre, mean = x.mean(axis=0), float(y.mean())
    gram = (x - centre).T @ (x - centre) + _OUTCOME_PENALTY * np.eye(x.shape[1])
    weights = np.linalg.solve(gram, (x - centre).T @ (y - mean))
    return np.asarray(mean + (matrix[test] - centre) @ weights)


def with_action(people: pd.DataFrame, actions: Sequence[str]) -> pd.DataFrame:
    """Repeat people once for each action, in order of action and then of people."""
    return pd.concat([people.assign(action=action) for action in actions], ignore_index=True)

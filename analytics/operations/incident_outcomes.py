"""How long an incident will take and whether it misses its target, from what is known at opening.

Rivals are told apart on later incidents: a model learns only from incidents that were over at the
cut, and what is filled in after opening is refused by name or by its moments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import TargetEncoder
from threadpoolctl import threadpool_limits

from analytics.errors import ModelError
from analytics.learning.leaks import KnownAt, Refused, refused_columns
from analytics.learning.scores import Score
from analytics.operations.incident_causes import is_late

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MIN_ROWS: Final = 200
_SMOOTHING: Final = 20.0
_N_DRAWS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Incidents as they were when they were opened, with how they went."""

    table: pd.DataFrame
    """What was known at opening, words and numbers."""
    opened_at: pd.Series
    over_at: pd.Series
    """When the outcome was known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Scores on incidents opened after the cut, the model's beside the naive one's."""

    n_train: int
    n_test: int
    model: dict[str, Score]
    naive: dict[str, Score]


def known_at_opening(
    table: pd.DataFrame, opened_at: pd.Series, y: Bools
) -> tuple[pd.DataFrame, tuple[Refused, ...]]:
    """Drop the columns that cannot be known when an incident is opened.

    Parameters
    ----------
    table : DataFrame
        Candidate columns, one row an incident.
    opened_at : Series
        Naive UTC, of the same rows.
    y : ndarray of bool
        The outcome, for columns that give it away by themselves.

    Returns
    -------
    tuple[DataFrame, tuple[Refused, ...]]
        The columns that are left, and the others with a reason each: the name says that it is
        filled in later (closed_*, resolved_*, sys_updated_*), a moment lies after opening, or
        the column alone tells the outcome.
    """
    refused = [
        Refused(column=str(name), reason="its name says that it is filled in after opening")
        for name in table
        if is_late(str(name))
    ]
    named = {each.column for each in refused}
    rest = table[[name for name in table if str(name) not in named]]
    after = opened_at + pd.Timedelta(minutes=1)
    refused += refused_columns(rest, y, np.arange(len(rest)), known_at=KnownAt(cut_offs=after))
    gone = {each.column for each in refused}
    return table[[name for name in table if str(name) not in gone]], tuple(refused)


def foretell_breach(opened: Opened, missed: Bools, cut: pd.Timestamp, *, seed: int) -> Outcome:
    """Foretell missed targets after a cut; naive is the share of the priority's past incidents.

    Raises
    ------
    ModelError
        When too few incidents lie on a side of the cut.
    """
    train, test = _sides(opened, cut)
    table = _coded(opened)
    model = make_pipeline(
        TargetEncoder(target_type="binary", smooth=_SMOOTHING, cv=_folds(seed)),
        HistGradientBoostingClassifier(max_iter=120, learning_rate=0.06, random_state=seed),
    )
    with threadpool_limits(limits=1):
        model.fit(table.iloc[train], missed[train])
        p = np.asarray(model.predict_proba(table.iloc[test])[:, 1])
    naive = _by_priority(opened.table, train, test, missed.astype(np.float64), "mean")
    y = missed[test]
    return Outcome(
        n_train=len(train),
        n_test=len(test),
        model=_class_scores(y, p, seed),
        naive=_class_scores(y, naive, seed),
    )


def foretell_hours(opened: Opened, hours: Floats, cut: pd.Timestamp, *, seed: int) -> Outcome:
    """Foretell hours to solve after a cut; naive is the median of the priority's past incidents.

    Raises
    ------
    ModelError
        When too few incidents lie on a side of the cut.
    """
    train, test = _sides(opened, cut)
    table, logs = _coded(opened), np.log1p(hours)
    model = make_pipeline(
        TargetEncoder(target_type="continuous", smooth=_SMOOTHING, cv=_folds(seed)),
        HistGradientBoostingRegressor(
            loss="absolute_error", max_iter=120, learning_rate=0.06, random_state=seed
        ),
    )
    with threadpool_limits(limits=1):
        model.fit(table.iloc[train], logs[train])
        told = np.expm1(model.predict(table.iloc[test]))
    naive = _by_priority(opened.table, train, test, hours, "median")
    return Outcome(
        n_train=len(train),
        n_test=len(test),
        model=_hour_scores(hours[test], told, seed),
        naive=_hour_scores(hours[test], naive, seed),
    )


def _folds(seed: int) -> KFold:
    return KFold(5, shuffle=True, random_state=seed)


def _sides(opened: Opened, cut: pd.Timestamp) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    before = (opened.opened_at < cut) & (opened.over_at < cut)
    train = np.flatnonzero(before.to_numpy())
    test = np.flatnonzero((opened.opened_at >= cut).to_numpy())
    if min(len(train), len(test)) < MIN_ROWS:
        raise ModelError(
            f"{len(train):,} incidents were over before {cut:%d %B %Y} and {len(test):,} were "
            f"opened after it; {MIN_ROWS} of each are needed.",
            hint="Choose another day.",
        )
    return train, test


def _coded(opened: Opened) -> pd.DataFrame:
    words = opened.table.astype("string").fillna("missing").astype(object)
    return words.assign(
        hour=opened.opened_at.dt.hour.astype(str).to_numpy(),
        weekday=opened.opened_at.dt.day_of_week.astype(str).to_numpy(),
    )


def _by_priority(
    table: pd.DataFrame,
    train: npt.NDArray[np.intp],
    test: npt.NDArray[np.intp],
    values: Floats,
    how: str,
) -> Floats:
    past = pd.Series(values[train])
    by_group = past.groupby(table["priority"].to_numpy()[train]).agg(how)
    told = table["priority"].iloc[test].map(by_group).fillna(past.agg(how))
    return np.asarray(told, dtype=np.float64)


def _class_scores(y: Bools, p: Floats, seed: int) -> dict[str, Score]:
    def auc(rows: Any) -> float:
        return float(roc_auc_score(y[rows], p[rows]))

    def brier(rows: Any) -> float:
        return float(brier_score_loss(y[rows], p[rows]))

    return {"roc_auc": _resampled(auc, len(y), seed), "brier": _resampled(brier, len(y), seed)}


def _hour_scores(hours: Floats, told: Floats, seed: int) -> dict[str, Score]:
    error = np.abs(hours - told)
    ratio = np.abs(np.log1p(hours) - np.log1p(told))

    def within(rows: Any) -> float:
        return float((ratio[rows] <= np.log(2.0)).mean())

    return {
        "median_error_hours": _resampled(
            lambda rows: float(np.median(error[rows])), len(hours), seed
        ),
        "mean_error_hours": _resampled(lambda rows: float(error[rows].mean()), len(hours), seed),
        "within_factor_2": _resampled(within, len(hours), seed),
        "rank_correlation": _resampled(
            lambda rows: _rank(hours[rows], told[rows]), len(hours), seed
        ),
    }


def _rank(hours: Floats, told: Floats) -> float:
    return float(stats.spearmanr(hours, told).statistic)


def _resampled(score: Any, n: int, seed: int) -> Score:
    """Return a score with a bootstrap interval over the rows tested."""
    random = np.random.default_rng(seed)
    draws: Sequence[float] = [score(random.integers(0, n, n)) for _ in range(_N_DRAWS)]
    low, high = np.quantile(draws, [0.025, 0.975])
    return Score(mean=score(np.arange(n)), ci95=(float(low), float(high)), n=n)

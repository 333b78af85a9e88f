"""Whom an action changes: T-, X- and DR-learners, and how well they rank people."""

from __future__ import annotations

from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from analytics.learning.scores import Bools, Floats

Learner = Literal["T", "X", "DR"]
LEARNERS: Final[tuple[Learner, ...]] = ("T", "X", "DR")
_PROPENSITY_REACH: Final = (0.05, 0.95)
_INNER_FOLDS: Final = 3


def out_of_fold_uplift(
    table: pd.DataFrame, treated: Bools, outcome: Floats, *, n_folds: int, seed: int
) -> tuple[dict[Learner, Floats], Floats]:
    """Predict each row's uplift by models that had not seen it.

    T: one model of the outcome for each group, and their difference. X (Künzel et al. 2019):
    effects imputed from the other group's model, learnt again and weighted by the propensity.
    DR (Kennedy 2023): a regression on the doubly robust score, whose models come from inner folds.

    Parameters
    ----------
    table : DataFrame, shape (n_rows, n_columns)
        float64 with NaN, or words without missing cells.
    treated, outcome : ndarray, shape (n_rows,)
        Who was treated; an outcome of 0 and 1, or any number.

    Returns
    -------
    tuple
        Uplift by learner and propensity, each of shape (n_rows,).
    """
    found: dict[Learner, Floats] = {name: np.zeros(len(outcome)) for name in LEARNERS}
    propensity = np.zeros(len(outcome))
    strata = _strata(treated, outcome)
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
    for train, test in folds.split(table, strata):
        here, t, y = table.iloc[train], treated[train], outcome[train]
        there = table.iloc[test]
        e_model = _propensity_model(here, t)
        propensity[test] = _propensity(e_model, there)
        treated_model = _outcome_model(here[t], y[t], seed)
        control_model = _outcome_model(here[~t], y[~t], seed)
        found["T"][test] = _mean(treated_model, there) - _mean(control_model, there)
        of_treated = _effect_model(here[t], y[t] - _mean(control_model, here[t]), seed)
        of_control = _effect_model(here[~t], _mean(treated_model, here[~t]) - y[~t], seed)
        e = propensity[test]
        found["X"][test] = e * of_control.predict(there) + (1 - e) * of_treated.predict(there)
        score = _doubly_robust(here, t, y, seed=seed)
        found["DR"][test] = _effect_model(here, score, seed).predict(there)
    return found, propensity


def qini_curve(uplift: Floats, treated: Bools, outcome: Floats) -> Floats:
    """Return the gain of treating the best-ranked k, over the number of rows, shape (n_rows + 1,).

    Gain(k) = (mean of the treated among the k − mean of the untreated among them) · k / n. Equal
    predictions are drawn as a straight line.
    """
    order = np.argsort(-uplift, kind="stable")
    t, y = treated[order].astype(np.float64), outcome[order]
    n_t, n_c = np.cumsum(t), np.cumsum(1 - t)
    sum_t, sum_c = np.cumsum(t * y), np.cumsum((1 - t) * y)
    k = np.arange(1, len(y) + 1)
    mean_t = np.divide(sum_t, n_t, out=np.zeros_like(sum_t), where=n_t > 0)
    mean_c = np.divide(sum_c, n_c, out=np.zeros_like(sum_c), where=n_c > 0)
    gain = np.where((n_t > 0) & (n_c > 0), (mean_t - mean_c) * k / len(y), 0.0)
    ends = np.append(np.flatnonzero(np.diff(uplift[order])) + 1, len(y))
    return np.asarray(
        np.interp(np.arange(len(y) + 1), np.append(0, ends), np.append(0.0, gain[ends - 1]))
    )


def qini(uplift: Floats, treated: Bools, outcome: Floats) -> float:
    """Return the area between the gain curve and the straight line of treating at random.

    References
    ----------
    Radcliffe (2007), Using control groups to target on predicted lift.
    """
    curve = qini_curve(uplift, treated, outcome)
    line = np.linspace(0.0, curve[-1], len(curve))
    return float((curve - line).mean())


def bootstrap(
    uplift: Floats, treated: Bools, outcome: Floats, *, n_draws: int, seed: int
) -> tuple[float, float]:
    """Return the 95 % interval of the Qini over draws of rows."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(n_draws):
        rows = random.integers(0, len(outcome), len(outcome))
        if 0 < int(treated[rows].sum()) < len(rows):
            found.append(qini(uplift[rows], treated[rows], outcome[rows]))
    low, high = np.quantile(found, (0.025, 0.975)).tolist()
    return low, high


def policy_scores(chosen: Bools, treated: Bools, outcome: Floats, propensity: Floats) -> Floats:
    """Return each row's share in the value of a policy, shape (n_rows,); their mean is the value.

    Inverse propensity weights of those who by chance got what the policy wants, made to add up
    to 1 in each group.
    """
    weight_t = treated / propensity
    weight_c = (~treated) / (1 - propensity)
    weight_t = weight_t / weight_t.mean()
    weight_c = weight_c / weight_c.mean()
    return np.asarray(np.where(chosen, weight_t, weight_c) * outcome)


def _strata(treated: Bools, outcome: Floats) -> Any:
    is_binary = set(np.unique(outcome).tolist()) <= {0.0, 1.0}
    return treated.astype(int) * 2 + (outcome.astype(int) if is_binary else 0)


def _columns() -> Any:
    words = OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=20, sparse_output=False
    )
    return make_column_transformer(
        (words, make_column_selector(dtype_include=object)), remainder="passthrough"
    )


def _outcome_model(table: pd.DataFrame, y: Floats, seed: int) -> Any:
    if set(np.unique(y).tolist()) == {0.0, 1.0}:
        trees = HistGradientBoostingClassifier(
            max_iter=60, max_leaf_nodes=6, learning_rate=0.06, min_samples_leaf=30,
            l2_regularization=5.0, early_stopping=False, random_state=seed,
        )  # fmt: skip
        return make_pipeline(_columns(), trees).fit(table, y.astype(int))
    return _effect_model(table, y, seed)


def _effect_model(table: pd.DataFrame, y: Floats, seed: int) -> Any:
    trees = HistGradientBoostingRegressor(
        max_iter=50, max_leaf_nodes=5, learning_rate=0.06, min_samples_leaf=40,
        l2_regularization=5.0, early_stopping=False, random_state=seed,
    )  # fmt: skip
    return make_pipeline(_columns(), trees).fit(table, y)


def _mean(model: Any, table: pd.DataFrame) -> Floats:
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(table)[:, 1])
    return np.asarray(model.predict(table))


def _propensity_model(table: pd.DataFrame, treated: Bools) -> Any:
    trees = HistGradientBoostingClassifier(
        max_iter=30, max_leaf_nodes=4, learning_rate=0.06, min_samples_leaf=50,
        l2_regularization=20.0, early_stopping=False, random_state=0,
    )  # fmt: skip
    return make_pipeline(_columns(), trees).fit(table, treated)


def _propensity(model: Any, table: pd.DataFrame) -> Floats:
    return np.asarray(np.clip(model.predict_proba(table)[:, 1], *_PROPENSITY_REACH))


def _doubly_robust(table: pd.DataFrame, treated: Bools, outcome: Floats, *, seed: int) -> Floats:
    score = np.zeros(len(outcome))
    folds = StratifiedKFold(_INNER_FOLDS, shuffle=True, random_state=seed)
    for train, test in folds.split(table, _strata(treated, outcome)):
        here, t, y = table.iloc[train], treated[train], outcome[train]
        there = table.iloc[test]
        e = _propensity(_propensity_model(here, t), there)
        of_treated = _mean(_outcome_model(here[t], y[t], seed), there)
        of_control = _mean(_outcome_model(here[~t], y[~t], seed), there)
        got = treated[test]
        residual = np.where(got, (outcome[test] - of_treated) / e, 0.0)
        residual -= np.where(got, 0.0, (outcome[test] - of_control) / (1 - e))
        score[test] = of_treated - of_control + residual
    return score

"""Causes of incidents from their symptoms: rivals, honest ceiling, symptoms for and against."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from analytics.learning.classes import Builders, Labelled

_LATE: Final = re.compile(
    r"(^|_)(closed?|resolved|resolution|sys_updated|sys_mod|fix(ed)?|postmortem|root_?cause)(_|$)",
    re.I,
)
_MOST_WORDS: Final = 60
_LEVELS: Final = 5
_FALSE_DISCOVERIES: Final = 0.05
_SMOOTHING: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """What the best of all models could reach on these rows."""

    accuracy: float
    """Share of rows that have the commonest cause among the rows with the same symptoms."""
    n_repeated: int
    """Rows that share their symptoms with another row."""
    n_disagreeing: int
    """Of them, those whose equals have several causes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """How often a symptom comes with a cause, and without it."""

    name: str
    share_with: float
    share_without: float
    log_odds: float
    """Above 0 it speaks for the cause, below against it."""
    p_value: float


def is_late(column: str) -> bool:
    """Return whether a column's name says that it is filled in when the cause is known."""
    return _LATE.search(re.sub(r"[\s.-]+", "_", column)) is not None


def rivals(table: pd.DataFrame, *, n_inner: int, seed: int) -> Builders:
    """Return the rivals, the simplest first, each calibrated on folds of its training rows.

    Parameters
    ----------
    table : DataFrame, shape (n_rows, n_features)
        Numbers and categories; missing values are allowed.
    n_inner : int
        Folds inside the training rows for the calibration (temperature), at least 2.
    seed : int
        Of forest, boosting and network.
    """

    def calibrated(build: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: CalibratedClassifierCV(
            make_pipeline(_columns(table), build()),
            method="temperature", cv=n_inner, ensemble=False,
        )  # fmt: skip

    return {
        "logistic regression": calibrated(lambda: LogisticRegression(C=1.0, max_iter=2_000)),
        "random forest": calibrated(
            lambda: RandomForestClassifier(60, min_samples_leaf=2, random_state=seed)
        ),
        "gradient boosting": calibrated(
            lambda: HistGradientBoostingClassifier(
                max_iter=40, learning_rate=0.1, max_leaf_nodes=15, random_state=seed
            )
        ),
        "neural network": calibrated(
            lambda: MLPClassifier((32,), alpha=0.1, max_iter=150, tol=1e-3, random_state=seed)
        ),
    }


def _columns(table: pd.DataFrame) -> ColumnTransformer:
    numbers = [name for name in table if table[name].dtype.kind == "f"]
    words = [name for name in table if table[name].dtype.kind != "f"]
    filled = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(filled, StandardScaler()), numbers),
            (
                "words",
                OneHotEncoder(
                    handle_unknown="infrequent_if_exist",
                    max_categories=_MOST_WORDS,
                    sparse_output=False,
                ),
                words,
            ),
        ]
    )


def ceiling(rows: Labelled) -> Ceiling:
    """Return the ceiling that rows with equal symptoms and different causes set."""
    if not len(rows.y):
        return Ceiling(accuracy=math.nan, n_repeated=0, n_disagreeing=0)
    keys = rows.table.apply(lambda column: pd.factorize(column, use_na_sentinel=False)[0])
    group = keys.groupby(list(keys.columns), sort=False).ngroup().to_numpy()
    counts = np.zeros((group.max() + 1, len(rows.classes)), dtype=np.int64)
    np.add.at(counts, (group, rows.y), 1)
    size, most = counts.sum(axis=1), counts.max(axis=1)
    return Ceiling(
        accuracy=float(most.sum() / size.sum()),
        n_repeated=int(size[size > 1].sum()),
        n_disagreeing=int(size[most < size].sum()),
    )


def symptoms(rows: Labelled, cause: int, *, most: int = _LEVELS) -> tuple[Symptom, ...]:
    """Return what speaks for and against a cause, the strongest first, at most `most` of each.

    Numbers of more than a few values are looked at as high (upper third) and low (lower third).
    Log odds are smoothed by one half (Haldane and Anscombe); what may be chance among all that was
    looked at is left out (Benjamini and Hochberg, 5 % false discoveries).
    """
    has_cause = rows.y == cause
    found = []
    for name, has_it in _signs(rows.table):
        n_with, n_without = int(has_cause.sum()), int((~has_cause).sum())
        a, b = int((has_it & has_cause).sum()), int((has_it & ~has_cause).sum())
        cells = np.array([a, n_with - a, b, n_without - b]) + _SMOOTHING
        log_odds = math.log(cells[0] * cells[3] / (cells[1] * cells[2]))
        error = math.sqrt(float((1 / cells).sum()))
        found.append(
            Symptom(
                name=name, share_with=a / max(n_with, 1), share_without=b / max(n_without, 1),
                log_odds=log_odds, p_value=float(2 * stats.norm.sf(abs(log_odds) / error)),
            )
        )  # fmt: skip
    found.sort(key=lambda each: (each.p_value, each.name))
    passed = [
        place
        for place, each in enumerate(found, start=1)
        if each.p_value <= _FALSE_DISCOVERIES * place / len(found)
    ]
    kept = found[: max(passed, default=0)]
    speaks_for = [each for each in kept if each.log_odds > 0][:most]
    against = [each for each in kept if each.log_odds < 0][:most]
    return (*speaks_for, *against)


def _signs(table: pd.DataFrame) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    """Return yes/no symptoms of all columns."""
    found: list[tuple[str, npt.NDArray[np.bool_]]] = []
    for column in table.columns:
        values = table[column]
        if values.dtype.kind == "f":
            numbers = values.to_numpy(dtype=np.float64)
            levels = np.unique(numbers[~np.isnan(numbers)])
            if 0 < len(levels) <= _LEVELS:
                found += [(f"{column} = {level:g}", numbers == level) for level in levels]
            elif len(levels):
                low, high = np.nanquantile(numbers, [1 / 3, 2 / 3])
                found.append((f"high {column} (≥ {high:.4g})", numbers >= high))
                found.append((f"low {column} (≤ {low:.4g})", numbers <= low))
        else:
            words = values.astype(object)
            commonest = words.value_counts().index[:_MOST_WORDS]
            found += [(f"{column} = {word}", (words == word).to_numpy(bool)) for word in commonest]
        if values.isna().any():
            found.append((f"{column} missing", values.isna().to_numpy(bool)))
    return found

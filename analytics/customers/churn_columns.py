"""Any table's columns for predicting who leaves: models that derive, scale and encode inside."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    SplineTransformer,
    StandardScaler,
)

from analytics.learning.scores import Bools, Floats
from analytics.learning.validation import log_odds

LOGISTIC: Final = "logistic regression"
BOOSTING: Final = "gradient boosting"
AVERAGE: Final = "average of both"
_MOST_PAIRED: Final = 5
_MIN_ALIKE: Final = 3
_MANY_VALUES: Final = 10


class Derived(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Adds ratios of amounts and counts of answers.

    Ratios: of each two of the first five numbers that are never negative and have many values,
    a / (b + 1) both ways (a charge per month of tenure). Counts: where three or more word columns
    have the same levels (yes, no), how many of them have each level (number of services).
    """

    def fit(self, table: pd.DataFrame, y: object = None) -> Derived:
        """Learn which columns pair and which words go together, from these rows alone."""
        numbers = [
            name
            for name in table.columns
            if pd.api.types.is_numeric_dtype(table[name])
            and table[name].nunique() > _MANY_VALUES
            and float(table[name].min()) >= 0.0
        ]
        self.paired_ = numbers[:_MOST_PAIRED]
        alike: dict[tuple[str, ...], list[str]] = {}
        for name in table.columns:
            if not pd.api.types.is_numeric_dtype(table[name]):
                levels = tuple(sorted(set(table[name].tolist())))
                alike.setdefault(levels, []).append(name)
        self.alike_ = {levels: names for levels, names in alike.items() if len(names) >= _MIN_ALIKE}
        return self

    def transform(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the table with the columns added."""
        added: dict[str, Any] = {}
        for a in self.paired_:
            for b in self.paired_:
                if a != b:
                    added[f"{a} / {b}"] = table[a] / (table[b] + 1.0)
        for number, (levels, names) in enumerate(self.alike_.items()):
            for level in levels:
                added[f"count {number} {level}"] = np.sum(
                    [table[name].to_numpy() == level for name in names], axis=0, dtype=np.float64
                )
        return pd.concat([table, pd.DataFrame(added, index=table.index)], axis=1)


class Average(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """The mean of fitted classifiers' log-odds."""

    def __init__(self, parts: tuple[Any, ...]) -> None:
        self.parts = parts

    def predict_proba(self, table: pd.DataFrame) -> Floats:
        """Return the probability of both classes, shape (n_rows, 2)."""
        score = np.mean([log_odds(part, table) for part in self.parts], axis=0)
        p = 1.0 / (1.0 + np.exp(-score))
        return np.column_stack([1.0 - p, p])


def fit_both(table: pd.DataFrame, y: Bools, *, seed: int) -> dict[str, Any]:
    """Fit logistic regression and boosted trees, and return them with their average.

    Parameters
    ----------
    table : DataFrame, shape (n_rows, n_columns)
        float64 columns with NaN, and word columns without missing cells.
    y : ndarray of bool, shape (n_rows,)
        Both classes are there.
    """
    logistic = _logistic().fit(table, y)
    boosting = _boosting(seed).fit(table, y)
    return {LOGISTIC: logistic, BOOSTING: boosting, AVERAGE: Average((logistic, boosting))}


def _logistic() -> Any:
    amounts = make_pipeline(
        FunctionTransformer(signed_log, feature_names_out="one-to-one"),
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
    )
    # Lines that bend: risk seldom grows evenly with tenure.
    bent = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        SplineTransformer(n_knots=5, knots="quantile", extrapolation="constant"),
    )
    words = OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=5, sparse_output=False
    )
    columns = ColumnTransformer(
        [
            ("words", words, make_column_selector(dtype_include=object)),
            ("amounts", amounts, make_column_selector(dtype_include=np.number)),
            ("bent", bent, many_valued),
        ]
    )
    return make_pipeline(Derived(), columns, LogisticRegression(C=0.3, max_iter=1000))


def signed_log(values: Any) -> Any:
    """Return the logarithm of 1 + |x| with the sign of x."""
    return np.sign(values) * np.log1p(np.abs(values))


def many_valued(table: pd.DataFrame) -> list[str]:
    """Return the numbers of the user's table with many values; derived ones are left out."""
    numbers = [name for name in table.columns if pd.api.types.is_numeric_dtype(table[name])]
    return [
        name
        for name in numbers
        if table[name].nunique() > _MANY_VALUES
        and " / " not in name
        and not name.startswith("count ")
    ]


def _boosting(seed: int) -> Any:
    words = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    columns = ColumnTransformer(
        [("words", words, make_column_selector(dtype_include=object))], remainder="passthrough"
    )
    trees = HistGradientBoostingClassifier(
        learning_rate=0.06,
        max_iter=120,
        max_leaf_nodes=6,
        min_samples_leaf=40,
        l2_regularization=5.0,
        max_features=0.3,
        early_stopping=False,
        random_state=seed,
    )
    return make_pipeline(Derived(), columns, trees)

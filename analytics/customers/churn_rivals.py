"""The rivals of the churn model, the simplest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

from analytics.customers.wording import load_features
from analytics.learning.validation import Rivals

LOGISTIC = "logistic regression"
BOOSTING = "gradient boosting"


def churn_rivals(columns: Sequence[str], *, seed: int) -> Rivals:
    """Return what makes each rival, unfitted.

    Parameters
    ----------
    columns : Sequence[str]
        Features that the leak guard let through.
    seed : int
        Of the boosting.

    Returns
    -------
    Rivals
        Logistic regression on scaled logarithms and one-hot words, and boosted trees. Everything
        that is learnt from data (medians, scales, word lists) is learnt inside the training fold.
    """
    words = [f.name for f in load_features() if f.name in columns and f.kind == "word"]
    numbers = [f.name for f in load_features() if f.name in columns and f.kind != "word"]

    def logistic() -> Any:
        # Counts and amounts are skewed; their logarithms are nearly even.
        prepared = make_pipeline(
            FunctionTransformer(np.log1p),
            SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
            StandardScaler(),
        )
        encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        columns_ = ColumnTransformer([("numbers", prepared, numbers), ("words", encoder, words)])
        return make_pipeline(columns_, LogisticRegression(C=0.1, max_iter=1000))

    def boosting() -> Any:
        # Numbered words, not "categorical" ones: a handful of levels needs no more splits, and the
        # preparation inside the trees would store functions, which are not trusted in a model.
        encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
        columns_ = ColumnTransformer(
            [("words", encoder, words), ("numbers", "passthrough", numbers)]
        )
        trees = HistGradientBoostingClassifier(
            learning_rate=0.08,
            max_iter=70,
            max_leaf_nodes=8,
            min_samples_leaf=60,
            l2_regularization=1.0,
            categorical_features=None,
            early_stopping=False,
            random_state=seed,
        )
        return make_pipeline(columns_, trees)

    return {LOGISTIC: logistic, BOOSTING: boosting}

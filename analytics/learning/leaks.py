"""The leak guard: columns that know the answer, or know it too late, are refused with a reason."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from analytics.learning.scores import Bools, Floats, Ints

MAX_SINGLE_AUC: Final = 0.95
MIN_POSITIVES: Final = 30
_SAME_AMONG_POSITIVES: Final = 0.98
_SAME_AMONG_NEGATIVES: Final = 0.80
_NAMES: Final = (
    (re.compile(r"churn|attrition"), "it is named after leaving itself"),
    (re.compile(r"(^|_)(closed|resolved|cancel(l)?ed|terminated|deactivated|left|ended)_"
                r"(at|on|date|time|month|reason|by)"), "it is filled in when something ends"),
    (re.compile(r"(^|_)(exit|leaving|termination|cancellation)"
                r"(_(at|on|date|time|month|reason|survey|code))?$"), "it is filled in at the end"),
    (re.compile(r"(^|_)(outcome|target|label|future|next)(_|$)"), "it is named after the outcome"),
    (re.compile(r"(^|(?<!marital)(?<!employment)_)(customer_)?status$"),
     "a status is today's and changes with the outcome"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A column that a model must not see."""

    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAt:
    """When the rows of a table were to be known."""

    cut_offs: pd.Series
    """The moment of each row's prediction, as naive UTC timestamps."""


def refused_columns(
    table: pd.DataFrame,
    y: Bools,
    groups: Ints,
    *,
    undated: Collection[str] = (),
    known_at: KnownAt | None = None,
) -> tuple[Refused, ...]:
    """Find the columns that leak the outcome.

    Parameters
    ----------
    table : DataFrame, shape (n_rows, n_columns)
        Candidate features: numbers, words, truth values or timestamps; missing values allowed.
    y : ndarray of bool, shape (n_rows,)
        The outcome.
    groups : ndarray of int64, shape (n_rows,)
        The customer of each row; a word's share of positives is learnt from other customers.
    undated : Collection[str]
        Columns that hold today's value rather than the value at the prediction.
    known_at : KnownAt, optional
        With it, a column of timestamps is refused when one lies on or after its row's cut-off.

    Returns
    -------
    tuple[Refused, ...]
        In the order of the columns, one reason each: the name speaks of the outcome; a moment
        lies after the cut-off; the column alone separates the outcome with a ROC-AUC above
        `MAX_SINGLE_AUC`; or an undated column has one value among nearly all positives and not
        among the rest, as a value has that is reset when a customer leaves. The last two need
        `MIN_POSITIVES` positive rows.
    """
    refused = []
    for column in table.columns:
        reason = _reason(str(column), table[column], y, groups, known_at)
        if reason is None and column in undated:
            reason = _reset_reason(table[column], y)
        if reason is not None:
            refused.append(Refused(column=str(column), reason=reason))
    return tuple(refused)


def _reason(
    name: str, values: pd.Series, y: Bools, groups: Ints, known_at: KnownAt | None
) -> str | None:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[\s.\-]+", "_", name).lower()
    for pattern, reason in _NAMES:
        if pattern.search(words):
            return f"{reason}, so it cannot be known beforehand"
    if pd.api.types.is_datetime64_any_dtype(values):
        if known_at is None:
            return None
        n_late = int((values >= known_at.cut_offs.to_numpy()).sum())
        return f"{n_late:,} of its moments lie on or after the cut-off" if n_late else None
    auc = single_auc(values, y, groups)
    if auc > MAX_SINGLE_AUC:
        return (
            f"alone it separates the outcome with a ROC-AUC of {auc:.3f}, above "
            f"{MAX_SINGLE_AUC}; honest columns do not"
        )
    return None


def single_auc(values: pd.Series, y: Bools, groups: Ints) -> float:
    """Return how well one column alone separates the outcome, 0.5 to 1.

    Numbers count by their order in either direction, on the rows that have one, and by being
    missing; words by the share of positives that other customers with the word have.
    0.5 when there are too few rows of either class to tell.
    """
    found = [0.5]
    missing = values.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(values):
        present = ~missing
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        found.append(_auc(y[present], numbers[present]))
    else:
        found.append(_auc(y, _shares_elsewhere(values, y, groups)))
    found.append(_auc(y, missing.astype(np.float64)))
    return max(max(auc, 1.0 - auc) for auc in found)


def _auc(y: Bools, score: Floats) -> float:
    if min(int(y.sum()), int((~y).sum())) < MIN_POSITIVES:
        return 0.5
    return float(roc_auc_score(y, score))


def _shares_elsewhere(values: pd.Series, y: Bools, groups: Ints) -> Floats:
    """Give each row the share of positives that its word has among the other half of customers."""
    words = values.astype("string").fillna("").astype(object)
    half = np.unique(groups, return_inverse=True)[1] % 2
    shares = np.full(len(y), float(y.mean()))
    for side in (0, 1):
        other = half != side
        by_word = pd.Series(y[other].astype(np.float64)).groupby(words[other].to_numpy()).mean()
        here = half == side
        shares[here] = words[here].map(by_word).fillna(float(y.mean())).to_numpy(dtype=np.float64)
    return shares


def _reset_reason(values: pd.Series, y: Bools) -> str | None:
    if int(y.sum()) < MIN_POSITIVES:
        return None
    words = values.astype("string").fillna("missing").to_numpy(dtype=object)
    names, n_each = np.unique(words[y].astype(str), return_counts=True)
    usual, share = str(names[n_each.argmax()]), float(n_each.max() / y.sum())
    elsewhere = float((words[~y] == usual).mean())
    if share >= _SAME_AMONG_POSITIVES and elsewhere < _SAME_AMONG_NEGATIVES:
        return (
            f"{share:.0%} of those who left have {usual!r} and {elsewhere:.0%} of the others: "
            "it looks reset on leaving"
        )
    return None

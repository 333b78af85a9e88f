"""Classes of tickets from their words: words, character runs and the look of a text.

Linear models on TF-IDF of words (one and two) and of character runs (two to five) are strong from
a few dozen labels on and need no encoder. Digits are made equal before, since numbers identify
messages and not classes; currency signs and exclamation marks stay words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from analytics.learning.classes import Builders
from analytics.learning.scores import Floats, Ints

TEXT: Final = "text"
_DIGIT: Final = re.compile(r"\d")
_WORD: Final = r"(?u)\b\w+\b|[£$€!?]"
_URL: Final = re.compile(r"https?:|www\.|\.(com|net|org|co\.uk)\b", re.I)
_LOOK_WEIGHT: Final = 0.05
_MOST_CHARACTERS: Final = 4_000


class Look(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """How a text looks: length, digits, capitals, currency, links, long numbers."""

    def fit(self, texts: Sequence[str], y: object = None) -> Look:
        """Nothing is learnt."""
        del texts, y
        return self

    def transform(self, texts: Sequence[str]) -> Any:
        """Return a sparse matrix of shape (n_texts, 7)."""
        rows = [_look(text) for text in texts]
        return sparse.csr_matrix(_LOOK_WEIGHT * np.array(rows, dtype=np.float64).reshape(-1, 7))


def _look(text: str) -> list[float]:
    n = max(len(text), 1)
    digits = sum(each.isdigit() for each in text)
    return [
        np.log1p(len(text)),
        np.log1p(digits),
        4 * sum(each.isupper() for each in text) / n,
        float(any(each in text for each in "£$€")),
        float(_URL.search(text) is not None),
        float(re.search(r"\d{5}", text) is not None),
        4 * digits / n,
    ]


def folded(text: str) -> str:
    """Return a text in lower case with all digits made equal."""
    return _DIGIT.sub("0", text[:_MOST_CHARACTERS].lower())


def first_column(table: pd.DataFrame) -> Sequence[str]:
    """Return the texts of a frame with one column."""
    texts: list[str] = table[TEXT].tolist()
    return texts


class Texts(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Takes the texts out of a frame."""

    def fit(self, table: pd.DataFrame, y: object = None) -> Texts:
        """Nothing is learnt."""
        del table, y
        return self

    def transform(self, table: pd.DataFrame) -> Sequence[str]:
        """Return the texts."""
        return first_column(table)


def rivals(*, n_inner: int, n_rows: int) -> Builders:
    """Return the rivals, the simplest first, each calibrated on folds of its training rows.

    Parameters
    ----------
    n_inner : int
        Folds inside the training rows for the calibration, at least 2.
    n_rows : int
        Rows to learn from: runs of characters that come once are kept when they are few.
    """

    def words() -> TfidfVectorizer:
        return TfidfVectorizer(
            preprocessor=folded, token_pattern=_WORD, ngram_range=(1, 2), sublinear_tf=True
        )

    def characters() -> TfidfVectorizer:
        return TfidfVectorizer(
            preprocessor=folded, analyzer="char", ngram_range=(2, 5), sublinear_tf=True,
            min_df=1 if n_rows < 500 else 2, dtype=np.float32,
        )  # fmt: skip

    def calibrated(features: Callable[[], Any], model: Callable[[], Any]) -> Callable[[], Any]:
        # The features are outside: their idf needs no labels, and is costly to fit again.
        return lambda: make_pipeline(
            Texts(),
            features(),
            CalibratedClassifierCV(model(), method="sigmoid", cv=n_inner, ensemble=False),
        )

    def both() -> Any:
        return make_union(words(), characters())

    def everything() -> Any:
        return make_union(words(), characters(), Look())

    return {
        "words, naive Bayes": calibrated(words, lambda: ComplementNB(alpha=0.3)),
        "words, linear": calibrated(words, lambda: LinearSVC(C=1.0)),
        "words and characters, linear": calibrated(both, lambda: LinearSVC(C=2.0)),
        "words, characters and look, linear": calibrated(everything, lambda: LinearSVC(C=2.0)),
        "words and characters, logistic": lambda: make_pipeline(
            Texts(), both(), LogisticRegression(C=20.0, max_iter=500)
        ),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Operating:
    """One point of the precision–coverage curve."""

    threshold: float
    coverage: float
    """Share of the rows whose confidence reaches the threshold."""
    precision: float
    """Share of them that are right."""


def precision_coverage(is_right: npt.NDArray[np.bool_], confidence: Floats) -> list[Operating]:
    """Return the curve at twenty coverages, the surest rows first; empty without rows."""
    order = np.argsort(-confidence, kind="stable")
    right = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)
    found = []
    for share in np.linspace(0.05, 1.0, 20):
        last = int(np.ceil(share * len(order))) - 1
        if last >= 0:
            found.append(
                Operating(
                    threshold=float(confidence[order[last]]),
                    coverage=float((last + 1) / len(order)),
                    precision=float(right[last]),
                )
            )
    return found


def automatic(
    is_right: npt.NDArray[np.bool_], confidence: Floats, precision: float
) -> Operating | None:
    """Return the lowest threshold with at least this precision among the rows above it."""
    order = np.argsort(-confidence, kind="stable")
    right = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)
    is_end = np.append(confidence[order][1:] != confidence[order][:-1], True)
    places = np.flatnonzero((right >= precision) & is_end)
    if not len(places):
        return None
    last = int(places[-1])
    return Operating(
        threshold=float(confidence[order[last]]),
        coverage=(last + 1) / len(order),
        precision=float(right[last]),
    )


def recall_at_false_alarms(y: Ints, p: Floats, positive: int, share: float) -> float:
    """Return the recall of a class at a threshold that lets through so few others."""
    other = np.sort(p[y != positive, positive])[::-1]
    allowed = int(share * len(other))
    threshold = other[allowed] if allowed < len(other) else -np.inf
    return float((p[y == positive, positive] > threshold).mean())

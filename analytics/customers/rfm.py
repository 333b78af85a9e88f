"""Recency, frequency and money: scores from 1 to 5 and the segments that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

N_SCORES: Final = 5
NEVER: Final = "never bought"
ONCE: Final = "bought once"

_NAMES: Final = (
    ("champions", 4, 5, 4, 5),
    ("loyal", 3, 5, 3, 5),
    ("promising", 3, 5, 1, 2),
    ("at risk", 1, 2, 3, 5),
    ("hibernating", 1, 2, 1, 2),
)
"""Name, lowest and highest recency score, lowest and highest mean of frequency and money; the
first that fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RfmScores:
    """Scores of customers, each of shape (n_rows,), 1 to 5."""

    recency: Ints
    """5 for those who bought last."""
    frequency: Ints
    money: Ints
    names: npt.NDArray[np.object_]
    """The segment of each customer."""


def quantile_scores(values: Floats, *, low_is_good: bool = False) -> Ints:
    """Score values from 1 to 5 by their mean rank, shape (n_rows,).

    Equal values have equal scores, so fifths may differ in size where many customers have the
    same value. NaN scores 1.
    """
    scores = np.ones(len(values), dtype=np.int64)
    known = ~np.isnan(values)
    if known.any():
        given = -values[known] if low_is_good else values[known]
        share = (rankdata(given, method="average") - 0.5) / int(known.sum())
        scores[known] = np.minimum((share * N_SCORES).astype(np.int64) + 1, N_SCORES)
    return scores


def rfm_scores(recency_days: Floats, frequency: Floats, money: Floats) -> RfmScores:
    """Score customers and name their segments.

    Customers without a purchase are a segment of their own, and those with one another, whatever
    the scores say: only from the second purchase on is there a habit to speak of. Both rules hold
    only where frequencies are whole numbers.

    Parameters
    ----------
    recency_days : ndarray, shape (n_rows,)
        Days since the last purchase, or NaN; fewer is better.
    frequency, money : ndarray, shape (n_rows,)
        Number of purchases, and what was spent; NaN counts as none.
    """
    count = np.nan_to_num(frequency)
    bought = count > 0
    r = quantile_scores(np.where(bought, recency_days, np.nan), low_is_good=True)
    f = quantile_scores(np.where(bought, frequency, np.nan))
    m = quantile_scores(np.where(bought, money, np.nan))
    both = np.floor((f + m) / 2 + 0.5)
    names = np.full(len(r), _NAMES[-1][0], dtype=object)
    for name, low, high, least, most in reversed(_NAMES):
        names[(r >= low) & (r <= high) & (both >= least) & (both <= most)] = name
    if (count == np.floor(count)).all():
        names[count == 1] = ONCE
        names[~bought] = NEVER
    return RfmScores(recency=r, frequency=f, money=m, names=names)

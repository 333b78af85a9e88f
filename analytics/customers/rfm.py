"""Recency, frequency and money: scores from 1 to 5 and the segments that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

N_SCORES: Final = 5
NEVER: Final = "never bought"
ONCE: Final = "bought once"
SEGMENTS: Final = (
    "champions", "loyal", "promising", ONCE, "at risk", "hibernating", NEVER
)  # fmt: skip
"""All segments, from the best down."""
_ROUNDING: Final = 1e-9
"""What a rank may lose when it is divided."""

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
    return _scored(np.sort(values[~np.isnan(values)]), values, low_is_good=low_is_good)


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
    yardstick = yardstick_of(recency_days, frequency, money, bought=count > 0)
    ever = count if (count == np.floor(count)).all() else np.full(len(count), np.inf)
    return scores_by(yardstick, (recency_days, frequency, money), ever, bought=count > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """What customers are measured against: the sorted values of those who bought."""

    recency_days: Floats
    frequency: Floats
    money: Floats


def yardstick_of(
    recency_days: Floats, frequency: Floats, money: Floats, *, bought: npt.NDArray[np.bool_]
) -> Yardstick:
    """Keep the values of the customers who bought, to score others, or the same ones later."""

    def known(values: Floats) -> Floats:
        kept = values[bought]
        return np.sort(kept[~np.isnan(kept)])

    return Yardstick(
        recency_days=known(recency_days), frequency=known(frequency), money=known(money)
    )


def scores_by(
    yardstick: Yardstick,
    values: tuple[Floats, Floats, Floats],
    n_ever: Floats,
    *,
    bought: npt.NDArray[np.bool_],
) -> RfmScores:
    """Score customers by a yardstick and name their segments.

    With the yardstick of the same customers this is `rfm_scores`; with an older one a customer
    changes segment only by what that customer did, not because the others changed.

    Parameters
    ----------
    values : tuple of three ndarrays, shape (n_rows,)
        Recency in days, frequency and money; NaN counts as the worst.
    n_ever : ndarray, shape (n_rows,)
        Purchases ever: 0 and 1 are segments of their own; infinite where that is not known.
    bought : ndarray of bool, shape (n_rows,)
        Who has anything to score.
    """
    recency, frequency, money = (np.where(bought, each, np.nan) for each in values)
    r = _scored(yardstick.recency_days, recency, low_is_good=True)
    f = _scored(yardstick.frequency, frequency)
    m = _scored(yardstick.money, money)
    both = np.floor((f + m) / 2 + 0.5)
    names = np.full(len(r), _NAMES[-1][0], dtype=object)
    for name, low, high, least, most in reversed(_NAMES):
        names[(r >= low) & (r <= high) & (both >= least) & (both <= most)] = name
    names[n_ever == 1] = ONCE
    names[n_ever == 0] = NEVER
    return RfmScores(recency=r, frequency=f, money=m, names=names)


def _scored(reference: Floats, values: Floats, *, low_is_good: bool = False) -> Ints:
    """Score 1 to 5 by the mean rank that a value has among the reference; NaN scores 1."""
    scores = np.ones(len(values), dtype=np.int64)
    known = ~np.isnan(values)
    if known.any() and len(reference):
        below = np.searchsorted(reference, values[known], side="left")
        upto = np.searchsorted(reference, values[known], side="right")
        share = (below + upto) / 2 / len(reference)
        share = 1.0 - share if low_is_good else share
        scores[known] = np.minimum((share * N_SCORES + _ROUNDING).astype(np.int64) + 1, N_SCORES)
    return scores

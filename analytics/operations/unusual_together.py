"""What is unusual in several readings of one service taken together, told from the past alone.

Each reading may lie within its usual scatter while all of them together do not: more requests with
less load, say. How far off they are together is the Mahalanobis distance (1936) of their
deviations, with the correlations of the four weeks before; each reading's part in it is what it
adds to the squared distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

Floats = npt.NDArray[np.float64]

LEAST_READINGS: Final = 2
CHANCE: Final = 1e-5
"""Of an hour as far off by chance, were the deviations normal; chosen for about one false alarm a
service in four months, see docs/quality.md."""
_WEEKS: Final = 4
_SHRUNK: Final = 0.2
"""Part of the correlations that is given up for none at all."""
_CAP: Final = 3.0
_MOST: Final = 8.0
_TOGETHER: Final = 12
_LEAST_ROWS: Final = 2
_ONE_ALONE: Final = 0.8
_LATEST: Final = 3
_LEAST_SPREAD: Final = 0.1
"""Squared, in usual scatters: what never moved must not make everything unusual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """Rows `[start, end)` in which readings are unusual together."""

    start: int
    end: int
    peak: int
    distance: float
    """At the peak, in units in which the threshold is 1."""
    parts: tuple[tuple[int, float], ...]
    """Reading and its share of the squared distance over the rows, the largest first."""


def together(sigmas: Sequence[Floats], *, week: int, first: int = 0) -> tuple[Joint, ...]:
    """Look for stretches in which readings are unusual together.

    Parameters
    ----------
    sigmas : sequence of ndarray, each of shape (n,)
        How far each reading is off what is usual, in usual scatters; NaN where it is not known,
        which counts as usual.
    week : int
        Rows of a week.
    first : int
        Row from which on stretches are told.

    Returns
    -------
    tuple of Joint
        In order of time; none with fewer than two readings, or in the first four weeks.
    """
    if len(sigmas) < LEAST_READINGS:
        return ()
    off = np.clip(np.nan_to_num(np.array(sigmas, dtype=np.float64)), -_MOST, _MOST)
    # What lasts counts: the mean of the latest three rows.
    off = pd.DataFrame(off.T).rolling(_LATEST, min_periods=1).mean().to_numpy().T
    ratio, parts = _distances(off, week)
    found = []
    for start, end in _stretches(ratio >= 1.0):
        if end <= first or (ratio[start:end] >= 1.0).sum() < _LEAST_ROWS:
            continue
        shares = np.maximum(parts[:, start:end], 0.0).sum(axis=1)
        order = np.argsort(-shares, kind="stable")
        if shares[order[0]] > _ONE_ALONE * shares.sum():
            continue  # that is one reading's own affair
        peak = start + int(np.argmax(ratio[start:end]))
        found.append(
            Joint(
                start=start, end=end, peak=peak, distance=float(ratio[peak]),
                parts=tuple((int(each), float(shares[each] / shares.sum())) for each in order),
            )
        )  # fmt: skip
    return tuple(found)


def _distances(off: Floats, week: int) -> tuple[Floats, Floats]:
    """Return distances over the threshold, and what each reading adds to their squares."""
    k, n = off.shape
    squares, parts = np.zeros(n), np.zeros((k, n))
    rows = _WEEKS * week
    for begin in range(rows, n, week):
        past = np.clip(off[:, begin - rows : begin], -_CAP, _CAP)
        inverse = np.linalg.inv(_moments(past))
        now = off[:, begin : begin + week]
        parts[:, begin : begin + week] = now * (inverse @ now)
        squares[begin : begin + week] = parts[:, begin : begin + week].sum(axis=0)
    seen = pd.Series(np.where(np.arange(n) < rows, np.nan, squares)).shift(1)
    middle = seen.rolling(rows, min_periods=week).median().to_numpy()
    scale = np.maximum(middle / stats.chi2.median(k), 1.0)
    limit = scale * stats.chi2.isf(CHANCE, k)
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.sqrt(squares / limit)), parts


def _moments(past: Floats) -> Floats:
    """Return second moments about 0, shrunk towards readings that have nothing to do together."""
    found = past @ past.T / past.shape[1]
    own = np.diag(np.maximum(np.diag(found), _LEAST_SPREAD))
    return np.asarray((1 - _SHRUNK) * found + _SHRUNK * own)


def _stretches(marks: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    rows = np.flatnonzero(marks)
    if not len(rows):
        return []
    cuts = np.flatnonzero(np.diff(rows) > _TOGETHER + 1) + 1
    return [(int(part[0]), int(part[-1]) + 1) for part in np.split(rows, cuts)]

"""How far each value of a series is from what its own past would let one expect, four ways.

Every function sees the past alone: a value's deviation does not change when later values do.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SEASONS_MEDIAN = 7
SEASONS_NEAREST = 14
SLACK_STEPS = 8
"""So many steps earlier or later a season may repeat itself."""
PROFILE_LENGTHS = (3, 48)
HISTORY_STEPS = 25_000
"""So far back the profile looks, which bounds the work for each value."""


def from_season_median(values: Floats, season: int) -> Floats:
    """Return the distance to the median of the same moment in the seven seasons before.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Without gaps.
    season : int
        Steps of a season (a day, mostly); 0 for none.

    Returns
    -------
    ndarray, shape (n,)
        ≥ 0; 0 in the first season and without one.
    """
    n = len(values)
    if season < 1 or n <= season:
        return np.zeros(n)
    earlier = np.full((SEASONS_MEDIAN, n), np.nan)
    for back in range(1, SEASONS_MEDIAN + 1):
        lag = back * season
        if lag < n:
            earlier[back - 1, lag:] = values[:-lag]
    expected = np.nanmedian(earlier[:, season:], axis=0)
    return np.concatenate([np.zeros(season), np.abs(values[season:] - expected)])


def from_season_nearest(values: Floats, season: int) -> Floats:
    """Return the distance to the nearest value about the same moment in fourteen seasons before.

    Small for everything that has been seen at such a time once, however rare.

    Parameters
    ----------
    values, season
        As in `from_season_median`.
    """
    n = len(values)
    nearest = np.full(n, np.nan)
    for back in range(1, SEASONS_NEAREST + 1) if season >= 1 else ():
        for slack in range(-SLACK_STEPS, SLACK_STEPS + 1):
            lag = back * season + slack
            if 0 < lag < n:
                distance = np.abs(values[lag:] - values[:-lag])
                nearest[lag:] = np.fmin(nearest[lag:], distance)
    return np.asarray(np.nan_to_num(nearest))


def from_nearest_shape(values: Floats, length: int) -> Floats:
    """Return the distance of the latest stretch of values to the most similar one before it.

    The left matrix profile without normalising, so that a level counts as well as a shape:
    root mean square over the stretch, the two not overlapping.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Without gaps.
    length : int
        Of a stretch, ≥ 1.

    Returns
    -------
    ndarray, shape (n,)
        ≥ 0; 0 until two stretches have passed.

    References
    ----------
    Yeh et al. (2016), Matrix profile I; the dot products follow each other as in STOMP.
    """
    n, k = len(values), len(values) - length + 1
    found = np.zeros(n)
    if k <= length:
        return found
    # A constant more or less changes no distance, and small numbers lose fewer digits.
    x = values - values[0]
    squares = np.concatenate([[0.0], np.cumsum(x * x)])
    energy = squares[length:] - squares[:-length]
    first = np.correlate(x, x[:length], mode="valid")
    dots = first.copy()
    for row in range(1, k):
        last = max(0, row - HISTORY_STEPS)
        end = min(k, row + 1)
        dots[last + 1 : end] = (
            dots[last : end - 1]
            - x[row - 1] * x[last : end - 1]
            + x[row + length - 1] * x[last + length : end + length - 1]
        )
        if last == 0:
            dots[0] = first[row]
        until = row - length + 1
        if until > last:
            apart = energy[row] + energy[last:until] - 2.0 * dots[last:until]
            found[row + length - 1] = max(float(apart.min()), 0.0)
    return np.asarray(np.sqrt(found / length))

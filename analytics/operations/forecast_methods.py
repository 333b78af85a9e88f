"""Ways to forecast a series, in numpy: from the last value to learnt lags.

Each takes a series of shape (n,), the lengths of its seasons in rows (longest first, empty for
none) and a horizon, and returns shape (horizon,). Seasonal naive; exponential smoothing with a
damped trend and an additive season (Holt and Winters; Hyndman et al. 2008); Theta (Assimakopoulos
and Nikolopoulos 2000) on the series without its season; several seasons at once by means of
phases (after MSTL, Bandara et al. 2021); Croston's method with the correction of Syntetos and
Boylan (2005) for series that are mostly 0; the same time a year ago times the growth since, which
knows the year's season from less than the two years that a season takes to be learnt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Seasons = tuple[int, ...]
Method = Callable[[Floats, Seasons, int], Floats]

_MOST_SEASONS: Final = 12
_MOST_ROWS: Final = 2_000
_ALPHAS: Final = (0.02, 0.1, 0.3, 0.6, 0.9)
_BETAS: Final = (0.0, 0.05)
_GAMMAS: Final = (0.05, 0.2)
_DAMPING: Final = 0.98
_MOSTLY_ZERO: Final = 0.3
_PHASE_ROWS: Final = 6
_GROWTH_PART: Final = 6
"""The growth since a year ago is that of the last sixth of a year."""


def naive(y: Floats, seasons: Seasons, horizon: int) -> Floats:
    """Go on with the last value."""
    del seasons
    return np.full(horizon, y[-1])


def seasonal_naive(y: Floats, seasons: Seasons, horizon: int) -> Floats:
    """Repeat the last season; the last value without one."""
    if not seasons:
        return naive(y, seasons, horizon)
    return np.resize(y[-seasons[0] :], horizon)


def mean(y: Floats, seasons: Seasons, horizon: int) -> Floats:
    """Go on with the mean of the latest seasons."""
    rows = 4 * seasons[0] if seasons else 100
    return np.full(horizon, y[-rows:].mean())


def smoothing(y: Floats, seasons: Seasons, horizon: int) -> Floats:
    """Exponential smoothing of level, damped trend and season, weights by one-step errors."""
    season = seasons[-1] if seasons else 1
    y = y[-max(_MOST_SEASONS * season, _MOST_ROWS // 2) :]
    return smoothings(y, seasons, horizon, [len(y)])[0]


def is_whole(y: Floats, seasons: Seasons) -> bool:
    """Say whether `smoothing` looks at all of a series, so that `smoothings` comes to the same."""
    return len(y) <= max(_MOST_SEASONS * (seasons[-1] if seasons else 1), _MOST_ROWS // 2)


def smoothings(
    y: Floats, seasons: Seasons, horizon: int, origins: Sequence[int]
) -> tuple[Floats, ...]:
    """Smooth once and forecast from several rows, each knowing only what is before it.

    Parameters
    ----------
    y, seasons, horizon
        As of every method.
    origins : Sequence[int]
        Ascending rows, each at least one season after the start and at most `len(y)`.

    Returns
    -------
    tuple of ndarray
        One for each origin, each of shape (horizon,).
    """
    season = seasons[-1] if seasons else 1
    gammas = _GAMMAS if seasons else (0.0,)
    alpha, beta, gamma = np.array(list(product(_ALPHAS, _BETAS, gammas))).T
    first = y[: 2 * season] if seasons else y[:1]
    level = np.full(len(alpha), first.mean())
    trend = np.zeros(len(alpha))
    phases = np.zeros((season, len(alpha)))
    if seasons:
        phases += (first.reshape(-1, season).mean(axis=0) - first.mean())[:, None]
    error = np.zeros(len(alpha))
    wanted, found = set(origins), []
    ahead = np.cumsum(_DAMPING ** np.arange(1, horizon + 1))
    for row in range(origins[-1] + 1):
        if row in wanted:
            best = int(np.argmin(error))
            rows = (row + np.arange(horizon)) % season
            found.append(level[best] + ahead * trend[best] + phases[rows, best])
        if row == origins[-1]:
            break
        phase = phases[row % season]
        expected = level + _DAMPING * trend
        miss = y[row] - expected - phase
        # The first seasons set the state; what they miss says nothing of the weights.
        if row >= 2 * season:
            error += miss * miss
        level = expected + alpha * miss
        trend = _DAMPING * trend + beta * alpha * miss
        phases[row % season] = phase + gamma * (1 - alpha) * miss
    return tuple(found)


def year_ago(y: Floats, seasons: Seasons, horizon: int, *, year: int) -> Floats:
    """Repeat the rows of a year ago, each with its neighbours, times the growth since.

    Parameters
    ----------
    y, seasons, horizon
        As of every method; at least `rows_for_year(year)` rows.
    year : int
        Rows of a year; whole weeks where the rows are days.
    """
    n, part = len(y), max(2, year // _GROWTH_PART)
    season = seasons[-1] if seasons else 1
    back = year * -(-horizon // year)
    rows = n - back + np.arange(horizon)
    near = [rows, np.maximum(rows - season, 0), np.minimum(rows + season, n - 1)]
    earlier = np.mean([y[each] for each in near], axis=0) if season > 1 else y[rows]
    then, now = float(y[n - part - year : n - year].mean()), float(y[n - part :].mean())
    if then > 0 and now > 0:
        return np.asarray(earlier * (now / then))
    return np.asarray(earlier + (now - then))


def rows_for_year(year: int) -> int:
    """Return the rows that `year_ago` needs."""
    return year + max(2, year // _GROWTH_PART)


def theta(y: Floats, seasons: Seasons, horizon: int) -> Floats:
    """Theta: half of the trend's line and the smoothed level, on the series without its season."""
    return _deseasoned(y, seasons[-1:], horizon)


def several_seasons(y: Floats, seasons: Seasons, horizon: int) -> Floats:
    """Take off all seasons, one after the other, and forecast the rest by Theta."""
    return _deseasoned(y, seasons[::-1], horizon)


def line(y: Floats, seasons: Seasons, horizon: int) -> Floats:
    """Go on with a straight line through the latest rows, and with the season."""
    return _deseasoned(y, seasons[-1:], horizon, _straight)


def croston(y: Floats, seasons: Seasons, horizon: int) -> Floats:
    """Smooth sizes and gaps of what is not 0."""
    del seasons
    places = np.flatnonzero(y)
    if not len(places):
        return np.zeros(horizon)
    gaps = np.diff(np.concatenate([[-1], places]))
    size, gap, weight = float(y[places[0]]), float(gaps[0]), 0.1
    for place, each in zip(places[1:], gaps[1:], strict=True):
        size += weight * (float(y[place]) - size)
        gap += weight * (float(each) - gap)
    return np.full(horizon, (1 - weight / 2) * size / gap)


def methods_for(y: Floats, seasons: Seasons, year: int = 0) -> dict[str, Method]:
    """Return the methods that fit a series, by name, the simplest first.

    `year` is how many rows a year has; with 0 nothing is compared with a year ago.
    """
    found: dict[str, Method] = {"naive": naive, "mean": mean}
    if seasons:
        found["seasonal naive"] = seasonal_naive
    found |= {"line": line, "theta": theta, "exponential smoothing": smoothing}
    if len(seasons) > 1:
        found["several seasons"] = several_seasons
    if y.min() >= 0 and (y == 0).mean() > _MOSTLY_ZERO:
        found["croston"] = croston
    if year and len(y) >= rows_for_year(year):
        found["a year ago"] = partial(year_ago, year=year)
    return found


def _straight(y: Floats, horizon: int) -> Floats:
    slope, start = np.polyfit(np.arange(len(y)), y, 1)
    return np.asarray(start + slope * (len(y) + np.arange(horizon)))


def _deseasoned(
    y: Floats,
    seasons: Seasons,
    horizon: int,
    rest_method: Callable[[Floats, int], Floats] | None = None,
) -> Floats:
    longest = max(seasons, default=1)
    y = y[-max(_MOST_SEASONS * longest, _MOST_ROWS // 2) :]
    rest, future = y.astype(np.float64), np.zeros(horizon)
    for season in seasons:
        if len(rest) < 2 * season:
            continue
        phases = _phases(rest, season)
        rest = rest - np.resize(phases, len(rest))
        future += phases[(len(rest) + np.arange(horizon)) % season]
    return (rest_method or _theta)(rest, horizon) + future


def _phases(y: Floats, season: int) -> Floats:
    """Return the mean deviation of each phase of a season from the level around it."""
    n = len(y) // season
    levels = y[len(y) - n * season :].reshape(n, season).mean(axis=1)
    start = len(y) - n * season
    centres = start + season * np.arange(n) + (season - 1) / 2
    level = np.interp(np.arange(len(y)), centres, levels)
    rows = np.arange(len(y)) % season
    recent = np.arange(len(y)) >= len(y) - max(_PHASE_ROWS * season, 2 * season)
    sums = np.bincount(rows[recent], weights=(y - level)[recent], minlength=season)
    phases = sums / np.maximum(np.bincount(rows[recent], minlength=season), 1)
    return np.asarray(phases - phases.mean())


def _theta(y: Floats, horizon: int) -> Floats:
    n = len(y)
    rows = np.arange(n) - (n - 1) / 2
    slope = float((rows * (y - y.mean())).sum() / max((rows * rows).sum(), 1e-12))
    # Level after each row, as of exponential smoothing that starts with the first value.
    errors, levels = [], []
    for alpha in _ALPHAS:
        smooth = _smoothed(y, alpha)
        errors.append(float(((y[1:] - smooth[:-1]) ** 2).sum()))
        levels.append(float(smooth[-1]))
    level = levels[int(np.argmin(errors))]
    return np.asarray(level + slope / 2 * np.arange(1, horizon + 1))


def _smoothed(y: Floats, alpha: float) -> Floats:
    from scipy.signal import lfilter

    start = np.array([(1 - alpha) * y[0]])
    rest, _ = lfilter([alpha], [1.0, alpha - 1.0], y[1:], zi=start)
    return np.concatenate([y[:1], rest])

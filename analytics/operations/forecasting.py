"""Forecast of one series: rivals by rolling origins, and intervals from what they missed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.operations.forecast_methods import Floats, Method, Seasons, methods_for, naive

MIN_BACKTEST_ROWS: Final = 12
_RANKING_WINDOWS: Final = 6
_MOST_WINDOWS: Final = 40
_MOST_STEPS: Final = 60_000
"""Rows that all windows of the chosen method may go through: bounds the time for long series."""
_ENOUGH_ROWS: Final = 0.4
_WIDE: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A method and its mean absolute scaled error over the windows, ascending is better."""

    name: str
    mase: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What is expected, shape (horizon,), with an interval for each level."""

    model: str
    rivals: tuple[Rival, ...]
    """Best first; empty when the series is too short for a backtest."""
    n_windows: int
    expected: Floats
    intervals: dict[float, tuple[Floats, Floats]]
    """Level (0 to 1) → lower and upper ends."""
    coverage: dict[float, float]
    """Level → share of the backtest's values inside, each window by the other windows."""
    note: str


def forecast(y: Floats, seasons: Seasons, horizon: int, levels: Sequence[float]) -> Forecast:
    """Choose a method by rolling origins, forecast, and take intervals from its misses.

    Parameters
    ----------
    y : ndarray of float64, shape (n_rows,)
        Evenly spaced, without gaps; at least two values.
    seasons : tuple of int
        Lengths in rows, longest first; each fits at least twice into `y`.
    horizon : int
        Rows ahead, > 0.
    levels : Sequence[float]
        Of the intervals, each between 0 and 1.

    Notes
    -----
    Intervals are split-conformal (Vovk et al. 2005) over the windows' misses: of a step and its
    neighbours, never narrower than at the step before.
    """
    if np.ptp(y) == 0:
        return _flat(y, horizon, levels, "the series never changed")
    origins = _origins(len(y), seasons, horizon, _RANKING_WINDOWS)
    if len(origins) < 2:
        return _short(y, horizon, levels)
    methods = methods_for(y[: origins[0]], seasons)
    scale = _scale(y[: origins[0]], seasons)
    misses = {name: _misses(y, each, seasons, horizon, origins) for name, each in methods.items()}
    rivals = [
        Rival(name=name, mase=float(np.nanmean(np.abs(each))) / scale)
        for name, each in misses.items()
    ]
    ranked = tuple(sorted(rivals, key=lambda each: each.mase))
    chosen = ranked[0].name
    n_windows = max(_RANKING_WINDOWS, min(_MOST_WINDOWS, _MOST_STEPS // len(y)))
    more = _origins(len(y), seasons, horizon, n_windows)
    missed = _misses(y, methods[chosen], seasons, horizon, more)
    expected = methods[chosen](y, seasons, horizon)
    widths = {level: _widths(missed, level) for level in levels}
    return Forecast(
        model=chosen,
        rivals=ranked,
        n_windows=len(more),
        expected=expected,
        intervals={level: (expected - width, expected + width) for level, width in widths.items()},
        coverage={level: _coverage(missed, level) for level in levels},
        note="",
    )


def _origins(n: int, seasons: Seasons, horizon: int, most: int) -> list[int]:
    """Return rows up to which the windows know the series, the earliest first."""
    least = max(MIN_BACKTEST_ROWS, 2 * max(seasons, default=1), int(_ENOUGH_ROWS * n))
    # A window needs not be whole: on a short series the far steps are tested less often.
    last = n - max(1, min(horizon, (n - least) // 2))
    if last < least:
        return []
    found = np.unique(np.linspace(least, last, most).round().astype(int))
    return [int(each) for each in found]


def _scale(y: Floats, seasons: Seasons) -> float:
    """Return the mean miss of the (seasonal) naive forecast within a series."""
    season = seasons[-1] if seasons else 1
    found = float(np.abs(y[season:] - y[:-season]).mean())
    return found if found > 0 else max(float(np.abs(np.diff(y)).mean()), 1e-12)


def _misses(
    y: Floats, method: Method, seasons: Seasons, horizon: int, origins: Sequence[int]
) -> Floats:
    """Return actual − expected, shape (n_windows, horizon), NaN after the end of the series."""
    found = np.full((len(origins), horizon), np.nan)
    for place, origin in enumerate(origins):
        actual = y[origin : origin + horizon]
        found[place, : len(actual)] = actual - method(y[:origin], seasons, horizon)[: len(actual)]
    return found


def _widths(missed: Floats, level: float) -> Floats:
    """Return the half width of the interval at each step."""
    horizon = missed.shape[1]
    sizes = np.abs(missed)
    found = np.empty(horizon)
    for step in range(horizon):
        near = max(1, step // 4, math.ceil(20 / len(sizes)))
        part = sizes[:, max(0, step - near) : step + near + 1]
        values = np.sort(part[~np.isnan(part)])
        if not len(values):
            found[step] = found[step - 1] * math.sqrt((step + 1) / step)
            continue
        # The steps of a window miss together, so windows count and not steps.
        share = min(1.0, math.ceil((len(missed) + 1) * level) / len(missed))
        found[step] = values[math.ceil(share * len(values)) - 1]
    return np.maximum.accumulate(found)


def _coverage(missed: Floats, level: float) -> float:
    """Return how often the interval from the other windows held a window's values."""
    inside = []
    for place in range(len(missed)):
        widths = _widths(np.delete(missed, place, axis=0), level)
        values = missed[place]
        known = ~np.isnan(values)
        inside.append(np.abs(values[known]) <= widths[known])
    return float(np.concatenate(inside).mean())


def _flat(y: Floats, horizon: int, levels: Sequence[float], note: str) -> Forecast:
    expected = np.full(horizon, y[-1])
    return Forecast(
        model="constant", rivals=(), n_windows=0, expected=expected,
        intervals={level: (expected.copy(), expected.copy()) for level in levels}, coverage={},
        note=note,
    )  # fmt: skip


def _short(y: Floats, horizon: int, levels: Sequence[float]) -> Forecast:
    """Go on with the last value, with an interval as wide as a random walk's, twice."""
    from scipy import stats

    expected = naive(y, (), horizon)
    step = _WIDE * float(np.sqrt(np.mean(np.diff(y) ** 2)))
    reach = step * np.sqrt(np.arange(1, horizon + 1))
    widths = {level: float(stats.t.ppf(0.5 + level / 2, len(y) - 1)) * reach for level in levels}
    return Forecast(
        model="naive", rivals=(), n_windows=0, expected=expected,
        intervals={level: (expected - each, expected + each) for level, each in widths.items()},
        coverage={}, note="the series is too short to test a forecast: the last value goes on",
    )  # fmt: skip

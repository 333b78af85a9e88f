"""Forecast of one series: rivals by rolling origins, and intervals from what they missed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.operations.forecast_methods import (
    Floats,
    Method,
    Seasons,
    is_whole,
    methods_for,
    naive,
    rows_for_year,
    smoothing,
    smoothings,
)

MIN_BACKTEST_ROWS: Final = 12
_RANKING_WINDOWS: Final = 6
_RANKING_WINDOWS_OF_SUMS: Final = 16
"""A window has many steps but only one sum."""
_YEARS: Final = 1.5
"""So many years of rows are needed to try what happened a year ago."""
_MOST_WINDOWS: Final = 40
_MOST_STEPS: Final = 60_000
"""Rows that all windows of the chosen method may go through: bounds the time for long series."""
YEAR_AGO: Final = "a year ago"
_LEAST_LEARNT: Final = 56
"""Rows before the time a year ago, from which its season is looked for."""
_SEASON_LEVEL: Final = 0.95
_LEAST_SEASON: Final = 0.1
"""Part of the sum that the time of the year must make."""
_MOST_GROWTH: Final = 5.0
SEASON_SHARE: Final = 0.25
_ENOUGH_ROWS: Final = 0.4
FEWEST_SUMS: Final = 3
"""Windows that make an interval of a sum."""
_CAP_SEASONS: Final = 8
_CAP_SIGMAS: Final = 5.0
_TO_SIGMA: Final = 1.4826
"""From a median absolute deviation to the standard deviation of a normal distribution."""
_WIDE: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A method and its mean absolute scaled error over the windows, ascending is better."""

    name: str
    mase: float
    missed_sum: float = 0.0
    """Mean absolute error of the sum over the horizon, in the series' unit."""


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
    missed: Floats
    """Actual − expected in the backtest, shape (n_windows, horizon), NaN where nothing came."""
    span: int
    """Rows that the backtest's windows lie in."""
    note: str
    season: Floats
    """What the time of the year makes, shape (horizon,); 0 where no method was passed over."""
    passed_over: str = ""
    """The method that missed least of late, where the same time a year ago spoke against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aims:
    """What a forecast is for."""

    year: int = 0
    """Rows of a year, for what happened a year ago; 0 leaves that out."""
    of_sums: bool = False
    """Whether the sum over the horizon is wanted: the method is then chosen by what it missed of
    the sum. By single steps, a method that says nothing of rare events would win."""
    like_year_ago: bool = False
    """Whether a season is known of, as of the whole that a group belongs to: what happened a year
    ago is then taken where it can be."""
    first: int = 0
    """Step from which on the sum counts."""
    learnt: Floats | None = None
    """What the methods see in place of the series, such as `capped(y)`; tests compare with it."""


def forecast(
    y: Floats, seasons: Seasons, horizon: int, levels: Sequence[float], aims: Aims | None = None
) -> Forecast:
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
    aims : Aims, optional
        Without it single steps are wanted.

    Notes
    -----
    Intervals are split-conformal (Vovk et al. 2005) over the windows' misses: of a step and its
    neighbours, never narrower than at the step before.

    With less than three years the tests of the last months say nothing of the season that comes.
    So the sum of the same steps a year earlier is foretold, too. When the methods on the whole
    would have missed it, in proportion to the level, by more than 95 % of the tests of the one
    that won were missed, what happened a year ago is taken instead. One year tells that there is a
    season, not how even it is: the intervals are never narrower than a quarter of what it makes.
    """
    aims = aims or Aims()
    year, of_sums, seen = _aimed(aims, y)
    if np.ptp(y) == 0:
        return _flat(y, horizon, levels, "the series never changed")
    least = rows_for_year(year) if year and len(y) >= _YEARS * year else 0
    n_ranking = _RANKING_WINDOWS_OF_SUMS if of_sums else _RANKING_WINDOWS
    origins = _origins(len(y), seasons, horizon, n_ranking, least)
    if len(origins) < 2:
        return _short(y, horizon, levels)
    methods = methods_for(y[: origins[0]], seasons, year if least else 0)
    scale = _scale(y[: origins[0]], seasons)

    def missed_by(method: Method, places: Sequence[int]) -> Floats:
        return _misses(y, seen, method, (seasons, horizon, places))

    misses = {name: missed_by(each, origins) for name, each in methods.items()}
    ranked = _ranked(misses, scale, aims.first if of_sums else None)
    chosen, passed_over = ranked[0].name, ""
    n_windows = max(_RANKING_WINDOWS, min(_MOST_WINDOWS, _MOST_STEPS // len(y)))
    more = _origins(len(y), seasons, horizon, n_windows, least)
    missed = missed_by(methods[chosen], more)
    expected = methods[chosen](seen, seasons, horizon)
    then = len(y) - year * math.ceil(horizon / year) if year else 0
    season = np.zeros(horizon)
    if of_sums and YEAR_AGO in methods and chosen != YEAR_AGO and then >= _LEAST_LEARNT:
        others = [each for name, each in methods.items() if name != YEAR_AGO]
        earlier = np.concatenate([missed_by(each, [then]) for each in others])
        earlier = earlier[:, aims.first :] * _growth(seen, then)
        smallest = _LEAST_SEASON * abs(float(expected[aims.first :].sum()))
        if aims.like_year_ago or _is_season(earlier, missed[:, aims.first :], smallest):
            chosen, passed_over = YEAR_AGO, chosen
            missed = missed_by(methods[chosen], more)
            season = methods[chosen](seen, seasons, horizon) - expected
            expected = expected + season
    least_widths = SEASON_SHARE * np.abs(season)
    widths = {level: np.maximum(_widths(missed, level), least_widths) for level in levels}
    return Forecast(
        model=chosen,
        rivals=ranked,
        n_windows=len(more),
        expected=expected,
        intervals={level: (expected - width, expected + width) for level, width in widths.items()},
        coverage={level: _coverage(missed, level) for level in levels},
        missed=missed,
        span=len(y) - more[0],
        note="",
        passed_over=passed_over,
        season=season,
    )


def capped(y: Floats, season: int) -> Floats:
    """Return a series whose outliers are drawn in to where the usual scatter ends.

    A single extraordinary day, such as a flood of tickets, says little of the days to come. Each
    value is compared with the same moment of the seasons before it alone, so the start of a
    capped series is the capped start.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Without gaps.
    season : int
        Rows of a season, 1 for none.

    Returns
    -------
    ndarray, shape (n,)
        The first eight seasons are as they were.
    """
    found = y.copy()
    for row in range(_CAP_SEASONS * season, len(y)):
        same = found[row - _CAP_SEASONS * season : row : season]
        middle = float(np.median(same))
        recent = found[max(0, row - _CAP_SEASONS * max(season, 4)) : row]
        scatter = _TO_SIGMA * float(np.median(np.abs(recent - np.median(recent))))
        reach = _CAP_SIGMAS * max(scatter, _TO_SIGMA * float(np.median(np.abs(same - middle))))
        if reach > 0:
            found[row] = min(max(y[row], middle - reach), middle + reach)
    return found


def _aimed(aims: Aims, y: Floats) -> tuple[int, bool, Floats]:
    return aims.year, aims.of_sums, y if aims.learnt is None else aims.learnt


def _growth(seen: Floats, then: int) -> float:
    """Return the level of the latest rows over that of the rows before an earlier one."""
    now = float(seen[-_LEAST_LEARNT:].mean())
    before = float(seen[then - _LEAST_LEARNT : then].mean())
    return min(max(now / before, 1 / _MOST_GROWTH), _MOST_GROWTH) if min(now, before) > 0 else 1.0


def _is_season(earlier: Floats, missed: Floats, least: float) -> bool:
    """Say whether a year earlier the methods missed the sum as hardly one of the latest is.

    What is missed by less than `least` makes no season.
    """
    sums = missed.sum(axis=1)
    sizes = np.sort(np.abs(sums[~np.isnan(sums)]))
    if len(sizes) < FEWEST_SUMS:
        return False
    place = min(len(sizes), math.ceil((len(sizes) + 1) * _SEASON_LEVEL))
    return abs(float(np.median(earlier.sum(axis=1)))) > max(float(sizes[place - 1]), least)


def _ranked(misses: dict[str, Floats], scale: float, first: int | None) -> tuple[Rival, ...]:
    """Return the rivals, the one that missed least first; ties as the methods are listed.

    What counts are the sums from step `first` on, single steps with None.
    """
    rivals = []
    for name, each in misses.items():
        whole = ~np.isnan(each).any(axis=1)
        part = each[:, first or 0 :]
        sums = part[whole].sum(axis=1) if whole.any() else np.nansum(part, axis=1)
        rivals.append(
            Rival(
                name=name,
                mase=float(np.nanmean(np.abs(each))) / scale,
                missed_sum=float(np.abs(sums).mean()),
            )
        )
    return tuple(sorted(rivals, key=lambda each: each.mase if first is None else each.missed_sum))


def _origins(n: int, seasons: Seasons, horizon: int, most: int, least: int = 0) -> list[int]:
    """Return rows up to which the windows know the series, the earliest first."""
    least = max(MIN_BACKTEST_ROWS, 2 * max(seasons, default=1), int(_ENOUGH_ROWS * n), least)
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
    y: Floats, seen: Floats, method: Method, where: tuple[Seasons, int, Sequence[int]]
) -> Floats:
    """Return actual − expected, shape (n_windows, horizon), NaN after the end of the series."""
    seasons, horizon, origins = where
    found = np.full((len(origins), horizon), np.nan)
    if method is smoothing and is_whole(y, seasons):
        expected = smoothings(seen, seasons, horizon, origins)  # one pass in place of many
    else:
        expected = tuple(method(seen[:origin], seasons, horizon) for origin in origins)
    for place, origin in enumerate(origins):
        actual = y[origin : origin + horizon]
        found[place, : len(actual)] = actual - expected[place][: len(actual)]
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
        missed=np.empty((0, horizon)), span=0, note=note, season=np.zeros(horizon),
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
        coverage={}, missed=np.empty((0, horizon)), season=np.zeros(horizon),
        span=0, note="the series is too short to test a forecast: the last value goes on",
    )  # fmt: skip

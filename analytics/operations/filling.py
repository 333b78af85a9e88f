"""When a resource reaches a limit: its courses ahead, drawn many times, and when they cross it.

What fills (a disk) goes on growing as on the latest stretch that a straight line describes. Where
it was emptied before (a clean-up, larger disks), it will be again: after as long and by as much as
one of the times so far, drawn at random. What is loaded (a processor) goes on as a year ago plus
the growth since, so that the season counts; with less than a year, on a straight line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEAST_ROWS: Final = 28
_FEWEST: Final = 14
"""Days that a slope is told from, at least."""
_YEAR: Final = 364
_WEEK: Final = 7
_BLOCK: Final = 28
_N_BLOCKS: Final = 6
_LATEST_BLOCKS: Final = 2
_LENGTHS: Final = (28, 42, 56, 84, 112, 168, 240, 336, 500, 700, 1000)
_DROP_SIGMAS: Final = 8.0
_LEAST_DROP: Final = 0.01
"""Of the limit's scale (the largest value so far); smaller falls are noise."""
_LINE_SIGMAS: Final = 2.0
_LINE_SLACK: Final = 0.001
_LEAST_SPREAD: Final = 0.02
"""Of the growth: no slope is known better than that."""
_N_PATHS: Final = 400
_TO_SIGMA: Final = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How a resource fills, in its unit and days."""

    level: float
    """On the last day, without its noise."""
    per_day: float
    spread: float
    """Standard deviation of `per_day`."""
    n_days: int
    """Days of the stretch that it is told from."""
    n_emptied: int
    every_days: float | None
    """Median days between the times it was emptied; None with fewer than two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """When a limit is reached, in days after the last one (1 is the first day ahead)."""

    expected: int | None
    """None: in fewer than half of the courses within the days looked at."""
    earliest: int | None
    latest: int | None
    share: float
    """Of the courses that reach it, 0 to 1."""


def filling_paths(
    values: Floats, n_days: int, *, factor: float = 1.0, seed: int = 7
) -> tuple[Growth, Floats]:
    """Draw the courses of something that fills.

    Parameters
    ----------
    values : ndarray, shape (n,)
        By day, without gaps, at least 28.
    n_days : int
        Days ahead.
    factor : float
        Times the growth so far: what if it doubled?
    seed : int
        Of the draws.

    Returns
    -------
    Growth
        As it was.
    ndarray, shape (n_paths, n_days)
        Courses.
    """
    sigma = _TO_SIGMA * float(np.median(np.abs(np.diff(values)))) / math.sqrt(2)
    drops = _drops(values, sigma)
    start = int(drops[-1]) if len(drops) else 0
    level, slope, spread, length = _latest_growth(values, drops, sigma)
    lengths = np.diff(drops).astype(np.float64)
    growth = Growth(
        level=level, per_day=slope, spread=spread, n_days=length, n_emptied=len(drops),
        every_days=float(np.median(lengths)) if len(lengths) else None,
    )  # fmt: skip
    random = np.random.default_rng(seed)
    slopes = factor * random.normal(slope, spread, _N_PATHS)
    paths = level + slopes[:, None] * np.arange(1, n_days + 1)
    if len(lengths):
        # The day of a clean-up is half and half, so the days around it are compared.
        sizes = values[np.maximum(drops - 2, 0)] - values[np.minimum(drops + 1, len(values) - 1)]
        paths -= _emptied(random, lengths, sizes, (len(values) - start, n_days))
    return growth, np.maximum(paths, 0.0)


def loaded_paths(
    values: Floats, n_days: int, *, factor: float = 1.0, seed: int = 7
) -> tuple[Growth, Floats]:
    """Draw the courses of a load with a week and a year.

    Parameters
    ----------
    values, n_days, factor, seed
        As of `filling_paths`; at least 28 values.

    Returns
    -------
    Growth
        Over a year where there is one, told as growth per day.
    ndarray, shape (n_paths, n_days)
        Courses of the week's median.
    """
    smooth = _week_medians(values)
    random = np.random.default_rng(seed)
    if len(smooth) < _YEAR + _BLOCK:
        level, slope, spread, length = _line(smooth[-_YEAR:])
        slopes = factor * random.normal(slope, spread, _N_PATHS)
        growth = Growth(level=level, per_day=slope, spread=spread, n_days=length, n_emptied=0,
                        every_days=None)  # fmt: skip
        return growth, np.maximum(level + slopes[:, None] * np.arange(1, n_days + 1), 0.0)
    since = smooth[_YEAR:] - smooth[:-_YEAR]
    blocks = [since[-_BLOCK * (i + 1) : len(since) - _BLOCK * i] for i in range(_N_BLOCKS)]
    means = np.array([each.mean() for each in blocks if len(each)])
    rise = float(np.median(since[-_LATEST_BLOCKS * _BLOCK :]))
    spread = max(float(means.std(ddof=1)) if len(means) > 1 else abs(rise), abs(rise) * 0.1)
    ahead = np.arange(n_days)
    years = ahead // _YEAR + 1
    base = smooth[len(smooth) - _YEAR + ahead % _YEAR]
    rises = random.normal(factor * rise, spread, _N_PATHS)
    growth = Growth(level=float(smooth[-1]), per_day=rise / _YEAR, spread=spread / _YEAR,
                    n_days=len(smooth), n_emptied=0, every_days=None)  # fmt: skip
    return growth, np.maximum(base + rises[:, None] * years, 0.0)


def reach_of(paths: Floats, limit: float, level: float = 0.95) -> Reach:
    """Return when courses first come to a limit from below.

    Parameters
    ----------
    paths : ndarray, shape (n_paths, n_days)
        Courses.
    limit : float
        In their unit.
    level : float
        Of the interval.
    """
    beyond = paths >= limit
    never = paths.shape[1] + 1
    days = np.sort(np.where(beyond.any(axis=1), beyond.argmax(axis=1) + 1, never))

    def at(share: float) -> int | None:
        day = int(days[min(len(days) - 1, int(share * len(days)))])
        return None if day == never else day

    tail = (1 - level) / 2
    return Reach(
        expected=at(0.5), earliest=at(tail), latest=at(1 - tail), share=float((days < never).mean())
    )


def _drops(values: Floats, sigma: float) -> npt.NDArray[np.intp]:
    """Return the rows at which something was emptied."""
    least = max(_DROP_SIGMAS * sigma, _LEAST_DROP * float(values.max()))
    found = np.flatnonzero(-np.diff(values) > least) + 1
    # A clean-up that takes two days is one.
    return found[np.concatenate([np.diff(found) > 2, [True]])] if len(found) else found


def _latest_growth(
    values: Floats, drops: npt.NDArray[np.intp], sigma: float
) -> tuple[float, float, float, int]:
    """Return level, slope, its spread and the days it is told from, since the last emptying.

    Soon after it, the growth between the emptyings before counts.
    """
    if not len(drops):
        return _latest_line(values, sigma)
    stretch = values[drops[-1] + 1 :]  # the day of the clean-up itself is half and half
    if len(stretch) >= _FEWEST:
        return _latest_line(stretch, sigma)
    ends = [0, *drops.tolist()]
    whole = [values[a + 1 : b - 1] for a, b in pairwise(ends) if b - a > _FEWEST + 2]
    if not whole:
        return _latest_line(values, sigma)
    slopes = np.array([_line(part)[1] for part in whole])
    spread = float(slopes.std(ddof=1)) if len(slopes) > 1 else abs(float(slopes[0]))
    return float(np.median(values[-3:])), float(np.median(slopes)), spread, sum(map(len, whole))


def _latest_line(values: Floats, sigma: float) -> tuple[float, float, float, int]:
    """Return level, slope, its spread and the length of the longest latest straight stretch."""
    scale = float(np.abs(values).max())
    found = _line(values[-LEAST_ROWS:])
    for length in (*(each for each in _LENGTHS if each < len(values)), len(values)):
        part = values[-length:]
        level, slope, _, _ = line = _line(part)
        rows = np.arange(1 - len(part), 1)
        missed = float(np.sqrt(np.mean((part - level - slope * rows) ** 2)))
        if missed > _LINE_SIGMAS * sigma + _LINE_SLACK * scale:
            break
        found = line
    return found


def _line(values: Floats) -> tuple[float, float, float, int]:
    """Fit a line; the slope's spread is that of the quarters' own slopes, or the fit's."""
    n = len(values)
    rows = np.arange(1 - n, 1, dtype=np.float64)
    slope, level = np.polyfit(rows, values, 1)
    rest = values - level - slope * rows
    # Neighbouring days resemble each other, so fewer count than there are.
    near = float(np.corrcoef(rest[:-1], rest[1:])[0, 1]) if n > 3 and np.ptp(rest) > 0 else 0.0
    fewer = math.sqrt((1 + max(near, 0.0)) / max(1 - near, 0.02))
    error = fewer * float(rest.std(ddof=min(2, n - 1))) / math.sqrt(n * rows.var())
    parts = [part for part in np.array_split(values, 4) if len(part) >= 4]
    slopes = [float(np.polyfit(np.arange(len(part)), part, 1)[0]) for part in parts]
    apart = float(np.std(slopes, ddof=1)) / math.sqrt(len(slopes)) if len(slopes) > 1 else error
    # Over a short stretch the quarters' slopes are mostly noise.
    apart = apart if n >= 4 * LEAST_ROWS else error
    return (
        float(level), float(slope), max(error, apart, _LEAST_SPREAD * abs(float(slope))), n,
    )  # fmt: skip


def _emptied(
    random: np.random.Generator, lengths: Floats, sizes: Floats, where: tuple[int, int]
) -> Floats:
    """Return what has been taken away by each day, shape (n_paths, n_days)."""
    since, n_days = where
    longer = lengths[lengths > since]
    if len(longer):
        first = random.choice(longer, _N_PATHS) - since
    else:  # overdue: it may be any day now
        first = random.uniform(0, float(lengths.max()), _N_PATHS)
    days = np.arange(n_days)
    taken = np.zeros((_N_PATHS, n_days))
    at = first
    while (at < n_days).any():
        taken += np.where(days >= at[:, None], random.choice(sizes, _N_PATHS)[:, None], 0.0)
        at = at + np.maximum(random.choice(lengths, _N_PATHS), 1.0)
    return taken


def _week_medians(values: Floats) -> Floats:
    padded = np.concatenate([np.full(_WEEK - 1, values[0]), values])
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, _WEEK), axis=1))

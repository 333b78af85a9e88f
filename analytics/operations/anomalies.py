"""Anomalies of one series, told from its past alone, with one setting for every series.

A value is as anomalous as its deviation exceeds the largest deviation so far: what has happened
before is no news. Four deviations are watched (`deviations`), the largest excess counts. A record
lifts the bar at most twofold, so that one large anomaly does not hide the next; while one lasts,
only what is larger still counts again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.operations.deviations import (
    PROFILE_LENGTHS,
    from_nearest_shape,
    from_season_median,
    from_season_nearest,
)

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

QUIET_STEPS: Final = 250
"""Nothing is said before so many values have been seen."""
FIRM_STEPS: Final = 750
"""And until so many (or five seasons) a record is believed whole."""
FIRM_SEASONS: Final = 5
MOST_RISE: Final = 2.0
REPEAT_STEPS: Final = 24
LEAST_SHARE: Final = 0.01
"""Of the range so far; a smaller deviation is none, however even the series was."""
THRESHOLD: Final = 0.0252
"""Excess from which on a value is flagged; found on 34 files of NAB (`tests.evals.nab`)."""
_FLOOR: Final = 1e-9
_DAY_S: Final = 86_400.0
_LEAST_STEPS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of flagged values, rows [start, end)."""

    start: int
    end: int
    peak: int
    """Row of the highest score."""


def excesses(values: Floats, season: int) -> Floats:
    """Return ln(deviation / largest deviation before) of each value, the largest of four kinds.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Evenly spaced; NaN is taken for the value before it.
    season : int
        Steps of a season; 0 for none.

    Returns
    -------
    ndarray, shape (n,)
        0 and less is nothing new; the first 250 are −20.
    """
    n = len(values)
    if n == 0:
        return np.zeros(0)
    filled = filled_forward(values)
    top, bottom = np.maximum.accumulate(filled), np.minimum.accumulate(filled)
    least = LEAST_SHARE * (top - bottom)
    deviations = [
        from_season_median(filled, season),
        from_season_nearest(filled, season),
        *(from_nearest_shape(filled, length) for length in PROFILE_LENGTHS),
    ]
    firm = max(min(FIRM_STEPS, FIRM_SEASONS * season or FIRM_STEPS), QUIET_STEPS + 1)
    highest = np.max([_over_record(each, least, firm) for each in deviations], axis=0)
    highest[np.isnan(values)] = -20.0
    return np.asarray(highest - _recent(np.maximum(highest, 0.0)))


def scores(values: Floats, season: int) -> Floats:
    """Return an anomaly score for each value, 0 to 1; .5 is a deviation as large as any before.

    Parameters
    ----------
    values, season
        As in `excesses`.
    """
    return as_scores(excesses(values, season))


def as_scores(excess: Floats) -> Floats:
    """Return excesses as scores: the cumulative Laplace distribution, which keeps their order."""
    low = 0.5 * np.exp(np.minimum(excess, 0.0))
    return np.asarray(np.where(excess < 0, low, 1.0 - 0.5 * np.exp(-np.maximum(excess, 0.0))))


def windows(excess: Floats, *, threshold: float = THRESHOLD) -> tuple[Window, ...]:
    """Return the stretches in which values are flagged; flags a few steps apart are one stretch.

    Parameters
    ----------
    excess : ndarray, shape (n,)
        From `excesses`.
    threshold : float
        From which excess on a value is flagged.
    """
    rows = np.flatnonzero(excess >= threshold)
    if not len(rows):
        return ()
    cuts = np.flatnonzero(np.diff(rows) > REPEAT_STEPS) + 1
    return tuple(
        Window(start=int(part[0]), end=int(part[-1]) + 1, peak=int(part[np.argmax(excess[part])]))
        for part in np.split(rows, cuts)
    )


def season_of(times: Times) -> int:
    """Return the steps of a season: of a day, of a week where a step is a day or more, else 0.

    Parameters
    ----------
    times : ndarray of datetime64, shape (n,)
        Rising. The usual step is the median of the first hundred.
    """
    if len(times) < 2:
        return 0
    steps = np.diff(times[:100]).astype("timedelta64[us]").astype(np.float64) / 1e6
    step_s = float(np.median(steps))
    if step_s <= 0:
        return 0
    per_day = round(_DAY_S / step_s)
    if per_day >= _LEAST_STEPS:
        return per_day
    per_week = round(7 * _DAY_S / step_s)
    return per_week if per_week >= _LEAST_STEPS else 0


def filled_forward(values: Floats) -> Floats:
    """Return values with each gap filled by the value before it, a leading one by 0."""
    known = ~np.isnan(values)
    place = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
    return np.where(place >= 0, np.nan_to_num(values)[np.maximum(place, 0)], 0.0)


def _over_record(deviation: Floats, least: Floats, firm: int) -> Floats:
    """Return ln(deviation / record so far), row by row."""
    excess = [-20.0] * len(deviation)
    record = 0.0
    bars: Sequence[float] = least.tolist()
    for row, found in enumerate(deviation.tolist()):
        bar = max(record, bars[row])
        if row >= QUIET_STEPS and bar > 0:
            excess[row] = math.log(max(found, _FLOOR * bar) / bar)
        if 3 * row >= QUIET_STEPS and found > record:
            record = found if row < firm or bar <= 0 else min(found, bar * MOST_RISE)
    return np.array(excess)


def _recent(excess: Floats) -> Floats:
    """Return the highest excess of the 24 values before each."""
    padded = np.concatenate([np.zeros(REPEAT_STEPS), excess[:-1]])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, REPEAT_STEPS).max(axis=1))

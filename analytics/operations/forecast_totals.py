"""Sums over the steps of a forecast, and over groups that add up, with intervals that were tested.

The misses of a forecast's steps go together, so their intervals cannot be added up. The sums are
therefore foretold as a whole: a window of the backtest misses a sum by the sum of what it misses
of the steps, of one series or of several at once, and the intervals are conformal over those.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.operations.forecast_methods import Floats
from analytics.operations.forecasting import FEWEST_SUMS, SEASON_SHARE, Forecast

_TRIES: Final = 50
"""Rounds in which what would fall below 0 is shared among the other groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The sum over some steps of a forecast, with an interval."""

    expected: float
    low: float
    high: float
    coverage: float | None
    """Share of the backtest's sums inside, each by the other windows; None when untested."""
    n_windows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Steps `[start, end)` of a forecast, 0 ≤ start < end ≤ horizon, and the interval's level."""

    start: int
    end: int
    level: float


def total_of(found: Forecast, start: int, end: int, level: float) -> Total:
    """Return the sum of steps `[start, end)`, with an interval from the sums that were missed.

    Parameters
    ----------
    found : Forecast
        With an interval of this level.
    start, end : int
        Steps, 0 ≤ start < end ≤ horizon.
    level : float
        Of the interval, 0 to 1.

    Notes
    -----
    Windows of the backtest with all of these steps count. Overlapping windows miss alike, so the
    interval is never narrower than Student's, with as many degrees of freedom as there are windows
    that do not overlap. Without three windows the ends of the steps' own intervals are added up,
    which is too wide rather than too narrow.
    """
    steps = Steps(start=start, end=end, level=level)
    sums = found.missed[:, start:end].sum(axis=1)
    return _total(found, float(found.expected[start:end].sum()), sums, steps)


def totals_of_groups(
    whole: Forecast, parts: Sequence[Forecast], steps: Steps, *, at_least_0: bool
) -> tuple[Total, ...]:
    """Return the sums of groups, which add up to the sum of the whole, each with an interval.

    Parameters
    ----------
    whole : Forecast
        Of the sum of the groups; its total is kept.
    parts : Sequence[Forecast]
        Of each group, over the same rows and steps as the whole; at least one.
    steps : Steps
        What is summed.
    at_least_0 : bool
        Whether no group can be negative.

    Notes
    -----
    What the groups' own forecasts lack of the whole is shared among them in proportion to the
    variance of what they missed, the least squares of reconciliation with one equation (Hyndman
    et al. 2011; Wickramasuriya et al. 2019). Each window of the backtest is reconciled in the same
    way before the intervals are taken from what it missed.
    """
    start, end = steps.start, steps.end
    own = np.array([part.expected[start:end].sum() for part in parts])
    n_windows = len(whole.missed)
    missed = np.array([
        part.missed[:, start:end].sum(axis=1) if len(part.missed) == n_windows
        else np.zeros(n_windows)
        for part in parts
    ])  # fmt: skip
    missed_whole = whole.missed[:, start:end].sum(axis=1)
    shares = _shares(missed, own)
    lacking = float(whole.expected[start:end].sum()) - float(own.sum())
    expected = own + shares * lacking
    if at_least_0:
        expected = _lifted(expected, shares)
    rest = missed.sum(axis=0) - missed_whole
    return tuple(
        _total(part, float(value), mine - share * rest, steps)
        for part, value, mine, share in zip(parts, expected, missed, shares, strict=True)
    )


def _shares(missed: Floats, own: Floats) -> Floats:
    """Return each group's part in what is to be shared; they add up to 1."""
    whole = ~np.isnan(missed).any(axis=0)
    spread = np.mean(missed[:, whole] ** 2, axis=1) if whole.sum() >= FEWEST_SUMS else np.abs(own)
    if spread.sum() <= 0:
        return np.full(len(own), 1.0 / len(own))
    return np.asarray(spread / spread.sum())


def _lifted(expected: Floats, shares: Floats) -> Floats:
    """Return groups with none below 0 and the same sum, if that is not negative itself."""
    found = expected.copy()
    for _ in range(_TRIES):
        lacking = -float(found[found < 0].sum())
        found = np.maximum(found, 0.0)
        rich = found > 0
        if lacking <= 0 or not rich.any():
            break
        weights = np.where(rich, np.maximum(shares, 1e-12), 0.0)
        found = found - lacking * weights / weights.sum()
    return found


def _total(found: Forecast, expected: float, sums: Floats, steps: Steps) -> Total:
    from scipy import stats

    start, end, level = steps.start, steps.end, steps.level
    sizes = np.abs(sums[~np.isnan(sums)])
    if len(sizes) < FEWEST_SUMS:
        low, high = found.intervals[level]
        off = expected - float(found.expected[start:end].sum())
        return Total(
            expected=expected, low=float(low[start:end].sum()) + off,
            high=float(high[start:end].sum()) + off, coverage=None, n_windows=len(sizes),
        )  # fmt: skip
    apart = max(1.0, found.span / max(found.missed.shape[1], 1))
    factor = float(stats.t.ppf(0.5 + level / 2, apart))

    def width_of(others: Floats) -> float:
        return max(_conformal(others, level), factor * float(np.sqrt(np.mean(others**2))))

    inside = [size <= width_of(np.delete(sizes, place)) for place, size in enumerate(sizes)]
    width = max(width_of(sizes), SEASON_SHARE * abs(float(found.season[start:end].sum())))
    return Total(
        expected=expected, low=expected - width, high=expected + width,
        coverage=float(np.mean(inside)), n_windows=len(sizes),
    )  # fmt: skip


def _conformal(sizes: Floats, level: float) -> float:
    """Return the size that a new one stays below with this probability; the largest at most."""
    place = min(len(sizes), math.ceil((len(sizes) + 1) * level))
    return float(np.sort(sizes)[place - 1])

"""Is the newest day unusual? A robust test against the same day of earlier weeks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Final

N_WEEKS: Final = 8
LEAST_WEEKS: Final = 4
LIMIT: Final = 3.5
"""Robust z from which on a day is unusual (Iglewicz and Hoaglin 1993)."""
_NORMAL: Final = 1.4826
"""Standard deviation / median absolute deviation of a normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayScore:
    """How a day compares with what is usual for it."""

    day: date
    value: float
    expected: float
    """Median of the same day of the week, the weeks before."""
    score: float
    """Deviation in robust standard deviations; 0 when nothing ever deviates."""

    @property
    def is_unusual(self) -> bool:
        """Whether it is beyond the limit."""
        return abs(self.score) > LIMIT


def score_newest(series: Mapping[date, float], *, is_count: bool) -> DayScore | None:
    """Score the newest day of a daily series.

    Parameters
    ----------
    series
        Day → value.
    is_count
        Counts vary at least as Poisson's do, however steady they were.

    Returns
    -------
    DayScore or None
        None with fewer than `LEAST_WEEKS` earlier days of the same day of the week.
    """
    if not series:
        return None
    newest = max(series)
    expected = _expected(series, newest)
    if expected is None:
        return None
    residuals = []
    for back in range(1, 7 * N_WEEKS):
        day = newest - timedelta(days=back)
        usual = _expected(series, day) if day in series else None
        if usual is not None:
            residuals.append(abs(series[day] - usual))
    spread = _NORMAL * median(residuals) if residuals else 0.0
    if is_count:
        spread = max(spread, math.sqrt(max(expected, 1.0)))
    gap = series[newest] - expected
    score = gap / spread if spread else math.copysign(math.inf, gap) if gap else 0.0
    return DayScore(day=newest, value=series[newest], expected=expected, score=score)


def _expected(series: Mapping[date, float], day: date) -> float | None:
    before = [day - timedelta(weeks=week) for week in range(1, N_WEEKS + 1)]
    known = [series[d] for d in before if d in series]
    return median(known) if len(known) >= LEAST_WEEKS else None

"""The time the warehouse covers, and when in it people shop, visit and ask for help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analytics.demo.sampling import DAY_S, HOUR_S, Floats, Ints

START = date(2024, 1, 1)

# Relative weights of the hours 0..23.
SHOPPING_HOURS = (
    1.2, 0.7, 0.4, 0.3, 0.3, 0.5, 1.2, 2.4, 3.6, 4.6, 5.4, 5.8,
    6.2, 5.6, 5.2, 5.0, 5.2, 5.8, 6.6, 7.6, 8.2, 7.4, 4.9, 2.6,
)  # fmt: skip
STORE_HOURS = (
    0, 0, 0, 0, 0, 0, 0, 0, 0.5, 4.0, 7.0, 9.0,
    10.5, 9.0, 8.5, 9.0, 10.0, 10.5, 7.5, 3.0, 0.5, 0, 0, 0,
)  # fmt: skip
OFFICE_HOURS = (
    0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.8, 3.5, 8.5, 12.5, 11.5, 9.5,
    6.0, 8.5, 9.0, 8.0, 6.5, 4.0, 1.8, 1.0, 0.7, 0.5, 0.3, 0.2,
)  # fmt: skip
SUPPORT_HOURS = (
    0.5, 0.3, 0.2, 0.2, 0.2, 0.3, 0.9, 2.6, 6.0, 8.6, 8.8, 7.8,
    6.6, 6.4, 6.6, 6.6, 6.4, 6.2, 5.6, 5.0, 4.6, 3.6, 2.2, 1.1,
)  # fmt: skip

# Monday to Sunday.
SHOPPING_WEEK = (0.90, 0.88, 0.92, 0.98, 1.12, 1.22, 1.08)
OFFICE_WEEK = (1.35, 1.20, 1.12, 1.08, 0.92, 0.12, 0.08)
SUPPORT_WEEK = (1.28, 1.14, 1.06, 1.02, 1.00, 0.72, 0.58)

# January to December: the shop's year, with its peak in November and December.
SHOPPING_YEAR = (0.96, 0.84, 0.90, 0.92, 0.94, 0.92, 0.90, 0.94, 1.02, 1.00, 1.32, 1.46)
SUPPORT_YEAR = (1.22, 1.02, 0.98, 0.96, 0.95, 0.94, 0.92, 0.94, 1.02, 1.00, 1.06, 1.12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Whole days from `START` up to `until`, which is excluded."""

    until: date

    @property
    def n_days(self) -> int:
        """Number of days covered."""
        return (self.until - START).days

    @property
    def end_s(self) -> int:
        """First second that is not covered."""
        return self.n_days * DAY_S

    def second_of(self, day: date) -> int:
        """Seconds from the start to midnight of `day`; may lie outside what is covered."""
        return (day - START).days * DAY_S

    def day_of(self, second_s: int) -> date:
        """Calendar day that a second falls on."""
        return START + timedelta(days=int(second_s) // DAY_S)

    def covers(self, day: date) -> bool:
        """Tell whether `day` lies in the time covered."""
        return START <= day < self.until

    def weekdays(self) -> Ints:
        """Weekday (0 = Monday) of each day covered, shape (n_days,)."""
        return (np.arange(self.n_days, dtype=np.int64) + START.weekday()) % 7

    def months(self) -> Ints:
        """Calendar month (1..12) of each day covered, shape (n_days,)."""
        days = np.datetime64(START, "D") + np.arange(self.n_days)
        return days.astype("datetime64[M]").astype(np.int64) % 12 + 1

    def month_numbers(self) -> Ints:
        """Months since the start (0 = January 2024) of each day covered, shape (n_days,)."""
        days = np.datetime64(START, "D") + np.arange(self.n_days)
        first = np.datetime64(START, "M").astype(np.int64)
        return days.astype("datetime64[M]").astype(np.int64) - first

    def month_starts_s(self) -> Ints:
        """Seconds at which each calendar month covered begins, in order."""
        numbers = self.month_numbers()
        first_days = np.flatnonzero(np.diff(numbers, prepend=-1))
        return first_days.astype(np.int64) * DAY_S


def black_fridays(timeline: Timeline) -> list[date]:
    """Days after the fourth Thursday of November within the time covered."""
    found = []
    for year in range(START.year, timeline.until.year + 1):
        first = date(year, 11, 1)
        fourth_thursday = first + timedelta(days=(3 - first.weekday()) % 7 + 21)
        friday = fourth_thursday + timedelta(days=1)
        if timeline.covers(friday):
            found.append(friday)
    return found


def shopping_days(timeline: Timeline) -> Floats:
    """Relative demand of each day covered: week, year, Black Friday week; shape (n_days,)."""
    weights = np.array(SHOPPING_WEEK)[timeline.weekdays()]
    weights = weights * np.array(SHOPPING_YEAR)[timeline.months() - 1]
    for friday in black_fridays(timeline):
        day = (friday - START).days
        weights[day : day + 4] *= (2.1, 1.5, 1.4, 1.6)[: timeline.n_days - day]
    for year in range(START.year, timeline.until.year + 1):
        for quiet in (date(year, 12, 25), date(year, 1, 1)):
            if timeline.covers(quiet):
                weights[(quiet - START).days] *= 0.35
    return np.asarray(weights)


def support_days(timeline: Timeline, week: tuple[float, ...] = SUPPORT_WEEK) -> Floats:
    """Relative number of requests for help of each day covered, shape (n_days,)."""
    weights = np.array(week)[timeline.weekdays()]
    return np.asarray(weights * np.array(SUPPORT_YEAR)[timeline.months() - 1])


def accumulate(day_weights: Floats) -> Floats:
    """Cumulative weight at the start of each day, shape (n_days + 1,)."""
    return np.concatenate(([0.0], np.cumsum(day_weights)))


def weight_between(cumulative: Floats, start_s: Ints, end_s: Ints) -> Floats:
    """Weight of each window `[start_s, end_s)`; days are taken in part where they are cut."""
    positions = np.arange(len(cumulative), dtype=np.float64)
    at_end = np.interp(end_s / DAY_S, positions, cumulative)
    return np.asarray(at_end - np.interp(start_s / DAY_S, positions, cumulative))


def draw_times(
    rng: np.random.Generator,
    cumulative: Floats,
    windows: tuple[Ints, Ints],
    hours: tuple[float, ...] = SHOPPING_HOURS,
) -> Ints:
    """Draw one second per window: the day by its weight, the hour by `hours`.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    cumulative : ndarray, shape (n_days + 1,)
        From `accumulate`.
    windows : pair of ndarrays of int64, shape (n,)
        Starts and ends, in seconds; half-open, each at least one second long.
    hours : tuple of 24 floats
        Relative weights of the hours of a day.

    Returns
    -------
    ndarray of int64, shape (n,)
        Seconds inside the windows.
    """
    start_s, end_s = windows
    size = len(start_s)
    positions = np.arange(len(cumulative), dtype=np.float64)
    low = np.interp(start_s / DAY_S, positions, cumulative)
    high = np.interp(end_s / DAY_S, positions, cumulative)
    place = np.interp(low + (high - low) * rng.random(size), cumulative, positions)
    times_s = np.floor(place).astype(np.int64) * DAY_S + draw_day_seconds(rng, hours, size)
    # On the first and last day of a window the hour may fall outside; the plain place never does.
    outside = (times_s < start_s) | (times_s >= end_s)
    times_s[outside] = np.floor(place[outside] * DAY_S).astype(np.int64)
    return np.asarray(np.clip(times_s, start_s, end_s - 1))


def draw_day_seconds(rng: np.random.Generator, hours: tuple[float, ...], size: int) -> Ints:
    """Draw seconds of a day, 0..86399, the hour by its weight."""
    cumulative = np.cumsum(np.array(hours))
    hour = np.searchsorted(cumulative, rng.random(size) * cumulative[-1], side="right")
    return np.asarray(hour.astype(np.int64) * HOUR_S + rng.integers(0, HOUR_S, size))

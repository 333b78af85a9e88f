"""What is known of services at a moment, to foretell whether an incident begins soon after.

Everything is read off hours that lie wholly before the moment: how far each reading is off the
same hours of the four weeks before, in the spreads of those weeks; how often and when the service
and those that it stands on had incidents; the calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

WEEK_H: Final = 168
DAY_H: Final = 24
WEEKS: Final = 4
WARM_UP_H: Final = (WEEKS + 2) * WEEK_H
"""Hours before which too little is known to foretell anything."""
_NEAR_H: Final = 3
_CAP: Final = 20.0
_TO_SIGMA: Final = 1.2533
"""From a mean absolute deviation to the standard deviation of a normal distribution."""
_LOOK_BACK: Final = ((7, "7 days"), (30, "30 days"), (90, "90 days"))
_PRIOR_DAYS: Final = 90.0
"""Days of the rate of all services that a service's own rate starts from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Services by the hour: readings, incidents, and who stands on whom."""

    start: pd.Timestamp
    services: tuple[str, ...]
    metrics: tuple[str, ...]
    values: Floats
    """Shape (n_services, n_metrics, n_hours), NaN where nothing was measured."""
    service: Ints
    """Of each incident."""
    begun_h: Floats
    """Hours since `start` at which each incident began, in order of time."""
    ended_h: Floats
    """Infinite while one is open."""
    below: tuple[tuple[int, ...], ...]
    """For each service those that it stands on."""
    tier: Floats
    """1 (critical) and up, shape (n_services,)."""

    @property
    def n_hours(self) -> int:
        """Hours that readings may exist for."""
        return int(self.values.shape[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Services at moments: one row each, the moment's services together."""

    at_h: Ints
    """Hour before which everything is known, shape (n_rows,)."""
    service: Ints
    table: pd.DataFrame
    """Features, one column each; never NaN."""
    groups: dict[str, str]
    """Column → what it tells of, in words."""
    frequency: Floats
    """Incidents of the service a day, as far as known then: the dumb baseline."""


def moments_of(world: World, at_h: Ints) -> Moments:
    """Return every service at every moment.

    Parameters
    ----------
    world : World
        Only what lies before a moment is read for it.
    at_h : ndarray of int64, shape (n_moments,)
        Hours since the start, ascending, each at most `n_hours`.
    """
    n, n_services = len(at_h), len(world.services)
    columns: dict[str, Floats] = {}
    groups: dict[str, str] = {}
    for place, metric in enumerate(world.metrics):
        off = _off(world.values[:, place, :])
        for name, values in _of_readings(off, at_h).items():
            columns[f"{metric} {name}"] = values
            groups[f"{metric} {name}"] = metric
    for name, values in _of_history(world, at_h).items():
        columns[name] = values
        groups[name] = "incidents of other services" if "other" in name else "its own incidents"
    frequency = columns["incidents a day so far"]
    for name, each in _of_calendar(world, at_h).items():
        columns[name] = np.repeat(each, n_services)
        groups[name] = "the time of day and week"
    columns["tier"] = np.tile(world.tier, n)
    groups["tier"] = "how critical it is"
    return Moments(
        at_h=np.repeat(at_h, n_services), service=np.tile(np.arange(n_services), n),
        table=pd.DataFrame(columns), groups=groups, frequency=frequency,
    )  # fmt: skip


def begins_between(world: World, moments: Moments, after_h: int, within_h: int) -> Bools:
    """Say whether an incident of the service begins in [at + after, at + after + within)."""
    found = np.zeros(len(moments.at_h), dtype=np.bool_)
    for number in range(len(world.services)):
        begun = world.begun_h[world.service == number]
        mine = moments.service == number
        first = moments.at_h[mine] + after_h
        found[mine] = np.searchsorted(begun, first + within_h) > np.searchsorted(begun, first)
    return found


def _off(values: Floats) -> Floats:
    """Return how far each hour is off the same hours of four weeks, in spreads; 0 if unknown."""
    n_services, n_hours = values.shape
    earlier = np.full((WEEKS, n_services, n_hours), np.nan)
    for back in range(1, WEEKS + 1):
        if back * WEEK_H < n_hours:
            earlier[back - 1, :, back * WEEK_H :] = values[:, : n_hours - back * WEEK_H]
    known = (~np.isnan(earlier)).sum(axis=0) >= 2
    usual = np.full(values.shape, np.nan)
    few = np.sort(np.where(np.isnan(earlier[:, known]), np.inf, earlier[:, known]), axis=0)
    n_known = np.isfinite(few).sum(axis=0)
    rows = np.arange(few.shape[1])
    usual[known] = (few[(n_known - 1) // 2, rows] + few[n_known // 2, rows]) / 2
    rest = values - usual
    sizes = pd.DataFrame(np.abs(rest).T)
    spread = sizes.rolling(WEEKS * WEEK_H, min_periods=WEEK_H).mean().shift(1).to_numpy().T
    least = 1e-3 * pd.DataFrame(np.abs(values).T).median().fillna(1.0).to_numpy()[:, None] + 1e-9
    found = rest / np.maximum(_TO_SIGMA * spread, least)
    return np.asarray(np.clip(found, -_CAP, _CAP))


def _of_readings(off: Floats, at_h: Ints) -> dict[str, Floats]:
    """Return what the last day and the last hours of a reading say, rows by moment and service."""
    known = ~np.isnan(off)
    zero = np.zeros((off.shape[0], 1))
    sums = np.concatenate([zero, np.cumsum(np.nan_to_num(off), axis=1)], axis=1)
    counts = np.concatenate([zero, np.cumsum(known, axis=1)], axis=1)

    def mean(hours: int) -> Floats:
        last, first = at_h, np.maximum(at_h - hours, 0)
        n = counts[:, last] - counts[:, first]
        return np.asarray((sums[:, last] - sums[:, first]) / np.maximum(n, 1.0))

    day, near = mean(DAY_H), mean(_NEAR_H)
    far = pd.DataFrame(np.abs(np.nan_to_num(off)).T).rolling(DAY_H, min_periods=1).max()
    most = np.concatenate([zero, far.to_numpy().T], axis=1)[:, at_h]
    missing = 1 - (counts[:, at_h] - counts[:, np.maximum(at_h - DAY_H, 0)]) / DAY_H
    found = {"of the last day": day, "of the last hours": near, "rise": near - day,
             "furthest off": most, "missing": missing}  # fmt: skip
    return {name: np.ascontiguousarray(each.T).ravel() for name, each in found.items()}


def _of_history(world: World, at_h: Ints) -> dict[str, Floats]:
    n, n_services = len(at_h), len(world.services)
    counts = np.zeros((n_services, n))
    found: dict[str, Floats] = {}
    names = [f"incidents in {name}" for _, name in _LOOK_BACK]
    table = {name: np.zeros((n, n_services)) for name in names}
    table |= {name: np.zeros((n, n_services)) for name in
              ("days since the last incident", "open incident")}  # fmt: skip
    for number in range(n_services):
        mine = world.service == number
        begun, ended = world.begun_h[mine], np.sort(world.ended_h[mine])
        so_far = np.searchsorted(begun, at_h)
        counts[number] = so_far
        for (days, _), name in zip(_LOOK_BACK, names, strict=True):
            table[name][:, number] = so_far - np.searchsorted(begun, at_h - DAY_H * days)
        last = np.concatenate([[-90.0 * DAY_H], begun])[so_far]
        table["days since the last incident"][:, number] = np.log1p((at_h - last) / DAY_H)
        table["open incident"][:, number] = so_far - np.searchsorted(ended, at_h, side="right")
    n_days = np.maximum(at_h / DAY_H, 1.0)
    overall = counts.sum(axis=0) / (n_days * n_services)
    table["incidents a day so far"] = (
        (counts + _PRIOR_DAYS * overall) / (n_days + _PRIOR_DAYS)
    ).T  # fmt: skip
    recent = table["incidents in 7 days"]
    under = np.zeros((n_services, n_services))
    for number, each in enumerate(world.below):
        under[number, list(each)] = 1.0
    table["incidents in 7 days of other services below"] = recent @ under.T
    table["open incidents of other services below"] = table["open incident"] @ under.T
    table["incidents in 7 days of all other services"] = (
        recent.sum(axis=1, keepdims=True) - recent
    )  # fmt: skip
    for name, values in table.items():
        found[name] = values.ravel()
    return found


def _of_calendar(world: World, at_h: Ints) -> dict[str, Floats]:
    at = world.start + pd.to_timedelta(at_h, unit="h")
    hour = 2 * np.pi * at.hour.to_numpy() / DAY_H
    day = at.day_of_week.to_numpy()
    return {
        "hour, sine": np.sin(hour), "hour, cosine": np.cos(hour),
        "weekend": (day >= 5).astype(np.float64), "friday": (day == 4).astype(np.float64),
    }  # fmt: skip

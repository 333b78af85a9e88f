"""Hourly readings of services around one moment, in the shape that `find_causes` takes.

An hour is compared with the same hours of the four weeks before: load and delay follow the
hour of the day, which would otherwise pass for spread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from analytics.operations.service_causes import Kind, Moment, Services

WEEKS: Final = 4
MOST_HOURS: Final = 3
"""Hours looked at from the one in which the trouble began."""
_HOUR: Final = pd.Timedelta(hours=1)
_RESOURCES: Final = ("cpu_load", "memory_load")
_METRICS: Final[Mapping[str, Kind]] = {
    "error_rate": "errors",
    "latency_ms": "latency",
    "requests": "requests",
}


def hours_around(at: pd.Timestamp, until: pd.Timestamp | None) -> pd.DatetimeIndex:
    """Return the hours that are looked at: from the one of `at`, at most `MOST_HOURS`."""
    first = at.floor("h")
    last = first + (MOST_HOURS - 1) * _HOUR
    if until is not None and pd.notna(until):
        last = min(last, max(first, (until - pd.Timedelta(seconds=1)).floor("h")))
    return pd.date_range(first, last, freq="h")


def services_of(
    readings: pd.DataFrame, callees: Mapping[str, tuple[str, ...]], hours: pd.DatetimeIndex
) -> Services:
    """Return measures at the hours and at the same hours of the four weeks before.

    Parameters
    ----------
    readings : DataFrame
        `service`, `metric`, `measured_at` (naive UTC, whole hours), `value`.
    callees : Mapping[str, tuple[str, ...]]
        Service to the services that it stands on.
    hours : DatetimeIndex
        From `hours_around`.

    Raises
    ------
    ValueError
        When nothing was measured at these hours, or nothing but requests.
    """
    start = hours[0] - pd.Timedelta(weeks=WEEKS)
    within = (readings["measured_at"] >= start) & (readings["measured_at"] <= hours[-1])
    same = readings["measured_at"].dt.hour.isin(set(hours.hour))
    mine = readings[within & same]
    wide = {
        str(metric): part.pivot_table(
            index="measured_at", columns="service", values="value", aggfunc="mean"
        )
        for metric, part in mine.groupby("metric", sort=True)
    }
    measures: dict[Kind, pd.DataFrame] = {
        kind: wide[metric] for metric, kind in _METRICS.items() if metric in wide
    }
    resource = _resource(wide, hours)
    if resource is not None:
        measures["resource"] = resource
    if not set(measures) - {"requests"}:
        raise ValueError("nothing but requests was measured around the time")
    times = sorted(set().union(*(frame.index for frame in measures.values())))
    index = pd.DatetimeIndex(times)
    if not index.isin(hours).any():
        raise ValueError("no reading lies around the time")
    return Services(
        measures={kind: frame.reindex(index) for kind, frame in measures.items()},
        callees=callees,
    )


def moment_of_hours(hours: pd.DatetimeIndex, node: str | None) -> Moment:
    """Return the moment to hand to `find_causes`, without tolerance for a time known well."""
    return Moment(
        at=hours[0], tolerance=pd.Timedelta(0), reach=hours[-1] - hours[0], node=node, kind=None
    )


def _resource(wide: Mapping[str, pd.DataFrame], hours: pd.DatetimeIndex) -> pd.DataFrame | None:
    """Return CPU or memory of each service: the one that lies further from its usual level."""
    frames = [wide[name] for name in _RESOURCES if name in wide]
    if not frames:
        return None
    chosen: dict[str, pd.Series] = {}
    size: dict[str, float] = {}
    for frame in frames:
        around = frame[frame.index.isin(hours)]
        before = frame[frame.index < hours[0]]
        for node in frame.columns:
            gap = float((around[node] - before[node].median()).abs().max())
            gap = 0.0 if np.isnan(gap) else gap
            if node not in chosen or gap > size[node]:
                chosen[node], size[node] = frame[node], gap
    return pd.DataFrame({node: chosen[node] for node in sorted(chosen)})

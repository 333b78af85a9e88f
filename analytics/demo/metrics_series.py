"""Hourly metrics of the services, with what is planted in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.demo import planted
from analytics.demo.operations import Incidents
from analytics.demo.sampling import HOUR_S, NEVER, Floats, Streams
from analytics.demo.services import FOOTPRINTS, SERVICES, service_position
from analytics.demo.timeline import (
    OFFICE_HOURS,
    OFFICE_WEEK,
    SHOPPING_HOURS,
    Timeline,
    shopping_days,
)
from analytics.demo.writer import Coded, Table
from analytics.schema import ROOT_CAUSES, SERVICE_METRICS

KINDS = ("spike", "level shift", "flat line", "gap")
_PER_YEAR = 8.0
_RECENT_DAYS = 14
_LENGTH_HOURS = {"spike": 3, "level shift": 24 * 12, "flat line": 30, "gap": 18}
# What an anomaly does: added to percentages, multiplied into the rest.
_SPIKE = {
    "cpu_load": 38.0,
    "memory_load": 30.0,
    "latency_ms": 4.5,
    "error_rate": 0.18,
    "requests": 3.2,
}
_SHIFT = {
    "cpu_load": 17.0,
    "memory_load": 14.0,
    "latency_ms": 1.7,
    "error_rate": 0.03,
    "requests": 1.45,
}
_ADDED = ("cpu_load", "memory_load", "disk_used", "error_rate")
_ROUNDING = {
    "cpu_load": 2,
    "memory_load": 2,
    "disk_used": 3,
    "latency_ms": 2,
    "error_rate": 5,
    "requests": 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """One planted anomaly in `[start_hour, end_hour)`, hours since the start of the data."""

    service: int
    metric: str
    kind: str
    start_hour: int
    end_hour: int


def plan_anomalies(streams: Streams, timeline: Timeline) -> list[Anomaly]:
    """Choose the anomalies: spread over the time, and one of each kind in the last two weeks."""
    rng = streams.named("anomalies")
    n_hours = timeline.n_days * 24
    n_recent = len(KINDS)
    n_early = min(40, max(len(KINDS), round(_PER_YEAR * timeline.n_days / 365)))
    planned = []
    taken: set[tuple[int, str]] = set()
    for number in range(n_early + n_recent):
        kind = KINDS[number % len(KINDS)]
        length = _LENGTH_HOURS[kind]
        recent = number < n_recent
        first = n_hours - _RECENT_DAYS * 24 if recent else 24 * 30
        last = n_hours - 48 if recent else n_hours - 24 * 30
        start = int(rng.integers(first, max(first + 1, last)))
        # One anomaly per series keeps the truth plain.
        while True:
            service = int(rng.integers(0, len(SERVICES)))
            usable = [name for name in SERVICES[service].metrics if name != "disk_used"]
            metric = usable[int(rng.integers(0, len(usable)))]
            if (service, metric) not in taken:
                break
        taken.add((service, metric))
        planned.append(
            Anomaly(
                service=service,
                metric=metric,
                kind=kind,
                start_hour=start,
                end_hour=min(start + length, n_hours),
            )
        )
    return sorted(planned, key=lambda item: (item.start_hour, item.service, item.metric))


def service_metrics_table(
    streams: Streams, timeline: Timeline, incidents: Incidents, anomalies: list[Anomaly]
) -> Table:
    """Columns of `service_metrics`, by service, metric and hour.

    Parameters
    ----------
    streams : Streams
        The seed's streams.
    timeline : Timeline
        The time covered.
    incidents : Incidents
        Which show in the metrics of their service while they last.
    anomalies : list of Anomaly
        From `plan_anomalies`.

    Returns
    -------
    Table
    """
    hours = np.arange(timeline.n_days * 24, dtype=np.int64)
    shopping, office = _load_shapes(timeline)
    services, metrics, times, values = [], [], [], []
    for number, service in enumerate(SERVICES):
        load = office if service.office else shopping
        rng = streams.named(f"metrics of {service.name}")
        series = _usual(rng, timeline, number, load)
        footprints(timeline, incidents, number, series)
        for code, metric in enumerate(SERVICE_METRICS):
            # Every series is drawn, so that one metric more or less changes no other.
            if metric not in service.metrics:
                continue
            planned = [
                item for item in anomalies if (item.service, item.metric) == (number, metric)
            ]
            kept = _apply(series[metric], metric, planned)
            values.append(_bounded(series[metric], metric)[kept])
            times.append(hours[kept] * HOUR_S)
            services.append(np.full(int(kept.sum()), number + 1, dtype=np.int64))
            metrics.append(np.full(int(kept.sum()), code, dtype=np.int64))
    return {
        "service_id": np.concatenate(services),
        "metric": Coded(codes=np.concatenate(metrics), words=SERVICE_METRICS),
        "measured_at": np.concatenate(times),
        "value": np.concatenate(values),
    }


def footprints(
    timeline: Timeline, incidents: Incidents, service: int, series: dict[str, Floats]
) -> None:
    """Add to the series of a service, in place, what its incidents of severity 1..3 do."""
    own = np.flatnonzero((incidents.service == service) & (incidents.severity <= 3))
    for position in own:
        resolved_s = int(incidents.resolved_s[position])
        end_s = timeline.end_s if resolved_s == NEVER else resolved_s
        first = int(incidents.started_s[position]) // HOUR_S
        last = min(-(-end_s // HOUR_S), timeline.n_days * 24)
        strength = (1.0, 0.8, 0.5)[int(incidents.severity[position]) - 1]
        for metric, effect in FOOTPRINTS[ROOT_CAUSES[int(incidents.cause[position])]].items():
            part = series[metric][first:last]
            if metric in _ADDED:
                part += effect * strength
            else:
                part *= 1.0 + (effect - 1.0) * strength


def disk_full_hour(timeline: Timeline) -> int:
    """Hour, since the start of the data, at which the planted disk reaches 100 %."""
    return (timeline.n_days + planted.DISK_FULL_DAYS_AFTER_END) * 24


def _load_shapes(timeline: Timeline) -> tuple[Floats, Floats]:
    """Relative load of each hour for shopping and for office services, mean 1."""
    shopping = np.outer(shopping_days(timeline) ** 0.8, np.array(SHOPPING_HOURS) + 0.6).ravel()
    week = np.array(OFFICE_WEEK)[timeline.weekdays()] + 0.05
    office = np.outer(week, np.array(OFFICE_HOURS) + 0.15).ravel()
    return shopping / shopping.mean(), office / office.mean()


def _smooth_noise(rng: np.random.Generator, n_hours: int, memory_hours: int = 12) -> Floats:
    """Noise of unit variance whose neighbours resemble each other, shape (n_hours,)."""
    kernel = np.exp(-np.arange(4 * memory_hours) / memory_hours)
    kernel = kernel / np.sqrt((kernel**2).sum())
    white = rng.standard_normal(n_hours + len(kernel) - 1)
    return np.convolve(white, kernel, mode="valid")


def _usual(
    rng: np.random.Generator, timeline: Timeline, number: int, load: Floats
) -> dict[str, Floats]:
    """The metrics of a service on ordinary days, each of shape (n_hours,)."""
    service = SERVICES[number]
    n_hours = timeline.n_days * 24
    years = np.arange(n_hours) / (24 * 365.0)
    growth = (1.0 + 0.14 * years) * load
    requests = service.requests_per_hour * growth * np.exp(0.05 * _smooth_noise(rng, n_hours))
    requests = requests * np.exp(0.03 * rng.standard_normal(n_hours))
    busy = np.sqrt(requests / service.requests_per_hour)
    cpu = 14.0 + 20.0 * busy + 2.2 * _smooth_noise(rng, n_hours, 6)
    # Memory creeps up and falls back at the weekly restart, Sunday night.
    week_share = ((np.arange(n_hours) - 6 * 24 - 3) % 168) / 168.0
    memory = 46.0 + 9.0 * week_share + 5.0 * busy + 1.6 * _smooth_noise(rng, n_hours)
    latency = service.latency_ms * (0.86 + 0.14 * busy**2)
    latency = latency * np.exp(0.06 * _smooth_noise(rng, n_hours, 5))
    errors = 0.0022 * np.exp(0.35 * _smooth_noise(rng, n_hours, 4)) * (0.8 + 0.2 * busy)
    return {
        "cpu_load": cpu,
        "memory_load": memory,
        "disk_used": _disk(rng, timeline, number),
        "latency_ms": latency,
        "error_rate": errors,
        "requests": requests,
    }


def _disk(rng: np.random.Generator, timeline: Timeline, number: int) -> Floats:
    """Disk use: slow growth, cleaned every quarter; the planted one only ever fills."""
    n_hours = timeline.n_days * 24
    hours = np.arange(n_hours, dtype=np.float64)
    per_day = float(rng.uniform(0.05, 0.11))
    period = float(rng.uniform(80, 110)) * 24
    noise = 0.12 * rng.standard_normal(n_hours)
    usual = SERVICES[number].disk_start + per_day * (hours % period) / 24 + 3.0 * hours / (24 * 365)
    if number != service_position(planted.DISK_SERVICE):
        return usual + noise
    to_go = (disk_full_hour(timeline) - hours) / 24.0
    line = 100.0 - planted.DISK_FILL_PERCENT_PER_DAY * to_go
    filling = hours >= n_hours - 24 * planted.DISK_FILL_DAYS_BEFORE_END
    # Before it starts to fill it lies a little below the foot of the line.
    foot = line[np.flatnonzero(filling)[0]]
    before = foot - 2.0 - 0.006 * (n_hours - hours) / 24.0 + 0.4 * np.sin(hours / 900.0)
    return np.where(filling, line, np.minimum(before, foot - 0.5)) + noise


def _apply(
    series: Floats, metric: str, planned: list[Anomaly]
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Put anomalies into a series, in place; gives the hours that are still measured."""
    kept = np.ones(len(series), dtype=np.bool_)
    for anomaly in planned:
        part = series[anomaly.start_hour : anomaly.end_hour]
        if anomaly.kind == "gap":
            kept[anomaly.start_hour : anomaly.end_hour] = False
        elif anomaly.kind == "flat line":
            part[:] = part[0]
        else:
            effect = (_SPIKE if anomaly.kind == "spike" else _SHIFT)[metric]
            if metric in _ADDED:
                part += effect
            else:
                part *= effect
    return kept


def _bounded(series: Floats, metric: str) -> Floats:
    top = {"error_rate": 1.0, "latency_ms": np.inf, "requests": np.inf}.get(metric, 100.0)
    bounded: Floats = np.clip(series, 0.0, top)
    return np.round(bounded, _ROUNDING[metric])

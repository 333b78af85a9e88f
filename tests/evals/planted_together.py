"""Are services found whose readings are unusual together though none is by itself?

    python -m tests.evals.planted_together FOLDER [--json FILE]

FOLDER is a demo warehouse. Into hours without an incident three readings of a service are moved for
six hours by 3.5 and by 5 times their scatter, up or down at random. Told are how many are found
taken together and by single readings, and what is told where neither was planted nor an incident
was: false alarms a service and month.
"""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from analytics.analyses.answering import proportion_ci95
from analytics.analyses.kind import Context
from analytics.analyses.outage_readings import world_of
from analytics.catalogue import load_catalogue
from analytics.operations.outage_features import World
from analytics.operations.unusual import scan
from analytics.operations.unusual_together import together
from analytics.query.warehouse import DuckDBWarehouse

SIZES = (3.5, 5.0)
PER_SERVICE = 12
HOURS = 6
WEEK = 168
FIRST = 20 * WEEK
SLACK = 12
RELATIVE = {"latency_ms", "requests"}


def main(folder: Path) -> dict[str, Any]:
    """Return what is found of what was planted, and false alarms."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    until = date.fromisoformat(truth["until"])
    context = Context(warehouse=DuckDBWarehouse(folder), catalogue=load_catalogue(), as_of=until)
    world, _, _ = world_of(context, ())
    return {f"moved by {size:g}": _figures(world, size) for size in SIZES}


def _figures(world: World, size: float) -> dict[str, Any]:
    random = np.random.default_rng(2)
    found = {"together": 0, "single": 0, "either": 0}
    alarms = single = n = blamed = 0
    for service in range(len(world.services)):
        values = world.values[service].copy()
        has = [row for row in range(len(values)) if not np.isnan(values[row]).all()]
        busy = _busy(world, service)
        starts = _free(busy, random)
        planted = []
        for start in starts:
            moved = random.choice([row for row in has if world.metrics[row] != "disk_used"],
                                  3, replace=False)  # fmt: skip
            for row in moved.tolist():
                sign = random.choice([-1.0, 1.0])
                values[row, start : start + HOURS] += sign * size * _scatter(values[row])
            planted.append((start, {int(row) for row in moved}))
        scans = [_scan(values[row], world.metrics[row]) for row in has]
        joint = together([each.sigmas for each in scans], week=WEEK, first=FIRST)
        marks = [(e.start, e.end) for each in scans for e in each.events if e.end > FIRST]
        for start, moved_rows in planted:
            n += 1
            hits = [j for j in joint if j.start < start + HOURS and j.end > start]
            found["together"] += bool(hits)
            blamed += bool(hits) and has[hits[0].parts[0][0]] in moved_rows
            alone = any(a < start + HOURS and b > start for a, b in marks)
            found["single"] += alone
            found["either"] += alone or bool(hits)
        alarms += _false([(one.start, one.end) for one in joint], planted, busy)
        single += _false(marks, planted, busy)
    months = len(world.services) * (world.n_hours - FIRST) / (24 * 30.4)
    return {
        "found_together": _share(found["together"], n),
        "found_by_single_readings": _share(found["single"], n),
        "a_moved_reading_is_named_first": _share(blamed, found["together"]),
        "found_by_either": _share(found["either"], n),
        "false_alarms_a_service_and_month": round(alarms / months, 3),
        "false_alarms_of_single_readings": round(single / months, 3),
    }


def _false(
    told: list[tuple[int, int]],
    planted: list[tuple[int, set[int]]],
    busy: np.ndarray[Any, np.dtype[np.bool_]],
) -> int:
    """Count stretches near nothing planted and no incident."""
    return sum(
        not any(s - SLACK < end and start < s + HOURS + SLACK for s, _ in planted)
        and not busy[max(0, start - SLACK) : end + SLACK].any()
        for start, end in told
    )


def _busy(world: World, service: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Mark the hours in which an incident of the service was open."""
    busy = np.zeros(world.n_hours, dtype=np.bool_)
    for place in np.flatnonzero(world.service == service):
        end = min(world.ended_h[place], world.n_hours)
        busy[int(world.begun_h[place]) : int(end) + 1] = True
    return busy


def _free(busy: np.ndarray[Any, np.dtype[np.bool_]], random: np.random.Generator) -> list[int]:
    """Return starts of stretches without an incident, weeks apart."""
    found: list[int] = []
    while len(found) < PER_SERVICE:
        start = int(random.integers(FIRST, len(busy) - 2 * HOURS))
        apart = all(abs(start - other) > 2 * WEEK for other in found)
        if apart and not busy[start - 24 : start + 24].any():
            found.append(start)
    return found


def _scatter(values: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    rest = values[WEEK:] - values[:-WEEK]
    return float(1.4826 * np.nanmedian(np.abs(rest)) / np.sqrt(2))


def _scan(values: np.ndarray[Any, np.dtype[np.float64]], metric: str) -> Any:
    values = np.maximum(values, 0.0)
    return scan(values, week=WEEK, day=24, is_relative=metric in RELATIVE, first=FIRST)


def _share(n: int, of: int) -> dict[str, object]:
    low, high = proportion_ci95(n, of)
    return {"n": of, "found": n, "ci95": [round(low, 3), round(high, 3)]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    figures = json.dumps(main(given.folder), indent=1)
    print(figures)
    if given.json:
        given.json.write_text(figures + "\n", encoding="utf-8")

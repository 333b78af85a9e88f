"""Whether planted causes, spreading failures and bursts of tickets are found in a demo warehouse.

`python -m tests.evals.planted_incidents FOLDER` prints counts with n and Wilson's interval; FOLDER
is a demo warehouse with its truth.json.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analytics.analyses.answering import proportion_ci95
from analytics.analyses.cause_incidents import (
    SYMPTOMS,
    Incident,
    incident_of,
    read_incidents,
    records_of,
)
from analytics.analyses.cause_services import look_around
from analytics.analyses.incident_tickets import Topic, read_tickets
from analytics.analyses.kind import Context
from analytics.catalogue import load_catalogue
from analytics.learning.classes import class_scores, majority, out_of_fold, stratified_folds
from analytics.operations.bursts import Burst, find_bursts
from analytics.operations.incident_causes import ceiling, rivals
from analytics.operations.symptom_causes import MODEL, known_causes, read_symptoms
from analytics.query.warehouse import DuckDBWarehouse

_LINKED = 0.3
_STRETCHES = (
    ("2024-04-01", "2025-01-01"), ("2025-01-01", "2026-01-01"), ("2026-01-01", "2026-06-30"),
)  # fmt: skip


def main(folder: Path) -> dict[str, Any]:
    """Return what was found of causes, of spreading failures and of bursts."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    context = Context(
        warehouse=DuckDBWarehouse(folder), catalogue=load_catalogue(), as_of=date(2026, 6, 30)
    )
    frame, _ = read_incidents(context)
    return {
        "causes": _causes(frame, truth),
        "services": _services(context, frame, truth),
        "bursts": _bursts(context, frame, truth, filed=True),
        "bursts_by_words_alone": _bursts(context, frame, truth, filed=False),
    }


def _causes(frame: pd.DataFrame, truth: dict[str, Any]) -> dict[str, Any]:
    known = known_causes(frame, tuple(SYMPTOMS))
    folds = stratified_folds(known.y, n_folds=5, seed=0)
    build = rivals(known.table, n_inner=2, seed=0)[MODEL]
    found = class_scores(known, out_of_fold(MODEL, build, known, folds))
    names, digits = truth["incidents"]["root_causes"], truth["incidents"]["true_cause"]
    unknown = frame[frame["root_cause"].isna()]
    right = [
        read_symptoms(known, dict(incident_of(row).symptoms)).ranked[0].cause
        == names[int(digits[int(row["incident_id"]) - 1])]
        for row in records_of(unknown)
    ]
    return {
        "cross_validated": {name: score.as_json() for name, score in found.items()},
        "most_frequent": class_scores(known, majority(known, folds))["accuracy"].as_json(),
        "ceiling": ceiling(known).accuracy,
        "planted_and_not_on_record": _told(right),
    }


def _services(context: Context, frame: pd.DataFrame, truth: dict[str, Any]) -> dict[str, Any]:
    parents = {
        each["incident_id"]: each["followed_from"] for each in truth["incidents"]["cascades"]
    }
    incidents = {each.incident_id: each for each in map(incident_of, records_of(frame))}
    traced, not_traced, single, top, named_wrong = [], [], [], [], []
    for number, one in incidents.items():
        around = look_around(context, one.service, one.started_at, one.resolved_at)
        if number in parents:
            earlier = [each.incident_id for each in around.earlier]
            traced.append(_first(parents, number) in earlier or parents[number] in earlier)
        else:
            not_traced.append(not around.earlier)
        if around.verdict is None:
            continue
        expected = incidents[_first(parents, number)].service
        if one.severity <= 3:
            ranked = [each.node for each in around.verdict.ranked]
            top.append(ranked[:1] == [expected])
        if around.verdict.is_single:
            single.append(around.verdict.ranked[0].node == expected)
        elif one.severity <= 3:
            named_wrong.append(number)
    return {
        "spread_traced_to_its_incident": _told(traced),
        "others_not_traced": _told(not_traced),
        "readings_first_is_right_severity_1_to_3": _told(top),
        "readings_right_when_one_is_named": _told(single),
        "no_single_named_severity_1_to_3": len(named_wrong),
    }


def _first(parents: dict[int, int], number: int) -> int:
    while number in parents:
        number = parents[number]
    return number


def _bursts(
    context: Context, frame: pd.DataFrame, truth: dict[str, Any], *, filed: bool
) -> dict[str, Any]:
    by_incident = {each.incident_id: each for each in map(incident_of, records_of(frame))}
    found, delays, is_true, people = [], [], [], []
    majors = []
    docks = frozenset(truth["tickets"]["dock_firmware"].get("ticket_ids", ()))
    for start, end in _STRETCHES:
        first, last = pd.Timestamp(start), pd.Timestamp(end)
        tickets, _ = read_tickets(context, Topic(), first, last)
        if not filed:
            tickets["filed"] = None
        bursts = find_bursts(tickets, first, last)
        is_true += [_share(burst, tickets, docks) >= _LINKED for burst in bursts]
        people += [burst.n_people for burst in bursts]
        for number, mine in tickets[tickets["opened_at"] >= first].groupby("incident_id"):
            if mine["person"].nunique() < 5:
                continue
            holder = _holder(bursts, mine.index.to_numpy())
            found.append(holder is not None)
            if holder is not None:
                delays.append(_delay(by_incident[int(str(number))], holder))
        majors += [
            _major(each, tickets, bursts)
            for each in truth["major_incidents"]
            if first <= pd.Timestamp(each["started_at"]) < last
        ]
    late = [each for each in delays if each >= 0]
    return {
        "majors": majors,
        "incidents_of_five_people_found": _told(found),
        "minutes_from_start_to_alarm": {
            "n": len(late), "median": float(np.median(late)),
            "nine_in_ten": float(np.quantile(late, 0.9)),
        },
        "bursts_with_a_planted_reason": _told(is_true),
        "others_of_ten_people": sum(
            n >= 10 and not true for n, true in zip(people, is_true, strict=True)
        ),
    }  # fmt: skip


def _share(burst: Burst, tickets: pd.DataFrame, planted: frozenset[int]) -> float:
    """Return the share of tickets that are linked to an incident or belong to the planted rise."""
    mine = tickets.iloc[burst.rows]
    return float((mine["incident_id"].notna() | mine["ticket_id"].isin(planted)).mean())


def _holder(bursts: list[Burst], rows: np.ndarray) -> Burst | None:
    near = [each for each in bursts if len(np.intersect1d(each.rows, rows)) >= len(rows) / 2]
    return near[0] if near else None


def _delay(incident: Incident, burst: Burst) -> float:
    return (burst.alarm_at - incident.started_at).total_seconds() / 60


def _major(planted: dict[str, Any], tickets: pd.DataFrame, bursts: list[Burst]) -> dict[str, Any]:
    ids = set(planted["ticket_ids"])
    mine = [set(tickets["ticket_id"].iloc[burst.rows]) for burst in bursts]
    best = max(range(len(bursts)), key=lambda i: len(mine[i] & ids))
    hit = len(mine[best] & ids)
    started = pd.Timestamp(planted["started_at"])
    return {
        "incident_id": planted["incident_id"],
        "n_tickets": len(ids),
        "precision": round(hit / len(mine[best]), 3),
        "recall": round(hit / len(ids), 3),
        "minutes_to_alarm": round((bursts[best].alarm_at - started).total_seconds() / 60, 1),
    }


def _told(right: list[bool]) -> dict[str, Any]:
    low, high = proportion_ci95(sum(right), len(right))
    return {"n": len(right), "found": sum(right), "ci95": [round(low, 3), round(high, 3)]}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1])), indent=1))

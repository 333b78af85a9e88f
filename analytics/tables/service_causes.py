"""The service to blame, from files of metrics and calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from analytics.errors import InputError
from analytics.operations.service_causes import (
    MIN_NORMAL_ROWS,
    Blamed,
    Deviation,
    Kind,
    Moment,
    Services,
    Verdict,
    find_causes,
)
from analytics.tables.report import Report
from analytics.tables.services import kind_of, moment_of, read_services

NO_SINGLE: Final = "no single cause"
_MOST_TOLD: Final = 5
_NAMES: Final = {
    "errors": "failed calls",
    "latency": "latency",
    "resource": "resources",
    "requests": "requests",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """Files, time, and where the trouble was seen."""

    metrics: tuple[Path, ...]
    graph: Path | None
    at: str
    node: str | None = None
    metric: str | None = None
    tolerance_minutes: float = 10.0


def analyse_services(options: ServiceOptions) -> Report:
    """Rank the nodes by how much of the trouble around a time is their own.

    Raises
    ------
    InputError
        When a file cannot be read, the node is not in it, or the time is not covered.
    """
    services = read_services(options.metrics, options.graph)
    verdict = _verdict(services, options)
    nodes = [_told(each) for each in verdict.ranked]
    notes = []
    if verdict.n_normal_rows < MIN_NORMAL_ROWS:
        notes.append(
            f"only {verdict.n_normal_rows} rows of normal time: small deviations cannot be told"
        )
    if not services.callees:
        notes.append("without calls between nodes a node cannot explain another")
    found = nodes[0]["node"] if verdict.is_single else NO_SINGLE
    values = {
        "verdict": found,
        "is_single": verdict.is_single,
        "reason": verdict.reason,
        "seen_at": verdict.seen_at,
        "symptom": verdict.symptom,
        "nodes": nodes,
        "n_normal_rows": verdict.n_normal_rows,
        "n_rows": verdict.n_rows,
        "notes": notes,
    }
    first = (
        f"{found} is to blame: {verdict.reason}."
        if verdict.is_single
        else f"No single cause: {verdict.reason}."
    )
    lines = [
        first,
        f"Seen at {verdict.seen_at} as {_NAMES[verdict.symptom]}; {verdict.n_rows} rows around "
        f"the time, {verdict.n_normal_rows:,} of normal time.",
    ]
    lines += [
        f"{place}. {each['node']} (score {each['score']:.2f}): {each['evidence']}."
        for place, each in enumerate(nodes[:_MOST_TOLD], start=1)
    ]
    lines += [f"Note: {note}." for note in notes]
    columns = ["node", "score", "own_share", "evidence"]
    table = pd.DataFrame([[each[name] for name in columns] for each in nodes], columns=columns)
    return Report(values=values, lines=tuple(lines), tables={"predictions": table})


def _verdict(services: Services, options: ServiceOptions) -> Verdict:
    frames = services.measures.values()
    known = sorted({str(node) for frame in frames for node in frame.columns})
    if options.node is not None and options.node not in known:
        raise InputError(
            f"No metrics of a node {options.node!r}.", hint=f"Nodes are: {', '.join(known[:8])} …"
        )
    kind: Kind | None = kind_of(options.metric) if options.metric else None
    if kind is not None and (kind == "requests" or kind not in services.measures):
        raise InputError(
            f"{options.metric!r} cannot be where the trouble was seen.",
            hint=f"The metrics hold {', '.join(sorted(services.measures))}.",
        )
    moment = Moment(
        at=moment_of(options.at),
        tolerance=pd.Timedelta(minutes=options.tolerance_minutes),
        node=options.node,
        kind=kind,
    )
    try:
        return find_causes(services, moment)
    except ValueError as error:
        times = next(iter(frames)).index
        raise InputError(
            f"The metrics do not cover {moment.at}: {error}.",
            hint=f"They reach from {times.min()} to {times.max()} (UTC); both the time and a "
            "normal time before it are needed.",
        ) from error


def _told(blamed: Blamed) -> dict[str, Any]:
    return {
        "node": blamed.node,
        "score": blamed.score,
        "own_share": blamed.own_share,
        "deviations": [
            {"kind": each.kind, "usual": each.usual, "seen": each.seen, "spreads": each.spreads}
            for each in blamed.deviations
        ],
        "explains": list(blamed.explains),
        "explained_by": list(blamed.explained_by),
        "evidence": _evidence(blamed),
    }


def _evidence(blamed: Blamed) -> str:
    parts = [_deviated(each) for each in blamed.deviations]
    parts.append(f"{blamed.own_share:.0%} of the excess is its own")
    if blamed.explained_by:
        parts.append(f"calls {_and(blamed.explained_by)}, deviating too")
    if blamed.explains:
        parts.append(f"explains {_and(blamed.explains)}, which call{_s(blamed.explains)} it")
    return "; ".join(parts)


def _deviated(each: Deviation) -> str:
    shown: Literal[".2%", ".4g"] = ".2%" if each.kind == "errors" and each.seen <= 1 else ".4g"
    return (
        f"{_NAMES[each.kind]} {each.seen:{shown}} where {each.usual:{shown}} is usual "
        f"({each.spreads:.0f} spreads)"
    )


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _s(names: Sequence[str]) -> str:
    return "s" if len(names) == 1 else ""

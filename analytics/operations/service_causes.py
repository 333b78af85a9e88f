"""Which service is to blame: robust deviations around a time, and who calls whom.

Each measure of each node is compared with the normal time before, in units of its own spread
(median and interquartile range, as in Pham et al. 2024, BARO: Robust root cause analysis for
microservices). What a node does worse than normal is then weighed with its requests, and what the
nodes that it calls account for is taken off: slowness and failures climb from the callee to its
callers, so the deepest node that deviates explains those above it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Kind = Literal["errors", "latency", "resource", "requests"]
SYMPTOMS: Final[tuple[Kind, ...]] = ("errors", "latency", "resource")

ANOMALOUS: Final = 4.0
"""Spreads from the median from which on a node deviates."""
CLEARLY_ANOMALOUS: Final = 8.0
"""Spreads from which on a node below counts although its caller hardly shows it."""
HARDLY: Final = 1.5
"""Spreads that the caller has to show at least."""
MIN_NORMAL_ROWS: Final = 12
MIN_SHARE: Final = 0.15
"""Share of the excess that the first node must own, else no single node is to blame."""
CLEAR_LEAD: Final = 1.25
"""The first node's score over the second one's, from which on it is called the single cause."""
TOLERANCE: Final = pd.Timedelta(minutes=10)
REACH: Final = pd.Timedelta(minutes=15)
_RUN_ROWS: Final = 3
_NORMAL_IQR: Final = 1.349
_FLOORS: Final[Mapping[Kind, tuple[float, float]]] = {
    "errors": (0.0, 0.001),
    "latency": (0.04, 1e-9),
    "resource": (0.04, 1e-9),
    "requests": (0.04, 1e-9),
}
"""Smallest spread of a measure: share of the median, and absolute."""
_FEW_ROWS_FLOOR: Final = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Measures of the nodes over time, and the calls between nodes."""

    measures: Mapping[Kind, pd.DataFrame]
    """Kind → frame of shape (n_times, n_nodes) over the same naive UTC times; NaN is allowed.
    Errors are shares of failed calls."""
    callees: Mapping[str, tuple[str, ...]]
    """Node → the nodes that it calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When something went wrong, and where it was seen."""

    at: pd.Timestamp
    """Naive UTC."""
    tolerance: pd.Timedelta = TOLERANCE
    """The trouble may have begun this much earlier."""
    reach: pd.Timedelta = REACH
    """How long after `at` it is looked at."""
    node: str | None = None
    """Node where it was seen; the caller of all that deviates most without it."""
    kind: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One measure of one node around the time."""

    kind: Kind
    usual: float
    seen: float
    spreads: float
    """How many spreads worse than usual; for resources and requests in either direction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blamed:
    """A node that may be the cause."""

    node: str
    score: float
    """0 to 1; the scores of all nodes add up to at most 1."""
    own_share: float
    """Share of the symptom's excess that its callees do not account for."""
    deviations: tuple[Deviation, ...]
    explained_by: tuple[str, ...]
    """Callees that deviate likewise."""
    explains: tuple[str, ...]
    """Callers that deviate likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to blame, best first."""

    seen_at: str
    """Node where the trouble was seen."""
    symptom: Kind
    ranked: tuple[Blamed, ...]
    is_single: bool
    reason: str
    """Why there is, or is not, a single cause."""
    n_normal_rows: int
    n_rows: int


def find_causes(services: Services, moment: Moment) -> Verdict:
    """Rank the nodes by how much of the trouble around a time is their own.

    Parameters
    ----------
    services : Services
        Measures of at least one kind besides requests; nodes without calls may be in it.
    moment : Moment
        The time, give or take its tolerance.

    Returns
    -------
    Verdict
        Nodes that do not deviate are not ranked; weak evidence ranks, and names no single cause.

    Raises
    ------
    ValueError
        When no row lies around the time, or none before or after it.
    """
    is_normal, is_around = _rows(services, moment)
    found = {
        kind: _deviations(kind, frame, is_normal, is_around)
        for kind, frame in services.measures.items()
    }
    node, symptom = _seen(services, found, moment)
    n_normal, n_around = int(is_normal.sum()), int(is_around.sum())
    deviation = found[symptom].get(node)
    ranked = _ranked(services, found, node, symptom)
    is_single, reason = _judged(ranked, node, 0.0 if deviation is None else deviation.spreads)
    return Verdict(
        seen_at=node, symptom=symptom, ranked=ranked, is_single=is_single, reason=reason,
        n_normal_rows=n_normal, n_rows=n_around,
    )  # fmt: skip


def _rows(
    services: Services, moment: Moment
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which rows are normal time, and which lie around the moment."""
    times = next(iter(services.measures.values())).index
    end = moment.at + moment.reach
    start = moment.at - moment.tolerance
    is_around = np.asarray((times >= start) & (times <= end))
    is_normal = np.asarray(times < start)
    if is_normal.sum() < MIN_NORMAL_ROWS:
        # Without a normal time before, the one after has to do.
        is_normal |= np.asarray(times > end + 2 * moment.reach)
    if is_normal.sum() < MIN_NORMAL_ROWS:
        is_normal = np.asarray(times < moment.at)
        is_around = np.asarray((times >= moment.at) & (times <= end))
    if not is_around.any():
        raise ValueError("no row lies around the time")
    if not is_normal.any():
        raise ValueError("no row of normal time")
    return is_normal, is_around


def _deviations(
    kind: Kind,
    frame: pd.DataFrame,
    is_normal: npt.NDArray[np.bool_],
    is_around: npt.NDArray[np.bool_],
) -> dict[str, Deviation]:
    """Return the deviation of each node that has a normal time."""
    n_rows = min(_RUN_ROWS, int(is_around.sum()))
    runs = frame.rolling(n_rows, min_periods=1).mean()
    is_few = is_normal.sum() < MIN_NORMAL_ROWS
    share, least = _FLOORS[kind]
    if is_few and kind != "errors":
        share = _FEW_ROWS_FLOOR
    normal = (frame if is_few else runs).to_numpy(dtype=np.float64)[is_normal]
    around = frame.to_numpy(dtype=np.float64)[is_around]
    found = {}
    for place, node in enumerate(frame.columns):
        usual_values = normal[~np.isnan(normal[:, place]), place]
        if not len(usual_values) or np.isnan(around[:, place]).all():
            continue
        low, usual, high = np.quantile(usual_values, [0.25, 0.5, 0.75])
        if is_few:
            # The trouble may have begun within these few rows: the best of them is normal.
            low = usual = high = usual_values.min()
        spread = max((high - low) / _NORMAL_IQR, share * abs(usual), least)
        reach = _runs(around[:, place], n_rows) - usual
        if kind in ("resource", "requests"):
            reach = reach[[int(np.argmax(np.abs(reach)))]]
        worst = float(reach.max() if kind != "requests" else reach[0])
        size = abs(worst) if kind in ("resource", "requests") else worst
        found[str(node)] = Deviation(
            kind=kind, usual=float(usual), seen=float(usual + worst), spreads=float(size / spread)
        )
    return found


def _runs(values: Floats, n_rows: int) -> Floats:
    """Return the means of all runs of rows, without those that have no value at all."""
    windows = np.lib.stride_tricks.sliding_window_view(values, n_rows)
    kept = windows[~np.isnan(windows).all(axis=1)]
    return np.asarray(np.nanmean(kept, axis=1))


def _seen(
    services: Services, found: Mapping[Kind, Mapping[str, Deviation]], moment: Moment
) -> tuple[str, Kind]:
    """Return the node and the symptom to start from."""
    kinds: Sequence[Kind] = [moment.kind] if moment.kind else [k for k in SYMPTOMS if k in found]
    called = {callee for callees in services.callees.values() for callee in callees}
    nodes = [moment.node] if moment.node else sorted({node for k in kinds for node in found[k]})
    entries = [node for node in nodes if node not in called and node in services.callees]
    reach = {node: len(_below(services, node)) for node in nodes}
    first = max(reach.values(), default=0)
    # The entry that calls most of the others is where users feel it.
    starts = [node for node in entries if reach[node] == first] or entries or nodes
    ranked = [
        (found[kind][node].spreads, -order, node, kind)
        for order, kind in enumerate(kinds)
        for node in starts
        if node in found[kind]
    ]
    if not ranked:
        return (starts or nodes)[0], kinds[0]
    _, _, node, kind = max(ranked)
    return node, kind


def _below(services: Services, node: str) -> dict[str, None]:
    """Return all nodes that a node calls, directly or not, in order of distance."""
    seen: dict[str, None] = {}
    waiting = list(services.callees.get(node, ()))
    while waiting:
        each = waiting.pop(0)
        if each not in seen and each != node:
            seen[each] = None
            waiting += services.callees.get(each, ())
    return seen


def _ranked(
    services: Services,
    found: Mapping[Kind, Mapping[str, Deviation]],
    start: str,
    symptom: Kind,
) -> tuple[Blamed, ...]:
    """Return the nodes that deviate, those that explain the others first."""
    seen = found[symptom]
    deviant = {node for node, each in seen.items() if each.spreads >= ANOMALOUS}
    linked = (_linked(services, start, deviant) & deviant) or deviant
    excess = {node: _excess(seen[node], found.get("requests", {}), node) for node in deviant}
    whole = max((excess[node] for node in linked), default=0.0)
    callers: dict[str, list[str]] = {}
    for caller, callees in services.callees.items():
        for callee in callees:
            callers.setdefault(callee, []).append(caller)
    weighed = []
    for node in sorted(deviant):
        below = [each for each in services.callees.get(node, ()) if each in deviant]
        own = max(0.0, excess[node] - sum(excess[each] for each in below))
        share = own / whole if whole > 0 else 0.0
        strength = seen[node].spreads / (seen[node].spreads + ANOMALOUS)
        depth = 1.0 if node in linked else 0.1
        # What is left over after rounding still comes before what does not deviate at all.
        weight = (min(share, 1.0) + 0.02 * strength) * strength * depth
        above = tuple(each for each in sorted(callers.get(node, ())) if each in deviant)
        weighed.append((weight, share, node, tuple(below), above))
    total = max(sum(each[0] for each in weighed), 1e-12)
    weighed.sort(key=lambda each: (-each[0], each[2]))
    return tuple(
        Blamed(
            node=node, score=weight / total, own_share=min(share, 1.0), explained_by=below,
            explains=above,
            deviations=tuple(
                found[kind][node]
                for kind in (symptom, *(k for k in found if k != symptom))
                if node in found[kind]
                and (kind == symptom or found[kind][node].spreads >= ANOMALOUS)
            ),
        )
        for weight, share, node, below, above in weighed
    )  # fmt: skip


def _linked(services: Services, start: str, deviant: set[str]) -> set[str]:
    """Return the nodes reached from the start along calls through nodes that deviate."""
    seen, waiting = {start}, [start]
    while waiting:
        for each in services.callees.get(waiting.pop(), ()):
            if each in deviant and each not in seen:
                seen.add(each)
                waiting.append(each)
    return seen


def _excess(deviation: Deviation, requests: Mapping[str, Deviation], node: str) -> float:
    """Return what a node loses beyond normal: seconds or failures, over all of its requests."""
    if deviation.kind == "resource":
        return deviation.spreads
    n = requests[node].usual if node in requests else 1.0
    return max(deviation.seen - deviation.usual, 0.0) * max(n, 1.0)


def _judged(ranked: Sequence[Blamed], seen_at: str, spreads: float) -> tuple[bool, str]:
    """Return whether the first one is the single cause, and why."""
    if not ranked:
        return False, "nothing deviates from its normal time"
    first = ranked[0]
    if spreads < ANOMALOUS and (
        spreads < HARDLY or first.deviations[0].spreads < CLEARLY_ANOMALOUS
    ):
        return False, f"{seen_at} does not deviate from its normal time"
    if first.own_share < MIN_SHARE:
        return False, "no node has a good part of the excess to itself"
    if len(ranked) > 1 and first.score < CLEAR_LEAD * ranked[1].score:
        return False, f"{first.node} and {ranked[1].node} deviate about equally"
    return True, f"{first.own_share:.0%} of the excess is its own and not of what it calls"

"""`deskwise eval routing`: questions with known routes through the router."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from assistant.evaluation.files import RoutingRow
from assistant.evaluation.metrics import latency_ms, wilson_interval
from assistant.model import ROUTES
from assistant.ports import Router

NO_ROUTE = "no_route"
"""What stands in the confusion when the router was not sure enough; it counts as wrong."""


def evaluate_routing(rows: Sequence[RoutingRow], router: Router) -> dict[str, Any]:
    """Route every question and compare.

    Parameters
    ----------
    rows
        At least one.
    router
        What is judged. It is asked once beforehand, so that no row pays for loading.

    Returns
    -------
    dict
        n; accuracy with its 95 % interval; macro_f1 over the labels that occur among the rows;
        oos_recall (None without out-of-scope rows); n_no_route; confusion: label → route → count;
        by_label; by_slice; latency_ms.
    """
    router.route(rows[0].text)
    durations: list[float] = []
    routed: list[str] = []
    for row in rows:
        started = time.perf_counter()
        route = router.route(row.text).route
        durations.append((time.perf_counter() - started) * 1000)
        routed.append(route or NO_ROUTE)
    confusion: dict[str, Counter[str]] = {label: Counter() for label in ROUTES}
    by_slice: dict[str, list[bool]] = defaultdict(list)
    for row, route_name in zip(rows, routed, strict=True):
        confusion[row.label][route_name] += 1
        by_slice[row.slice].append(route_name == row.label)
    by_label = {label: _label_scores(confusion, label) for label in ROUTES if confusion[label]}
    n_right = sum(counts[label] for label, counts in confusion.items())
    return {
        "n": len(rows),
        "accuracy": n_right / len(rows),
        "accuracy_ci95": wilson_interval(n_right, len(rows)),
        "macro_f1": sum(scores["f1"] for scores in by_label.values()) / len(by_label),
        "oos_recall": by_label["out_of_scope"]["recall"] if "out_of_scope" in by_label else None,
        "n_no_route": routed.count(NO_ROUTE),
        "confusion": {
            label: {name: counts[name] for name in (*ROUTES, NO_ROUTE)}
            for label, counts in confusion.items()
        },
        "by_label": by_label,
        "by_slice": {
            name: {
                "n": len(hits),
                "accuracy": sum(hits) / len(hits),
                "accuracy_ci95": wilson_interval(sum(hits), len(hits)),
            }
            for name, hits in sorted(by_slice.items())
        },
        "latency_ms": latency_ms(durations),
    }


def _label_scores(confusion: dict[str, Counter[str]], label: str) -> dict[str, float]:
    n_right = confusion[label][label]
    n_gold = confusion[label].total()
    n_routed = sum(counts[label] for counts in confusion.values())
    return {
        "n": n_gold,
        "precision": n_right / n_routed if n_routed else 0.0,
        "recall": n_right / n_gold,
        "f1": 2 * n_right / (n_gold + n_routed),
    }

"""Are incidents foretold where something foretells them, and is it said where nothing does?

    python -m tests.evals.planted_outages FOLDER [--json FILE]

FOLDER is a demo warehouse, in which nothing is planted before incidents: the right answer is that
there is no signal. Then six of ten incidents get a warning: memory and latency of their service
rise in the 10 to 30 hours before. Told are the next day and the day after from every midnight of
the later 60 % of the time, by models that learnt from earlier weeks; intervals are over weeks.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from analytics.analyses.answering import proportion_ci95
from analytics.analyses.kind import Context
from analytics.analyses.outage_readings import world_of
from analytics.catalogue import load_catalogue
from analytics.learning.scores import Score
from analytics.operations.outage_features import World
from analytics.operations.outage_scores import Window
from analytics.operations.outages import foretell
from analytics.query.warehouse import DuckDBWarehouse

WARNED = 0.6
WINDOWS = {
    "next day": Window(after_h=0, within_h=24),
    "day after": Window(after_h=24, within_h=24),
    "next seven days": Window(after_h=0, within_h=168),
}


def main(folder: Path) -> dict[str, Any]:
    """Return the figures of both worlds and each window."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    context = Context(
        warehouse=DuckDBWarehouse(folder), catalogue=load_catalogue(),
        as_of=date.fromisoformat(truth["until"]),
    )  # fmt: skip
    plain, _, _ = world_of(context, ())
    worlds = {"as it is": plain, "with warnings": _warned(plain)}
    return {
        name: {when: _figures(world, window) for when, window in WINDOWS.items()}
        for name, world in worlds.items()
    }


def _warned(world: World) -> World:
    """Let memory and latency rise before most incidents."""
    random = np.random.default_rng(1)
    values = world.values.copy()
    for service, begun in zip(world.service, world.begun_h.astype(int), strict=True):
        if random.random() > WARNED:
            continue
        first = max(0, begun - int(random.integers(10, 30)))
        rise = np.linspace(0.3, 1.0, begun - first)
        for place, metric in enumerate(world.metrics):
            if metric == "memory_load":
                values[service, place, first:begun] += 9.0 * rise
            if metric == "latency_ms":
                values[service, place, first:begun] *= 1.0 + 0.35 * rise
    return replace(world, values=values)


def _figures(world: World, window: Window) -> dict[str, Any]:
    found = foretell(world, window, step_h=24, seed=0)
    return {
        "model": found.model,
        "n": found.n_moments,
        "followed": found.n_followed,
        "rivals": {
            rival.name: {
                "roc_auc": _score(rival.roc_auc), "pr_auc": _score(rival.pr_auc),
                "log_loss": _score(rival.log_loss), "gain": _score(rival.gain),
                "alerts_right": _share(rival.alerts.right, rival.alerts.n),
                "incidents_foretold": _share(rival.alerts.foretold, rival.alerts.n_incidents),
                "alerts_a_week": round(rival.alerts.a_week, 2),
                "lead_h": None if rival.alerts.lead_h is None else round(rival.alerts.lead_h, 1),
            }
            for rival in found.rivals
        },
    }  # fmt: skip


def _score(score: Score) -> dict[str, object]:
    return {"mean": round(score.mean, 4), "ci95": [round(end, 4) for end in score.ci95]}


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

"""PetShop: is the service with the injected issue named, and is none named when there is none?

Two scenarios of the published data are at hand, with one recording without an issue. Both the
named splits are asked (nothing is learnt from either); the normal time is the recording without
an issue. Its second half is cut into stretches of twenty-five minutes, as long as an issue's
recording, with the first half as the normal time: a stretch for which a single cause is named
counts against the specificity.

    python -m tests.evals.petshop [--json FILE]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from analytics.operations.service_causes import Kind, Moment, Services, find_causes
from analytics.tables.services import kind_of, moment_of, read_services

SHARED = Path(os.environ.get("DESKWISE_SHARED", Path(__file__).parents[3] / "shared"))
FOLDER = SHARED / "data" / "operations" / "petshop"
NORMAL = FOLDER / "low_traffic" / "noissue" / "metrics.csv"


@cache
def _read(files: tuple[Path, ...], graph: Path) -> Services:
    return read_services(files, graph)


def issues() -> list[Path]:
    """Return the folders of all issues."""
    return sorted(path.parent for path in FOLDER.glob("*/*/issue_*/target.json"))


def rank(issue: Path, *, is_told: bool, shift_s: int = 0, has_normal: bool = True) -> int:
    """Return at which place the true node comes, 0 if nowhere."""
    target = json.loads((issue / "target.json").read_text(encoding="utf-8"))
    seen, truth = target["target"], target["root_cause"]["node"]
    files = [NORMAL, issue / "metrics.csv"] if has_normal else [issue / "metrics.csv"]
    services = _read(tuple(files), issue.parents[1] / "graph.csv")
    moment = Moment(
        at=moment_of(str(seen["timestamp"] + shift_s)),
        node=seen["node"] if is_told else None,
        kind=kind_of(seen["metric"]) if is_told else None,
    )
    nodes = [each.node for each in find_causes(services, moment).ranked]
    return nodes.index(truth) + 1 if truth in nodes else 0


def quiet_stretches(n_rows: int = 5) -> Iterator[tuple[Services, pd.Timestamp]]:
    """Give the normal half with one stretch of the other half each, and a time in the stretch."""
    services = read_services([NORMAL], FOLDER / "low_traffic" / "graph.csv")
    times = next(iter(services.measures.values())).index
    half = len(times) // 2
    for first in range(half, len(times) - n_rows + 1, n_rows):
        rows = np.r_[0:half, first : first + n_rows]
        measures = {kind: frame.iloc[rows] for kind, frame in services.measures.items()}
        part = dataclasses.replace(services, measures=measures)
        yield part, times[first] + pd.Timedelta(minutes=8)


def share(hits: int, n: int) -> dict[str, object]:
    """Return a share with its Wilson interval."""
    z = 1.959964
    p, middle = hits / n, (hits + z * z / 2) / (n + z * z)
    reach = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    ends = [round(float(max(0, middle - reach)), 3), round(float(min(1, middle + reach)), 3)]
    return {"value": round(p, 3), "ci95": ends, "n": n}


def measured(kind: Kind | None, *, is_told: bool) -> dict[str, object]:
    """Return the share of stretches without an issue for which no single cause is named."""
    quiet = n = 0
    for services, at in quiet_stretches():
        moment = Moment(at=at, node="PetSite" if is_told else None, kind=kind)
        quiet += not find_causes(services, moment).is_single
        n += 1
    return share(quiet, n)


def tops(ranks: list[int]) -> dict[str, object]:
    """Return how often the truth comes first, and among the first three."""
    n = len(ranks)
    return {
        "top_1": share(sum(each == 1 for each in ranks), n),
        "top_3": share(sum(1 <= each <= 3 for each in ranks), n),
    }


def main() -> None:
    """Print the shares and write them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found = issues()
    result: dict[str, object] = {
        "told_where_it_was_seen": tops([rank(each, is_told=True) for each in found]),
        "by_scenario_and_split": {
            name: tops([rank(each, is_told=True) for each in found if name in each.as_posix()])
            for name in sorted({each.parent.relative_to(FOLDER).as_posix() for each in found})
        },
        "told_the_time_alone": tops([rank(each, is_told=False) for each in found]),
        "time_wrong_by_minutes": {
            str(minutes): tops([rank(each, is_told=True, shift_s=60 * minutes) for each in found])
            for minutes in (-5, 5)
        },
        "normal_time_of_two_rows": tops(
            [rank(each, is_told=True, has_normal=False) for each in found]
        ),
        "specificity": {
            "latency": measured("latency", is_told=True),
            "availability": measured("errors", is_told=True),
            "told_the_time_alone": measured(None, is_told=False),
        },
    }
    print(json.dumps(result, indent=1))
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""The Numenta Anomaly Benchmark: score of the detector on the files at hand, one setting for all.

Written from the published definition (Lavin and Ahmad, 2015, Evaluating real-time anomaly
detection algorithms): standard profile, a file's first 15 % (at most 750 rows) do not count, the
earliest flag in a window counts most, one threshold for all files, chosen as the published
detectors' was, for the best total. Also given: the score at the threshold that is shipped.

    python -m tests.evals.nab [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analytics.operations.anomalies import THRESHOLD, excesses, season_of

SHARED = Path(os.environ.get("DESKWISE_SHARED", Path(__file__).parents[3] / "shared"))
FOLDER = SHARED / "data" / "operations" / "nab"
FALSE_ALARM = 0.11
PROBATION, MOST_PROBATION_ROWS = 0.15, 5_000


@dataclass(frozen=True)
class Series:
    name: str
    times: np.ndarray
    values: np.ndarray
    windows: tuple[tuple[int, int], ...]
    """First and last row of each window."""

    @property
    def quiet(self) -> int:
        return min(int(PROBATION * len(self.values)), int(PROBATION * MOST_PROBATION_ROWS))

    def worth(self) -> np.ndarray:
        """What a flag is worth at each row: up to 1 in a window, down to −.11 outside."""
        n = len(self.values)
        found = np.full(n, -FALSE_ALARM)
        for first, last in self.windows:
            rows = np.arange(last + 1, n)
            found[last + 1 :] = FALSE_ALARM * sigmoid((rows - last) / max(last - first, 1))
        for first, last in self.windows:
            length = last - first + 1
            inside = -(last - np.arange(first, last + 1) + 1) / length
            found[first : last + 1] = sigmoid(inside) / sigmoid(np.array(-1.0))
        return found


def sigmoid(position: np.ndarray) -> np.ndarray:
    """Return the benchmark's scaled sigmoid: −1 from three window lengths on."""
    return np.where(position > 3, -1.0, 2 / (1 + np.exp(5 * np.minimum(position, 4.0))) - 1)


def read_series(folder: Path = FOLDER) -> list[Series]:
    """Read all files that are there, by name."""
    labels = json.loads((folder / "labels" / "combined_windows.json").read_text(encoding="utf-8"))
    found = []
    for path in sorted((folder / "data").glob("*/*.csv")):
        name = path.relative_to(folder / "data").as_posix()
        frame = pd.read_csv(path, parse_dates=["timestamp"])
        times = frame["timestamp"].to_numpy()
        windows = tuple(
            (
                int(np.searchsorted(times, np.datetime64(start), "left")),
                int(np.searchsorted(times, np.datetime64(end), "right")) - 1,
            )
            for start, end in labels[name]
        )
        found.append(Series(name, times, frame["value"].to_numpy(float), windows))
    return found


def best_score(series: Sequence[Series], scores: Mapping[str, np.ndarray]) -> tuple[float, float]:
    """Return the score, −∞ to 100, and the threshold that gives it."""
    parts, n_windows = [], 0
    for each in series:
        worth, found = each.worth(), scores[each.name]
        counts = np.arange(len(found)) >= each.quiet
        outside = counts.copy()
        for first, last in each.windows:
            outside[first : last + 1] = False
            rows = np.arange(first, last + 1)[counts[first : last + 1]]
            n_windows += 1
            if len(rows):
                # As the threshold falls the earliest flag moves forward, and never is lost.
                order = rows[np.argsort(-found[rows], kind="stable")]
                gains = np.diff(np.concatenate([[-1.0], np.maximum.accumulate(worth[order])]))
                parts.append(np.column_stack([found[order], gains]))
        parts.append(np.column_stack([found[outside], worth[outside]]))
    steps = np.concatenate(parts)
    steps = steps[np.argsort(-steps[:, 0], kind="stable")]
    totals = np.cumsum(steps[:, 1])
    is_last = np.append(steps[1:, 0] != steps[:-1, 0], True)
    place = int(np.argmax(np.where(is_last, totals, -np.inf)))
    return 100 * max(0.0, float(totals[place])) / (2 * n_windows), float(steps[place, 0])


def score_at(series: Sequence[Series], scores: Mapping[str, np.ndarray], limit: float) -> float:
    """Return the score at one threshold."""
    total, n_windows = 0.0, 0
    for each in series:
        worth, found = each.worth(), scores[each.name]
        flagged = (found >= limit) & (np.arange(len(found)) >= each.quiet)
        outside = flagged.copy()
        for first, last in each.windows:
            outside[first : last + 1] = False
            inside = worth[first : last + 1][flagged[first : last + 1]]
            total += 1.0 + (float(inside.max()) if len(inside) else -1.0)
            n_windows += 1
        total += float(worth[outside].sum())
    return 100 * total / (2 * n_windows)


def main() -> None:
    """Print the scores and write them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    series = read_series()
    started = time.process_time()
    found = {each.name: excesses(each.values, season_of(each.times)) for each in series}
    spent = time.process_time() - started
    best, threshold = best_score(series, found)
    random = np.random.default_rng(0)
    noise = {each.name: random.random(len(each.values)) for each in series}
    n_rows = sum(len(each.values) for each in series)
    result = {
        "n_files": len(series),
        "n_windows": sum(len(each.windows) for each in series),
        "n_rows": n_rows,
        "nab_standard": round(best, 2),
        "threshold": round(threshold, 5),
        "nab_standard_at_shipped_threshold": round(score_at(series, found, THRESHOLD), 2),
        "shipped_threshold": THRESHOLD,
        "random": round(best_score(series, noise)[0], 2),
        "us_per_row": round(1e6 * spent / n_rows, 1),
    }
    print(json.dumps(result, indent=1))
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

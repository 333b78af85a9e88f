"""Forecasts of the monitoring series at hand: do the intervals hold, is the choice worth it?

Each series is averaged by hour. The last 24 hours are forecast from two moments (24 and 72 hours
before the end) that neither the choice nor the intervals have seen. Coverage is the share of the
values inside; its interval is over series, since hours of a series miss together. The error is
scaled by the daily naive error of the known part.

    python -m tests.evals.forecasts [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd

from analytics.operations.forecast_methods import methods_for
from analytics.operations.forecasting import forecast

SHARED = Path(os.environ.get("DESKWISE_SHARED", Path(__file__).parents[3] / "shared"))
FOLDER = SHARED / "data" / "operations"
HOURS = 24


def hourly(path: Path) -> np.ndarray:
    """Return a series by hour, gaps filled in between."""
    frame = pd.read_csv(path)
    at = pd.to_datetime(frame.iloc[:, 0], utc=True)
    by_hour = pd.Series(frame.iloc[:, 1].to_numpy(float), index=at).resample("h").mean()
    return by_hour.interpolate().dropna().to_numpy()


def paths() -> list[Path]:
    """Return the series of real systems."""
    monitoring = sorted((FOLDER / "cloud-monitoring").glob("*/*.csv"))
    return monitoring + sorted((FOLDER / "nab" / "data").glob("real*/*.csv"))


def summary(values: list[float]) -> dict[str, object]:
    """Return the mean with its 95 % interval over series."""
    found = np.array(values)
    reach = 1.96 * found.std(ddof=1) / np.sqrt(len(found))
    mean = float(found.mean())
    return {
        "mean": round(mean, 3),
        "ci95": [round(mean - reach, 3), round(mean + reach, 3)],
        "n": len(found),
    }


def main() -> None:
    """Print the figures and write them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    held: dict[float, list[float]] = {0.8: [], 0.95: []}
    errors: dict[str, list[float]] = {}
    for path in paths():
        values = hourly(path)
        if len(values) < 120:
            continue
        inside: dict[float, list[float]] = {0.8: [], 0.95: []}
        missed: dict[str, list[float]] = {}
        for back in (HOURS, 3 * HOURS):
            known, actual = values[: len(values) - back], values[len(values) - back :][:HOURS]
            seasons = tuple(each for each in (168, 24) if 3 * each <= len(known))
            scale = max(np.abs(known[24:] - known[:-24]).mean(), 1e-9)
            found = forecast(known, seasons, HOURS, (0.8, 0.95))
            for level, (low, high) in found.intervals.items():
                inside[level].append(float(((low <= actual) & (actual <= high)).mean()))
            missed.setdefault("chosen", []).append(np.abs(actual - found.expected).mean() / scale)
            for name in ("seasonal naive", "exponential smoothing", "theta"):
                said = methods_for(known, seasons)[name](known, seasons, HOURS)
                missed.setdefault(name, []).append(np.abs(actual - said).mean() / scale)
        for level, shares in inside.items():
            held[level].append(float(np.mean(shares)))
        for name, each in missed.items():
            errors.setdefault(name, []).append(float(np.mean(each)))
    random = np.random.default_rng(0)
    long = 100 + 20 * np.sin(2 * np.pi * np.arange(17_520) / 24) + random.normal(0, 3, 17_520)
    started = time.process_time()
    forecast(long, (168, 24), 168, (0.8, 0.95))
    result = {
        "coverage": {f"{level:.0%}": summary(shares) for level, shares in held.items()},
        "mase": {name: summary(each) for name, each in errors.items()},
        "median_mase": {name: round(float(np.median(each)), 3) for name, each in errors.items()},
        "two_years_of_hours_cpu_s": round(time.process_time() - started, 2),
    }
    print(json.dumps(result, indent=1))
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

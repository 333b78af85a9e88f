"""`deskwise analyse forecast`: intervals hold, limits are dated, odd series are told apart."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.operations.forecasting import forecast
from assistant.cli.main import deskwise
from assistant.cli.output import run


def written(folder: Path, values: np.ndarray, freq: str = "h") -> Path:
    path = folder / "series.csv"
    at = pd.date_range("2025-01-01", periods=len(values), freq=freq)
    pd.DataFrame({"at": at, "v": values}).to_csv(path, index=False)
    return path


def analysed(path: Path, horizon: int, *more: str) -> dict[str, object]:
    out = path.parent / "out.json"
    arguments = ["analyse", "forecast", "--input", str(path), "--time", "at", "--value", "v"]
    arguments += ["--horizon", str(horizon), "--json", str(out)]
    assert run(deskwise, [*arguments, *more]) == 0
    result: dict[str, object] = json.loads(out.read_text(encoding="utf-8"))
    return result


def daily_and_weekly(n: int, seed: int = 0) -> np.ndarray:
    random, rows = np.random.default_rng(seed), np.arange(n)
    daily, weekly = np.sin(2 * np.pi * rows / 24), np.sin(2 * np.pi * rows / 168)
    return 100 + 20 * daily + 10 * weekly + random.normal(0, 2, n)


def test_seasons_are_carried_on_and_rivals_are_told(tmp_path: Path) -> None:
    values = daily_and_weekly(24 * 7 * 8)
    table = tmp_path / "p.csv"
    found = analysed(written(tmp_path, values[:-48]), 48, "--predictions", str(table))
    said = np.array([row["value"] for row in found["forecast"]])
    assert np.abs(said - values[-48:]).mean() < 2.5
    assert found["rivals"][0]["name"] == found["model"]
    assert found["rivals"][0]["mase"] < 0.9
    ends = np.array([row["intervals"]["95"] for row in found["forecast"]])
    assert ((ends[:, 0] <= values[-48:]) & (values[-48:] <= ends[:, 1])).mean() > 0.85
    inner = np.array([row["intervals"]["80"] for row in found["forecast"]])
    assert ((ends[:, 0] <= inner[:, 0]) & (inner[:, 1] <= ends[:, 1])).all()
    assert list(pd.read_csv(table).columns) == [
        "time", "value", "low_80", "low_95", "high_80", "high_95",
    ]  # fmt: skip
    assert found["forecast"][0]["time"] == str(
        pd.Timestamp("2025-01-01") + pd.Timedelta(hours=1296)
    )


def test_a_full_disk_is_dated_with_an_interval(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    values = 40 + 0.2 * np.arange(150) + random.normal(0, 0.5, 150)
    found = analysed(written(tmp_path, values, "D"), 90, "--limit", "80")
    limit = found["limit"]
    truth = pd.Timestamp("2025-01-01") + pd.Timedelta(days=200)
    assert abs(pd.Timestamp(limit["crossed_at"]) - truth) < pd.Timedelta(days=15)
    assert limit["earliest"] <= limit["crossed_at"]
    assert limit["latest"] is None or limit["crossed_at"] <= limit["latest"]
    assert (
        analysed(written(tmp_path, values, "D"), 10, "--limit", "500")["limit"]["earliest"] is None
    )


def test_constant_short_sparse_and_gappy_series(tmp_path: Path) -> None:
    flat = analysed(written(tmp_path, np.full(60, 7.0)), 5)
    assert flat["model"] == "constant"
    assert flat["forecast"][4]["intervals"]["95"] == [7.0, 7.0]
    short = analysed(written(tmp_path, np.array([1.0, 2, 1, 3, 2, 4])), 3)
    assert short["model"] == "naive"
    assert any("too short" in note for note in short["notes"])
    low, high = short["forecast"][2]["intervals"]["95"]
    assert high - low > 4
    random = np.random.default_rng(0)
    sparse = random.poisson(3, 300) * (random.random(300) < 0.2)
    names = {
        each["name"] for each in analysed(written(tmp_path, sparse.astype(float), "D"), 7)["rivals"]
    }
    assert "croston" in names
    path = written(tmp_path, daily_and_weekly(600))
    pd.read_csv(path).drop(range(100, 120)).to_csv(path, index=False)
    assert any("20 steps" in note for note in analysed(path, 5)["notes"])


def test_months_have_a_year(tmp_path: Path) -> None:
    rows = np.arange(60)
    values = 100 + rows + 20 * np.sin(2 * np.pi * rows / 12)
    found = analysed(written(tmp_path, values, "MS"), 3)
    assert found["season_steps"] == [12]
    assert found["forecast"][0]["time"].startswith("2030-01-01")


def test_two_years_of_hours_take_seconds() -> None:
    values = daily_and_weekly(17_520)
    started = time.process_time()
    forecast(values, (168, 24), 168, (0.8, 0.95))
    assert time.process_time() - started < 5


def test_levels_and_times_that_make_no_sense_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, np.arange(30.0))
    start = ["analyse", "forecast", "--input", str(path), "--time", "at", "--value", "v"]
    assert run(deskwise, [*start, "--horizon", "3", "--level", "95,200"]) == 2
    assert "no list of percentages" in capsys.readouterr().err
    frame = pd.read_csv(path)
    frame.loc[29, "at"] = "2031-01-01 00:00:00"
    frame.to_csv(path, index=False)
    assert run(deskwise, [*start, "--horizon", "3"]) == 2
    assert "not evenly spaced" in capsys.readouterr().err

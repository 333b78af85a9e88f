"""`deskwise analyse anomalies` on files, and the benchmark's figure."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.operations.anomalies import excesses, season_of
from assistant.cli.main import deskwise
from assistant.cli.output import run
from tests.evals.nab import FOLDER, Series, best_score, read_series, score_at


@pytest.fixture
def series(tmp_path: Path) -> Path:
    random = np.random.default_rng(1)
    at = pd.date_range("2025-03-01", periods=15 * 96, freq="15min")
    values = 100 + 30 * np.sin(np.arange(len(at)) / 96 * 2 * np.pi) + random.normal(0, 2, len(at))
    values[900] = 260.0
    values[1_200:] += 150
    path = tmp_path / "cpu.csv"
    frame = pd.DataFrame({"timestamp": at, "cpu": values.round(3)})
    frame.drop(range(1_000, 1_010)).to_csv(path, index=False)
    return path


def analysed(path: Path, folder: Path, *more: str) -> dict[str, object]:
    out = folder / "out.json"
    arguments = ["analyse", "anomalies", "--input", str(path), "--time", "timestamp"]
    assert run(deskwise, [*arguments, "--value", "cpu", "--json", str(out), *more]) == 0
    result: dict[str, object] = json.loads(out.read_text(encoding="utf-8"))
    return result


def test_each_row_has_a_score_and_stretches_are_described(series: Path, tmp_path: Path) -> None:
    table = tmp_path / "scores.csv"
    found = analysed(series, tmp_path, "--scores", str(table))
    frame = pd.read_csv(table)
    assert list(frame.columns) == ["timestamp", "value", "anomaly_score"]
    assert len(frame) == found["n"] == len(found["scores"])
    assert frame["anomaly_score"].between(0, 1).all()
    kinds = {each["peak"][:16]: each["kind"] for each in found["windows"]}
    assert kinds["2025-03-10T09:00"] == "spike"
    assert kinds["2025-03-13T12:00"] == "level shift up"
    assert found["missing"] == [
        {"start": "2025-03-11T09:45:00.000000", "end": "2025-03-11T12:30:00.000000"}
    ]


def test_a_higher_threshold_flags_less(series: Path, tmp_path: Path) -> None:
    few = analysed(series, tmp_path, "--threshold", "0.9")["windows"]
    assert len(few) < len(analysed(series, tmp_path)["windows"])


def test_rows_out_of_order_get_the_scores_of_their_times(series: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(series)
    mixed = frame.sample(frac=1, random_state=0)
    path = tmp_path / "mixed.csv"
    mixed.to_csv(path, index=False)
    found, plain = analysed(path, tmp_path), analysed(series, tmp_path)
    assert np.array_equal(found["scores"], np.array(plain["scores"])[mixed.index])
    assert any("not in order" in note for note in found["notes"])


def test_no_time_no_value_and_too_few_rows_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "few.csv"
    arguments = ["analyse", "anomalies", "--input", str(path), "--time", "t", "--value", "v"]
    path.write_text("t,v\n2025-01-01,1\n", encoding="utf-8")
    assert run(deskwise, arguments) == 2
    assert "needs 20" in capsys.readouterr().err
    rows = "".join(f"2025-01-{day:02d},\n" for day in range(1, 29))
    path.write_text("t,v\n" + rows, encoding="utf-8")
    assert run(deskwise, arguments) == 2
    assert "is empty" in capsys.readouterr().err
    path.write_text("t,v\n" + rows.replace("2025-01-05", ""), encoding="utf-8")
    assert run(deskwise, arguments) == 2
    assert "Row 6 of few.csv has no time" in capsys.readouterr().err


def test_the_benchmark_counts_as_it_is_defined() -> None:
    times = np.arange(200).astype("datetime64[m]")
    one = Series("one", times, np.zeros(200), ((100, 119),))
    early, late, never = np.zeros(200), np.zeros(200), np.zeros(200)
    early[100] = late[119] = 1.0
    assert score_at([one], {"one": early}, 0.5) == pytest.approx(100, abs=0.1)
    assert 50 < score_at([one], {"one": late}, 0.5) < 65
    assert score_at([one], {"one": never}, 0.5) == 0
    late[40] = 1.0
    assert score_at([one], {"one": late}, 0.5) < 60
    assert best_score([one], {"one": early}) == (pytest.approx(100, abs=0.1), 1.0)
    quiet = np.zeros(200)
    quiet[3] = 1.0
    assert score_at([one], {"one": quiet}, 0.5) == 0


@pytest.mark.shared
@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no benchmark files in {FOLDER}")
def test_what_was_found_of_the_benchmark_stays_found() -> None:
    series = [
        each for each in read_series() if "artificial" in each.name or "Exchange" in each.name
    ]
    found = {each.name: excesses(each.values, season_of(each.times)) for each in series}
    assert best_score(series, found)[0] > 70

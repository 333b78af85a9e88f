"""`deskwise analyse root-cause` on tables of incidents and on files of services."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assistant.cli.main import deskwise
from assistant.cli.output import run
from tests.evals.petshop import FOLDER, issues, rank

CAUSES = ("disk full", "memory leak", "network")


@pytest.fixture(scope="module")
def incidents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    random = np.random.default_rng(3)
    cause = random.choice(len(CAUSES), 150)
    frame = pd.DataFrame(
        {
            "id": [f"INC{i:04}" for i in range(150)],
            "memory": (random.normal(50, 10, 150) + 35 * (cause == 1)).round(1),
            "code": np.where(random.random(150) < 0.85, np.array(["E1", "E2", "E3"])[cause], "E9"),
            "colour": random.choice(["red", "blue"], 150),
            "closed_code": np.array(CAUSES)[cause],
            "cause": np.array(CAUSES)[cause],
        }
    )
    frame.loc[150] = ["INC9999", 50.0, "E1", "red", "ghost", "ghost"]
    path = tmp_path_factory.mktemp("incidents") / "incidents.csv"
    frame.to_csv(path, index=False)
    return path


def analysed(folder: Path, *arguments: str) -> dict[str, object]:
    out = folder / "out.json"
    assert run(deskwise, ["analyse", "root-cause", *arguments, "--json", str(out)]) == 0
    result: dict[str, object] = json.loads(out.read_text(encoding="utf-8"))
    return result


def test_causes_are_learnt_with_symptoms_for_and_against(incidents: Path, tmp_path: Path) -> None:
    table = tmp_path / "p.csv"
    arguments = ["--input", str(incidents), "--target", "cause", "--predictions", str(table)]
    found = analysed(tmp_path, *arguments)
    assert found["n"] == 150
    assert found["accuracy"]["mean"] > 0.85 > found["baseline"]["accuracy"]["mean"]
    low, high = found["accuracy"]["ci95"]
    assert low < found["accuracy"]["mean"] < high
    assert set(found["macro_f1"]) == {"mean", "ci95", "n"}
    assert {each["name"] for each in found["rivals"]} == {
        "logistic regression", "random forest", "gradient boosting", "neural network",
    }  # fmt: skip
    assert {each["column"] for each in found["leakage"]} == {"id", "closed_code"}
    by_cause = {each["cause"]: each for each in found["causes"]}
    leak = by_cause["memory leak"]
    assert {each["symptom"].split(" (")[0] for each in leak["for"]} == {"high memory", "code = E2"}
    assert any(each["symptom"] == "code = E1" for each in leak["against"])
    assert not any(
        "colour" in sign["symptom"] for each in by_cause.values() for sign in each["for"]
    )
    assert any("ghost" in note for note in found["notes"])
    frame = pd.read_csv(table)
    assert len(frame) == 150
    assert np.allclose(frame.filter(like="p_").sum(axis=1), 1, atol=1e-4)


def test_rows_that_disagree_set_a_ceiling_and_no_signal_is_said(
    incidents: Path, tmp_path: Path
) -> None:
    arguments = ["--input", str(incidents), "--target", "cause", "--features", "colour"]
    found = analysed(tmp_path, *arguments)
    assert not found["has_signal"]
    assert found["ceiling"]["n_disagreeing"] == 150
    assert found["ceiling"]["accuracy"] < 0.5


def test_wrong_columns_and_too_few_causes_are_refused(
    incidents: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["analyse", "root-cause", "--input", str(incidents)]
    assert run(deskwise, [*arguments, "--target", "causes"]) == 2
    assert "Did you mean 'cause'" in capsys.readouterr().err
    assert run(deskwise, [*arguments, "--target", "id"]) == 2
    assert "0 causes" in capsys.readouterr().err
    assert run(deskwise, [*arguments, "--target", "cause", "--features", "closed_code"]) == 2
    assert "when the cause is known" in capsys.readouterr().err
    assert run(deskwise, ["analyse", "root-cause", "--target", "cause"]) == 2
    assert "--input" in capsys.readouterr().err


@pytest.fixture
def long_files(tmp_path: Path) -> tuple[Path, Path]:
    random = np.random.default_rng(0)
    times = pd.date_range("2025-03-01", periods=100, freq="5min")
    rows = []
    for node in ("web", "api", "db"):
        values = 200 + random.normal(0, 5, 100)
        values[90:] += 300
        rows += [(f"{times[i].isoformat()}Z", node, "latency_ms", values[i]) for i in range(100)]
    metrics, graph = tmp_path / "metrics.csv", tmp_path / "graph.csv"
    pd.DataFrame(rows, columns=["time", "node", "metric", "value"]).to_csv(metrics, index=False)
    graph.write_text("caller,callee\nweb,api\napi,db\n", encoding="utf-8")
    return metrics, graph


def test_plain_long_files_name_the_service_with_evidence(
    long_files: tuple[Path, Path], tmp_path: Path
) -> None:
    metrics, graph = map(str, long_files)
    arguments = ["--metrics", metrics, "--graph", graph]
    found = analysed(tmp_path, *arguments, "--at", "2025-03-01T07:30")
    assert found["verdict"] == "db"
    assert found["nodes"][0]["explains"] == ["api"]
    assert "latency" in found["nodes"][0]["evidence"]
    quiet = analysed(tmp_path, *arguments, "--at", "2025-03-01T05:00Z")
    assert quiet["verdict"] == "no single cause"


def test_times_nodes_and_files_that_do_not_fit_are_refused(
    long_files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    metrics, graph = map(str, long_files)
    start = ["analyse", "root-cause", "--metrics", metrics, "--graph", graph]
    for more, told in (
        (["--at", "noon"], "is no time"),
        (["--at", "2026-01-01"], "do not cover"),
        (["--at", "2025-03-01T07:30", "--target", "cache"], "No metrics of a node"),
        (["--at", "2025-03-01T07:30", "--metric", "availability"], "cannot be where"),
        ([], "--at is missing"),
    ):
        assert run(deskwise, [*start, *more]) == 2
        assert told in capsys.readouterr().err
    assert run(deskwise, ["analyse", "root-cause", "--metrics", graph, "--at", "1"]) == 2
    assert "graph.csv" in capsys.readouterr().err


@pytest.mark.shared
@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no service files in {FOLDER}")
def test_the_published_issues_stay_found() -> None:
    temporal = [each for each in issues() if "temporal" in each.as_posix()]
    assert [rank(each, is_told=True) for each in temporal] == [1] * 8

"""`deskwise analyse experiment` on files, as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.errors import InputError
from analytics.tables.experiment import ExperimentOptions, analyse_experiment
from analytics.tables.reading import read_table
from assistant.cli.main import deskwise
from assistant.cli.output import run


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    before = random.gamma(2, 5, 3_000)
    variant = random.choice(["control", "b"], 3_000)
    after = before + random.normal(0, 2, 3_000) + np.where(variant == "b", 0.5, 0)
    path = tmp_path / "experiment.csv"
    pd.DataFrame({"variant": variant, "before": before, "spend": after}).to_csv(path, index=False)
    return path


def test_the_result_has_what_the_contract_names(experiment: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    arguments = ["analyse", "experiment", "--input", str(experiment), "--variant", "variant"]
    arguments += ["--metric", "spend", "--covariate", "before", "--json", str(out)]
    assert run(deskwise, arguments) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["control"] == "control" and found["variant"] == "b"
    assert found["ci95"][0] < 0.5 < found["ci95"][1]
    assert found["verdict"] == "higher" and found["p_value"] < 0.001
    assert found["srm"]["p"] > 0.001 and found["srm"]["mismatch"] is False
    assert 0 < found["mde"] < 0.5 and 0 <= found["power"] <= 1
    assert found["variance_removed_fraction"] > 0.9
    assert found["unadjusted"][0]["mde"] > 2 * found["mde"]


def test_a_covariate_that_the_variant_changed_is_told(experiment: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(experiment)
    frame["late"] = frame["spend"] + np.where(frame["variant"] == "b", 5, 0)
    path = tmp_path / "late.csv"
    frame.to_csv(path, index=False)
    options = ExperimentOptions(variant="variant", metric="spend", covariate="late")
    report = analyse_experiment(read_table(path), options)
    assert any("may not be from before" in line for line in report.lines)


def test_a_broken_split_is_the_first_thing_said(experiment: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(experiment)
    kept = frame[(frame["variant"] == "control") | (frame.index % 4 > 0)]
    path = tmp_path / "broken.csv"
    kept.to_csv(path, index=False)
    options = ExperimentOptions(variant="variant", metric="spend")
    report = analyse_experiment(read_table(path), options)
    assert report.values["verdict"] == "split broken"
    assert "cannot be trusted" in report.lines[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("variant,spend\nb,1\nb,2\nb,3\nb,4\n", "has 1 group"),
        ("variant,spend\nx,1\ny,2\nx,3\ny,4\n", "is the control"),
        ("variant,spend\ncontrol,1\nb,2\nb,3\nb,4\n", "has 1 row"),
        ("variant,spend\ncontrol,1\nb,two\nb,3\ncontrol,4\n", "a number in every cell"),
    ],
)
def test_what_is_no_experiment_is_refused_with_a_reason(
    tmp_path: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    arguments = ["analyse", "experiment", "--input", str(path), "--variant", "variant"]
    assert run(deskwise, [*arguments, "--metric", "spend"]) == 2
    assert said in capsys.readouterr().err


def test_rows_without_a_value_are_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "gaps.csv"
    path.write_text("variant,spend\na,1\na,2\nb,\nb,3\nb,4\n,5\n", encoding="utf-8")
    report = analyse_experiment(
        read_table(path), ExperimentOptions(variant="variant", metric="spend")
    )
    assert report.values["n"] == 4
    assert any("2 rows without" in line for line in report.lines)
    with pytest.raises(InputError, match="no group 'z'"):
        analyse_experiment(
            read_table(path), ExperimentOptions(variant="variant", metric="spend", control="z")
        )

"""`deskwise analyse churn` on files, as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.customers.churn_columns import Derived
from analytics.tables.churn import ChurnOptions, analyse_churn
from analytics.tables.reading import read_table
from assistant.cli.main import deskwise
from assistant.cli.output import run


def leavers(n_rows: int = 400, effect: float = 1.0) -> pd.DataFrame:
    random = np.random.default_rng(5)
    months = random.integers(1, 60, n_rows)
    plan = random.choice(["monthly", "yearly"], n_rows)
    odds = effect * (1.5 - 0.06 * months + 1.5 * (plan == "monthly")) - 0.8
    left = random.random(n_rows) < 1 / (1 + np.exp(-odds))
    return pd.DataFrame(
        {
            "id": [f"c{i}" for i in range(n_rows)],
            "months": months,
            "plan": plan,
            "paid": np.where(random.random(n_rows) < 0.02, np.nan, months * 20.0),
            "sex": random.choice(["f", "m"], n_rows),
            "marital_status": random.choice(["single", "married"], n_rows),
            "account_status": random.choice(["open", "closed"], n_rows),
            "churn_reason": np.where(left, "price", ""),
            "refund": np.where(left, 1.0, random.random(n_rows) < 0.02),
            "contact": [f"c{i}@example.org" for i in range(n_rows)],
            "gone": np.where(left, "Yes", "No"),
        }
    )


def test_the_result_has_what_the_contract_names(tmp_path: Path) -> None:
    path, out, listed = tmp_path / "churn.csv", tmp_path / "out.json", tmp_path / "p.csv"
    leavers().to_csv(path, index=False)
    arguments = ["analyse", "churn", "--input", str(path), "--target", "gone", "--positive", "Yes"]
    arguments += ["--id", "id", "--cv", "1x3", "--sensitive", "sex"]
    assert run(deskwise, [*arguments, "--json", str(out), "--predictions", str(listed)]) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    for name in ("roc_auc", "pr_auc", "brier", "ece"):
        low, high = found[name]["ci95"]
        assert low <= found[name]["mean"] <= high and found[name]["n"] == 400
        assert name in found["dummy"]
    assert found["signal"] is True and found["roc_auc"]["mean"] > 0.7
    assert {each["column"] for each in found["leakage"]} == {
        "churn_reason",
        "refund",
        "contact",
        "account_status",
    }
    directions = " ".join(each["direction"] for each in found["drivers"])
    assert "plan monthly raises the risk" in directions
    used = {"months", "plan", "paid", "sex", "marital_status"}
    assert {each["column"] for each in found["drivers"]} == used
    assert len(found["fairness"]["sex"]["groups"]) == 2
    predicted = pd.read_csv(listed)
    assert list(predicted.columns) == ["id", "outcome", "probability"] and len(predicted) == 400
    assert predicted["probability"].between(0, 1).all()


def test_no_signal_is_said(tmp_path: Path) -> None:
    path = tmp_path / "noise.csv"
    leavers(200, effect=0.0).drop(columns=["refund", "churn_reason"]).to_csv(path, index=False)
    options = ChurnOptions(target="gone", id="id", n_repeats=1, n_folds=3)
    report = analyse_churn(read_table(path), options)
    assert report.values["signal"] is False and "No signal" in report.lines[0]


def test_ratios_and_counts_are_learnt_from_the_rows_given() -> None:
    frame = pd.DataFrame({"a": np.arange(20.0), "b": np.arange(20.0) * 2})
    for name in ("x", "y", "z"):
        frame[name] = np.array(["no", "yes"] * 10, dtype=object)
    found = Derived().fit(frame).transform(frame)
    assert found["a / b"].iloc[1] == pytest.approx(1 / 3)
    assert found["count 0 yes"].tolist() == [0.0, 3.0] * 10


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (["--target", "gon"], "Did you mean 'gone'"),
        (["--target", "gone", "--positive", "maybe"], "is 'maybe'"),
        (["--target", "plan"], "means leaving"),
        (["--target", "gone", "--cv", "5"], "no number of repeats"),
        (["--target", "id", "--positive", "c1"], "20 of each are needed"),
    ],
)
def test_wrong_options_are_refused_with_a_reason(
    tmp_path: Path, extra: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "churn.csv"
    leavers(100).to_csv(path, index=False)
    assert run(deskwise, ["analyse", "churn", "--input", str(path), *extra]) == 2
    assert said in capsys.readouterr().err

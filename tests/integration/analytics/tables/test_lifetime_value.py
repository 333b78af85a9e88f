"""`deskwise analyse lifetime-value`: the published figures, and tables as people have them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assistant.cli.main import deskwise
from assistant.cli.output import run

SHARED = Path(os.environ.get("DESKWISE_SHARED", Path(__file__).parents[5] / "shared"))
CDNOW = SHARED / "data" / "customer" / "cdnow" / "CDNOW_sample.txt"


def analysed(path: Path, folder: Path, *more: str) -> dict[str, object]:
    out = folder / "out.json"
    arguments = ["analyse", "lifetime-value", "--input", str(path), "--customer", "customer"]
    arguments += ["--date", "date", "--value", "value", "--json", str(out), *more]
    assert run(deskwise, arguments) == 0
    found: dict[str, object] = json.loads(out.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    rows = []
    for customer in range(300):
        day = int(random.integers(0, 90))
        rate, stop = random.gamma(0.8, 0.05), random.beta(1, 4)
        while day < 365:
            rows.append((f"c{customer}", f"2025-01-01+{day}", round(random.gamma(4, 10), 2)))
            if random.random() < stop:
                break
            day += 1 + int(random.exponential(1 / rate))
    frame = pd.DataFrame(rows, columns=["customer", "date", "value"])
    days = frame["date"].str.split("+").str[1].astype(int)
    frame["date"] = (pd.Timestamp("2025-01-01") + pd.to_timedelta(days, unit="D")).astype(str)
    path = tmp_path / "shop.csv"
    frame.to_csv(path, index=False)
    return path


def test_the_result_has_what_the_contract_names(shop: Path, tmp_path: Path) -> None:
    predictions = tmp_path / "p.csv"
    found = analysed(
        shop, tmp_path, "--calibration-end", "2025-08-31", "--holdout-end", "2025-12-31",
        "--unit", "day", "--predictions", str(predictions),
    )  # fmt: skip
    assert found["model"] == "bg/nbd" and set(found["params"]) == {"r", "alpha", "a", "b"}
    assert found["log_likelihood"] < 0
    holdout = found["holdout"]
    assert {"correlation", "total_error", "mae", "naive"} <= set(holdout)
    assert holdout["correlation"] > 0.2
    assert {rival["model"] for rival in found["rivals"]} == {"mbg/nbd", "pareto/nbd"}
    table = pd.read_csv(predictions)
    assert len(table) == found["n_customers"] and table["p_alive"].between(0, 1).all()
    assert table["lifetime_value"].sum() == pytest.approx(found["total_value"])
    low, high = found["total_value_intervals"]["95%"]
    assert low < found["total_value"] < high


def test_returns_and_gaps_are_left_out_and_told(shop: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(shop)
    more = pd.DataFrame({"customer": ["c1", None], "date": ["2025-03-01"] * 2, "value": [-5, 3.0]})
    path = tmp_path / "more.csv"
    pd.concat([frame, more]).to_csv(path, index=False)
    plain, found = analysed(shop, tmp_path), analysed(path, tmp_path)
    assert found["params"] == plain["params"]
    assert sum("left out" in note for note in found["notes"]) == 2
    assert found["holdout"] is None


def test_what_makes_no_sense_is_refused(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["analyse", "lifetime-value", "--input", str(shop), "--customer", "customer"]
    arguments += ["--date", "date", "--value", "value"]
    backwards = ["--calibration-end", "2025-08-31", "--holdout-end", "2025-03-01"]
    assert run(deskwise, [*arguments, *backwards]) == 2
    assert "before the calibration does" in capsys.readouterr().err
    assert run(deskwise, [*arguments, "--calibration-end", "2024-01-01"]) == 2
    assert "Nobody bought until 2024-01-01" in capsys.readouterr().err


@pytest.mark.shared
@pytest.mark.skipif(not CDNOW.is_file(), reason=f"no CDNOW sample in {CDNOW.parent}")
def test_the_published_figures_of_cdnow(tmp_path: Path) -> None:
    frame = pd.read_csv(CDNOW, sep=r"\s+", header=None, dtype=str).iloc[:, [1, 2, 4]]
    frame.columns = pd.Index(["customer", "date", "value"])
    frame["date"] = pd.to_datetime(frame["date"]).dt.strftime("%Y-%m-%d")
    path = tmp_path / "cdnow.csv"
    frame.to_csv(path, index=False)
    found = analysed(
        path, tmp_path, "--calibration-end", "1997-09-30", "--holdout-end", "1998-06-30"
    )
    assert found["n_customers"] == 2_357
    published = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    assert found["params"] == pytest.approx(published, abs=6e-4)
    assert found["log_likelihood"] == pytest.approx(-9582.4, abs=0.1)
    assert found["holdout"]["correlation"] == pytest.approx(0.626, abs=1e-3)
    pareto = next(each for each in found["rivals"] if each["model"] == "pareto/nbd")
    assert pareto["log_likelihood"] == pytest.approx(-9595.0, abs=0.1)
    assert pareto["holdout"]["correlation"] == pytest.approx(0.630, abs=1e-3)

"""`deskwise analyse segments` on files, as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from analytics.customers.rfm import quantile_scores, rfm_scores
from analytics.tables.reading import read_table
from analytics.tables.segments import SegmentOptions, analyse_segments
from assistant.cli.main import deskwise
from assistant.cli.output import run


def grouped(n_rows: int = 400, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Four kinds of customers: by visits and basket, and a channel that goes with the kind."""
    random = np.random.default_rng(seed)
    kind = random.integers(0, 4, n_rows)
    frame = pd.DataFrame(
        {
            "id": [f"c{i}" for i in range(n_rows)],
            "visits": random.normal(np.array([2, 2, 12, 12])[kind], 1),
            "basket": random.normal(np.array([20, 90, 20, 90])[kind], 6),
            "channel": np.where(
                random.random(n_rows) < 0.9, np.array(["web", "shop", "app", "phone"])[kind], "web"
            ),
        }
    )
    frame.loc[3, "basket"] = np.nan
    return frame, kind


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    grouped()[0].to_csv(path, index=False)
    return path


def test_known_groups_are_found_with_their_number(customers: Path, tmp_path: Path) -> None:
    out, listed = tmp_path / "out.json", tmp_path / "assignments.csv"
    arguments = ["analyse", "segments", "--input", str(customers), "--id", "id", "--json", str(out)]
    assert run(deskwise, [*arguments, "--assignments", str(listed)]) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["k"] == 4 and found["structure"] is True
    assert found["stability"] > 0.9 and found["silhouette"] > found["silhouette_without_groups"]
    assert set(found["why"]) >= {"silhouette", "elbow", "bic", "reason"}
    assert sum(each["size"] for each in found["segments"]) == 400
    assert len({each["name"] for each in found["segments"]}) == 4
    assert any("empty cells of basket" in note for note in found["notes"])
    assigned = pd.read_csv(listed)
    assert list(assigned.columns) == ["id", "segment", "name"]
    assert adjusted_rand_score(grouped()[1], assigned["segment"]) >= 0.9


@pytest.mark.parametrize("method", ["kmeans", "gmm", "agglomerative", "hdbscan"])
def test_each_method_finds_well_parted_groups(customers: Path, method: str) -> None:
    options = SegmentOptions(
        id="id",
        features=("visits", "basket"),
        method=method,  # type: ignore[arg-type]
        k=None if method == "hdbscan" else 4,
    )
    report = analyse_segments(read_table(customers), options)
    assert report.values["method"] == method
    labels = report.tables["assignments"]["segment"]
    assert adjusted_rand_score(grouped()[1], labels) >= 0.9
    again = analyse_segments(read_table(customers), options)
    assert again.values == report.values


def test_where_there_are_no_groups_none_are_told(tmp_path: Path) -> None:
    path = tmp_path / "even.csv"
    random = np.random.default_rng(1)
    pd.DataFrame(random.normal(size=(300, 3)), columns=["a", "b", "c"]).to_csv(path, index=False)
    report = analyse_segments(read_table(path), SegmentOptions(method="kmeans"))
    assert report.values["k"] == 1 and report.values["structure"] is False
    assert "no segments to tell" in report.lines[0]
    forced = analyse_segments(read_table(path), SegmentOptions(method="kmeans", k=3))
    assert forced.values["k"] == 3 and forced.values["structure"] is False


def test_equal_values_have_equal_scores() -> None:
    scores = quantile_scores(np.array([1.0, 1, 1, 1, 1, 1, 2, 3, 4, np.nan]))
    assert len(set(scores[:6].tolist())) == 1 and scores[8] == 5 and scores[9] == 1
    assert quantile_scores(np.arange(10.0), low_is_good=True).tolist() == [
        5, 5, 4, 4, 3, 3, 2, 2, 1, 1,
    ]  # fmt: skip


def test_zero_and_one_purchase_are_segments_of_their_own(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    orders = random.poisson(2, 200)
    last = pd.Timestamp("2026-01-01") - pd.to_timedelta(random.integers(0, 300, 200), unit="D")
    frame = pd.DataFrame({"last_order": last, "orders": orders, "spend": orders * 20.0})
    frame.loc[orders == 0, "last_order"] = pd.NaT
    path = tmp_path / "rfm.csv"
    frame.to_csv(path, index=False)
    report = analyse_segments(read_table(path), SegmentOptions(method="rfm"))
    named = report.tables["assignments"]["segment"].to_numpy()
    assert (named[orders == 0] == "never bought").all()
    assert (named[orders == 1] == "bought once").all()
    assert not {"never bought", "bought once"} & set(named[orders > 1])
    scores = rfm_scores(np.array([1.0, 300]), np.array([9.0, 2]), np.array([900.0, 10]))
    assert scores.names.tolist() == ["champions", "hibernating"]


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (["--features", "visit"], "Did you mean 'visits'"),
        (["--k", "many"], "no number of segments"),
        (["--k", "399"], "cannot be"),
        (["--method", "rfm"], "cannot be told"),
    ],
)
def test_wrong_options_are_refused_with_a_reason(
    customers: Path, extra: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["analyse", "segments", "--input", str(customers), "--id", "id", *extra]
    assert run(deskwise, arguments) == 2
    assert said in capsys.readouterr().err

"""`deskwise analyse uplift` on files, as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.customers.uplift import policy_scores, qini
from analytics.tables.reading import read_table
from analytics.tables.uplift import UpliftOptions, analyse_uplift
from assistant.cli.main import deskwise
from assistant.cli.output import run


def campaign(n_rows: int = 1_500, effect: float = 0.5, bias: float = 0.0) -> pd.DataFrame:
    """People under 40 gain by the offer, the others lose."""
    random = np.random.default_rng(11)
    age = random.integers(18, 80, n_rows)
    treated = random.random(n_rows) < 0.5 + bias * np.sign(age - 45)
    gain = effect * np.where(age < 40, 1.0, -0.5)
    bought = random.random(n_rows) < np.clip(0.3 + treated * gain, 0, 1)
    return pd.DataFrame(
        {
            "sent": treated.astype(int),
            "bought": np.where(bought, "yes", "no"),
            "age": age,
            "city": random.choice(["Lyon", "Turin"], n_rows),
        }
    )


def test_the_result_has_what_the_contract_names(tmp_path: Path) -> None:
    path, out = tmp_path / "campaign.csv", tmp_path / "out.json"
    campaign().to_csv(path, index=False)
    arguments = ["analyse", "uplift", "--input", str(path), "--treatment", "sent"]
    arguments += ["--outcome", "bought", "--features", "age,city", "--json", str(out)]
    assert run(deskwise, arguments) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["qini"]["ci95"][0] > 0 and found["signal"] is True
    assert set(found["qini_by_learner"]) == {"T", "X", "DR"}
    assert len(found["deciles"]) == 10
    assert found["deciles"][0]["uplift"]["mean"] > 0.2 > found["deciles"][9]["uplift"]["mean"]
    assert 0.2 < found["policy"]["treated_share"] < 0.6
    assert found["policy"]["lead_over_treat_all"]["ci95"][0] > 0
    assert found["observational"] is False


def test_no_signal_and_treatment_that_was_not_by_chance_are_said(tmp_path: Path) -> None:
    path = tmp_path / "chosen.csv"
    campaign(800, effect=0.0, bias=0.35).to_csv(path, index=False)
    report = analyse_uplift(read_table(path), UpliftOptions(treatment="sent", outcome="bought"))
    assert report.values["signal"] is False
    assert report.values["observational"] is True
    assert any("not treated at random" in line for line in report.lines)


def test_qini_and_policy_by_hand() -> None:
    treated = np.array([True, False, True, False])
    outcome = np.array([1.0, 0.0, 0.0, 1.0])
    # Gains after 0..4: 0, 0 (no control yet), 1 · 2/4, (0.5 − 0) · 3/4, 0 · 4/4.
    uplift = np.array([4.0, 3.0, 2.0, 1.0])
    assert qini(uplift, treated, outcome) == pytest.approx((0.5 + 0.375) / 5)
    assert qini(np.zeros(4), treated, outcome) == pytest.approx(0.0)
    scores = policy_scores(np.array([True, True, False, False]), treated, outcome, np.full(4, 0.5))
    assert scores.mean() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sent": 1}, "Without a control group"),
        ({"sent": "maybe"}, "treated or not"),
        ({"bought": "blue"}, "a number in every cell"),
    ],
)
def test_what_cannot_be_told_is_refused_with_a_reason(
    tmp_path: Path, change: dict[str, object], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.csv"
    campaign(300).assign(**change).to_csv(path, index=False)
    arguments = ["analyse", "uplift", "--input", str(path), "--treatment", "sent"]
    assert run(deskwise, [*arguments, "--outcome", "bought"]) == 2
    assert said in capsys.readouterr().err

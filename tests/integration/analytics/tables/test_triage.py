"""`deskwise analyse triage`: classes from words, what is sure, and what cannot be learnt."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assistant.cli.main import deskwise
from assistant.cli.output import run

WORDS = {
    "network": ["vpn", "wifi", "router", "dns", "proxy"],
    "printer": ["paper", "toner", "tray", "print", "jam"],
    "access": ["password", "locked", "login", "account", "mfa"],
}
COMMON = ["please", "help", "since", "today", "it", "is", "not", "working", "for", "me", "again"]


@pytest.fixture(scope="module")
def tickets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    random = np.random.default_rng(0)
    rows = []
    for i in range(120):
        name = list(WORDS)[i % 3]
        words = [*random.choice(WORDS[name], 2), *random.choice(COMMON, 5)]
        rows.append((f"{words[0]} problem", " ".join(random.permutation(words)), name))
    rows += [("coffee", "the coffee machine is empty", "kitchen"), ("", "", "network")]
    path = tmp_path_factory.mktemp("triage") / "tickets.csv"
    pd.DataFrame(rows, columns=["subject", "body", "team"]).to_csv(path, index=False)
    return path


def analysed(path: Path, folder: Path, *more: str) -> dict[str, object]:
    out = folder / "out.json"
    arguments = ["analyse", "triage", "--input", str(path), *more, "--json", str(out)]
    assert run(deskwise, arguments) == 0
    result: dict[str, object] = json.loads(out.read_text(encoding="utf-8"))
    return result


def test_classes_are_told_from_words(tickets: Path, tmp_path: Path) -> None:
    table = tmp_path / "p.csv"
    arguments = ["--text", "subject,body", "--target", "team", "--predictions", str(table)]
    found = analysed(tickets, tmp_path, *arguments)
    assert found["accuracy"]["mean"] > 0.95 > found["baseline"]["accuracy"]["mean"]
    assert set(found["macro_f1"]) == {"mean", "ci95", "n"}
    assert found["top_3"]["mean"] == 1
    curve = found["precision_coverage"]
    assert [each["coverage"] for each in curve] == sorted(each["coverage"] for each in curve)
    assert curve[-1]["coverage"] == 1
    assert found["automatic"]["coverage"] > 0.9
    assert {each["class"] for each in found["per_class"]} == set(WORDS)
    assert [each["n_labels"] for each in found["learning_curve"]] == [20, 50]
    assert any("kitchen" in note for note in found["notes"])
    assert any("without a text" in note for note in found["notes"])
    frame = pd.read_csv(table)
    assert len(frame) == found["n"] == 120
    assert frame["confidence"].between(0, 1).all()


def test_by_time_only_later_rows_are_tested(tickets: Path, tmp_path: Path) -> None:
    table = tmp_path / "p.csv"
    arguments = ["--text", "body", "--target", "team", "--split", "time"]
    found = analysed(tickets, tmp_path, *arguments, "--predictions", str(table))
    assert found["n_tested"] == 36
    assert pd.read_csv(table)["row"].min() > 80


def test_what_is_looked_for_has_recall_and_false_alarms(tickets: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(tickets)
    frame["team"] = np.where(frame["team"] == "printer", "spam", "ham")
    path = tmp_path / "spam.csv"
    frame.to_csv(path, index=False)
    found = analysed(path, tmp_path, "--text", "body", "--target", "team")
    assert found["positive"] == "spam"
    assert found["recall"] > 0.9
    assert found["recall_at_false_alarms"]["false_alarm_rate"] == 0.003


def test_unknown_columns_and_single_classes_are_refused(
    tickets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = ["analyse", "triage", "--input", str(tickets)]
    assert run(deskwise, [*start, "--text", "boddy", "--target", "team"]) == 2
    assert "Did you mean 'body'" in capsys.readouterr().err
    assert run(deskwise, [*start, "--text", "team", "--target", "team"]) == 2
    assert "cannot be the text" in capsys.readouterr().err
    path = tmp_path / "one.csv"
    pd.read_csv(tickets).assign(team="all").to_csv(path, index=False)
    one = ["analyse", "triage", "--input", str(path), "--text", "body", "--target", "team"]
    assert run(deskwise, one) == 2
    assert "1 classes" in capsys.readouterr().err

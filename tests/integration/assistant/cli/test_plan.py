"""`deskwise plan`: what stops a list, and that what overrides it is recorded."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from assistant.cli.main import deskwise
from assistant.cli.output import run
from tests.integration.analytics.analyses import planted_messages as planted
from tests.integration.analytics.query.random_warehouse import write_warehouse


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("plan")
    tables = planted.tables()
    # Early adopters are young here, so that every list that pays fails the four-fifths rule.
    people = tables["customers"]
    is_early = people["lifestyle"] == "early adopter"
    people.loc[is_early, "birth_date"] = people["birth_date"].max()
    people.loc[~is_early, "birth_date"] = people["birth_date"].min()
    write_warehouse(home / "warehouse", tables)
    return home


def planned(home: Path, *arguments: str) -> int:
    return run(deskwise, ["plan", "--home", str(home), "--budget", "300", *arguments])


def test_a_list_needs_consent_and_fairness_or_reasons_that_are_recorded(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "list.csv"
    assert planned(home, "--out", str(out)) == 2
    assert "No consent is recorded" in capsys.readouterr().err
    (home / "consent.csv").write_text(
        "customer_id,consent\n" + "".join(f"{n},yes\n" for n in range(1, planted.N + 1))
    )
    assert planned(home, "--out", str(out)) == 2
    assert "four-fifths rule for age" in capsys.readouterr().err
    assert planned(home, "--out", str(out), "--override-fairness", "because") == 2
    assert not out.exists()
    told = tmp_path / "told.json"
    reason = "Agreed with the works council."

    code = planned(home, "--out", str(out), "--override-fairness", reason, "--json", str(told))

    assert code == 0
    rows = list(csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines()))
    sent = [row for row in rows if row["Contact or hold-out"] == "contact"]
    assert sum(float(row["Cost of the contact"]) for row in sent) <= 300
    assert {row["Consent"] for row in rows} == {"given"}
    values = json.loads(told.read_text())
    assert values["contacts"] == len(sent) and values["held_out"] == len(rows) - len(sent)
    capsys.readouterr()
    assert run(deskwise, ["audit", "show", "--home", str(home), "--json", "-"]) == 0
    entries = json.loads(capsys.readouterr().out)["entries"]
    assert [entry["action"] for entry in entries] == ["plan.written"]
    assert reason in json.dumps(entries[0])

"""`deskwise questions` from the command line, over a handmade warehouse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.cli.main import deskwise
from assistant.cli.output import run
from tests.integration.analytics.query.handmade import handmade_tables
from tests.integration.analytics.query.random_warehouse import write_warehouse


def test_questions_are_verified_saved_run_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_warehouse(tmp_path / "warehouse", handmade_tables())
    home = ["--home", str(tmp_path)]

    def command(*words: str) -> tuple[int, str]:
        code = run(deskwise, ["questions", *words, *home])
        return code, capsys.readouterr().out

    reading = ["--as", "Revenue in May 2026", "--owner", "Controlling"]
    assert command("verify", "How did we do?", *reading)[0] == 0
    assert command("save", "sales", "Revenue in May 2026", "--above", "99")[0] == 0
    assert command("save", "odd", "How many wobbles?")[0] != 0
    listed = command("list")[1]
    assert "1 verified, 1 saved" in listed

    code, digest = command("run", "--due")
    assert code == 3
    assert "is above the limit" in digest
    assert command("run", "--due") == (0, digest.split("\n")[0] + "\n\nNothing is due.\n")
    assert json.loads(command("list", "--json", "-")[1])["saved"][0]["last_value"] == 100

    assert command("remove", "sales")[0] == 0
    assert command("remove", "how did WE do")[0] == 0
    assert command("remove", "sales")[0] != 0

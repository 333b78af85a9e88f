"""`deskwise ask` leaves files: figures and charts; and says why when it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.cli import ask as ask_module
from assistant.cli.main import deskwise
from assistant.cli.output import run
from tests.integration.web.fake_assistant import EXAMPLES, FakeAssistant

VPN, BY_MONTH, BY_CATEGORY, CHURN, *_ = EXAMPLES


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask_module, "build_assistant", lambda _settings: FakeAssistant())


def asked(*arguments: str | Path) -> int:
    return run(deskwise, ["ask", *map(str, arguments)])


def test_figures_and_chart_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, drawing = tmp_path / "a.csv", tmp_path / "a.svg"
    assert asked(BY_CATEGORY, "--export", table, "--chart", drawing) == 0

    told = capsys.readouterr()
    assert "Laptops brought the most revenue" in told.out
    assert "  Check: The sum over region" in told.out
    assert told.err.count("Wrote ") == 2
    assert "'=HYPERLINK(1),210000.0" in table.read_text("utf-8-sig")
    assert "Revenue by category" in drawing.read_text()


def test_a_workbook_and_pixels_are_written(tmp_path: Path) -> None:
    assert asked(BY_MONTH, "--export", tmp_path / "A.XLSX", "--chart", tmp_path / "a.PNG") == 0
    assert (tmp_path / "A.XLSX").read_bytes().startswith(b"PK")
    assert (tmp_path / "a.PNG").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("question", "option", "name", "code", "words"),
    [
        (BY_MONTH, "--chart", "a.pdf", 2, "must be .png or .svg"),
        (BY_MONTH, "--export", "a", 2, "must be .csv or .xlsx"),
        (BY_MONTH, "--export", "none/a.csv", 2, "Cannot write"),
        (VPN, "--export", "a.csv", 1, "has no figures"),
        (CHURN, "--chart", "a.png", 1, "no chart to draw: it is a number"),
    ],
)
def test_what_cannot_be_written_is_said(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    question: str,
    option: str,
    name: str,
    code: int,
    words: str,
) -> None:
    assert asked(question, option, tmp_path / name) == code
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

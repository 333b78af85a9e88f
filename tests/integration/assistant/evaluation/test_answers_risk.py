"""`deskwise eval answers --risk`: that risk counts, whatever a home or its operators say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant import bootstrap
from assistant.cli.main import deskwise
from assistant.cli.output import run
from knowledge_base.encoders import HashEncoder

TOPICS = ("printer", "scanner", "headset", "monitor", "keyboard", "projector")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Articles of six things, and a question about each that names its own words."""
    monkeypatch.setattr(bootstrap.knowledge, "load_encoder", lambda _settings: HashEncoder())
    corpus = tmp_path / "kb"
    corpus.mkdir()
    rows = []
    for topic in TOPICS:
        text = f"# Reset the {topic}\n\n## Steps\n\n1. Unplug the {topic}.\n2. Wait a minute.\n"
        (corpus / f"{topic}.md").write_text(text, encoding="utf-8")
        question = f"reset the {topic}, unplug the {topic}"
        relevant = {f"kb/{topic}.md": 1}
        rows.append(
            {"id": topic, "text": question, "answerable": True, "relevant": relevant, "slice": "a"}
        )
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return corpus, questions


def answered(files: tuple[Path, Path], home: Path, risk: str) -> int:
    corpus, questions = files
    out = home / f"risk_{risk}.json"
    arguments = ["--home", str(home), "eval", "answers", "--corpus", str(corpus)]
    arguments += ["--questions", str(questions), "--risk", risk, "--json", str(out)]
    assert run(deskwise, arguments) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    return int(found["answered_right"] + found["answered_wrong"])


def test_the_risk_of_the_command_counts(files: tuple[Path, Path], tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()

    assert answered(files, home, "0") == 0
    assert answered(files, home, "1") == len(TOPICS)

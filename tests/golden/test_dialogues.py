"""Every transcript under `dialogues/` is what the assistant says today.

`DESKWISE_RECORD=1 pytest tests/golden` writes down what it says instead; read the difference before
you commit it.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.config import Settings
from assistant.service import AssistantService
from tests.golden.home import start
from tests.golden.player import Player, forget_everything
from tests.golden.transcript import matches, parse, write

DIALOGUES = sorted(Path(__file__).with_name("dialogues").glob("*.md"))
RECORD = os.environ.get("DESKWISE_RECORD") == "1"  # read before a fixture clears the environment


@pytest.fixture(scope="module")
def assistant(golden_settings: Settings) -> Iterator[AssistantService]:
    service = start(golden_settings)
    yield service
    service.store.close()


@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_the_assistant_says_what_the_transcript_says(
    path: Path, assistant: AssistantService, golden_settings: Settings
) -> None:
    text = path.read_text(encoding="utf-8")
    transcript = parse(text)
    assert transcript.steps, f"{path.name} has no step"
    forget_everything(golden_settings.database_path)
    player = Player(build=lambda: start(golden_settings), assistant=assistant)
    replies = player.play(transcript)
    if RECORD:
        path.write_text(write(transcript, replies), encoding="utf-8")
        return
    fits = all(
        matches(step.reply, reply)
        for step, reply in zip(transcript.steps, replies, strict=True)
        if step.has_reply
    )
    if not fits:
        difference = difflib.unified_diff(
            text.splitlines(),
            write(transcript, replies).splitlines(),
            f"{path.name}, as recorded",
            "what the assistant says now",
            lineterm="",
        )
        pytest.fail("\n".join(difference), pytrace=False)


def test_a_line_of_an_ellipsis_stands_for_any_lines() -> None:
    assert matches(["a", "…", "d"], ["a", "b", "c", "d"])
    assert matches(["a", "…"], ["a"])
    assert not matches(["a", "…", "d"], ["a", "b"])
    assert not matches(["a"], ["a", "b"])

"""An operator's own examples, and routes that were corrected."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli.feedback import feedback
from assistant.errors import RouterError
from assistant.routing.examples import (
    Example,
    correct_route,
    read_own_examples,
    with_own_examples,
)

SHIPPED = (
    Example(text="My dock is dead", label="helpdesk"),
    Example(text="Hello there", label="smalltalk"),
)


def test_without_a_folder_there_are_none(tmp_path: Path) -> None:
    assert read_own_examples(tmp_path / "routing") == ()


def test_a_correction_overrules_what_is_shipped(tmp_path: Path) -> None:
    correct_route(tmp_path, "my  dock is dead", "desk")
    own = read_own_examples(tmp_path)
    assert own == (Example(text="my dock is dead", label="desk"),)
    labels = {each.text.lower(): each.label for each in with_own_examples(SHIPPED, own)}
    assert labels == {"my dock is dead": "desk", "hello there": "smalltalk"}


def test_the_last_correction_counts_and_groups_stay(tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text("label: desk\nexamples:\n  ours:\n    - ring Bob\n")
    correct_route(tmp_path, "where is my desk", "desk")
    correct_route(tmp_path, "Where is my desk", "out_of_scope")
    assert read_own_examples(tmp_path) == (
        Example(text="ring Bob", label="desk"),
        Example(text="Where is my desk", label="out_of_scope"),
    )
    assert "ours:" in (tmp_path / "desk.yaml").read_text()


def test_nothing_to_learn_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RouterError, match="no word"):
        correct_route(tmp_path, " ?! ", "desk")
    (tmp_path / "sales.yaml").write_text("label: sales\nexamples: {}\n")
    with pytest.raises(RouterError, match="no route"):
        read_own_examples(tmp_path)


def test_the_command_keeps_a_correction(tmp_path: Path) -> None:
    run = CliRunner().invoke(
        feedback, ["route", "who moved my chair", "out_of_scope", "--home", str(tmp_path)]
    )
    assert run.exit_code == 0, run.output
    (kept,) = read_own_examples(tmp_path / "routing")
    assert kept.label == "out_of_scope"

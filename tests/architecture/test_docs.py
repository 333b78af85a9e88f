"""What is documented exists, and what exists is documented."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest

from assistant.cli.main import deskwise
from assistant.config import Settings, setting_rows

ROOT = Path(__file__).resolve().parents[2]
DOCS = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md"]


def test_every_setting_is_documented_with_its_default_and_nothing_else_is() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = dict(re.findall(r"^\| `([a-z_]+)` \| `([^`]*)` \|", text, re.M))
    assert documented == {row["name"]: row["value"] for row in setting_rows(Settings())}


def commands(group: click.Group, prefix: str = "deskwise") -> list[str]:
    names = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            names += commands(command, f"{prefix} {name}")
        else:
            names.append(f"{prefix} {name}")
    return names


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^## `(deskwise [a-z -]+?)`", text, re.M))
    assert documented == set(commands(deskwise))


def test_every_dependency_has_a_line_that_says_why() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = project.split("dependencies = [", 1)[1].split("\n]", 1)[0]
    wanted = {re.split(r"[\[<>=~ ]", name)[0] for name in re.findall(r'"([^"]+)"', block)}
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert wanted == set(re.findall(r"^\| `([A-Za-z0-9_-]+)` \|", text, re.M)) & wanted
    assert len(wanted) > 15


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_resolve(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target and not target.startswith("/"):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=str)
def test_a_decision_is_short_and_names_the_test_that_holds_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 40
    named = re.findall(r"`(tests/[\w/.]+\.py)", text)
    assert named, "name the test"
    for name in named:
        assert (ROOT / name).is_file(), name


def test_the_readme_and_the_quality_page_say_what_the_evaluations_wrote() -> None:
    folder = ROOT / "docs" / "evals"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    quality = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
    for name in ("helpdesk_dev_retrieval", "ms_symptom_to_article"):
        found = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for measures in (found["system"], *found["baselines"].values()):
            assert f"{measures['ndcg@10']:.3f}" in quality
            assert f"{measures['ndcg@10']:.3f}".lstrip("0") in readme
    answers = json.loads((folder / "helpdesk_dev_answers.json").read_text(encoding="utf-8"))
    for key in ("coverage", "risk", "aurc", "evidence_recall"):
        assert f"{answers[key]:.3f}" in quality
    assert f"{answers['coverage']:.0%}".replace("%", " %") in readme
    routing = json.loads((folder / "routing_dev.json").read_text(encoding="utf-8"))
    assert f"{routing['accuracy']:.1%}".replace("%", " %") in readme
    assert f"{routing['accuracy']:.3f}" in quality

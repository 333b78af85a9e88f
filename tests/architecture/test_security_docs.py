"""Each test that the security pages name is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs" / "security").glob("*.md"))
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_is_named_is_there(page: Path) -> None:
    named = NAMED.findall(page.read_text(encoding="utf-8"))
    missing = [f"{path}::{name}" for path, name in named if name not in functions(ROOT / path)]

    assert named
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_row_of_a_table_names_a_test(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("|") and not line.startswith("|---")]
    heads = {lines[number - 1] for number, line in enumerate(lines) if line.startswith("|---")}

    assert [row for row in rows if row not in heads and not NAMED.search(row)] == []


def test_every_advisory_of_the_list_is_a_test_or_has_its_reason() -> None:
    """The list has 37 rows; each stands in the table or among what does not apply, once."""
    page = (ROOT / "docs" / "security" / "advisories.md").read_text(encoding="utf-8")
    numbers = re.findall(r"^(?:\| |- )(\d+)\b", page, re.MULTILINE)

    assert sorted(map(int, numbers)) == list(range(1, 38))


def test_every_chapter_of_the_standard_is_told_of() -> None:
    page = (ROOT / "docs" / "security" / "asvs.md").read_text(encoding="utf-8")
    risks = (ROOT / "docs" / "security" / "llm-top-10.md").read_text(encoding="utf-8")

    assert {int(number) for number in re.findall(r"\bV(\d+)", page)} == set(range(1, 18))
    assert re.findall(r"^\| LLM(\d\d)", risks, re.MULTILINE) == [
        f"{number:02}" for number in range(1, 11)
    ]


def functions(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}

"""An article for which nobody said who may read it: everyone's off sign-in, nobody's on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.bootstrap import Parts
from assistant.cli.knowledge import source_of
from assistant.config import Settings
from knowledge_base.index.access import may_read
from knowledge_base.model import Document

ARTICLES = {
    "silent.md": "# VPN\n\nUse it.\n",
    "named.md": "---\nacl: [security]\n---\n# Badge\n\nCarry it.\n",
    "empty.md": "---\nacl: []\n---\n# Vault\n\nLock it.\n",
    "broken.md": "---\nacl: [\n---\n# Broken\n\nLock it.\n",
}


def lists(
    tmp_path: Path, settings: dict[str, str], groups: tuple[str, ...] | None
) -> dict[str, tuple[str, ...]]:
    folder = tmp_path / "kb"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name).write_text(text)
    parts = Parts(Settings(home=tmp_path / "home", **settings))  # type: ignore[arg-type]
    read = source_of(folder, "articles", groups, parts).read()
    return {
        item.document_id.removeprefix("kb/"): item.acl
        for item in read
        if isinstance(item, Document)
    }


@pytest.mark.parametrize(
    ("settings", "groups", "expected"),
    [
        ({}, None, ("everyone",)),
        ({"sign_in": "local"}, None, ()),
        ({"sign_in": "local", "default_acl": "staff, it"}, None, ("staff", "it")),
        ({"sign_in": "local", "default_acl": "staff"}, ("everyone",), ("everyone",)),
        ({"default_acl": "staff"}, None, ("staff",)),
    ],
)
def test_what_names_no_groups_gets_what_the_ingest_says(
    tmp_path: Path,
    settings: dict[str, str],
    groups: tuple[str, ...] | None,
    expected: tuple[str, ...],
) -> None:
    found = lists(tmp_path, settings, groups)

    assert found["silent.md"] == expected
    assert found["named.md"] == ("security",)
    assert found["empty.md"] == ()
    assert not may_read(found["broken.md"], ("everyone", "agents", "staff", "it"))


def test_an_empty_list_admits_nobody_whatever_their_groups() -> None:
    assert not may_read((), ("everyone", "agents", "managers", ""))

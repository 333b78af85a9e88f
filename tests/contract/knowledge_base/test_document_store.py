from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge_base.model import Document, Passage
from knowledge_base.ports import IngestStore
from knowledge_base.store import SqliteStore
from tests.contract.knowledge_base.fakes import InMemoryStore


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> IngestStore:
    return InMemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "kb.sqlite")


def article(name: str, text: str = "Text.", content_hash: str = "h1") -> Document:
    return Document(
        document_id=name,
        title=f"Title of {name}",
        text=text,
        body_start=0,
        description="Ünïcode ✓",
        updated_on=date(2026, 2, 25),
        tags=("vpn", "wifi"),
        applies_to=("Windows 11",),
        acl=("everyone", "it-staff"),
        metadata={"owner": "Workplace"},
        content_hash=content_hash,
    )


def passages_of(document: Document, n: int) -> tuple[Passage, ...]:
    return tuple(
        Passage(
            passage_id=f"{document.document_id}#{i}",
            document_id=document.document_id,
            ordinal=i,
            start=i,
            end=i + 1,
            heading_path=(document.title, "Steps"),
            text=f"passage {i}",
        )
        for i in range(n)
    )


def test_a_document_comes_back_as_it_was_written(store: IngestStore) -> None:
    written = article("kb/a.md")
    store.replace("kb", written, passages_of(written, 2), None)
    assert store.document("kb/a.md") == written
    assert list(store.contents()) == [(written, passages_of(written, 2))]
    assert store.document("kb/b.md") is None


def test_replacing_leaves_nothing_of_the_older_version(store: IngestStore) -> None:
    old, new = article("kb/a.md"), article("kb/a.md", "New.", "h2")
    store.replace("kb", old, passages_of(old, 5), None)
    store.replace("kb", new, passages_of(new, 1), None)
    assert list(store.contents()) == [(new, passages_of(new, 1))]
    assert store.hashes("kb") == {"kb/a.md": "h2"}


def test_hashes_are_of_one_source(store: IngestStore) -> None:
    one = article("one/a.md")
    store.replace("one", one, passages_of(one, 1), None)
    store.replace("two", article("two/a.md", content_hash="h9"), (), None)
    assert store.hashes("one") == {"one/a.md": "h1"}
    assert store.hashes("two") == {"two/a.md": "h9"}
    assert store.hashes("three") == {}
    assert store.hashes() == {"one/a.md": "h1", "two/a.md": "h9"}
    # What has no passages can be in no index.
    assert store.versions() == {"one/a.md": "h1"}


def test_removing_forgets_and_ignores_what_is_unknown(store: IngestStore) -> None:
    for name in ("kb/a.md", "kb/b.md"):
        store.replace("kb", article(name), passages_of(article(name), 1), None)
    store.remove(["kb/a.md", "kb/never.md"])
    store.remove([])
    assert [document.document_id for document, _ in store.contents()] == ["kb/b.md"]


def test_contents_come_by_document_id_with_passages_in_order(store: IngestStore) -> None:
    for name in ("kb/b.md", "kb/a.md", "kb/a-1.md"):
        store.replace("kb", article(name), passages_of(article(name), 12), None)
    contents = list(store.contents())
    names = [document.document_id for document, _ in contents]
    assert names == sorted(names)
    assert [passage.ordinal for passage in contents[0][1]] == list(range(12))


def test_some_contents_come_like_all_of_them(store: IngestStore) -> None:
    for name in ("kb/b.md", "kb/a.md", "kb/c.md"):
        store.replace("kb", article(name), passages_of(article(name), 3), None)
    asked = ["kb/c.md", "kb/a.md", "kb/never.md", "kb/a.md"]
    named = ("kb/a.md", "kb/c.md")
    assert list(store.some_contents(asked)) == [
        (article(name), passages_of(article(name), 3)) for name in named
    ]
    assert list(store.some_contents([])) == []


def test_sources_are_remembered(store: IngestStore) -> None:
    assert store.source("kb") is None
    store.set_source("kb", location="/x", pipeline="p1")
    store.set_source("kb", location="/y", pipeline="p2")
    assert store.source("kb") == {"location": "/y", "pipeline": "p2"}

"""Nothing that may not be read, or is gone, shows in anything.

A case is a sequence of changes (documents come, change, move between groups, go), a query and the
groups of an asker. Every article has words, abbreviations and typing traps of its own, so that a
leak in spelling or long forms shows as a word. There are 2,000 cases; `DESKWISE_ACCESS_WORLDS=10`
makes them 10,000, which takes a minute.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.config import ChunkingSettings, KnowledgeBaseSettings, RetrievalSettings
from knowledge_base.encoders import HashEncoder
from knowledge_base.index.access import may_read
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.ingest import Ingester
from knowledge_base.model import Document, DocumentHit
from knowledge_base.retrieve import Retriever
from knowledge_base.sources.markdown import with_hash
from knowledge_base.text import matched_words
from knowledge_base.vocabulary import Vocabulary
from tests.contract.knowledge_base.fakes import InMemoryStore

N_WORLDS = int(os.environ.get("DESKWISE_ACCESS_WORLDS", "2"))
N_CHANGES = 50
N_QUESTIONS_EACH = 20
GROUPS = ("everyone", "agents", "hr", "board")
COMMON = ("printer", "network", "certificate", "password", "meeting", "laptop")
NAMES = ("zorblax", "quendrith", "mirvanol", "teskaline", "wobbrent", "plinvora", "drakesul")
PHRASES = (
    "Zorblax Quick Transfer (ZQT)",
    "Network Plinvora Table (NPT)",
    "Mirvanol Access Point (MAP)",
    "Meeting Access Plan (MAP)",
)
SETTINGS = KnowledgeBaseSettings(
    chunking=ChunkingSettings(max_words=12, small_words=4),
    retrieval=RetrievalSettings(candidates=30),
)


@dataclass(slots=True)
class World:
    """A knowledge base, and the same documents in a dictionary to compare with."""

    random: np.random.Generator
    ingester: Ingester
    retriever: Retriever
    store: InMemoryStore
    documents: dict[str, Document] = field(default_factory=dict)

    def change(self) -> None:
        """Let a document come, change, move or go."""
        name = f"kb/{self.random.integers(12)}.md"
        held = self.documents.get(name)
        fate = self.random.random()
        if held is not None and fate < 0.25:
            self.ingester.remove([name])
            del self.documents[name]
        elif held is not None and fate < 0.5:
            self._keep(
                with_hash(
                    Document(
                        document_id=name,
                        title=held.title,
                        text=held.text,
                        pool=held.pool,
                        acl=self._groups(),
                    )
                )
            )
        else:
            text = " ".join(self._words(14)) + ".\n"
            pool = "ticket" if self.random.random() < 0.3 else "article"
            title = " ".join(self._words(2))
            self._keep(
                with_hash(
                    Document(
                        document_id=name, title=title, text=text, pool=pool, acl=self._groups()
                    )
                )
            )
        if self.random.random() < 0.3:
            self.ingester.merge()

    def query(self) -> str:
        """Return a question: words, words with a letter wrong, abbreviations."""
        asked = []
        for word in self._words(int(self.random.integers(1, 4))):
            place = int(self.random.integers(1, max(2, len(word))))
            asked.append(word if self.random.random() < 0.4 else word[:place] + word[place + 1 :])
        return " ".join([*asked, *self.random.choice(["ZQT", "NPT", "MAP", ""], 1)])

    def asker(self) -> tuple[str, ...]:
        n_groups = int(self.random.integers(0, len(GROUPS)))
        return tuple(self.random.choice(GROUPS, n_groups, replace=False))

    def _keep(self, document: Document) -> None:
        self.ingester.upsert(document, source="kb")
        self.documents[document.document_id] = document

    def _groups(self) -> tuple[str, ...]:
        n_groups = int(self.random.integers(0, 3))
        return tuple(sorted(self.random.choice(GROUPS, n_groups, replace=False)))

    def _words(self, n_words: int) -> list[str]:
        pieces = [*self.random.choice([*COMMON, *NAMES], n_words), *self.random.choice(PHRASES, 1)]
        return [str(piece) for piece in pieces[: n_words if n_words < 4 else None]]


def check(world: World, query: str, groups: tuple[str, ...]) -> None:
    """Compare everything that an asker is told with what they may read."""
    retriever = world.retriever
    readable = {
        name: document
        for name, document in world.documents.items()
        if may_read(document.acl, groups)
    }
    pools = ("article", "ticket")
    found: tuple[DocumentHit, ...] = ()
    if world.random.random() < 0.5:
        found = retriever.documents(query, groups=groups, k=50, pools=pools)
        assert {each.document_id for each in found} <= set(readable)
        hits = tuple(hit for each in found for hit in each.hits)
    else:
        hits = retriever.search(query, groups=groups, k=50, pools=pools)
    for hit in hits:
        document = readable[hit.passage.document_id]
        stretch = document.text[hit.passage.start : hit.passage.end]
        assert hit.title == document.title
        assert hit.passage.text.split() == stretch.split()
        assert set(hit.matched_terms) <= set(matched_words(query, f"{document.title} {stretch}"))
        assert all(leg.rank <= len(readable) * 4 for leg in hit.legs)
    for pool in pools:
        titles = {(name, each.title) for name, each in readable.items() if each.pool == pool}
        assert set(retriever.titles(groups=groups, pools=(pool,))) == titles
    for number in world.random.integers(12, size=3).tolist():
        name = f"kb/{number}.md"
        assert retriever.document(name, groups=groups) == readable.get(name)
        assert bool(retriever.passages(name, groups=groups)) == (name in readable)
    known = " ".join(f"{each.title} {each.text}" for each in readable.values()).lower()
    for each in found:
        for expansion in each.expansions:
            assert expansion.meaning in known


def check_spelling(world: World, query: str, groups: tuple[str, ...]) -> None:
    """Compare guesses with those of a vocabulary made of the readable texts alone."""
    current = world.retriever._current()
    allowed = current.allowed(groups, ("article", "ticket")).passages
    rows = np.flatnonzero(allowed)
    texts = []
    for row in rows.tolist():
        passage = current.content.passage(row)
        assert may_read(world.documents[passage.document_id].acl, groups)
        texts.append(f"{chr(10).join(passage.heading_path)}\n{passage.text}")
    told = current.content.vocabulary.evidence(query, allowed)
    alone = Vocabulary.build(texts)
    expected = {each.meant for each in alone.repairs(query)}
    english = {each.written for each in alone.repairs(query)} - {
        each.written for each in told.repairs
    }
    assert {each.meant for each in told.repairs} <= expected
    # What is not repaired is a word of common English.
    assert all(_is_english(word) for word in english)
    assert {(each.abbreviation, each.meaning) for each in told.long_forms} <= {
        (each.abbreviation, each.meaning) for each in mined(texts)
    }


def _is_english(word: str) -> bool:
    from knowledge_base.encoders import english_words

    return word in english_words()


def mined(texts: list[str]):
    return Vocabulary.build(texts).long_forms.values()


@pytest.mark.parametrize("seed", range(N_WORLDS))
def test_nothing_forbidden_or_gone_shows_in_anything(seed: int, tmp_path: Path) -> None:
    store = InMemoryStore()
    snapshots = SnapshotFolder(tmp_path / "index")
    encoder = HashEncoder(16)
    world = World(
        random=np.random.default_rng(seed),
        ingester=Ingester(store, encoder, snapshots, SETTINGS),
        retriever=Retriever(snapshots, encoder, SETTINGS.retrieval),
        store=store,
    )
    n_cases = 0
    for _ in range(N_CHANGES):
        world.change()
        for number in range(N_QUESTIONS_EACH):
            query, groups = world.query(), world.asker()
            check(world, query, groups)
            if number % 10 == 0:
                check_spelling(world, query, groups)
            n_cases += 1
    assert n_cases == 1_000

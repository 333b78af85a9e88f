"""Token vectors stay with their passages through changes and joins, and rank what is found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.chunking import embedding_text
from knowledge_base.config import KnowledgeBaseSettings, RetrievalSettings
from knowledge_base.encoders import HashEncoder
from knowledge_base.index.content import Content
from knowledge_base.index.delta import merge_segments, open_index
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.ingest import Ingester
from knowledge_base.late import LATE_LEGS, N_NUMBERS, QuestionTokens, TokenVectors, to_bytes
from knowledge_base.model import Document
from knowledge_base.ports import Vectors
from knowledge_base.retrieve import Retriever
from knowledge_base.sources.markdown import with_hash
from knowledge_base.store import SqliteStore
from knowledge_base.text import words
from knowledge_base.vector_cache import CachedEncoder, VectorCache

SETTINGS = KnowledgeBaseSettings()


class TokenHashEncoder(HashEncoder):
    """A fake encoder whose tokens are words; equal words have equal vectors."""

    def encode_tokens(self, texts: Sequence[str]) -> tuple[Vectors, TokenVectors]:
        return self.encode(texts), TokenVectors.of([to_bytes(self._tokens(text)) for text in texts])

    def encode_question(self, text: str) -> tuple[Vectors, QuestionTokens]:
        tokens = self._tokens(text)
        weights = np.full(len(tokens), 1 / len(tokens), dtype=np.float32)
        return self.encode([text])[0], QuestionTokens(vectors=tokens, weights=weights)

    def _tokens(self, text: str) -> Vectors:
        rows = np.stack([self._direction(word) for word in words(text)[:64] or [""]])
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def article(number: int, text: str) -> Document:
    name = f"kb/{number:03d}.md"
    return with_hash(Document(document_id=name, title=f"Article {number}", text=f"{text}\n"))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Ingester, SnapshotFolder, CachedEncoder]]:
    encoder = CachedEncoder(TokenHashEncoder(N_NUMBERS), VectorCache(None))
    snapshots = SnapshotFolder(tmp_path / "index")
    with SqliteStore(tmp_path / "kb.sqlite") as store:
        ingester = Ingester(store, encoder, snapshots, SETTINGS)
        for number in range(12):
            ingester.upsert(article(number, f"topic{number} stays dark since noon."), source="kb")
        yield ingester, snapshots, encoder


def assert_each_passage_has_its_own_tokens(content: Content, encoder: CachedEncoder) -> None:
    assert content.tokens is not None
    for row in np.flatnonzero(content.live[content.passage_document]).tolist():
        expected = encoder.tokens([embedding_text(content.passage(row))]).text(0)
        assert np.array_equal(content.tokens.text(row), expected)


def test_tokens_stay_with_their_passages_through_changes_and_joins(
    place: tuple[Ingester, SnapshotFolder, CachedEncoder],
) -> None:
    ingester, snapshots, encoder = place
    ingester.upsert(article(3, "Another text of the same article."), source="kb")
    ingester.remove(["kb/007.md"])
    index = open_index(snapshots)
    assert len(index.segments) > 1
    assert_each_passage_has_its_own_tokens(index.content(), encoder)

    assert merge_segments(snapshots, tuple(index.segments), SETTINGS.retrieval) is not None

    joined = open_index(snapshots)
    assert len(joined.segments) == 1
    assert_each_passage_has_its_own_tokens(joined.content(), encoder)


def test_late_legs_are_told_and_meet_a_passage_that_has_every_word(
    place: tuple[Ingester, SnapshotFolder, CachedEncoder],
) -> None:
    _, snapshots, encoder = place
    best = Retriever(snapshots, encoder, SETTINGS.retrieval).documents("topic5 dark", groups=())[0]
    assert best.document_id == "kb/005.md"
    said = {leg.leg: leg for leg in best.legs}
    assert set(LATE_LEGS) <= set(said)
    assert said["late"].score == pytest.approx(1.0, abs=0.01)
    assert said["late"].rank == 1


def test_an_index_without_tokens_is_ranked_by_the_other_legs(tmp_path: Path) -> None:
    settings = replace(SETTINGS, retrieval=RetrievalSettings(late_interaction=False))
    encoder = CachedEncoder(TokenHashEncoder(N_NUMBERS), VectorCache(None))
    snapshots = SnapshotFolder(tmp_path / "index")
    with SqliteStore(tmp_path / "kb.sqlite") as store:
        Ingester(store, encoder, snapshots, settings).upsert(article(1, "topic1 dark"), source="kb")
    (found,) = Retriever(snapshots, encoder, settings.retrieval).documents("topic1", groups=())
    assert open_index(snapshots).content().tokens is None
    assert not {leg.leg for leg in found.legs} & set(LATE_LEGS)

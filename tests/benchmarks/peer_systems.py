"""The search engines that are compared: Deskwise, its baselines, txtai and Haystack.

All get the same passages, the same text of each (title, headings, body) and the same vectors, and
give passages; a document's place is that of its best passage.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge_base.chunking import embedding_text
from knowledge_base.config import RetrievalSettings
from knowledge_base.encoders import MiniLMEncoder
from knowledge_base.index.fusion import reciprocal_rank
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.late import QuestionTokens, TokenVectors
from knowledge_base.model import EVERYONE
from knowledge_base.ports import Encoder, Vectors
from knowledge_base.retrieve import BM25_ONLY, DENSE_ONLY, Retriever

N_DOCUMENTS = 10
N_PASSAGES = 50
"""Passages that a peer is asked for: enough for ten documents."""
BASELINE_DEPTH = 100
"""Documents of each leg that the fusions of the baselines see."""

Rank = Callable[[str], list[str]]
"""A question → ids of the best documents, best first, at most `N_DOCUMENTS`."""


class QuestionEncoder:
    """The encoder of everybody. Questions are encoded anew, or handed out from memory.

    Parameters
    ----------
    plain : MiniLMEncoder
        Computes.
    """

    def __init__(self, plain: MiniLMEncoder) -> None:
        self._plain = plain
        self._vectors: dict[str, Vectors] = {}
        self._read: dict[str, tuple[Vectors, QuestionTokens]] = {}
        self.hands_out = False
        """A text's vector is computed once and then handed out."""

    @property
    def name(self) -> str:
        return self._plain.name

    @property
    def n_dimensions(self) -> int:
        return self._plain.n_dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n_texts, n_dimensions), float32."""
        if not self.hands_out:
            return self._plain.encode(texts)
        # White space at the end tells rounds apart and means nothing.
        keys = [text.rstrip() for text in texts]
        missing = [key for key in dict.fromkeys(keys) if key not in self._vectors]
        if missing:
            self._vectors.update(zip(missing, self._plain.encode(missing), strict=True))
        return np.stack([self._vectors[key] for key in keys])

    def encode_question(self, text: str) -> tuple[Vectors, QuestionTokens]:
        """Return a question's vector and its tokens."""
        if not self.hands_out:
            return self._plain.encode_question(text)
        key = text.rstrip()
        if key not in self._read:
            self._read[key] = self._plain.encode_question(key)
        return self._read[key]

    def encode_tokens(self, texts: Sequence[str]) -> tuple[Vectors, TokenVectors]:
        """Return vectors of texts and of their tokens."""
        return self._plain.encode_tokens(texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """What every system indexes."""

    ids: tuple[str, ...]
    owners: tuple[str, ...]
    """Document id of each."""
    texts: tuple[str, ...]
    vectors: Vectors

    @classmethod
    def of(cls, retriever: Retriever, encoder: Encoder) -> Passages:
        """Read the passages of an index; their vectors come from the encoder's cache."""
        found = [
            passage
            for document_id, _ in retriever.titles(groups=(EVERYONE,))
            for passage in retriever.passages(document_id, groups=(EVERYONE,))
        ]
        texts = tuple(embedding_text(passage) for passage in found)
        return cls(
            ids=tuple(passage.passage_id for passage in found),
            owners=tuple(passage.document_id for passage in found),
            texts=texts,
            vectors=encoder.encode(texts),
        )


def deskwise_systems(retriever: Retriever, folder: Path, encoder: Encoder) -> Mapping[str, Rank]:
    """Return the product, its two baselines and two fusions of those."""
    halves = RetrievalSettings(weights={"bm25": 0.5, "dense": 0.5})
    plain = Retriever(SnapshotFolder(folder), encoder, halves)

    def documents(legs: Sequence[str] | None, k: int = N_DOCUMENTS) -> Rank:
        searcher = retriever if legs is None else plain

        def rank(question: str) -> list[str]:
            hits = searcher.documents(question, groups=(EVERYONE,), k=k, legs=legs)
            return [hit.document_id for hit in hits]

        return rank

    def ranks_fused(question: str) -> list[str]:
        both = [documents(legs, BASELINE_DEPTH)(question) for legs in (BM25_ONLY, DENSE_ONLY)]
        fused = reciprocal_rank(both)
        return sorted(fused, key=lambda name: (-fused[name], name))[:N_DOCUMENTS]

    return {
        "deskwise": documents(None),
        "bm25": documents(BM25_ONLY),
        "dense": documents(DENSE_ONLY),
        "rank_fusion": ranks_fused,
        "convex": documents((*BM25_ONLY, *DENSE_ONLY)),
    }


def txtai_hybrid(passages: Passages, encoder: Encoder, *, is_exact: bool) -> Rank:
    """Return txtai's hybrid search: its BM25 and vectors, half each.

    Parameters
    ----------
    passages : Passages
        Indexed under their places.
    encoder : Encoder
        Encodes questions.
    is_exact : bool
        Compare with every vector; otherwise txtai chooses, which above 5,000 passages is an
        approximate index.
    """
    from txtai import Embeddings

    vectors_of = dict(zip(passages.texts, passages.vectors, strict=True))

    # txtai takes a plain function only.
    def transform(texts: list[str]) -> Vectors:
        known = [vectors_of.get(text) for text in texts]
        if any(vector is None for vector in known):
            return encoder.encode(texts)
        return np.stack([vector for vector in known if vector is not None])

    config: dict[str, Any] = {"method": "external", "transform": transform, "hybrid": True}
    if is_exact:
        config["faiss"] = {"components": "IDMap,Flat"}
    embeddings = Embeddings(config)
    embeddings.index((place, text, None) for place, text in enumerate(passages.texts))

    def rank(question: str) -> list[str]:
        found = embeddings.search(question, N_PASSAGES)
        return documents_of(passages.owners[place] for place, _ in found)

    return rank


def haystack_fusion(passages: Passages, encoder: Encoder) -> Rank:
    """Return a Haystack pipeline: BM25 and vectors in memory, joined by reciprocal ranks."""
    os.environ.setdefault("HAYSTACK_TELEMETRY_ENABLED", "False")
    from haystack import Document, Pipeline, component
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import (
        InMemoryBM25Retriever,
        InMemoryEmbeddingRetriever,
    )
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    @component
    class QuestionVector:
        @component.output_types(embedding=list[float])
        def run(self, text: str) -> dict[str, Any]:
            return {"embedding": encoder.encode([text])[0].tolist()}

    store = InMemoryDocumentStore()
    store.write_documents(
        [
            Document(id=name, content=text, embedding=vector.tolist(), meta={"owner": owner})
            for name, owner, text, vector in zip(
                passages.ids, passages.owners, passages.texts, passages.vectors, strict=True
            )
        ]
    )
    pipeline = Pipeline()
    pipeline.add_component("vector", QuestionVector())
    pipeline.add_component("dense", InMemoryEmbeddingRetriever(store, top_k=N_PASSAGES))
    pipeline.add_component("bm25", InMemoryBM25Retriever(store, top_k=N_PASSAGES))
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
    pipeline.connect("vector.embedding", "dense.query_embedding")
    pipeline.connect("dense", "joiner")
    pipeline.connect("bm25", "joiner")

    def rank(question: str) -> list[str]:
        found = pipeline.run({"vector": {"text": question}, "bm25": {"query": question}})
        return documents_of(item.meta["owner"] for item in found["joiner"]["documents"])

    return rank


def documents_of(owners: Iterable[str]) -> list[str]:
    """Return the documents of ranked passages, each at the place of its best one."""
    return list(dict.fromkeys(owners))[:N_DOCUMENTS]

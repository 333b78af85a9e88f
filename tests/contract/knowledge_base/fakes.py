"""Fakes of the knowledge base's ports. They pass the same contract tests as the real adapters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from knowledge_base.model import Document, Passage, Ticket
from knowledge_base.ports import Mask, Vectors


class BruteForceIndex:
    """Cosine neighbours by comparing with everything."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def search(
        self, queries: Vectors, k: int, *, allowed: Mask | None = None
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        rows = np.arange(len(self._vectors)) if allowed is None else np.flatnonzero(allowed)
        cosines = queries @ self._vectors[rows].T
        order = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(cosines, order, axis=1), rows[order].astype(np.int64)


class InMemoryStore:
    """Documents in dictionaries."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, Document, tuple[Passage, ...], Ticket | None]] = {}
        self._sources: dict[str, dict[str, str]] = {}

    def hashes(self, source: str | None = None) -> Mapping[str, str]:
        return {
            key: document.content_hash
            for key, (owner, document, _, _) in self._held.items()
            if source in (None, owner)
        }

    def replace(
        self, source: str, document: Document, passages: Sequence[Passage], ticket: Ticket | None
    ) -> None:
        self._held[document.document_id] = (source, document, tuple(passages), ticket)

    def remove(self, document_ids: Iterable[str]) -> None:
        for document_id in document_ids:
            self._held.pop(document_id, None)

    def document(self, document_id: str) -> Document | None:
        return self._held[document_id][1] if document_id in self._held else None

    def contents(self) -> Iterator[tuple[Document, tuple[Passage, ...]]]:
        for _, document, passages, _ in sorted(self._held.values(), key=lambda h: h[1].document_id):
            yield document, passages

    def some_contents(
        self, document_ids: Collection[str]
    ) -> Iterator[tuple[Document, tuple[Passage, ...]]]:
        return (each for each in self.contents() if each[0].document_id in document_ids)

    def versions(self) -> Mapping[str, str]:
        return {
            document.document_id: document.content_hash
            for document, passages in self.contents()
            if passages
        }

    def source(self, name: str) -> Mapping[str, str] | None:
        return self._sources.get(name)

    def set_source(self, name: str, *, location: str, pipeline: str) -> None:
        self._sources[name] = {"location": location, "pipeline": pipeline}

"""What the knowledge base needs from outside, as protocols."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from knowledge_base.config import RerankerSettings
from knowledge_base.late import QuestionTokens, TokenVectors
from knowledge_base.model import Document, FailedSource, Passage, Ticket

Vectors = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


class Source(Protocol):
    """Where documents and tickets come from."""

    @property
    def name(self) -> str:
        """What its documents are filed under; two sources of one name are one source."""
        ...

    @property
    def location(self) -> str:
        """Where it is read from."""
        ...

    @property
    def is_complete(self) -> bool:
        """Whether what it no longer yields is gone, rather than just not offered this time."""
        ...

    def read(self) -> Iterator[Document | Ticket | FailedSource]:
        """Yield every document or ticket, and one `FailedSource` for each that is unreadable."""
        ...


class Encoder(Protocol):
    """Text → unit vectors."""

    @property
    def name(self) -> str:
        """Name and version; vectors of different names are never mixed."""
        ...

    @property
    def n_dimensions(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n_texts, n_dimensions), float32; (0, d) for no texts."""
        ...


class Prior(Protocol):
    """What is known of documents beforehand, besides what they say: people's feedback."""

    def adjustments(
        self, vector: npt.NDArray[np.float32], document_ids: Sequence[str]
    ) -> npt.NDArray[np.float32]:
        """Return what to add to each document's fused score, small and bounded.

        Parameters
        ----------
        vector : array of shape (n_dimensions,)
            Unit vector of the query.
        document_ids : sequence of str
            Documents that the asker may read. A document's adjustment must not depend on which
            others are named.
        """
        ...


class Reranker(Protocol):
    """What reads a question together with each passage."""

    @property
    def settings(self) -> RerankerSettings:
        """How much it reads, and what it counts."""
        ...

    def scores(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return how well each text answers, shape (n_texts,), higher is better."""
        ...


@runtime_checkable
class TokenEncoder(Protocol):
    """An encoder that can also give a vector for each token."""

    def encode_tokens(self, texts: Sequence[str]) -> tuple[Vectors, TokenVectors]:
        """Return the vectors of `Encoder.encode` and those of the texts' tokens."""
        ...

    def encode_question(self, text: str) -> tuple[Vectors, QuestionTokens]:
        """Return a question's unit vector, shape (n_dimensions,), and its tokens."""
        ...


@runtime_checkable
class CachedTokenEncoder(Protocol):
    """An encoder that keeps the token vectors of documents."""

    @property
    def plain(self) -> Encoder:
        """The encoder without what it keeps."""
        ...

    @property
    def has_tokens(self) -> bool:
        """Whether there are any."""
        ...

    def tokens(self, texts: Sequence[str]) -> TokenVectors:
        """Return the token vectors of texts."""
        ...


class VectorIndex(Protocol):
    """Nearest neighbours by cosine."""

    def search(
        self, queries: Vectors, k: int, *, allowed: Mask | None = None
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Return cosines and row numbers, each (n_queries, k'), best first, ties by row number.

        `allowed`, shape (n_rows,), says for every row whether it may be found, before anything is
        ranked. k' ≤ k when fewer rows are allowed.
        """
        ...


class DocumentStore(Protocol):
    """Documents, their passages and tickets, kept durably."""

    def hashes(self, source: str | None = None) -> Mapping[str, str]:
        """Return document id → content hash of one source, or of all when none is named."""
        ...

    def replace(
        self, source: str, document: Document, passages: Sequence[Passage], ticket: Ticket | None
    ) -> None:
        """Write a document with its passages, replacing an older version, in one transaction."""
        ...

    def remove(self, document_ids: Iterable[str]) -> None:
        """Forget these documents and their passages; unknown ids are ignored."""
        ...

    def document(self, document_id: str) -> Document | None:
        """Return one document, or None."""
        ...


class CorpusReader(Protocol):
    """Everything that was ingested, for whoever builds an index of it."""

    def contents(self) -> Iterator[tuple[Document, tuple[Passage, ...]]]:
        """Yield every document with its passages, by document id, as of one moment."""
        ...

    def some_contents(
        self, document_ids: Collection[str]
    ) -> Iterator[tuple[Document, tuple[Passage, ...]]]:
        """Yield these documents with their passages, likewise; unknown ids are left out."""
        ...

    def versions(self) -> Mapping[str, str]:
        """Return document id → content hash of every document that has passages."""
        ...


class SourceRegister(Protocol):
    """What is known of sources that were ingested before."""

    def source(self, name: str) -> Mapping[str, str] | None:
        """Return `location` and `pipeline` of a source as last ingested, or None."""
        ...

    def set_source(self, name: str, *, location: str, pipeline: str) -> None:
        """Record where a source is and how its documents were cut."""
        ...


class IngestStore(DocumentStore, CorpusReader, SourceRegister, Protocol):
    """The store as an ingest needs it."""

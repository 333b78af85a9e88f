"""Errors of the knowledge base. Imports nothing.

KnowledgeBaseError
├── SourceError         a file or ticket cannot be read; the rest of the ingest goes on
├── EncoderError        the encoder cannot be used
│   ├── EncoderHashError    a model file differs from its published hash
│   └── AdaptationError     the question side cannot be adapted, or an adapted one not be read
│       └── AdaptationHashError  a file of it differs from its manifest
├── RankerError         weights of the legs cannot be learned, written or read
│   └── RankerHashError     their file differs from the hash that was kept of it
├── RerankerError       the cross-encoder cannot be used
├── IndexCorruptError   a snapshot fails its manifest
├── IndexMissingError   nothing has been ingested yet
└── StoreError          the document store cannot be read or written
"""

from __future__ import annotations


class KnowledgeBaseError(Exception):
    """Base of every error that the knowledge base raises on purpose.

    Attributes
    ----------
    code : str
        Stable machine-readable name of the class of error.
    hint : str
        What the reader can do about it; may be empty.
    """

    code = "knowledge_base_error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class SourceError(KnowledgeBaseError):
    """A file or ticket cannot be read."""

    code = "source_unreadable"


class EncoderError(KnowledgeBaseError):
    """The encoder cannot be loaded or used."""

    code = "encoder_unavailable"


class EncoderHashError(EncoderError):
    """A file of the encoder differs from its pinned hash."""

    code = "encoder_hash_mismatch"


class AdaptationError(EncoderError):
    """The question side of the encoder cannot be adapted, written or read."""

    code = "adaptation_failed"


class AdaptationHashError(AdaptationError):
    """A file of the adapted question side differs from its manifest."""

    code = "adaptation_hash_mismatch"


class RankerError(KnowledgeBaseError):
    """Weights of the legs cannot be learned, written or read."""

    code = "ranker_failed"


class RankerHashError(RankerError):
    """The file of learned weights differs from the hash that was kept of it."""

    code = "ranker_hash_mismatch"


class RerankerError(KnowledgeBaseError):
    """The cross-encoder that the settings name cannot be loaded or used."""

    code = "reranker_unavailable"


class IndexCorruptError(KnowledgeBaseError):
    """A snapshot on disk does not fit its manifest."""

    code = "index_corrupt"


class IndexMissingError(KnowledgeBaseError):
    """There is no snapshot yet."""

    code = "index_missing"


class StoreError(KnowledgeBaseError):
    """The document store cannot be read or written."""

    code = "store_failed"

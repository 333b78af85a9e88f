"""Articles and past tickets: reading, cutting, indexing and finding them again."""

from knowledge_base.blocks import parse_blocks
from knowledge_base.chunking import cut, embedding_text
from knowledge_base.config import (
    ChunkingSettings,
    EncoderSettings,
    KnowledgeBaseSettings,
    RetrievalSettings,
)
from knowledge_base.encoders import HashEncoder, load_encoder
from knowledge_base.errors import (
    EncoderError,
    EncoderHashError,
    IndexCorruptError,
    IndexMissingError,
    KnowledgeBaseError,
    SourceError,
    StoreError,
)
from knowledge_base.index.access import may_read
from knowledge_base.index.snapshot import Manifest, SnapshotFolder
from knowledge_base.indexing import build_index
from knowledge_base.ingest import Ingester, ingest
from knowledge_base.model import (
    EVERYONE,
    Block,
    Document,
    DocumentHit,
    FailedSource,
    Hit,
    IngestReport,
    LegScore,
    Message,
    Passage,
    Resolution,
    Ticket,
)
from knowledge_base.resolutions import find_resolution, ticket_document
from knowledge_base.retrieve import BM25_ONLY, DENSE_ONLY, Retriever
from knowledge_base.sources.corpus import CorpusSource
from knowledge_base.sources.markdown import MarkdownSource, markdown_source
from knowledge_base.sources.tickets import TicketSource, ticket_from_row
from knowledge_base.store import SqliteStore
from knowledge_base.vector_cache import CachedEncoder, VectorCache

__all__ = [
    "BM25_ONLY",
    "DENSE_ONLY",
    "EVERYONE",
    "Block",
    "CachedEncoder",
    "ChunkingSettings",
    "CorpusSource",
    "Document",
    "DocumentHit",
    "EncoderError",
    "EncoderHashError",
    "EncoderSettings",
    "FailedSource",
    "HashEncoder",
    "Hit",
    "IndexCorruptError",
    "IndexMissingError",
    "IngestReport",
    "Ingester",
    "KnowledgeBaseError",
    "KnowledgeBaseSettings",
    "LegScore",
    "Manifest",
    "MarkdownSource",
    "Message",
    "Passage",
    "Resolution",
    "RetrievalSettings",
    "Retriever",
    "SnapshotFolder",
    "SourceError",
    "SqliteStore",
    "StoreError",
    "Ticket",
    "TicketSource",
    "VectorCache",
    "build_index",
    "cut",
    "embedding_text",
    "find_resolution",
    "ingest",
    "load_encoder",
    "markdown_source",
    "may_read",
    "parse_blocks",
    "ticket_document",
    "ticket_from_row",
]

"""Settings of the knowledge base. Frozen; read once by the composition root."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

DEFAULT_ENCODER = "all-MiniLM-L6-v2"

# Where these come from, and how flat the ground around them is: docs/retrieval.md.
DEFAULT_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "dense": 0.212,
        "bm25": 0.102,
        "exact": 0.096,
        "document": 0.125,
        "title": 0.005,
        "bm25_document": 0.135,
        "bm25_title": 0.069,
        "late": 0.041,
        "late_90": 0.027,
        "late_75": 0.051,
        "late_60": 0.057,
        "late_45": 0.08,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSettings:
    """Which encoder turns text into vectors, and how hard it may work."""

    name: str = DEFAULT_ENCODER
    """The built-in encoder, or any name or path that sentence-transformers accepts."""
    batch_tokens: int = 2048
    """Tokens of one batch, padding included. More needs more memory, not less time."""
    threads: int = 0
    """Threads of one encode call; 0 takes all cores that the process may use."""
    max_tokens: int = 256
    """A longer text is cut here. 256 is what all-MiniLM-L6-v2 was trained with."""
    cache_path: Path | None = None
    """File of the vector cache; None keeps vectors for the life of the process only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkingSettings:
    """How documents are cut into passages."""

    max_words: int = 160
    """A passage is closed before it grows over this many words."""
    small_words: int = 50
    """A section shorter than this is joined with the next one while both fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalSettings:
    """How the legs are weighed against each other."""

    weights: Mapping[str, float] = field(default_factory=lambda: DEFAULT_WEIGHTS)
    """Leg → share in the fused score; they are divided by their sum."""
    candidates: int = 200
    """How many passages each leg may propose."""
    late_interaction: bool = True
    """Whether a vector is kept for each telling token of a passage: about 4 KB a passage."""
    bm25_k1: float = 1.2
    bm25_b: float = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class RerankerSettings:
    """Whether a cross-encoder reads the first passages once more."""

    name: str = ""
    """Folder of a model of sentence-transformers' CrossEncoder, or its name in the model cache;
    empty means none."""
    may_download: bool = False
    """Whether a name that is not in the cache may be fetched."""
    n_passages: int = 30
    """So many are read: the best one of each of the first documents."""
    max_tokens: int = 160
    """A question with its passage is cut here."""
    weight: float = 0.5
    """What the cross-encoder counts in a document's score; all legs together count the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackSettings:
    """How far people's feedback may move a ranking."""

    cap: float = 0.2
    """Most that all feedback together adds to or takes from a document's fused score; 0 is off."""
    min_people: int = 3
    """So many people must agree before anything moves. Of those who agree, one fewer than that,
    the loudest, are never heard."""
    shrinkage: float = 4.0
    """Opinions of nobody in particular that every document starts with. All events of one person
    move a score by at most cap / shrinkage."""
    anonymous_weight: float = 0.25
    """What the opinion of a person counts whom nobody vouches for."""
    most_anonymous_people: float = 1.0
    """All of them together count as at most so many people who agree with others."""
    same_topic_from: float = 0.5
    """Questions with a lower cosine have nothing to do with each other."""
    same_topic_whole: float = 0.85
    """From this cosine on they ask the same."""
    half_life_days: float = 180.0
    """After so many days an opinion counts half."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsingSettings:
    """What reading one file may take, and what it may give."""

    max_file_bytes: int = 50_000_000
    """Longest file, packed or unpacked."""
    max_archive_bytes: int = 1_000_000_000
    """Everything in one archive together, unpacked, archives inside it included."""
    max_archive_depth: int = 3
    """How many archives or mails may be packed into each other."""
    max_chars: int = 2_000_000
    """Longest text of one document."""
    memory_bytes: int = 1_024_000_000
    """Address space of the parsing process."""
    cpu_s: int = 60
    """Processor time for one file."""
    n_files_per_process: int = 500
    """After so many files the process is replaced, so that nothing piles up in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeBaseSettings:
    """Everything that can be set about articles and past tickets."""

    encoder: EncoderSettings = field(default_factory=EncoderSettings)
    chunking: ChunkingSettings = field(default_factory=ChunkingSettings)
    retrieval: RetrievalSettings = field(default_factory=RetrievalSettings)
    reranker: RerankerSettings = field(default_factory=RerankerSettings)
    feedback: FeedbackSettings = field(default_factory=FeedbackSettings)
    parsing: ParsingSettings = field(default_factory=ParsingSettings)
    keep_snapshots: int = 2
    """How many index snapshots stay on disk, the live one included."""

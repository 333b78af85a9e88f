"""Values of the knowledge base: documents, passages, tickets and hits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

EVERYONE = "everyone"
"""The group that every asker belongs to."""

BlockKind = Literal["heading", "paragraph", "step", "bullet", "code", "quote", "note", "table"]
MessageRole = Literal["requester", "agent", "system"]
DocumentStatus = Literal["current", "outdated"]
Pool = Literal["article", "ticket"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An article, or a solved ticket written as one text.

    `text` is the stored text: of Markdown the decoded file with line ends made one line feed and
    nothing else changed; of any other format the Markdown that it was converted to. Every offset
    in the product counts characters of it.
    """

    document_id: str
    """`<source name>/<relative path>` for files; `ticket/<ticket id>` for tickets."""
    title: str
    text: str
    body_start: int = 0
    """Where the body starts, after the front matter."""
    description: str = ""
    pool: Pool = "article"
    status: DocumentStatus = "current"
    superseded_by: str | None = None
    updated_on: date | None = None
    url: str | None = None
    tags: tuple[str, ...] = ()
    applies_to: tuple[str, ...] = ()
    verified_by: str | None = None
    acl: tuple[str, ...] = (EVERYONE,)
    """Groups that may read it. Empty means nobody."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    content_hash: str = ""
    """sha256 of everything above, as hexadecimal digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of a document: a paragraph, a step, a table, … as `text[start:end]`."""

    kind: BlockKind
    start: int
    end: int
    level: int
    """Heading level 1..6; for a step or bullet its nesting depth from 1; else 0."""
    number: str = ""
    """The step's own number as written ("3"), else empty."""
    heading_path: tuple[str, ...] = ()
    depth: int = 0
    """How many list items it stands in, itself included: code inside step 3 has depth 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of a document that is indexed and retrieved: `document.text[start:end]`."""

    passage_id: str
    """`<document id>#<ordinal>`."""
    document_id: str
    ordinal: int
    start: int
    end: int
    heading_path: tuple[str, ...]
    """Title first, then the headings that contain it."""
    text: str
    """Plain text of the passage without Markdown marks, as it is embedded and searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegScore:
    """What one retrieval leg said of a passage."""

    leg: str
    """`bm25`, `dense`, `title`, `exact`, …"""
    score: float
    """In the leg's own unit: a BM25 score, a cosine, …"""
    rank: int
    """From 1."""


ExpansionSource = Literal["spelling", "corpus", "operator", "general"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """What a query was searched for besides its own words."""

    written: str
    """The word or short form of the query."""
    meaning: str
    """What was searched for too."""
    source: ExpansionSource
    """Who says so: the nearest spelling, a definition in the articles, an operator, common
    usage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that was found, and why."""

    passage: Passage
    title: str
    updated_on: date | None
    status: DocumentStatus
    pool: Pool
    fused_score: float
    """In 0..1; comparable between the hits of one query only."""
    cosine: float
    """Cosine of query and passage in -1..1; comparable between queries.

    A query with a spelling mistake or an abbreviation that the corpus explains stands halfway
    between what was written and what was probably meant.
    """
    legs: tuple[LegScore, ...] = ()
    matched_terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentHit:
    """A document that was found, with the passages that speak for it."""

    document_id: str
    title: str
    updated_on: date | None
    status: DocumentStatus
    pool: Pool
    fused_score: float
    """In 0..1; comparable between the hits of one query only."""
    cosine: float
    """The highest cosine of query and passage among its passages, -1..1."""
    hits: tuple[Hit, ...]
    """Its best passages, best first; at least one."""
    legs: tuple[LegScore, ...] = ()
    """What each leg said of the document: the best of its passages, its place among documents."""
    expansions: tuple[Expansion, ...] = ()
    """What the query was searched for besides its own words; the same for every hit of it."""
    feedback: LegScore | None = None
    """What people's feedback on such questions adds to the score, its place among the
    adjustments; None where it adds nothing."""
    is_aside: bool = False
    """Whether its best passage stands under "References" or the like, which costs it a little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a ticket's thread."""

    at: datetime
    role: MessageRole
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A past ticket as ingested. `fix` and `fix_message` are labels for scoring alone."""

    ticket_id: str
    opened_at: datetime
    resolved_at: datetime | None
    subject: str
    category: str
    priority: str
    team: str
    status: str
    messages: tuple[Message, ...]
    fix: str | None = None
    fix_message: int | None = None
    duplicate_of: str | None = None
    is_spam: bool = False
    private: bool = False
    acl: tuple[str, ...] = ("agents",)
    content_hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What fixed a ticket, as mined from its thread."""

    message_index: int
    """Place of the message in the thread, from 0."""
    text: str
    is_confirmed: bool
    """Whether the requester said afterwards that it worked."""
    is_contradicted: bool = False
    """Whether the requester said later that it did not help, or did not last."""
    author: MessageRole = "agent"
    """Who wrote it; a requester who found it alone is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedSource:
    """A file or row that could not be ingested, and why."""

    source: str
    reason: str
    is_skipped: bool = False
    """Nothing is wrong with it; it just has no text of its own (a redirect, an include)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """What an ingest did. Ids are sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    failed: tuple[FailedSource, ...]
    n_passages: int
    """Passages in the index afterwards."""
    n_encoded: int
    """Passages whose vector was not in the cache."""
    duration_s: float

"""Values of suggestions: what an agent is shown beside a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from knowledge_base.model import MessageRole, Resolution, Ticket

SourceKind = Literal["ticket", "article"]
TRIAGE_FIELDS = ("category", "priority", "team")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is asked about: a ticket as it was opened, or what somebody types."""

    subject: str
    text: str
    """The first message; the subject is not repeated in it."""
    ticket_id: str | None = None

    @property
    def whole(self) -> str:
        """Return subject and text as one."""
        return "\n".join(part for part in (self.subject, self.text) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTicket:
    """A past ticket and what was mined from its thread."""

    ticket: Ticket
    resolution: Resolution | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketQuote:
    """A sentence of a ticket's message: `messages[message_index].text[start:end] == quote`."""

    ticket_id: str
    message_index: int
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarTicket:
    """A past ticket like this one."""

    ticket_id: str
    subject: str
    """Empty when it holds something personal."""
    status: str
    opened_at: datetime
    resolved_at: datetime | None
    age_days: int
    relevance: float
    """Probability that the same fix helps, 0..1; of an open ticket the cosine of the problems."""
    is_confirmed: bool = False
    """The requester said that the fix worked."""
    is_contradicted: bool = False
    """The requester said later that the fix did not last."""
    fixed_by: MessageRole | None = None
    quotes: tuple[TicketQuote, ...] = ()
    """Sentences of the message that fixed it; without what is personal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixCluster:
    """Tickets that the same thing fixed."""

    name: TicketQuote
    """A sentence of a message that fixed one of them."""
    relevance: float
    """Probability that one of them has the fix, 0..1."""
    n_tickets: int
    n_confirmed: int
    n_contradicted: int
    newest_at: datetime
    oldest_at: datetime
    ticket_ids: tuple[str, ...]
    """Most relevant first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus:
    """What most of the similar tickets say."""

    text: str
    n_tickets: int
    n_similar: int
    confidence: float
    """Calibrated probability that it is the fix, 0..1."""
    cluster: FixCluster


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundArticle:
    """An article for this ticket: `document.text[start:end] == quote`."""

    document_id: str
    title: str
    url: str
    start: int
    end: int
    quote: str
    relevance: float
    """Probability that it helps, 0..1."""
    updated_on: date | None = None
    status: str = "current"
    verified_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedSource:
    """One entry of the two pools merged."""

    kind: SourceKind
    source_id: str
    relevance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """A predicted field of the ticket."""

    value: str
    confidence: float
    """Calibrated on past tickets, each predicted without itself; 0..1."""
    method: Literal["neighbours", "classifier"]
    n_examples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbableDuplicate:
    """An earlier ticket that is probably about the same incident or by the same person."""

    ticket_id: str
    subject: str
    status: str
    opened_at: datetime
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A reply: quoted steps with sentences of the message file around them."""

    text: str
    ticket_quotes: tuple[TicketQuote, ...] = ()
    articles: tuple[FoundArticle, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """Everything for one ticket."""

    ticket_id: str | None
    n_history: int
    """Solved tickets that the asker may read and whose fix was found."""
    consensus: Consensus | None = None
    clusters: tuple[FixCluster, ...] = ()
    similar: tuple[SimilarTicket, ...] = ()
    open_similar: tuple[SimilarTicket, ...] = ()
    articles: tuple[FoundArticle, ...] = ()
    ranked: tuple[RankedSource, ...] = ()
    triage: Mapping[str, Predicted] = field(default_factory=dict)
    duplicates: tuple[ProbableDuplicate, ...] = ()
    draft: Draft | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)

"""Values of agents' work on tickets: what a queue shows, and a ticket as an agent reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from assistant.handoff.contract import HandOff

TicketState = Literal["open", "closed", "all"]
QueueSort = Literal["priority", "newest", "oldest", "changed"]
Assigned = Literal["anybody", "me", "nobody"]
QUEUE_SORTS: tuple[QueueSort, ...] = get_args(QueueSort)
AgentStatus = Literal["new", "in_progress", "waiting", "solved"]
"""What an agent may set; `waiting` is for the requester's answer."""
AGENT_STATUSES: tuple[AgentStatus, ...] = get_args(AgentStatus)
FACETS = ("status", "priority", "team", "category")
Decision = Literal["accepted", "edited", "rejected"]
"""What an agent did with a suggestion: sent it as it stands, sent it changed, sent it away."""
EntryKind = Literal[
    "said", "note", "reply", "internal", "status", "assigned", "unassigned", "fields"
]
EntryRole = Literal["requester", "assistant", "agent", "system"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody who may be given a ticket."""

    agent_id: str
    name: str
    """Empty when unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueQuery:
    """Which tickets are wanted, in which order."""

    state: TicketState = "open"
    status: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    """Of each of the four: any of these values; empty is any at all."""
    assigned: Assigned = "anybody"
    text: str = ""
    """Words that must all begin a word of the ticket; a number is a ticket's number too."""
    sort: QueueSort = "priority"
    cursor: str = ""
    """Where the page before ended."""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A ticket in a list."""

    ticket_id: str
    is_here: bool
    """Whether it is kept by the product's own desk; others are read only."""
    subject: str
    status: str
    is_open: bool
    is_private: bool
    category: str
    priority: str
    team: str
    """As an agent set it, else as predicted; empty when unknown."""
    requester: str
    """Name; empty when unknown."""
    assignee: Agent | None
    opened_at: datetime
    changed_at: datetime
    n_replies: int
    """Messages of agents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """One page of a queue."""

    rows: tuple[QueueRow, ...]
    n_found: int
    next_cursor: str | None
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Facet → value → number of tickets that would be found with that value alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadEntry:
    """Something that was said or done in a ticket."""

    kind: EntryKind
    role: EntryRole
    name: str
    """Who; empty where nobody knows."""
    text: str
    """Of a status the new one, of an assignment whom, of fields what they are now."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldValue:
    """A field of a ticket, and how sure it is."""

    value: str
    confidence: float | None
    """Of a prediction, 0..1; None when a person or another system said so."""
    method: str
    """`agent`, `source`, `policy`, `neighbours` or `classifier`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """A ticket as an agent reads it."""

    row: QueueRow
    version: int
    """Rises with each change; who changes something says which one they saw."""
    entries: tuple[ThreadEntry, ...]
    """Oldest first."""
    fields: Mapping[str, FieldValue]
    handoff: HandOff | None
    conversation_id: str | None


DraftStatus = Literal["proposed", "accepted", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSkeleton:
    """An article as far as a solved ticket tells it: sentences of its thread."""

    ticket_id: str
    title: str
    symptoms: tuple[str, ...]
    causes: tuple[str, ...]
    steps: tuple[str, ...]
    acl: tuple[str, ...]
    """Who may read the ticket, and so the draft."""
    markdown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDraft:
    """A draft on the list for review."""

    draft_id: str
    ticket_id: str
    title: str
    markdown: str
    status: DraftStatus
    acl: tuple[str, ...]
    by: Agent
    at: datetime
    reviewed_by: Agent | None = None
    reviewed_at: datetime | None = None

"""Values of the conversation: who asks, the four outcomes, turns and events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from analytics.model import Finding
from assistant.handoff.contract import HandOff
from knowledge_base.model import EVERYONE, Block, Document, Expansion

Route = Literal["helpdesk", "insights", "desk", "smalltalk", "out_of_scope"]
ROUTES: tuple[Route, ...] = ("helpdesk", "insights", "desk", "smalltalk", "out_of_scope")
OutcomeName = Literal["answered", "clarification", "abstention", "handed_off"]
FeedbackValue = Literal["up", "down"]
Role = Literal["employee", "agent", "manager", "admin"]
ROLES: tuple[Role, ...] = ("employee", "agent", "manager", "admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, and what they may see."""

    user_id: str = "anonymous"
    groups: tuple[str, ...] = (EVERYONE,)
    is_known: bool = False
    """Whether somebody vouches for who it is: a sign-in, or the operator's own command line. A
    cookie does not."""
    department: str = ""
    device: str = ""
    """What they work on, in words ("laptop", "MacBook"); empty when unknown."""
    operating_system: str = ""
    """`windows`, `macos`, `ios`, `android` or `linux`; empty when unknown."""
    role: Role | None = None
    """The account's role, or the one lent to visitors; None on the operator's command line."""
    permissions: frozenset[str] | None = None
    """What they may do (`assistant.accounts.permissions`); None is the operator's own command
    line, which may do everything."""

    def may(self, permission: str) -> bool:
        """Return whether they may do something."""
        return self.permissions is None or permission in self.permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where a span of an answer stands: `document.text[start:end] == quote`."""

    document_id: str
    title: str
    start: int
    end: int
    quote: str
    url: str
    updated_on: date | None = None
    verified_by: str | None = None
    status: str = "current"
    heading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceButton:
    """A button: what it says, and the text that it sends."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A section of an article that was offered as a way out: what may fail and be refused."""

    document_id: str
    title: str
    heading_path: tuple[str, ...]
    """The section's headings, the article's title first. With the article it says which section
    is meant, also after the article was edited."""
    n_steps: int = 0
    """Numbered steps of the first level; 0 for a section without any."""

    @property
    def heading(self) -> str:
        """Return the section's own heading; empty when it stands under the title alone."""
        return self.heading_path[-1] if len(self.heading_path) > 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedStep:
    """A step that somebody says does not work."""

    method: Method
    number: int
    """From 1, as counted."""
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Where somebody stands in the steps of a method."""

    method: Method
    step: int
    """The step shown last, from 1; one more than there are when all are done."""


Act = Literal[
    "question",
    "correction",
    "failed",
    "step_failed",
    "stepped",
    "picked",
    "explained",
    "solved",
    "reply",
]
"""How a turn was understood: a question of its own, or a move within the conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """What later turns must know of this one. The dialogue's state is a fold over these."""

    act: Act = "question"
    meant: str = ""
    """What the text was taken for when it was not the question itself: a button's text."""
    question: str = ""
    """The helpdesk question being worked on after this turn, whole."""
    is_new_topic: bool = False
    """Whether what was known before this turn no longer counts."""
    facets: Mapping[str, str] = field(default_factory=dict)
    """Facet → value, as far as this turn says or corrects it."""
    offered: tuple[Method, ...] = ()
    """Methods that this turn shows."""
    refused: tuple[Method, ...] = ()
    """Methods that this turn says did not help."""
    failed_step: FailedStep | None = None
    walk: Walk | None = None
    facet_asked: str = ""
    """Of a clarifying question: which facet it asks for."""
    facet_values: tuple[str, ...] = ()
    """What its buttons stand for, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer with citations, or with a finding."""

    text: str
    confidence: float
    citations: tuple[Citation, ...] = ()
    finding: Finding | None = None
    suggestions: tuple[str, ...] = ()
    """Questions that make sense next, whole and answerable."""
    searched_also: tuple[Expansion, ...] = ()
    """What was searched for besides the question's own words."""
    replies: tuple[ChoiceButton, ...] = ()
    """What can be said to it: that a step is done, that it did not help."""
    memo: Memo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarification:
    """One question with at most four buttons."""

    text: str
    choices: tuple[ChoiceButton, ...]
    confidence: float = 0.0
    memo: Memo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstention:
    """No answer: why not, and what is nearest."""

    text: str
    reason: str
    """Machine-readable: `nothing_near`, `terms_not_covered`, `partly_covered`, `too_short`,
    `low_confidence`, `no_articles`, `no_route`, `out_of_scope`, `unknown`."""
    confidence: float = 0.0
    nearest: tuple[Citation, ...] = ()
    suggestions: tuple[str, ...] = ()
    offers_ticket: bool = True
    searched_also: tuple[Expansion, ...] = ()
    """What was searched for besides the question's own words."""
    memo: Memo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOff:
    """A conversation was handed over, now or before: the typed action, apart from its text."""

    text: str
    ticket_number: int
    confidence: float = 1.0
    handoff: HandOff | None = None
    """None only of turns that were stored before there was one."""
    citations: tuple[Citation, ...] = ()
    """What is quoted besides: something to do until the service desk replies."""
    memo: Memo | None = None


Outcome = Answered | Clarification | Abstention | HandedOff


def answer_documents(outcome: Outcome) -> tuple[str, ...]:
    """Return the documents that an answer quotes, in order, once each."""
    cited = outcome.citations if isinstance(outcome, Answered | HandedOff) else ()
    return tuple(dict.fromkeys(item.document_id for item in cited))


def shown_documents(outcome: Outcome) -> tuple[str, ...]:
    """Return the documents that an outcome quotes or names as nearest, in order, once each."""
    nearest = outcome.nearest if isinstance(outcome, Abstention) else ()
    return (*answer_documents(outcome), *dict.fromkeys(item.document_id for item in nearest))


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDecision:
    """What the router thinks of an utterance."""

    route: Route | None
    """None when no route is sure enough."""
    probabilities: Mapping[Route, float]
    also: tuple[Route, ...] = ()
    """Routes of other parts of the message: what comes with a problem or a question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question and what came of it."""

    turn_id: str
    conversation_id: str
    text: str
    route: Route | None
    outcome: Outcome
    asked_at: datetime
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Turns of one asker, oldest first."""

    conversation_id: str
    user_id: str
    title: str
    started_at: datetime
    turns: tuple[Turn, ...] = ()


CLOSED_STATUSES = frozenset({"cancelled", "closed", "solved", "resolved"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketNote:
    """Something that was added to a ticket after it was opened."""

    text: str
    at: datetime


WorkKind = Literal["reply", "internal", "status", "assigned", "unassigned", "fields"]
"""A reply reaches the requester; `internal` is for agents alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkEvent:
    """Something that an agent wrote in a ticket, or did with it."""

    kind: WorkKind
    text: str
    """Of a status the new one, of an assignment whose it is, of fields their values."""
    at: datetime
    actor_id: str
    actor_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketWork:
    """How far agents are with a ticket."""

    version: int = 0
    """Rises with each change, whoever makes it."""
    assignee_id: str = ""
    assignee_name: str = ""
    category: str = ""
    priority: str = ""
    team: str = ""
    """As an agent set it; empty where nobody did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTicket:
    """A ticket opened from a conversation, in the built-in store."""

    ticket_number: int
    conversation_id: str | None
    user_id: str
    subject: str
    transcript: str
    status: str
    """`new`, `cancelled` by its requester, or what an agent set (`assistant.work.AgentStatus`)."""
    opened_at: datetime
    handoff: HandOff | None = None
    notes: tuple[TicketNote, ...] = ()
    """What its requester added later, oldest first."""
    work: TicketWork = TicketWork()
    events: tuple[WorkEvent, ...] = ()
    """What agents wrote and did, oldest first."""

    @property
    def changed_at(self) -> datetime:
        """Return when anything last came to it."""
        later = [note.at for note in self.notes] + [event.at for event in self.events]
        return max([self.opened_at, *later])

    @property
    def replies(self) -> tuple[WorkEvent, ...]:
        """Return what agents wrote to the requester."""
        return tuple(item for item in self.events if item.kind == "reply")

    @property
    def is_open(self) -> bool:
        """Return whether somebody is still to work on it."""
        return self.status not in CLOSED_STATUSES

    @property
    def is_private(self) -> bool:
        """Return whether its text is nobody's business but that of who works on it."""
        return self.handoff is not None and self.handoff.reason.startswith("policy:")


EventKind = Literal["route", "text", "citation", "finding", "choices", "done", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of a streamed turn; `data` is JSON-ready."""

    kind: EventKind
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleView:
    """An article as the page shows it: its text and the blocks that it is made of."""

    document: Document
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One part of the program and whether it can serve."""

    name: str
    ready: bool
    detail: str


EntryStatus = Literal["proposed", "approved", "rejected"]
ENTRY_STATUSES: tuple[EntryStatus, ...] = ("proposed", "approved", "rejected")
ANY_MEANING = ""
"""In place of a meaning: whatever the short form may stand for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularyEntry:
    """A short form, a meaning, and what was decided about the two."""

    short: str
    meaning: str
    status: EntryStatus
    source: str
    """How it was found: `defined`, `called`, `initials`, `tickets`, or `operator`."""
    n_texts: int
    examples: tuple[str, ...]
    at: datetime
    """When it was proposed or decided."""

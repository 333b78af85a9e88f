"""The agents' desk as the API takes and gives it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from assistant.suggestions import SourceKind
from assistant.wire import handoff_to_json
from assistant.work import (
    AgentStatus,
    Assigned,
    Decision,
    EntryKind,
    EntryRole,
    QueuePage,
    QueueQuery,
    QueueRow,
    QueueSort,
    ThreadEntry,
    TicketState,
    TicketView,
)
from web.strict import Given, Strict
from web.ticket_schemas import HandOffBody

MAX_REPLY_CHARS = 20_000
_MAX_VALUES = 20
_Text = Annotated[str, Field(max_length=200)]
Version = Annotated[
    int, Field(ge=0, description="`version` of the ticket as it was read; 409 when it changed.")
]


class QueueFilters(Given):
    """What stands in the address of a queue."""

    state: TicketState = "open"
    status: list[_Text] = Field(default=[], max_length=_MAX_VALUES)
    priority: list[_Text] = Field(default=[], max_length=_MAX_VALUES)
    team: list[_Text] = Field(default=[], max_length=_MAX_VALUES)
    category: list[_Text] = Field(default=[], max_length=_MAX_VALUES)
    assigned: Assigned = "anybody"
    q: str = Field(default="", max_length=200, description="Beginnings of words, or a number.")
    sort: QueueSort = "priority"
    cursor: str = Field(default="", max_length=500, description="`next_cursor` of a page.")
    limit: int = Field(default=50, ge=1, le=200, strict=False)

    @field_validator("status", "priority", "team", "category")
    @classmethod
    def _are_texts(cls, values: list[str]) -> list[str]:
        if any("\ud800" <= char <= "\udfff" for value in values for char in value):
            raise ValueError("has half a character (a surrogate without its pair)")
        return values

    def query(self) -> QueueQuery:
        """Return it as the desk takes it."""
        return QueueQuery(
            state=self.state,
            status=tuple(self.status),
            priority=tuple(self.priority),
            team=tuple(self.team),
            category=tuple(self.category),
            assigned=self.assigned,
            text=self.q,
            sort=self.sort,
            cursor=self.cursor,
            limit=self.limit,
        )


class AgentBody(Strict):
    """Somebody who may be given a ticket; the name is empty when unknown."""

    agent_id: str
    name: str


class AgentList(Strict):
    """Who may be given a ticket, and who asks."""

    agents: list[AgentBody]
    me: str


class QueueRowBody(Strict):
    """A ticket in a list."""

    ticket_id: str
    is_here: bool = Field(description="False: another system keeps it, here it is read only.")
    subject: str
    status: str
    is_open: bool
    is_private: bool
    category: str
    priority: str
    team: str
    requester: str
    assignee: AgentBody | None
    opened_at: datetime
    changed_at: datetime
    n_replies: int


class QueueBody(Strict):
    """One page of a queue."""

    tickets: list[QueueRowBody]
    n_found: int
    next_cursor: str | None = Field(description="Where the next page starts; null at the end.")
    facets: dict[str, dict[str, int]] = Field(
        description="status, priority, team, category → value → tickets found with it."
    )


class EntryBody(Strict):
    """Something that was said or done in a ticket."""

    kind: EntryKind
    role: EntryRole
    name: str
    text: str
    at: datetime


class FieldBody(Strict):
    """A field of a ticket; confidence is null unless it is predicted."""

    value: str
    confidence: float | None = Field(ge=0, le=1)
    method: str


class DeskTicketBody(QueueRowBody):
    """A ticket as an agent reads it."""

    version: int
    entries: list[EntryBody]
    fields_: dict[str, FieldBody] = Field(alias="fields")
    handoff: HandOffBody | None
    conversation_id: str | None


class ReplyRequest(Given):
    """What to write to the requester, or for agents alone."""

    text: str = Field(min_length=1, max_length=MAX_REPLY_CHARS, pattern=r"\S")
    version: Version
    is_internal: bool = Field(default=False, description="A note that the requester never sees.")
    status: AgentStatus | None = Field(default=None, description="Set with it.")


class StatusRequest(Given):
    """How a ticket stands."""

    status: AgentStatus
    version: Version


class AssignRequest(Given):
    """Whom a ticket is given to: an id, `me`, or null for nobody."""

    agent_id: str | None = Field(min_length=1, max_length=200)
    version: Version


class FieldsRequest(Given):
    """Fields to set; those left out stay."""

    category: str | None = Field(default=None, min_length=1, max_length=100, pattern=r"\S")
    priority: Literal["urgent", "high", "medium", "low"] | None = None
    team: str | None = Field(default=None, min_length=1, max_length=100, pattern=r"\S")
    version: Version

    @model_validator(mode="after")
    def _has_one(self) -> FieldsRequest:
        if not self.values():
            raise ValueError("give at least one of category, priority, team")
        return self

    def values(self) -> dict[str, str]:
        """Return the fields that are given."""
        given = {"category": self.category, "priority": self.priority, "team": self.team}
        return {name: value.strip() for name, value in given.items() if value is not None}


class DecisionRequest(Given):
    """What was done with a suggestion: sent as it stands, sent changed, sent away."""

    kind: SourceKind
    source_id: str = Field(min_length=1, max_length=1000)
    decision: Decision


def describe_row(row: QueueRow) -> QueueRowBody:
    """Return a ticket as it stands in a list."""
    return QueueRowBody(**_row_fields(row))


def describe_page(page: QueuePage) -> QueueBody:
    """Return a page of a queue."""
    return QueueBody(
        tickets=[describe_row(row) for row in page.rows],
        n_found=page.n_found,
        next_cursor=page.next_cursor,
        facets={name: dict(values) for name, values in page.facets.items()},
    )


def describe_entry(entry: ThreadEntry) -> EntryBody:
    """Return an entry of a thread."""
    return EntryBody(
        kind=entry.kind, role=entry.role, name=entry.name, text=entry.text, at=entry.at
    )


def describe_view(view: TicketView) -> DeskTicketBody:
    """Return a ticket as an agent reads it."""
    number = int(view.row.ticket_id) if view.row.is_here else 0
    handoff = handoff_to_json(view.handoff, number)
    return DeskTicketBody(
        **_row_fields(view.row),
        version=view.version,
        entries=[describe_entry(entry) for entry in view.entries],
        fields={
            name: FieldBody(value=item.value, confidence=item.confidence, method=item.method)
            for name, item in view.fields.items()
        },
        handoff=None if handoff is None else HandOffBody.model_validate_json(json.dumps(handoff)),
        conversation_id=view.conversation_id,
    )


def _row_fields(row: QueueRow) -> dict[str, Any]:
    agent = row.assignee
    return {
        "ticket_id": row.ticket_id,
        "is_here": row.is_here,
        "subject": row.subject,
        "status": row.status,
        "is_open": row.is_open,
        "is_private": row.is_private,
        "category": row.category,
        "priority": row.priority,
        "team": row.team,
        "requester": row.requester,
        "assignee": None if agent is None else AgentBody(agent_id=agent.agent_id, name=agent.name),
        "opened_at": row.opened_at,
        "changed_at": row.changed_at,
        "n_replies": row.n_replies,
    }

"""Tickets, hand-offs and suggestions as the API takes and gives them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Literal

from pydantic import Field

from assistant.handoff.contract import HandOffReason
from assistant.model import DeskTicket
from assistant.wire import handoff_to_json
from web.strict import ConversationId, Given, Strict


class TicketRequest(Given):
    """A ticket for the service desk, with the transcript of a conversation."""

    subject: str = Field(min_length=1, max_length=200, pattern=r"\S", examples=["VPN drops"])
    conversation_id: ConversationId | None = None


class SuggestionRequest(Given):
    """What somebody types of a ticket so far."""

    text: str = Field(description="The problem.", examples=["LarkVPN says LV-1102 since today"])
    subject: str = Field(default="", max_length=200)


class SaidBody(Strict):
    """One message of the conversation that was handed over."""

    role: Literal["requester", "assistant"]
    text: str
    at: datetime


class TriedMethodBody(Strict):
    """What was tried, and the step that fails where somebody said which."""

    document_id: str
    title: str
    heading: str
    step: int | None
    quote: str


class ShownArticleBody(Strict):
    """An article that the conversation showed: quoted, or named as near."""

    document_id: str
    title: str
    url: str
    is_quoted: bool


class PredictedFieldBody(Strict):
    """A field of the ticket as it is predicted."""

    value: str
    confidence: float = Field(ge=0, le=1)
    method: str


class HandOffBody(Strict):
    """What a human is handed: the contract of docs/handoff.md."""

    contract: Literal["deskwise.handoff/1"]
    ticket_number: int
    reason: HandOffReason
    subject: str
    transcript: list[SaidBody]
    tried: list[TriedMethodBody]
    evidence: list[ShownArticleBody]
    predicted: dict[str, PredictedFieldBody]
    facets: dict[str, str]


class TicketBody(Strict):
    """A ticket that was opened, or was open already."""

    ticket_number: int
    subject: str
    status: str
    opened_at: datetime
    conversation_id: str | None
    is_open: bool
    n_replies: int
    replied_at: datetime | None = Field(description="When the service desk last wrote.")


class NoteBody(Strict):
    """Something that was added to a ticket later."""

    text: str
    at: datetime


class ReplyBody(Strict):
    """What the service desk wrote, or how the ticket stood from then on."""

    kind: Literal["reply", "status"]
    name: str = Field(description="Who of the service desk; empty when unknown.")
    text: str = Field(description="Of a status the new one.")
    at: datetime


class TicketDetail(TicketBody):
    """A ticket with what was handed over and added later."""

    notes: list[NoteBody]
    replies: list[ReplyBody]
    handoff: HandOffBody | None


class TicketList(Strict):
    """The asker's tickets, newest first."""

    tickets: list[TicketBody]


class NoteRequest(Given):
    """What to add to a ticket."""

    text: str = Field(min_length=1, max_length=4000, pattern=r"\S", examples=["It is room 4.12."])


def describe_ticket(ticket: DeskTicket) -> TicketBody:
    """Return a ticket without its transcript, which the asker has on the page."""
    return TicketBody(
        ticket_number=ticket.ticket_number,
        subject=ticket.subject,
        status=ticket.status,
        opened_at=ticket.opened_at,
        conversation_id=ticket.conversation_id,
        is_open=ticket.is_open,
        n_replies=len(ticket.replies),
        replied_at=ticket.replies[-1].at if ticket.replies else None,
    )


def describe_ticket_in_full(ticket: DeskTicket) -> TicketDetail:
    """Return a ticket with everything that was handed over."""
    handoff = handoff_to_json(ticket.handoff, ticket.ticket_number)
    return TicketDetail(
        **describe_ticket(ticket).model_dump(),
        notes=[NoteBody(text=item.text, at=item.at) for item in ticket.notes],
        replies=[
            ReplyBody(kind=item.kind, name=item.actor_name, text=item.text, at=item.at)
            for item in ticket.events
            if item.kind == "reply" or item.kind == "status"
        ],
        # The contract's JSON has times as text, as it leaves the program.
        handoff=None if handoff is None else HandOffBody.model_validate_json(json.dumps(handoff)),
    )

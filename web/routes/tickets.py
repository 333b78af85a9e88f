"""The asker's tickets, and suggestions for agents."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request

from assistant.suggestions import Suggestions
from web.access import needs
from web.routes.dependencies import CHANGES, AskerOf, AssistantOf, GuardOf, failures
from web.ticket_schemas import (
    NoteRequest,
    SuggestionRequest,
    TicketBody,
    TicketDetail,
    TicketList,
    TicketRequest,
    describe_ticket,
    describe_ticket_in_full,
)

router = APIRouter()

_TICKET_ID = r"^[A-Za-z0-9#][A-Za-z0-9._:#-]{0,63}$"
TicketNumber = Annotated[int, Path(ge=1, le=999_999_999, examples=[1000])]


@router.post(
    "/tickets",
    dependencies=[needs("tickets.open")],
    status_code=201,
    responses=failures(404, *CHANGES),
    summary="Open a ticket",
)
def open_ticket(body: TicketRequest, assistant: AssistantOf, asker: AskerOf) -> TicketBody:
    """Open a ticket with a conversation's transcript; asking twice gives the first one."""
    ticket = assistant.open_ticket(
        asker=asker, conversation_id=body.conversation_id, subject=body.subject
    )
    return describe_ticket(ticket)


@router.get(
    "/tickets",
    dependencies=[needs("tickets.read_own")],
    responses=failures(),
    summary="List your tickets",
)
def list_tickets(assistant: AssistantOf, asker: AskerOf) -> TicketList:
    """Return the asker's tickets, newest first."""
    return TicketList(tickets=[describe_ticket(item) for item in assistant.tickets(asker)])


@router.get(
    "/tickets/{ticket_number}",
    dependencies=[needs("tickets.read_own")],
    responses=failures(404),
    summary="Read one ticket",
)
def read_ticket(
    ticket_number: TicketNumber, assistant: AssistantOf, asker: AskerOf
) -> TicketDetail:
    """Return one of the asker's tickets with what was handed over."""
    return describe_ticket_in_full(assistant.ticket(ticket_number, asker=asker))


@router.post(
    "/tickets/{ticket_number}/notes",
    dependencies=[needs("tickets.write_own")],
    status_code=201,
    responses=failures(404, *CHANGES),
    summary="Add to a ticket",
)
def add_note(
    ticket_number: TicketNumber, body: NoteRequest, assistant: AssistantOf, asker: AskerOf
) -> TicketDetail:
    """Add a note to one of the asker's tickets."""
    return describe_ticket_in_full(assistant.add_note(ticket_number, body.text, asker=asker))


@router.post(
    "/tickets/{ticket_number}/cancel",
    dependencies=[needs("tickets.write_own")],
    responses=failures(404, *CHANGES),
    summary="Cancel a ticket",
)
def cancel_ticket(
    ticket_number: TicketNumber,
    assistant: AssistantOf,
    asker: AskerOf,
    guard: GuardOf,
    request: Request,
) -> TicketDetail:
    """Close one of the asker's tickets; cancelling twice changes nothing."""
    cancelled = assistant.cancel_ticket(ticket_number, asker=asker)
    guard.record(request, "ticket.status", str(ticket_number), status=cancelled.status)
    return describe_ticket_in_full(cancelled)


@router.get(
    "/tickets/{ticket_id}/suggestions",
    dependencies=[needs("suggestions.read")],
    responses=failures(404),
    summary="Suggestions for a ticket",
)
def suggest_for_ticket(
    ticket_id: Annotated[str, Path(pattern=_TICKET_ID, examples=["LF-1102", "1000"])],
    assistant: AssistantOf,
    asker: AskerOf,
) -> Suggestions:
    """Return what fixed the same thing before, for a ticket that the asker may read."""
    return assistant.suggest_for_ticket(ticket_id, asker=asker)


@router.post(
    "/suggestions",
    dependencies=[needs("suggestions.read")],
    responses=failures(*CHANGES),
    summary="Suggestions while somebody types",
)
def suggest_for_text(
    body: SuggestionRequest, assistant: AssistantOf, asker: AskerOf
) -> Suggestions:
    """Return what may help with a problem; nothing of the text is kept."""
    return assistant.suggest_for_text(body.text, asker=asker, subject=body.subject)

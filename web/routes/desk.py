"""The agents' desk: the queue, one ticket, what is done with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from assistant.work_ports import AgentDesk
from web.access import needs
from web.desk_schemas import (
    AgentBody,
    AgentList,
    AssignRequest,
    DecisionRequest,
    DeskTicketBody,
    FieldsRequest,
    QueueBody,
    QueueFilters,
    ReplyRequest,
    StatusRequest,
    describe_page,
    describe_view,
)
from web.routes.dependencies import CHANGES, AskerOf, AssistantOf, GuardOf, failures

router = APIRouter(prefix="/desk")

ME = "me"
TicketId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9#][A-Za-z0-9._:#-]{0,63}$", examples=["1000", "LF-1102"])
]


def _desk(assistant: AssistantOf) -> AgentDesk:
    return assistant.agent_desk


DeskOf = Annotated[AgentDesk, Depends(_desk)]


@router.get(
    "/tickets",
    dependencies=[needs("tickets.read_all")],
    responses=failures(),
    summary="List everybody's tickets",
)
def list_queue(
    desk: DeskOf, asker: AskerOf, filters: Annotated[QueueFilters, Query()]
) -> QueueBody:
    """Return a page of the tickets that the agent may see, with counts for each filter."""
    return describe_page(desk.queue(filters.query(), asker=asker))


@router.get(
    "/agents",
    dependencies=[needs("tickets.read_all")],
    responses=failures(),
    summary="Who may be given a ticket",
)
def list_agents(desk: DeskOf, asker: AskerOf) -> AgentList:
    """Return the agents by name, and the id of who asks."""
    return AgentList(
        agents=[AgentBody(agent_id=item.agent_id, name=item.name) for item in desk.agents()],
        me=asker.user_id,
    )


@router.get(
    "/tickets/{ticket_id}",
    dependencies=[needs("tickets.read_all")],
    responses=failures(404),
    summary="Read anybody's ticket",
)
def read_desk_ticket(ticket_id: TicketId, desk: DeskOf, asker: AskerOf) -> DeskTicketBody:
    """Return a ticket with its thread and what was handed over."""
    return describe_view(desk.ticket(ticket_id, asker=asker))


@router.post(
    "/tickets/{ticket_id}/reply",
    dependencies=[needs("tickets.reply")],
    status_code=201,
    responses=failures(404, 409, *CHANGES),
    summary="Reply to the requester",
)
def reply(
    ticket_id: TicketId,
    body: ReplyRequest,
    desk: DeskOf,
    asker: AskerOf,
    guard: GuardOf,
    request: Request,
) -> DeskTicketBody:
    """Write to the requester, or a note for agents alone."""
    view = desk.reply(
        ticket_id,
        body.text,
        asker=asker,
        version=body.version,
        is_internal=body.is_internal,
        status=body.status,
    )
    if body.status is not None:
        guard.record(request, "ticket.status", ticket_id, status=body.status)
    return describe_view(view)


@router.post(
    "/tickets/{ticket_id}/status",
    dependencies=[needs("tickets.change")],
    responses=failures(404, 409, *CHANGES),
    summary="Say how a ticket stands",
)
def set_status(
    ticket_id: TicketId,
    body: StatusRequest,
    desk: DeskOf,
    asker: AskerOf,
    guard: GuardOf,
    request: Request,
) -> DeskTicketBody:
    """Set the status of a ticket; who and when is kept."""
    view = desk.set_status(ticket_id, body.status, asker=asker, version=body.version)
    guard.record(request, "ticket.status", ticket_id, status=body.status)
    return describe_view(view)


@router.post(
    "/tickets/{ticket_id}/assign",
    dependencies=[needs("tickets.change")],
    responses=failures(404, 409, *CHANGES),
    summary="Give a ticket to somebody",
)
def assign(
    ticket_id: TicketId, body: AssignRequest, desk: DeskOf, asker: AskerOf
) -> DeskTicketBody:
    """Give a ticket to an agent, to oneself (`me`), or back to nobody."""
    agent_id = asker.user_id if body.agent_id == ME else body.agent_id
    return describe_view(desk.assign(ticket_id, agent_id, asker=asker, version=body.version))


@router.post(
    "/tickets/{ticket_id}/fields",
    dependencies=[needs("tickets.change")],
    responses=failures(404, 409, *CHANGES),
    summary="Set category, priority or team",
)
def set_fields(
    ticket_id: TicketId, body: FieldsRequest, desk: DeskOf, asker: AskerOf
) -> DeskTicketBody:
    """Take a predicted field over, or set another."""
    return describe_view(
        desk.set_fields(ticket_id, body.values(), asker=asker, version=body.version)
    )


@router.post(
    "/tickets/{ticket_id}/decisions",
    dependencies=[needs("suggestions.decide")],
    status_code=204,
    responses=failures(404, 429, *CHANGES),
    summary="Say what you did with a suggestion",
)
def decide(ticket_id: TicketId, body: DecisionRequest, desk: DeskOf, asker: AskerOf) -> Response:
    """Keep that a suggestion was sent as it stands, sent changed, or sent away."""
    desk.decide(ticket_id, body.kind, body.source_id, body.decision, asker=asker)
    return Response(status_code=204)

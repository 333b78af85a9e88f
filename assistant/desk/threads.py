"""Tickets of both kinds, as agents read them: one line, a thread, fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assistant.desk.queue import Listed, words_of
from assistant.desk.service import said_by_requester
from assistant.model import DeskTicket
from assistant.suggestions import TRIAGE_FIELDS
from assistant.work import Agent, FieldValue, QueueRow, ThreadEntry, TicketView
from knowledge_base.model import Ticket

PRIVATE_REASON = "policy:harassment"
"""Of such a ticket only its team, who works on it and administrators know."""
_CLOSED = frozenset(
    {"resolved", "closed", "solved", "done", "completed", "fixed", "cancelled", "canceled"}
    | {"rejected", "deleted", "merged"}
)


def list_own(ticket: DeskTicket, names: Mapping[str, str]) -> Listed:
    """Return a ticket of the product's own desk as it is listed."""
    fields = fields_of(ticket)
    row = QueueRow(
        ticket_id=str(ticket.ticket_number),
        is_here=True,
        subject=ticket.subject,
        status=ticket.status,
        is_open=ticket.is_open,
        is_private=is_kept_close(ticket),
        category=_value(fields, "category"),
        priority=_value(fields, "priority"),
        team=_value(fields, "team"),
        requester=names.get(ticket.user_id, ""),
        assignee=_assignee(ticket, names),
        opened_at=ticket.opened_at,
        changed_at=ticket.changed_at,
        n_replies=len(ticket.replies),
    )
    texts = (
        row.ticket_id,
        row.subject,
        row.requester,
        said_by_requester(ticket),
        *(note.text for note in ticket.notes),
        *(event.text for event in ticket.events if event.kind in ("reply", "internal")),
    )
    return Listed(row=row, words=words_of(texts))


def list_past(ticket: Ticket) -> Listed:
    """Return a ticket that another system keeps as it is listed."""
    ends = [ticket.opened_at, *(message.at for message in ticket.messages)]
    if ticket.resolved_at is not None:
        ends.append(ticket.resolved_at)
    row = QueueRow(
        ticket_id=ticket.ticket_id,
        is_here=False,
        subject=ticket.subject,
        status=ticket.status,
        is_open=ticket.resolved_at is None and ticket.status.strip().casefold() not in _CLOSED,
        is_private=ticket.private,
        category=ticket.category,
        priority=ticket.priority,
        team=ticket.team,
        requester="",
        assignee=None,
        opened_at=ticket.opened_at,
        changed_at=max(ends),
        n_replies=sum(message.role == "agent" for message in ticket.messages),
    )
    texts = (row.ticket_id, row.subject, *(message.text for message in ticket.messages))
    return Listed(row=row, words=words_of(texts))


def view_own(ticket: DeskTicket, names: Mapping[str, str]) -> TicketView:
    """Return a ticket of the product's own desk with its thread."""
    return TicketView(
        row=list_own(ticket, names).row,
        version=ticket.work.version,
        entries=tuple(own_entries(ticket, names)),
        fields=fields_of(ticket),
        handoff=ticket.handoff,
        conversation_id=ticket.conversation_id,
    )


def view_past(ticket: Ticket) -> TicketView:
    """Return a ticket that another system keeps with its thread."""
    row = list_past(ticket).row
    given = {name: getattr(row, name) for name in TRIAGE_FIELDS}
    return TicketView(
        row=row,
        version=0,
        entries=tuple(
            ThreadEntry(kind="said", role=item.role, name="", text=item.text, at=item.at)
            for item in ticket.messages
        ),
        fields={
            name: FieldValue(value=value, confidence=None, method="source")
            for name, value in given.items()
            if value
        },
        handoff=None,
        conversation_id=None,
    )


def own_entries(ticket: DeskTicket, names: Mapping[str, str]) -> Iterator[ThreadEntry]:
    """Yield the conversation that was handed over, then what came since, by time."""
    requester = names.get(ticket.user_id, "")
    if ticket.handoff is not None:
        for said in ticket.handoff.transcript:
            name = requester if said.role == "requester" else ""
            yield ThreadEntry(kind="said", role=said.role, name=name, text=said.text, at=said.at)
    elif ticket.transcript:
        at = ticket.opened_at
        text = ticket.transcript
        yield ThreadEntry(kind="said", role="requester", name=requester, text=text, at=at)
    later = [
        ThreadEntry(kind="note", role="requester", name=requester, text=item.text, at=item.at)
        for item in ticket.notes
    ] + [
        ThreadEntry(
            kind=item.kind,
            role="agent",
            name=names.get(item.actor_id, item.actor_name),
            text=item.text,
            at=item.at,
        )
        for item in ticket.events
    ]
    yield from sorted(later, key=lambda item: item.at)  # stable: as they were kept


def fields_of(ticket: DeskTicket) -> Mapping[str, FieldValue]:
    """Return category, priority and team: as an agent set them, else as predicted."""
    fields: dict[str, FieldValue] = {}
    for name in TRIAGE_FIELDS:
        given: str = getattr(ticket.work, name)
        predicted = ticket.handoff.predicted.get(name) if ticket.handoff is not None else None
        if given:
            fields[name] = FieldValue(value=given, confidence=None, method="agent")
        elif predicted is not None and predicted.value:
            sure = None if predicted.method == "policy" else predicted.confidence
            fields[name] = FieldValue(
                value=predicted.value, confidence=sure, method=predicted.method
            )
    return fields


def is_kept_close(ticket: DeskTicket) -> bool:
    """Return whether only its team, who works on it and administrators know of a ticket."""
    return ticket.handoff is not None and ticket.handoff.reason == PRIVATE_REASON


def _assignee(ticket: DeskTicket, names: Mapping[str, str]) -> Agent | None:
    work = ticket.work
    if not work.assignee_id:
        return None
    return Agent(agent_id=work.assignee_id, name=names.get(work.assignee_id, work.assignee_name))


def _value(fields: Mapping[str, FieldValue], name: str) -> str:
    return fields[name].value if name in fields else ""

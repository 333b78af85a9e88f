"""What agents do: find tickets, read them, answer, hand on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from assistant.desk.history import problem_of
from assistant.desk.queue import Listed, page_of
from assistant.desk.service import AGENTS, SuggestionDesk, as_ticket
from assistant.desk.threads import list_own, list_past, view_own, view_past
from assistant.errors import (
    AgentNotFoundError,
    FeedbackNotShownError,
    TicketElsewhereError,
    TicketNotFoundError,
)
from assistant.model import Asker, DeskTicket, WorkEvent, WorkKind
from assistant.ports import Clock
from assistant.suggestions import SourceKind
from assistant.work import (
    Agent,
    AgentStatus,
    Decision,
    QueuePage,
    QueueQuery,
    QueueRow,
    TicketView,
)
from assistant.work_ports import People, WorkStore
from knowledge_base.feedback import FeedbackKind
from knowledge_base.index.access import may_read
from knowledge_base.model import Ticket

_KINDS: Mapping[Decision, FeedbackKind] = {
    "accepted": "accepted",
    "edited": "edited",
    "rejected": "down",
}
"""What a decision says of a document: a rejected one does not solve this."""
_MOST_DIGITS = 18
"""Of a ticket's number: the database holds no longer ones."""


class KeepDecision(Protocol):
    """Keeps what an agent did with a suggested document."""

    def __call__(
        self,
        kind: FeedbackKind,
        document_id: str,
        *,
        asker: Asker,
        question: str,
        shown: Sequence[str],
    ) -> None:
        """Keep it; `shown` are the documents that were suggested, best first."""
        ...


class Nobody:
    """The `People` port where there are no accounts."""

    def agents(self) -> tuple[Agent, ...]:
        """Return nobody."""
        return ()

    def names(self, user_ids: Iterable[str]) -> Mapping[str, str]:
        """Return no name."""
        return {}


@dataclass(slots=True, kw_only=True)
class TicketDesk:
    """The `AgentDesk` port over the product's own tickets and those of other systems."""

    store: WorkStore
    past: Callable[[], Iterable[Ticket]]
    """Tickets that other systems keep, as ingested."""
    state: Callable[[], str]
    """Changes whenever what was ingested changes."""
    suggestions: SuggestionDesk
    keep_decision: KeepDecision
    clock: Clock
    people: People = field(default_factory=Nobody)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _listed: tuple[tuple[DeskTicket, ...], tuple[Listed, ...]] | None = None
    _past: tuple[str, Mapping[str, tuple[Ticket, Listed]]] | None = None

    def queue(self, query: QueueQuery, *, asker: Asker) -> QueuePage:
        """Return a page of the tickets that the asker may see."""
        seen = [item for item in self._all_own() if _may_see_own(item.row, asker)]
        seen += [
            item
            for ticket, item in self._all_past().values()
            if _may_see_past(ticket, item.row, asker)
        ]
        return page_of(seen, query, asker_id=asker.user_id)

    def ticket(self, ticket_id: str, *, asker: Asker) -> TicketView:
        """Return a ticket with its thread."""
        if ticket_id.isdecimal():
            return self._view(self._own(ticket_id, asker))
        return view_past(self._past_ticket(ticket_id, asker))

    def agents(self) -> tuple[Agent, ...]:
        """Return who may be given a ticket."""
        return self.people.agents()

    def reply(
        self,
        ticket_id: str,
        text: str,
        *,
        asker: Asker,
        version: int,
        is_internal: bool = False,
        status: AgentStatus | None = None,
    ) -> TicketView:
        """Write to the requester, or a note that only agents read; set a status with it."""
        ticket = self._changeable(ticket_id, asker)
        events = [self._event("internal" if is_internal else "reply", text.strip(), asker)]
        values: dict[str, str | None] = {}
        if status is not None and status != ticket.status:
            values["status"] = status
            events.append(self._event("status", status, asker))
        return self._change(ticket, version, values, events)

    def set_status(
        self, ticket_id: str, status: AgentStatus, *, asker: Asker, version: int
    ) -> TicketView:
        """Say how a ticket stands; what it is already changes nothing."""
        ticket = self._changeable(ticket_id, asker)
        if ticket.status == status and ticket.work.version == version:
            return self._view(ticket)
        event = self._event("status", status, asker)
        return self._change(ticket, version, {"status": status}, [event])

    def assign(
        self, ticket_id: str, agent_id: str | None, *, asker: Asker, version: int
    ) -> TicketView:
        """Give a ticket to somebody, or back to nobody."""
        ticket = self._changeable(ticket_id, asker)
        if agent_id is None:
            event = self._event("unassigned", "", asker)
            values: dict[str, str | None] = {"assignee_id": None, "assignee_name": None}
            return self._change(ticket, version, values, [event])
        name = self._name_of_agent(agent_id, asker)
        values = {"assignee_id": agent_id, "assignee_name": name}
        return self._change(ticket, version, values, [self._event("assigned", name, asker)])

    def set_fields(
        self, ticket_id: str, values: Mapping[str, str], *, asker: Asker, version: int
    ) -> TicketView:
        """Set category, priority or team."""
        ticket = self._changeable(ticket_id, asker)
        told = ", ".join(f"{name}: {value}" for name, value in sorted(values.items()))
        return self._change(ticket, version, dict(values), [self._event("fields", told, asker)])

    def decide(
        self,
        ticket_id: str,
        kind: SourceKind,
        source_id: str,
        decision: Decision,
        *,
        asker: Asker,
    ) -> None:
        """Keep what the asker did with a suggestion."""
        if ticket_id.isdecimal():
            ticket = as_ticket(self._own(ticket_id, asker))
        else:
            ticket = self._past_ticket(ticket_id, asker)
        found = self.suggestions.for_ticket(ticket_id, asker=asker)
        shown = [_document_id(item.kind, item.source_id) for item in found.ranked]
        document_id = _document_id(kind, source_id)
        if document_id not in shown:
            raise FeedbackNotShownError(
                f"{source_id!r} is not suggested for ticket {ticket_id}.",
                hint="A decision is taken on what the suggestions show.",
            )
        self.keep_decision(
            _KINDS[decision],
            document_id,
            asker=asker,
            question=problem_of(ticket).whole,
            shown=shown,
        )

    def _own(self, ticket_id: str, asker: Asker) -> DeskTicket:
        # More digits than a database's number has are nobody's ticket.
        is_number = len(ticket_id) <= _MOST_DIGITS
        found = self.store.ticket(int(ticket_id)) if is_number else None
        if found is None or not _may_see_own(list_own(found, {}).row, asker):
            raise _not_found(ticket_id)
        return found

    def _past_ticket(self, ticket_id: str, asker: Asker) -> Ticket:
        found = self._all_past().get(ticket_id)
        if found is None or not _may_see_past(found[0], found[1].row, asker):
            raise _not_found(ticket_id)
        return found[0]

    def _changeable(self, ticket_id: str, asker: Asker) -> DeskTicket:
        if ticket_id.isdecimal():
            return self._own(ticket_id, asker)
        self._past_ticket(ticket_id, asker)
        raise TicketElsewhereError(
            f"Ticket {ticket_id} is kept by another system and can only be read here.",
            hint="Copy your reply and send it there.",
        )

    def _change(
        self,
        ticket: DeskTicket,
        version: int,
        values: Mapping[str, str | None],
        events: Sequence[WorkEvent],
    ) -> TicketView:
        number = ticket.ticket_number
        return self._view(self.store.change(number, version=version, values=values, events=events))

    def _view(self, ticket: DeskTicket) -> TicketView:
        return view_own(ticket, self._names([ticket]))

    def _event(self, kind: WorkKind, text: str, asker: Asker) -> WorkEvent:
        return WorkEvent(
            kind=kind,
            text=text,
            at=self.clock.now(),
            actor_id=asker.user_id,
            actor_name=self._name(asker),
        )

    def _name_of_agent(self, agent_id: str, asker: Asker) -> str:
        if agent_id == asker.user_id:
            return self._name(asker)
        known = {item.agent_id: item.name for item in self.people.agents()}
        if agent_id not in known:
            raise AgentNotFoundError(
                "Nobody with this id may be given a ticket.",
                hint="Choose one of GET /api/v1/desk/agents.",
            )
        return known[agent_id]

    def _name(self, asker: Asker) -> str:
        return self.people.names([asker.user_id]).get(asker.user_id, "")

    def _names(self, tickets: Iterable[DeskTicket]) -> Mapping[str, str]:
        ids = {ticket.user_id for ticket in tickets}
        ids |= {ticket.work.assignee_id for ticket in tickets}
        ids |= {event.actor_id for ticket in tickets for event in ticket.events}
        return self.people.names(ids - {""})

    def _all_own(self) -> tuple[Listed, ...]:
        tickets = self.store.tickets()
        held = self._listed
        if held is not None and held[0] is tickets:  # the store gives the same while none changed
            return held[1]
        names = self._names(tickets)
        # Those that did not change are the same objects as before, too.
        known = dict(zip(map(id, held[0]), held[1], strict=True)) if held is not None else {}
        listed = tuple(known.get(id(item)) or list_own(item, names) for item in tickets)
        self._listed = (tickets, listed)
        return listed

    def _all_past(self) -> Mapping[str, tuple[Ticket, Listed]]:
        state = self.state()
        held = self._past
        if held is not None and held[0] == state:
            return held[1]
        with self._lock:
            found = {item.ticket_id: (item, list_past(item)) for item in self.past()}
            self._past = (state, found)
            return found


def _may_see_own(row: QueueRow, asker: Asker) -> bool:
    if AGENTS not in asker.groups and asker.permissions is not None:
        return False
    return not row.is_private or _works_on_private(row, asker)


def _may_see_past(ticket: Ticket, row: QueueRow, asker: Asker) -> bool:
    if ticket.is_spam or not may_read(ticket.acl, asker.groups):
        return False
    return not row.is_private or _works_on_private(row, asker)


def _works_on_private(row: QueueRow, asker: Asker) -> bool:
    """Return whether it is the asker's business: of the team, given to them, an administrator."""
    if asker.permissions is None or asker.role == "admin":
        return True
    if row.assignee is not None and row.assignee.agent_id == asker.user_id:
        return True
    return row.team != "" and row.team.casefold() in {name.casefold() for name in asker.groups}


def _document_id(kind: SourceKind, source_id: str) -> str:
    return f"ticket/{source_id}" if kind == "ticket" else source_id


def _not_found(ticket_id: str) -> TicketNotFoundError:
    return TicketNotFoundError(
        f"There is no ticket {ticket_id!r} for you.",
        hint="It may be private, or be kept for other groups.",
    )

"""Everybody's tickets, for agents, in a relational database."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from assistant.errors import TicketChangedError, TicketNotFoundError
from assistant.model import DeskTicket, TicketNote, WorkEvent
from assistant.tables import revision as revision_of
from assistant.tables import ticket_events as _events
from assistant.tables import ticket_work as _work
from assistant.tables import tickets as _tickets
from assistant.ticket_store import REVISION, note_change, read_tickets

FEW = 500
"""So many tickets are read by their numbers; more are read with all the others."""


class SqlWorkStore:
    """The `WorkStore` port on the tables of the tickets.

    All tickets are held once they were read; those that changed are read again.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(is_write=True)
        self._held: tuple[int, tuple[DeskTicket, ...]] | None = None
        self._lock = threading.Lock()

    def revision(self) -> int:
        """Return a number that changes when any ticket does."""
        with self._engine.connect() as connection:
            return revision_of(connection, REVISION)

    def tickets(self) -> tuple[DeskTicket, ...]:
        """Return everybody's tickets, oldest first."""
        with self._engine.connect() as connection:
            revision = revision_of(connection, REVISION)
            held = self._held
            if held is not None and held[0] == revision:
                return held[1]
            with self._lock:
                found = _read_again(connection, held[1] if held is not None else ())
                self._held = (revision, found)
        return found

    def ticket(self, ticket_number: int) -> DeskTicket | None:
        """Return a ticket, or None."""
        with self._engine.connect() as connection:
            return _one(connection, ticket_number)

    def change(
        self,
        ticket_number: int,
        *,
        version: int,
        values: Mapping[str, str | None],
        events: Sequence[WorkEvent],
    ) -> DeskTicket:
        """Set columns and append what was done, if the ticket still has this version."""
        with self._writer.begin() as connection:
            found = _one(connection, ticket_number)
            if found is None:
                raise TicketNotFoundError(
                    f"There is no ticket {ticket_number}.", hint="Look in the queue."
                )
            if found.work.version != version:
                raise _changed(found)
            note_change(connection, ticket_number)
            for table in (_tickets, _work):
                mine = {name: value for name, value in values.items() if name in table.columns}
                if mine:
                    here = table.c.ticket_number == ticket_number
                    connection.execute(table.update().where(here).values(**mine))
            for place, event in enumerate(events, start=len(found.events)):
                connection.execute(_events.insert().values(**_row(ticket_number, place, event)))
            # It was there in this very transaction, so it is still.
            after = _one(connection, ticket_number)
        assert after is not None
        return after


def _read_again(connection: sa.Connection, held: Sequence[DeskTicket]) -> tuple[DeskTicket, ...]:
    """Return all tickets; those that are held already and have not changed are the same objects."""
    version = sa.func.coalesce(_work.c.version, 0)
    query = (
        sa.select(_tickets.c.ticket_number, version)
        .outerjoin(_work, _work.c.ticket_number == _tickets.c.ticket_number)
        .order_by(_tickets.c.ticket_number)
    )
    versions = {row[0]: row[1] for row in connection.execute(query)}
    known = {item.ticket_number: item for item in held}
    stale = [
        number
        for number, now in versions.items()
        if number not in known or known[number].work.version != now
    ]
    rows = sa.select(_tickets).order_by(_tickets.c.ticket_number)
    if len(stale) < FEW:
        rows = rows.where(_tickets.c.ticket_number.in_(stale))
    fresh = read_tickets(connection, connection.execute(rows).all() if stale else [])
    known |= {item.ticket_number: item for item in fresh}
    return tuple(known[number] for number in versions)


def _one(connection: sa.Connection, ticket_number: int) -> DeskTicket | None:
    query = sa.select(_tickets).where(_tickets.c.ticket_number == ticket_number)
    found = read_tickets(connection, connection.execute(query).all())
    return found[0] if found else None


def _row(ticket_number: int, ordinal: int, event: WorkEvent) -> dict[str, Any]:
    return {
        "ticket_number": ticket_number,
        "ordinal": ordinal,
        "kind": event.kind,
        "text": event.text,
        "at": event.at.isoformat(),
        "actor_id": event.actor_id,
        "actor_name": event.actor_name,
    }


def _changed(ticket: DeskTicket) -> TicketChangedError:
    """Say who wrote in it last, and when."""
    entries: list[TicketNote | WorkEvent] = [*ticket.notes, *ticket.events]
    told = ""
    if entries:
        last = sorted(entries, key=lambda item: item.at)[-1]
        by = "its requester"
        if isinstance(last, WorkEvent):
            by = last.actor_name or "another agent"
        told = f" The last entry is by {by}, {last.at:%H:%M} UTC."
    return TicketChangedError(
        f"Ticket {ticket.ticket_number} was changed after you opened it.{told}",
        hint="Nothing was saved. Read what is new, then do it again.",
    )

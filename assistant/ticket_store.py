"""The built-in desk's tickets in a relational database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from assistant.errors import ConversationNotFoundError
from assistant.handoff.contract import HandOff
from assistant.model import DeskTicket, TicketNote
from assistant.tables import ticket_notes as _notes
from assistant.tables import tickets as _tickets

FIRST_TICKET_NUMBER = 1000
_HANDOFF = TypeAdapter(HandOff)


class SqlTicketStore:
    """The `TicketStore` port on any SQLAlchemy engine."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(is_write=True)

    def open_ticket(
        self,
        *,
        conversation_id: str | None,
        user_id: str,
        transcript: str,
        handoff: HandOff,
        at: datetime,
    ) -> DeskTicket:
        """Open a ticket; a conversation's second request returns its first ticket."""
        with self._writer.begin() as connection:
            if conversation_id is not None:
                known = connection.execute(
                    sa.select(_tickets).where(_tickets.c.conversation_id == conversation_id)
                ).one_or_none()
                if known is not None:
                    if known.user_id != user_id:
                        raise _no_conversation(conversation_id)
                    return _with_notes(connection, [known])[0]
            last = connection.execute(sa.select(sa.func.max(_tickets.c.ticket_number))).scalar()
            number = FIRST_TICKET_NUMBER if last is None else int(last) + 1
            connection.execute(
                _tickets.insert().values(
                    ticket_number=number,
                    conversation_id=conversation_id,
                    user_id=user_id,
                    subject=handoff.subject,
                    transcript=transcript,
                    status="new",
                    opened_at=at.isoformat(),
                    handoff=_HANDOFF.dump_json(handoff).decode(),
                )
            )
        return DeskTicket(
            ticket_number=number,
            conversation_id=conversation_id,
            user_id=user_id,
            subject=handoff.subject,
            transcript=transcript,
            status="new",
            opened_at=at,
            handoff=handoff,
        )

    def ticket(self, ticket_number: int, *, user_id: str) -> DeskTicket | None:
        """Return a ticket of this user, or None."""
        with self._engine.connect() as connection:
            return _own(connection, ticket_number, user_id)

    def ticket_of(self, conversation_id: str, *, user_id: str) -> DeskTicket | None:
        """Return the ticket of a conversation of this user, or None."""
        query = sa.select(_tickets).where(
            _tickets.c.conversation_id == conversation_id, _tickets.c.user_id == user_id
        )
        with self._engine.connect() as connection:
            found = _with_notes(connection, connection.execute(query).all())
        return found[0] if found else None

    def tickets(self, *, user_id: str) -> tuple[DeskTicket, ...]:
        """Return this user's tickets, newest first."""
        query = (
            sa.select(_tickets)
            .where(_tickets.c.user_id == user_id)
            .order_by(_tickets.c.ticket_number.desc())
        )
        with self._engine.connect() as connection:
            return _with_notes(connection, connection.execute(query).all())

    def all_tickets(self) -> tuple[DeskTicket, ...]:
        """Return everybody's tickets, oldest first: for agents, never for askers."""
        query = sa.select(_tickets).order_by(_tickets.c.ticket_number)
        with self._engine.connect() as connection:
            return _with_notes(connection, connection.execute(query).all())

    def add_note(
        self, ticket_number: int, text: str, *, user_id: str, at: datetime
    ) -> DeskTicket | None:
        """Add to a ticket of this user and return it; None when there is none of theirs."""
        with self._writer.begin() as connection:
            found = _own(connection, ticket_number, user_id)
            if found is None:
                return None
            connection.execute(
                _notes.insert().values(
                    ticket_number=ticket_number,
                    ordinal=len(found.notes),
                    text=text,
                    at=at.isoformat(),
                )
            )
            return _own(connection, ticket_number, user_id)

    def set_status(self, ticket_number: int, status: str, *, user_id: str) -> DeskTicket | None:
        """Change how a ticket of this user stands and return it; None when there is none."""
        with self._writer.begin() as connection:
            connection.execute(
                _tickets.update()
                .where(_tickets.c.ticket_number == ticket_number, _tickets.c.user_id == user_id)
                .values(status=status)
            )
            return _own(connection, ticket_number, user_id)


def add_handoffs(connection: sa.Connection) -> None:
    """Give the tickets of an older database room for what is handed over."""
    columns = {item["name"] for item in sa.inspect(connection).get_columns(_tickets.name)}
    if "handoff" not in columns:
        connection.exec_driver_sql(f"ALTER TABLE {_tickets.name} ADD COLUMN handoff VARCHAR")


def _own(connection: sa.Connection, ticket_number: int, user_id: str) -> DeskTicket | None:
    query = sa.select(_tickets).where(
        _tickets.c.ticket_number == ticket_number, _tickets.c.user_id == user_id
    )
    found = _with_notes(connection, connection.execute(query).all())
    return found[0] if found else None


def _with_notes(connection: sa.Connection, rows: Sequence[Any]) -> tuple[DeskTicket, ...]:
    numbers = [row.ticket_number for row in rows]
    query = (
        sa.select(_notes)
        .where(_notes.c.ticket_number.in_(numbers))
        .order_by(_notes.c.ticket_number, _notes.c.ordinal)
    )
    notes: dict[int, list[TicketNote]] = {number: [] for number in numbers}
    for note in connection.execute(query) if numbers else ():
        notes[note.ticket_number].append(TicketNote(text=note.text, at=_time(note.at)))
    return tuple(
        DeskTicket(
            ticket_number=row.ticket_number,
            conversation_id=row.conversation_id,
            user_id=row.user_id,
            subject=row.subject,
            transcript=row.transcript,
            status=row.status,
            opened_at=_time(row.opened_at),
            handoff=None if row.handoff is None else _HANDOFF.validate_json(row.handoff),
            notes=tuple(notes[row.ticket_number]),
        )
        for row in rows
    )


def _no_conversation(conversation_id: str) -> ConversationNotFoundError:
    return ConversationNotFoundError(
        f"There is no conversation {conversation_id!r} of yours.",
        hint="Start a new one by leaving the conversation out.",
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

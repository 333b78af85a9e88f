"""The built-in desk's tickets in a relational database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from assistant.errors import ConversationNotFoundError
from assistant.handoff.contract import HandOff
from assistant.model import DeskTicket, TicketNote, TicketWork, WorkEvent
from assistant.tables import raise_revision
from assistant.tables import ticket_events as _events
from assistant.tables import ticket_notes as _notes
from assistant.tables import ticket_work as _work
from assistant.tables import tickets as _tickets

FIRST_TICKET_NUMBER = 1000
REVISION = "tickets"
_MANY = 500
WAITING, ANSWERED = "waiting", "in_progress"
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
                    return read_tickets(connection, [known])[0]
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
            raise_revision(connection, REVISION)
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
            found = read_tickets(connection, connection.execute(query).all())
        return found[0] if found else None

    def tickets(self, *, user_id: str) -> tuple[DeskTicket, ...]:
        """Return this user's tickets, newest first."""
        query = (
            sa.select(_tickets)
            .where(_tickets.c.user_id == user_id)
            .order_by(_tickets.c.ticket_number.desc())
        )
        with self._engine.connect() as connection:
            return read_tickets(connection, connection.execute(query).all())

    def all_tickets(self) -> tuple[DeskTicket, ...]:
        """Return everybody's tickets, oldest first: for agents, never for askers."""
        query = sa.select(_tickets).order_by(_tickets.c.ticket_number)
        with self._engine.connect() as connection:
            return read_tickets(connection, connection.execute(query).all())

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
            note_change(connection, ticket_number)
            if found.status == WAITING:  # for the requester, who has answered now
                _set_status(connection, ticket_number, ANSWERED)
            return _own(connection, ticket_number, user_id)

    def set_status(self, ticket_number: int, status: str, *, user_id: str) -> DeskTicket | None:
        """Change how a ticket of this user stands and return it; None when there is none."""
        with self._writer.begin() as connection:
            if _own(connection, ticket_number, user_id) is None:
                return None
            _set_status(connection, ticket_number, status)
            note_change(connection, ticket_number)
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
    found = read_tickets(connection, connection.execute(query).all())
    return found[0] if found else None


def note_change(connection: sa.Connection, ticket_number: int) -> None:
    """Raise a ticket's version, and the revision of all of them."""
    mine = _work.c.ticket_number == ticket_number
    done = connection.execute(_work.update().where(mine).values(version=_work.c.version + 1))
    if not done.rowcount:
        connection.execute(_work.insert().values(ticket_number=ticket_number, version=1))
    raise_revision(connection, REVISION)


def read_tickets(connection: sa.Connection, rows: Sequence[Any]) -> tuple[DeskTicket, ...]:
    """Return rows of tickets as tickets, with what was added to them and done with them."""
    numbers = [row.ticket_number for row in rows]
    notes: dict[int, list[TicketNote]] = {number: [] for number in numbers}
    events: dict[int, list[WorkEvent]] = {number: [] for number in numbers}
    for row in _of(connection, _notes, numbers):
        notes[row.ticket_number].append(TicketNote(text=row.text, at=_time(row.at)))
    for row in _of(connection, _events, numbers):
        events[row.ticket_number].append(
            WorkEvent(
                kind=row.kind,
                text=row.text,
                at=_time(row.at),
                actor_id=row.actor_id,
                actor_name=row.actor_name,
            )
        )
    work = {row.ticket_number: _read_work(row) for row in _of(connection, _work, numbers)}
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
            work=work.get(row.ticket_number, TicketWork()),
            events=tuple(events[row.ticket_number]),
        )
        for row in rows
    )


def _of(connection: sa.Connection, table: sa.Table, numbers: Sequence[int]) -> Sequence[Any]:
    """Return a table's rows of these tickets, in order. Many are read without naming each."""
    if not numbers:
        return ()
    query = sa.select(table).order_by(*table.primary_key.columns)
    if len(numbers) <= _MANY:
        return connection.execute(query.where(table.c.ticket_number.in_(numbers))).all()
    wanted = set(numbers)
    return [row for row in connection.execute(query) if row.ticket_number in wanted]


def _read_work(row: Any) -> TicketWork:
    return TicketWork(
        version=row.version,
        assignee_id=row.assignee_id or "",
        assignee_name=row.assignee_name or "",
        category=row.category or "",
        priority=row.priority or "",
        team=row.team or "",
    )


def _set_status(connection: sa.Connection, ticket_number: int, status: str) -> None:
    mine = _tickets.c.ticket_number == ticket_number
    connection.execute(_tickets.update().where(mine).values(status=status))


def _no_conversation(conversation_id: str) -> ConversationNotFoundError:
    return ConversationNotFoundError(
        f"There is no conversation {conversation_id!r} of yours.",
        hint="Start a new one by leaving the conversation out.",
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

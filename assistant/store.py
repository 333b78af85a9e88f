"""Conversations and feedback in a relational database (SQLite by default)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from assistant.errors import AssistantError, ConversationNotFoundError, TurnNotFoundError
from assistant.feedback_store import events_of_votes
from assistant.model import Conversation, FeedbackValue, Turn
from assistant.tables import board_runs as _board_runs
from assistant.tables import conversations as _conversations
from assistant.tables import feedback as _feedback
from assistant.tables import metadata
from assistant.tables import turns as _turns
from assistant.ticket_store import add_handoffs
from assistant.wire import dump_outcome, load_outcome

SCHEMA_VERSION = 3
TITLE_CHARS = 80


def open_engine(path: Path) -> sa.Engine:
    """Return an engine on a SQLite file in WAL mode, with its tables made.

    A file of an older version becomes one of this version; nothing in it is lost.

    Raises
    ------
    AssistantError
        When the file was written by a newer version of the program.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)  # what people write is for nobody else on this machine
    # The text of an error goes into the log, where what people wrote has no place.
    engine = sa.create_engine(f"sqlite:///{path}", hide_parameters=True)

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # Transactions are begun by the listener below, not by the driver's guess.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA busy_timeout=5000")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A read that turns into a write fails at once while somebody else writes, whatever the
        # timeout; so a writer says from the start that it will write.
        is_write = connection.get_execution_options().get("is_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")

    with engine.execution_options(is_write=True).begin() as connection:
        found = int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)
        if found > SCHEMA_VERSION:
            raise AssistantError(
                f"{path} has schema version {found}; this program knows up to {SCHEMA_VERSION}.",
                hint="Use the newer program, or another home directory.",
            )
        metadata.create_all(connection)
        if found == 1:
            events_of_votes(connection)
        if found in (1, 2):
            add_handoffs(connection)
        connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")
    return engine


class SqlConversationStore:
    """The `ConversationStore` port on any SQLAlchemy engine."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(is_write=True)

    def close(self) -> None:
        """Release the database's connections."""
        self._engine.dispose()

    def conversation(self, conversation_id: str, *, user_id: str) -> Conversation:
        """Return a conversation of this user with its turns, oldest first."""
        with self._engine.connect() as connection:
            head = self._head(connection, conversation_id, user_id)
            rows = connection.execute(
                sa.select(_turns)
                .where(_turns.c.conversation_id == conversation_id)
                .order_by(_turns.c.ordinal)
            ).all()
        return Conversation(
            conversation_id=conversation_id,
            user_id=user_id,
            title=head.title,
            started_at=_time(head.started_at),
            turns=tuple(_turn(row) for row in rows),
        )

    def conversations(self, *, user_id: str, limit: int) -> tuple[Conversation, ...]:
        """Return this user's conversations without their turns, newest first."""
        query = (
            sa.select(_conversations)
            .where(
                _conversations.c.user_id == user_id,
                _conversations.c.conversation_id.not_in(sa.select(_board_runs.c.conversation_id)),
            )
            .order_by(_conversations.c.last_at.desc(), _conversations.c.conversation_id)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return tuple(
            Conversation(
                conversation_id=row.conversation_id,
                user_id=row.user_id,
                title=row.title,
                started_at=_time(row.started_at),
            )
            for row in rows
        )

    def turn(self, turn_id: str, *, user_id: str) -> Turn:
        """Return one turn of this user."""
        query = (
            sa.select(_turns)
            .join(_conversations, _turns.c.conversation_id == _conversations.c.conversation_id)
            .where(_turns.c.turn_id == turn_id, _conversations.c.user_id == user_id)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise _no_turn(turn_id)
        return _turn(row)

    def add_turn(self, turn: Turn, *, user_id: str) -> None:
        """Append a turn; its conversation is made when it is the first."""
        name, body = dump_outcome(turn.outcome)
        at = turn.asked_at.isoformat()
        with self._writer.begin() as connection:
            known = connection.execute(
                sa.select(_conversations.c.user_id).where(
                    _conversations.c.conversation_id == turn.conversation_id
                )
            ).scalar()
            if known is None:
                connection.execute(
                    _conversations.insert().values(
                        conversation_id=turn.conversation_id,
                        user_id=user_id,
                        title=_title(turn.text),
                        started_at=at,
                        last_at=at,
                    )
                )
            elif known != user_id:
                raise _no_conversation(turn.conversation_id)
            ordinal = connection.execute(
                sa.select(sa.func.count())
                .select_from(_turns)
                .where(_turns.c.conversation_id == turn.conversation_id)
            ).scalar_one()
            connection.execute(
                _turns.insert().values(
                    turn_id=turn.turn_id,
                    conversation_id=turn.conversation_id,
                    ordinal=ordinal,
                    text=turn.text,
                    route=turn.route,
                    outcome=name,
                    body=body,
                    asked_at=at,
                    timings_ms=json.dumps(dict(turn.timings_ms)),
                )
            )
            connection.execute(
                _conversations.update()
                .where(_conversations.c.conversation_id == turn.conversation_id)
                .values(last_at=at)
            )

    def add_feedback(
        self, turn_id: str, *, user_id: str, value: FeedbackValue, comment: str, at: datetime
    ) -> None:
        """Store what the user thought of a turn of theirs; a second vote replaces the first."""
        with self._writer.begin() as connection:
            owner = connection.execute(
                sa.select(_conversations.c.user_id)
                .join(_turns, _turns.c.conversation_id == _conversations.c.conversation_id)
                .where(_turns.c.turn_id == turn_id)
            ).scalar()
            if owner != user_id:
                raise _no_turn(turn_id)
            key = sa.and_(_feedback.c.turn_id == turn_id, _feedback.c.user_id == user_id)
            connection.execute(_feedback.delete().where(key))
            connection.execute(
                _feedback.insert().values(
                    turn_id=turn_id,
                    user_id=user_id,
                    value=value,
                    comment=comment,
                    given_at=at.isoformat(),
                )
            )

    def feedback(self) -> tuple[tuple[str, str, FeedbackValue, str], ...]:
        """Return (turn id, question, value, comment) of every vote, by turn id."""
        query = (
            sa.select(_feedback.c.turn_id, _turns.c.text, _feedback.c.value, _feedback.c.comment)
            .join(_turns, _turns.c.turn_id == _feedback.c.turn_id)
            .order_by(_feedback.c.turn_id)
        )
        with self._engine.connect() as connection:
            return tuple(tuple(row) for row in connection.execute(query))

    @staticmethod
    def _head(connection: sa.Connection, conversation_id: str, user_id: str) -> Any:
        head = connection.execute(
            sa.select(_conversations).where(
                _conversations.c.conversation_id == conversation_id,
                _conversations.c.user_id == user_id,
            )
        ).one_or_none()
        if head is None:
            raise _no_conversation(conversation_id)
        return head


def _no_conversation(conversation_id: str) -> ConversationNotFoundError:
    return ConversationNotFoundError(
        f"There is no conversation {conversation_id!r} of yours.",
        hint="Start a new one by leaving the conversation out.",
    )


def _no_turn(turn_id: str) -> TurnNotFoundError:
    return TurnNotFoundError(
        f"There is no turn {turn_id!r} of yours.", hint="Reload the conversation."
    )


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TITLE_CHARS else line[: TITLE_CHARS - 1].rstrip() + "…"


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _turn(row: Any) -> Turn:
    return Turn(
        turn_id=row.turn_id,
        conversation_id=row.conversation_id,
        text=row.text,
        route=row.route,
        outcome=load_outcome(row.outcome, row.body),
        asked_at=_time(row.asked_at),
        timings_ms=json.loads(row.timings_ms),
    )

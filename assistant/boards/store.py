"""Boards in a relational database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from assistant.boards.model import BoardEntry
from assistant.tables import board_entries as _entries
from assistant.tables import board_runs as _runs
from assistant.tables import conversations as _conversations
from assistant.tables import feedback as _feedback
from assistant.tables import feedback_events as _events
from assistant.tables import tickets as _tickets
from assistant.tables import turns as _turns

KEPT: Final = timedelta(days=1)
"""How long what the board asked can still be gone on with, in a page that stays open."""


class SqlBoardStore:
    """The `BoardStore` port on any SQLAlchemy engine."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(is_write=True)

    def entries(self, *, user_id: str) -> tuple[BoardEntry, ...]:
        """Return this user's entries in their order."""
        query = (
            sa.select(_entries)
            .where(_entries.c.user_id == user_id)
            .order_by(_entries.c.place, _entries.c.added_at, _entries.c.entry_id)
        )
        with self._engine.connect() as connection:
            return tuple(
                BoardEntry(
                    entry_id=row.entry_id,
                    user_id=row.user_id,
                    questions=tuple(json.loads(row.questions)),
                    added_at=datetime.fromisoformat(row.added_at).astimezone(UTC),
                )
                for row in connection.execute(query)
            )

    def add(self, entry: BoardEntry) -> None:
        """Keep an entry, behind the others of its user."""
        last = sa.select(sa.func.max(_entries.c.place)).where(_entries.c.user_id == entry.user_id)
        with self._writer.begin() as connection:
            place = connection.execute(last).scalar()
            connection.execute(
                _entries.insert().values(
                    entry_id=entry.entry_id,
                    user_id=entry.user_id,
                    questions=json.dumps(entry.questions, ensure_ascii=False),
                    place=0 if place is None else place + 1,
                    added_at=entry.added_at.isoformat(),
                )
            )

    def remove(self, entry_id: str, *, user_id: str) -> bool:
        """Forget an entry of this user; say whether there was one."""
        here = sa.and_(_entries.c.entry_id == entry_id, _entries.c.user_id == user_id)
        with self._writer.begin() as connection:
            return connection.execute(_entries.delete().where(here)).rowcount > 0

    def arrange(self, entry_ids: Sequence[str], *, user_id: str) -> None:
        """Put this user's entries into an order."""
        with self._writer.begin() as connection:
            for place, entry_id in enumerate(entry_ids):
                here = sa.and_(_entries.c.entry_id == entry_id, _entries.c.user_id == user_id)
                connection.execute(_entries.update().where(here).values(place=place))

    def keep_run(self, conversation_id: str, *, user_id: str, at: datetime) -> None:
        """Keep a conversation out of the user's list, and forget those of more than a day ago."""
        with self._writer.begin() as connection:
            connection.execute(
                _runs.insert().values(
                    conversation_id=conversation_id, user_id=user_id, at=at.isoformat()
                )
            )
            _forget(connection, user_id, before=at - KEPT)


def _forget(connection: sa.Connection, user_id: str, *, before: datetime) -> None:
    """Forget the runs that are over and that nothing else stands on."""
    voted = sa.select(_turns.c.conversation_id).where(
        sa.or_(
            _turns.c.turn_id.in_(sa.select(_feedback.c.turn_id)),
            _turns.c.turn_id.in_(
                sa.select(_events.c.turn_id).where(_events.c.turn_id.is_not(None))
            ),
        )
    )
    opened = sa.select(_tickets.c.conversation_id).where(_tickets.c.conversation_id.is_not(None))
    over = sa.select(_runs.c.conversation_id).where(
        _runs.c.user_id == user_id,
        _runs.c.at < before.isoformat(),
        _runs.c.conversation_id.not_in(voted),
        _runs.c.conversation_id.not_in(opened),
    )
    gone = list(connection.execute(over).scalars())
    for table in (_turns, _conversations, _runs):
        connection.execute(table.delete().where(table.c.conversation_id.in_(gone)))

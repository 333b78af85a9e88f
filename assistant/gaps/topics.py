"""What was decided about groups of open questions, kept in the database of the conversations."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from assistant.tables import gap_topics as _topics


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What is kept of a group: whoever of its turns is in a group later, takes it along."""

    topic_id: str
    turn_ids: frozenset[str]
    owner_id: str = ""
    owner_name: str = ""
    checked_at: datetime | None = None
    state: str = ""
    """Name of the index that the check was answered from."""
    n_asked: int = 0
    n_answered: int = 0


class SqlTopics:
    """Topics, kept durably."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(is_write=True)

    def all(self) -> tuple[Topic, ...]:
        """Return every topic, by id."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(_topics).order_by(_topics.c.topic_id))
            return tuple(_topic(row) for row in rows)

    def put(self, topic: Topic) -> None:
        """Keep a topic in place of the one of its id."""
        values = {
            "topic_id": topic.topic_id,
            "turn_ids": json.dumps(sorted(topic.turn_ids)),
            "owner_id": topic.owner_id,
            "owner_name": topic.owner_name,
            "checked_at": topic.checked_at.astimezone(UTC).isoformat()
            if topic.checked_at
            else None,
            "state": topic.state,
            "n_asked": topic.n_asked,
            "n_answered": topic.n_answered,
        }
        with self._writer.begin() as connection:
            connection.execute(_topics.delete().where(_topics.c.topic_id == topic.topic_id))
            connection.execute(_topics.insert().values(values))


def topic_for(topics: Collection[Topic], turn_ids: frozenset[str]) -> Topic | None:
    """Return the topic that shares most turns with a group; of equals the first by id."""
    shared = [(len(topic.turn_ids & turn_ids), topic) for topic in topics]
    best = max((n for n, _ in shared), default=0)
    if best == 0:
        return None
    return min((topic for n, topic in shared if n == best), key=lambda topic: topic.topic_id)


def _written(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _topic(row: Any) -> Topic:
    at = row.checked_at
    return Topic(
        topic_id=row.topic_id,
        turn_ids=frozenset(json.loads(row.turn_ids)),
        owner_id=row.owner_id,
        owner_name=row.owner_name,
        checked_at=datetime.fromisoformat(at).astimezone(UTC) if at else None,
        state=row.state,
        n_asked=row.n_asked,
        n_answered=row.n_answered,
    )

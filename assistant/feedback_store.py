"""Feedback on documents, kept beside the conversations that it comes from."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from assistant.model import Outcome, answer_documents
from assistant.tables import conversations, feedback, feedback_events, raise_revision, turns
from assistant.tables import revision as revision_of
from assistant.wire import load_outcome
from knowledge_base.feedback import FeedbackEvent, FeedbackKind

REVISION = "feedback"
VOTES: tuple[FeedbackKind, ...] = ("up", "down")


class SqlFeedbackStore:
    """The `FeedbackStore` port on the database of the conversations."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(is_write=True)

    def add(self, events: Sequence[FeedbackEvent], *, turn_id: str | None = None) -> None:
        """Keep events; one of the same person, question, document and kind is replaced."""
        if not events:
            return
        with self._writer.begin() as connection:
            for event in events:
                _put(connection, event, turn_id)
            raise_revision(connection, REVISION)

    def replace_votes(self, events: Sequence[FeedbackEvent], *, turn_id: str, person: str) -> None:
        """Keep a person's votes on a turn in place of the earlier ones."""
        earlier = sa.and_(
            feedback_events.c.turn_id == turn_id,
            feedback_events.c.user_id == person,
            feedback_events.c.kind.in_(VOTES),
        )
        with self._writer.begin() as connection:
            connection.execute(feedback_events.delete().where(earlier))
            for event in events:
                _put(connection, event, turn_id)
            raise_revision(connection, REVISION)

    def remove(
        self, *, event_ids: Collection[str] = (), person: str | None = None
    ) -> tuple[FeedbackEvent, ...]:
        """Forget these events and all of this person; return what was forgotten."""
        chosen = sa.or_(
            feedback_events.c.event_id.in_(sorted(event_ids)),
            feedback_events.c.user_id == person if person is not None else sa.false(),
        )
        with self._writer.begin() as connection:
            found = connection.execute(_ordered(sa.select(feedback_events).where(chosen))).all()
            if found:
                connection.execute(feedback_events.delete().where(chosen))
                raise_revision(connection, REVISION)
        return tuple(_event(row) for row in found)

    def events(self) -> tuple[FeedbackEvent, ...]:
        """Return every event, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(_ordered(sa.select(feedback_events))).all()
        return tuple(_event(row) for row in rows)

    def revision(self) -> int:
        """Return a number that changes when the events do."""
        with self._engine.connect() as connection:
            return revision_of(connection, REVISION)

    def n_since(self, person: str, since: datetime) -> int:
        """Return how many events a person gave from a time on."""
        query = (
            sa.select(sa.func.count())
            .select_from(feedback_events)
            .where(feedback_events.c.user_id == person, feedback_events.c.at >= _written(since))
        )
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def vectors(self, encoder: str) -> Mapping[str, npt.NDArray[np.float32]]:
        """Return the kept vectors of questions, of one encoder."""
        query = sa.select(feedback_events.c.question, feedback_events.c.vector).where(
            feedback_events.c.encoder == encoder
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {row.question: np.frombuffer(row.vector, dtype="<f4") for row in rows}

    def keep_vectors(self, vectors: Mapping[str, npt.NDArray[np.float32]], *, encoder: str) -> None:
        """Keep vectors of questions beside their events, so that they are encoded once."""
        with self._writer.begin() as connection:
            for question, vector in sorted(vectors.items()):
                connection.execute(
                    feedback_events.update()
                    .where(feedback_events.c.question == question)
                    .values(encoder=encoder, vector=vector.astype("<f4").tobytes())
                )


def events_of_votes(connection: sa.Connection) -> None:
    """Make events of the votes that an older version kept; theirs are of nobody known."""
    query = (
        sa.select(feedback, turns.c.text, turns.c.outcome, turns.c.body, conversations.c.user_id)
        .join(turns, turns.c.turn_id == feedback.c.turn_id)
        .join(conversations, conversations.c.conversation_id == turns.c.conversation_id)
        .order_by(feedback.c.turn_id)
    )
    for row in connection.execute(query).all():
        outcome = load_outcome(row.outcome, row.body)
        for event in vote_events(
            outcome,
            kind=_kind(row.value),
            question=row.text,
            person=row.user_id,
            at=_time(row.given_at),
        ):
            _put(connection, event, row.turn_id)
    raise_revision(connection, REVISION)


def vote_events(
    outcome: Outcome,
    *,
    kind: FeedbackKind,
    question: str,
    person: str,
    at: datetime,
    is_known: bool = False,
) -> tuple[FeedbackEvent, ...]:
    """Return what a vote on an answer says of the documents that it quotes."""
    return tuple(
        new_event(
            kind=kind,
            question=question,
            document_id=document_id,
            person=person,
            is_known=is_known,
            at=at,
            rank=rank,
        )
        for rank, document_id in enumerate(answer_documents(outcome), start=1)
    )


def new_event(**values: Any) -> FeedbackEvent:
    """Return an event whose id follows from who thought what of which document, and when."""
    told = (values[name] for name in ("person", "question", "document_id", "kind", "at"))
    digest = hashlib.sha256("\x1f".join(str(each) for each in told).encode("utf-8", "replace"))
    return FeedbackEvent(event_id=digest.hexdigest()[:16], **values)


def _put(connection: sa.Connection, event: FeedbackEvent, turn_id: str | None) -> None:
    # A vote replaces the person's opposite one, too.
    kinds = VOTES if event.kind in VOTES else (event.kind,)
    same = sa.and_(
        feedback_events.c.user_id == event.person,
        feedback_events.c.question == event.question,
        feedback_events.c.document_id == event.document_id,
        feedback_events.c.kind.in_(kinds),
    )
    connection.execute(
        feedback_events.delete().where(sa.or_(same, feedback_events.c.event_id == event.event_id))
    )
    connection.execute(
        feedback_events.insert().values(
            event_id=event.event_id,
            at=_written(event.at),
            user_id=event.person,
            is_known=event.is_known,
            kind=event.kind,
            question=event.question,
            document_id=event.document_id,
            rank=event.rank,
            turn_id=turn_id,
        )
    )


def _ordered(query: sa.Select[Any]) -> sa.Select[Any]:
    return query.order_by(feedback_events.c.at, feedback_events.c.event_id)


def _event(row: Any) -> FeedbackEvent:
    return FeedbackEvent(
        event_id=row.event_id,
        at=_time(row.at),
        person=row.user_id,
        is_known=row.is_known,
        kind=_kind(row.kind),
        question=row.question,
        document_id=row.document_id,
        rank=row.rank,
    )


def _kind(text: str) -> FeedbackKind:
    return next(kind for kind in get_args(FeedbackKind) if kind == text)


def _written(at: datetime) -> str:
    """Return a time so that texts sort as times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

"""Everybody's turns, read for counting: what was asked, what came of it, what was said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from assistant.asked import Trouble
from assistant.model import (
    Abstention,
    Answered,
    FeedbackValue,
    HandedOff,
    Outcome,
    answer_documents,
)
from assistant.tables import board_runs as _runs
from assistant.tables import conversations as _conversations
from assistant.tables import feedback as _feedback
from assistant.tables import tickets as _tickets
from assistant.tables import turns as _turns
from assistant.wire import load_outcome

MOST_TURNS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTurn:
    """A turn with whose it is and what its asker thought of it."""

    turn_id: str
    conversation_id: str
    user_id: str
    text: str
    route: str | None
    outcome: Outcome
    asked_at: datetime
    vote: FeedbackValue | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedTicket:
    """Who opened a ticket when."""

    user_id: str
    conversation_id: str | None
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """A helpdesk question that was not answered well, once for each conversation."""

    turn_id: str
    user_id: str
    text: str
    trouble: Trouble
    asked_at: datetime
    documents: tuple[str, ...] = ()
    """What the answer that did not help quoted."""


class SqlTurns:
    """Turns in the database of the conversations; what a board asked by itself is left out."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def since(self, at: datetime) -> tuple[AskedTurn, ...]:
        """Return the turns from a time on, by conversation and place; the newest 20,000."""
        query = (
            sa.select(_turns, _conversations.c.user_id, _feedback.c.value)
            .join(_conversations, _turns.c.conversation_id == _conversations.c.conversation_id)
            .outerjoin(
                _feedback,
                sa.and_(
                    _feedback.c.turn_id == _turns.c.turn_id,
                    _feedback.c.user_id == _conversations.c.user_id,
                ),
            )
            .where(
                _turns.c.asked_at >= at.astimezone(UTC).isoformat(),
                _turns.c.conversation_id.not_in(sa.select(_runs.c.conversation_id)),
            )
            .order_by(_turns.c.asked_at.desc(), _turns.c.turn_id)
            .limit(MOST_TURNS)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        ordered = sorted(rows, key=lambda row: (row.conversation_id, row.ordinal))
        return tuple(_turn(row) for row in ordered)

    def tickets_since(self, at: datetime) -> tuple[OpenedTicket, ...]:
        """Return who opened tickets from a time on, by time."""
        query = (
            sa.select(_tickets.c.user_id, _tickets.c.conversation_id, _tickets.c.opened_at)
            .where(_tickets.c.opened_at >= at.astimezone(UTC).isoformat())
            .order_by(_tickets.c.opened_at, _tickets.c.ticket_number)
        )
        with self._engine.connect() as connection:
            return tuple(
                OpenedTicket(
                    user_id=row.user_id,
                    conversation_id=row.conversation_id,
                    opened_at=_time(row.opened_at),
                )
                for row in connection.execute(query)
            )


def open_questions(turns: Sequence[AskedTurn]) -> tuple[OpenQuestion, ...]:
    """Return the helpdesk questions that stayed open, oldest first.

    Parameters
    ----------
    turns
        By conversation and place.
    """
    found: list[OpenQuestion] = []
    for _, group in groupby(turns, key=lambda turn: turn.conversation_id):
        found += _open_in(tuple(group))
    return tuple(sorted(found, key=lambda item: (item.asked_at, item.turn_id)))


def _open_in(turns: Sequence[AskedTurn]) -> list[OpenQuestion]:
    """Return those of one conversation; a question that is handed over later is one question."""
    held: dict[str, OpenQuestion] = {}
    about = ""
    for turn in turns:
        asked = question_of(turn)
        if turn.route == "helpdesk":
            about = asked
        trouble = trouble_of(turn)
        if trouble is None:
            continue
        text = about if trouble == "handed_over" and turn.route != "helpdesk" else asked
        if not text:
            text = _subject(turn) or asked
        key = " ".join(text.lower().split())
        before = held.get(key)
        held[key] = OpenQuestion(
            turn_id=before.turn_id if before else turn.turn_id,
            user_id=turn.user_id,
            text=text,
            trouble=_worse(trouble, before.trouble) if before else trouble,
            asked_at=before.asked_at if before else turn.asked_at,
            documents=answer_documents(turn.outcome)
            if trouble == "down"
            else (before.documents if before else ()),
        )
    return list(held.values())


def trouble_of(turn: AskedTurn) -> Trouble | None:
    """Return why a turn leaves a helpdesk question open; None when it does not."""
    if isinstance(turn.outcome, HandedOff):
        return "handed_over"
    if turn.route != "helpdesk":
        return None
    if isinstance(turn.outcome, Answered):
        return "down" if turn.vote == "down" else None
    return "abstained" if isinstance(turn.outcome, Abstention) else None


def question_of(turn: AskedTurn) -> str:
    """Return the whole question that a turn is about: "the other one" stands for more."""
    memo = getattr(turn.outcome, "memo", None)
    asked = memo.question if memo is not None and memo.question else turn.text
    return " ".join(asked.split())


def _subject(turn: AskedTurn) -> str:
    handoff = turn.outcome.handoff if isinstance(turn.outcome, HandedOff) else None
    return handoff.subject if handoff is not None else ""


def _worse(one: Trouble, other: Trouble) -> Trouble:
    rank: dict[Trouble, int] = {"handed_over": 0, "down": 1, "abstained": 2}
    return min(one, other, key=lambda item: rank[item])


def _turn(row: Any) -> AskedTurn:
    return AskedTurn(
        turn_id=row.turn_id,
        conversation_id=row.conversation_id,
        user_id=row.user_id,
        text=row.text,
        route=row.route,
        outcome=load_outcome(row.outcome, row.body),
        asked_at=_time(row.asked_at),
        vote=row.value,
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

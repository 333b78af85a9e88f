"""Hand-written fakes of the assistant's ports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from assistant.errors import ConversationNotFoundError, TurnNotFoundError
from assistant.handoff.contract import HandOff
from assistant.model import (
    Answered,
    Asker,
    Conversation,
    DeskTicket,
    FeedbackValue,
    Outcome,
    Route,
    RouteDecision,
    TicketNote,
    Turn,
)

START = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    """A clock that goes on by one second each time it is read."""

    at: datetime = START

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@dataclass
class FakeRouter:
    """Routes by the first word that it knows."""

    words: Mapping[str, Route] = field(default_factory=dict)
    sure: float = 0.9

    def route(self, text: str) -> RouteDecision:
        for word in text.lower().split():
            if word in self.words:
                route = self.words[word]
                return RouteDecision(route=route, probabilities={route: self.sure})
        return RouteDecision(route=None, probabilities={"helpdesk": 0.3, "insights": 0.25})


@dataclass
class EchoSkill:
    """Answers with the question, and remembers what it was asked."""

    name: str
    asked: list[tuple[str, int]] = field(default_factory=list)

    def answer(self, text: str, *, asker: Asker, conversation: Conversation) -> Outcome:
        self.asked.append((text, len(conversation.turns)))
        return Answered(text=f"{self.name}: {text}\nsecond line", confidence=0.8)


@dataclass
class FakeConversationStore:
    """The `ConversationStore` port in memory."""

    saved: dict[str, Conversation] = field(default_factory=dict)
    votes: dict[tuple[str, str], tuple[FeedbackValue, str]] = field(default_factory=dict)

    def conversation(self, conversation_id: str, *, user_id: str) -> Conversation:
        found = self.saved.get(conversation_id)
        if found is None or found.user_id != user_id:
            raise ConversationNotFoundError("no such conversation", hint="start a new one")
        return found

    def turn(self, turn_id: str, *, user_id: str) -> Turn:
        for item in self.saved.values():
            for turn in item.turns:
                if turn.turn_id == turn_id and item.user_id == user_id:
                    return turn
        raise TurnNotFoundError("no such turn", hint="reload")

    def add_turn(self, turn: Turn, *, user_id: str) -> None:
        found = self.saved.get(turn.conversation_id)
        if found is not None and found.user_id != user_id:
            raise ConversationNotFoundError("no such conversation", hint="start a new one")
        earlier = found.turns if found else ()
        self.saved[turn.conversation_id] = Conversation(
            conversation_id=turn.conversation_id,
            user_id=user_id,
            title=found.title if found else turn.text,
            started_at=found.started_at if found else turn.asked_at,
            turns=(*earlier, turn),
        )

    def add_feedback(
        self, turn_id: str, *, user_id: str, value: FeedbackValue, comment: str, at: datetime
    ) -> None:
        owners = {turn.turn_id: item.user_id for item in self.saved.values() for turn in item.turns}
        if owners.get(turn_id) != user_id:
            raise TurnNotFoundError("no such turn", hint="reload")
        self.votes[turn_id, user_id] = (value, comment)

    def feedback(self) -> tuple[tuple[str, str, FeedbackValue, str], ...]:
        texts = {turn.turn_id: turn.text for item in self.saved.values() for turn in item.turns}
        return tuple(
            (turn_id, texts[turn_id], value, comment)
            for (turn_id, _), (value, comment) in sorted(self.votes.items())
        )


@dataclass
class FakeTicketStore:
    """The `TicketStore` port in memory."""

    saved: list[DeskTicket] = field(default_factory=list)

    def open_ticket(
        self,
        *,
        conversation_id: str | None,
        user_id: str,
        transcript: str,
        handoff: HandOff,
        at: datetime,
    ) -> DeskTicket:
        for ticket in self.saved:
            if conversation_id is not None and ticket.conversation_id == conversation_id:
                if ticket.user_id != user_id:
                    raise ConversationNotFoundError("no such conversation", hint="start a new one")
                return ticket
        ticket = DeskTicket(
            ticket_number=1000 + len(self.saved),
            conversation_id=conversation_id,
            user_id=user_id,
            subject=handoff.subject,
            transcript=transcript,
            status="new",
            opened_at=at,
            handoff=handoff,
        )
        self.saved.append(ticket)
        return ticket

    def ticket(self, ticket_number: int, *, user_id: str) -> DeskTicket | None:
        own = [item for item in self.saved if item.user_id == user_id]
        return next((item for item in own if item.ticket_number == ticket_number), None)

    def ticket_of(self, conversation_id: str, *, user_id: str) -> DeskTicket | None:
        own = [item for item in self.saved if item.user_id == user_id]
        return next((item for item in own if item.conversation_id == conversation_id), None)

    def tickets(self, *, user_id: str) -> tuple[DeskTicket, ...]:
        return tuple(item for item in reversed(self.saved) if item.user_id == user_id)

    def all_tickets(self) -> tuple[DeskTicket, ...]:
        return tuple(self.saved)

    def add_note(
        self, ticket_number: int, text: str, *, user_id: str, at: datetime
    ) -> DeskTicket | None:
        found = self.ticket(ticket_number, user_id=user_id)
        if found is None:
            return None
        status = "in_progress" if found.status == "waiting" else found.status
        notes = (*found.notes, TicketNote(text=text, at=at))
        return self._put(replace(found, notes=notes, status=status))

    def set_status(self, ticket_number: int, status: str, *, user_id: str) -> DeskTicket | None:
        found = self.ticket(ticket_number, user_id=user_id)
        return None if found is None else self._put(replace(found, status=status))

    def _put(self, ticket: DeskTicket) -> DeskTicket:
        self.saved = [
            ticket if item.ticket_number == ticket.ticket_number else item for item in self.saved
        ]
        return ticket

"""Walks through conversations and holds every turn to what must always be true."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.errors import (
    ConversationNotFoundError,
    EmptyQuestionError,
    QuestionTooLongError,
)
from assistant.model import Answered, Asker, HandedOff, Turn
from assistant.service import AssistantService
from assistant.wire import dump_outcome, load_outcome, turn_to_json
from tests.integration.assistant.walk.grammar import MAX_CHARS, Move, draw

MAX_TURNS = 14
MAX_BUTTONS = 4
N_TIMES = 3
Span = tuple[str, int, int]


@dataclass
class Talk:
    """One conversation as the walker remembers it."""

    asker: Asker
    conversation_id: str | None = None
    turns: list[Turn] = field(default_factory=list)
    refused: set[Span] = field(default_factory=set)
    tickets: set[int] = field(default_factory=set)
    complaints: list[tuple[str, str]] = field(default_factory=list)
    """Complaint and reply, as long as nothing else is said."""


@dataclass
class Walker:
    """Takes random turns; `problems` says what was not as it must be."""

    build: Callable[[], AssistantService]
    seed: int
    problems: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """Every reply, for comparing two walks."""

    def __post_init__(self) -> None:
        self.service = self.build()
        self.dice = random.Random(self.seed)
        self.n_turns = 0
        self.owner_of: dict[int, str | None] = {}

    def walk(self, n_turns: int) -> None:
        """Hold conversations until so many turns were taken."""
        n_talks = 0
        while self.n_turns < n_turns:
            n_talks += 1
            talk = Talk(asker=Asker(user_id=f"user{n_talks % 7}"))
            for _ in range(self.dice.randint(2, MAX_TURNS)):
                self._step(talk, draw(self.dice))
            self._check_tickets(talk)
        self.service.store.close()

    def _step(self, talk: Talk, move: Move) -> None:
        self.n_turns += 1
        if move.kind == "restart":
            self.service.store.close()
            self.service = self.build()
            return
        if move.kind == "intruder" and talk.conversation_id:
            self._intrude(talk)
            return
        if move.kind == "button":
            move = replace(move, text=self._button(talk))
        turn = self._ask(talk, move)
        if turn is not None:
            self._check(talk, move, turn)
            self._remember(talk, move, turn)

    def _ask(self, talk: Talk, move: Move) -> Turn | None:
        """Ask; the documented errors must come exactly where they are documented."""
        is_empty, is_long = not move.text.strip(), len(move.text) > MAX_CHARS
        try:
            turn = self.service.ask(
                move.text, asker=talk.asker, conversation_id=talk.conversation_id
            )
        except EmptyQuestionError:
            self._hold(is_empty, talk, move, "called empty")
            return None
        except QuestionTooLongError:
            self._hold(is_long, talk, move, "called too long")
            return None
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            self._hold(False, talk, move, f"raised {type(error).__name__}: {error}")
            return None
        self._hold(not is_empty and not is_long, talk, move, "neither empty nor too long")
        talk.conversation_id = turn.conversation_id
        return turn

    def _intrude(self, talk: Talk) -> None:
        """Somebody else asks in this conversation: nobody may."""
        other = Asker(user_id="intruder")
        try:
            self.service.ask("and then?", asker=other, conversation_id=talk.conversation_id)
        except ConversationNotFoundError:
            return
        self.problems.append(f"an intruder was answered in {talk.conversation_id}")

    def _button(self, talk: Talk) -> str:
        body: dict[str, Any] = turn_to_json(talk.turns[-1]) if talk.turns else {}
        offered = [item["text"] for item in [*body.get("choices", []), *body.get("replies", [])]]
        offered += body.get("suggestions", [])
        return self.dice.choice(offered) if offered else "next"

    def _check(self, talk: Talk, move: Move, turn: Turn) -> None:
        outcome = turn.outcome
        body = turn_to_json(turn)
        self.said.append(outcome.text)
        self._hold(bool(outcome.text.strip()), talk, move, "an empty reply")
        self._hold(json.dumps(body).isascii(), talk, move, "no JSON")
        restored = load_outcome(*dump_outcome(outcome))
        self._hold(restored.text == outcome.text, talk, move, "not restored as stored")
        self._hold(len(body["choices"]) <= MAX_BUTTONS, talk, move, "too many buttons")
        stored = self.service.conversation(turn.conversation_id, asker=talk.asker).turns
        self._hold(
            [item.turn_id for item in stored] == [item.turn_id for item in [*talk.turns, turn]],
            *(talk, move, "the conversation as stored is not the one that was held"),
        )
        if isinstance(outcome, Answered):
            again = talk.refused & spans(turn)
            self._hold(not again, talk, move, f"offered again what was refused: {sorted(again)}")
        if isinstance(outcome, HandedOff):
            number = outcome.ticket_number
            owner = self.owner_of.setdefault(number, turn.conversation_id)
            self._hold(
                owner == turn.conversation_id, talk, move, f"ticket {number} is of {owner} already"
            )
            found = self.service.ticket_store.ticket(number, user_id=talk.asker.user_id)
            self._hold(found is not None, talk, move, f"ticket {number} does not exist")

    def _remember(self, talk: Talk, move: Move, turn: Turn) -> None:
        before = talk.turns[-1] if talk.turns else None
        talk.turns.append(turn)
        if isinstance(turn.outcome, HandedOff):
            talk.tickets.add(turn.outcome.ticket_number)
        if move.kind != "failed":
            talk.complaints.clear()
            return
        # A complaint below a quotation is read as a question today; it refuses nothing.
        is_quoting = move.text.startswith(">")
        if before and before.route == "helpdesk" and is_plain_offer(before) and not is_quoting:
            talk.refused |= spans(before)
        talk.complaints.append((move.text.strip().casefold(), turn.outcome.text))
        same = talk.complaints[-N_TIMES:]
        is_loop = len(same) == N_TIMES and len(set(same)) == 1 and not talk.tickets
        self._hold(not is_loop, talk, move, "the same reply to the same complaint, three times")

    def _check_tickets(self, talk: Talk) -> None:
        """Every hand-off has its ticket, with what was said; a conversation has one open ticket."""
        mine = {
            item.ticket_number: item
            for item in self.service.ticket_store.tickets(user_id=talk.asker.user_id)
        }
        for number in talk.tickets:
            if number not in mine:
                self.problems.append(f"ticket {number} is lost")
        for number, ticket in mine.items():
            if number in talk.tickets and not ticket.transcript.strip():
                self.problems.append(f"ticket {number} has no transcript")
        numbers = [item.ticket_number for item in self.service.ticket_store.all_tickets()]
        if len(numbers) != len(set(numbers)):
            self.problems.append("two tickets of one number")
        if set(self.owner_of) - set(numbers):
            self.problems.append(f"lost tickets: {sorted(set(self.owner_of) - set(numbers))}")

    def _hold(self, is_true: bool, talk: Talk, move: Move, problem: str) -> None:
        if not is_true:
            said = " | ".join(turn.text[:60] for turn in talk.turns[-5:])
            self.problems.append(f"{problem}: {said} | {move.kind}: {move.text[:80]!r}")


def spans(turn: Turn) -> set[Span]:
    """Return the spans of the steps that an answer offers; a cause is no step."""
    if not isinstance(turn.outcome, Answered):
        return set()
    memo = turn.outcome.memo
    steps = {(item.document_id, item.heading) for item in memo.offered} if memo else set()
    return {
        (item.document_id, item.start, item.end)
        for item in turn.outcome.citations
        if (item.document_id, item.heading) in steps
    }


def is_plain_offer(turn: Turn) -> bool:
    """Return whether "that did not work" after this turn is about all that it quotes."""
    return isinstance(turn.outcome, Answered) and bool(turn.outcome.citations)

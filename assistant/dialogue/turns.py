"""The use case: a question → its route → the skill that answers → the turn, stored."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from assistant.answering.in_context import is_elliptical
from assistant.answering.issues import cut_in_two
from assistant.dialogue.moves import about_figures, is_remark, read_move
from assistant.dialogue.state import fold
from assistant.dialogue.together import side_by_side, with_article
from assistant.errors import EmptyQuestionError, QuestionTooLongError
from assistant.messages import Messages
from assistant.model import (
    Abstention,
    Answered,
    Asker,
    ChoiceButton,
    Clarification,
    Conversation,
    Event,
    HandedOff,
    Memo,
    Outcome,
    Route,
    RouteDecision,
    Turn,
)
from assistant.ports import Clock, ConversationStore, Router, Skill
from assistant.wire import turn_to_json

MARKS: Mapping[str, Route] = {
    "IT problem:": "helpdesk",
    "Figures:": "insights",
    "Open a ticket:": "desk",
}
"""Words in front of a question that say its route; buttons of the no-route question send them."""

_SURE = 0.75


@runtime_checkable
class Claiming(Protocol):
    """A skill that takes some messages whatever the router thinks of them."""

    def claims(self, text: str, conversation: Conversation) -> bool:
        """Return whether a message is this skill's."""
        ...


_SAID = RouteDecision(route=None, probabilities={})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Understood:
    """A message with its route."""

    route: Route | None
    question: str
    """Without the mark; of a picked button, the button's text."""
    decision: RouteDecision
    meant: str = ""
    """The button's text, when the message only pointed at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """Takes turns. Holds no state between them besides the store."""

    router: Router
    skills: Mapping[Route, Skill]
    store: ConversationStore
    clock: Clock
    messages: Messages
    max_question_chars: int
    in_own_language: Callable[[str], str | None] = lambda _text: None
    """Says that Deskwise does not speak the language of a message, in it; None for English."""
    new_id: Callable[[], str] = lambda: uuid.uuid4().hex

    def take_turn(self, text: str, *, asker: Asker, conversation_id: str | None = None) -> Turn:
        """Answer one question and store the turn.

        Raises
        ------
        EmptyQuestionError
            When the text has nothing but white space.
        QuestionTooLongError
            When it is longer than the setting allows. Nothing is stored.
        ConversationNotFoundError
            When the conversation is not the asker's.
        """
        self._check(text)
        conversation = self._conversation(conversation_id, asker)
        started = time.perf_counter()
        understood = self._understand(text, conversation)
        routed = time.perf_counter()
        outcome = self._outcome(understood, asker, conversation)
        return self._store(text, understood.route, outcome, conversation, asker, (started, routed))

    def stream(
        self, text: str, *, asker: Asker, conversation_id: str | None = None
    ) -> Iterator[Event]:
        """Answer one question as events; the last one, `done`, carries the whole turn.

        The question is checked before the first event, so that errors reach the caller as
        exceptions and not in the middle of a stream.
        """
        self._check(text)
        conversation = self._conversation(conversation_id, asker)
        return self._events(text, asker, conversation)

    def _events(self, text: str, asker: Asker, conversation: Conversation) -> Iterator[Event]:
        started = time.perf_counter()
        understood = self._understand(text, conversation)
        route = understood.route
        routed = time.perf_counter()
        yield Event(
            kind="route",
            data={"route": route, "conversation_id": conversation.conversation_id},
        )
        outcome = self._outcome(understood, asker, conversation)
        turn = self._store(text, route, outcome, conversation, asker, (started, routed))
        body = turn_to_json(turn)
        for piece in _pieces(outcome.text):
            yield Event(kind="text", data={"text": piece})
        for citation in body["citations"]:
            yield Event(kind="citation", data=citation)
        if body["finding"] is not None:
            yield Event(kind="finding", data=body["finding"])
        if body["choices"]:
            yield Event(kind="choices", data={"choices": body["choices"]})
        yield Event(kind="done", data=body)

    def _check(self, text: str) -> None:
        if not text.strip():
            raise EmptyQuestionError("The question is empty.", hint="Type a question.")
        if len(text) > self.max_question_chars:
            raise QuestionTooLongError(
                f"The question has {len(text):,} characters; at most "
                f"{self.max_question_chars:,} are read.",
                hint="Shorten it to what matters: what you do, what you see, the error text.",
            )

    def _conversation(self, conversation_id: str | None, asker: Asker) -> Conversation:
        if conversation_id is not None:
            return self.store.conversation(conversation_id, user_id=asker.user_id)
        return Conversation(
            conversation_id=self.new_id(),
            user_id=asker.user_id,
            title="",
            started_at=self.clock.now(),
        )

    def _understand(self, text: str, conversation: Conversation) -> _Understood:
        """Return the route and the question without its mark.

        A reply to a question with buttons means the button's text, clicked or typed.
        """
        state = fold(conversation.turns)
        move = read_move(text, state)
        if move.kind == "pick" and state.choices:
            asked = self._marked(state.choices[move.number].text)
            route = asked.route or conversation.turns[-1].route
            return replace(asked, route=route, meant=state.choices[move.number].text)
        marked = self._marked(text)
        if marked.route is not None:
            return marked
        if self._desk_claims(text, conversation):
            return _Understood(route="desk", question=text, decision=_SAID)
        if move.kind != "question":
            return _Understood(route="helpdesk", question=text, decision=_SAID)
        if state.ticket_number is not None and not state.has_offer and is_remark(text):
            added = self.messages.say("desk.button_add", number=state.ticket_number, text=text)
            return _Understood(route="desk", question=added, decision=_SAID)
        figures = about_figures(text) if state.route == "insights" else None
        if figures is not None:
            said = "" if figures == text else figures
            return _Understood(route="insights", question=figures, decision=_SAID, meant=said)
        decision = self.router.route(text)
        route = follow_up_route(text, decision, conversation)
        if route == "smalltalk" and decision.also:
            # A greeting or thanks beside a question needs no reply of its own.
            route = decision.also[0]
        return _Understood(route=route, question=text, decision=decision)

    def _desk_claims(self, text: str, conversation: Conversation) -> bool:
        """Return whether a message is the desk's whatever else it may look like."""
        desk: object = self.skills.get("desk")
        return isinstance(desk, Claiming) and desk.claims(text, conversation)

    def _marked(self, text: str) -> _Understood:
        """Return what the mark in front of a question says; no route where there is none."""
        for mark, route in MARKS.items():
            if text.strip().lower().startswith(mark.lower()):
                # The desk reads its own mark: it is the wish for a ticket.
                bare = text.strip()[len(mark) :].strip() or text
                return _Understood(
                    route=route,
                    question=text if route == "desk" else bare,
                    decision=RouteDecision(route=route, probabilities={route: 1.0}),
                )
        return _Understood(route=None, question=text, decision=_SAID)

    def _outcome(
        self, understood: _Understood, asker: Asker, conversation: Conversation
    ) -> Outcome:
        outcome = self._served(understood, asker, conversation)
        if not understood.meant:
            return outcome
        memo = outcome.memo or Memo(act="reply")
        return replace(outcome, memo=replace(memo, meant=understood.meant))

    def _served(self, understood: _Understood, asker: Asker, conversation: Conversation) -> Outcome:
        """Answer a message, and what else it wants besides."""
        routes = {understood.route, *understood.decision.also}
        if understood.meant or len(routes) < 2:
            return self._said(understood, asker, conversation)
        if routes >= {"desk", "helpdesk"}:
            return self._handed_with_article(understood, asker, conversation)
        both = None
        if routes >= {"insights", "helpdesk"}:
            both = self._both(understood, asker, conversation)
        return both or self._said(understood, asker, conversation)

    def _handed_with_article(
        self, understood: _Understood, asker: Asker, conversation: Conversation
    ) -> Outcome:
        """Open the ticket that is asked for, and show what an article says meanwhile."""
        outcome = self._said(replace(understood, route="desk"), asker, conversation)
        if not isinstance(outcome, HandedOff) or outcome.citations:
            return outcome
        found = self._said(replace(understood, route="helpdesk"), asker, conversation)
        if not isinstance(found, Answered) or not found.citations:
            return outcome
        return with_article(
            outcome,
            found,
            lead=self.messages.say("dialogue.meanwhile"),
            closing=self.messages.say("helpdesk.if_not_solved"),
        )

    def _both(
        self, understood: _Understood, asker: Asker, conversation: Conversation
    ) -> Answered | None:
        """Answer an IT problem and a question about figures in one message; None where not both."""
        for cut in cut_in_two(understood.question):
            parts = [
                replace(understood, route=self.router.route(part).route, question=part)
                for part in (cut.first, cut.second)
            ]
            if {part.route for part in parts} == {"insights", "helpdesk"}:
                one, other = (self._said(part, asker, conversation) for part in parts)
                if isinstance(one, Answered) and isinstance(other, Answered):
                    return side_by_side(one, other)
        return None

    def _said(self, understood: _Understood, asker: Asker, conversation: Conversation) -> Outcome:
        route, decision = understood.route, understood.decision
        if route is None:
            return self._ask_for_route(understood.question, decision)
        if route == "out_of_scope":
            return Abstention(
                text=self.in_own_language(understood.question)
                or self.messages.say("routing.out_of_scope"),
                reason="out_of_scope",
                confidence=decision.probabilities.get("out_of_scope", 0.0),
                offers_ticket=False,
            )
        return self.skills[route].answer(
            understood.question, asker=asker, conversation=conversation
        )

    def _ask_for_route(self, question: str, decision: RouteDecision) -> Clarification:
        marks = {route: mark for mark, route in MARKS.items()}
        likely = sorted(marks, key=lambda route: (-decision.probabilities.get(route, 0.0), route))
        return Clarification(
            text=self.messages.say("routing.no_route"),
            choices=tuple(
                ChoiceButton(
                    label=self.messages.say(f"routing.as_{route}"),
                    text=f"{marks[route]} {question}",
                )
                for route in likely
            ),
            confidence=max(decision.probabilities.values(), default=0.0),
        )

    def _store(
        self,
        text: str,
        route: Route | None,
        outcome: Outcome,
        conversation: Conversation,
        asker: Asker,
        marks_s: tuple[float, float],
    ) -> Turn:
        started, routed = marks_s
        now = time.perf_counter()
        turn = Turn(
            turn_id=self.new_id(),
            conversation_id=conversation.conversation_id,
            text=text,
            route=route,
            outcome=outcome,
            asked_at=self.clock.now(),
            timings_ms={
                "route": (routed - started) * 1000,
                "answer": (now - routed) * 1000,
                "total": (now - started) * 1000,
            },
        )
        self.store.add_turn(turn, user_id=asker.user_id)
        return turn


def follow_up_route(text: str, decision: RouteDecision, conversation: Conversation) -> Route | None:
    """Return the router's choice, or the last turn's route when the text leans on that turn."""
    last = next((turn.route for turn in reversed(conversation.turns) if turn.route), None)
    if last not in ("helpdesk", "insights") or not is_elliptical(text):
        return decision.route
    strongest = max(decision.probabilities.values(), default=0.0)
    if decision.route in ("desk", "smalltalk", "insights", "helpdesk") and strongest >= _SURE:
        return decision.route
    return last


def _pieces(text: str) -> Iterator[str]:
    """Cut a text into lines, each with its line end, so that a stream shows whole steps."""
    yield from text.splitlines(keepends=True)

"""A hand-written assistant: the `Assistant` port in memory, with an answer of every kind."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from analytics.model import Finding
from assistant.asked import Gaps, Usage
from assistant.boards import Boards
from assistant.errors import (
    ConversationNotFoundError,
    DocumentNotFoundError,
    EmptyQuestionError,
    FindingNotFoundError,
    QuestionTooLongError,
    TicketNotFoundError,
    TurnNotFoundError,
)
from assistant.handoff.contract import HandOff, PredictedField, Said, ShownArticle, TriedMethod
from assistant.model import (
    Abstention,
    Answered,
    ArticleView,
    Asker,
    Check,
    ChoiceButton,
    Clarification,
    Conversation,
    DeskTicket,
    Event,
    FeedbackValue,
    HandedOff,
    Outcome,
    Route,
    TicketNote,
    Turn,
)
from assistant.operations import Operations
from assistant.suggestions import Predicted, SimilarTicket, Suggestions
from assistant.wire import turn_to_json
from knowledge_base.feedback import FeedbackKind
from knowledge_base.model import Document
from tests.integration.web import fake_content as content

NOBODY = Asker()
START = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)
SUGGESTIONS = Suggestions(
    ticket_id=None,
    n_history=3,
    similar=(
        SimilarTicket(
            ticket_id="LF-1001",
            subject="VPN says LV-1102",
            status="closed",
            opened_at=START,
            resolved_at=START,
            age_days=4,
            relevance=0.7,
        ),
    ),
    triage={"team": Predicted(value="Network", confidence=0.8, method="neighbours", n_examples=3)},
)
HANDOFF = HandOff(
    reason="asked",
    subject="VPN drops",
    transcript=(Said(role="requester", text="vpn drops", at=START),),
    tried=(TriedMethod(document_id="a", title="VPN", heading="Steps", step=2, quote="2. Go."),),
    evidence=(ShownArticle(document_id="a", title="VPN", url="/articles/a", is_quoted=True),),
    predicted={"team": PredictedField(value="Network", confidence=0.8, method="neighbours")},
    facets={"os": "macos"},
)
EXAMPLES = (
    "How do I connect to the VPN?",
    "Show revenue by month",
    "Which category brings the most revenue?",
    "What is the churn rate?",
    "List the customers",
    "Why does the coffee machine beep?",
)
ANSWER = (
    "1. Open **Software Shelf** from the Start menu.\n"
    "2. Search for `vpn` and select **Install**.\n"
    "   - It takes four minutes.\n"
    "4. Select **Connect** and type the number on your phone.\n\n"
    "From “Connect to the VPN”, updated 12 May 2026. See [the installation](install.md).\n"
)
HOSTILE = (
    'Text with <img src="https://evil.example/x.png" onerror="alert(1)"> and '
    "![picture](https://evil.example/y.png), [a trap](javascript:alert(1)), "
    "[a page](https://intranet.example/help) and Donaudampfschifffahrtsgesellschaftskapitäns"
    "mützenabzeichenherstellerverbandsvorsitzender.\n\n"
    "> Quoted.\n\n```\n<script>1</script>\n```\n\n"
    + "A long paragraph that goes on about the same thing. "
    * 40
)


class SecretError(Exception):
    """An exception nobody expected, with a text that must not get out."""


def answer_of(text: str) -> tuple[Route, Outcome]:
    """Return what the fake says; the words of the question decide."""
    asked = text.lower()
    findings = {
        "revenue by month": content.line_finding,
        "hour and weekday": content.heat_finding,
        "share of the channels": content.stacked_finding,
        "by source": content.ranked_finding,
        "category": content.bar_finding,
        "churn rate": content.number_finding,
        "customers": content.table_finding,
    }
    for words, make in findings.items():
        if words in asked:
            finding = make()
            return "insights", Answered(
                text=finding.text,
                confidence=0.9,
                finding=finding,
                suggestions=("And by region?", "Which category brings the most revenue?"),
            )
    if "active" in asked:
        return "insights", Clarification(
            text="Which customers are active: those with that status, or those who ordered?",
            choices=(
                ChoiceButton(label="With the status: 8,114", text="Show customers by status"),
                ChoiceButton(label="Who ordered: 3,020", text="Show customers who ordered"),
            ),
        )
    if "coffee" in asked:
        return "helpdesk", Abstention(
            text="I found nothing that answers this.",
            reason="nothing_near",
            nearest=(content.vpn_citation(), content.old_citation()),
            suggestions=("How do I connect to the VPN?",),
        )
    if "ticket" in asked:
        return "desk", HandedOff(text="I opened ticket 1042.", ticket_number=1042, handoff=HANDOFF)
    if "long" in asked:
        return "helpdesk", Answered(
            text=HOSTILE, confidence=0.7, citations=(content.old_citation(),)
        )
    return "helpdesk", Answered(
        text=ANSWER,
        confidence=0.93,
        citations=(
            content.vpn_citation("1. Open **Software Shelf** from the Start menu."),
            content.vpn_citation(),
        ),
        suggestions=("What is the full tunnel for?",),
    )


@dataclass
class FakeAssistant:
    """Answers from `answer_of`; "break" raises, "break later" raises inside a stream."""

    delay_s: float = 0.0
    ready: bool = True
    saved: dict[str, Conversation] = field(default_factory=dict)
    votes: list[tuple[str, str, FeedbackValue, str]] = field(default_factory=list)
    events: list[tuple[str, str, str, str | None, str | None]] = field(default_factory=list)
    opened: dict[str | None, DeskTicket] = field(default_factory=dict)
    failure: Exception | None = None
    boards: Boards | None = None
    operations: Operations | None = None
    gaps: Gaps | None = None
    usage: Usage | None = None
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def ask(self, text: str, *, asker: Asker, conversation_id: str | None = None) -> Turn:
        if self.failure is not None:
            raise self.failure
        if not text.strip():
            raise EmptyQuestionError("The question is empty.", hint="Type a question.")
        if len(text) > 4000:
            raise QuestionTooLongError("The question is too long.", hint="Shorten it.")
        if "break" in text.lower():
            raise SecretError("password=hunter2 in /srv/secret.py")
        number = next(self.ids)
        at = START + timedelta(minutes=number)
        conversation = Conversation(
            conversation_id=f"c{number}", user_id=asker.user_id, title=text, started_at=at
        )
        if conversation_id is not None:
            conversation = self.conversation(conversation_id, asker=asker)
        route, outcome = answer_of(text)
        turn = Turn(
            turn_id=f"t{number}",
            conversation_id=conversation.conversation_id,
            text=text,
            route=route,
            outcome=outcome,
            asked_at=at,
            timings_ms={"total": 12.5},
        )
        self.saved[turn.conversation_id] = replace(conversation, turns=(*conversation.turns, turn))
        return turn

    def stream(
        self, text: str, *, asker: Asker, conversation_id: str | None = None
    ) -> Iterator[Event]:
        breaks_later = "break later" in text.lower()
        turn = self.ask(
            text.replace("break", "") if breaks_later else text,
            asker=asker,
            conversation_id=conversation_id,
        )
        body = turn_to_json(turn)
        yield Event(
            kind="route", data={"route": turn.route, "conversation_id": turn.conversation_id}
        )
        for piece in turn.outcome.text.splitlines(keepends=True):
            time.sleep(self.delay_s)
            yield Event(kind="text", data={"text": piece})
            if breaks_later:
                raise SecretError("password=hunter2 in /srv/secret.py")
        for citation in body["citations"]:
            yield Event(kind="citation", data=citation)
        if body["finding"] is not None:
            yield Event(kind="finding", data=body["finding"])
        if body["choices"]:
            yield Event(kind="choices", data={"choices": body["choices"]})
        yield Event(kind="done", data=body)

    def conversations(self, asker: Asker, *, limit: int = 50) -> tuple[Conversation, ...]:
        own = [item for item in self.saved.values() if item.user_id == asker.user_id]
        newest = sorted(own, key=lambda item: item.started_at, reverse=True)
        return tuple(replace(item, turns=()) for item in newest[:limit])

    def conversation(self, conversation_id: str, *, asker: Asker) -> Conversation:
        found = self.saved.get(conversation_id)
        if found is None or found.user_id != asker.user_id:
            raise ConversationNotFoundError("There is no such conversation.", hint="Start one.")
        return found

    def finding(self, turn_id: str, *, asker: Asker) -> Finding:
        own = [item for item in self.saved.values() if item.user_id == asker.user_id]
        turns = {turn.turn_id: turn.outcome for item in own for turn in item.turns}
        if turn_id not in turns:
            raise TurnNotFoundError("There is no such answer.", hint="Reload.")
        found = getattr(turns[turn_id], "finding", None)
        if found is None:
            raise FindingNotFoundError("That answer has no figures.", hint="Choose another.")
        return found

    def add_feedback(
        self, turn_id: str, *, asker: Asker, value: FeedbackValue, comment: str = ""
    ) -> None:
        self._own_turn(turn_id, asker)
        self.votes.append((turn_id, asker.user_id, value, comment))

    def _own_turn(self, turn_id: str, asker: Asker) -> None:
        own = [item for item in self.saved.values() if item.user_id == asker.user_id]
        if turn_id not in {turn.turn_id for item in own for turn in item.turns}:
            raise TurnNotFoundError("There is no such answer.", hint="Reload.")

    def add_feedback_event(
        self,
        kind: FeedbackKind,
        document_id: str,
        *,
        asker: Asker,
        turn_id: str | None = None,
        question: str | None = None,
    ) -> None:
        if turn_id is not None:
            self._own_turn(turn_id, asker)
        self.events.append((kind, document_id, asker.user_id, turn_id, question))

    def open_ticket(self, *, asker: Asker, conversation_id: str | None, subject: str) -> DeskTicket:
        if conversation_id is not None:
            self.conversation(conversation_id, asker=asker)
        if conversation_id not in self.opened:
            self.opened[conversation_id] = DeskTicket(
                ticket_number=1042 + len(self.opened),
                conversation_id=conversation_id,
                user_id=asker.user_id,
                subject=subject,
                transcript="…",
                status="new",
                opened_at=START,
                handoff=HANDOFF,
            )
        return self.opened[conversation_id]

    def _own(self, ticket_number: int, asker: Asker) -> DeskTicket:
        for ticket in self.tickets_of(asker):
            if ticket.ticket_number == ticket_number:
                return ticket
        raise TicketNotFoundError(f"There is no ticket {ticket_number} of yours.", hint="Look.")

    def tickets_of(self, asker: Asker) -> tuple[DeskTicket, ...]:
        own = [item for item in self.opened.values() if item.user_id == asker.user_id]
        return tuple(reversed(own))

    def tickets(self, asker: Asker) -> tuple[DeskTicket, ...]:
        return self.tickets_of(asker)

    def ticket(self, ticket_number: int, *, asker: Asker) -> DeskTicket:
        return self._own(ticket_number, asker)

    def add_note(self, ticket_number: int, text: str, *, asker: Asker) -> DeskTicket:
        ticket = self._own(ticket_number, asker)
        noted = replace(ticket, notes=(*ticket.notes, TicketNote(text=text, at=START)))
        self.opened[ticket.conversation_id] = noted
        return noted

    def cancel_ticket(self, ticket_number: int, *, asker: Asker) -> DeskTicket:
        closed = replace(self._own(ticket_number, asker), status="cancelled")
        self.opened[closed.conversation_id] = closed
        return closed

    def suggest_for_ticket(self, ticket_id: str, *, asker: Asker) -> Suggestions:
        if ticket_id != "LF-1102":
            raise TicketNotFoundError(
                f"There is no ticket {ticket_id!r} for you.", hint="Check it."
            )
        return replace(SUGGESTIONS, ticket_id=ticket_id)

    def complete_question(self, prefix: str, *, asker: Asker) -> tuple[str, ...]:
        return tuple(text for text in EXAMPLES if text.lower().startswith(prefix.lower()))

    def suggest_for_text(self, text: str, *, asker: Asker, subject: str = "") -> Suggestions:
        if not f"{subject}{text}".strip():
            raise EmptyQuestionError("There is no text to go by.", hint="Type what it is about.")
        return SUGGESTIONS

    def article(self, document_id: str, *, asker: Asker) -> ArticleView:
        found = content.articles().get(document_id)
        if found is None:
            raise DocumentNotFoundError("There is no such article.", hint="Look in the list.")
        return found

    def articles(
        self, asker: Asker, *, query: str = "", limit: int = 50, offset: int = 0
    ) -> tuple[Document, ...]:
        documents = [view.document for view in content.articles().values()]
        named = [item for item in documents if query.lower() in item.title.lower()]
        return tuple(named[offset : offset + limit])

    def examples(self, asker: Asker = NOBODY) -> tuple[str, ...]:
        return EXAMPLES

    def checks(self) -> tuple[Check, ...]:
        return (
            Check(name="store", ready=True, detail="2 conversations"),
            Check(name="index", ready=self.ready, detail="run deskwise ingest"),
        )

    def warm_up(self) -> None:
        return None

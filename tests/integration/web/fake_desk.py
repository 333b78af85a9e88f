"""The fake assistant with a real desk behind it: tickets in a database, suggestions made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from assistant.desk.agents import TicketDesk
from assistant.desk.drafts import DraftDesk
from assistant.draft_store import SqlDraftStore
from assistant.errors import NothingToDraftError, TicketNotFoundError
from assistant.handoff.contract import (
    HandOff,
    HandOffReason,
    PredictedField,
    Said,
    ShownArticle,
    TriedMethod,
)
from assistant.model import Asker, DeskTicket
from assistant.store import open_engine
from assistant.suggestions import (
    Consensus,
    Draft,
    FixCluster,
    FoundArticle,
    Predicted,
    ProbableDuplicate,
    RankedSource,
    SimilarTicket,
    Suggestions,
    TicketQuote,
)
from assistant.ticket_store import SqlTicketStore
from assistant.work import Agent, ArticleSkeleton
from assistant.work_store import SqlWorkStore
from knowledge_base.feedback import FeedbackKind
from knowledge_base.model import Message, Ticket
from tests.integration.web.fake_assistant import START, FakeAssistant
from tests.unit.assistant.fakes import FakeClock

SUBJECTS = (
    "LarkVPN drops every few minutes",
    "Badge does not open the bicycle cellar",
    "Spreadsheet freezes on save",
    "Two monitors stay black after the dock was changed",
    "Cannot book the large meeting room on Thursdays",
)
TEAMS = ("Network", "Workplace", "Applications", "Service Desk")
PRIORITIES = ("medium", "low", "high", "urgent")
QUOTE = TicketQuote(
    ticket_id="LF-1001",
    message_index=1,
    start=0,
    end=44,
    quote="Choose 5 GHz in the Wi-Fi menu, then restart.",
)
STEP = TicketQuote(
    ticket_id="LF-1001",
    message_index=1,
    start=45,
    end=86,
    quote="Sign in to LarkVPN again with your number.",
)
ARTICLE = FoundArticle(
    document_id="articles/vpn/connect.md",
    title="Connect to the VPN",
    url="/articles/articles/vpn/connect.md",
    start=0,
    end=48,
    quote="1. Open **Software Shelf** from the Start menu.",
    relevance=0.61,
)


def past_tickets(n_tickets: int = 40) -> list[Ticket]:
    """Return tickets of another system; each third is still open, one is private."""
    made = []
    for number in range(n_tickets):
        at = START - timedelta(hours=3 * number + 5)
        is_open = number % 3 == 0
        made.append(
            Ticket(
                ticket_id=f"LF-{1001 + number}",
                opened_at=at,
                resolved_at=None if is_open else at + timedelta(hours=2),
                subject=f"{SUBJECTS[number % len(SUBJECTS)]} ({number})",
                category=("network", "access", "software")[number % 3],
                priority=PRIORITIES[number % 4],
                team=TEAMS[number % 4],
                status="open" if is_open else "closed",
                messages=(
                    Message(at=at, role="requester", text=f"It began today, case {number}."),
                    Message(at=at + timedelta(hours=1), role="agent", text="Which room is it?"),
                ),
                private=number == 3,
                acl=("directors",) if number == 6 else ("agents",),
            )
        )
    return made


def suggestions(ticket_id: str | None) -> Suggestions:
    """Return one suggestion of each kind."""
    similar = SimilarTicket(
        ticket_id="LF-1001",
        subject="VPN drops in the kitchen",
        status="closed",
        opened_at=START - timedelta(days=40),
        resolved_at=START - timedelta(days=39),
        age_days=40,
        relevance=0.82,
        is_confirmed=True,
        fixed_by="agent",
        quotes=(QUOTE, STEP),
    )
    cluster = FixCluster(
        name=QUOTE,
        relevance=0.82,
        n_tickets=7,
        n_confirmed=5,
        n_contradicted=0,
        newest_at=START - timedelta(days=3),
        oldest_at=START - timedelta(days=200),
        ticket_ids=("LF-1001",),
    )
    return Suggestions(
        ticket_id=ticket_id,
        n_history=31,
        consensus=Consensus(
            text="7 of 9 similar solved tickets were fixed like this: “Choose 5 GHz in the Wi-Fi "
            "menu, then restart.”",
            n_tickets=7,
            n_similar=9,
            confidence=0.88,
            cluster=cluster,
        ),
        clusters=(cluster,),
        similar=(similar, replace(similar, ticket_id="LF-1004", relevance=0.34, quotes=())),
        articles=(ARTICLE,),
        ranked=(
            RankedSource(kind="ticket", source_id="LF-1001", relevance=0.82),
            RankedSource(kind="article", source_id=ARTICLE.document_id, relevance=0.61),
            RankedSource(kind="ticket", source_id="LF-1004", relevance=0.34),
        ),
        triage={
            "category": Predicted(
                value="network", confidence=0.91, method="classifier", n_examples=30
            ),
            "priority": Predicted(
                value="medium", confidence=0.55, method="neighbours", n_examples=30
            ),
            "team": Predicted(value="Network", confidence=0.87, method="classifier", n_examples=30),
        },
        duplicates=(
            ProbableDuplicate(
                ticket_id="LF-1007",
                subject="LarkVPN drops",
                status="open",
                opened_at=START,
                confidence=0.71,
            ),
        ),
        draft=Draft(
            text="Hello,\n\nThis helped others with the same problem:\n\n"
            f"- {QUOTE.quote}\n\n- {STEP.quote}\n\n"
            "If this does not help, reply here with what you see, and we go on.",
            ticket_quotes=(QUOTE, STEP),
        ),
    )


def handoff(subject: str, reason: HandOffReason = "methods_failed") -> HandOff:
    """Return a hand-off with a failing step, an article and what was found out."""
    team = "People" if reason == "policy:harassment" else "Network"
    return HandOff(
        reason=reason,
        subject=subject,
        transcript=(
            Said(role="requester", text=subject, at=START),
            Said(role="assistant", text="1. Open **Wi-Fi**.\n2. Select **5 GHz**.", at=START),
            Said(role="requester", text="step 2 does not work", at=START + timedelta(minutes=2)),
        ),
        tried=(
            TriedMethod(
                document_id="articles/vpn/connect.md",
                title="Connect to the VPN",
                heading="Switch to the other band",
                step=2,
                quote="2. Select **5 GHz**.",
            ),
        ),
        evidence=(
            ShownArticle(
                document_id="articles/vpn/connect.md",
                title="Connect to the VPN",
                url="/articles/articles/vpn/connect.md",
                is_quoted=True,
            ),
        ),
        predicted={"team": PredictedField(value=team, confidence=0.8, method="neighbours")},
        facets={"os": "windows", "connection": "home"},
    )


@dataclass
class FakeSuggestions:
    """Suggests the same for every ticket but T-less ones."""

    failing: bool = False
    nothing: bool = False

    def for_ticket(self, ticket_id: str, *, asker: Asker) -> Suggestions:
        if self.failing:
            raise RuntimeError("password=hunter2")
        if self.nothing:
            return Suggestions(ticket_id=ticket_id, n_history=0)
        return suggestions(ticket_id)

    def article(self, ticket_id: str, *, asker: Asker) -> ArticleSkeleton:
        if ticket_id == "LF-1001":
            raise NothingToDraftError("It is not solved.", hint="Choose a solved one.")
        if ticket_id == "LF-1004":
            raise TicketNotFoundError("There is no such ticket for you.", hint="Look.")
        return ArticleSkeleton(
            ticket_id=ticket_id,
            title="VPN drops: in the kitchen",
            symptoms=("It drops.",),
            causes=(),
            steps=(QUOTE.quote,),
            acl=("directors",) if ticket_id == "LF-1008" else ("agents", "user:ann"),
            markdown=f'---\ntitle: "VPN drops: in the kitchen"\nacl: []\n---\n\n1. {QUOTE.quote}\n',
        )


@dataclass
class FakePeople:
    """Everybody is called by the first letters of their id."""

    known: tuple[Agent, ...] = (Agent(agent_id="u-mara", name="Mara"),)

    def agents(self) -> tuple[Agent, ...]:
        return self.known

    def names(self, user_ids: Sequence[str]) -> Mapping[str, str]:
        names = {item.agent_id: item.name for item in self.known}
        return {item: names[item] for item in user_ids if item in names}


@dataclass
class DeskAssistant(FakeAssistant):
    """The fake assistant whose tickets are real."""

    engine: sa.Engine | None = None
    past: list[Ticket] = field(default_factory=past_tickets)
    suggested: FakeSuggestions = field(default_factory=FakeSuggestions)
    decisions: list[tuple[FeedbackKind, str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        assert self.engine is not None
        self.store = SqlTicketStore(self.engine)
        self.clock = FakeClock(at=START + timedelta(hours=1))
        self.agent_desk = TicketDesk(
            store=SqlWorkStore(self.engine),
            past=lambda: self.past,
            state=lambda: str(len(self.past)),
            suggestions=self.suggested,  # type: ignore[arg-type]
            keep_decision=self._keep,
            clock=self.clock,
            people=FakePeople(),
        )

        self.article_drafts = DraftDesk(
            store=SqlDraftStore(self.engine),
            suggestions=self.suggested,  # type: ignore[arg-type]
            clock=self.clock,
            people=FakePeople(),
        )

    def _keep(
        self,
        kind: FeedbackKind,
        document_id: str,
        *,
        asker: Asker,
        question: str,
        shown: Sequence[str],
    ) -> None:
        self.decisions.append((kind, document_id, asker.user_id, question))

    def open_ticket(
        self,
        *,
        asker: Asker,
        conversation_id: str | None,
        subject: str,
        reason: HandOffReason = "methods_failed",
    ) -> DeskTicket:
        return self.store.open_ticket(
            conversation_id=conversation_id,
            user_id=asker.user_id,
            transcript=f"Requester: {subject}",
            handoff=handoff(subject, reason),
            at=self.clock.now(),
        )

    def tickets(self, asker: Asker) -> tuple[DeskTicket, ...]:
        return self.store.tickets(user_id=asker.user_id)

    def ticket(self, ticket_number: int, *, asker: Asker) -> DeskTicket:
        return _found(self.store.ticket(ticket_number, user_id=asker.user_id))

    def add_note(self, ticket_number: int, text: str, *, asker: Asker) -> DeskTicket:
        at = self.clock.now()
        return _found(self.store.add_note(ticket_number, text, user_id=asker.user_id, at=at))

    def cancel_ticket(self, ticket_number: int, *, asker: Asker) -> DeskTicket:
        return _found(self.store.set_status(ticket_number, "cancelled", user_id=asker.user_id))

    def suggest_for_ticket(self, ticket_id: str, *, asker: Asker) -> Suggestions:
        self.agent_desk.ticket(ticket_id, asker=asker)
        return self.suggested.for_ticket(ticket_id, asker=asker)


def desk_assistant(path: Path, **given: object) -> DeskAssistant:
    """Return a fake assistant with a desk in a database file."""
    return DeskAssistant(engine=open_engine(path), **given)  # type: ignore[arg-type]


def _found(ticket: DeskTicket | None) -> DeskTicket:
    if ticket is None:
        raise TicketNotFoundError("There is no such ticket of yours.", hint="Look in your list.")
    return ticket

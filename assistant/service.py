"""The product as one object: what the page, the API and the command line call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from analytics.model import Finding
from analytics.ports import Insights
from assistant.asked import Gaps, Usage
from assistant.boards import Boards
from assistant.desk.agents import TicketDesk
from assistant.desk.drafts import DraftDesk
from assistant.desk.service import SuggestionDesk
from assistant.dialogue import Dialogue
from assistant.errors import DocumentNotFoundError, FindingNotFoundError, TicketNotFoundError
from assistant.feedback import FeedbackDesk
from assistant.model import (
    Answered,
    ArticleView,
    Asker,
    Check,
    Conversation,
    DeskTicket,
    Event,
    FeedbackValue,
    Turn,
)
from assistant.operations import Operations
from assistant.ports import Articles, Clock
from assistant.skills.desk import DeskSkill
from assistant.skills.smalltalk import Capabilities
from assistant.store import SqlConversationStore
from assistant.suggestions import Suggestions
from assistant.ticket_store import SqlTicketStore
from knowledge_base.errors import IndexMissingError
from knowledge_base.feedback import FeedbackKind
from knowledge_base.model import Document

N_EXAMPLES = 6
NOBODY = Asker()
"""No account and no limits: the operator's own command line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantService:
    """The `Assistant` port over the parts that bootstrap put together."""

    dialogue: Dialogue
    store: SqlConversationStore
    ticket_store: SqlTicketStore
    desk: DeskSkill
    feedback: FeedbackDesk
    suggestions: SuggestionDesk
    agent_desk: TicketDesk
    article_drafts: DraftDesk
    boards: Boards
    operations: Operations
    gaps: Gaps
    usage: Usage
    clock: Clock
    articles_in: Articles
    insights: Insights | None
    helpdesk_examples: Callable[[], tuple[str, ...]]
    run_checks: Callable[[], tuple[Check, ...]]
    load: tuple[Callable[[], object], ...] = field(default=())
    """What `warm_up` calls."""

    def ask(self, text: str, *, asker: Asker, conversation_id: str | None = None) -> Turn:
        """Answer one turn and store it."""
        return self.dialogue.take_turn(text, asker=asker, conversation_id=conversation_id)

    def stream(
        self, text: str, *, asker: Asker, conversation_id: str | None = None
    ) -> Iterator[Event]:
        """Answer one turn as events; `done` is last."""
        return self.dialogue.stream(text, asker=asker, conversation_id=conversation_id)

    def conversations(self, asker: Asker, *, limit: int = 50) -> tuple[Conversation, ...]:
        """Return the asker's conversations without their turns, newest first."""
        return self.store.conversations(user_id=asker.user_id, limit=limit)

    def conversation(self, conversation_id: str, *, asker: Asker) -> Conversation:
        """Return one conversation of the asker with its turns."""
        return self.store.conversation(conversation_id, user_id=asker.user_id)

    def finding(self, turn_id: str, *, asker: Asker) -> Finding:
        """Return the figures of one turn of the asker."""
        outcome = self.store.turn(turn_id, user_id=asker.user_id).outcome
        found = outcome.finding if isinstance(outcome, Answered) else None
        if found is None:
            raise FindingNotFoundError(
                f"The turn {turn_id!r} has no figures.", hint="Choose an answer with a table."
            )
        return found

    def add_feedback(
        self, turn_id: str, *, asker: Asker, value: FeedbackValue, comment: str = ""
    ) -> None:
        """Store what the asker thought of a turn."""
        self.store.add_feedback(
            turn_id, user_id=asker.user_id, value=value, comment=comment, at=self.clock.now()
        )
        self.feedback.vote(turn_id, asker=asker, value=value)

    def add_feedback_event(
        self,
        kind: FeedbackKind,
        document_id: str,
        *,
        asker: Asker,
        turn_id: str | None = None,
        question: str | None = None,
    ) -> None:
        """Store what the asker did with a document: opened it, accepted it as a suggestion."""
        self.feedback.add(kind, document_id, asker=asker, turn_id=turn_id, question=question)

    def open_ticket(self, *, asker: Asker, conversation_id: str | None, subject: str) -> DeskTicket:
        """Open a ticket with the transcript of a conversation; opening twice gives the first."""
        if conversation_id is None:
            alone = Conversation(
                conversation_id="",
                user_id=asker.user_id,
                title=subject,
                started_at=self.clock.now(),
            )
            return self.desk.open(asker=asker, conversation=alone, subject=subject, last=subject)
        conversation = self.store.conversation(conversation_id, user_id=asker.user_id)
        about = subject or (conversation.turns[0].text if conversation.turns else "")
        return self.desk.open(asker=asker, conversation=conversation, subject=about)

    def tickets(self, asker: Asker) -> tuple[DeskTicket, ...]:
        """Return the asker's tickets, newest first."""
        return self.ticket_store.tickets(user_id=asker.user_id)

    def ticket(self, ticket_number: int, *, asker: Asker) -> DeskTicket:
        """Return one ticket of the asker."""
        found = self.ticket_store.ticket(ticket_number, user_id=asker.user_id)
        return _own_ticket(found, ticket_number)

    def add_note(self, ticket_number: int, text: str, *, asker: Asker) -> DeskTicket:
        """Add to a ticket of the asker and return it."""
        noted = self.ticket_store.add_note(
            ticket_number, text, user_id=asker.user_id, at=self.clock.now()
        )
        return _own_ticket(noted, ticket_number)

    def cancel_ticket(self, ticket_number: int, *, asker: Asker) -> DeskTicket:
        """Close a ticket of the asker that needs nobody any more, and return it."""
        closed = self.ticket_store.set_status(ticket_number, "cancelled", user_id=asker.user_id)
        return _own_ticket(closed, ticket_number)

    def suggest_for_ticket(self, ticket_id: str, *, asker: Asker) -> Suggestions:
        """Return what may help an agent with a ticket."""
        return self.suggestions.for_ticket(ticket_id, asker=asker)

    def complete_question(self, prefix: str, *, asker: Asker) -> tuple[str, ...]:
        """Return questions of managers that begin like a text; none without a warehouse."""
        insights = self._insights_for(asker)
        if insights is None:
            return ()
        return insights.suggest(prefix, groups=tuple(asker.groups))

    def suggest_for_text(self, text: str, *, asker: Asker, subject: str = "") -> Suggestions:
        """Return what may help with a problem while somebody types it."""
        return self.suggestions.for_text(text, asker=asker, subject=subject)

    def article(self, document_id: str, *, asker: Asker) -> ArticleView:
        """Return an article that the asker may read."""
        view = self.articles_in.article(document_id, groups=frozenset(asker.groups))
        if view is None:
            raise DocumentNotFoundError(
                f"There is no article {document_id!r} for you.",
                hint="It may have been removed, or be kept for other groups.",
            )
        return view

    def articles(
        self, asker: Asker, *, query: str = "", limit: int = 50, offset: int = 0
    ) -> tuple[Document, ...]:
        """Return articles that the asker may read, by title."""
        return self.articles_in.articles(
            groups=frozenset(asker.groups), query=query, limit=limit, offset=offset
        )

    def capabilities(self, asker: Asker) -> Capabilities:
        """Return what is really there for an asker."""
        try:
            has_articles = bool(self.articles(asker, limit=1))
        except IndexMissingError:
            # Nothing has been ingested yet: the checks say so, and a greeting is answered.
            has_articles = False
        insights = self._insights_for(asker)
        return Capabilities(
            has_articles=has_articles,
            helpdesk_examples=self.helpdesk_examples() if has_articles else (),
            insights_examples=insights.examples(groups=tuple(asker.groups))
            if insights is not None
            else (),
        )

    def examples(self, asker: Asker = NOBODY) -> tuple[str, ...]:
        """Return six questions that this installation answers somebody, kinds taking turns."""
        helpdesk = self.helpdesk_examples()
        there = self._insights_for(asker)
        insights = there.examples(groups=tuple(asker.groups)) if there is not None else ()
        mixed: list[str] = []
        for index in range(N_EXAMPLES):
            for kind in (helpdesk, insights):
                if index < len(kind):
                    mixed.append(kind[index])
        return tuple(mixed[:N_EXAMPLES])

    def _insights_for(self, asker: Asker) -> Insights | None:
        return self.insights if asker.may("insights.ask") else None

    def checks(self) -> tuple[Check, ...]:
        """Return what is ready."""
        return self.run_checks()

    def warm_up(self) -> None:
        """Load what the first question would otherwise wait for."""
        for part in self.load:
            part()


def _own_ticket(found: DeskTicket | None, ticket_number: int) -> DeskTicket:
    if found is None:
        raise TicketNotFoundError(
            f"There is no ticket {ticket_number} of yours.",
            hint="Look in the list of your tickets.",
        )
    return found

"""The product as one object: what the page, the API and the command line call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from analytics.ports import Insights
from assistant.desk.service import SuggestionDesk
from assistant.dialogue import Dialogue
from assistant.errors import DocumentNotFoundError
from assistant.feedback import FeedbackDesk
from assistant.model import (
    ArticleView,
    Asker,
    Check,
    Conversation,
    DeskTicket,
    Event,
    FeedbackValue,
    Turn,
)
from assistant.ports import Articles, Clock
from assistant.skills.desk import DeskSkill
from assistant.store import SqlConversationStore
from assistant.suggestions import Suggestions
from knowledge_base.feedback import FeedbackKind
from knowledge_base.model import Document

N_EXAMPLES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantService:
    """The `Assistant` port over the parts that bootstrap put together."""

    dialogue: Dialogue
    store: SqlConversationStore
    desk: DeskSkill
    feedback: FeedbackDesk
    suggestions: SuggestionDesk
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
            return self.store.open_ticket(
                conversation_id=None,
                user_id=asker.user_id,
                subject=subject,
                transcript=subject,
                at=self.clock.now(),
            )
        conversation = self.store.conversation(conversation_id, user_id=asker.user_id)
        about = subject or (conversation.turns[0].text if conversation.turns else "")
        return self.desk.open(asker=asker, conversation=conversation, subject=about)

    def suggest_for_ticket(self, ticket_id: str, *, asker: Asker) -> Suggestions:
        """Return what may help an agent with a ticket."""
        return self.suggestions.for_ticket(ticket_id, asker=asker)

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

    def examples(self) -> tuple[str, ...]:
        """Return six questions that this installation can answer, kinds taking turns."""
        helpdesk = self.helpdesk_examples()
        insights = self.insights.examples() if self.insights is not None else ()
        mixed: list[str] = []
        for index in range(N_EXAMPLES):
            for kind in (helpdesk, insights):
                if index < len(kind):
                    mixed.append(kind[index])
        return tuple(mixed[:N_EXAMPLES])

    def checks(self) -> tuple[Check, ...]:
        """Return what is ready."""
        return self.run_checks()

    def warm_up(self) -> None:
        """Load what the first question would otherwise wait for."""
        for part in self.load:
            part()

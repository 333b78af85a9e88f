"""What the conversation needs from outside, as protocols."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt

from analytics.model import Finding
from assistant.asked import Gaps, Usage
from assistant.boards import Boards
from assistant.handoff.contract import HandOff
from assistant.model import (
    ArticleView,
    Asker,
    Check,
    Conversation,
    DeskTicket,
    EntryStatus,
    Event,
    FeedbackValue,
    Outcome,
    RouteDecision,
    Turn,
    VocabularyEntry,
)
from assistant.operations import Operations
from assistant.suggestions import Suggestions
from assistant.work_ports import AgentDesk, ArticleDrafts
from knowledge_base.acronyms import Candidate
from knowledge_base.feedback import FeedbackEvent, FeedbackKind
from knowledge_base.model import Document


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Return the present as aware UTC."""
        ...


class Router(Protocol):
    """Text → route."""

    def route(self, text: str) -> RouteDecision:
        """Decide; the same text gives the same decision."""
        ...


class Skill(Protocol):
    """What answers the questions of one route."""

    def answer(self, text: str, *, asker: Asker, conversation: Conversation) -> Outcome:
        """Return one of the four outcomes. `conversation` holds the turns before this one."""
        ...


class Articles(Protocol):
    """The articles as people read them."""

    def article(self, document_id: str, *, groups: frozenset[str]) -> ArticleView | None:
        """Return an article that these groups may read, else None."""
        ...

    def articles(
        self, *, groups: frozenset[str], query: str, limit: int, offset: int
    ) -> tuple[Document, ...]:
        """Return articles that these groups may read, by title."""
        ...


class ConversationStore(Protocol):
    """Conversations and feedback, kept durably."""

    def conversation(self, conversation_id: str, *, user_id: str) -> Conversation:
        """Return a conversation of this user.

        Raises
        ------
        ConversationNotFoundError
            When there is none, or it is somebody else's.
        """
        ...

    def turn(self, turn_id: str, *, user_id: str) -> Turn:
        """Return one turn of this user.

        Raises
        ------
        TurnNotFoundError
            When there is none, or it is somebody else's.
        """
        ...

    def add_turn(self, turn: Turn, *, user_id: str) -> None:
        """Append a turn; its conversation is made when it is the first."""
        ...

    def add_feedback(
        self, turn_id: str, *, user_id: str, value: FeedbackValue, comment: str, at: datetime
    ) -> None:
        """Store what the user thought of a turn; a second vote replaces the first."""
        ...


class TicketStore(Protocol):
    """The desk's tickets, kept durably. What is somebody else's is as absent as what never was."""

    def open_ticket(
        self,
        *,
        conversation_id: str | None,
        user_id: str,
        transcript: str,
        handoff: HandOff,
        at: datetime,
    ) -> DeskTicket:
        """Open a ticket; the same conversation's first ticket is returned instead of a second.

        Raises
        ------
        ConversationNotFoundError
            When the conversation's ticket is somebody else's.
        """
        ...

    def ticket(self, ticket_number: int, *, user_id: str) -> DeskTicket | None:
        """Return a ticket of this user, or None."""
        ...

    def ticket_of(self, conversation_id: str, *, user_id: str) -> DeskTicket | None:
        """Return the ticket of a conversation of this user, or None."""
        ...

    def tickets(self, *, user_id: str) -> tuple[DeskTicket, ...]:
        """Return this user's tickets, newest first."""
        ...

    def add_note(
        self, ticket_number: int, text: str, *, user_id: str, at: datetime
    ) -> DeskTicket | None:
        """Add to a ticket of this user and return it; None when there is none of theirs."""
        ...

    def set_status(self, ticket_number: int, status: str, *, user_id: str) -> DeskTicket | None:
        """Change how a ticket of this user stands and return it; None when there is none."""
        ...


class FeedbackStore(Protocol):
    """What people did with documents, kept durably."""

    def add(self, events: Sequence[FeedbackEvent], *, turn_id: str | None = None) -> None:
        """Keep events; one of the same person, question, document and kind is replaced."""
        ...

    def replace_votes(self, events: Sequence[FeedbackEvent], *, turn_id: str, person: str) -> None:
        """Keep a person's votes on a turn in place of the earlier ones."""
        ...

    def remove(
        self, *, event_ids: Collection[str] = (), person: str | None = None
    ) -> tuple[FeedbackEvent, ...]:
        """Forget these events and all of this person; return what was forgotten."""
        ...

    def events(self) -> tuple[FeedbackEvent, ...]:
        """Return every event, oldest first."""
        ...

    def revision(self) -> int:
        """Return a number that changes when the events do."""
        ...

    def n_since(self, person: str, since: datetime) -> int:
        """Return how many events a person gave from a time on."""
        ...

    def vectors(self, encoder: str) -> Mapping[str, npt.NDArray[np.float32]]:
        """Return the kept vectors of questions, of one encoder."""
        ...

    def keep_vectors(self, vectors: Mapping[str, npt.NDArray[np.float32]], *, encoder: str) -> None:
        """Keep vectors of questions beside their events."""
        ...


class VocabularyStore(Protocol):
    """What short forms may stand for, and what the operator said of it, kept durably."""

    def entries(self) -> tuple[VocabularyEntry, ...]:
        """Return every entry."""
        ...

    def revision(self) -> int:
        """Return a number that changes when an entry does."""
        ...

    def propose(self, candidates: Sequence[Candidate], *, at: datetime) -> None:
        """Put these in place of the earlier proposals; what was decided stays decided."""
        ...

    def decide(self, short: str, meaning: str, *, status: EntryStatus, at: datetime) -> None:
        """Keep a decision about a short form and a meaning, proposed before or not."""
        ...

    def remove(self, short: str, meaning: str) -> bool:
        """Forget an entry; return whether there was one."""
        ...


class Assistant(Protocol):
    """What the page, the API and the command line ask of the product."""

    @property
    def agent_desk(self) -> AgentDesk:
        """Return what agents work with."""
        ...

    @property
    def article_drafts(self) -> ArticleDrafts:
        """Return articles in the making."""
        ...

    @property
    def boards(self) -> Boards:
        """Return what people pinned, and the saved questions."""
        ...

    @property
    def operations(self) -> Operations:
        """Return what operators do."""
        ...

    @property
    def gaps(self) -> Gaps:
        """Return the knowledge-gap board."""
        ...

    @property
    def usage(self) -> Usage:
        """Return how the program is used."""
        ...

    def ask(self, text: str, *, asker: Asker, conversation_id: str | None = None) -> Turn:
        """Answer one turn and store it.

        Raises
        ------
        EmptyQuestionError, QuestionTooLongError, ConversationNotFoundError
        """
        ...

    def stream(
        self, text: str, *, asker: Asker, conversation_id: str | None = None
    ) -> Iterator[Event]:
        """Answer one turn as events: route, then text, citation, finding, choices; done is last."""
        ...

    def conversations(self, asker: Asker, *, limit: int = 50) -> tuple[Conversation, ...]:
        """Return the asker's conversations without their turns, newest first."""
        ...

    def conversation(self, conversation_id: str, *, asker: Asker) -> Conversation:
        """Return one conversation of the asker with its turns."""
        ...

    def finding(self, turn_id: str, *, asker: Asker) -> Finding:
        """Return the figures of one turn of the asker.

        Raises
        ------
        TurnNotFoundError
            When there is none, or it is somebody else's.
        FindingNotFoundError
            When the turn has no figures.
        """
        ...

    def add_feedback(
        self, turn_id: str, *, asker: Asker, value: FeedbackValue, comment: str = ""
    ) -> None:
        """Store what the asker thought of a turn."""
        ...

    def add_feedback_event(
        self,
        kind: FeedbackKind,
        document_id: str,
        *,
        asker: Asker,
        turn_id: str | None = None,
        question: str | None = None,
    ) -> None:
        """Store what the asker did with a document: opened it, accepted it as a suggestion.

        Exactly one of `turn_id` (a turn of theirs that showed it) and `question` (what it was
        suggested for) says what it was shown for.

        Raises
        ------
        TurnNotFoundError, DocumentNotFoundError, FeedbackLimitError, FeedbackNotShownError
        """
        ...

    def open_ticket(self, *, asker: Asker, conversation_id: str | None, subject: str) -> DeskTicket:
        """Open a ticket with the transcript of a conversation; opening twice gives the first."""
        ...

    def tickets(self, asker: Asker) -> tuple[DeskTicket, ...]:
        """Return the asker's tickets, newest first."""
        ...

    def ticket(self, ticket_number: int, *, asker: Asker) -> DeskTicket:
        """Return one ticket of the asker.

        Raises
        ------
        TicketNotFoundError
            When there is none, or it is somebody else's: the two are not told apart.
        """
        ...

    def add_note(self, ticket_number: int, text: str, *, asker: Asker) -> DeskTicket:
        """Add to a ticket of the asker and return it.

        Raises
        ------
        TicketNotFoundError
        """
        ...

    def cancel_ticket(self, ticket_number: int, *, asker: Asker) -> DeskTicket:
        """Close a ticket of the asker that needs nobody any more, and return it.

        Raises
        ------
        TicketNotFoundError
        """
        ...

    def suggest_for_ticket(self, ticket_id: str, *, asker: Asker) -> Suggestions:
        """Return what may help an agent with a ticket.

        Raises
        ------
        TicketNotFoundError
            When there is none, or the asker may not see it: the two are not told apart.
        """
        ...

    def complete_question(self, prefix: str, *, asker: Asker) -> tuple[str, ...]:
        """Return up to eight questions of managers that begin like a text, for this asker."""
        ...

    def suggest_for_text(self, text: str, *, asker: Asker, subject: str = "") -> Suggestions:
        """Return what may help with a problem while somebody types it.

        Raises
        ------
        EmptyQuestionError, QuestionTooLongError
        """
        ...

    def article(self, document_id: str, *, asker: Asker) -> ArticleView:
        """Return an article that the asker may read.

        Raises
        ------
        DocumentNotFoundError
            When there is none, or the asker may not see it: the two are not told apart.
        """
        ...

    def articles(
        self, asker: Asker, *, query: str = "", limit: int = 50, offset: int = 0
    ) -> tuple[Document, ...]:
        """Return articles that the asker may read, by title; `query` filters by words in titles."""
        ...

    def examples(self, asker: Asker = ...) -> tuple[str, ...]:
        """Return six questions that this installation answers somebody; anybody by default."""
        ...

    def checks(self) -> tuple[Check, ...]:
        """Return what is ready: store, index, warehouse, router."""
        ...

    def warm_up(self) -> None:
        """Load what the first question would otherwise wait for."""
        ...

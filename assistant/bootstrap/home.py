"""Clock, messages, databases: what a home directory has whatever it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import sqlalchemy as sa

from analytics.describe.wording import use_templates
from analytics.questions.book import QuestionBook
from assistant.accounts.audit import SqlAuditLog
from assistant.accounts.model import SessionLimits
from assistant.accounts.passwords import Passwords
from assistant.accounts.service import Accounts
from assistant.accounts.store import SqlAccountStore
from assistant.accounts.throttle import AttemptLimits, Throttle
from assistant.boards.service import PinBoard
from assistant.boards.store import SqlBoardStore
from assistant.clock import SystemClock
from assistant.config import Settings
from assistant.draft_store import SqlDraftStore
from assistant.feedback_store import SqlFeedbackStore
from assistant.messages import Messages, load_messages
from assistant.store import SqlConversationStore, open_engine
from assistant.ticket_store import SqlTicketStore
from assistant.vocabulary_store import SqlVocabularyStore
from assistant.work_store import SqlWorkStore


@dataclass
class HomeParts:
    """What the other parts stand on."""

    settings: Settings

    def __post_init__(self) -> None:
        use_templates(self.settings.answer_templates_dir)

    @cached_property
    def clock(self) -> SystemClock:
        """The time."""
        return SystemClock()

    @cached_property
    def messages(self) -> Messages:
        """The product's sentences."""
        return load_messages()

    @cached_property
    def database(self) -> sa.Engine:
        """The database of conversations."""
        return open_engine(self.settings.database_path)

    @cached_property
    def store(self) -> SqlConversationStore:
        """Conversations, votes and tickets."""
        return SqlConversationStore(self.database)

    @cached_property
    def tickets(self) -> SqlTicketStore:
        """The desk's tickets."""
        return SqlTicketStore(self.database)

    @cached_property
    def work(self) -> SqlWorkStore:
        """Everybody's tickets, for agents."""
        return SqlWorkStore(self.database)

    @cached_property
    def drafts(self) -> SqlDraftStore:
        """Articles in the making."""
        return SqlDraftStore(self.database)

    @cached_property
    def feedback_store(self) -> SqlFeedbackStore:
        """What people did with documents."""
        return SqlFeedbackStore(self.database)

    @cached_property
    def vocabulary_store(self) -> SqlVocabularyStore:
        """What short forms may stand for."""
        return SqlVocabularyStore(self.database)

    @cached_property
    def questions(self) -> QuestionBook:
        """Verified and saved questions."""
        return QuestionBook(self.settings.questions_path)

    @cached_property
    def boards(self) -> PinBoard:
        """What managers pinned."""
        return PinBoard(store=SqlBoardStore(self.database), book=self.questions, now=self.clock.now)

    @cached_property
    def accounts(self) -> Accounts:
        """Users, sessions, tokens and the record of them."""
        store = SqlAccountStore(self.database)
        return Accounts(
            store=store,
            audit=SqlAuditLog(self.database),
            clock=self.clock,
            passwords=Passwords(),
            throttle=Throttle(store, AttemptLimits()),
            limits=SessionLimits(
                idle=timedelta(minutes=self.settings.session_idle_minutes),
                absolute=timedelta(hours=self.settings.session_hours),
            ),
        )

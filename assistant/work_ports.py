"""What the agents' desk needs from outside, and what it offers, as protocols."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from assistant.model import Asker, DeskTicket, WorkEvent
from assistant.suggestions import SourceKind
from assistant.work import (
    Agent,
    AgentStatus,
    ArticleDraft,
    ArticleSkeleton,
    Decision,
    DraftStatus,
    QueuePage,
    QueueQuery,
    TicketView,
)


class People(Protocol):
    """Who is who."""

    def agents(self) -> tuple[Agent, ...]:
        """Return who may be given a ticket, by name."""
        ...

    def names(self, user_ids: Collection[str]) -> Mapping[str, str]:
        """Return the names of those that are known."""
        ...


class WorkStore(Protocol):
    """Everybody's tickets of the product's own desk, for agents."""

    def revision(self) -> int:
        """Return a number that changes when any ticket does."""
        ...

    def tickets(self) -> tuple[DeskTicket, ...]:
        """Return everybody's tickets, oldest first."""
        ...

    def ticket(self, ticket_number: int) -> DeskTicket | None:
        """Return a ticket, or None."""
        ...

    def change(
        self,
        ticket_number: int,
        *,
        version: int,
        values: Mapping[str, str | None],
        events: Sequence[WorkEvent],
    ) -> DeskTicket:
        """Set columns and append what was done, if the ticket still has this version.

        Raises
        ------
        TicketNotFoundError
        TicketChangedError
            When it was changed since.
        """
        ...


class AgentDesk(Protocol):
    """What agents do: find tickets, read them, answer, hand on.

    Every method raises `TicketNotFoundError` for a ticket that is not there or that the asker may
    not see, and every change `TicketChangedError` when somebody was quicker, and
    `TicketElsewhereError` for a ticket that another system keeps.
    """

    def queue(self, query: QueueQuery, *, asker: Asker) -> QueuePage:
        """Return a page of the tickets that the asker may see.

        Raises
        ------
        QueueCursorError
        """
        ...

    def ticket(self, ticket_id: str, *, asker: Asker) -> TicketView:
        """Return a ticket with its thread."""
        ...

    def agents(self) -> tuple[Agent, ...]:
        """Return who may be given a ticket."""
        ...

    def reply(
        self,
        ticket_id: str,
        text: str,
        *,
        asker: Asker,
        version: int,
        is_internal: bool = False,
        status: AgentStatus | None = None,
    ) -> TicketView:
        """Write to the requester, or a note that only agents read; set a status with it."""
        ...

    def set_status(
        self, ticket_id: str, status: AgentStatus, *, asker: Asker, version: int
    ) -> TicketView:
        """Say how a ticket stands."""
        ...

    def assign(
        self, ticket_id: str, agent_id: str | None, *, asker: Asker, version: int
    ) -> TicketView:
        """Give a ticket to somebody, or back to nobody.

        Raises
        ------
        AgentNotFoundError
        """
        ...

    def set_fields(
        self, ticket_id: str, values: Mapping[str, str], *, asker: Asker, version: int
    ) -> TicketView:
        """Set category, priority or team."""
        ...

    def decide(
        self,
        ticket_id: str,
        kind: SourceKind,
        source_id: str,
        decision: Decision,
        *,
        asker: Asker,
    ) -> None:
        """Keep what the asker did with a suggestion: it counts in later ones.

        Raises
        ------
        FeedbackNotShownError, FeedbackLimitError
        """
        ...


class DraftStore(Protocol):
    """Drafts of articles, kept durably."""

    def add(self, draft: ArticleDraft) -> None:
        """Keep a draft; one of the same ticket that nobody has reviewed is replaced."""
        ...

    def drafts(self) -> tuple[ArticleDraft, ...]:
        """Return every draft, newest first."""
        ...

    def review(
        self, draft_id: str, status: DraftStatus, *, by: Agent, at: datetime
    ) -> ArticleDraft | None:
        """Keep what was decided about a draft; None when there is none."""
        ...


class ArticleDrafts(Protocol):
    """Articles in the making, from solved tickets.

    Every method raises `TicketNotFoundError` or `DraftNotFoundError` for what is not there or what
    the asker may not see.
    """

    def skeleton(self, ticket_id: str, *, asker: Asker) -> ArticleSkeleton:
        """Return what a solved ticket tells of an article.

        Raises
        ------
        NothingToDraftError
        """
        ...

    def submit(self, ticket_id: str, title: str, markdown: str, *, asker: Asker) -> ArticleDraft:
        """Put a draft on the list for review."""
        ...

    def drafts(self, *, asker: Asker) -> tuple[ArticleDraft, ...]:
        """Return the drafts that the asker may read, newest first."""
        ...

    def draft(self, draft_id: str, *, asker: Asker) -> ArticleDraft:
        """Return a draft."""
        ...

    def review(self, draft_id: str, status: DraftStatus, *, asker: Asker) -> ArticleDraft:
        """Say what becomes of a draft."""
        ...

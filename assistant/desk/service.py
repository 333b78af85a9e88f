"""Suggestions over what is there now: past tickets, the desk's own tickets, the articles."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from assistant.desk.anchors import ArticleSpace, Encode
from assistant.desk.article_draft import draft_article
from assistant.desk.articles import ArticleSearch
from assistant.desk.fitted import Fitted
from assistant.desk.history import TicketHistory, problem_of
from assistant.desk.quoting import Quoter
from assistant.desk.suggest import Occasion, Suggester
from assistant.errors import (
    EmptyQuestionError,
    NothingToDraftError,
    QuestionTooLongError,
    TicketNotFoundError,
)
from assistant.handoff.contract import PredictedField
from assistant.messages import Messages
from assistant.model import Asker, DeskTicket
from assistant.ports import Clock
from assistant.suggestions import Problem, Suggestions
from assistant.work import ArticleSkeleton
from knowledge_base.index.access import may_read
from knowledge_base.model import EVERYONE, Document, Message, Passage, Ticket

AGENTS = "agents"
MAX_TEXT_CHARS = 20_000
_MAX_SUBJECT_CHARS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSources:
    """Where tickets and articles come from."""

    state: Callable[[], str]
    """Changes whenever what was ingested changes."""
    tickets: Callable[[], Iterable[Ticket]]
    """Past tickets as ingested."""
    own_tickets: Callable[[], Sequence[DeskTicket]]
    """Tickets opened in the product's own desk."""
    contents: Callable[[], Iterable[tuple[Document, Sequence[Passage]]]]
    """Articles with their passages."""


@dataclass(slots=True, kw_only=True)
class SuggestionDesk:
    """Answers agents; the past is read when it is first asked for and again when it changed."""

    sources: DeskSources
    encode_past: Encode
    """Through the vector cache: the past stays the same."""
    encode: Encode
    """Without it: what people type is not kept."""
    fitted: Fitted
    messages: Messages
    search: ArticleSearch
    clock: Clock
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _state: tuple[str, tuple[tuple[int, str], ...]] | None = None
    """What was ingested, and of each own ticket what of it counts."""
    _suggester: Suggester | None = None

    def for_ticket(self, ticket_id: str, *, asker: Asker) -> Suggestions:
        """Return suggestions for a past ticket, or one of the desk's own by its number.

        Raises
        ------
        TicketNotFoundError
            When there is none, or the asker may not read it: the two are not told apart.
        """
        suggester = self._current()
        row = suggester.history.row_of(ticket_id)
        if row is None:
            raise _not_found(ticket_id)
        ticket = suggester.history.rows[row].ticket
        is_own = f"user:{asker.user_id}" in ticket.acl
        if not (is_own or may_read(ticket.acl, asker.groups)):
            raise _not_found(ticket_id)
        return suggester.suggest(problem_of(ticket), self._occasion(asker))

    def for_text(self, text: str, *, asker: Asker, subject: str = "") -> Suggestions:
        """Return suggestions for what somebody types.

        Raises
        ------
        EmptyQuestionError, QuestionTooLongError
        """
        if not f"{subject}{text}".strip():
            raise EmptyQuestionError(
                "There is no text to go by.", hint="Type what the ticket is about."
            )
        if len(text) + len(subject) > MAX_TEXT_CHARS:
            raise QuestionTooLongError(
                f"The text has {len(text) + len(subject):,} characters; "
                f"at most {MAX_TEXT_CHARS:,} are read.",
                hint="Shorten it to what is wrong.",
            )
        return self._current().suggest(read_problem(text, subject), self._occasion(asker))

    def triage(self, text: str) -> dict[str, PredictedField]:
        """Return category, priority and team as past tickets predict them for a problem's text.

        They are for whoever gets the ticket, so all past tickets count that agents may read. Empty
        without past tickets, and for an empty text.
        """
        if not text.strip() or next(iter(self.sources.tickets()), None) is None:
            return {}
        occasion = Occasion(groups=(EVERYONE, AGENTS), at=self.clock.now())
        found = self._current().triage(read_problem(text[:MAX_TEXT_CHARS]), occasion)
        return {
            name: PredictedField(value=item.value, confidence=item.confidence, method=item.method)
            for name, item in sorted(found.items())
            if item.value
        }

    def article(self, ticket_id: str, *, asker: Asker) -> ArticleSkeleton:
        """Return what a solved ticket tells of an article.

        Raises
        ------
        TicketNotFoundError
            When there is none, it is private, or the asker may not read it.
        NothingToDraftError
            When no fix is found in it that may be repeated.
        """
        history = self._current().history
        row = history.row_of(ticket_id)
        if row is None or not may_read(history.rows[row].ticket.acl, asker.groups):
            raise _not_found(ticket_id)
        now = self.clock.now()
        view = history.view(asker.groups, now)
        found = None
        if history.solved_s[row] <= now.timestamp():
            found = draft_article(history, row, Quoter(history, view), self.messages)
        if found is None:
            raise NothingToDraftError(
                f"Ticket {ticket_id} tells nothing that an article could be made of.",
                hint="It takes a solved ticket with what fixed it, in words that may be repeated.",
            )
        return found

    def warm_up(self) -> None:
        """Read and encode the past, so that the first agent does not wait for it."""
        self._current()

    def _occasion(self, asker: Asker) -> Occasion:
        return Occasion(groups=asker.groups, at=self.clock.now())

    def _current(self) -> Suggester:
        own = self.sources.own_tickets()
        state = (self.sources.state(), tuple(_counted(item) for item in own))
        held = self._suggester
        if held is not None and self._state == state:
            return held
        with self._lock:
            if self._suggester is not None and self._state == state:
                return self._suggester
            tickets = [*self.sources.tickets(), *(as_ticket(item) for item in own)]
            space = ArticleSpace.of(self.sources.contents(), self.encode_past)
            self._suggester = Suggester(
                history=TicketHistory(tickets, self.encode_past, space),
                encode=self.encode,
                fitted=self.fitted,
                messages=self.messages,
                search=self.search,
            )
            self._state = state
            return self._suggester


def read_problem(text: str, subject: str = "") -> Problem:
    """Return typed text as a problem: without a subject, a short first line is it."""
    text, subject = text.strip(), " ".join(subject.split())
    if subject:
        return Problem(subject=subject, text=text)
    first, _, rest = text.partition("\n")
    if rest.strip() and len(first) <= _MAX_SUBJECT_CHARS:
        return Problem(subject=first.strip(), text=rest.strip())
    return Problem(subject="", text=text)


def as_ticket(own: DeskTicket) -> Ticket:
    """Return a ticket of the product's own desk as a ticket: for its requester and for agents.

    Once it is closed it is part of the past like any other: what agents wrote to the requester,
    and what the requester wrote back, is its thread.
    """
    opening = Message(at=own.opened_at, role="requester", text=said_by_requester(own))
    later = [Message(at=item.at, role="requester", text=item.text) for item in own.notes]
    later += [Message(at=item.at, role="agent", text=item.text) for item in own.replies]
    return Ticket(
        ticket_id=str(own.ticket_number),
        opened_at=own.opened_at,
        resolved_at=None if own.is_open else own.changed_at,
        subject=own.subject,
        category=_field(own, "category"),
        priority=_field(own, "priority"),
        team=_field(own, "team"),
        status=own.status,
        messages=(opening, *sorted(later, key=lambda item: item.at)),
        private=own.is_private,
        acl=(AGENTS, f"user:{own.user_id}"),
    )


def _field(own: DeskTicket, name: str) -> str:
    """Return a field as an agent or the policy set it: what was only predicted teaches nothing."""
    given: str = getattr(own.work, name)
    predicted = own.handoff.predicted.get(name) if own.handoff is not None else None
    if not given and predicted is not None and predicted.method == "policy":
        return predicted.value
    return given


def _counted(own: DeskTicket) -> tuple[int, str]:
    """Return what must change before the past is read again: not each word of an open ticket."""
    return own.ticket_number, "open" if own.is_open else str(own.work.version)


def said_by_requester(own: DeskTicket) -> str:
    """Return what the requester wrote in the transcript, without what the product answered."""
    turns = own.transcript.split("\n\nRequester: ")
    first = turns[0].removeprefix("Requester: ")
    said = [part.split("\n\nDeskwise: ")[0].strip() for part in (first, *turns[1:])]
    return "\n".join(part for part in said if part and part != own.subject)


def without_timings(suggestions: Suggestions) -> Suggestions:
    """Return suggestions without what differs from run to run."""
    return replace(suggestions, timings_ms={})


def _not_found(ticket_id: str) -> TicketNotFoundError:
    return TicketNotFoundError(
        f"There is no ticket {ticket_id!r} for you.",
        hint="It may be private, or be kept for other groups.",
    )

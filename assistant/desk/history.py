"""Past tickets in memory, ready to be compared: each is encoded once, whoever asks and when."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt

from assistant.desk.anchors import Anchors, ArticleSpace, Encode
from assistant.desk.withhold import KnownWords, is_confidential, people_of, plain_words
from assistant.desk.words import Mask, Postings
from assistant.suggestions import PastTicket, Problem
from knowledge_base.model import EVERYONE, Resolution, Ticket
from knowledge_base.ports import Vectors
from knowledge_base.resolutions import find_resolution
from knowledge_base.text import identifiers, terms

Times = npt.NDArray[np.float64]
NEVER = float("inf")
_DONE = frozenset({"resolved", "closed", "solved", "done", "completed", "fixed"})


def problem_of(ticket: Ticket) -> Problem:
    """Return a ticket as it was opened: subject and first message of its requester, no more."""
    first = next((item.text for item in ticket.messages if item.role == "requester"), "")
    return Problem(subject=ticket.subject, text=first, ticket_id=ticket.ticket_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Rows of a history that one asker may see at one moment."""

    solved: Mask
    """Solved by then, with a fix that was found."""
    finished: Mask
    """Solved by then, with or without."""
    unsolved: Mask
    """Opened by then and not solved."""
    at_s: float
    articles: npt.NDArray[np.bool_]
    """Articles that the asker may read; empty without articles."""

    @property
    def earlier(self) -> Mask:
        """Everything opened by then."""
        return self.finished | self.unsolved


class TicketHistory:
    """Tickets with their vectors, words, codes and times. Private ones and spam are never in it.

    Parameters
    ----------
    tickets : sequence of Ticket
        In any order.
    encode : callable
        Texts → unit vectors.
    articles : ArticleSpace, optional
        The articles that tickets may point at.
    """

    def __init__(
        self, tickets: Sequence[Ticket], encode: Encode, articles: ArticleSpace | None = None
    ) -> None:
        kept = [ticket for ticket in tickets if not is_confidential(ticket)]
        kept.sort(key=lambda ticket: (ticket.opened_at, ticket.ticket_id))
        self.rows = tuple(
            PastTicket(ticket=item, resolution=find_resolution(item)) for item in kept
        )
        problems = [problem_of(ticket) for ticket in kept]
        fixes = [row.resolution.text if row.resolution else "" for row in self.rows]
        self.problem_vectors = encode([item.whole for item in problems])
        self.subject_vectors = encode([item.subject or item.text for item in problems])
        self.fix_vectors = encode(fixes)
        self.problem_words = Postings([terms(item.whole) for item in problems])
        self.thread_words = Postings(
            [terms(_said(row.ticket, row.resolution)) for row in self.rows]
        )
        self.fix_terms = tuple(frozenset(terms(fix)) for fix in fixes)
        self.codes = tuple(
            frozenset(identifiers(f"{item.whole}\n{fix}"))
            for item, fix in zip(problems, fixes, strict=True)
        )
        self.problem_codes = tuple(frozenset(identifiers(item.whole)) for item in problems)
        self.opened_s = np.array([ticket.opened_at.timestamp() for ticket in kept])
        self.solved_s = np.array([_solved_s(ticket) for ticket in kept])
        self.articles = articles
        self.problem_anchors = articles.anchors(self.problem_vectors) if articles else None
        self.fix_anchors = _without(articles.anchors(self.fix_vectors) if articles else None, fixes)

    def __len__(self) -> int:
        return len(self.rows)

    def known_words(self, view: View) -> KnownWords:
        """Return the words that stand in lower case in some ticket of a view."""
        return KnownWords(self._lower_rows, view.earlier)

    @cached_property
    def _lower_rows(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, row in enumerate(self.rows):
            texts = [row.ticket.subject, *(message.text for message in row.ticket.messages)]
            for word in plain_words(texts):
                found.setdefault(word, []).append(number)
        return found

    @cached_property
    def people(self) -> tuple[frozenset[str], ...]:
        """Return the name words of each ticket's thread."""
        return tuple(people_of(row.ticket) for row in self.rows)

    def row_of(self, ticket_id: str) -> int | None:
        """Return a ticket's row, or None."""
        return next(
            (n for n, row in enumerate(self.rows) if row.ticket.ticket_id == ticket_id), None
        )

    def view(
        self,
        groups: Collection[str],
        at: datetime,
        *,
        without: str | None = None,
        last: int | None = None,
    ) -> View:
        """Return what an asker of these groups may see at a moment.

        Parameters
        ----------
        groups : collection of str
            Groups of the asker.
        at : datetime
            The moment; what was opened or solved later is not there yet.
        without : str, optional
            A ticket that is not its own history.
        last : int, optional
            Keep only so many of the solved tickets, those solved last.
        """
        mine = {*groups, EVERYONE}
        readable = np.array(
            [
                bool(mine & set(row.ticket.acl)) and row.ticket.ticket_id != without
                for row in self.rows
            ],
            dtype=bool,
        )
        at_s = at.timestamp()
        finished = readable & (self.solved_s <= at_s)
        if last is not None:
            places = np.flatnonzero(finished)
            newest = places[np.argsort(-self.solved_s[places], kind="stable")[:last]]
            finished = np.zeros(len(self.rows), dtype=bool)
            finished[newest] = True
        has_fix = np.array([row.resolution is not None for row in self.rows], dtype=bool)
        return View(
            solved=finished & has_fix,
            finished=finished,
            unsolved=readable & (self.opened_s <= at_s) & (self.solved_s > at_s),
            at_s=at_s,
            articles=self.articles.allowed(groups) if self.articles else np.zeros(0, dtype=bool),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A problem as it is compared."""

    problem: Problem
    vector: Vectors
    """Of the whole, shape (n_dimensions,)."""
    subject_vector: Vectors
    terms: tuple[str, ...]
    codes: frozenset[str]
    anchors: Anchors | None

    @classmethod
    def of(cls, problem: Problem, encode: Encode, articles: ArticleSpace | None) -> Question:
        """Encode a problem that is not in the history."""
        vectors = encode([problem.whole, problem.subject or problem.text])
        return cls(
            problem=problem,
            vector=vectors[0],
            subject_vector=vectors[1],
            terms=tuple(terms(problem.whole)),
            codes=frozenset(identifiers(problem.whole)),
            anchors=articles.anchors(vectors[:1]) if articles else None,
        )

    @classmethod
    def from_row(cls, history: TicketHistory, row: int) -> Question:
        """Take a ticket of the history as it was opened; nothing is encoded again."""
        problem = problem_of(history.rows[row].ticket)
        anchors = history.problem_anchors
        return cls(
            problem=problem,
            vector=history.problem_vectors[row],
            subject_vector=history.subject_vectors[row],
            terms=tuple(terms(problem.whole)),
            codes=history.problem_codes[row],
            anchors=None
            if anchors is None
            else Anchors(
                places=anchors.places[row : row + 1], weights=anchors.weights[row : row + 1]
            ),
        )


def _said(ticket: Ticket, resolution: Resolution | None) -> str:
    """Return subject, what the requester wrote, and what fixed it."""
    spoken = [message.text for message in ticket.messages if message.role == "requester"]
    return "\n".join([ticket.subject, *spoken, resolution.text if resolution else ""])


def _solved_s(ticket: Ticket) -> float:
    if ticket.resolved_at is not None:
        return ticket.resolved_at.timestamp()
    if ticket.status.lower() not in _DONE:
        return NEVER
    return max([ticket.opened_at, *(message.at for message in ticket.messages)]).timestamp()


def _without(anchors: Anchors | None, texts: Sequence[str]) -> Anchors | None:
    """Let empty texts point at nothing."""
    if anchors is None:
        return None
    has_text = np.array([bool(text) for text in texts], dtype=bool)
    return Anchors(places=anchors.places, weights=anchors.weights * has_text[:, None])

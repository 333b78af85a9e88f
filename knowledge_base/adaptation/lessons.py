"""What every company has → questions whose article is known.

Pieces taken out of the articles; what people wrote in tickets, with the article that their mined
resolution says; and what people found helpful. None of it is kept: weights alone are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from knowledge_base.adaptation.pieces import Piece
from knowledge_base.feedback import VALUES, FeedbackEvent
from knowledge_base.model import DocumentHit, Ticket
from knowledge_base.resolutions import find_resolution

CLEAR_LEAD = 0.15
"""Of the nearest article of a resolution over the next one, in fused score; with the cosine below,
94 of 100 demo tickets get the article that their author meant."""
CLEAR_COSINE = 0.5
MOST_OF_ONE_PERSON = 20
"""Lessons that rest on the word of one person."""
_MOST_LETTERS = 1_000

LessonKind = Literal["symptom", "sentence", "ticket", "feedback", "labelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A question and the article that answers it."""

    text: str
    document_id: str
    kind: LessonKind


class Search(Protocol):
    """What finds the article of a resolution."""

    def documents(
        self, query: str, *, groups: Collection[str], k: int = 10
    ) -> tuple[DocumentHit, ...]:
        """Return the best articles, best first."""
        ...


def lessons_of_pieces(pieces: Iterable[Piece]) -> list[Lesson]:
    """Return pieces as lessons; an index without them is what they are asked of."""
    return [
        Lesson(text=piece.text, document_id=piece.document_id, kind=piece.kind) for piece in pieces
    ]


def lessons_of_tickets(
    tickets: Iterable[Ticket], search: Search, groups: Sequence[str]
) -> Iterator[Lesson]:
    """Yield what was asked in tickets, with the nearest article of what fixed them.

    Only where the resolution was not contradicted and one article is clearly the nearest. Spam and
    private tickets have no resolution.
    """
    for ticket in sorted(tickets, key=lambda each: each.ticket_id):
        resolution = find_resolution(ticket)
        asked = next((each.text for each in ticket.messages if each.role == "requester"), "")
        if resolution is None or resolution.is_contradicted or not asked.strip():
            continue
        hits = search.documents(resolution.text, groups=groups, k=2)
        if not hits or hits[0].cosine < CLEAR_COSINE:
            continue
        if len(hits) > 1 and hits[0].fused_score - hits[1].fused_score < CLEAR_LEAD:
            continue
        yield Lesson(
            text=f"{ticket.subject}\n{asked}"[:_MOST_LETTERS],
            document_id=hits[0].document_id,
            kind="ticket",
        )


def lessons_of_feedback(
    events: Iterable[FeedbackEvent], document_ids: Collection[str]
) -> list[Lesson]:
    """Return questions with documents that people found helpful for them.

    Clicks alone say too little. Of people whom nobody vouches for, two must agree. More people must
    be for it than against it, and the word of one person makes at most twenty lessons.

    Parameters
    ----------
    events : iterable of FeedbackEvent
        In any order.
    document_ids : collection of str
        Articles that there are.
    """
    told: dict[tuple[str, str], list[FeedbackEvent]] = defaultdict(list)
    for event in events:
        if event.kind != "click" and event.document_id in document_ids:
            told[(event.question, event.document_id)].append(event)
    lessons: list[Lesson] = []
    n_of: dict[str, int] = defaultdict(int)
    for (question, document_id), own in sorted(told.items()):
        for_it = {event.person for event in own if VALUES[event.kind] > 0}
        against = {event.person for event in own if VALUES[event.kind] < 0}
        known = {event.person for event in own if event.is_known} & for_it
        if len(for_it) <= len(against) or (not known and len(for_it) < 2):
            continue
        if len(for_it) == 1:
            (person,) = for_it
            n_of[person] += 1
            if n_of[person] > MOST_OF_ONE_PERSON:
                continue
        lessons.append(Lesson(text=question, document_id=document_id, kind="feedback"))
    return lessons

"""What people's feedback says of documents for a kind of question: a small, bounded prior.

Events (votes, clicks, accepted suggestions) → an adjustment of each document's score for a query.
The topic of an event is the place of its question in vector space: an event speaks for queries that
are near it, the nearer the louder. All that one person did for one document on one topic is one
opinion in -1..1; opinions of several people are needed before anything moves, and what moves is
shrunk towards nothing. The prior is a function of the set of events: the order in which they came
does not matter, and without an event everything is exactly as if it had never been.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import numpy.typing as npt

from knowledge_base.config import FeedbackSettings
from knowledge_base.ports import Vectors

FeedbackKind = Literal["up", "down", "click", "accepted", "edited"]
FEEDBACK_KINDS: tuple[FeedbackKind, ...] = ("up", "down", "click", "accepted", "edited")

VALUES: Mapping[FeedbackKind, float] = {
    "up": 1.0,
    "down": -1.0,
    "accepted": 1.0,
    "edited": 0.6,
    "click": 0.25,
}
"""What one event of each kind says of the document: 1 is "this solves it"."""
MOST_OF_CLICKS = 0.5
"""Clicks alone make at most half an opinion: a click says that a title looked right."""
_MOST_CREDITED_RANK = 4
"""A click far down says more than one on the first: few look there. Credited up to this rank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackEvent:
    """Who thought what of a document, asked which question."""

    event_id: str
    at: datetime
    person: str
    """An id that stays the same for one person."""
    is_known: bool
    """Whether somebody vouches for who the person is; a cookie does not."""
    kind: FeedbackKind
    question: str
    document_id: str
    rank: int = 1
    """Place at which the document was shown, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """Why a document's score is adjusted for a query."""

    document_id: str
    adjustment: float
    """-cap..cap."""
    n_people_for: int
    """People whose opinion on this topic is favourable."""
    n_people_against: int


@dataclass(frozen=True, slots=True)
class _Opinions:
    """One row for each (document, person) with something to say near a query."""

    documents: npt.NDArray[np.int64]
    """Place of the document among those asked for, shape (n,)."""
    people: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    """-1..1, shape (n,)."""


class FeedbackPrior:
    """The prior that a set of events gives.

    Parameters
    ----------
    events : collection of FeedbackEvent
        Any order; none gives a prior that adjusts nothing.
    vectors : mapping of str to array of shape (n_dimensions,)
        Unit vector of every question that an event names.
    settings : FeedbackSettings
        How much is believed.
    """

    def __init__(
        self,
        events: Collection[FeedbackEvent],
        vectors: Mapping[str, npt.NDArray[np.float32]],
        settings: FeedbackSettings,
    ) -> None:
        ordered = sorted(events, key=lambda event: event.event_id)
        questions = sorted({event.question for event in ordered})
        people = sorted({event.person for event in ordered})
        documents = sorted({event.document_id for event in ordered})
        place_of_question = {question: place for place, question in enumerate(questions)}
        place_of_person = {person: place for place, person in enumerate(people)}
        self._place_of_document = {each: place for place, each in enumerate(documents)}
        self._settings = settings
        self._matrix: Vectors = (
            np.stack([vectors[question] for question in questions])
            if questions
            else np.empty((0, 0), dtype=np.float32)
        )
        self._question = _integers(place_of_question[event.question] for event in ordered)
        self._person = _integers(place_of_person[event.person] for event in ordered)
        self._document = _integers(self._place_of_document[event.document_id] for event in ordered)
        self._at_s = np.asarray([event.at.timestamp() for event in ordered], dtype=np.float64)
        self._value = np.asarray([_value(event) for event in ordered], dtype=np.float64)
        self._is_click = np.asarray([event.kind == "click" for event in ordered], dtype=bool)
        # Once anonymous, always: nobody gains weight by mixing identities.
        self._is_known = np.ones(len(people), dtype=bool)
        for event in ordered:
            if not event.is_known:
                self._is_known[place_of_person[event.person]] = False

    def adjustments(
        self, vector: npt.NDArray[np.float32], document_ids: Sequence[str], *, now: datetime
    ) -> npt.NDArray[np.float32]:
        """Return what to add to each document's score.

        Parameters
        ----------
        vector : array of shape (n_dimensions,)
            Unit vector of the query.
        document_ids : sequence of str
            Documents that the asker may read. A document's adjustment does not depend on which
            others are named.
        now : datetime
            Aware. Events lose half their weight in each half-life, counted in whole days.

        Returns
        -------
        array of float32, shape (n_documents,)
            In -cap..cap; 0 without enough support.
        """
        opinions = self._opinions(vector, document_ids, now)
        favour, against = (self._support(opinions, len(document_ids), sign) for sign in (1, -1))
        share = (favour - against) / (favour + against + self._settings.shrinkage)
        return np.asarray(self._settings.cap * share, dtype=np.float32)

    def explain(
        self, vector: npt.NDArray[np.float32], document_ids: Sequence[str], *, now: datetime
    ) -> tuple[Support, ...]:
        """Return the documents somebody has an opinion of, in the order given, with its support."""
        adjustments = self.adjustments(vector, document_ids, now=now)
        opinions = self._opinions(vector, document_ids, now)
        found = []
        for place, document_id in enumerate(document_ids):
            values = opinions.values[opinions.documents == place]
            if len(values):
                found.append(
                    Support(
                        document_id=document_id,
                        adjustment=float(adjustments[place]),
                        n_people_for=int((values > 0).sum()),
                        n_people_against=int((values < 0).sum()),
                    )
                )
        return tuple(found)

    def _opinions(
        self, vector: npt.NDArray[np.float32], document_ids: Sequence[str], now: datetime
    ) -> _Opinions:
        """Return what each person thinks of each document on the query's topic."""
        nothing = _integers(())
        asked = np.full(len(self._place_of_document), -1, dtype=np.int64)
        for place, document_id in enumerate(document_ids):
            known = self._place_of_document.get(document_id)
            if known is not None:
                asked[known] = place
        if not (asked >= 0).any():
            return _Opinions(nothing, nothing, np.empty(0))
        about_these = np.flatnonzero(asked[self._document] >= 0)
        nearness = self._nearness(vector, np.unique(self._question[about_these]))
        spoken = about_these[nearness[self._question[about_these]] > 0]
        age_days = np.maximum(0.0, np.floor((now.timestamp() - self._at_s[spoken]) / 86_400))
        weights = (
            self._value[spoken]
            * nearness[self._question[spoken]]
            * 0.5 ** (age_days / self._settings.half_life_days)
        )
        n_people = len(self._is_known)
        keys, back = np.unique(
            asked[self._document[spoken]] * n_people + self._person[spoken], return_inverse=True
        )
        is_click = self._is_click[spoken]
        clicks = np.bincount(back, weights=weights * is_click, minlength=len(keys))
        said = np.bincount(back, weights=weights * ~is_click, minlength=len(keys))
        values = np.clip(said + np.minimum(clicks, MOST_OF_CLICKS), -1.0, 1.0)
        return _Opinions(keys // n_people, keys % n_people, np.asarray(values, dtype=np.float64))

    def _nearness(
        self, vector: npt.NDArray[np.float32], questions: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """Return how much each question is of the query's topic, 0..1; 0 for those not named."""
        low, high = self._settings.same_topic_from, self._settings.same_topic_whole
        # Row by row: the product of a whole matrix may differ in a last digit with its shape.
        cosines = np.einsum("ij,j->i", self._matrix[questions], vector)
        nearness = np.zeros(len(self._matrix))
        nearness[questions] = np.clip((cosines - low) / (high - low), 0.0, 1.0)
        return nearness

    def _support(self, opinions: _Opinions, n_documents: int, sign: int) -> npt.NDArray[np.float64]:
        """Return the weight of opinions of one sign beyond those needed before any count."""
        settings = self._settings
        strengths = np.maximum(0.0, sign * opinions.values)
        is_known = self._is_known[opinions.people]
        known, anonymous = (
            _beyond_the_loudest(
                opinions.documents[of_these],
                strengths[of_these],
                n_documents,
                (settings.min_people - 1) / weight,
            )
            * weight
            for of_these, weight in (
                (is_known, 1.0),
                (~is_known, max(settings.anonymous_weight, 1e-9)),
            )
        )
        return np.asarray(known + np.minimum(anonymous, settings.most_anonymous_people))


def _beyond_the_loudest(
    documents: npt.NDArray[np.int64],
    strengths: npt.NDArray[np.float64],
    n_documents: int,
    n_unheard: float,
) -> npt.NDArray[np.float64]:
    """Return each document's sum of strengths without its strongest ones, shape (n_documents,).

    So many are left out, the last perhaps in part. What is left rises with each strength and by
    no more than it: few people alone leave nothing, whatever they say.
    """
    order = np.lexsort((-strengths, documents))
    documents, strengths = documents[order], strengths[order]
    firsts = np.searchsorted(documents, documents, side="left")
    n_louder = np.arange(len(documents)) - firsts
    heard = np.clip(n_louder + 1 - n_unheard, 0.0, 1.0)
    sums = np.bincount(documents, weights=strengths * heard, minlength=n_documents)
    return np.asarray(sums, dtype=np.float64)


def most_one_person_can_move(settings: FeedbackSettings) -> float:
    """Return the bound on what all events of one person together do to one document's score.

    One person changes the weight for or against by at most 1, and (f - a) / (f + a + s) changes by
    at most 1/s for each unit of either; from wholly for to wholly against it is twice as much.
    """
    return settings.cap / settings.shrinkage


def _value(event: FeedbackEvent) -> float:
    value = VALUES[event.kind]
    if event.kind == "click":
        value *= float(np.sqrt(min(max(event.rank, 1), _MOST_CREDITED_RANK)))
    return value


def _integers(values: Iterable[int]) -> npt.NDArray[np.int64]:
    return np.fromiter(values, dtype=np.int64)

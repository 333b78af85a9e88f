"""Feedback of people: what is taken from whom, and how it reaches the ranking."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from assistant.errors import (
    DocumentNotFoundError,
    FeedbackLimitError,
    FeedbackNotShownError,
    TurnNotFoundError,
)
from assistant.feedback_store import new_event, vote_events
from assistant.model import Asker, FeedbackValue, Turn, shown_documents
from assistant.ports import Clock, ConversationStore, FeedbackStore
from assistant.skills.helpdesk import readings
from knowledge_base.config import FeedbackSettings
from knowledge_base.feedback import FeedbackKind, FeedbackPrior, Support
from knowledge_base.ports import Encoder
from knowledge_base.retrieve import Retriever

SUGGESTED_AMONG = 20
"""A document counts as suggested for a question when it is among so many that are found for it."""
MOST_A_DAY_KNOWN = 500
MOST_A_DAY_ANONYMOUS = 50
_A_DAY = timedelta(days=1)


class LivePrior:
    """The `Prior` port over a feedback store; a change of the store counts at once.

    Parameters
    ----------
    store : FeedbackStore
        Where the events are.
    encoder : Encoder
        The one that queries are encoded with.
    settings : FeedbackSettings
        How much is believed.
    clock : Clock
        The time, for how old events are.
    """

    def __init__(
        self, store: FeedbackStore, encoder: Encoder, settings: FeedbackSettings, clock: Clock
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._settings = settings
        self._clock = clock
        self._held: tuple[int, FeedbackPrior] | None = None
        self._lock = threading.Lock()

    def adjustments(
        self, vector: npt.NDArray[np.float32], document_ids: Sequence[str]
    ) -> npt.NDArray[np.float32]:
        """Return what to add to each document's fused score."""
        if self._settings.cap == 0:
            return np.zeros(len(document_ids), dtype=np.float32)
        return self._prior().adjustments(vector, document_ids, now=self._clock.now())

    def explain(self, question: str, document_ids: Sequence[str]) -> tuple[Support, ...]:
        """Return the documents that feedback speaks of, asked a question."""
        vector = self._encoder.encode([question])[0]
        return self._prior().explain(vector, document_ids, now=self._clock.now())

    def _prior(self) -> FeedbackPrior:
        revision = self._store.revision()
        held = self._held
        if held is not None and held[0] == revision:
            return held[1]
        with self._lock:
            if self._held is None or self._held[0] != revision:
                self._held = (revision, self._read())
            return self._held[1]

    def _read(self) -> FeedbackPrior:
        events = self._store.events()
        vectors = dict(self._store.vectors(self._encoder.name))
        missing = sorted({event.question for event in events} - vectors.keys())
        if missing:
            new = dict(zip(missing, self._encoder.encode(missing), strict=True))
            self._store.keep_vectors(new, encoder=self._encoder.name)
            vectors |= new
        return FeedbackPrior(events, vectors, self._settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackDesk:
    """Takes feedback: only on what was shown, and only so much from one person in a day."""

    store: FeedbackStore
    conversations: ConversationStore
    retriever: Retriever
    clock: Clock

    def vote(self, turn_id: str, *, asker: Asker, value: FeedbackValue) -> None:
        """Keep what a vote on an answer says of the documents that it quotes.

        The vote itself is kept with the conversation; here nothing happens for an answer without
        documents, or once a person has reached the day's limit.

        Raises
        ------
        TurnNotFoundError
            When the turn is not the asker's.
        """
        turn = self.conversations.turn(turn_id, user_id=asker.user_id)
        events = vote_events(
            turn.outcome,
            kind=value,
            question=self._question(turn, asker),
            person=asker.user_id,
            at=self.clock.now(),
            is_known=asker.is_known,
        )
        if self._n_left(asker) > 0:
            self.store.replace_votes(events, turn_id=turn_id, person=asker.user_id)

    def add(
        self,
        kind: FeedbackKind,
        document_id: str,
        *,
        asker: Asker,
        turn_id: str | None = None,
        question: str | None = None,
    ) -> None:
        """Keep what the asker did with a document.

        Raises
        ------
        TurnNotFoundError
            When the turn is not the asker's, or neither turn nor question is given.
        DocumentNotFoundError
            When there is no such document for the asker.
        FeedbackNotShownError
            When the document was not shown in the turn, or is not found for the question.
        FeedbackLimitError
            When the asker gave too much feedback within a day.
        """
        if self.retriever.document(document_id, groups=asker.groups) is None:
            raise DocumentNotFoundError(
                f"There is no document {document_id!r} for you.",
                hint="It may have been removed, or be kept for other groups.",
            )
        self._check_limit(asker)
        if turn_id is not None:
            turn = self.conversations.turn(turn_id, user_id=asker.user_id)
            shown, topic = shown_documents(turn.outcome), self._question(turn, asker)
        elif question is not None and question.strip():
            shown, topic = self._found(question, asker), question.strip()
        else:
            raise TurnNotFoundError(
                "Feedback names neither a turn nor a question.", hint="Give one of them."
            )
        self._keep(kind, document_id, asker=asker, topic=topic, shown=shown, turn_id=turn_id)

    def decide(
        self,
        kind: FeedbackKind,
        document_id: str,
        *,
        asker: Asker,
        question: str,
        shown: Sequence[str],
    ) -> None:
        """Keep what an agent did with a document that was suggested for a ticket.

        Parameters
        ----------
        question
            The ticket's text.
        shown
            What was suggested, best first, as far as the agent may read it.

        Raises
        ------
        FeedbackNotShownError, FeedbackLimitError
        """
        self._check_limit(asker)
        self._keep(kind, document_id, asker=asker, topic=question, shown=shown)

    def _check_limit(self, asker: Asker) -> None:
        if self._n_left(asker) <= 0:
            raise FeedbackLimitError(
                f"You gave {self._most_a_day(asker)} pieces of feedback within a day; "
                "no more are taken.",
                hint="Try again tomorrow.",
            )

    def _keep(
        self,
        kind: FeedbackKind,
        document_id: str,
        *,
        asker: Asker,
        topic: str,
        shown: Sequence[str],
        turn_id: str | None = None,
    ) -> None:
        if document_id not in shown:
            raise FeedbackNotShownError(
                f"{document_id!r} was not shown for that question.",
                hint="Feedback is taken on what an answer or a suggestion shows.",
            )
        event = new_event(
            kind=kind,
            question=topic,
            document_id=document_id,
            person=asker.user_id,
            is_known=asker.is_known,
            at=self.clock.now(),
            rank=1 + shown.index(document_id),
        )
        self.store.add([event], turn_id=turn_id)

    def _question(self, turn: Turn, asker: Asker) -> str:
        """Return what a turn asked, with what was said before it when it leans on that."""
        conversation = self.conversations.conversation(turn.conversation_id, user_id=asker.user_id)
        ids = [each.turn_id for each in conversation.turns]
        before = conversation.turns[: ids.index(turn.turn_id)]
        return readings(turn.text, [each.text for each in before if each.route == "helpdesk"])[0]

    def _found(self, question: str, asker: Asker) -> tuple[str, ...]:
        hits = self.retriever.documents(
            question, groups=asker.groups, k=SUGGESTED_AMONG, pools=("article", "ticket")
        )
        return tuple(hit.document_id for hit in hits)

    def _n_left(self, asker: Asker) -> int:
        given = self.store.n_since(asker.user_id, self.clock.now() - _A_DAY)
        return self._most_a_day(asker) - given

    @staticmethod
    def _most_a_day(asker: Asker) -> int:
        return MOST_A_DAY_KNOWN if asker.is_known else MOST_A_DAY_ANONYMOUS

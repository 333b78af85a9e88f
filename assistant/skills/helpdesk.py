"""IT questions: find, quote, cite; or say honestly that nothing fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering.confidence import Calibration, signals
from assistant.answering.evidence import Nearness, choose_spans
from assistant.answering.writing import article_url, cite, write_answer
from assistant.dialogue import is_elliptical
from assistant.messages import Messages
from assistant.model import Abstention, Answered, Asker, Citation, Conversation, Outcome
from knowledge_base.blocks import parse_blocks
from knowledge_base.errors import IndexMissingError
from knowledge_base.model import DocumentHit
from knowledge_base.retrieve import Retriever

N_CANDIDATES = 12
N_NEAREST = 3
MIN_NEAR_COSINE = 0.3
"""Below this cosine the nearest articles are not worth naming."""
MAX_EARLIER_TURNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpdeskSkill:
    """Answers `helpdesk` questions from the articles that the asker may read."""

    retriever: Retriever
    calibration: Calibration
    messages: Messages
    max_wrong_fraction: float

    def answer(self, text: str, *, asker: Asker, conversation: Conversation) -> Outcome:
        """Quote the article that answers, or abstain and name the nearest ones."""
        earlier = [turn.text for turn in conversation.turns if turn.route == "helpdesk"]
        try:
            confidence, ranked = self._search(readings(text, earlier), asker)
        except IndexMissingError:
            return Abstention(text=self.messages.say("helpdesk.no_articles"), reason="no_articles")
        if not ranked:
            return self._abstain(0.0, (), asker)
        if confidence < self.calibration.threshold(self.max_wrong_fraction):
            return self._abstain(confidence, ranked, asker)
        for candidate in ranked:
            answered = self._quote(candidate, asker, confidence)
            if answered is not None:
                return replace(answered, searched_also=candidate.expansions)
        return self._abstain(confidence, ranked, asker)

    def _search(
        self, queries: Sequence[str], asker: Asker
    ) -> tuple[float, tuple[DocumentHit, ...]]:
        """Search for every reading of the question; return the surest with its confidence."""
        best: tuple[float, tuple[DocumentHit, ...]] = (0.0, ())
        for query in queries:
            ranked = self.retriever.documents(query, groups=asker.groups, k=N_CANDIDATES)
            if ranked:
                confidence = self.calibration.confidence(signals(query, ranked))
                best = max(best, (confidence, ranked), key=lambda found: found[0])
        return best

    def _quote(self, found: DocumentHit, asker: Asker, confidence: float) -> Answered | None:
        """Return the answer that an article gives, or None when it has nothing to quote."""
        document = self.retriever.document(found.document_id, groups=asker.groups)
        if document is None:
            return None
        blocks = parse_blocks(document)
        nearness = [
            Nearness(start=hit.passage.start, end=hit.passage.end, score=hit.cosine)
            for hit in found.hits
        ]
        spans = choose_spans(document, blocks, nearness)
        if not spans:
            return None
        successor = (
            self.retriever.document(document.superseded_by, groups=asker.groups)
            if document.superseded_by
            else None
        )
        return Answered(
            text=write_answer(
                document,
                blocks,
                spans,
                self.messages,
                successor_title=successor.title if successor else None,
            ),
            confidence=confidence,
            citations=cite(document, spans),
        )

    def _abstain(
        self, confidence: float, ranked: Sequence[DocumentHit], asker: Asker
    ) -> Abstention:
        near = [item for item in ranked[:N_NEAREST] if item.cosine >= MIN_NEAR_COSINE]
        key = "low_confidence" if near else "nothing_near"
        return Abstention(
            text=self.messages.say(f"helpdesk.{key}"),
            reason=key,
            confidence=confidence,
            nearest=tuple(self._pointer(item, asker) for item in near),
            searched_also=ranked[0].expansions if ranked else (),
        )

    def _pointer(self, found: DocumentHit, asker: Asker) -> Citation:
        """Return a citation of an article's best passage: where to look, not an answer."""
        passage = found.hits[0].passage
        document = self.retriever.document(found.document_id, groups=asker.groups)
        return Citation(
            document_id=found.document_id,
            title=found.title,
            start=passage.start,
            end=passage.end,
            quote=document.text[passage.start : passage.end] if document else passage.text,
            url=article_url(found.document_id),
            updated_on=found.updated_on,
            status=found.status,
            heading=passage.heading_path[-1] if passage.heading_path else "",
        )


def readings(text: str, earlier: Sequence[str]) -> tuple[str, ...]:
    """Return what a question may mean after earlier ones, the fullest last.

    One that plainly leans on what was said means that; any other may still be about the same
    thing, or about a new one.
    """
    if not earlier:
        return (text,)
    together = "\n".join([*earlier[-MAX_EARLIER_TURNS:], text])
    return (together,) if is_elliptical(text) else (text, together)

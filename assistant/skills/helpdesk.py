"""IT questions: find, quote, cite; or say honestly that nothing fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.abstaining import why_not
from assistant.answering.confidence import Calibration, signals
from assistant.answering.evidence import Nearness, choose_spans
from assistant.answering.issues import cut_in_two
from assistant.answering.rivals import (
    NEAR_SHARE,
    contradicts,
    current_first,
    same_thing,
    without_copies,
)
from assistant.answering.selection import SpanModel
from assistant.answering.writing import (
    article_url,
    cite,
    join_words,
    say_date,
    write_quotes,
    write_source,
)
from assistant.dialogue import is_elliptical
from assistant.messages import Messages
from assistant.model import Abstention, Answered, Asker, Citation, Conversation, Outcome
from knowledge_base.blocks import parse_blocks
from knowledge_base.errors import IndexMissingError
from knowledge_base.model import Document, DocumentHit
from knowledge_base.retrieve import Retriever

N_CANDIDATES = 12
N_NEAREST = 3
MIN_NEAR_COSINE = 0.3
"""Below this cosine the nearest articles are not worth naming."""
N_APART = 3
"""Two problems of one message are two only when neither's article is among these of the other's."""
MAX_EARLIER_TURNS = 3
MAX_QUESTION_LETTERS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a search brought, and how sure its first article is."""

    query: str
    confidence: float
    ranked: tuple[DocumentHit, ...]

    @property
    def first(self) -> str:
        """Return the first article's id."""
        return self.ranked[0].document_id

    @property
    def firsts(self) -> frozenset[str]:
        """Return the ids of the first few articles."""
        return frozenset(item.document_id for item in self.ranked[:N_APART])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quoted:
    """What one article says to a question."""

    paragraphs: tuple[str, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpdeskSkill:
    """Answers `helpdesk` questions from the articles that the asker may read."""

    retriever: Retriever
    calibration: Calibration
    messages: Messages
    max_wrong_fraction: float
    span_model: SpanModel | None = None
    """What of an article is quoted; the shipped model when None."""

    def answer(self, text: str, *, asker: Asker, conversation: Conversation) -> Outcome:
        """Quote the article that answers, or abstain and name the nearest ones.

        A message with two problems gets two answers, when each has its own.
        """
        earlier = [turn.text for turn in conversation.turns if turn.route == "helpdesk"]
        try:
            found = self._search(readings(text, earlier), asker)
            both = None if earlier and is_elliptical(text) else self._answer_both(text, asker)
        except IndexMissingError:
            return Abstention(text=self.messages.say("helpdesk.no_articles"), reason="no_articles")
        if both is not None:
            return both
        if found.confidence >= self._threshold:
            for place in range(len(found.ranked)):
                quoted = self._quote(found, place, asker)
                if quoted is not None:
                    return self._answered([quoted], found)
        return self._abstain(found, asker)

    @property
    def _threshold(self) -> float:
        return self.calibration.threshold(self.max_wrong_fraction)

    def _search(self, queries: Sequence[str], asker: Asker) -> _Found:
        """Search for every reading of the question; return what the surest brings."""
        best = _Found(query=queries[0], confidence=0.0, ranked=())
        for query in queries:
            ranked = without_copies(
                self.retriever.documents(query, groups=asker.groups, k=N_CANDIDATES)
            )
            if ranked:
                confidence = self.calibration.confidence(signals(query, ranked))
                found = _Found(query=query, confidence=confidence, ranked=current_first(ranked))
                best = max(best, found, key=lambda item: item.confidence)
        return best

    def _answer_both(self, text: str, asker: Asker) -> Answered | None:
        """Return the answers to two problems, or None when the message holds but one.

        Each must be sure of another article. Where the message itself says that a second thing
        follows, one sure answer is enough; the other problem is then named as unanswered.
        """
        for cut in cut_in_two(text):
            parts = [self._search([part], asker) for part in (cut.first, cut.second)]
            if not all(part.ranked for part in parts):
                continue
            one, other = parts
            if one.first in other.firsts or other.first in one.firsts:
                continue
            sure = [part for part in parts if part.confidence >= self._threshold]
            if len(sure) < (1 if cut.says_so else 2):
                continue
            quoted = {part.query: self._quote(part, 0, asker) for part in sure}
            if any(item is None for item in quoted.values()):
                continue
            return self._answered(
                [self._under_heading(part, quoted.get(part.query)) for part in parts],
                min(sure, key=lambda part: part.confidence),
            )
        return None

    def _under_heading(self, part: _Found, quoted: _Quoted | None) -> _Quoted:
        question = _shortened(part.query)
        if quoted is None:
            said = self.messages.say("helpdesk.issue_without_answer", question=question)
            return _Quoted(paragraphs=(said,), citations=())
        heading = self.messages.say("helpdesk.issue", question=question)
        return _Quoted(paragraphs=(heading, *quoted.paragraphs), citations=quoted.citations)

    def _answered(self, parts: Sequence[_Quoted], found: _Found) -> Answered:
        paragraphs = [paragraph for part in parts for paragraph in part.paragraphs]
        return Answered(
            text="\n\n".join([*paragraphs, self.messages.say("helpdesk.if_not_solved")]),
            confidence=found.confidence,
            citations=tuple(citation for part in parts for citation in part.citations),
            searched_also=found.ranked[0].expansions,
        )

    def _quote(self, found: _Found, place: int, asker: Asker) -> _Quoted | None:
        """Return what an article says, or None when it has nothing to quote."""
        hit = found.ranked[place]
        document = self.retriever.document(hit.document_id, groups=asker.groups)
        if document is None:
            return None
        blocks = parse_blocks(document)
        nearness = [
            Nearness(start=start, end=end, score=score)
            for start, end, score in self.retriever.nearness(
                found.query, hit.document_id, groups=asker.groups
            )
        ]
        spans = choose_spans(document, blocks, found.query, nearness, model=self.span_model)
        if not spans:
            return None
        successor = (
            self.retriever.document(document.superseded_by, groups=asker.groups)
            if document.superseded_by
            else None
        )
        source = write_source(document, self.messages, successor.title if successor else None)
        citations = cite(document, spans)
        rest = found.ranked[:place] + found.ranked[place + 1 :]
        return _Quoted(
            paragraphs=(
                *write_quotes(document, blocks, spans),
                source,
                *self._disagreements(document, hit, citations, rest, asker),
            ),
            citations=citations,
        )

    def _disagreements(
        self,
        document: Document,
        hit: DocumentHit,
        citations: Sequence[Citation],
        rest: Sequence[DocumentHit],
        asker: Asker,
    ) -> list[str]:
        """Return a sentence for each near article of the same thing that gives other values."""
        quoted = "\n".join(item.quote for item in citations)
        said = []
        for other in rest:
            is_near = other.fused_score >= NEAR_SHARE * hit.fused_score
            if not (is_near and same_thing(hit.title, other.title)):
                continue
            text = self.retriever.document(other.document_id, groups=asker.groups)
            values = contradicts(quoted, other, text.text, document.text) if text else ()
            if values:
                dated = (
                    self.messages.say("helpdesk.dated", date=say_date(other.updated_on))
                    if other.updated_on
                    else ""
                )
                said.append(
                    self.messages.say(
                        "helpdesk.says_otherwise",
                        title=other.title,
                        dated=dated + ("," if dated else ""),
                        values=join_words(values, self.messages),
                    )
                )
        return said

    def _abstain(self, found: _Found, asker: Asker) -> Abstention:
        near = [item for item in found.ranked[:N_NEAREST] if item.cosine >= MIN_NEAR_COSINE]
        documents = [
            document
            for item in near
            if (document := self.retriever.document(item.document_id, groups=asker.groups))
        ]
        why = why_not(found.query, [f"{item.title}\n{item.text}" for item in documents])
        named = (
            {"terms": join_words([f"“{term}”" for term in why.terms], self.messages)}
            if why.terms
            else {}
        )
        return Abstention(
            text=self.messages.say(f"helpdesk.{why.reason}", **named),
            reason=why.reason,
            confidence=found.confidence,
            nearest=tuple(self._pointer(item, asker) for item in near),
            searched_also=found.ranked[0].expansions if found.ranked else (),
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


def _shortened(question: str) -> str:
    """Return a question in one line, its end left out when it is long."""
    line = " ".join(question.split())
    if len(line) <= MAX_QUESTION_LETTERS:
        return line
    return line[:MAX_QUESTION_LETTERS].rsplit(" ", 1)[0].rstrip(" ,;.") + " …"

"""Finding and quoting: from a question to the articles that are near, and what they say to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.answering.abstaining import why_not
from assistant.answering.confidence import Calibration, says_too_little, signals
from assistant.answering.evidence import Nearness, Span, choose_spans
from assistant.answering.facets import FacetVocabulary
from assistant.answering.in_context import (
    LEANING,
    LEANS,
    N_MIXED,
    cues_of,
    is_elliptical,
    mixed,
    together,
)
from assistant.answering.methods import for_known, offered_by
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
from assistant.dialogue.state import DialogueState, as_one_line
from assistant.messages import Messages
from assistant.model import Abstention, Asker, Citation, Method
from knowledge_base.blocks import parse_blocks
from knowledge_base.model import Block, Document, DocumentHit
from knowledge_base.retrieve import Retriever

N_CANDIDATES = 12
N_NEAREST = 3
MIN_NEAR_COSINE = 0.3
"""Below this cosine the nearest articles are not worth naming."""
MOST_OF_ONE_WORD = 0.3
"""The confidence of a message of one word is at most this, whatever the retrieval finds."""
N_APART = 3
"""Two problems of one message are two only when neither's article is among these of the other's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
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
class Quoted:
    """What one article says to a question."""

    paragraphs: tuple[str, ...]
    citations: tuple[Citation, ...]
    offered: tuple[Method, ...] = ()
    is_fitted: bool = False
    """Whether sections for another system were left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a conversation adds to a question."""

    state: DialogueState = field(default_factory=DialogueState)
    known: Mapping[str, str] = field(default_factory=dict)
    """Facet → value that sections must not contradict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article and the blocks that it is made of."""

    document: Document
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Finds and quotes what an asker may read."""

    retriever: Retriever
    calibration: Calibration
    messages: Messages
    max_wrong_fraction: float
    vocabulary: FacetVocabulary
    span_model: SpanModel | None = None

    @property
    def threshold(self) -> float:
        """Return the confidence from which on a question is answered."""
        return self.calibration.threshold(self.max_wrong_fraction)

    def search(self, queries: Sequence[str], asker: Asker) -> Found:
        """Search for every reading of the question; return what the surest brings."""
        best = Found(query=queries[0], confidence=0.0, ranked=())
        for query in queries:
            ranked = without_copies(
                self.retriever.documents(query, groups=asker.groups, k=N_CANDIDATES)
            )
            if ranked:
                best = max(best, self._found(query, ranked), key=lambda item: item.confidence)
        return best

    def in_context(self, text: str, earlier: Sequence[str], asker: Asker) -> Found:
        """Search for a question alone and with the ones before it, mixed by how much it leans.

        It is as sure as the surest of the readings that put the same article first.
        """
        full_text = together(text, earlier)
        alone, full = (
            self.retriever.documents(query, groups=asker.groups, k=N_MIXED)
            for query in (text, full_text)
        )
        cues = cues_of(text, earlier, alone, full)
        share = LEANING.share(cues)
        is_same = bool(alone and full) and alone[0].document_id == full[0].document_id
        leans = share >= LEANS or is_elliptical(text) or (is_same and bool(cues.shares_word))
        query = full_text if leans else text
        ranked = without_copies(mixed(alone, full, share))[:N_CANDIDATES]
        if not ranked:
            return Found(query=query, confidence=0.0, ranked=())
        found = self._found(query, ranked)
        readings = ((text, alone[:N_CANDIDATES]), (full_text, full[:N_CANDIDATES]))
        others = [self._found(said, without_copies(hits)) for said, hits in readings if hits]
        agreeing = [item.confidence for item in others if item.first == found.first]
        return replace(found, confidence=max(found.confidence, *agreeing, 0.0))

    def without(self, found: Found, documents: Collection[str]) -> Found:
        """Return what was found without some articles, and how sure the next one is."""
        left = tuple(item for item in found.ranked if item.document_id not in documents)
        if not left:
            return replace(found, confidence=0.0, ranked=())
        return self._found(found.query, left)

    def _found(self, query: str, ranked: Sequence[DocumentHit]) -> Found:
        confidence = self.calibration.confidence(signals(query, ranked))
        if says_too_little(query):
            confidence = min(confidence, MOST_OF_ONE_WORD)
        return Found(query=query, confidence=confidence, ranked=current_first(ranked))

    def read(self, document_id: str, asker: Asker) -> Article | None:
        """Return an article with its blocks, or None when the asker may not read it."""
        document = self.retriever.document(document_id, groups=asker.groups)
        return (
            None if document is None else Article(document=document, blocks=parse_blocks(document))
        )

    def quote(
        self, found: Found, place: int, asker: Asker, context: Context | None = None
    ) -> Quoted | None:
        """Return what an article says, or None when it has nothing (else) to quote.

        What did not help before is left out, and so are sections for another system than the
        known one.
        """
        context = context or Context()
        hit = found.ranked[place]
        article = self.read(hit.document_id, asker)
        if article is None:
            return None
        chosen = self.choose(article, found.query, asker)
        fitting = for_known(
            article.document, article.blocks, chosen, context.known, self.vocabulary
        )
        spans = not_refused(article.document, fitting, context.state)
        if not spans:
            return None
        quoted = replace(self.quote_spans(article, spans, asker), is_fitted=fitting != chosen)
        rest = found.ranked[:place] + found.ranked[place + 1 :]
        disagreements = self._disagreements(article.document, hit, quoted.citations, rest, asker)
        return replace(quoted, paragraphs=(*quoted.paragraphs, *disagreements))

    def choose(self, article: Article, query: str, asker: Asker) -> tuple[Span, ...]:
        """Return the spans of an article that answer a question."""
        nearness = [
            Nearness(start=start, end=end, score=score)
            for start, end, score in self.retriever.nearness(
                query, article.document.document_id, groups=asker.groups
            )
        ]
        return choose_spans(
            article.document, article.blocks, query, nearness, model=self.span_model
        )

    def quote_spans(self, article: Article, spans: Sequence[Span], asker: Asker) -> Quoted:
        """Return spans as paragraphs, with where they come from."""
        document = article.document
        successor = (
            self.retriever.document(document.superseded_by, groups=asker.groups)
            if document.superseded_by
            else None
        )
        source = write_source(document, self.messages, successor.title if successor else None)
        return Quoted(
            paragraphs=(*write_quotes(document, article.blocks, spans), source),
            citations=cite(document, spans),
            offered=offered_by(document, article.blocks, spans),
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

    def abstain(self, found: Found, asker: Asker) -> Abstention:
        """Return why there is no answer, and what is nearest."""
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


def not_refused(
    document: Document, spans: Sequence[Span], state: DialogueState
) -> tuple[Span, ...]:
    """Return the spans without those that did not help before, here or as a copy elsewhere."""
    refused = {(item.document_id, item.heading_path) for item in state.refused}
    return tuple(
        span
        for span in spans
        if (document.document_id, span.heading_path) not in refused
        and as_one_line(document.text[span.start : span.end]) not in state.refused_quotes
    )

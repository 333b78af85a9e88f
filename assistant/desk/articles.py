"""Articles for a ticket, each with a calibrated relevance."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from assistant.answering.evidence import Nearness, choose_spans
from assistant.answering.writing import article_url
from assistant.desk.fitted import Logit
from assistant.suggestions import FoundArticle
from knowledge_base.blocks import parse_blocks
from knowledge_base.errors import IndexMissingError
from knowledge_base.model import Document, DocumentHit

N_ARTICLES = 5
ARTICLE_FEATURES = ("cosine", "fused_score", "lead")
_SHOWN_RELEVANCE = 0.02


class ArticleSearch(Protocol):
    """What finds articles: `knowledge_base.Retriever` is one."""

    def documents(
        self, query: str, *, groups: Collection[str], k: int = 10
    ) -> tuple[DocumentHit, ...]:
        """Return the best articles that the groups may read."""
        ...

    def document(self, document_id: str, *, groups: Collection[str]) -> Document | None:
        """Return a document, or None."""
        ...


def find_articles(
    text: str, search: ArticleSearch, groups: Collection[str], calibration: Logit
) -> tuple[FoundArticle, ...]:
    """Return the articles that probably help, most relevant first; none without an index."""
    try:
        hits = search.documents(text, groups=groups, k=N_ARTICLES)
    except IndexMissingError:
        return ()  # a desk without articles yet still has its tickets
    judged = [
        (calibration.probability(given), hit)
        for hit, given in zip(hits, article_features(hits), strict=True)
    ]
    judged.sort(key=lambda pair: (-pair[0], pair[1].document_id))
    found: list[FoundArticle] = []
    for relevance, hit in judged:
        document = search.document(hit.document_id, groups=groups)
        if document is not None and relevance >= _SHOWN_RELEVANCE:
            # The steps of the first one may go into a reply; of the others the passage is enough.
            found.append(_found(hit, document, None if found else text, relevance))
    return tuple(found)


def article_features(hits: Sequence[DocumentHit]) -> list[tuple[float, ...]]:
    """Return what tells whether each hit helps: see `ARTICLE_FEATURES`."""
    return [
        (
            hit.cosine,
            hit.fused_score,
            hit.fused_score
            - max((other.fused_score for other in hits if other is not hit), default=0.0),
        )
        for hit in hits
    ]


def _found(
    hit: DocumentHit, document: Document, text: str | None, relevance: float
) -> FoundArticle:
    """Return an article with its nearest passage, or with the steps that answer a text."""
    passage = hit.hits[0].passage
    start, end = passage.start, passage.end
    if text is not None:
        nearness = [
            Nearness(start=item.passage.start, end=item.passage.end, score=item.cosine)
            for item in hit.hits
        ]
        spans = choose_spans(document, parse_blocks(document), text, nearness)
        steps = [span for span in spans if span.role == "fix"] or list(spans)
        if steps:
            start, end = steps[0].start, steps[0].end
    return FoundArticle(
        document_id=document.document_id,
        title=document.title,
        url=article_url(document.document_id),
        start=start,
        end=end,
        quote=document.text[start:end],
        relevance=round(relevance, 4),
        updated_on=document.updated_on,
        status=document.status,
        verified_by=document.verified_by,
    )

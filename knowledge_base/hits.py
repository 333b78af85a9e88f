"""Candidates told as hits: texts, scores and ranks of what was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from knowledge_base.index.content import Content
from knowledge_base.index.fusion import Scores
from knowledge_base.index.legs import Candidates
from knowledge_base.model import DocumentHit, Hit, LegScore
from knowledge_base.ranking import RankedDocuments
from knowledge_base.text import join_plain, matched_words


@dataclass(frozen=True, slots=True)
class Teller:
    """Candidates of one query with their fused scores, ready to be told as hits."""

    content: Content
    found: Candidates
    fused: Scores
    """A score for each passage."""
    query: str

    def hit(self, place: int) -> Hit:
        """Return the candidate of this place as a hit."""
        card = self.content.cards[int(self.found.documents[place])]
        passage = self.content.passage(int(self.found.rows[place]))
        legs = (leg for leg in self.found.raw if self.found.shares[leg][place] > 0)
        return Hit(
            passage=passage,
            title=card.title,
            updated_on=date.fromisoformat(card.updated_on) if card.updated_on else None,
            status="outdated" if card.status == "outdated" else "current",
            pool="ticket" if card.pool == "ticket" else "article",
            fused_score=float(self.fused[place]),
            cosine=float(self.found.cosines[place]),
            legs=tuple(_leg(leg, self.found.raw[leg], place) for leg in legs),
            matched_terms=matched_words(
                self.query, join_plain([*passage.heading_path, passage.text])
            ),
        )


def document_hit(teller: Teller, ranked: RankedDocuments, place: int, n_hits: int) -> DocumentHit:
    """Return the document of a place as a hit, with the best of its passages."""
    span = range(int(ranked.starts[place]), int(ranked.ends[place]))
    best = sorted(span, key=lambda passage: (-teller.fused[passage], passage))[:n_hits]
    hits = tuple(teller.hit(passage) for passage in best)
    legs = (leg for leg in ranked.raw if ranked.shares[leg][place] > 0)
    return DocumentHit(
        document_id=hits[0].passage.document_id,
        title=hits[0].title,
        updated_on=hits[0].updated_on,
        status=hits[0].status,
        pool=hits[0].pool,
        fused_score=float(np.clip(ranked.scores[place], 0.0, 1.0)),
        cosine=float(teller.found.cosines[span.start : span.stop].max()),
        hits=hits,
        legs=tuple(_leg(leg, ranked.raw[leg], place) for leg in legs),
    )


def feedback_score(feedback: Scores, place: int) -> LegScore | None:
    """Return what feedback adds to the document of a place; None where it adds nothing."""
    if not feedback[place]:
        return None
    n_higher = int((feedback > feedback[place]).sum())
    return LegScore(leg="feedback", score=float(feedback[place]), rank=1 + n_higher)


def _leg(leg: str, scores: Scores, place: int) -> LegScore:
    score = scores[place]
    return LegScore(leg=leg, score=float(score), rank=1 + int(np.count_nonzero(scores > score)))

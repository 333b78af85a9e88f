"""Candidate passages → ranked documents.

A document takes from each leg the best that any of its passages has, so that one passage may bring
the words and another the meaning. The first fifty are then compared with the question token by
token. All of it is one weighted mean; the weights are learned (`knowledge_base.learning_to_rank`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from knowledge_base.index.content import Content
from knowledge_base.index.fusion import Scores, convex, min_max
from knowledge_base.index.legs import Candidates, Rows
from knowledge_base.late import LATE_LEGS, QuestionTokens, late_scores

N_COMPARED = 50
"""So many documents are compared token by token."""
N_READ = 20
"""The headings of so many are read."""
ASIDE_COST = 0.03
"""Taken from the score of a document whose best passage is an aside (docs/retrieval.md)."""

_ASIDE = re.compile(
    r"(?:more|additional|further) (?:info|read|help)|references?\b|see also|related\b|next steps?$|"
    r"feedback\b|contact\b|disclaimer|third.party|applies to|keywords\b|version history|"
    r"change ?log",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedDocuments:
    """Documents with at least one candidate passage, by row."""

    rows: Rows
    """Document rows, ascending, shape (n,)."""
    starts: Rows
    """Place of each document's first candidate passage; they stand together."""
    ends: Rows
    """Place behind its last one."""
    raw: Mapping[str, Scores]
    """Leg → the best score of its passages in the leg's own unit, shape (n,)."""
    shares: Mapping[str, Scores]
    """Leg → the same on a scale of 0..1; 0 where a leg did not look."""
    scores: Scores
    """Weighted mean of the shares, shape (n,), 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateDocuments:
    """What each leg says of the documents that any of them proposed."""

    document_ids: tuple[str, ...]
    """In the order that breaks ties."""
    shares: Mapping[str, Scores]
    """Leg → 0..1 for each document, shape (n,); a leg that did not look is not there."""
    scores: Scores
    """Weighted mean of the shares, shape (n,)."""

    @classmethod
    def none(cls) -> CandidateDocuments:
        """Return what is found where nothing is."""
        return cls(document_ids=(), shares={}, scores=np.zeros(0, dtype=np.float32))


def rank_documents(
    content: Content,
    found: Candidates,
    weights: Mapping[str, float],
    tokens: QuestionTokens | None,
) -> RankedDocuments:
    """Score the documents of candidate passages.

    Parameters
    ----------
    content : Content
        The open index.
    found : Candidates
        At least one passage.
    weights : mapping of str to float
        Leg → its share; legs that took no part are left out.
    tokens : QuestionTokens or None
        The question's tokens; None leaves out the late legs, as an index without token vectors
        does.
    """
    rows, starts = np.unique(found.documents, return_index=True)
    # Rows are ascending, so the passages of a document stand together.
    ends = np.append(starts[1:], len(found.rows))
    raw = {leg: _best(scores, starts) for leg, scores in found.raw.items()}
    shares = {leg: _best(scores, starts) for leg, scores in found.shares.items()}
    scores = convex(shares, weights)
    if tokens is not None and content.tokens is not None:
        compared = np.lexsort((rows, -scores))[:N_COMPARED]
        best = [
            int(found.rows[start + int(np.argmax(found.cosines[start:end]))])
            for start, end in zip(starts[compared], ends[compared], strict=True)
        ]
        late = late_scores(tokens, [content.tokens.text(row) for row in best])
        for column, leg in enumerate(LATE_LEGS):
            own = late[:, column]
            raw[leg] = np.zeros(len(rows), dtype=np.float32)
            raw[leg][compared] = own
            shares[leg] = np.zeros(len(rows), dtype=np.float32)
            shares[leg][compared] = min_max(own, float(own.min()), float(own.max()))
        scores = convex(shares, weights)
    return RankedDocuments(
        rows=rows, starts=starts, ends=ends, raw=raw, shares=shares, scores=scores
    )


def cost_of_asides(
    content: Content, found: Candidates, ranked: RankedDocuments, fused: Scores
) -> Scores:
    """Return what the first documents lose whose best passage is an aside, shape (n,).

    Who finds the words of a question under "References" has not found what answers it.

    Parameters
    ----------
    content : Content
        The open index.
    found : Candidates
        The passages.
    ranked : RankedDocuments
        Their n documents.
    fused : array of shape (n_passages,)
        Score of each passage.
    """
    cost = np.zeros(len(ranked.rows), dtype=np.float32)
    for place in np.lexsort((ranked.rows, -ranked.scores))[:N_READ].tolist():
        start, end = int(ranked.starts[place]), int(ranked.ends[place])
        best = int(found.rows[start + int(np.argmax(fused[start:end]))])
        path = content.passage(best).heading_path
        if any(_ASIDE.match(heading.strip()) for heading in path[1:]):
            cost[place] = ASIDE_COST
    return cost


def best_first(content: Content, ranked: RankedDocuments, k: int) -> tuple[Scores, Rows]:
    """Return the scores with successors raised, and the places of the k best, best first.

    A document that was replaced is never above the one that replaced it, when that was found too:
    the successor takes its score, and of equals what is current comes first, then the lower row.

    Returns
    -------
    scores : array of shape (n,)
    places : array of int64, shape (at most k,)
    """
    scores = ranked.scores.copy()
    is_outdated = np.zeros(len(scores), dtype=bool)
    order = np.lexsort((ranked.rows, -scores))
    seen = order[: max(0, k)].tolist()
    # Best first, so that in a chain of successors the score is handed on to its end.
    for place in seen:
        own = int(place)
        passed: set[int] = set()
        while own not in passed and content.cards[int(ranked.rows[own])].status == "outdated":
            passed.add(own)
            is_outdated[own] = True
            successor = content.document(int(ranked.rows[own])).superseded_by
            row = content.document_place.get(successor) if successor else None
            # Only what the asker may read is among the rows.
            found = np.flatnonzero(ranked.rows == row).tolist() if row is not None else []
            if not found:
                break
            scores[found[0]] = max(scores[found[0]], scores[own])
            own = int(found[0])
    return scores, np.lexsort((ranked.rows, is_outdated, -scores))[: max(0, k)]


def _best(scores: Scores, starts: Rows) -> Scores:
    return np.asarray(np.maximum.reduceat(scores, starts), dtype=np.float32)

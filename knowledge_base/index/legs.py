"""A query against each leg of an open index: who is proposed, and how each is scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge_base.index.content import Content
from knowledge_base.index.dense import FaissIndex
from knowledge_base.index.fusion import Scores, best_rows, min_max
from knowledge_base.index.lexical import LexicalIndex
from knowledge_base.ports import Mask
from knowledge_base.text import terms

PASSAGE_LEGS = ("dense", "bm25", "exact")
DOCUMENT_LEGS = ("document", "title", "bm25_document", "bm25_title")
LEGS = (*PASSAGE_LEGS, *DOCUMENT_LEGS)

_DOCUMENTS_PER_CANDIDATE = 0.25

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query as the legs need it."""

    text: str
    vector: npt.NDArray[np.float32]
    """Unit vector of what it means."""
    extra_terms: tuple[tuple[str, float], ...] = ()
    """Terms that it may also have meant, each with its boost."""

    def bm25(self, index: LexicalIndex) -> Scores:
        """Return the BM25 score of every row of an index."""
        own = terms(self.text)
        boosts = [1.0] * len(own) + [boost for _, boost in self.extra_terms]
        return index.scores([*own, *(term for term, _ in self.extra_terms)], boosts=boosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Passages that at least one leg proposed, each scored by every leg."""

    rows: Rows
    """Passage rows, ascending, shape (n,)."""
    documents: Rows
    """Document row of each, shape (n,)."""
    raw: Mapping[str, Scores]
    """Leg → score in the leg's own unit, shape (n,)."""
    shares: Mapping[str, Scores]
    """Leg → the same on a scale of 0..1, shape (n,)."""
    cosines: Scores
    """Cosine of query and passage, shape (n,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Rows that the asker may see, decided before anything is ranked."""

    passages: Mask
    """For every passage whether it may be found, shape (n_passages,)."""
    documents: Mask
    """Likewise, shape (n_documents,)."""

    @property
    def n_passages(self) -> int:
        """Return how many passages may be found."""
        return int(np.count_nonzero(self.passages))


def gather(
    content: Content, question: Question, allowed: Allowed, legs: Sequence[str], k: int
) -> Candidates:
    """Score the passages that these legs propose.

    Parameters
    ----------
    content : Content
        The open index.
    question : Question
        The query and its vector.
    allowed : Allowed
        Only these rows are proposed or returned.
    legs : sequence of str
        Some of `LEGS`.
    k : int
        How many passages a leg may propose; a quarter as many documents, at least ten.

    Returns
    -------
    Candidates
        Empty when nothing is allowed or nothing matches.
    """
    n_documents = max(10, round(k * _DOCUMENTS_PER_CANDIDATE))
    scorers: dict[str, _Leg] = {}
    proposed: list[Rows] = []
    for name in legs:
        is_passage_leg = name in PASSAGE_LEGS
        mask = allowed.passages if is_passage_leg else allowed.documents
        leg = _leg(content, question, name, mask, k if is_passage_leg else n_documents)
        if len(leg.proposed) == 0:
            # A leg with nothing to say (no code in the query) has no say.
            continue
        scorers[name] = leg
        if is_passage_leg:
            proposed.append(leg.proposed)
        else:
            proposed.append(content.passages_of(leg.proposed))
    rows = np.unique(np.concatenate(proposed)) if proposed else np.empty(0, dtype=np.int64)
    documents = content.passage_document[rows]
    raw: dict[str, Scores] = {}
    shares: dict[str, Scores] = {}
    for name, leg in scorers.items():
        raw[name] = leg.score(rows if name in PASSAGE_LEGS else documents)
        shares[name] = min_max(raw[name], leg.floor, leg.ceiling)
    cosines = raw.get("dense")
    if cosines is None:
        cosines = content.passage_vectors.scores(question.vector, rows)
    return Candidates(rows=rows, documents=documents, raw=raw, shares=shares, cosines=cosines)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leg:
    """One leg's proposals and the means to score any row."""

    proposed: Rows
    floor: float
    ceiling: float
    all_scores: Scores | None = None
    vectors: FaissIndex | None = None
    query_vector: npt.NDArray[np.float32] | None = None

    def score(self, rows: Rows) -> Scores:
        if self.all_scores is not None:
            return self.all_scores[rows]
        assert self.vectors is not None and self.query_vector is not None
        # Several passages share a document: each row is computed once.
        unique, back = np.unique(rows, return_inverse=True)
        return self.vectors.scores(self.query_vector, unique)[back]


def _leg(content: Content, question: Question, name: str, allowed: Mask, k: int) -> _Leg:
    vectors = _vectors(content, name)
    if vectors is not None:
        cosines, found = vectors.search(question.vector[None, :], k, allowed=allowed)
        floor, ceiling = _ends(cosines[0], k)
        return _Leg(
            proposed=found[0],
            floor=floor,
            ceiling=ceiling,
            vectors=vectors,
            query_vector=question.vector,
        )
    scores = _scores(content, question, name)
    touched = np.flatnonzero(scores)
    found_rows = best_rows(scores, k, touched[allowed[touched]])
    floor, ceiling = _ends(scores[found_rows], k)
    return _Leg(proposed=found_rows, floor=floor, ceiling=ceiling, all_scores=scores)


def _vectors(content: Content, name: str) -> FaissIndex | None:
    match name:
        case "dense":
            return content.passage_vectors
        case "document":
            return content.document_vectors
        case "title":
            return content.title_vectors
        case _:
            return None


def _scores(content: Content, question: Question, name: str) -> Scores:
    match name:
        case "bm25":
            return question.bm25(content.bm25_passages)
        case "bm25_document":
            return question.bm25(content.bm25_documents)
        case "bm25_title":
            return question.bm25(content.bm25_titles)
        case "exact":
            return content.exact.scores(question.text)
        case _:
            raise ValueError(f"unknown leg {name!r}; expected some of {', '.join(LEGS)}")


def _ends(scores: Scores, k: int) -> tuple[float, float]:
    """Return the scores that stand for 0 and 1: the k-th best and the best.

    A leg that proposes fewer than k has nothing beyond; its 0 is a score of 0.
    """
    if len(scores) == 0:
        return 0.0, float("inf")
    floor = float(scores[-1]) if len(scores) >= k else min(0.0, float(scores[-1]))
    return floor, float(scores[0])

"""A query and who asks → ranked hits. Access control is part of the query."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from knowledge_base.config import RetrievalSettings
from knowledge_base.errors import IndexCorruptError
from knowledge_base.expansion import expand
from knowledge_base.glossary import Glossary
from knowledge_base.hits import Teller, document_hit, feedback_score
from knowledge_base.index.access import OpenContent, may_read
from knowledge_base.index.delta import open_index
from knowledge_base.index.fusion import Scores, convex
from knowledge_base.index.legs import LEGS, Candidates, Question, Rows, gather
from knowledge_base.index.snapshot import Manifest, SnapshotFolder
from knowledge_base.late import QuestionTokens
from knowledge_base.model import Document, DocumentHit, Expansion, Hit, Passage, Pool
from knowledge_base.ports import CachedTokenEncoder, Encoder, Prior, Reranker, TokenEncoder
from knowledge_base.ranking import (
    CandidateDocuments,
    best_first,
    cost_of_asides,
    rank_documents,
)
from knowledge_base.reranking import reranked
from knowledge_base.vocabulary import Evidence

BM25_ONLY = ("bm25",)
"""The lexical baseline: BM25 over passages."""
DENSE_ONLY = ("dense",)
"""The dense baseline: cosine over passages."""

_REMEMBERED_QUERIES = 256
_PATIENCE_S = 0.2
_THE_FIRST = 10
_HITS_OF_THE_FIRST = 3
_POOLS: tuple[Pool, ...] = ("article", "ticket")


class Retriever:
    """Searches the live snapshot; a new one is taken up by itself.

    Parameters
    ----------
    snapshots : SnapshotFolder
        Where the index is.
    encoder : Encoder
        The one that the index was built with.
    settings : RetrievalSettings
        Weights of the legs.
    prior : Prior, optional
        What people's feedback adds to the scores of documents; nothing without it.
    glossary : callable, optional
        Gives what short forms and nicknames stand for, as it is now; nothing without it.
    question_encoder : Encoder, optional
        Reads questions in place of `encoder`; its vectors lie in the same space.

    Raises
    ------
    IndexMissingError
        On first use, when nothing has been ingested.
    IndexCorruptError
        On first use, when the snapshot is damaged or was built with another encoder.
    """

    def __init__(
        self,
        snapshots: SnapshotFolder,
        encoder: Encoder,
        settings: RetrievalSettings,
        *,
        prior: Prior | None = None,
        glossary: Callable[[], Glossary] = Glossary,
        question_encoder: Encoder | None = None,
    ) -> None:
        self._snapshots = snapshots
        self._encoder = encoder
        self._question_encoder = question_encoder or encoder
        self._reader = _reader_of(encoder)
        self._settings = settings
        self._prior = prior
        self._glossary = glossary
        self._reranker: Reranker | None = None
        self._open: OpenContent | None = None
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._queries: OrderedDict[str, _Read] = OrderedDict()

    def reranked_by(self, reranker: Reranker | None) -> Retriever:
        """Let the first passages of every ranking of documents be read once more; return self.

        Baselines (`legs`) and what weights are learned from (`candidates`) are left as they are.
        """
        self._reranker = reranker
        return self

    @property
    def manifest(self) -> Manifest:
        """Return what the live snapshot is made of."""
        return self._current().index.manifest

    def search(
        self,
        query: str,
        *,
        groups: Collection[str],
        k: int = 10,
        pools: Sequence[Pool] = ("article",),
        legs: Sequence[str] | None = None,
    ) -> tuple[Hit, ...]:
        """Return the best passages that the groups may read.

        Parameters
        ----------
        query : str
            A question in any words. Empty finds nothing.
        groups : collection of str
            Groups of the asker; `everyone` is always one of them.
        k : int
            How many at most.
        pools : sequence of {"article", "ticket"}
            Where to look.
        legs : sequence of str, optional
            Only these legs, and the query as it is written, without repairs of its spelling or long
            forms of its abbreviations; `BM25_ONLY` and `DENSE_ONLY` are the baselines.

        Returns
        -------
        tuple of Hit
            Best first; ties by document id and place in the document. Passages of documents whose
            `acl` names none of the groups are never looked at.
        """
        current = self._current()
        found, _ = self._gather(current, query, groups, pools, legs)
        if found is None:
            return ()
        fused = convex(found.shares, self._settings.weights)
        order = np.lexsort((found.rows, -fused))[: max(0, k)]
        teller = Teller(current.content, found, fused, query)
        return tuple(teller.hit(int(place)) for place in order)

    def documents(
        self,
        query: str,
        *,
        groups: Collection[str],
        k: int = 10,
        pools: Sequence[Pool] = ("article",),
        legs: Sequence[str] | None = None,
    ) -> tuple[DocumentHit, ...]:
        """Return the best documents that the groups may read, with their best passages.

        `knowledge_base.ranking` says how they are scored. The first ten have up to three passages,
        the others one. Parameters as in `search`.
        """
        current = self._current()
        found, asked = self._gather(current, query, groups, pools, legs)
        if found is None:
            return ()
        weights = self._settings.weights
        ranked = rank_documents(current.content, found, weights, asked.tokens)
        fused = convex(found.shares, weights)
        if legs is None and self._reranker is not None:
            ranked = reranked(
                current.content, found, ranked, fused, question=query, reranker=self._reranker
            )
        feedback = self._feedback(current, query, ranked.rows, is_plain=legs is not None)
        scores = ranked.scores + feedback
        costs = np.zeros_like(scores)
        if legs is None:
            costs = cost_of_asides(current.content, found, ranked, fused)
            scores = scores - costs
        scores, order = best_first(
            current.content, replace(ranked, scores=np.asarray(scores, dtype=np.float32)), k
        )
        ranked = replace(ranked, scores=scores)
        teller = Teller(current.content, found, fused, query)
        return tuple(
            replace(
                document_hit(teller, ranked, place, _HITS_OF_THE_FIRST if n < _THE_FIRST else 1),
                feedback=feedback_score(feedback, place),
                is_aside=bool(costs[place]),
                expansions=asked.expansions,
            )
            for n, place in enumerate(order.tolist())
        )

    def candidates(
        self, query: str, *, groups: Collection[str], pools: Sequence[Pool] = ("article",)
    ) -> CandidateDocuments:
        """Return every document that a leg proposed and what each leg says of it.

        What weights are learned from; people's feedback has no part in it. Parameters as in
        `search`.
        """
        current = self._current()
        found, asked = self._gather(current, query, groups, pools, None)
        if found is None:
            return CandidateDocuments.none()
        ranked = rank_documents(current.content, found, self._settings.weights, asked.tokens)
        cards = current.content.cards
        return CandidateDocuments(
            document_ids=tuple(cards[row].document_id for row in ranked.rows.tolist()),
            shares=ranked.shares,
            scores=ranked.scores,
        )

    def document(self, document_id: str, *, groups: Collection[str]) -> Document | None:
        """Return a document as it was indexed, or None if the groups may not read it."""
        content = self._current().content
        row = content.document_place.get(document_id)
        if row is None or not may_read(content.cards[row].acl, groups):
            return None
        return content.document(row)

    def passages(self, document_id: str, *, groups: Collection[str]) -> tuple[Passage, ...]:
        """Return a document's passages in order; empty if the groups may not read it."""
        content = self._current().content
        row = content.document_place.get(document_id)
        if row is None or not may_read(content.cards[row].acl, groups):
            return ()
        return tuple(content.passage(each) for each in content.passage_rows(row))

    def nearness(
        self, query: str, document_id: str, *, groups: Collection[str]
    ) -> tuple[tuple[int, int, float], ...]:
        """Return (start, end, cosine with the query) of a document's passages, in order."""
        content = self._current().content
        row = content.document_place.get(document_id)
        if row is None or not may_read(content.cards[row].acl, groups):
            return ()
        rows = np.asarray(content.passage_rows(row), dtype=np.int64)
        cosines = content.passage_vectors.scores(self._read(query).vector, rows).tolist()
        passages = [content.passage(each) for each in rows.tolist()]
        return tuple(
            (passage.start, passage.end, float(cosine))
            for passage, cosine in zip(passages, cosines, strict=True)
        )

    def titles(
        self, *, groups: Collection[str], pools: Sequence[Pool] = ("article",)
    ) -> tuple[tuple[str, str], ...]:
        """Return (document id, title) of what the groups may read, by title, then id."""
        current = self._current()
        cards = current.content.cards
        found = [
            (cards[row].document_id, cards[row].title)
            for row in np.flatnonzero(current.allowed(groups, pools).documents).tolist()
        ]
        return tuple(sorted(found, key=lambda item: (item[1].lower(), item[0])))

    def warm_up(self) -> None:
        """Open the index and load the encoder, so that the first question is not the slow one."""
        self._current()
        self._read("warm up")

    def _current(self) -> OpenContent:
        held = self._open
        if held is not None and held.index.name == self._snapshots.current_name():
            return held
        # Whoever comes while a large snapshot is being opened goes on with the one before.
        patience_s = -1 if held is None else _PATIENCE_S
        if not self._opening.acquire(timeout=patience_s):
            assert held is not None
            return held
        try:
            held = self._open
            if held is None or held.index.name != self._snapshots.current_name():
                held = self._open = self._take_up(held)
            return held
        finally:
            self._opening.release()

    def _take_up(self, held: OpenContent | None) -> OpenContent:
        index = open_index(self._snapshots, held.index.segments if held is not None else None)
        if index.manifest.encoder != self._encoder.name:
            raise IndexCorruptError(
                f"The index was built with the encoder {index.manifest.encoder!r}; "
                f"the settings name {self._encoder.name!r}.",
                hint="Run `deskwise ingest` again, or set the encoder back.",
            )
        return OpenContent(index=index, content=index.content())

    def _gather(
        self,
        current: OpenContent,
        query: str,
        groups: Collection[str],
        pools: Sequence[Pool],
        legs: Sequence[str] | None,
    ) -> tuple[Candidates | None, _Asked]:
        """Return what was found, and how the query was understood."""
        chosen = (
            legs if legs is not None else [leg for leg in self._settings.weights if leg in LEGS]
        )
        unknown = [leg for leg in chosen if leg not in LEGS]
        if unknown:
            raise ValueError(f"unknown leg {unknown[0]!r}; expected some of {', '.join(LEGS)}")
        allowed = current.allowed(groups, pools)
        if not query.strip() or not chosen or allowed.n_passages == 0:
            return None, _Asked()
        if legs is not None:
            question, asked = Question(text=query, vector=self._read(query).vector), _Asked()
        else:
            # Words that the asker may not read must not show in what is made of theirs.
            readable = current.allowed(groups, _POOLS).passages
            seen = current.phrases(groups, pools)
            glossary = self._glossary()
            expanded = expand(current.content, allowed, query, glossary, seen, readable=readable)
            question, tokens = self._question(query, expanded.evidence)
            asked = _Asked(expansions=expanded.expansions, tokens=tokens)
        found = gather(current.content, question, allowed, chosen, self._settings.candidates)
        return (found if len(found.rows) else None), asked

    def _question(self, query: str, evidence: Evidence) -> tuple[Question, QuestionTokens | None]:
        rewritten = evidence.rewrite(query)
        read = self._read(query)
        vector = read.vector
        if rewritten != query:
            # Halfway between what was written and what was probably meant.
            read = self._read(rewritten)
            vector = vector + read.vector
            vector = vector / np.linalg.norm(vector)
        question = Question(text=query, vector=vector, extra_terms=evidence.extra_terms())
        return question, read.tokens

    def _feedback(self, current: OpenContent, query: str, rows: Rows, *, is_plain: bool) -> Scores:
        """Return what people's feedback adds to each of these documents, shape (n_rows,)."""
        if self._prior is None or is_plain:
            return np.zeros(len(rows), dtype=np.float32)
        names = [current.content.cards[row].document_id for row in rows.tolist()]
        return self._prior.adjustments(self._read(query).vector, names)

    def _read(self, query: str) -> _Read:
        """Return a query's vector and tokens, remembered for a while."""
        held = self._queries.get(query)
        if held is not None:
            return held
        if self._reader is None:
            read = _Read(vector=self._question_encoder.encode([query])[0])
        else:
            vector, tokens = self._reader.encode_question(query)
            if self._question_encoder is not self._encoder:
                vector = self._question_encoder.encode([query])[0]
            read = _Read(vector=vector, tokens=tokens)
        with self._lock:
            self._queries[query] = read
            while len(self._queries) > _REMEMBERED_QUERIES:
                self._queries.popitem(last=False)
        return read


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A query as the encoder reads it."""

    vector: Scores
    tokens: QuestionTokens | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """How a query was understood."""

    expansions: tuple[Expansion, ...] = ()
    tokens: QuestionTokens | None = None


def _reader_of(encoder: Encoder) -> TokenEncoder | None:
    """Return what reads the tokens of questions, if the encoder can."""
    plain = encoder.plain if isinstance(encoder, CachedTokenEncoder) else encoder
    return plain if isinstance(plain, TokenEncoder) else None

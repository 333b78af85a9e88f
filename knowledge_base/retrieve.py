"""A query and who asks → ranked hits. Access control is part of the query."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from knowledge_base.config import RetrievalSettings
from knowledge_base.errors import IndexCorruptError
from knowledge_base.index.content import Content, read_content
from knowledge_base.index.fusion import Scores, convex
from knowledge_base.index.legs import LEGS, Allowed, Candidates, Question, Rows, gather
from knowledge_base.index.snapshot import Manifest, SnapshotFolder
from knowledge_base.model import EVERYONE, Document, DocumentHit, Hit, LegScore, Passage, Pool
from knowledge_base.ports import Encoder
from knowledge_base.text import matched_words

BM25_ONLY = ("bm25",)
"""The lexical baseline: BM25 over passages."""
DENSE_ONLY = ("dense",)
"""The dense baseline: cosine over passages."""

_REMEMBERED_QUERIES = 256
_HITS_PER_DOCUMENT = 3


@dataclass(slots=True)
class _Open:
    """A snapshot in use, with what is worth keeping between queries."""

    name: str
    manifest: Manifest
    content: Content
    allowed: dict[tuple[tuple[str, ...], tuple[str, ...]], Allowed] = field(default_factory=dict)


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

    Raises
    ------
    IndexMissingError
        On first use, when nothing has been ingested.
    IndexCorruptError
        On first use, when the snapshot is damaged or was built with another encoder.
    """

    def __init__(
        self, snapshots: SnapshotFolder, encoder: Encoder, settings: RetrievalSettings
    ) -> None:
        self._snapshots = snapshots
        self._encoder = encoder
        self._settings = settings
        self._open: _Open | None = None
        self._lock = threading.Lock()
        self._vectors: OrderedDict[str, Scores] = OrderedDict()

    @property
    def manifest(self) -> Manifest:
        """Return what the live snapshot is made of."""
        return self._current().manifest

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
        found = self._gather(current, query, groups, pools, legs)
        if found is None:
            return ()
        fused = convex(found.shares, self._settings.weights)
        order = np.lexsort((found.rows, -fused))[: max(0, k)]
        return tuple(_hit(current.content, found, fused, int(place), query) for place in order)

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

        A document is scored leg by leg with the best of its passages, so that one passage may
        bring the words and another the meaning. Parameters as in `search`.
        """
        current = self._current()
        found = self._gather(current, query, groups, pools, legs)
        if found is None:
            return ()
        content = current.content
        weights = self._settings.weights
        fused = convex(found.shares, weights)
        rows, firsts = np.unique(found.documents, return_index=True)
        # Rows are ascending, so the passages of a document stand together.
        per_leg = {
            leg: np.maximum.reduceat(share, firsts).astype(np.float32)
            for leg, share in found.shares.items()
        }
        scores = convex(per_leg, weights)
        cosines = np.maximum.reduceat(found.cosines, firsts)
        ends = [*firsts[1:], len(found.rows)]
        order = np.lexsort((rows, -scores))[: max(0, k)]
        ranked = []
        for place in order:
            first, behind = int(firsts[place]), int(ends[place])
            own = np.arange(first, behind)
            best = own[np.lexsort((own, -fused[own]))][:_HITS_PER_DOCUMENT]
            card = content.cards[int(rows[place])]
            hits = tuple(_hit(content, found, fused, int(each), query) for each in best)
            ranked.append(
                DocumentHit(
                    document_id=card.document_id,
                    title=card.title,
                    updated_on=hits[0].updated_on,
                    status=hits[0].status,
                    pool=hits[0].pool,
                    fused_score=float(scores[place]),
                    cosine=float(cosines[place]),
                    hits=hits,
                )
            )
        return tuple(ranked)

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

    def titles(
        self, *, groups: Collection[str], pools: Sequence[Pool] = ("article",)
    ) -> tuple[tuple[str, str], ...]:
        """Return (document id, title) of what the groups may read, by title, then id."""
        current = self._current()
        cards = current.content.cards
        found = [
            (cards[row].document_id, cards[row].title)
            for row in _allowed(current, groups, pools).documents.tolist()
        ]
        return tuple(sorted(found, key=lambda item: (item[1].lower(), item[0])))

    def warm_up(self) -> None:
        """Open the index and load the encoder, so that the first question is not the slow one."""
        self._current()
        self._vector("warm up")

    def _current(self) -> _Open:
        name = self._snapshots.current_name()
        held = self._open
        if held is not None and held.name == name:
            return held
        with self._lock:
            if self._open is not None and self._open.name == name:
                return self._open
            folder, manifest = self._snapshots.open()
            if manifest.encoder != self._encoder.name:
                raise IndexCorruptError(
                    f"The index was built with the encoder {manifest.encoder!r}; "
                    f"the settings name {self._encoder.name!r}.",
                    hint="Run `deskwise ingest` again, or set the encoder back.",
                )
            self._open = _Open(name=folder.name, manifest=manifest, content=read_content(folder))
            return self._open

    def _gather(
        self,
        current: _Open,
        query: str,
        groups: Collection[str],
        pools: Sequence[Pool],
        legs: Sequence[str] | None,
    ) -> Candidates | None:
        chosen = tuple(legs) if legs is not None else tuple(self._settings.weights)
        unknown = [leg for leg in chosen if leg not in LEGS]
        if unknown:
            raise ValueError(f"unknown leg {unknown[0]!r}; expected some of {', '.join(LEGS)}")
        allowed = _allowed(current, groups, pools)
        if not query.strip() or not chosen or len(allowed.passages) == 0:
            return None
        question = self._question(current, query, is_plain=legs is not None)
        found = gather(current.content, question, allowed, chosen, self._settings.candidates)
        return found if len(found.rows) else None

    def _question(self, current: _Open, query: str, *, is_plain: bool) -> Question:
        if is_plain:
            return Question(text=query, vector=self._vector(query))
        evidence = current.content.vocabulary.evidence(query)
        rewritten = evidence.rewrite(query)
        vector = self._vector(query)
        if rewritten != query:
            # Halfway between what was written and what was probably meant.
            vector = vector + self._vector(rewritten)
            vector = vector / np.linalg.norm(vector)
        return Question(text=query, vector=vector, extra_terms=evidence.extra_terms())

    def _vector(self, query: str) -> Scores:
        held = self._vectors.get(query)
        if held is not None:
            return held
        vector: Scores = self._encoder.encode([query])[0]
        with self._lock:
            self._vectors[query] = vector
            while len(self._vectors) > _REMEMBERED_QUERIES:
                self._vectors.popitem(last=False)
        return vector


def may_read(acl: Collection[str], groups: Collection[str]) -> bool:
    """Return whether an asker of these groups may read what has this access list.

    An empty list admits nobody; `everyone` on it admits everybody.
    """
    return EVERYONE in acl or bool(set(acl) & set(groups))


def _allowed(current: _Open, groups: Collection[str], pools: Sequence[Pool]) -> Allowed:
    key = (tuple(sorted(set(groups))), tuple(sorted(set(pools))))
    held = current.allowed.get(key)
    if held is None:
        content = current.content
        verdicts: dict[tuple[str, ...], bool] = {}
        flags = np.zeros(len(content.cards), dtype=bool)
        for row, card in enumerate(content.cards):
            if card.acl not in verdicts:
                verdicts[card.acl] = may_read(card.acl, groups)
            flags[row] = verdicts[card.acl] and card.pool in pools
        documents: Rows = np.flatnonzero(flags).astype(np.int64)
        passages: Rows = np.flatnonzero(flags[content.passage_document]).astype(np.int64)
        held = Allowed(passages=passages, documents=documents)
        current.allowed[key] = held
    return held


def _hit(content: Content, found: Candidates, fused: Scores, place: int, query: str) -> Hit:
    card = content.cards[int(found.documents[place])]
    passage = content.passage(int(found.rows[place]))
    legs = tuple(
        LegScore(
            leg=leg,
            score=float(found.raw[leg][place]),
            rank=1 + int(np.sum(found.raw[leg] > found.raw[leg][place])),
        )
        for leg in found.raw
        if found.shares[leg][place] > 0
    )
    return Hit(
        passage=passage,
        title=card.title,
        updated_on=date.fromisoformat(card.updated_on) if card.updated_on else None,
        status="outdated" if card.status == "outdated" else "current",
        pool="ticket" if card.pool == "ticket" else "article",
        fused_score=float(fused[place]),
        cosine=float(found.cosines[place]),
        legs=legs,
        matched_terms=matched_words(query, " ".join([*passage.heading_path, passage.text])),
    )

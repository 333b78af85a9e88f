"""What can be searched: the segments of a snapshot, read as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge_base.arrays import Lines
from knowledge_base.index.dense import FaissIndex
from knowledge_base.index.exact import ExactIndex
from knowledge_base.index.lexical import LexicalIndex
from knowledge_base.index.segment import Card, Kind, Segment, read_document, read_passage
from knowledge_base.late import StackedTokens
from knowledge_base.model import Document, Passage
from knowledge_base.ports import Mask
from knowledge_base.vocabulary import Vocabulary

INDEX_VERSION = 5
"""Raised when the same passages would be indexed differently; the index is then built anew."""

_REMEMBERED_CARDS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """An open index. Row i of every passage part is passage i, likewise for documents.

    Rows of documents that were removed or replaced stay until their segment is merged; `live` says
    which they are, and nobody may see them.
    """

    cards: Cards
    live: Mask
    """Whether each document is there, shape (n_documents,)."""
    kinds: tuple[Kind, ...]
    kind_of: npt.NDArray[np.int64]
    """Place in `kinds` of each document: its access list and pool."""
    passage_document: npt.NDArray[np.int64]
    """Document row of each passage, ascending."""
    document_place: Places
    """Document id → document row, of live documents."""
    passage_vectors: FaissIndex
    title_vectors: FaissIndex
    bm25_passages: LexicalIndex
    bm25_documents: LexicalIndex
    bm25_titles: LexicalIndex
    exact: ExactIndex
    document_vectors: FaissIndex
    """The mean of each document's passage vectors, as unit vectors."""
    vocabulary: Vocabulary
    """Its texts are the passages."""
    tokens: StackedTokens | None
    """Token vectors of each passage; None when the encoder has none."""
    documents: Lines
    passages: Lines

    @classmethod
    def of(cls, segments: Sequence[Segment], deleted: Sequence[Sequence[int]]) -> Content:
        """Read segments as one, their rows numbered on in this order.

        Parameters
        ----------
        segments : sequence of Segment
            The largest first; BM25 takes the mean lengths of the first.
        deleted : sequence of sequence of int
            Document rows of each segment that are gone.
        """
        first_rows = np.cumsum([0, *(len(segment.ids) for segment in segments)])
        live = np.ones(int(first_rows[-1]), dtype=bool)
        for first, rows in zip(first_rows, deleted, strict=False):
            live[np.asarray(rows, dtype=np.int64) + first] = False
        kinds = [kind for segment in segments for kind in segment.kinds]
        first_kinds = np.cumsum([0, *(len(segment.kinds) for segment in segments)])
        return cls(
            cards=Cards(Lines([segment.lines["cards"] for segment in segments])),
            live=live,
            kinds=tuple(kinds),
            kind_of=_numbered_on([segment.kind_of for segment in segments], first_kinds),
            passage_document=_numbered_on([segment.owners for segment in segments], first_rows),
            document_place=Places(segments, live),
            passage_vectors=_vectors(segments, "passages"),
            title_vectors=_vectors(segments, "titles"),
            bm25_passages=_words(segments, "bm25_passages"),
            bm25_documents=_words(segments, "bm25_documents"),
            bm25_titles=_words(segments, "bm25_titles"),
            exact=ExactIndex.stacked([segment.exact for segment in segments]),
            document_vectors=_vectors(segments, "documents"),
            vocabulary=Vocabulary.stacked([segment.vocabulary for segment in segments]),
            tokens=_tokens(segments),
            documents=Lines([segment.lines["documents"] for segment in segments]),
            passages=Lines([segment.lines["passages"] for segment in segments]),
        )

    def document(self, row: int) -> Document:
        """Return the document of a row."""
        return read_document(self.documents, row)

    def passage(self, row: int) -> Passage:
        """Return the passage of a row."""
        return read_passage(self.passages, row)

    def passages_of(self, document_rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the rows of the passages of these documents, document by document."""
        firsts = np.searchsorted(self.passage_document, document_rows)
        lengths = np.searchsorted(self.passage_document, document_rows, side="right") - firsts
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if len(ends) else 0
        rows: npt.NDArray[np.int64] = np.arange(total) + np.repeat(firsts - ends + lengths, lengths)
        return rows

    def passage_rows(self, document_row: int) -> range:
        """Return the rows of a document's passages, which stand together."""
        first, behind = np.searchsorted(self.passage_document, [document_row, document_row + 1])
        return range(int(first), int(behind))


class Cards(Sequence[Card]):
    """The cards of all documents, read as they are asked for.

    Parameters
    ----------
    lines : Lines
        One card a line.
    """

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._held: dict[int, Card] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, row: int) -> Card:  # type: ignore[override]
        card = self._held.get(row)
        if card is None:
            given = self._lines.read(row)
            card = Card(**{**given, "acl": tuple(given["acl"])})
            if len(self._held) >= _REMEMBERED_CARDS:
                self._held.clear()
            self._held[row] = card
        return card

    def __iter__(self) -> Iterator[Card]:
        return (self[row] for row in range(len(self)))


class Places(Mapping[str, int]):
    """Document id → row, of the live documents of several segments.

    Parameters
    ----------
    segments : sequence of Segment
        Their rows are numbered on in this order.
    live : array of bool
        Whether each document is there.
    """

    def __init__(self, segments: Sequence[Segment], live: Mask) -> None:
        firsts = np.cumsum([0, *(len(segment.ids) for segment in segments)]).tolist()
        self._parts = tuple(zip(firsts, (segment.ids for segment in segments), strict=False))
        self._live = live

    def __getitem__(self, document_id: str) -> int:
        # Newest first: most of what is asked for by id has just been changed.
        for first, ids in reversed(self._parts):
            place = ids.find(document_id)
            if place >= 0 and self._live[first + place]:
                return int(first + place)
        raise KeyError(document_id)

    def __iter__(self) -> Iterator[str]:
        for first, ids in self._parts:
            for place, document_id in enumerate(ids.all()):
                if self._live[first + place]:
                    yield document_id

    def __len__(self) -> int:
        return int(self._live.sum())


def _numbered_on(
    parts: Sequence[npt.NDArray[np.int64]], firsts: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    if len(parts) == 1:
        return parts[0]
    moved = [part + first for part, first in zip(parts, firsts, strict=False)]
    return np.concatenate(moved) if moved else np.empty(0, dtype=np.int64)


def _tokens(segments: Sequence[Segment]) -> StackedTokens | None:
    # A segment without passages has no token vectors and needs none.
    held = [segment.tokens for segment in segments if len(segment.owners)]
    parts = [part for part in held if part is not None]
    return StackedTokens(parts) if parts and len(parts) == len(held) else None


def _vectors(segments: Sequence[Segment], name: str) -> FaissIndex:
    return FaissIndex.stacked([segment.vectors[name] for segment in segments])


def _words(segments: Sequence[Segment], name: str) -> LexicalIndex:
    return LexicalIndex.stacked([segment.words[name] for segment in segments])

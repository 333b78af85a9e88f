"""What an index holds, written into a folder and read from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge_base.chunking import embedding_text
from knowledge_base.config import RetrievalSettings
from knowledge_base.encoders import english_words
from knowledge_base.errors import IndexCorruptError
from knowledge_base.index.dense import FaissIndex
from knowledge_base.index.exact import ExactIndex
from knowledge_base.index.lexical import LexicalIndex
from knowledge_base.model import Document, Passage
from knowledge_base.ports import Encoder, Vectors
from knowledge_base.text import join_plain, terms
from knowledge_base.vocabulary import Vocabulary

INDEX_VERSION = 2
"""Raised when the same passages would be indexed differently; the index is then built anew."""

_ENCODE_AT_ONCE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What ranking needs to know of a document without its text."""

    document_id: str
    title: str
    pool: str
    status: str
    updated_on: str | None
    acl: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """An open index. Row i of every passage part is passage i, likewise for documents."""

    cards: tuple[Card, ...]
    passage_document: npt.NDArray[np.int64]
    """Document row of each passage."""
    document_place: Mapping[str, int]
    """Document id → document row."""
    passage_vectors: FaissIndex
    title_vectors: FaissIndex
    bm25_passages: LexicalIndex
    bm25_documents: LexicalIndex
    bm25_titles: LexicalIndex
    exact: ExactIndex
    document_vectors: FaissIndex
    """The mean of each document's passage vectors, as unit vectors."""
    vocabulary: Vocabulary
    documents: LineFile
    passages: LineFile

    def document(self, row: int) -> Document:
        """Return the document of a row."""
        given = self.documents.read(row)
        for name in ("tags", "applies_to", "acl"):
            given[name] = tuple(given[name])
        updated_on = given["updated_on"]
        given["updated_on"] = date.fromisoformat(updated_on) if updated_on else None
        return Document(**given)

    def passage(self, row: int) -> Passage:
        """Return the passage of a row."""
        given = self.passages.read(row)
        given["heading_path"] = tuple(given["heading_path"])
        return Passage(**given)

    def passage_rows(self, document_row: int) -> range:
        """Return the rows of a document's passages, which stand together."""
        first, behind = np.searchsorted(self.passage_document, [document_row, document_row + 1])
        return range(int(first), int(behind))


class LineFile:
    """JSON values, one a line, read by number without reading the others.

    Parameters
    ----------
    path : Path
        Written by `write_lines`, with its offsets in a file of the same name ending in `.npy`.
    """

    def __init__(self, path: Path) -> None:
        self._offsets = np.load(path.with_suffix(".npy"), allow_pickle=False)
        self._bytes = np.memmap(path, dtype=np.uint8, mode="r") if self._offsets[-1] else b""

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def read(self, row: int) -> dict[str, Any]:
        """Return the value of a line."""
        start, end = int(self._offsets[row]), int(self._offsets[row + 1])
        value: dict[str, Any] = json.loads(bytes(self._bytes[start:end]))
        return value


def write_lines(path: Path, values: Iterable[Mapping[str, object]]) -> None:
    """Write JSON values, one a line, and their offsets beside them."""
    offsets = [0]
    with path.open("wb") as handle:
        for value in values:
            line = json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace")
            offsets.append(offsets[-1] + handle.write(line + b"\n"))
    np.save(path.with_suffix(".npy"), np.asarray(offsets, dtype=np.int64))


def write_content(
    folder: Path,
    contents: Sequence[tuple[Document, tuple[Passage, ...]]],
    encoder: Encoder,
    settings: RetrievalSettings,
    progress: Callable[[int, int], None],
) -> None:
    """Index documents with their passages and write everything into a folder.

    Parameters
    ----------
    folder : Path
        Exists and is empty.
    contents : sequence
        By document id; documents without passages are left out by the caller.
    encoder : Encoder
        Texts → vectors.
    settings : RetrievalSettings
        Parameters of BM25.
    progress : callable
        Told how many texts are encoded, and of how many.
    """
    documents = [document for document, _ in contents]
    passages = [passage for _, held in contents for passage in held]
    texts = [embedding_text(passage) for passage in passages]
    titles = [title_text(document) for document in documents]
    vectors = _encode(encoder, [*texts, *titles], progress)
    owners = np.asarray([row for row, (_, held) in enumerate(contents) for _ in held], np.int64)
    np.save(folder / "passage_document.npy", owners)
    FaissIndex.build(vectors[: len(texts)]).save(folder / "passages.faiss")
    FaissIndex.build(vectors[len(texts) :]).save(folder / "titles.faiss")
    means = mean_vectors(vectors[: len(texts)], owners, len(documents))
    FaissIndex.build(means).save(folder / "documents.faiss")
    _write_words(folder, contents, texts, settings)

    write_lines(folder / "documents.jsonl", (_plain(document) for document in documents))
    write_lines(folder / "passages.jsonl", (asdict(passage) for passage in passages))
    cards = [{name: getattr(d, name) for name in Card.__dataclass_fields__} for d in documents]
    (folder / "cards.json").write_text(
        json.dumps(cards, ensure_ascii=False, default=str), encoding="utf-8", errors="replace"
    )


def mean_vectors(vectors: Vectors, owners: npt.NDArray[np.int64], n_owners: int) -> Vectors:
    """Return the mean vector of each owner's rows as unit vectors, shape (n_owners, n_dimensions).

    Parameters
    ----------
    vectors : array of shape (n_rows, n_dimensions)
        Unit vectors.
    owners : array of int64, shape (n_rows,)
        Owner of each row. An owner without rows gets a vector of zeros.
    n_owners : int
        How many owners there are.
    """
    sums = np.zeros((n_owners, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, owners, vectors)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(sums / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _write_words(
    folder: Path,
    contents: Sequence[tuple[Document, tuple[Passage, ...]]],
    texts: Sequence[str],
    settings: RetrievalSettings,
) -> None:
    """Write the parts of the index that go by words."""
    k1, b = settings.bm25_k1, settings.bm25_b
    bodies = [[terms(passage.text) for passage in held] for _, held in contents]
    paths: dict[tuple[str, ...], list[str]] = {}
    rows: list[list[str]] = []
    for (_, held), own in zip(contents, bodies, strict=True):
        for passage, body in zip(held, own, strict=True):
            path = passage.heading_path
            if path not in paths:
                paths[path] = terms(join_plain(path))
            rows.append([*paths[path], *body])
    LexicalIndex.build(rows, k1=k1, b=b).save(folder / "bm25_passages")
    headers = [terms(header_text(document)) for document, _ in contents]
    LexicalIndex.build(headers, k1=k1, b=b).save(folder / "bm25_titles")
    whole = [
        [*header, *(term for body in own for term in body)]
        for header, own in zip(headers, bodies, strict=True)
    ]
    LexicalIndex.build(whole, k1=k1, b=b).save(folder / "bm25_documents")
    ExactIndex.build(texts).save(folder / "exact.json")
    Vocabulary.build(texts, english_words()).save(folder / "vocabulary.json")


def read_content(folder: Path) -> Content:
    """Open what `write_content` wrote, in a folder whose hashes have been verified.

    Raises
    ------
    IndexCorruptError
        When a part is missing or unreadable.
    """
    try:
        saved = json.loads((folder / "cards.json").read_text(encoding="utf-8"))
        cards = tuple(Card(**{**card, "acl": tuple(card["acl"])}) for card in saved)
        return Content(
            cards=cards,
            passage_document=np.load(folder / "passage_document.npy", allow_pickle=False),
            document_place={card.document_id: place for place, card in enumerate(cards)},
            passage_vectors=FaissIndex.load(folder / "passages.faiss"),
            title_vectors=FaissIndex.load(folder / "titles.faiss"),
            bm25_passages=LexicalIndex.load(folder / "bm25_passages"),
            bm25_documents=LexicalIndex.load(folder / "bm25_documents"),
            bm25_titles=LexicalIndex.load(folder / "bm25_titles"),
            exact=ExactIndex.load(folder / "exact.json"),
            document_vectors=FaissIndex.load(folder / "documents.faiss"),
            vocabulary=Vocabulary.load(folder / "vocabulary.json"),
            documents=LineFile(folder / "documents.jsonl"),
            passages=LineFile(folder / "passages.jsonl"),
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IndexCorruptError(
            f"The index in {str(folder)!r} cannot be read: {error}.",
            hint="Build the index anew with `deskwise ingest`.",
        ) from error


def title_text(document: Document) -> str:
    """Return what the encoder reads of a document as a whole."""
    return join_plain([document.title, document.description])


def header_text(document: Document) -> str:
    """Return what BM25 over titles and descriptions reads."""
    return join_plain([document.title, document.description, " ".join(document.tags)])


def _encode(
    encoder: Encoder, texts: Sequence[str], progress: Callable[[int, int], None]
) -> Vectors:
    vectors = np.empty((len(texts), encoder.n_dimensions), dtype=np.float32)
    # Neighbours in length are encoded together; how texts are grouped never depends on what a
    # cache already has.
    order = sorted(range(len(texts)), key=lambda place: (-len(texts[place]), place))
    for start in range(0, len(order), _ENCODE_AT_ONCE):
        places = order[start : start + _ENCODE_AT_ONCE]
        vectors[places] = encoder.encode([texts[place] for place in places])
        progress(min(start + _ENCODE_AT_ONCE, len(order)), len(order))
    return vectors


def _plain(document: Document) -> dict[str, object]:
    plain = {name: getattr(document, name) for name in Document.__dataclass_fields__}
    plain["metadata"] = dict(document.metadata)
    return plain

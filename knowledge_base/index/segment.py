"""Some documents, indexed together in one folder: written once, then only read.

A segment is complete in itself: texts, vectors, words, and who may read what. Row numbers count
from 0 inside it; `content` numbers the rows of several segments on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge_base.arrays import (
    Arrays,
    Lines,
    line_arrays,
    named,
    read_arrays,
    under,
    write_arrays,
)
from knowledge_base.chunking import embedding_text
from knowledge_base.config import RetrievalSettings
from knowledge_base.errors import IndexCorruptError
from knowledge_base.index.dense import FaissIndex, VectorPart
from knowledge_base.index.exact import ExactIndex
from knowledge_base.index.lexical import LexicalIndex
from knowledge_base.late import Bytes, TokenVectors
from knowledge_base.model import Document, Passage
from knowledge_base.ports import CachedTokenEncoder, Encoder, Vectors
from knowledge_base.postings import Keys
from knowledge_base.text import join_plain, terms
from knowledge_base.vocabulary import Vocabulary

_FILE = "segment.bin"
_VECTORS = ("passages", "titles", "documents")
_WORDS = ("bm25_passages", "bm25_titles", "bm25_documents")
_ENCODE_AT_ONCE = 256

Kind = tuple[tuple[str, ...], str]
"""Access list and pool of a document."""
Contents = Sequence[tuple[Document, tuple[Passage, ...]]]


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
class Segment:
    """An open segment. Row i of every passage part is passage i, likewise for documents."""

    ids: Keys
    """Document ids, whose place is the document row."""
    versions: npt.NDArray[np.uint8]
    """`version_digest` of each document, shape (n_documents, 32)."""
    owners: npt.NDArray[np.int64]
    """Document row of each passage."""
    kinds: tuple[Kind, ...]
    kind_of: npt.NDArray[np.int64]
    """Place in `kinds` of each document."""
    vectors: dict[str, FaissIndex]
    """`passages`, `titles`, and `documents`: the mean of each document's passages."""
    words: dict[str, LexicalIndex]
    exact: ExactIndex
    vocabulary: Vocabulary
    lines: dict[str, Arrays]
    """`cards`, `documents`, `passages`."""
    tokens: TokenVectors | None
    """Of each passage; None when the encoder has none."""

    def contents(self, rows: Sequence[int]) -> Iterator[tuple[Document, tuple[Passage, ...]]]:
        """Yield the documents of these rows with their passages."""
        documents, passages = Lines([self.lines["documents"]]), Lines([self.lines["passages"]])
        for row in rows:
            first, behind = np.searchsorted(self.owners, [row, row + 1]).tolist()
            held = tuple(read_passage(passages, place) for place in range(first, behind))
            yield read_document(documents, row), held


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a segment is made with, besides its contents."""

    settings: RetrievalSettings
    also_words: Collection[str] = ()
    """Words that are no mistakes although no text has them."""
    mean_lengths: dict[str, float] | None = None
    """Those of the segment whose BM25 scores these must be comparable with."""
    tokens: TokenVectors | None = None
    """Token vectors of each passage."""


def write_segment(folder: Path, contents: Contents, vectors: Vectors, given: Given) -> None:
    """Index documents with their passages and write everything into a folder.

    Parameters
    ----------
    folder : Path
        Exists and is empty.
    contents : sequence
        By document id; documents without passages are left out by the caller.
    vectors : array of shape (n_passages + n_documents, n_dimensions)
        Unit vectors of `texts_of(contents)`.
    given : Given
        Parameters of BM25 and the like.
    """
    documents = [document for document, _ in contents]
    passages = [passage for _, held in contents for passage in held]
    owners = np.asarray([row for row, (_, held) in enumerate(contents) for _ in held], np.int64)
    means = mean_vectors(vectors[: len(passages)], owners, len(documents))
    parts = (vectors[: len(passages)], vectors[len(passages) :], means)
    arrays: dict[str, npt.NDArray[Any]] = {
        "owners": owners.astype(np.int32),
        "versions": _versions(documents),
        **named("ids", Keys.build(document.document_id for document in documents).arrays()),
        **_kinds(documents),
    }
    for name, part in zip(_VECTORS, map(VectorPart.build, parts), strict=True):
        arrays[f"vectors.{name}"] = part.vectors
        if part.has_cells:
            part.write_cells(folder / f"{name}.cells")
    if given.tokens is not None:
        arrays |= {"tokens.vectors": given.tokens.vectors, "tokens.ends": given.tokens.ends}
    arrays |= _word_arrays(contents, given)
    names = Card.__dataclass_fields__
    cards = ({name: getattr(document, name) for name in names} for document in documents)
    arrays |= named("cards", line_arrays(cards))
    arrays |= named("documents", line_arrays(_plain(document) for document in documents))
    arrays |= named("passages", line_arrays(asdict(passage) for passage in passages))
    write_arrays(folder / _FILE, arrays)


def read_segment(folder: Path) -> Segment:
    """Open what `write_segment` wrote, in a folder that has been verified.

    Raises
    ------
    IndexCorruptError
        When a part is missing or unreadable.
    """
    try:
        arrays = read_arrays(folder / _FILE)
        kinds = Lines([under(arrays, "kinds")])
        return Segment(
            ids=Keys.read(under(arrays, "ids")),
            versions=arrays["versions"],
            owners=arrays["owners"].astype(np.int64),
            kinds=tuple(
                (tuple(kind["acl"]), str(kind["pool"]))
                for kind in map(kinds.read, range(len(kinds)))
            ),
            kind_of=arrays["kind_of"].astype(np.int64),
            vectors={name: _read_vectors(folder, arrays, name) for name in _VECTORS},
            words={name: LexicalIndex.read(under(arrays, name)) for name in _WORDS},
            exact=ExactIndex.read(under(arrays, "exact")),
            vocabulary=Vocabulary.read(under(arrays, "vocabulary")),
            lines={name: under(arrays, name) for name in ("cards", "documents", "passages")},
            tokens=_read_tokens(arrays),
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IndexCorruptError(
            f"The index in {str(folder)!r} cannot be read: {error}.",
            hint="Build the index anew with `deskwise ingest`.",
        ) from error


def texts_of(contents: Contents) -> list[str]:
    """Return what is encoded of documents: every passage, then every title."""
    passages = [embedding_text(passage) for _, held in contents for passage in held]
    return [*passages, *(title_text(document) for document, _ in contents)]


def encode_contents(
    encoder: Encoder,
    contents: Contents,
    settings: RetrievalSettings,
    progress: Callable[[int, int], None],
) -> tuple[Vectors, TokenVectors | None]:
    """Return the vectors of `texts_of(contents)`, and the token vectors of the passages.

    `progress` is told how many texts are encoded, and of how many. Token vectors are None when the
    encoder has none, or no cache that keeps them, or the settings want none.
    """
    texts = texts_of(contents)
    n_passages = sum(len(held) for _, held in contents)
    vectors = np.empty((len(texts), encoder.n_dimensions), dtype=np.float32)
    has_tokens = (
        settings.late_interaction and isinstance(encoder, CachedTokenEncoder) and encoder.has_tokens
    )
    tokens: dict[int, Bytes] = {}
    # Neighbours in length are encoded together; how texts are grouped never depends on what a
    # cache already has.
    order = sorted(range(len(texts)), key=lambda place: (-len(texts[place]), place))
    for start in range(0, len(order), _ENCODE_AT_ONCE):
        places = order[start : start + _ENCODE_AT_ONCE]
        if has_tokens:
            assert isinstance(encoder, CachedTokenEncoder)
            own = [place for place in places if place < n_passages]
            # First, because what this computes includes the vectors of the same texts.
            found = encoder.tokens([texts[place] for place in own])
            tokens.update((place, found.text(row)) for row, place in enumerate(own))
        vectors[places] = encoder.encode([texts[place] for place in places])
        progress(min(start + _ENCODE_AT_ONCE, len(order)), len(order))
    if not has_tokens:
        return vectors, None
    return vectors, TokenVectors.of([tokens[place] for place in range(n_passages)])


def mean_vectors(vectors: Vectors, owners: npt.NDArray[np.int64], n_owners: int) -> Vectors:
    """Return the mean vector of each owner's rows as unit vectors, shape (n_owners, n_dimensions).

    Parameters
    ----------
    vectors : array of shape (n_rows, n_dimensions)
        Unit vectors.
    owners : array of int64, shape (n_rows,)
        Owner of each row, ascending. An owner without rows gets a vector of zeros.
    n_owners : int
        How many owners there are.
    """
    sums = np.zeros((n_owners, vectors.shape[1]), dtype=np.float32)
    if len(owners):
        present, firsts = np.unique(owners, return_index=True)
        sums[present] = np.add.reduceat(vectors, firsts, axis=0)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(sums / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def version_digest(document_id: str, content_hash: str) -> bytes:
    """Return 32 bytes that stand for a version of a document."""
    return hashlib.sha256(
        f"{document_id}\0{content_hash}".encode("utf-8", "surrogatepass")
    ).digest()


def title_text(document: Document) -> str:
    """Return what the encoder reads of a document as a whole."""
    return join_plain([document.title, document.description])


def header_text(document: Document) -> str:
    """Return what BM25 over titles and descriptions reads."""
    return join_plain([document.title, document.description, " ".join(document.tags)])


def read_document(lines: Lines, row: int) -> Document:
    """Return a document as it was indexed."""
    given = lines.read(row)
    for name in ("tags", "applies_to", "acl"):
        given[name] = tuple(given[name])
    updated_on = given["updated_on"]
    given["updated_on"] = date.fromisoformat(updated_on) if updated_on else None
    return Document(**given)


def read_passage(lines: Lines, row: int) -> Passage:
    """Return a passage as it was indexed."""
    given = lines.read(row)
    given["heading_path"] = tuple(given["heading_path"])
    return Passage(**given)


def _word_arrays(contents: Contents, given: Given) -> dict[str, npt.NDArray[Any]]:
    """Return the parts of a segment that go by words."""
    bodies = [[terms(passage.text) for passage in held] for _, held in contents]
    paths: dict[tuple[str, ...], list[str]] = {}
    rows: list[list[str]] = []
    for (_, held), own in zip(contents, bodies, strict=True):
        for passage, body in zip(held, own, strict=True):
            path = passage.heading_path
            if path not in paths:
                paths[path] = terms(join_plain(path))
            rows.append([*paths[path], *body])
    headers = [terms(header_text(document)) for document, _ in contents]
    whole = [
        [*header, *(term for body in own for term in body)]
        for header, own in zip(headers, bodies, strict=True)
    ]
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, counted in zip(_WORDS, (rows, headers, whole), strict=True):
        index = LexicalIndex.build(
            counted,
            k1=given.settings.bm25_k1,
            b=given.settings.bm25_b,
            mean_length=given.mean_lengths[name] if given.mean_lengths else None,
        )
        arrays |= named(name, index.arrays())
    texts = [embedding_text(passage) for _, held in contents for passage in held]
    arrays |= named("exact", ExactIndex.build(texts).arrays())
    return arrays | named("vocabulary", Vocabulary.build(texts, given.also_words).arrays())


def _kinds(documents: Sequence[Document]) -> dict[str, npt.NDArray[Any]]:
    numbers: dict[Kind, int] = {}
    kind_of = [numbers.setdefault((each.acl, each.pool), len(numbers)) for each in documents]
    lines = line_arrays({"acl": acl, "pool": pool} for acl, pool in numbers)
    return {"kind_of": np.asarray(kind_of, dtype=np.int32), **named("kinds", lines)}


def _versions(documents: Sequence[Document]) -> npt.NDArray[np.uint8]:
    digests = b"".join(version_digest(each.document_id, each.content_hash) for each in documents)
    return np.frombuffer(bytearray(digests), dtype=np.uint8).reshape(-1, 32)


def _read_tokens(arrays: Arrays) -> TokenVectors | None:
    if "tokens.ends" not in arrays:
        return None
    return TokenVectors(vectors=arrays["tokens.vectors"], ends=arrays["tokens.ends"])


def _read_vectors(folder: Path, arrays: Arrays, name: str) -> FaissIndex:
    cells = folder / f"{name}.cells"
    part = VectorPart.read(arrays[f"vectors.{name}"], cells if cells.exists() else None)
    return FaissIndex([part])


def _plain(document: Document) -> dict[str, object]:
    plain = {name: getattr(document, name) for name in Document.__dataclass_fields__}
    plain["metadata"] = dict(document.metadata)
    return plain

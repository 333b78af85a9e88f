"""Articles → questions that they would be asked: pieces of their text, taken out of them.

A Symptoms section says in the words of those who suffer what the rest of the article solves; where
there is none, a passage stands in for it. The piece is taken out of the article, so that finding
the article by it means finding the rest.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from knowledge_base.blocks import parse
from knowledge_base.model import Document, Passage
from knowledge_base.text import join_plain, normalise, words

Contents = Sequence[tuple[Document, tuple[Passage, ...]]]
PieceKind = Literal["symptom", "sentence"]
Part = Literal["train", "choose", "judge"]

SYMPTOM_HEADING = re.compile(
    r"\W*(?:symptoms?|problems?|issues?|error messages?)(?:\s+\d+)?\W*", re.IGNORECASE
)
"""Whole headings of what somebody sees rather than of what to do."""
MOST_WORDS = 90
"""A longer symptom is cut: the rest of it is seldom what anybody would type."""
_FEWEST_WORDS, _MOST_SENTENCE_WORDS = 6, 40
_SENTENCES_OF_A_PASSAGE = 2
_JUDGED_SHARE = 0.2
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Something that a document should be found by."""

    text: str
    document_id: str
    kind: PieceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Documents without some of their passages, and what stood there."""

    contents: tuple[tuple[Document, tuple[Passage, ...]], ...]
    pieces: tuple[Piece, ...]
    """By document id."""

    def of(self, part: Part, *, seed: int) -> tuple[Piece, ...]:
        """Return the pieces of the documents of one part."""
        return tuple(piece for piece in self.pieces if part_of(piece.document_id, seed) == part)


def part_of(document_id: str, seed: int) -> Part:
    """Return which part a document is in: a tenth each chooses and judges, the others train."""
    share = _share(document_id, seed)
    if share < _JUDGED_SHARE / 2:
        return "judge"
    return "choose" if share < _JUDGED_SHARE else "train"


def take_pieces(contents: Iterable[tuple[Document, tuple[Passage, ...]]], *, seed: int) -> Pieces:
    """Take a piece out of every document that has more than one passage.

    Parameters
    ----------
    contents : iterable
        Documents with their passages.
    seed : int
        Which passage is taken where there are no symptoms.

    Returns
    -------
    Pieces
        A document whose passages are all about symptoms, or that has a single one, stays whole and
        gives no piece. A sentence that stands in pieces of two documents says nothing of either
        and is left out.
    """
    kept: list[tuple[Document, tuple[Passage, ...]]] = []
    pieces: list[Piece] = []
    for document, passages in sorted(contents, key=lambda each: each[0].document_id):
        taken = _taken(document, passages, seed)
        places = {passage.ordinal for passage in taken.passages}
        rest = tuple(passage for passage in passages if passage.ordinal not in places)
        if not rest:
            kept.append((document, passages))
            continue
        if len(rest) < len(passages):
            # Another hash: an index must not take it for the whole document.
            document = replace(document, content_hash=f"{document.content_hash}-{seed}")
        kept.append((document, rest))
        pieces += _pieces(document, taken)
    n_documents = Counter(key for key, _ in {(_key(each), each.document_id) for each in pieces})
    return Pieces(
        contents=tuple(kept),
        pieces=tuple(piece for piece in pieces if n_documents[_key(piece)] == 1),
    )


def sentences(text: str) -> list[str]:
    """Return the sentences of a text that could be a question by their length."""
    return [
        sentence.strip()
        for sentence in _SENTENCE_ENDS.split(text)
        if _FEWEST_WORDS <= len(words(sentence)) <= _MOST_SENTENCE_WORDS
    ]


def roughened(text: str, random: np.random.Generator) -> str:
    """Return a text as somebody in a hurry writes it: some words left out, a letter misplaced."""
    told = [word for word in text.split() if random.random() > 0.2]
    long = [place for place, word in enumerate(told) if len(word) >= 5 and word.isalpha()]
    if long:
        place = long[int(random.integers(len(long)))]
        word, at = told[place], int(random.integers(1, len(told[place]) - 2))
        told[place] = f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"
    return " ".join(told) if len(told) >= 3 else text


@dataclass(frozen=True, slots=True)
class _Taken:
    passages: Sequence[Passage]
    symptoms: str = ""


def _taken(document: Document, passages: Sequence[Passage], seed: int) -> _Taken:
    """Return the passages to take out, and what the symptoms among them say."""
    blocks = [
        (each.block, each.plain)
        for each in parse(document.text, document.body_start)
        if each.block.kind != "heading" and _is_symptom(each.block.heading_path)
    ]
    own = [
        passage
        for passage in passages
        if any(block.start < passage.end and passage.start < block.end for block, _ in blocks)
    ]
    if own and len(own) < len(passages):
        return _Taken(own, join_plain([plain for _, plain in blocks]))
    if len(passages) < 2:
        return _Taken(())
    place = int(_share(document.document_id, seed + 1) * len(passages))
    return _Taken(passages[place : place + 1])


def _is_symptom(heading_path: Sequence[str]) -> bool:
    return any(SYMPTOM_HEADING.fullmatch(heading) for heading in heading_path)


def _pieces(document: Document, taken: _Taken) -> Iterator[Piece]:
    texts: Mapping[PieceKind, Sequence[str]]
    if taken.symptoms:
        whole = " ".join(taken.symptoms.split()[:MOST_WORDS])
        own = sentences(whole)
        # The first sentence alone is how most people would put it.
        texts = {"symptom": list(dict.fromkeys([whole, *own[:1]]))}
    else:
        found = [each for passage in taken.passages for each in sentences(passage.text)]
        step = max(1, len(found) // _SENTENCES_OF_A_PASSAGE)
        texts = {"sentence": found[::step][:_SENTENCES_OF_A_PASSAGE]}
    for kind, own_texts in texts.items():
        for text in own_texts:
            if len(words(text)) >= 3:
                yield Piece(text=text, document_id=document.document_id, kind=kind)


def _key(piece: Piece) -> str:
    return normalise(piece.text)


def _share(name: str, seed: int) -> float:
    digest = hashlib.sha256(f"{seed}\0{name}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64

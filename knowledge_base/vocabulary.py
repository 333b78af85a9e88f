"""Words of the corpus, and the nearest of them for a word that it does not have."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.errors import IndexCorruptError
from knowledge_base.text import STOP_WORDS, words

_SHORTEST = 4
_LONG = 6
_LEAST_DOCUMENTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A word that the corpus does not have, and what was probably meant."""

    written: str
    meant: str
    similarity: float
    """1 minus edits by length, in 0..1."""


class Vocabulary:
    """How many texts each word of the corpus stands in.

    Parameters
    ----------
    counts : mapping of str to int
        Normalised words → number of texts.
    """

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._targets = sorted(
            word
            for word, count in counts.items()
            if count >= _LEAST_DOCUMENTS and len(word) >= _SHORTEST
        )

    @classmethod
    def build(cls, texts: Iterable[str]) -> Vocabulary:
        """Count the alphabetic words of texts."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update({word for word in words(text) if word.isalpha()})
        return cls(dict(counts))

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Open a saved vocabulary.

        Raises
        ------
        IndexCorruptError
            When the file is unreadable.
        """
        try:
            return cls({str(k): int(v) for k, v in json.loads(path.read_text("utf-8")).items()})
        except (OSError, ValueError, AttributeError) as error:
            raise IndexCorruptError(
                f"{path.name!r} cannot be read as a vocabulary.",
                hint="Build the index anew with `deskwise ingest`.",
            ) from error

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def save(self, path: Path) -> None:
        """Write the vocabulary to one file."""
        path.write_text(json.dumps(self._counts, ensure_ascii=False, sort_keys=True), "utf-8")

    def repairs(self, query: str) -> tuple[Repair, ...]:
        """Return the nearest corpus word of each word that the corpus does not have.

        Letters may be missing, added, changed or swapped: one in words of up to five letters, two
        in longer ones. Among equally near words the commonest is taken. A word with a digit is
        never repaired: a wrong code is no typing mistake that may be guessed at.

        Parameters
        ----------
        query : str
            Empty, or without unknown words, gives no repairs.
        """
        unknown = dict.fromkeys(
            word
            for word in words(query)
            if word.isalpha()
            and len(word) >= _SHORTEST
            and word not in self._counts
            and word not in STOP_WORDS
        )
        found = (self._nearest(word) for word in unknown)
        return tuple(repair for repair in found if repair is not None)

    def _nearest(self, word: str) -> Repair | None:
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        limit = 2 if len(word) >= _LONG else 1
        near: Sequence[tuple[str, float, int]] = extract(
            word, self._targets, scorer=OSA.distance, score_cutoff=limit, limit=None
        )
        if not near:
            return None
        meant, edits, _ = min(near, key=lambda each: (each[1], -self._counts[each[0]], each[0]))
        return Repair(written=word, meant=meant, similarity=1 - edits / max(len(word), len(meant)))


def repaired(query: str, repairs: Sequence[Repair]) -> str:
    """Return the query's words with the repairs in place, in one line."""
    meant = {repair.written: repair.meant for repair in repairs}
    return " ".join(meant.get(word, word) for word in words(query))

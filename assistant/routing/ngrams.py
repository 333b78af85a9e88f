"""Which letters and words a text is made of: TF-IDF over character and word n-grams.

Character n-grams stay within words, so that a typing error spoils a few of them and not all.
Weights are (1 + ln tf) · (ln((1 + n) / (1 + df)) + 1), each family scaled to unit length
(Salton & Buckley 1988; the smoothed form that scikit-learn uses).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge_base.text import normalise

SHORTEST, LONGEST = 2, 5
"""Characters of a character n-gram, the spaces around a word included."""
MAX_WORDS = 2
"""Words of a word n-gram."""
MIN_DOCUMENTS = 2
"""An n-gram that fewer texts have is not looked at."""
MAX_CHARS = 4000
"""What follows is not looked at; the encoder stops earlier."""

_WORD = re.compile(r"\w+|\?", re.UNICODE)
_MARKS = ("c", "w")
"""First character of a key: from characters, or from words."""

Places = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ngrams:
    """The n-grams of a collection of texts."""

    places: Mapping[str, int]
    """N-gram → its place, from 0, in sorted order of the n-grams."""
    idf: Weights
    """Inverse document frequency by place, shape (n_ngrams,)."""

    def weigh(self, text: str) -> tuple[Places, Weights]:
        """Return the places of the text's known n-grams, ascending, and their weights.

        Both are empty when nothing of the text is known. The weights of each family, characters
        and words, have unit length.
        """
        found: list[tuple[int, float]] = []
        counts = Counter(ngrams_of(text))
        for mark in _MARKS:
            family = [
                (self.places[gram], (1.0 + math.log(n)) * float(self.idf[self.places[gram]]))
                for gram, n in counts.items()
                if gram[0] == mark and gram in self.places
            ]
            length = math.sqrt(math.fsum(weight * weight for _, weight in family)) or 1.0
            found.extend((place, weight / length) for place, weight in family)
        found.sort()
        return (
            np.array([place for place, _ in found], dtype=np.int64),
            np.array([weight for _, weight in found], dtype=np.float32),
        )


def fit_ngrams(texts: Sequence[str]) -> Ngrams:
    """Return the n-grams that at least two of the texts have, with their rarity."""
    n_texts_with: Counter[str] = Counter()
    for text in texts:
        n_texts_with.update(set(ngrams_of(text)))
    kept = sorted(gram for gram, n in n_texts_with.items() if n >= MIN_DOCUMENTS)
    idf = [math.log((1 + len(texts)) / (1 + n_texts_with[gram])) + 1.0 for gram in kept]
    return Ngrams(
        places={gram: place for place, gram in enumerate(kept)},
        idf=np.array(idf, dtype=np.float32),
    )


def ngrams_of(text: str) -> Iterator[str]:
    """Yield every n-gram of a text as often as it occurs: `c…` of characters, `w…` of words."""
    plain = normalise(text[:MAX_CHARS])
    for word in plain.split():
        padded = f" {word} "
        for size in range(SHORTEST, LONGEST + 1):
            if size > len(padded):
                break
            for start in range(len(padded) - size + 1):
                yield "c" + padded[start : start + size]
    words = _WORD.findall(plain)
    for n_words in range(1, MAX_WORDS + 1):
        for start in range(len(words) - n_words + 1):
            yield "w" + " ".join(words[start : start + n_words])

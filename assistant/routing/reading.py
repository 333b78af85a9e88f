"""A text as the router's classifier gets it: repaired, with evidence, and as a vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.routing.evidence import evidence_words
from assistant.routing.learner import Vectors
from assistant.routing.spelling import Speller
from knowledge_base.ports import Encoder

MOST_READ_TWICE = 100
"""A longer text has enough words without the misspelt ones; it is read repaired alone, in half the
time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Texts for the n-grams, and their vectors."""

    texts: tuple[str, ...]
    vectors: Vectors
    """Unit vectors, shape (n_texts, n_dimensions)."""

    def part(self, rows: Sequence[int]) -> Reading:
        """Return some of the texts, in the order of the rows."""
        return Reading(texts=tuple(self.texts[row] for row in rows), vectors=self.vectors[rows])


def read_texts(texts: Sequence[str], *, encoder: Encoder, speller: Speller) -> Reading:
    """Return texts repaired, with their evidence, and vectors of what was written and was meant.

    Repair adds to what was written and does not replace it: the vector is the mean of both, unless
    the text is long.

    Parameters
    ----------
    texts
        At least one; may be empty texts.
    encoder, speller
        Those of the router.
    """
    repaired = [speller.repair(text) for text in texts]
    changed = [
        row
        for row, text in enumerate(texts)
        if repaired[row] != text and len(text) <= MOST_READ_TWICE
    ]
    once = [
        text if len(text) <= MOST_READ_TWICE else plain
        for text, plain in zip(texts, repaired, strict=True)
    ]
    found = encoder.encode([*once, *(repaired[row] for row in changed)])
    vectors = found[: len(texts)].copy()
    if changed:
        both = vectors[changed] + found[len(texts) :]
        vectors[changed] = both / np.maximum(np.linalg.norm(both, axis=1, keepdims=True), 1e-9)
    return Reading(
        texts=tuple(
            " ".join([plain, *evidence_words(text)])
            for text, plain in zip(texts, repaired, strict=True)
        ),
        vectors=vectors,
    )

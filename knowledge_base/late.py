"""Late interaction: a question's tokens against a passage's, each with its nearest one.

One vector for a passage says what it is about; a vector for each of its tokens says whether it has
what each word of the question asks for (Khattab & Zaharia 2020, ColBERT). The tokens are states of
the last layer that are computed anyway for the passage's own vector. They are kept small: only
tokens that carry a topic, at most 64 of a passage, 64 numbers each, a byte a number. All 384
numbers of all tokens rank no better (docs/retrieval.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

N_NUMBERS = 64
"""Numbers of a token's vector, in the basis of `token_basis.npy`."""
MOST_TOKENS = 64
"""Tokens kept of a passage: those with the rarest word pieces."""
NEARNESSES = (0.9, 0.75, 0.6, 0.45)
"""From which cosine on a question's token counts as met, for each of the legs `late_90` … ."""
LATE_LEGS = ("late", *(f"late_{round(100 * nearness)}" for nearness in NEARNESSES))
"""`late`: the mean of the nearest cosines; the others: the share that is met."""

_SCALE = 127.0

Bytes = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenVectors:
    """Token vectors of several texts, laid end to end."""

    vectors: Bytes
    """Unit vectors times 127, shape (n_tokens, 64)."""
    ends: npt.NDArray[np.int64]
    """Where the tokens of each text end, shape (n_texts,)."""

    @classmethod
    def of(cls, texts: Sequence[Bytes]) -> TokenVectors:
        """Lay the token vectors of texts end to end."""
        lengths = [len(each) for each in texts]
        laid = np.concatenate(texts) if texts else np.empty((0, N_NUMBERS), dtype=np.int8)
        return cls(vectors=laid, ends=np.cumsum(lengths, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.ends)

    def text(self, row: int) -> Bytes:
        """Return the token vectors of one text, shape (n_tokens, 64)."""
        start = int(self.ends[row - 1]) if row else 0
        return self.vectors[start : int(self.ends[row])]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionTokens:
    """The tokens of a question."""

    vectors: Floats
    """Unit vectors, shape (n_tokens, 64)."""
    weights: Floats
    """How much each counts, shape (n_tokens,); they sum to 1."""


class StackedTokens:
    """Token vectors of several parts, their texts numbered on.

    Parameters
    ----------
    parts : sequence of TokenVectors
        In the order of their rows.
    """

    def __init__(self, parts: Sequence[TokenVectors]) -> None:
        self._parts = tuple(parts)
        self._starts = np.cumsum([0, *(len(part) for part in self._parts)])

    def text(self, row: int) -> Bytes:
        """Return the token vectors of one text, shape (n_tokens, 64)."""
        number = int(np.searchsorted(self._starts, row, side="right")) - 1
        return self._parts[number].text(row - int(self._starts[number]))


def to_bytes(vectors: Floats) -> Bytes:
    """Return unit vectors in a byte a number."""
    return np.round(vectors * _SCALE).astype(np.int8)


def late_scores(question: QuestionTokens, texts: Sequence[Bytes]) -> Floats:
    """Return what each late leg says of each text, shape (n_texts, n_legs).

    Parameters
    ----------
    question : QuestionTokens
        At least one token.
    texts : sequence of arrays of shape (n_tokens, 64)
        Token vectors in bytes. A text without tokens scores 0.

    Returns
    -------
    array of float32
        Columns in the order of `LATE_LEGS`: the first in -1..1, the others in 0..1.
    """
    scores = np.zeros((len(texts), len(LATE_LEGS)), dtype=np.float32)
    rows = [row for row, text in enumerate(texts) if len(text)]
    if not rows:
        return scores
    laid = np.concatenate([texts[row] for row in rows]).astype(np.float32) / np.float32(_SCALE)
    starts = np.cumsum([0, *(len(texts[row]) for row in rows[:-1])])
    nearest = np.maximum.reduceat(laid @ question.vectors.T, starts, axis=0)
    scores[rows, 0] = nearest @ question.weights
    for column, nearness in enumerate(NEARNESSES, start=1):
        scores[rows, column] = (nearest > nearness) @ question.weights
    return scores

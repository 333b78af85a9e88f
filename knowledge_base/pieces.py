"""Token states of the built-in encoder → the few token vectors that are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge_base.late import MOST_TOKENS, Bytes, Floats, QuestionTokens, to_bytes
from knowledge_base.text import STOP_WORDS

TOKEN_BASIS = Path(__file__).with_name("token_basis.npy")
"""The 64 directions that hold most of the built-in encoder's token states, shape (384, 64).

The leading right singular vectors of 20,000 token states, each of unit length, of Microsoft's
support articles."""

_MARKS = frozenset({"[CLS]", "[SEP]", "[PAD]"})
_COMMONEST_PIECE = 900
"""Word pieces are numbered by falling frequency, near enough; letters and marks come before."""
_LEAST_WEIGHT = 0.1


@dataclass(frozen=True, slots=True)
class PieceReader:
    """Chooses the tokens of a text that are kept, and turns their states into the basis.

    Parameters
    ----------
    is_idle : array of bool, shape (n_pieces,)
        For every word piece whether it carries no topic: marks, punctuation, function words.
    basis : array of shape (n_dimensions, 64)
        Columns of unit length at right angles.
    """

    is_idle: npt.NDArray[np.bool_]
    basis: Floats

    @classmethod
    def read(cls, vocabulary: Mapping[str, int]) -> PieceReader:
        """Return a reader for a tokenizer's word pieces, by number."""
        is_idle = np.zeros(max(vocabulary.values()) + 1, dtype=bool)
        is_idle[[number for piece, number in vocabulary.items() if _is_idle(piece)]] = True
        return cls(is_idle, np.load(TOKEN_BASIS, allow_pickle=False).astype(np.float32))

    def passage(self, pieces: Sequence[int], states: Floats) -> Bytes:
        """Return the vectors of a passage's telling tokens in order, at most 64.

        Parameters
        ----------
        pieces : sequence of int
            Word pieces with the marks at both ends.
        states : array of shape (n_pieces, n_dimensions)
            The state of each.
        """
        kept = np.sort(self._telling(pieces)[:MOST_TOKENS])
        return to_bytes(self._turned(states[kept]))

    def question(self, pieces: Sequence[int], states: Floats) -> QuestionTokens:
        """Return a question's telling tokens, the rarer the weightier. Parameters as `passage`."""
        kept = np.sort(self._telling(pieces))
        rarity = np.log(np.asarray(pieces, dtype=np.float32)[kept] / _COMMONEST_PIECE)
        weights = np.maximum(rarity, _LEAST_WEIGHT)
        return QuestionTokens(
            vectors=self._turned(states[kept]),
            weights=np.asarray(weights / weights.sum(), dtype=np.float32),
        )

    def _telling(self, pieces: Sequence[int]) -> npt.NDArray[np.int64]:
        """Return places of the pieces that carry a topic, the rarest first, ties by place.

        Where none does, all but the marks; at least one.
        """
        numbers = np.asarray(pieces)
        kept = np.flatnonzero(~self.is_idle[numbers])
        if len(kept) == 0:
            kept = np.arange(1, len(pieces) - 1) if len(pieces) > 2 else np.arange(1)
        return kept[np.argsort(-numbers[kept], kind="stable")]

    def _turned(self, states: Floats) -> Floats:
        turned = states @ self.basis
        lengths = np.linalg.norm(turned, axis=1, keepdims=True)
        return np.asarray(turned / np.maximum(lengths, 1e-9), dtype=np.float32)


def _is_idle(piece: str) -> bool:
    return (
        piece in _MARKS
        or piece in STOP_WORDS
        or not any(letter.isalnum() for letter in piece.removeprefix("##"))
    )

"""Vectors of what people asked, kept in memory and never on disk: they count as the text itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from assistant.gaps.clusters import Vectors

MOST = 5000


@dataclass(frozen=True, slots=True)
class Remembered:
    """An encoder of questions that encodes each once while there is room.

    Attributes
    ----------
    encode : callable
        Texts → unit vectors.
    """

    encode: Callable[[Sequence[str]], Vectors]
    _held: dict[str, Vectors] = field(default_factory=dict)

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n_texts, d); (0, 1) for no texts."""
        held = dict(self._held)
        missing = sorted({text for text in texts if text not in held})
        if missing:
            fresh = dict(zip(missing, self.encode(missing), strict=True))
            if len(held) + len(fresh) > MOST:
                self._held.clear()
            self._held.update(fresh)
            held |= fresh
        if not texts:
            return np.zeros((0, 1), dtype=np.float32)
        return np.stack([held[text] for text in texts])

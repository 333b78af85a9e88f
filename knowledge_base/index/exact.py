"""Passages by the error codes, commands and file names that stand in them, to the letter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge_base.arrays import Arrays, named, under
from knowledge_base.postings import Postings, Stretch, numbered_on
from knowledge_base.text import identifiers


class ExactIndex:
    """Identifier → rows, in one part or several numbered on.

    Parameters
    ----------
    parts : sequence of Stretch
        From `build`, `read` or `stacked`.
    """

    def __init__(self, parts: Sequence[Stretch]) -> None:
        self._parts = tuple(parts)

    @classmethod
    def build(cls, texts: Sequence[str]) -> ExactIndex:
        """Index texts as they are written, before normalising."""
        postings = Postings.build(identifiers(text) for text in texts)
        return cls(numbered_on([(len(texts), postings)]))

    @classmethod
    def stacked(cls, indexes: Sequence[ExactIndex]) -> ExactIndex:
        """Return several indexes as one, their rows numbered on in this order."""
        return cls(
            numbered_on([(part.n_rows, part.postings) for each in indexes for part in each._parts])
        )

    @classmethod
    def read(cls, arrays: Arrays) -> ExactIndex:
        """Open what `arrays` returned."""
        n_rows = int(arrays["shape"][0])
        return cls(numbered_on([(n_rows, Postings.read(under(arrays, "postings")))]))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays of an index in one part, to be written."""
        (part,) = self._parts
        shape = np.asarray([part.n_rows], dtype=np.int64)
        return {"shape": shape, **named("postings", part.postings.arrays())}

    def __len__(self) -> int:
        return sum(part.n_rows for part in self._parts)

    def scores(self, query: str) -> npt.NDArray[np.float32]:
        """Return for every row the summed rarity of the query's identifiers in it.

        The rarity of an identifier is ln((n + 1) / (n_with + 0.5)), as in BM25's inverse document
        frequency, counted over all parts. Shape (n_rows,), zeros where none stands.
        """
        total = np.zeros(len(self), dtype=np.float32)
        for identifier in identifiers(query):
            spans = [part.postings.span(identifier) for part in self._parts]
            n_with = sum(span.stop - span.start for span in spans)
            if n_with == 0:
                continue
            rarity = np.float32(math.log((len(total) + 1) / (n_with + 0.5)))
            for part, span in zip(self._parts, spans, strict=True):
                total[part.place][part.postings.rows[span]] += rarity
        return total

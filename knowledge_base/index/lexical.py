"""BM25 over the product's own terms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge_base.arrays import Arrays, named, under
from knowledge_base.postings import Postings, Stretch, numbered_on


class LexicalIndex:
    """BM25 (Lucene's variant) over rows of terms, in one part or several numbered on.

    A row's score for a term is idf · tf / (tf + k1 · (1 - b + b · length / mean length)). What
    follows the idf is computed when a part is built; the idf when a question is asked, from all
    parts together, so that a row scores the same whichever part it stands in.

    Parameters
    ----------
    parts : sequence of Stretch
        From `build`, `read` or `stacked`; values are term weights without the idf.
    mean_length : float
        Terms of a row, on average over the rows that the first part was built from.
    """

    def __init__(self, parts: Sequence[Stretch], mean_length: float) -> None:
        self._parts = tuple(parts)
        self.mean_length = mean_length

    @classmethod
    def build(
        cls, rows: Sequence[Sequence[str]], *, k1: float, b: float, mean_length: float | None = None
    ) -> LexicalIndex:
        """Index rows of terms; a row may be empty.

        Parameters
        ----------
        rows : sequence of sequence of str
            Terms in any order.
        k1, b : float
            At least 0; in 0..1.
        mean_length : float, optional
            That of a larger index whose scores these rows must be comparable with.
        """
        lengths = np.asarray([len(row) for row in rows], dtype=np.float64)
        if mean_length is None:
            mean_length = float(lengths.mean()) if len(lengths) else 0.0
        postings = Postings.build(rows)
        counts = postings.values
        share = lengths / mean_length if mean_length > 0 else np.zeros_like(lengths)
        room = (k1 * (1 - b + b * share)).astype(np.float32)
        weights = counts / (counts + room[postings.rows])
        weighed = Postings(postings.keys, postings.starts, postings.rows, weights)
        return cls(numbered_on([(len(rows), weighed)]), mean_length)

    @classmethod
    def stacked(cls, indexes: Sequence[LexicalIndex]) -> LexicalIndex:
        """Return several indexes as one, their rows numbered on in this order."""
        parts = [(part.n_rows, part.postings) for index in indexes for part in index._parts]
        return cls(numbered_on(parts), indexes[0].mean_length if indexes else 0.0)

    @classmethod
    def read(cls, arrays: Arrays) -> LexicalIndex:
        """Open what `arrays` returned."""
        n_rows, mean_length = arrays["shape"].tolist()
        postings = Postings.read(under(arrays, "postings"))
        return cls(numbered_on([(int(n_rows), postings)]), mean_length)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays of an index in one part, to be written."""
        (part,) = self._parts
        shape = np.asarray([part.n_rows, self.mean_length], dtype=np.float64)
        return {"shape": shape, **named("postings", part.postings.arrays())}

    def __len__(self) -> int:
        return sum(part.n_rows for part in self._parts)

    @property
    def vocabulary(self) -> frozenset[str]:
        """Return every term of the index."""
        return frozenset(word for part in self._parts for word in part.postings.keys.all())

    def scores(
        self, terms: Sequence[str], *, boosts: Sequence[float] | None = None
    ) -> npt.NDArray[np.float32]:
        """Return the BM25 score of every row, shape (n_rows,), zeros for unknown terms.

        `boosts`, if given, has one factor for each term.
        """
        total = np.zeros(len(self), dtype=np.float32)
        weights: dict[str, float] = {}
        for place, term in enumerate(terms):
            boost = 1.0 if boosts is None else boosts[place]
            weights[term] = weights.get(term, 0.0) + boost
        for term, weight in weights.items():
            spans = [part.postings.span(term) for part in self._parts]
            n_with = sum(span.stop - span.start for span in spans)
            if n_with == 0:
                continue
            idf = math.log(1 + (len(total) - n_with + 0.5) / (n_with + 0.5))
            factor = np.float32(weight * idf)
            for part, span in zip(self._parts, spans, strict=True):
                # No row stands twice under a term, so adding by index is safe.
                view = total[part.place]
                view[part.postings.rows[span]] += factor * part.postings.values[span]
        return total

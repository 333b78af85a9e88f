"""BM25 over the rows that may be seen, and nothing else.

Statistics (how many rows have a word, how long rows are) are those of the allowed rows: what the
asker may not read, or what happened later, moves no score.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

K1 = 1.2
B = 0.75

Scores = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Postings:
    """Rows of terms, by term.

    Parameters
    ----------
    rows : sequence of sequence of str
        Terms of each row; a row may be empty.
    """

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        self._lengths = np.array([len(row) for row in rows], dtype=np.float64)
        found: dict[str, list[tuple[int, int]]] = {}
        for number, row in enumerate(rows):
            for term, count in Counter(row).items():
                found.setdefault(term, []).append((number, count))
        self._rows = {
            term: (
                np.array([row for row, _ in pairs], dtype=np.int64),
                np.array([count for _, count in pairs], dtype=np.float64),
            )
            for term, pairs in found.items()
        }

    def shares(self, query: Sequence[str], allowed: Mask) -> Scores:
        """Return each row's BM25 score as a share of what a perfect match would have.

        Parameters
        ----------
        query : sequence of str
            Terms; a repeated one counts once.
        allowed : array of bool, shape (n_rows,)
            Rows that may be seen; the others score 0.

        Returns
        -------
        array of shape (n_rows,)
            0 or more, about 1 for the same text; zeros for an empty query.
        """
        total = np.zeros(len(allowed))
        n_rows = int(allowed.sum())
        if n_rows == 0 or not query:
            return total
        mean_length = max(1.0, float(self._lengths[allowed].mean()))
        norms = K1 * (1 - B + B * self._lengths / mean_length)
        best = 0.0
        for term in dict.fromkeys(query):
            rows, counts = self._rows.get(term, (np.empty(0, np.int64), np.empty(0)))
            kept = allowed[rows]
            rows, counts = rows[kept], counts[kept]
            weight = math.log(1 + (n_rows - len(rows) + 0.5) / (len(rows) + 0.5))
            best += weight
            total[rows] += weight * counts * (K1 + 1) / (counts + norms[rows])
        return total / best if best > 0 else total

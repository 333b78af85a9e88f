"""BM25 over the product's own terms."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge_base.errors import IndexCorruptError


class LexicalIndex:
    """BM25 (Lucene's variant) over rows of terms.

    Parameters
    ----------
    scorer : bm25s.BM25 or None
        From `build` or `load`; None when no row has a term.
    n_rows : int
        How many rows there are.
    """

    def __init__(self, scorer: Any, n_rows: int) -> None:
        self._scorer = scorer
        self._n_rows = n_rows

    @classmethod
    def build(cls, rows: Sequence[Sequence[str]], *, k1: float, b: float) -> LexicalIndex:
        """Index rows of terms; a row may be empty. `k1` ≥ 0, `b` in 0..1."""
        import bm25s

        vocabulary: dict[str, int] = {}
        for row in rows:
            for term in row:
                vocabulary.setdefault(term, len(vocabulary))
        if not vocabulary:
            return cls(None, len(rows))
        numbers = [[vocabulary[term] for term in row] for row in rows]
        scorer = bm25s.BM25(method="lucene", k1=k1, b=b)
        scorer.index((numbers, vocabulary), create_empty_token=False, show_progress=False)
        return cls(scorer, len(rows))

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Open a saved index.

        Raises
        ------
        IndexCorruptError
            When a file is missing or unreadable.
        """
        import bm25s

        try:
            n_rows = int(json.loads((folder / "rows.json").read_text())["n_rows"])
            is_empty = not (folder / "params.index.json").exists()
            scorer = None if is_empty else bm25s.BM25.load(str(folder), load_vocab=True)
        except (OSError, ValueError, KeyError) as error:
            raise IndexCorruptError(
                f"{folder.name!r} cannot be read as a lexical index.",
                hint="Build the index anew with `deskwise ingest`.",
            ) from error
        return cls(scorer, n_rows)

    def __len__(self) -> int:
        return self._n_rows

    @property
    def vocabulary(self) -> frozenset[str]:
        """Return every term of the index."""
        return frozenset(self._scorer.vocab_dict) if self._scorer is not None else frozenset()

    def scores(
        self, terms: Sequence[str], *, boosts: Sequence[float] | None = None
    ) -> npt.NDArray[np.float32]:
        """Return the BM25 score of every row, shape (n_rows,), zeros for unknown terms.

        `boosts`, if given, has one factor for each term.
        """
        total = np.zeros(self._n_rows, dtype=np.float32)
        if self._scorer is None:
            return total
        known = self._scorer.vocab_dict
        by_boost: dict[float, list[int]] = {}
        for place, term in enumerate(terms):
            if term in known:
                boost = 1.0 if boosts is None else boosts[place]
                by_boost.setdefault(boost, []).append(known[term])
        for boost, numbers in sorted(by_boost.items()):
            total += np.float32(boost) * self._scorer.get_scores_from_ids(numbers)
        return total

    def save(self, folder: Path) -> None:
        """Write the index into a folder, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "rows.json").write_text(json.dumps({"n_rows": self._n_rows}))
        if self._scorer is not None:
            self._scorer.save(str(folder), corpus=None, show_progress=False)

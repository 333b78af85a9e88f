"""Passages by the error codes, commands and file names that stand in them, to the letter."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge_base.errors import IndexCorruptError
from knowledge_base.text import identifiers


class ExactIndex:
    """Identifier → rows.

    Parameters
    ----------
    rows_of : mapping of str to sequence of int
        Sorted row numbers of each identifier.
    n_rows : int
        How many rows there are.
    """

    def __init__(self, rows_of: Mapping[str, Sequence[int]], n_rows: int) -> None:
        self._rows_of = rows_of
        self._n_rows = n_rows

    @classmethod
    def build(cls, texts: Sequence[str]) -> ExactIndex:
        """Index texts as they are written, before normalising."""
        rows_of: dict[str, list[int]] = {}
        for row, text in enumerate(texts):
            for identifier in identifiers(text):
                rows_of.setdefault(identifier, []).append(row)
        return cls(rows_of, len(texts))

    @classmethod
    def load(cls, path: Path) -> ExactIndex:
        """Open a saved index.

        Raises
        ------
        IndexCorruptError
            When the file is unreadable.
        """
        try:
            saved = json.loads(path.read_text(encoding="utf-8"))
            return cls(saved["rows_of"], int(saved["n_rows"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexCorruptError(
                f"{path.name!r} cannot be read as an index of identifiers.",
                hint="Build the index anew with `deskwise ingest`.",
            ) from error

    def scores(self, query: str) -> npt.NDArray[np.float32]:
        """Return for every row the summed rarity of the query's identifiers in it.

        The rarity of an identifier is ln((n + 1) / (n_with + 0.5)), as in BM25's inverse document
        frequency. Shape (n_rows,), zeros where none stands.
        """
        total = np.zeros(self._n_rows, dtype=np.float32)
        for identifier in identifiers(query):
            rows = self._rows_of.get(identifier)
            if rows:
                total[list(rows)] += math.log((self._n_rows + 1) / (len(rows) + 0.5))
        return total

    def save(self, path: Path) -> None:
        """Write the index to one file."""
        saved = {"n_rows": self._n_rows, "rows_of": self._rows_of}
        path.write_text(json.dumps(saved, ensure_ascii=False, sort_keys=True), encoding="utf-8")

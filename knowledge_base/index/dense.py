"""Cosine neighbours in FAISS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge_base.errors import IndexCorruptError
from knowledge_base.ports import Vectors
from knowledge_base.threads import n_cores

_SMALL_SCAN = 200_000
"""Rows times queries below which one thread scans."""


class FaissIndex:
    """A flat inner-product index: exact, and after unit vectors the same as cosine.

    Parameters
    ----------
    index : faiss.Index
        From `build` or `load`.
    """

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> FaissIndex:
        """Index unit vectors, shape (n_rows, n_dimensions), float32; row i keeps number i."""
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        if len(vectors):
            index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> FaissIndex:
        """Open a saved index, mapped into memory.

        The caller has verified the file's hash: FAISS trusts what it reads.

        Raises
        ------
        IndexCorruptError
            When FAISS cannot read the file.
        """
        import faiss

        try:
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
        except RuntimeError as error:
            raise IndexCorruptError(
                f"{path.name!r} cannot be read as a vector index.",
                hint="Build the index anew with `deskwise ingest`.",
            ) from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(
        self, queries: Vectors, k: int, *, allowed: npt.NDArray[np.int64] | None = None
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        """Return cosines and row numbers, each (n_queries, k'), best first, ties by row number."""
        import faiss

        n_rows = len(self) if allowed is None else len(allowed)
        k = max(0, min(k, n_rows))
        if k == 0 or len(queries) == 0:
            shape = (len(queries), k)
            return np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.int64)
        # Waiting for a second thread costs more than scanning so little alone; see encoders.py.
        is_small = len(queries) * n_rows < _SMALL_SCAN
        faiss.omp_set_num_threads(1 if is_small else n_cores())
        parameters = None
        if allowed is not None:
            # Held by a name: FAISS keeps a bare pointer to it.
            selector = faiss.IDSelectorBatch(np.ascontiguousarray(allowed, dtype=np.int64))
            parameters = faiss.SearchParameters()
            parameters.sel = selector
        asked = k
        while True:
            # One more than asked shows whether rows with the last score were left out.
            wanted = min(asked + 1, n_rows)
            scores, rows = self._index.search(
                np.ascontiguousarray(queries, dtype=np.float32), wanted, params=parameters
            )
            is_tied = wanted > k and bool(np.any(scores[:, k - 1] == scores[:, -1]))
            if not is_tied or wanted == n_rows:
                break
            asked = wanted * 2
        order = np.lexsort((rows, -scores), axis=1)[:, :k]
        return (
            np.take_along_axis(scores, order, axis=1).astype(np.float32),
            np.take_along_axis(rows, order, axis=1).astype(np.int64),
        )

    def scores(self, query: npt.NDArray[np.float32], rows: npt.NDArray[np.int64]) -> Vectors:
        """Return the cosines of one query, shape (n_dimensions,), with these rows."""
        if len(rows) == 0:
            return np.empty(0, dtype=np.float32)
        vectors = self._index.reconstruct_batch(np.ascontiguousarray(rows, dtype=np.int64))
        return np.asarray(vectors @ query, dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write the index to one file."""
        import faiss

        faiss.write_index(self._index, str(path))

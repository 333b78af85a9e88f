"""Cosine neighbours in FAISS: exact while there is little to compare, by cells above that."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge_base.errors import IndexCorruptError
from knowledge_base.ports import Mask, Vectors
from knowledge_base.threads import n_cores

EXACT_ROWS = 100_000
"""Up to so many vectors are compared one by one, be it all there are or all that are allowed."""

# Measured: docs/bench/scale.json, docs/decisions/0005-index-in-segments.md.
_ROWS_PER_CELL = 500
_PROBED_SHARE = 1 / 8
_LEAST_PROBES = 128
_SAMPLES_PER_CELL = 64
_TRAINING_ROUNDS = 10
_RESCORED_PER_RESULT = 2

_SMALL_SCAN = 200_000
"""Rows times queries below which one thread scans."""

Found = tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]


class FaissIndex:
    """Inner products of unit vectors, in one part or several numbered on.

    Parameters
    ----------
    parts : sequence of VectorPart
        From `build`, `read` or `stacked`.
    """

    def __init__(self, parts: Sequence[VectorPart]) -> None:
        self._parts = tuple(parts)
        lengths = [len(part) for part in self._parts]
        self._starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)

    @classmethod
    def build(cls, vectors: Vectors) -> FaissIndex:
        """Index unit vectors, shape (n_rows, n_dimensions), float32; row i keeps number i."""
        return cls([VectorPart.build(vectors)])

    @classmethod
    def stacked(cls, indexes: Sequence[FaissIndex]) -> FaissIndex:
        """Return several indexes as one, their rows numbered on in this order."""
        return cls([part for index in indexes for part in index._parts])

    @property
    def parts(self) -> tuple[VectorPart, ...]:
        """Return what it is made of."""
        return self._parts

    def __len__(self) -> int:
        return int(self._starts[-1])

    def search(self, queries: Vectors, k: int, *, allowed: Mask | None = None) -> Found:
        """Return cosines and row numbers, each (n_queries, k'), best first, ties by row number.

        `allowed`, shape (n_rows,), says for every row whether it may be found.
        """
        found: list[Found] = []
        for part, start, end in zip(self._parts, self._starts, self._starts[1:], strict=False):
            cosines, rows = part.search(
                queries, k, None if allowed is None else allowed[int(start) : int(end)]
            )
            found.append((cosines, rows + start))
        if len(found) == 1:
            return found[0]
        return _best(
            np.concatenate([cosines for cosines, _ in found], axis=1),
            np.concatenate([rows for _, rows in found], axis=1),
            max(0, k),
        )

    def scores(self, query: npt.NDArray[np.float32], rows: npt.NDArray[np.int64]) -> Vectors:
        """Return the cosines of one query, shape (n_dimensions,), with these rows."""
        if len(self._parts) == 1:
            return np.asarray(self._parts[0].vectors[rows] @ query, dtype=np.float32)
        owner = np.searchsorted(self._starts, rows, side="right") - 1
        cosines = np.empty(len(rows), dtype=np.float32)
        for number in np.unique(owner).tolist():
            places = np.flatnonzero(owner == number)
            own = rows[places] - self._starts[number]
            cosines[places] = self._parts[number].vectors[own] @ query
        return cosines


class VectorPart:
    """Vectors of one part, and, where they are many, their cells.

    Parameters
    ----------
    vectors : array of shape (n_rows, n_dimensions)
        Unit vectors, float32, contiguous; may lie in a mapped file.
    cells : faiss.IndexIVF or None
        The same rows in one byte for each number, by cell.
    """

    def __init__(self, vectors: Vectors, cells: Any | None = None) -> None:
        self.vectors = vectors
        self._cells = cells

    @classmethod
    def build(cls, vectors: Vectors) -> VectorPart:
        """Index vectors; more than `EXACT_ROWS` are sorted into cells."""
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        return cls(vectors, _cells(vectors) if len(vectors) > EXACT_ROWS else None)

    @classmethod
    def read(cls, vectors: Vectors, path: Path | None) -> VectorPart:
        """Open vectors with their cells, if there are any, in a file that has been verified.

        FAISS trusts what it reads.

        Raises
        ------
        IndexCorruptError
            When FAISS cannot read the file, or it is of other vectors.
        """
        if path is None:
            return cls(vectors)
        import faiss

        try:
            cells = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise IndexCorruptError(
                f"{path.name!r} cannot be read as a vector index.",
                hint="Build the index anew with `deskwise ingest`.",
            ) from error
        if (cells.ntotal, cells.d) != vectors.shape:
            raise IndexCorruptError(
                f"{path.name!r} holds {cells.ntotal} vectors of {cells.d} numbers; expected "
                f"{len(vectors)} of {vectors.shape[1]}.",
                hint="Build the index anew with `deskwise ingest`.",
            )
        return cls(vectors, cells)

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def has_cells(self) -> bool:
        """Return whether `write_cells` has anything to write."""
        return self._cells is not None

    def write_cells(self, path: Path) -> None:
        """Write the cells to one file."""
        import faiss

        assert self._cells is not None
        faiss.write_index(self._cells, str(path))

    def search(self, queries: Vectors, k: int, allowed: Mask | None) -> Found:
        """Return cosines and rows of the best; see `FaissIndex.search`."""
        n_rows = len(self) if allowed is None else int(np.count_nonzero(allowed))
        k = max(0, min(k, n_rows))
        if k == 0 or len(queries) == 0:
            shape = (len(queries), k)
            return np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.int64)
        if n_rows == len(self):
            allowed = None
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        _set_threads(len(queries) * n_rows)
        if self._cells is not None and n_rows > EXACT_ROWS:
            return self._by_cells(queries, k, n_rows, allowed)
        return self._exact(queries, k, n_rows, allowed)

    def _exact(self, queries: Vectors, k: int, n_rows: int, allowed: Mask | None) -> Found:
        import faiss

        # Held by a name: FAISS keeps a bare pointer to it.
        selector = None if allowed is None else _selector(allowed)
        asked = k
        while True:
            # One more than asked shows whether rows with the last score were left out.
            wanted = min(asked + 1, n_rows)
            scores = np.empty((len(queries), wanted), dtype=np.float32)
            rows = np.empty((len(queries), wanted), dtype=np.int64)
            faiss.knn_inner_product(
                faiss.swig_ptr(queries),
                faiss.swig_ptr(self.vectors),
                self.vectors.shape[1],
                len(queries),
                len(self),
                wanted,
                faiss.swig_ptr(scores),
                faiss.swig_ptr(rows),
                *(() if selector is None else (selector,)),
            )
            is_tied = wanted > k and bool(np.any(scores[:, k - 1] == scores[:, -1]))
            if not is_tied or wanted == n_rows:
                return _best(scores, rows, k)
            asked = wanted * 2

    def _by_cells(self, queries: Vectors, k: int, n_rows: int, allowed: Mask | None) -> Found:
        """Look into the nearest cells, then compare what they offer by the vectors themselves."""
        import faiss

        assert self._cells is not None
        n_cells = self._cells.nlist
        # The fewer rows are allowed, the more cells: as many vectors are compared either way.
        probes = max(_LEAST_PROBES, n_cells * _PROBED_SHARE) * len(self) / n_rows
        parameters: Any = faiss.SearchParametersIVF()
        parameters.nprobe = min(n_cells, round(probes))
        selector = None if allowed is None else _selector(allowed)
        if selector is not None:
            parameters.sel = selector
        wanted = min(_RESCORED_PER_RESULT * k, n_rows)
        _, rows = self._cells.search(queries, wanted, params=parameters)
        found = [
            _rescored(self.vectors, query, own[own >= 0], k)
            for query, own in zip(queries, rows, strict=True)
        ]
        n_common = min(len(own) for _, own in found)
        return (
            np.stack([cosines[:n_common] for cosines, _ in found]),
            np.stack([own[:n_common] for _, own in found]),
        )


def _cells(vectors: Vectors) -> Any:
    """Sort vectors into cells, each number in one byte (IVF-SQ8)."""
    import faiss

    n_rows, n_dimensions = vectors.shape
    n_cells = max(1, n_rows // _ROWS_PER_CELL)
    faiss.omp_set_num_threads(n_cores())
    coarse = faiss.IndexFlatIP(n_dimensions)
    cells = faiss.IndexIVFScalarQuantizer(
        coarse,
        n_dimensions,
        n_cells,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
        False,  # vectors themselves rather than what they differ from their cell's centre
    )
    cells.cp.niter = _TRAINING_ROUNDS
    cells.cp.seed = 0
    cells.cp.spherical = True
    step = max(1, n_rows // (_SAMPLES_PER_CELL * n_cells))
    cells.train(np.ascontiguousarray(vectors[::step]))
    for start in range(0, n_rows, EXACT_ROWS):
        cells.add(np.ascontiguousarray(vectors[start : start + EXACT_ROWS]))
    return cells


def _rescored(
    vectors: Vectors, query: npt.NDArray[np.float32], rows: npt.NDArray[np.int64], k: int
) -> Found:
    cosines = np.asarray(vectors[rows] @ query, dtype=np.float32)
    order = np.lexsort((rows, -cosines))[:k]
    return cosines[order], rows[order]


def _best(scores: Vectors, rows: npt.NDArray[np.int64], k: int) -> Found:
    order = np.lexsort((rows, -scores), axis=1)[:, :k]
    return (
        np.take_along_axis(scores, order, axis=1).astype(np.float32),
        np.take_along_axis(rows, order, axis=1).astype(np.int64),
    )


def _selector(allowed: Mask) -> Any:
    import faiss

    make: Any = faiss.IDSelectorBitmap
    return make(np.packbits(allowed, bitorder="little"))


def _set_threads(n_compared: int) -> None:
    import faiss

    # Waiting for a second thread costs more than scanning so little alone; see encoders.py.
    faiss.omp_set_num_threads(1 if n_compared < _SMALL_SCAN else n_cores())

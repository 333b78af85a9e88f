from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.arrays import read_arrays, write_arrays
from knowledge_base.index.dense import FaissIndex, VectorPart
from knowledge_base.ports import VectorIndex, Vectors
from tests.contract.knowledge_base.fakes import BruteForceIndex

Build = Callable[[Vectors], VectorIndex]


def mapped(folder: Path) -> Build:
    def build(vectors: Vectors) -> VectorIndex:
        write_arrays(folder / "vectors", {"vectors": vectors})
        return FaissIndex([VectorPart.read(read_arrays(folder / "vectors")["vectors"], None)])

    return build


def in_three_parts(vectors: Vectors) -> VectorIndex:
    cuts = (vectors[:7], vectors[7:7], vectors[7:])
    return FaissIndex.stacked([FaissIndex.build(part) for part in cuts])


@pytest.fixture(params=["brute force", "faiss", "faiss, mapped", "faiss in parts"])
def build(request: pytest.FixtureRequest, tmp_path: Path) -> Build:
    adapters: dict[str, Build] = {
        "brute force": BruteForceIndex,
        "faiss": FaissIndex.build,
        "faiss, mapped": mapped(tmp_path),
        "faiss in parts": in_three_parts,
    }
    return adapters[request.param]


def unit_vectors(n_rows: int, seed: int = 0) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((n_rows, 8)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_nearest_come_first_with_their_cosine(build: Build) -> None:
    vectors = unit_vectors(50)
    cosines, rows = build(vectors).search(vectors[7:9], 5)
    assert rows[:, 0].tolist() == [7, 8]
    assert cosines[:, 0] == pytest.approx(1, abs=1e-5)
    assert (np.diff(cosines, axis=1) <= 0).all()
    assert cosines == pytest.approx(
        np.take_along_axis(vectors[7:9] @ vectors.T, rows, axis=1), abs=1e-5
    )
    assert (cosines.dtype, rows.dtype) == (np.float32, np.int64)


def test_ties_come_by_row_number_also_where_the_list_ends(build: Build) -> None:
    vectors = unit_vectors(40)
    vectors[[31, 5, 22, 9, 17]] = vectors[0]
    _, rows = build(vectors).search(vectors[:1], 3)
    assert rows[0].tolist() == [0, 5, 9]


def test_only_allowed_rows_are_ranked(build: Build) -> None:
    vectors = unit_vectors(60)
    allowed = np.zeros(60, dtype=bool)
    allowed[[3, 40, 41, 59]] = True
    cosines, rows = build(vectors).search(vectors[:2], 10, allowed=allowed)
    assert cosines.shape == (2, 4)
    assert set(rows.ravel().tolist()) == {3, 40, 41, 59}


def test_nothing_allowed_nothing_asked_and_nothing_indexed_find_nothing(build: Build) -> None:
    vectors = unit_vectors(5)
    nothing = np.zeros(5, dtype=bool)
    assert build(vectors).search(vectors[:2], 3, allowed=nothing)[1].shape == (2, 0)
    assert build(vectors).search(vectors[:0], 3)[1].shape[0] == 0
    assert build(vectors[:0]).search(vectors[:2], 3)[1].shape == (2, 0)

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.index.dense import FaissIndex
from knowledge_base.ports import VectorIndex, Vectors
from tests.contract.knowledge_base.fakes import BruteForceIndex

Build = Callable[[Vectors], VectorIndex]


def saved_and_loaded(folder: Path) -> Build:
    def build(vectors: Vectors) -> VectorIndex:
        FaissIndex.build(vectors).save(folder / "index.faiss")
        return FaissIndex.load(folder / "index.faiss")

    return build


@pytest.fixture(params=["brute force", "faiss", "faiss from disk"])
def build(request: pytest.FixtureRequest, tmp_path: Path) -> Build:
    adapters: dict[str, Build] = {
        "brute force": BruteForceIndex,
        "faiss": FaissIndex.build,
        "faiss from disk": saved_and_loaded(tmp_path),
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
    allowed = np.asarray([3, 40, 41, 59], dtype=np.int64)
    cosines, rows = build(vectors).search(vectors[:2], 10, allowed=allowed)
    assert cosines.shape == (2, 4)
    assert set(rows.ravel().tolist()) == set(allowed.tolist())


def test_nothing_allowed_nothing_asked_and_nothing_indexed_find_nothing(build: Build) -> None:
    vectors = unit_vectors(5)
    nothing = np.empty(0, dtype=np.int64)
    assert build(vectors).search(vectors[:2], 3, allowed=nothing)[1].shape == (2, 0)
    assert build(vectors).search(vectors[:0], 3)[1].shape[0] == 0
    assert build(vectors[:0]).search(vectors[:2], 3)[1].shape == (2, 0)


def test_an_index_can_be_written(build: Build, tmp_path: Path) -> None:
    build(unit_vectors(5)).save(tmp_path / "saved.npy")
    assert (tmp_path / "saved.npy").stat().st_size > 0

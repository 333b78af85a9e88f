from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge_base.errors import IndexCorruptError
from knowledge_base.index import dense
from knowledge_base.index.dense import VectorPart
from knowledge_base.ports import Mask, Vectors


@pytest.fixture
def vectors(monkeypatch: pytest.MonkeyPatch) -> Vectors:
    """3,000 vectors in 60 clusters, with so little counted as few that they get cells."""
    monkeypatch.setattr(dense, "EXACT_ROWS", 300)
    monkeypatch.setattr(dense, "_ROWS_PER_CELL", 30)
    monkeypatch.setattr(dense, "_LEAST_PROBES", 12)
    random = np.random.default_rng(0)
    centres = random.standard_normal((60, 16))
    raw = np.repeat(centres, 50, axis=0) + 0.7 * random.standard_normal((3000, 16))
    return np.asarray(raw / np.linalg.norm(raw, axis=1, keepdims=True), dtype=np.float32)


def recall(part: VectorPart, vectors: Vectors, allowed: Mask | None) -> float:
    rows = np.arange(len(vectors)) if allowed is None else np.flatnonzero(allowed)
    shares = []
    for query in vectors[::60]:
        true = rows[np.argsort(-(vectors[rows] @ query), kind="stable")[:10]]
        cosines, found = part.search(query[None], 10, allowed)
        assert (np.diff(cosines[0]) <= 0).all()
        assert cosines[0] == pytest.approx(vectors[found[0]] @ query, abs=1e-6)
        assert set(found[0].tolist()) <= set(rows.tolist())
        shares.append(len(set(true.tolist()) & set(found[0].tolist())) / 10)
    return float(np.mean(shares))


def test_cells_find_nearly_all_of_the_nearest_with_their_exact_cosine(vectors: Vectors) -> None:
    part = VectorPart.build(vectors)
    assert part.has_cells
    assert recall(part, vectors, None) >= 0.97


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_fewer_allowed_rows_cost_no_recall(vectors: Vectors, share: float) -> None:
    allowed = np.random.default_rng(1).random(len(vectors)) < share
    assert recall(VectorPart.build(vectors), vectors, allowed) >= 0.97


def test_where_few_rows_are_allowed_nothing_is_missed(vectors: Vectors) -> None:
    allowed = np.zeros(len(vectors), dtype=bool)
    allowed[np.random.default_rng(2).choice(len(vectors), 250, replace=False)] = True
    assert recall(VectorPart.build(vectors), vectors, allowed) == 1


def test_cells_come_back_from_disk_and_never_to_other_vectors(
    vectors: Vectors, tmp_path: Path
) -> None:
    built = VectorPart.build(vectors)
    built.write_cells(tmp_path / "cells")
    opened = VectorPart.read(vectors, tmp_path / "cells")
    for one, other in zip(
        built.search(vectors[:5], 20, None), opened.search(vectors[:5], 20, None), strict=True
    ):
        assert np.array_equal(one, other)
    with pytest.raises(IndexCorruptError, match="expected 2999 of 16"):
        VectorPart.read(vectors[1:], tmp_path / "cells")
    (tmp_path / "cells").write_bytes(b"no index")
    with pytest.raises(IndexCorruptError):
        VectorPart.read(vectors, tmp_path / "cells")


def test_the_same_vectors_give_the_same_cells(vectors: Vectors, tmp_path: Path) -> None:
    for name in ("one", "other"):
        VectorPart.build(vectors).write_cells(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()

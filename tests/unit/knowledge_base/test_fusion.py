from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.index.fusion import best_rows, convex, min_max, reciprocal_rank


def scores(*values: float) -> np.ndarray:
    return np.asarray(values, dtype=np.float32)


def test_min_max_scales_between_its_ends_and_cuts_off() -> None:
    assert min_max(scores(0, 1, 2, 3, 9), 1, 3).tolist() == [0, 0, 0.5, 1, 1]
    assert min_max(scores(1, 2), 2, 2).tolist() == [0, 1]


def test_convex_is_the_weighted_mean_of_the_legs_given() -> None:
    shares = {"a": scores(1, 0), "b": scores(0, 1)}
    assert convex(shares, {"a": 3, "b": 1, "c": 9}).tolist() == [0.75, 0.25]
    assert convex(shares, {}).tolist() == [0.5, 0.5]


def test_reciprocal_rank_fusion_adds_one_over_k_plus_rank() -> None:
    fused = reciprocal_rank([["x", "y"], ["y"]], k=60)
    assert fused["y"] == pytest.approx(1 / 62 + 1 / 61)
    assert fused["x"] == pytest.approx(1 / 61)
    assert reciprocal_rank([]) == {}


@given(st.lists(st.integers(0, 4), max_size=40), st.integers(0, 10), st.data())
def test_best_rows_are_the_best_positive_ones_with_ties_by_row(
    values: list[int], k: int, data: st.DataObject
) -> None:
    rows = sorted(data.draw(st.sets(st.sampled_from(range(len(values))))) if values else set())
    found = best_rows(scores(*values), k, np.asarray(rows, dtype=np.int64))
    expected = sorted((row for row in rows if values[row] > 0), key=lambda r: (-values[r], r))[:k]
    assert found.tolist() == expected

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks import peers
from tests.benchmarks.peer_figures import compare, measures, percentiles
from tests.benchmarks.peer_systems import N_DOCUMENTS, QuestionEncoder, documents_of

GOLD = [{"a": 2}, {"b": 2, "c": 1}, {"d": 2}]


def test_measures_are_of_the_first_ten_the_first_one_and_the_first_five() -> None:
    assert measures(["a"], {"a": 2}) == (1.0, 1.0, 1.0)
    assert measures(["x", "a"], {"a": 2})[1:] == (0.0, 1.0)
    assert measures([*"vwxyz", "a"], {"a": 2})[2] == 0.0
    assert measures([], {"a": 2}) == (0.0, 0.0, 0.0)


def test_a_system_that_is_always_right_is_ahead_by_what_the_other_lacks() -> None:
    right = [["a"], ["b", "c"], ["d"]]
    half = [["a"], ["x"], ["x"]]
    found = compare({"deskwise": right, "peer": half}, GOLD, ["s", "s", "t"])
    assert found["n"] == 3
    assert found["systems"]["deskwise"]["ndcg@10"] == [1.0, 1.0, 1.0]
    mean, low, high = found["ahead_of"]["peer"]["hit@1"]
    assert mean == pytest.approx(2 / 3, abs=1e-3)
    assert 0.0 <= low <= mean <= high <= 1.0
    assert found["ndcg@10_by_slice"] == {
        "s": {"n": 2, "deskwise": 1.0, "peer": 0.5},
        "t": {"n": 1, "deskwise": 1.0, "peer": 0.0},
    }


def test_intervals_are_the_same_in_every_run() -> None:
    rankings = {"deskwise": [["a"], ["c"], ["x"]], "peer": [["x"], ["b"], ["d"]]}
    assert compare(rankings, GOLD, ["s"] * 3) == compare(rankings, GOLD, ["s"] * 3)


def test_a_document_stands_where_its_best_passage_does() -> None:
    assert documents_of(["b", "a", "b", "c", "a"]) == ["b", "a", "c"]
    assert len(documents_of(str(number) for number in range(50))) == N_DOCUMENTS


def test_percentiles_are_of_all_durations() -> None:
    assert percentiles([1.0, 2.0, 3.0]) == {"p50": 2.0, "p95": 2.9}


class _Counting:
    name, n_dimensions, n_calls = "counting", 2, 0

    def encode(self, texts: list[str]) -> np.ndarray:
        self.n_calls += len(texts)
        return np.array([[len(text.rstrip()), 1.0] for text in texts], dtype=np.float32)


def test_a_handed_out_vector_is_computed_once_and_is_the_same() -> None:
    plain = _Counting()
    encoder = QuestionEncoder(plain)  # type: ignore[arg-type]
    alone = encoder.encode(["why", "why "])
    assert plain.n_calls == 2
    encoder.hands_out = True
    assert np.array_equal(encoder.encode(["why", "why "]), alone)
    encoder.encode(["why  "])
    assert plain.n_calls == 3


def test_without_the_peers_the_comparison_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(peers, "installed", lambda: False)
    assert "pip install" in peers.run()["skipped"]

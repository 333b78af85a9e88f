from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.arrays import read_arrays, write_arrays
from knowledge_base.index.exact import ExactIndex
from knowledge_base.index.lexical import LexicalIndex
from knowledge_base.text import terms

ROWS = [terms(text) for text in ("printer error 49", "printer queue", "", "room calendar room")]


def reference_bm25(rows: list[list[str]], query: list[str], k1: float, b: float) -> list[float]:
    """Lucene's BM25, written out."""
    mean = sum(map(len, rows)) / len(rows)
    scores = []
    for row in rows:
        score = 0.0
        for term in query:
            n_with = sum(term in other for other in rows)
            idf = math.log(1 + (len(rows) - n_with + 0.5) / (n_with + 0.5))
            count = row.count(term)
            score += idf * count / (count + k1 * (1 - b + b * len(row) / mean))
        scores.append(score)
    return scores


def test_scores_are_those_of_the_formula() -> None:
    index = LexicalIndex.build(ROWS, k1=1.2, b=0.75)
    query = terms("printer error in the room")
    assert index.scores(query) == pytest.approx(reference_bm25(ROWS, query, 1.2, 0.75), abs=1e-5)


def test_unknown_terms_and_boosts() -> None:
    index = LexicalIndex.build(ROWS, k1=1.2, b=0.75)
    assert index.scores(["nothing"]).tolist() == [0, 0, 0, 0]
    assert index.scores([]).tolist() == [0, 0, 0, 0]
    full, half = index.scores(["room"]), index.scores(["room"], boosts=[0.5])
    assert half == pytest.approx(full / 2)


@pytest.mark.parametrize("rows", [[], [[]], [[], []]])
def test_an_index_without_terms_scores_nothing(rows: list[list[str]], tmp_path: Path) -> None:
    write_arrays(tmp_path / "bm25", LexicalIndex.build(rows, k1=1.2, b=0.75).arrays())
    loaded = LexicalIndex.read(read_arrays(tmp_path / "bm25"))
    assert loaded.scores(["x"]).shape == (len(rows),)


def test_a_lexical_index_comes_back_from_disk(tmp_path: Path) -> None:
    index = LexicalIndex.build(ROWS, k1=1.2, b=0.75)
    write_arrays(tmp_path / "bm25", index.arrays())
    loaded = LexicalIndex.read(read_arrays(tmp_path / "bm25"))
    assert np.array_equal(loaded.scores(["printer", "room"]), index.scores(["printer", "room"]))
    assert loaded.vocabulary == index.vocabulary


def test_rows_score_the_same_in_one_part_or_several() -> None:
    whole = LexicalIndex.build(ROWS, k1=1.2, b=0.75)
    parts = [
        LexicalIndex.build(part, k1=1.2, b=0.75, mean_length=whole.mean_length)
        for part in (ROWS[:1], ROWS[1:1], ROWS[1:])
    ]
    query = terms("printer error in the room")
    assert LexicalIndex.stacked(parts).scores(query) == pytest.approx(whole.scores(query))


def test_scores_are_those_of_bm25s() -> None:
    bm25s = pytest.importorskip("bm25s")
    random = np.random.default_rng(0)
    rows = [[f"w{n}" for n in random.zipf(1.5, size) if n < 200] for size in range(1, 80)]
    numbers: dict[str, int] = {}
    encoded = [[numbers.setdefault(word, len(numbers)) for word in row] for row in rows]
    peer = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    peer.index((encoded, numbers), create_empty_token=False, show_progress=False)
    query = ["w1", "w3", "w3", "w17", "w1000"]
    known = [numbers[word] for word in query if word in numbers]
    ours = LexicalIndex.build(rows, k1=1.2, b=0.75).scores(query)
    assert ours == pytest.approx(peer.get_scores_from_ids(known), abs=1e-5)


def test_rarer_identifiers_weigh_more(tmp_path: Path) -> None:
    texts = ["0x80070005 and error 49", "error 49", "none"]
    write_arrays(tmp_path / "exact", ExactIndex.build(texts).arrays())
    index = ExactIndex.read(read_arrays(tmp_path / "exact"))
    rare, common = index.scores("0x80070005"), index.scores("error 49")
    assert rare[0] > common[0] > 0
    assert rare[1] == common[2] == 0
    assert common[0] == common[1]
    parts = ExactIndex.stacked([ExactIndex.build(texts[:1]), ExactIndex.build(texts[1:])])
    assert parts.scores("error 49") == pytest.approx(common)

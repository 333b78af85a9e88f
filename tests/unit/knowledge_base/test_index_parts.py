from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.errors import IndexCorruptError
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
    LexicalIndex.build(rows, k1=1.2, b=0.75).save(tmp_path / "bm25")
    loaded = LexicalIndex.load(tmp_path / "bm25")
    assert loaded.scores(["x"]).shape == (len(rows),)


def test_a_lexical_index_comes_back_from_disk(tmp_path: Path) -> None:
    index = LexicalIndex.build(ROWS, k1=1.2, b=0.75)
    index.save(tmp_path / "bm25")
    loaded = LexicalIndex.load(tmp_path / "bm25")
    assert np.array_equal(loaded.scores(["printer", "room"]), index.scores(["printer", "room"]))
    assert loaded.vocabulary == index.vocabulary
    with pytest.raises(IndexCorruptError):
        LexicalIndex.load(tmp_path / "nowhere")


def test_rarer_identifiers_weigh_more(tmp_path: Path) -> None:
    ExactIndex.build(["0x80070005 and error 49", "error 49", "none"]).save(tmp_path / "exact.json")
    index = ExactIndex.load(tmp_path / "exact.json")
    rare, common = index.scores("0x80070005"), index.scores("error 49")
    assert rare[0] > common[0] > 0
    assert rare[1] == common[2] == 0
    assert common[0] == common[1]
    with pytest.raises(IndexCorruptError):
        ExactIndex.load(tmp_path / "nowhere.json")

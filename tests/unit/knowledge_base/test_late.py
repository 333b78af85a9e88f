"""Late interaction: tokens against tokens."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge_base.late import (
    LATE_LEGS,
    MOST_TOKENS,
    N_NUMBERS,
    QuestionTokens,
    StackedTokens,
    TokenVectors,
    late_scores,
    to_bytes,
)
from knowledge_base.pieces import PieceReader


def unit(n_rows: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((n_rows, N_NUMBERS)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def question(vectors: np.ndarray) -> QuestionTokens:
    weights = np.full(len(vectors), 1 / len(vectors), dtype=np.float32)
    return QuestionTokens(vectors=vectors, weights=weights)


def test_a_passage_that_has_every_token_is_met_in_full() -> None:
    asked = unit(4, 1)
    same, other = to_bytes(np.concatenate([asked, unit(9, 2)])), to_bytes(unit(9, 3))

    scores = late_scores(question(asked), [other, same])

    assert scores.shape == (2, len(LATE_LEGS))
    assert scores[1] == pytest.approx(np.ones(len(LATE_LEGS)), abs=0.01)
    assert np.all(scores[0] <= scores[1])


def test_the_mean_of_nearest_cosines_is_what_a_plain_loop_computes() -> None:
    asked, texts = unit(3, 4), [to_bytes(unit(n, n)) for n in (1, 7, 64)]
    expected = [
        np.mean([max(float(token @ other) / 127 for other in text) for token in asked])
        for text in texts
    ]

    assert late_scores(question(asked), texts)[:, 0] == pytest.approx(expected, abs=1e-5)


def test_a_text_without_tokens_scores_nothing_and_disturbs_no_other() -> None:
    asked = unit(2, 5)
    empty, full = to_bytes(unit(0, 0)), to_bytes(asked)

    scores = late_scores(question(asked), [empty, full, empty])

    assert not scores[0].any() and not scores[2].any()
    assert scores[1, 0] == pytest.approx(1.0, abs=0.01)


def test_texts_are_found_again_across_parts() -> None:
    texts = [to_bytes(unit(n, n)) for n in (3, 1, 5, 2)]
    stacked = StackedTokens([TokenVectors.of(texts[:1]), TokenVectors.of(texts[1:])])

    for row, text in enumerate(texts):
        assert np.array_equal(stacked.text(row), text)


def test_a_long_passage_keeps_its_rarest_pieces_in_order() -> None:
    n_pieces = 200
    reader = PieceReader(np.zeros(1000 + n_pieces, dtype=bool), np.eye(N_NUMBERS, dtype=np.float32))
    pieces = [1000 + place for place in range(n_pieces)]
    states = np.tile(np.eye(N_NUMBERS, dtype=np.float32), (4, 1))[:n_pieces]

    kept = reader.passage(pieces, states)

    assert len(kept) == MOST_TOKENS
    assert np.array_equal(kept, to_bytes(states[-MOST_TOKENS:]))


def test_a_question_of_function_words_alone_still_has_tokens() -> None:
    reader = PieceReader(np.ones(10, dtype=bool), np.eye(N_NUMBERS, dtype=np.float32))

    tokens = reader.question([0, 3, 4, 1], np.eye(N_NUMBERS, dtype=np.float32)[:4])

    assert len(tokens.vectors) == 2
    assert tokens.weights.sum() == pytest.approx(1.0)

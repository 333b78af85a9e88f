"""How the units to quote are chosen, how the choice is fitted and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.answering.fit_spans import LabelledArticle, fit_span_model
from assistant.answering.selection import (
    MAX_WORDS,
    MAX_WORDS_SURE,
    choose,
    load_span_model,
    save_span_model,
)
from assistant.errors import AssistantError, EvaluationError


def articles(n: int) -> list[LabelledArticle]:
    return [
        LabelledArticle(
            rows=tuple(
                {"is_step": float(place == number % 4), "length": float(place)}
                for place in range(4)
            ),
            gold=tuple(float(place == number % 4) for place in range(4)),
            n_words=(20, 20, 20, 20),
        )
        for number in range(n)
    ]


def test_the_likeliest_is_quoted_and_what_is_much_less_likely_is_not() -> None:
    assert choose([0.1, 0.8, 0.7, 0.2], [10, 10, 10, 10]) == [1, 2]


def test_one_is_quoted_however_unlikely_and_however_long() -> None:
    assert choose([0.01, 0.02], [10, 5000]) == [1]
    assert choose([], []) == []


def test_what_does_not_fit_is_left_out_and_a_sure_one_has_more_room() -> None:
    assert choose([0.4, 0.3], [MAX_WORDS - 5, 10]) == [0]
    assert choose([0.9, 0.8], [MAX_WORDS - 5, 10]) == [0, 1]
    assert choose([0.9, 0.8], [MAX_WORDS_SURE - 5, 10]) == [0]


def test_a_fit_finds_what_tells_the_gold_units_apart(tmp_path: Path) -> None:
    model = fit_span_model(articles(60), provenance="made up")
    chances = model.chances(articles(1)[0].rows)
    assert max(chances) == chances[0]
    assert chances[0] > 3 * chances[1]
    save_span_model(model, tmp_path / "spans.json")
    kept = load_span_model(tmp_path / "spans.json")
    assert kept.chances(articles(1)[0].rows) == pytest.approx(chances, abs=1e-4)
    assert kept.provenance == "made up"


def test_a_fit_is_the_same_every_time() -> None:
    one, other = (fit_span_model(articles(60), provenance="") for _ in range(2))
    assert one == other


def test_too_few_questions_are_an_error() -> None:
    with pytest.raises(EvaluationError, match="at least 40"):
        fit_span_model(articles(10), provenance="")


def test_a_broken_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(AssistantError, match=r"broken\.json"):
        load_span_model(path)


def test_the_shipped_model_says_where_it_comes_from() -> None:
    assert "questions" in load_span_model().provenance

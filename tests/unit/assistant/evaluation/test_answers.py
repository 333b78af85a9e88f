"""Answers are judged by their first citation, quotes by where they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from assistant.evaluation.answers import evaluate_answers
from assistant.evaluation.evidence import has_key_terms, score_evidence
from assistant.evaluation.files import AnswerRow, Quote
from assistant.model import (
    Abstention,
    Answered,
    Citation,
    Clarification,
    HandedOff,
    Outcome,
)
from knowledge_base.model import Document

TEXT = """# Printing

Some words first.

## Badge not read

Hold the badge flat. Wait two seconds.

## Error 49

Turn the printer off. Remove the fonts.
"""
DOCUMENT = Document(document_id="d", title="Printing", text=TEXT)
OTHER = Document(document_id="e", title="Other", text="# Other\n\nAsk the desk.\n")


def document_of(document_id: str) -> Document | None:
    return {"d": DOCUMENT, "e": OTHER}.get(document_id)


def cite(quote: str, document: Document = DOCUMENT) -> Citation:
    start = document.text.index(quote)
    return Citation(
        document_id=document.document_id,
        title=document.title,
        start=start,
        end=start + len(quote),
        quote=quote,
        url="",
    )


def answered(confidence: float, *quotes: str, document: Document = DOCUMENT) -> Answered:
    return Answered(
        text="\n".join(quotes),
        confidence=confidence,
        citations=tuple(cite(quote, document) for quote in quotes),
    )


OUTCOMES: Mapping[str, Outcome] = {
    "right": answered(0.9, "Hold the badge flat."),
    "wrong": answered(0.7, "Ask the desk.", document=OTHER),
    "uncited": Answered(text="figures", confidence=0.6),
    "false": answered(0.8, "Some words first."),
    "asked": Clarification(text="?", choices=()),
    "shy": Abstention(
        text="no", reason="low_confidence", confidence=0.2, nearest=(cite("Remove the fonts."),)
    ),
    "honest": Abstention(text="no", reason="nothing_near", confidence=0.0),
    "handed": HandedOff(text="ticket", ticket_number=1),
}
UNANSWERABLE = {"false", "honest"}


def rows(**extra: Any) -> list[AnswerRow]:
    return [
        AnswerRow(
            id=name,
            text=name,
            answerable=name not in UNANSWERABLE,
            relevant={} if name in UNANSWERABLE else {"d": 2},
            slice="far" if name in UNANSWERABLE else "near",
            **(extra if name == "right" else {}),
        )
        for name in OUTCOMES
    ]


def answer(text: str, turns: Sequence[str]) -> Outcome:
    return OUTCOMES[text]


def test_every_outcome_has_its_verdict() -> None:
    out = evaluate_answers(rows(), answer, document_of)
    assert {name: out[name] for name in ("n", "answered_right", "answered_wrong", "clarified")} == {
        "n": 8,
        "answered_right": 1,
        "answered_wrong": 3,
        "clarified": 1,
    }
    assert (out["abstained_right"], out["abstained_wrong"]) == (1, 2)


def test_rates_by_hand() -> None:
    out = evaluate_answers(rows(), answer, document_of)
    assert out["coverage"] == pytest.approx(3 / 6)
    assert out["risk"] == pytest.approx(3 / 4)
    assert out["false_answer_rate"] == pytest.approx(1 / 2)
    assert out["by_slice"]["far"]["false_answer_rate"] == 0.5
    assert out["by_slice"]["near"]["n"] == 6
    assert out["by_slice"]["near"]["false_answer_rate"] is None


def test_the_curve_goes_on_into_what_was_not_answered() -> None:
    out = evaluate_answers(rows(), answer, document_of)
    assert len(out["curve"]) == 5
    assert out["curve"][0] == [pytest.approx(1 / 6), 0.0]
    assert out["curve"][-1] == [pytest.approx(4 / 6), pytest.approx(3 / 5)]
    assert out["aurc"] == pytest.approx((0 + 1 / 2 + 2 / 3 + 3 / 4 + 3 / 5) / 5)
    assert out["ece"] == pytest.approx((0.1 + 0.8 + 0.7 + 0.6 + 0.8) / 5)


def test_nothing_answered_has_no_risk() -> None:
    shy = [row for row in rows() if row.id in ("honest", "handed")]
    out = evaluate_answers(shy, answer, document_of)
    assert (out["risk"], out["aurc"], out["ece"], out["curve"]) == (None, None, None, [])
    assert out["coverage"] == 0.0


def test_a_document_of_grade_zero_is_not_relevant() -> None:
    row = AnswerRow(id="right", text="right", answerable=True, relevant={"d": 0, "e": 1})
    assert evaluate_answers([row], answer, document_of)["answered_wrong"] == 1


def test_earlier_turns_reach_the_answerer() -> None:
    seen: list[tuple[str, ...]] = []

    def remember(text: str, turns: Sequence[str]) -> Outcome:
        seen.append(tuple(turns))
        return OUTCOMES["honest"]

    row = AnswerRow(id="a", text="and then?", turns=("first", "second"), answerable=True)
    evaluate_answers([row], remember, document_of)
    assert seen == [("first", "second")]


def test_evidence_is_scored_for_right_answers_alone() -> None:
    assert "evidence_recall" not in evaluate_answers(rows(), answer, document_of)
    evidence = {"d": (Quote(quote="Hold the badge flat. Wait two seconds."),)}
    out = evaluate_answers(rows(evidence=evidence, key_terms=("badge",)), answer, document_of)
    assert out["evidence_recall"] == pytest.approx(4 / 7)
    assert out["evidence_precision"] == 1.0
    assert out["answer_tokens"] == 4
    assert out["key_terms_found"] == 1.0


def score(quotes: dict[str, list[tuple[str, int | None]]], *spans: Citation) -> Any:
    evidence = {
        document: tuple(Quote(quote=text, alternative_group=group) for text, group in items)
        for document, items in quotes.items()
    }
    return score_evidence(spans, evidence, document_of)


def test_of_alternatives_the_best_covered_counts() -> None:
    quotes = {"d": [("Turn the printer off.", 1), ("Hold the badge flat.", 1)]}
    assert score(quotes, cite("Hold the badge flat.")).recall == 1.0
    across = {"d": [("Turn the printer off.", 1)], "e": [("Ask the desk.", 1)]}
    assert score(across, cite("Turn the printer off.")).recall == 1.0


def test_every_quote_without_alternatives_counts() -> None:
    quotes = {"d": [("Hold the badge flat.", None), ("Turn the printer off.", None)]}
    assert score(quotes, cite("Hold the badge flat.")).recall == 0.5


def test_the_heading_of_a_quote_may_be_shown_another_may_not() -> None:
    quotes = {"d": [("Hold the badge flat.", None)]}
    own = score(quotes, cite("## Badge not read\n\nHold the badge flat."))
    assert own.precision == 1.0
    other = score(quotes, cite("## Error 49"), cite("Hold the badge flat."))
    assert other.precision == pytest.approx(4 / 6)


def test_the_same_word_elsewhere_is_not_the_quoted_one() -> None:
    quotes = {"d": [("the fonts", None)]}
    assert score(quotes, cite("Turn the printer off.")).recall == 0.0


def test_overlapping_spans_count_once() -> None:
    quotes = {"d": [("Hold the badge flat.", None)]}
    twice = score(quotes, cite("Hold the badge flat."), cite("badge flat. Wait"))
    assert twice.n_answer_tokens == 5
    assert twice.precision == pytest.approx(4 / 5)


def test_a_quote_is_found_whatever_its_white_space() -> None:
    quotes = {"d": [("Hold  the\nbadge flat.", None)]}
    assert score(quotes, cite("Hold the badge flat.")).recall == 1.0


def test_a_quote_may_be_given_by_where_it_stands() -> None:
    start = TEXT.index("Hold the badge")
    placed = Quote(start=start, end=start + len("Hold the badge flat. Wait two seconds."))
    scored = score_evidence([cite("Wait two seconds.")], {"d": (placed,)}, document_of)
    assert scored.recall == pytest.approx(3 / 7)
    assert scored.precision == 1.0
    assert scored.n_quotes_not_found == 0


@pytest.mark.parametrize("given", [{}, {"start": 3}, {"start": 3, "end": 3}, {"quote": "  "}])
def test_a_quote_without_words_or_place_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="`start` before `end`"):
        Quote(**given)


def test_a_quote_that_is_not_in_its_document_is_told() -> None:
    result = score({"d": [("never written", None)]}, cite("Hold the badge flat."))
    assert (result.recall, result.precision, result.n_quotes_not_found) == (0.0, 0.0, 1)
    gone = score({"gone": [("a b", None)]}, cite("Hold the badge flat."))
    assert gone.n_quotes_not_found == 1


@pytest.mark.parametrize(
    ("terms", "mode", "found"),
    [
        (["two  words"], "all", True),
        (["two words", "absent"], "all", False),
        (["two words", "absent"], "any", True),
        (["absent"], "any", False),
    ],
)
def test_key_terms(terms: list[str], mode: Any, found: bool) -> None:
    assert has_key_terms("has two\n words", terms, mode) is found

"""How much of what was said before belongs to the search."""

from __future__ import annotations

import pytest

from assistant.answering.in_context import (
    LEANING,
    LEANS,
    MAX_EARLIER_TURNS,
    cues_of,
    is_elliptical,
    mixed,
    readings,
    together,
)
from knowledge_base.model import DocumentHit

EARLIER = ("How do I set up Company Portal on an iPhone?",)


def hit(document_id: str, *, score: float, cosine: float = 0.5) -> DocumentHit:
    return DocumentHit(
        document_id=document_id,
        title=document_id,
        updated_on=None,
        status="current",
        pool="article",
        fused_score=score,
        cosine=cosine,
        hits=(),
    )


def share(text: str, *, alone: float, full: float) -> float:
    """Return how much the earlier question counts, given the nearest article of each reading."""
    cues = cues_of(
        text, EARLIER, [hit("a", score=1, cosine=alone)], [hit("b", score=1, cosine=full)]
    )
    return LEANING.share(cues)


def test_a_short_pointing_message_that_gains_from_the_earlier_question_leans_on_it() -> None:
    assert share("and on Android?", alone=0.35, full=0.7) > 0.8


def test_a_whole_question_about_something_else_keeps_to_itself() -> None:
    text = "How do I get a guest Wi-Fi code for a visitor in the Porto office tomorrow"
    assert share(text, alone=0.75, full=0.5) < 0.2


@pytest.mark.parametrize("text", ["and on Android?", "where do I find the BitLocker recovery key"])
def test_the_better_the_earlier_question_fits_the_more_it_counts(text: str) -> None:
    shares = [share(text, alone=0.5, full=full) for full in (0.3, 0.5, 0.7)]
    assert shares == sorted(shares)


def test_without_any_article_the_cues_are_of_the_words_alone() -> None:
    cues = cues_of("and then?", EARLIER, (), ())
    assert (cues.nearness, cues.nearness_gained, cues.points) == (0.0, 0.0, 1.0)


def test_two_rankings_are_mixed_by_score_and_ties_go_by_id() -> None:
    alone = (hit("a", score=0.9), hit("b", score=0.4))
    full = (hit("c", score=0.9), hit("b", score=0.8))
    ranked = mixed(alone, full, 0.5)
    assert [item.document_id for item in ranked] == ["b", "a", "c"]
    assert ranked[0].fused_score == pytest.approx(0.6)


@pytest.mark.parametrize(("weight", "cosine"), [(0.8, 0.7), (0.2, 0.3)])
def test_a_document_is_told_of_by_the_ranking_of_more_weight(weight: float, cosine: float) -> None:
    ranked = mixed([hit("a", score=1, cosine=0.3)], [hit("a", score=1, cosine=0.7)], weight)
    assert ranked[0].cosine == cosine


def test_one_ranking_alone_keeps_its_order() -> None:
    alone = (hit("b", score=0.9), hit("a", score=0.4))
    assert [item.document_id for item in mixed(alone, (), 0.3)] == ["b", "a"]
    assert mixed((), (), 0.3) == ()


def test_only_the_last_few_questions_are_read_with_a_message() -> None:
    asked = [f"question {number}" for number in range(9)]
    assert together("now", asked).splitlines() == [*asked[-MAX_EARLIER_TURNS:], "now"]
    assert together("now", ()) == "now"
    assert readings("now", ()) == ("now",)
    assert 0 < LEANS < 1


def test_a_text_is_elliptical_when_it_is_short_and_connects() -> None:
    assert is_elliptical("what about the South?")
    assert not is_elliptical("Outlook keeps asking for my password")

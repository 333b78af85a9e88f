"""Questions in many wordings, and the one query, question back or refusal each comes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.language.phrasing import question_of
from analytics.language.understand import Understander
from tests.unit.analytics.language.conftest import AS_OF
from tests.unit.analytics.language.shorthand import outcome

LINES = (Path(__file__).parent / "questions.txt").read_text(encoding="utf-8").splitlines()
CASES = [tuple(part.strip() for part in line.split("=>", 1)) for line in LINES if "=>" in line]


@pytest.mark.parametrize(("asked", "expected"), CASES, ids=[case[0] for case in CASES])
def test_a_question_comes_to_one_exact_query(
    understander: Understander, asked: str, expected: str
) -> None:
    *turns, text = (part.strip() for part in asked.split(">>"))

    assert outcome(understander.in_turn(text, turns, AS_OF)) == expected


@pytest.mark.parametrize("asked", [case[0] for case in CASES if ">>" not in case[0]])
def test_every_reading_has_a_question_that_is_understood_as_that_reading(
    understander: Understander, asked: str
) -> None:
    understood = understander.understand(asked, AS_OF)
    queries = [understood.query] if understood.query else [r.query for r in understood.readings]

    for query in queries:
        plain = question_of(query, understander.catalogue)
        assert understander.understand(plain, AS_OF).query == query, plain


@pytest.mark.parametrize("asked", [case[0] for case in CASES if "=> ?" in " => ".join(case)])
def test_a_question_back_has_two_to_four_different_choices(
    understander: Understander, asked: str
) -> None:
    understood = understander.understand(asked, AS_OF)

    assert 2 <= len(understood.readings) <= 4
    assert len({r.question for r in understood.readings}) == len(understood.readings)
    assert understood.asked.endswith("?")


@pytest.mark.parametrize(
    "word",
    [
        "salary",
        "warehouse",
        "followers",
        "shareholders",
        "rainfall",
        "invoices",
        "recruiting",
        "zebra",
    ],
)
@pytest.mark.parametrize(
    "question", ["revenue by region for {}", "{} per month", "tickets and {} in May 2026"]
)
def test_a_word_that_means_nothing_here_is_never_passed_over(
    understander: Understander, word: str, question: str
) -> None:
    understood = understander.understand(question.format(word), AS_OF)

    assert understood.query is None
    assert word in understood.unknown


@pytest.mark.parametrize(
    "text", ["", "   ", "?!", "hello", "why", "which", "not not not", "and by or", "top 5", "2025"]
)
def test_no_text_is_an_error(understander: Understander, text: str) -> None:
    understood = understander.understand(text, AS_OF)

    assert understood.query is None
    assert understood.readings == ()


def test_the_same_text_is_understood_the_same_way_every_time(understander: Understander) -> None:
    text = "open tickets by team and priority, urgent or high, excluding the Billing team"

    assert understander.understand(text, AS_OF) == understander.understand(text, AS_OF)


def test_a_denial_never_turns_into_its_opposite(understander: Understander) -> None:
    for text in (
        "orders not in the app in 2025",
        "orders in 2025 excluding the app",
        "orders other than in the app in 2025",
        "orders in 2025, leaving out the app",
        "orders except for the app in 2025",
    ):
        query = understander.understand(text, AS_OF).query
        assert query is not None, text
        assert [(f.operator, f.values) for f in query.filters] == [("!=", ("app",))], text


def test_a_reason_for_asking_says_nothing_about_the_numbers(understander: Understander) -> None:
    plain = understander.understand("revenue by plan in 2025", AS_OF).query

    for text in (
        "Good morning! I'm preparing the board meeting, revenue by plan in 2025?",
        "For the report to our investors: revenue by plan in 2025, please",
        "Quick question - revenue by plan in 2025",
        "Could you please show me the revenue by plan in 2025? Thanks!",
    ):
        assert understander.understand(text, AS_OF).query == plain, text


def test_an_earlier_turn_that_is_no_question_is_passed_over(understander: Understander) -> None:
    found = understander.in_turn("and in May?", ["revenue in April", "thank you"], AS_OF)

    assert found.query is not None
    assert found.query.period is not None
    assert found.query.period.start.month == 5

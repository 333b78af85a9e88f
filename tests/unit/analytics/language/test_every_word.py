"""Every word counts: a word put into a question changes what is computed, or is named."""

from __future__ import annotations

import random
from datetime import date

import pytest

from analytics.language.understand import Understander, Understood
from analytics.model import MetricQuery

AS_OF = date(2026, 6, 30)

QUESTIONS = (
    "revenue in May 2026",
    "orders by channel in 2025",
    "how many tickets did the Network team get in April 2026",
    "average order value of premium customers in Q1 2026",
    "top 5 products by revenue in 2025",
    "share of orders from the app in May 2026",
    "new customers per month in 2024",
    "revenue in May 2026 compared with April 2026",
    "mttr by severity in 2024",
    "how many customers placed more than 3 orders in 2025",
    "conversion rate by device in May 2026",
    "csat by team in 2025",
)

CONTENT = (
    "Poland", "wholesale", "refurbished", "bundled", "prepaid", "loyalty card", "vegan", "leased",
    "salaried", "franchise", "diesel", "teenage", "overseas", "insured", "recycled", "hourly paid",
    "budgeted", "forecasted", "taxed", "Bavarian", "unionised", "wholesaler", "barcode",
    "seasonally adjusted", "like-for-like", "pro forma", "audited", "consolidated", "inflation",
)  # fmt: skip
"""Words that nothing here measures: a number beside one of them has ignored it."""

CHANGING = (
    "weekly", "daily", "cumulative", "median", "except", "without", "at least", "excluding",
    "per week", "by hour", "in percent", "average daily", "not", "versus", "more than 7",
    "below 3", "only urgent", "in the West", "except the East", "on Mondays", "before 2024",
    "by region", "half of", "twice", "highest", "second", "both", "monthly", "never", "last week",
)  # fmt: skip
"""Words that ask for something else than the plain question."""


def _at_every_place(question: str, word: str) -> list[str]:
    words = question.split()
    return [" ".join([*words[:i], word, *words[i:]]) for i in range(len(words) + 1)]


def _queries(understood: Understood) -> list[MetricQuery]:
    found = [understood.query] if understood.query else [r.query for r in understood.readings]
    return [q for q in found if q is not None]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_word_that_means_nothing_here_is_never_passed_over(
    understander: Understander, question: str
) -> None:
    ignored = [
        text
        for word in CONTENT
        for text in _sample(question, word, 3)
        if _queries(understander.understand(text, AS_OF))
    ]

    assert ignored == [], "answered although nothing explains one of the words"


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_word_that_changes_the_question_changes_the_query_or_is_named(
    understander: Understander, question: str
) -> None:
    plain = understander.understand(question, AS_OF).query
    assert plain is not None

    ignored = [
        text
        for word in CHANGING
        for text in _sample(question, word, 3)
        if plain in _queries(understander.understand(text, AS_OF))
        and not _says_the_same(word, question)
    ]

    assert ignored == [], "the same number although another one is asked for"


def _sample(question: str, word: str, n: int) -> list[str]:
    places = _at_every_place(question, word)
    return random.Random(f"{question}|{word}").sample(places, min(n, len(places)))


def _says_the_same(word: str, question: str) -> bool:
    """Some words say again what a question says already."""
    told = {
        "monthly": "per month", "in percent": "rate share", "highest": "top", "both": "compared",
        "versus": "compared",
    }  # fmt: skip
    return any(
        part and part in question for part in (told.get(word, ""), *told.get(word, "").split())
    )


def test_the_check_itself_can_fail(understander: Understander) -> None:
    assert _queries(understander.understand("total revenue in May 2026", AS_OF))
    assert not _queries(understander.understand("refurbished revenue in May 2026", AS_OF))

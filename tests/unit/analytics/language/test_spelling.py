# ruff: noqa: E501 - one case a line
"""Typing errors: corrected where that is safe, left alone where a word is meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.language.spelling import _INFORMAL, Speller, english_words
from analytics.language.text import lemma_of, number_of, tokenize

WORDS = ("revenue", "customers", "tickets", "channel", "category", "month", "quarter", "premium", "plan", "store", "priority", "hardware")  # fmt: skip


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(WORDS, english_words())


def read(speller: Speller, text: str) -> list[str]:
    return [token.norm for token in speller.correct(tokenize(text))[0]]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("revenu", "revenue"), ("revnue", "revenue"), ("custmers", "customers"),
        ("tikcets", "tickets"), ("chanel", "channel"), ("catgory", "category"),
        ("mounth", "month"), ("qarter", "quarter"), ("premuim", "premium"),
        ("prioirty", "priority"), ("hardwre", "hardware"),
    ],
)  # fmt: skip
def test_a_slip_is_read_as_the_word_next_to_it(speller: Speller, typed: str, meant: str) -> None:
    assert read(speller, typed) == [meant]


@pytest.mark.parametrize(
    "word",
    ["stock", "plane", "plain", "story", "customs", "costumes", "ticked", "chapel", "mouth", "stare",
     "planet", "software", "quarrel", "planning", "stored"],
)  # fmt: skip
def test_a_word_of_the_language_is_never_turned_into_another(speller: Speller, word: str) -> None:
    assert read(speller, word) == [word]


@pytest.mark.parametrize("word", ["xyz", "qqq", "abc", "blorp", "zzzzzzzz", "sla", "rvn"])
def test_what_is_near_nothing_stays_as_it_is(speller: Speller, word: str) -> None:
    assert read(speller, word) == [word]


def test_what_was_corrected_is_told(speller: Speller) -> None:
    _, corrections = speller.correct(tokenize("revenu per mounth"))

    assert [(c.written, c.read) for c in corrections] == [
        ("revenu", "revenue"),
        ("mounth", "month"),
    ]


SHORT_FORMS = {"las", "chan", "rev", "rte", "thru"}
"""Words of the list that people write for another one: last, channel, revenue, rate, through."""


def test_words_that_stand_for_another_are_few_and_known() -> None:
    assert _INFORMAL.keys() & english_words() == SHORT_FORMS


@given(word=st.sampled_from(sorted(english_words() - SHORT_FORMS)))
def test_no_english_word_is_corrected(word: str) -> None:
    assert read(Speller(WORDS, english_words()), word)[0] == tokenize(word)[0].norm


@pytest.mark.parametrize(
    ("text", "norms"),
    [
        ("tickets/week", ["tickets", "/", "week"]),
        ("30d", ["30", "d"]),
        ("Q1'26", ["q", "1", "2026"]),
        ("more than 2,000", ["more", "than", "2000"]),
        ("didn't", ["did", "not"]),
        ("what's", ["what"]),
        ("win-back", ["win", "back"]),
        ("Málaga", ["malaga"]),
        ("this year’s", ["this", "year"]),
        ("", []),
    ],
)
def test_a_text_is_cut_into_tokens(text: str, norms: list[str]) -> None:
    assert [token.norm for token in tokenize(text)] == norms


@pytest.mark.parametrize(
    ("word", "lemma"),
    [("categories", "category"), ("boxes", "box"), ("access", "access"), ("was", "be"), ("plus", "plus"), ("orders", "order"), ("has", "have")],
)  # fmt: skip
def test_a_lemma_is_the_singular(word: str, lemma: str) -> None:
    assert lemma_of(word) == lemma


@given(text=st.text(max_size=60))
def test_any_text_has_tokens_inside_it(text: str) -> None:
    for token in tokenize(text):
        assert token.norm
        assert 0 <= token.start < token.end


def test_numbers_are_read_from_digits_and_words() -> None:
    assert [number_of(w) for w in ("12", "seven", "2.5", "many")] == [12.0, 7.0, 2.5, None]

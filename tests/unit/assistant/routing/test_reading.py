"""What the classifier is given: repaired words, evidence, parts, windows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.routing.evidence import evidence_words
from assistant.routing.parts import LONG, MAX_PARTS, MAX_WINDOWS, condensed, parts_of, windows_of
from assistant.routing.reading import read_texts
from assistant.routing.spelling import Speller, make_speller, word_counts
from knowledge_base import HashEncoder


@pytest.fixture(scope="module")
def speller() -> Speller:
    return make_speller(word_counts(["the printer and the outlook folder", "a Zebra printer"] * 3))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("my pritner is dead", "my printer is dead"),
        ("teh outlok foldr", "the outlook folder"),
        ("hw mny r left", "how many are left"),
        ("the printer is fine", "the printer is fine"),
        ("OD-500 on 10.2.0.14", "OD-500 on 10.2.0.14"),
        ("", ""),
    ],
)
def test_only_misspelt_words_are_replaced(speller: Speller, written: str, meant: str) -> None:
    assert speller.repair(written) == meant


def test_repair_adds_to_what_was_written(speller: Speller) -> None:
    encoder = HashEncoder()
    read = read_texts(["pritner", "printer"], encoder=encoder, speller=speller)
    plain = encoder.encode(["pritner", "printer"])
    assert plain[0] @ plain[1] < read.vectors[0] @ read.vectors[1] < 1
    assert np.allclose(np.linalg.norm(read.vectors, axis=1), 1)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("0x80070005 again", "qqcode"),
        ("STOP CODE INACCESSIBLE_BOOT_DEVICE", "qqcode"),
        ("what about INC0044120", "qqticket"),
        ("refunds > 100 eur", "qqamount"),
        ("per week since May", "qqperiod"),
        ("how many of them", "qqcount"),
        ("turnover in Spain", "qqterm"),
        ("my case is still open", "qqmine"),
    ],
)
def test_what_stands_in_a_text_is_named(text: str, word: str) -> None:
    assert word in evidence_words(text)


def test_a_misspelt_term_is_one() -> None:
    assert "qqterm" in evidence_words("avrage order value")
    assert "qqterm" not in evidence_words("the chair is broken")


def test_a_message_with_two_wishes_has_two_parts() -> None:
    assert parts_of("My VPN keeps dropping, please open a ticket") == (
        "My VPN keeps dropping",
        "please open a ticket",
    )
    assert parts_of("Hello! What was revenue in May?") == ("Hello", "What was revenue in May?")
    assert parts_of("my printer is jammed") == ()


@given(st.text(max_size=1500))
@settings(deadline=None, max_examples=100)
def test_parts_and_windows_are_few(text: str) -> None:
    assert len(parts_of(text)) <= MAX_PARTS
    assert len(windows_of(condensed(text))) <= MAX_WINDOWS


def test_what_is_repeated_is_read_once() -> None:
    text = "my laptop is broken " * 200
    assert len(condensed(text)) < LONG
    assert condensed("short short short short") == "short short short short"


def test_a_long_text_is_read_from_its_start_to_near_its_end() -> None:
    text = " ".join(f"word{place}" for place in range(600))
    windows = windows_of(text)
    assert len(windows) == MAX_WINDOWS
    assert windows[0].startswith("word0 ")
    assert int(windows[-1].split()[0].removeprefix("word")) > 450

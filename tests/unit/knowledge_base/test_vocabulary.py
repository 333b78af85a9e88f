from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.arrays import read_arrays, write_arrays
from knowledge_base.text import terms
from knowledge_base.vocabulary import Evidence, Vocabulary, mine_long_forms

CORPUS = ["outlook calendar", "outlook calendar printer", "printer certificate", "certificate vpn"]


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("outlok calander", "outlook calendar"),
        ("pritner", "printer"),
        ("rpinter", "printer"),
        ("certifcat of outlook", "certificate of outlook"),
        ("outlook", "outlook"),
        ("vpm", "vpm"),
        ("x0utlook 0x8004", "x0utlook 0x8004"),
        ("zebra", "zebra"),
        ("sprinter", "sprinter"),
        ("", ""),
    ],
)
def test_unknown_words_get_the_nearest_word_of_the_corpus(
    query: str, meant: str, tmp_path: Path
) -> None:
    write_arrays(tmp_path / "words", Vocabulary.build(CORPUS).arrays())
    vocabulary = Vocabulary.read(read_arrays(tmp_path / "words"))
    assert vocabulary.evidence(query).rewrite(query) == meant


def test_real_words_that_the_corpus_lacks_are_no_mistakes() -> None:
    assert Vocabulary.build(CORPUS).repairs("the painter")
    assert not Vocabulary.build(CORPUS, also_words={"painter"}).repairs("the painter")


def test_the_commoner_of_two_equally_near_words_is_taken() -> None:
    vocabulary = Vocabulary.build(["mouse", "mouse", "moose", "moose", "moose"])
    (repair,) = vocabulary.repairs("moese")
    assert (repair.written, repair.meant) == ("moese", "moose")


DEFINING = [
    "Use Exchange Web Services (EWS). Exchange Web Services is old.",
    "Open Exchange Web Services (EWS) again.",
    "The Office Deployment Tool (ODT) and the multi-factor authentication (MFA) page.",
    "An office of the mayor (FBI) is no definition, nor is information technology (IT).",
    "IT, IT, IT and information technology (IT).",
]


def test_abbreviations_are_mined_with_their_commonest_meaning() -> None:
    mined = {each.abbreviation: each for each in mine_long_forms(DEFINING)}
    assert set(mined) == {"EWS", "ODT", "MFA", "IT"}
    ews = mined["EWS"]
    assert (ews.meaning, ews.n_defined) == ("exchange web services", 2)
    assert (ews.n_written, ews.n_written_out) == (2, 3)
    assert mined["MFA"].meaning == "multi-factor authentication"


def test_an_abbreviation_that_is_written_out_is_evidence() -> None:
    evidence = Vocabulary.build(DEFINING).evidence("EWS times out")
    assert evidence.rewrite("EWS times out") == "exchange web services times out"
    assert evidence.extra_terms() == tuple((term, 0.5) for term in terms("exchange web services"))


@pytest.mark.parametrize("query", ["IT cannot help", "ODT file", "ews times out", ""])
def test_words_of_their_own_and_single_definitions_are_left_alone(query: str) -> None:
    assert Vocabulary.build(DEFINING).evidence(query).long_forms == ()


def test_an_abbreviation_of_two_meanings_is_expanded_to_neither() -> None:
    one = ["Shared Parts List (SPL): the shared parts list is long."] * 3
    other = ["Sound Pressure Level (SPL): the sound pressure level is high."] * 2
    variant = ["Shared Parts Lists (SPL): the shared parts lists are long."] * 2
    assert Vocabulary.build([*one, *other]).evidence("SPL").long_forms == ()
    for texts in ([*one, *variant], [*one, other[0]], [*one * 3, *other]):
        (found,) = Vocabulary.build(texts).evidence("SPL").long_forms
        assert found.meaning == "shared parts list"


def test_no_evidence_changes_nothing() -> None:
    assert Evidence().rewrite("As it Is, 0x80") == "As it Is, 0x80"
    assert Evidence().extra_terms() == ()


@given(
    texts=st.lists(
        st.lists(
            st.sampled_from(["outlook", "outlok", "Exchange Web Services (EWS)", "EWS", "printer"]),
            max_size=3,
        ).map(" ".join),
        max_size=8,
    ),
    data=st.data(),
    query=st.sampled_from(["outlok", "EWS pritner", "outlook printer", "outloook"]),
)
@settings(deadline=None)
def test_what_may_not_be_read_teaches_nothing(
    texts: list[str], data: st.DataObject, query: str
) -> None:
    """Asked with some texts readable, a vocabulary answers as one made of those texts alone."""
    readable = data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts)))
    cut = data.draw(st.integers(0, len(texts)))
    known = [text for text, is_readable in zip(texts, readable, strict=True) if is_readable]
    expected = Vocabulary.build(known).evidence(query)
    mask = np.asarray(readable, dtype=bool)
    assert Vocabulary.build(texts).evidence(query, mask) == expected
    both = Vocabulary.stacked([Vocabulary.build(texts[:cut]), Vocabulary.build(texts[cut:])])
    assert both.repairs(query, mask) == expected.repairs

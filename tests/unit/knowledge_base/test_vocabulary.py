from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.errors import IndexCorruptError
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
    Vocabulary.build(CORPUS).save(tmp_path / "words.json")
    vocabulary = Vocabulary.load(tmp_path / "words.json")
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


def test_no_evidence_changes_nothing() -> None:
    assert Evidence().rewrite("As it Is, 0x80") == "As it Is, 0x80"
    assert Evidence().extra_terms() == ()


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.json").write_text("[]")
    with pytest.raises(IndexCorruptError):
        Vocabulary.load(tmp_path / "words.json")

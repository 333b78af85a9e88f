from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.text import (
    identifiers,
    matched_words,
    n_words,
    normalise,
    stem,
    terms,
    words,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Can’t", ["cannot"]),
        ("can not", ["cannot"]),
        ("doesn't", ["does", "not"]),
        ("dont", ["do", "not"]),
        ("cant", ["cannot"]),
        ("tenant", ["tenant"]),
        ("e-mail", ["e", "mail", "email"]),
        ("sign-in", ["sign", "in", "signin"]),
        ("5.7.1", ["5", "7", "1", "5.7.1"]),
        ("LV-1102", ["lv", "1102", "lv1102"]),
        ("the user's PC", ["the", "user", "pc"]),
        ("outlook.exe /safe", ["outlook", "exe", "outlook.exe", "safe"]),
    ],
)
def test_words_are_normalised_with_compounds_in_parts_and_whole(
    text: str, expected: list[str]
) -> None:
    assert words(text) == expected


def test_a_code_is_found_however_its_hyphen_is_written() -> None:
    assert "lv1102" in terms("error LV-1102") and "lv1102" in terms("lv1102 again")


def test_function_words_go_and_negations_stay() -> None:
    assert terms("the printer is not on") == ["printer", "not", "on"]


def test_inflections_share_a_stem_but_numbers_are_left_alone() -> None:
    assert stem("printers") == stem("printer")
    assert stem("0x80070005") == "0x80070005"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("fails with 0x80070005", ("0x80070005",)),
        ("AADSTS50076: needs MFA", ("aadsts50076",)),
        ("LarkVPN says LV-1102.", ("lv1102",)),
        ("Run Set-CASMailbox now", ("setcasmailbox",)),
        ("error code: 49", ("49",)),
        ("NDR 5.7.1 again", ("5.7.1",)),
        ("close OUTLOOK.EXE", ("outlook.exe",)),
        ("MAPI_E_NOT_FOUND", ("mapienotfound",)),
        ("please sign-in again, it is well-known", ()),
        ("Windows 11 on 3 laptops", ()),
    ],
)
def test_identifiers_are_codes_commands_versions_and_files(
    text: str, expected: tuple[str, ...]
) -> None:
    assert identifiers(text) == expected


def test_matched_words_are_those_of_the_query_in_its_order() -> None:
    assert matched_words("Why do printers jam?", "A jam in the printer") == ("printers", "jam")
    assert matched_words("", "text") == ()


def test_a_path_counts_as_its_parts() -> None:
    assert n_words(r"C:\Windows\System32 now") == 4


@given(st.text())
def test_the_tokenizer_never_fails_and_is_stable(text: str) -> None:
    assert words(text) == words(text)
    assert all(term for term in terms(text))


@given(st.text(alphabet="abcxyz0123456789 -_.", max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)

"""Which question is asked, when none is, and what a typed reply means."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.clarify import (
    MAX_CHOICES,
    Candidate,
    candidates_of,
    choose_question,
    known_facets,
    narrow,
    probabilities,
    values_of,
)
from assistant.answering.facets import NO_VALUE, load_facets, read_reply
from assistant.errors import SettingsError
from knowledge_base.model import Document, DocumentHit, Hit, Passage
from knowledge_base.sources.markdown import MarkdownSource

FACETS = load_facets()
IPHONE = Candidate(document_id="iphone", title="Enrol an iPhone in Company Portal", score=0.98)
ANDROID = Candidate(
    document_id="android", title="Enrol an Android phone in Company Portal", score=0.95
)
MAC = Candidate(document_id="mac", title="Enrol a MacBook in Company Portal", score=0.9)
ARTICLES = Path(__file__).parents[4] / "knowledge_base" / "content" / "articles"


def ask(*candidates: Candidate, known: dict[str, str] | None = None, **more: float):
    return choose_question(candidates, known or {}, vocabulary=FACETS, **more)  # type: ignore[arg-type]


def test_candidates_that_differ_by_system_lead_to_the_question_for_it() -> None:
    question = ask(IPHONE, ANDROID, MAC)
    assert question is not None
    assert question.facet == "os"
    assert dict(question.choices) == {
        "ios": "iPhone or iPad",
        "android": "Android",
        "macos": "Mac",
    }
    assert question.choices[0][0] == "ios"
    assert question.text.endswith("?")


def test_what_is_known_is_not_asked_and_rules_out() -> None:
    assert ask(IPHONE, ANDROID, known={"os": "android"}) is None
    assert narrow([IPHONE, ANDROID], {"os": "android"}, vocabulary=FACETS) == (ANDROID,)


def test_a_facet_asked_in_vain_is_not_asked_again() -> None:
    assert ask(IPHONE, ANDROID, known={"os": ""}) is None
    assert narrow([IPHONE, ANDROID], {"os": ""}, vocabulary=FACETS) == (IPHONE, ANDROID)


def test_after_two_questions_in_a_row_none_is_asked() -> None:
    assert ask(IPHONE, ANDROID, n_asked_in_a_row=1) is not None
    assert ask(IPHONE, ANDROID, n_asked_in_a_row=2) is None


def test_nothing_is_asked_where_nothing_is_near() -> None:
    assert ask(IPHONE, ANDROID, confidence=0.05) is None


def test_a_sure_answer_far_ahead_of_the_others_is_given_without_a_question() -> None:
    far = replace(ANDROID, score=0.6)
    assert ask(IPHONE, far, confidence=0.9, threshold=0.6) is None
    assert ask(IPHONE, ANDROID, confidence=0.9, threshold=0.6) is not None


def test_one_article_in_several_sections_is_one_answer() -> None:
    sections = [
        Candidate(document_id="mail", title="Mail on a phone", score=0.9, headings=(name,))
        for name in ("iPhone", "Android")
    ]
    assert ask(*sections) is None


def test_an_article_for_both_systems_needs_no_question() -> None:
    both = Candidate(document_id="a", title="Map a drive", score=0.9, applies_to=("Windows", "Mac"))
    other = Candidate(document_id="b", title="Unmap a drive", score=0.89)
    assert ask(both, other) is None


def test_copies_of_a_text_are_one_answer() -> None:
    one = replace(IPHONE, text="Open the  store.")
    copy = replace(ANDROID, text="open the store.")
    assert ask(one, copy) is None


def test_an_outdated_article_is_no_rival_of_a_current_one() -> None:
    assert ask(IPHONE, replace(ANDROID, is_outdated=True)) is None
    outdated = [replace(item, is_outdated=True) for item in (IPHONE, ANDROID)]
    assert ask(*outdated) is not None


def test_error_codes_of_titles_become_buttons_with_none_of_these_last() -> None:
    question = ask(
        Candidate(document_id="a", title="LarkVPN error LV-2210: no route", score=0.9),
        Candidate(document_id="b", title="LarkVPN error LV-1102: certificate", score=0.88),
        Candidate(document_id="c", title="LarkVPN is slow", score=0.87),
    )
    assert question is not None
    assert question.facet == "error"
    assert question.choices == (
        ("lv2210", "LV-2210"),
        ("lv1102", "LV-1102"),
        (NO_VALUE, "None of these"),
    )


def test_what_articles_apply_to_becomes_a_value_of_its_own() -> None:
    question = ask(
        Candidate(document_id="a", title="Cannot sign in", score=0.9, applies_to=("Buyline",)),
        Candidate(document_id="b", title="Sign-in fails", score=0.9, applies_to=("Peoplehub",)),
    )
    assert question is not None
    assert [label for _, label in question.choices] == ["Buyline", "Peoplehub"]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("how do I enrol my iPhone", {"os": "ios", "device": "phone"}),
        ("Outlook on my macbook hangs", {"os": "macos", "product": "outlook", "device": "laptop"}),
        ("I get 0x80070070", {"error": "0x80070070"}),
        ("not on the Mac, on Windows", {"os": "windows"}),
        ("word and excel templates for Excel and Outlook", {"product": ""}),
        ("the coffee is cold", {}),
    ],
)
def test_a_message_says_by_itself_what_need_not_be_asked(text: str, known: dict[str, str]) -> None:
    assert known_facets(text, FACETS) == known


OS = [("windows", "Windows"), ("macos", "Mac")]
PHONES = [("ios", "iPhone or iPad"), ("android", "Android"), ("windows", "Windows")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Windows", "windows"),
        ("it's a macbook", "macos"),
        ("it's a mackbook pro", "macos"),
        ("windwos 11 i think", "windows"),
        ("the second one", "macos"),
        ("2", "macos"),
        ("option 1 please", "windows"),
        ("the last one", "macos"),
        ("my lenovo", "windows"),
        ("not the Mac", "windows"),
        ("not windows, a mac", "macos"),
        ("on linux", "linux"),
        ("MAC!!", "macos"),
    ],
)
def test_a_typed_reply_means_a_value(text: str, value: str) -> None:
    reply = read_reply(text, FACETS.facet("os"), OS, FACETS)
    assert reply is not None
    assert reply.value == value


@pytest.mark.parametrize("text", ["no idea", "I don't know", "both", "Windows and Mac", "neither"])
def test_people_may_not_know(text: str) -> None:
    reply = read_reply(text, FACETS.facet("os"), OS, FACETS)
    assert reply is not None
    assert reply.value is None
    assert reply.is_unknown


@pytest.mark.parametrize(
    "text", ["how much revenue did we make in May", "thanks", "", "my badge is not read", "why?"]
)
def test_a_message_of_its_own_is_no_reply(text: str) -> None:
    assert read_reply(text, FACETS.facet("os"), OS, FACETS) is None


def test_a_reply_names_one_of_the_phones() -> None:
    reply = read_reply("a samsung", FACETS.facet("os"), PHONES, FACETS)
    assert reply is not None and reply.value == "android"


def test_a_reply_to_the_question_for_a_code() -> None:
    facet = FACETS.facet("error")
    offered = [("lv2210", "LV-2210"), ("lv1102", "LV-1102"), (NO_VALUE, "None of these")]
    for text, value in [
        ("it says LV-1102", "lv1102"),
        ("lv2210", "lv2210"),
        ("no, nothing", NO_VALUE),
        ("None of these", NO_VALUE),
        ("the first", "lv2210"),
    ]:
        reply = read_reply(text, facet, offered, FACETS)
        assert reply is not None, text
        assert reply.value == value, text


def test_on_or_off_the_vpn() -> None:
    facet = FACETS.facet("connection")
    offered = [(item.key, item.label) for item in facet.values[:2]]
    for text, value in [
        ("yes, on vpn", "vpn"),
        ("without vpn", "home"),
        ("at the office", "office"),
    ]:
        reply = read_reply(text, facet, offered, FACETS)
        assert reply is not None, text
        assert reply.value == value, text


def test_a_malformed_vocabulary_is_refused_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "facets.yaml"
    file.write_text("facets:\n  os: {question: 'Which?'}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"facets\.yaml"):
        load_facets(file)


def test_passages_under_other_headings_are_candidates_of_their_own() -> None:
    hits = tuple(
        Hit(
            passage=Passage(
                passage_id=f"a#{place}",
                document_id="a",
                ordinal=place,
                start=0,
                end=4,
                heading_path=("Mail", heading),
                text="Open",
            ),
            title="Mail",
            updated_on=None,
            status="current",
            pool="article",
            fused_score=score,
            cosine=0.5,
        )
        for place, (heading, score) in enumerate([("iPhone", 0.8), ("iPhone", 0.7), ("PC", 0.4)])
    )
    hit = DocumentHit(
        document_id="a",
        title="Mail",
        updated_on=None,
        status="outdated",
        pool="article",
        fused_score=0.9,
        cosine=0.5,
        hits=hits,
    )
    found = candidates_of(hit, Document(document_id="a", title="Mail", text="", applies_to=("X",)))
    assert [(item.headings, round(item.score, 3)) for item in found] == [
        (("iPhone",), 0.9),
        (("PC",), 0.45),
    ]
    assert all(item.is_outdated and item.applies_to == ("X",) for item in found)


# What must hold whatever was found.

TITLES = [
    "Install on Windows", "Install on a Mac", "Mail on an iPhone", "Mail on Android",
    "Outlook does not start", "Teams shows error 0x80070005", "Excel says 5.7.133",
    "Printer jams", "The shared mailbox is full", "On the VPN nothing opens", "Set up",
]  # fmt: skip
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        document_id=st.sampled_from("abcdefgh"),
        title=st.sampled_from(TITLES),
        score=st.floats(0, 1),
        headings=st.lists(st.sampled_from(["Windows", "Mac", "Steps"]), max_size=1).map(tuple),
        text=st.sampled_from(["", "Do this.", "Do that."]),
        applies_to=st.lists(
            st.sampled_from(["Windows 11", "macOS", "Outlook", "Buyline", "Outlook 2016"]),
            max_size=3,
        ).map(tuple),
        is_outdated=st.booleans(),
    ),
    max_size=8,
)
KNOWN = st.dictionaries(
    st.sampled_from([facet.key for facet in FACETS.facets]),
    st.sampled_from(["", "windows", "macos", "outlook", "none"]),
    max_size=3,
)


@given(CANDIDATES, KNOWN)
def test_a_question_is_always_worth_asking(
    candidates: list[Candidate], known: dict[str, str]
) -> None:
    question = ask(*candidates, known=known)
    if question is None:
        return
    assert question.facet not in known
    assert 2 <= len(question.choices) <= MAX_CHOICES
    assert len(set(question.choices)) == len({value for value, _ in question.choices})
    assert 0 < question.gain_bits <= math.log2(question.n_candidates) + 1e-9
    facet = FACETS.facet(question.facet)
    named = {value for item in candidates for value in values_of(item, facet, FACETS)}
    firsts = set()
    for value, label in question.choices:
        assert label
        assert value in named or value == NO_VALUE
        left = narrow(candidates, {**known, question.facet: value}, vocabulary=FACETS)
        firsts |= {max(left, key=lambda item: item.score).document_id} if left else {None}
    assert len({item.document_id for item in candidates}) > 1


@given(CANDIDATES)
def test_the_same_candidates_give_the_same_question_and_replies_end_the_questions(
    candidates: list[Candidate],
) -> None:
    known: dict[str, str] = {}
    for _ in range(len(FACETS.facets) + 1):
        question = ask(*candidates, known=known)
        assert question == ask(*candidates, known=known)
        if question is None:
            return
        known[question.facet] = question.choices[0][0]
    pytest.fail("there was always one more question")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_probabilities_sum_to_one_and_keep_the_order(scores: list[float]) -> None:
    shares = probabilities(scores)
    assert math.isclose(sum(shares), 1.0, abs_tol=1e-9)
    for one, share in zip(scores, shares, strict=True):
        for other, its in zip(scores, shares, strict=True):
            assert one <= other or share >= its


@given(st.text(max_size=60), st.sampled_from([facet.key for facet in FACETS.facets]))
def test_any_text_can_be_read_as_a_reply(text: str, key: str) -> None:
    facet = FACETS.facet(key)
    offered = [(item.key, item.label) for item in facet.values][:4]
    reply = read_reply(text, facet, offered, FACETS)
    assert reply is None or reply.value is None or isinstance(reply.value, str)
    known_facets(text, FACETS)


# The articles that come with the product, and those of the shared folder.


def candidate_of(document: Document, score: float = 0.9) -> Candidate:
    return Candidate(
        document_id=document.document_id,
        title=document.title,
        score=score,
        applies_to=document.applies_to,
    )


def of_demo(*names: str) -> list[Candidate]:
    found = {
        item.document_id.rsplit("/", 1)[-1].removesuffix(".md"): item
        for item in MarkdownSource(root=ARTICLES, name="demo").read()
        if isinstance(item, Document)
    }
    return [candidate_of(found[name], 0.95 - 0.01 * place) for place, name in enumerate(names)]


@pytest.mark.parametrize(
    ("names", "facet", "labels"),
    [
        (
            ("company-portal-enrol-iphone", "company-portal-enrol-android"),
            "os",
            {"iPhone or iPad", "Android"},
        ),
        (
            ("windows-bitlocker-recovery-key", "macos-filevault-recovery"),
            "os",
            {"Windows", "Mac"},
        ),
        (
            ("larkvpn-error-lv-1102-certificate-expired", "larkvpn-error-lv-2210-no-route"),
            "error",
            {"LV-1102", "LV-2210", "None of these"},
        ),
        (
            ("windows-second-screen-docking-station", "macos-external-display-not-detected"),
            "os",
            {"Windows", "Mac"},
        ),
    ],
)
def test_the_demo_articles_are_told_apart_by_the_question_a_colleague_would_ask(
    names: tuple[str, ...], facet: str, labels: set[str]
) -> None:
    question = ask(*of_demo(*names))
    assert question is not None
    assert question.facet == facet
    assert {label for _, label in question.choices} == labels


@pytest.mark.shared
def test_articles_of_other_houses_are_told_apart_by_system() -> None:
    shared = Path(os.environ.get("DESKWISE_SHARED", ARTICLES.parents[3] / "shared"))
    folder = shared / "data" / "kb" / "ms-intune-docs" / "intune-user-help"
    if not folder.is_dir():
        pytest.skip("the shared articles are not here")
    found = [
        candidate_of(item)
        for item in MarkdownSource(root=folder, name="kb").read()
        if isinstance(item, Document) and item.title.lower().startswith("enroll")
    ]
    question = ask(*sorted(found, key=lambda item: item.document_id)[:6])
    assert question is not None
    assert question.facet in ("os", "device", "product")
    assert 2 <= len(question.choices) <= MAX_CHOICES

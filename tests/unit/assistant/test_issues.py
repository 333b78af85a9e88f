"""Where a message may hold two problems, why a question has no answer, and rival articles."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.answering.abstaining import why_not
from assistant.answering.issues import cut_in_two
from assistant.answering.rivals import (
    contradicts,
    current_first,
    same_thing,
    without_copies,
)
from knowledge_base.model import DocumentHit, DocumentStatus, Hit, Passage


@pytest.mark.parametrize(
    ("text", "first", "second", "says_so"),
    [
        (
            "My badge opens no door since Monday. Also, the scanner on floor two mails nothing.",
            "My badge opens no door since Monday.",
            "the scanner on floor two mails nothing.",
            True,
        ),
        (
            "1. The beamer stays dark in room four 2. Where do I book a rental car?",
            "The beamer stays dark in room four",
            "Where do I book a rental car?",
            True,
        ),
        (
            "How do I book a rental car for Friday and where can I park an electric bike?",
            "How do I book a rental car for Friday",
            "where can I park an electric bike?",
            False,
        ),
    ],
)
def test_a_message_is_cut_where_a_second_thing_begins(
    text: str, first: str, second: str, says_so: bool
) -> None:
    (cut,) = cut_in_two(text)
    assert (cut.first, cut.second, cut.says_so) == (first, second, says_so)


@pytest.mark.parametrize(
    "text",
    [
        "My badge opens no door.",
        "The scanner mails nothing since Monday. It worked fine last week.",
        "The scanner mails nothing since Monday. I have already restarted the scanner twice.",
        "The scanner mails nothing since Monday. How do I fix that quickly today?",
        "I came in early. The door was shut. My badge blinked. The guard let me in. The desk is "
        "closed. What now with my badge?",
        "",
    ],
)
def test_one_problem_is_not_cut(text: str) -> None:
    assert cut_in_two(text) == ()


def test_without_a_near_article_nothing_is_near() -> None:
    assert why_not("who waters the plants", []).reason == "nothing_near"


def test_a_code_that_no_near_article_has_is_named_as_it_was_written() -> None:
    why = why_not("Printer shows LV-4711 again", ["The printer shows codes such as LV-410."])
    assert why.reason == "terms_not_covered"
    assert why.terms[0] == "LV-4711"


def test_what_is_mostly_something_else_is_not_covered() -> None:
    why = why_not("rent a Helicopter for gardening", ["How to rent a car."])
    assert why.reason == "terms_not_covered"
    assert "Helicopter" in why.terms


def test_what_is_missing_besides_is_partly_covered() -> None:
    why = why_not("connect the printer at home to the notebook", ["connect printer home"])
    assert (why.reason, why.terms) == ("partly_covered", ("notebook",))


def test_when_every_word_is_covered_the_confidence_is_low() -> None:
    assert why_not("connect the printer", ["To connect a printer, …"]).reason == "low_confidence"


@pytest.mark.parametrize("said", ["account", "the Form", "my printer?", "and the screen"])
def test_one_word_that_articles_mention_is_too_little(said: str) -> None:
    near = ["Account, form, printer and screen of the front desk."]
    assert why_not(said, near).reason == "too_short"


@pytest.mark.parametrize("said", ["LV-410", "shared account", "printer jams"])
def test_a_code_or_two_words_are_not_too_little(said: str) -> None:
    near = ["LV-410: the printer jams. A shared account."]
    assert why_not(said, near).reason == "low_confidence"


def test_when_it_happened_is_not_named_as_something_that_no_article_mentions() -> None:
    why = why_not("The beamer went dark again yesterday", ["The beamer went dark."])
    assert why.reason == "low_confidence"


def test_a_misspelt_word_is_not_named_as_something_that_no_article_mentions() -> None:
    near = ["The beamer in the conference room went dark. Access is denied."]
    assert why_not("bemaer dark, acess denied in the conferense room", near).terms == ()
    assert why_not("dark garden", near).terms == ("garden",)


def hit(name: str, title: str, text: str, **fields: object) -> DocumentHit:
    status: DocumentStatus = "outdated" if fields.get("is_outdated") else "current"
    found = Hit(
        passage=Passage(
            passage_id=f"{name}#0",
            document_id=name,
            ordinal=0,
            start=0,
            end=len(text),
            heading_path=(title,),
            text=text,
        ),
        title=title,
        updated_on=date(2026, 5, 3),
        status=status,
        pool="article",
        fused_score=0.9,
        cosine=0.5,
    )
    return DocumentHit(
        document_id=name,
        title=title,
        updated_on=date(2026, 5, 3),
        status=status,
        pool="article",
        fused_score=float(str(fields.get("score", 0.9))),
        cosine=0.5,
        hits=(found,),
    )


def test_an_outdated_article_is_never_first_when_a_current_one_is_near() -> None:
    old = hit("old", "Set up the scanner", "", is_outdated=True)
    new = hit("new", "The scanner in short", "", score=0.8)
    far = hit("far", "Plants", "", score=0.3)
    assert [item.document_id for item in current_first([old, far, new])] == ["new", "old", "far"]
    assert current_first([old, far]) == (old, far)
    assert current_first([new, old]) == (new, old)


def test_a_copy_is_folded_into_the_better_one_but_an_outdated_or_other_text_stays() -> None:
    text = "Open the lid of the scanner and clean the glass with a dry cloth."
    one = hit("a/one", "Clean the scanner", text)
    copy = hit("b/one", "Clean the scanner", text, score=0.8)
    other = hit("c", "Clean the scanner", "Order new rollers from the shop.", score=0.7)
    old = hit("d", "Clean the scanner", text, score=0.6, is_outdated=True)
    named_apart = hit("e", "Clean the beamer", text, score=0.5)
    assert without_copies([one, copy, other, old, named_apart]) == (one, other, old, named_apart)
    assert without_copies([]) == ()


def test_titles_of_one_thing_share_their_words_but_not_another_platform() -> None:
    assert same_thing("Password rules", "The password rules")
    assert not same_thing("Reset the app on Windows", "Reset the app on Android")
    assert not same_thing("Update to version 3.2", "Update to version 3.1")
    assert not same_thing("Password rules", "Travel rules of the company")


def test_other_values_of_one_unit_contradict() -> None:
    own = "A password expires after 90 days."
    text = "A password expires after 180 days."
    other = hit("other", "Password rules", text)
    assert contradicts(own, other, text, own) == ("180 days",)


@pytest.mark.parametrize(
    "text",
    [
        "A password expires after 90 days.",
        "A password has 14 characters.",
        "A password expires after 90 days, a code after 10 days.",
        "Nothing expires.",
    ],
)
def test_the_same_values_or_other_units_do_not(text: str) -> None:
    own = "A password expires after 90 days."
    assert contradicts(own, hit("other", "Password rules", text), text, own) == ()

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from knowledge_base.acronyms import Candidate, ambiguous, initials_fit, mine_candidates
from knowledge_base.model import Message, Ticket
from tests.unit.assistant.fakes import START


def mined(*texts: str, tickets: Sequence[Ticket] = ()) -> dict[tuple[str, str], Candidate]:
    articles = [(f"kb/{number}.md", text) for number, text in enumerate(texts)]
    found = mine_candidates(articles, tickets, common_words={"my", "is", "slow", "again"})
    return {(each.short, each.meaning): each for each in found}


def ticket(number: int, question: str, answer: str, *, private: bool = False) -> Ticket:
    return Ticket(
        ticket_id=f"T-{number}",
        opened_at=START,
        resolved_at=START,
        subject="Help",
        category="",
        priority="",
        team="",
        status="resolved",
        messages=(
            Message(at=START, role="requester", text=question),
            Message(at=START, role="agent", text=answer),
        ),
        private=private,
    )


@pytest.mark.parametrize(
    "text",
    ["Open the Shared Parts List (SPL) first.", "The SPL (Shared Parts List) is here."],
)
def test_definitions_are_read_both_ways_round(text: str) -> None:
    found = mined(text)
    assert found["SPL", "shared parts list"].kind == "defined"
    (example,) = found["SPL", "shared parts list"].examples
    assert example.startswith("kb/0.md: ") and "SPL" in example


def test_brackets_that_do_not_spell_the_words_define_nothing() -> None:
    assert mined("Press the green button (OK) twice.", "See the list (PDF) there.") == {}


@pytest.mark.parametrize(
    "text",
    [
        "Software Shelf, also known as Company Portal, opens.",
        "Software Shelf (also called “Company Portal”) opens.",
        "Software Shelf, formerly known as the Company Portal.",
    ],
)
def test_other_names_are_read(text: str) -> None:
    assert mined(text)["Company Portal", "software shelf"].kind == "called"


def test_initials_of_a_frequent_name_need_the_same_surroundings() -> None:
    named = [
        f"Restart the Print Queue Manager service on host {n} before printing." for n in "abcde"
    ]
    short = [f"Restart the PQM service on host {n} before printing." for n in "fgh"]
    elsewhere = [f"Our {n} lunch menu lists PQM salad with olives." for n in "fgh"]
    assert mined(*named, *short)["PQM", "print queue manager"].kind == "initials"
    assert mined(*named, *elsewhere) == {}
    assert mined(*named, *short[:2]) == {}


def test_a_nickname_in_tickets_is_matched_with_the_name_agents_answer_with() -> None:
    asked = [ticket(n, "my od is slow again", "Orderdesk was restarted.") for n in range(4)]
    others = [ticket(10 + n, "printer again", "Paper was refilled.") for n in range(6)]
    found = mined(tickets=[*asked, *others])
    assert found["od", "orderdesk"].kind == "tickets"
    assert found["od", "orderdesk"].n_texts == 4
    assert mined(tickets=[*asked[:2], *others]) == {}


def test_a_name_that_answers_everything_explains_no_nickname() -> None:
    asked = [ticket(n, "my od is slow again", "Orderdesk team here.") for n in range(4)]
    others = [ticket(10 + n, "printer again", "Orderdesk team here.") for n in range(6)]
    assert mined(tickets=[*asked, *others]) == {}


def test_private_tickets_and_spam_teach_nothing() -> None:
    asked = [ticket(n, "my od is slow", "Orderdesk runs.", private=True) for n in range(4)]
    spam = [replace(each, private=False, is_spam=True) for each in asked]
    assert mined(tickets=asked) == mined(tickets=spam) == {}


def test_error_codes_are_no_nicknames() -> None:
    asked = [ticket(n, f"OD-50{n} is slow", "Orderdesk was restarted.") for n in range(4)]
    assert mined(tickets=asked) == {}


def test_several_meanings_are_all_listed_and_marked() -> None:
    found = mined(
        "The Shared Parts List (SPL) is long.",
        "Sound Pressure Levels (SPL) are high.",
        "Two Shared Parts Lists (SPL) exist.",
        "A Group Policy Object (GPO) and Group Policy Objects (GPO).",
    )
    assert ambiguous(list(found.values())) == {"SPL"}


def test_the_order_of_texts_does_not_matter() -> None:
    texts = [("b", "Shared Parts List (SPL)."), ("a", "SPL (Shared Parts List).")]
    assert mine_candidates(texts) == mine_candidates(reversed(texts))
    assert mine_candidates([]) == ()


def test_initials_count_small_words_or_skip_them() -> None:
    assert initials_fit("BYOD", ["bring", "your", "own", "device"])
    assert initials_fit("DoJ", ["Department", "of", "Justice"])
    assert initials_fit("DJ", ["Department", "of", "Justice"])
    assert not initials_fit("OJ", ["of", "Justice"])
    assert not initials_fit("J", ["Justice"])

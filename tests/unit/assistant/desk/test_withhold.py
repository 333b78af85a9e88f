from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.desk.quoting import names_ticket
from assistant.desk.withhold import is_confidential, is_personal, people_of, repeatable, sentences
from knowledge_base.model import Message
from tests.unit.assistant.desk.made import START, ask, desk, ticket

KNOWN = {"company", "portal", "shelf", "software"}


@pytest.mark.parametrize(
    "text",
    [
        "Write to jo.bloggs@firm.example about it.",
        "Call me on +44 20 7946 0018 before noon.",
        "Ring 020 7946 0018.",
        "Your temporary password is Sunny-Tiger-58.",
        "The one-time code is 482913.",
        "Use code 482913 at the door.",
        "password: hunter2!",
        "Her pin is 4711.",
        "The key is ABCD1-EFGH2-IJKL3-MNOP4-QRST5.",
        "Staff number 40718 is unlocked.",
        "Ask Mr. Bloggs for it.",
        "Joanna Bloggs has to approve it.",
        "I told Wibke that it is done.",
        "Type Qz9!longsecret and press Enter.",
    ],
)
def test_a_personal_or_secret_sentence_is_withheld(text: str) -> None:
    assert is_personal(text, people={"wibke"}, known=KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "Open Company Portal and press Sync.",
        "Error code 0x80070005 means that access is denied.",
        "Set a new password with Forgotten password in the portal.",
        "Restart the print service and wait five minutes.",
        "Run chkdsk /f on drive C and restart.",
        "It needs at least 14 characters.",
    ],
)
def test_an_instruction_is_not(text: str) -> None:
    assert not is_personal(text, people={"wibke"}, known=KNOWN)


def test_a_greeting_is_no_part_of_the_first_sentence() -> None:
    text = "Hi Wibke, open the lid. Then press Start.\nRegards, Tamsin"
    found = [text[item.start : item.end] for item in sentences(text)]
    assert found[:2] == ["open the lid.", "Then press Start."]


def test_names_of_greetings_and_signatures_are_withheld_in_the_whole_thread() -> None:
    made = ticket(1, 0)
    thread = (
        Message(at=START, role="requester", text="It is broken. Regards, Wibke Anders"),
        Message(at=START, role="agent", text="Hi Wibke, press Start. Tell Wibke the rest."),
    )
    people = people_of(replace(made, messages=thread))
    text = thread[1].text
    kept = [text[i.start : i.end] for i in repeatable(text, people=people, known=KNOWN)]
    assert {"wibke", "anders"} <= people
    assert kept == ["press Start."]


def test_a_ticket_that_says_that_it_is_confidential_is_treated_as_private() -> None:
    made = ticket(1, 0)
    assert not is_confidential(made)
    asked = Message(at=START, role="requester", text="Please treat this as confidential.")
    assert is_confidential(replace(made, messages=(*made.messages, asked)))
    marked = Message(at=START, role="agent", text="I marked this ticket private.")
    assert is_confidential(replace(made, messages=(*made.messages, marked)))


def test_secrets_in_a_fix_are_in_no_part_of_the_suggestions() -> None:
    secret = "Your temporary password is Plum-Otter-77. "
    tickets = [
        replace(
            item,
            messages=(
                item.messages[0],
                replace(item.messages[1], text=secret + item.messages[1].text),
                item.messages[2],
            ),
        )
        for item in desk()
    ]
    found = ask(tickets, ticket(150, 2, resolved_at=None))
    assert found.similar
    assert "Plum" not in str(found)


def test_a_sentence_that_names_another_ticket_is_withheld() -> None:
    assert names_ticket("The answer is in LF-1091.", "LF-1093")
    assert names_ticket("See ticket 4711 for it.", "1000")
    assert not names_ticket("Error LV-1102 means an old certificate.", "LF-1093")

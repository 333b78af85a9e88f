"""A solved ticket as the skeleton of an article."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.errors import NothingToDraftError, TicketNotFoundError
from assistant.model import Asker
from knowledge_base.model import Message, Ticket
from tests.unit.assistant.desk.made import desk, ticket
from tests.unit.assistant.desk.test_service import AGENT, service

SECRET = "Your temporary password is Plum-Otter-77."


def told(*texts: str, **given: object) -> Ticket:
    made = ticket(60, 0, **given)
    at = [message.at for message in made.messages]
    roles = ("requester", "agent", "requester")
    return replace(
        made,
        subject='the "scanner" sends nothing',
        messages=tuple(
            Message(at=when, role=role, text=text)
            for when, role, text in zip(at, roles, texts, strict=True)
        ),
    )


def test_symptom_cause_and_steps_are_sentences_of_the_thread() -> None:
    made = told(
        "The scanner on the floor sends no mail. Call me on 555-010-9999.",
        f"It was caused by the old relay. {SECRET} Choose the relay smtp-7, then press Test.",
        "That worked, thank you.",
    )
    found = service([*desk(), made]).article(made.ticket_id, asker=AGENT)
    assert found.symptoms == ("The scanner on the floor sends no mail.",)
    assert found.causes == ("It was caused by the old relay.",)
    assert found.steps == ("Choose the relay smtp-7, then press Test.",)
    assert "Plum" not in found.markdown
    assert "555" not in found.markdown
    assert 'title: "the \\"scanner\\" sends nothing"' in found.markdown
    assert "acl: []" in found.markdown


def test_what_the_thread_does_not_say_is_left_for_who_writes() -> None:
    made = told(
        "The scanner sends no mail.",
        "Choose the relay smtp-7, then press Test.",
        "That worked, thank you.",
    )
    found = service([*desk(), made]).article(made.ticket_id, asker=AGENT)
    assert found.causes == ()
    assert "## Cause\n\nThe ticket does not say." in found.markdown


def test_what_is_private_or_unsolved_or_of_others_gives_no_article() -> None:
    unsolved = told("It hangs.", "Which room?", "Room 4.", status="open", resolved_at=None)
    with pytest.raises(NothingToDraftError):
        service([*desk(), unsolved]).article(unsolved.ticket_id, asker=AGENT)
    private = told("It hangs.", "Press Test.", "That worked.", private=True)
    with pytest.raises(TicketNotFoundError):
        service([*desk(), private]).article(private.ticket_id, asker=AGENT)
    with pytest.raises(TicketNotFoundError):
        service(desk()).article("T-001", asker=Asker(user_id="ann"))

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from knowledge_base.model import Message, MessageRole, Ticket
from knowledge_base.resolutions import find_resolution, ticket_document

OPENED_AT = datetime(2026, 1, 5, 8, tzinfo=UTC)


def ticket(*thread: tuple[MessageRole, str], **given: object) -> Ticket:
    messages = tuple(
        Message(at=OPENED_AT + timedelta(minutes=n), role=role, text=text)
        for n, (role, text) in enumerate(thread)
    )
    made = Ticket(
        ticket_id="T-1",
        opened_at=OPENED_AT,
        resolved_at=OPENED_AT + timedelta(hours=1),
        subject="No sound",
        category="hardware",
        priority="low",
        team="Workplace",
        status="closed",
        messages=messages,
    )
    return replace(made, **given)  # type: ignore[arg-type]


def test_the_instructions_that_the_requester_confirmed_are_the_fix() -> None:
    found = find_resolution(
        ticket(
            ("requester", "My headset is silent."),
            ("system", "We received your request."),
            ("agent", "Restart the laptop and open Settings."),
            ("requester", "Did that, still no sound."),
            ("agent", "Open Sound, choose the headset as output and unmute it."),
            ("requester", "It works now, thank you!"),
            ("agent", "Glad to hear it. I am closing this ticket."),
        )
    )
    assert found is not None
    assert (found.message_index, found.is_confirmed) == (4, True)


def test_a_question_back_is_no_fix() -> None:
    found = find_resolution(
        ticket(
            ("requester", "My headset is silent."),
            ("agent", "Which headset is it, and what does Settings show?"),
            ("requester", "Model 3. It shows nothing."),
            ("agent", "Unplug it, wait ten seconds and connect it again."),
        )
    )
    assert found is not None
    assert (found.message_index, found.is_confirmed) == (3, False)


@pytest.mark.parametrize(
    "given",
    [
        {"private": True},
        {"is_spam": True},
        {"resolved_at": None, "status": "open"},
    ],
)
def test_private_spam_and_open_tickets_have_none(given: dict[str, object]) -> None:
    thread: tuple[tuple[MessageRole, str], ...] = (
        ("requester", "Silent."),
        ("agent", "Open Sound and choose the headset."),
        ("requester", "Thanks, it works."),
    )
    assert find_resolution(ticket(*thread)) is not None
    assert find_resolution(ticket(*thread, **given)) is None


def test_a_thread_without_an_agent_has_none() -> None:
    assert find_resolution(ticket(("requester", "Silent."), ("system", "Received."))) is None
    assert find_resolution(ticket()) is None


def test_labels_are_never_read() -> None:
    thread: tuple[tuple[MessageRole, str], ...] = (
        ("requester", "Silent."),
        ("agent", "Open Sound and choose the headset."),
        ("agent", "Have a nice day."),
    )
    found = find_resolution(ticket(*thread))
    assert find_resolution(ticket(*thread, fix="other", fix_message=2)) == found


def test_a_ticket_becomes_a_document_for_its_groups() -> None:
    made = ticket(("requester", "Headset silent."), ("agent", "Open Sound and choose it."))
    document = ticket_document(made, find_resolution(made))
    assert document.document_id == "ticket/T-1"
    assert (document.pool, document.acl) == ("ticket", ("agents",))
    assert "Headset silent." in document.text and "Open Sound and choose it." in document.text
    assert document.metadata["resolution_message"] == "1"
    assert document.content_hash != ticket_document(made, None).content_hash


@pytest.mark.parametrize("given", [{"private": True}, {"is_spam": True}])
def test_private_tickets_and_spam_are_never_written(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="never written"):
        ticket_document(ticket(("requester", "Silent."), **given), None)

"""What every `TicketStore` must do: run against the SQL adapter and the fake."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import ConversationNotFoundError
from assistant.handoff.contract import (
    HandOff,
    PredictedField,
    Said,
    ShownArticle,
    TriedMethod,
)
from assistant.model import DeskTicket, TicketNote
from assistant.store import open_engine
from assistant.ticket_store import SqlTicketStore
from tests.unit.assistant.fakes import START, FakeTicketStore

LATER = START + timedelta(hours=1)


@pytest.fixture(params=["sql", "fake"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "fake":
        yield FakeTicketStore()
        return
    engine = open_engine(tmp_path / "conversations.sqlite")
    yield SqlTicketStore(engine)
    engine.dispose()


def handoff(subject: str = "VPN") -> HandOff:
    return HandOff(
        reason="methods_failed",
        subject=subject,
        transcript=(Said(role="requester", text="vpn", at=START),),
        tried=(
            TriedMethod(document_id="a", title="A", heading="Steps", step=3, quote="3. Do."),
            TriedMethod(document_id="b", title="B", heading=""),
        ),
        evidence=(ShownArticle(document_id="a", title="A", url="/articles/a", is_quoted=True),),
        predicted={"team": PredictedField(value="Network", confidence=0.7, method="neighbours")},
        facets={"os": "macos"},
    )


def opened(store: Any, where: str | None = "c1", who: str = "ann", about: str = "VPN") -> Any:
    return store.open_ticket(
        conversation_id=where, user_id=who, transcript="…", handoff=handoff(about), at=START
    )


def test_a_ticket_comes_back_with_everything_that_was_handed_over(store: Any) -> None:
    ticket = opened(store)
    assert isinstance(ticket, DeskTicket)
    assert store.ticket(ticket.ticket_number, user_id="ann") == ticket
    assert store.ticket_of("c1", user_id="ann") == ticket
    assert ticket.handoff == handoff()
    assert ticket.is_open


def test_one_conversation_opens_one_ticket(store: Any) -> None:
    first = opened(store)
    again = opened(store, about="VPN again")
    other = opened(store, where=None, about="Printer")
    more = opened(store, where=None, about="Beamer")
    assert again == first
    assert [other.ticket_number, more.ticket_number] == [
        first.ticket_number + 1,
        first.ticket_number + 2,
    ]
    assert [item.subject for item in store.tickets(user_id="ann")] == ["Beamer", "Printer", "VPN"]
    assert [item.subject for item in store.all_tickets()] == ["VPN", "Printer", "Beamer"]


def test_somebody_elses_ticket_is_as_absent_as_one_that_never_was(store: Any) -> None:
    number = opened(store).ticket_number
    assert store.ticket(number, user_id="bob") is None
    assert store.ticket(number + 1, user_id="ann") is None
    assert store.ticket_of("c1", user_id="bob") is None
    assert store.tickets(user_id="bob") == ()
    assert store.add_note(number, "mine now", user_id="bob", at=LATER) is None
    assert store.set_status(number, "cancelled", user_id="bob") is None
    with pytest.raises(ConversationNotFoundError):
        opened(store, who="bob")
    untouched = store.ticket(number, user_id="ann")
    assert untouched.status == "new"
    assert untouched.notes == ()


def test_notes_are_kept_in_their_order(store: Any) -> None:
    number = opened(store).ticket_number
    store.add_note(number, "room 4.12", user_id="ann", at=START)
    ticket = store.add_note(number, "urgent", user_id="ann", at=LATER)
    assert ticket.notes == (
        TicketNote(text="room 4.12", at=START),
        TicketNote(text="urgent", at=LATER),
    )
    assert store.ticket(number, user_id="ann") == ticket
    assert store.all_tickets() == (ticket,)


def test_a_ticket_is_cancelled_and_opened_again(store: Any) -> None:
    number = opened(store).ticket_number
    closed = store.set_status(number, "cancelled", user_id="ann")
    assert not closed.is_open
    assert store.set_status(number, "new", user_id="ann").is_open


def test_an_answer_of_the_requester_takes_up_what_waited_for_it(store: Any) -> None:
    number = opened(store).ticket_number
    store.set_status(number, "waiting", user_id="ann")
    assert store.add_note(number, "It is room 4.12.", user_id="ann", at=LATER).status == (
        "in_progress"
    )
    store.set_status(number, "solved", user_id="ann")
    assert store.add_note(number, "Thank you.", user_id="ann", at=LATER).status == "solved"

"""Two messages of one conversation at the same moment: one ticket, and nothing urgent is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.handoff.policy import load_policy
from assistant.messages import load_messages
from assistant.model import Answered, Asker, Conversation, DeskTicket, HandedOff, Turn
from assistant.skills.desk import DeskSkill
from assistant.store import open_engine
from assistant.ticket_store import SqlTicketStore
from tests.unit.assistant.fakes import START, FakeClock

ANN = Asker(user_id="ann")
TALK = Conversation(
    conversation_id="c1",
    user_id="ann",
    title="",
    started_at=START,
    turns=(
        Turn(
            turn_id="t1",
            conversation_id="c1",
            text="my badge is not read",
            route="helpdesk",
            outcome=Answered(text="Try this.", confidence=0.8),
            asked_at=START,
        ),
    ),
)


class MeetingStore(SqlTicketStore):
    """Lets nobody open a ticket before all have looked whether there is one."""

    both = threading.Barrier(2, timeout=20)

    def ticket_of(self, conversation_id: str, *, user_id: str) -> DeskTicket | None:
        found = super().ticket_of(conversation_id, user_id=user_id)
        self.both.wait()
        return found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MeetingStore]:
    engine = open_engine(tmp_path / "conversations.sqlite")
    yield MeetingStore(engine)
    engine.dispose()


def said_at_once(store: MeetingStore, texts: tuple[str, str]) -> list[HandedOff]:
    """Return what the desk says to messages that meet; each looks for the ticket twice."""
    desk = DeskSkill(store=store, clock=FakeClock(), messages=load_messages(), policy=load_policy())
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(desk.answer, text, asker=ANN, conversation=TALK) for text in texts]
        found = [each.result(timeout=30) for each in asked]
    assert all(isinstance(each, HandedOff) for each in found)
    return [each for each in found if isinstance(each, HandedOff)]


def test_a_human_asked_for_twice_at_once_gets_one_ticket(store: MeetingStore) -> None:
    one, other = said_at_once(store, ("a human please", "open a ticket"))
    assert one.ticket_number == other.ticket_number
    assert len(store.tickets(user_id="ann")) == 1


@pytest.mark.parametrize("n_try", range(3))
def test_what_is_urgent_is_read_in_the_ticket_whoever_opened_it(
    store: MeetingStore, n_try: int
) -> None:
    urgent = "somebody stole my laptop on the train"
    one, other = said_at_once(store, ("a human please", urgent))
    assert one.ticket_number == other.ticket_number
    (ticket,) = store.tickets(user_id="ann")
    assert ticket.handoff is not None
    notes = [note.text for note in ticket.notes]
    assert ticket.handoff.reason == "policy:security_incident" or any(
        urgent in note for note in notes
    )

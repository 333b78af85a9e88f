"""What agents do with everybody's tickets, in the database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import TicketChangedError, TicketNotFoundError
from assistant.handoff.contract import HandOff
from assistant.model import WorkEvent
from assistant.store import open_engine
from assistant.ticket_store import SqlTicketStore
from assistant.work_store import SqlWorkStore
from tests.unit.assistant.fakes import START

REPLY = WorkEvent(kind="reply", text="Hello", at=START, actor_id="u-1", actor_name="Mara")


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[SqlTicketStore, SqlWorkStore]]:
    engine = open_engine(tmp_path / "conversations.sqlite")
    tickets = SqlTicketStore(engine)
    for who in ("ann", "bob"):
        tickets.open_ticket(
            conversation_id=None,
            user_id=who,
            transcript="…",
            handoff=HandOff(reason="asked", subject=f"of {who}", transcript=()),
            at=START,
        )
    yield tickets, SqlWorkStore(engine)
    engine.dispose()


def test_a_change_raises_the_version_and_keeps_what_was_done(
    stores: tuple[SqlTicketStore, SqlWorkStore],
) -> None:
    own, work = stores
    values = {"status": "waiting", "assignee_id": "u-1", "team": "Network"}
    after = work.change(1000, version=0, values=values, events=[REPLY])
    assert (after.work.version, after.status, after.work.team) == (1, "waiting", "Network")
    assert work.ticket(1000) == after == own.ticket(1000, user_id="ann")
    assert after.replies == (REPLY,)


def test_of_two_changes_to_one_state_the_second_changes_nothing(
    stores: tuple[SqlTicketStore, SqlWorkStore],
) -> None:
    own, work = stores
    own.add_note(1000, "more", user_id="ann", at=START)
    with pytest.raises(TicketChangedError, match="by its requester, 09:00 UTC"):
        work.change(1000, version=0, values={"status": "solved"}, events=[REPLY])
    work.change(1000, version=1, values={}, events=[REPLY])
    with pytest.raises(TicketChangedError, match="by Mara"):
        work.change(1000, version=1, values={"status": "solved"}, events=[])
    seen = work.ticket(1000)
    assert seen is not None
    assert (seen.status, len(seen.events)) == ("new", 1)
    with pytest.raises(TicketNotFoundError):
        work.change(9, version=0, values={}, events=[])


def test_all_tickets_are_as_they_are_now_and_what_did_not_change_is_the_same_object(
    stores: tuple[SqlTicketStore, SqlWorkStore],
) -> None:
    own, work = stores
    first = work.tickets()
    assert work.tickets() is first
    own.add_note(1001, "more", user_id="bob", at=START)
    own.set_status(1001, "cancelled", user_id="bob")
    second = work.tickets()
    assert second[0] is first[0]
    assert second == own.all_tickets()

"""A database of an older version keeps its tickets and takes new ones."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from assistant.handoff.contract import HandOff
from assistant.store import SCHEMA_VERSION, open_engine
from assistant.ticket_store import SqlTicketStore
from tests.unit.assistant.fakes import START

OLD = """
CREATE TABLE desk_tickets (
    ticket_number INTEGER NOT NULL PRIMARY KEY, conversation_id VARCHAR UNIQUE,
    user_id VARCHAR NOT NULL, subject VARCHAR NOT NULL, transcript VARCHAR NOT NULL,
    status VARCHAR NOT NULL, opened_at VARCHAR NOT NULL
);
INSERT INTO desk_tickets VALUES
    (1000, 'c1', 'ann', 'VPN', 'Requester: VPN', 'new', '2026-05-01T09:00:00+00:00');
PRAGMA user_version = 2;
"""


def test_tickets_of_the_version_before_are_kept_and_go_on(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD)
    for _ in range(2):  # opening twice changes nothing more
        engine = open_engine(path)
        store = SqlTicketStore(engine)
        old = store.ticket(1000, user_id="ann")
        assert old is not None
        assert (old.subject, old.handoff, old.notes) == ("VPN", None, ())
        assert not old.is_private
        engine.dispose()
    engine = open_engine(path)
    store = SqlTicketStore(engine)
    assert store.add_note(1000, "still so", user_id="ann", at=START) is not None
    new = store.open_ticket(
        conversation_id="c2",
        user_id="ann",
        transcript="",
        handoff=HandOff(reason="asked", subject="Beamer", transcript=()),
        at=START,
    )
    assert new.ticket_number == 1001
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA user_version").scalar()
    assert found == SCHEMA_VERSION
    engine.dispose()

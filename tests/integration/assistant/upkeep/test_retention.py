"""What the settings keep for a time is forgotten after it; what is newer stays."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from assistant.accounts import AuditNote
from assistant.accounts.audit import SqlAuditLog
from assistant.accounts.errors import AuditBrokenError
from assistant.accounts.tables import make_tables
from assistant.cli import main as command
from assistant.config import Settings
from assistant.model import Answered, Turn
from assistant.store import SqlConversationStore, open_engine
from assistant.upkeep.retention import check_retention, find_overdue, forget_overdue
from tests.unit.assistant.fakes import START

LATER = START + timedelta(days=40)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    opened = open_engine(tmp_path / "home" / "conversations.sqlite")
    make_tables(opened)
    store = SqlConversationStore(opened)
    log = SqlAuditLog(opened)
    for days in (0, 20, 39):
        at = START + timedelta(days=days)
        turn = Turn(
            turn_id=f"t{days}",
            conversation_id=f"c{days}",
            text="vpn",
            route="helpdesk",
            outcome=Answered(text="Open it.", confidence=0.9),
            asked_at=at,
        )
        store.add_turn(turn, user_id="ann")
        store.add_feedback(turn.turn_id, user_id="ann", value="up", comment="", at=at)
        log.append(AuditNote(action="session.opened", actor="u-1"), at=at)
    yield opened
    opened.dispose()


def left(engine: sa.Engine) -> list[str]:
    found = SqlConversationStore(engine).conversations(user_id="ann", limit=9)
    return sorted(item.conversation_id for item in found)


def test_nothing_is_forgotten_unless_the_operator_says_so(engine: sa.Engine) -> None:
    assert not forget_overdue(engine, Settings(), LATER)
    assert left(engine) == ["c0", "c20", "c39"]
    assert SqlAuditLog(engine).verify()[0] == 3


def test_what_is_older_than_the_settings_say_goes_and_the_log_stays_whole(
    engine: sa.Engine,
) -> None:
    settings = Settings(keep_conversations_days=30, keep_audit_days=10)
    (told,) = check_retention(engine, settings, LATER)
    assert (told.status, told.repair) == ("warning", "retention")
    log = SqlAuditLog(engine)
    _, head = log.verify()

    gone = forget_overdue(engine, settings, LATER)

    assert (gone.conversation_ids, gone.n_audit_entries) == (("c0",), 2)
    assert left(engine) == ["c20", "c39"]
    number, last = log.verify()
    assert number == 4
    assert [item.number for item in log.entries(limit=9)] == [4, 3]
    assert log.has(head)
    assert last != head
    assert [item.status for item in check_retention(engine, settings, LATER)] == ["ok"]
    with engine.connect() as connection:
        assert not find_overdue(connection, replace(settings, keep_audit_days=0), LATER)
    later_still = forget_overdue(engine, settings, LATER + timedelta(days=300))
    assert later_still.n_audit_entries == 2
    assert log.verify()[0] == 5


def test_a_log_whose_beginning_somebody_cut_off_is_found(engine: sa.Engine) -> None:
    with engine.execution_options(is_write=True).begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_log_no_DELETE")
        connection.exec_driver_sql("DELETE FROM audit_log WHERE number = 1")
    with pytest.raises(AuditBrokenError):
        SqlAuditLog(engine).verify()


def test_an_error_of_the_database_does_not_tell_what_somebody_wrote(engine: sa.Engine) -> None:
    with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError) as failed:
        connection.execute(sa.text("SELECT :said FROM nothing"), {"said": "a secret worry"})
    assert "a secret worry" not in str(failed.value)


def test_a_new_home_is_its_users_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: sa.Engine
) -> None:
    made = tmp_path / "home"
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.iterdir()} == {0o600}
    assert stat.S_IMODE(made.stat().st_mode) == 0o700

    masks: list[int] = []
    monkeypatch.setattr(command.os, "umask", lambda mask: masks.append(mask) or 0o022)
    monkeypatch.setattr(command, "run", lambda _: 0)
    with pytest.raises(SystemExit):
        command.main()
    assert masks == [0o077, 0o077]
    assert CliRunner().invoke(command.deskwise, ["--help"]).exit_code == 0

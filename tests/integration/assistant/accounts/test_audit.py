"""The audit log: what is in it, that it only grows, and that a change shows."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, IntegrityError

from assistant.accounts import Accounts, AuditNote
from assistant.accounts.audit import START
from assistant.accounts.errors import AuditBrokenError, SignInFailedError, UserExistsError
from tests.integration.assistant.accounts.conftest import GOOD, OTHER

HERE = "192.0.2.7"


def actions(accounts: Accounts) -> list[str]:
    return [item.note.action for item in reversed(accounts.audit.entries(limit=100))]


def test_what_happens_to_accounts_is_recorded_with_who_and_what(accounts: Accounts) -> None:
    ann = accounts.add_user("ann", role="agent", password=GOOD)
    opened = accounts.sign_in("ann", GOOD, address=HERE)
    with pytest.raises(SignInFailedError):
        accounts.sign_in("ann", OTHER, address=HERE)
    with pytest.raises(SignInFailedError):
        accounts.sign_in("my secret typed in the wrong box", OTHER, address=HERE)
    accounts.sign_out(opened.access, address=HERE)
    accounts.change(ann, role="manager", groups=["hr"], by="u-boss")
    accounts.set_password(ann, OTHER)
    accounts.sign_out_everywhere(ann)

    assert actions(accounts) == [
        "user.added", "session.opened", "session.refused", "session.refused", "session.closed",
        "user.changed", "user.password_changed", "session.all_closed",
    ]  # fmt: skip
    changed = accounts.audit.entries(limit=1, action="user.changed")[0]
    assert changed.note.actor == "u-boss"
    assert changed.note.subject == ann.user_id
    assert changed.note.detail == {
        "before": {"role": "agent", "groups": []},
        "after": {"role": "manager", "groups": ["hr"]},
    }
    everything = str(accounts.audit.entries(limit=100))
    for secret in (GOOD, OTHER, "wrong box", opened.secret):
        assert secret not in everything
    assert len(accounts.audit.entries(limit=100, person=ann.user_id)) == 7


def test_a_change_that_fails_leaves_no_record(accounts: Accounts) -> None:
    accounts.add_user("ann", role="agent", password=None)
    with pytest.raises(UserExistsError):
        accounts.add_user("ann", role="admin", password=None)

    assert actions(accounts) == ["user.added"]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log", "DELETE FROM audit_log WHERE 1"],
)
def test_the_database_itself_refuses_changes(
    accounts: Accounts, engine: sa.Engine, statement: str
) -> None:
    accounts.add_user("ann", role="agent", password=None)
    refused = pytest.raises((DatabaseError, IntegrityError), match="append-only")
    with refused, engine.begin() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE audit_log SET actor = 'nobody' WHERE number = 2",
        "UPDATE audit_log SET detail = '{}' WHERE number = 1",
        "UPDATE audit_log SET at = '2020-01-01T00:00:00+00:00' WHERE number = 3",
        "UPDATE audit_log SET address = '' WHERE number = 4",
        "DELETE FROM audit_log WHERE number = 2",
        "DELETE FROM audit_log WHERE number = 1",
        "UPDATE audit_log SET number = number + 10 WHERE number >= 3",
    ],
)
def test_whoever_goes_past_the_database_is_found(
    accounts: Accounts, engine: sa.Engine, forgery: str
) -> None:
    for number in range(4):
        accounts.record(
            AuditNote(action="a.b", actor=f"u-{number}", address=HERE, detail={"n": number})
        )
    assert accounts.audit.verify()[0] == 4
    with engine.begin() as connection:
        for verb in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER audit_log_no_{verb}")
        connection.exec_driver_sql(forgery)

    with pytest.raises(AuditBrokenError):
        accounts.audit.verify()


def test_a_log_that_was_cut_is_found_by_a_hash_kept_elsewhere(
    accounts: Accounts, engine: sa.Engine
) -> None:
    assert accounts.audit.verify() == (0, START)
    for number in range(3):
        accounts.record(AuditNote(action="a.b", actor=f"u-{number}"))
    _, head = accounts.audit.verify()
    assert accounts.audit.has(head)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_log_no_delete")
        connection.exec_driver_sql("DELETE FROM audit_log WHERE number = 3")

    assert accounts.audit.verify()[0] == 2
    assert not accounts.audit.has(head)

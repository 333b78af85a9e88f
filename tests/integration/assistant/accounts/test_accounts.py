"""Users, passwords and sessions: who gets in, for how long, and what ends it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from assistant.accounts import Accounts, User
from assistant.accounts.errors import (
    AccountInputError,
    LastAdministratorError,
    PasswordRefusedError,
    SignInFailedError,
    TooManyAttemptsError,
    UserExistsError,
    UserNotFoundError,
)
from assistant.accounts.passwords import Passwords
from assistant.model import ROLES
from tests.integration.assistant.accounts.conftest import CHEAP, GOOD, OTHER, SetClock

HERE = "192.0.2.7"


@pytest.fixture
def ann(accounts: Accounts) -> User:
    return accounts.add_user("Ann", role="agent", password=GOOD, email="Ann@Example.org")


@pytest.mark.parametrize("name", ["ann", " ANN ", "ann@example.org"])
def test_a_right_password_opens_a_session(accounts: Accounts, ann: User, name: str) -> None:
    opened = accounts.sign_in(name, GOOD, address=HERE)
    access = accounts.who(opened.access.session_hash)

    assert access is not None
    assert access.user == ann
    assert access.asker.user_id == ann.user_id
    assert access.asker.is_known
    assert access.asker.role == "agent"
    assert access.asker.groups == ("everyone", "agents")
    assert access.asker.may("tickets.read_all")
    assert not access.asker.may("users.manage")


def test_neither_the_secret_nor_the_password_is_stored(
    accounts: Accounts, ann: User, engine: sa.Engine
) -> None:
    opened = accounts.sign_in("ann", GOOD, address=HERE)
    with engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'")
        everything = str(
            [
                connection.exec_driver_sql(f'SELECT * FROM "{table}"').all()
                for (table,) in tables.all()
            ]
        )

    assert len(opened.secret) == 43
    assert opened.secret not in everything
    assert GOOD not in everything
    assert opened.secret not in repr(opened)
    assert "$argon2id$" in everything


@pytest.mark.parametrize("name", ["ann", "nobody", "gone", "sso"])
def test_whatever_is_wrong_says_the_same_and_compares_a_hash(
    accounts: Accounts, ann: User, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.change(accounts.add_user("gone", role="admin", password=GOOD), is_disabled=False)
    accounts.add_user("boss", role="admin", password=None)
    accounts.change(accounts.named("gone"), is_disabled=True)
    accounts.add_user("sso", role="employee", password=None)
    compared: list[str | None] = []
    is_right = Passwords.is_right

    def watched(self: Passwords, password: str, known: str | None) -> bool:
        compared.append(known)
        return is_right(self, password, known)

    monkeypatch.setattr(Passwords, "is_right", watched)
    typed = "wrong" if name == "ann" else GOOD
    with pytest.raises(SignInFailedError) as raised:
        accounts.sign_in(name, typed, address=HERE)

    assert str(raised.value) == "The name or the password is wrong."
    assert len(compared) == 1


def test_a_password_of_a_nobody_is_never_right() -> None:
    passwords = Passwords(CHEAP)

    assert not passwords.is_right("the password of an account that is not there", None)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * 257,
        "passwordpassword",
        "qwertyuiop123",
        "aaaaaaaaaaaaaaaa",
        "ann.example.org",
    ],
)
def test_easy_passwords_are_refused(accounts: Accounts, ann: User, password: str) -> None:
    with pytest.raises(PasswordRefusedError):
        accounts.set_password(ann, password)
    with pytest.raises(PasswordRefusedError):
        accounts.add_user("ann2", role="employee", password=password, email="ann@example.org")
    assert [user.name for user in accounts.users()] == ["ann"]


def test_sessions_end_when_they_are_idle_or_old(accounts: Accounts, clock: SetClock) -> None:
    accounts.add_user("ann", role="employee", password=GOOD)
    idle = accounts.sign_in("ann", GOOD, address=HERE).access.session_hash
    busy = accounts.sign_in("ann", GOOD, address=HERE).access.session_hash

    for _ in range(10):
        clock.pass_(hours=7)
        assert accounts.who(busy) is not None
    assert accounts.who(idle) is None
    clock.pass_(hours=2)
    assert accounts.who(busy) is None


def test_looking_after_a_stream_does_not_keep_a_session_alive(
    accounts: Accounts, clock: SetClock
) -> None:
    accounts.add_user("ann", role="employee", password=GOOD)
    opened = accounts.sign_in("ann", GOOD, address=HERE).access.session_hash
    clock.pass_(hours=7)
    assert accounts.who(opened, touch=False) is not None
    clock.pass_(hours=1)

    assert accounts.who(opened, touch=False) is None


@pytest.mark.parametrize("what", ["password", "role", "groups", "disabled", "sign_out", "all"])
def test_what_ends_sessions_ends_them_at_once(accounts: Accounts, ann: User, what: str) -> None:
    first = accounts.sign_in("ann", GOOD, address=HERE).access
    second = accounts.sign_in("ann", GOOD, address=HERE).access
    other = accounts.add_user("bob", role="employee", password=OTHER)
    bobs = accounts.sign_in("bob", OTHER, address=HERE).access

    match what:
        case "password":
            accounts.set_password(ann, OTHER)
        case "role":
            accounts.change(ann, role="employee")
        case "groups":
            accounts.change(ann, groups=["security"])
        case "disabled":
            accounts.change(ann, is_disabled=True)
        case "sign_out":
            accounts.sign_out(first, address=HERE)
        case "all":
            assert accounts.sign_out_everywhere(ann) == 2

    assert accounts.who(first.session_hash) is None
    assert (accounts.who(second.session_hash) is None) is (what != "sign_out")
    found = accounts.who(bobs.session_hash)
    assert found is not None
    assert found.user == other


def test_a_change_that_changes_nothing_leaves_sessions_alone(accounts: Accounts, ann: User) -> None:
    opened = accounts.sign_in("ann", GOOD, address=HERE).access
    accounts.change(ann, role="agent", groups=[], is_disabled=False)

    assert accounts.who(opened.session_hash) is not None


def test_hashes_of_older_parameters_are_made_new_at_sign_in(
    accounts: Accounts, ann: User, engine: sa.Engine, clock: SetClock
) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(GOOD)
    accounts.store.set_password(ann.user_id, old, note=None, at=clock.now())

    accounts.sign_in("ann", GOOD, address=HERE)

    found = accounts.store.find("ann")
    assert found is not None
    assert found[1] is not None
    assert not Passwords(CHEAP).is_stale(found[1])
    accounts.sign_in("ann", GOOD, address=HERE)


def test_five_failures_close_the_door_for_that_account_at_that_address(
    accounts: Accounts, ann: User, clock: SetClock
) -> None:
    accounts.add_user("bob", role="employee", password=OTHER)
    for _ in range(5):
        with pytest.raises(SignInFailedError):
            accounts.sign_in("ANN", "wrong", address=HERE)

    with pytest.raises(TooManyAttemptsError) as raised:
        accounts.sign_in("ann", GOOD, address=HERE)  # also a right one: nothing is learned
    assert raised.value.retry_after_s == 900
    accounts.sign_in("bob", OTHER, address=HERE)
    accounts.sign_in("ann", GOOD, address="192.0.2.8")
    clock.pass_(minutes=16)
    accounts.sign_in("ann", GOOD, address=HERE)


def test_one_address_cannot_try_everybody(accounts: Accounts, ann: User) -> None:
    for number in range(50):
        with pytest.raises(SignInFailedError):
            accounts.sign_in(f"user{number}", "wrong", address=HERE)

    with pytest.raises(TooManyAttemptsError):
        accounts.sign_in("ann", GOOD, address=HERE)


def test_the_last_administrator_stays(accounts: Accounts, ann: User) -> None:
    accounts.change(ann, role="employee")  # there is none yet: nothing is lost
    boss = accounts.add_user("boss", role="admin", password=None)
    for change in ({"role": "manager"}, {"is_disabled": True}):
        with pytest.raises(LastAdministratorError):
            accounts.change(boss, **change)  # type: ignore[arg-type]
    second = accounts.add_user("second", role="admin", password=None)

    assert accounts.change(boss, is_disabled=True).is_disabled
    with pytest.raises(LastAdministratorError):
        accounts.change(second, role="employee")


def test_names_and_addresses_are_one_persons(accounts: Accounts, ann: User) -> None:
    with pytest.raises(UserExistsError):
        accounts.add_user("ANN", role="employee", password=None)
    with pytest.raises(UserExistsError):
        accounts.add_user("ann2", role="employee", password=None, email="ann@example.ORG")
    with pytest.raises(UserNotFoundError):
        accounts.named("ann2")


@pytest.mark.parametrize("name", ["", "a b", "ann@x", "../x", "é", "x" * 65, "-a", "a\n"])
def test_names_that_cannot_be_are_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccountInputError):
        accounts.add_user(name.replace("\n", "\n b"), role="employee", password=None)


@pytest.mark.parametrize("group", ["", "a,b", "<b>", "x" * 65])
def test_groups_that_cannot_be_are_refused(accounts: Accounts, ann: User, group: str) -> None:
    with pytest.raises(AccountInputError):
        accounts.change(ann, groups=[group])


@pytest.mark.parametrize("role", ROLES)
def test_every_role_signs_in(accounts: Accounts, role: str) -> None:
    accounts.add_user("ann", role=role, password=GOOD)  # type: ignore[arg-type]

    assert accounts.sign_in("ann", GOOD, address=HERE).access.asker.may("chat.ask")


def test_attempts_at_the_same_time_are_counted_one_by_one(
    accounts: Accounts, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once, most = 0, 0
    is_right = Passwords.is_right

    def slow(self: Passwords, password: str, known: str | None) -> bool:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.01)
        at_once -= 1
        return is_right(self, password, known)

    monkeypatch.setattr(Passwords, "is_right", slow)

    def attempt(_: int) -> str:
        try:
            accounts.sign_in("ann", "wrong", address=HERE)
        except (SignInFailedError, TooManyAttemptsError) as error:
            return error.code
        return "in"

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(attempt, range(20)))

    assert told.count("sign_in_failed") == 5
    assert told.count("too_many_attempts") == 15
    assert most == 1


def test_a_password_that_changes_while_it_is_compared_opens_nothing(
    accounts: Accounts, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_right = Passwords.is_right

    def overtaken(self: Passwords, password: str, known: str | None) -> bool:
        found = is_right(self, password, known)
        accounts.set_password(ann, OTHER)  # by somebody who found out, in that very moment
        return found

    monkeypatch.setattr(Passwords, "is_right", overtaken)
    with pytest.raises(SignInFailedError):
        accounts.sign_in("ann", GOOD, address=HERE)
    assert accounts.sign_out_everywhere(ann) == 0

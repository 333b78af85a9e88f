"""API tokens: what opens, what they may do, what ends them."""

from __future__ import annotations

import pytest

from assistant.accounts import Accounts, User
from assistant.accounts.errors import AccountInputError, TokenNotFoundError
from tests.integration.assistant.accounts.conftest import GOOD, OTHER, SetClock

HERE = "192.0.2.7"
SCOPES = ("chat.ask", "tickets.read_all")


@pytest.fixture
def agent(accounts: Accounts) -> User:
    accounts.add_user("boss", role="admin", password=None)
    return accounts.add_user("agent", role="agent", password=GOOD)


def made(accounts: Accounts, user: User, *scopes: str, days: int = 30) -> str:
    return accounts.tokens.add(user, name="report", scopes=scopes or SCOPES, days=days)[1]


def test_a_token_may_do_its_scopes_and_no_more(accounts: Accounts, agent: User) -> None:
    access = accounts.tokens.who(made(accounts, agent), address=HERE)

    assert access is not None
    assert access.permissions == set(SCOPES)
    assert access.asker.user_id == agent.user_id
    assert access.asker.groups == ("everyone", "agents")


@pytest.mark.parametrize(
    "change",
    ["x", "cut", "other id", "other secret", "upper", "space", "", "id alone"],
)
def test_what_is_nearly_a_token_opens_nothing(accounts: Accounts, agent: User, change: str) -> None:
    token, other = made(accounts, agent), made(accounts, agent)
    head, ids, secret = token.split("_", 2)
    sent = {
        "x": token + "x",
        "cut": token[:-1],
        "other id": f"{head}_{'0' * 16}_{secret}",
        "other secret": f"{head}_{ids}_{other.split('_', 2)[2]}",
        "upper": token.upper(),
        "space": token + " ",
        "": "",
        "id alone": f"{head}_{ids}_",
    }[change]

    assert accounts.tokens.who(sent, address=HERE) is None
    assert accounts.tokens.who(token, address=HERE) is not None


def test_a_token_ends_with_its_time_its_owner_or_by_hand(
    accounts: Accounts, agent: User, clock: SetClock
) -> None:
    short, long = made(accounts, agent, days=1), made(accounts, agent)
    by_hand = made(accounts, agent)
    accounts.tokens.revoke(by_hand.split("_")[1])
    assert accounts.tokens.who(by_hand, address=HERE) is None
    clock.pass_(days=1)
    assert accounts.tokens.who(short, address=HERE) is None
    assert accounts.tokens.who(long, address=HERE) is not None
    accounts.change(agent, is_disabled=True)

    assert accounts.tokens.who(long, address=HERE) is None
    with pytest.raises(TokenNotFoundError):
        accounts.tokens.revoke(by_hand.split("_")[1])


def test_a_token_loses_what_its_owner_loses(accounts: Accounts, agent: User) -> None:
    token = made(accounts, agent)
    before = accounts.tokens.who(token, address=HERE)
    accounts.change(agent, role="employee")
    after = accounts.tokens.who(token, address=HERE)

    assert before is not None
    assert after is not None
    assert after.permissions == {"chat.ask"}
    assert not accounts.is_still(before)
    assert accounts.is_still(after)


@pytest.mark.parametrize(
    "scopes",
    [
        (),
        ("insights.ask",),
        ("chat.ask", "everything"),
        ("tokens.own",),
        ("account.self",),
    ],
)
def test_nobody_gives_what_is_not_theirs(
    accounts: Accounts, agent: User, scopes: tuple[str, ...]
) -> None:
    with pytest.raises(AccountInputError):
        accounts.tokens.add(agent, name="x", scopes=scopes, days=1)


def test_no_token_manages_accounts_not_even_an_administrators(accounts: Accounts) -> None:
    boss = accounts.add_user("root", role="admin", password=None)
    with pytest.raises(AccountInputError):
        accounts.tokens.add(boss, name="x", scopes=["users.manage"], days=1)


@pytest.mark.parametrize(
    ("name", "days"), [("", 1), ("x" * 81, 1), ("a\nb", 1), ("a", 0), ("a", 367)]
)
def test_a_token_has_a_name_and_an_end(
    accounts: Accounts, agent: User, name: str, days: int
) -> None:
    with pytest.raises(AccountInputError):
        accounts.tokens.add(agent, name=name, scopes=["chat.ask"], days=days)


def test_only_its_owner_revokes_a_token_over_http(accounts: Accounts, agent: User) -> None:
    other = accounts.add_user("other", role="employee", password=OTHER)
    token_id = made(accounts, agent).split("_")[1]
    with pytest.raises(TokenNotFoundError):
        accounts.tokens.revoke(token_id, of=other.user_id)

    accounts.tokens.revoke(token_id, of=agent.user_id)


def test_the_first_use_of_a_day_is_recorded(
    accounts: Accounts, agent: User, clock: SetClock
) -> None:
    token = made(accounts, agent)
    for _ in range(3):
        clock.pass_(minutes=5)
        accounts.tokens.who(token, address=HERE)
    clock.pass_(days=1)
    accounts.tokens.who(token, address=HERE)
    used = accounts.audit.entries(limit=50, action="token.used")

    assert [item.note.address for item in used] == [HERE, HERE]
    assert accounts.tokens.of(agent.user_id)[0].last_used_at == clock.now()
    secret = token.split("_", 2)[2]
    assert secret not in str(accounts.audit.entries(limit=50))

"""Accounts, tokens and the audit log over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from assistant.config import Settings
from tests.integration.assistant.accounts.conftest import GOOD, OTHER
from tests.integration.web.fake_assistant import FakeAssistant
from tests.integration.web.office import BASE, OURS, SESSION, Office, open_office
from web.app import create_app

USERS = "/api/v1/users"
TOKENS = "/api/v1/tokens"
AUDIT = "/api/v1/audit"
MINE = "/api/v1/conversations"


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as opened:
        yield opened


def test_an_administrator_makes_and_changes_accounts(office: Office) -> None:
    admin = office.sign_in("admin")
    body = {"name": "Zoe", "role": "agent", "groups": ["hr"], "password": OTHER}
    made = admin.post(USERS, json=body)
    user_id = made.json()["user_id"]
    zoe = office.visitor()
    zoe.post(SESSION, json={"name": "zoe", "password": OTHER})
    assert zoe.get(MINE).status_code == 200

    changed = admin.patch(f"{USERS}/{user_id}", json={"role": "manager", "groups": []})

    assert made.status_code == 201
    assert (changed.json()["role"], changed.json()["groups"]) == ("manager", [])
    assert zoe.get(MINE).status_code == 401
    zoe.post(SESSION, json={"name": "zoe", "password": OTHER})
    assert admin.delete(f"{USERS}/{user_id}/sessions").status_code == 204
    assert zoe.get(MINE).status_code == 401
    admin.patch(f"{USERS}/{user_id}", json={"password": GOOD})
    again = zoe.post(SESSION, json={"name": "zoe", "password": OTHER})
    assert again.status_code == 401
    admin.patch(f"{USERS}/{user_id}", json={"is_disabled": True})
    assert zoe.post(SESSION, json={"name": "zoe", "password": GOOD}).status_code == 401
    listed = {item["name"]: item for item in admin.get(USERS).json()["users"]}
    assert listed["zoe"]["is_disabled"]
    assert "hash" not in str(listed)


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"name": "agent", "role": "agent"}, 409, "user_exists"),
        ({"name": "a b", "role": "agent"}, 422, "account_input_invalid"),
        ({"name": "ann", "role": "agent", "password": "short"}, 422, "password_refused"),
        ({"name": "ann", "role": "root"}, 422, "request_invalid"),
        ({"name": "ann", "role": "agent", "user_id": "u-1"}, 422, "request_invalid"),
        ({"name": "ann", "role": "agent", "groups": "hr"}, 422, "request_invalid"),
        ({"name": {"a": 1}, "role": "agent"}, 422, "request_invalid"),
    ],
)
def test_accounts_that_cannot_be_are_refused(
    office: Office, body: dict[str, object], status: int, error: str
) -> None:
    answer = office.sign_in("admin").post(USERS, json=body)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_the_last_administrator_cannot_lock_everybody_out(office: Office) -> None:
    admin = office.sign_in("admin")
    ids = {name: f"{USERS}/{user.user_id}" for name, user in office.users.items()}
    assert admin.patch(ids["spare"], json={"is_disabled": True}).status_code == 200
    answer = admin.patch(ids["admin"], json={"role": "employee"})

    assert (answer.status_code, answer.json()["error"]) == (409, "last_administrator")
    assert admin.get(USERS).status_code == 200


def test_a_token_is_shown_once_and_ended_by_its_owner(office: Office) -> None:
    agent = office.sign_in("agent")
    made = agent.post(TOKENS, json={"name": "report", "scopes": ["conversations.read_own"]})
    token = made.json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    with TestClient(office.app, base_url=BASE) as program:
        assert program.get(MINE, headers=headers).status_code == 200
        # A token makes no tokens.
        assert (
            program.post(TOKENS, json={"name": "x", "scopes": []}, headers=headers).status_code
            == 403
        )
        listed = agent.get(TOKENS)
        assert listed.json()["tokens"][0]["token_id"] == made.json()["token_id"]
        assert token.split("_", 2)[2] not in listed.text
        assert agent.delete(f"{TOKENS}/{made.json()['token_id']}").status_code == 204
        assert program.get(MINE, headers=headers).status_code == 401
    beyond = agent.post(TOKENS, json={"name": "x", "scopes": ["insights.ask"]})
    assert beyond.json()["error"] == "account_input_invalid"


def test_the_audit_log_is_read_page_by_page(office: Office) -> None:
    admin = office.sign_in("admin")
    admin.patch(f"{USERS}/{office.users['agent'].user_id}", json={"role": "employee"})
    first = admin.get(AUDIT, params={"limit": 3}).json()
    second = admin.get(AUDIT, params={"limit": 3, "before": first["next_before"]}).json()
    whole = admin.get(AUDIT).json()

    assert [item["number"] for item in (*first["entries"], *second["entries"])] == [
        item["number"] for item in whole["entries"][:6]
    ]
    assert first["entries"][0]["action"] == "user.changed"
    assert first["entries"][0]["actor"] == office.users["admin"].user_id
    assert first["entries"][0]["detail"]["after"] == {"role": "employee"}
    assert whole["next_before"] is None
    only = admin.get(AUDIT, params={"action": "session"}).json()["entries"]
    assert {item["action"] for item in only} == {"session.opened"}


def test_visitors_manage_nothing_whatever_role_is_lent() -> None:
    app = create_app(FakeAssistant(), Settings(anonymous_role="admin"))
    with TestClient(app, base_url=BASE, headers=OURS) as client:
        told = {
            client.get(USERS).status_code,
            client.post(USERS, json={"name": "eve", "role": "admin"}).status_code,
            client.get(TOKENS).status_code,
            client.get(AUDIT).status_code,
        }

    assert told == {403}

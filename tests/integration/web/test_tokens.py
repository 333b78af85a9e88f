"""Tokens over HTTP, and what routes record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from assistant.config import Settings
from tests.integration.web.fake_assistant import FakeAssistant
from tests.integration.web.office import BASE, Office, open_office
from web.app import create_app

MINE = "/api/v1/conversations"
ASK = "/api/v1/ask"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("tokens")) as opened:
        yield opened


def bearer(office: Office, name: str, *scopes: str) -> dict[str, str]:
    made = office.accounts.tokens.add(office.users[name], name="x", scopes=scopes, days=1)
    return {"Authorization": f"Bearer {made[1]}"}


@pytest.fixture
def program(office: Office) -> Iterator[TestClient]:
    """A client that neither has cookies nor names itself."""
    with TestClient(office.app, base_url=BASE) as client:
        yield client


def test_a_program_asks_with_its_token_and_gets_no_cookie(
    office: Office, program: TestClient
) -> None:
    headers = bearer(office, "manager", "chat.ask")
    asked = program.post(ASK, json={"text": "vpn"}, headers=headers)

    assert asked.status_code == 200
    assert "set-cookie" not in asked.headers
    assert office.assistant.saved[asked.json()["conversation_id"]].user_id == (
        office.users["manager"].user_id
    )
    beyond = program.get(MINE, headers=headers)
    assert (beyond.status_code, beyond.json()["error"]) == (403, "not_permitted")
    stream = {**headers, "Accept": "text/event-stream"}
    assert "event: done" in program.post(ASK, json={"text": "vpn"}, headers=stream).text


@pytest.mark.parametrize("header", ["Bearer dw_0_x", "Bearer ", "bearer x", "BEARER\tx"])
def test_a_bad_token_is_not_helped_out_by_a_cookie(office: Office, header: str) -> None:
    client = office.sign_in("agent")

    assert client.get(MINE).status_code == 200
    answer = client.get(MINE, headers={"Authorization": header})
    assert answer.status_code == (200 if "\t" in header else 401)


def test_a_header_of_a_proxy_is_not_a_token(office: Office) -> None:
    client = office.sign_in("agent")

    assert client.get(MINE, headers={"Authorization": "Basic YTpi"}).status_code == 200


def test_a_token_signs_nobody_out_and_changes_no_password(
    office: Office, program: TestClient
) -> None:
    headers = bearer(office, "admin", "chat.ask", "settings.read")
    for method, path, body in (
        ("DELETE", "/api/v1/session", None),
        ("POST", "/api/v1/session/password", {"current_password": "a", "new_password": "b"}),
    ):
        assert program.request(method, path, json=body, headers=headers).status_code == 403


def test_without_sign_in_a_token_opens_nothing_and_spares_no_header() -> None:
    with TestClient(create_app(FakeAssistant(), Settings()), base_url=BASE) as client:
        headers = {"Authorization": "Bearer dw_x"}

        assert client.post(ASK, json={"text": "vpn"}, headers=headers).status_code == 403


def test_exports_and_tickets_are_recorded_with_who_and_where(
    office: Office, program: TestClient
) -> None:
    manager, employee = office.sign_in("manager"), office.sign_in("employee")
    turn = manager.post(ASK, json={"text": "revenue by month"}).json()["turn_id"]
    assert manager.get(f"/api/v1/turns/{turn}/finding.csv").status_code == 200
    assert employee.get(f"/api/v1/turns/{turn}/finding.csv").status_code == 403
    number = employee.post("/api/v1/tickets", json={"subject": "VPN"}).json()["ticket_number"]
    employee.post(f"/api/v1/tickets/{number}/cancel")
    headers = bearer(office, "manager", "insights.export")
    program.get(f"/api/v1/turns/{turn}/finding.xlsx", headers=headers)

    token, ticket, export = office.accounts.audit.entries(limit=200, action="finding")[:1] + tuple(
        item
        for action in ("ticket.status", "finding.exported")
        for item in office.accounts.audit.entries(limit=200, action=action)[-1:]
    )
    assert export.note.actor == office.users["manager"].user_id
    assert export.note.subject == turn
    assert export.note.detail["kind"] == "csv"
    assert export.note.address == "testclient"
    assert ticket.note.actor == office.users["employee"].user_id
    assert (ticket.note.subject, ticket.note.detail) == (str(number), {"status": "cancelled"})
    assert "token_id" in token.note.detail
    assert office.accounts.audit.verify()[0] > 10

"""Signing in over HTTP: the cookie, who is told what, and what ends it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from assistant.config import Settings
from assistant.errors import SettingsError
from assistant.model import Asker, Conversation, Event
from tests.integration.assistant.accounts.conftest import GOOD, OTHER
from tests.integration.web.fake_assistant import FakeAssistant
from tests.integration.web.office import BASE, OURS, SESSION, Office, open_office
from web import stream
from web.access import needs, public, require_declared
from web.app import create_app
from web.errors import RouteUndeclaredError

COOKIE = "deskwise-session"
MINE = "/api/v1/conversations"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def test_signing_in_sets_a_cookie_that_scripts_cannot_read(office: Office) -> None:
    client = office.visitor()
    assert client.get(SESSION).json() == {
        "sign_in": "local", "user": None, "role": None, "permissions": [],
    }  # fmt: skip
    answer = client.post(SESSION, json={"name": "Agent", "password": GOOD})
    cookie = answer.headers["set-cookie"]

    assert answer.json()["user"]["name"] == "agent"
    assert answer.json()["user"]["groups"] == ["everyone", "agents"]
    assert "tickets.read_all" in answer.json()["permissions"]
    assert "users.manage" not in answer.json()["permissions"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert client.cookies[COOKIE] not in answer.text
    assert client.get(SESSION).json() == answer.json()
    assert client.get(MINE).status_code == 200
    assert "set-cookie" not in client.get(MINE).headers


def test_over_https_the_session_is_tied_to_the_host(tmp_path: Path) -> None:
    settings = Settings(sign_in="local", secure_cookies=True)
    with open_office(tmp_path, settings) as office:
        client = office.visitor(https=True)
        answer = client.post(SESSION, json={"name": "agent", "password": GOOD})
        cookie = answer.headers["set-cookie"]

        assert cookie.startswith("__Host-deskwise-session=")
        assert "Secure" in cookie
        assert "Domain" not in cookie
        # The name without the prefix, which another host could set, opens nothing.
        plain = office.visitor(https=True)
        plain.cookies.set(COOKIE, client.cookies["__Host-deskwise-session"])
        assert plain.get(MINE).status_code == 401


@pytest.mark.parametrize(
    ("name", "password"),
    [("agent", "a-wrong-one"), ("nobody", GOOD), ("disabled", GOOD), ("agent' OR '1'='1", GOOD)],
)
def test_what_was_wrong_is_not_told(office: Office, name: str, password: str) -> None:
    client = office.visitor()
    answer = client.post(SESSION, json={"name": name, "password": password})

    assert answer.status_code == 401
    assert answer.json()["error"] == "sign_in_failed"
    assert answer.json()["message"] == "The name or the password is wrong."
    assert "set-cookie" not in answer.headers
    assert password not in answer.text
    assert client.get(MINE).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"name": {"$ne": ""}, "password": GOOD},
        {"name": "agent", "password": {"$ne": ""}},
        {"name": "agent", "password": [GOOD]},
        {"name": "agent", "password": GOOD, "role": "admin"},
        {"name": "agent", "password": ""},
        {"name": "agent", "password": "x" * 257},
        {"name": 1, "password": GOOD},
    ],
)
def test_objects_in_place_of_strings_are_refused(office: Office, body: object) -> None:
    assert office.visitor().post(SESSION, json=body).status_code == 422


def test_too_many_failures_say_when_to_come_back(office: Office) -> None:
    client = office.visitor()
    for _ in range(5):
        client.post(SESSION, json={"name": "agent", "password": "wrong"})
    answer = client.post(SESSION, json={"name": "agent", "password": GOOD})

    assert answer.status_code == 429
    assert answer.json()["error"] == "too_many_attempts"
    assert answer.headers["retry-after"] == "900"


def test_a_sign_in_that_another_site_sends_is_refused(office: Office) -> None:
    client = office.visitor()
    headers = {"X-Deskwise": "", "Origin": "https://evil.example"}
    answer = client.post(SESSION, json={"name": "agent", "password": GOOD}, headers=headers)

    assert answer.status_code == 403
    assert answer.json()["error"] == "cross_site_request"


def test_signing_in_again_makes_a_new_session_and_ends_the_old(office: Office) -> None:
    client = office.sign_in("agent")
    old = client.cookies[COOKIE]
    planted = office.visitor()
    planted.cookies.set(COOKIE, "A" * 43)
    given = planted.post(SESSION, json={"name": "agent", "password": GOOD})
    client.post(SESSION, json={"name": "agent", "password": GOOD})

    assert "A" * 43 not in given.headers["set-cookie"]  # a planted id is never taken over
    stolen = office.visitor()
    stolen.cookies.set(COOKIE, old)
    assert stolen.get(MINE).status_code == 401
    assert client.get(MINE).status_code == 200


def test_signing_out_ends_the_session_and_takes_the_cookie(office: Office) -> None:
    client = office.sign_in("agent")
    secret = client.cookies[COOKIE]
    answer = client.delete(SESSION)

    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    stolen = office.visitor()
    stolen.cookies.set(COOKIE, secret)
    assert stolen.get(MINE).status_code == 401
    assert client.delete(SESSION).status_code == 401


def test_a_session_that_is_over_says_so_to_the_page(office: Office) -> None:
    client = office.sign_in("agent")
    office.clock.pass_(hours=8)

    assert client.get(MINE).json()["error"] == "not_signed_in"
    assert client.get(SESSION).json()["user"] is None


def test_a_changed_password_ends_every_session_but_goes_on_here(office: Office) -> None:
    here, there = office.sign_in("employee"), office.sign_in("employee")
    path = f"{SESSION}/password"
    wrong = here.post(path, json={"current_password": OTHER, "new_password": OTHER})
    easy = here.post(path, json={"current_password": GOOD, "new_password": "passwordpassword"})
    assert (wrong.status_code, easy.status_code) == (401, 422)
    assert there.get(MINE).status_code == 200

    done = here.post(path, json={"current_password": GOOD, "new_password": OTHER})

    assert done.status_code == 200
    assert here.get(MINE).status_code == 200
    assert there.get(MINE).status_code == 401
    again = office.visitor().post(SESSION, json={"name": "employee", "password": GOOD})
    assert again.status_code == 401


class Slow(FakeAssistant):
    """Streams one event, and the next when it is told to."""

    go_on: threading.Event
    secret = "the rest of the answer"

    def stream(
        self, text: str, *, asker: Asker, conversation_id: str | None = None
    ) -> Iterator[Event]:
        yield Event(kind="route", data={"route": "helpdesk"})
        self.go_on.wait(20)
        yield Event(kind="text", data={"text": self.secret})
        yield Event(kind="done", data={})


@pytest.mark.parametrize("is_event_waiting", [True, False])
def test_revocation_reaches_an_open_stream_within_seconds(
    office: Office, monkeypatch: pytest.MonkeyPatch, is_event_waiting: bool
) -> None:
    monkeypatch.setattr(stream, "RECHECK_S", 0.05)
    slow = Slow()
    slow.go_on = threading.Event()
    office.app.state.assistant = slow
    client = office.sign_in("employee")
    may_go_on = office.accounts.is_still
    n_looks = 0

    def look(access: object) -> bool:
        nonlocal n_looks
        n_looks += 1
        if n_looks == 2:
            office.accounts.sign_out_everywhere(office.users["employee"])
            if is_event_waiting:
                slow.go_on.set()
        return may_go_on(access)  # type: ignore[arg-type]

    monkeypatch.setattr(type(office.accounts), "is_still", lambda _self, access: look(access))
    answer = client.post(
        "/api/v1/ask", json={"text": "vpn"}, headers={"Accept": "text/event-stream"}
    )
    slow.go_on.set()
    events = [line for line in answer.text.splitlines() if line.startswith(("event", "data"))]

    assert events[0] == "event: route"
    assert events[2] == "event: error"
    assert json.loads(events[3].removeprefix("data: "))["error"] == "not_signed_in"
    assert len(events) == 4
    assert slow.secret not in answer.text


def test_a_stream_of_somebody_whose_rights_changed_ends_too(office: Office) -> None:
    access = office.accounts.sign_in("manager", GOOD, address="").access
    assert office.accounts.is_still(access)
    office.accounts.change(office.users["manager"], role="employee")

    assert not office.accounts.is_still(access)


def test_without_sign_in_visitors_have_the_role_that_is_lent() -> None:
    def session(settings: Settings, **headers: str) -> dict[str, object]:
        with TestClient(
            create_app(FakeAssistant(), settings), base_url=BASE, headers=OURS
        ) as client:
            body: dict[str, object] = client.get(SESSION, headers=headers).json()
            assert client.post(SESSION, json={"name": "a", "password": "b"}).status_code == 404
            assert client.delete(SESSION).status_code == 403
            return body

    everything = session(Settings())
    agent = session(Settings(anonymous_role="agent"))
    elsewhere = session(Settings(host="10.0.0.7"))
    proxied = session(Settings(), **{"X-Forwarded-For": "198.51.100.3"})

    assert everything["sign_in"] == "off"
    assert everything["user"] is None
    assert everything["role"] == "admin"
    for never in ("users.manage", "audit.read", "tokens.own", "account.self"):
        assert never not in str(everything["permissions"])
    assert agent["role"] == "agent"
    assert elsewhere["role"] == "employee"
    assert proxied["role"] == "employee"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (Settings(host="0.0.0.0", anonymous_role="agent"), "strangers"),
        (Settings(allowed_hosts="help.example", anonymous_role="admin"), "strangers"),
        (Settings(host="0.0.0.0", sign_in="local"), "others can read"),
        (Settings(sign_in="sometimes"), "expected one of"),
        (Settings(anonymous_role="root"), "expected one of"),
        (Settings(sign_in="local"), "no accounts"),
    ],
)
def test_settings_that_let_strangers_in_stop_the_start(settings: Settings, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        create_app(FakeAssistant(), settings)


def test_a_route_that_declares_nothing_stops_the_start() -> None:
    app = FastAPI(openapi_url=None)
    router = APIRouter()

    @router.get("/good", dependencies=[needs("chat.ask")])
    def good() -> None: ...

    @router.get("/open", dependencies=[public])
    def is_open() -> None: ...

    app.include_router(router, prefix="/api")
    require_declared(app)

    @router.post("/bad")
    def bad() -> None: ...

    @router.get("/twice", dependencies=[public, needs("chat.ask")])
    def twice() -> None: ...

    with pytest.raises(RouteUndeclaredError, match=r"POST /api/bad, GET /api/twice"):
        require_declared(app)


def test_visitors_of_a_demo_see_agents_tickets_but_no_other_groups_articles() -> None:
    seen: list[tuple[str, ...]] = []

    class Watching(FakeAssistant):
        def conversations(self, asker: Asker, *, limit: int = 50) -> tuple[Conversation, ...]:
            seen.append(asker.groups)
            return ()

    for settings in (Settings(), Settings(anonymous_role="employee"), Settings(host="10.0.0.7")):
        with TestClient(create_app(Watching(), settings), base_url=BASE, headers=OURS) as client:
            assert client.get(MINE).status_code == 200

    assert seen == [("everyone", "agents"), ("everyone",), ("everyone",)]


def test_what_is_in_the_house_is_not_told_at_the_door(office: Office) -> None:
    told = {
        name: client.get("/readyz").json()["checks"]
        for name, client in {
            "nobody": office.visitor(),
            "employee": office.sign_in("employee"),
            "admin": office.sign_in("admin"),
        }.items()
    }

    assert told["nobody"] == told["employee"] == []
    assert [check["name"] for check in told["admin"]] == ["store", "index"]

"""The permission matrix: every route × every kind of person × own, foreign and missing ids.

The routes are read from the application. A route that is not described below fails the test, so
nobody can add one without saying who may use it and what its ids are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from fastapi.testclient import TestClient

from assistant.accounts import PERMISSIONS, ROLE_PERMISSIONS, AuditNote, Permission
from assistant.model import ROLES, Asker
from tests.integration.web.matrix_rows import ROWS, Row
from tests.integration.web.office import PEOPLE, SESSION, Office, open_office
from web.access import PUBLIC_PATHS, declared_routes

KINDS = ("anonymous", "employee", "other", "agent", "manager", "admin", "signed_out", "disabled")
IDS = ("own", "foreign", "missing")
ENDS_THE_SESSION = (f"DELETE {SESSION}",)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("matrix")) as opened:
        yield opened


@dataclass
class Things:
    """What one person owns: an id of each kind."""

    conversation: str
    turn: str
    figures: str
    ticket: str
    token: str
    pinned: str


def things_of(office: Office, name: str) -> Things:
    """Make one of each for somebody, past the routes: not everybody may make them."""
    asker = replace(Asker(), user_id=office.users[name].user_id)
    said = office.assistant.ask("vpn", asker=asker)
    told = office.assistant.ask("revenue by month", asker=asker)
    ticket = office.assistant.open_ticket(
        asker=asker, conversation_id=said.conversation_id, subject="VPN"
    )
    user = office.users[name]
    token, _ = office.accounts.tokens.add(user, name="x", scopes=["chat.ask"], days=1)
    return Things(
        conversation=said.conversation_id,
        turn=said.turn_id,
        figures=told.turn_id,
        ticket=str(ticket.ticket_number),
        token=token.token_id,
        pinned=office.boards.pin(["Show revenue by month"], asker=asker).entry_id,
    )


MISSING = Things(
    conversation="c999",
    turn="t999",
    figures="t999",
    ticket="999999",
    token="f" * 16,
    pinned="f" * 16,
)


def client_of(office: Office, kind: str) -> TestClient:
    """Return a browser of this kind of person."""
    if kind == "anonymous":
        return office.visitor()
    if kind == "disabled":
        office.accounts.change(office.users["disabled"], is_disabled=False)
        client = office.sign_in("disabled")
        office.accounts.store.save(  # as by the command line of another process
            replace(office.users["disabled"], is_disabled=True),
            note=AuditNote(action="user.changed", actor="cli"),
            at=office.clock.now(),
        )
        return client
    if kind == "signed_out":
        client = office.sign_in("spare")
        office.accounts.sign_out_everywhere(office.users["spare"])
        return client
    return office.sign_in(kind)


def filled(value: object, thing: str) -> object:
    """Put an id where `{id}` stands."""
    if isinstance(value, dict):
        return {key: filled(item, thing) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, thing) for item in value]
    return value.replace("{id}", thing) if isinstance(value, str) else value


def routes_of(office: Office) -> dict[str, Permission | None]:
    """Return what the application declares."""
    found = {}
    for method, path, declared in declared_routes(office.app):
        if path not in PUBLIC_PATHS:
            assert declared is not None, path
            found[f"{method} {path}"] = declared.permission
    return found


def row_of(name: str) -> Row:
    """Return what is known of a route; of a page, that it is one file for everybody."""
    path = name.split(" ")[1]
    if path.startswith("/api/") or name in ROWS:
        return ROWS[name]
    return Row(re.sub(r"{[^}]*}", "x", path), ok=frozenset({200, 503}))


def test_every_route_of_the_application_is_in_the_matrix(office: Office) -> None:
    found = routes_of(office)
    pages = {name for name in found if name not in ROWS and "/api/" not in name}

    assert set(found) - pages == set(ROWS), "see tests/integration/web/matrix_rows.py"
    assert all(found[name] is None for name in pages)


def test_every_row_is_tried_by_everybody_and_answers_as_declared(office: Office) -> None:
    """In one go: an account for each kind is enough, and a hash for each request too slow."""
    owners = {name: things_of(office, name) for name in (*PEOPLE, "spare")}
    n_tried, wrong = 0, []
    for kind in KINDS:
        role = ROLE_PERMISSIONS.get(PEOPLE.get(kind, "x"))  # type: ignore[call-overload]
        is_in = kind not in ("anonymous", "signed_out", "disabled")
        for name, permission in routes_of(office).items():
            method, row = name.split(" ")[0], row_of(name)
            for which in IDS if row.owned else ("own",):
                owner = kind if which == "own" and kind in owners else "other"
                if which == "foreign":
                    owner = "employee" if kind == "other" else "other"
                things = MISSING if which == "missing" else owners[owner]
                thing = getattr(things, row.owned) if row.owned else ""
                client = office.keep(kind, lambda kind=kind: client_of(office, kind))
                answer = client.request(
                    method, filled(row.path, thing), json=filled(row.body, thing)
                )
                n_tried += 1
                if permission is None:
                    expected = row.ok
                elif not is_in:
                    expected = frozenset({401})
                elif permission not in role:
                    expected = frozenset({403})
                elif row.owned and which != "own":
                    expected = frozenset({404})
                else:
                    expected = row.ok
                if answer.status_code not in expected:
                    wrong.append((name, kind, which, answer.status_code, answer.text[:90]))
                if name in ENDS_THE_SESSION:
                    office.drop(kind)
    assert wrong == []
    assert n_tried > 350


def test_what_is_foreign_is_told_like_what_is_missing(office: Office) -> None:
    """No oracle: but for the request's id and the id asked for, the answers are the same."""
    other, mine = things_of(office, "other"), office.sign_in("admin")
    for name, row in ROWS.items():
        if not row.owned:
            continue
        told = []
        for things in (other, MISSING):
            thing = getattr(things, row.owned)
            answer = mine.request(
                name.split(" ")[0], filled(row.path, thing), json=filled(row.body, thing)
            )
            words = re.sub(r'"request_id":"\w+"', "", answer.text)
            told.append((answer.status_code, words.replace(thing, "ID")))
        assert told[0] == told[1], name


def test_each_permission_is_somebodys_and_roles_build_on_the_employee() -> None:
    held = frozenset().union(*ROLE_PERMISSIONS.values())

    assert held == frozenset(PERMISSIONS)
    assert 20 <= len(PERMISSIONS) <= 35
    for role in ROLES:
        assert ROLE_PERMISSIONS["employee"] <= ROLE_PERMISSIONS[role] <= ROLE_PERMISSIONS["admin"]
    for mine in ("users.manage", "audit.read", "settings.change", "models.manage"):
        assert [role for role in ROLES if mine in ROLE_PERMISSIONS[role]] == ["admin"]

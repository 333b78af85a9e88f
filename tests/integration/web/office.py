"""An application with sign-in on, people of every role, and their clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.accounts import Accounts, User
from assistant.boards.service import PinBoard
from assistant.bootstrap import Parts
from assistant.bootstrap.listening import gaps_of, usage_of
from assistant.bootstrap.operating import operations_of
from assistant.config import Settings
from assistant.errors import TicketNotFoundError
from assistant.model import Role
from assistant.store import open_engine
from tests.integration.assistant.accounts.conftest import GOOD, SetClock, accounts_on
from tests.integration.web.fake_assistant import FakeAssistant
from tests.integration.web.fake_boards import boards_on
from web.access import Guard
from web.app import create_app

BASE = "http://127.0.0.1:8765"
OURS = {"X-Deskwise": "1"}
SESSION = "/api/v1/session"
PEOPLE: dict[str, Role] = {
    "employee": "employee",
    "other": "employee",
    "agent": "agent",
    "manager": "manager",
    "admin": "admin",
    "spare": "admin",
    "disabled": "manager",
}


class EmptyDesk:
    """Agents' work on no tickets at all: every call finds nothing."""

    def __getattr__(self, name: str) -> Callable[..., object]:
        def call(*_: object, **__: object) -> object:
            raise TicketNotFoundError("There is no such ticket.", hint="Look in the queue.")

        return call


@dataclass
class Office:
    """The application, its accounts, and whoever has signed in."""

    app: FastAPI
    assistant: FakeAssistant
    accounts: Accounts
    clock: SetClock
    boards: PinBoard
    users: dict[str, User]
    parts: Parts
    wait_for_jobs: Callable[[], None]
    clients: list[TestClient] = field(default_factory=list)
    kept: dict[str, TestClient] = field(default_factory=dict)

    def visitor(self, *, https: bool = False) -> TestClient:
        """A browser in which nobody has signed in."""
        base = BASE.replace("http:", "https:") if https else BASE
        client = TestClient(self.app, base_url=base, headers=OURS)
        self.clients.append(client)
        return client

    def keep(self, name: str, make: Callable[[], TestClient]) -> TestClient:
        """Return the browser kept under a name; the first time it is made."""
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]

    def drop(self, name: str) -> None:
        """Forget a browser that was kept."""
        self.kept.pop(name, None)

    def sign_in(self, name: str) -> TestClient:
        """A browser in which somebody has signed in."""
        client = self.visitor()
        answer = client.post(SESSION, json={"name": name, "password": GOOD})
        assert answer.status_code == 200, answer.text
        return client


_APPS: dict[Settings, FastAPI] = {}


def app_of(assistant: FakeAssistant, settings: Settings, accounts: Accounts) -> FastAPI:
    """Return an application; one is made for each settings, for making one takes a while."""
    if settings not in _APPS:
        _APPS[settings] = create_app(assistant, settings, accounts=accounts)
    app = _APPS[settings]
    app.state.assistant = assistant
    app.state.guard = Guard(settings=settings, accounts=accounts)
    return app


@contextmanager
def open_office(folder: Path, settings: Settings | None = None) -> Iterator[Office]:
    """Make the people and the application; close their browsers at the end."""
    engine = open_engine(folder / "office.sqlite")
    clock = SetClock()
    accounts = accounts_on(engine, clock)
    users = {
        name: accounts.add_user(name, role=role, password=GOOD) for name, role in PEOPLE.items()
    }
    users["disabled"] = accounts.change(users["disabled"], is_disabled=True)
    assistant = FakeAssistant()
    assistant.agent_desk = EmptyDesk()  # type: ignore[attr-defined]
    assistant.article_drafts = EmptyDesk()  # type: ignore[attr-defined]
    boards = boards_on(engine, folder, clock)
    assistant.boards = boards
    parts = Parts(Settings(home=folder, encoder_threads=1))
    parts.__dict__["accounts"] = accounts  # of the database in which people sign in here
    operations = operations_of(parts)
    assistant.operations = operations
    assistant.gaps = gaps_of(parts)
    assistant.usage = usage_of(parts)
    app = app_of(assistant, settings or Settings(sign_in="local"), accounts)
    office = Office(
        app=app,
        assistant=assistant,
        accounts=accounts,
        clock=clock,
        boards=boards,
        users=users,
        parts=parts,
        wait_for_jobs=operations.jobs.wait,
    )
    yield office
    operations.jobs.wait()
    for client in office.clients:
        client.close()
    engine.dispose()

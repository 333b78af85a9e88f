"""A client of the application with a fake assistant behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.config import Settings
from tests.integration.web.fake_assistant import FakeAssistant
from tests.integration.web.hostile import load_corpus
from tests.integration.web.whole import ARTICLES, Whole, open_whole
from web.app import create_app

BASE = "http://127.0.0.1:8765"
OURS = {"X-Deskwise": "1"}


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture
def static_dir(tmp_path: Path) -> Path:
    """A built page of two files."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Deskwise</title>")
    (tmp_path / "assets" / "app-1a2b3c.js").write_text("export {};\n" * 500)
    return tmp_path


@pytest.fixture
def new_client(assistant: FakeAssistant, static_dir: Path) -> Iterator[Callable[..., TestClient]]:
    """Makes clients, each with its own cookies."""
    open_clients: list[TestClient] = []

    def make(settings: Settings | None = None, base_url: str = BASE) -> TestClient:
        app = create_app(assistant, settings or Settings(), static_dir=static_dir)
        client = TestClient(app, base_url=base_url, headers=OURS)
        open_clients.append(client)
        return client

    yield make
    for client in open_clients:
        client.close()


@pytest.fixture
def client(new_client: Callable[..., TestClient]) -> TestClient:
    """One visitor."""
    return new_client()


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """The whole product over a small home, with people of every role signed in."""
    planted = {f"planted/{name}.md": text for name, text in load_corpus()["articles"].items()}
    with open_whole(tmp_path_factory.mktemp("whole"), {**ARTICLES, **planted}) as opened:
        yield opened

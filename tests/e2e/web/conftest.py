"""A real browser on a real server with a fake assistant behind it."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from assistant.config import Settings
from tests.integration.web.fake_assistant import FakeAssistant
from web.app import STATIC_DIR, create_app

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking"]
PATIENCE_MS = 20_000
"""What is waited for at most: a bound on a page that hangs, not on a busy machine."""
expect.set_options(timeout=PATIENCE_MS)


def _give_up(reason: str) -> None:
    if os.environ.get("DESKWISE_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, else the one that Playwright installed."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        try:
            launched = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except Error as error:
            _give_up(f"no Chromium: {str(error).splitlines()[0]}")
        yield launched
        launched.close()


@dataclass
class Served:
    """A running server, and the assistant behind it."""

    url: str
    assistant: FakeAssistant


@contextmanager
def running(make_app: Callable[[int], FastAPI]) -> Iterator[str]:
    """Run an application, made for its port, on a free one of this machine; yield its address."""
    if not (STATIC_DIR / "index.html").is_file():
        _give_up("the page is not built: run `make web`")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        config = uvicorn.Config(make_app(port), log_level="critical", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(timeout=10)


@contextmanager
def serving(assistant: FakeAssistant, settings: Settings) -> Iterator[Served]:
    """Run the application over a fake assistant."""
    with running(lambda port: create_app(assistant, replace(settings, port=port))) as url:
        yield Served(url=url, assistant=assistant)


@pytest.fixture(scope="session")
def server() -> Iterator[Served]:
    """The application with the fake assistant."""
    with serving(FakeAssistant(delay_s=0.01), Settings()) as served:
        yield served


@dataclass
class Watched:
    """A page, and everything that a page must not do."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()
    """Parts of complaints that a test provokes on purpose."""

    def unexpected(self) -> list[str]:
        return [text for text in self.complaints if not any(p in text for p in self.expected)]


_WATCH_POLICY = """
addEventListener('securitypolicyviolation', (event) =>
  console.error('policy violated: ' + event.violatedDirective + ' ' + event.blockedURI));
"""
NewPage = Callable[..., Watched]


@pytest.fixture
def new_page(browser: Browser, server: Served) -> Iterator[NewPage]:
    """Opens pages; each is its own visitor. At the end none of them may have misbehaved."""
    contexts: list[BrowserContext] = []
    pages: list[Watched] = []

    def make(
        *, width: int = 1360, height: int = 860, dark: bool = False, path: str = "/"
    ) -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        watched = Watched(page=page, url=server.url)
        pages.append(watched)
        page.add_init_script(_WATCH_POLICY)
        page.on(
            "console",
            lambda message: (
                watched.complaints.append(f"console: {message.text}")
                if message.type in ("error", "warning")
                else None
            ),
        )
        page.on("pageerror", lambda error: watched.complaints.append(f"exception: {error}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((server.url + "/", "blob:" + server.url))
                else watched.complaints.append(f"off-origin: {request.url}")
            ),
        )
        page.goto(server.url + path)
        return watched

    yield make
    for context in contexts:
        context.close()
    assert [text for watched in pages for text in watched.unexpected()] == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """The first page, on a wide light screen."""
    return new_page().page


def ask(page: Page, question: str) -> None:
    """Type a question, send it, and wait until its answer is whole."""
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    page.locator(".turn[aria-busy=false]", has_text=question).last.wait_for()

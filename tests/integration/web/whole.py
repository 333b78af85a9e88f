"""The whole product over a small home: everything is real but the encoder, the router's training
and the slow hashes.

Routes that need other parts than these find them in the assistant that is made here.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from fastapi import FastAPI

from assistant.accounts import Accounts, AuditNote, User
from assistant.accounts.model import Session
from assistant.accounts.secret import hash_secret, new_secret
from assistant.bootstrap import knowledge, parts
from assistant.config import Settings
from assistant.knowledge_settings import knowledge_settings
from assistant.model import Asker, Role, Route, RouteDecision
from assistant.service import AssistantService
from knowledge_base import HashEncoder
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.ingest import ingest
from knowledge_base.model import Ticket
from knowledge_base.sources.markdown import markdown_source
from knowledge_base.store import SqliteStore
from knowledge_base.vector_cache import CachedEncoder, VectorCache
from tests.integration.analytics.query.handmade import handmade_tables
from tests.integration.analytics.query.random_warehouse import write_warehouse
from tests.integration.assistant.accounts.conftest import SetClock, accounts_on
from tests.integration.web.fake_desk import past_tickets
from web.app import create_app

T = TypeVar("T")
PEOPLE: dict[str, Role] = {
    "employee": "employee",
    "agent": "agent",
    "manager": "manager",
    "admin": "admin",
    "other": "admin",
}
"""`other` owns things; the rest have nothing of theirs."""
ARTICLES: Mapping[str, str] = {
    "vpn.md": "---\nacl: [everyone]\n---\n# Connect the VPN\n\n"
    "1. Open the Lark client.\n2. Choose **Connect**.\n",
    "directors.md": "---\nacl: [directors]\n---\n# Merger with the quarry\n\n"
    "CANARY-ARTICLE: the vpn of the quarry is bought in May.\n",
}
SECRETS = ("CANARY-ARTICLE", "CANARY-SAID", "CANARY-TICKET", "CANARY-BOARD", "CANARY-DRAFT")
"""What nobody but `other` (and nobody at all, of the article) may read."""
_ROUTES: tuple[Route, ...] = ("helpdesk", "insights", "desk", "smalltalk")


class AnyRouter:
    """Sends each text somewhere: by its first word, else by a number of its letters."""

    def route(self, text: str) -> RouteDecision:
        said = {"vpn": _ROUTES[0], "revenue": _ROUTES[1], "show": _ROUTES[1]}
        number = zlib.crc32(text.encode("utf-8", "replace")) % 3
        route = said.get(text.lower().partition(" ")[0], (*_ROUTES[:1], *_ROUTES[2:])[number])
        return RouteDecision(route=route, probabilities={route: 0.9})


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header; empty when there is none."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


@dataclass
class Whole:
    """The application, who may sign in, and what `other` owns."""

    app: FastAPI
    home: Path
    assistant: AssistantService
    accounts: Accounts
    users: dict[str, User]
    sessions: dict[str, str]
    owned: dict[str, str] = field(default_factory=dict)

    def sign_in(self, name: str) -> None:
        """Open a session for somebody, as after a sign-in."""
        secret = new_secret()
        user = self.users[name]
        now = self.accounts.clock.now()
        session = Session(
            session_hash=hash_secret(secret), user_id=user.user_id, created_at=now, seen_at=now
        )
        note = AuditNote(action="session.opened", actor=user.user_id, subject=user.user_id)
        self.accounts.store.open_session(session, note=note)
        self.sessions[name] = secret

    def headers(self, who: str) -> dict[str, str]:
        """Return what the browser of somebody sends; anonymous has no session."""
        sent = {"host": "127.0.0.1:8765", "x-deskwise": "1"}
        if who in self.sessions:
            sent["cookie"] = f"deskwise-session={self.sessions[who]}"
        return sent

    def asker(self, name: str) -> Asker:
        """Return somebody as who asks."""
        user = self.users[name]
        return Asker(user_id=user.user_id, groups=user.all_groups, is_known=True, role=user.role)


def run_apart(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a thread of its own: browsers may have a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


async def send(
    app: FastAPI,
    method: str,
    target: str,
    *,
    headers: Mapping[str, str],
    body: bytes = b"",
) -> Answer:
    """Send a request past any client that would correct it. Header names are in lower case."""
    path, _, query = target.partition("?")
    decoded = bytes(_unquoted(path)).decode("utf-8", "replace")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": decoded,
        "raw_path": path.encode("latin-1", "replace"),
        "query_string": query.encode("latin-1", "replace"),
        "root_path": "",
        "headers": [
            (name.encode("latin-1"), value.encode("utf-8", "surrogatepass"))
            for name, value in headers.items()
        ],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8765),
    }
    told: list[dict[str, Any]] = []
    is_over = asyncio.Event()
    pieces = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if pieces:
            return pieces.pop()
        await is_over.wait()
        return {"type": "http.disconnect"}

    async def tell(message: Any) -> None:
        told.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            is_over.set()

    await app(scope, receive, tell)
    return Answer(
        status=told[0]["status"],
        headers=tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in told[0]["headers"]),
        body=b"".join(item.get("body", b"") for item in told[1:]),
    )


def _unquoted(path: str) -> Iterator[int]:
    raw = path.encode("utf-8", "surrogatepass")
    place = 0
    while place < len(raw):
        try:
            if raw[place : place + 1] == b"%":
                yield int(raw[place + 1 : place + 3], 16)
                place += 3
                continue
        except ValueError:
            pass  # a percent sign that begins no byte stands for itself
        yield raw[place]
        place += 1


@contextmanager
def open_whole(folder: Path, articles: Mapping[str, str] = ARTICLES) -> Iterator[Whole]:
    """Make the home and the application; take both down at the end."""
    settings = Settings(home=folder / "home", sign_in="local")
    fill_home(settings, folder / "articles", articles)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(knowledge, "load_encoder", lambda _settings: HashEncoder())
        patched.setattr(parts, "load_or_train_router", lambda *_, **__: AnyRouter())
        assistant = parts.build_assistant(settings)
        clock = SetClock()
        engine = assistant.store._engine
        accounts = accounts_on(engine, clock)
        static = folder / "static"
        (static / "assets").mkdir(parents=True)
        (static / "index.html").write_text(
            "<!doctype html><title>Deskwise</title>", encoding="utf-8"
        )
        whole = Whole(
            app=create_app(assistant, settings, accounts=accounts, static_dir=static),
            home=settings.home,
            assistant=assistant,
            accounts=accounts,
            users={
                name: accounts.add_user(name, role=role, password=None)
                for name, role in PEOPLE.items()
            },
            sessions={},
        )
        for name in PEOPLE:
            whole.sign_in(name)
        # What is opened when it is first asked for is opened here.
        whole.owned = _belongings(whole)
        assistant.checks()
    yield whole
    engine.dispose()


def fill_home(settings: Settings, articles: Path, texts: Mapping[str, str]) -> None:
    """Ingest articles and past tickets into a new home, and give it a small warehouse."""
    settings.home.mkdir(mode=0o700)
    articles.mkdir()
    for name, text in texts.items():
        (articles / name).parent.mkdir(exist_ok=True)
        (articles / name).write_text(text, encoding="utf-8")
    given = knowledge_settings(settings)
    cache = VectorCache(given.encoder.cache_path)
    store = SqliteStore(settings.knowledge_dir / "documents.sqlite")
    try:
        ingest(
            [markdown_source(articles), PastTickets()],
            store=store,
            encoder=CachedEncoder(HashEncoder(), cache),
            snapshots=SnapshotFolder(settings.knowledge_dir / "index"),
            settings=given,
        )
    finally:
        store.close()
        cache.close()
    write_warehouse(settings.warehouse_dir, handmade_tables())


class PastTickets:
    """A source of a few tickets of another system."""

    name = "past"
    location = "nowhere"
    is_complete = True

    def read(self) -> Iterator[Ticket]:
        for number, ticket in enumerate(past_tickets(6)):
            yield replace(ticket, acl=("agents",)) if number else ticket


def _belongings(whole: Whole) -> dict[str, str]:
    """Make one of each thing for `other`; their words are canaries."""
    me = whole.asker("other")
    said = whole.assistant.ask("vpn CANARY-SAID", asker=me)
    ticket = whole.assistant.open_ticket(asker=me, conversation_id=None, subject="CANARY-TICKET")
    token, _ = whole.accounts.tokens.add(
        whole.users["other"], name="x", scopes=["chat.ask"], days=1
    )
    board = whole.assistant.boards.pin(["revenue CANARY-BOARD"], asker=me)
    return {
        "conversation": said.conversation_id,
        "turn": said.turn_id,
        "ticket": str(ticket.ticket_number),
        "token": token.token_id,
        "entry": board.entry_id,
        "draft": "0" * 16,
        "user": me.user_id,
        "article": "articles/directors.md",
    }

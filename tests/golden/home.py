"""The demo company's home directory, made once for all tests of a session."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from analytics.demo import generate
from assistant import bootstrap, routing
from assistant.bootstrap import Parts, build_assistant
from assistant.cli.demo import demo_sources
from assistant.cli.knowledge import ingest_sources
from assistant.config import Settings
from assistant.routing.registry import FOLDER_NAME as ROUTER
from assistant.service import AssistantService
from knowledge_base import encoders, minilm
from tests.unit.assistant.fakes import FakeClock

N_CUSTOMERS = 2_000
VECTORS = "vectors.sqlite"


def make_home(folder: Path, cache: Path) -> Settings:
    """Make articles, warehouse and router, unless this session made them already."""
    settings = Settings(home=folder, encoder_threads=1)
    if folder.is_dir():
        return settings
    generate(out=settings.warehouse_dir, n_customers=N_CUSTOMERS)
    with learned(settings, cache):
        ingest_sources(Parts(settings), demo_sources()[:1])
    return settings


@contextmanager
def learned(settings: Settings, cache: Path) -> Iterator[None]:
    """Give a home the vectors and the router of other homes, and keep its own for the next.

    They are most of the work of making a home. Whoever comes first makes them while others wait. A
    router is taken over only while nothing of the routing has changed.
    """
    with (cache / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        cached, own = cache / VECTORS, settings.knowledge_dir / VECTORS
        own.parent.mkdir(parents=True, exist_ok=True)
        if cached.is_file():
            copy_database(cached, own)
        router, kept = settings.models_dir / ROUTER, cache / f"router-{routing_digest()}"
        if kept.is_dir():
            shutil.copytree(kept, router)
        yield
        if not kept.is_dir():
            Parts(settings).router.route("hello")
            for old in cache.glob("router-*"):
                shutil.rmtree(old, ignore_errors=True)
            shutil.copytree(router, kept)
        fresh = cache / f"{VECTORS}.{os.getpid()}"
        copy_database(own, fresh)
        fresh.replace(cached)


def routing_digest() -> str:
    """Return what tells one state of the routing's files and the encoder from another."""
    folder = Path(routing.__file__).parent
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in (".py", ".yaml", ".json")]
    digest = hashlib.sha256()
    for path in (*files, *(Path(module.__file__ or "") for module in (encoders, minilm))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite file as of one moment, whoever writes to it."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def start(settings: Settings) -> AssistantService:
    """Start the assistant on a home, at half past nine of the demo company's last day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap.home, "SystemClock", FakeClock)
        service = build_assistant(settings)
        service.warm_up()
        return service


@pytest.fixture(scope="session")
def golden_settings(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Settings:
    """Settings of the demo company's home."""
    cache = pytestconfig.cache.mkdir("golden")
    return make_home(tmp_path_factory.getbasetemp() / "golden-home", cache)

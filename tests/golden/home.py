"""The demo company's home directory, made once for all tests of a session."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
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
from tests.unit.assistant.fakes import FakeClock

N_CUSTOMERS = 2_000
VECTORS = "vectors.sqlite"


def make_home(folder: Path, cache: Path) -> Settings:
    """Make articles, warehouse and router, unless this session made them already.

    Vectors and the router are kept in `cache` for the next session: they are most of the work. A
    router is taken from there only while nothing of the routing has changed.
    """
    settings = Settings(home=folder, encoder_threads=1)
    if folder.is_dir():
        return settings
    cached, own = cache / VECTORS, settings.knowledge_dir / VECTORS
    own.parent.mkdir(parents=True)
    if cached.is_file():
        copy_database(cached, own)
    generate(out=settings.warehouse_dir, n_customers=N_CUSTOMERS)
    parts = Parts(settings)
    ingest_sources(parts, demo_sources()[:1])
    router, kept = settings.models_dir / ROUTER, cache / f"router-{routing_digest()}"
    if kept.is_dir():
        shutil.copytree(kept, router)
    parts.router.route("hello")
    if not kept.is_dir():
        for old in cache.glob("router-*"):
            shutil.rmtree(old, ignore_errors=True)
        shutil.copytree(router, kept)
    fresh = cache / f"{VECTORS}.{os.getpid()}"
    copy_database(own, fresh)
    fresh.replace(cached)
    return settings


def routing_digest() -> str:
    """Return what tells one state of the routing's files from another."""
    folder = Path(routing.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".yaml", ".json"):
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

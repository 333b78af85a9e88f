"""A small home with one of everything, made once and copied by each test."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pyarrow.parquet as pq
from sklearn.linear_model import LogisticRegression

from analytics.learning.manifest import Description
from analytics.learning.registry import promote_if_not_worse, store_model
from analytics.load.folder import write_parquet
from analytics.questions.book import QuestionBook
from analytics.questions.model import SavedQuestion
from assistant.accounts.tables import sessions, users
from assistant.answering.confidence import SHIPPED
from assistant.answering.selection import FILE_NAME as SPANS
from assistant.answering.selection import SHIPPED as SHIPPED_SPANS
from assistant.config import Settings
from assistant.knowledge_settings import knowledge_settings
from assistant.model import Answered, Citation, Turn
from assistant.routing.registry import save_router
from assistant.routing.router import train_router
from assistant.store import SqlConversationStore, open_engine
from knowledge_base import HashEncoder
from knowledge_base.config import DEFAULT_WEIGHTS
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.ingest import ingest
from knowledge_base.ranker import RankerVersion, save_version
from knowledge_base.sources.markdown import markdown_source
from knowledge_base.store import SqliteStore
from knowledge_base.vector_cache import CachedEncoder, VectorCache
from tests.integration.analytics.query.handmade import handmade_tables
from tests.integration.analytics.query.random_warehouse import write_warehouse
from tests.unit.assistant.fakes import START
from tests.unit.assistant.routing.small import small_examples

ENCODER = HashEncoder()
SESSION = "5e55" * 16
"""A session that is open when the backup is made."""
ARTICLES = MappingProxyType(
    {
        "vpn.md": "# Connect the VPN\n\nOpen the Lark client and choose **Connect**.\n",
        "printer.md": "# Add a printer\n\n1. Open Settings.\n2. Choose the printer.\n",
        "badge.md": "# A lost badge\n\nTell the front desk; it is blocked within minutes.\n",
    }
)


def make_home(folder: Path) -> Settings:
    """Make a home in a folder that is not there yet."""
    settings = Settings(home=folder)
    folder.mkdir(mode=0o700)
    _make_knowledge(settings, folder.parent / "articles")
    _make_conversations(settings)
    _make_models(settings)
    _make_warehouse(settings)
    (folder / "routing").mkdir()
    (folder / "routing" / "helpdesk.yaml").write_text(
        "label: helpdesk\nexamples:\n  ours:\n    - the lark client will not start\n",
        encoding="utf-8",
    )
    question = SavedQuestion(
        name="tickets", question="How many tickets last week?", owner="IT", saved_on=START.date()
    )
    QuestionBook(settings.questions_path).put_saved(question)
    (folder / "deskwise.toml").write_text("port = 8800\n", encoding="utf-8")
    return settings


def digests(folder: Path) -> dict[str, str]:
    """Return the sha256 of each file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def ingest_articles(settings: Settings, articles: Path) -> None:
    """Bring a folder of articles into a home."""
    given = knowledge_settings(settings)
    cache = VectorCache(given.encoder.cache_path)
    store = SqliteStore(settings.knowledge_dir / "documents.sqlite")
    try:
        ingest(
            [markdown_source(articles)],
            store=store,
            encoder=CachedEncoder(ENCODER, cache),
            snapshots=SnapshotFolder(settings.knowledge_dir / "index"),
            settings=given,
        )
    finally:
        store.close()
        cache.close()


def turn(number: int, conversation: str = "c1", quotes: str = "articles/vpn.md") -> Turn:
    """Return a turn that quotes an article."""
    cited = Citation(document_id=quotes, title="VPN", start=0, end=5, quote="# Con", url="")
    return Turn(
        turn_id=f"{conversation}-{number}",
        conversation_id=conversation,
        text=f"question {number}",
        route="helpdesk",
        outcome=Answered(text="Open the client.", confidence=0.9, citations=(cited,)),
        asked_at=START,
    )


def _make_knowledge(settings: Settings, articles: Path) -> None:
    articles.mkdir()
    for name, text in ARTICLES.items():
        (articles / name).write_text(text, encoding="utf-8")
    ingest_articles(settings, articles)


def _make_conversations(settings: Settings) -> None:
    engine = open_engine(settings.database_path)
    store = SqlConversationStore(engine)
    for number in range(3):
        store.add_turn(turn(number), user_id="ann")
    store.add_feedback("c1-0", user_id="ann", value="up", comment="thanks", at=START)
    at = START.isoformat()
    person = {"user_id": "ann", "name": "ann", "role": "employee", "groups": "[]"}
    session = {"session_hash": SESSION, "user_id": "ann", "created_at": at, "seen_at": at}
    with engine.execution_options(is_write=True).begin() as connection:
        connection.execute(users.insert().values(person | {"is_disabled": False, "created_at": at}))
        connection.execute(sessions.insert().values(session))
    engine.dispose()


def _make_models(settings: Settings) -> None:
    models = settings.models_dir
    save_router(models / "router", train_router(ENCODER, small_examples(), seed=7))
    model = LogisticRegression().fit(np.arange(8.0).reshape(-1, 1), [0, 0, 0, 0, 1, 1, 1, 1])
    described = Description(
        created_at=START,
        seed=7,
        data_version="v",
        data_definition="d",
        features=("x",),
        scores={"roc_auc": {"mean": 0.9, "ci95": [0.8, 1.0], "n": 8}},
        beats_dummy=True,
        details={},
    )
    manifest = store_model(models, "churn", model, described)
    promote_if_not_worse(models, "churn", manifest.version)
    weights = RankerVersion(
        weights=dict(DEFAULT_WEIGHTS),
        encoder=ENCODER.name,
        corpus_digest="0" * 64,
        created_at=START.isoformat(),
        seed=7,
        is_promoted=True,
        reason="better",
        figures={},
        settings={},
    )
    save_version(models / "ranker", weights)
    shutil.copyfile(SHIPPED, models / "confidence.json")
    shutil.copyfile(SHIPPED_SPANS, models / SPANS)


def _make_warehouse(settings: Settings) -> None:
    folder = write_warehouse(settings.warehouse_dir, handmade_tables())
    for path in sorted(folder.glob("*.parquet")):
        write_parquet(pq.read_table(path), path)

"""How the self-check, backups and restoring open the parts of a home."""

from __future__ import annotations

import shutil
from datetime import datetime

from analytics.catalogue import load_catalogue
from analytics.describe.wording import use_templates
from analytics.questions.book import QuestionBook
from assistant.accounts.audit import SqlAuditLog
from assistant.bootstrap.insights import InsightsParts
from assistant.clock import SystemClock
from assistant.config import Settings
from assistant.knowledge_settings import knowledge_settings
from assistant.store import SCHEMA_VERSION, open_engine
from assistant.upkeep.doctor import DOCUMENTS, Openers
from assistant.upkeep.findings import guarded
from assistant.upkeep.knowledge_checks import check_index
from knowledge_base.encoders import load_encoder
from knowledge_base.glossary import general_senses
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.indexing import build_index
from knowledge_base.schema import MIGRATIONS
from knowledge_base.store import SqliteStore
from knowledge_base.vector_cache import CachedEncoder, VectorCache


def now() -> datetime:
    """Return the present, aware."""
    return SystemClock().now()


def known_schemas(settings: Settings) -> dict[str, int]:
    """Return database → newest schema version that this program knows."""
    return {settings.database_path.name: SCHEMA_VERSION, DOCUMENTS: len(MIGRATIONS)}


def snapshots_of(settings: Settings) -> SnapshotFolder:
    """Return the folder of index snapshots."""
    keep = knowledge_settings(settings).keep_snapshots
    return SnapshotFolder(settings.knowledge_dir / "index", keep=keep)


def openers(settings: Settings) -> Openers:
    """Return how the parts of a home are opened."""

    def definitions() -> str:
        use_templates(settings.answer_templates_dir)
        catalogue = load_catalogue(settings.analytics_catalogue_dir)
        templates = "your templates" if settings.answer_templates_dir else "the shipped templates"
        return f"{len(catalogue.metrics):,} metrics; {templates}."

    def questions() -> str:
        kept = QuestionBook(settings.questions_path).kept()
        return f"{len(kept.verified):,} verified and {len(kept.saved):,} saved questions."

    return Openers(
        settings=settings,
        knowledge_settings=knowledge_settings(settings),
        snapshots=snapshots_of(settings),
        encoder=lambda: load_encoder(knowledge_settings(settings).encoder),
        store=SqliteStore,
        database=open_engine,
        as_of=lambda: InsightsParts(settings).tables.as_of(),
        definitions=definitions,
        questions=questions,
        n_general_words=lambda: len(general_senses()),
        known_schemas=known_schemas(settings),
        audit=lambda engine: SqlAuditLog(engine).verify()[0],
        rebuild=lambda is_anew: rebuild_index(settings, is_anew=is_anew),
    )


def rebuild_index(settings: Settings, *, is_anew: bool) -> str:
    """Bring the index in step with the store; from nothing when `is_anew`. Say what was done."""
    given = knowledge_settings(settings)
    snapshots = snapshots_of(settings)
    if is_anew:
        with snapshots.writing():
            (snapshots.root / "CURRENT").unlink(missing_ok=True)
    for note in snapshots.root.glob("*/verified.json"):
        # What was hashed before the damage is hashed again.
        note.unlink()
    cache = VectorCache(given.encoder.cache_path)
    store = SqliteStore(settings.knowledge_dir / "documents.sqlite")
    try:
        encoder = CachedEncoder(load_encoder(given.encoder), cache)
        manifest = build_index(store, encoder, snapshots, given)
    finally:
        store.close()
        cache.close()
    how = "Built the index anew" if is_anew else "Brought the index up to date"
    return (
        f"{how}: {manifest.n_documents:,} documents, {manifest.n_passages:,} passages, "
        f"{encoder.n_encoded:,} texts encoded."
    )


def finish_restored(there: Settings) -> str:
    """Bring the index of an unpacked home in step with its articles; say what became of it."""
    if not (there.knowledge_dir / "documents.sqlite").is_file():
        return "There is none."
    given = knowledge_settings(there)
    store = SqliteStore(there.knowledge_dir / "documents.sqlite")
    try:
        name = load_encoder(given.encoder).name
        found = guarded("index", lambda: check_index(store, snapshots_of(there), name, given))
    finally:
        store.close()
    if all(each.status != "bad" for each in found):
        return found[0].found
    shutil.rmtree(there.knowledge_dir / "index", ignore_errors=True)
    return f"{rebuild_index(there, is_anew=False)} The backup's own: {found[0].found}"

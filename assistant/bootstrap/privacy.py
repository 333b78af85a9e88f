"""How the erasure of a person opens the parts of a home."""

from __future__ import annotations

import secrets
import shutil
from collections import Counter
from collections.abc import Sequence

from assistant.accounts import User
from assistant.bootstrap.upkeep import now, rebuild_index, snapshots_of
from assistant.config import Settings
from assistant.knowledge_settings import knowledge_settings
from assistant.privacy.erasing import Erasure
from assistant.privacy.knowledge import mask_documents
from assistant.privacy.model import Subject
from assistant.store import open_engine
from knowledge_base.encoders import load_encoder
from knowledge_base.ingest import ingest
from knowledge_base.ports import Source
from knowledge_base.store import SqliteStore
from knowledge_base.vector_cache import CachedEncoder, VectorCache


def subject_of(user: User, also: Sequence[str] = ()) -> Subject:
    """Return an account as an export or an erasure looks for it."""
    return Subject(
        user_id=user.user_id,
        name=user.name,
        email=user.email,
        pseudonym=f"erased-{secrets.token_hex(8)}",
        also=tuple(also),
    )


def erasure_of(settings: Settings) -> Erasure:
    """Return what an erasure works on."""
    documents = settings.knowledge_dir / "documents.sqlite"

    def mask(subject: Subject) -> tuple[Counter[str], tuple[str, ...]]:
        index = snapshots_of(settings).root

        def put_back(sources: Sequence[Source]) -> None:
            # Older snapshots have the words, too. Cut short after this, the index is missing,
            # and made below when the erasure is taken up again.
            shutil.rmtree(index, ignore_errors=True)
            _ingest_again(settings, sources)

        found, places = mask_documents(documents, subject, ingest=put_back)
        if documents.is_file() and not (index / "CURRENT").is_file():
            rebuild_index(settings, is_anew=False)
        return found, places

    return Erasure(
        home=settings.home,
        database_path=settings.database_path,
        documents_path=documents,
        vectors_path=knowledge_settings(settings).encoder.cache_path
        or settings.knowledge_dir / "vectors.sqlite",
        questions_path=settings.questions_path,
        open_database=open_engine,
        mask_knowledge=mask,
        now=now,
    )


def _ingest_again(settings: Settings, sources: Sequence[Source]) -> None:
    given = knowledge_settings(settings)
    cache = VectorCache(given.encoder.cache_path)
    store = SqliteStore(settings.knowledge_dir / "documents.sqlite")
    try:
        ingest(
            sources,
            store=store,
            encoder=CachedEncoder(load_encoder(given.encoder), cache),
            snapshots=snapshots_of(settings),
            settings=given,
        )
    finally:
        store.close()
        cache.close()

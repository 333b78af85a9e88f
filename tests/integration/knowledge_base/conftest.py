from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from knowledge_base.config import ChunkingSettings, KnowledgeBaseSettings
from knowledge_base.encoders import HashEncoder
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.ingest import ingest
from knowledge_base.model import IngestReport
from knowledge_base.ports import Source
from knowledge_base.retrieve import Retriever
from knowledge_base.sources.markdown import markdown_source
from knowledge_base.store import SqliteStore
from knowledge_base.vector_cache import CachedEncoder, VectorCache


@dataclass(slots=True)
class Home:
    """A knowledge base in a folder, with the fake encoder."""

    folder: Path
    settings: KnowledgeBaseSettings = field(
        default_factory=lambda: KnowledgeBaseSettings(
            chunking=ChunkingSettings(max_words=40, small_words=8)
        )
    )

    @property
    def articles(self) -> Path:
        return self.folder / "kb"

    @property
    def store(self) -> SqliteStore:
        return SqliteStore(self.folder / "home" / "kb.sqlite")

    @property
    def snapshots(self) -> SnapshotFolder:
        return SnapshotFolder(self.folder / "home" / "index")

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.articles / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def ingest(self, *sources: Source) -> IngestReport:
        cache = VectorCache(self.folder / "home" / "vectors.sqlite")
        store = self.store
        try:
            return ingest(
                sources or [markdown_source(self.articles)],
                store=store,
                encoder=CachedEncoder(HashEncoder(), cache),
                snapshots=self.snapshots,
                settings=self.settings,
            )
        finally:
            store.close()
            cache.close()

    def retriever(self) -> Retriever:
        return Retriever(self.snapshots, HashEncoder(), self.settings.retrieval)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.articles.mkdir(parents=True)
    return made


@pytest.fixture
def article() -> Callable[..., str]:
    def make(title: str, body: str, **fields: str) -> str:
        head = "".join(f"{name}: {value}\n" for name, value in fields.items())
        return f"---\ntitle: {title}\n{head}---\n# {title}\n\n{body}\n"

    return make

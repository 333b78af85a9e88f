"""Finding: the time of one query by the system against BM25 alone and vectors alone."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from knowledge_base.config import EncoderSettings, KnowledgeBaseSettings
from knowledge_base.encoders import load_encoder
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.ingest import ingest
from knowledge_base.retrieve import BM25_ONLY, DENSE_ONLY, Retriever
from knowledge_base.sources.markdown import markdown_source
from knowledge_base.store import SqliteStore
from knowledge_base.vector_cache import CachedEncoder, VectorCache

ARTICLES = Path(__file__).resolve().parents[2] / "knowledge_base" / "content" / "articles"
N_ROUNDS = 20


def run() -> dict[str, Any]:
    """Ask the titles of the demo articles as questions, each leg by turns."""
    settings = KnowledgeBaseSettings(encoder=EncoderSettings())
    encoder = CachedEncoder(load_encoder(settings.encoder), VectorCache(None))
    with tempfile.TemporaryDirectory() as folder:
        snapshots = SnapshotFolder(Path(folder) / "index")
        with SqliteStore(Path(folder) / "documents.sqlite") as store:
            report = ingest(
                [markdown_source(ARTICLES)],
                store=store,
                encoder=encoder,
                snapshots=snapshots,
                settings=settings,
            )
        retriever = Retriever(snapshots, encoder, settings.retrieval)
        titles = [title for _, title in retriever.titles(groups=("everyone",))][:N_ROUNDS]
        retriever.warm_up()
        times: dict[str, list[float]] = {"system": [], "bm25": [], "dense": []}
        legs = {"system": None, "bm25": BM25_ONLY, "dense": DENSE_ONLY}
        for number, title in enumerate(titles):
            for name, chosen in legs.items():
                # A word of its own keeps each query out of the memory of query vectors.
                query = f"{title} {name} {number}"
                started = time.perf_counter()
                retriever.documents(query, groups=("everyone",), legs=chosen)
                times[name].append((time.perf_counter() - started) * 1000)
    medians = {name: statistics.median(values) for name, values in times.items()}
    return {
        "n_documents": len(report.added),
        "n_passages": report.n_passages,
        "n_queries": len(titles),
        "p50_ms": {name: round(value, 2) for name, value in medians.items()},
        "system_over_dense": round(medians["system"] / medians["dense"], 3),
    }

"""The index that an evaluation asks: built from its corpora, or taken up where it was kept."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.evaluation.retrieval import IndexBuild, claim_index_folder, corpus_sources
from knowledge_base.config import KnowledgeBaseSettings
from knowledge_base.glossary import Glossary, general_senses
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.indexing import Progress, no_progress
from knowledge_base.ingest import ingest
from knowledge_base.ports import Encoder
from knowledge_base.reranking import load_reranker
from knowledge_base.retrieve import Retriever
from knowledge_base.store import SqliteStore
from knowledge_base.vector_cache import CachedEncoder


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationIndex:
    """An open index and how it came to be."""

    retriever: Retriever
    build: IndexBuild


@contextmanager
def open_evaluation_index(
    corpora: Sequence[Path],
    folder: Path | None,
    encoder: CachedEncoder,
    settings: KnowledgeBaseSettings,
    *,
    progress: Progress = no_progress,
    question_encoder: Encoder | None = None,
) -> Iterator[EvaluationIndex]:
    """Build the index of some corpora, or take up the one that is kept in `folder`.

    Parameters
    ----------
    corpora
        BEIR files and folders of Markdown.
    folder
        Where the index is kept for the next run; None forgets it afterwards.
    encoder
        Texts → vectors; through its cache nothing is encoded twice.
    settings
        How documents are cut and indexed.
    progress
        Told how far the build is.
    question_encoder
        Reads questions where it is another than `encoder`.

    Raises
    ------
    EvaluationError
        When a corpus is missing, or the folder holds an index of others.
    RerankerError
        When the cross-encoder that the settings name is missing.
    """
    reranker = load_reranker(settings.reranker)
    sources = corpus_sources(corpora)
    with tempfile.TemporaryDirectory() as passing:
        place = Path(passing) if folder is None else folder
        claim_index_folder(place, sources)
        started = time.perf_counter()
        snapshots = SnapshotFolder(place / "index")
        with SqliteStore(place / "documents.sqlite") as store:
            ingest(
                sources,
                store=store,
                encoder=encoder,
                snapshots=snapshots,
                settings=settings,
                progress=progress,
            )
        is_adapted = question_encoder is not None and question_encoder.name != encoder.name
        glossary = Glossary(general=general_senses())
        retriever = Retriever(
            snapshots,
            encoder,
            settings.retrieval,
            glossary=lambda: glossary,
            question_encoder=question_encoder if is_adapted else None,
        ).reranked_by(reranker)
        manifest = retriever.manifest
        yield EvaluationIndex(
            retriever=retriever,
            build=IndexBuild(
                n_documents=manifest.n_documents,
                n_passages=manifest.n_passages,
                build_s=time.perf_counter() - started,
            ),
        )

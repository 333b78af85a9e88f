"""The document store against itself, and the index against the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from assistant.upkeep.databases import integrity_problems, reading
from assistant.upkeep.findings import Finding, bad, ok, warning
from knowledge_base.config import KnowledgeBaseSettings
from knowledge_base.errors import IndexCorruptError, IndexMissingError
from knowledge_base.index.delta import OpenIndex
from knowledge_base.index.segment import read_segment, version_digest
from knowledge_base.index.snapshot import SegmentUse, SnapshotFolder
from knowledge_base.indexing import recipe
from knowledge_base.model import Document, Passage, Ticket
from knowledge_base.sources.markdown import with_hash

REBUILD: Final = "`deskwise doctor --repair` builds the index from the articles and tickets."
_INGEST: Final = (
    "Restore a backup; or move knowledge/documents.sqlite away and ingest everything again."
)


class StoreReader(Protocol):
    """What is read of a document store."""

    def contents(self) -> Iterator[tuple[Document, tuple[Passage, ...]]]:
        """Yield every document with its passages."""
        ...

    def versions(self) -> Mapping[str, str]:
        """Return document id → content hash of every document that has passages."""
        ...

    def tickets(self) -> Iterator[Ticket]:
        """Yield every ticket with its thread."""
        ...

    def counts(self) -> Mapping[str, int]:
        """Return how many documents, passages and tickets there are."""
        ...


def check_store(store: StoreReader) -> Iterator[Finding]:
    """Compare each document with its hash, and see that its passages lie in its text in order."""
    n_documents, changed, displaced = 0, [], []
    for document, held in store.contents():
        n_documents += 1
        if with_hash(document).content_hash != document.content_hash:
            changed.append(document.document_id)
        places = [(each.ordinal, 0 <= each.start < each.end <= len(document.text)) for each in held]
        if places != [(ordinal, True) for ordinal in range(len(held))]:
            displaced.append(document.document_id)
    n_tickets = sum(1 for _ in store.tickets())
    for ids, what in (
        (changed, "documents differ from the hash that was kept of them"),
        (displaced, "documents lack passages, or have some that lie outside their text"),
    ):
        if ids:
            yield bad("articles", f"{len(ids):,} {what}; the first is {min(ids)!r}.", _INGEST)
    if not changed and not displaced:
        n_passages = store.counts()["passages"]
        yield ok(
            "articles",
            f"{n_documents:,} documents with {n_passages:,} passages, {n_tickets:,} past tickets; "
            "each is as it was read.",
        )


def check_index(
    store: StoreReader,
    snapshots: SnapshotFolder,
    encoder_name: str,
    settings: KnowledgeBaseSettings,
) -> Iterator[Finding]:
    """Compare the live index with its hashes, and with the store document by document."""
    versions = store.versions()
    try:
        name, manifest = snapshots.verified_in_full()
        segments = {
            use.folder: read_segment(snapshots.folder(use.folder)) for use in manifest.segments
        }
    except IndexMissingError as error:
        if versions:
            yield bad("index", error.message, REBUILD, "index")
        else:
            yield warning("index", "Nothing has been ingested yet.", error.hint)
        return
    except IndexCorruptError as error:
        yield bad("index", error.message, REBUILD, "index")
        return
    wanted = (encoder_name, recipe(encoder_name, settings))
    if (manifest.encoder, manifest.recipe) != wanted:
        yield bad(
            "index",
            f"It was built as {manifest.recipe!r}; the settings and this version want "
            f"{wanted[1]!r}.",
            REBUILD,
            "index",
        )
        return
    index = OpenIndex(name=name, manifest=manifest, segments=segments)
    problem = _difference(index, versions)
    others = _other_contents(index, store) if not problem else []
    if problem:
        yield bad("index", problem, f"{REBUILD} If an ingest is running, wait for it.", "index")
    elif others:
        # The index has its hashes, the document its own: what was changed is the passage.
        found = f"{len(others):,} documents differ from the index, {others[0]!r} first."
        yield bad("articles", found, _INGEST)
    else:
        yield ok(
            "index",
            f"{manifest.n_documents:,} documents and {manifest.n_passages:,} passages in "
            f"{len(segments)} segments, in step with the articles; every file has its hash.",
        )


def _difference(index: OpenIndex, versions: Mapping[str, str]) -> str:
    """Return in words how the index differs from the store; empty when it does not."""
    known = index.versions()
    wanted = {each: version_digest(each, content) for each, content in versions.items()}
    n_missing = len(wanted.keys() - known.keys())
    n_gone = len(known.keys() - wanted.keys())
    n_old = sum(known[each] != wanted[each] for each in known.keys() & wanted.keys())
    if n_missing or n_gone or n_old:
        return (
            f"It is not in step with the articles: {n_missing:,} documents are missing, "
            f"{n_old:,} are older versions, {n_gone:,} are no longer there."
        )
    manifest = index.manifest
    total = sum(int.from_bytes(each, "big") for each in known.values()) % 2**256
    n_indexed = sum(
        int(np.isin(index.segments[use.folder].owners, use.deleted, invert=True).sum())
        for use in manifest.segments
    )
    stated = (int(manifest.corpus_sum, 16), manifest.n_documents, manifest.n_passages)
    if stated != (total, len(known), n_indexed):
        return "Its manifest states other documents or passages than it holds."
    return ""


def _other_contents(index: OpenIndex, store: StoreReader) -> list[str]:
    """Return the documents whose text or passages are not the same in index and store."""
    stored = {document.document_id: (document, held) for document, held in store.contents()}
    return sorted(
        document.document_id
        for use in index.manifest.segments
        for document, held in index.segments[use.folder].contents(_rows(index, use))
        if stored.get(document.document_id) != (document, held)
    )


def _rows(index: OpenIndex, use: SegmentUse) -> list[int]:
    gone = set(use.deleted)
    return [row for row in range(len(index.segments[use.folder].versions)) if row not in gone]


def check_vectors(path: Path) -> Iterator[Finding]:
    """Look at the cache of vectors, which may be thrown away at any time."""
    name, advice = "vector cache", "`deskwise doctor --repair` removes it; it fills again."
    if not path.is_file():
        yield ok(name, "There is none; it is made when texts are encoded.")
        return
    query = "SELECT COUNT(*), SUM(length(vector) = 0 OR length(vector) % 4 <> 0) FROM vectors"
    try:
        problems = integrity_problems(path)
        if not problems:
            with reading(path) as connection:
                n_vectors, n_wrong = connection.execute(query).fetchone()
    except sqlite3.Error as error:
        problems = (str(error),)
    if problems:
        yield warning(name, f"It is damaged: {problems[0]}.", advice, "vectors")
    elif n_wrong:
        yield warning(name, f"{n_wrong:,} of {n_vectors:,} vectors are cut.", advice, "vectors")
    else:
        yield ok(name, f"{n_vectors:,} vectors.")

"""Sources → documents → passages → store → index.

An ingest may be killed at any moment and run again: documents are written one transaction each,
vectors are kept as they are computed, and the index is compared with the store by a digest, so the
next run takes up whatever is missing and repeats nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from knowledge_base.chunking import CHUNKER_VERSION, cut
from knowledge_base.config import KnowledgeBaseSettings
from knowledge_base.errors import SourceError
from knowledge_base.index.content import INDEX_VERSION, write_content
from knowledge_base.index.snapshot import Manifest, SnapshotFolder
from knowledge_base.model import Document, FailedSource, IngestReport, Ticket
from knowledge_base.ports import IngestStore, Source, SourceRegister
from knowledge_base.resolutions import find_resolution, ticket_document
from knowledge_base.vector_cache import CachedEncoder


class Progress(Protocol):
    """Told how far an ingest is."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """`stage` is "read" or "encode"; `total` is None while it is not known."""
        ...


def no_progress(stage: str, done: int, total: int | None) -> None:
    """Report nothing."""


def ingest(
    sources: Sequence[Source],
    *,
    store: IngestStore,
    encoder: CachedEncoder,
    snapshots: SnapshotFolder,
    settings: KnowledgeBaseSettings,
    progress: Progress = no_progress,
) -> IngestReport:
    """Bring the store and the index up to date with the sources.

    Parameters
    ----------
    sources : sequence of Source
        What was ingested earlier under other names stays. Empty only repairs the index.
    store : IngestStore
        Where documents are kept.
    encoder : CachedEncoder
        Texts → vectors.
    snapshots : SnapshotFolder
        Where the index is built.
    settings : KnowledgeBaseSettings
        How documents are cut and indexed.
    progress : Progress
        Told how far it is.

    Returns
    -------
    IngestReport
        A document that fails is named with its reason and its older version stays.

    Raises
    ------
    SourceError
        When two different places have the same source name, or a source cannot be opened.
    """
    started = time.perf_counter()
    tally = _Tally()
    n_encoded_before = encoder.n_encoded
    for source in sources:
        _check_location(store, source)
    for source in sources:
        _ingest_one(source, store, settings, tally, progress)
    manifest = build_index(store, encoder, snapshots, settings, progress)
    return IngestReport(
        added=tuple(sorted(tally.added)),
        changed=tuple(sorted(tally.changed)),
        unchanged=tuple(sorted(tally.unchanged)),
        removed=tuple(sorted(tally.removed)),
        failed=tuple(sorted(tally.failed, key=lambda failed: (failed.source, failed.reason))),
        n_passages=manifest.n_passages,
        n_encoded=encoder.n_encoded - n_encoded_before,
        duration_s=time.perf_counter() - started,
    )


def build_index(
    store: IngestStore,
    encoder: CachedEncoder,
    snapshots: SnapshotFolder,
    settings: KnowledgeBaseSettings,
    progress: Progress = no_progress,
) -> Manifest:
    """Build a snapshot of the store, unless the live one is already that.

    Returns
    -------
    Manifest
        Of the live snapshot.
    """
    digest = corpus_digest(store.versions(), encoder.name, settings)
    live = snapshots.manifest()
    if live is not None and live.corpus_digest == digest and live.encoder == encoder.name:
        return live
    contents = [(document, held) for document, held in store.contents() if held]

    def describe(files: Mapping[str, str]) -> Manifest:
        return Manifest(
            encoder=encoder.name,
            corpus_digest=digest,
            n_documents=len(contents),
            n_passages=sum(len(held) for _, held in contents),
            files=files,
        )

    def report(done: int, total: int) -> None:
        progress("encode", done, total)

    with snapshots.building() as folder:
        write_content(folder, contents, encoder, settings.retrieval, report)
        return snapshots.publish(folder, describe)


def corpus_digest(
    versions: Mapping[str, str], encoder_name: str, settings: KnowledgeBaseSettings
) -> str:
    """Return the sha256 of everything that an index depends on."""
    retrieval = settings.retrieval
    head = (
        f"{INDEX_VERSION}|{encoder_name}|{retrieval.bm25_k1}|{retrieval.bm25_b}|"
        f"{pipeline_name(settings)}\n"
    )
    digest = hashlib.sha256(head.encode())
    for document_id, content_hash in sorted(versions.items()):
        digest.update(f"{document_id}\0{content_hash}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def pipeline_name(settings: KnowledgeBaseSettings) -> str:
    """Return a name of the way in which documents are cut."""
    chunking = settings.chunking
    return f"chunks-{CHUNKER_VERSION}-{chunking.max_words}-{chunking.small_words}"


@dataclass(slots=True)
class _Tally:
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[FailedSource] = field(default_factory=list)


def _check_location(store: SourceRegister, source: Source) -> None:
    """Refuse a source whose name belongs to another place that still exists."""
    known = store.source(source.name)
    if known is None or known["location"] == source.location:
        return
    if Path(known["location"]).exists():
        raise SourceError(
            f"A source called {source.name!r} was already ingested from {known['location']!r}; "
            f"this one is {source.location!r}.",
            hint="Rename one of the two folders: documents are called by their folder's name.",
        )


def _ingest_one(
    source: Source,
    store: IngestStore,
    settings: KnowledgeBaseSettings,
    tally: _Tally,
    progress: Progress,
) -> None:
    pipeline = pipeline_name(settings)
    known = store.source(source.name)
    before = store.hashes(source.name)
    if known is None and not before:
        # Said before the first document, so that an interrupted first run is taken up where it
        # stopped; a source whose cutting changes says so only when all of it has been cut anew.
        store.set_source(source.name, location=source.location, pipeline=pipeline)
    is_same_pipeline = (known is None and not before) or (
        known is not None and known["pipeline"] == pipeline
    )
    everywhere = store.versions()
    seen: set[str] = set()
    failed: set[str] = set()
    emptied: set[str] = set()
    for n_read, item in enumerate(source.read(), start=1):
        progress("read", n_read, None)
        prepared = _prepare(item)
        name = _name(item)
        if isinstance(prepared, FailedSource):
            tally.failed.append(prepared)
            (emptied if prepared.is_skipped else failed).add(name)
        elif name in seen:
            tally.failed.append(FailedSource(source=name, reason="The id occurs twice."))
        else:
            seen.add(name)
            document = prepared.document
            # A ticket that two exports hold belongs to the one that brought it first.
            is_known = is_same_pipeline or name not in before
            if is_known and everywhere.get(name) == document.content_hash:
                tally.unchanged.append(name)
                continue
            passages = cut(document, settings.chunking)
            if not passages and prepared.ticket is None:
                reason = "It has no text but headings."
                tally.failed.append(FailedSource(source=name, reason=reason, is_skipped=True))
                seen.remove(name)
                emptied.add(name)
                continue
            store.replace(source.name, document, passages, prepared.ticket)
            (tally.changed if name in everywhere else tally.added).append(name)
    # What could not be read this time stays as it was; what is a stub, spam or private now goes.
    gone = set(before) - seen - failed if source.is_complete else set()
    gone |= (emptied - seen) & set(everywhere)
    store.remove(sorted(gone))
    tally.removed.extend(gone)
    store.set_source(source.name, location=source.location, pipeline=pipeline)


@dataclass(frozen=True, slots=True)
class _Prepared:
    document: Document
    ticket: Ticket | None


def _prepare(item: Document | Ticket | FailedSource) -> _Prepared | FailedSource:
    """Return what is to be stored of an item, or why nothing is."""
    if isinstance(item, FailedSource):
        return item
    if isinstance(item, Document):
        return _Prepared(item, None)
    if item.private or item.is_spam:
        reason = (
            "It is private; private tickets are never stored." if item.private else "It is spam."
        )
        return FailedSource(source=_name(item), reason=reason, is_skipped=True)
    return _Prepared(ticket_document(item, find_resolution(item)), item)


def _name(item: Document | Ticket | FailedSource) -> str:
    if isinstance(item, Ticket):
        return f"ticket/{item.ticket_id}"
    return item.document_id if isinstance(item, Document) else item.source

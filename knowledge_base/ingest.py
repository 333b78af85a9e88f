"""Sources → documents → passages → store → index.

An ingest may be killed at any moment and run again: documents are written one transaction each,
vectors are kept as they are computed, and the index is compared with the store by a sum over the
versions of all documents, so the next run takes up whatever is missing and repeats nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from knowledge_base.chunking import cut
from knowledge_base.config import KnowledgeBaseSettings
from knowledge_base.errors import SourceError
from knowledge_base.index.delta import Change
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.indexing import Progress, Upkeep, build_index, no_progress, pipeline_name
from knowledge_base.model import Document, FailedSource, IngestReport, Ticket
from knowledge_base.ports import Encoder, IngestStore, Source, SourceRegister
from knowledge_base.resolutions import find_resolution, ticket_document
from knowledge_base.vector_cache import CachedEncoder

_ATTEMPTS = 5
"""So often a change is tried again when another writer was quicker; then everything is compared."""


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


class Ingester:
    """Changes single documents while people ask: what it returns from can be found.

    Parameters
    ----------
    store : IngestStore
        Where documents are kept.
    encoder : Encoder
        Texts → vectors.
    snapshots : SnapshotFolder
        The index.
    settings : KnowledgeBaseSettings
        How documents are cut and indexed.
    merges_itself : bool
        Whether changes start `merge` in a thread of its own when there is reason to; otherwise
        somebody else calls it now and then.
    """

    def __init__(
        self,
        store: IngestStore,
        encoder: Encoder,
        snapshots: SnapshotFolder,
        settings: KnowledgeBaseSettings,
        *,
        merges_itself: bool = False,
    ) -> None:
        self._store = store
        self._merges_itself = merges_itself
        self._settings = settings
        self._upkeep = Upkeep(snapshots, encoder, settings)
        self._lock = threading.Lock()
        self._merging = threading.Lock()
        self._is_in_step = False
        """Whether the index was as the store after the last change made here."""

    def catch_up(self) -> None:
        """Compare the whole store with the index and publish the difference.

        The first change does so otherwise, and waits for it: seconds for 150,000 documents.
        """
        with self._lock:
            self._catch_up()

    def upsert(self, item: Document | Ticket, *, source: str) -> FailedSource | None:
        """Store a document or ticket and return when it can be found.

        Parameters
        ----------
        item : Document or Ticket
            A ticket is written as a document with what fixed it.
        source : str
            Name of the source that it is filed under.

        Returns
        -------
        FailedSource or None
            Why it is not kept: it is private, spam, or has no text but headings. An older version
            of it is gone then.
        """
        prepared = _prepare(item)
        name = _name(item)
        with self._lock:
            if isinstance(prepared, FailedSource):
                self._remove([name])
                return prepared
            document = prepared.document
            passages = cut(document, self._settings.chunking)
            if not passages and prepared.ticket is None:
                self._remove([name])
                return _without_text(name)
            was_in_step = self._is_in_step
            self._is_in_step = False
            self._store.replace(source, document, passages, prepared.ticket)
            self._publish(
                Change(
                    contents=[(document, passages)] if passages else [],
                    gone=frozenset({name}),
                ),
                was_in_step=was_in_step,
            )
            return None

    def remove(self, document_ids: Iterable[str]) -> None:
        """Forget documents and return when none of them can be found; unknown ids are ignored."""
        with self._lock:
            self._remove(sorted(set(document_ids)))

    def merge(self) -> bool:
        """Join segments of the index where there is reason to; never blocks readers or writers.

        To be called now and then beside everything else. What would take minutes is done in a
        process of its own. Returns whether there was anything to do; while another thread is at it
        there is not.
        """
        if not self._merging.acquire(blocking=False):
            return False
        try:
            # Apart from the one that writes: an open index is kept by each.
            upkeep = Upkeep(self._upkeep.snapshots, self._upkeep.encoder, self._settings)
            if upkeep.is_long_merge_due():
                upkeep.merge_apart()
                return True
            return upkeep.merge()
        finally:
            self._merging.release()

    def _remove(self, document_ids: Sequence[str]) -> None:
        is_known = any(self._store.document(each) is not None for each in document_ids)
        if not is_known and self._is_in_step:
            return
        was_in_step = self._is_in_step
        self._is_in_step = False
        self._store.remove(document_ids)
        self._publish(Change(contents=[], gone=frozenset(document_ids)), was_in_step=was_in_step)

    def _publish(self, change: Change, *, was_in_step: bool) -> None:
        """Publish a change, or, where that cannot be done alone, whatever the index lacks."""
        for _ in range(_ATTEMPTS if was_in_step else 0):
            index = self._upkeep.usable()
            if index is None:
                break
            if self._upkeep.change(index, change) is not None:
                self._is_in_step = True
                if self._merges_itself and self._upkeep.is_merge_due():
                    threading.Thread(target=self.merge, daemon=True).start()
                return
        self._catch_up()

    def _catch_up(self) -> None:
        build_index(
            self._store, self._upkeep.encoder, self._upkeep.snapshots, self._settings, merge=False
        )
        self._is_in_step = True


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
    everywhere = store.hashes()
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
                tally.failed.append(_without_text(name))
                seen.remove(name)
                emptied.add(name)
                continue
            store.replace(source.name, document, passages, prepared.ticket)
            (tally.changed if name in everywhere else tally.added).append(name)
    # What could not be read this time stays as it was; what is a stub, spam or private now goes.
    # So does everything that came out of an archive that could not be read this time.
    gone = {
        name
        for name in (set(before) - seen - failed if source.is_complete else ())
        if not any(str(above) in failed for above in PurePosixPath(name).parents)
    }
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


def _without_text(name: str) -> FailedSource:
    return FailedSource(source=name, reason="It has no text but headings.", is_skipped=True)

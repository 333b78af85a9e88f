"""Store → index: built when it must be, changed when that is enough.

The store is the truth. The index says by a sum over the documents' versions which state of the
store it is of; whatever was interrupted, the next call finds the difference and makes it good.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Protocol

from knowledge_base.chunking import CHUNKER_VERSION
from knowledge_base.config import KnowledgeBaseSettings, RetrievalSettings
from knowledge_base.encoders import english_words
from knowledge_base.errors import IndexCorruptError, IndexMissingError
from knowledge_base.index.content import INDEX_VERSION
from knowledge_base.index.delta import (
    MERGED_SHARE,
    Change,
    OpenIndex,
    apply_change,
    merge_segments,
    open_index,
    segments_to_merge,
    sum_versions,
)
from knowledge_base.index.segment import (
    Contents,
    Given,
    Segment,
    encode_contents,
    version_digest,
    write_segment,
)
from knowledge_base.index.snapshot import Manifest, SegmentUse, SnapshotFolder
from knowledge_base.ports import CorpusReader, Encoder

_ATTEMPTS = 20
_LONG_MERGE = 2_000
"""Passages that are joined in about a second."""


class Progress(Protocol):
    """Told how far an ingest is."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """`stage` is "read" or "encode"; `total` is None while it is not known."""
        ...


def no_progress(stage: str, done: int, total: int | None) -> None:
    """Report nothing."""


def build_index(
    store: CorpusReader,
    encoder: Encoder,
    snapshots: SnapshotFolder,
    settings: KnowledgeBaseSettings,
    progress: Progress = no_progress,
    *,
    merge: bool = True,
) -> Manifest:
    """Bring the index up to date with the store, by a small change or by building it anew.

    Unless `merge` is off, segments are joined where there is reason to.

    Returns
    -------
    Manifest
        Of the live snapshot.
    """
    upkeep = Upkeep(snapshots, encoder, settings)
    for _ in range(_ATTEMPTS):
        manifest = upkeep.follow(store, progress)
        if manifest is not None:
            if merge:
                upkeep.merge()
            return snapshots.manifest() or manifest
    # Somebody else writes all the time: what is live is as new as theirs.
    return snapshots.open()[1]


@dataclass(slots=True)
class Upkeep:
    """Keeps an index in step with a store.

    Parameters
    ----------
    snapshots : SnapshotFolder
        Where the index is.
    encoder : Encoder
        Texts → vectors.
    settings : KnowledgeBaseSettings
        How documents are cut and indexed.
    """

    snapshots: SnapshotFolder
    encoder: Encoder
    settings: KnowledgeBaseSettings
    _held: dict[str, Segment] = field(default_factory=dict)

    def follow(self, store: CorpusReader, progress: Progress) -> Manifest | None:
        """Compare the index with the store and publish the difference.

        Returns
        -------
        Manifest or None
            Of a snapshot that is as the store was; None if another writer was quicker.
        """
        versions = store.versions()
        digests = {each: version_digest(each, content) for each, content in versions.items()}
        total = sum_versions(digests.values())
        index = self.usable()
        if index is not None:
            if int(index.manifest.corpus_sum, 16) == total:
                return index.manifest
            known = index.versions()
            new = [each for each in versions if known.get(each) != digests[each]]
            gone = frozenset(known.keys() - versions.keys())
            if len(new) + len(gone) <= MERGED_SHARE * len(known):
                contents = store.some_contents(new)
                change = Change(
                    contents=[(document, held) for document, held in contents if held],
                    # A document that lost all its passages is gone as well.
                    gone=gone | frozenset(new),
                )
                return self.change(index, change)
        self._build(store, progress)
        # What was changed while it was built is found by the next comparison.
        return None

    def change(self, index: OpenIndex, change: Change) -> Manifest | None:
        """Publish a change; None if another writer was quicker."""
        return apply_change(
            self.snapshots, index, change, self.encoder, self.settings.retrieval, self._digest
        )

    def open(self) -> OpenIndex:
        """Open the live snapshot, keeping what is open already.

        Raises
        ------
        IndexMissingError, IndexCorruptError
            As `open_index`.
        """
        index = open_index(self.snapshots, self._held)
        self._held = dict(index.segments)
        return index

    def merge(self) -> bool:
        """Join segments if there is reason to; return whether any were joined."""
        index = self.usable()
        names = segments_to_merge(index) if index is not None else ()
        if not names:
            return False
        return merge_segments(self.snapshots, names, self.settings.retrieval) is not None

    def merge_apart(self) -> None:
        """Join segments in a process of its own, which takes no time from this one.

        Killed at any moment it leaves the index as it was.
        """
        retrieval = self.settings.retrieval
        process = get_context("spawn").Process(
            target=_merge_in_child,
            args=(self.snapshots, retrieval.bm25_k1, retrieval.bm25_b),
            daemon=True,
        )
        process.start()
        process.join()

    def is_merge_due(self) -> bool:
        """Return whether segments should be joined."""
        index = self.usable()
        return index is not None and bool(segments_to_merge(index))

    def is_long_merge_due(self) -> bool:
        """Return whether so much should be joined that it takes more than a moment."""
        index = self.usable()
        names = segments_to_merge(index) if index is not None else ()
        n_passages = sum(len(index.segments[each].owners) for each in names) if index else 0
        return n_passages > _LONG_MERGE

    def usable(self) -> OpenIndex | None:
        """Return the live index if it can be changed; None if it must be built anew."""
        try:
            index = self.open()
        except (IndexMissingError, IndexCorruptError):
            return None
        is_same = (index.manifest.encoder, index.manifest.recipe) == (
            self.encoder.name,
            recipe(self.encoder.name, self.settings),
        )
        return index if is_same else None

    def _build(self, store: CorpusReader, progress: Progress) -> None:
        contents: Contents = [(document, held) for document, held in store.contents() if held]
        total = sum_versions(version_digest(d.document_id, d.content_hash) for d, _ in contents)

        def report(done: int, n_texts: int) -> None:
            progress("encode", done, n_texts)

        def describe(number: str, files: Mapping[str, str]) -> Manifest:
            return Manifest(
                encoder=self.encoder.name,
                recipe=recipe(self.encoder.name, self.settings),
                corpus_sum=f"{total:064x}",
                corpus_digest=self._digest(f"{total:064x}"),
                n_documents=len(contents),
                n_passages=sum(len(held) for _, held in contents),
                segments=(SegmentUse(folder=number),),
                files=files,
            )

        vectors, tokens = encode_contents(self.encoder, contents, self.settings.retrieval, report)
        given = Given(settings=self.settings.retrieval, also_words=english_words(), tokens=tokens)
        with self.snapshots.building() as folder:
            write_segment(folder, contents, vectors, given)
            hashed = self.snapshots.seal(folder)
            with self.snapshots.writing():
                self.snapshots.publish(folder, hashed, describe)

    def _digest(self, corpus_sum: str) -> str:
        text = f"{recipe(self.encoder.name, self.settings)}\n{corpus_sum}"
        return hashlib.sha256(text.encode()).hexdigest()


def recipe(encoder_name: str, settings: KnowledgeBaseSettings) -> str:
    """Return a name of everything that decides how a corpus becomes an index."""
    retrieval = settings.retrieval
    return (
        f"{INDEX_VERSION}|{encoder_name}|{retrieval.bm25_k1}|{retrieval.bm25_b}|"
        f"{'tokens|' if retrieval.late_interaction else ''}"
        f"{pipeline_name(settings)}"
    )


def pipeline_name(settings: KnowledgeBaseSettings) -> str:
    """Return a name of the way in which documents are cut."""
    chunking = settings.chunking
    return f"chunks-{CHUNKER_VERSION}-{chunking.max_words}-{chunking.small_words}"


def _merge_in_child(snapshots: SnapshotFolder, k1: float, b: float) -> None:
    names = segments_to_merge(open_index(snapshots))
    if names:
        merge_segments(snapshots, names, RetrievalSettings(bm25_k1=k1, bm25_b=b))

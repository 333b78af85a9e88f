"""Changing an index that is being read: small segments beside the large one, merged later.

A change writes the new and changed documents into a segment of their own and marks their older
versions as gone; nothing that is there is touched. Segments are joined again in two ways: the
newest few, when they have become many, and all of them, when what came later or went has grown to
a share of the first. Both happen beside the live snapshot and take over what changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from knowledge_base.config import RetrievalSettings
from knowledge_base.encoders import english_words
from knowledge_base.index.content import Content
from knowledge_base.index.segment import (
    Contents,
    Given,
    Segment,
    encode_contents,
    read_segment,
    version_digest,
    write_segment,
)
from knowledge_base.index.snapshot import Manifest, SegmentUse, SnapshotFolder
from knowledge_base.late import Bytes, TokenVectors
from knowledge_base.model import Document, Passage
from knowledge_base.ports import Encoder, Vectors

MOST_SEGMENTS = 8
"""More of them are joined: each is searched by itself."""
MERGED_SHARE = 0.1
"""Everything is joined when so large a part of the first segment's passages came later or went."""

_GROWTH = 2
_LEAST_GROWN = 16
_MODULUS = 2**256

Version = bytes
"""From `version_digest`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIndex:
    """A snapshot with its segments open."""

    name: str
    manifest: Manifest
    segments: Mapping[str, Segment]

    def content(self) -> Content:
        """Return its segments read as one."""
        uses = self.manifest.segments
        return Content.of(
            [self.segments[use.folder] for use in uses], [use.deleted for use in uses]
        )

    def versions(self) -> dict[str, Version]:
        """Return document id → version of every document that can be found."""
        found: dict[str, Version] = {}
        for use in self.manifest.segments:
            segment = self.segments[use.folder]
            gone = set(use.deleted)
            for row, document_id in enumerate(segment.ids.all()):
                if row not in gone:
                    found[document_id] = segment.versions[row].tobytes()
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an index is to be changed by."""

    contents: Contents
    """New and changed documents with at least one passage each, by document id."""
    gone: frozenset[str]
    """Documents that may no longer be found, unless they are among `contents`."""


def open_index(snapshots: SnapshotFolder, held: Mapping[str, Segment] | None = None) -> OpenIndex:
    """Open the live snapshot; segments that are open already are taken as they are.

    Raises
    ------
    IndexMissingError
        When there is none.
    IndexCorruptError
        When it is damaged.
    """
    held = held or {}
    name, manifest = snapshots.open(held=set(held))
    segments = {
        use.folder: held.get(use.folder) or read_segment(snapshots.folder(use.folder))
        for use in manifest.segments
    }
    return OpenIndex(name=name, manifest=manifest, segments=segments)


def sum_versions(versions: Iterable[Version]) -> int:
    """Return a number that stands for a set of versions and can be kept up by sums alone."""
    return sum(int.from_bytes(version, "big") for version in versions) % _MODULUS


def apply_change(
    snapshots: SnapshotFolder,
    index: OpenIndex,
    change: Change,
    encoder: Encoder,
    settings: RetrievalSettings,
    digest: Callable[[str], str],
) -> Manifest | None:
    """Publish a snapshot with the change, or return None if another was published meanwhile.

    Parameters
    ----------
    snapshots : SnapshotFolder
        Where the snapshot is.
    index : OpenIndex
        What is to be changed.
    change : Change
        The change.
    encoder : Encoder
        Texts → vectors.
    settings : RetrievalSettings
        Parameters of BM25.
    digest : callable
        Sum of the versions → the corpus digest.
    """
    uses = index.manifest.segments
    changed = {document.document_id for document, _ in change.contents} | change.gone
    left = [_without(index.segments[use.folder], use, changed) for use in uses]
    first = index.segments[uses[0].folder]
    means = {name: part.mean_length for name, part in first.words.items()}
    with snapshots.building() as folder:
        if change.contents:
            vectors, tokens = encode_contents(encoder, change.contents, settings, _no_report)
            given = Given(settings=settings, mean_lengths=means, tokens=tokens)
            write_segment(folder, change.contents, vectors, given)
        hashed = snapshots.seal(folder)
        with snapshots.writing():
            if snapshots.current_name() != index.name:
                return None
            total = _sum_after(index, left, change)

            def describe(number: str, files: Mapping[str, str]) -> Manifest:
                own = (SegmentUse(folder=number),) if change.contents else ()
                kept = (use for place, use in enumerate(left) if place == 0 or _n_left(index, use))
                segments = (*kept, *own)
                n_documents, n_passages = _counts(index, segments)
                return Manifest(
                    encoder=index.manifest.encoder,
                    recipe=index.manifest.recipe,
                    corpus_sum=f"{total:064x}",
                    corpus_digest=digest(f"{total:064x}"),
                    n_documents=n_documents + len(change.contents),
                    n_passages=n_passages + sum(len(held) for _, held in change.contents),
                    segments=segments,
                    files=files,
                )

            return snapshots.publish(folder, hashed, describe)


def segments_to_merge(index: OpenIndex) -> tuple[str, ...]:
    """Return the segments that should be joined now; none if all is well.

    All of them, when what came later or went is a tenth of the first; else, when they are more
    than eight, the newest ones of about one size, so that a document is rewritten about as often
    as the number of documents can be halved.
    """
    uses = index.manifest.segments
    sizes = [_counts(index, (use,))[1] for use in uses]
    whole = len(index.segments[uses[0].folder].owners)
    if sum(sizes[1:]) + whole - sizes[0] > MERGED_SHARE * whole:
        return tuple(use.folder for use in uses)
    if len(uses) - 1 <= MOST_SEGMENTS:
        return ()
    first, total = len(uses) - 2, sizes[-1] + sizes[-2]
    while first > 1 and sizes[first - 1] <= _GROWTH * max(total, _LEAST_GROWN):
        first -= 1
        total += sizes[first]
    return tuple(use.folder for use in uses[first:])


def merge_segments(
    snapshots: SnapshotFolder, names: Sequence[str], settings: RetrievalSettings
) -> Manifest | None:
    """Join segments into one and publish it, with what was changed meanwhile.

    Neither the store nor the encoder is needed: a segment holds texts and vectors.

    Parameters
    ----------
    snapshots : SnapshotFolder
        Where the segments are.
    names : sequence of str
        Segments of the live snapshot that stand side by side.
    settings : RetrievalSettings
        Parameters of BM25.

    Returns
    -------
    Manifest or None
        None if somebody else joined or replaced one of them first; nothing has changed then.
    """
    index = open_index(snapshots)
    if not set(names) <= set(index.segments):
        return None
    is_whole = index.manifest.segments[0].folder in names
    first = index.segments[index.manifest.segments[0].folder]
    given = Given(
        settings=settings,
        also_words=english_words() if is_whole else (),
        mean_lengths=None
        if is_whole
        else {name: part.mean_length for name, part in first.words.items()},
    )
    with snapshots.building() as folder:
        _write_merged(folder, index, names, given)
        hashed = snapshots.seal(folder)
        with snapshots.writing():
            now = open_index(snapshots, index.segments)
            if not set(names) <= set(now.segments):
                return None
            segments = _merged_uses(index, now, names, read_segment(folder))

            def describe(number: str, files: Mapping[str, str]) -> Manifest:
                own = SegmentUse(folder=number, deleted=segments.deleted)
                return Manifest(
                    encoder=now.manifest.encoder,
                    recipe=now.manifest.recipe,
                    corpus_sum=now.manifest.corpus_sum,
                    corpus_digest=now.manifest.corpus_digest,
                    n_documents=now.manifest.n_documents,
                    n_passages=now.manifest.n_passages,
                    segments=(*segments.before, own, *segments.behind),
                    files=files,
                )

            return snapshots.publish(folder, hashed, describe)


@dataclass(frozen=True, slots=True, kw_only=True)
class _MergedUses:
    before: tuple[SegmentUse, ...]
    deleted: tuple[int, ...]
    """Rows of the joined segment that went while it was written."""
    behind: tuple[SegmentUse, ...]


def _merged_uses(
    then: OpenIndex, now: OpenIndex, names: Sequence[str], merged: Segment
) -> _MergedUses:
    deleted_then = {use.folder: set(use.deleted) for use in then.manifest.segments}
    gone: set[int] = set()
    for use in now.manifest.segments:
        if use.folder in names:
            ids = then.segments[use.folder].ids
            new = set(use.deleted) - deleted_then[use.folder]
            gone.update(merged.ids.find(ids[row]) for row in new)
    places = [place for place, use in enumerate(now.manifest.segments) if use.folder in names]
    return _MergedUses(
        before=now.manifest.segments[: places[0]],
        deleted=tuple(sorted(gone)),
        behind=now.manifest.segments[places[-1] + 1 :],
    )


def _write_merged(folder: Path, index: OpenIndex, names: Sequence[str], given: Given) -> None:
    """Write the live documents of these segments as one segment."""
    contents: list[tuple[Document, tuple[Passage, ...]]] = []
    passages: list[Vectors] = []
    titles: list[Vectors] = []
    tokens: list[list[Bytes]] = []
    for use in index.manifest.segments:
        if use.folder not in names:
            continue
        segment = index.segments[use.folder]
        gone = set(use.deleted)
        rows = [row for row in range(len(segment.ids)) if row not in gone]
        contents += segment.contents(rows)
        (own,), (heads,) = segment.vectors["passages"].parts, segment.vectors["titles"].parts
        bounds = np.searchsorted(segment.owners, np.arange(len(segment.ids) + 1))
        passages += [own.vectors[bounds[row] : bounds[row + 1]] for row in rows]
        titles += [heads.vectors[row : row + 1] for row in rows]
        held = segment.tokens
        if held is not None:
            spans = (range(*bounds[row : row + 2].tolist()) for row in rows)
            tokens += [[held.text(place) for place in span] for span in spans]
    order = sorted(range(len(contents)), key=lambda place: contents[place][0].document_id)
    if not order:
        # The width of the vectors is all that is left.
        (own,) = next(iter(index.segments.values())).vectors["passages"].parts
        write_segment(folder, [], own.vectors[:0], given)
        return
    vectors = np.concatenate([passages[place] for place in order] + [titles[p] for p in order])
    if len(tokens) == len(contents):
        laid = TokenVectors.of([each for place in order for each in tokens[place]])
        given = replace(given, tokens=laid)
    write_segment(folder, [contents[place] for place in order], vectors, given)


def _sum_after(index: OpenIndex, left: Sequence[SegmentUse], change: Change) -> int:
    """Return the sum of what the index holds after a change.

    Told by the index alone: what the store said when the change was made may have been published
    by somebody else since.
    """
    gone = (
        index.segments[use.folder].versions[row].tobytes()
        for use, new in zip(index.manifest.segments, left, strict=True)
        for row in set(new.deleted) - set(use.deleted)
    )
    come = (
        version_digest(document.document_id, document.content_hash)
        for document, _ in change.contents
    )
    before = int(index.manifest.corpus_sum, 16)
    return (before - sum_versions(gone) + sum_versions(come)) % _MODULUS


def _without(segment: Segment, use: SegmentUse, changed: Iterable[str]) -> SegmentUse:
    """Return a segment's use with these documents marked as gone."""
    found = {segment.ids.find(document_id) for document_id in changed} - {-1}
    if found <= set(use.deleted):
        return use
    return SegmentUse(folder=use.folder, deleted=tuple(sorted({*use.deleted, *found})))


def _n_left(index: OpenIndex, use: SegmentUse) -> int:
    return len(index.segments[use.folder].ids) - len(use.deleted)


def _counts(index: OpenIndex, uses: Iterable[SegmentUse]) -> tuple[int, int]:
    """Return how many documents and passages of segments that are open can be found."""
    n_documents = n_passages = 0
    for use in uses:
        segment = index.segments.get(use.folder)
        if segment is not None:
            gone = np.asarray(use.deleted, dtype=np.int64)
            bounds = np.searchsorted(segment.owners, [gone, gone + 1])
            n_documents += len(segment.ids) - len(gone)
            n_passages += len(segment.owners) - int((bounds[1] - bounds[0]).sum())
    return n_documents, n_passages


def _no_report(done: int, total: int) -> None:
    """Say nothing of a small change's encoding."""

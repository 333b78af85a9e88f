"""The `KnowledgeOperations` port: sources as they stand, uploads, ingests in the background."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from assistant.errors import SourceNotFoundError, UploadRefusedError
from assistant.model import Asker
from assistant.operating.jobs import Jobs, Tell
from assistant.operating.runs import SqlIngestRuns, run_of
from assistant.operating.uploads import FOLDER, Upload, Uploads
from assistant.operations import (
    DocumentPage,
    IngestRun,
    JobState,
    SourceDocument,
    SourceKind,
    SourceState,
)
from assistant.ports import Clock
from knowledge_base.index.access import may_read
from knowledge_base.model import IngestReport
from knowledge_base.ports import Source

TICKETS = "tickets/"
"""Begins the names of sources of past tickets."""


class Register(Protocol):
    """What the document store tells of sources."""

    def sources(self) -> tuple[Mapping[str, Any], ...]:
        """Return name, location and counts of every source, by name."""
        ...

    def titles(self, source: str) -> tuple[Mapping[str, Any], ...]:
        """Return id, title, groups and day of every document of a source, by title."""
        ...


class Ingests(Protocol):
    """Reads sources and brings what they hold into the index."""

    def __call__(self, sources: Sequence[Source], *, tell: Tell) -> IngestReport:
        """Run to the end, telling how far it is."""
        ...


class Opens(Protocol):
    """Makes the source of a path."""

    def __call__(self, path: Path, kind: str, groups: tuple[str, ...]) -> Source:
        """Return it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeRoom:
    """What operators do with sources."""

    register: Callable[[], Register]
    runs: SqlIngestRuns
    uploads: Uploads
    jobs: Jobs
    clock: Clock
    ingest: Ingests
    open_source: Opens

    def sources(self) -> tuple[SourceState, ...]:
        """Return every source, by name."""
        last = self.runs.last()
        return tuple(self._state(row, last) for row in self.register().sources())

    def documents(
        self, source: str, *, asker: Asker, query: str, limit: int, offset: int
    ) -> DocumentPage:
        """Return documents of a source that somebody may read, by title."""
        self._row(source)
        rows = self.register().titles(source)
        readable = [row for row in rows if may_read(row["acl"], asker.groups)]
        words = query.lower().split()
        found = [
            SourceDocument(**row)
            for row in readable
            if all(word in f"{row['title']} {row['document_id']}".lower() for word in words)
        ]
        return DocumentPage(
            documents=tuple(found[offset : offset + limit]),
            n_found=len(found),
            n_hidden=len(rows) - len(readable),
        )

    def job(self) -> JobState | None:
        """Return the work that runs, or the last that ran since the start."""
        return self.jobs.state()

    def open_upload(
        self, source: str, *, kind: SourceKind, acl: tuple[str, ...], asker: Asker
    ) -> str:
        """Begin to take files for a source."""
        wanted = " ".join(source.split())
        for row in self.register().sources() if kind == "articles" else ():
            elsewhere = row["location"] != str(self.uploads.folder_of(row["name"]).resolve())
            if row["name"] == wanted and elsewhere and Path(row["location"]).exists():
                raise UploadRefusedError(
                    f"A source called {wanted!r} is read from {row['location']}.",
                    hint="Choose another name.",
                )
        return self.uploads.open(source, kind=kind, acl=acl, user_id=asker.user_id).upload_id

    def add_part(
        self, upload_id: str, path: str, content: bytes, *, offset: int, asker: Asker
    ) -> int:
        """Append to a file of an upload."""
        return self.uploads.add(upload_id, path, content, offset=offset, user_id=asker.user_id)

    def ingest_upload(self, upload_id: str, *, asker: Asker) -> JobState:
        """Put the files of an upload in place and begin to ingest them."""
        upload = self.uploads.of(upload_id, user_id=asker.user_id)
        if not upload.sizes:
            raise UploadRefusedError("The upload has no file.", hint="Choose files first.")

        def work(tell: Tell) -> str:
            placed = self.uploads.put_in_place(upload)
            sources = [
                self.open_source(path, upload.kind, upload.acl)
                for path in self._paths_of(upload, placed)
            ]
            return self._ingest(sources, upload.kind, upload.acl, asker.user_id, tell)

        return self.jobs.start("ingest", upload.source, work)

    def read_again(self, source: str, *, asker: Asker) -> JobState:
        """Begin to ingest a source again, for whom it was ingested last."""
        row = self._row(source)
        run = self.runs.last().get(source)
        path = Path(row["location"])
        if run is None or not path.exists():
            raise SourceNotFoundError(
                f"{source} cannot be read again from here: "
                + ("it is not known who may read it." if run is None else "its place is gone."),
                hint="Run `deskwise ingest` on the server once, with its groups.",
            )

        def work(tell: Tell) -> str:
            opened = self.open_source(path, run.kind, run.acl)
            return self._ingest([opened], run.kind, run.acl, asker.user_id, tell)

        return self.jobs.start("ingest", source, work)

    def _paths_of(self, upload: Upload, placed: Sequence[Path]) -> Sequence[Path]:
        # Articles: the folder as a whole, with what was uploaded before.
        return placed if upload.kind == "tickets" else [self.uploads.folder_of(upload.source)]

    def _ingest(
        self,
        sources: Sequence[Source],
        kind: SourceKind,
        acl: tuple[str, ...],
        by: str,
        tell: Tell,
    ) -> str:
        report = self.ingest(sources, tell=tell)
        run = run_of(
            report,
            sources=[source.name for source in sources],
            kind=kind,
            acl=acl,
            by=by,
            at=self.clock.now(),
        )
        self.runs.add(run)
        return summary_of(run)

    def _row(self, source: str) -> Mapping[str, Any]:
        for row in self.register().sources():
            if row["name"] == source:
                return row
        raise SourceNotFoundError(
            f"There is no source {source[:80]!r}.", hint="Look in the list of sources."
        )

    def _state(self, row: Mapping[str, Any], last: Mapping[str, IngestRun]) -> SourceState:
        place = Path(row["location"])
        run = last.get(row["name"])
        return SourceState(
            name=row["name"],
            location=row["location"],
            n_documents=row["n_documents"],
            n_passages=row["n_passages"],
            is_uploaded=place.is_relative_to((self.uploads.home / FOLDER).resolve()),
            can_be_read_again=run is not None and place.exists(),
            last=run,
        )


def summary_of(run: IngestRun) -> str:
    """Return what an ingest did, in a line."""
    n_failed = sum(not item.is_skipped for item in run.unread)
    return (
        f"{run.n_added:,} added, {run.n_changed:,} changed, {run.n_unchanged:,} unchanged, "
        f"{run.n_removed:,} removed, {n_failed:,} failed"
    )

"""What running the program is made of, and what does it for the operators' page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from assistant.model import Asker, EntryStatus, VocabularyEntry

JobKind = Literal["ingest", "vocabulary"]
SourceKind = Literal["articles", "tickets"]
Effect = Literal["now", "restart"]
HealthStatus = Literal["ok", "warning", "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A file that an ingest could not take, and why."""

    source: str
    reason: str
    is_skipped: bool
    """Nothing is wrong with it; it just has nothing to index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestRun:
    """What an ingest did."""

    run_id: str
    sources: tuple[str, ...]
    kind: SourceKind
    acl: tuple[str, ...]
    """Groups that may read what names none itself."""
    by: str
    """A user's id, or `cli`."""
    finished_at: datetime
    duration_s: float
    n_added: int
    n_changed: int
    n_unchanged: int
    n_removed: int
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source as it stands."""

    name: str
    location: str
    n_documents: int
    n_passages: int
    is_uploaded: bool
    can_be_read_again: bool
    """Whether its place is there, and an ingest is known that says who may read it."""
    last: IngestRun | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument:
    """A document of a source."""

    document_id: str
    title: str
    acl: tuple[str, ...]
    updated_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """Documents of a source that somebody may read."""

    documents: tuple[SourceDocument, ...]
    n_found: int
    n_hidden: int
    """How many more are kept for groups that they are not in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """Work in the background: how far it is, or what came of it."""

    job_id: str
    kind: JobKind
    what: str
    started_at: datetime
    stage: str = ""
    n_done: int = 0
    n_total: int | None = None
    finished_at: datetime | None = None
    said: str = ""
    """What came of it; empty while it runs."""
    problem: str = ""
    """Why it failed; empty when it did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion:
    """A version of a model."""

    name: str
    version: str
    is_live: bool
    scores: str
    trained_on: str
    can_be_used: bool
    """Whether the page can bring it into use."""
    effect: Effect = "now"
    """When a change counts: at once, or when the server starts again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskPoint:
    """What answering at or above a confidence meant on the questions of the calibration."""

    threshold: float
    coverage: float
    risk: float
    measured_risk: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskDial:
    """How wrong answers may be, and what that costs."""

    max_wrong_fraction: float
    setting: float
    """What the settings say; it counts while nobody turned the dial."""
    is_turned: bool
    threshold: float
    curve: tuple[RiskPoint, ...]
    provenance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthFinding:
    """What one check of the self-check came to."""

    name: str
    status: HealthStatus
    found: str
    advice: str


class KnowledgeOperations(Protocol):
    """Sources and what is brought into them."""

    def sources(self) -> tuple[SourceState, ...]:
        """Return every source, by name."""
        ...

    def documents(
        self, source: str, *, asker: Asker, query: str, limit: int, offset: int
    ) -> DocumentPage:
        """Return documents of a source that somebody may read, by title.

        Raises
        ------
        SourceNotFoundError
        """
        ...

    def job(self) -> JobState | None:
        """Return the work that runs, or the last that ran since the start."""
        ...

    def open_upload(
        self, source: str, *, kind: SourceKind, acl: tuple[str, ...], asker: Asker
    ) -> str:
        """Begin to take files for a source; return what the upload is called.

        Raises
        ------
        UploadRefusedError
            When the name cannot be, nobody could read it, or it belongs to another place.
        """
        ...

    def add_part(
        self, upload_id: str, path: str, content: bytes, *, offset: int, asker: Asker
    ) -> int:
        """Append to a file of an upload; return how many bytes it has now.

        Raises
        ------
        UploadNotFoundError, UploadRefusedError
        """
        ...

    def ingest_upload(self, upload_id: str, *, asker: Asker) -> JobState:
        """Put the files of an upload in place and begin to ingest them.

        Raises
        ------
        UploadNotFoundError, UploadRefusedError, JobRunningError
        """
        ...

    def read_again(self, source: str, *, asker: Asker) -> JobState:
        """Begin to ingest a source again, for whom it was ingested last.

        Raises
        ------
        SourceNotFoundError, JobRunningError
        """
        ...


class ModelOperations(Protocol):
    """Models, and how sure an answer must be."""

    def versions(self) -> tuple[ModelVersion, ...]:
        """Return every version of every model."""
        ...

    def use(self, name: str, version: str) -> None:
        """Bring a version into use.

        Raises
        ------
        ModelVersionNotFoundError
        """
        ...

    def dial(self) -> RiskDial:
        """Return how wrong answers may be."""
        ...

    def turn(self, max_wrong_fraction: float | None, *, asker: Asker) -> RiskDial:
        """Let answers be wrong so often; None goes back to the setting."""
        ...


class VocabularyOperations(Protocol):
    """Short forms and nicknames that wait for somebody."""

    def entries(self) -> tuple[VocabularyEntry, ...]:
        """Return candidates and decisions."""
        ...

    def decide(self, short: str, meaning: str, status: EntryStatus) -> None:
        """Keep a decision about a candidate.

        Raises
        ------
        CandidateNotFoundError
            When nobody proposed it.
        """
        ...

    def look(self) -> JobState:
        """Begin to look for candidates.

        Raises
        ------
        JobRunningError
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """Every check of the self-check."""

    checked_at: datetime
    findings: tuple[HealthFinding, ...]

    @property
    def counts(self) -> Mapping[HealthStatus, int]:
        """Return status → how many checks came to it."""
        every: tuple[HealthStatus, ...] = ("ok", "warning", "bad")
        return {status: sum(each.status == status for each in self.findings) for status in every}


class Operations(Protocol):
    """The operators' part of the program."""

    @property
    def knowledge(self) -> KnowledgeOperations:
        """Return sources and what is brought into them."""
        ...

    @property
    def models(self) -> ModelOperations:
        """Return models, and how sure an answer must be."""
        ...

    @property
    def vocabulary(self) -> VocabularyOperations:
        """Return short forms and nicknames that wait for somebody."""
        ...

    def health(self) -> HealthReport:
        """Check every part of the home; seconds to minutes."""
        ...

"""What the API takes and gives about running the program."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from assistant.model import VocabularyEntry
from assistant.operations import (
    DocumentPage,
    HealthReport,
    IngestRun,
    JobState,
    ModelVersion,
    RiskDial,
    SourceState,
)
from web.account_schemas import Group
from web.strict import Given, Strict

MAX_UNREAD_SHOWN = 200
Kind = Literal["articles", "tickets"]


class UnreadBody(Strict):
    """A file that an ingest could not take, and why."""

    source: str
    reason: str
    is_skipped: bool


class IngestRunBody(Strict):
    """What an ingest did."""

    finished_at: datetime
    by: str
    duration_s: float
    acl: list[str]
    added: int
    changed: int
    unchanged: int
    removed: int
    n_unread: int
    n_failed: int
    unread: list[UnreadBody]


class SourceBody(Strict):
    """A source as it stands."""

    name: str
    location: str
    n_documents: int
    n_passages: int
    is_uploaded: bool
    can_be_read_again: bool
    last: IngestRunBody | None


class SourceList(Strict):
    """Every source, by name."""

    sources: list[SourceBody]


class SourceDocumentBody(Strict):
    """A document of a source."""

    document_id: str
    title: str
    acl: list[str]
    updated_on: date | None


class SourceDocumentList(Strict):
    """Documents that the asker may read, by title; `n_hidden` more are kept for others."""

    documents: list[SourceDocumentBody]
    n_found: int
    n_hidden: int


class JobBody(Strict):
    """Work in the background."""

    job_id: str
    kind: Literal["ingest", "vocabulary"]
    what: str
    stage: str
    n_done: int
    n_total: int | None
    started_at: datetime
    finished_at: datetime | None
    said: str
    problem: str


class JobStateBody(Strict):
    """The work that runs, or the last that ran since the start; null when none did."""

    job: JobBody | None


class UploadRequest(Given):
    """A source that files are uploaded for, and who may read them."""

    source: Annotated[str, Field(min_length=1, max_length=80, examples=["handbook"])]
    kind: Kind = "articles"
    acl: Annotated[list[Group], Field(min_length=1, max_length=100, examples=[["everyone"]])]


class UploadBody(Strict):
    """An upload that was begun."""

    upload_id: str


class PartRequest(Given):
    """A part of a file; parts of a file come in order."""

    path: Annotated[str, Field(min_length=1, max_length=1000, examples=["vpn/connect.md"])]
    offset: Annotated[int, Field(ge=0, le=2**40)]
    content_base64: Annotated[str, Field(max_length=60_000, pattern=r"^[A-Za-z0-9+/]*={0,2}$")]


class PartBody(Strict):
    """How many bytes the file has now."""

    n_bytes: int


class ReadAgainRequest(Given):
    """A source to be read again."""

    source: Annotated[str, Field(min_length=1, max_length=500)]


class ModelBody(Strict):
    """A version of a model."""

    name: str
    version: str
    is_live: bool
    scores: str
    trained_on: str
    can_be_used: bool
    effect: Literal["now", "restart"]


class ModelList(Strict):
    """Every version of every model."""

    models: list[ModelBody]


class UseModelRequest(Given):
    """A version to be brought into use."""

    name: Annotated[str, Field(min_length=1, max_length=64, examples=["router"])]
    version: Annotated[str, Field(min_length=1, max_length=64, examples=["0001"])]


class RiskPointBody(Strict):
    """What answering from a confidence on meant on the questions of the calibration."""

    threshold: float
    coverage: float
    risk: float
    measured_risk: float


class RiskBody(Strict):
    """How wrong answers may be, and what that costs."""

    max_wrong_fraction: float
    setting: float
    is_turned: bool
    threshold: float
    curve: list[RiskPointBody]
    provenance: str


class RiskRequest(Given):
    """The share of given answers that may be wrong; null goes back to the setting."""

    max_wrong_fraction: Annotated[float, Field(ge=0.001, le=0.5)] | None


class CandidateBody(Strict):
    """What a short form may stand for, and what was said of it."""

    short: str
    meaning: str
    status: Literal["proposed", "approved", "rejected"]
    source: str
    n_texts: int
    examples: list[str]


class VocabularyList(Strict):
    """Candidates and decisions, by short form."""

    entries: list[CandidateBody]


class VocabularyRequest(Given):
    """A decision about a candidate."""

    short: Annotated[str, Field(min_length=1, max_length=200)]
    meaning: Annotated[str, Field(max_length=500)]
    status: Literal["approved", "rejected"]


class HealthFindingBody(Strict):
    """What one check came to."""

    name: str
    status: Literal["ok", "warning", "bad"]
    found: str
    advice: str


class HealthBody(Strict):
    """Every check of the self-check, and how many came to what."""

    checked_at: datetime
    ok: int
    warning: int
    bad: int
    findings: list[HealthFindingBody]


def describe_source(source: SourceState) -> SourceBody:
    """Return a source as operators see it."""
    return SourceBody(
        name=source.name,
        location=source.location,
        n_documents=source.n_documents,
        n_passages=source.n_passages,
        is_uploaded=source.is_uploaded,
        can_be_read_again=source.can_be_read_again,
        last=None if source.last is None else _describe_run(source.last, source.name),
    )


def _describe_run(run: IngestRun, source: str) -> IngestRunBody:
    """Return a run; of several sources at once, the files of this one."""
    mine = [
        item
        for item in run.unread
        if len(run.sources) == 1 or item.source == source or item.source.startswith(f"{source}/")
    ]
    return IngestRunBody(
        finished_at=run.finished_at,
        by=run.by,
        duration_s=run.duration_s,
        acl=list(run.acl),
        added=run.n_added,
        changed=run.n_changed,
        unchanged=run.n_unchanged,
        removed=run.n_removed,
        n_unread=len(mine),
        n_failed=sum(not item.is_skipped for item in mine),
        unread=[
            UnreadBody(source=item.source, reason=item.reason, is_skipped=item.is_skipped)
            for item in mine[:MAX_UNREAD_SHOWN]
        ],
    )


def describe_documents(page: DocumentPage) -> SourceDocumentList:
    """Return documents of a source."""
    return SourceDocumentList(
        documents=[
            SourceDocumentBody(
                document_id=item.document_id,
                title=item.title,
                acl=list(item.acl),
                updated_on=item.updated_on,
            )
            for item in page.documents
        ],
        n_found=page.n_found,
        n_hidden=page.n_hidden,
    )


def describe_job(job: JobState | None) -> JobStateBody:
    """Return work in the background."""
    if job is None:
        return JobStateBody(job=None)
    fields = {name: getattr(job, name) for name in JobBody.model_fields}
    return JobStateBody(job=JobBody(**fields))


def describe_model(model: ModelVersion) -> ModelBody:
    """Return a version of a model."""
    return ModelBody(**{name: getattr(model, name) for name in ModelBody.model_fields})


def describe_dial(dial: RiskDial) -> RiskBody:
    """Return how wrong answers may be."""
    return RiskBody(
        max_wrong_fraction=dial.max_wrong_fraction,
        setting=dial.setting,
        is_turned=dial.is_turned,
        threshold=dial.threshold,
        curve=[
            RiskPointBody(
                threshold=point.threshold,
                coverage=point.coverage,
                risk=point.risk,
                measured_risk=point.measured_risk,
            )
            for point in dial.curve
        ],
        provenance=dial.provenance,
    )


def describe_candidate(entry: VocabularyEntry) -> CandidateBody:
    """Return what a short form may stand for."""
    return CandidateBody(
        short=entry.short,
        meaning=entry.meaning,
        status=entry.status,
        source=entry.source,
        n_texts=entry.n_texts,
        examples=list(entry.examples[:3]),
    )


def describe_health(report: HealthReport) -> HealthBody:
    """Return what the self-check found, the worst first."""
    order = {"bad": 0, "warning": 1, "ok": 2}
    found = sorted(report.findings, key=lambda each: order[each.status])
    return HealthBody(
        checked_at=report.checked_at,
        ok=report.counts["ok"],
        warning=report.counts["warning"],
        bad=report.counts["bad"],
        findings=[
            HealthFindingBody(
                name=each.name, status=each.status, found=each.found, advice=each.advice
            )
            for each in found
        ],
    )

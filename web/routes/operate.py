"""Running the program: sources, uploads, models, vocabulary, health."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from assistant.errors import UploadRefusedError
from assistant.operations import Operations
from web.access import needs
from web.operate_schemas import (
    HealthBody,
    JobStateBody,
    ModelList,
    PartBody,
    PartRequest,
    ReadAgainRequest,
    RiskBody,
    RiskRequest,
    SourceDocumentList,
    SourceList,
    UploadBody,
    UploadRequest,
    UseModelRequest,
    VocabularyList,
    VocabularyRequest,
    describe_candidate,
    describe_dial,
    describe_documents,
    describe_health,
    describe_job,
    describe_model,
    describe_source,
)
from web.routes.dependencies import CHANGES, AskerOf, AssistantOf, GuardOf, failures

router = APIRouter(prefix="/operate")

UploadId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", examples=["0" * 32])]


def _operations(assistant: AssistantOf) -> Operations:
    return assistant.operations


OperationsOf = Annotated[Operations, Depends(_operations)]


@router.get(
    "/sources",
    dependencies=[needs("sources.read")],
    responses=failures(),
    summary="List sources of articles and tickets",
)
def list_sources(operations: OperationsOf) -> SourceList:
    """Return every source with its last ingest and the files that it could not take."""
    return SourceList(sources=[describe_source(item) for item in operations.knowledge.sources()])


@router.get(
    "/sources/documents",
    dependencies=[needs("sources.read")],
    responses=failures(404),
    summary="List documents of a source",
)
def list_documents(
    operations: OperationsOf,
    asker: AskerOf,
    source: Annotated[str, Query(min_length=1, max_length=500)],
    query: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> SourceDocumentList:
    """Return documents that the asker may read, by title."""
    return describe_documents(
        operations.knowledge.documents(source, asker=asker, query=query, limit=limit, offset=offset)
    )


@router.post(
    "/sources/read",
    dependencies=[needs("sources.manage")],
    status_code=202,
    responses=failures(404, 409, *CHANGES),
    summary="Read a source again",
)
def read_again(
    body: ReadAgainRequest,
    operations: OperationsOf,
    asker: AskerOf,
    guard: GuardOf,
    request: Request,
) -> JobStateBody:
    """Begin to ingest a source again, for whom it was ingested last."""
    job = operations.knowledge.read_again(body.source, asker=asker)
    guard.record(request, "knowledge.read", body.source)
    return describe_job(job)


@router.get(
    "/job",
    dependencies=[needs("sources.read")],
    responses=failures(),
    summary="Follow work in the background",
)
def read_job(operations: OperationsOf) -> JobStateBody:
    """Return the work that runs, or the last that ran since the start."""
    return describe_job(operations.knowledge.job())


@router.post(
    "/uploads",
    dependencies=[needs("sources.manage")],
    status_code=201,
    responses=failures(*CHANGES),
    summary="Begin an upload",
)
def open_upload(body: UploadRequest, operations: OperationsOf, asker: AskerOf) -> UploadBody:
    """Begin to take files for a source."""
    upload_id = operations.knowledge.open_upload(
        body.source, kind=body.kind, acl=tuple(body.acl), asker=asker
    )
    return UploadBody(upload_id=upload_id)


@router.put(
    "/uploads/{upload_id}",
    dependencies=[needs("sources.manage")],
    responses=failures(404, *CHANGES),
    summary="Upload a part of a file",
)
def add_part(
    upload_id: UploadId, body: PartRequest, operations: OperationsOf, asker: AskerOf
) -> PartBody:
    """Append to a file of an upload."""
    try:
        content = base64.b64decode(body.content_base64, validate=True)
    except binascii.Error as error:
        raise UploadRefusedError(
            "The part of the file is not base64.", hint="Encode its bytes in base64."
        ) from error
    return PartBody(
        n_bytes=operations.knowledge.add_part(
            upload_id, body.path, content, offset=body.offset, asker=asker
        )
    )


@router.post(
    "/uploads/{upload_id}/ingest",
    dependencies=[needs("sources.manage")],
    status_code=202,
    responses=failures(404, 409, *CHANGES),
    summary="Ingest an upload",
)
def ingest_upload(
    upload_id: UploadId,
    operations: OperationsOf,
    asker: AskerOf,
    guard: GuardOf,
    request: Request,
) -> JobStateBody:
    """Put the files in place and begin to ingest them; they can be found when it is done."""
    job = operations.knowledge.ingest_upload(upload_id, asker=asker)
    guard.record(request, "knowledge.uploaded", job.what)
    return describe_job(job)


@router.get(
    "/models",
    dependencies=[needs("models.read")],
    responses=failures(),
    summary="List models",
)
def list_models(operations: OperationsOf) -> ModelList:
    """Return every version of every model with its scores."""
    return ModelList(models=[describe_model(item) for item in operations.models.versions()])


@router.post(
    "/models/use",
    dependencies=[needs("models.manage")],
    responses=failures(404, *CHANGES),
    summary="Bring a version of a model into use",
)
def use_model(
    body: UseModelRequest, operations: OperationsOf, guard: GuardOf, request: Request
) -> ModelList:
    """Promote a version, or go back to one."""
    operations.models.use(body.name, body.version)
    guard.record(request, "model.used", body.name, version=body.version)
    return list_models(operations)


@router.get(
    "/risk",
    dependencies=[needs("models.read")],
    responses=failures(),
    summary="Read the risk dial",
)
def read_risk(operations: OperationsOf) -> RiskBody:
    """Return how wrong answers may be, and what other values would cost."""
    return describe_dial(operations.models.dial())


@router.post(
    "/risk",
    dependencies=[needs("settings.change")],
    responses=failures(*CHANGES),
    summary="Turn the risk dial",
)
def turn_risk(
    body: RiskRequest,
    operations: OperationsOf,
    asker: AskerOf,
    guard: GuardOf,
    request: Request,
) -> RiskBody:
    """Let answers be wrong so often; it counts from the next question on."""
    before = operations.models.dial()
    dial = operations.models.turn(body.max_wrong_fraction, asker=asker)
    guard.record(
        request,
        "model.risk_changed",
        "confidence",
        before=before.max_wrong_fraction,
        after=dial.max_wrong_fraction,
    )
    return describe_dial(dial)


@router.get(
    "/vocabulary",
    dependencies=[needs("vocabulary.review")],
    responses=failures(),
    summary="List short forms",
)
def list_vocabulary(operations: OperationsOf) -> VocabularyList:
    """Return candidates and decisions, by short form."""
    return VocabularyList(
        entries=[describe_candidate(item) for item in operations.vocabulary.entries()]
    )


@router.post(
    "/vocabulary",
    dependencies=[needs("vocabulary.review")],
    responses=failures(404, *CHANGES),
    summary="Decide about a short form",
)
def decide_vocabulary(
    body: VocabularyRequest, operations: OperationsOf, guard: GuardOf, request: Request
) -> VocabularyList:
    """Search for the meaning too when somebody writes the short form, or never."""
    operations.vocabulary.decide(body.short, body.meaning, body.status)
    guard.record(request, f"vocabulary.{body.status}", body.short, meaning=body.meaning)
    return list_vocabulary(operations)


@router.post(
    "/vocabulary/look",
    dependencies=[needs("vocabulary.review")],
    status_code=202,
    responses=failures(409, *CHANGES),
    summary="Look for short forms",
)
def look_for_vocabulary(operations: OperationsOf) -> JobStateBody:
    """Begin to look for candidates in all articles and past tickets."""
    return describe_job(operations.vocabulary.look())


@router.get(
    "/health",
    dependencies=[needs("settings.read")],
    responses=failures(),
    summary="Check every part of the home",
)
def read_health(operations: OperationsOf) -> HealthBody:
    """Return what `deskwise doctor` says; it takes seconds to minutes."""
    return describe_health(operations.health())

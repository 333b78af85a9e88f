"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

from fastapi import APIRouter, Response

from web.access import public
from web.routes.dependencies import AssistantOf, public_failures
from web.schemas import Alive, Readiness, describe_check

router = APIRouter()


@router.get(
    "/healthz", dependencies=[public], responses=public_failures(), summary="Is the process alive"
)
def healthz() -> Alive:
    """Answer without touching anything."""
    return Alive(status="ok")


@router.get(
    "/readyz",
    dependencies=[public],
    responses=public_failures()
    | {503: {"model": Readiness, "description": "Some part is not ready."}},
    summary="Can it serve",
)
def readyz(assistant: AssistantOf, response: Response) -> Readiness:
    """Return each part's readiness; the status is 503 while one of them is not ready."""
    checks = [describe_check(check) for check in assistant.checks()]
    ready = all(check.ready for check in checks)
    response.status_code = 200 if ready else 503
    return Readiness(ready=ready, checks=checks)

"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from web.access import public
from web.routes.dependencies import AssistantOf, GuardOf, public_failures
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
def readyz(
    request: Request, assistant: AssistantOf, guard: GuardOf, response: Response
) -> Readiness:
    """Return whether it can serve; the status is 503 while a part is not ready.

    Which part, and what is in it, is told to those who may read the settings.
    """
    checks = [describe_check(check) for check in assistant.checks()]
    ready = all(check.ready for check in checks)
    response.status_code = 200 if ready else 503
    may_know = guard.may(request, "settings.read")
    return Readiness(ready=ready, checks=checks if may_know else [])

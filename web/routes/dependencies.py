"""What endpoints are given: the assistant, who asks, and the documented failures."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from assistant.model import Asker
from assistant.ports import Assistant
from web.access import Guard, Person, guard_of, person_of
from web.errors import request_id_of
from web.schemas import ErrorBody

_WHEN = {
    400: "The host name is not ours.",
    401: "Nobody is signed in, or the session is over.",
    403: "You may not do that; or a change was asked for without our page's origin and without "
    "`X-Deskwise: 1`.",
    404: "There is none with this id, or it is somebody else's.",
    409: "It clashes with what is there.",
    413: "The body is longer than 64 KiB.",
    415: "The body is not JSON.",
    422: "A field is missing, unknown or wrong, or the question cannot be read.",
    429: "More was sent within a day than is taken from one person.",
    500: "Something failed; the log has the request id.",
    503: "Something must be set up first; the hint says what.",
}
CHANGES = (403, 413, 415)


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of an endpoint's failures.

    400, 422, 500 and 503 come along; 401 and 403 too, except of public endpoints
    (`public_failures`).
    """
    return public_failures(401, 403, *statuses)


def public_failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of the failures of an endpoint that needs no permission."""
    return {
        status: {
            "model": ErrorBody,
            "description": _WHEN[status],
            "content": {"application/json": {"example": _example(status)}},
        }
        for status in sorted({400, 422, 500, 503, *statuses})
    }


def _example(status: int) -> dict[str, str]:
    return {
        "error": {
            401: "not_signed_in",
            403: "not_permitted",
            404: "conversation_not_found",
            422: "question_empty",
        }.get(status, "not_built"),
        "message": _WHEN[status],
        "hint": "What can be done about it.",
        "request_id": "3f0d4c1e9b7a4f6f8d2a5c6b7e8f9a0b",
    }


def _assistant(request: Request) -> Assistant:
    assistant: Assistant = request.app.state.assistant
    return assistant


def _asker(request: Request) -> Asker:
    return person_of(request).asker


AssistantOf = Annotated[Assistant, Depends(_assistant)]
AskerOf = Annotated[Asker, Depends(_asker)]
PersonOf = Annotated[Person, Depends(person_of)]
GuardOf = Annotated[Guard, Depends(guard_of)]
RequestId = Annotated[str, Depends(request_id_of)]

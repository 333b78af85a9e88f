"""Errors as HTTP: the status of every class, and the one shape that a failure has.

WebError
├── HostNotAllowedError         the Host header names a host that is not ours
├── CrossSiteRequestError       a change was asked for from another site
├── BodyTooLargeError
├── MediaTypeError              a body that is not JSON
├── SignInOffError              somebody signs in where nobody does
└── RouteUndeclaredError        a route says nothing of who may use it
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from analytics import errors as analytics_errors
from assistant import errors as assistant_errors
from assistant.accounts import errors as account_errors
from knowledge_base import errors as knowledge_base_errors

logger = logging.getLogger(__name__)


class WebError(Exception):
    """Base of every error that the web package raises on purpose."""

    code = "web_error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class HostNotAllowedError(WebError):
    """The Host header names a host that is not ours."""

    code = "host_not_allowed"


class CrossSiteRequestError(WebError):
    """A change was asked for from another site, or by a client that did not name itself."""

    code = "cross_site_request"


class BodyTooLargeError(WebError):
    """The body of a request is longer than the limit."""

    code = "body_too_large"


class MediaTypeError(WebError):
    """The body of a request is not JSON."""

    code = "unsupported_media_type"


class SignInOffError(WebError):
    """Somebody would sign in where nobody does."""

    code = "sign_in_off"


class RouteUndeclaredError(WebError):
    """A route of the application says nothing of who may use it."""

    code = "route_undeclared"


DomainError = (
    assistant_errors.AssistantError
    | knowledge_base_errors.KnowledgeBaseError
    | analytics_errors.AnalyticsError
    | WebError
)
DOMAIN_BASES: tuple[type[Exception], ...] = (
    assistant_errors.AssistantError,
    knowledge_base_errors.KnowledgeBaseError,
    analytics_errors.AnalyticsError,
    WebError,
)

STATUS_BY_ERROR: Mapping[type[Exception], int] = {
    assistant_errors.AssistantError: 500,
    assistant_errors.SettingsError: 500,
    assistant_errors.ConversationNotFoundError: 404,
    assistant_errors.TurnNotFoundError: 404,
    assistant_errors.FindingNotFoundError: 404,
    assistant_errors.DocumentNotFoundError: 404,
    assistant_errors.TicketNotFoundError: 404,
    assistant_errors.TicketChangedError: 409,
    assistant_errors.TicketElsewhereError: 409,
    assistant_errors.AgentNotFoundError: 422,
    assistant_errors.QueueCursorError: 422,
    assistant_errors.DraftNotFoundError: 404,
    assistant_errors.NothingToDraftError: 409,
    assistant_errors.BoardEntryNotFoundError: 404,
    assistant_errors.BoardFullError: 409,
    assistant_errors.SourceNotFoundError: 404,
    assistant_errors.UploadNotFoundError: 404,
    assistant_errors.UploadRefusedError: 422,
    assistant_errors.JobRunningError: 409,
    assistant_errors.ModelVersionNotFoundError: 404,
    assistant_errors.CandidateNotFoundError: 404,
    assistant_errors.GapNotFoundError: 404,
    assistant_errors.FeedbackNotShownError: 422,
    assistant_errors.FeedbackLimitError: 429,
    assistant_errors.EmptyQuestionError: 422,
    assistant_errors.QuestionTooLongError: 422,
    assistant_errors.RouterError: 500,
    assistant_errors.EvaluationError: 500,
    assistant_errors.UnsoundHomeError: 500,
    assistant_errors.BackupError: 500,
    assistant_errors.RestoreError: 500,
    assistant_errors.BackupUnreadableError: 500,
    assistant_errors.NotBuiltError: 503,
    account_errors.AccountError: 500,
    account_errors.AccountInputError: 422,
    account_errors.PasswordRefusedError: 422,
    account_errors.UserNotFoundError: 404,
    account_errors.UserExistsError: 409,
    account_errors.LastAdministratorError: 409,
    account_errors.NotSignedInError: 401,
    account_errors.SignInFailedError: 401,
    account_errors.TooManyAttemptsError: 429,
    account_errors.NotPermittedError: 403,
    account_errors.TokenNotFoundError: 404,
    account_errors.AuditBrokenError: 500,
    knowledge_base_errors.KnowledgeBaseError: 500,
    knowledge_base_errors.SourceError: 500,
    knowledge_base_errors.EncoderError: 503,
    knowledge_base_errors.EncoderHashError: 503,
    knowledge_base_errors.AdaptationError: 503,
    knowledge_base_errors.AdaptationHashError: 503,
    knowledge_base_errors.RankerError: 503,
    knowledge_base_errors.RankerHashError: 503,
    knowledge_base_errors.RerankerError: 503,
    knowledge_base_errors.IndexCorruptError: 503,
    knowledge_base_errors.IndexMissingError: 503,
    knowledge_base_errors.StoreError: 500,
    analytics_errors.AnalyticsError: 500,
    analytics_errors.CatalogueError: 500,
    analytics_errors.ExpressionError: 500,
    analytics_errors.ImportedModelError: 422,
    analytics_errors.QuestionError: 422,
    analytics_errors.UnknownMetricError: 422,
    analytics_errors.UnknownDimensionError: 422,
    analytics_errors.QueryError: 500,
    analytics_errors.FanOutError: 500,
    analytics_errors.CheckFailedError: 500,
    analytics_errors.QueryStoppedError: 503,
    analytics_errors.WarehouseError: 503,
    analytics_errors.InputError: 422,
    analytics_errors.TemplateError: 500,
    analytics_errors.PictureError: 500,
    analytics_errors.ModelError: 500,
    WebError: 500,
    HostNotAllowedError: 400,
    CrossSiteRequestError: 403,
    BodyTooLargeError: 413,
    MediaTypeError: 415,
    SignInOffError: 404,
    RouteUndeclaredError: 500,
}
"""HTTP status of each class; a class that is not here takes the one of its nearest base."""

_WORDS_BY_STATUS: Mapping[int, tuple[str, str, str]] = {
    400: ("bad_request", "The request cannot be read.", "See /openapi.json for what is expected."),
    404: ("not_found", "There is nothing at this address.", "See /openapi.json for what there is."),
    405: (
        "method_not_allowed",
        "This address does not take that method.",
        "The Allow header names those that it takes.",
    ),
    500: (
        "internal_error",
        "Something failed on the server.",
        "Try again; if it stays, give the request id to whoever runs Deskwise.",
    ),
}


def status_of(error: Exception) -> int:
    """Return the HTTP status of an error; 500 for one that is nobody's."""
    for kind in type(error).__mro__:
        if kind in STATUS_BY_ERROR:
            return STATUS_BY_ERROR[kind]
    return 500


def envelope(*, code: str, message: str, hint: str, request_id: str) -> dict[str, str]:
    """Return the one shape that every failure has."""
    return {"error": code, "message": message, "hint": hint, "request_id": request_id}


def describe(error: Exception, request_id: str) -> tuple[int, dict[str, str]]:
    """Return status and envelope of an error.

    Errors that the packages raise on purpose speak for themselves. Those with status 500 keep
    their code, but not their text: it may name files or SQL, and stands in the log. Of an
    unknown exception nothing at all is told.
    """
    status = status_of(error)
    if isinstance(error, DOMAIN_BASES):
        code: str = getattr(error, "code", "internal_error")
        if status != HTTPStatus.INTERNAL_SERVER_ERROR:
            hint: str = getattr(error, "hint", "")
            return status, envelope(code=code, message=str(error), hint=hint, request_id=request_id)
    else:
        code = "internal_error"
    _, message, hint = _WORDS_BY_STATUS[500]
    return 500, envelope(code=code, message=message, hint=hint, request_id=request_id)


def error_response(error: Exception, request_id: str) -> JSONResponse:
    """Return the answer to a request that failed, and log what the caller is not told."""
    status, body = describe(error, request_id)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("request %s failed", request_id, exc_info=error)
    wait_s = getattr(error, "retry_after_s", 0)
    headers = {"Retry-After": str(wait_s)} if wait_s else None
    return JSONResponse(body, status_code=status, headers=headers)


def request_id_of(request: Request) -> str:
    """Return the id that the gate gave this request."""
    return str(request.scope.get("state", {}).get("request_id", ""))


def add_error_handlers(app: FastAPI) -> None:
    """Make every failure of the application answer with the envelope."""
    for base in DOMAIN_BASES:
        app.add_exception_handler(base, _on_domain_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)


def _on_domain_error(request: Request, error: Exception) -> JSONResponse:
    return error_response(error, request_id_of(request))


def _on_http_error(request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    fallback = (HTTPStatus(status).name.lower(), f"{HTTPStatus(status).phrase}.", "")
    code, message, hint = _WORDS_BY_STATUS.get(status, fallback)
    body = envelope(code=code, message=message, hint=hint, request_id=request_id_of(request))
    return JSONResponse(body, status_code=status, headers=headers)


def _on_invalid_request(request: Request, error: Exception) -> JSONResponse:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    body = envelope(
        code="request_invalid",
        message=_describe_problems(problems),
        hint="See /openapi.json for the fields that this address takes.",
        request_id=request_id_of(request),
    )
    return JSONResponse(body, status_code=422)


def _describe_problems(problems: Sequence[Mapping[str, Any]]) -> str:
    """Name the fields that are wrong and why; what was sent in them is not repeated."""
    told = []
    for problem in problems[:5]:
        place = ".".join(str(part) for part in problem["loc"] if part != "body")
        told.append(f"{place or 'body'}: {problem['msg']}")
    return "The request is not valid. " + "; ".join(told) + "."

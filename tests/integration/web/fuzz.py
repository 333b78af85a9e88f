"""Requests made up from the API's own description, and what its answers must keep to."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import cycle
from typing import Any

import httpx2
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, load_all_checks, not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.integration.web.hostile import EVERYBODY, Operation, may, operations
from tests.integration.web.whole import Answer, Whole, send

BASE = "http://127.0.0.1:8765"
LONGEST = 300
"""Of made-up text in a quick run: making long ones of a pattern takes most of the time."""
CHECKS: tuple[CheckFunction, ...] = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
load_all_checks()


def described(whole: Whole, *, is_quick: bool) -> Any:
    """Return the description as schemathesis reads it."""
    document = copy.deepcopy(whole.app.openapi())
    if is_quick:
        _shorten(document)
    return schemathesis.openapi.from_dict(document)


async def fuzz(whole: Whole, *, n_examples: int, is_quick: bool) -> tuple[Counter[str], list[str]]:
    """Send made-up requests, right ones and wrong ones; return how many, and what is wrong.

    Quick: the cases of a route are shared among everybody. Otherwise everybody sends each.
    """
    known = {item.name: item for item in operations(whole)}
    sent: Counter[str] = Counter()
    wrong: list[str] = []
    schema = described(whole, is_quick=is_quick)
    turns = cycle(EVERYBODY)
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            for case in cases(operation, mode, n_examples):
                people = [next(turns)] if is_quick else list(EVERYBODY)
                for who in people:
                    answer = await _sent(whole, case, who)
                    sent[who] += 1
                    told = _complaints(case, answer, mode, known[operation.label], who, is_quick)
                    wrong += [f"{operation.label} {mode.value} by {who}: {each}" for each in told]
    return sent, wrong


def cases(operation: Any, mode: GenerationMode, n_examples: int) -> list[Case]:
    """Return made-up requests for a route, the same each time; none where none can be wrong."""
    made: list[Case] = []

    @settings(
        max_examples=n_examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: Case) -> None:
        made.append(case)

    try:
        collect()
    except Unsatisfiable:
        return []
    return made


async def _sent(whole: Whole, case: Case, who: str) -> httpx2.Response:
    raw = requests.Request(**_request_of(case)).prepare()
    given_headers = {name.lower(): str(value) for name, value in raw.headers.items()}
    ours = whole.headers(who)
    for name in ("cookie", "authorization", "content-length", "host", "x-deskwise"):
        given_headers.pop(name, None)
    body = raw.body.encode() if isinstance(raw.body, str) else raw.body or b""
    answer = await send(
        whole.app, str(raw.method), raw.path_url, headers=given_headers | ours, body=body
    )
    if case.operation.label == "DELETE /api/v1/session" and answer.status == 204:
        whole.sign_in(who)
    return _as_response(answer, raw)


def _request_of(case: Case) -> dict[str, Any]:
    given: Mapping[str, Any] = case.as_transport_kwargs(base_url=BASE)
    names = ("method", "url", "headers", "params", "json", "data", "cookies")
    return {name: given[name] for name in names if name in given}


def _as_response(answer: Answer, raw: requests.PreparedRequest) -> httpx2.Response:
    response = httpx2.Response(
        answer.status,
        headers=list(answer.headers),
        content=answer.body,
        request=httpx2.Request(str(raw.method), str(raw.url)),
    )
    response.elapsed = timedelta(0)
    return response


def _complaints(
    case: Case,
    answer: httpx2.Response,
    mode: GenerationMode,
    operation: Operation,
    who: str,
    is_quick: bool,
) -> Iterator[str]:
    checks = list(CHECKS)
    if mode is GenerationMode.NEGATIVE and not is_quick:
        checks.append(negative_data_rejection)
    try:
        case.validate_response(answer, checks=checks)
    except FailureGroup as group:
        for failure in group.exceptions:
            yield f"{answer.status_code} {' '.join(str(failure).split())[:300]} {answer.text[:150]}"
    if answer.is_success and not may(who, operation.permission):
        yield f"{answer.status_code}, without the permission {operation.permission}"


def _shorten(value: Any) -> None:
    if isinstance(value, dict):
        if isinstance(value.get("maxLength"), int) and value["maxLength"] > LONGEST:
            value["maxLength"] = LONGEST
            value.pop("pattern", None)
        for item in value.values():
            _shorten(item)
    elif isinstance(value, list):
        for item in value:
            _shorten(item)

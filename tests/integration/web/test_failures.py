"""Every failure has one shape and tells nothing of the inside."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from fastapi.testclient import TestClient

from analytics.errors import QueryError
from assistant.errors import NotBuiltError
from tests.integration.web.fake_assistant import FakeAssistant
from web.security import SECURITY_HEADERS

V1 = "/api/v1"
FAILURES: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "/nothing", {}, 404, "not_found"),
    ("GET", f"{V1}/nothing", {}, 404, "not_found"),
    ("GET", "/assets/nothing.js", {}, 404, "not_found"),
    ("GET", "/assets/..%2f..%2fapp.py", {}, 404, "not_found"),
    ("GET", f"{V1}/ask", {}, 405, "method_not_allowed"),
    ("POST", f"{V1}/examples", {"json": {}}, 405, "method_not_allowed"),
    ("GET", f"{V1}/conversations/none", {}, 404, "conversation_not_found"),
    ("GET", f"{V1}/conversations/a%20b", {}, 422, "request_invalid"),
    ("GET", f"{V1}/conversations?limit=0", {}, 422, "request_invalid"),
    ("GET", f"{V1}/articles/none.md", {}, 404, "document_not_found"),
    ("GET", f"{V1}/articles?limit=x", {}, 422, "request_invalid"),
    ("POST", f"{V1}/ask", {"json": {"text": ""}}, 422, "question_empty"),
    ("POST", f"{V1}/ask", {"json": {}}, 422, "request_invalid"),
    ("POST", f"{V1}/ask", {"json": {"text": "a", "role": "admin"}}, 422, "request_invalid"),
    ("POST", f"{V1}/ask", {"json": {"text": 5}}, 422, "request_invalid"),
    ("POST", f"{V1}/ask", {"json": {"text": {"a": 1}}}, 422, "request_invalid"),
    ("POST", f"{V1}/ask", {"json": ["text"]}, 422, "request_invalid"),
    ("POST", f"{V1}/ask", {"content": b"{", "headers": {"Content-Type": "application/json"}}, 422,
     "request_invalid"),
    ("POST", f"{V1}/ask", {"content": b"text=a", "headers": {"Content-Type": "text/plain"}}, 415,
     "unsupported_media_type"),
    ("POST", f"{V1}/ask", {"content": b'{"text":"a"}'}, 415, "unsupported_media_type"),
    ("POST", f"{V1}/ask", {"json": {"text": "a" * 70_000}}, 413, "body_too_large"),
    ("POST", f"{V1}/ask", {"json": {"text": "break"}}, 500, "internal_error"),
    ("POST", f"{V1}/turns/none/feedback", {"json": {"value": "up"}}, 404, "turn_not_found"),
    ("POST", f"{V1}/turns/none/feedback", {"json": {"value": "meh"}}, 422, "request_invalid"),
    ("POST", f"{V1}/tickets", {"json": {"subject": " "}}, 422, "request_invalid"),
    ("POST", f"{V1}/tickets/1000/notes", {"json": ["text"]}, 422, "request_invalid"),
    ("POST", f"{V1}/tickets/x/notes", {"json": {"text": "a"}}, 422, "request_invalid"),
    ("POST", f"{V1}/tickets/0/cancel", {}, 422, "request_invalid"),
    ("GET", f"{V1}/insights/suggestions?q={'a' * 201}", {}, 422, "request_invalid"),
    ("GET", f"{V1}/turns/none/finding.pdf", {}, 422, "request_invalid"),
    ("GET", f"{V1}/turns/none/finding.csv", {}, 404, "turn_not_found"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "more", "status", "code"), FAILURES)
def test_every_failure_has_the_envelope_and_the_headers(
    client: TestClient, method: str, path: str, more: dict[str, Any], status: int, code: str
) -> None:
    answer = client.request(method, path, **more)

    assert answer.status_code == status
    body = answer.json()
    assert set(body) == {"error", "message", "hint", "request_id"}
    assert body["error"] == code
    assert body["message"]
    assert body["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["cache-control"] == "no-store"
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value


def test_a_wrong_field_is_named_and_its_content_is_not_repeated(client: TestClient) -> None:
    answer = client.post(f"{V1}/ask", json={"text": "a", "conversation_id": "<script>"})

    assert "conversation_id" in answer.json()["message"]
    assert "<script>" not in answer.text


def test_an_unknown_exception_is_logged_and_not_told(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client.post(f"{V1}/ask", json={"text": "break"})

    assert "hunter2" not in answer.text
    assert "secret" not in answer.text
    assert answer.json()["request_id"] in caplog.text
    assert "hunter2" in caplog.text


def test_what_must_be_set_up_first_is_told_with_its_hint(
    client: TestClient, assistant: FakeAssistant
) -> None:
    assistant.failure = NotBuiltError("No articles yet.", hint="Run deskwise demo.")
    answer = client.post(f"{V1}/ask", json={"text": "a"})

    assert answer.status_code == 503
    assert (answer.json()["message"], answer.json()["hint"]) == (
        "No articles yet.",
        "Run deskwise demo.",
    )


def test_an_inner_failure_keeps_its_code_but_not_its_text(
    client: TestClient, assistant: FakeAssistant
) -> None:
    assistant.failure = QueryError("SELECT secret FROM t failed", hint="look at t")
    answer = client.post(f"{V1}/ask", json={"text": "a"})

    assert (answer.status_code, answer.json()["error"]) == (500, "query_failed")
    assert "SELECT" not in answer.text

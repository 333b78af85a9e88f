"""Hosts, changes from other sites, the visitor's cookie, and the page's files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.config import Settings
from tests.integration.web.fake_assistant import FakeAssistant
from web.app import create_app
from web.security import MAX_BODY_BYTES

ASK = "/api/v1/ask"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "a/?x=", "localhost@evil.example", "::1", ""]
)
def test_other_hosts_get_400(client: TestClient, host: str) -> None:
    answer = client.get("/healthz", headers={"Host": host})

    assert answer.status_code == 400
    assert answer.json()["error"] == "host_not_allowed"


@pytest.mark.parametrize("host", ["127.0.0.1", "LOCALHOST:99", "[::1]:8765"])
def test_our_hosts_are_answered_on_any_port(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_the_operator_names_hosts(new_client: Callable[..., TestClient]) -> None:
    client = new_client(Settings(allowed_hosts="help.example, b.example", host="10.0.0.7"))

    answers = {
        host: client.get("/healthz", headers={"Host": host}).status_code
        for host in ("help.example", "b.example:80", "10.0.0.7:8765", "localhost")
    }

    assert answers == {
        "help.example": 200, "b.example:80": 200, "10.0.0.7:8765": 200, "localhost": 400,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Deskwise": "1"}, 200),
        ({"X-Deskwise": "1", "Origin": "null"}, 200),
        ({"X-Deskwise": "", "Origin": "http://127.0.0.1:8765"}, 200),
        ({"X-Deskwise": ""}, 403),
        ({"X-Deskwise": "0"}, 403),
        ({"X-Deskwise": "", "Origin": "null"}, 403),
        ({"X-Deskwise": "", "Origin": "http://127.0.0.1:9999"}, 403),
        ({"X-Deskwise": "", "Origin": "http://evil.example"}, 403),
        ({"X-Deskwise": "", "Origin": "file://127.0.0.1:8765"}, 403),
        (
            {
                "X-Deskwise": "",
                "Origin": "http://127.0.0.1:8765",
                "Sec-Fetch-Site": "cross-site",
            },
            403,
        ),
    ],
)
def test_a_change_needs_our_page_or_a_client_that_names_itself(
    client: TestClient, headers: dict[str, str], status: int
) -> None:
    answer = client.post(ASK, json={"text": "hi"}, headers=headers)

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["error"] == "cross_site_request"


def test_a_body_without_an_announced_length_is_capped_too(client: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"text":"'
        for _ in range(MAX_BODY_BYTES // 1000 + 1):
            yield b"a" * 1000

    answer = client.post(ASK, content=pieces(), headers={"Content-Type": "application/json"})

    assert answer.status_code == 413


def test_a_body_in_pieces_is_read_whole(client: TestClient) -> None:
    pieces = iter([b'{"text":', b'"How do I connect', b' to the VPN?"}'])
    answer = client.post(ASK, content=pieces, headers={"Content-Type": "application/json"})

    assert answer.json()["question"] == "How do I connect to the VPN?"


def test_a_visitor_gets_one_cookie_that_scripts_cannot_read(
    client: TestClient, assistant: FakeAssistant
) -> None:
    first = client.get("/api/v1/conversations")
    second = client.get("/api/v1/conversations")
    client.post(ASK, json={"text": "hi"})
    cookie = first.headers["set-cookie"]
    token = client.cookies["deskwise"]

    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert "set-cookie" not in second.headers
    # What is stored does not open the history.
    assert token not in {item.user_id for item in assistant.saved.values()}
    assert all(item.user_id.startswith("web-") for item in assistant.saved.values())


def test_over_https_the_cookie_is_secure_and_tied_to_the_host(
    new_client: Callable[..., TestClient],
) -> None:
    client = new_client(Settings(secure_cookies=True), base_url="https://127.0.0.1:8765")
    answer = client.get("/api/v1/conversations")

    assert answer.headers["set-cookie"].startswith("__Host-deskwise=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("value", ["", "short", "a" * 44, "x" * 42 + "!", '"; Path=/'])
def test_a_cookie_that_we_cannot_have_made_is_replaced(client: TestClient, value: str) -> None:
    answer = client.get("/api/v1/conversations", headers={"Cookie": f"deskwise={value}"})

    assert answer.headers["set-cookie"].startswith("deskwise=")


@pytest.mark.parametrize(
    ("path", "site", "gives"),
    [
        ("/", "none", True),
        ("/c/c1", "same-origin", True),
        ("/c/c1", "cross-site", False),  # their own cookie stayed at home: do not replace it
        ("/", None, False),
        ("/api/v1/examples", "same-origin", True),
        ("/api/v1/examples", "cross-site", False),
        ("/healthz", "none", False),
        ("/assets/app-1a2b3c.js", "same-origin", False),
    ],
)
def test_a_link_from_another_site_does_not_replace_the_visitors_cookie(
    client: TestClient, path: str, site: str | None, gives: bool
) -> None:
    headers = {"Sec-Fetch-Site": site} if site else {}

    assert ("set-cookie" in client.get(path, headers=headers).headers) is gives


@pytest.mark.parametrize("path", ["/", "/c/c1", "/a/articles/vpn/connect.md"])
def test_the_page_is_served_at_its_links_and_always_asked_for_again(
    client: TestClient, path: str
) -> None:
    answer = client.get(path)

    assert "<title>Deskwise</title>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert "require-trusted-types-for 'script'" in answer.headers["content-security-policy"]
    assert client.head(path).status_code == 200


def test_hashed_files_are_kept_for_a_year_and_sent_compressed(client: TestClient) -> None:
    answer = client.get("/assets/app-1a2b3c.js")

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/javascript")


def test_without_a_built_page_the_root_says_how_to_build_it(
    assistant: FakeAssistant, tmp_path: Path
) -> None:
    app = create_app(assistant, Settings(), static_dir=tmp_path / "nothing")
    with TestClient(app, base_url="http://localhost") as client:
        answer = client.get("/")

        assert answer.status_code == 503
        assert "make web" in answer.text
        assert client.get("/healthz").status_code == 200
        assert client.get("/assets/app.js").status_code == 404

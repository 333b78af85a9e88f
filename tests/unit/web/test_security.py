"""The policy on what leaves, and who is answered."""

from __future__ import annotations

import pytest

from assistant.config import Settings
from web.identity import mint_token, read_token, set_cookie, visitor_id
from web.security import CONTENT_SECURITY_POLICY, SECURITY_HEADERS, allowed_hosts


def policy() -> dict[str, str]:
    return dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; "))


def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    directives = policy()

    assert directives["default-src"] == "'none'"
    assert directives["require-trusted-types-for"] == "'script'"
    assert directives["trusted-types"] == "'none'"
    assert directives["frame-ancestors"] == "'none'"
    assert set(directives.values()) == {"'none'", "'self'", "'script'"}
    assert "unsafe" not in CONTENT_SECURITY_POLICY


def test_the_other_headers_are_there() -> None:
    assert SECURITY_HEADERS["X-Content-Type-Options"] == "nosniff"
    assert SECURITY_HEADERS["Referrer-Policy"] == "no-referrer"
    assert SECURITY_HEADERS["Cross-Origin-Opener-Policy"] == "same-origin"
    assert SECURITY_HEADERS["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("host", "listed", "expected"),
    [
        ("127.0.0.1", "localhost", {"127.0.0.1", "localhost"}),
        ("0.0.0.0", " A.example ,b.example,", {"a.example", "b.example"}),
        ("::", "", set()),
        ("::1", "", {"[::1]"}),
    ],
)
def test_hosts_are_those_listed_and_the_address_that_is_listened_on(
    host: str, listed: str, expected: set[str]
) -> None:
    assert allowed_hosts(Settings(host=host, allowed_hosts=listed)) == expected


def test_tokens_differ_and_survive_the_cookie() -> None:
    tokens = {mint_token() for _ in range(20)}
    token = tokens.pop()

    assert len(tokens) == 19
    assert read_token(set_cookie(token, secure=False), secure=False) == token
    assert read_token(set_cookie(token, secure=True), secure=True) == token
    assert read_token(set_cookie(token, secure=False), secure=True) is None


def test_the_same_token_is_the_same_asker_and_is_not_stored() -> None:
    token = mint_token()

    assert visitor_id({"visitor_token": token}) == visitor_id({"visitor_token": token})
    assert token not in visitor_id({"visitor_token": token})

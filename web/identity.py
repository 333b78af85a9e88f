"""Cookies that say who asks: a visitor's while nobody signs in, a session's where people do.

Either holds 32 random bytes, which scripts cannot read and of which only the hash is stored.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

FORWARDED_HEADERS = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""What proxies add to requests that they pass on."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_PAGES = frozenset({"/", "/desk", "/tickets", "/insights", "/operate"})
_MAX_AGE_S = 365 * 24 * 3600


def cookie_name(*, secure: bool) -> str:
    """Return the visitor cookie's name; over HTTPS the prefix ties it to this very host."""
    return "__Host-deskwise" if secure else "deskwise"


def session_cookie_name(*, secure: bool) -> str:
    """Return the session cookie's name; over HTTPS the prefix ties it to this very host."""
    return "__Host-deskwise-session" if secure else "deskwise-session"


def read_token(cookie_header: str, *, secure: bool) -> str | None:
    """Return the visitor's token, or None when there is none or it is not one of ours."""
    return _read(cookie_header, cookie_name(secure=secure))


def read_session(cookie_header: str, *, secure: bool) -> str | None:
    """Return the session's secret, or None when there is none or it is not one of ours."""
    return _read(cookie_header, session_cookie_name(secure=secure))


def read_bearer(authorization: str) -> str | None:
    """Return the token of an `Authorization: Bearer` header; None for another header or none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _read(cookie_header: str, name: str) -> str | None:
    try:
        found = SimpleCookie(cookie_header).get(name)
    except CookieError:
        return None
    if found is None or not _TOKEN.fullmatch(found.value):
        return None
    return found.value


def may_mint(path: str, fetch_site: str | None) -> bool:
    """Return whether a visitor without a cookie is given one by this answer.

    A cookie with SameSite=Strict is not sent when somebody follows a link from another site. A
    new one in the answer to that would replace the one they have, and their history with it: so
    pages mint only when the browser says that the visit began here.
    """
    if path.startswith("/api/"):
        return fetch_site != "cross-site"
    if path in _PAGES or path.startswith(
        ("/c/", "/a/", "/desk/", "/tickets/", "/insights/", "/operate/")
    ):
        return fetch_site in ("none", "same-origin")
    return False


def mint_token() -> str:
    """Return a new token: 32 random bytes as 43 characters."""
    return secrets.token_urlsafe(32)


def set_cookie(token: str, *, secure: bool) -> str:
    """Return the value of the Set-Cookie header."""
    secure_mark = "; Secure" if secure else ""
    return (
        f"{cookie_name(secure=secure)}={token}; Path=/; Max-Age={_MAX_AGE_S}; HttpOnly; "
        f"SameSite=Strict{secure_mark}"
    )


def set_session_cookie(secret: str, *, secure: bool, max_age_s: int) -> str:
    """Return the value of the Set-Cookie header that opens a session, or ends it at age 0.

    Lax, so that somebody who follows a link from a mail is signed in; changes are protected by
    origin and header besides.
    """
    secure_mark = "; Secure" if secure else ""
    return (
        f"{session_cookie_name(secure=secure)}={secret}; Path=/; Max-Age={max_age_s}; HttpOnly; "
        f"SameSite=Lax{secure_mark}"
    )


def address_of(scope: Mapping[str, Any]) -> str:
    """Return where a request came from; behind a proxy of this machine, what that says."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def visitor_id(state: Mapping[str, object]) -> str:
    """Return a visitor's id. The token itself opens the history, so only its hash is stored."""
    token = str(state["visitor_token"])
    return "web-" + hashlib.sha256(token.encode()).hexdigest()[:32]

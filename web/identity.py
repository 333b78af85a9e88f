"""Who asks, when nobody signs in: a random id in a cookie that scripts cannot read."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from assistant.model import Asker

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_MAX_AGE_S = 365 * 24 * 3600


def cookie_name(*, secure: bool) -> str:
    """Return the cookie's name; over HTTPS the prefix ties it to this very host."""
    return "__Host-deskwise" if secure else "deskwise"


def read_token(cookie_header: str, *, secure: bool) -> str | None:
    """Return the visitor's token, or None when there is none or it is not one of ours."""
    try:
        found = SimpleCookie(cookie_header).get(cookie_name(secure=secure))
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
    if path == "/" or path.startswith(("/c/", "/a/")):
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


def asker_of(state: Mapping[str, object]) -> Asker:
    """Return who asks. The token itself opens the history, so only its hash is ever stored."""
    token = str(state["visitor_token"])
    return Asker(user_id="web-" + hashlib.sha256(token.encode()).hexdigest()[:32])

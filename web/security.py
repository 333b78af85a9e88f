"""The gate in front of the application: what is let in, and the headers on what goes out."""

from __future__ import annotations

import re
import uuid
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.config import Settings
from web.errors import (
    BodyTooLargeError,
    CrossSiteRequestError,
    HostNotAllowedError,
    MediaTypeError,
    WebError,
    error_response,
)
from web.identity import (
    may_mint,
    mint_token,
    read_bearer,
    read_session,
    read_token,
    set_cookie,
)

MAX_BODY_BYTES = 64 * 1024
CLIENT_HEADER = "x-deskwise"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?")
_ANY_ADDRESS = frozenset({"0.0.0.0", "::", "[::]", ""})  # noqa: S104 - compared, never bound

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """Return the host names, in lower case, that requests may be addressed to."""
    names = {name.strip().lower() for name in settings.allowed_hosts.split(",")} - {""}
    if settings.host not in _ANY_ADDRESS:
        host = settings.host.lower()
        names.add(f"[{host}]" if ":" in host and not host.startswith("[") else host)
    return frozenset(names)


class Gate:
    """ASGI middleware: request id, hosts, cross-site changes, body limit, identity, headers.

    It stands outside everything else, so that what fails inside leaves with the same headers and
    the same shape as what succeeds.
    """

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self._app = app
        self._hosts = allowed_hosts(settings)
        self._secure = settings.secure_cookies
        self._has_visitors = settings.sign_in == "off"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the request, pass it on, complete the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        state = scope.setdefault("state", {})
        state["request_id"] = uuid.uuid4().hex
        give = self._identify(scope, headers)
        started = False

        async def complete(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._complete_headers(message, scope, give)
            await send(message)

        try:
            self._check_host(headers)
            replay = await self._checked_body(scope, headers, receive)
            await self._app(scope, replay, complete)
        except Exception as error:
            # Logged, and told as an envelope without its text.
            if started:
                raise
            answer = error_response(error, state["request_id"])
            await answer(scope, receive, complete)

    def _identify(self, scope: Scope, headers: Headers) -> str | None:
        """Note what the cookies say of the sender; return the cookie that a visitor is given."""
        cookies = headers.get("cookie", "")
        state = scope["state"]
        state["session_secret"] = read_session(cookies, secure=self._secure)
        if not self._has_visitors:
            return None
        token = read_token(cookies, secure=self._secure)
        minted = None if token else mint_token()
        state["visitor_token"] = token or minted
        return minted if may_mint(scope["path"], headers.get("sec-fetch-site")) else None

    def _check_host(self, headers: Headers) -> None:
        sent = headers.getlist("host")
        found = _HOST.fullmatch(sent[0]) if len(sent) == 1 else None
        if found is None or not self._is_allowed(found["name"].lower()):
            raise HostNotAllowedError(
                "This server does not answer to the host name in the request.",
                hint="Use 127.0.0.1 or localhost, or add the name to the setting allowed_hosts.",
            )

    def _is_allowed(self, name: str) -> bool:
        return name in self._hosts or "*" in self._hosts

    async def _checked_body(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        if scope["method"] in _SAFE_METHODS:
            return receive
        has_token = read_bearer(headers.get("authorization", "")) is not None
        # Browsers add cookies to what other sites ask for, but never a token.
        if self._has_visitors or not has_token:
            _check_origin(headers)
        body = await _read_body(headers, receive)
        media_type = headers.get("content-type", "").split(";")[0].strip().lower()
        if body and media_type != "application/json":
            raise MediaTypeError(
                "The body of the request must be JSON.",
                hint="Send the header Content-Type: application/json.",
            )
        return _replay(body, receive)

    def _complete_headers(self, message: Message, scope: Scope, give: str | None) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in SECURITY_HEADERS.items():
            headers[name] = value
        headers["X-Request-Id"] = scope["state"]["request_id"]
        if self._secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if give:
            headers.append("Set-Cookie", set_cookie(give, secure=self._secure))
        is_file = scope["path"].startswith("/assets/") and message["status"] in (200, 304)
        if is_file:  # their names carry a hash of their content
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
        else:
            headers.setdefault("Cache-Control", "no-store")


def _check_origin(headers: Headers) -> None:
    """Let a change pass that our own page asks for, or a client that names itself.

    A page of another site can do neither: its browser sends that site as the origin, and a
    header of one's own needs a permission from us that we never give.
    """
    if headers.get(CLIENT_HEADER) == "1":
        return
    origin = urlsplit(headers.get("origin", ""))
    same = origin.scheme in ("http", "https") and origin.netloc == headers.get("host")
    if not same or headers.get("sec-fetch-site") == "cross-site":
        raise CrossSiteRequestError(
            "This change was not asked for by this server's own page.",
            hint="Programs send the header X-Deskwise: 1.",
        )


async def _read_body(headers: Headers, receive: Receive) -> bytes:
    problem: WebError = BodyTooLargeError(
        f"The body of the request has more than {MAX_BODY_BYTES:,} bytes.",
        hint="Send a shorter text.",
    )
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > MAX_BODY_BYTES:
        raise problem
    pieces: list[bytes] = []
    n_bytes = 0
    while True:
        message = await receive()
        piece: bytes = message.get("body", b"")
        n_bytes += len(piece)
        if n_bytes > MAX_BODY_BYTES:
            raise problem
        pieces.append(piece)
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return b"".join(pieces)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a channel that gives the body in one piece, then what the connection says."""
    is_given = False

    async def give() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give

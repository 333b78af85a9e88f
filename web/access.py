"""Who may use which route: every route declares one permission, or that it is public.

A route says `dependencies=[needs("tickets.read_own")]`, or `dependencies=[public]`; an application
with a route that says neither does not start.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.params import Depends as DependsOn
from fastapi.routing import iter_route_contexts

from assistant.accounts import Access, Accounts, AuditNote, Permission, anonymous_permissions
from assistant.accounts.errors import NotPermittedError, NotSignedInError
from assistant.accounts.permissions import ROLE_GROUPS
from assistant.accounts.secret import hash_secret
from assistant.config import Settings
from assistant.model import ROLES, Asker, Role
from knowledge_base.model import EVERYONE
from web.errors import RouteUndeclaredError, SignInOffError, request_id_of
from web.identity import (
    FORWARDED_HEADERS,
    address_of,
    read_bearer,
    session_cookie_name,
    set_session_cookie,
    visitor_id,
)

logger = logging.getLogger(__name__)

_SECURITY_SCHEMES = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": session_cookie_name(secure=False),
        "description": "Opened by POST /api/v1/session; over HTTPS the name begins with `__Host-`. "
        "While sign-in is off, nothing is needed.",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token; some things only a person may do.",
    },
}
PUBLIC_PATHS = frozenset({"/openapi.json", "/assets"})
"""What is not a route of ours: the API's description and the page's files, which hold no data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who sent a request."""

    asker: Asker
    access: Access | None = None
    """None of a visitor while sign-in is off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """A dependency that lets those pass who hold a permission; None lets everybody."""

    permission: Permission | None

    def __call__(self, request: Request) -> None:
        """Let the request pass, or not.

        Raises
        ------
        NotSignedInError, NotPermittedError
        """
        if self.permission is None:
            return
        person = person_of(request)
        if not person.asker.may(self.permission):
            logger.warning(
                "request %s: %s may not do %s",
                request_id_of(request),
                person.asker.user_id,
                self.permission,
            )
            raise NotPermittedError(
                f"You may not do this: it needs the permission {self.permission}.",
                hint="Ask your administrator for another role.",
            )


def needs(permission: Permission) -> DependsOn:
    """Return what a route declares that is for those who hold a permission."""
    return DependsOn(Needs(permission=permission))


public = DependsOn(Needs(permission=None))
"""What a route declares that is for everybody, signed in or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Says who sent a request: an account, or a visitor while sign-in is off."""

    settings: Settings
    accounts: Accounts | None

    def identify(self, request: Request) -> Person:
        """Return who sent a request.

        Raises
        ------
        NotSignedInError
            When sign-in is on and there is no session, or it is over.
        """
        if self.settings.sign_in == "off":
            return Person(asker=self._visitor(request))
        found = self._account(request)
        if found is None:
            raise NotSignedInError("You are not signed in.", hint="Sign in, then try again.")
        return Person(asker=found.asker, access=found)

    def _account(self, request: Request) -> Access | None:
        if self.accounts is None:
            return None
        token = read_bearer(request.headers.get("authorization", ""))
        if token is not None:  # a token that opens nothing is not helped out by a cookie
            return self.accounts.tokens.who(token, address=address_of(request.scope))
        secret = request.scope["state"].get("session_secret")
        return self.accounts.who(hash_secret(secret)) if secret else None

    def record(self, request: Request, action: str, subject: str, **detail: object) -> None:
        """Append to the audit log what somebody did; visitors are nobody to be recorded."""
        person = person_of(request)
        if self.accounts is None or person.access is None:
            return
        note = AuditNote(
            action=action,
            actor=person.asker.user_id,
            subject=subject,
            address=address_of(request.scope),
            detail=detail
            | ({"token_id": person.access.token_id} if person.access.token_id else {}),
        )
        self.accounts.record(note)

    def may(self, request: Request, permission: Permission) -> bool:
        """Return whether somebody may do something, on a route that is for everybody."""
        try:
            return person_of(request).asker.may(permission)
        except NotSignedInError:
            return False

    def is_still_there(self, person: Person) -> bool:
        """Return whether somebody who was let in would still be: for streams that stay open."""
        if person.access is None or self.accounts is None:
            return self.settings.sign_in == "off"
        return self.accounts.is_still(person.access)

    def require_accounts(self) -> Accounts:
        """Return the accounts.

        Raises
        ------
        SignInOffError
            When nobody signs in here.
        """
        if self.accounts is None or self.settings.sign_in == "off":
            raise SignInOffError(
                "Nobody signs in here.", hint="The setting sign_in turns it on; see docs/access.md."
            )
        return self.accounts

    def account_of(self, person: Person) -> Access:
        """Return the account of somebody.

        Raises
        ------
        NotSignedInError
            When they are a visitor.
        """
        if person.access is None:
            raise NotSignedInError("You are not signed in.", hint="Sign in, then try again.")
        return person.access

    def end_session_of(self, request: Request, *, address: str) -> None:
        """End the session that a request came with, if any."""
        secret = request.scope["state"].get("session_secret")
        accounts = self.require_accounts()
        found = accounts.who(hash_secret(secret), touch=False) if secret else None
        if found is not None:
            accounts.sign_out(found, address=address)

    def session_cookie(self, secret: str) -> str:
        """Return the cookie that opens a session; for an empty secret, the one that ends it."""
        return set_session_cookie(
            secret,
            secure=self.settings.secure_cookies,
            max_age_s=self.settings.session_hours * 3600 if secret else 0,
        )

    def _visitor(self, request: Request) -> Asker:
        role: Role = next(item for item in ROLES if item == self.settings.visitor_role)
        if any(name in request.headers for name in FORWARDED_HEADERS):
            role = "employee"  # a proxy brings strangers to an address of this machine
        return Asker(
            user_id=visitor_id(request.scope["state"]),
            groups=(EVERYONE, *ROLE_GROUPS[role]),
            role=role,
            permissions=frozenset(anonymous_permissions(role)),
        )


def guard_of(request: Request) -> Guard:
    """Return the application's guard."""
    guard: Guard = request.app.state.guard
    return guard


def person_of(request: Request) -> Person:
    """Return who sent a request; it is looked up once.

    Raises
    ------
    NotSignedInError
    """
    known = getattr(request.state, "person", None)
    if known is None:
        known = guard_of(request).identify(request)
        request.state.person = known
    person: Person = known
    return person


def declared_routes(app: FastAPI) -> Iterator[tuple[str, str, Needs | None]]:
    """Yield method, path and what each route of the application declares, None for nothing."""
    for route in iter_route_contexts(app.routes):
        declared = [
            item.dependency
            for item in getattr(route, "dependencies", None) or ()
            if isinstance(item.dependency, Needs)
        ]
        for method in sorted(route.methods or {"GET"}):
            yield method, route.path or "", declared[0] if len(declared) == 1 else None


def describe_access(app: FastAPI) -> None:
    """Have the application's description say of each route how one is let in, and by what right."""
    describe = app.openapi

    def described() -> dict[str, Any]:
        document = describe()
        document["components"]["securitySchemes"] = _SECURITY_SCHEMES
        for method, path, declared in declared_routes(app):
            permission = declared.permission if declared else None
            found = document["paths"].get(path.replace(":path}", "}"), {}).get(method.lower())
            if found is not None and permission is not None:
                found["security"] = [{name: []} for name in _SECURITY_SCHEMES]
                found["x-permission"] = permission
        return document

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to extend it


def require_declared(app: FastAPI) -> None:
    """Refuse an application in which a route declares no permission, or more than one.

    Raises
    ------
    RouteUndeclaredError
    """
    missing = [
        f"{method} {path}"
        for method, path, declared in declared_routes(app)
        if declared is None and path not in PUBLIC_PATHS
    ]
    if missing:
        raise RouteUndeclaredError(
            f"No permission, or more than one, is declared for {', '.join(missing)}.",
            hint='Give the route dependencies=[needs("…")] or [public].',
        )

"""Signing in and out, and who is signed in."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from assistant.accounts.errors import NotSignedInError
from web.access import Person, needs, person_of, public
from web.identity import address_of
from web.routes.dependencies import CHANGES, GuardOf, PersonOf, failures, public_failures
from web.session_schemas import PasswordRequest, SessionBody, SignInRequest, describe_session

router = APIRouter()


@router.get(
    "/session", dependencies=[public], responses=public_failures(), summary="Who is signed in"
)
def read_session(request: Request, guard: GuardOf) -> SessionBody:
    """Return who asks and what they may do; without a session nobody, and nothing."""
    try:
        person = person_of(request)
    except NotSignedInError:
        return describe_session(None, sign_in=guard.settings.sign_in)
    return describe_session(person, sign_in=guard.settings.sign_in)


@router.post(
    "/session",
    dependencies=[public],
    responses=public_failures(401, 403, 404, 429, 413, 415),
    summary="Sign in",
)
def sign_in(
    body: SignInRequest, request: Request, response: Response, guard: GuardOf
) -> SessionBody:
    """Open a session with a name and a password; a session that was open here ends."""
    accounts = guard.require_accounts()
    address = address_of(request.scope)
    opened = accounts.sign_in(body.name, body.password, address=address)
    guard.end_session_of(request, address=address)
    response.headers.append("Set-Cookie", guard.session_cookie(opened.secret))
    person = Person(asker=opened.access.asker, access=opened.access)
    return describe_session(person, sign_in=guard.settings.sign_in)


@router.delete(
    "/session",
    status_code=204,
    dependencies=[needs("account.self")],
    responses=failures(*CHANGES),
    summary="Sign out",
)
def sign_out(request: Request, guard: GuardOf) -> Response:
    """End the session."""
    guard.end_session_of(request, address=address_of(request.scope))
    return Response(status_code=204, headers={"Set-Cookie": guard.session_cookie("")})


@router.post(
    "/session/password",
    dependencies=[needs("account.self")],
    responses=failures(404, 429, *CHANGES),
    summary="Change your password",
)
def change_password(
    body: PasswordRequest, request: Request, response: Response, person: PersonOf, guard: GuardOf
) -> SessionBody:
    """Change the password; every session ends, and this one goes on as a new one."""
    accounts = guard.require_accounts()
    opened = accounts.change_own_password(
        guard.account_of(person),
        body.current_password,
        body.new_password,
        address=address_of(request.scope),
    )
    response.headers.append("Set-Cookie", guard.session_cookie(opened.secret))
    renewed = Person(asker=opened.access.asker, access=opened.access)
    return describe_session(renewed, sign_in=guard.settings.sign_in)

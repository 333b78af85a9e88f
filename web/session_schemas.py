"""What the API takes and gives about who is signed in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from assistant.accounts import User
from web.access import Person
from web.strict import Given, SecretText, Strict


class SignInRequest(Given):
    """A name or an address, and a password."""

    name: Annotated[str, Field(min_length=1, max_length=254, examples=["ann"])]
    password: SecretText


class PasswordRequest(Given):
    """The password as it is, and as it shall be."""

    current_password: SecretText
    new_password: SecretText


class AccountBody(Strict):
    """An account as its owner sees it."""

    user_id: str
    name: str
    email: str
    role: Literal["employee", "agent", "manager", "admin"]
    groups: list[str]


class SessionBody(Strict):
    """Who is signed in, and what they may do."""

    sign_in: Literal["off", "local"]
    user: AccountBody | None
    role: Literal["employee", "agent", "manager", "admin"] | None
    permissions: list[str]


def describe_account(user: User) -> AccountBody:
    """Return an account as its owner sees it."""
    return AccountBody(
        user_id=user.user_id,
        name=user.name,
        email=user.email,
        role=user.role,
        groups=list(user.all_groups),
    )


def describe_session(person: Person | None, *, sign_in: str) -> SessionBody:
    """Return who is there; None is somebody who has not signed in."""
    kind: Literal["off", "local"] = "off" if sign_in == "off" else "local"
    if person is None:
        return SessionBody(sign_in=kind, user=None, role=None, permissions=[])
    access = person.access
    return SessionBody(
        sign_in=kind,
        user=None if access is None else describe_account(access.user),
        role=person.asker.role,
        permissions=sorted(person.asker.permissions or ()),
    )

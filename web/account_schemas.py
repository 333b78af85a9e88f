"""What the API takes and gives about accounts, tokens and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from assistant.accounts import ApiToken, AuditEntry, User
from web.strict import Given, SecretText, Strict

RoleName = Literal["employee", "agent", "manager", "admin"]
Group = Annotated[str, Field(min_length=1, max_length=64, examples=["hr"])]
Groups = Annotated[list[Group], Field(max_length=100)]


class NewUserRequest(Given):
    """An account to be made; without a password nobody signs in with it yet."""

    name: Annotated[str, Field(min_length=1, max_length=64, examples=["ann"])]
    role: RoleName
    email: Annotated[str, Field(max_length=254)] = ""
    groups: Groups = Field(default_factory=list)
    password: SecretText | None = None


class UserChangeRequest(Given):
    """What is to change; what is left out stays."""

    role: RoleName | None = None
    groups: Groups | None = None
    is_disabled: bool | None = None
    password: SecretText | None = None


class UserBody(Strict):
    """An account as administrators see it."""

    user_id: str
    name: str
    email: str
    role: RoleName
    groups: list[str]
    is_disabled: bool
    has_password: bool
    created_at: datetime


class UserList(Strict):
    """Every account, by name."""

    users: list[UserBody]


class TokenRequest(Given):
    """A token to be made for oneself."""

    name: Annotated[str, Field(min_length=1, max_length=80, examples=["weekly report"])]
    scopes: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=64)]
    days: Annotated[int, Field(ge=1, le=366)] = 90


class TokenBody(Strict):
    """A token; what it is written like is not known any more."""

    token_id: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class NewTokenBody(TokenBody):
    """A new token, and what is shown once."""

    token: str


class TokenList(Strict):
    """One's tokens, by id."""

    tokens: list[TokenBody]


class OwnedTokenBody(TokenBody):
    """A token and whose it is, as administrators see it."""

    user_id: str


class OwnedTokenList(Strict):
    """Everybody's tokens, by id."""

    tokens: list[OwnedTokenBody]


class AuditBody(Strict):
    """An entry of the audit log."""

    number: int
    at: datetime
    action: str
    actor: str
    subject: str
    address: str
    detail: dict[str, Any]


class AuditList(Strict):
    """Entries, newest first; `next_before` asks for older ones."""

    entries: list[AuditBody]
    next_before: int | None


class AuditCheckBody(Strict):
    """Whether the log's chain is whole."""

    is_whole: bool
    n_entries: int
    """Of a whole chain; 0 of a broken one."""
    head: str
    """Hash of the last entry; empty of a broken chain."""
    found: str
    """What is wrong with it, in words; empty of a whole one."""


def describe_user(user: User) -> UserBody:
    """Return an account as administrators see it."""
    return UserBody(
        user_id=user.user_id,
        name=user.name,
        email=user.email,
        role=user.role,
        groups=list(user.groups),
        is_disabled=user.is_disabled,
        has_password=user.has_password,
        created_at=user.created_at,
    )


def describe_token(token: ApiToken) -> TokenBody:
    """Return a token as its owner sees it."""
    return TokenBody(**_token_fields(token))


def describe_owned_token(token: ApiToken) -> OwnedTokenBody:
    """Return a token as administrators see it."""
    return OwnedTokenBody(**_token_fields(token), user_id=token.user_id)


def describe_new_token(token: ApiToken, shown: str) -> NewTokenBody:
    """Return a token with what is shown once."""
    return NewTokenBody(**_token_fields(token), token=shown)


def _token_fields(token: ApiToken) -> dict[str, Any]:
    return {
        "token_id": token.token_id,
        "name": token.name,
        "scopes": list(token.scopes),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
    }


def describe_entry(entry: AuditEntry) -> AuditBody:
    """Return an entry of the audit log."""
    note = entry.note
    return AuditBody(
        number=entry.number,
        at=entry.at,
        action=note.action,
        actor=note.actor,
        subject=note.subject,
        address=note.address,
        detail=dict(note.detail),
    )

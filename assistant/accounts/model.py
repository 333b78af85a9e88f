"""Values of accounts: users, sessions, API tokens, records of the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from assistant.accounts.permissions import ROLE_GROUPS, Permission, permissions_of
from assistant.model import Asker, Role
from knowledge_base.model import EVERYONE


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account."""

    user_id: str
    """Random and for ever; names and addresses may change."""
    name: str
    """What they sign in with: lower case."""
    email: str
    """Lower case; empty when unknown."""
    role: Role
    groups: tuple[str, ...]
    """Groups besides those that the role brings along, sorted."""
    is_disabled: bool
    has_password: bool
    created_at: datetime

    @property
    def all_groups(self) -> tuple[str, ...]:
        """Return every group whose documents they may read."""
        return tuple(dict.fromkeys((EVERYONE, *ROLE_GROUPS[self.role], *self.groups)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A sign-in that lasts. Its id is known to the browser alone; we keep the hash."""

    session_hash: str
    user_id: str
    created_at: datetime
    seen_at: datetime
    """When it was last used, to the minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A program's key to an account. The secret is shown once; we keep the hash."""

    token_id: str
    user_id: str
    name: str
    scopes: tuple[Permission, ...]
    """What it may do, as far as its owner still may."""
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who somebody is, and what they may do now."""

    user: User
    permissions: frozenset[Permission]
    session_hash: str = ""
    token_id: str = ""
    """One of the two says how they came in."""

    @property
    def asker(self) -> Asker:
        """Return them as who asks."""
        return Asker(
            user_id=self.user.user_id,
            groups=self.user.all_groups,
            is_known=True,
            role=self.user.role,
            permissions=frozenset(self.permissions),
        )


def access_of(user: User, *, session_hash: str) -> Access:
    """Return what somebody may do who signed in."""
    return Access(user=user, permissions=permissions_of(user.role), session_hash=session_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A new session and the secret that opens it: for the cookie, and nowhere else."""

    secret: str = field(repr=False)
    access: Access


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """How long a sign-in lasts."""

    idle: timedelta = timedelta(hours=8)
    absolute: timedelta = timedelta(hours=72)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditNote:
    """What is to be recorded: who did what to whom."""

    action: str
    """`area.verb`, for instance `session.opened`."""
    actor: str
    """A user's id, `cli` for the operator's command line, or `anonymous`."""
    subject: str = ""
    """What it was done to: a user's id, a ticket, a turn."""
    address: str = ""
    """Where the request came from; empty for the command line."""
    detail: Mapping[str, object] = field(default_factory=dict)
    """Before and after, as JSON; never a password or a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A record as it stands in the log."""

    number: int
    """From 1, without a gap."""
    at: datetime
    note: AuditNote
    previous_hash: str
    entry_hash: str

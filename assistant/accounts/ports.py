"""What accounts need from outside, as protocols."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from assistant.accounts.model import ApiToken, AuditEntry, AuditNote, Session, User


class UserStore(Protocol):
    """Accounts, kept durably. A change and the record of it are one transaction."""

    def add(self, user: User, *, password_hash: str | None, note: AuditNote) -> None:
        """Keep a new account.

        Raises
        ------
        UserExistsError
            When the name or the address belongs to another.
        """
        ...

    def users(self) -> tuple[User, ...]:
        """Return every account, by name."""
        ...

    def user(self, user_id: str) -> User | None:
        """Return the account of an id, or None."""
        ...

    def find(self, name: str) -> tuple[User, str | None] | None:
        """Return the account of a name or an address with its password's hash, or None."""
        ...

    def save(self, user: User, *, note: AuditNote, at: datetime) -> None:
        """Keep a changed account; its sessions end.

        Raises
        ------
        LastAdministratorError
            When nobody would be left who can manage accounts.
        """
        ...

    def set_password(
        self, user_id: str, password_hash: str, *, note: AuditNote | None, at: datetime
    ) -> None:
        """Keep a password's hash; with a note it is a new password and the sessions end."""
        ...


class SessionStore(Protocol):
    """Open sessions and failed attempts, kept durably."""

    def open_session(
        self, session: Session, *, note: AuditNote, password_hash: str | None = None
    ) -> bool:
        """Keep a new session, unless the password it was opened with is not the account's now."""
        ...

    def session(self, session_hash: str) -> tuple[Session, User] | None:
        """Return an open session and whose it is, or None."""
        ...

    def touch(self, session_hash: str, *, at: datetime) -> None:
        """Note that a session was used."""
        ...

    def close_session(self, session_hash: str, *, note: AuditNote, at: datetime) -> None:
        """End a session."""
        ...

    def close_sessions(self, user_id: str, *, note: AuditNote, at: datetime) -> int:
        """End every session of a user; return how many there were."""
        ...

    def note_failure(self, account: str, address: str, *, note: AuditNote, at: datetime) -> None:
        """Keep a failed attempt."""
        ...

    def n_failures(self, since: datetime, *, account: str = "", address: str = "") -> int:
        """Return how many attempts failed from a time on, for an account, from an address."""
        ...

    def forget_failures(self, before: datetime) -> None:
        """Forget attempts that no limit counts any more."""
        ...


class TokenStore(Protocol):
    """API tokens, kept durably."""

    def add_token(self, token: ApiToken, *, secret_hash: str, note: AuditNote) -> None:
        """Keep a new token."""
        ...

    def tokens(self, user_id: str | None = None) -> tuple[ApiToken, ...]:
        """Return the tokens of a user, or all, by id."""
        ...

    def token(self, token_id: str) -> tuple[ApiToken, str, User] | None:
        """Return a token, its secret's hash and its owner, or None."""
        ...

    def touch_token(self, token_id: str, *, note: AuditNote | None, at: datetime) -> None:
        """Note that a token was used."""
        ...

    def remove_token(self, token_id: str, *, note: AuditNote, at: datetime) -> bool:
        """Forget a token; return whether there was one."""
        ...


class AuditLog(Protocol):
    """What was done by whom, for ever."""

    def append(self, note: AuditNote, *, at: datetime) -> None:
        """Append an entry."""
        ...

    def entries(
        self, *, limit: int, before: int | None = None, action: str = "", person: str = ""
    ) -> tuple[AuditEntry, ...]:
        """Return entries, newest first."""
        ...

    def has(self, entry_hash: str) -> bool:
        """Return whether an entry has this hash."""
        ...

    def verify(self) -> tuple[int, str]:
        """Follow the chain; return how many entries there are and the last one's hash."""
        ...


class AccountStore(UserStore, SessionStore, TokenStore, Protocol):
    """Everything of accounts in one place."""

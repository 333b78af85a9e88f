"""Accounts as one object: what the pages, the API and the command line call."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from assistant.accounts.errors import (
    AccountInputError,
    NotSignedInError,
    SignInFailedError,
    UserNotFoundError,
)
from assistant.accounts.model import (
    Access,
    AuditNote,
    Session,
    SessionLimits,
    SignedIn,
    User,
    access_of,
)
from assistant.accounts.passwords import MAX_CHARS, Passwords, check_password
from assistant.accounts.ports import AccountStore, AuditLog
from assistant.accounts.secret import hash_secret, new_secret
from assistant.accounts.throttle import Throttle
from assistant.accounts.tokens import CLI, ApiTokens
from assistant.model import Role
from assistant.ports import Clock

TOUCH_EVERY = timedelta(minutes=1)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_GROUP = re.compile(r"[\w][\w .-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Users and their sessions. `by` is who asks for a change: a user's id, or `cli`."""

    store: AccountStore
    audit: AuditLog
    clock: Clock
    passwords: Passwords
    throttle: Throttle
    limits: SessionLimits = field(default_factory=SessionLimits)

    @property
    def tokens(self) -> ApiTokens:
        """The API tokens of all accounts."""
        return ApiTokens(store=self.store, clock=self.clock)

    def add_user(
        self,
        name: str,
        *,
        role: Role,
        password: str | None,
        email: str = "",
        groups: Iterable[str] = (),
        by: str = CLI,
    ) -> User:
        """Make an account.

        Raises
        ------
        AccountInputError
            When the name, the address, a group or the password cannot be.
        UserExistsError
            When the name or the address is taken.
        """
        user = User(
            user_id=f"u-{secrets.token_hex(16)}",
            name=_checked(name.strip().lower(), _NAME, "name", "letters, digits and . _ -"),
            email=_checked(email.strip().lower(), _EMAIL, "address", "name@host") if email else "",
            role=role,
            groups=checked_groups(groups),
            is_disabled=False,
            has_password=password is not None,
            created_at=self.clock.now(),
        )
        if password is not None:
            check_password(password, about=(user.name, user.email))
        note = AuditNote(
            action="user.added",
            actor=by,
            subject=user.user_id,
            detail={"name": user.name, "role": role, "groups": list(user.groups)},
        )
        hashed = None if password is None else self.passwords.hash(password)
        self.store.add(user, password_hash=hashed, note=note)
        return user

    def users(self) -> tuple[User, ...]:
        """Return every account, by name."""
        return self.store.users()

    def named(self, name: str) -> User:
        """Return the account of a name or an address.

        Raises
        ------
        UserNotFoundError
        """
        found = self.store.find(name)
        if found is None:
            raise UserNotFoundError(
                f"There is no account {name!r}.", hint="`deskwise users list` shows them."
            )
        return found[0]

    def user(self, user_id: str) -> User:
        """Return the account of an id.

        Raises
        ------
        UserNotFoundError
        """
        found = self.store.user(user_id)
        if found is None:
            raise UserNotFoundError(
                f"There is no account {user_id!r}.", hint="Look in the list of accounts."
            )
        return found

    def change(
        self,
        user: User,
        *,
        role: Role | None = None,
        groups: Iterable[str] | None = None,
        is_disabled: bool | None = None,
        by: str = CLI,
    ) -> User:
        """Change what is given; the sessions of the account end when it changes anything.

        Raises
        ------
        LastAdministratorError
            When nobody would be left who can manage accounts.
        """
        changed = replace(
            user,
            role=user.role if role is None else role,
            groups=user.groups if groups is None else checked_groups(groups),
            is_disabled=user.is_disabled if is_disabled is None else is_disabled,
        )
        if changed == user:
            return user
        before, after = _told(user), _told(changed)
        note = AuditNote(
            action="user.changed",
            actor=by,
            subject=user.user_id,
            detail={
                "before": {key: before[key] for key in before if before[key] != after[key]},
                "after": {key: after[key] for key in after if before[key] != after[key]},
            },
        )
        self.store.save(changed, note=note, at=self.clock.now())
        return changed

    def set_password(self, user: User, password: str, *, by: str = CLI) -> None:
        """Give an account a new password; its sessions end.

        Raises
        ------
        PasswordRefusedError
        """
        check_password(password, about=(user.name, user.email))
        note = AuditNote(action="user.password_changed", actor=by, subject=user.user_id)
        hashed = self.passwords.hash(password)
        self.store.set_password(user.user_id, hashed, note=note, at=self.clock.now())

    def sign_in(self, name: str, password: str, *, address: str) -> SignedIn:
        """Open a session.

        Raises
        ------
        SignInFailedError
            Whether the name, the password or the account is the reason is not told, and takes
            the same time.
        TooManyAttemptsError
        """
        user, known = self._require_right(name, password, address=address)
        return self.open_session(user, address=address, password_hash=known)

    def _require_right(self, name: str, password: str, *, address: str) -> tuple[User, str]:
        """Return the account that a password opens, and the hash that it was compared with."""
        with self.throttle.one_at_a_time:
            return self._right_user(name, password, address=address)

    def _right_user(self, name: str, password: str, *, address: str) -> tuple[User, str]:
        now = self.clock.now()
        self.throttle.check(name, address, at=now)
        found = self.store.find(name)
        user, known = found if found is not None else (None, None)
        usable = None if user is None or user.is_disabled else known
        is_right = self.passwords.is_right(password[: MAX_CHARS + 1], usable)
        if user is None or known is None or not is_right:
            # The typed name is not kept: now and then it is a password.
            subject = user.user_id if user is not None else ""
            note = AuditNote(
                action="session.refused", actor="anonymous", subject=subject, address=address
            )
            self.throttle.note_failure(name, address, note=note, at=now)
            raise _wrong()
        if self.passwords.is_stale(known):
            known = self.passwords.hash(password)
            self.store.set_password(user.user_id, known, note=None, at=now)
        return user, known

    def open_session(
        self, user: User, *, address: str, password_hash: str | None = None
    ) -> SignedIn:
        """Open a session for somebody whose identity has been proved.

        Parameters
        ----------
        password_hash
            What proved it; changed meanwhile, it proves nothing any more.

        Raises
        ------
        SignInFailedError
        """
        at = self.clock.now()
        secret = new_secret()
        session = Session(
            session_hash=hash_secret(secret), user_id=user.user_id, created_at=at, seen_at=at
        )
        note = AuditNote(
            action="session.opened", actor=user.user_id, subject=user.user_id, address=address
        )
        if not self.store.open_session(session, note=note, password_hash=password_hash):
            raise _wrong()
        return SignedIn(secret=secret, access=access_of(user, session_hash=session.session_hash))

    def who(self, session_hash: str, *, touch: bool = True) -> Access | None:
        """Return who a session belongs to and what they may do now; None when it is over.

        Parameters
        ----------
        touch
            Whether this counts as use; looking after an open stream does not.
        """
        found = self.store.session(session_hash)
        if found is None:
            return None
        session, user = found
        now = self.clock.now()
        if user.is_disabled or self._is_over(session, now):
            return None
        if touch and now - session.seen_at >= TOUCH_EVERY:
            self.store.touch(session_hash, at=now)
        return access_of(user, session_hash=session_hash)

    def is_still(self, access: Access) -> bool:
        """Return whether somebody who came in may still be in, with the same rights."""
        if access.token_id:
            return self.tokens.again(access.token_id) == access
        return self.who(access.session_hash, touch=False) == access

    def change_own_password(
        self, access: Access, current: str, new: str, *, address: str
    ) -> SignedIn:
        """Give somebody the password they chose; their sessions end and a new one opens.

        Raises
        ------
        SignInFailedError
            When the current password is not right.
        TooManyAttemptsError, PasswordRefusedError
        """
        user = access.user
        self._require_right(user.name, current, address=address)
        self.set_password(user, new, by=user.user_id)
        return self.open_session(user, address=address)

    def sign_out(self, access: Access, *, address: str) -> None:
        """End the session that somebody came in with.

        Raises
        ------
        NotSignedInError
            When they came in otherwise.
        """
        if not access.session_hash:
            raise NotSignedInError(
                "There is no session to end.", hint="A token is revoked, not signed out."
            )
        who = access.user.user_id
        note = AuditNote(action="session.closed", actor=who, subject=who, address=address)
        self.store.close_session(access.session_hash, note=note, at=self.clock.now())

    def sign_out_everywhere(self, user: User, *, by: str = CLI) -> int:
        """End every session of an account; return how many there were."""
        note = AuditNote(action="session.all_closed", actor=by, subject=user.user_id)
        return self.store.close_sessions(user.user_id, note=note, at=self.clock.now())

    def record(self, note: AuditNote) -> None:
        """Append to the audit log something that other parts did."""
        self.audit.append(note, at=self.clock.now())

    def _is_over(self, session: Session, now: datetime) -> bool:
        return (
            now - session.seen_at >= self.limits.idle
            or now - session.created_at >= self.limits.absolute
        )


def _wrong() -> SignInFailedError:
    return SignInFailedError(
        "The name or the password is wrong.",
        hint="Check both; your administrator can set a new password.",
    )


def checked_groups(groups: Iterable[str]) -> tuple[str, ...]:
    """Return groups sorted and once each.

    Raises
    ------
    AccountInputError
        When one has other characters than letters, digits, spaces and `. _ -`.
    """
    found = {item.strip() for item in groups}
    what = "letters, digits, spaces and . _ -"
    return tuple(sorted(_checked(item, _GROUP, "group", what) for item in found))


def _checked(text: str, pattern: re.Pattern[str], what: str, wanted: str) -> str:
    if not pattern.fullmatch(text):
        raise AccountInputError(
            f"The {what} {text[:80]!r} cannot be; expected {wanted}.", hint="Choose another."
        )
    return text


def _told(user: User) -> dict[str, object]:
    return {"role": user.role, "groups": list(user.groups), "is_disabled": user.is_disabled}

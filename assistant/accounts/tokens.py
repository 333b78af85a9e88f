"""API tokens: a program's key to an account, with fewer rights than its owner and an end.

A token is written `dw_<id>_<secret>`. The id finds it, the secret's SHA-256 is compared.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from assistant.accounts.errors import AccountInputError, TokenNotFoundError
from assistant.accounts.model import Access, ApiToken, AuditNote, User
from assistant.accounts.permissions import PERMISSIONS, Permission, permissions_of
from assistant.accounts.ports import TokenStore
from assistant.accounts.secret import hash_secret, new_secret
from assistant.ports import Clock

CLI = "cli"
MAX_DAYS = 366
NEVER_A_SCOPE: frozenset[Permission] = frozenset({"account.self", "tokens.own", "users.manage"})
"""What only a person may do: a token could otherwise make itself a longer life or more rights."""
TOUCH_EVERY = timedelta(minutes=1)
_TOKEN = re.compile(r"dw_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTokens:
    """The tokens of all accounts."""

    store: TokenStore
    clock: Clock

    def add(
        self, user: User, *, name: str, scopes: Iterable[str], days: int, by: str = CLI
    ) -> tuple[ApiToken, str]:
        """Make a token; return it and what is shown once.

        Raises
        ------
        AccountInputError
            When the name or the life cannot be, or a scope is unknown or more than the owner has.
        """
        if not _NAME.fullmatch(name.strip()):
            raise AccountInputError(
                f"The name {name[:80]!r} cannot be; expected 1 to 80 characters on one line.",
                hint="Say what the token is for.",
            )
        if not 1 <= days <= MAX_DAYS:
            raise AccountInputError(
                f"A token cannot last {days} days; expected 1 to {MAX_DAYS}.",
                hint="Make a new one in time.",
            )
        now = self.clock.now()
        token = ApiToken(
            token_id=secrets.token_hex(8),
            user_id=user.user_id,
            name=name.strip(),
            scopes=_checked_scopes(scopes, user),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        secret = new_secret()
        note = AuditNote(
            action="token.added",
            actor=by,
            subject=user.user_id,
            detail={"token_id": token.token_id, "name": token.name, "scopes": list(token.scopes)},
        )
        self.store.add_token(token, secret_hash=hash_secret(secret), note=note)
        return token, f"dw_{token.token_id}_{secret}"

    def of(self, user_id: str | None = None) -> tuple[ApiToken, ...]:
        """Return the tokens of a user, or everybody's."""
        return self.store.tokens(user_id)

    def revoke(self, token_id: str, *, of: str | None = None, by: str = CLI) -> None:
        """End a token.

        Parameters
        ----------
        of
            Only a token of this user; anybody's when None.

        Raises
        ------
        TokenNotFoundError
            When there is none, or it is somebody else's.
        """
        found = self.store.token(token_id)
        if found is None or of not in (None, found[0].user_id):
            raise TokenNotFoundError(
                f"There is no token {token_id!r}.", hint="`deskwise users token list` shows them."
            )
        note = AuditNote(
            action="token.revoked",
            actor=by,
            subject=found[0].user_id,
            detail={"token_id": token_id},
        )
        self.store.remove_token(token_id, note=note, at=self.clock.now())

    def who(self, sent: str, *, address: str) -> Access | None:
        """Return whose token this is and what it may do now; None when it opens nothing."""
        parts = _TOKEN.fullmatch(sent)
        found = self.store.token(parts[1]) if parts else None
        if parts is None or found is None:
            return None
        token, secret_hash, _ = found
        if not hmac.compare_digest(hash_secret(parts[2]), secret_hash):
            return None
        access = self.again(token.token_id)
        if access is not None:
            self._touch(token, address)
        return access

    def again(self, token_id: str) -> Access | None:
        """Return what a token that was let in may do now; None when it is over."""
        found = self.store.token(token_id)
        if found is None:
            return None
        token, _, user = found
        if user.is_disabled or self.clock.now() >= token.expires_at:
            return None
        allowed = permissions_of(user.role) & frozenset(token.scopes)
        return Access(user=user, permissions=allowed, token_id=token.token_id)

    def _touch(self, token: ApiToken, address: str) -> None:
        now, last = self.clock.now(), token.last_used_at
        if last is not None and now - last < TOUCH_EVERY:
            return
        # Each day's first use is recorded; every use would bury what else there is to see.
        is_first = last is None or last.date() != now.date()
        note = AuditNote(
            action="token.used",
            actor=token.user_id,
            subject=token.user_id,
            address=address,
            detail={"token_id": token.token_id},
        )
        self.store.touch_token(token.token_id, note=note if is_first else None, at=now)


def _checked_scopes(scopes: Iterable[str], user: User) -> tuple[Permission, ...]:
    wanted = set(scopes)
    may = permissions_of(user.role) - NEVER_A_SCOPE
    beyond = sorted(wanted - may)
    if beyond or not wanted:
        raise AccountInputError(
            f"The scopes {', '.join(beyond)} are not {user.name}'s to give."
            if beyond
            else "A token without scopes opens nothing.",
            hint=f"Choose among: {', '.join(sorted(may))}.",
        )
    return tuple(item for item in PERMISSIONS if item in wanted)

"""How many wrong passwords are taken, for an account and from an address."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.accounts.errors import TooManyAttemptsError
from assistant.accounts.model import AuditNote
from assistant.accounts.ports import SessionStore

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptLimits:
    """Failed attempts that are taken within `WINDOW`."""

    account_and_address: int = 5
    """Somebody guesses one person's password."""
    address: int = 50
    """One machine guesses many people's; offices share an address, so it is generous."""
    account: int = 100
    """Many machines guess one person's. High, so that few strangers can lock somebody out."""


class Throttle:
    """Counts failed attempts in the store, so that a restart forgets nothing."""

    def __init__(self, store: SessionStore, limits: AttemptLimits) -> None:
        self._store = store
        self._limits = limits
        self.one_at_a_time = threading.Lock()
        """Held while a password is compared. Each takes 64 MiB and a twentieth of a second: many
        at once would take the machine, and all would be let through before any is counted."""

    def check(self, name: str, address: str, *, at: datetime) -> None:
        """Let an attempt pass, or not.

        Raises
        ------
        TooManyAttemptsError
            Also for a right password: else an answer would tell that it is right.
        """
        since = at - WINDOW
        account = _account(name)
        counts = (
            (
                self._store.n_failures(since, account=account, address=address),
                self._limits.account_and_address,
            ),
            (self._store.n_failures(since, address=address), self._limits.address),
            (self._store.n_failures(since, account=account), self._limits.account),
        )
        if any(n_failed >= limit for n_failed, limit in counts):
            raise TooManyAttemptsError(
                "There were too many failed attempts to sign in.",
                hint=f"Wait {WINDOW.seconds // 60} minutes, or ask your administrator.",
                retry_after_s=int(WINDOW.total_seconds()),
            )

    def note_failure(self, name: str, address: str, *, note: AuditNote, at: datetime) -> None:
        """Count a failed attempt."""
        self._store.forget_failures(at - WINDOW)
        self._store.note_failure(_account(name), address, note=note, at=at)


def _account(name: str) -> str:
    """Return what an account is counted under, whether there is one or not."""
    return hashlib.sha256(name.strip().lower().encode()).hexdigest()[:32]

"""Passwords: how they are hashed, and which are refused."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from assistant.accounts.errors import PasswordRefusedError

MIN_CHARS = 12
MAX_CHARS = 256
"""Longer ones would only cost time."""
MIN_GUESSES_LOG10 = 10.0
"""What zxcvbn counts as very unguessable: more than 10^10 guesses."""
JUDGED_CHARS = 72
OWN_WORDS = ("deskwise", "helpdesk", "servicedesk", "password", "passwort")


class Passwords:
    """Hashes with argon2id and compares, in the same time whether there is an account or not.

    Parameters
    ----------
    hasher
        Its parameters are those of new hashes; the library's defaults (RFC 9106, 64 MiB) when None.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    def hash(self, password: str) -> str:
        """Return an argon2id hash with its parameters and salt."""
        return self._hasher.hash(password)

    def is_right(self, password: str, known: str | None) -> bool:
        """Return whether a password is the one of a hash; False, as slowly, without a hash."""
        try:
            self._hasher.verify(known or self._nobodys, password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
        return known is not None

    def is_stale(self, known: str) -> bool:
        """Return whether a hash was made with other parameters than new ones are."""
        return self._hasher.check_needs_rehash(known)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("the password of an account that is not there")


def check_password(password: str, *, about: Sequence[str] = ()) -> None:
    """Refuse a password that is too short, too long or easily guessed.

    Parameters
    ----------
    about
        Words that others know of this person: their name, their address.

    Raises
    ------
    PasswordRefusedError
    """
    if not MIN_CHARS <= len(password) <= MAX_CHARS:
        raise PasswordRefusedError(
            f"The password has {len(password)} characters; it needs {MIN_CHARS} to {MAX_CHARS}.",
            hint="Four or five words that do not belong together are easy to remember.",
        )
    # It reads lists of 90,000 words when it is imported, which nobody waits for who only signs in.
    from zxcvbn import zxcvbn

    told = [text.replace("@", ".") for text in about]
    words = [part for text in (*about, *told) for part in (text, *text.split("."))]
    judged = zxcvbn(password[:JUDGED_CHARS], user_inputs=[*OWN_WORDS, *filter(None, words)])
    if float(judged["guesses_log10"]) < MIN_GUESSES_LOG10:
        raise PasswordRefusedError(
            "The password is too easily guessed: it is common, or made of common parts.",
            hint="Four or five words that do not belong together are hard to guess.",
        )

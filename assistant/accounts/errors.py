"""Errors of accounts. Imports only the base that they share.

AccountError
├── AccountInputError           a name, an address, a group or a scope that cannot be
│   └── PasswordRefusedError    too short, too long, or easily guessed
├── UserNotFoundError
├── UserExistsError             the name or the address is taken
├── LastAdministratorError      nobody would be left who manages accounts
├── NotSignedInError            nobody signed in, or the session or token is over
├── SignInFailedError           a wrong name or password: the two are not told apart
├── TooManyAttemptsError        too many failed sign-ins
├── NotPermittedError           this person may not do that
├── TokenNotFoundError
└── AuditBrokenError            the audit log is not what was written
"""

from __future__ import annotations

from assistant.errors import AssistantError


class AccountError(AssistantError):
    """Base of what goes wrong with accounts and access."""

    code = "account_error"


class AccountInputError(AccountError):
    """A name, an address, a group or a scope that cannot be."""

    code = "account_input_invalid"


class PasswordRefusedError(AccountInputError):
    """A password that is too short, too long, or easily guessed."""

    code = "password_refused"


class UserNotFoundError(AccountError):
    """There is no account of this name or id."""

    code = "user_not_found"


class UserExistsError(AccountError):
    """The name or the e-mail address belongs to another account."""

    code = "user_exists"


class LastAdministratorError(AccountError):
    """Nobody would be left who can manage accounts."""

    code = "last_administrator"


class NotSignedInError(AccountError):
    """Nobody signed in, or the session or token is over."""

    code = "not_signed_in"


class SignInFailedError(AccountError):
    """A wrong name or password; the two are not told apart."""

    code = "sign_in_failed"


class TooManyAttemptsError(AccountError):
    """Too many failed sign-ins for this account or from this address.

    Attributes
    ----------
    retry_after_s : int
        Seconds until the next attempt is taken.
    """

    code = "too_many_attempts"

    def __init__(self, message: str, *, hint: str = "", retry_after_s: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class NotPermittedError(AccountError):
    """Somebody may not do that."""

    code = "not_permitted"


class TokenNotFoundError(AccountError):
    """There is no such API token of this person."""

    code = "token_not_found"


class AuditBrokenError(AccountError):
    """The audit log is not what was written."""

    code = "audit_broken"

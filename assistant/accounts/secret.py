"""Secrets that we make: how they look, and what is kept of them."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """Return 32 random bytes as 43 characters."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """Return the SHA-256 of a session's or token's secret, as 64 hexadecimal digits.

    It is 32 random bytes: nothing that a slow hash would protect.
    """
    return hashlib.sha256(secret.encode()).hexdigest()

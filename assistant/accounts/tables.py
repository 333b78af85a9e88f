"""The tables of accounts, beside those of conversations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from assistant.tables import metadata

users = sa.Table(
    "users",
    metadata,
    sa.Column("user_id", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False, unique=True),
    sa.Column("email", sa.String, nullable=True, unique=True),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("groups", sa.String, nullable=False),
    sa.Column("is_disabled", sa.Boolean, nullable=False),
    sa.Column("password_hash", sa.String, nullable=True),
    sa.Column("created_at", sa.String, nullable=False),
)
"""`groups` is a JSON list; `password_hash` is argon2id with its parameters, null without one."""
sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("session_hash", sa.String, primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.user_id"), nullable=False, index=True),
    sa.Column("created_at", sa.String, nullable=False),
    sa.Column("seen_at", sa.String, nullable=False),
)
"""Open sessions by the SHA-256 of their secret; one that is revoked is not here any more."""
api_tokens = sa.Table(
    "api_tokens",
    metadata,
    sa.Column("token_id", sa.String, primary_key=True),
    sa.Column("secret_hash", sa.String, nullable=False),
    sa.Column("user_id", sa.ForeignKey("users.user_id"), nullable=False, index=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("scopes", sa.String, nullable=False),
    sa.Column("created_at", sa.String, nullable=False),
    sa.Column("expires_at", sa.String, nullable=False),
    sa.Column("last_used_at", sa.String, nullable=True),
)
failed_sign_ins = sa.Table(
    "failed_sign_ins",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", sa.String, nullable=False, index=True),
    sa.Column("account", sa.String, nullable=False),
    sa.Column("address", sa.String, nullable=False),
)
"""`account` is the SHA-256 of the name that was typed: people type passwords there too."""
audit_log = sa.Table(
    "audit_log",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("action", sa.String, nullable=False, index=True),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("address", sa.String, nullable=False),
    sa.Column("detail", sa.String, nullable=False),
    sa.Column("previous_hash", sa.String, nullable=False),
    sa.Column("entry_hash", sa.String, nullable=False),
)
"""Append-only: triggers refuse changes, and each entry's hash covers the one before."""

TABLES = (users, sessions, api_tokens, failed_sign_ins, audit_log)

_VERBS = ("UPDATE", "DELETE")
_NO_CHANGES = (
    "CREATE TRIGGER IF NOT EXISTS audit_log_no_{verb} BEFORE {verb} ON audit_log "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
)


def make_tables(engine: sa.Engine) -> None:
    """Make what is missing of the tables of accounts."""
    with engine.execution_options(is_write=True).begin() as connection:
        metadata.create_all(connection, tables=list(TABLES))
        _refuse_changes(connection)


@contextmanager
def may_change_log(connection: sa.Connection) -> Iterator[None]:
    """Let the audit log be changed within a transaction: for erasures and for what is too old."""
    if connection.dialect.name == "sqlite":
        for verb in _VERBS:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS audit_log_no_{verb}")
    yield
    _refuse_changes(connection)


def _refuse_changes(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        for verb in _VERBS:
            connection.exec_driver_sql(_NO_CHANGES.format(verb=verb))

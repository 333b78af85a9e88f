"""Tables of the document store, and how an older file becomes a newer one."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

_metadata = sa.MetaData()

schema_version = sa.Table(
    "schema_version", _metadata, sa.Column("version", sa.Integer, primary_key=True)
)

sources = sa.Table(
    "sources",
    _metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("location", sa.Text, nullable=False),
    sa.Column("pipeline", sa.Text, nullable=False),
)

documents = sa.Table(
    "documents",
    _metadata,
    sa.Column("document_id", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("body_start", sa.Integer, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("pool", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("superseded_by", sa.Text),
    sa.Column("updated_on", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("tags", sa.Text, nullable=False),
    sa.Column("applies_to", sa.Text, nullable=False),
    sa.Column("verified_by", sa.Text),
    sa.Column("acl", sa.Text, nullable=False),
    sa.Column("metadata", sa.Text, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
)

passages = sa.Table(
    "passages",
    _metadata,
    sa.Column("passage_id", sa.Text, primary_key=True),
    sa.Column(
        "document_id",
        sa.Text,
        sa.ForeignKey("documents.document_id", ondelete="CASCADE"),
        nullable=False,
    ),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("heading_path", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.UniqueConstraint("document_id", "ordinal"),
)

tickets = sa.Table(
    "tickets",
    _metadata,
    sa.Column("ticket_id", sa.Text, primary_key=True),
    sa.Column(
        "document_id",
        sa.Text,
        sa.ForeignKey("documents.document_id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("opened_at", sa.DateTime, nullable=False),
    sa.Column("resolved_at", sa.DateTime),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("priority", sa.Text, nullable=False),
    sa.Column("team", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("fix", sa.Text),
    sa.Column("fix_message", sa.Integer),
    sa.Column("duplicate_of", sa.Text),
    sa.Column("is_spam", sa.Boolean, nullable=False),
    sa.Column("private", sa.Boolean, nullable=False),
    sa.Column("acl", sa.Text, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
)

messages = sa.Table(
    "messages",
    _metadata,
    sa.Column(
        "ticket_id",
        sa.Text,
        sa.ForeignKey("tickets.ticket_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)


def _m001_first_tables(connection: sa.Connection) -> None:
    _metadata.create_all(
        connection, tables=[sources, documents, passages, tickets, messages], checkfirst=True
    )


MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (_m001_first_tables,)
"""Migration n brings version n-1 to n. One that was released is never changed, only followed."""

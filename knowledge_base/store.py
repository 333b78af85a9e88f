"""Documents, passages and tickets in SQLite, through SQLAlchemy Core."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from knowledge_base import schema
from knowledge_base.errors import StoreError
from knowledge_base.model import Document, Message, Passage, Ticket


class SqliteStore:
    """The document store in one SQLite file, in WAL mode.

    Parameters
    ----------
    path : Path
        The file; its folder is made when it is not there. The schema is brought up to date.

    Raises
    ------
    StoreError
        When the file cannot be opened, is no database or has a newer schema.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The folder {str(path.parent)!r} cannot be made: {error.strerror}.",
                hint="Choose another home directory with --home.",
            ) from error
        self._engine = sa.create_engine(
            f"sqlite:///{path}", connect_args={"timeout": 10, "check_same_thread": False}
        )
        sa.event.listen(self._engine, "connect", _configure)
        sa.event.listen(self._engine, "begin", _begin)
        self._migrate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def hashes(self, source: str | None = None) -> Mapping[str, str]:
        """Return document id → content hash of one source, or of all when none is named."""
        query = sa.select(schema.documents.c.document_id, schema.documents.c.content_hash)
        with self._reading() as connection:
            of_one = sa.true() if source is None else schema.documents.c.source == source
            rows = connection.execute(query.where(of_one))
            return {row.document_id: row.content_hash for row in rows}

    def replace(
        self,
        source: str,
        document: Document,
        passages: Sequence[Passage],
        ticket: Ticket | None,
    ) -> None:
        """Write a document with its passages, replacing an older version, in one transaction."""
        with self._writing() as connection:
            _delete(connection, [document.document_id])
            connection.execute(schema.documents.insert().values(_document_row(source, document)))
            if passages:
                connection.execute(schema.passages.insert(), [_passage_row(p) for p in passages])
            if ticket is not None:
                _insert_ticket(connection, document.document_id, ticket)

    def remove(self, document_ids: Iterable[str]) -> None:
        """Forget these documents and their passages; unknown ids are ignored."""
        listed = sorted(set(document_ids))
        if not listed:
            return
        with self._writing() as connection:
            for start in range(0, len(listed), 500):
                _delete(connection, listed[start : start + 500])

    def document(self, document_id: str) -> Document | None:
        """Return one document, or None."""
        query = sa.select(schema.documents).where(schema.documents.c.document_id == document_id)
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _document(row._mapping)

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """Return a document's passages in order; empty for an unknown id."""
        query = sa.select(schema.passages).where(schema.passages.c.document_id == document_id)
        with self._reading() as connection:
            rows = connection.execute(query.order_by(schema.passages.c.ordinal))
            return tuple(_passage(row._mapping) for row in rows)

    def contents(self) -> Iterator[tuple[Document, tuple[Passage, ...]]]:
        """Yield every document with its passages, by document id, as of one moment."""
        with self._reading() as connection:
            found = _contents(connection, sa.true(), sa.true())
        yield from found

    def some_contents(
        self, document_ids: Collection[str]
    ) -> Iterator[tuple[Document, tuple[Passage, ...]]]:
        """Yield these documents with their passages, likewise; unknown ids are left out."""
        listed = sorted(set(document_ids))
        found: list[tuple[Document, tuple[Passage, ...]]] = []
        with self._reading() as connection:
            for start in range(0, len(listed), 500):
                part = listed[start : start + 500]
                found += _contents(
                    connection,
                    schema.documents.c.document_id.in_(part),
                    schema.passages.c.document_id.in_(part),
                )
        yield from found

    def versions(self) -> Mapping[str, str]:
        """Return document id → content hash of every document that has passages, by id."""
        query = sa.select(schema.documents.c.document_id, schema.documents.c.content_hash)
        has_passages = schema.documents.c.document_id.in_(sa.select(schema.passages.c.document_id))
        with self._reading() as connection:
            rows = connection.execute(
                query.where(has_passages).order_by(schema.documents.c.document_id)
            )
            return {row.document_id: row.content_hash for row in rows}

    def tickets(self) -> Iterator[Ticket]:
        """Yield every ticket with its thread, by time of opening, then id."""
        held: dict[str, list[Message]] = {}
        with self._reading() as connection:
            ordered = sa.select(schema.messages).order_by(
                schema.messages.c.ticket_id, schema.messages.c.ordinal
            )
            for row in connection.execute(ordered):
                held.setdefault(row.ticket_id, []).append(
                    Message(at=_aware(row.at), role=row.role, text=row.text)
                )
            query = sa.select(schema.tickets).order_by(
                schema.tickets.c.opened_at, schema.tickets.c.ticket_id
            )
            found = list(connection.execute(query))
        for row in found:
            yield _ticket(row._mapping, tuple(held.get(row.ticket_id, ())))

    def source(self, name: str) -> Mapping[str, str] | None:
        """Return location and pipeline of a source as last ingested, or None."""
        with self._reading() as connection:
            row = connection.execute(
                sa.select(schema.sources).where(schema.sources.c.name == name)
            ).one_or_none()
        return None if row is None else {"location": row.location, "pipeline": row.pipeline}

    def set_source(self, name: str, *, location: str, pipeline: str) -> None:
        """Record where a source is and how its documents were cut."""
        with self._writing() as connection:
            connection.execute(schema.sources.delete().where(schema.sources.c.name == name))
            connection.execute(
                schema.sources.insert().values(name=name, location=location, pipeline=pipeline)
            )

    def sources(self) -> tuple[Mapping[str, Any], ...]:
        """Return name, location, and how many documents and passages, of every source, by name."""
        documents, passages = schema.documents, schema.passages
        n_documents = (
            sa.select(documents.c.source, sa.func.count().label("n"))
            .group_by(documents.c.source)
            .subquery()
        )
        n_passages = (
            sa.select(documents.c.source, sa.func.count().label("n"))
            .join(passages, passages.c.document_id == documents.c.document_id)
            .group_by(documents.c.source)
            .subquery()
        )
        query = (
            sa.select(
                schema.sources.c.name,
                schema.sources.c.location,
                sa.func.coalesce(n_documents.c.n, 0).label("n_documents"),
                sa.func.coalesce(n_passages.c.n, 0).label("n_passages"),
            )
            .outerjoin(n_documents, n_documents.c.source == schema.sources.c.name)
            .outerjoin(n_passages, n_passages.c.source == schema.sources.c.name)
            .order_by(schema.sources.c.name)
        )
        with self._reading() as connection:
            return tuple(dict(row._mapping) for row in connection.execute(query))

    def titles(self, source: str) -> tuple[Mapping[str, Any], ...]:
        """Return id, title, groups and day of every document of a source, by title."""
        columns = schema.documents.c
        query = (
            sa.select(columns.document_id, columns.title, columns.acl, columns.updated_on)
            .where(columns.source == source)
            .order_by(columns.title, columns.document_id)
        )
        with self._reading() as connection:
            return tuple(
                {
                    "document_id": row.document_id,
                    "title": row.title,
                    "acl": tuple(json.loads(row.acl)),
                    "updated_on": date.fromisoformat(row.updated_on) if row.updated_on else None,
                }
                for row in connection.execute(query)
            )

    def counts(self) -> Mapping[str, int]:
        """Return how many documents, passages and tickets there are."""
        with self._reading() as connection:
            return {
                table.name: connection.execute(
                    sa.select(sa.func.count()).select_from(table)
                ).scalar_one()
                for table in (schema.documents, schema.passages, schema.tickets)
            }

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with self._guarded(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._guarded(), self._engine.connect() as plain:
            connection = plain.execution_options(is_write=True)
            with connection.begin():
                yield connection

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise StoreError(
                f"The document store {str(self._path)!r} failed: {error.orig}.",
                hint="See whether the disk is full. A damaged file: delete it, ingest again.",
            ) from error

    def _migrate(self) -> None:
        with self._writing() as connection:
            schema.schema_version.create(connection, checkfirst=True)
            found = connection.execute(
                sa.select(sa.func.max(schema.schema_version.c.version))
            ).scalar()
            current = int(found or 0)
            if current > len(schema.MIGRATIONS):
                raise StoreError(
                    f"The document store {str(self._path)!r} has schema version {current}; "
                    f"this program knows versions up to {len(schema.MIGRATIONS)}.",
                    hint="Update the program.",
                )
            migrate: Callable[[sa.Connection], None]
            for version, migrate in enumerate(schema.MIGRATIONS[current:], start=current + 1):
                migrate(connection)
                connection.execute(schema.schema_version.insert().values(version=version))


def _contents(
    connection: sa.Connection,
    are_documents: sa.ColumnElement[bool],
    are_passages: sa.ColumnElement[bool],
) -> list[tuple[Document, tuple[Passage, ...]]]:
    """Read documents with their passages, by document id."""
    held: dict[str, list[Passage]] = {}
    ordered = sa.select(schema.passages).order_by(
        schema.passages.c.document_id, schema.passages.c.ordinal
    )
    for row in connection.execute(ordered.where(are_passages)):
        passage = _passage(row._mapping)
        held.setdefault(passage.document_id, []).append(passage)
    rows = connection.execute(
        sa.select(schema.documents).where(are_documents).order_by(schema.documents.c.document_id)
    )
    documents = [_document(row._mapping) for row in rows]
    return [(each, tuple(held.get(each.document_id, ()))) for each in documents]


def _configure(connection: Any, _: object) -> None:
    # pysqlite begins transactions by itself and too late; `_begin` does it instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    # A read that turns into a write fails at once when somebody else writes, whatever the
    # timeout; so a writer says from the start that it will write.
    is_write = connection.get_execution_options().get("is_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


def _delete(connection: sa.Connection, document_ids: Sequence[str]) -> None:
    connection.execute(
        schema.documents.delete().where(schema.documents.c.document_id.in_(document_ids))
    )


def _insert_ticket(connection: sa.Connection, document_id: str, ticket: Ticket) -> None:
    row = asdict(ticket)
    row.pop("messages")
    row["document_id"] = document_id
    row["acl"] = json.dumps(ticket.acl)
    row["opened_at"] = ticket.opened_at.astimezone(UTC)
    row["resolved_at"] = ticket.resolved_at.astimezone(UTC) if ticket.resolved_at else None
    connection.execute(schema.tickets.insert().values(row))
    thread = [
        {
            "ticket_id": ticket.ticket_id,
            "ordinal": ordinal,
            "at": message.at.astimezone(UTC),
            "role": message.role,
            "text": message.text,
        }
        for ordinal, message in enumerate(ticket.messages)
    ]
    if thread:
        connection.execute(schema.messages.insert(), thread)


def _document_row(source: str, document: Document) -> dict[str, object]:
    row = {name: getattr(document, name) for name in Document.__dataclass_fields__}
    for name in ("tags", "applies_to", "acl"):
        row[name] = json.dumps(row[name], ensure_ascii=False)
    row["metadata"] = json.dumps(dict(document.metadata), ensure_ascii=False, sort_keys=True)
    row["updated_on"] = document.updated_on.isoformat() if document.updated_on else None
    return {**row, "source": source}


def _document(row: sa.RowMapping) -> Document:
    given = {name: row[name] for name in Document.__dataclass_fields__}
    for name in ("tags", "applies_to", "acl"):
        given[name] = tuple(json.loads(row[name]))
    given["metadata"] = json.loads(row["metadata"])
    given["updated_on"] = date.fromisoformat(row["updated_on"]) if row["updated_on"] else None
    return Document(**given)


def _passage_row(passage: Passage) -> dict[str, object]:
    row = asdict(passage)
    row["heading_path"] = json.dumps(passage.heading_path, ensure_ascii=False)
    return row


def _passage(row: sa.RowMapping) -> Passage:
    given = {name: row[name] for name in Passage.__dataclass_fields__}
    given["heading_path"] = tuple(json.loads(row["heading_path"]))
    return Passage(**given)


def _ticket(row: sa.RowMapping, thread: tuple[Message, ...]) -> Ticket:
    given = {name: row[name] for name in Ticket.__dataclass_fields__ if name != "messages"}
    given["acl"] = tuple(json.loads(row["acl"]))
    given["opened_at"] = _aware(row["opened_at"])
    given["resolved_at"] = _aware(row["resolved_at"]) if row["resolved_at"] else None
    return Ticket(**given, messages=thread)


def _aware(stored: datetime) -> datetime:
    # SQLite keeps no zone; everything was written in UTC.
    return stored.replace(tzinfo=UTC)

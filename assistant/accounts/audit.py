"""The audit log: append-only, each entry's hash covering the entry before it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from assistant.accounts.errors import AuditBrokenError
from assistant.accounts.model import AuditEntry, AuditNote
from assistant.accounts.tables import audit_log as _log

START = "0" * 64
"""What the first entry follows."""


def hash_of(number: int, at: str, note: AuditNote, previous_hash: str) -> str:
    """Return the SHA-256 of an entry's fields and the hash before it, as 64 hexadecimal digits."""
    fields = [number, at, note.action, note.actor, note.subject, note.address]
    text = json.dumps([*fields, _dump(note), previous_hash], ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def append(connection: sa.Connection, note: AuditNote, *, at: datetime) -> None:
    """Append an entry within a transaction that writes."""
    last = connection.execute(
        sa.select(_log.c.number, _log.c.entry_hash).order_by(_log.c.number.desc()).limit(1)
    ).one_or_none()
    number, previous = (1, START) if last is None else (last.number + 1, last.entry_hash)
    when = at.astimezone(UTC).isoformat()
    connection.execute(
        _log.insert().values(
            number=number,
            at=when,
            action=note.action,
            actor=note.actor,
            subject=note.subject,
            address=note.address,
            detail=_dump(note),
            previous_hash=previous,
            entry_hash=hash_of(number, when, note, previous),
        )
    )


class SqlAuditLog:
    """The `AuditLog` port on the database of conversations."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(is_write=True)

    def append(self, note: AuditNote, *, at: datetime) -> None:
        """Append an entry of its own."""
        with self._writer.begin() as connection:
            append(connection, note, at=at)

    def entries(
        self, *, limit: int, before: int | None = None, action: str = "", person: str = ""
    ) -> tuple[AuditEntry, ...]:
        """Return entries, newest first; `person` is a user's id as actor or subject."""
        query = sa.select(_log).order_by(_log.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(_log.c.number < before)
        if action:
            query = query.where(_log.c.action.startswith(action, autoescape=True))
        if person:
            query = query.where(sa.or_(_log.c.actor == person, _log.c.subject == person))
        with self._engine.connect() as connection:
            return tuple(_entry(row) for row in connection.execute(query))

    def has(self, entry_hash: str) -> bool:
        """Return whether an entry has this hash."""
        query = sa.select(_log.c.number).where(_log.c.entry_hash == entry_hash)
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def verify(self) -> tuple[int, str]:
        """Follow the chain; return how many entries there are and the last one's hash.

        Whoever can write the file can also write a whole new chain, or cut its end: the last hash,
        kept somewhere else, shows that.

        Raises
        ------
        AuditBrokenError
            At the first entry that is missing, changed or out of place.
        """
        number, previous = 0, START
        with self._engine.connect() as connection:
            for row in connection.execute(sa.select(_log).order_by(_log.c.number)):
                entry = _entry(row)
                number += 1
                is_whole = (
                    entry.number == number
                    and entry.previous_hash == previous
                    and entry.entry_hash == hash_of(number, row.at, entry.note, previous)
                )
                if not is_whole:
                    raise AuditBrokenError(
                        f"The audit log is broken at entry {number}: it was changed or removed.",
                        hint="Compare with a backup; find out who could write the database.",
                    )
                previous = entry.entry_hash
        return number, previous


def _dump(note: AuditNote) -> str:
    return json.dumps(dict(note.detail), ensure_ascii=True, sort_keys=True)


def _entry(row: Any) -> AuditEntry:
    return AuditEntry(
        number=row.number,
        at=datetime.fromisoformat(row.at),
        note=AuditNote(
            action=row.action,
            actor=row.actor,
            subject=row.subject,
            address=row.address,
            detail=json.loads(row.detail),
        ),
        previous_hash=row.previous_hash,
        entry_hash=row.entry_hash,
    )

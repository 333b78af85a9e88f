"""The audit log: append-only, each entry's hash covering the entry before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from assistant.accounts.errors import AuditBrokenError
from assistant.accounts.model import AuditEntry, AuditNote
from assistant.accounts.tables import audit_log as _log
from assistant.accounts.tables import may_change_log

START = "0" * 64
"""What the first entry follows."""
ERASED = "person.erased"
"""An entry that tells what an erasure left of others."""
SHORTENED = "audit.shortened"
"""An entry that tells where the log begins, when it does not begin at its start."""


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


def redact(connection: sa.Connection, user_id: str, *, pseudonym: str) -> dict[str, str]:
    """Take a person out of the log, within a transaction that writes.

    Their id becomes the pseudonym, addresses go, and so does the detail of what was done to them.
    The hashes stay, so that the chain does; the random id is part of what was hashed, so that
    nobody can try names against them once it is gone.

    Returns
    -------
    dict of str to str
        Number of each entry → hash of what is left of it. It belongs into an entry
        `person.erased` of the same transaction, for `verify` to go by.
    """
    mine = sa.or_(_log.c.actor == user_id, _log.c.subject == user_id)
    rows = connection.execute(sa.select(_log).where(mine).order_by(_log.c.number)).all()
    left: dict[str, str] = {}
    if not rows:
        return left
    with may_change_log(connection):
        for row in rows:
            note = _entry(row).note
            is_subject = note.subject == user_id
            kept = replace(
                note,
                actor=pseudonym if note.actor == user_id else note.actor,
                subject=pseudonym if is_subject else note.subject,
                address="",
                detail={} if is_subject else note.detail,
            )
            connection.execute(
                _log.update()
                .where(_log.c.number == row.number)
                .values(
                    actor=kept.actor,
                    subject=kept.subject,
                    address=kept.address,
                    detail=_dump(kept),
                )
            )
            left[str(row.number)] = _left_hash(row.number, row.at, kept)
    return left


def shorten(connection: sa.Connection, *, before: datetime, at: datetime) -> int:
    """Remove the oldest entries, within a transaction that writes; return how many.

    What they ended with stands in an entry `audit.shortened`, so that the rest can be followed
    from there. An entry that tells of an erasure is newer than all that it tells of.
    """
    cutoff = before.astimezone(UTC).isoformat()
    up_to = connection.execute(sa.select(sa.func.max(_log.c.number)).where(_log.c.at < cutoff))
    last = up_to.scalar()
    if last is None:
        return 0
    gone = _log.c.number <= last
    end = connection.execute(sa.select(_log.c.entry_hash).where(_log.c.number == last)).scalar()
    count = sa.select(sa.func.count()).select_from(_log).where(gone)
    n_gone = connection.execute(count).scalar_one()
    note = AuditNote(action=SHORTENED, actor="cli", detail={"up_to": last, "hash": end})
    append(connection, note, at=at)
    with may_change_log(connection):
        connection.execute(_log.delete().where(gone))
    return int(n_gone)


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
        with self._engine.connect() as connection:
            entries = [
                (row.at, _entry(row))
                for row in connection.execute(sa.select(_log).order_by(_log.c.number))
            ]
        number, previous = _start(entries)
        left = _left_of(entries)
        for at, entry in entries:
            number += 1
            whole = hash_of(number, at, entry.note, previous) == entry.entry_hash
            # What an erasure left of an entry is covered by the entry that tells of it.
            as_left = left.get(number) == _left_hash(number, at, entry.note)
            is_linked = entry.number == number and entry.previous_hash == previous
            if not (is_linked and (whole or as_left)):
                raise AuditBrokenError(
                    f"The audit log is broken at entry {number}: it was changed or removed.",
                    hint="Compare with a backup; find out who could write the database.",
                )
            previous = entry.entry_hash
        return number, previous


def _start(entries: Sequence[tuple[str, AuditEntry]]) -> tuple[int, str]:
    """Return after which entry the log begins, and that one's hash."""
    for _, entry in reversed(entries):
        if entry.note.action == SHORTENED:
            return int(str(entry.note.detail["up_to"])), str(entry.note.detail["hash"])
    return 0, START


def _left_of(entries: Sequence[tuple[str, AuditEntry]]) -> dict[int, str]:
    """Return number → hash of what erasures left of an entry; the latest counts."""
    left: dict[int, str] = {}
    for _, entry in entries:
        told = entry.note.detail.get("left")
        if entry.note.action == ERASED and isinstance(told, dict):
            left |= {int(number): str(held) for number, held in told.items()}
    return left


def _left_hash(number: int, at: str, note: AuditNote) -> str:
    """Return the hash of what is left of an entry, as 32 hexadecimal digits."""
    fields = [number, at, note.action, note.actor, note.subject, note.address, _dump(note)]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=True).encode("ascii")).hexdigest()[:32]


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

"""The erasure of one person through the whole home; cut short, it is taken up where it stopped."""

from __future__ import annotations

import mmap
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from analytics.questions.book import QuestionBook
from assistant.privacy.conversations import erase_rows
from assistant.privacy.errors import ErasureUnfinishedError, HomeInUseError
from assistant.privacy.journal import close_journal, read_journal, write_journal
from assistant.privacy.model import Erased, Subject
from assistant.tables import tickets
from assistant.upkeep.databases import is_open_elsewhere
from assistant.upkeep.inventory import ERASING

UPLOADS = "uploads"
"""Folder of what operators uploaded."""
_TEXTS = frozenset(
    {".md", ".markdown", ".txt", ".csv", ".json", ".jsonl", ".html", ".htm", ".yaml"}
)
_AT_THE_SOURCE = "Take the name out of {place}, too: the next ingest reads it again."
_BACKUPS = "Backups made before hold this person still: delete them, or let them run out."


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What an erasure works on."""

    home: Path
    database_path: Path
    documents_path: Path
    vectors_path: Path
    questions_path: Path
    open_database: Callable[[Path], sa.Engine]
    mask_knowledge: Callable[[Subject], tuple[Counter[str], tuple[str, ...]]]
    """Masks mentions in articles and past tickets and makes the index anew where there were any,
    or where there is none; returns how many, and where they came from."""
    now: Callable[[], datetime]


def unfinished(home: Path) -> Subject | None:
    """Return whose erasure was begun and not finished; None when there is none."""
    return read_journal(home)


def require_alone(database_path: Path) -> None:
    """Refuse while another process has the home open. This one must not have it open either.

    Raises
    ------
    HomeInUseError
    """
    if database_path.is_file() and is_open_elsewhere(database_path):
        raise HomeInUseError(
            "Another process has this home open, and would go on with what it holds in memory.",
            hint="Stop `deskwise serve`, then try again.",
        )


def erase_person(erasure: Erasure, subject: Subject) -> Erased:
    """Erase one person: rows, mentions, index, vectors, saved questions, the bytes on the disk.

    Every step can be done again, and the journal says whose erasure it is until the last is done.

    Raises
    ------
    HomeInUseError
        While another process has the home open.
    ErasureUnfinishedError
        When another person's erasure was cut short.
    """
    require_alone(erasure.database_path)
    begun = read_journal(erasure.home)
    if begun is not None and begun.user_id != subject.user_id:
        raise ErasureUnfinishedError(
            f"The erasure of {begun.name!r} was cut short.",
            hint=f"Finish it first: `deskwise users erase {begun.name}`.",
        )
    subject = begun or subject
    write_journal(erasure.home, subject)
    masked, places = erasure.mask_knowledge(subject)
    removed: Counter[str] = Counter()
    engine = erasure.open_database(erasure.database_path)
    try:
        if begun is not None or masked or _has_tickets(engine, subject):
            removed += _remove_vectors(erasure.vectors_path)
        removed += _remove_questions(erasure.questions_path, subject)
        masked += _mask_uploads(erasure.home / UPLOADS, subject)
        with engine.execution_options(is_write=True).begin() as connection:
            gone, mentions = erase_rows(connection, subject, at=erasure.now())
    finally:
        engine.dispose()
    for path in (erasure.database_path, erasure.documents_path):
        _compact(path)
    left = tuple(files_that_name(erasure.home, subject))
    close_journal(erasure.home)
    return Erased(
        removed=dict(sorted((removed + gone).items())),
        masked=dict(sorted((masked + mentions).items())),
        still_named_in=left,
        advice=(
            _BACKUPS,
            *(f"Take the name out of {place}, too: it is read from there." for place in places),
        ),
    )


def files_that_name(home: Path, subject: Subject) -> Iterator[str]:
    """Yield the files of a home in whose bytes the person's id or one of the words stands."""
    words = [form for word in (subject.user_id, *subject.words) for form in _bytes_of(word)]
    pattern = re.compile(b"|".join(re.escape(word) for word in words), re.IGNORECASE)
    for path in sorted(home.rglob("*")):
        if not path.is_file() or path.is_symlink() or path.name.startswith(ERASING):
            continue
        if path.stat().st_size == 0:
            continue
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held,
        ):
            if pattern.search(held):
                yield path.relative_to(home).as_posix()


def _bytes_of(word: str) -> tuple[bytes, ...]:
    escaped = word.encode("ascii", "backslashreplace")
    return word.encode("utf-8"), escaped, word.encode("utf-16-le")


def _has_tickets(engine: sa.Engine, subject: Subject) -> bool:
    query = sa.select(tickets.c.ticket_number).where(tickets.c.user_id == subject.user_id)
    with engine.connect() as connection:
        return connection.execute(query).first() is not None


def _remove_vectors(path: Path) -> Counter[str]:
    """Remove the cache of vectors: which of them are of the person's texts nobody can tell."""
    if not path.is_file():
        return Counter()
    for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        each.unlink(missing_ok=True)
    return Counter({"caches of vectors (computed again when needed)": 1})


def _remove_questions(path: Path, subject: Subject) -> Counter[str]:
    if not path.is_file():
        return Counter()
    book = QuestionBook(path)
    owners = {item.casefold() for item in (subject.user_id, subject.name, subject.email) if item}
    own = [
        name for name, item in book.kept().saved.items() if item.owner.strip().casefold() in owners
    ]
    for name in own:
        book.remove(name)
    text = path.read_text(encoding="utf-8")
    if subject.is_in(text):
        part = path.with_name(path.name + ".part")
        part.write_text(subject.masked(text), encoding="utf-8")
        part.chmod(path.stat().st_mode & 0o777)
        part.replace(path)
    return Counter({"saved questions": len(own)} if own else {})


def _mask_uploads(folder: Path, subject: Subject) -> Counter[str]:
    """Mask in uploaded files that are text: they are read again at the next ingest."""
    masked: Counter[str] = Counter()
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in _TEXTS or not path.is_file() or path.is_symlink():
            continue
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
        if subject.is_in(text):
            part = path.with_name(path.name + ".part")
            part.write_text(subject.masked(text), encoding="utf-8", errors="surrogateescape")
            part.replace(path)
            masked["uploaded files"] += 1
    return masked


def _compact(path: Path) -> None:
    """Write a database anew, so that no byte of what was deleted stays in it or in its log."""
    if not path.is_file():
        return
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

"""SQLite files of a home: copied as of one moment, checked, and asked who else has them open."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

BUSY_S = 10.0
_SHARED_FIRST = 0x40000002
_SHARED_BYTES = 510
"""Where SQLite keeps the locks of those who have a file open (sqlite.org/fileformat2, os_unix)."""
_MAX_PROBLEMS = 5


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that must be there, for reading alone.

    One that nobody has open is read as a plain file: SQLite would leave a log beside it.

    Raises
    ------
    sqlite3.Error
        When it is missing or no database.
    """
    with _opened(path, "mode=ro&immutable=1" if _is_quiet(path) else "mode=ro") as connection:
        yield connection


def copy_database(source: Path, target: Path) -> None:
    """Copy a database as of one moment, whoever writes to it meanwhile.

    Raises
    ------
    sqlite3.Error
        When the source is no database or cannot be read.
    """
    state = _state(source)
    if _is_quiet(source):
        _copy(source, target, "mode=ro&immutable=1")
        if _is_quiet(source) and _state(source) == state:
            return
    # Somebody writes, or began to.
    _copy(source, target, "mode=ro")


@contextmanager
def _opened(path: Path, how: str) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=BUSY_S)
    with closing(connection):
        yield connection


def _copy(source: Path, target: Path, how: str) -> None:
    with _opened(source, how) as old, closing(sqlite3.connect(target)) as new:
        # All pages in one step: one read transaction, which writers in WAL mode do not wait for.
        old.backup(new, pages=-1)


def _is_quiet(path: Path) -> bool:
    """Say whether no log lies beside a database, so that all of it is in its file."""
    return not any(path.with_name(path.name + end).exists() for end in ("-wal", "-journal"))


def _state(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def integrity_problems(path: Path) -> tuple[str, ...]:
    """Return what `integrity_check` and `foreign_key_check` say; nothing when all is well."""
    with reading(path) as connection:
        rows = connection.execute(f"PRAGMA integrity_check({_MAX_PROBLEMS})").fetchall()
        problems = [str(row[0]) for row in rows if row[0] != "ok"]
        if problems:
            return tuple(problems)
        orphans: dict[tuple[str, str], int] = {}
        for table, _, parent, _ in connection.execute("PRAGMA foreign_key_check"):
            orphans[table, parent] = orphans.get((table, parent), 0) + 1
    return tuple(
        f"{n} rows of {table} belong to nothing in {parent}"
        for (table, parent), n in sorted(orphans.items())
    )


def schema_version(path: Path) -> int:
    """Return the version that a database says it has: its own table's, else `user_version`."""
    with reading(path) as connection:
        named = connection.execute(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'"
        ).fetchone()
        query = "SELECT MAX(version) FROM schema_version" if named else "PRAGMA user_version"
        return int(connection.execute(query).fetchone()[0] or 0)


def row_counts(path: Path) -> dict[str, int]:
    """Return the number of rows of each table, by name."""
    with reading(path) as connection:
        names = [
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
                "ORDER BY name"
            )
        ]
        counts = {}
        for name in names:
            quoted = name.replace('"', '""')
            # The name comes from the database's own list of tables.
            query = f'SELECT COUNT(*) FROM "{quoted}"'  # noqa: S608
            counts[name] = int(connection.execute(query).fetchone()[0])
    return counts


def empty_tables(path: Path, names: Collection[str]) -> None:
    """Remove all rows of these tables, where a database has them, and their bytes."""
    with closing(sqlite3.connect(path)) as connection, connection:
        there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        connection.execute("PRAGMA secure_delete = ON")
        for name in sorted(there & set(names)):
            connection.execute(f'DELETE FROM "{name}"')  # noqa: S608 - names of this program


def is_open_elsewhere(path: Path) -> bool:
    """Say whether another process has a database open.

    Its shared lock is looked for; nothing is written. This process must not have it open: closing
    a file lets go of all locks that a process has on it.
    """
    with path.open("r+b") as handle:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_BYTES, _SHARED_FIRST)
        except (BlockingIOError, PermissionError):
            return True
        fcntl.lockf(handle, fcntl.LOCK_UN, _SHARED_BYTES, _SHARED_FIRST)
    return False

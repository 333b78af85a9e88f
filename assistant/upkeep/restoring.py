"""A backup into a home: unpacked and checked beside it, then exchanged in one step."""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from assistant.errors import BackupUnreadableError, RestoreError
from assistant.upkeep.databases import (
    integrity_problems,
    is_open_elsewhere,
    row_counts,
    schema_version,
)
from assistant.upkeep.inventory import is_database
from assistant.upkeep.manifest import BackupManifest
from assistant.upkeep.packing import is_running, sync
from assistant.upkeep.unpacking import read_manifest, unpack

_AT_FDCWD: Final = -100
_EXCHANGE: Final = 2
"""RENAME_EXCHANGE of renameat2(2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A home that was put into place."""

    home: Path
    kept_as: Path | None
    """Where the old home is now; None when there was none."""
    manifest: BackupManifest
    index: str
    """What became of the index, in words."""


def restore(
    backup: Path,
    home: Path,
    *,
    known_schemas: Mapping[str, int],
    is_replacing: bool,
    finish: Callable[[Path], str],
    now: datetime,
) -> Restored:
    """Put a backup into a home.

    Whatever happens on the way, the home is what it was before or the whole restored one.

    Parameters
    ----------
    backup : Path
        From `write_backup`.
    home : Path
        Need not be there.
    known_schemas : mapping of str to int
        Database → newest schema version that this program knows.
    is_replacing : bool
        Whether a home that holds something may be set aside.
    finish : callable
        Gets the unpacked folder before it is put into place; returns what became of the index.
    now : datetime
        Names the old home.

    Raises
    ------
    RestoreError
        When the home holds something, is in use, or cannot be written.
    BackupUnreadableError
        When the backup is damaged or newer.
    """
    _check_schemas(read_manifest(backup), known_schemas)
    home = home.resolve()
    try:
        _check_home(home, is_replacing=is_replacing)
        with _staging(home) as staged:
            manifest = unpack(backup, staged)
            _check_databases(staged, manifest, known_schemas)
            index = finish(staged)
            _check_home(home, is_replacing=is_replacing)
            kept_as = _put_in_place(staged, home, now)
    except OSError as error:
        raise RestoreError(
            f"{home} cannot be restored: {error.strerror or error}.",
            hint="The home is as it was. Make room, or choose a folder that you may write to.",
        ) from error
    return Restored(home=home, kept_as=kept_as, manifest=manifest, index=index)


def _check_schemas(manifest: BackupManifest, known: Mapping[str, int]) -> None:
    for name, version in manifest.schemas.items():
        if name in known and version > known[name]:
            raise BackupUnreadableError(
                f"{name} in the backup has schema version {version}; this program knows up to "
                f"{known[name]}.",
                hint=f"Use Deskwise {manifest.version} or a newer version.",
            )


def _check_home(home: Path, *, is_replacing: bool) -> None:
    if not home.exists():
        if not home.parent.is_dir():
            raise RestoreError(
                f"There is no folder {home.parent} to restore into.", hint="Make it first."
            )
        return
    if not home.is_dir():
        raise RestoreError(f"{home} is a file.", hint="Name a folder with --home.")
    if os.path.ismount(home):
        raise RestoreError(
            f"{home} is a mount point, which cannot be exchanged in one step.",
            hint=f"Restore into a folder inside it: --home {home / 'home'}.",
        )
    if not any(home.iterdir()):
        return
    if not is_replacing:
        raise RestoreError(
            f"{home} is not empty.",
            hint="With --replace it is set aside, whole, under another name.",
        )
    for path in sorted(home.rglob("*")):
        if is_database(path.name) and path.is_file() and is_open_elsewhere(path):
            raise RestoreError(
                f"{path} is open in another process.", hint="Stop `deskwise serve` first."
            )


@contextmanager
def _staging(home: Path) -> Iterator[Path]:
    """Give a folder beside the home; what killed runs left behind is removed."""
    for left in home.parent.glob(f".{home.name}.restoring-*"):
        if not is_running(left.name.rpartition("-")[2]):
            shutil.rmtree(left, ignore_errors=True)
    staged = home.parent / f".{home.name}.restoring-{os.getpid()}"
    staged.mkdir(mode=0o700)
    try:
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _check_databases(staged: Path, manifest: BackupManifest, known: Mapping[str, int]) -> None:
    """Compare what was unpacked with what the manifest says of each database."""
    for name, rows in manifest.rows.items():
        path = staged / name
        try:
            problems = integrity_problems(path)
            found, version = row_counts(path), schema_version(path)
        except sqlite3.Error as error:
            raise _unsound(name, str(error)) from error
        if problems:
            raise _unsound(name, problems[0])
        if found != rows:
            raise _unsound(name, "it has other rows than the manifest says")
        if version > known.get(name, version):
            raise _unsound(name, f"its schema version {version} is newer than its manifest says")
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _unsound(name: str, reason: str) -> BackupUnreadableError:
    return BackupUnreadableError(
        f"The database {name} in the backup is not sound: {reason}.", hint="Take another backup."
    )


def _put_in_place(staged: Path, home: Path, now: datetime) -> Path | None:
    """Make the unpacked folder the home; return where the old one is."""
    for folder in sorted(path for path in staged.rglob("*") if path.is_dir()):
        sync(folder)
    sync(staged)
    if not home.exists() or not any(home.iterdir()):
        staged.rename(home)  # over an empty folder too
        sync(home.parent)
        return None
    kept_as = _free_name(home, now)
    # First the other name, then the exchange: nothing that clears up may ever take the old home
    # for something unfinished.
    staged.rename(kept_as)
    if not _exchange(kept_as, home):
        kept_as.rename(staged)
        _move_aside(home, kept_as, staged)
    sync(home.parent)
    return kept_as


def _move_aside(home: Path, kept_as: Path, staged: Path) -> None:
    """Exchange by two renames; killed between them, the old home is whole under its new name."""
    home.rename(kept_as)
    try:
        staged.rename(home)
    except OSError:
        kept_as.rename(home)
        raise


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; False where the system cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    done = rename(
        ctypes.c_int(_AT_FDCWD),
        ctypes.c_char_p(os.fsencode(one)),
        ctypes.c_int(_AT_FDCWD),
        ctypes.c_char_p(os.fsencode(other)),
        ctypes.c_uint(_EXCHANGE),
    )
    return int(done) == 0


def _free_name(home: Path, now: datetime) -> Path:
    name = f"{home.name}.before-restore-{now:%Y%m%dT%H%M%SZ}"
    taken = {path.name for path in home.parent.iterdir()}
    numbered = (name if n == 1 else f"{name}-{n}" for n in range(1, len(taken) + 2))
    return home.with_name(next(each for each in numbered if each not in taken))

"""A home into one file: copied as of one moment, hashed, written beside, then moved into place."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from assistant.errors import BackupError
from assistant.upkeep.databases import (
    copy_database,
    empty_tables,
    integrity_problems,
    row_counts,
    schema_version,
)
from assistant.upkeep.inventory import LeftOut, Stock
from assistant.upkeep.manifest import (
    FORMAT,
    MANIFEST,
    MANIFEST_HASH,
    BackupManifest,
    FileEntry,
    LeftOutEntry,
    digest,
    dump_manifest,
    unsafe_name,
)

SUFFIXES: Final = (".tar", ".tar.gz", ".tgz")
_ATTEMPTS: Final = 3
_CHUNK: Final = 2**20
_COMPRESSION: Final = 4
"""Parquet, vectors and weights do not get smaller; what does, is small."""
_FILE_MODE: Final = 0o600
EMPTIED: Final = ("sessions",)
"""Tables whose rows stay out: a restored backup must not open a session that was closed."""
_ROOM: Final = "Make room on the disk, or name a file on another one."


class _ChangedError(Exception):
    """A file was replaced between being hashed and being written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What is to be packed, and how it is held still."""

    home: Path
    take_stock: Callable[[], Stock]
    """Lists the files; asked again after they were written, to see whether any changed."""
    texts: Mapping[str, bytes]
    """Files that are written otherwise than they stand on the disk."""
    holding: Callable[[], AbstractContextManager[None]]
    """While it is entered, no index is published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A backup that was made."""

    path: Path
    n_bytes: int
    manifest: BackupManifest


def write_backup(
    source: Source,
    target: Path,
    *,
    created_at: datetime,
    version: str,
    show: Callable[[str], None],
) -> Packed:
    """Write a backup beside `target` and move it into place.

    Whatever happens on the way, `target` is what it was before or a whole new backup.

    Raises
    ------
    BackupError
        When the target cannot be written, a database is damaged, or files change all the time.
    """
    check_target(target, source.home)
    try:
        with _work_folder(target) as work:
            databases = _copy_databases(source, work, show)
            for _ in range(_ATTEMPTS):
                try:
                    return _pack(source, databases, (work, target), created_at, version, show)
                except (_ChangedError, FileNotFoundError):
                    show("something was replaced meanwhile; once more")
    except sqlite3.Error as error:
        raise BackupError(
            f"A database of {source.home} cannot be read: {error}.",
            hint="`deskwise doctor` says which one, and what to do.",
        ) from error
    except OSError as error:
        raise BackupError(
            f"The backup {target} cannot be written: {error.strerror or error}.", hint=_ROOM
        ) from error
    raise BackupError(
        f"Files of {source.home} were replaced while they were copied, {_ATTEMPTS} times.",
        hint="Wait until training or loading data has ended.",
    )


def check_target(target: Path, home: Path) -> None:
    """Refuse a target that cannot be one.

    Raises
    ------
    BackupError
        When its name has another ending, its folder is not there, or it lies in the home.
    """
    if not target.name.lower().endswith(SUFFIXES):
        raise BackupError(
            f"A backup is called .tar, .tar.gz or .tgz, not {target.name!r}.",
            hint="Choose another name, for example backup.tar.gz.",
        )
    if target.is_dir() or not target.parent.is_dir():
        what = "is a folder" if target.is_dir() else "is in a folder that does not exist"
        raise BackupError(f"{target} {what}.", hint="Name a file in a folder that exists.")
    if target.resolve().is_relative_to(home.resolve()):
        raise BackupError(
            f"{target} lies in the home that is backed up.",
            hint="Name a file outside of it, best on another disk.",
        )


@contextmanager
def _work_folder(target: Path) -> Iterator[Path]:
    """Give a folder beside the target; what killed runs left behind is removed."""
    for left in target.parent.glob(f".{target.name}.*.part"):
        if not is_running(left.name.split(".")[-2]):
            shutil.rmtree(left, ignore_errors=True)
    work = target.parent / f".{target.name}.{os.getpid()}.part"
    work.mkdir(mode=0o700)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def is_running(process_id: str) -> bool:
    """Say whether a process of this number runs; False for what is no number."""
    try:
        os.kill(int(process_id), 0)
    except (ValueError, ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _copy_databases(source: Source, work: Path, show: Callable[[str], None]) -> dict[str, Path]:
    """Copy every database as of one moment; a damaged one must not replace a good backup."""
    copies = {}
    for number, held in enumerate(source.take_stock().files):
        if not held.is_database:
            continue
        show(held.name)
        copy = work / f"{number}.sqlite"
        copy.touch(mode=_FILE_MODE)
        copy_database(held.path, copy)
        empty_tables(copy, EMPTIED)
        problems = integrity_problems(copy)
        if problems:
            raise BackupError(
                f"The database {held.name} is damaged: {problems[0]}.",
                hint="Nothing was written. `deskwise doctor` tells more; an older backup is kept.",
            )
        copies[held.name] = copy
    return copies


def _pack(
    source: Source,
    databases: Mapping[str, Path],
    places: tuple[Path, Path],
    created_at: datetime,
    version: str,
    show: Callable[[str], None],
) -> Packed:
    work, target = places
    with source.holding():
        stock = source.take_stock()
        before = _states(stock)
        files = [each for each in stock.files if not unsafe_name(each.name)]
        contents: dict[str, Path | bytes] = {
            each.name: databases.get(each.name, each.path) for each in files
        }
        if any(each.is_database and each.name not in databases for each in files):
            raise _ChangedError
        contents |= source.texts
        show("hashing")
        entries = {name: _entry(contents[name]) for name in sorted(contents)}
        manifest = BackupManifest(
            format=FORMAT,
            product="deskwise",
            version=version,
            created_at=created_at.isoformat(),
            schemas={name: schema_version(copy) for name, copy in databases.items()},
            rows={name: row_counts(copy) for name, copy in databases.items()},
            files=entries,
            left_out=_left_out(stock),
        )
        beside = work / "backup"
        show("writing")
        _write_tar(beside, target.name, manifest, contents, created_at)
        if _states(source.take_stock()) != before:
            raise _ChangedError
    n_bytes = beside.stat().st_size
    beside.replace(target)
    sync(target.parent)
    return Packed(path=target, n_bytes=n_bytes, manifest=manifest)


def _left_out(stock: Stock) -> list[LeftOutEntry]:
    unnamed = [
        LeftOut(name=repr(each.name), reason=f"its name {unsafe_name(each.name)}")
        for each in stock.files
        if unsafe_name(each.name)
    ]
    return [
        LeftOutEntry(name=each.name, reason=each.reason) for each in (*stock.left_out, *unnamed)
    ]


def _states(stock: Stock) -> dict[str, tuple[int, int, int]]:
    """Return what tells one state of the files from another; databases were copied already."""
    found = {}
    for each in stock.files:
        if not each.is_database:
            status = each.path.stat()
            found[each.name] = (status.st_ino, status.st_size, status.st_mtime_ns)
    return found


def _entry(content: Path | bytes) -> FileEntry:
    if isinstance(content, bytes):
        return FileEntry(sha256=digest(content), n_bytes=len(content))
    hashed, n_bytes = hashlib.sha256(), 0
    with content.open("rb") as handle:
        while part := handle.read(_CHUNK):
            hashed.update(part)
            n_bytes += len(part)
    return FileEntry(sha256=hashed.hexdigest(), n_bytes=n_bytes)


def _write_tar(
    beside: Path,
    name: str,
    manifest: BackupManifest,
    contents: Mapping[str, Path | bytes],
    at: datetime,
) -> None:
    """Write manifest, its hash, and the files in the order of their names."""
    head = dump_manifest(manifest)
    seconds = int(at.timestamp())
    descriptor = os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, _FILE_MODE)
    with os.fdopen(descriptor, "wb") as raw:
        with (
            _compressing(raw, name, seconds) as stream,
            tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            _add(tar, MANIFEST, io.BytesIO(head), len(head), seconds)
            own = f"{digest(head)}\n".encode()
            _add(tar, MANIFEST_HASH, io.BytesIO(own), len(own), seconds)
            for each, entry in manifest.files.items():
                _add_content(tar, each, contents[each], entry, seconds)
        raw.flush()
        os.fsync(raw.fileno())


@contextmanager
def _compressing(raw: IO[bytes], name: str, seconds: int) -> Iterator[IO[bytes]]:
    if name.lower().endswith(".tar"):
        yield raw
        return
    with gzip.GzipFile(
        filename="", fileobj=raw, mode="wb", compresslevel=_COMPRESSION, mtime=seconds
    ) as packed:
        # GzipFile has what tarfile needs of a stream, but is not typed as one.
        yield packed  # type: ignore[misc]


def _add_content(
    tar: tarfile.TarFile, name: str, content: Path | bytes, entry: FileEntry, seconds: int
) -> None:
    if isinstance(content, bytes):
        _add(tar, name, io.BytesIO(content), entry.n_bytes, seconds)
        return
    with content.open("rb") as handle:
        checked = _Hashing(handle)
        try:
            _add(tar, name, checked, entry.n_bytes, seconds)
        except OSError as error:
            if checked.is_short:
                raise _ChangedError from error
            raise
        if checked.hashed.hexdigest() != entry.sha256 or handle.read(1):
            raise _ChangedError


class _Hashing(io.RawIOBase):
    """Reads a file and hashes what was read."""

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle
        self.hashed = hashlib.sha256()
        self.is_short = False

    def read(self, size: int = -1) -> bytes:
        part = self._handle.read(size)
        self.hashed.update(part)
        self.is_short = len(part) < size
        return part


def _add(tar: tarfile.TarFile, name: str, stream: IO[bytes] | _Hashing, n: int, at: int) -> None:
    """Add a plain file: no owner, no times of its own, readable for its owner alone."""
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = n, at, _FILE_MODE
    tar.addfile(info, stream)


def sync(path: Path) -> None:
    """See a file or a folder's names onto the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

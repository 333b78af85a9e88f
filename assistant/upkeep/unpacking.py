"""Reading a backup that may come from anywhere: every name, size and hash before it is used."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from assistant.errors import BackupUnreadableError, RestoreError
from assistant.upkeep.manifest import (
    MANIFEST,
    MANIFEST_HASH,
    MAX_MANIFEST_BYTES,
    BackupManifest,
    FileEntry,
    damaged,
    digest,
    load_manifest,
)

_GZIP: Final = b"\x1f\x8b"
_CHUNK: Final = 2**20
_SPARE_BYTES: Final = 64 * 2**20
"""Room on the disk that is left free."""
_MAX_TRAILING_BYTES: Final = 2**20
_PLAIN: Final = (tarfile.REGTYPE, tarfile.AREGTYPE)
_BROKEN: Final = (tarfile.TarError, OSError, EOFError, zlib.error, ValueError, OverflowError)


class _TooMuchAtOnceError(Exception):
    """A header asks for more bytes than a header has."""


class _Measured:
    """A stream that gives at most a chunk at once.

    tarfile reads an extended header whole, as long as the archive says it is; this refuses.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _CHUNK:
            raise _TooMuchAtOnceError
        found: bytes = self._stream.read(size)
        return found

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._stream.seek(offset, whence))

    def tell(self) -> int:
        return int(self._stream.tell())

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


def read_manifest(path: Path) -> BackupManifest:
    """Return what a backup says of itself; its files are not looked at.

    Raises
    ------
    BackupUnreadableError
        When it is no backup, damaged, or of a newer format.
    """
    with _opened(path) as (tar, _):
        return _manifest(tar)


def unpack(path: Path, folder: Path) -> BackupManifest:
    """Write the files of a backup into a folder, each compared with its hash.

    Parameters
    ----------
    path : Path
        The backup.
    folder : Path
        Exists and is empty; what is in it after an error is of no use.

    Raises
    ------
    BackupUnreadableError
        When a name, a kind of file, a size or a hash is not what it should be.
    RestoreError
        When the disk has no room, or a file cannot be written.
    """
    with _opened(path) as (tar, stream):
        manifest = _manifest(tar)
        _require_room(manifest, folder)
        missing = dict(manifest.files)
        while (member := tar.next()) is not None:
            entry = missing.pop(member.name, None)
            if entry is None:
                what = "twice" if member.name in manifest.files else "and its manifest does not"
                raise damaged(f"it has the file {member.name[:80]!r} {what}")
            _check_member(member, entry, folder)
            content = tar.extractfile(member)
            assert content is not None  # of a plain file
            _make_parents(folder, member.name)
            _write(content, folder / member.name, entry)
        if missing:
            raise damaged(f"{len(missing)} of its files are missing, the first is {min(missing)!r}")
        _require_end(stream)
    return manifest


@contextmanager
def _opened(path: Path) -> Iterator[tuple[tarfile.TarFile, Any]]:
    """Open a backup; give the archive and the bytes that it is read from."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise BackupUnreadableError(
            f"The backup {path} cannot be read: {error.strerror or error}.",
            hint="Check the path.",
        ) from error
    with raw:
        stream: Any = raw
        try:
            if raw.read(2) == _GZIP:
                stream = gzip.GzipFile(fileobj=raw, mode="rb")
            raw.seek(0)
            with tarfile.open(fileobj=_Measured(stream), mode="r:") as tar:  # type: ignore[call-overload]
                yield tar, stream
        except _TooMuchAtOnceError as error:
            raise damaged("one of its headers is longer than headers are") from error
        except RestoreError:
            raise
        except _BROKEN as error:
            raise damaged(f"it ends or breaks off where it should not ({error})") from error


def _require_end(stream: Any) -> None:
    """Read what follows the last file, so that a cut or changed ending is noticed too."""
    n_bytes = 0
    while part := stream.read(_CHUNK):
        n_bytes += len(part)
        if n_bytes > _MAX_TRAILING_BYTES or part.strip(b"\0"):
            raise damaged("something follows after its last file")


def _manifest(tar: tarfile.TarFile) -> BackupManifest:
    content = _small_file(tar, MANIFEST, MAX_MANIFEST_BYTES)
    expected = _small_file(tar, MANIFEST_HASH, _CHUNK)
    if expected.decode("ascii", "replace").strip() != digest(content):
        raise damaged("its manifest differs from the hash beside it")
    return load_manifest(content)


def _small_file(tar: tarfile.TarFile, name: str, most: int) -> bytes:
    member = tar.next()
    if member is None or member.name != name or member.type not in _PLAIN or member.size > most:
        raise damaged(f"{name} is not where it should be")
    stream = tar.extractfile(member)
    assert stream is not None  # of a plain file
    return b"".join(iter(lambda: stream.read(_CHUNK), b""))


def _require_room(manifest: BackupManifest, folder: Path) -> None:
    needed, free = manifest.n_bytes() + _SPARE_BYTES, shutil.disk_usage(folder).free
    if needed > free:
        raise RestoreError(
            f"The backup needs {needed / 1e6:,.0f} MB unpacked; {free / 1e6:,.0f} MB are free.",
            hint="Make room on the disk that the home is on.",
        )


def _check_member(member: tarfile.TarInfo, entry: FileEntry, folder: Path) -> None:
    if member.type not in _PLAIN or member.issparse() or member.linkname:
        raise damaged(f"{member.name[:80]!r} is no plain file")
    if member.size != entry.n_bytes:
        raise damaged(
            f"{member.name[:80]!r} has {member.size} bytes, its manifest says {entry.n_bytes}"
        )
    # The names were checked with the manifest; the library's own filter, where there is one (3.11
    # has it from 3.11.4 on), has the last word.
    check = getattr(tarfile, "data_filter", None)
    if check is not None:
        check(member, str(folder))


def _make_parents(folder: Path, name: str) -> None:
    """Make the folders of a file, each for its owner alone."""
    for part in name.split("/")[:-1]:
        folder = folder / part
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _unwritten(folder, error) from error


def _write(stream: IO[bytes], target: Path, entry: FileEntry) -> None:
    hashed, n_bytes = hashlib.sha256(), 0
    try:
        descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise _unwritten(target, error) from error
    with os.fdopen(descriptor, "wb") as handle:
        while part := stream.read(_CHUNK):
            hashed.update(part)
            n_bytes += len(part)
            try:
                handle.write(part)
            except OSError as error:
                raise _unwritten(target, error) from error
        if n_bytes != entry.n_bytes or hashed.hexdigest() != entry.sha256:
            raise damaged(f"{target.name!r} differs from the hash in its manifest")
        try:
            handle.flush()
            os.fsync(handle.fileno())
        except OSError as error:
            raise _unwritten(target, error) from error


def _unwritten(target: Path, error: OSError) -> RestoreError:
    return RestoreError(
        f"{target} cannot be written: {error.strerror or error}.",
        hint="Make room on the disk that the home is on.",
    )

"""ZIP and TAR archives → their members, one after the other, within limits."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO

from knowledge_base.errors import SourceError
from knowledge_base.sources.archive_names import is_hidden, member_name
from knowledge_base.sources.converted import Member

MAX_MEMBERS = 50_000

_CHUNK_BYTES = 1_000_000
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
)


def unpack(
    raw: bytes,
    *,
    is_tar: bool,
    is_wanted: Callable[[str], bool],
    max_member_bytes: int,
    max_total_bytes: int,
) -> Iterator[Member]:
    """Yield the wanted files of an archive in its own order.

    Parameters
    ----------
    raw : bytes
        The archive.
    is_tar : bool
        Whether it is a TAR archive, packed with gzip or not; else a ZIP archive.
    is_wanted : callable
        Told a member's name; the others are passed over.
    max_member_bytes, max_total_bytes : int
        How long one member, and all together, may be when unpacked. A longer member is yielded
        with the reason; a longer archive ends with an error.

    Raises
    ------
    SourceError
        When it is broken or too long.
    """
    budget = _Budget(max_member_bytes, max_total_bytes)
    members = _tar(raw, budget, is_wanted) if is_tar else _zip(raw, budget, is_wanted)
    try:
        yield from members
    except _BROKEN as error:
        raise SourceError(
            f"It is no readable archive: {str(error).rstrip('.') or type(error).__name__}.",
            hint="Pack it again.",
        ) from error


class _Budget:
    """Counts what was unpacked."""

    def __init__(self, max_member_bytes: int, max_total_bytes: int) -> None:
        self.max_member_bytes = max_member_bytes
        self.max_total_bytes = max_total_bytes
        self.n_bytes = 0
        self.n_members = 0

    def take(self, n_bytes: int) -> None:
        """Count bytes.

        Raises
        ------
        SourceError
            When the archive has unpacked to too many.
        """
        self.n_bytes += n_bytes
        if self.n_bytes > self.max_total_bytes:
            raise SourceError(
                f"It unpacks to more than {self.max_total_bytes:,} bytes.", hint="Split it."
            )

    def take_member(self) -> None:
        """Count one member of any kind."""
        self.n_members += 1
        if self.n_members > MAX_MEMBERS:
            raise SourceError(f"It has more than {MAX_MEMBERS:,} members.", hint="Split it.")

    def read(self, stream: IO[bytes]) -> bytes | None:
        """Return a member's bytes, or None when it is too long."""
        pieces: list[bytes] = []
        n_bytes = 0
        while chunk := stream.read(_CHUNK_BYTES):
            self.take(len(chunk))
            n_bytes += len(chunk)
            if n_bytes > self.max_member_bytes:
                return None
            pieces.append(chunk)
        return b"".join(pieces)

    def too_long(self) -> str:
        """Return the reason for a member that is too long."""
        return f"It unpacks to more than {self.max_member_bytes:,} bytes."


def _zip(raw: bytes, budget: _Budget, is_wanted: Callable[[str], bool]) -> Iterator[Member]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for entry in archive.infolist():
            budget.take_member()
            mode = entry.external_attr >> 16
            if entry.is_dir():
                continue
            name, reason = _judge(entry.filename, is_wanted)
            if name is None:
                continue
            if stat.S_ISLNK(mode):
                reason = "It is a link; links inside archives are not followed."
            elif entry.flag_bits & 1:
                reason = "It is protected by a password."
            elif entry.file_size > budget.max_member_bytes:
                reason = budget.too_long()
            if reason:
                yield Member(name=name, reason=reason)
                continue
            yield _read_zip_member(archive, entry, name, budget)


def _read_zip_member(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, budget: _Budget
) -> Member:
    try:
        with archive.open(entry) as stream:
            content = budget.read(stream)
    except _BROKEN as error:
        return Member(name=name, reason=f"It is damaged: {str(error).rstrip('.')}.")
    if content is None:
        return Member(name=name, reason=budget.too_long())
    return Member(name=name, content=content)


def _tar(raw: bytes, budget: _Budget, is_wanted: Callable[[str], bool]) -> Iterator[Member]:
    packed = io.BytesIO(raw)
    is_packed = raw[:2] == b"\x1f\x8b"
    stream = gzip.GzipFile(fileobj=packed) if is_packed else packed
    # The budget counts what passes through, so that members passed over cost as well.
    counted = _Counted(stream, budget.max_total_bytes)
    with tarfile.open(fileobj=counted, mode="r|") as archive:
        for entry in archive:
            budget.take_member()
            if entry.isdir():
                continue
            name, reason = _judge(entry.name, is_wanted)
            if name is None:
                continue
            if entry.issym() or entry.islnk():
                reason = "It is a link; links inside archives are not followed."
            elif not entry.isfile():
                reason = "It is a device, no file."
            elif entry.size > budget.max_member_bytes:
                reason = budget.too_long()
            if reason:
                yield Member(name=name, reason=reason)
                continue
            held = archive.extractfile(entry)
            content = budget.read(held) if held is not None else b""
            if content is None:
                yield Member(name=name, reason=budget.too_long())
            else:
                yield Member(name=name, content=content)


class _Counted(io.RawIOBase):
    """A stream that ends with an error when too much was read from it."""

    def __init__(self, stream: gzip.GzipFile | io.BytesIO, max_bytes: int) -> None:
        self._stream = stream
        self._left = max_bytes
        self._max_bytes = max_bytes

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        chunk = self._stream.read(size)
        self._left -= len(chunk)
        if self._left < 0:
            raise SourceError(f"It unpacks to more than {self._max_bytes:,} bytes.")
        return chunk


def _judge(written: str, is_wanted: Callable[[str], bool]) -> tuple[str | None, str]:
    """Return a member's safe name and what is wrong with it; None for one to pass over."""
    name = member_name(written)
    if not name:
        shown = "".join(letter for letter in written[:100] if letter.isprintable())
        last = shown.replace("\\", "/").rsplit("/", 1)[-1] or "member"
        if not is_wanted(last):
            return None, ""
        return f"(outside)/{last}", f"Its path {shown!r} leads out of the archive."
    return (None, "") if is_hidden(name) or not is_wanted(name) else (name, "")

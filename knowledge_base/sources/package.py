"""ZIP-based office files: what is refused before a library opens them."""

from __future__ import annotations

import io
import zipfile
import zlib

from knowledge_base.errors import SourceError

MAX_UNPACKED_BYTES = 300_000_000
MAX_PART_BYTES = 100_000_000
MAX_PARTS = 20_000
MAX_RATIO = 400
"""Unpacked bytes for one packed byte; sheets of equal rows reach 100."""

_RATIO_COUNTS_FROM = 10_000_000
_CHUNK_BYTES = 1_000_000
_MACROS = ("vbaproject.bin", "vbadata.xml")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)


def check_package(raw: bytes, kind: str, needed: str) -> None:
    """Refuse an office file that is broken, harmful or not what it is called.

    Parameters
    ----------
    raw : bytes
        The file.
    kind : str
        What it is called in words: "DOCX".
    needed : str
        Name of the part without which it is no such file.

    Raises
    ------
    SourceError
        When it is no ZIP archive, lacks that part, is protected by a password, holds macros,
        declares XML entities, or unpacks to more than an office file has.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            entries = package.infolist()
            _check_entries(entries, kind, needed)
            total = 0
            for entry in entries:
                total += _check_part(package, entry)
                _check_size(total, len(raw))
    except _BROKEN as error:
        raise SourceError(
            f"It is no readable {kind} file: {str(error).rstrip('.') or type(error).__name__}.",
            hint="Open and save it again.",
        ) from error


def _check_entries(entries: list[zipfile.ZipInfo], kind: str, needed: str) -> None:
    if len(entries) > MAX_PARTS:
        raise SourceError(f"It has {len(entries):,} parts; a {kind} file may have {MAX_PARTS:,}.")
    if any(entry.flag_bits & 1 for entry in entries):
        raise SourceError("It is protected by a password.", hint="Save it without one.")
    names = {entry.filename.lower().lstrip("/") for entry in entries}
    macros = sorted(name for name in names if name.rsplit("/", 1)[-1] in _MACROS)
    if macros:
        raise SourceError(f"It holds macros ({macros[0]}).", hint=f"Save it as plain {kind}.")
    if needed.lower() not in names:
        raise SourceError(f"It is no {kind} file: it has no part {needed!r}.")


def _check_part(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """Unpack one part to nowhere and return how long it is."""
    n_bytes = 0
    is_xml = entry.filename.lower().endswith((".xml", ".rels"))
    tail = b""
    with package.open(entry) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            n_bytes += len(chunk)
            _check_size(n_bytes, max(1, entry.compress_size), limit=MAX_PART_BYTES)
            # UTF-16 differs from ASCII by its zero bytes alone.
            window = (tail + chunk).replace(b"\0", b"") if is_xml else b""
            if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                raise SourceError(
                    f"Its part {entry.filename!r} declares XML entities, which office files "
                    "never do."
                )
            tail = chunk[-32:]
    return n_bytes


def _check_size(n_bytes: int, n_packed: int, limit: int = MAX_UNPACKED_BYTES) -> None:
    if n_bytes > limit:
        raise SourceError(f"It unpacks to more than {limit:,} bytes.", hint="Split it.")
    if n_bytes > _RATIO_COUNTS_FROM and n_bytes > MAX_RATIO * n_packed:
        raise SourceError(
            f"It unpacks to more than {MAX_RATIO} times its size, which no honest file does."
        )

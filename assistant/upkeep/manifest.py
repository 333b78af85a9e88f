"""What a backup says of itself: format, product version, and the sha256 of each file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import BackupUnreadableError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
MANIFEST_HASH: Final = "manifest.sha256"
MAX_MANIFEST_BYTES: Final = 32 * 2**20
_DAMAGED: Final = "Take another backup; this file is damaged or was never one of Deskwise."
_MAX_NAME_CHARS: Final = 1_000
_DRIVE: Final = re.compile(r"[A-Za-z]:")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FileEntry(_Strict):
    """A file of a backup."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    n_bytes: Annotated[int, Field(ge=0)]


class LeftOutEntry(_Strict):
    """What a backup does not have, and why."""

    name: str
    reason: str


class BackupManifest(_Strict):
    """The first file of a backup."""

    format: int
    product: str
    version: str
    """Of the program that wrote it."""
    created_at: str
    schemas: dict[str, int]
    """Database → schema version."""
    rows: dict[str, dict[str, int]]
    """Database → table → number of rows."""
    files: dict[str, FileEntry]
    left_out: list[LeftOutEntry]

    def n_bytes(self) -> int:
        """Return the size of all files together."""
        return sum(each.n_bytes for each in self.files.values())


def dump_manifest(manifest: BackupManifest) -> bytes:
    """Return the manifest as it is written; the same content gives the same bytes."""
    body = json.dumps(manifest.model_dump(), indent=1, sort_keys=True, ensure_ascii=False)
    return f"{body}\n".encode()


def load_manifest(content: bytes) -> BackupManifest:
    """Read a manifest and check every name in it.

    Raises
    ------
    BackupUnreadableError
        When it is malformed, of a newer format, or names a file that may not be written.
    """
    try:
        given = json.loads(content)
        found = given["format"] if isinstance(given, Mapping) else None
        if isinstance(found, int) and not isinstance(found, bool) and found > FORMAT:
            raise BackupUnreadableError(
                f"The backup has format {found}; this program reads formats up to {FORMAT}.",
                hint="Use the version of Deskwise that wrote it, or a newer one.",
            )
        manifest = BackupManifest.model_validate(given)
        datetime.fromisoformat(manifest.created_at)
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise BackupUnreadableError(
            f"The backup's manifest cannot be read: {reason}.", hint=_DAMAGED
        ) from error
    if manifest.format != FORMAT or manifest.product != "deskwise":
        raise BackupUnreadableError(
            f"The file says it is format {manifest.format} of {manifest.product!r}, "
            f"expected format {FORMAT} of 'deskwise'.",
            hint=_DAMAGED,
        )
    _check_names(manifest)
    return manifest


def damaged(what: str) -> BackupUnreadableError:
    """Return the error for a file that is not as its manifest says."""
    return BackupUnreadableError(f"The backup is damaged: {what}.", hint=_DAMAGED)


def digest(content: bytes) -> str:
    """Return the sha256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def _check_names(manifest: BackupManifest) -> None:
    for name in manifest.files:
        why = unsafe_name(name)
        if why:
            raise damaged(f"it names a file {name[:80]!r}, which {why}")
    folded = {name.casefold() for name in manifest.files}
    if len(folded) != len(manifest.files):
        raise damaged("two of its files differ in capital letters alone")
    for name in manifest.files:
        parts = name.casefold().split("/")
        if any("/".join(parts[:n]) in folded for n in range(1, len(parts))):
            raise damaged(f"it uses {name[:80]!r} below a file")


def unsafe_name(name: str) -> str:
    """Return why a file of this name may not be written; empty when it may.

    Examples
    --------
    >>> unsafe_name("knowledge/documents.sqlite")
    ''
    >>> unsafe_name("../home/.ssh/authorized_keys")
    'has a part that leads elsewhere'
    """
    if not name or len(name) > _MAX_NAME_CHARS or not name.isprintable() or "\\" in name:
        return "is no plain path"
    if name.startswith("/") or _DRIVE.match(name):
        return "is an absolute path"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "has a part that leads elsewhere"
    if any(len(part.encode()) > 255 for part in name.split("/")):
        return "has a part that is too long"
    if name in (MANIFEST, MANIFEST_HASH):
        return "is the manifest's own"
    return ""

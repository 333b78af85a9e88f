"""Files that come over the page: taken in parts, checked, then put in place whole."""

from __future__ import annotations

import re
import secrets
import shutil
import threading
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from assistant.errors import UploadNotFoundError, UploadRefusedError
from assistant.operations import SourceKind
from knowledge_base.sources.formats import is_known

FOLDER: Final = "uploads"
"""Below the home: a folder for each source."""
WAITING: Final = ".incoming"
MAX_FILES: Final = 2000
MAX_TOTAL_BYTES: Final = 500_000_000
MAX_OPEN: Final = 8
"""Uploads that are open at once; the oldest is dropped for another."""
MAX_DEPTH: Final = 8
TICKET_SUFFIXES: Final = frozenset({".csv", ".json", ".jsonl", ".xlsx"})
_SOURCE = re.compile(r"[^\W_][\w .-]{0,63}")
_PART = re.compile(r"[^\x00-\x1f\x7f/\\:*?\"<>|]{1,160}")


@dataclass(slots=True, kw_only=True)
class Upload:
    """Files on their way."""

    upload_id: str
    user_id: str
    source: str
    kind: SourceKind
    acl: tuple[str, ...]
    folder: Path
    sizes: dict[str, int] = field(default_factory=dict)
    """Path → bytes so far."""


@dataclass(slots=True, kw_only=True)
class Uploads:
    """The uploads of one home."""

    home: Path
    max_file_bytes: int
    _open: dict[str, Upload] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def folder_of(self, source: str) -> Path:
        """Return where the files of an uploaded source are."""
        return self.home / FOLDER / source

    def open(self, source: str, *, kind: SourceKind, acl: tuple[str, ...], user_id: str) -> Upload:
        """Begin an upload.

        Raises
        ------
        UploadRefusedError
            When the source's name cannot be a folder's, or nobody could read it.
        """
        name = " ".join(source.split())
        if not _SOURCE.fullmatch(name) or name.endswith("."):
            raise UploadRefusedError(
                f"A source cannot be called {source[:80]!r}.",
                hint="Use letters, digits, spaces and . _ -, beginning with a letter or digit.",
            )
        if not acl:
            raise UploadRefusedError(
                "Nobody could read it: no group is named.", hint="Name groups, or everyone."
            )
        with self._lock:
            if not self._open:  # what an earlier process left belongs to nobody any more
                shutil.rmtree(self.home / FOLDER / WAITING, ignore_errors=True)
            while len(self._open) >= MAX_OPEN:
                self._drop(next(iter(self._open)))
            upload_id = secrets.token_hex(16)
            upload = Upload(
                upload_id=upload_id,
                user_id=user_id,
                source=name,
                kind=kind,
                acl=acl,
                folder=self.home / FOLDER / WAITING / upload_id,
            )
            upload.folder.mkdir(parents=True)
            self._open[upload_id] = upload
            return upload

    def add(self, upload_id: str, path: str, content: bytes, *, offset: int, user_id: str) -> int:
        """Append to a file; return how many bytes it has now.

        Raises
        ------
        UploadNotFoundError
            When there is none of this id, or it is somebody else's.
        UploadRefusedError
            When the path leads elsewhere, the kind is not read, it is too much, or a part is
            missing.
        """
        upload = self.of(upload_id, user_id=user_id)
        name = checked_path(path, upload.kind)
        with self._lock:
            size = upload.sizes.get(name, 0)
            if offset != size:
                raise UploadRefusedError(
                    f"{name} has {size:,} bytes so far; a part at {offset:,} does not follow.",
                    hint="Upload the file again from its beginning.",
                )
            self._check_room(upload, name, size + len(content), len(content))
            target = upload.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("ab") as handle:
                handle.write(content)
            upload.sizes[name] = size + len(content)
            return upload.sizes[name]

    def of(self, upload_id: str, *, user_id: str) -> Upload:
        """Return an open upload of somebody.

        Raises
        ------
        UploadNotFoundError
        """
        found = self._open.get(upload_id)
        if found is None or found.user_id != user_id:
            raise UploadNotFoundError(
                "There is no such upload of yours.", hint="Begin to upload again."
            )
        return found

    def put_in_place(self, upload: Upload) -> tuple[Path, ...]:
        """Move the files into the source's folder, over older ones; return where they are now."""
        target = self.folder_of(upload.source)
        placed = []
        with self._lock:
            for name in sorted(upload.sizes):
                to = target / name
                to.parent.mkdir(parents=True, exist_ok=True)
                (upload.folder / name).replace(to)
                placed.append(to)
            self._drop(upload.upload_id)
        return tuple(placed)

    def _check_room(self, upload: Upload, name: str, n_bytes: int, n_more: int) -> None:
        if n_bytes > self.max_file_bytes:
            raise UploadRefusedError(
                f"{name} has more than {self.max_file_bytes:,} bytes.",
                hint="Split it, or raise the setting max_file_mb.",
            )
        total = sum(upload.sizes.values()) + n_more
        if total > MAX_TOTAL_BYTES or len(upload.sizes) > MAX_FILES:
            raise UploadRefusedError(
                f"An upload holds {MAX_FILES:,} files and {MAX_TOTAL_BYTES:,} bytes.",
                hint="Upload it in parts, or use `deskwise ingest` on the server.",
            )

    def _drop(self, upload_id: str) -> None:
        upload = self._open.pop(upload_id, None)
        if upload is not None:
            shutil.rmtree(upload.folder, ignore_errors=True)


def checked_path(path: str, kind: SourceKind) -> str:
    """Return the path of a file below its source, with slashes.

    Raises
    ------
    UploadRefusedError
        When it leads out of the folder, is hidden, or of a kind that is not read.
    """
    parts = PurePosixPath(path.replace("\\", "/")).parts
    wrong = [
        part
        for part in parts
        if not _PART.fullmatch(part) or part.startswith((".", "~$")) or part != part.strip()
    ]
    if not parts or wrong or len(parts) > MAX_DEPTH:
        raise UploadRefusedError(
            f"{path[:120]!r} cannot be the path of a file.", hint="Rename it, then try again."
        )
    suffix = PurePosixPath(parts[-1]).suffix.lower()
    is_read = suffix in TICKET_SUFFIXES if kind == "tickets" else is_known(parts[-1])
    if not is_read:
        raise UploadRefusedError(
            f"{parts[-1]} is of no kind that is read.", hint="Leave it out, or convert it."
        )
    return "/".join(parts)

"""The index on disk: built beside the live one, verified, swapped in one step.

A snapshot is a folder with a manifest that names every file with its sha256. It holds the texts of
the documents too, so that what was found and what is quoted are of the same moment whatever an
ingest is writing meanwhile. `CURRENT` names the live snapshot; it is replaced by `os.replace`, so a
reader sees the old one or the new one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.errors import IndexCorruptError, IndexMissingError

FORMAT = 1
_POINTER = "CURRENT"
_MANIFEST = "manifest.json"
_REBUILD = "Build the index anew with `deskwise ingest`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a snapshot is made of."""

    encoder: str
    """Name of the encoder whose vectors it holds."""
    corpus_digest: str
    """sha256 over the documents' ids and hashes and over how they were cut and indexed."""
    n_documents: int
    n_passages: int
    files: Mapping[str, str]
    """Path inside the snapshot → sha256."""


class SnapshotFolder:
    """The folder that holds the snapshots.

    Parameters
    ----------
    root : Path
        Made when the first snapshot is built.
    keep : int
        How many snapshots stay, the live one included; at least 1.
    """

    def __init__(self, root: Path, *, keep: int = 2) -> None:
        self._root = root
        self._keep = max(1, keep)

    def current_name(self) -> str | None:
        """Return the name of the live snapshot, or None when there is none."""
        try:
            return (self._root / _POINTER).read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def manifest(self) -> Manifest | None:
        """Return the live snapshot's manifest, or None when there is no readable one."""
        name = self.current_name()
        if name is None:
            return None
        try:
            return _read_manifest(self._root / name)
        except IndexCorruptError:
            # Whoever asks wants to know whether to build anew, and the answer is yes.
            return None

    def open(self) -> tuple[Path, Manifest]:
        """Verify the live snapshot and return its folder.

        Raises
        ------
        IndexMissingError
            When nothing has been built yet.
        IndexCorruptError
            When a file is missing or differs from the manifest.
        """
        name = self.current_name()
        if name is None:
            raise IndexMissingError(
                f"There is no index in {str(self._root)!r}.",
                hint="Run `deskwise ingest PATH` or `deskwise demo`.",
            )
        folder = self._root / name
        manifest = _read_manifest(folder)
        for file, expected in manifest.files.items():
            if _sha256(folder / file) != expected:
                raise IndexCorruptError(
                    f"The index file {file!r} in {str(folder)!r} differs from its manifest.",
                    hint=_REBUILD,
                )
        return folder, manifest

    @contextmanager
    def building(self) -> Iterator[Path]:
        """Give an empty folder to build in; it is removed again if building fails."""
        self._root.mkdir(parents=True, exist_ok=True)
        folder = self._root / f"building-{os.getpid()}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def publish(self, folder: Path, describe: Callable[[Mapping[str, str]], Manifest]) -> Manifest:
        """Make a folder that was built the live snapshot.

        Parameters
        ----------
        folder : Path
            From `building`.
        describe : callable
            File hashes → manifest.
        """
        files = {
            path.relative_to(folder).as_posix(): _sha256(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        manifest = describe(files)
        _write_json(folder / _MANIFEST, manifest)
        for path in sorted(folder.rglob("*")):
            _fsync(path)
        _fsync(folder)
        name = f"{self._last_number() + 1:06d}-{manifest.corpus_digest[:12]}"
        if not (self._root / name).exists():
            folder.rename(self._root / name)
        # Else another ingest of the same corpus was quicker, and its snapshot is this one.
        _fsync(self._root)
        pointer = self._root / f"{_POINTER}.new"
        pointer.write_text(f"{name}\n", encoding="utf-8")
        _fsync(pointer)
        pointer.replace(self._root / _POINTER)
        _fsync(self._root)
        self._prune(name)
        return manifest

    def _last_number(self) -> int:
        return max((int(path.name[:6]) for path in self._snapshots()), default=0)

    def _snapshots(self) -> list[Path]:
        return sorted(path for path in self._root.glob("[0-9]*-*") if path.is_dir())

    def _prune(self, live: str) -> None:
        """Remove old snapshots and what a killed build left behind."""
        others = [path for path in self._snapshots() if path.name != live]
        surplus = len(others) - (self._keep - 1)
        for path in others[: max(0, surplus)]:
            shutil.rmtree(path, ignore_errors=True)
        for path in self._root.glob("building-*"):
            if not _is_running(path.name.removeprefix("building-")):
                shutil.rmtree(path, ignore_errors=True)


def _read_manifest(folder: Path) -> Manifest:
    try:
        saved = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if saved.pop("format") != FORMAT:
            raise IndexCorruptError(
                f"The index in {str(folder)!r} has another format than {FORMAT}.", hint=_REBUILD
            )
        return Manifest(**saved)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexCorruptError(
            f"The index in {str(folder)!r} has no readable manifest.", hint=_REBUILD
        ) from error


def _write_json(path: Path, manifest: Manifest) -> None:
    content = {
        "format": FORMAT,
        **{name: getattr(manifest, name) for name in Manifest.__dataclass_fields__},
    }
    path.write_text(json.dumps(content, indent=1, sort_keys=True), encoding="utf-8")


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise IndexCorruptError(
            f"The index file {path.name!r} cannot be read: {error.strerror or error}.",
            hint=_REBUILD,
        ) from error


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_running(process_id: str) -> bool:
    try:
        os.kill(int(process_id), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return int(process_id) != os.getpid()

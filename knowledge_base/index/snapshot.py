"""The index on disk: built beside the live one, verified, swapped in one step.

A snapshot is a folder with a manifest. The manifest names the snapshot's own files with their
sha256, and the segments that are searched: its own, and those of earlier snapshots, each with the
documents of it that are gone. So a small change writes a small folder. `CURRENT` names the live
snapshot; it is replaced by `os.replace`, so a reader sees the old one or the new one. Writers take
turns by a lock on the file `lock`, which the system lets go when its holder dies.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from knowledge_base.errors import IndexCorruptError, IndexMissingError

FORMAT = 2
_POINTER = "CURRENT"
_LOCK = "lock"
_MANIFEST = "manifest.json"
_SEEN = "verified.json"
_REBUILD = "Build the index anew with `deskwise ingest`."
_HASHED_AT_EACH_START = 16 * 2**20
"""A longer file is hashed in full once, and again when its inode, size or time of change differ."""
_ATTEMPTS = 5

_building_numbers = count()
_being_built: set[str] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentUse:
    """A segment as a snapshot uses it."""

    folder: str
    """Name of the snapshot that brought it."""
    deleted: tuple[int, ...] = ()
    """Its document rows that are gone, ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a snapshot is made of."""

    encoder: str
    """Name of the encoder whose vectors it holds."""
    recipe: str
    """How documents are cut and indexed; segments of different recipes are never mixed."""
    corpus_sum: str
    """Sum of `version_digest` over all documents of the store, in 64 hexadecimal digits."""
    corpus_digest: str
    """sha256 over recipe and sum."""
    n_documents: int
    n_passages: int
    segments: tuple[SegmentUse, ...]
    """In the order of their rows, the largest first."""
    files: Mapping[str, str]
    """Path inside this snapshot's folder → sha256."""


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

    @property
    def root(self) -> Path:
        """Return the folder."""
        return self._root

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

    def open(self, held: Collection[str] = ()) -> tuple[str, Manifest]:
        """Verify the live snapshot's segments and return its name and manifest.

        Parameters
        ----------
        held : collection of str
            Segments that are open already and are not verified again.

        Raises
        ------
        IndexMissingError
            When nothing has been built yet.
        IndexCorruptError
            When a file is missing or differs from the manifest.
        """
        for attempt in range(_ATTEMPTS):
            name = self.current_name()
            if name is None:
                raise _no_index(self._root)
            try:
                manifest = _read_manifest(self._root / name)
                for use in manifest.segments:
                    if use.folder not in held:
                        self._verify(use.folder)
                return name, manifest
            except IndexCorruptError:
                # What is missing may have been replaced while it was looked at.
                if attempt + 1 == _ATTEMPTS or self.current_name() == name:
                    raise
        raise AssertionError("unreachable")

    def verified_in_full(self) -> tuple[str, Manifest]:
        """Hash every file of the live snapshot, whatever was noted of it, and write nothing.

        Raises
        ------
        IndexMissingError, IndexCorruptError
            As `open`.
        """
        name = self.current_name()
        if name is None:
            raise _no_index(self._root)
        manifest = _read_manifest(self._root / name)
        for use in manifest.segments:
            folder = self._root / use.folder
            for file, expected in _require_files(folder).items():
                _compare(folder, file, expected)
        return name, manifest

    def folder(self, name: str) -> Path:
        """Return the folder of a snapshot."""
        return self._root / name

    @contextmanager
    def building(self) -> Iterator[Path]:
        """Give an empty folder to build in; it is removed again if building fails."""
        self._root.mkdir(parents=True, exist_ok=True)
        number = next(_building_numbers)
        folder = self._root / f"building-{os.getpid()}-{number}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        _being_built.add(folder.name)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            _being_built.discard(folder.name)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Wait for the turn to publish, and keep it."""
        import fcntl

        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / _LOCK).open("ab") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def seal(self, folder: Path) -> dict[str, str]:
        """Hash every file of a folder that was built and see it onto the disk.

        Done before `writing`, because it may take long, and others wait there.
        """
        paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        files = {path.relative_to(folder).as_posix(): _sha256(path) for path in paths}
        for path in paths:
            _fsync(path)
        return files

    def publish(
        self,
        folder: Path,
        files: Mapping[str, str],
        describe: Callable[[str, Mapping[str, str]], Manifest],
    ) -> Manifest:
        """Make a folder that was built the live snapshot, inside `writing`.

        Parameters
        ----------
        folder : Path
            From `building`.
        files : mapping of str to str
            From `seal`.
        describe : callable
            The snapshot's number as six digits and a hyphen, then file hashes → manifest. Its
            segments call the folder itself by its number.
        """
        number = f"{self._last_number() + 1:06d}-"
        manifest = describe(number, files)
        name = f"{number}{manifest.corpus_digest[:12]}"
        manifest = _renamed(manifest, number, name)
        _write_json(folder / _MANIFEST, manifest)
        for path in (folder / _MANIFEST, folder):
            _fsync(path)
        _note_seen(folder, {file: [*_state(folder / file), files[file]] for file in files})
        folder.rename(self._root / name)
        _fsync(self._root)
        pointer = self._root / f"{_POINTER}.new"
        pointer.write_text(f"{name}\n", encoding="utf-8")
        _fsync(pointer)
        pointer.replace(self._root / _POINTER)
        _fsync(self._root)
        self._prune(name)
        return manifest

    def _verify(self, name: str) -> None:
        """Compare the files of a segment with its manifest."""
        folder = self._root / name
        files = _require_files(folder)
        seen = _read_seen(folder)
        states = {file: [*_state(folder / file), expected] for file, expected in files.items()}
        for file, expected in files.items():
            if seen.get(file) != states[file]:
                _compare(folder, file, expected)
        _note_seen(folder, states)

    def _last_number(self) -> int:
        return max((_number(path.name) for path in self._snapshots()), default=0)

    def _snapshots(self) -> list[Path]:
        found = (path for path in self._root.glob("[0-9]*-*") if path.is_dir())
        return sorted(found, key=lambda path: (_number(path.name), path.name))

    def _prune(self, live: str) -> None:
        """Remove snapshots that no kept one needs, and what a killed build left behind."""
        kept = [path.name for path in self._snapshots() if _number(path.name) <= _number(live)]
        kept = kept[-self._keep :]
        needed = set(kept)
        for name in kept:
            try:
                needed.update(use.folder for use in _read_manifest(self._root / name).segments)
            except IndexCorruptError:
                continue
        for path in self._snapshots():
            if path.name not in needed:
                shutil.rmtree(path, ignore_errors=True)
        for path in self._root.glob("building-*"):
            if path.name not in _being_built and not _is_running(path.name.split("-")[1]):
                shutil.rmtree(path, ignore_errors=True)


def _no_index(root: Path) -> IndexMissingError:
    return IndexMissingError(
        f"There is no index in {str(root)!r}.",
        hint="Run `deskwise ingest PATH` or `deskwise demo`.",
    )


def _require_files(folder: Path) -> Mapping[str, str]:
    files = _read_manifest(folder).files
    if not files:
        raise IndexCorruptError(f"The index in {str(folder)!r} has no files.", hint=_REBUILD)
    return files


def _compare(folder: Path, file: str, expected: str) -> None:
    if _sha256(folder / file) != expected:
        raise IndexCorruptError(
            f"The index file {file!r} in {str(folder)!r} differs from its manifest.", hint=_REBUILD
        )


def _number(name: str) -> int:
    return int(name.partition("-")[0])


def _renamed(manifest: Manifest, number: str, name: str) -> Manifest:
    """Return the manifest with its own segment under the snapshot's whole name."""
    values = {each: getattr(manifest, each) for each in Manifest.__dataclass_fields__}
    values["segments"] = tuple(
        SegmentUse(folder=name, deleted=use.deleted) if use.folder == number else use
        for use in manifest.segments
    )
    return Manifest(**values)


def _read_manifest(folder: Path) -> Manifest:
    try:
        saved = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if saved.pop("format") != FORMAT:
            raise IndexCorruptError(
                f"The index in {str(folder)!r} has another format than {FORMAT}.", hint=_REBUILD
            )
        saved["segments"] = tuple(
            SegmentUse(folder=str(use["folder"]), deleted=tuple(use["deleted"]))
            for use in saved["segments"]
        )
        return Manifest(**saved)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexCorruptError(
            f"The index in {str(folder)!r} has no readable manifest.", hint=_REBUILD
        ) from error


def _write_json(path: Path, manifest: Manifest) -> None:
    content = {name: getattr(manifest, name) for name in Manifest.__dataclass_fields__}
    content["segments"] = [
        {"folder": use.folder, "deleted": use.deleted} for use in manifest.segments
    ]
    content["format"] = FORMAT
    path.write_text(json.dumps(content, sort_keys=True), encoding="utf-8")


def _state(path: Path) -> list[int | str]:
    """Return inode, size and time of the last change; what was written since looks different."""
    try:
        found = path.stat()
    except OSError as error:
        raise IndexCorruptError(
            f"The index file {path.name!r} cannot be read: {error.strerror or error}.",
            hint=_REBUILD,
        ) from error
    return [found.st_ino, found.st_size, found.st_mtime_ns]


def _note_seen(folder: Path, states: Mapping[str, list[int | str]]) -> None:
    """Note which long files have been hashed, and in which state they were before that."""
    seen = {file: state for file, state in states.items() if int(state[1]) > _HASHED_AT_EACH_START}
    if not seen or seen == _read_seen(folder):
        return
    passing = folder / f"{_SEEN}.{os.getpid()}-{threading.get_ident()}"
    try:
        passing.write_text(json.dumps(seen, indent=1, sort_keys=True), encoding="utf-8")
        passing.replace(folder / _SEEN)
    except OSError:
        # A folder that may only be read is hashed in full at each start instead.
        passing.unlink(missing_ok=True)


def _read_seen(folder: Path) -> Mapping[str, list[object]]:
    try:
        seen = json.loads((folder / _SEEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Without the note everything is hashed.
        return {}
    return seen if isinstance(seen, dict) else {}


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

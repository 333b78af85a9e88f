"""What of a home goes into a backup, and what stays out with the reason."""

from __future__ import annotations

import fnmatch
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from assistant.config import CONFIG_FILE_NAME, Settings
from assistant.errors import BackupError

INDEX: Final = "knowledge/index"
VECTORS: Final = "knowledge/vectors.sqlite"
WAREHOUSE: Final = "warehouse"
OUTSIDE: Final = "outside"
"""Folder, inside a backup, of what the settings name outside the home."""
ERASING: Final = "erasing.json"
"""What says whose erasure was begun and is not finished."""
DATABASE_SUFFIX: Final = ".sqlite"
SECRETS: Final = ("*.key", "*.pem", "*secret*")
"""Names of files that hold keys: they never go into a backup."""
PASSING: Final = ("*.part", "*.new", "*.tmp", ".new-*", "building-*", ".*.part", "*.lock")
"""Names of what is being written just now, or was when a process died."""
_WITH_DATABASE: Final = ("-wal", "-shm", "-journal")
_NOT_OF_THE_INDEX: Final = ("verified.json*", "lock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A file that goes into a backup."""

    name: str
    """Path below the home, with slashes."""
    path: Path
    is_database: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something that does not go into a backup."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is chosen of the parts that may be left out."""

    index_folders: tuple[str, ...]
    """Snapshots that the live index needs; none leaves the index out."""
    why_no_index: str = ""
    has_warehouse: bool = True
    why_no_warehouse: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """Everything that goes in, by name, and everything that stays out."""

    files: tuple[Held, ...]
    left_out: tuple[LeftOut, ...]


def take_stock(home: Path, choice: Choice) -> Stock:
    """List a home's files. What is not known is taken along: losing it would be worse."""
    files: list[Held] = []
    left_out: list[LeftOut] = []
    for path in _walk(home):
        name = path.relative_to(home).as_posix()
        reason = _reason_to_leave(name, path, choice)
        if reason is None:
            files.append(Held(name=name, path=path, is_database=is_database(name)))
        elif reason:
            left_out.append(LeftOut(name=name, reason=reason))
    if not choice.index_folders and (home / INDEX).is_dir():
        left_out.append(LeftOut(name=INDEX, reason=choice.why_no_index))
    if not choice.has_warehouse and (home / WAREHOUSE).is_dir():
        left_out.append(LeftOut(name=WAREHOUSE, reason=choice.why_no_warehouse))
    by_name = sorted(files, key=lambda each: each.name)
    return Stock(files=tuple(by_name), left_out=tuple(left_out))


def is_database(name: str) -> bool:
    """Say whether a file of a home is an SQLite database, by its name."""
    return name.endswith(DATABASE_SUFFIX)


def folder_bytes(folder: Path) -> int:
    """Return the size of all files below a folder; 0 when it is not there."""
    return sum(path.stat().st_size for path in _walk(folder) if path.is_file())


def outside_files(settings: Settings, config_file: Path | None) -> tuple[tuple[Held, ...], ...]:
    """Return what the settings name outside the home: templates, a catalogue, their own file."""
    home = settings.home.resolve()
    found: list[tuple[Held, ...]] = []
    folders = {
        "answer_templates": settings.answer_templates_dir,
        "analytics_catalogue": settings.analytics_catalogue_dir,
    }
    for name, folder in folders.items():
        if folder is None or not folder.is_dir() or folder.resolve().is_relative_to(home):
            continue
        found.append(
            tuple(
                Held(name=f"{OUTSIDE}/{name}/{path.relative_to(folder).as_posix()}", path=path)
                for path in _walk(folder)
                if path.is_file() and not path.is_symlink()
            )
        )
    if config_file is not None and not config_file.resolve().is_relative_to(home):
        found.append((Held(name=f"{OUTSIDE}/{CONFIG_FILE_NAME}", path=config_file),))
    return tuple(found)


def without_secrets(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a settings file without its secrets, and the names of those that were in it.

    Raises
    ------
    BackupError
        When it is not TOML, so that nobody can tell what of it is secret.
    """
    secret = {item.name for item in fields(Settings) if item.metadata.get("secret")}
    try:
        given: Mapping[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BackupError(
            f"The settings file is not valid TOML: {error}.",
            hint="Correct it; `deskwise config show` tells when it is right.",
        ) from error
    there = tuple(sorted(secret & given.keys()))
    if not there:
        return text, ()
    kept = [f"{name} = {_toml(value)}" for name, value in given.items() if name not in secret]
    left = [f"# {name} is a secret and was left out of the backup." for name in there]
    return "\n".join([*kept, *left]) + "\n", there


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    plain = "".join(each if each >= " " and each != "\x7f" else _escape(each) for each in escaped)
    return f'"{plain}"'


def _escape(character: str) -> str:
    return f"\\u{ord(character):04x}"


def _walk(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)
        else:
            yield path


def _reason_to_leave(name: str, path: Path, choice: Choice) -> str | None:
    """Return why a file stays out; empty where nobody needs to be told, None when it goes in."""
    parts = name.split("/")
    is_passing = any(fnmatch.fnmatch(part, each) for part in parts for each in PASSING)
    if is_passing or name.endswith(_WITH_DATABASE):
        return ""
    if not path.is_file() or path.is_symlink():
        return "not a regular file"
    if any(fnmatch.fnmatch(parts[-1].lower(), each) for each in SECRETS):
        return "a secret; keep it apart"
    if name == VECTORS:
        return "computed again from the texts when needed"
    if name.startswith(f"{INDEX}/"):
        return _reason_in_index(parts[2:], choice.index_folders)
    if parts[0] == WAREHOUSE and not choice.has_warehouse:
        return ""
    return None


def _reason_in_index(parts: list[str], folders: Collection[str]) -> str | None:
    is_of_it = parts == ["CURRENT"] or (len(parts) > 1 and parts[0] in folders)
    is_note = any(fnmatch.fnmatch(parts[-1], each) for each in _NOT_OF_THE_INDEX)
    return None if folders and is_of_it and not is_note else ""

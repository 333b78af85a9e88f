"""The self-check of a home, part by part, and the repair of what can be made anew."""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, Protocol

import sqlalchemy as sa

from assistant.config import CONFIG_FILE_NAME, Settings
from assistant.upkeep.conversation_checks import check_conversations, check_vocabulary
from assistant.upkeep.databases import (
    copy_database,
    integrity_problems,
    is_open_elsewhere,
    row_counts,
    schema_version,
)
from assistant.upkeep.findings import Finding, Repair, bad, guarded, ok, warning
from assistant.upkeep.inventory import DATABASE_SUFFIX, VECTORS
from assistant.upkeep.knowledge_checks import (
    StoreReader,
    check_index,
    check_store,
    check_vectors,
)
from assistant.upkeep.model_checks import (
    check_adapted,
    check_churn,
    check_confidence,
    check_examples,
    check_ranker,
    check_router,
    check_spans,
)
from assistant.upkeep.retention import check_retention, forget_overdue
from assistant.upkeep.surroundings import (
    check_disk,
    check_erasure,
    check_folder,
    check_leftovers,
    check_permissions,
    leftovers,
)
from assistant.upkeep.warehouse_checks import check_warehouse
from knowledge_base.config import KnowledgeBaseSettings
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.ports import Encoder

DOCUMENTS: Final = "knowledge/documents.sqlite"
ROUTING: Final = "routing"
"""Folder of the operator's own examples of routes."""
_RESTORE: Final = "Restore it from a backup: `deskwise restore FILE --replace`."


class ClosableStore(StoreReader, Protocol):
    """A document store that is let go of afterwards."""

    def close(self) -> None:
        """Close it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Openers:
    """How the parts of a home are opened; each may raise."""

    settings: Settings
    knowledge_settings: KnowledgeBaseSettings
    snapshots: SnapshotFolder
    encoder: Callable[[], Encoder]
    """Compares the built-in weights with their published hashes."""
    store: Callable[[Path], ClosableStore]
    database: Callable[[Path], sa.Engine]
    as_of: Callable[[], date]
    definitions: Callable[[], str]
    """Reads templates and catalogue; says what they are."""
    questions: Callable[[], str]
    """Reads the question book; says what is in it."""
    n_general_words: Callable[[], int]
    known_schemas: Mapping[str, int]
    """Database → newest schema version that this program knows."""
    audit: Callable[[sa.Engine], int]
    """Follows the audit log's chain; returns how many entries it has."""
    rebuild: Callable[[bool], str]
    """Brings the index in step, from nothing when True; says what it did."""


def examine(open_: Openers, *, now_s: float) -> tuple[Finding, ...]:
    """Check every part of a home. Nothing in it is changed.

    Parameters
    ----------
    open_ : Openers
        How its parts are opened.
    now_s : float
        Seconds since 1970, to tell what is left over from what is being written.
    """
    settings, home = open_.settings, open_.settings.home
    folder = guarded("folder", lambda: check_folder(home))
    if not home.is_dir():
        return folder
    found = [
        *guarded("settings", lambda: _check_settings(settings)),
        *folder,
        *guarded("disk", lambda: check_disk(home)),
        *guarded("permissions", lambda: check_permissions(home)),
        *guarded("leftovers", lambda: check_leftovers(home, now_s)),
        *guarded("erasure", lambda: check_erasure(home)),
    ]
    with tempfile.TemporaryDirectory(prefix="deskwise-doctor-") as place:
        copies: dict[str, Path] = {}
        found += _check_databases(open_, Path(place), copies)
        found += _check_contents(open_, copies, now_s)
    found += guarded("vector cache", lambda: check_vectors(home / VECTORS))
    found += _check_models(open_)
    found += guarded("warehouse", lambda: _check_warehouse(open_))
    found += guarded("definitions", lambda: iter([ok("definitions", open_.definitions())]))
    found += guarded("questions", lambda: iter([ok("questions", open_.questions())]))
    return tuple(found)


def mend(open_: Openers, found: tuple[Finding, ...], *, now_s: float) -> tuple[str, ...]:
    """Repair what can be made anew from what is sound; say what was done, or why it was not."""
    wanted = {each.repair for each in found if each.repair}
    is_store_bad = any(
        each.status == "bad" and each.name in ("articles", f"database {DOCUMENTS}")
        for each in found
    )
    jobs: dict[Repair, Callable[[], str]] = {
        "leftovers": lambda: _remove_leftovers(open_.settings.home, now_s),
        "vectors": lambda: _remove_vectors(open_.settings.home),
        "index": lambda: _mend_index(open_, is_store_bad=is_store_bad),
        "permissions": lambda: _close_to_others(open_.settings.home),
        "retention": lambda: _forget_overdue(open_, now_s),
    }
    return tuple(job() for name, job in jobs.items() if name in wanted)


def _check_settings(settings: Settings) -> Iterator[Finding]:
    file = settings.home / CONFIG_FILE_NAME
    defaults = Settings()
    n_own = sum(
        getattr(settings, each.name) != getattr(defaults, each.name)
        for each in fields(Settings)
        if each.name != "home"
    )
    secret = {each.name for each in fields(Settings) if each.metadata.get("secret")}
    if file.is_file() and file.stat().st_mode & 0o077:
        given = secret & tomllib.loads(file.read_text(encoding="utf-8")).keys()
        if given:
            yield warning(
                "settings",
                f"{file.name} holds {', '.join(sorted(given))} and others may read it.",
                f"chmod 600 {file}, or set it in the environment.",
            )
            return
    yield ok("settings", f"Valid; {n_own} differ from the defaults.")


def _check_databases(open_: Openers, place: Path, copies: dict[str, Path]) -> Iterator[Finding]:
    """Copy each database aside and check the copy; sound ones are added to `copies`."""
    home = open_.settings.home
    for number, path in enumerate(sorted(home.rglob(f"*{DATABASE_SUFFIX}"))):
        name = path.relative_to(home).as_posix()
        if name == VECTORS or path.is_symlink():
            continue
        copy = place / f"{number}{DATABASE_SUFFIX}"

        def check(path: Path = path, name: str = name, copy: Path = copy) -> Iterator[Finding]:
            copy_database(path, copy)
            problems = integrity_problems(copy)
            if problems:
                yield bad(f"database {name}", f"Damaged: {'; '.join(problems)}.", _RESTORE)
                return
            version, known = schema_version(copy), open_.known_schemas.get(name)
            if known is not None and version > known:
                yield bad(
                    f"database {name}",
                    f"Schema version {version}; this program knows up to {known}.",
                    "Use the newer program.",
                )
                return
            copies[name] = copy
            n_rows = sum(row_counts(copy).values())
            later = " (the next start brings it up to date)" if version < (known or 0) else ""
            yield ok(f"database {name}", f"Sound, schema {version}{later}, {n_rows:,} rows.")

        yield from guarded(f"database {name}", check)


def _check_contents(open_: Openers, copies: Mapping[str, Path], now_s: float) -> Iterator[Finding]:
    """Read copies of the document store and of the conversations as the program does."""
    home = open_.settings.home
    ids: set[str] | None = set() if not (home / DOCUMENTS).exists() else None
    if DOCUMENTS in copies:
        store = open_.store(copies[DOCUMENTS])
        try:
            yield from guarded("articles", lambda: check_store(store))
            yield from guarded("index", lambda: _check_index(open_, store))
            ids = {document.document_id for document, _ in store.contents()}
        finally:
            store.close()
    elif ids is not None:
        yield warning("articles", "Nothing has been ingested yet.", "Run `deskwise ingest PATH`.")
    name = open_.settings.database_path.name
    if name in copies:
        engine = open_.database(copies[name])
        try:
            yield from guarded("conversations", lambda: check_conversations(engine, ids))
            yield from guarded(
                "vocabulary", lambda: check_vocabulary(engine, open_.n_general_words)
            )
            yield from guarded("audit log", lambda: iter([_check_audit(open_.audit(engine))]))
            now = datetime.fromtimestamp(now_s, UTC)
            yield from guarded("retention", lambda: check_retention(engine, open_.settings, now))
        finally:
            engine.dispose()
    elif not open_.settings.database_path.exists():
        yield ok("conversations", "There are none yet.")


def _check_index(open_: Openers, store: StoreReader) -> Iterator[Finding]:
    name = open_.encoder().name
    return check_index(store, open_.snapshots, name, open_.knowledge_settings)


def _check_audit(n_entries: int) -> Finding:
    return ok("audit log", f"{n_entries:,} entries, each with the hash of the one before.")


def _check_models(open_: Openers) -> list[Finding]:
    models = open_.settings.models_dir
    encoder_setting = open_.knowledge_settings.encoder.name

    def weights() -> Iterator[Finding]:
        yield ok("encoder", f"{open_.encoder().name}; its files are the published ones.")

    return [
        *guarded("encoder", weights),
        *guarded("question encoder", lambda: check_adapted(models, open_.encoder())),
        *guarded("ranker", lambda: check_ranker(models, open_.encoder(), encoder_setting)),
        *guarded("router", lambda: check_router(models, open_.encoder())),
        *guarded("routing examples", lambda: check_examples(open_.settings.home / ROUTING)),
        *guarded("confidence", lambda: check_confidence(models)),
        *guarded("spans", lambda: check_spans(models)),
        *guarded("churn", lambda: check_churn(models)),
    ]


def _check_warehouse(open_: Openers) -> Iterator[Finding]:
    settings = open_.settings
    if settings.warehouse or settings.analytics_catalogue_dir is not None:
        yield ok("warehouse", f"Tables elsewhere, data up to {open_.as_of()}.")
        return
    yield from check_warehouse(settings.warehouse_dir, open_.as_of)


def _forget_overdue(open_: Openers, now_s: float) -> str:
    engine = open_.database(open_.settings.database_path)
    try:
        gone = forget_overdue(engine, open_.settings, datetime.fromtimestamp(now_s, UTC))
    finally:
        engine.dispose()
    return f"Forgot {gone}."


def _remove_leftovers(home: Path, now_s: float) -> str:
    left = leftovers(home, now_s)
    for path in left:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return f"Removed {len(left):,} unfinished files and folders."


def _remove_vectors(home: Path) -> str:
    path = home / VECTORS
    if is_open_elsewhere(path):
        return "The vector cache was left alone: another process has it open."
    for each in (path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))):
        each.unlink(missing_ok=True)
    return "Removed the damaged vector cache; vectors are computed again when they are needed."


def _mend_index(open_: Openers, *, is_store_bad: bool) -> str:
    if is_store_bad:
        return "The index was left alone: the articles that it is made from are damaged."
    told = open_.rebuild(False)
    store = open_.store(open_.settings.home / DOCUMENTS)
    try:
        again = guarded("index", lambda: _check_index(open_, store))
    finally:
        store.close()
    return open_.rebuild(True) if any(each.status == "bad" for each in again) else told


def _close_to_others(home: Path) -> str:
    n_changed = 0
    for path in (home, *sorted(home.rglob("*"))):
        if path.is_symlink():
            continue
        mode = path.stat().st_mode
        if mode & 0o007:
            path.chmod(mode & 0o7770)
            n_changed += 1
    return f"Closed {n_changed:,} files and folders to other users."

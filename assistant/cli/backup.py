"""`deskwise backup` and `deskwise restore`."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import click

from assistant.bootstrap.upkeep import finish_restored, known_schemas, now, snapshots_of
from assistant.cli.doctor import check_home, finding_json, settings_or_defaults
from assistant.cli.output import json_option, say, working, write_json
from assistant.cli.settings import current_settings, home_option
from assistant.config import CONFIG_FILE_NAME, ENVIRONMENT_PREFIX, Settings, load_settings
from assistant.errors import BackupError
from assistant.upkeep.inventory import (
    OUTSIDE,
    Choice,
    Stock,
    folder_bytes,
    outside_files,
    take_stock,
    without_secrets,
)
from assistant.upkeep.packing import Packed, Source, check_target, write_backup
from assistant.upkeep.restoring import Restored
from assistant.upkeep.restoring import restore as put_back
from knowledge_base.errors import IndexCorruptError, IndexMissingError

MAX_WAREHOUSE_BYTES: Final = 2 * 10**9
"""A larger warehouse is left out unless it is asked for: it can mostly be loaded again."""
_MB: Final = 1e6


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--with-warehouse/--without-warehouse",
    "has_warehouse",
    default=None,
    help="Whether the tables of figures go in; without either, up to 2 GB of them do.",
)
@home_option
@json_option
def backup(file: Path, has_warehouse: bool | None, json_file: str | None) -> None:
    """Write the home into one file (.tar, .tar.gz), also while it is in use."""
    started = time.perf_counter()
    settings = current_settings()
    if not settings.home.is_dir():
        raise BackupError(
            f"There is no home {settings.home}.", hint="Name it: --home DIR or DESKWISE_HOME."
        )
    check_target(file, settings.home)
    with working("Backing up …") as show:
        packed = write_backup(
            source_of(settings, has_warehouse),
            file,
            created_at=now(),
            version=version("deskwise"),
            show=show,
        )
    body = backup_json(packed, time.perf_counter() - started)
    write_json(body, json_file)
    if json_file != "-":
        say(
            f"{file}: {body['n_files']:,} files, {body['unpacked_bytes'] / _MB:,.1f} MB in "
            f"{body['n_bytes'] / _MB:,.1f} MB, {body['duration_s']:.1f} s"
        )
        for item in body["left_out"]:
            say(f"left out {item['name']}: {item['reason']}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Set a home that is there aside, whole.")
@home_option
@json_option
def restore(file: Path, replace: bool, json_file: str | None) -> None:
    """Put a backup into the home; every hash is compared before anything is touched."""
    started = time.perf_counter()
    settings, _ = settings_or_defaults()  # a home to be replaced may have a broken file of them
    with working("Restoring …"):
        restored = put_back(
            file,
            settings.home,
            known_schemas=known_schemas(settings),
            is_replacing=replace,
            # With the settings that are in the backup: they name the encoder of its index.
            finish=lambda folder: finish_restored(load_settings(overrides={"home": folder})),
            now=now(),
        )
    duration_s = time.perf_counter() - started
    found = check_home(current_settings())
    body = {**restored_json(restored, duration_s), "checks": [finding_json(each) for each in found]}
    write_json(body, json_file)
    if json_file == "-":
        return
    say(
        f"{restored.home}: {body['n_files']:,} files of {body['created_at']}, "
        f"every hash right, {duration_s:.1f} s"
    )
    say(f"index: {restored.index}")
    if restored.kept_as is not None:
        say(f"The old home is {restored.kept_as}; remove it when you no longer need it.")
    for item in body["left_out"]:
        say(f"not in the backup: {item['name']}: {item['reason']}")
    if any(name.startswith(f"{OUTSIDE}/") for name in restored.manifest.files):
        say(f"What the settings name outside the home is in {restored.home / OUTSIDE}.")
    for each in found:
        if each.status != "ok":
            say(f"{each.status:<8} {each.name}: {each.found}")


def backup_json(packed: Packed, duration_s: float) -> dict[str, Any]:
    """Return a backup as the JSON of `backup --json`."""
    manifest = packed.manifest
    return {
        "file": str(packed.path),
        "format": manifest.format,
        "version": manifest.version,
        "created_at": manifest.created_at,
        "n_files": len(manifest.files),
        "n_bytes": packed.n_bytes,
        "unpacked_bytes": manifest.n_bytes(),
        "rows": manifest.rows,
        "left_out": [each.model_dump() for each in manifest.left_out],
        "duration_s": round(duration_s, 3),
    }


def restored_json(restored: Restored, duration_s: float) -> dict[str, Any]:
    """Return what was restored as the JSON of `restore --json`."""
    manifest = restored.manifest
    return {
        "home": str(restored.home),
        "kept_as": str(restored.kept_as) if restored.kept_as else None,
        "created_at": manifest.created_at,
        "version": manifest.version,
        "n_files": len(manifest.files),
        "rows": manifest.rows,
        "index": restored.index,
        "left_out": [each.model_dump() for each in manifest.left_out],
        "duration_s": round(duration_s, 3),
    }


def _choose(settings: Settings, has_warehouse: bool | None) -> Choice:
    """Decide by size about the warehouse, and by its hashes about the index."""
    n_bytes = folder_bytes(settings.warehouse_dir)
    is_small = n_bytes <= MAX_WAREHOUSE_BYTES
    folders: tuple[str, ...] = ()
    why_no_index = ""
    try:
        name, manifest = snapshots_of(settings).verified_in_full()
        folders = tuple(sorted({name, *(use.folder for use in manifest.segments)}))
    except (IndexMissingError, IndexCorruptError) as error:
        why_no_index = f"{error.message} It is built from the articles when the backup is restored."
    why = "left out as asked" if has_warehouse is False else "larger than 2 GB; --with-warehouse"
    return Choice(
        index_folders=folders,
        why_no_index=why_no_index,
        has_warehouse=is_small if has_warehouse is None else has_warehouse,
        why_no_warehouse=f"{n_bytes / _MB:,.0f} MB, {why}",
    )


def source_of(settings: Settings, has_warehouse: bool | None) -> Source:
    """Return what of a home is packed; None for the warehouse lets its size decide."""
    home, snapshots = settings.home, snapshots_of(settings)
    chosen: dict[str | None, Choice] = {}
    named = os.environ.get(f"{ENVIRONMENT_PREFIX}CONFIG")
    outside = [each for part in outside_files(settings, _path(named)) for each in part]
    texts: dict[str, bytes] = {}
    for name, path in (
        (CONFIG_FILE_NAME, home / CONFIG_FILE_NAME),
        (f"{OUTSIDE}/{CONFIG_FILE_NAME}", _path(named)),
    ):
        if path is not None and path.is_file():
            texts[name] = without_secrets(path.read_text(encoding="utf-8"))[0].encode()

    def stock() -> Stock:
        live = snapshots.current_name()
        if live not in chosen:  # also when another index was published meanwhile
            chosen[live] = _choose(settings, has_warehouse)
        taken = take_stock(home, chosen[live])
        return Stock(files=(*taken.files, *outside), left_out=taken.left_out)

    return Source(home=home, take_stock=stock, texts=texts, holding=_holding(settings))


def _path(named: str | None) -> Path | None:
    return Path(named) if named else None


def _holding(settings: Settings) -> Callable[[], AbstractContextManager[None]]:
    """Return what keeps the index still, where there is one."""
    snapshots = snapshots_of(settings)
    return snapshots.writing if snapshots.root.is_dir() else contextlib.nullcontext

"""The warehouse folder: built beside, then put in place of the old one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from analytics.errors import InputError, WarehouseError
from analytics.schema import TABLES

REJECTED = "rejected"
TRUTH = "truth.json"
"""Stands beside the demo company's tables and nowhere else."""
_OURS = frozenset({REJECTED, TRUTH, *(f"{name}.parquet" for name in TABLES)})
_ROW_GROUP_SIZE = 250_000


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a table; the same rows give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Every option that changes bytes is fixed here, not left to the library's defaults.
    pq.write_table(
        table,
        path,
        version="2.6",
        compression="zstd",
        compression_level=3,
        use_dictionary=True,
        write_statistics=True,
        store_schema=False,
        data_page_version="1.0",
        row_group_size=_ROW_GROUP_SIZE,
        write_page_checksum=True,
    )


def is_demo(folder: Path) -> bool:
    """Say whether the folder holds the demo company, whose rows must not mix with real ones."""
    return (folder / TRUTH).is_file()


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of `folder` when the block ends well.

    When the block fails, nothing has changed. What else stands in the folder is kept.

    Raises
    ------
    InputError
        When the folder holds other things than a warehouse.
    WarehouseError
        When a folder cannot be written.
    """
    target = folder.expanduser().resolve()
    _require_warehouse(target)
    staging = target.with_name(f".{target.name}.loading-{os.getpid()}")
    old = target.with_name(f".{target.name}.old-{os.getpid()}")
    try:
        _restore(target)
        for leftover in (staging, old):
            shutil.rmtree(leftover, ignore_errors=True)
        staging.mkdir(parents=True)
        yield staging
        _swap(staging, target, old)
    except OSError as error:
        raise WarehouseError(
            f"The warehouse {target} cannot be written: {error}. It is unchanged.",
            hint="Free some space, or choose another --home you may write to.",
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _require_warehouse(target: Path) -> None:
    """Refuse to take the place of somebody's documents."""
    if target.exists() and not target.is_dir():
        raise InputError(f"{target} is a file, not a folder.", hint="Choose another --home.")
    if not target.is_dir():
        return
    names = {entry.name for entry in target.iterdir() if not entry.name.startswith(".")}
    if names and not names & _OURS:
        raise InputError(
            f"{target} is not a warehouse; it holds {', '.join(sorted(names)[:3])}.",
            hint="Choose an empty folder or a warehouse that was loaded before.",
        )


def _restore(target: Path) -> None:
    """Put back a warehouse that a crash left between its two renames."""
    left = sorted(target.parent.glob(f".{target.name}.old-*")) if target.parent.is_dir() else []
    if left and not target.exists():
        left[0].replace(target)


def _swap(staging: Path, target: Path, old: Path) -> None:
    had_one = target.is_dir()
    if had_one:
        target.replace(old)
    try:
        staging.replace(target)
    except OSError:
        if had_one:
            old.replace(target)
        raise
    if had_one:
        for entry in sorted(old.iterdir()):
            if entry.name not in _OURS:
                entry.replace(target / entry.name)
        shutil.rmtree(old)

"""Opens what questions are asked of, as the settings name it."""

from __future__ import annotations

from pathlib import Path

from analytics.catalogue import Catalogue
from analytics.config import WarehouseLimits
from analytics.query.own_warehouse import FolderWarehouse
from assistant.config import Settings


def open_tables(folder: Path, catalogue: Catalogue, settings: Settings) -> FolderWarehouse:
    """Open a folder of tables that a catalogue of one's own describes.

    Raises
    ------
    WarehouseError
        When it is missing or empty, or a file cannot be read.
    """
    return FolderWarehouse(folder, newest=catalogue.newest, limits=limits_of(settings))


def limits_of(settings: Settings) -> WarehouseLimits:
    """Return what the settings let one query use."""
    return WarehouseLimits(
        memory_bytes=settings.query_memory_limit_mb * 1024**2,
        n_rows=settings.query_max_rows,
        time_s=settings.query_time_limit_s,
    )

"""The warehouse: every table there, every page readable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

from analytics.schema import TABLES
from assistant.upkeep.findings import Finding, bad, ok, warning

_BATCH_ROWS: Final = 65_536


def check_warehouse(folder: Path, as_of: Callable[[], date]) -> Iterator[Finding]:
    """Open the warehouse as the program does, then read every value of every table.

    Parameters
    ----------
    folder : Path
        Of the Parquet files.
    as_of : callable
        Opens the warehouse and returns the day that its data is of; raises a WarehouseError when
        a table or column is missing.
    """
    if not folder.is_dir():
        yield warning(
            "warehouse",
            f"There is none in {folder}, so questions about figures are not answered.",
            "`deskwise data load PATH` makes one.",
        )
        return
    day = as_of()
    n_rows, damaged = 0, []
    for name in TABLES:
        try:
            n_rows += _read_all(folder / f"{name}.parquet")
        except (OSError, ValueError) as error:  # pyarrow's own errors are both of these
            damaged.append(f"{name}.parquet ({str(error).splitlines()[0][:120]})")
    if damaged:
        yield bad(
            "warehouse",
            f"{len(damaged)} of {len(TABLES)} tables cannot be read through: {damaged[0]}.",
            "Restore it from a backup, or load the data again.",
        )
    else:
        yield ok("warehouse", f"{len(TABLES)} tables, {n_rows:,} rows, data up to {day}.")


def _read_all(path: Path) -> int:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        batches: Any = file.iter_batches(batch_size=_BATCH_ROWS)
        return sum(batch.num_rows for batch in batches)

"""The customer record as a Parquet file, streamed by DuckDB within a limit of memory."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import duckdb
import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from analytics.config import WarehouseLimits
from analytics.customers.record import record_of, record_parts
from analytics.customers.record_columns import DIMENSIONS, KPIS
from analytics.customers.record_scores import (
    MOST_MEASURED,
    Floats,
    Ranks,
    ranks_of,
    scores_of,
)
from analytics.errors import InputError, QueryError
from analytics.query.duckdb_engine import quoted
from analytics.query.warehouse import DuckDBWarehouse, make_views

_BLOCK: Final = 100_000
"""Rows of a block: what is held in memory at once, and a row group of the file."""
_RANGE: Final = 500_000
"""Customers whose parts are joined at once: few enough for the engine's memory."""
_PRIME: Final = 1_000_003
_STEP: Final = 48_271

Ints = npt.NDArray[np.int64]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSummary:
    """What was written."""

    as_of: date
    n_customers: int
    n_columns: int
    n_measured: int
    """Customers that the scores rank among."""
    seconds_s: float


def write_record(
    folder: Path,
    out: Path,
    *,
    as_of: date | None = None,
    limits: WarehouseLimits | None = None,
    progress: Progress = lambda _text: None,
) -> RecordSummary:
    """Write one row per customer, with the scores of the dimensions, in order of customer_id.

    The engine groups and sorts within `limits.memory_bytes` and puts what is more beside the
    file; Python holds one block of rows at a time. The same warehouse and day give the same bytes.

    Parameters
    ----------
    folder : Path
        A warehouse of Parquet files.
    out : Path
        Replaced whole when everything is written; until then it stays as it is.
    as_of : date, optional
        Rows dated on or after it are not seen; without it, the day after the newest row.

    Raises
    ------
    WarehouseError
        When the warehouse is missing or incomplete.
    QueryError
        When the engine needs more memory or room than there is.
    InputError
        When the file cannot be written.
    """
    began = time.perf_counter()
    if not out.parent.is_dir():
        raise InputError(
            f"Cannot write {out}: there is no such folder.", hint="Name a file in one that exists."
        )
    warehouse = DuckDBWarehouse(folder, limits=limits)
    day = as_of or warehouse.as_of()
    with _beside(out) as room, _engine(folder, room, limits or WarehouseLimits()) as engine:
        parts = _grouped(engine, record_parts(warehouse, day), room, progress)
        engine.execute("SET preserve_insertion_order = true")  # else sorted rows change places
        sql = str(ibis.to_sql(record_of(parts), dialect="duckdb"))
        ids = _ids(engine)
        ranks = _ranks(engine, sql, len(ids))
        progress("Scoring …")
        n_columns = _scored(engine, sql, (ids, ranks), (room / "done.parquet", day))
        (room / "done.parquet").replace(out)
    n = len(ids)
    return RecordSummary(
        as_of=day, n_customers=n, n_columns=n_columns, n_measured=ranks.n,
        seconds_s=time.perf_counter() - began,
    )  # fmt: skip


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """Make a folder beside the file, so that the last step is a rename on one disk."""
    try:
        with tempfile.TemporaryDirectory(prefix=".record-", dir=out.parent) as room:
            yield Path(room)
    except OSError as error:
        raise InputError(
            f"Cannot write {out}: {error.strerror or error}.",
            hint="Name a file in a folder that exists and has room.",
        ) from error


@contextmanager
def _engine(
    folder: Path, room: Path, limits: WarehouseLimits
) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{limits.memory_bytes // 1024**2}MiB",
            "threads": limits.n_threads,
            "temp_directory": str(room / "spill"),
            "preserve_insertion_order": False,
        },
    )
    try:
        make_views(connection, folder.resolve())
        yield connection
    except duckdb.Error as error:
        raise QueryError(
            f"The record failed: {str(error).splitlines()[0]}",
            hint="Raise query_memory_limit_mb, or make room on the disk that FILE is on.",
        ) from error
    finally:
        connection.close()


def _grouped(
    engine: duckdb.DuckDBPyConnection,
    parts: Mapping[str, ibis.Table],
    room: Path,
    progress: Progress,
) -> dict[str, ibis.Table]:
    """Group one table at a time into a file of its own; return the files as tables."""
    made = {}
    for name, part in parts.items():
        progress(f"Grouping {name} …")
        sql, file = str(ibis.to_sql(part, dialect="duckdb")), room / f"{name}.parquet"
        engine.execute(f"COPY ({sql}) TO {quoted(file)} (FORMAT parquet, COMPRESSION snappy)")
        view = f"record_{name}"
        engine.execute(f"CREATE VIEW {view} AS SELECT * FROM read_parquet({quoted(file)})")  # noqa: S608
        made[name] = ibis.table(part.schema(), name=view)
    return made


def _ids(engine: duckdb.DuckDBPyConnection) -> Ints:
    text = "SELECT customer_id FROM record_people ORDER BY customer_id"
    table = engine.sql(text).to_arrow_table()
    return np.asarray(table.column("customer_id").to_numpy(), dtype=np.int64)


def _ranks(engine: duckdb.DuckDBPyConnection, sql: str, n: int) -> Ranks:
    """Read the values that customers are ranked among: everybody's, or a fixed sample's."""
    names = ", ".join(f'CAST("{kpi.column}" AS DOUBLE) AS "{kpi.column}"' for kpi in KPIS)
    least = _PRIME if n <= MOST_MEASURED else int(_PRIME * MOST_MEASURED / n)
    # Multiplying by a constant modulo a prime scatters neighbouring ids.
    place = f"((customer_id % {_PRIME}) * {_STEP}) % {_PRIME}"
    text = f"SELECT {names} FROM ({sql}) WHERE {place} < {least}"  # noqa: S608
    table = engine.sql(text).to_arrow_table()
    return ranks_of({name: _floats(table.column(name)) for name in table.column_names})


def _scored(
    engine: duckdb.DuckDBPyConnection,
    sql: str,
    people: tuple[Ints, Ranks],
    target: tuple[Path, date],
) -> int:
    """Join the parts and score them for one range of customers after the other."""
    (ids, ranks), (file, day) = people, target
    extra = [(name, pa.float64()) for name in (*DIMENSIONS, *(kpi.score for kpi in KPIS))]
    first = engine.sql(f"SELECT * FROM ({sql}) LIMIT 0").to_arrow_table().schema  # noqa: S608
    schema = pa.schema([*first, *(pa.field(*each) for each in extra)]).with_metadata(
        {"as_of": day.isoformat(), "n_measured": str(ranks.n)}
    )
    words = [field.name for field in schema if pa.types.is_string(field.type)]
    with pq.ParquetWriter(
        file, schema, compression="zstd", compression_level=1, use_dictionary=words
    ) as writer:
        for start in range(0, len(ids), _RANGE):
            low, high = int(ids[start]), int(ids[min(start + _RANGE, len(ids)) - 1])
            reader = engine.sql(
                f"SELECT * FROM ({sql}) WHERE customer_id BETWEEN {low} AND {high} "  # noqa: S608
                "ORDER BY customer_id"
            ).to_arrow_reader(_BLOCK)
            for rows in _blocks(reader):
                columns = {kpi.column: _floats(rows.column(kpi.column)) for kpi in KPIS}
                for name, values in scores_of(ranks, columns).items():
                    rows = rows.append_column(name, pa.array(values))
                writer.write_table(rows.select(schema.names).cast(schema), row_group_size=_BLOCK)
    return len(schema)


def _blocks(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Put batches together to blocks of one size, whatever the engine hands over."""
    held: list[pa.RecordBatch] = []
    n = 0
    for batch in reader:
        while n + batch.num_rows >= _BLOCK:
            held.append(batch.slice(0, _BLOCK - n))
            yield pa.Table.from_batches(held).combine_chunks()
            batch, held, n = batch.slice(held[-1].num_rows), [], 0
        held.append(batch)
        n += batch.num_rows
    if n:
        yield pa.Table.from_batches(held, schema=reader.schema).combine_chunks()


def _floats(column: pa.ChunkedArray) -> Floats:
    """Return numbers as float64 with NaN for missing ones."""
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)

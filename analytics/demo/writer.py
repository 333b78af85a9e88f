"""Columns of the generator to Parquet files whose bytes depend on the content alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from analytics.demo.errors import DemoError, DemoWriteError
from analytics.demo.sampling import NEVER, Ints
from analytics.demo.timeline import START
from analytics.schema import TABLES, ColumnType

_ROW_GROUP_SIZE = 250_000
_MICROSECONDS = 1_000_000
_ARROW_TYPES: dict[str, Any] = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "DOUBLE": pa.float64(),
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """Text column in which few words repeat: `words[codes]`, NULL where the code is NEVER."""

    codes: Ints
    words: tuple[str, ...]


# A column is an array of numbers, seconds, days, booleans or text, or words by code.
Column = np.ndarray[Any, np.dtype[Any]] | Coded
Table = Mapping[str, Column]


def write_table(name: str, columns: Table, folder: Path) -> int:
    """Write one table of the warehouse as `<name>.parquet`.

    Times are taken as seconds since the start of the warehouse, dates as days since then or
    as datetime64, and a negative integer in a BIGINT, TIMESTAMP or VARCHAR (code) column as
    NULL; NaN is NULL in a DOUBLE column, NaT in a DATE column and None in a VARCHAR one.

    Parameters
    ----------
    name : str
        A table of `analytics.schema.TABLES`.
    columns : mapping of str to Column
        Exactly the columns of that table, all of one length; 0 rows give an empty file.
    folder : Path
        Where the file goes; must exist.

    Returns
    -------
    int
        Number of rows written.

    Raises
    ------
    DemoError
        The columns are not those of the table.
    DemoWriteError
        The file cannot be written.
    """
    expected = [(column.name, column.type) for column in TABLES[name].columns]
    if set(columns) != {column for column, _ in expected}:
        missing = sorted({column for column, _ in expected} ^ set(columns))
        raise DemoError(
            f"Table {name} was built with other columns than the warehouse has: {missing}.",
            hint="Bring the builder of that table in line with analytics/schema.py.",
        )
    arrays = [_to_arrow(columns[column], kind) for column, kind in expected]
    schema = pa.schema([(column, _ARROW_TYPES[kind]) for column, kind in expected])
    table = pa.Table.from_arrays(arrays, schema=schema)
    _write_file(table, folder / f"{name}.parquet")
    return int(table.num_rows)


def write_truth(truth: Mapping[str, Any], folder: Path) -> None:
    """Write truth.json, one top-level key per line, the same bytes for the same content.

    Raises
    ------
    DemoWriteError
        The file cannot be written.
    """
    lines = [
        f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}"
        for key, value in truth.items()
    ]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    with _replacing(folder / "truth.json") as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A path beside `path` that takes its place: a stopped run leaves no half file behind."""
    unfinished = path.with_name(path.name + ".part")
    try:
        yield unfinished
        unfinished.replace(path)
    except OSError as error:
        raise DemoWriteError(
            f"{path} cannot be written: {error}.",
            hint="Choose a folder you may write to, on a disk with about 200 MB free.",
        ) from error


def _write_file(table: Any, path: Path) -> None:
    with _replacing(path) as unfinished:
        # Every option that changes bytes is fixed here, not left to the library's defaults.
        pq.write_table(
            table,
            unfinished,
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


def _to_arrow(column: Column, kind: ColumnType) -> Any:
    target = _ARROW_TYPES[kind]
    if isinstance(column, Coded):
        codes = pa.array(column.codes.astype(np.int32), mask=column.codes < 0)
        words = pa.array(list(column.words), type=pa.string())
        return pa.DictionaryArray.from_arrays(codes, words).cast(target)
    if kind == "BIGINT":
        return pa.array(column.astype(np.int64), mask=column < 0)
    if kind == "TIMESTAMP":
        epoch = np.datetime64(START, "s").astype(np.int64)
        micros = (column.astype(np.int64) + epoch) * _MICROSECONDS
        return pa.array(micros, mask=column == NEVER).view(target)
    if kind == "DATE":
        return pa.array(column.astype("datetime64[D]"), type=target)
    if kind == "DOUBLE":
        return pa.array(column.astype(np.float64), mask=np.isnan(column))
    if kind == "INTEGER":
        return pa.array(column.astype(np.int32))
    if kind == "BOOLEAN":
        return pa.array(column.astype(np.bool_))
    return pa.array(column, type=target, from_pandas=True)

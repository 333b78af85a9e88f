"""Where a user's tables are: files, sheets, databases; opened one at a time, read-only."""

from __future__ import annotations

import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.utils.exceptions import InvalidFileException

from analytics.errors import InputError
from analytics.load.delimited import Ragged, read_delimited

_TEXT: Final = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz")
_PARQUET: Final = (".parquet", ".pq")
_SHEETS: Final = (".xlsx", ".xlsm")
_SQLITE: Final = (".sqlite", ".sqlite3", ".db")
_DUCKDB: Final = (".duckdb", ".ddb")
SUPPORTED: Final = (
    "CSV, TSV (also gzipped), Parquet and XLSX files, folders of them, and sqlite:///FILE and "
    "duckdb:///FILE"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """The cells of one table, as they were found."""

    table: pa.Table
    """Columns with names that are all different: the second `email` is called `email#2`."""
    rows: Sequence[int]
    """Number of each row in its file."""
    ragged: tuple[Ragged, ...] = ()
    notes: tuple[str, ...] = ()
    is_text: bool = False
    """The format has no types, and an empty text means missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A table that can be read."""

    name: str
    """Of the file without its ending, of the sheet, or of the database table."""
    place: str
    """What a person calls it: `orders.csv`, `book.xlsx, sheet Orders`."""
    read: Callable[[], RawTable]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a path or URL leads to."""

    sources: tuple[Source, ...]
    unread: tuple[str, ...]
    """Files of kinds that are not read, and folders inside the folder."""


def find_sources(source: str) -> Found:
    """List the tables at a path or URL; those of a folder in order of their names.

    Raises
    ------
    InputError
        When there is nothing at that place, or nothing that can be read.
    """
    if "://" in source:
        return Found(sources=tuple(_database(source)), unread=())
    path = Path(source).expanduser()
    if path.is_file():
        found = list(_of_file(path))
        if not found:
            raise InputError(
                f"{path.name} is of a kind that cannot be read.", hint=f"Supported: {SUPPORTED}."
            )
        return Found(sources=tuple(found), unread=())
    if not path.is_dir():
        raise InputError(f"There is no file or folder {source}.", hint="Check the path.")
    sources, unread = [], []
    for file in sorted(path.iterdir(), key=lambda one: one.name):
        if file.name.startswith((".", "~$")):
            continue
        if file.is_dir():
            unread.append(f"{file.name}/")
            continue
        of_file = list(_of_file(file))
        sources += of_file
        if not of_file:
            unread.append(file.name)
    if not sources:
        raise InputError(
            f"The folder {source} has no file that can be read.", hint=f"Supported: {SUPPORTED}."
        )
    return Found(sources=tuple(sources), unread=tuple(unread))


def _of_file(path: Path) -> Iterator[Source]:
    name = path.name.lower()
    stem = re.sub(r"(\.[a-z0-9]+)?\.[a-z0-9]+$" if name.endswith(".gz") else r"\.[a-z0-9]+$", "",
                  path.name, flags=re.I)  # fmt: skip
    if name.endswith(_TEXT):
        yield Source(name=stem, place=path.name, read=lambda: _text_table(path))
    elif name.endswith(_PARQUET):
        yield Source(name=stem, place=path.name, read=lambda: _parquet_table(path))
    elif name.endswith(_SHEETS):
        yield from _sheets(path, stem)
    elif name.endswith(_SQLITE):
        yield from _sqlite(path)
    elif name.endswith(_DUCKDB):
        yield from _duckdb(path)


def _database(url: str) -> Iterator[Source]:
    kind, _, rest = url.partition("://")
    openers = {"sqlite": _sqlite, "duckdb": _duckdb}
    if kind not in openers:
        raise InputError(
            f"Databases of the kind {kind!r} cannot be loaded from yet.",
            hint=f"Supported: {SUPPORTED}. Export the tables as Parquet or CSV.",
        )
    # sqlite:///a.db is a.db here, sqlite:////a.db is /a.db, as in SQLAlchemy; ibis also takes two.
    path = Path(rest.removeprefix("/") if rest.startswith("/") else rest)
    if not path.is_file() and Path(rest).is_file():
        path = Path(rest)
    if not path.is_file():
        raise InputError(f"There is no database file {path}.", hint="Check the path.")
    yield from openers[kind](path)


def different(headers: Sequence[str]) -> list[str]:
    """Number headers that repeat, and name empty ones by their position."""
    seen: dict[str, int] = {}
    names = []
    for position, header in enumerate(headers, start=1):
        name = header or f"column {position}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return names


def _text_table(path: Path) -> RawTable:
    read = read_delimited(path)
    return RawTable(
        table=pa.table(list(read.columns), names=different(read.headers)),
        rows=read.rows,
        ragged=read.ragged,
        notes=read.notes,
        is_text=True,
    )


def _parquet_table(path: Path) -> RawTable:
    try:
        with pq.ParquetFile(path) as file:
            table = file.read(use_threads=False)
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            f"{path.name} cannot be read as Parquet: {str(error).splitlines()[0]}",
            hint="Write the file again.",
        ) from error
    return _typed(table)


def _typed(table: pa.Table) -> RawTable:
    table = table.rename_columns(different(table.column_names))
    return RawTable(table=table, rows=range(1, table.num_rows + 1))


def _sheets(path: Path, stem: str) -> Iterator[Source]:
    with closing(_workbook(path)) as book:
        names = list(book.sheetnames)
    for sheet in names:
        only = len(names) == 1
        yield Source(
            name=stem if only and re.fullmatch(r"(?i)(sheet|tabelle)\s*\d*", sheet) else sheet,
            place=path.name if only else f"{path.name}, sheet {sheet}",
            read=lambda sheet=sheet: _sheet_table(path, sheet),  # type: ignore[misc]
        )


def _workbook(path: Path) -> Any:
    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, InvalidFileException) as error:
        raise InputError(
            f"{path.name} cannot be read as XLSX: {error}.",
            hint="Save it again as XLSX without a password, or as CSV.",
        ) from error


def _sheet_table(path: Path, sheet: str) -> RawTable:
    with closing(_workbook(path)) as book:
        rows = [
            (number, row)
            for number, row in enumerate(book[sheet].iter_rows(values_only=True), start=1)
            if any(cell not in (None, "") for cell in row)
        ]
    if not rows:
        raise InputError(f"{path.name}, sheet {sheet} is empty.", hint="Add a header row.")
    headers = ["" if cell is None else str(cell).strip() for cell in rows[0][1]]
    while headers and not headers[-1] and all(len(r) < len(headers) or r[len(headers) - 1] is None
                                              for _, r in rows):  # fmt: skip
        headers.pop()
    columns = [
        _cells([row[n] if n < len(row) else None for _, row in rows[1:]])
        for n in range(len(headers))
    ]
    return RawTable(
        table=pa.table(columns, names=different(headers)),
        rows=[number for number, _ in rows[1:]],
        is_text=True,
    )


def _cells(values: list[Any]) -> pa.Array:
    """Return cells of one type as that type, and cells of several types as text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        kinds = {float}
    if len(kinds) <= 1:
        try:
            return pa.array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
            kinds = set()  # dates beyond Arrow, or numbers beyond 64 bits: told apart as text
    return pa.array([None if v is None else _cell_text(v) for v in values], type=pa.string())


def _cell_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat(sep=" ") if hasattr(value, "hour") else str(value)


def _sqlite(path: Path) -> Iterator[Source]:
    # Not through ibis: SQLite's columns may hold any type, and each cell has to be looked at.
    try:
        with closing(_open_sqlite(path)) as connection:
            names = [
                row[0]
                for row in connection.execute(
                    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
                    "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
                )
            ]
    except sqlite3.Error as error:
        raise InputError(
            f"{path.name} cannot be read as SQLite: {error}.", hint="Check the file."
        ) from error
    for name in names:
        yield Source(
            name=name,
            place=f"{path.name}, table {name}",
            read=lambda name=name: _sqlite_table(path, name),  # type: ignore[misc]
        )


def _open_sqlite(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _sqlite_table(path: Path, name: str) -> RawTable:
    try:
        with closing(_open_sqlite(path)) as connection:
            # The name was listed by the database itself and is quoted.
            cursor = connection.execute(f"SELECT * FROM {_quoted(name)}")  # noqa: S608
            headers = [one[0] for one in cursor.description]
            rows = cursor.fetchall()
    except sqlite3.Error as error:
        raise InputError(
            f"{path.name}, table {name} cannot be read: {error}.", hint="Check the database."
        ) from error
    columns = [_cells([row[n] for row in rows]) for n in range(len(headers))]
    return _typed(pa.table(columns, names=different(headers)))


def _duckdb(path: Path) -> Iterator[Source]:
    try:
        with _open_duckdb(path) as connection:
            names = [
                row[0]
                for row in connection.execute(
                    "SELECT table_name FROM information_schema.tables "
                    "WHERE table_schema = 'main' ORDER BY table_name"
                ).fetchall()
            ]
    except duckdb.Error as error:
        raise InputError(
            f"{path.name} cannot be read as DuckDB: {str(error).splitlines()[0]}",
            hint="Close other programs that write to it.",
        ) from error
    for name in names:
        yield Source(
            name=name,
            place=f"{path.name}, table {name}",
            read=lambda name=name: _duckdb_table(path, name),  # type: ignore[misc]
        )


def _open_duckdb(path: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"})


def _duckdb_table(path: Path, name: str) -> RawTable:
    try:
        with _open_duckdb(path) as connection:
            query = f"SELECT * FROM {_quoted(name)}"  # noqa: S608 - listed by the database, quoted
            return _typed(connection.sql(query).to_arrow_table())
    except duckdb.Error as error:
        raise InputError(
            f"{path.name}, table {name} cannot be read: {str(error).splitlines()[0]}",
            hint="Views on other files are not followed; load those files themselves.",
        ) from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

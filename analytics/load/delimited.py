"""Text files with separators: encoding, separator, header and rows that do not fit it."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv

from analytics.errors import InputError

_SAMPLE_CHARS: Final = 65_536
_SEPARATORS: Final = (",", ";", "\t", "|")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ragged:
    """A row with another number of cells than the header."""

    row: int
    text: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delimited:
    """What a text file holds."""

    headers: tuple[str, ...]
    """As written; may repeat and may be empty."""
    columns: tuple[pa.Array, ...]
    rows: tuple[int, ...]
    """Number of each row in the file, the header being 1; empty lines are not counted."""
    ragged: tuple[Ragged, ...]
    notes: tuple[str, ...]


def read_delimited(path: Path) -> Delimited:
    """Read a CSV or TSV file, gzipped or not.

    UTF-8, UTF-16 and UTF-32 are told by their marks or their bytes, anything else is taken for
    Windows-1252 and noted. The separator is the one of comma, semicolon, tab and bar that cuts
    the rows most evenly.

    Raises
    ------
    InputError
        When the file cannot be read, is empty or is not text.
    """
    try:
        data = path.read_bytes()
        if path.suffix.lower() == ".gz":
            data = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"Cannot read {path.name}: {error}.", hint="Check the file.") from error
    text, notes = _decode(data, path.name)
    if not text.strip():
        raise InputError(f"{path.name} is empty.", hint="Export it again, with a header row.")
    separator = ""
    if said := re.match(r"sep=(.)\r?\n", text):
        separator, text = said.group(1), text[said.end() :]
    text = text.lstrip("\r\n")
    separator = separator or _separator(text)
    headers = next(csv.reader(io.StringIO(text), delimiter=separator))
    return _parsed(text, headers, separator, tuple(notes), path.name)


def _decode(data: bytes, name: str) -> tuple[str, list[str]]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), []
            except UnicodeDecodeError as error:
                raise _not_text(name) from error
    start = data[:4096]
    if b"\0" in start:
        # UTF-16 without a mark: every second byte of plain Latin text is zero.
        n_even, n_odd = start[::2].count(0), start[1::2].count(0)
        if max(n_even, n_odd) < len(start) * 0.2:
            raise _not_text(name)
        encoding = "utf-16-be" if n_even > n_odd else "utf-16-le"
        try:
            return data.decode(encoding), ["read as UTF-16 without a byte order mark"]
        except UnicodeDecodeError as error:
            raise _not_text(name) from error
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        # Five bytes mean nothing in Windows-1252; Latin-1 has all 256.
        try:
            return data.decode("cp1252"), ["not UTF-8; read as Windows-1252"]
        except UnicodeDecodeError:
            return data.decode("latin-1"), ["not UTF-8; read as Latin-1"]


def _not_text(name: str) -> InputError:
    return InputError(
        f"{name} is not a text file.", hint="Save it as CSV in UTF-8, as Parquet or as XLSX."
    )


def _separator(text: str) -> str:
    sample = text[:_SAMPLE_CHARS]
    if len(text) > len(sample) and "\n" in sample:
        sample = sample[: sample.rfind("\n") + 1]
    return max(_SEPARATORS, key=lambda separator: _evenness(sample, separator))


def _evenness(sample: str, separator: str) -> tuple[float, int]:
    """Return the share of rows with as many cells as the header, and that number."""
    try:
        rows = [row for row in csv.reader(io.StringIO(sample), delimiter=separator) if row]
    except csv.Error:
        return 0.0, 0
    n_cells = len(rows[0])
    if n_cells < 2:
        return 0.0, n_cells
    return sum(len(row) == n_cells for row in rows) / len(rows), n_cells


def _parsed(
    text: str, headers: Sequence[str], separator: str, notes: tuple[str, ...], name: str
) -> Delimited:
    ragged: list[Ragged] = []

    def skip(row: Any) -> str:
        wanted, found = row.expected_columns, row.actual_columns
        problem = f"has {found} cells where the header has {wanted}"
        ragged.append(Ragged(row=row.number, text=row.text, problem=problem))
        return "skip"

    data = text.encode("utf-8")
    names = [f"f{n}" for n in range(len(headers))]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(data),
            # One block and one thread: quoted line breaks stay whole and rows keep their numbers.
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, autogenerate_column_names=True, block_size=len(data) + 1
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=separator, newlines_in_values=True, invalid_row_handler=skip
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={column: pa.string() for column in names}, strings_can_be_null=False
            ),
        )
    except (pa.ArrowInvalid, OverflowError) as error:
        raise InputError(
            f"{name} cannot be read as a table: {str(error).splitlines()[0]}",
            hint="Check its quotes and separators, or save it as Parquet.",
        ) from error
    skipped = {row.row for row in ragged}
    n_rows = table.num_rows + len(skipped)
    return Delimited(
        headers=tuple(header.strip() for header in headers),
        columns=tuple(column.slice(1).combine_chunks() for column in table.columns),
        rows=tuple(number for number in range(2, n_rows + 1) if number not in skipped),
        ragged=tuple(ragged),
        notes=notes,
    )

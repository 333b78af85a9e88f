"""A column of a user's table to the type and the words of the canonical schema."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.load.cells import Cell, read_booleans, read_listed
from analytics.load.dates import order_of, read_dates
from analytics.load.numerals import decimal_mark_of, read_numbers
from analytics.schema import Column

ARROW_TYPES: Final[Mapping[str, pa.DataType]] = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "DOUBLE": pa.float64(),
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}

# Texts that Arrow reads as we would, only faster; whole columns of nothing else.
_ISO = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?$"
_PLAIN: Final = {
    "BIGINT": r"^-?\d{1,18}$",
    "INTEGER": r"^-?\d{1,9}$",
    "DOUBLE": r"^-?\d+(\.\d+)?$",
    "TIMESTAMP": _ISO,
    "DATE": r"^\d{4}-\d{2}-\d{2}$",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A column in its canonical type."""

    values: pa.Array
    problems: pa.Array | None
    """Why a cell could not be read, NULL where it could; None when every cell was read."""
    notes: tuple[tuple[str, int], ...]
    """What was done to cells, and to how many; most frequent first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the owner of the data wants a column to be read."""

    format: str | None = None
    """`DD/MM/YYYY`, `MM/DD/YYYY`, `1.234,56` or `1,234.56`."""
    values: Mapping[str, str | None] | None = None
    """Their words, without case and outer space, to the canonical ones; None is missing."""


def convert(
    cells: pa.Array, column: Column, *, reading: Reading | None = None, is_text: bool
) -> Converted:
    """Convert one column.

    Parameters
    ----------
    cells : pyarrow.Array
        As they came from the file, of any type.
    column : Column
        What they are to become.
    reading : Reading, optional
        What the mapping says about this column.
    is_text : bool
        The cells come from a format without types, in which an empty text means missing.

    Returns
    -------
    Converted
        As many values as cells; NULL where there was none or it could not be read. A column that
        has the right type and only words of its list is returned unchanged.
    """
    how = reading or Reading()
    if pa.types.is_dictionary(cells.type):
        cells = cells.cast(cells.type.value_type)
    if pa.types.is_large_string(cells.type) or pa.types.is_string_view(cells.type):
        cells = cells.cast(pa.string())
    target = ARROW_TYPES[column.type]
    if not how.values:
        ready = _unchanged(cells, column, target, is_text) or _cast(cells, target)
        if ready is not None:
            return Converted(values=ready, problems=None, notes=())
    return _read(_as_text(cells), column, how, is_text)


def _unchanged(
    cells: pa.Array, column: Column, target: pa.DataType, is_text: bool
) -> pa.Array | None:
    if cells.type != target:
        return None
    if not column.values:
        if not (is_text and target == pa.string()):
            return cells
        return None if pc.any(pc.equal(cells, "")).as_py() else cells
    # A NULL is fine; an unknown word needs a closer look.
    fine = pc.is_in(cells, value_set=pa.array([*column.values, None], type=pa.string()))
    return cells if pc.all(fine).as_py() in (True, None) else None


def _cast(cells: pa.Array, target: pa.DataType) -> pa.Array | None:
    """Cast a typed column that loses nothing by it; None when cells must be looked at."""
    source = cells.type
    if pa.types.is_null(source):
        return pa.nulls(len(cells), target)
    if pa.types.is_string(source):
        return _cast_text(cells, target)
    is_number = (
        pa.types.is_integer(source) or pa.types.is_floating(source) or pa.types.is_decimal(source)
    )
    try:
        if is_number and (pa.types.is_integer(target) or pa.types.is_floating(target)):
            return cells.cast(target)
        if pa.types.is_boolean(source) and target == pa.int32():
            return cells.cast(target)
        if pa.types.is_timestamp(source) and source.tz is not None and source.tz != "UTC":
            cells = cells.cast(pa.timestamp(source.unit, "UTC"))
        if pa.types.is_timestamp(source) and target == pa.timestamp("us"):
            return cells.cast(pa.timestamp("us", cells.type.tz), safe=False).cast(target)
        if pa.types.is_date(source) and pa.types.is_temporal(target):
            return cells.cast(target)
        if pa.types.is_timestamp(source) and target == pa.date32():
            return cells.cast(pa.timestamp(cells.type.unit)).cast(target)
        if pa.types.is_integer(source) and target == pa.string():
            return cells.cast(target)
    except pa.ArrowInvalid:
        # Some cell does not fit. Which one, and why, is found cell by cell.
        return None
    return None


def _cast_text(cells: pa.Array, target: pa.DataType) -> pa.Array | None:
    kind = next((name for name, one in ARROW_TYPES.items() if one == target), "")
    pattern = _PLAIN.get(kind)
    if pattern is None:
        return None
    trimmed = pc.utf8_trim_whitespace(cells)
    present = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    if pc.all(pc.match_substring_regex(present, pattern)).as_py() is False:
        return None
    try:
        return present.cast(target)
    except pa.ArrowInvalid:
        return None


def _as_text(cells: pa.Array) -> pa.Array:
    """Return any cells as text that the readers know."""
    if pa.types.is_string(cells.type):
        return cells
    if pa.types.is_timestamp(cells.type):
        # Whole microseconds, so that dates and times read as they would in a file.
        unit = pa.timestamp("us", "UTC" if cells.type.tz else None)
        naive = cells.cast(unit, safe=False).cast(pa.timestamp("us"))
        return pc.strftime(naive, format="%Y-%m-%d %H:%M:%S")
    return pa.array(
        [None if value is None else _text(value) for value in cells.to_pylist()], type=pa.string()
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="backslashreplace")
    return str(value)


def _read(cells: pa.Array, column: Column, how: Reading, is_text: bool) -> Converted:
    """Read each distinct text once, then put the values where the texts were."""
    encoded = cells.dictionary_encode()
    texts: list[str] = encoded.dictionary.to_pylist()
    mapped = [_mapped(text, how.values) for text in texts]
    read = iter(_reader(column, how, is_text)([text for text in mapped if text is not None]))
    found = [Cell() if text is None else next(read) for text in mapped]
    values = pa.array([cell.value for cell in found], type=ARROW_TYPES[column.type])
    indices = encoded.indices
    problems = None
    if any(cell.problem for cell in found):
        words = pa.array([cell.problem or None for cell in found], type=pa.string())
        problems = words.take(indices)
    return Converted(
        values=values.take(indices), problems=problems, notes=_notes(found, mapped, indices)
    )


def _mapped(text: str, values: Mapping[str, str | None] | None) -> str | None:
    if not values:
        return text
    return values.get(text.strip().casefold(), text)


def _notes(
    found: Sequence[Cell], texts: Sequence[str | None], indices: pa.Array
) -> tuple[tuple[str, int], ...]:
    if not any(cell.note for cell in found):
        return ()
    counts = np.bincount(
        indices.drop_null().to_numpy(zero_copy_only=False), minlength=len(found)
    ).tolist()
    total: Counter[str] = Counter()
    for cell, n in zip(found, counts, strict=True):
        if cell.note and n:
            total[cell.note] += n
    return tuple(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def _reader(column: Column, how: Reading, is_text: bool) -> Callable[[Sequence[str]], list[Cell]]:
    if column.values:
        return lambda texts: read_listed(texts, column.values, is_closed=column.is_closed)
    if column.type in ("BIGINT", "INTEGER", "DOUBLE"):
        mark = decimal_mark_of(how.format) if how.format else None
        return lambda texts: read_numbers(texts, column.type, mark=mark)
    if column.type in ("DATE", "TIMESTAMP"):
        order = order_of(how.format) if how.format else None
        return lambda texts: read_dates(texts, column.type, order=order)
    if column.type == "BOOLEAN":
        return read_booleans
    # Names and free text stay as they are. A file without types cannot tell "" from nothing.
    return lambda texts: [Cell(value=None if is_text and not text else text) for text in texts]

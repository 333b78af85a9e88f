"""One raw table to good rows and rejected rows; every row ends up in one of the two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.load.convert import ARROW_TYPES, Converted, Reading, convert
from analytics.load.report import Rejection, rows
from analytics.load.sources import RawTable
from analytics.schema import Column, Table

_N_EXAMPLES: Final = 3
_SHOWN_CHARS: Final = 40

# Columns that a rule fills when the source says nothing; their NULLs reject no row.
FILLED: Final = frozenset({"web_sessions.converted", "tickets.is_spam"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """A row that was not loaded."""

    place: str
    row: int
    reasons: tuple[tuple[str, str], ...]
    """Kind of reason and the text that is to blame, which may be empty."""
    cells: Mapping[str, str | None]
    """Canonical column to the text that stood there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What one source gives for a table."""

    good: pa.Table
    """Canonical columns and types."""
    rows: Any
    """Number of each good row in its file, int64 of shape (n_rows,)."""
    bad: tuple[Bad, ...]
    notes: tuple[str, ...]


def arrow_schema(table: Table) -> pa.Schema:
    """Return the columns and types of a canonical table."""
    return pa.schema([(column.name, ARROW_TYPES[column.type]) for column in table.columns])


def rejected_schema(table: Table) -> pa.Schema:
    """Return the columns of the file of rejected rows: all cells as the text they were."""
    texts = [(column.name, pa.string()) for column in table.columns]
    first = [("source", pa.string()), ("source_row", pa.int64()), ("reason", pa.string())]
    return pa.schema(first + texts)


def clean(
    raw: RawTable,
    place: str,
    table: Table,
    headers: Mapping[str, str],
    readings: Mapping[str, Reading],
) -> Cleaned:
    """Convert the columns of a raw table and part its rows into good and bad ones.

    Parameters
    ----------
    raw : RawTable
        The cells as found.
    place : str
        What its file is called in reports.
    table : Table
        What it becomes.
    headers : Mapping[str, str]
        Canonical column to the raw table's name for it; the others become NULL.
    readings : Mapping[str, Reading]
        What the mapping says about columns.

    Returns
    -------
    Cleaned
        Good rows in the order of the file. A row with a cell that cannot be read, or without a
        cell that a row must have, is bad as a whole.
    """
    n_rows = raw.table.num_rows
    cells: dict[str, pa.Array] = {}
    found: dict[str, Converted] = {}
    for column in table.columns:
        if column.name in headers:
            cells[column.name] = _one_array(raw.table.column(headers[column.name]))
            found[column.name] = convert(
                cells[column.name],
                column,
                reading=readings.get(column.name),
                is_text=raw.is_text,
            )
    numbers = np.fromiter(raw.rows, dtype=np.int64, count=n_rows)
    problems = {name: _problems(table, table.column(name), one) for name, one in found.items()}
    is_bad = np.zeros(n_rows, dtype=np.bool_)
    for problem in problems.values():
        if problem is not None:
            is_bad |= pc.is_valid(problem).to_numpy(zero_copy_only=False)
    arrays = [
        found[column.name].values
        if column.name in found
        else pa.nulls(n_rows, ARROW_TYPES[column.type])
        for column in table.columns
    ]
    everything = pa.Table.from_arrays(arrays, schema=arrow_schema(table))
    bad = _bad_rows(np.flatnonzero(is_bad), place, numbers, problems, cells)
    ragged = [
        Bad(place=place, row=one.row, reasons=((one.problem, one.text),), cells={})
        for one in raw.ragged
    ]
    return Cleaned(
        good=everything.filter(pa.array(~is_bad)) if is_bad.any() else everything,
        rows=numbers[~is_bad],
        bad=tuple(sorted((*bad, *ragged), key=lambda one: one.row)),
        notes=(*raw.notes, *_notes(found)),
    )


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return combined.combine_chunks() if isinstance(combined, pa.ChunkedArray) else combined


def _problems(table: Table, column: Column, found: Converted) -> pa.Array | None:
    """Return why each cell makes its row unusable, NULL where it does not."""
    problems = found.problems
    if column.is_required and f"{table.name}.{column.name}" not in FILLED:
        missing = pc.is_null(found.values)
        if pc.any(missing).as_py():
            said = pc.if_else(missing, "is missing", pa.scalar(None, pa.string()))
            problems = said if problems is None else pc.coalesce(problems, said)
    if column.low is None or column.high is None:  # a negative amount may be meant
        return problems
    outside = pc.or_(pc.less(found.values, column.low), pc.greater(found.values, column.high))
    if pc.any(outside).as_py():
        text = f"is outside {column.low:g} to {column.high:g}"
        said = pc.if_else(pc.fill_null(outside, False), text, pa.scalar(None, pa.string()))
        problems = said if problems is None else pc.coalesce(problems, said)
    return problems


def _bad_rows(
    positions: Any,
    place: str,
    numbers: Any,
    problems: Mapping[str, pa.Array | None],
    cells: Mapping[str, pa.Array],
) -> list[Bad]:
    if not len(positions):
        return []
    chosen = pa.array(positions)
    texts = {name: [_shown(v) for v in column.take(chosen).to_pylist()]
             for name, column in cells.items()}  # fmt: skip
    said = {
        name: problem.take(chosen).to_pylist()
        for name, problem in problems.items()
        if problem is not None
    }
    return [
        Bad(
            place=place,
            row=int(numbers[position]),
            reasons=tuple(
                (f"{name} {why[n]}", texts[name][n] or "")
                for name, why in said.items()
                if why[n] is not None
            ),
            cells={name: column[n] for name, column in texts.items()},
        )
        for n, position in enumerate(positions.tolist())
    ]


def _shown(value: object) -> str | None:
    return None if value is None else str(value)


def _notes(found: Mapping[str, Converted]) -> Iterable[str]:
    for name, one in found.items():
        listed = [f"{note} ({rows(n)})" for note, n in one.notes[:_N_EXAMPLES]]
        if len(one.notes) > _N_EXAMPLES:
            listed.append("…")
        if listed:
            yield f"{name}: {'; '.join(listed)}"


def rejected_table(bad: Sequence[Bad], table: Table) -> pa.Table:
    """Return the rejected rows with their reasons, as they are written beside the warehouse."""
    columns: dict[str, list[Any]] = {
        "source": [one.place for one in bad],
        "source_row": [one.row for one in bad],
        "reason": ["; ".join(_sentence(*reason) for reason in one.reasons) for one in bad],
    }
    for column in table.columns:
        columns[column.name] = [one.cells.get(column.name) for one in bad]
    return pa.table(columns, schema=rejected_schema(table))


def _sentence(kind: str, text: str) -> str:
    return f"{kind}: {text!r}" if text else kind


def rejections(bad: Iterable[Bad]) -> tuple[Rejection, ...]:
    """Count rejected rows by reason; a row with two reasons counts for both."""
    counts: dict[str, int] = {}
    examples: dict[str, dict[str, None]] = {}
    for one in bad:
        for kind, text in one.reasons:
            counts[kind] = counts.get(kind, 0) + 1
            shown = examples.setdefault(kind, {})
            if text and len(shown) < _N_EXAMPLES:
                shown[text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"] = None
    return tuple(
        Rejection(reason=kind, n_rows=n, examples=tuple(examples[kind]))
        for kind, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )

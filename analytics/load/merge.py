"""Rows of several sources to one table: numbered, filled, without duplicates, in key order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analytics.load.clean import Bad, Cleaned, arrow_schema
from analytics.load.report import rows
from analytics.schema import Table

_POSITION = "#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The good rows of all sources of a table."""

    good: pa.Table
    """One row per key, in the order of the key."""
    bad: tuple[Bad, ...]
    """Rows that contradict one another."""
    n_identical: int
    notes: tuple[str, ...]


def merge(
    parts: Sequence[Cleaned], places: Sequence[str], table: Table, *, numbered: bool
) -> Merged:
    """Put the good rows of all sources of a table together.

    Parameters
    ----------
    parts : Sequence[Cleaned]
        One per source.
    places : Sequence[str]
        What each source is called.
    table : Table
        The canonical table.
    numbered : bool
        The rows have their line numbers; otherwise lines are numbered within their order.

    Returns
    -------
    Merged
        Of rows that are the same in every column one is kept. Rows that share a key and differ
        elsewhere are all bad: nothing says which is right.
    """
    everything = pa.concat_tables([part.good for part in parts])
    notes = []
    if table.name == "order_lines" and not numbered and everything.num_rows:
        everything = _with_line_numbers(everything)
        notes.append("line_no: lines numbered within their order, as none were given")
    if table.name == "tickets":
        spam = everything.column("is_spam")
        if spam.null_count:
            notes.append(f"is_spam: taken as false where not given ({rows(spam.null_count)})")
            everything = _with(everything, "is_spam", pc.fill_null(spam, False))
    origin = np.concatenate([np.full(part.good.num_rows, n) for n, part in enumerate(parts)])
    numbers = np.concatenate([part.rows for part in parts])
    dropped, conflicts = _duplicates(everything, table)
    bad = [
        _conflict(row, table, places[int(origin[at])], int(numbers[at]), cells)
        for at, row, cells in conflicts
    ]
    keep = np.ones(everything.num_rows, dtype=np.bool_)
    keep[dropped] = False
    keep[[at for at, _, _ in conflicts]] = False
    good = everything if keep.all() else everything.filter(pa.array(keep))
    return Merged(
        good=in_key_order(good, table),
        bad=tuple(bad),
        n_identical=len(dropped),
        notes=tuple(notes),
    )


def _with(table: pa.Table, column: str, values: Any) -> pa.Table:
    return table.set_column(table.column_names.index(column), column, values)


def _with_line_numbers(table: pa.Table) -> pa.Table:
    orders = pd.Series(table.column("order_id").to_numpy())
    numbers = orders.groupby(orders).cumcount() + 1
    return _with(table, "line_no", pa.array(numbers.to_numpy(dtype=np.int32)))


def in_key_order(table: pa.Table, canonical: Table) -> pa.Table:
    """Return the rows in the order of their key, so that the same rows give the same file."""
    return table.sort_by([(name, "ascending") for name in canonical.key]).combine_chunks()


_Conflict = tuple[int, tuple[Any, ...], dict[str, str | None]]


def _duplicates(table: pa.Table, canonical: Table) -> tuple[list[int], list[_Conflict]]:
    """Return positions of rows to drop as identical, and the rows that contradict others."""
    key = list(canonical.key)
    numbered = table.select(key).append_column(_POSITION, pa.array(np.arange(table.num_rows)))
    groups = numbered.group_by(key, use_threads=False).aggregate([(_POSITION, "count")])
    if groups.num_rows == table.num_rows:
        return [], []
    lists = numbered.group_by(key, use_threads=False).aggregate([(_POSITION, "list")])
    positions = lists.column(f"{_POSITION}_list")
    several = positions.filter(pc.greater(pc.list_value_length(positions), 1)).to_pylist()
    flat = [at for group in several for at in group]
    found = dict(zip(flat, table.take(pa.array(flat)).to_pylist(), strict=True))
    dropped: list[int] = []
    conflicts: list[_Conflict] = []
    for group in several:
        # By repr, because a NaN is not equal to itself.
        distinct: dict[str, int] = {}
        for at in sorted(group):
            if distinct.setdefault(repr(found[at]), at) != at:
                dropped.append(at)
        if len(distinct) > 1:
            for at in distinct.values():
                row = found[at]
                cells = {name: None if v is None else str(v) for name, v in row.items()}
                conflicts.append((at, tuple(row[name] for name in key), cells))
    return sorted(dropped), sorted(conflicts, key=lambda one: one[0])


def _conflict(
    key: tuple[Any, ...], table: Table, place: str, row: int, cells: dict[str, str | None]
) -> Bad:
    shown = ", ".join(str(value) for value in key)
    kind = f"{', '.join(table.key)} stands for rows that differ"
    return Bad(place=place, row=row, reasons=((kind, shown),), cells=cells)


def upsert(existing: pa.Table, new: pa.Table, canonical: Table) -> pa.Table:
    """Return the existing rows with those of the same key replaced, and new ones added."""
    key = list(canonical.key)
    untouched = existing.join(new.select(key), keys=key, join_type="left anti", use_threads=False)
    columns = arrow_schema(canonical)
    together = pa.concat_tables([untouched.select(columns.names).cast(columns), new])
    return in_key_order(together, canonical)


def fill_from_others(
    table: pa.Table, canonical: Table, folder: Path, given: Sequence[str]
) -> tuple[pa.Table, tuple[str, ...]]:
    """Fill what follows from other columns and tables, and say so.

    Parameters
    ----------
    table : pyarrow.Table
        The rows of one table.
    canonical : Table
        Which table it is.
    folder : Path
        Where the tables that this one follows from have been written already.
    given : Sequence[str]
        Canonical columns that the source has.

    Returns
    -------
    tuple[pyarrow.Table, tuple[str, ...]]
        The table and what was filled.
    """
    if canonical.name == "customers" and "churned_at" in given:
        status = table.column("status")
        known = pc.if_else(pc.is_valid(table.column("churned_at")), "churned", "active")
        return _filled(table, "status", pc.coalesce(status, known), "from churned_at")
    if canonical.name == "web_sessions":
        events = pq.read_table(folder / "web_events.parquet", columns=["session_id", "step"])
        bought = events.filter(pc.equal(events.column("step"), "purchase")).column("session_id")
        known = pc.is_in(table.column("session_id"), value_set=bought.combine_chunks())
        how = "from purchases in web_events" if events.num_rows else "as false: no web_events"
        return _filled(table, "converted", pc.coalesce(table.column("converted"), known), how)
    if canonical.name == "incidents" and "customers_affected" not in given:
        hit = pq.read_table(folder / "incident_customers.parquet").column("incident_id")
        if not len(hit):
            return table, ()
        counts = {entry["values"]: entry["counts"] for entry in pc.value_counts(hit).to_pylist()}
        ids = table.column("incident_id").to_pylist()
        known = pa.array([counts.get(one, 0) for one in ids], type=pa.int32())
        return _filled(table, "customers_affected", known, "by counting incident_customers")
    return table, ()


def _filled(
    table: pa.Table, column: str, values: Any, how: str
) -> tuple[pa.Table, tuple[str, ...]]:
    n_filled = table.column(column).null_count
    if not n_filled:
        return table, ()
    return _with(table, column, values), (f"{column}: filled {how} ({rows(n_filled)})",)

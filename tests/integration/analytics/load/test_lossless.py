"""Whatever stands in Parquet files of the canonical schema arrives unchanged."""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.load import load
from analytics.load.clean import arrow_schema, clean
from analytics.load.merge import merge
from analytics.load.sources import RawTable
from analytics.schema import TABLES, Column, Table

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def cells(column: Column) -> st.SearchStrategy[Any]:
    if column.values:
        values: st.SearchStrategy[Any] = st.sampled_from(column.values)
    elif column.type in ("BIGINT", "INTEGER"):
        bits = 63 if column.type == "BIGINT" else 31
        low = -(2**bits) if column.low is None else int(column.low)
        high = 2**bits - 1 if column.high is None else int(column.high)
        values = st.integers(low, high)
    elif column.type == "DOUBLE":
        values = st.floats(allow_nan=False)
    elif column.type == "VARCHAR":
        values = TEXT
    elif column.type == "BOOLEAN":
        values = st.booleans()
    elif column.type == "DATE":
        values = st.dates(date(1, 1, 1), date(9999, 12, 31))
    else:
        values = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31))
    # NULLs of these are filled from other columns and tables, which the report says.
    filled = ("status", "converted", "customers_affected")
    return values if column.is_required or column.name in filled else st.none() | values


@st.composite
def contents(draw: st.DrawFn, table: Table) -> pa.Table:
    row = st.fixed_dictionaries({column.name: cells(column) for column in table.columns})
    rows = draw(
        st.lists(row, max_size=4, unique_by=lambda row: tuple(row[name] for name in table.key))
    )
    return pa.Table.from_pylist(rows, schema=arrow_schema(table))


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_canonical_cells_pass_through_the_cleaning_unchanged(
    name: str, data: st.DataObject
) -> None:
    table = TABLES[name]
    cells_found = data.draw(contents(table))
    raw = RawTable(table=cells_found, rows=range(1, cells_found.num_rows + 1))
    cleaned = clean(raw, "a.parquet", table, {one: one for one in table.column_names}, {})
    assert cleaned.bad == cleaned.notes == ()
    merged = merge([cleaned], ["a.parquet"], table, numbered=True)
    key = [(column, "ascending") for column in table.key]
    assert merged.good.equals(cells_found.sort_by(key))
    assert merged.bad == merged.notes == ()


@settings(max_examples=3, deadline=None)
@given(st.fixed_dictionaries({name: contents(table) for name, table in TABLES.items()}))
def test_loading_canonical_parquet_loses_and_changes_nothing(
    tables: dict[str, pa.Table],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        source.mkdir()
        for name, table in tables.items():
            pq.write_table(table, source / f"{name}.parquet")
        report = load(str(source), warehouse_dir=Path(folder) / "warehouse")
        assert report.n_rejected == 0
        for name, table in tables.items():
            key = [(column, "ascending") for column in TABLES[name].key]
            found = pq.read_table(Path(folder) / "warehouse" / f"{name}.parquet")
            assert found.equals(table.sort_by(key)), name

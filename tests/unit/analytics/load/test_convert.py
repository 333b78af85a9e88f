"""Typed and untyped columns to canonical types."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from analytics.load.convert import ARROW_TYPES, Converted, Reading, convert
from analytics.schema import Column, ColumnType


def column(kind: ColumnType, **more: Any) -> Column:
    return Column(name="c", type=kind, **more)


def converted(cells: Any, kind: ColumnType, **more: Any) -> Converted:
    array = cells if isinstance(cells, pa.Array) else pa.array(cells)
    return convert(array, column(kind, **more), is_text=False)


@pytest.mark.parametrize(
    ("cells", "kind", "expected"),
    [
        ([1.0, None, 17.0], "BIGINT", [1, None, 17]),
        (pa.array([1, 2], pa.int16()), "DOUBLE", [1.0, 2.0]),
        ([Decimal("1.50")], "DOUBLE", [1.5]),
        ([True, False], "INTEGER", [1, 0]),
        ([1, 0, None], "BOOLEAN", [True, False, None]),
        ([20240301], "DATE", [date(2024, 3, 1)]),
        ([date(2024, 3, 1)], "TIMESTAMP", [datetime(2024, 3, 1)]),
        ([datetime(2024, 3, 1)], "DATE", [date(2024, 3, 1)]),
        ([datetime(2024, 3, 1, 10, tzinfo=UTC)], "TIMESTAMP", [datetime(2024, 3, 1, 10)]),
        (pa.array([17, None]), "VARCHAR", ["17", None]),
        ([1.5, 2.0], "VARCHAR", ["1.5", "2"]),
        (pa.nulls(2), "DATE", [None, None]),
        (["a", None, ""], "VARCHAR", ["a", None, ""]),
        (pa.array(["a", "b", "a"]).dictionary_encode(), "VARCHAR", ["a", "b", "a"]),
        (pa.array(["1"], pa.large_string()), "BIGINT", [1]),
        ([float("nan"), 1.0], "BIGINT", [None, 1]),
    ],
)
def test_typed_columns(cells: Any, kind: ColumnType, expected: list[object]) -> None:
    found = converted(cells, kind)
    assert found.values.type == ARROW_TYPES[kind]
    assert found.values.to_pylist() == expected


def test_a_zone_is_converted_to_utc() -> None:
    berlin = pa.array([datetime(2024, 3, 1, 10)], pa.timestamp("us", "Europe/Berlin"))
    moment = converted(berlin, "TIMESTAMP").values.to_pylist()[0]
    assert moment == datetime(2024, 3, 1, 10)
    assert moment.tzinfo is None
    text = converted(["2024-03-01T10:00:00+01:00"], "TIMESTAMP").values.to_pylist()
    assert text == [datetime(2024, 3, 1, 9)]


def test_nanoseconds_become_microseconds() -> None:
    cells = pa.array(np.array(["2024-03-01T10:00:00.123456789"], dtype="datetime64[ns]"))
    assert converted(cells, "TIMESTAMP").values.to_pylist() == [
        datetime(2024, 3, 1, 10, 0, 0, 123456)
    ]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([1.5], "INTEGER"),
        ([2**40], "INTEGER"),
        ([1700000000], "TIMESTAMP"),
        ([2], "BOOLEAN"),
        ([[1]], "DOUBLE"),
        (["x"], "DATE"),
    ],
)
def test_what_does_not_fit_is_a_problem_and_null(cells: Any, kind: ColumnType) -> None:
    found = converted(cells, kind)
    assert found.values.to_pylist() == [None]
    assert found.problems is not None
    assert found.problems.to_pylist()[0]


def test_only_the_cells_that_cannot_be_read_have_problems() -> None:
    found = converted(["1", "x", None, "2"], "BIGINT")
    assert found.values.to_pylist() == [1, None, None, 2]
    assert found.problems is not None
    assert found.problems.to_pylist() == [None, "is not a number", None, None]


def test_an_empty_text_is_missing_only_where_a_format_has_no_types() -> None:
    cells = pa.array(["", "a"])
    assert convert(cells, column("VARCHAR"), is_text=True).values.to_pylist() == [None, "a"]
    assert convert(cells, column("VARCHAR"), is_text=False).values.to_pylist() == ["", "a"]


def test_free_text_is_never_taken_for_missing() -> None:
    assert convert(pa.array(["None", "NA", " x "]), column("VARCHAR"), is_text=True).values == (
        pa.array(["None", "NA", " x "])
    )


def test_words_of_the_owner_come_first() -> None:
    how = Reading(values={"geliefert": "completed", "offen": None})
    found = convert(
        pa.array([" Geliefert", "offen", "Returned", "?!"]),
        column("VARCHAR", values=("completed", "returned"), is_closed=True),
        reading=how,
        is_text=True,
    )
    assert found.values.to_pylist() == ["completed", None, "returned", None]
    assert found.notes == (("spelled as 'returned'", 1),)


def test_notes_count_cells() -> None:
    assert converted(["10 %", "10 %", "n/a"], "DOUBLE").notes == (
        ("percentages divided by 100", 2),
        ("'n/a' read as missing", 1),
    )


@pytest.mark.parametrize("kind", list(ARROW_TYPES))
def test_no_cells_give_no_values(kind: ColumnType) -> None:
    assert len(converted(pa.array([], pa.string()), kind).values) == 0

"""A user's table as columns: what fits is read, what does not is told with its row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.errors import InputError
from analytics.tables.reading import read_table


def written(folder: Path, text: str, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_are_read_as_what_they_are_asked_for(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "id;when;price\na;2024-02-29;1,5\nb;;\n"))
    assert table.columns == ("id", "when", "price")
    assert table.texts("id").tolist() == ["a", "b"]
    assert str(table.times("when")[0]).startswith("2024-02-29") and np.isnat(table.times("when")[1])
    assert table.numbers("price")[0] == 1.5 and np.isnan(table.numbers("price")[1])


def test_features_are_numbers_where_all_cells_are(tmp_path: Path) -> None:
    frame = read_table(written(tmp_path, "n,mixed\n1,2\n,x\n")).features(["n", "mixed"])
    assert frame["n"].dtype == np.float64 and np.isnan(frame["n"][1])
    assert list(frame["mixed"]) == ["2", "x"]


def test_an_unknown_column_is_answered_with_the_nearest(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "customer_id,revenue\n1,2\n"))
    with pytest.raises(InputError, match="no column 'customerid'") as caught:
        table.numbers("customerid")
    assert "Did you mean 'customer_id'?" in caught.value.hint


def test_a_cell_that_is_no_number_is_named_with_its_row(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "n\n1\nmany\n3\n"))
    with pytest.raises(InputError, match="1 of 3 do not, first row 3: 'many'"):
        table.numbers("n")


def test_rows_that_do_not_fit_the_header_are_told(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "a,b\n1,2\n1,2,3\n4,5\n"))
    assert table.n_rows == 2
    assert any("row 3" in note and "left out" in note for note in table.notes)


def test_too_few_rows_and_several_sheets_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has 1 rows; this analysis needs 30"):
        read_table(written(tmp_path, "a\n1\n"), min_rows=30)
    book = tmp_path / "book.xlsx"
    with pd.ExcelWriter(book) as writer:
        for sheet in ("one", "two"):
            pd.DataFrame({"a": [1]}).to_excel(writer, sheet_name=sheet, index=False)
    with pytest.raises(InputError, match="holds 2 tables"):
        read_table(book)


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    frame = pd.DataFrame({"at": pd.to_datetime(["2025-01-01 10:00"]), "n": [3], "ok": [True]})
    frame.to_parquet(path)
    table = read_table(path)
    assert table.numbers("n").tolist() == [3.0]
    assert table.times("at")[0] == np.datetime64("2025-01-01T10:00")
    assert table.texts("ok").tolist() == ["true"]

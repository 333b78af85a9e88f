"""Exports: text never becomes a formula, numbers stay numbers, the same bytes each time."""

from __future__ import annotations

import csv
import io
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from analytics.describe.export import exported, file_name, is_formula
from analytics.model import Cell, Chart, Check, Column, Finding, Receipt

NAME = Column(name="name", label="=Name()")
SALES = Column(name="revenue", label="Revenue", unit="money")
STARTS = "=+-@\t\r"
hostile = st.one_of(
    st.text(max_size=20),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["", " ", "\u00a0", "\ufeff", '"', "'", "\n"]),
        st.sampled_from([*STARTS, "＝", "＋", "－", "＠", "%", "|"]),
        st.sampled_from(["1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x")', "", '";=1', "a,b"]),
    ),
)
numbers = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**70), max_value=2**70),
    st.floats(),
)


def finding(rows: list[tuple[Cell, ...]], title: str = "Revenue") -> Finding:
    receipt = Receipt(
        definition="=sum(A1)",
        period="May 2026",
        filters=("@region",),
        sql="-- SELECT",
        n_rows=len(rows),
        as_of=date(2026, 6, 30),
        checks=(Check(kind="groups", text="The groups add up."),),
    )
    return Finding(
        analysis="metric",
        text="",
        columns=(NAME, SALES),
        rows=tuple(rows),
        chart=Chart(kind="table", title=title),
        receipt=receipt,
    )


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(hostile, numbers), max_size=6))
def test_no_text_of_a_csv_is_a_formula_and_every_number_is_one(
    rows: list[tuple[str, Cell]],
) -> None:
    heading, *lines = csv_rows(exported(finding(list(rows)), "csv"))
    assert heading == ["'=Name()", "Revenue"]
    assert len(lines) == len(rows)
    for (text, number), (told, figure) in zip(rows, lines, strict=True):
        assert not told.startswith(tuple(STARTS))
        assert not is_formula(told)
        clean = text.replace("\x00", "")
        assert told in (clean, f"'{clean}")
        if isinstance(number, bool):
            assert figure in ("true", "false")
        elif isinstance(number, int):
            assert int(figure) == number
        elif figure:
            assert float(figure) == number


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(hostile, numbers), max_size=4))
def test_every_text_of_a_workbook_is_text_and_every_number_a_number(
    rows: list[tuple[str, Cell]],
) -> None:
    book = load_workbook(io.BytesIO(exported(finding(list(rows)), "xlsx")))
    for sheet in book.worksheets:
        assert [
            cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
        ] == []
    cells = list(book.worksheets[0].iter_rows(min_row=2))
    for (_, number), line in zip(rows, cells, strict=False):
        if line[0].value is not None:
            assert line[0].data_type in ("s", "d")
        if isinstance(number, bool):
            assert line[1].value is number
        elif isinstance(number, float) and line[1].value is not None:
            assert line[1].data_type == "n"


def test_negative_numbers_stay_numbers_and_dates_dates() -> None:
    rows: list[tuple[Cell, ...]] = [(date(2026, 5, 1), -5.5), ("2026-06-01", 12), ("x", None)]
    assert csv_rows(exported(finding(rows), "csv"))[1:] == [
        ["2026-05-01", "-5.5"],
        ["2026-06-01", "12"],
        ["x", ""],
    ]
    sheet = load_workbook(io.BytesIO(exported(finding(rows), "xlsx"))).worksheets[0]
    assert [sheet["A2"].value.date(), sheet["A3"].value.date()] == [
        date(2026, 5, 1),
        date(2026, 6, 1),
    ]
    assert (sheet["B2"].value, sheet["B3"].value, sheet["B4"].value) == (-5.5, 12, None)


def test_what_a_spreadsheet_would_round_or_cut_is_kept_or_told() -> None:
    sheet = load_workbook(
        io.BytesIO(exported(finding([("x" * 40_000, 2**60 + 1)]), "xlsx"))
    ).worksheets[0]
    assert sheet["B2"].value == str(2**60 + 1)
    assert len(sheet["A2"].value) == 32_767
    assert sheet["A2"].value.endswith("…")


def test_text_that_could_become_a_formula_is_marked_as_text() -> None:
    sheet = load_workbook(io.BytesIO(exported(finding([("=1+1", 1)]), "xlsx"))).worksheets[0]
    assert (sheet["A2"].value, sheet["A2"].quotePrefix) == ("=1+1", True)


def test_the_receipt_goes_with_the_workbook() -> None:
    book = load_workbook(io.BytesIO(exported(finding([("a", 1)]), "xlsx")))
    told = {row[0].value: row[1].value for row in book.worksheets[1].iter_rows()}
    assert (told["Definition"], told["Checked"]) == ("=sum(A1)", "The groups add up.")
    assert told["Data until"] == "2026-06-30"


def test_no_rows_leave_the_heading() -> None:
    assert csv_rows(exported(finding([]), "csv")) == [["'=Name()", "Revenue"]]


def test_the_same_finding_gives_the_same_bytes() -> None:
    rows: list[tuple[Cell, ...]] = [("a", 1.5), (None, 2)]
    for kind in ("csv", "xlsx"):
        assert exported(finding(rows), kind) == exported(finding(rows), kind)  # type: ignore[arg-type]


def test_a_files_name_has_nothing_that_a_header_or_a_folder_could_misread() -> None:
    assert (
        file_name(finding([], 'Revenue by "région"; ../x\r\n'), "csv") == "revenue-by-r-gion-x.csv"
    )
    assert file_name(finding([], "…"), "xlsx") == "finding.xlsx"

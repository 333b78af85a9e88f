"""Findings as CSV and XLSX: numbers stay numbers, text never becomes a formula."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final, Literal

import xlsxwriter

from analytics.describe.phrases import phrase
from analytics.describe.plots import as_date
from analytics.model import Cell, Column, Finding, Unit

ExportKind = Literal["csv", "xlsx"]
MEDIA_TYPES: Final[dict[ExportKind, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MAX_CELL_CHARS: Final = 32_767
"""Longest text of a cell that spreadsheets read."""
MAX_SHEET_ROWS: Final = 1_048_575
"""Rows of a sheet, besides its heading."""

# What spreadsheets run: also after blanks, and in full-width letters.
_FORMULA = re.compile(r"\s*[=+\-@\t\r\n|%＝＋－＠]")
_EXACT_INTEGER = 2**53
_FORMATS: Final[dict[Unit, str]] = {
    "money": "#,##0.00",
    "count": "#,##0",
    "fraction": "0.0%",
}
# The same finding gives the same bytes: files carry no time of their own.
_CREATED: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def is_formula(text: str) -> bool:
    """Say whether a spreadsheet may run a text: it begins with = + - @, a tab, a line's end."""
    return _FORMULA.match(text) is not None


def harmless(text: str) -> str:
    """Return a text that no spreadsheet runs: an apostrophe stands before what it would."""
    return f"'{text}" if is_formula(text) else text


def file_name(finding: Finding, kind: str) -> str:
    """Return a name for a finding's file: letters, digits and hyphens, from the chart's title."""
    stem = re.sub(r"[^a-z0-9]+", "-", finding.chart.title.lower()).strip("-")[:80].rstrip("-")
    return f"{stem or 'finding'}.{kind}"


def exported(finding: Finding, kind: ExportKind) -> bytes:
    """Return a finding's rows as a file.

    Parameters
    ----------
    finding : Finding
        Its columns become the heading, its rows the lines; no rows leave the heading alone.
    kind : {"csv", "xlsx"}
        CSV after RFC 4180 in UTF-8 with a mark that spreadsheets know it by, or a workbook with
        the rows on one sheet and the receipt on another.

    Returns
    -------
    bytes
        The same finding gives the same bytes.
    """
    return to_csv(finding) if kind == "csv" else to_xlsx(finding)


def to_csv(finding: Finding) -> bytes:
    """Return a finding's rows as CSV; numbers in full, dates as ISO, missing values empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(column.label) for column in finding.columns])
    for row in finding.rows:
        writer.writerow([_csv_cell(cell) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", errors="replace")


def _csv_cell(cell: Cell) -> str:
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str):
        return harmless(cell.replace("\x00", ""))
    return cell.isoformat() if isinstance(cell, date) else repr(cell)


def to_xlsx(finding: Finding) -> bytes:
    """Return a workbook: the rows on one sheet, how they were computed on another.

    Every text is written as text and marked as such, so that it stays one when a cell is edited
    or the sheet is saved as CSV. Whole numbers that a spreadsheet would round become text.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    book.set_properties({"created": _CREATED, "title": finding.chart.title[:255]})
    _Sheet(book, phrase("export_sheet", "rows")).fill(finding.columns, finding.rows)
    receipt = _Sheet(book, phrase("export_sheet", "receipt"))
    receipt.lines(_receipt_lines(finding))
    book.close()
    return buffer.getvalue()


class _Sheet:
    """One sheet of a workbook, and the formats of its cells."""

    def __init__(self, book: xlsxwriter.Workbook, name: str) -> None:
        self._sheet = book.add_worksheet(name)
        self._heading = book.add_format({"bold": True, "bottom": 1})
        self._text = book.add_format({"quote_prefix": True})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._numbers = {
            unit: book.add_format({"num_format": form}) for unit, form in _FORMATS.items()
        }

    def fill(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
        for place, column in enumerate(columns):
            self._sheet.write_string(0, place, _cut(column.label), self._heading)
            self._sheet.set_column(place, place, min(40, max(12, len(column.label) + 2)))
        self._sheet.freeze_panes(1, 0)
        for line, row in enumerate(rows[:MAX_SHEET_ROWS], start=1):
            for place, cell in enumerate(row):
                self._write(line, place, cell, columns[place].unit)

    def lines(self, lines: Sequence[tuple[str, str]]) -> None:
        self._sheet.set_column(0, 0, 18)
        self._sheet.set_column(1, 1, 90)
        for line, (name, text) in enumerate(lines):
            self._sheet.write_string(line, 0, name)
            self._sheet.write_string(line, 1, _cut(text), self._text)

    def _write(self, line: int, place: int, cell: Cell, unit: Unit | None) -> None:
        if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
            return
        day = as_date(cell) if unit is None else None
        if isinstance(cell, bool):
            self._sheet.write_boolean(line, place, cell)
        elif day is not None and day.year >= 1900:  # spreadsheets know no earlier day
            self._sheet.write_datetime(line, place, day, self._day)
        elif isinstance(cell, float) or (isinstance(cell, int) and abs(cell) <= _EXACT_INTEGER):
            form = self._numbers.get(unit) if unit else None
            self._sheet.write_number(line, place, cell, form)
        else:
            self._sheet.write_string(line, place, _cut(str(cell)), self._text)


def _cut(text: str) -> str:
    """Keep a text within what a cell holds; what is cut ends in "…"."""
    text = text.encode("utf-8", errors="replace").decode("utf-8")
    return text if len(text) <= MAX_CELL_CHARS else text[: MAX_CELL_CHARS - 1] + "…"


def _receipt_lines(finding: Finding) -> list[tuple[str, str]]:
    receipt = finding.receipt
    told = [
        ("title", finding.chart.title),
        ("definition", receipt.definition),
        ("version", receipt.definition_version),
        ("period", receipt.period),
        *(("filter", text) for text in receipt.filters),
        *(("note", text) for text in receipt.notes),
        *(("check", check.text) for check in receipt.checks),
        ("as_of", receipt.as_of.isoformat()),
        ("sql", receipt.sql),
    ]
    return [(phrase("export_line", name), text) for name, text in told if text]

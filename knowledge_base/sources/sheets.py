"""XLSX → Markdown tables, or rows of past tickets."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from knowledge_base.errors import SourceError
from knowledge_base.sources.converted import NO_TEXT, Converted
from knowledge_base.sources.markup import MarkdownWriter, Run, clean, inline, table
from knowledge_base.sources.package import check_package
from knowledge_base.sources.properties import describe_package

MAX_ROWS = 1_000
"""Rows of one sheet that are kept as text."""
MAX_COLUMNS = 60
MAX_TICKET_ROWS = 500_000

_MAX_EMPTY_ROWS = 1_000
"""A sheet formatted down to its last row has a million of them."""


def convert_xlsx(raw: bytes) -> Converted:
    """Return an XLSX file as Markdown: one section a sheet, its blocks of rows as tables.

    Parameters
    ----------
    raw : bytes
        The file. Formulas are read as the values that were computed last; hidden sheets are left
        out.

    Raises
    ------
    SourceError
        When it is no XLSX file, is refused (password, macros, bomb) or holds no text.
    """
    writer = MarkdownWriter()
    metadata: dict[str, str] = {}
    with _workbook(raw) as workbook:
        hidden = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state != "visible"]
        if hidden:
            metadata["hidden_sheets"] = ", ".join(hidden)
        for sheet in workbook.worksheets:
            if sheet.sheet_state == "visible":
                _write_sheet(sheet, writer)
        properties = workbook.properties
    if not writer.blocks:
        raise SourceError(NO_TEXT)
    described = describe_package(properties, writer.text())
    return Converted(
        text=described.text,
        title=described.title,
        description=described.description,
        tags=described.tags,
        updated_on=described.updated_on,
        metadata=metadata,
    )


def rows_of_xlsx(raw: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of the first visible sheet that has some, by the names in its first row.

    Parameters
    ----------
    raw : bytes
        The file.

    Returns
    -------
    Iterator of tuple
        The row's number in the sheet, from 1, and column → cell as text; empty cells are left
        out, times are ISO.

    Raises
    ------
    SourceError
        When it is no XLSX file, is refused, or has more rows than `MAX_TICKET_ROWS`.
    """
    with _workbook(raw) as workbook:
        for sheet in workbook.worksheets:
            if sheet.sheet_state != "visible":
                continue
            names: list[str] = []
            for number, row in _rows(sheet):
                cells = [_plain(cell) for cell in row]
                if not names:
                    # A title above the table stands alone in its row.
                    names = cells if sum(1 for cell in cells if cell) > 1 else []
                    continue
                if number > MAX_TICKET_ROWS:
                    raise SourceError(
                        f"Its sheet {sheet.title!r} has more than {MAX_TICKET_ROWS:,} rows.",
                        hint="Split it, or export CSV.",
                    )
                filled = zip(names, cells, strict=False)
                yield number, {name: cell for name, cell in filled if name and cell}
            if names:
                return


@contextmanager
def _workbook(raw: bytes) -> Iterator[Any]:
    check_package(raw, "XLSX", "xl/workbook.xml")
    import openpyxl

    with warnings.catch_warnings():
        # It warns of every extension that it does not keep, which matters to writers alone.
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(
            io.BytesIO(raw), read_only=True, data_only=True, keep_links=False
        )
        try:
            yield workbook
        finally:
            workbook.close()


def _rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """Yield the rows that hold something, with their numbers."""
    if not hasattr(sheet, "iter_rows"):
        return  # a sheet that is one chart
    sheet.reset_dimensions()
    n_empty = 0
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), start=1):
        cells = list(row)
        if any(cell.value is not None and str(cell.value).strip() for cell in cells):
            n_empty = 0
            yield number, cells
        else:
            n_empty += 1
            if n_empty > _MAX_EMPTY_ROWS:
                return


def _write_sheet(sheet: Any, writer: MarkdownWriter) -> None:
    held: list[list[str]] = []
    last = 0
    n_rows = 0
    is_named = False
    for number, row in _rows(sheet):
        if not is_named:
            writer.heading(2, f"Sheet {inline([Run(text=sheet.title)])}")
            is_named = True
        n_rows += 1
        if n_rows > MAX_ROWS:
            break
        if held and number > last + 1:
            _write_rows(held, writer)
            held = []
        last = number
        held.append([_cell(cell) for cell in row])
    _write_rows(held, writer)
    if n_rows > MAX_ROWS:
        writer.block(f"Only the first {MAX_ROWS:,} rows of this sheet are kept here.")


def _write_rows(rows: list[list[str]], writer: MarkdownWriter) -> None:
    """Write rows that belong together: a table, or lines of text where one column is filled."""
    filled = [[cell for cell in row if cell] for row in rows]
    # A line above a table is its title, not its head.
    while len(rows) > 1 and len(filled[0]) == 1 and any(len(row) > 1 for row in filled[1:]):
        writer.block(filled[0][0])
        rows, filled = rows[1:], filled[1:]
    if all(len(row) == 1 for row in filled):
        for row in filled:
            writer.block(row[0])
    else:
        writer.block(table(rows))


def _cell(cell: Any) -> str:
    return "\n".join(inline([Run(text=line)]) for line in _plain(cell).split("\n"))


def _plain(cell: Any) -> str:
    """Return a cell as text: times ISO, whole numbers without a point, shares as percent."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        is_day = value.time() == time(0)
        return value.date().isoformat() if is_day else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time | timedelta):
        return str(value)
    if isinstance(value, float):
        is_share = str(getattr(cell, "number_format", "")).endswith("%")
        return f"{value * 100:.10g} %" if is_share else f"{value:.10g}"
    # Spaces and lines of a message count when it is a ticket's; tables join them anyway.
    return "\n".join(clean(line).strip() for line in str(value).split("\n")).strip()

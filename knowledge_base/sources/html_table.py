"""Tables of HTML pages as grids of cells."""

from __future__ import annotations

from lxml.html import HtmlElement

from knowledge_base.sources.html_tags import is_dropped, tag_of

_MAX_SPAN = 100
_MAX_CELLS = 200_000


def is_layout(table: HtmlElement) -> bool:
    """Return whether a table only places blocks on the page: it has no rows and columns to read."""
    if (table.get("role") or "").lower() in {"presentation", "none"}:
        return True
    inner = table.iter("table", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote")
    if any(element is not table for element in inner):
        return True
    return all(len(row) <= 1 for row in _rows(table))


def grid(table: HtmlElement) -> list[list[HtmlElement | None]]:
    """Return rows of cells.

    A cell over several rows stands in each of them, since each row is read alone; a cell over
    several columns stands in the first.
    """
    rows: list[list[HtmlElement | None]] = []
    carried: dict[int, tuple[int, HtmlElement]] = {}
    n_cells = 0
    for cells in _rows(table):
        row: list[HtmlElement | None] = []
        waiting = list(cells)
        while waiting or any(place >= len(row) for place in carried):
            place = len(row)
            if place in carried:
                left, cell = carried.pop(place)
                row.append(cell)
                if left > 1:
                    carried[place] = (left - 1, cell)
                    if not waiting and place >= max(carried):
                        break
                continue
            if not waiting:
                row.append(None)
                continue
            cell = waiting.pop(0)
            height = _span(cell, "rowspan")
            if height > 1:
                carried[place] = (height - 1, cell)
            row.append(cell)
            row.extend([None] * (_span(cell, "colspan") - 1))
        rows.append(row)
        n_cells += len(row)
        if n_cells > _MAX_CELLS:
            break
    return rows


def _rows(table: HtmlElement) -> list[list[HtmlElement]]:
    found = []
    for row in table.iter("tr"):
        if next(row.iterancestors("table"), None) is table and not is_dropped(row):
            found.append([c for c in row if tag_of(c) in {"td", "th"} and not is_dropped(c)])
    return found


def _span(cell: HtmlElement, name: str) -> int:
    written = (cell.get(name) or "1").strip()
    return min(_MAX_SPAN, max(1, int(written))) if written.isdecimal() and len(written) < 6 else 1

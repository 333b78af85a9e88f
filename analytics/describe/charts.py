"""Which chart shows a result: a number, a line, bars, or only the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from analytics.model import Cell, Chart, Column

MAX_BARS: Final = 31
MAX_LINES: Final = 8


def chosen_chart(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    *,
    title: str,
    period: str | None,
) -> Chart:
    """Choose a chart for a result.

    Parameters
    ----------
    columns : Sequence[Column]
        Dimensions have no unit, values have one.
    rows : Sequence[Sequence[Cell]]
        The result.
    title : str
        With the period in words.
    period : str, optional
        Name of the column that holds a trend's periods.

    Returns
    -------
    Chart
        A number for one row without dimensions, a line for a trend, bars for up to `MAX_BARS`
        groups, else the table. Only values of the first value's unit share its axis.
    """
    values = [column for column in columns if column.unit is not None]
    splits = [column.name for column in columns if column.unit is None and column.name != period]
    unit = values[0].unit if values else None
    y = tuple(column.name for column in values if column.unit == unit)
    if not values or not rows:
        return Chart(kind="table", title=title)
    if period is None and not splits:
        return Chart(kind="number", title=title, y=y, unit=unit)
    if period is not None:
        if not splits:
            return Chart(kind="line", title=title, x=period, y=y, unit=unit)
        if len(splits) == 1 and _n_values(columns, rows, splits[0]) <= MAX_LINES:
            return Chart(kind="line", title=title, x=period, y=y[:1], series=splits[0], unit=unit)
        return Chart(kind="table", title=title)
    if len(rows) <= MAX_BARS and len(splits) == 1:
        return Chart(kind="bar", title=title, x=splits[0], y=y, unit=unit)
    if len(rows) <= MAX_BARS and len(splits) == 2:
        series = min(splits[1], splits[0], key=lambda name: _n_values(columns, rows, name))
        axis = splits[0] if series == splits[1] else splits[1]
        return Chart(kind="bar", title=title, x=axis, y=y[:1], series=series, unit=unit)
    return Chart(kind="table", title=title)


def _n_values(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], name: str) -> int:
    place = [column.name for column in columns].index(name)
    return len({row[place] for row in rows})

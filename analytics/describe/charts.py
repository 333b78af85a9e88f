"""Which chart shows a result, chosen by the shape of the data, and what it leaves out."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final, Literal

from analytics.describe.phrases import phrase
from analytics.model import Cell, Chart, Column, Unit

MAX_POINTS: Final = 1000
"""Periods of a line; more cannot be told apart on a page."""
MAX_LINES: Final = 6
MAX_UPRIGHT: Final = 7
MAX_UPRIGHT_CHARS: Final = 14
MAX_RANKED: Final = 15
MAX_BINS: Final = 60
MAX_GROUPED: Final = 10
MAX_GROUPED_SERIES: Final = 3
MAX_STACKED_SERIES: Final = 6
MAX_HEAT_X: Final = 31
MAX_HEAT_ROWS: Final = 15
MIN_BINS: Final = 4

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EARLIER = "previous"
_CHANGES = ("difference", "growth")

Rows = Sequence[Sequence[Cell]]


def chosen_chart(
    columns: Sequence[Column],
    rows: Rows,
    *,
    title: str,
    period: str | None,
    adds_up: bool = False,
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
    adds_up : bool
        Whether the groups are known to add up to the total, so that those that are not drawn may
        be shown as one.

    Returns
    -------
    Chart
        A number for one row; a line for a trend, the earlier period dashed; bars for up to
        `MAX_UPRIGHT` groups with an order of their own, a histogram for numbers that follow each
        other, ranked bars for other groups; stacked bars for shares over two dimensions; a heat
        map where two dimensions have more values than grouped bars can show; else the table. Only
        values of the first value's unit share its axis. `note` says what is not drawn.
    """
    values = [column for column in columns if column.unit is not None]
    splits = [column.name for column in columns if column.unit is None and column.name != period]
    if not values or not rows or len(splits) > 2 or (period is not None and len(splits) > 1):
        return Chart(kind="table", title=title)
    shape = _Shape(columns, rows, title, adds_up)
    if len(rows) == 1:
        return shape.chart("number")
    if period is not None:
        return _over_time(shape, period, splits[0] if splits else None)
    if not splits:
        return Chart(kind="table", title=title)
    return _groups(shape, splits[0]) if len(splits) == 1 else _two_dimensions(shape, splits)


class _Shape:
    """A result while its chart is chosen."""

    def __init__(self, columns: Sequence[Column], rows: Rows, title: str, adds_up: bool) -> None:
        self.columns = columns
        self.rows = rows
        self.title = title
        self.adds_up = adds_up
        values = [column for column in columns if column.unit is not None]
        self.share = next((c for c in values if _is_part(c.name, "share")), None)
        self.first = self.share or values[0]
        self.unit: Unit | None = self.first.unit
        same = [c.name for c in values if c.unit == self.unit and not _is_change(c.name)]
        self.y = (self.first.name,) if self.share else tuple(same) or (self.first.name,)
        self.compare = tuple(name for name in self.y if _is_part(name, _EARLIER))

    def cells(self, name: str) -> list[Cell]:
        """Return the different values of a column, in the order of the rows."""
        place = [column.name for column in self.columns].index(name)
        return list(dict.fromkeys(row[place] for row in self.rows))

    def chart(
        self,
        kind: Literal["number", "line", "bar", "ranked", "stacked", "heatmap", "histogram"],
        *,
        x: str | None = None,
        series: str | None = None,
        most: tuple[int | None, int | None] = (None, None),
    ) -> Chart:
        """Return the chart; `most` limits its groups and its series."""
        y = self.y if series is None else self.y[:1]
        cuts = {
            name: limit
            for name, limit in zip((x, series), most, strict=True)
            if name is not None and limit is not None and len(self.cells(name)) > limit
        }
        is_time = kind == "line" and x in cuts
        # In a heat map, added up rows would outshine all others; rates do not add up at all.
        can_add = self.adds_up and self.share is None and kind != "heatmap" and not is_time
        others: Literal["added_up", "left_out"] = "added_up" if can_add else "left_out"
        notes = [
            phrase("chart_note", most, f"{len(self.cells(name)):,}", is_time and name == x, others)
            for name, most in cuts.items()
        ]
        return Chart(
            kind=kind,
            title=self.title,
            x=x,
            y=y,
            series=series,
            unit=self.unit,
            compare=tuple(name for name in self.compare if name in y),
            most_x=cuts.get(x or ""),
            most_series=cuts.get(series or ""),
            others=others if cuts else None,
            note=" ".join(notes),
        )


def _is_part(name: str, part: str) -> bool:
    return name == part or name.endswith(f"_{part}")


def _is_change(name: str) -> bool:
    return any(_is_part(name, change) for change in _CHANGES)


def _over_time(shape: _Shape, period: str, split: str | None) -> Chart:
    if split is None:
        return shape.chart("line", x=period, most=(MAX_POINTS, None))
    n_periods = len(shape.cells(period))
    if n_periods == 1:  # one period is no trend
        return shape.chart("ranked", x=split, most=(MAX_RANKED, None))
    if shape.share is not None and n_periods <= MAX_HEAT_X:
        return shape.chart("stacked", x=period, series=split, most=(None, MAX_STACKED_SERIES))
    return shape.chart("line", x=period, series=split, most=(MAX_POINTS, MAX_LINES))


def _groups(shape: _Shape, split: str) -> Chart:
    groups = shape.cells(split)
    if len(groups) != len(shape.rows):
        return Chart(kind="table", title=shape.title)
    if _are_bins(groups):
        return shape.chart("histogram", x=split)
    if _has_own_order(groups):
        return shape.chart("bar", x=split)
    return shape.chart("ranked", x=split, most=(MAX_RANKED, None))


def _two_dimensions(shape: _Shape, splits: list[str]) -> Chart:
    fewer = min(reversed(splits), key=lambda name: len(shape.cells(name)))
    axis = splits[0] if fewer == splits[1] else splits[1]
    n_axis, n_series = len(shape.cells(axis)), len(shape.cells(fewer))
    if shape.share is not None and n_series <= MAX_STACKED_SERIES:
        return shape.chart("stacked", x=axis, series=fewer, most=(MAX_RANKED, None))
    if n_series <= MAX_GROUPED_SERIES and n_axis <= MAX_GROUPED:
        return shape.chart("bar", x=axis, series=fewer)
    return shape.chart("heatmap", x=axis, series=fewer, most=(MAX_HEAT_X, MAX_HEAT_ROWS))


def _are_bins(groups: Sequence[Cell]) -> bool:
    """Say whether groups are numbers in their own order, as of a histogram, and not ids."""
    numbers = [g for g in groups if isinstance(g, int | float) and not isinstance(g, bool)]
    if len(numbers) != len(groups) or not MIN_BINS <= len(numbers) <= MAX_BINS:
        return False
    return all(a < b for a, b in itertools.pairwise(numbers))


def _has_own_order(groups: Sequence[Cell]) -> bool:
    """Say whether groups are few, short, and ordered by what they are: weekdays, yes and no."""
    words = [str(group).casefold() for group in groups]
    if len(words) > MAX_UPRIGHT or any(len(word) > MAX_UPRIGHT_CHARS for word in words):
        return False
    if all(isinstance(group, bool) for group in groups):
        return True
    days = [_WEEKDAYS.index(word) for word in words if word in _WEEKDAYS]
    return len(days) == len(words) and days == sorted(days)

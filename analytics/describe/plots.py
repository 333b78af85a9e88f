"""What a chart draws, worked out before anything is drawn: labels, series, what is folded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, Literal

from analytics.describe.dates import period_label
from analytics.describe.phrases import cell_words, phrase
from analytics.model import Cell, Chart, Column, Finding, Grain

Role = Literal["main", "other", "before", "folded"]
Values = tuple[float | None, ...]

DRAWN: Final = frozenset({"line", "bar", "ranked", "stacked", "heatmap", "histogram"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line, one colour of bars, or one row of a heat map."""

    name: str
    values: Values
    """One for each label; None where there is no data."""
    role: Role
    """main: in the one colour; before: what is compared with; folded: the others added up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A chart's content."""

    chart: Chart
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    x_label: str
    y_label: str
    has_others: bool = False
    """Whether the last label stands for all groups that are not drawn by themselves."""
    band: tuple[Values, Values] | None = None
    """Lower and upper ends of an interval around a line, one for each label."""


def plotted(finding: Finding) -> Plot | None:
    """Return what the chart of a finding draws.

    Parameters
    ----------
    finding : Finding
        Fresh or restored; dates may be ISO strings.

    Returns
    -------
    Plot or None
        None when there is nothing to draw: a number, a table, no rows.
    """
    chart, columns = finding.chart, finding.columns
    x = _place(columns, chart.x)
    ys = [place for place in (_place(columns, name) for name in chart.y) if place is not None]
    if chart.kind not in DRAWN or x is None or not ys or not finding.rows:
        return None
    split = _place(columns, chart.series)
    xs = _axis(finding, x)
    if split is None:
        series = [_column_series(finding, xs, x, y, first=y == ys[0]) for y in ys]
    else:
        series = _split_series(finding, xs, (x, ys[0], split))
    if chart.kind == "ranked":
        xs, series = _ranked(xs, series)
    most = chart.most_x
    labels, series = _limited(chart, _labels(finding, x, xs), series)
    return Plot(
        chart=chart,
        labels=labels,
        series=tuple(series),
        x_label=columns[x].label,
        y_label=columns[ys[0]].label,
        has_others=chart.others == "added_up" and most is not None and len(xs) > most,
        band=_band(finding, xs, x) if chart.kind == "line" and split is None else None,
    )


def _band(finding: Finding, xs: Sequence[Cell], x: int) -> tuple[Values, Values] | None:
    """Return the columns `low` and `high` of a line, cut as it is; None without them."""
    low, high = (_place(finding.columns, name) for name in ("low", "high"))
    if low is None or high is None:
        return None
    shown = xs if finding.chart.most_x is None else xs[-finding.chart.most_x :]
    ends = {row[x]: (as_number(row[low]), as_number(row[high])) for row in finding.rows}
    return tuple(ends[cell][0] for cell in shown), tuple(ends[cell][1] for cell in shown)


def grain_of(finding: Finding, cells: Sequence[Cell]) -> Grain | None:
    """Return the grain of a column of dates, as asked or as the dates look; None for others."""
    days = [day for day in map(as_date, cells) if day is not None]
    if not days:
        return None
    if finding.metric_query is not None and finding.metric_query.grain is not None:
        return finding.metric_query.grain
    return "month" if len(days) > 1 and all(day.day == 1 for day in days) else "day"


def as_date(cell: Cell) -> date | None:
    """Return a cell as a day: a date, or its ISO text; None for everything else."""
    if isinstance(cell, date):
        return cell
    if isinstance(cell, str) and len(cell) == 10 and cell[4] == cell[7] == "-":
        try:
            return date.fromisoformat(cell)
        except ValueError:
            return None
    return None


def as_number(cell: Cell) -> float | None:
    """Return a cell as a finite number; None for everything else."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    return float(cell) if math.isfinite(cell) else None


def _place(columns: Sequence[Column], name: str | None) -> int | None:
    return next((i for i, column in enumerate(columns) if column.name == name), None)


def _axis(finding: Finding, x: int) -> list[Cell]:
    cells = list(dict.fromkeys(row[x] for row in finding.rows))
    if all(as_date(cell) is not None for cell in cells):
        cells.sort(key=str)
    return cells


def _labels(finding: Finding, x: int, xs: Sequence[Cell]) -> tuple[str, ...]:
    grain = grain_of(finding, xs)
    return tuple(
        period_label(day, grain) if grain and (day := as_date(cell)) else label_of(cell)
        for cell in xs
    )


def label_of(cell: Cell) -> str:
    """Write a group on an axis; a missing one is "(none)"."""
    return phrase("chart_none") if cell is None else cell_words(cell)


def _column_series(finding: Finding, xs: Sequence[Cell], x: int, y: int, *, first: bool) -> Series:
    found = {row[x]: as_number(row[y]) for row in finding.rows}
    column = finding.columns[y]
    role: Role = "main" if first else "other"
    return Series(
        name=column.label,
        values=tuple(found[cell] for cell in xs),
        role="before" if column.name in finding.chart.compare else role,
    )


def _split_series(
    finding: Finding, xs: Sequence[Cell], places: tuple[int, int, int]
) -> list[Series]:
    """Return one series for each value of the splitting column, the largest first."""
    x, y, split = places
    by_group: dict[Cell, dict[Cell, float | None]] = {}
    for row in finding.rows:
        by_group.setdefault(row[split], {})[row[x]] = as_number(row[y])
    size = {group: sum(v or 0 for v in found.values()) for group, found in by_group.items()}
    groups = sorted(by_group, key=lambda group: (-size[group], str(group)))
    if finding.chart.kind == "heatmap" and finding.chart.most_series is None:
        groups = list(by_group)  # its own order: weekdays, hours
    return [
        Series(
            name=label_of(group),
            values=tuple(by_group[group].get(cell) for cell in xs),
            role="main" if i == 0 else "other",
        )
        for i, group in enumerate(groups)
    ]


def _ranked(xs: list[Cell], series: list[Series]) -> tuple[list[Cell], list[Series]]:
    """Order bars by value; an order that the result has, rising or falling, stays."""
    values = series[0].values
    known = [value for value in values if value is not None]
    if all(a >= b for a, b in pairwise(known)) or all(a <= b for a, b in pairwise(known)):
        return xs, series
    order = sorted(range(len(xs)), key=lambda i: _falling(values[i], i))
    return [xs[i] for i in order], [
        Series(name=s.name, values=tuple(s.values[i] for i in order), role=s.role) for s in series
    ]


def _falling(value: float | None, place: int) -> tuple[bool, float, int]:
    return (value is None, -(value or 0.0), place)


def _limited(
    chart: Chart, labels: tuple[str, ...], series: list[Series]
) -> tuple[tuple[str, ...], list[Series]]:
    fold = chart.others == "added_up"
    if chart.most_series is not None and len(series) > chart.most_series:
        rest = series[chart.most_series :]
        series = series[: chart.most_series]
        if fold:
            sums = tuple(_sum(values) for values in zip(*(s.values for s in rest), strict=True))
            series.append(Series(name=phrase("chart_others"), values=sums, role="folded"))
    n = chart.most_x
    if n is None or len(labels) <= n:
        return labels, series
    kept = slice(-n, None) if chart.kind == "line" else slice(n)
    ends = (phrase("chart_others"),) if fold else ()
    return (*labels[kept], *ends), [
        Series(
            name=s.name,
            values=(*s.values[kept], *((_sum(s.values[n:]),) if fold else ())),
            role=s.role,
        )
        for s in series
    ]


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) if known else None

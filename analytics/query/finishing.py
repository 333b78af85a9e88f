"""What is done to the rows of an answer last: running totals, places within groups, other units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import ibis

from analytics.errors import QueryError
from analytics.model import Column, MetricQuery, Scale, Unit
from analytics.query.selection import PERIOD, Value
from analytics.query.side import Question, Side
from analytics.query.transforms import exact_sum

_SECONDS = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86400.0}
_COUNTS = {"thousands": 1e3, "millions": 1e6}
_PLACE = "place_within"


def cumulated(side: Side, question: Question) -> Side:
    """Add each value of a trend to those before it, group by group.

    Raises
    ------
    QueryError
        Without a trend, in a comparison, or for a number whose periods do not add up.
    """
    query, catalogue = question.query, question.source.catalogue
    if query.grain is None:
        raise QueryError("A running total needs a trend.", hint="Say by day, week or month.")
    if query.compare_to or query.compare_step or query.share_of_total or query.per_metric:
        raise QueryError("A running total cannot be compared or divided.")
    for metric in question.metrics:
        flows = all(m.time == "flow" for m in catalogue.measures_of(metric))
        if not (metric.additive and flows):
            raise QueryError(
                f"{metric.label} of several periods does not add up to a running total.",
                hint="Ask for a count or a sum, such as orders or revenue.",
            )
    table = side.table
    others = [key for key in side.keys if key != PERIOD]
    window = ibis.window(group_by=others, order_by=PERIOD, preceding=None, following=0)
    sums = {v.column: exact_sum(table[v.column].fill_null(0)).over(window) for v in side.values}
    values = tuple(replace(v, label=f"Cumulative {_lower(v.label)}") for v in side.values)
    return replace(side, table=table.mutate(**sums), values=values, subjects=values)


def _lower(label: str) -> str:
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def top_within(
    table: ibis.Table, query: MetricQuery, by: Sequence[ibis.Value], natural: Sequence[str]
) -> ibis.Table:
    """Keep the first rows of every group of some dimensions, group after group.

    Parameters
    ----------
    table : ibis.Table
        All rows.
    query : MetricQuery
        With `top_n` and `top_within`.
    by : Sequence[ibis.Value]
        The order within a group; ties are settled by it too.
    natural : Sequence[str]
        Columns that name a row.
    """
    assert query.top_n is not None
    groups = [name for name in natural if name.removesuffix("_key") in query.top_within]
    window = ibis.window(group_by=[table[name] for name in groups], order_by=list(by))
    placed = table.mutate(**{_PLACE: ibis.row_number().over(window)})
    first, last = query.skip, query.skip + query.top_n
    kept = placed.filter((placed[_PLACE] >= first) & (placed[_PLACE] < last))
    order = [ibis.asc(kept[name], nulls_first=False) for name in groups]
    return kept.order_by([*order, kept[_PLACE]]).drop(_PLACE)


def in_scale(
    table: ibis.Table, columns: tuple[Column, ...], side: Side, scale: Scale | None
) -> tuple[ibis.Table, tuple[Column, ...], Side]:
    """Show the values in the unit wanted.

    Raises
    ------
    QueryError
        When a value is in no unit that can be turned into it.
    """
    if scale is None:
        return table, columns, side
    values = {v.column: v for v in side.values}
    changed = {c.name: c for c in columns if c.unit is not None and c.unit != "fraction"}
    factors = {name: _factor(values.get(name, side.values[0]), scale) for name in changed}
    table = table.mutate(**{name: table[name] * factor for name, factor in factors.items()})
    shown = tuple(_column(c, scale) if c.name in changed else c for c in columns)
    subjects = tuple(
        replace(v, label=_label(v.label, scale), unit=_unit(scale)) for v in side.subjects
    )
    return table, shown, replace(side, subjects=subjects)


def _factor(value: Value, scale: Scale) -> float:
    if value.unit in _SECONDS and scale in _SECONDS:
        return _SECONDS[value.unit] / _SECONDS[scale]
    if value.unit == "ms" and scale in _SECONDS:
        return 0.001 / _SECONDS[scale]
    if value.unit in {"money", "count", "number"} and scale in _COUNTS:
        return 1 / _COUNTS[scale]
    raise QueryError(
        f"{value.label} cannot be shown in {scale}.", hint="Leave the unit out, or name another."
    )


def _unit(scale: Scale) -> Unit:
    units: dict[str, Unit] = {"seconds": "seconds", "minutes": "minutes", "hours": "hours"}
    return units.get(scale, "number")


def _label(label: str, scale: Scale) -> str:
    return label if _unit(scale) != "number" else f"{label} in {scale}"


def _column(column: Column, scale: Scale) -> Column:
    return replace(column, label=_label(column.label, scale), unit=_unit(scale))

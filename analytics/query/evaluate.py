"""Metrics over one selection: streams taken apart, put together on their groups, divided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import ibis
import pandas as pd

from analytics.catalogue import Formula, Measure, Metric
from analytics.query.facts import Source, fact_rows
from analytics.query.formulas import combined
from analytics.query.selection import PERIOD, Selection, column_name
from analytics.query.streams import Stream, aggregated, fact_for, streams_of
from analytics.query.windows import spine

Part = tuple[ibis.Table, Mapping[str, str]]
"""A table, and under which name each of its value columns goes on."""


def evaluated(metrics: Sequence[Metric], selection: Selection) -> ibis.Table:
    """Compute metrics for every group of a selection.

    Parameters
    ----------
    metrics : Sequence[Metric]
        With formulas.
    selection : Selection
        Rows, days and groups.

    Returns
    -------
    ibis.Table
        The selection's keys, then a column per metric named by `column_name`. Without dimensions
        and grain one row. Groups without rows do not appear; every period of a trend does.
    """
    catalogue = selection.source.catalogue
    measures = [m for metric in metrics for m in catalogue.measures_of(metric)]
    streams = streams_of(measures, selection.entities(), catalogue)
    keys, where = selection.key_columns(), _places(streams)
    parts: list[Part] = []
    for i, stream in enumerate(streams):
        table = aggregated(stream, selection).mutate(**{f"in_{i}": ibis.literal(1, "int8")})
        names = {f"m{j}": where[m.name] for j, m in enumerate(stream.measures)}
        parts.append((table, {**names, f"in_{i}": f"in_{i}"}))
    if selection.grain is not None:
        parts.append((_every_period(parts, selection), {}))
    table = stacked(parts, keys)
    values = {
        m.name: _present(m, table, where, i, selection)
        for i, stream in enumerate(streams)
        for m in stream.measures
    }
    shown = {column_name(metric): _metric_value(metric, values, streams) for metric in metrics}
    return table.select(*keys, **shown)


def _places(streams: Sequence[Stream]) -> dict[str, str]:
    """Give every measure a column of its own."""
    names = [m.name for stream in streams for m in stream.measures]
    return {name: f"m_{name.replace(' ', '_').replace('-', '_')}" for name in names}


def _every_period(parts: Sequence[Part], selection: Selection) -> ibis.Table:
    """Return a row for each period, and for each group in it."""
    assert selection.grain is not None
    periods = spine(selection.window, selection.grain).select(PERIOD)
    others = [key for key in selection.key_columns() if key != PERIOD]
    if not others:
        return periods
    groups = (
        ibis.union(*(table.select(*others) for table, _ in parts), distinct=True)
        if (len(parts) > 1)
        else parts[0][0].select(*others).distinct()
    )
    return periods.cross_join(groups)


def stacked(parts: Sequence[Part], keys: Sequence[str]) -> ibis.Table:
    """Put tables beside one another on their keys, NULL keys included.

    The tables are stacked and grouped rather than joined: no row is lost on either side, and a
    group with a NULL key meets its like.

    Parameters
    ----------
    parts : Sequence[Part]
        Tables with at most one row per group.
    keys : Sequence[str]
        Columns that all of them have; may be empty.

    Returns
    -------
    ibis.Table
        One row per group that some table has; NULL where a table lacks the group.
    """
    if len(parts) == 1:
        table, names = parts[0]
        return table.select(*keys, **{new: table[old] for old, new in names.items()})
    types = {new: table[old].type() for table, names in parts for old, new in names.items()}
    aligned = []
    for table, names in parts:
        old_name = {new: old for old, new in names.items()}
        columns = {
            new: table[old_name[new]] if new in old_name else ibis.null(kind)
            for new, kind in types.items()
        }
        aligned.append(table.select(*keys, **columns))
    union = ibis.union(*aligned, distinct=False)
    values = {name: union[name].max() for name in types}
    return union.group_by(list(keys)).aggregate(**values) if keys else union.aggregate(**values)


def _present(
    measure: Measure,
    table: ibis.Table,
    where: Mapping[str, str],
    stream: int,
    selection: Selection,
) -> ibis.Value:
    """Return a measure in which a group without rows counts 0, as a sum does; a mean has none."""
    value = table[where[measure.name]]
    if measure.aggregate in ("count", "count_values", "count_distinct", "min_count"):
        return value.fill_null(0)
    if measure.aggregate != "sum":
        return value
    if selection.grain is not None:
        return value.fill_null(0)
    if selection.dimensions:
        return ibis.ifelse(table[f"in_{stream}"].isnull(), 0, value)
    return value


def _metric_value(
    metric: Metric, values: Mapping[str, ibis.Value], streams: Sequence[Stream]
) -> ibis.Value:
    assert metric.formula is not None, "a model's metric is not compiled"
    return _formula_value(metric.formula, values, streams)


def _formula_value(
    formula: Formula, values: Mapping[str, ibis.Value], streams: Sequence[Stream]
) -> ibis.Value:
    if formula.tree is not None:
        found = {n: _formula_value(leaf, values, streams) for n, leaf in formula.leaves}
        amounts = {name: _is_amount(leaf, streams) for name, leaf in formula.leaves}
        return combined(formula.tree, found, amounts)
    above = values[formula.numerator]
    if formula.denominator is None:
        return above
    below = values[formula.denominator]
    together = any(
        {formula.numerator, formula.denominator} <= {m.name for m in stream.measures}
        for stream in streams
    )
    if not together:  # nothing above the line is 0, not "no data"
        above = above.fill_null(0)
    ratio = above.cast("float64") / below.cast("float64").nullif(0.0)
    if formula.scale != 1:
        ratio = ratio * formula.scale
    return 1.0 - ratio if formula.complement else ratio


def _is_amount(formula: Formula, streams: Sequence[Stream]) -> bool:
    measures = {m.name: m for stream in streams for m in stream.measures}
    mean = ("mean", "mean_distinct")
    return formula.is_plain and measures[formula.numerator].aggregate not in mean


def first_day(metrics: Sequence[Metric], selection: Selection) -> date | None:
    """Return the day of the first row that any of the metrics is dated by; None without rows."""
    source = selection.source
    catalogue = source.catalogue
    days = []
    measures = [m for metric in metrics for m in catalogue.measures_of(metric) if m.dated_by]
    seen = {(fact_for(m, selection.entities(), catalogue).name, m.dated_by) for m in measures}
    for fact, column in sorted(seen):
        day = _first_of(fact, str(column), source)
        if day is not None:
            days.append(day)
    return min(days, default=None)


def _first_of(fact: str, column: str, source: Source) -> date | None:
    rows = fact_rows(fact, {column}, source)
    frame, _ = source.warehouse.run(rows.aggregate(at=rows[column].min()))
    at = frame["at"].iloc[0]
    return None if pd.isna(at) else pd.Timestamp(at).date()

"""Aggregation: measures that share rows and dates are taken together, in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import or_

import ibis

from analytics.catalogue import Catalogue, Fact, Measure
from analytics.errors import QueryError
from analytics.query.following import kept_ends, with_followed
from analytics.query.quantiles import QuantileMeasure
from analytics.query.rows import selected_rows
from analytics.query.running import running_table
from analytics.query.selection import PERIOD, Selection, kept
from analytics.query.transforms import exact_mean, exact_sum
from analytics.query.windows import day_literal, period_of, spine

ENDED = "ended_in_period"
MINUTES = "minutes_in_period"
_MADE_HERE = frozenset({ENDED, MINUTES})
_PER_ENTITY = ("min_count", "mean_distinct")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Measures over the same rows, dated alike."""

    fact: Fact
    measures: tuple[Measure, ...]

    @property
    def first(self) -> Measure:
        """The measure that says how all of them are dated."""
        return self.measures[0]


def streams_of(
    measures: Sequence[Measure], entities: frozenset[str], catalogue: Catalogue
) -> tuple[Stream, ...]:
    """Put measures together that one pass over the same rows can take.

    Parameters
    ----------
    measures : Sequence[Measure]
        In the order of first use; repetitions are taken once.
    entities : frozenset[str]
        What the dimensions belong to; decides between a fact and its finer one.
    catalogue : Catalogue
        For the facts.

    Returns
    -------
    tuple[Stream, ...]
        Every measure in exactly one of them.
    """
    groups: dict[tuple[object, ...], list[Measure]] = {}
    for measure in dict.fromkeys(measures):
        fact = fact_for(measure, entities, catalogue)
        alone = measure.name if measure.aggregate in _PER_ENTITY or measure.keep else None
        back = (measure.since, measure.trailing)
        key = (fact.name, measure.dated_by, measure.ended_by, measure.time, back, alone)
        groups.setdefault(key, []).append(measure)
    return tuple(
        Stream(fact=catalogue.facts[str(key[0])], measures=tuple(found))
        for key, found in groups.items()
    )


def fact_for(measure: Measure, entities: frozenset[str], catalogue: Catalogue) -> Fact:
    """Return the measure's fact, or its finer one when a dimension needs that."""
    fact = catalogue.facts[measure.fact]
    if fact.finer is not None and entities & set(fact.finer_reaches):
        return catalogue.facts[fact.finer]
    return fact


def aggregated(stream: Stream, selection: Selection) -> ibis.Table:
    """Take the measures of a stream.

    Returns
    -------
    ibis.Table
        The selection's keys and a column per measure (its position in the stream: `m0`, `m1`),
        one row per group that has rows; without keys exactly one row.

    Raises
    ------
    QueryError
        When the measures cannot be taken by the selection's dimensions or by period.
    """
    rows = with_followed(_rows(stream, selection), stream.measures, selection)
    if stream.first.time == "running":
        rows = kept(rows, _shared_condition(stream, rows))
        repeats = stream.fact.repeats_key
        values_of = partial(_values, stream)
        return running_table(rows, stream.measures, selection, values_of, repeats_key=repeats)
    rows = _dated(rows, stream, selection)
    rows = kept_ends(kept(rows, _shared_condition(stream, rows)), stream.first, selection)
    by = [*selection.key_columns()]
    if stream.first.aggregate in _PER_ENTITY:
        return _per_entity(stream.first, stream.fact, rows, by)
    return _grouped(rows, by, _values(stream, rows))


def _values(stream: Stream, rows: ibis.Table) -> Mapping[str, ibis.Value]:
    together = len({m.where for m in stream.measures}) == 1
    return {
        f"m{i}": _aggregate(m, stream.fact, rows, None if together else _condition(m, rows))
        for i, m in enumerate(stream.measures)
    }


def _grouped(rows: ibis.Table, by: Sequence[str], values: Mapping[str, ibis.Value]) -> ibis.Table:
    return rows.group_by(list(by)).aggregate(**values) if by else rows.aggregate(**values)


def _rows(stream: Stream, selection: Selection) -> ibis.Table:
    columns: set[str] = set()
    for measure in stream.measures:
        columns.update(column for column, _ in measure.where)
        columns.update(c for c in (measure.column, measure.per, measure.dated_by) if c)
        if measure.ended_by is not None:
            columns.add(measure.ended_by)
        columns.update(measure.keep.per if measure.keep is not None else ())
        columns.update({measure.followed.by} if measure.followed is not None else ())
    columns -= {m.followed.column for m in stream.measures if m.followed is not None}
    if stream.fact.repeats_key and stream.fact.key is not None:
        columns.add(stream.fact.key)
    if not columns - _MADE_HERE and stream.fact.key is not None:
        columns.add(stream.fact.key)
    clock = stream.first.dated_by if stream.first.time == "flow" else None
    return selected_rows(stream.fact, columns - _MADE_HERE, selection, clock=clock)


def _dated(rows: ibis.Table, stream: Stream, selection: Selection) -> ibis.Table:
    """Keep the rows of the window; in a trend, say which period each belongs to."""
    rule, window = stream.first.time, selection.window
    if rule == "whole":
        if selection.grain is not None:
            raise QueryError("A number over the whole data has no trend.")
        return rows.filter(rows[stream.first.dated_by] < day_literal(selection.source.as_of))
    if rule == "flow":
        at = rows[stream.first.dated_by]
        kept = [at < day_literal(window.end)]
        if window.start is not None:
            kept.insert(0, at >= day_literal(window.start))
        if selection.grain is None:
            return rows.filter(*kept)
        return rows.filter(*kept).mutate(**{PERIOD: period_of(at, selection.grain)})
    if selection.grain is None:
        start = None if window.start is None else day_literal(window.start)
        return _standing(rows, stream.first, start, day_literal(window.end))
    periods = spine(window, selection.grain)
    crossed = rows.cross_join(periods)
    table = _standing(crossed, stream.first, crossed.starts, crossed.ends)
    return table.drop("starts", "ends")


def _standing(
    rows: ibis.Table, measure: Measure, start: ibis.Value | None, end: ibis.Value
) -> ibis.Table:
    """Keep the rows that stand at the start or the end of days `[start, end)`."""
    if measure.time == "span":
        if start is None:
            raise QueryError("Availability needs a period with a first day.")
        return rows.mutate(**{MINUTES: _minutes(start, end)})
    begun = rows[measure.dated_by]
    if measure.time == "until":
        return rows.filter(begun < end)
    ended = rows[measure.ended_by]
    if measure.time == "snapshot":
        return rows.filter(begun < end, ended.isnull() | (ended >= end))
    if start is None:
        raise QueryError("A churn or retention rate needs a period with a first day.")
    there = rows.filter(begun < start, ended.isnull() | (ended >= start))
    return there.mutate(**{ENDED: (ended < end).fill_null(False)})


def _minutes(start: ibis.Value, end: ibis.Value) -> ibis.Value:
    seconds = end.cast("timestamp").epoch_seconds() - start.cast("timestamp").epoch_seconds()
    return seconds.cast("float64") / 60.0


def _condition(measure: Measure, rows: ibis.Table) -> ibis.Value | None:
    """Return the rows that a measure counts; None for all of them."""
    parts = []
    for column, values in measure.where:
        value = rows[column]
        if values == (True,):
            parts.append(value)
        else:
            parts.append(value == values[0] if len(values) == 1 else value.isin(list(values)))
    return reduce(lambda a, b: a & b, parts) if parts else None


def _shared_condition(stream: Stream, rows: ibis.Table) -> list[ibis.Value]:
    """Return the condition that some measure's rows meet: other rows form no group."""
    seen: dict[object, ibis.Value] = {}
    for measure in stream.measures:
        condition = _condition(measure, rows)
        if condition is None:
            return []
        seen.setdefault(measure.where, condition)
    return [reduce(or_, seen.values())]


def _aggregate(
    measure: Measure, fact: Fact, rows: ibis.Table, where: ibis.Value | None
) -> ibis.Value:
    if measure.aggregate == "count":
        if fact.repeats_key:
            return rows[fact.key].nunique(where=where)
        return rows.count(where=where)
    column = rows[measure.column]
    if measure.aggregate == "sum":
        return exact_sum(column, where=where)
    if isinstance(measure, QuantileMeasure):
        return column.cast("float64").quantile(measure.quantile, where=where)
    if measure.aggregate == "mean":
        return exact_mean(column, where=where)
    if measure.aggregate == "count_values":
        return column.count(where=where)
    return column.nunique(where=where)


def _per_entity(measure: Measure, fact: Fact, rows: ibis.Table, by: Sequence[str]) -> ibis.Table:
    """Aggregate twice: first for each customer, then over the customers of a group."""
    rows = rows.filter(rows[measure.per].notnull())
    if measure.aggregate == "mean_distinct":
        inner = rows[measure.column].nunique()
    else:
        inner = rows[fact.key].nunique() if fact.repeats_key else rows.count()
    each = rows.group_by(list(dict.fromkeys([*by, measure.per]))).aggregate(n=inner)
    if measure.aggregate == "mean_distinct":
        return _grouped(each, by, {"m0": exact_mean(each.n)})
    return _grouped(each, by, {"m0": each.count(where=each.n >= measure.at_least)})

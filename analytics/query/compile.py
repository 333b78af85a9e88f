"""MetricQuery to one ibis expression: the numbers by the conventions of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import ibis

from analytics.catalogue import Catalogue
from analytics.errors import QueryError
from analytics.model import Column, MetricQuery
from analytics.ports import Warehouse
from analytics.query.compare import compared_sides, previous_window
from analytics.query.facts import Source
from analytics.query.finishing import cumulated, in_scale, top_within
from analytics.query.quantiles import with_quantile
from analytics.query.rows import predicate
from analytics.query.selection import PERIOD, Value, column_name, hidden_key, kept
from analytics.query.side import Question, Side, looked_up, resolved_window, side_of
from analytics.query.windows import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledQuery:
    """An expression ready to run, and what its columns and days mean."""

    query: MetricQuery
    """As asked, each name once."""
    table: ibis.Table
    columns: tuple[Column, ...]
    """Of the table, in its order."""
    subjects: tuple[Column, ...]
    """The values before they are compared."""
    window: Window
    """Days seen; without a start, everything before the end."""
    previous: Window | None
    """Days compared with."""


def compile_query(
    query: MetricQuery, *, warehouse: Warehouse, catalogue: Catalogue
) -> CompiledQuery:
    """Compile a metric query.

    Parameters
    ----------
    query : MetricQuery
        What is asked.
    warehouse : Warehouse
        For the tables; a trend or an availability without a period also reads its first day.
    catalogue : Catalogue
        What the names mean.

    Returns
    -------
    CompiledQuery
        Columns: the trend's period, the dimensions, then the values in the order asked.

    Raises
    ------
    UnknownMetricError, UnknownDimensionError
        When a name is unknown, or a metric cannot be split or filtered by a dimension.
    QueryError
        When the query contradicts itself, or a value has the wrong type.
    """
    query = replace(
        query,
        metrics=tuple(dict.fromkeys(query.metrics)),
        dimensions=tuple(dict.fromkeys(query.dimensions)),
    )
    _check(query)
    catalogue = with_quantile(catalogue, query)
    source = Source(warehouse=warehouse, catalogue=catalogue, as_of=query.as_of)
    question = looked_up(query, source)
    _refuse_settled(query, catalogue)
    window = resolved_window(question)
    previous = previous_window(query, window)
    side = _side(question, window, previous)
    side = replace(side, table=_ranked_groups(side.table, question))
    if query.cumulative:
        side = cumulated(side, question)
    table = _kept(side, question)
    if query.count_groups:
        table, columns = _counted(table)
    else:
        if query.top_n is not None and query.grain is not None and question.dimensions:
            table = _top_groups(table, side, question, window)
            table = _ordered(table, side, replace(query, order=None, top_n=None), question)
        elif query.top_within:
            by = _ranking(table, side, query, question)
            table = top_within(table, query, by, _natural_keys(question))
        else:
            table = _ordered(table, side, query, question)
        columns = _columns(side, question)
        table = table.select(*(c.name for c in columns))
    table, columns, side = in_scale(table, columns, side, query.shown_in)
    return CompiledQuery(
        query=query,
        table=table,
        columns=columns,
        subjects=tuple(_column(value) for value in side.subjects),
        window=window,
        previous=previous,
    )


def _refuse_settled(query: MetricQuery, catalogue: Catalogue) -> None:
    """Refuse a ratio of rows that a filter has already chosen by what the ratio asks."""
    for each in (f for f in query.filters if f.operator in ("=", "!=", "in", "not in")):
        dimension = catalogue.dimension(each.dimension)
        settled = next((name for name in query.metrics if name in dimension.settles), None)
        if settled is not None:
            raise QueryError(
                f"{catalogue.metric(settled).label} already asks about “{dimension.label}”: of "
                "rows chosen by that it is always the same.",
                hint=f"Ask for it without “{dimension.label}”, or for a count of those rows.",
            )


def _check(query: MetricQuery) -> None:
    contradictions = (
        (
            query.compare is not None and query.compare_to is None and query.compare_step is None,
            "A comparison needs a period to compare with.",
        ),
        (
            query.compare_to is not None and query.period is None,
            "A comparison with an earlier period needs a period of its own.",
        ),
        (
            query.compare_step is not None and query.grain is None,
            "A change on the step before needs a trend.",
        ),
        (
            query.share_of_total and not query.dimensions and query.grain is None,
            "A share of the total needs a dimension to split it by.",
        ),
        (
            sum((bool(query.numerator), query.share_of_total, query.per_metric is not None)) > 1,
            "Only one of share, part and ratio can be asked for at once.",
        ),
        (
            query.count_groups and not query.dimensions,
            "Counting groups needs a dimension that forms them.",
        ),
        (query.top_n is not None and query.top_n < 1, "The number of rows must be at least 1."),
        (
            bool(query.skip) and query.top_n is None,
            "A place in a ranking needs the number of rows to show.",
        ),
        (
            bool(query.top_within)
            and (query.top_n is None or set(query.dimensions) <= set(query.top_within)),
            "A ranking within groups needs a number and a dimension to rank.",
        ),
    )
    for wrong, message in contradictions:
        if wrong:
            raise QueryError(message)


def _side(question: Question, window: Window, previous: Window | None) -> Side:
    if previous is None:
        return side_of(question, window)
    return compared_sides(question, window, previous)


def _ranked_groups(table: ibis.Table, question: Question) -> ibis.Table:
    """Leave "none" out where things are ranked or counted: no campaign is not the best campaign.

    Where a group is a column of the metric's own rows, its missing values stay in a ranking.
    """
    query = question.query
    if query.top_n is None and not query.count_groups:
        return table
    catalogue = question.source.catalogue
    own = {
        catalogue.facts[measure.fact].entity
        for metric in question.metrics
        for measure in catalogue.measures_of(metric)
    }
    conditions = [
        table[hidden_key(dimension) or dimension.name].notnull()
        for dimension in question.dimensions
        if query.count_groups
        or (dimension.entity not in own and dimension.name not in query.top_within)
    ]
    return kept(table, conditions)


def _kept(side: Side, question: Question) -> ibis.Table:
    """Keep the groups that meet the conditions on the result."""
    conditions = []
    for having in question.query.having:
        name = _result_column(having.dimension, side, question)
        label = having.dimension
        conditions.append(predicate(side.table[name], having, label))
    return kept(side.table, conditions)


def _result_column(name: str, side: Side, question: Question) -> str:
    """Return the column that a condition or the order names."""
    column = (
        column_name(question.source.catalogue.metrics[name])
        if (name in question.source.catalogue.metrics)
        else name
    )
    columns = set(side.table.columns)
    for candidate in (column, f"{column}_current", f"{column}_share"):
        if candidate in columns:
            return candidate
    if "current" in columns:  # the one metric of a comparison
        return "current"
    if name == "share" and side.values:
        return side.values[0].column
    raise QueryError(
        f"The result has no {name!r} to order by or to limit.",
        hint=f"It has {', '.join(sorted(v.column for v in side.values))}.",
    )


def _counted(table: ibis.Table) -> tuple[ibis.Table, tuple[Column, ...]]:
    counted = table.aggregate(groups=table.count())
    return counted, (Column(name="groups", label="Number", unit="count"),)


def _shown_keys(question: Question) -> list[str]:
    names = [dimension.name for dimension in question.dimensions]
    return [PERIOD, *names] if question.query.grain else names


def _ordered(table: ibis.Table, side: Side, query: MetricQuery, question: Question) -> ibis.Table:
    """Sort by what was asked, else the way the groups are read; ties by name, then by id."""
    by = _ranking(table, side, query, question)
    table = table.order_by(by) if by else table
    return table.limit(query.top_n, offset=query.skip) if query.top_n is not None else table


def _ranking(
    table: ibis.Table, side: Side, query: MetricQuery, question: Question
) -> list[ibis.Value]:
    natural = _natural_keys(question)
    order = query.order or ("descending" if query.top_n is not None else None)
    if order is None and query.order_by is None:
        if _ranks(question) and side.values:
            first = _directed(table, side.values[0].column, "descending")
            return [first, *_ascending(table, natural)]
        return _ascending(table, natural)
    column = _order_column(query, side, question)
    return [_directed(table, column, order or "descending"), *_ascending(table, natural)]


def _order_column(query: MetricQuery, side: Side, question: Question) -> str:
    if query.order_by is not None:
        return _result_column(query.order_by, side, question)
    changes = [v.column for v in side.values if v.column.endswith(("difference", "growth"))]
    return changes[0] if changes else side.values[0].column


def _ranks(question: Question) -> bool:
    """Say whether groups read best from the largest to the smallest."""
    if question.query.grain is not None or len(question.dimensions) != 1:
        return False
    dimension = question.dimensions[0]
    numbered = bool(dimension.values) and not isinstance(dimension.values[0].value, str)
    ordinal = numbered or dimension.name in ("day_of_week", "age_band")
    return dimension.kind in ("category", "entity") and not ordinal


def _natural_keys(question: Question) -> list[str]:
    keys = [PERIOD] if question.query.grain else []
    for dimension in question.dimensions:
        hidden = hidden_key(dimension)
        if dimension.transform == "day_of_week" and hidden:
            keys += [hidden]
        else:
            keys += [dimension.name, hidden] if hidden else [dimension.name]
    return keys


def _directed(table: ibis.Table, column: str, order: str) -> ibis.Value:
    if order == "descending":
        return ibis.desc(table[column], nulls_first=False)
    return ibis.asc(table[column], nulls_first=False)


def _ascending(table: ibis.Table, columns: Sequence[str]) -> list[ibis.Value]:
    return [_directed(table, column, "ascending") for column in columns]


def _top_groups(table: ibis.Table, side: Side, question: Question, window: Window) -> ibis.Table:
    """Keep the groups that come first over the whole window, with all their periods."""
    whole = replace(
        question,
        query=replace(question.query, grain=None, compare=None, compare_to=None, compare_step=None),
    )
    ranking = side_of(whole, window)
    groups = _ranked_groups(ranking.table, whole)
    first = _ordered(groups, ranking, whole.query, whole).select(*ranking.keys)
    names = {key: f"{key}_kept" for key in ranking.keys}
    kept = first.rename({new: old for old, new in names.items()})
    on = [table[key].identical_to(kept[name]) for key, name in names.items()]
    return table.semi_join(kept, on)


def _columns(side: Side, question: Question) -> tuple[Column, ...]:
    columns = []
    if question.query.grain is not None:
        grain = question.query.grain
        columns.append(Column(name=PERIOD, label=grain.capitalize()))
    columns += [Column(name=d.name, label=d.label) for d in question.dimensions]
    columns += [_column(value) for value in side.values]
    return tuple(columns)


def _column(value: Value) -> Column:
    return Column(name=value.column, label=value.label, unit=value.unit)

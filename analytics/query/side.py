"""One side of an answer: the metrics asked for over one window, as values, shares or ratios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import ibis

from analytics.catalogue import Dimension, Metric
from analytics.errors import QueryError
from analytics.model import Grain, MetricQuery
from analytics.query.conditions import customer_set
from analytics.query.evaluate import evaluated, first_day, stacked
from analytics.query.facts import Source
from analytics.query.selection import PERIOD, CustomerSet, Selection, Value, column_name
from analytics.query.transforms import exact_mean, exact_sum
from analytics.query.windows import Window, last_whole_months, window_of

DEFAULT_MONTHS = 12
"""Whole months that a churn or retention rate covers when no period is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A metric query with its names looked up."""

    query: MetricQuery
    source: Source
    metrics: tuple[Metric, ...]
    hidden: tuple[Metric, ...]
    """Metrics that only conditions or the order need."""
    per_metric: Metric | None
    dimensions: tuple[Dimension, ...]
    customer_sets: tuple[CustomerSet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Values per group over one window."""

    table: ibis.Table
    keys: tuple[str, ...]
    values: tuple[Value, ...]
    subjects: tuple[Value, ...]
    """The values before they are compared."""
    hidden: tuple[str, ...]
    """Columns of metrics that were not asked for."""


def looked_up(query: MetricQuery, source: Source) -> Question:
    """Look up every name of a query.

    Raises
    ------
    UnknownMetricError, UnknownDimensionError
        When a name is not in the catalogue, or a metric cannot be split or filtered by it.
    QueryError
        When parts of the query contradict one another.
    """
    catalogue = source.catalogue
    if not query.metrics:
        raise QueryError("A metric query needs at least one metric.")
    metrics = tuple(catalogue.metric(name) for name in query.metrics)
    per = catalogue.metric(query.per_metric) if query.per_metric else None
    names = [h.dimension for h in query.having] + ([query.order_by] if query.order_by else [])
    shown = {*query.metrics, *(column_name(m) for m in metrics)}
    hidden = tuple(
        catalogue.metric(name)
        for name in dict.fromkeys(names)
        if name not in shown and name not in RESULT_COLUMNS
    )
    for metric in (*metrics, *((per,) if per else ()), *hidden):
        if metric.formula is None:
            raise QueryError(
                f"{metric.label} is computed by a model, not from the tables.",
                hint=f"It is answered by the analysis {metric.analysis!r}.",
            )
        for name in (*query.dimensions, *(f.dimension for f in (*query.filters, *query.numerator))):
            catalogue.require_dimension(metric.name, name)
    dimensions = tuple(catalogue.dimension(name) for name in dict.fromkeys(query.dimensions))
    for dimension in dimensions:
        if not dimension.groupable:
            raise QueryError(
                f"{dimension.label} can limit an answer but not split it.",
                hint="Use it in a condition such as “more than 20”.",
            )
    sets = tuple(customer_set(condition, source) for condition in query.customer_conditions)
    return Question(
        query=query,
        source=source,
        metrics=metrics,
        hidden=hidden,
        per_metric=per,
        dimensions=dimensions,
        customer_sets=sets,
    )


RESULT_COLUMNS = frozenset({"current", "previous", "difference", "growth", "share"})
"""Columns of comparisons and shares that conditions and the order may name."""


def resolved_window(question: Question) -> Window:
    """Return the days that a query covers, with a first day wherever one is needed."""
    query, source = question.query, question.source
    window = window_of(query.period, source.as_of)
    if query.period is not None:
        return window
    if all(metric.default_period for metric in question.metrics):
        return last_whole_months(DEFAULT_MONTHS, source.as_of)
    needs_start = query.grain is not None or query.mean_per is not None or _spans(question)
    if not needs_start:
        return window
    probe = Selection(
        source=source,
        window=window,
        dimensions=question.dimensions,
        filters=query.filters,
        customer_sets=question.customer_sets,
    )
    return Window(start=first_day(question.metrics, probe) or window.end, end=window.end)


def _spans(question: Question) -> bool:
    catalogue = question.source.catalogue
    metrics = (*question.metrics, *question.hidden)
    return any(m.time == "span" for metric in metrics for m in catalogue.measures_of(metric))


def side_of(question: Question, window: Window) -> Side:
    """Compute the values asked for over one window.

    Returns
    -------
    Side
        Keys, then a value per metric: the metric itself, its share of the total, the share that
        `numerator` keeps, its ratio to `per_metric`, or its mean per day, week, ….
    """
    query = question.query
    selection = Selection(
        source=question.source,
        window=window,
        dimensions=question.dimensions,
        grain=query.mean_per or query.grain,
        filters=query.filters,
        customer_sets=question.customer_sets,
    )
    if query.mean_per is not None and query.grain is not None:
        raise QueryError(
            "A mean per period and a trend cannot be asked for at once.",
            hint="Ask for the trend alone; its rows are the periods.",
        )
    per = (question.per_metric,) if question.per_metric else ()
    wanted = tuple(dict.fromkeys((*question.metrics, *question.hidden, *per)))
    table = _with_defaults(wanted, selection, question)
    hidden = tuple(column_name(m) for m in question.hidden)
    keys = selection.key_columns()
    if query.numerator:
        table, values = _parts(table, question, selection)
    elif query.share_of_total:
        table, values = _shares(table, question, selection)
    elif question.per_metric is not None:
        table, values = _per(table, question, keys)
    else:
        values = tuple(_value(metric) for metric in question.metrics)
    if query.mean_per is not None:
        keys = tuple(key for key in keys if key != PERIOD)
        table, values = _mean(table, keys, values, hidden, query.mean_per)
    return Side(table=table, keys=keys, values=values, subjects=values, hidden=hidden)


def _with_defaults(
    metrics: Sequence[Metric], selection: Selection, question: Question
) -> ibis.Table:
    """Evaluate; without a period, rates of churn keep their own beside other metrics."""
    own = [m for m in metrics if m.default_period and question.query.period is None]
    others = [m for m in metrics if m not in own]
    if not own or not others or selection.window.start is not None:
        return evaluated(metrics, selection)
    year = replace(selection, window=last_whole_months(DEFAULT_MONTHS, question.source.as_of))
    parts = [
        (evaluated(group, picked), {column_name(m): column_name(m) for m in group})
        for group, picked in ((others, selection), (own, year))
    ]
    return stacked(parts, selection.key_columns())


def _value(metric: Metric) -> Value:
    return Value(
        column=column_name(metric),
        label=metric.label,
        unit=metric.unit,
        adds_up=metric.formula is not None
        and metric.formula.is_plain
        and (metric.additive or metric.unit == "count"),
    )


def _needs_sum(metric: Metric) -> None:
    if not _value(metric).adds_up:
        raise QueryError(
            f"{metric.label} is not a count or a sum, so it has no shares.",
            hint="Ask for the rate itself, or for the share of a count such as orders or tickets.",
        )


def _share_value(metric: Metric, *, alone: bool) -> Value:
    column = "share" if alone else f"{column_name(metric)}_share"
    return Value(
        column=column, label=f"Share of {_lower(metric.label)}", unit="fraction", adds_up=False
    )


def _lower(label: str) -> str:
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _ratio(above: ibis.Value, below: ibis.Value) -> ibis.Value:
    return above.cast("float64") / below.cast("float64").nullif(0.0)


def _parts(
    table: ibis.Table, question: Question, selection: Selection
) -> tuple[ibis.Table, tuple[Value, ...]]:
    """Divide the metric under the numerator's conditions by the metric without them."""
    for metric in question.metrics:
        _needs_sum(metric)
    narrowed = replace(selection, filters=(*selection.filters, *question.query.numerator))
    part = evaluated(question.metrics, narrowed)
    names = [column_name(metric) for metric in question.metrics]
    whole = {c: c for c in table.columns if c not in selection.key_columns()}
    both = stacked(
        [(table, whole), (part, {name: f"{name}_part" for name in names})],
        selection.key_columns(),
    )
    values = tuple(_share_value(m, alone=len(names) == 1) for m in question.metrics)
    shares = {
        value.column: _ratio(both[f"{name}_part"].fill_null(0), both[name])
        for name, value in zip(names, values, strict=True)
    }
    return both.mutate(**shares), values


def _shares(
    table: ibis.Table, question: Question, selection: Selection
) -> tuple[ibis.Table, tuple[Value, ...]]:
    """Divide each group by the whole: the sum of the groups, or, where they overlap, its own."""
    for metric in question.metrics:
        _needs_sum(metric)
    names = [column_name(metric) for metric in question.metrics]
    within = [PERIOD] if selection.grain and selection.dimensions else []
    if all(metric.additive for metric in question.metrics):
        sums = {f"{name}_total": exact_sum(table[name]) for name in names}
        totals = table.group_by(within).aggregate(**sums) if within else table.aggregate(**sums)
    else:
        grain = selection.grain if within else None
        whole = evaluated(question.metrics, replace(selection, dimensions=(), grain=grain))
        totals = whole.rename({f"{name}_total": name for name in names})
    if within:
        joined = table.left_join(totals, PERIOD).drop(f"{PERIOD}_right")
    else:
        joined = table.cross_join(totals)
    values = tuple(_share_value(m, alone=len(names) == 1) for m in question.metrics)
    shares = {
        value.column: _ratio(joined[name], joined[f"{name}_total"])
        for name, value in zip(names, values, strict=True)
    }
    return joined.mutate(**shares), values


def _per(
    table: ibis.Table, question: Question, keys: Sequence[str]
) -> tuple[ibis.Table, tuple[Value, ...]]:
    per, query = question.per_metric, question.query
    assert per is not None
    if len(question.metrics) != 1:
        raise QueryError("A ratio to another metric takes one metric at a time.")
    metric = question.metrics[0]
    scale = "" if query.per_scale == 1 else f"{query.per_scale:,.0f} "
    value = Value(
        column=f"{column_name(metric)}_per_{column_name(per)}",
        label=f"{metric.label} per {scale}{_lower(per.label)}",
        unit="money" if metric.unit == "money" and per.unit == "count" else "number",
        adds_up=False,
    )
    ratio = _ratio(table[column_name(metric)], table[column_name(per)])
    return table.mutate(**{value.column: ratio * query.per_scale}), (value,)


def _mean(
    table: ibis.Table,
    keys: Sequence[str],
    values: Sequence[Value],
    hidden: Sequence[str],
    grain: Grain,
) -> tuple[ibis.Table, tuple[Value, ...]]:
    means = {name: exact_mean(table[name]) for name in (*(v.column for v in values), *hidden)}
    grouped = table.group_by(list(keys)).aggregate(**means) if keys else table.aggregate(**means)
    units = tuple(
        replace(
            v,
            label=f"Mean {_lower(v.label)} per {grain}",
            unit="number" if v.unit == "count" else v.unit,
            adds_up=False,
        )
        for v in values
    )
    return grouped, units

"""Metric queries in one line, so that tables of questions stay readable."""

from __future__ import annotations

from analytics.language.understand import Understood
from analytics.model import Cell, Filter, MetricQuery


def short(query: MetricQuery) -> str:
    """`metrics | by dimensions | per grain | conditions | days | …`, empty parts left out."""
    parts = ["+".join(query.metrics)]
    if query.dimensions:
        parts.append("by " + ",".join(query.dimensions))
    if query.grain:
        parts.append(f"per {query.grain}")
    parts += [_condition(f) for f in query.filters]
    parts += [f"part {_condition(f)}" for f in query.numerator]
    parts += [f"having {_condition(f)}" for f in query.having]
    for one in query.customer_conditions:
        inner = " ".join(_condition(f) for f in one.filters)
        when = f" {one.period.start}/{one.period.end}" if one.period else ""
        when += f" {one.days_before_churn}d before" if one.days_before_churn else ""
        parts.append(f"who {one.metric}{one.operator}{one.value:g} {inner}{when}".rstrip())
    if query.period:
        parts.append(f"{query.period.start}/{query.period.end}")
    if query.compare_to:
        parts.append(f"against {query.compare_to.start}/{query.compare_to.end}")
    if query.compare_step:
        parts.append(f"step {query.compare_step}")
    if query.compare:
        parts.append(query.compare)
    if query.share_of_total:
        parts.append("share")
    if query.per_metric:
        parts.append(f"over {query.per_scale:g} {query.per_metric}")
    if query.mean_per:
        parts.append(f"mean per {query.mean_per}")
    if query.count_groups:
        parts.append("count")
    if query.quantile is not None:
        parts.append(f"quantile {query.quantile:g}")
    if query.cumulative:
        parts.append("cumulative")
    if query.shown_in:
        parts.append(f"in {query.shown_in}")
    if query.order:
        parts.append(query.order + (f" {query.order_by}" if query.order_by else ""))
    if query.top_n:
        parts.append(f"top {query.top_n}")
    if query.top_within:
        parts.append("within " + ",".join(query.top_within))
    if query.skip:
        parts.append(f"after {query.skip}")
    return " | ".join(parts)


def _condition(one: Filter) -> str:
    values = ",".join(_value(v) for v in one.values)
    return f"{one.dimension} {one.operator} {values}".rstrip()


def _value(value: Cell) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def outcome(understood: Understood) -> str:
    """The query in short, `? labels` when open, `- unknown words` when refused."""
    if understood.query is not None:
        return short(understood.query)
    if understood.readings:
        return "? " + "; ".join(r.label for r in understood.readings)
    return "- " + (", ".join(understood.unknown) or understood.problem)

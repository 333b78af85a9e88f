"""A metric query as a plain question that is understood as that very query."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from analytics.catalogue import Catalogue
from analytics.language.calendar import BEGINNING, in_words
from analytics.language.scene import OpenWord
from analytics.model import Cell, CustomerCondition, Filter, MetricQuery, Period

_OPERATORS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most", "=": "exactly"}


def question_of(query: MetricQuery, catalogue: Catalogue) -> str:
    """Return the question in plain words, with a capital and a question mark."""
    parts = [_head(query, catalogue)]
    parts += [_condition(c, catalogue) for c in query.customer_conditions]
    parts += [_filter(f, catalogue) for f in query.filters]
    if query.dimensions:
        parts.append(" and ".join(f"by {catalogue.dimension(d).label}" for d in query.dimensions))
    if query.grain and not query.mean_per:
        parts.append(f"per {query.grain}")
    if query.period is not None:
        parts.append(_period(query.period, query))
    parts += _comparison(query)
    if query.share_of_total:
        parts.append("as a share of the total")
    if query.numerator:
        parts.append("are " + " ".join(_filter(f, catalogue) for f in query.numerator))
    text = " ".join(part for part in parts if part)
    for having in query.having:
        if having.dimension in catalogue.metrics:
            text += f", only those with {_number(having)} {having.dimension}"
    if query.order is not None:
        text += ", highest first" if query.order == "descending" else ", lowest first"
    if query.top_n is not None:
        text += f", only the first {query.top_n}"
    return text[0].upper() + text[1:] + "?"


def _head(query: MetricQuery, catalogue: Catalogue) -> str:
    names = " and ".join(_name(m, query) for m in query.metrics)
    if query.numerator:
        return f"what share of {names}"
    if query.compare == "change_only":
        return f"change in {names}"
    if query.compare == "growth_only":
        return f"growth of {names}"
    if query.mean_per is not None:
        return f"average {names} per {query.mean_per}"
    if query.per_metric is not None:
        scale = "" if query.per_scale == 1 else f"{query.per_scale:g} "
        return f"{names} per {scale}{query.per_metric}"
    if all(catalogue.metric(m).unit == "count" for m in query.metrics):
        return f"how many {names}"
    return f"what is the {names}"


def _name(metric: str, query: MetricQuery) -> str:
    return metric


def _filter(one: Filter, catalogue: Catalogue) -> str:
    dimension = catalogue.dimension(one.dimension)
    label = dimension.label
    if one.operator == "is null":
        return f"without {label}"
    if one.operator == "not null":
        return f"with a {label}"
    if dimension.kind == "boolean":
        negated = (one.values == (False,)) != (one.operator == "!=")
        return f"not {label}" if negated else label
    values = " or ".join(_value(v) for v in one.values)
    if one.operator in {"=", "in"}:
        return f"with {label} {values}"
    if one.operator in {"!=", "not in"}:
        return f"not with {label} {values}"
    return f"with {label} {_number(one)} {_unit(dimension.unit)}".rstrip()


def _unit(unit: str | None) -> str:
    return unit if unit in {"seconds", "minutes", "hours", "days", "years"} else ""


def _number(one: Filter) -> str:
    return f"{_OPERATORS[one.operator]} {_value(one.values[0])}"


def _value(value: Cell) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _condition(one: CustomerCondition, catalogue: Catalogue) -> str:
    filters = " ".join(_value(v) for f in one.filters for v in f.values)
    what = f"{filters} {one.metric}".strip()
    when = f" {in_words(one.period)}" if one.period is not None else ""
    if one.operator == "<" and one.value == 1:
        return f"of customers without {what}{when}"
    if one.operator == ">=" and one.value == 1:
        return f"of customers with {what}{when}"
    return f"of customers with {_OPERATORS[one.operator]} {one.value:g} {what}{when}"


def _period(period: Period, query: MetricQuery) -> str:
    if period.end == query.as_of and period.start != BEGINNING:
        days = (query.as_of - period.start).days
        if days in {7, 14, 30, 60, 90} and period.start.day != 1:
            return f"in the last {days} days"
        if period.start.month == period.start.day == 1 and period.start.year == query.as_of.year:
            return "this year"
    if period.start == BEGINNING:
        return f"until {(period.end - timedelta(days=1)).isoformat()}"
    return in_words(period)


def _comparison(query: MetricQuery) -> list[str]:
    parts: list[str] = []
    if query.compare_to is not None:
        parts.append(f"compared with {_period(query.compare_to, query)}")
        if query.compare == "difference":
            parts.append("and the change")
        if query.compare == "growth":
            parts.append("and the growth")
    elif query.compare_step is not None:
        before = "a year earlier" if query.compare_step == "year" else f"the {query.compare_step} before"
        word = {"difference": "and the change", "growth": "and the growth"}.get(query.compare or "", "")
        parts.append(f"{word} compared with {before}".strip())
    return parts


def label_of(
    query: MetricQuery, catalogue: Catalogue, word: OpenWord, picks: Mapping[str, int]
) -> str:
    """Return a short name of one reading of an open word, for a button."""
    option = word.options[picks.get(word.key, 0)]
    if option in catalogue.dimensions:
        dimension = catalogue.dimension(option)
        for one in (*query.filters, *query.numerator):
            if one.dimension == option and one.values:
                return f"{dimension.label}: {_value(one.values[0])}"
        return dimension.label
    if option in catalogue.metrics:
        return catalogue.metric(option).label
    return option[0].upper() + option[1:]

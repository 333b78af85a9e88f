"""A metric query as a plain question that is understood as that very query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from analytics.catalogue import Catalogue
from analytics.language.calendar import BEGINNING, in_words
from analytics.language.scene import OpenWord
from analytics.model import Cell, CustomerCondition, Filter, MetricQuery, Period

_OPERATORS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most", "=": "exactly"}


_SPOKEN_FLAGS = {
    "from_campaign": "attributed to a campaign",
    "late": "that were late",
    "overdue": "that were overdue",
}
_SPOKEN = {"requests": "service requests handled"}
"""Names that are understood as another thing without the rest."""


def question_of(query: MetricQuery, catalogue: Catalogue) -> str:
    """Return the question in plain words, with a capital and a question mark."""
    if any(h.dimension == "difference" for h in query.having) and query.compare_to is not None:
        return _grown(query, catalogue)
    parts = [_head(query, catalogue)]
    parts += _joined(query)
    parts += [_filter(f, catalogue) for f in query.filters if f.dimension not in _DATED]
    if query.period is not None and query.customer_conditions:
        parts.append(_period(query.period, query))
    both = _both(query)
    parts += [both] if both else [_condition(c, catalogue) for c in query.customer_conditions]
    if query.numerator:
        parts.append("are " + " ".join(_filter(f, catalogue) for f in query.numerator))
    if query.dimensions and not query.count_groups:
        parts.append(_groups(query, catalogue))
    if query.grain and not query.mean_per:
        parts.append(f"per {query.grain}")
    if query.period is not None and not query.customer_conditions:
        parts.append(_period(query.period, query))
    if query.period is None and "active customers" in query.metrics:
        parts.append("of all time")
    parts += _comparison(query)
    if query.share_of_total:
        parts.append("as a share of the total")
    text = " ".join(part for part in parts if part)
    for having in query.having:
        if having.dimension in catalogue.metrics and not query.count_groups:
            text += f", only those with {_number(having)} {having.dimension}"
    if query.shown_in is not None:
        text += f" in {query.shown_in}"
    if query.skip:
        most = "highest" if query.order == "descending" else "lowest"
        return f"{text[0].upper()}{text[1:]}, the {_PLACES[query.skip + 1]} {most}?"
    if query.order is not None:
        text += ", highest first" if query.order == "descending" else ", lowest first"
    if query.top_n is not None:
        text += f", only the first {query.top_n}"
    return text[0].upper() + text[1:] + "?"


_PLACES = {2: "second", 3: "third", 4: "fourth", 5: "fifth"}


def _groups(query: MetricQuery, catalogue: Catalogue) -> str:
    labels = {d: catalogue.dimension(d).label for d in query.dimensions}
    inner = [labels[d] for d in query.dimensions if d not in query.top_within]
    words = " and ".join(f"by {label}" for label in inner)
    return " ".join([words, *(f"in each {labels[d]}" for d in query.top_within)])


def _grown(query: MetricQuery, catalogue: Catalogue) -> str:
    more = "more" if query.having[0].operator == ">" else "fewer"
    label = catalogue.dimension(query.dimensions[0]).label if query.dimensions else "group"
    filters = " ".join(_filter(f, catalogue) for f in query.filters)
    now = _period(query.period, query) if query.period is not None else ""
    then = _period(query.compare_to, query) if query.compare_to is not None else ""
    words = ("Which", label, "had", more, " and ".join(query.metrics), filters, now, "than", then)
    return " ".join(word for word in words if word) + "?"


_DATED = {"signed_up_on": "who joined", "churned_on": "who churned"}


def _joined(query: MetricQuery) -> list[str]:
    """Return the days on which customers joined or left, as a clause."""
    parts: list[str] = []
    for dimension, words in _DATED.items():
        days = [f.values[0] for f in query.filters if f.dimension == dimension]
        if len(days) == 2 and isinstance(days[0], date) and isinstance(days[1], date):
            parts.append(
                f"of customers {words} {_period(Period(start=days[0], end=days[1]), query)}"
            )
    return parts


def _head(query: MetricQuery, catalogue: Catalogue) -> str:
    if query.count_groups and query.having:
        label = catalogue.dimension(query.dimensions[0]).label
        return f"how many {label} have {_number(query.having[0])} {query.having[0].dimension}"
    names = " and ".join(_SPOKEN.get(m, m) for m in query.metrics)
    if query.count_groups:
        return f"how many different {catalogue.dimension(query.dimensions[0]).label} have {names}"
    if query.cumulative:
        names = f"cumulative {names}"
    if query.quantile is not None:
        names = f"{_quantile(query.quantile)} {names}"
    if query.numerator and any(f.dimension == "late" for f in query.numerator):
        names = f"all {names}"
    if query.numerator:
        return f"what share of {names}"
    if query.compare == "change_only":
        return f"change in {names}"
    if query.compare == "growth_only":
        return f"growth of {names}"
    if query.mean_per is not None:
        return f"average {names} per {query.mean_per}"
    if query.per_metric is not None:
        return f"{names} per {query.per_scale:g} {query.per_metric}"
    if all(catalogue.metric(m).unit == "count" for m in query.metrics):
        return f"how many {names}"
    return f"what is the {names}"


def _quantile(quantile: float) -> str:
    named = {0.0: "minimum", 0.5: "median", 1.0: "maximum"}
    return named.get(quantile) or f"{quantile * 100:g}th percentile of"


def _filter(one: Filter, catalogue: Catalogue) -> str:
    dimension = catalogue.dimension(one.dimension)
    label = dimension.label
    if one.operator == "is null":
        return f"without {label}"
    if one.operator == "not null":
        return f"with a {label}"
    if dimension.kind == "boolean":
        negated = (one.values == (False,)) != (one.operator == "!=")
        said = _SPOKEN_FLAGS.get(one.dimension, label[:1].lower() + label[1:])
        return f"not {said.removeprefix('that were ')}" if negated else said
    if len(one.values) == 1 and one.values[0] == "none" and one.operator == "=":
        return f"with no {label}"
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


def _adjective(one: Filter, catalogue: Catalogue) -> str:
    """Return a value as it stands before a noun ("severity 1 incidents")."""
    words = " or ".join(_value(v) for v in one.values)
    label = catalogue.dimension(one.dimension).label.lower()
    return f"{label} {words}" if words.isdigit() else words


def _both(query: MetricQuery) -> str:
    """Return "who bought both Laptops and Phones in 2025" where that is what is asked."""
    conditions = query.customer_conditions
    bought = [c for c in conditions if c.metric == "orders" and c.operator == ">=" and c.value == 1]
    things = [f for c in bought for f in c.filters]
    times = [in_words(c.period) for c in bought if c.period is not None]
    if len(bought) == 2 and len(conditions) == 2 and not things and len(times) == 2:
        return f"who ordered both {times[0]} and {times[1]}"
    same = len({c.period for c in bought}) == 1 and len({f.dimension for f in things}) == 1
    if len(bought) != 2 or len(conditions) != 2 or len(things) != 2 or not same:
        return ""
    if things[0].dimension not in {"product_category", "product"}:
        return ""
    when = f" {in_words(bought[0].period)}" if bought[0].period is not None else ""
    return f"who bought both {_value(things[0].values[0])} and {_value(things[1].values[0])}{when}"


def _condition(one: CustomerCondition, catalogue: Catalogue) -> str:
    filters = " ".join(_adjective(f, catalogue) for f in one.filters)
    what = f"{filters} {one.metric}".strip()
    when = f" {in_words(one.period)}" if one.period is not None else ""
    if one.days_before_churn is not None:
        when = f" in the {one.days_before_churn} days before they left"
    if one.operator == "<" and one.value == 1:
        return f"of customers without {what}{when}"
    if one.operator == ">=" and one.value == 1 and one.metric == "incidents" and not filters:
        return f"of customers hit by an incident{when}"
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
        before = (
            "a year earlier" if query.compare_step == "year" else f"the {query.compare_step} before"
        )
        word = {"difference": "and the change", "growth": "and the growth"}.get(
            query.compare or "", ""
        )
        parts.append(f"{word} compared with {before}".strip())
    return parts


def label_of(
    query: MetricQuery,
    catalogue: Catalogue,
    words: Sequence[OpenWord],
    picks: Mapping[str, int],
) -> str:
    """Return a short name of one reading of the open words, for a button."""
    labels = [_option(query, catalogue, word.options[picks[word.key]]) for word in words]
    return ", ".join(dict.fromkeys(labels))


def _option(query: MetricQuery, catalogue: Catalogue, option: str) -> str:
    if option in catalogue.dimensions:
        dimension = catalogue.dimension(option)
        for one in (*query.filters, *query.numerator):
            if one.dimension == option and one.values:
                return f"{dimension.label}: {_value(one.values[0])}"
        return dimension.label
    if option in catalogue.metrics:
        return catalogue.metric(option).label
    return option[0].upper() + option[1:]

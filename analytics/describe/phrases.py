"""Phrases of receipts and notes, from the templates: conditions, periods, titles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from analytics.catalogue import Catalogue, Dimension
from analytics.describe.dates import day_in_words, days_in_words
from analytics.describe.numbers import plain_number
from analytics.describe.wording import PHRASES, environment
from analytics.model import Cell, CustomerCondition, Filter

WhenKind = Literal["days", "until", "snapshot", "all"]

_TIMES = frozenset({"seconds", "minutes", "hours", "days", "years"})
_MARKDOWN = "\\`*_[]<>|#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days an answer covers, `[start, end)`, and how its metric is dated."""

    start: date | None
    end: date
    kind: WhenKind

    @property
    def last(self) -> str:
        """The last day in words."""
        return day_in_words(self.end - timedelta(days=1))

    @property
    def days(self) -> str:
        """All of the days in words."""
        return self.last if self.start is None else days_in_words(self.start, self.end)


def _phrases() -> Mapping[str, Callable[..., object]]:
    return environment().get_template(PHRASES).module.__dict__


def phrase(name: str, *values: object) -> str:
    """Write one phrase of phrases.md.j2 on one line."""
    return " ".join(str(_phrases()[name](*values)).split())


def escaped(text: str) -> str:
    """Keep a name of the data from being read as Markdown."""
    return "".join(f"\\{c}" if c in _MARKDOWN else c for c in text)


def lower_start(label: str) -> str:
    """Lower the first letter, except in abbreviations and names such as "SLA" or "MTTR"."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def condition_words(
    condition: Filter, label: str, *, boolean: bool = False, unit: str | None = None
) -> str:
    """Say a filter in words ("region North or South", "discount more than 20")."""
    truth: bool | None = None
    if boolean and condition.operator in ("=", "!=") and condition.values:
        truth = (condition.values[0] is True) == (condition.operator == "=")
    values = [_limit_words(value, unit) for value in condition.values]
    return phrase("condition", lower_start(label), condition.operator, values, truth)


def _limit_words(value: Cell, unit: str | None) -> str:
    """Write the number of a condition exactly: with separators and a time's unit, ids as is."""
    if unit is None or not isinstance(value, int | float) or isinstance(value, bool):
        return cell_words(value)
    whole = float(value).is_integer()
    text = f"{int(value):,}" if whole else f"{value:,}"
    return f"{text} {unit}" if unit in _TIMES else text


def filter_words(filters: Sequence[Filter], catalogue: Catalogue) -> tuple[str, ...]:
    """Say row filters in words, in their order."""
    words = []
    for condition in filters:
        dimension = catalogue.dimension(condition.dimension)
        boolean = dimension.kind == "boolean"
        words.append(
            condition_words(condition, dimension.label, boolean=boolean, unit=dimension.unit)
        )
    return tuple(words)


def having_words(having: Sequence[Filter], catalogue: Catalogue) -> tuple[str, ...]:
    """Say conditions on the result in words."""
    return tuple(
        condition_words(
            condition,
            catalogue.metrics[condition.dimension].label
            if condition.dimension in catalogue.metrics
            else phrase("result_column", condition.dimension),
        )
        for condition in having
    )


def customer_words(
    conditions: Sequence[CustomerCondition], catalogue: Catalogue
) -> tuple[str, ...]:
    """Say customer conditions in words ("customers with orders less than 1, …")."""
    words = []
    for condition in conditions:
        when = ""
        if condition.days_before_churn is not None:
            when = phrase("before_churn", condition.days_before_churn)
        elif condition.period is not None:
            when = days_in_words(condition.period.start, condition.period.end)
        label = lower_start(catalogue.metric(condition.metric).label)
        filters = filter_words(condition.filters, catalogue)
        value = plain_number(condition.value)
        words.append(phrase("customers_with", label, condition.operator, value, filters, when))
    return tuple(words)


def cell_words(value: Cell) -> str:
    """Write a value of a dimension."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return plain_number(value)
    if isinstance(value, date):
        return day_in_words(value)
    return str(value)


def group_words(value: Cell, dimension: Dimension, *, alone: bool) -> str:
    """Name a group of a dimension in a sentence ("North", "Plan plus", "14:00", "No region").

    `alone` groups begin a sentence: a lower-case value is led by what it is a value of.
    """
    if value is None:
        return f"{'No' if alone else 'no'} {lower_start(dimension.label)}"
    if dimension.transform == "hour_of_day":
        return f"{int(str(value)):02d}:00"
    if isinstance(value, bool):
        label = lower_start(dimension.label)
        return dimension.label if value else f"Not {label}"
    text = escaped(cell_words(value))
    if dimension.kind in ("number", "date") or isinstance(value, int):
        return f"{dimension.label} {text}" if alone else f"{lower_start(dimension.label)} {text}"
    return f"{dimension.label} {text}" if alone and text[:1].islower() else text


def period_words(days: Days, previous: Days | None, as_of: date) -> str:
    """Write the period of a receipt, with the one compared with."""
    return phrase("period", days, previous, days.kind, day_in_words(as_of))


def note(name: str, **facts: object) -> str:
    """Write a note of a receipt; its wording is in phrases.md.j2."""
    return phrase("note", name, facts)

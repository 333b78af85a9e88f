"""The sentences that answer a plain metric question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.catalogue import Dimension, Metric
from analytics.describe.dates import period_name
from analytics.describe.numbers import percentage, with_unit
from analytics.describe.phrases import Days, group_words, lower_start
from analytics.describe.wording import SENTENCES, environment
from analytics.model import Cell, Column, Grain, MetricQuery, Unit

N_NEXT = 2
"""Groups that a sentence names after the first."""

Context = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricResult:
    """A computed metric query and the words for its parts."""

    query: MetricQuery
    metrics: tuple[Metric, ...]
    dimensions: tuple[Dimension, ...]
    subjects: tuple[Column, ...]
    """The values before they are compared."""
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    days: Days
    previous: Days | None
    filters: tuple[str, ...]


def metric_text(result: MetricResult) -> str:
    """Write the answer; the first sentence is the answer.

    Returns
    -------
    str
        Markdown; the number in bold, rounded for reading; full precision is in the rows.
    """
    answer = _common(result) | _shape(result)
    return environment().get_template(SENTENCES).render(answer=answer).strip()


def _common(result: MetricResult) -> Context:
    subject = result.subjects[0]
    return {
        "subject": lower_start(subject.label),
        "subject_start": subject.label,
        "plural": _plural(subject),
        "filters": result.filters,
        "when": result.days.days if result.days.kind == "days" else result.days.last,
        "when_kind": "until" if result.days.kind == "all" else result.days.kind,
        "one_day": " to " not in result.days.days,
        "before": result.previous.days if result.previous else "",
    }


def _plural(subject: Column) -> bool:
    """Say whether a label takes "were": counts and sums such as "Tickets" or "Discounts"."""
    return subject.unit in ("count", "money") and subject.label.endswith("s")


def _single(words: str) -> str:
    """Return the words for one thing: the first plural loses its s."""
    parts = words.split()
    for i, part in enumerate(parts):
        if part.endswith("s"):
            return " ".join([*parts[:i], part[:-1], *parts[i + 1 :]])
    return words


def _shape(result: MetricResult) -> Context:
    query = result.query
    if query.count_groups:
        count = _number(result.rows[0][0]) or 0
        thing = lower_start(result.dimensions[0].label)
        return {
            "shape": "count",
            "value": with_unit(count, "count"),
            "single": count == 1,
            "thing": thing if count == 1 else f"{thing}s",
        }
    if not result.rows and query.having:
        thing = result.dimensions[0].label if result.dimensions else query.grain or "result"
        return {"shape": "none_meet", "thing": lower_start(thing)}
    if _lead(result) is None:
        return {"shape": "nothing"}
    if query.grain is not None:
        return _trend(result, query.grain)
    if result.dimensions:
        return _groups(result)
    return _one_row(result)


def _number(value: Cell) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _n_keys(result: MetricResult) -> int:
    return len(result.dimensions) + (1 if result.query.grain else 0)


def _lead(result: MetricResult) -> int | None:
    """Return the place of the first value column that is not empty; None when all are."""
    for place in range(_n_keys(result), len(result.columns)):
        if any(_number(row[place]) is not None for row in result.rows):
            return place
    return None


def _value_words(result: MetricResult, value: Cell, unit: Unit | None) -> str:
    number = _number(value)
    if number is None:
        return "no data"
    return with_unit(number, unit, as_asked=result.query.shown_in is not None)


def _one_row(result: MetricResult) -> Context:
    row = result.rows[0]
    names = [column.name for column in result.columns]
    if "current" in names and "previous" in names:
        return {"shape": "comparison", "move": _move(result, row)}
    if result.previous is not None and len(result.columns) == 1:
        column = result.columns[0]
        return {"shape": "change", "value": _signed(result, row[0], column.unit)}
    if len(result.columns) > 1:
        entries = [
            {
                "label": column.label,
                "label_inside": lower_start(column.label),
                "value": _value_words(result, value, column.unit),
                "plural": _plural(column),
            }
            for column, value in zip(result.columns, row, strict=True)
        ]
        return {"shape": "numbers", "entries": entries}
    metric, column = result.metrics[0], result.columns[0]
    words = metric.words if column.unit == "count" and column.label == metric.label else ""
    return {
        "shape": "number",
        "value": _value_words(result, row[0], column.unit),
        "words": _single(words) if row[0] == 1 else words,
        "single": row[0] == 1,
    }


def _signed(result: MetricResult, value: Cell, unit: Unit | None) -> str:
    plus = "+" if (_number(value) or 0) > 0 else ""
    return plus + _value_words(result, value, unit)


def _move(result: MetricResult, row: Sequence[Cell]) -> Context:
    """Describe a change from the previous to the current value of a row."""
    place = {column.name: i for i, column in enumerate(result.columns)}
    unit = result.subjects[0].unit
    now, before = _number(row[place["current"]]), _number(row[place["previous"]])
    move: Context = {
        "now": _value_words(result, now, unit),
        "before": _value_words(result, before, unit),
        "growth": None,
        "direction": "same",
    }
    if now is None or before is None:
        return move
    if unit == "fraction":  # a rate moves by points: 10 % to 12 % is not "up 20 %"
        move["growth"] = f"{abs(now - before) * 100:.1f} percentage points"
    elif before != 0:
        move["growth"] = percentage(abs(now / before - 1))
    move["direction"] = "up" if now > before else "down" if now < before else "same"
    return move


def _move_words(result: MetricResult, row: Sequence[Cell]) -> str:
    module = environment().get_template(SENTENCES).make_module({"answer": _EMPTY})
    return str(module.__dict__["change"](_move(result, row))).strip()


_EMPTY: Context = {"shape": ""}


def _row_words(result: MetricResult, row: Sequence[Cell]) -> str:
    """Write a row's first value, with its change where it is compared."""
    names = {column.name for column in result.columns}
    if {"current", "previous"} <= names:
        return _move_words(result, row)
    place = _lead(result) or 0
    unit = result.columns[place].unit
    if result.previous is not None:
        return _signed(result, row[place], unit)
    return _value_words(result, row[place], unit)


def _group_name(result: MetricResult, row: Sequence[Cell], *, alone: bool = True) -> str:
    shown = row[1:] if result.query.grain else row
    words = [group_words(shown[i], d, alone=alone) for i, d in enumerate(result.dimensions)]
    return ", ".join(words)


def _ranked_times(result: MetricResult, items: Sequence[Context]) -> Context:
    """`the best month`: the one, and the next."""
    n = _lead(result) or 0
    lowest = result.query.order == "ascending"
    return {
        "shape": "groups",
        "first": items[0],
        "others": items[1 : 1 + N_NEXT],
        "extreme": _extreme(result.columns[n], lowest=lowest, skipped=result.query.skip),
        "one_group": False,
    }


def _groups(result: MetricResult) -> Context:
    n = _lead(result) or 0
    lowest = result.query.order == "ascending"
    rows = [row for row in result.rows if _number(row[n]) is not None]
    within = bool(result.query.top_within)
    if within or (result.query.order is None and result.query.top_n is None):
        rows = sorted(rows, key=lambda row: -(_number(row[n]) or 0.0))
    items = [
        {"name": _group_name(result, row, alone=i == 0), "value": _row_words(result, row)}
        for i, row in enumerate(rows[: 1 + N_NEXT])
    ]
    names = {column.name for column in result.columns}
    alone = result.previous is not None and "current" not in names
    subject = lower_start(result.columns[n].label if alone else result.subjects[0].label)
    return {
        "shape": "groups",
        "subject": subject,
        "subject_start": subject[:1].upper() + subject[1:],
        "first": items[0],
        "others": items[1:],
        "extreme": _extreme(result.columns[n], lowest=lowest, skipped=result.query.skip),
        "one_group": len(result.rows) == 1 and result.query.top_n is None,
    }


_PLACES = ("", "second ", "third ", "fourth ", "fifth ")


def _extreme(column: Column, *, lowest: bool, skipped: int = 0) -> str:
    place = _PLACES[skipped] if skipped < len(_PLACES) else f"{skipped + 1}th "
    if column.unit == "count":
        return place + ("fewest" if lowest else "most")
    return place + ("lowest" if lowest else "highest")


def _trend(result: MetricResult, grain: Grain) -> Context:
    n = _lead(result) or 0
    rows = [row for row in result.rows if _number(row[n]) is not None]
    high = max(rows, key=lambda row: _number(row[n]) or 0.0)
    low = min(rows, key=lambda row: _number(row[n]) or 0.0)

    def named(row: Sequence[Cell]) -> Context:
        first = row[0]
        assert not isinstance(first, str | int | float | None)
        name = period_name(first, grain)
        if result.dimensions:
            name = f"{name}, {_group_name(result, row, alone=False)}"
        return {"name": name, "value": _value_words(result, row[n], result.columns[n].unit)}

    if result.query.top_n is not None:
        return _ranked_times(result, [named(row) for row in rows])
    level = high[n] == low[n]
    shape = "level" if level else "trend"
    return {"shape": shape, "grain": grain, "high": named(high), "low": named(low)}

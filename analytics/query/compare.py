"""Two windows side by side: current, previous, and the change asked for."""

from __future__ import annotations

from dataclasses import replace

import ibis

from analytics.model import MetricQuery, Unit
from analytics.query.evaluate import Part, stacked
from analytics.query.selection import PERIOD, Value
from analytics.query.side import Question, Side, side_of
from analytics.query.windows import (
    Window,
    aligned,
    counterparts,
    day_literal,
    months_between,
    period_start,
    step_back,
    window_of,
)


def previous_window(query: MetricQuery, current: Window) -> Window | None:
    """Return the days that a query compares with; None when it compares nothing."""
    if query.compare_to is not None:
        return window_of(query.compare_to, query.as_of)
    if query.compare_step is not None and query.grain is not None:
        return step_back(current, query.grain, query.compare_step)
    return None


def compared_sides(question: Question, current: Window, previous: Window) -> Side:
    """Put the current and the previous window of every group side by side.

    Returns
    -------
    Side
        For each value: current, previous, then difference or growth (a fraction of the
        previous); the change alone where only that was asked for; in a trend against the row a
        step earlier, the value and its change. A group that one window lacks counts 0 there if
        its values add up, else it has no value.
    """
    now, before = side_of(question, current), side_of(question, previous)
    grain = question.query.grain
    if grain is not None:
        before = replace(before, table=_aligned(before.table, question, current, previous))
    single = len(now.values) == 1
    names = {v.column: ("" if single else f"{v.column}_") for v in now.values}
    parts: list[Part] = [
        (
            now.table,
            {**{v.column: f"{names[v.column]}current" for v in now.values}}
            | {h: h for h in now.hidden},
        ),
        (before.table, {v.column: f"{names[v.column]}previous" for v in before.values}),
    ]
    table = stacked(parts, now.keys)
    shown: list[Value] = []
    for value in now.values:
        prefix = names[value.column]
        latest, earlier = table[f"{prefix}current"], table[f"{prefix}previous"]
        if value.adds_up and now.keys:
            latest, earlier = latest.fill_null(0), earlier.fill_null(0)
        table = table.mutate(
            **{
                f"{prefix}current": latest,
                f"{prefix}previous": earlier,
                f"{prefix}difference": latest - earlier,
                f"{prefix}growth": latest.cast("float64") / earlier.cast("float64").nullif(0.0)
                - 1.0,
            }
        )
        shown += _columns(value, prefix, question.query, single=single)
    made = [
        f"{p}{c}" for p in names.values() for c in ("current", "previous", "difference", "growth")
    ]
    hidden = tuple(name for name in made if name not in {v.column for v in shown})
    return Side(
        table=table,
        keys=now.keys,
        values=tuple(shown),
        subjects=now.values,
        hidden=(*hidden, *now.hidden),
    )


def _aligned(
    table: ibis.Table, question: Question, current: Window, previous: Window
) -> ibis.Table:
    """Date the rows of an earlier trend by the periods they are compared with."""
    query = question.query
    assert query.grain is not None
    step = query.compare_step if query.compare_to is None else None
    months = months_between(current, previous, step) if query.grain == "day" else None
    if months is None:
        period = aligned(table[PERIOD], previous=previous, current=current, grain=query.grain)
        table = table.mutate(**{PERIOD: period})
        return table.filter(*_inside(table[PERIOD], current, question))
    days = counterparts(current, months)
    paired = days.inner_join(table, days.earlier == table[PERIOD])
    return paired.drop("earlier", PERIOD).rename({PERIOD: "day"})


def _inside(period: ibis.Value, current: Window, question: Question) -> list[ibis.Value]:
    grain = question.query.grain
    assert grain is not None
    assert current.start is not None
    first = day_literal(period_start(current.start, grain))
    return [period >= first, period < day_literal(current.end)]


def _columns(value: Value, prefix: str, query: MetricQuery, *, single: bool) -> list[Value]:
    """Return the columns that a comparison shows, in the order that was asked for."""
    change: list[str] = {
        "difference": ["difference"],
        "growth": ["growth"],
        "both": ["difference", "growth"],
        "change_only": ["difference"],
        "growth_only": ["growth"],
        None: [],
    }[query.compare]
    if query.compare in ("change_only", "growth_only"):
        kinds = change
    elif query.compare_step is not None and query.compare_to is None and change:
        kinds = ["current", *change]
    else:
        kinds = ["current", "previous", *change]
    labels = {"current": "", "previous": "previous", "difference": "change", "growth": "growth"}
    found = []
    for kind in kinds:
        unit: Unit = "fraction" if kind == "growth" else value.unit
        label = f"{value.label}, {labels[kind]}" if labels[kind] else value.label
        if single and kind != "current":
            label = labels[kind].capitalize()
        found.append(Value(column=f"{prefix}{kind}", label=label, unit=unit, adds_up=value.adds_up))
    return found

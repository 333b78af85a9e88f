"""Notes of a receipt: what a reader must know to read the numbers rightly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from analytics.catalogue import Catalogue, Metric
from analytics.describe.dates import day_in_words, days_in_words
from analytics.describe.numbers import with_unit
from analytics.describe.phrases import lower_start, note
from analytics.model import Period
from analytics.query.compile import CompiledQuery
from analytics.query.reconcile import Reconciliation, overlapping
from analytics.query.side import DEFAULT_MONTHS
from analytics.query.windows import add_grains, last_whole_months, period_start

CALENDAR_GAP_DAYS = 3
"""Whole months, quarters and years differ by this much by themselves."""


def notes_of(
    compiled: CompiledQuery,
    checks: Sequence[Reconciliation],
    catalogue: Catalogue,
    *,
    n_truncated: int | None,
) -> tuple[str, ...]:
    """Write the notes of a receipt.

    Parameters
    ----------
    compiled : CompiledQuery
        What was run.
    checks : Sequence[Reconciliation]
        Outcomes of adding up.
    catalogue : Catalogue
        For the metrics.
    n_truncated : int, optional
        Rows shown, when the row limit cut the result.

    Returns
    -------
    tuple[str, ...]
        Partial and unequal periods first, then what is left out, then what was checked.
    """
    notes = [
        *_partial(compiled),
        *_default(compiled, catalogue),
        *_beyond(compiled, catalogue),
        *_cut(compiled),
        *_unequal(compiled),
        *_left_out(compiled, catalogue),
        *(_checked(check) for check in checks),
    ]
    if n_truncated is not None:
        notes.append(note("truncated", n=f"{n_truncated:,}"))
    return tuple(dict.fromkeys(notes))


def _partial(compiled: CompiledQuery) -> list[str]:
    query = compiled.query
    last = day_in_words(query.as_of - timedelta(days=1))
    found = []
    for period in (query.period, query.compare_to):
        if period is None or period.end <= query.as_of:
            continue
        name = "future" if period.start >= query.as_of else "partial"
        found.append(note(name, label=_named(period), last=last))
    return found


def _named(period: Period) -> str:
    words = days_in_words(period.start, period.end)
    return f"“{period.label}” ({words})" if period.label else words


def _default(compiled: CompiledQuery, catalogue: Catalogue) -> list[str]:
    query = compiled.query
    metrics = [catalogue.metric(name) for name in query.metrics]
    found = []
    if query.period is None and any(m.default_period for m in metrics):
        months = last_whole_months(DEFAULT_MONTHS, query.as_of)
        assert months.start is not None
        found.append(note("default_period", days=days_in_words(months.start, months.end)))
    if query.period is not None:
        for metric in metrics:
            if all(m.time == "whole" for m in catalogue.measures_of(metric)):
                found.append(note("whole_data", label=metric.label))
    return found


def _beyond(compiled: CompiledQuery, catalogue: Catalogue) -> list[str]:
    """Name metrics that look before the period, or at what comes after it."""
    found = []
    as_of = compiled.query.as_of
    for metric in (catalogue.metric(name) for name in compiled.query.metrics):
        for measure in catalogue.measures_of(metric):
            back, followed = measure.trailing, measure.followed
            if measure.since is not None:
                found.append(note("running_since", label=metric.label, since=measure.since))
            elif back is not None:
                found.append(note("running_back", label=metric.label, n=back.n, grain=back.grain))
            elif measure.time == "running":
                found.append(note("running", label=metric.label))
            if followed is None:
                continue
            days = followed.within_days
            if compiled.window.end + timedelta(days=days) > as_of:
                last = day_in_words(as_of - timedelta(days=1))
                found.append(note("still_open", label=metric.label, n=days, last=last))
    return found


def _cut(compiled: CompiledQuery) -> list[str]:
    """Name the first and the last period of a trend where the window cuts them."""
    grain, window = compiled.query.grain, compiled.window
    if grain is None or grain == "day" or window.start is None or window.start >= window.end:
        return []
    found = []
    if period_start(window.start, grain) != window.start and compiled.query.period is not None:
        found.append(note("cut_first", grain=grain, day=day_in_words(window.start)))
    last = window.end - timedelta(days=1)
    if add_grains(period_start(last, grain), grain, 1) != window.end:
        found.append(note("cut_last", grain=grain, day=day_in_words(last)))
    return found


def _unequal(compiled: CompiledQuery) -> list[str]:
    previous, window = compiled.previous, compiled.window
    if previous is None or compiled.query.compare_to is None:
        return []
    if window.start is None or previous.start is None:
        return []
    now, before = (window.end - window.start).days, (previous.end - previous.start).days
    if abs(now - before) <= CALENDAR_GAP_DAYS:
        return []
    return [note("unequal", now=now, before=before)]


def _left_out(compiled: CompiledQuery, catalogue: Catalogue) -> list[str]:
    query = compiled.query
    named = [*query.dimensions, *(f.dimension for f in (*query.filters, *query.numerator))]
    entities = {catalogue.dimension(name).entity for name in named}
    metrics = [catalogue.metric(name) for name in query.metrics]
    found = []
    for metric in metrics:
        on_tickets = any(m.fact == "tickets" for m in catalogue.measures_of(metric))
        if on_tickets and ("customer" in entities or query.customer_conditions):
            found.append(note("employees"))
        if query.top_n is not None:
            found += _unranked(query.dimensions, metric, catalogue)
        counted = metric.formula is not None and metric.formula.is_plain
        splits = bool(query.dimensions) and not query.count_groups
        if splits and counted and overlapping(metric, query, catalogue):
            found.append(note("overlap", thing=_thing(metric.name)))
    return found


def _unranked(dimensions: Sequence[str], metric: Metric, catalogue: Catalogue) -> list[str]:
    """Name what a ranking leaves out: rows that lead to nothing of the kind that is ranked."""
    found = []
    for name in dimensions:
        dimension = catalogue.dimension(name)
        for measure in catalogue.measures_of(metric):
            reach = catalogue.facts[measure.fact].reaches.get(dimension.entity)
            if reach is not None and reach.optional and reach.join == "outer":
                found.append(note("unranked", label=lower_start(dimension.label)))
    return found


def _thing(metric: str) -> str:
    return {"active customers": "customer", "visitors": "visitor", "incidents": "incident"}.get(
        metric, "order"
    )


def _checked(check: Reconciliation) -> str:
    unit = check.metric.unit
    total = with_unit(check.total, unit)
    if check.adds_up:
        return note("adds_up", n=check.n_groups, total=total)
    return note(
        "does_not_add_up",
        parts=with_unit(check.parts, unit),
        total=total,
        gap=with_unit(check.total - check.parts, unit),
    )

"""Questions about the purchase funnel: how far visits get, and where they are lost."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import ibis
import pandas as pd
from scipy import stats

from analytics.analyses import answering
from analytics.analyses.kind import Context, Request
from analytics.catalogue import Dimension
from analytics.errors import QuestionError
from analytics.model import Cell, Chart, Column, Filter, Finding, InsightOutcome, Receipt
from analytics.query.transforms import midnight
from analytics.query.windows import Window, window_of

STEPS: Final = ("visit", "product_view", "add_to_cart", "checkout", "purchase")
_LABELS: Final = {
    "visit": "visit",
    "product_view": "product view",
    "add_to_cart": "cart",
    "checkout": "checkout",
    "purchase": "purchase",
}
_SUGGESTIONS: Final = (
    "Show the purchase funnel by device",
    "What is the conversion rate by device this year?",
)
_RECENT_DAYS: Final = 90
_ALPHA: Final = 0.01
_LEAK_BY: Final = "device"
_LEAST_SESSIONS: Final = 30
"""Fewer at a step are too few to call a change a leak."""
_MOST_GROUPS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of one group's funnel."""

    group: str | None
    step: str
    n: int
    n_before: int
    """Visits at the step before; the same as `n` for the first."""

    @property
    def rate(self) -> float:
        """Share of the visits at the step before that got here; NaN without any."""
        return self.n / self.n_before if self.n_before else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A step at which a group is lost more often than before."""

    group: str
    step: str
    before: float
    now: float
    ci95: tuple[float, float]
    """Of the difference."""
    n_now: int


def run_funnel(request: Request, context: Context) -> InsightOutcome:
    """Count visits step by step, name the largest loss and what got worse lately."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> InsightOutcome:
    answering.refuse_slots(
        request,
        {"product": "The funnel follows whole visits; it cannot be limited to one product yet."},
    )
    filters = answering.filters_for(_without_the_shop(request), "sessions", context.catalogue)
    dimension = answering.dimension_for(request, "sessions", context.catalogue)
    if dimension is None and request.slots.get("dimension") is not None:
        raise QuestionError(
            "The funnel is not split by stretches of time; two periods can be compared.",
            hint="Name them, or a device, a source or a country.",
        )
    window = answering.window_for(request, context)
    rows, sql = _counted(context, filters, dimension, window)
    steps = steps_of(rows, dimension is not None)
    if not steps or steps[0].n == 0:
        raise QuestionError("There were no visits with these conditions in that period.")
    compared = answering.period_of_slot(request, "compare_to")
    before: list[Step] = []
    if compared is not None:
        earlier = window_of(compared, context.as_of)
        before = steps_of(_counted(context, filters, dimension, earlier)[0], dimension is not None)
    leak = _leak(context, filters, window)
    whole = steps_of(rows, False)
    return _finding(request, context, (window, filters, dimension), (steps, whole, before),
                    leak, sql)  # fmt: skip


def _without_the_shop(request: Request) -> Request:
    """Take "the shop" for the web shop, not for customers who were won in a store."""
    given = request.slots.get("filters", {})
    assert isinstance(given, Mapping)
    is_store = given.get("acquisition_channel") == "store"
    if not is_store or not re.search(r"\bshop\b", request.text.lower()):
        return request
    kept = {column: value for column, value in given.items() if column != "acquisition_channel"}
    return replace(request, slots={**request.slots, "filters": kept})


def _counted(
    context: Context, filters: tuple[Filter, ...], dimension: Dimension | None, window: Window
) -> tuple[pd.DataFrame, str]:
    """Count the visits that reached each step in order, by group."""
    sessions = answering.rows_of(
        "sessions", {"session_id"}, context, filters=filters, dimension=dimension, window=window
    )
    group = ibis.null("string") if dimension is None else sessions[dimension.name].cast("string")
    sessions = sessions.select("session_id", group=group)
    events = context.warehouse.table("web_events")
    events = events.filter(events.occurred_at < midnight(context.as_of))
    firsts = events.group_by("session_id").aggregate(
        **{f"at_{step}": events.occurred_at.min(where=events.step == step) for step in STEPS}
    )
    rows = sessions.left_join(firsts, "session_id").drop("session_id_right")
    reached: dict[str, ibis.Value] = {}
    so_far = rows.session_id.notnull()
    for i, step in enumerate(STEPS):
        at = rows[f"at_{step}"]
        # A visit is one by being there, whether or not its own event was kept.
        if i > 0:
            so_far = so_far & at.notnull()
        if i > 1:
            so_far = so_far & (at >= rows[f"at_{STEPS[i - 1]}"])
        reached[step] = so_far.fill_null(False)
    counted = rows.group_by("group").aggregate(
        **{step: reached[step].cast("int64").sum() for step in STEPS}
    )
    return context.warehouse.run(counted.order_by("group"))


def steps_of(rows: pd.DataFrame, by_group: bool) -> list[Step]:
    """Return the steps of each group, or of all together."""
    if rows.empty:
        return []
    if not by_group:
        totals = rows[list(STEPS)].sum()
        return _of_group(None, totals)
    ordered = rows.sort_values(["visit", "group"], ascending=[False, True])
    return [
        step
        for row in ordered.to_dict("records")
        if int(row["visit"]) >= answering.LEAST_GROUP
        for step in _of_group(answering.cell_text(row["group"]) or "none", row)
    ]


def _of_group(group: str | None, counts: Any) -> list[Step]:
    numbers = [int(counts[step]) for step in STEPS]
    return [
        Step(group=group, step=step, n=n, n_before=numbers[max(0, i - 1)])
        for i, (step, n) in enumerate(zip(STEPS, numbers, strict=True))
    ]


def _leak(context: Context, filters: tuple[Filter, ...], window: Window) -> Leak | None:
    """Return the step and device that got worse most, if chance does not explain it.

    The last 90 days of the period are set against the year before them.
    """
    device = context.catalogue.dimensions.get(_LEAK_BY)
    if device is None:
        return None
    cut = window.end - timedelta(days=_RECENT_DAYS)
    recent = Window(start=cut, end=window.end)
    past = Window(start=cut - timedelta(days=365), end=cut)
    now = steps_of(_counted(context, filters, device, recent)[0], True)
    then = {(s.group, s.step): s for s in
            steps_of(_counted(context, filters, device, past)[0], True)}  # fmt: skip
    return worst_leak(now, list(then.values()))


def worst_leak(now: Sequence[Step], then: Sequence[Step]) -> Leak | None:
    """Return the step that lost most against before, by a two-proportion z-test.

    Bonferroni's correction over all steps and groups; None when no loss is beyond chance.
    """
    earlier = {(step.group, step.step): step for step in then}
    pairs = [
        (step, earlier[step.group, step.step])
        for step in now
        if step.step != STEPS[0]
        and (step.group, step.step) in earlier
        and min(step.n_before, earlier[step.group, step.step].n_before) >= _LEAST_SESSIONS
    ]
    found = []
    for step, before in pairs:
        share = (step.n + before.n) / (step.n_before + before.n_before)
        chance = math.sqrt(share * (1 - share) * (1 / step.n_before + 1 / before.n_before))
        change = step.rate - before.rate
        if chance == 0 or change >= 0:
            continue
        p_value = float(2 * stats.norm.sf(-change / chance)) * len(pairs)
        if p_value < _ALPHA:
            found.append((p_value, str(step.group), step, before, change))
    if not found:
        return None
    _, group, step, before, change = min(found, key=lambda each: (each[0], each[1], each[2].step))
    error = math.sqrt(
        step.rate * (1 - step.rate) / step.n_before
        + before.rate * (1 - before.rate) / before.n_before
    )
    reach = float(stats.norm.ppf(0.975)) * error
    return Leak(
        group=group,
        step=step.step,
        before=before.rate,
        now=step.rate,
        ci95=(change - reach, change + reach),
        n_now=step.n_before,
    )


def _row(
    step: Step, before: Step | None, first: int, *, grouped: bool, compared: bool
) -> tuple[Cell, ...]:
    low, high = answering.proportion_ci95(step.n, step.n_before)
    is_first = step.step == STEPS[0]
    cells: list[Cell] = [step.group] if grouped else []
    cells += [_LABELS[step.step], step.n, step.n / first if first else None]
    cells += [None, None, None] if is_first or not step.n_before else [step.rate, low, high]
    if compared:
        known = before is not None and not is_first and before.n_before
        cells.append(before.rate if before is not None and known else None)
    return tuple(cells)


def _columns(dimension: Dimension | None, *, compared: bool) -> tuple[Column, ...]:
    columns = [] if dimension is None else [Column(name=dimension.name, label=dimension.label)]
    columns += [
        Column(name="step", label="Step"),
        Column(name="sessions", label="Visits", unit="count"),
        Column(name="share", label="Of all visits", unit="fraction"),
        Column(name="rate", label="Of the step before", unit="fraction"),
        Column(name="low", label="95 % interval from", unit="fraction"),
        Column(name="high", label="95 % interval to", unit="fraction"),
    ]
    if compared:
        columns.append(Column(name="rate_before", label="The same, earlier", unit="fraction"))
    return tuple(columns)


_Asked = tuple[Window, tuple[Filter, ...], Dimension | None]
_Counted = tuple[list[Step], list[Step], list[Step]]


def _finding(
    request: Request, context: Context, asked: _Asked, counted: _Counted,
    leak: Leak | None, sql: str,
) -> Finding:  # fmt: skip
    window, filters, dimension = asked
    steps, whole, before = counted
    compared = bool(before)
    earlier = {(s.group, s.step): s for s in before}
    visits = {s.group: s.n for s in steps if s.step == STEPS[0]}
    shown = steps[: _MOST_GROUPS * len(STEPS)]
    rows = tuple(
        _row(s, earlier.get((s.group, s.step)), visits[s.group],
             grouped=dimension is not None, compared=compared)
        for s in shown
    )  # fmt: skip
    facts = _facts(steps, whole, before, leak, dimension) | {
        "period": answering.in_words(window),
        "compared": compared,
        "labels": _LABELS,
        "is_cut": answering.is_cut(request, context),
        "n_hidden": max(0, len(visits) - _MOST_GROUPS),
        "earlier": _earlier_words(request, context),
    }
    notes = answering.say("funnel.md.j2", part="notes", **facts)
    return Finding(
        analysis="funnel",
        text=answering.say("funnel.md.j2", part="text", **facts),
        columns=_columns(dimension, compared=compared),
        rows=rows,
        chart=Chart(
            kind="bar",
            title=f"Visits by step, {facts['period']}",
            x="step",
            y=("share",) if dimension is not None else ("sessions",),
            series=None if dimension is None else dimension.name,
            unit="fraction" if dimension is not None else "count",
        ),
        receipt=Receipt(
            definition=answering.say("funnel.md.j2", part="definition", **facts),
            period=facts["period"] + facts["earlier"],
            filters=answering.filter_words(filters, context.catalogue),
            sql=sql,
            n_rows=len(rows),
            as_of=context.as_of,
            notes=tuple(line for line in notes.splitlines() if line.strip()),
            is_partial=bool(facts["is_cut"]),
        ),
    )


def _earlier_words(request: Request, context: Context) -> str:
    compared = answering.period_of_slot(request, "compare_to")
    if compared is None:
        return ""
    return f", compared with {answering.in_words(window_of(compared, context.as_of))}"


def _facts(
    steps: list[Step],
    whole: list[Step],
    before: list[Step],
    leak: Leak | None,
    dimension: Dimension | None,
) -> dict[str, Any]:
    losses = [s for s in whole if s.step != STEPS[0] and s.n_before]
    worst = min(losses, key=lambda s: (s.rate, s.step), default=None)
    bought = [s for s in steps if s.step == STEPS[-1]]
    visits = {s.group: s.n for s in steps if s.step == STEPS[0]}
    by_group = sorted(
        ((s.n / visits[s.group], str(s.group), s.n, visits[s.group]) for s in bought),
        key=lambda each: (-each[0], each[1]),
    )
    enough = [each for each in by_group if each[3] >= _LEAST_SESSIONS]
    previous = {s.step: s for s in before if s.group is None}
    return {
        "n_visits": whole[0].n,
        "n_bought": whole[-1].n,
        "ci95": answering.proportion_ci95(whole[-1].n, whole[0].n),
        "worst": worst,
        "worst_ci95": answering.proportion_ci95(worst.n, worst.n_before) if worst else (0.0, 1.0),
        "before_of_worst": STEPS[STEPS.index(worst.step) - 1] if worst else "",
        "groups": enough if dimension is not None else [],
        "dimension": "" if dimension is None else dimension.label.lower(),
        "leak": leak,
        "leak_from": STEPS[STEPS.index(leak.step) - 1] if leak else "",
        "previous": previous,
        "recent_days": _RECENT_DAYS,
    }

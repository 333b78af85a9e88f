"""Questions about cohorts: of those who signed up together, who still orders later."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import ibis
import pandas as pd

from analytics.analyses import answering
from analytics.analyses.kind import Context, Request
from analytics.catalogue import Dimension
from analytics.describe.dates import period_name
from analytics.errors import QuestionError
from analytics.model import (
    Cell,
    Chart,
    Column,
    Filter,
    Finding,
    Grain,
    InsightOutcome,
    Receipt,
)  # fmt: skip
from analytics.query.transforms import midnight
from analytics.query.windows import Window, add_grains, period_of

_SUGGESTIONS: Final = (
    "Cohort retention by sign-up month in 2025",
    "What is the repeat purchase rate in 2025?",
)
_AGES: Final[dict[str, tuple[int, ...]]] = {
    "week": (1, 2, 4, 8, 13, 26),
    "month": (1, 2, 3, 6, 9, 12),
    "quarter": (1, 2, 3, 4, 6, 8),
    "year": (1, 2),
}
_USUAL_AGE: Final = {"week": 4, "month": 3, "quarter": 1, "year": 1}
_MONTHS_OF: Final = {"month": 1, "quarter": 3, "year": 12}
_MOST_COHORTS: Final = 36
_DAYS_OF_MONTH: Final = 30.4375


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A question with its defaults filled in."""

    grain: Grain
    ages: tuple[int, ...]
    age: int
    """The one that the headline is about."""
    dimension: Dimension | None
    filters: tuple[Filter, ...]
    window: Window


def run_cohorts(request: Request, context: Context) -> InsightOutcome:
    """Follow customers by when they signed up, or by a group, over the time since."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> InsightOutcome:
    asked = _asked(request, context)
    counts, sql = _counted(context, asked)
    cohorts = _cohorts(counts, asked, context.as_of)
    if not cohorts:
        raise QuestionError(
            f"Fewer than {answering.LEAST_GROUP} customers signed up in each cohort asked about."
        )
    return _finding(request, context, asked, cohorts, sql)


def _asked(request: Request, context: Context) -> _Asked:
    given = request.slots.get("dimension", "month")
    grain: Grain = "month"
    if given == "day":
        raise QuestionError("Cohorts are formed by week, month, quarter or year, not by day.")
    for known in ("week", "month", "quarter", "year"):
        if given == known:
            grain = known
    age = _age(request, grain)
    ages = _AGES[grain] if age is None else tuple(sorted({*_AGES[grain], age}))
    return _Asked(
        grain=grain,
        ages=ages,
        age=age or _USUAL_AGE[grain],
        dimension=answering.dimension_for(request, "new customers", context.catalogue),
        filters=answering.filters_for(request, "new customers", context.catalogue),
        window=answering.window_for(request, context),
    )


def _age(request: Request, grain: str) -> int | None:
    """Return the age that the question names, in the cohorts' grain."""
    horizon = request.slots.get("horizon")
    told = str(horizon) if horizon is not None else _later(request.text.lower())
    if told is None:
        return None
    count, unit = told.split()
    unit = unit.removesuffix("s")
    if unit in _MONTHS_OF and grain in _MONTHS_OF:
        return max(1, round(float(count) * _MONTHS_OF[unit] / _MONTHS_OF[grain]))
    days = {"day": 1.0, "week": 7.0, "month": _DAYS_OF_MONTH, "quarter": 91.3, "year": 365.25}
    return max(1, round(float(count) * days[unit] / days[grain]))


_WORDS: Final = {
    "one": 1, "a": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "half a": 0.5,
}  # fmt: skip


def _later(text: str) -> str | None:
    """Return "6 months" of "six months later" or "after 6 months"."""
    count = rf"(\d+|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
    unit = r"(day|week|month|quarter|year)s?"
    found = re.search(
        rf"\b{count} {unit} (?:later|on|after|out|in)\b|\b(?:after|within) {count} {unit}\b", text
    )
    if found is None:
        return None
    number, word = (found[1], found[2]) if found[1] else (found[3], found[4])
    return f"{float(_WORDS.get(number, 0) or number):g} {word}s"


def _counted(context: Context, asked: _Asked) -> tuple[pd.DataFrame, str]:
    """Count, for each cohort and age, the customers with an order in that stretch."""
    people = answering.rows_of(
        "customers",
        {"customer_id", "signed_up_at"},
        context,
        filters=asked.filters,
        dimension=asked.dimension,
        window=asked.window,
    )
    group = ibis.null("string")
    if asked.dimension is not None:
        group = people[asked.dimension.name].cast("string")
    people = people.select(
        "customer_id", group=group, cohort=period_of(people.signed_up_at, asked.grain)
    )
    orders = context.warehouse.table("orders")
    orders = orders.filter(
        orders.status == "completed", orders.ordered_at < midnight(context.as_of)
    )
    bought = orders.select(
        "customer_id", bought_in=period_of(orders.ordered_at, asked.grain)
    ).distinct()
    sizes = people.group_by("group", "cohort").aggregate(n=people.count())
    joined = people.inner_join(bought, "customer_id")
    active = joined.group_by("group", "cohort", "bought_in").aggregate(active=joined.count())
    sizes = sizes.mutate(bought_in=ibis.null("date"), active=ibis.null("int64"))
    active = active.mutate(n=ibis.null("int64"))
    names = ("group", "cohort", "bought_in", "n", "active")
    both = sizes.select(*names).union(active.select(*names))
    return context.warehouse.run(both.order_by("group", "cohort", "bought_in"))


@dataclass(slots=True, kw_only=True)
class Cohort:
    """Customers who are followed together."""

    name: str
    n: int
    seen: dict[int, int]
    """Age → customers for whom that age is over."""
    active: dict[int, int]
    """Age → those of them with an order in it."""
    order: str


def _cohorts(counts: pd.DataFrame, asked: _Asked, as_of: date) -> list[Cohort]:
    found: dict[str, Cohort] = {}
    for row in counts[counts["n"].notna()].to_dict("records"):
        start = pd.Timestamp(row["cohort"]).date()
        cohort = _cohort_of(found, row, start, asked)
        cohort.n += int(row["n"])
        for age in asked.ages:
            if add_grains(start, asked.grain, age + 1) <= as_of:
                cohort.seen[age] = cohort.seen.get(age, 0) + int(row["n"])
    for row in counts[counts["active"].notna()].to_dict("records"):
        start, later = (pd.Timestamp(row[name]).date() for name in ("cohort", "bought_in"))
        cohort = _cohort_of(found, row, start, asked)
        for age in asked.ages:
            whole = add_grains(start, asked.grain, age + 1) <= as_of
            if whole and later == add_grains(start, asked.grain, age):
                cohort.active[age] = cohort.active.get(age, 0) + int(row["active"])
    big = [c for c in found.values() if c.n >= answering.LEAST_GROUP]
    return sorted(big, key=lambda c: (c.order, c.name))


def _cohort_of(found: dict[str, Cohort], row: dict[Any, Any], start: date, asked: _Asked) -> Cohort:
    if asked.dimension is None:
        name, order = period_name(start, asked.grain), start.isoformat()
    else:
        name, order = answering.cell_text(row["group"]) or "none", ""
    return found.setdefault(name, Cohort(name=name, n=0, seen={}, active={}, order=order))


def _share(cohort: Cohort, age: int) -> float | None:
    seen = cohort.seen.get(age, 0)
    return cohort.active.get(age, 0) / seen if seen >= answering.LEAST_GROUP else None


def _row(cohort: Cohort, asked: _Asked) -> tuple[Cell, ...]:
    shares = [_share(cohort, age) for age in asked.ages]
    seen, active = cohort.seen.get(asked.age, 0), cohort.active.get(asked.age, 0)
    known = _share(cohort, asked.age) is not None
    low, high = answering.proportion_ci95(active, seen) if known else (None, None)
    return (cohort.name, cohort.n, *shares, low, high)


def _finding(
    request: Request, context: Context, asked: _Asked, cohorts: list[Cohort], sql: str
) -> Finding:
    shown = cohorts[-_MOST_COHORTS:]
    rows = tuple(_row(cohort, asked) for cohort in shown)
    facts = _facts(cohorts, asked) | {
        "period": answering.in_words(asked.window),
        "is_cut": answering.is_cut(request, context),
        "n_hidden": len(cohorts) - len(shown),
        "is_open": any(asked.age not in cohort.seen for cohort in cohorts),
    }
    notes = answering.say("cohort_retention.md.j2", part="notes", **facts)
    plotted = [a for a in asked.ages if any(_share(c, a) is not None for c in shown)]
    return Finding(
        analysis="cohort_retention",
        text=answering.say("cohort_retention.md.j2", part="text", **facts),
        columns=_columns(asked),
        rows=rows,
        chart=Chart(
            kind="line" if asked.dimension is None and len(rows) > 1 else "bar",
            title=f"Share ordering in {asked.grain} {asked.age} after sign-up",
            x="cohort",
            y=(f"age_{asked.age if asked.age in plotted else (plotted or [asked.age])[0]}",),
            unit="fraction",
        ),
        receipt=Receipt(
            definition=answering.say("cohort_retention.md.j2", part="definition", **facts),
            period=f"signed up: {facts['period']}",
            filters=answering.filter_words(asked.filters, context.catalogue),
            sql=sql,
            n_rows=len(rows),
            as_of=context.as_of,
            notes=tuple(line for line in notes.splitlines() if line.strip()),
            is_partial=bool(facts["is_cut"]),
        ),
        slots={"dimension": asked.grain},
    )


def _columns(asked: _Asked) -> tuple[Column, ...]:
    label = "Signed up" if asked.dimension is None else asked.dimension.label
    ages = tuple(
        Column(name=f"age_{age}", label=f"{asked.grain.capitalize()} {age}", unit="fraction")
        for age in asked.ages
    )
    return (
        Column(name="cohort", label=label),
        Column(name="n", label="Customers", unit="count"),
        *ages,
        Column(name="low", label=f"{asked.grain} {asked.age}: 95 % interval from", unit="fraction"),
        Column(name="high", label=f"{asked.grain} {asked.age}: 95 % interval to", unit="fraction"),
    )


def _facts(cohorts: list[Cohort], asked: _Asked) -> dict[str, Any]:
    curve = []
    for age in asked.ages:
        seen = sum(c.seen.get(age, 0) for c in cohorts)
        active = sum(c.active.get(age, 0) for c in cohorts)
        if seen >= answering.LEAST_GROUP:
            curve.append((age, active / seen, answering.proportion_ci95(active, seen), seen))
    told = next((each for each in curve if each[0] == asked.age), None)
    known = [
        (share, c.name, c.seen[asked.age])
        for c in cohorts
        if (share := _share(c, asked.age)) is not None and not math.isnan(share)
    ]
    return {
        "n_customers": sum(c.n for c in cohorts),
        "n_cohorts": len(cohorts),
        "age": asked.age,
        "grain": asked.grain,
        "told": told,
        "curve": curve,
        "best": max(known, key=lambda each: (each[0], each[1]), default=None),
        "worst": min(known, key=lambda each: (each[0], each[1]), default=None),
        "n_known": len(known),
        "by": "" if asked.dimension is None else asked.dimension.label.lower(),
    }

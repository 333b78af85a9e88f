"""Questions about segments: customers by value (RFM), or by how they buy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.analyses import answering
from analytics.analyses.habit_answers import habits_finding
from analytics.analyses.kind import Context, Request
from analytics.analyses.segment_reading import (
    ATTRIBUTES,
    YEAR_DAYS,
    Asked,
    measured,
    read_buying,
    read_people,
    scored,
    with_buying,
)
from analytics.analyses.segment_words import (
    is_ascending,
    metric_in,
    parts_in,
    segments_in,
    sets_against,
    way_of,
)
from analytics.catalogue import Dimension
from analytics.customers.rfm import NEVER, SEGMENTS
from analytics.customers.segment_profiles import Trait, traits
from analytics.describe.dates import days_in_words
from analytics.errors import QuestionError
from analytics.model import Cell, Chart, Column, Filter, Finding, InsightOutcome, Receipt

UNSTABLE: Final = 0.6
_SUGGESTIONS: Final = (
    "Segment our customers",
    "Cluster customers by behaviour",
    "How many customers moved between segments last quarter?",
)
_JOINED: Final = re.compile(r"\b(?:joined|signed|sign-?ups?|acquired|won|new|registered)\b")
_N_DRAWS: Final = 8
_SEED: Final = 7
_TOLD_SHARE: Final = 0.03
_MOST_GROUPS: Final = 12
_COLUMNS: Final = (
    Column(name="segment", label="Segment"),
    Column(name="customers", label="Customers", unit="count"),
    Column(name="share", label="Share of customers", unit="fraction"),
    Column(name="revenue_share", label="Share of revenue", unit="fraction"),
    Column(name="revenue", label="Revenue", unit="money"),
    Column(name="margin", label="Gross margin", unit="money"),
    Column(name="orders", label="Orders", unit="count"),
    Column(name="revenue_per_customer", label="Revenue per customer", unit="money"),
    Column(name="order_value", label="Average order value", unit="money"),
    Column(name="recency", label="Days since the last order, median", unit="number"),
    Column(name="profile", label="What sets it apart"),
    Column(name="stability", label="Comes back when customers are redrawn", unit="fraction"),
)
_LABELS: Final = {column.name: column.label for column in _COLUMNS}


def run_segments(request: Request, context: Context) -> InsightOutcome:
    """Tell the segments of customers: how large, what they bring, what sets them apart."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> Finding:
    filters = answering.filters_for(request, "customers", context.catalogue)
    dimension = answering.dimension_for(request, "customers", context.catalogue)
    if dimension is None and request.slots.get("dimension") is not None:
        raise QuestionError(
            "Segments are told as of one day, not by stretches of time.",
            hint="Ask how customers moved between segments.",
        )
    if dimension is not None and dimension.name == "age":
        dimension = context.catalogue.dimension("age_band")
    dimension = dimension or _set_against(request, filters, context)
    top_n = answering.number_slot(request, "top_n", 0) or None if "top_n" in request.slots else None
    n_parts = parts_in(request.text, top_n)
    asked = replace(_asked(request, context), filters=filters, dimension=dimension)
    words = answering.filter_words(filters, context.catalogue)
    if way_of(request.text, n_parts) == "habits":
        answering.refuse_slots(request, _NOT_BY_HABITS)
        return habits_finding(context, asked, n_parts, words)
    return _by_value(request, context, asked, words)


_NOT_BY_HABITS: Final = {
    "dimension": "Groups by behaviour are not split further; name a condition, such as one region."
}


def _set_against(
    request: Request, filters: tuple[Filter, ...], context: Context
) -> Dimension | None:
    """Return the condition whose values the question sets against each other; None without."""
    several = [one for one in filters if one.operator == "in" and len(one.values) > 1]
    if not several or not sets_against(request.text):
        return None
    return context.catalogue.dimension(several[0].dimension)


def _asked(request: Request, context: Context) -> Asked:
    """Return the day and the time of the orders; a period of sign-ups keeps customers only."""
    window = answering.window_for(request, context)
    year = timedelta(days=YEAR_DAYS)
    if window.start is None:
        return Asked(day=context.as_of, start=context.as_of - year)
    if _JOINED.search(request.text.lower()):
        return Asked(day=context.as_of, start=context.as_of - year, joined=window)
    return Asked(day=window.end, start=window.start)


def _by_value(request: Request, context: Context, asked: Asked, words: tuple[str, ...]) -> Finding:
    metric = metric_in(request.text)
    people = read_people(context, asked)
    buying, sql = read_buying(context, asked)
    people = with_buying(people, buying)
    names = scored(people, measured(buying)).names
    people = people.assign(segment=names)
    facts: dict[str, Any] = {
        "n": len(people),
        "period": days_in_words(asked.start, asked.day),
        "day": asked.day,
        "named": segments_in(request.text),
        "metric": metric,
        "label": _LABELS[metric].lower(),
        "unit": next(c.unit for c in _COLUMNS if c.name == metric),
        "is_cut": answering.is_cut(request, context),
        "words": words,
        "by": "",
        "least": answering.LEAST_GROUP,
    }
    if asked.dimension is not None:
        by = asked.dimension
        return _by_group(
            context, people, facts | {"by": by.label.lower()}, (by.name, by.label, sql)
        )
    rows, small = _rows(people, _overlaps(people, buying))
    facts |= {"small": small, "total": float(people["revenue"].sum())}
    shown = _shown(request, rows, facts)
    return _finding(context, facts | {"all": rows, "rows": shown}, sql)


def _shown(
    request: Request, rows: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """Return the segments asked for, those by the number asked about first."""
    named = set(facts["named"])
    kept = [row for row in rows if not named or row["segment"] in named]
    if not kept:
        raise QuestionError(f"Nobody asked about is {' or '.join(sorted(named))} then.")
    sign = 1 if is_ascending(request.text) else -1
    metric = facts["metric"]
    kept.sort(key=lambda row: (sign * (row[metric] or 0.0), SEGMENTS.index(row["segment"])))
    if named or "top_n" not in request.slots:
        return kept
    return kept[: answering.number_slot(request, "top_n", len(kept))]


def _rows(
    people: pd.DataFrame, overlaps: Mapping[str, float]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return one row for each segment of at least five, and the names of the smaller ones."""
    rows, small = [], []
    total = float(people["revenue"].sum())
    for name in SEGMENTS:
        is_in = (people["segment"] == name).to_numpy()
        n = int(is_in.sum())
        if 0 < n < answering.LEAST_GROUP:
            small.append(name)
        if n < answering.LEAST_GROUP:
            continue
        mine = people[is_in]
        told = telling(traits(people[list(ATTRIBUTES)], is_in))
        revenue, orders = float(mine["revenue"].sum()), float(mine["orders"].sum())
        rows.append({
            "segment": name, "customers": n, "share": n / len(people), "revenue": revenue,
            "revenue_share": revenue / total if total else None,
            "margin": float(mine["margin"].sum()), "orders": int(orders),
            "revenue_per_customer": revenue / n,
            "order_value": revenue / orders if orders else None,
            "recency": None if name == NEVER else float(mine["recency_days"].median()),
            "profile": in_words(told), "is_apart": bool(told),
            "stability": overlaps[name],
        })  # fmt: skip
    return rows, small


def telling(found: Sequence[Trait]) -> list[Trait]:
    """Return the two attributes that a segment has more of than all, the most telling first."""
    more = [trait for trait in found if trait.level and trait.difference > 0]
    return [each for each in more if each.here - each.overall >= _TOLD_SHARE][:2]


def in_words(told: Sequence[Trait]) -> str:
    """Write what sets a segment apart ("plan premium 34.0% (all 15.2%)")."""
    return answering.say("segments.md.j2", part="profile", traits=told)


def _overlaps(people: pd.DataFrame, buying: pd.DataFrame) -> dict[str, float]:
    """Return the mean overlap of each segment with itself when the customers are drawn anew."""
    random = np.random.default_rng(_SEED)
    names = people["segment"].to_numpy()
    found: dict[str, list[float]] = {name: [] for name in SEGMENTS}
    for _ in range(_N_DRAWS):
        drawn = buying.iloc[random.integers(0, len(buying), len(buying))] if len(buying) else buying
        again = scored(people, measured(drawn)).names
        for name in SEGMENTS:
            found[name].append(_overlap(names == name, again == name))
    return {name: float(np.mean(each)) for name, each in found.items()}


def _overlap(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> float:
    either = int((one | other).sum())
    return float((one & other).sum() / either) if either else 1.0


def _by_group(
    context: Context, people: pd.DataFrame, facts: dict[str, Any], by: tuple[str, str, str]
) -> Finding:
    """Tell the share of each segment in each group."""
    name, label, sql = by
    named = facts["named"] or tuple(each for each in SEGMENTS if each in set(people["segment"]))
    rows: list[tuple[Cell, ...]] = []
    n_small = 0
    sizes = people.groupby("group", dropna=False).size().sort_values(ascending=False, kind="stable")
    facts |= {"n_left_out": max(0, len(sizes) - _MOST_GROUPS)}
    common = set(sizes.index[:_MOST_GROUPS].fillna(""))
    for group, part in people.groupby("group", dropna=False, sort=True):
        n = len(part)
        if (answering.cell_text(group) or "") not in common:
            continue
        for segment in named:
            hit = int((part["segment"] == segment).sum())
            if hit < answering.LEAST_GROUP:
                n_small += 1
                continue
            low, high = answering.proportion_ci95(hit, n)
            rows.append((answering.cell_text(group), segment, hit, hit / n, low, high))
    if not rows:
        raise QuestionError(f"No segment has five customers in any {label.lower()}.")
    first = named[0] if any(row[1] == named[0] for row in rows) else str(rows[0][1])
    ranked = sorted((row for row in rows if row[1] == first), key=lambda row: -float(str(row[3])))
    facts |= {"rows": rows, "first": first, "ranked": ranked, "small": [], "n_small": n_small}
    columns = (
        Column(name=name, label=label),
        Column(name="segment", label="Segment"),
        Column(name="customers", label="Customers", unit="count"),
        Column(name="share", label="Share of the group", unit="fraction"),
        Column(name="low", label="95 % interval from", unit="fraction"),
        Column(name="high", label="95 % interval to", unit="fraction"),
    )
    chart = Chart(
        kind="heatmap" if len(named) > 1 else "bar",
        title=f"Segments by {label.lower()}, {facts['period']}",
        x=name,
        y=("share",),
        series="segment" if len(named) > 1 else None,
        unit="fraction",
    )
    return _made(context, facts, (columns, tuple(rows), chart, sql))


def _finding(context: Context, facts: dict[str, Any], sql: str) -> Finding:
    rows = tuple(tuple(row[column.name] for column in _COLUMNS) for row in facts["rows"])
    two = facts["metric"] in {"customers", "revenue"}
    chart = Chart(
        kind="bar",
        title=f"Customer segments, {facts['period']}",
        x="segment",
        y=("revenue_share", "share") if two else (facts["metric"],),
        compare=("share",) if two else (),
        unit="fraction" if two else facts["unit"],
    )
    return _made(context, facts, (_COLUMNS, rows, chart, sql))


def _made(
    context: Context,
    facts: dict[str, Any],
    shown: tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...], Chart, str],
) -> Finding:
    columns, rows, chart, sql = shown
    unstable = [row["segment"] for row in facts.get("all", ()) if row["stability"] < UNSTABLE]
    facts = {"n_small": 0, "n_left_out": 0, **facts, "unstable": unstable}
    notes = answering.say("segments.md.j2", part="notes", **facts)
    return Finding(
        analysis="segments",
        text=answering.say("segments.md.j2", part="text", **facts),
        columns=columns,
        rows=rows,
        chart=chart,
        receipt=Receipt(
            definition=answering.say("segments.md.j2", part="definition", **facts),
            period=facts["period"],
            filters=facts["words"],
            sql=sql,
            n_rows=len(rows),
            as_of=context.as_of,
            notes=tuple(line for line in notes.splitlines() if line.strip()),
            is_partial=bool(facts["is_cut"]),
        ),
        slots={"group": list(facts["named"])} if facts["named"] else {},
    )

"""Questions about one customer: the record beside everybody's, segment, risk and value."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.analyses import answering
from analytics.analyses.kind import Context, Request
from analytics.analyses.profile_reading import (
    EVERYBODY,
    VALUES,
    Everybody,
    left_day,
    read_one,
    risk_of,
    segment_of,
    share_below,
)
from analytics.catalogue import Catalogue
from analytics.customers.record_columns import AREAS, BY_NAME, COLUMNS, DIMENSIONS, RecordColumn
from analytics.customers.record_scores import scores_of
from analytics.describe.dates import day_in_words
from analytics.describe.numbers import with_unit
from analytics.errors import ModelError, QuestionError
from analytics.model import Cell, Chart, Column, Finding, InsightOutcome, Receipt

_SUGGESTIONS: Final = (
    "How many customers by plan?",
    "Who are our 10 most valuable customers over the next 12 months?",
)
_COLUMNS: Final = (
    Column(name="part_of", label="Side"),
    Column(name="feature", label="Feature"),
    Column(name="value", label="This customer"),
    Column(name="median", label="Median of everybody"),
    Column(name="below", label="Have less", unit="fraction"),
    Column(name="score", label="Score, 0 to 100", unit="number"),
)
_NEEDS_METRIC: Final = {
    "revenue": ("revenue", "revenue_365d", "revenue_90d", "order_value"),
    "gross margin": ("margin", "margin_365d"),
    "tickets": ("n_tickets", "n_tickets_90d", "n_open_tickets", "n_urgent_tickets", "late_share",
                "hours_to_resolve"),
    "csat": ("csat",),
    "nps": ("nps",),
}  # fmt: skip
"""Metrics that an asker must be allowed to see → columns that tell the same of one customer."""
_NEEDS_DIMENSION: Final = (
    "gender", "country", "region", "income_band", "lifestyle", "acquisition_channel", "plan"
)  # fmt: skip
"""Columns told only where the asker has a dimension of customers on the same column."""
_OTHER: Final = re.compile(r"\b(?:e-?mail|phone|address|name|birth ?day|date of birth)\b")
_FEWEST: Final = 20
"""Customers with a value, from which on a rank among them is told."""


def run_profile(request: Request, context: Context) -> InsightOutcome:
    """Tell one customer's record; ask which customer when none is named."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> InsightOutcome:
    if "customer_id" not in context.catalogue.dimensions:
        raise QuestionError("You may ask for groups of customers, not for a single one.")
    if _OTHER.search(request.text.lower()):
        raise QuestionError(
            "A profile tells how a customer buys, never name, address or birthday.",
            hint="Ask without them.",
        )
    answering.refuse_slots(
        request, {"filters": "A profile is one customer's; a condition has no part in it."}
    )
    if "customer_id" not in request.slots:
        return _which(context)
    number = answering.number_slot(request, "customer_id", 0)
    everybody = EVERYBODY.of(context)
    row, sql = read_one(context, everybody, number)
    hidden = _hidden(context.catalogue)
    scores = _scores(row, everybody, hidden)
    rows = _rows(row, everybody, scores, hidden)
    facts = _facts(context, number, (row, everybody), scores, hidden)
    return _finding(context, number, rows, (facts, sql))


def _which(context: Context) -> InsightOutcome:
    """Ask which customer, with the first few who are still there."""
    rows = answering.rows_of("customers", {"customer_id", "churned_at"}, context)
    here = rows.filter(rows.churned_at.isnull()).select("customer_id")
    frame, _ = context.warehouse.run(here.order_by("customer_id").limit(answering.MOST_CHOICES))
    choices = [
        (_say("choice_label", number=int(n)), _say("choice", number=int(n)))
        for n in frame["customer_id"]
    ]
    if not choices:
        raise QuestionError("There is no customer to tell of.")
    return answering.ask_which(_say("ask"), choices)


def _hidden(catalogue: Catalogue) -> frozenset[str]:
    """Return the columns that the asker's definitions do not show."""
    names: set[str] = set()
    for metric, columns in _NEEDS_METRIC.items():
        if metric not in catalogue.metrics:
            names |= set(columns)
    mine = [d for d in catalogue.dimensions.values() if d.entity == "customer"]
    names |= set(_NEEDS_DIMENSION) - {d.column for d in mine}
    if not any(d.name == "age_band" for d in mine):
        names.add("age")
    return frozenset(names)


def _scores(
    row: Mapping[str, Any], everybody: Everybody, hidden: frozenset[str]
) -> dict[str, float]:
    """Return the dimensions and parts by column; a dimension with a hidden part is left out."""
    columns = {
        kpi.column: np.array([_number(row[kpi.column])])
        for kpis in DIMENSIONS.values()
        for kpi in kpis
    }
    found = {name: float(each[0]) for name, each in scores_of(everybody.ranks, columns).items()}
    for name, kpis in DIMENSIONS.items():
        if hidden & {kpi.column for kpi in kpis}:
            for gone in (name, *(kpi.score for kpi in kpis)):
                found.pop(gone)
    return found


def _number(value: Any) -> float:
    return math.nan if pd.isna(value) else float(value)


def _rows(
    row: Mapping[str, Any],
    everybody: Everybody,
    scores: Mapping[str, float],
    hidden: frozenset[str],
) -> tuple[tuple[Cell, ...], ...]:
    """Return the dimensions, then their parts, then every other feature by side."""
    rows: list[tuple[Cell, ...]] = [
        (_say("overall"), name.capitalize(), None, None, None, round(scores[name], 1))
        for name in DIMENSIONS
        if name in scores
    ]
    told: set[str] = set()
    for name, kpis in DIMENSIONS.items():
        for kpi in kpis:
            if kpi.column not in hidden:
                cells = _feature(BY_NAME[kpi.column], row, everybody)
                rows.append((name.capitalize(), *cells, scores.get(kpi.score)))
                told.add(kpi.column)
    for area in AREAS:
        for column in COLUMNS:
            if column.area == area and column.name not in told | hidden:
                rows.append((area.capitalize(), *_feature(column, row, everybody), None))
    return tuple(rows)


def _feature(
    column: RecordColumn, row: Mapping[str, Any], everybody: Everybody
) -> tuple[Cell, ...]:
    """Return the label, the value and the median in words, and the share that has less."""
    value = row[column.name]
    if column.unit is None:
        words = ("yes" if value else "no") if isinstance(value, bool | np.bool_) else str(value)
        return (column.label, words, None, None)
    shown = None if pd.isna(value) else with_unit(float(value), column.unit)
    if len(everybody.columns[column.name]) < _FEWEST:
        return (column.label, shown, None, None)
    median = with_unit(everybody.medians[column.name], column.unit)
    below = share_below(everybody, column.name, _number(value))
    return (column.label, shown, median, None if below is None else round(below, 4))


def _facts(
    context: Context,
    number: int,
    read: tuple[Mapping[str, Any], Everybody],
    scores: Mapping[str, float],
    hidden: frozenset[str],
) -> dict[str, Any]:
    row, everybody = read
    left = left_day(row, context, number)
    risk, chance, no_risk = risk_of(context, number) if left is None else (None, None, "")
    dims = sorted(
        (name for name in DIMENSIONS if name in scores), key=lambda name: (-scores[name], name)
    )
    return {
        "number": number, "left": left, "row": row, "medians": everybody.medians,
        "n": everybody.n, "n_customers": everybody.n_customers, "as_of": context.as_of,
        "segment": segment_of(context, number) if left is None else None,
        "risk": risk, "chance": chance, "no_risk": no_risk,
        "expected": _expected(context, number) if left is None else None,
        "scores": scores, "dims": dims, "plan": None if "plan" in hidden else str(row["plan"]),
        "shows_money": "revenue" not in hidden and "margin" not in hidden,
        "hidden": sorted(BY_NAME[name].label for name in hidden),
    }  # fmt: skip


def _expected(context: Context, number: int) -> float | None:
    """Return the margin expected in the next 12 months; None where no model can tell."""
    try:
        return VALUES.of(context).get(number)
    except (ModelError, QuestionError):
        return None


def _finding(
    context: Context,
    number: int,
    rows: tuple[tuple[Cell, ...], ...],
    told: tuple[dict[str, Any], str],
) -> Finding:
    facts, sql = told
    notes = _say("notes", **facts)
    n_drawn = len(facts["dims"])
    return Finding(
        analysis="customer_profile",
        text=_say("text", **facts),
        columns=_COLUMNS,
        rows=rows,
        chart=Chart(
            kind="bar" if n_drawn else "table",
            title=_say("title", **facts),
            x="feature",
            y=("score",),
            unit="number",
            most_x=n_drawn or None,
            others="left_out" if n_drawn else None,
            note=_say("chart_note") if n_drawn else "",
        ),
        receipt=Receipt(
            definition=_say("definition", **facts),
            period=f"all data before {day_in_words(context.as_of)}",
            filters=(f"customer {number}",),
            sql=sql,
            n_rows=len(rows),
            as_of=context.as_of,
            notes=tuple(line for line in notes.splitlines() if line.strip()),
        ),
        slots={"customer_id": number},
    )


def _say(part: str, **values: object) -> str:
    return answering.say("customer_profile.md.j2", part=part, **values)

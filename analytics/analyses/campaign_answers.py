"""Questions about what campaigns caused: those contacted against those held out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import ibis
import pandas as pd

from analytics.analyses import answering
from analytics.analyses.campaign_choice import (
    CAMPAIGN_COLUMNS,
    campaigns_of,
    chosen_of,
    conditions_of,
)
from analytics.analyses.group_effects import (
    CONVERSION,
    REVENUE,
    Measured,
    arm_columns,
    arm_row,
    arms_expression,
    arms_of,
    effects_of,
    merged,
    pooled,
)
from analytics.analyses.kind import Context, Request
from analytics.customers.experiments import Arm, Effect, compare
from analytics.describe.dates import days_in_words
from analytics.errors import QuestionError
from analytics.model import Ambiguity, Cell, Chart, Column, Filter, Finding, InsightOutcome, Receipt
from analytics.query.transforms import midnight

_SUGGESTIONS: Final = (
    "What is the response rate by campaign this year?",
    "What is the campaign ROI by objective?",
)
_CONTROL: Final = "control"
_WINDOW_DAYS: Final = 14
_REVENUE_METRICS: Final = frozenset(
    {"revenue", "campaign revenue", "campaign roi", "campaign spend", "revenue per customer",
     "gross margin", "average order value"}
)  # fmt: skip
_MONEY: Final = re.compile(r"\b(?:revenue|money|sales|pay(?:s|ed)? off|paid off|worth|turnover)\b")
_MANY_COLUMNS: Final = (
    Column(name="campaign", label="Campaign"),
    Column(name="campaign_id", label="Campaign id"),
    Column(name="n_sent", label="Contacted", unit="count"),
    Column(name="n_control", label="Held out", unit="count"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What an answer stands on."""

    request: Request
    context: Context
    filters: tuple[Filter, ...]
    """On the customers who were contacted or held out."""
    measured: Measured
    sql: str


def run_campaign(request: Request, context: Context) -> InsightOutcome:
    """Say what one campaign, or several together, caused; ask which when it is not said."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> InsightOutcome:
    if answering.period_of_slot(request, "compare_to") is not None:
        raise QuestionError(
            "Effects of campaigns are not compared between two periods.",
            hint="Ask for one of them.",
        )
    known = campaigns_of(request, context)
    chosen = chosen_of(request, known)
    if isinstance(chosen, Ambiguity):
        return chosen
    filters = _people_filters(request, context)
    sums, sql = _sums(context, filters)
    sums = sums[sums["campaign_id"].isin(chosen["campaign_id"])]
    if sums.empty:
        raise QuestionError("Nobody was contacted or held out there before the as-of date.")
    ground = _Ground(
        request=request,
        context=context,
        filters=filters,
        measured=_measured(request),
        sql=sql,
    )
    if len(chosen) == 1:
        return _one(chosen.iloc[0].to_dict(), sums, ground)
    return _many(chosen, sums, ground)


def _people_filters(request: Request, context: Context) -> tuple[Filter, ...]:
    given = request.slots.get("filters", {})
    assert isinstance(given, dict)
    rest = {c: value for c, value in given.items() if c not in CAMPAIGN_COLUMNS}
    slots = {**request.slots, "filters": rest}
    return answering.filters_for(replace(request, slots=slots), "customers", context.catalogue)


def _measured(request: Request) -> Measured:
    metric = request.slots.get("metric")
    if metric in _REVENUE_METRICS or (metric is None and _MONEY.search(request.text.lower())):
        return REVENUE
    return CONVERSION


def _sums(context: Context, filters: tuple[Filter, ...]) -> tuple[pd.DataFrame, str]:
    people = context.warehouse.table("campaign_contacts")
    now = midnight(context.as_of)
    # Nothing was sent to the control group, so it has no date of its own; the campaign has.
    people = people.filter(people.sent_at.isnull() | (people.sent_at < now))
    if filters:
        kept = answering.rows_of("customers", {"customer_id"}, context, filters=filters)
        people = people.semi_join(kept.select("customer_id"), "customer_id")
    answered = people.converted_at.notnull() & (people.converted_at < now)
    people = people.mutate(
        converted=ibis.ifelse(answered, 1.0, 0.0),
        variant=people.variant.fill_null("all"),
    )
    return context.warehouse.run(arms_expression(people, "campaign_id"))


def _one(row: dict[Any, Any], sums: pd.DataFrame, ground: _Ground) -> InsightOutcome:
    request, measured = ground.request, ground.measured
    arms = arms_of(sums, measured)
    small = [a for a in arms.values() if a.n < answering.LEAST_GROUP]
    if small:
        raise QuestionError(
            f"Campaign {row['campaign_id']} has too few customers here to tell anything.",
            hint="Ask without the condition.",
        )
    control = arms.get(_CONTROL)
    sent = [arm for name, arm in sorted(arms.items()) if name != _CONTROL]
    group = request.slots.get("group")
    between = _between(arms, group)
    if control is None and between is None:
        return answering.refused(
            request,
            f"Campaign {row['campaign_id']} ({row['name']}) had no control group, so what it "
            "caused cannot be told from what would have happened anyway.",
            (f"What is the response rate of campaign {row['campaign_id']}?", *_SUGGESTIONS[1:]),
        )
    effects, whole, total = {}, None, None
    if control is not None:
        total = merged("contacted", sent)
        effects = effects_of(control, sent)
        whole = compare(control, [total])[0]
    facts = _facts(row, sums, ground) | {
        "control": control, "sent": total, "effect": whole, "between": between,
    }  # fmt: skip
    shown = [arm for arm in (control, *sent) if arm is not None]
    rows = tuple(arm_row(arm, effects.get(arm.name)) for arm in shown)
    return _finding(rows, arm_columns(measured), facts, ground)


def _between(arms: dict[str, Arm], group: object) -> tuple[Arm, Arm, Effect] | None:
    """Return two variants and the second's effect over the first."""
    wanted = [str(name) for name in group] if isinstance(group, list) else ["A", "B"]
    if len(wanted) != 2 or not set(wanted) <= set(arms):
        if isinstance(group, list):
            raise QuestionError(
                f"The campaign has no variants {' and '.join(wanted)}.",
                hint=f"It has {', '.join(sorted(arms))}.",
            )
        return None
    first, second = arms[wanted[0]], arms[wanted[1]]
    return first, second, compare(first, [second])[0]


def _facts(row: dict[Any, Any], sums: pd.DataFrame, ground: _Ground) -> dict[str, Any]:
    """Return what the text says beside the effect: money, and whether the time is over."""
    arms = arms_of(sums, REVENUE)
    control = arms.pop(_CONTROL, None)
    money = compare(control, [merged("contacted", list(arms.values()))])[0] if control else None
    n_sent = sum(arm.n for arm in arms.values())
    ends = pd.Timestamp(row["ended_on"]).date() + timedelta(days=_WINDOW_DAYS)
    as_of = ground.context.as_of
    start = pd.Timestamp(row["started_on"]).date()
    end = pd.Timestamp(row["ended_on"]).date() + timedelta(days=1)
    return {
        "part": "one",
        "id": int(row["campaign_id"]),
        "name": row["name"],
        "title": f"{ground.measured.label} by group, {row['name']}",
        "x": "variant",
        "y": "value",
        "period": days_in_words(start, end),
        "measured": ground.measured,
        "spend": float(row["spend"]) if pd.notna(row["spend"]) else None,
        "n_sent": n_sent,
        "extra": None if money is None else tuple(
            n_sent * value for value in (money.effect, *money.ci95)
        ),
        "is_running": ends >= as_of,
        "limited": bool(ground.filters),
        "asked_variant": "group" in ground.request.slots,
        "unread": _unread(ground.request),
    }  # fmt: skip


def _unread(request: Request) -> str:
    """Return a metric that was named but on which no campaign is read."""
    metric = request.slots.get("metric")
    silent = {None, "campaigns", "contacts", "customers", "active customers", "orders",
              "response rate", "conversion rate", "repeat purchase rate"}  # fmt: skip
    return "" if metric in silent or metric in {"revenue", "campaign revenue"} else str(metric)


def _many(chosen: pd.DataFrame, sums: pd.DataFrame, ground: _Ground) -> InsightOutcome:
    rows, parts, money = [], [], []
    without: list[str] = []
    spend = 0.0
    for row in chosen.to_dict("records"):
        mine = sums[sums["campaign_id"] == row["campaign_id"]]
        found = _contacted_against_control(mine, ground.measured)
        against = _contacted_against_control(mine, REVENUE)
        if found is None or against is None:
            without.append(str(row["name"]))
            continue
        sent, control, effect = found
        parts.append((sent.n, effect))
        money.append((sent.n, against[2]))
        spend += float(row["spend"]) if pd.notna(row["spend"]) else 0.0
        low, high = effect.ci95
        rows.append((row["name"], int(row["campaign_id"]), sent.n, control.n, sent.mean,
                     control.mean, effect.effect, low, high))  # fmt: skip
    if not parts:
        return answering.refused(
            ground.request,
            "None of these campaigns had a control group, so what they caused cannot be told.",
            _SUGGESTIONS,
        )
    whole, extra = pooled(parts), pooled(money)
    facts = _many_facts(chosen, ground) | {
        "effect": whole,
        "n_campaigns": len(parts),
        "n_sent": whole.n_treated,
        "extra": tuple(extra.n_treated * value for value in (extra.effect, *extra.ci95)),
        "spend": spend,
        "best": max(rows, key=lambda row: (float(row[6]), -row[1])),
        "n_clear": sum(1 for row in rows if float(row[7]) > 0),
        "without": without,
    }
    ordered = tuple(sorted(rows, key=lambda row: (-float(row[6]), row[1])))
    return _finding(ordered, _many_columns(ground.measured), facts, ground)


def _many_facts(chosen: pd.DataFrame, ground: _Ground) -> dict[str, Any]:
    last = pd.Timestamp(chosen["ended_on"].max()).date()
    first = pd.Timestamp(chosen["started_on"].min()).date()
    newest = pd.Timestamp(chosen["started_on"].max()).date() + timedelta(days=1)
    return {
        "part": "many",
        "title": f"{ground.measured.label}: effect by campaign",
        "x": "campaign",
        "y": "effect",
        "period": f"campaigns begun {days_in_words(first, newest)}",
        "measured": ground.measured,
        "is_running": last + timedelta(days=_WINDOW_DAYS) >= ground.context.as_of,
        "limited": bool(ground.filters),
        "unread": _unread(ground.request),
    }


def _many_columns(measured: Measured) -> tuple[Column, ...]:
    unit, label = measured.unit, measured.label
    return (
        *_MANY_COLUMNS,
        Column(name="value", label=f"{label}, contacted", unit=unit),
        Column(name="control", label=f"{label}, held out", unit=unit),
        Column(name="effect", label="Difference", unit=unit),
        Column(name="low", label="95 % interval from", unit=unit),
        Column(name="high", label="95 % interval to", unit=unit),
    )


def _contacted_against_control(
    sums: pd.DataFrame, measured: Measured
) -> tuple[Arm, Arm, Effect] | None:
    arms = arms_of(sums, measured)
    control = arms.pop(_CONTROL, None)
    least = answering.LEAST_GROUP
    if control is None or control.n < least or sum(a.n for a in arms.values()) < least:
        return None
    sent = merged("contacted", list(arms.values()))
    return sent, control, compare(control, [sent])[0]


def _finding(
    rows: tuple[tuple[Cell, ...], ...],
    columns: tuple[Column, ...],
    facts: dict[str, Any],
    ground: _Ground,
) -> Finding:
    notes = answering.say("campaign_result.md.j2", **(facts | {"part": "notes"}))
    conditions = [
        f"campaign {column} {value if isinstance(value, str) else ', '.join(map(str, value))}"
        for column, value in sorted(conditions_of(ground.request).items())
    ]
    return Finding(
        analysis="campaign_result",
        text=answering.say("campaign_result.md.j2", **facts),
        columns=columns,
        rows=rows,
        chart=Chart(
            kind="bar",
            title=facts["title"],
            x=facts["x"],
            y=(facts["y"],),
            unit=ground.measured.unit,
        ),
        receipt=Receipt(
            definition=answering.say("campaign_result.md.j2", **(facts | {"part": "definition"})),
            period=facts["period"],
            filters=(
                *conditions,
                *answering.filter_words(ground.filters, ground.context.catalogue),
            ),
            sql=ground.sql,
            n_rows=len(rows),
            as_of=ground.context.as_of,
            notes=tuple(line for line in notes.splitlines() if line.strip()),
            is_partial=bool(facts["is_running"]),
        ),
        slots={"campaign": facts["id"]} if "id" in facts else {},
    )

"""Questions about whom to write to: the list under a budget, and what other budgets would bring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from analytics.analyses import answering
from analytics.analyses.kind import Context, Request
from analytics.analyses.targeting_plan import Ground, Plan, Wish, ground_of, plan_of, wish_of
from analytics.customers.action_plan import LEAST_RATIO
from analytics.describe.dates import day_in_words
from analytics.errors import QuestionError
from analytics.model import Cell, Chart, Column, Finding, InsightOutcome, Receipt

_SUGGESTIONS: Final = (
    "What was the effect of all campaigns?",
    "Which customers are most likely to leave?",
)
_SHOWN: Final = 50
"""Customers listed in chat; the whole list is written by `deskwise plan`."""
_N_BUDGETS: Final = 10
LIST_COLUMNS: Final = (
    Column(name="customer_id", label="Customer id"),
    Column(name="action", label="Action"),
    Column(name="group", label="Contact or hold-out"),
    Column(name="uplift", label="Extra chance of ordering", unit="fraction"),
    Column(name="worth", label="Margin of an order", unit="money"),
    Column(name="cost", label="Cost of the contact", unit="money"),
    Column(name="profit", label="Expected profit", unit="money"),
    Column(name="consent", label="Consent"),
)
_CURVE_COLUMNS: Final = (
    Column(name="budget", label="Budget"),
    Column(name="contacts", label="Contacts", unit="count"),
    Column(name="profit", label="Expected profit", unit="money"),
    Column(name="low", label="95 % interval from", unit="money"),
    Column(name="high", label="95 % interval to", unit="money"),
    Column(name="orders", label="Extra orders", unit="number"),
)


def run_targeting(request: Request, context: Context) -> InsightOutcome:
    """Say whom to write to, with what, under the budget that the question names."""
    return answering.answered_by(_listed, request, context, _SUGGESTIONS)


def run_budgets(request: Request, context: Context) -> InsightOutcome:
    """Say what smaller and larger budgets would bring."""
    return answering.answered_by(_budgets, request, context, _SUGGESTIONS)


def prepared(request: Request, context: Context) -> tuple[Wish, Ground]:
    """Read the question and the data.

    Raises
    ------
    QuestionError
        When the asker may not see what it takes, or the question cannot be followed.
    """
    if "customer_id" not in context.catalogue.dimensions:
        raise QuestionError("You may ask for groups of customers, not for a list of them.")
    if "gross margin" not in context.catalogue.metrics:
        raise QuestionError("A plan of contacts needs the gross margin, which you may not see.")
    period = answering.period_of_slot(request)
    if period is not None and period.end <= context.as_of:
        raise QuestionError(
            "A plan is for the days ahead; whom to write to in the past is not told.",
            hint="Ask for the effect of a campaign instead.",
        )
    answering.refuse_slots(
        request, {"dimension": "A plan lists customers; it is not split into groups."}
    )
    wish = wish_of(request, context)
    return wish, ground_of(wish, context)


def _listed(request: Request, context: Context) -> InsightOutcome:
    wish, ground = prepared(request, context)
    plan = plan_of(wish, ground)
    if plan.fairness.failed:
        words = unfair_words(facts_of(plan, context))
        raise QuestionError(f"{words} {_say('override')}")
    return finding_of(plan, context, n_shown=_SHOWN)


def unfair_words(facts: dict[str, Any]) -> str:
    """Say which attribute fails the four-fifths rule, with the rates."""
    return _say("unfair", **facts)


def finding_of(plan: Plan, context: Context, *, n_shown: int | None) -> Finding:
    """Return a plan as a finding; `n_shown` rows at most, those that pay most first."""
    rows = _rows(plan)
    shown = rows if n_shown is None else rows[:n_shown]
    told = facts_of(plan, context) | {"n_shown": len(shown)}
    profits = [float(str(row[6])) for row in shown]
    return _finding(
        context, plan, told, (LIST_COLUMNS, shown),
        Chart(
            kind="ranked" if profits else "table", title=_say("title", **told), x="customer_id",
            y=("profit",), unit="money", most_x=15 if len(shown) > 15 else None,
            others="left_out" if len(shown) > 15 else None,
            note=_say("chart_note", **told) if len(shown) > 15 else "",
        ),
    )  # fmt: skip


def _rows(plan: Plan) -> tuple[tuple[Cell, ...], ...]:
    chosen = plan.ground.people.iloc[plan.rows]
    consent = _say("consent_yes" if plan.ground.has_consent else "consent_unknown")
    words = {held: _say("held" if held else "contact") for held in (True, False)}
    columns: list[Sequence[Cell]] = [
        chosen["customer_id"].astype(int).tolist(),
        chosen["action"].astype(str).tolist(),
        [words[held] for held in plan.held.tolist()],
        chosen["uplift"].round(6).tolist(),
        *(chosen[name].round(2).tolist() for name in ("worth", "cost", "profit")),
        [consent] * len(chosen),
    ]
    return tuple(zip(*columns, strict=True))


def facts_of(plan: Plan, context: Context) -> dict[str, Any]:
    """Return what the sentences say of a plan."""
    wish, ground = plan.wish, plan.ground
    sent = ground.people.iloc[plan.contacted]
    counts = sent["action"].value_counts()
    best = ground.people["profit"] + ground.people["cost"]
    low, high = plan.profit_ci95
    return {
        "wish": wish, "n_sent": len(sent), "n_held": int(plan.held.sum()), "n": len(plan.rows),
        "spent": plan.spent, "profit": plan.profit, "low": low, "high": high,
        "orders": plan.orders, "n_here": ground.n_here, "n_resting": ground.n_resting,
        "n_without_consent": ground.n_without_consent, "has_consent": ground.has_consent,
        "n_unsuited": ground.n_unsuited, "n_pays": len(ground.order), "costs": ground.costs,
        "by_action": [(str(a), int(n)) for a, n in sorted(counts.items(), key=_most)
                      if n >= answering.LEAST_GROUP],
        "break_even": float(best.max()) if len(best) else 0.0,
        "cheapest": min(ground.costs.values()), "trial": ground.learnt.trial,
        "learnt": ground.learnt, "effects": ground.learnt.actions,
        "fairness": plan.fairness, "least_ratio": LEAST_RATIO, "as_of": context.as_of,
        "mean_gain": float((sent["uplift"] * sent["worth"]).mean()) if len(sent) else 0.0,
    }  # fmt: skip


def _most(pair: tuple[Any, Any]) -> tuple[int, str]:
    return (-int(pair[1]), str(pair[0]))


def _budgets(request: Request, context: Context) -> InsightOutcome:
    wish, ground = prepared(request, context)
    people = ground.people
    full = float(people["cost"].to_numpy()[ground.order].sum()) * (1.0 - wish.hold_out)
    plan = plan_of(wish, ground, checked=False)
    told = facts_of(plan, context) | {"full": full, "n_shown": 0, "plan": plan}
    rows: list[tuple[Cell, ...]] = []
    if full > 0:
        for budget in _steps(full, wish.budget):
            one = plan_of(_with(wish, budget), ground, checked=False)
            low, high = one.profit_ci95
            rows.append((_whole(budget), len(one.contacted), round(one.profit, 2),
                         round(low, 2), round(high, 2), round(one.orders, 1)))  # fmt: skip
    chart = Chart(
        kind="line" if len(rows) > 1 else "table", title=_say("curve_title", **told), x="budget",
        y=("profit",), unit="money",
    )  # fmt: skip
    return _finding(context, plan, told | {"rows": rows}, (_CURVE_COLUMNS, tuple(rows)), chart)


def _whole(budget: float) -> Cell:
    return int(budget) if budget == int(budget) else round(budget, 2)


def _with(wish: Wish, budget: float) -> Wish:
    return Wish(
        budget=budget, most=wish.most, cost=wish.cost, rest_days=wish.rest_days,
        hold_out=wish.hold_out, actions=wish.actions, filters=wish.filters, seed=wish.seed,
    )  # fmt: skip


def _steps(full: float, asked: float | None) -> list[float]:
    """Return round budgets up to what everybody who pays would cost, and the one asked for."""
    top = full if asked is None else max(full, asked)
    rough = top / _N_BUDGETS
    size = 10 ** np.floor(np.log10(rough))
    step = float(next(size * k for k in (1, 2, 2.5, 5, 10) if size * k >= rough))
    found = {step * n for n in range(1, _N_BUDGETS + 1) if step * (n - 1) < top}
    return sorted(found | ({asked} if asked is not None else set()))


def _finding(
    context: Context,
    plan: Plan,
    told: dict[str, Any],
    table: tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]],
    chart: Chart,
) -> Finding:
    columns, rows = table
    is_curve = columns is _CURVE_COLUMNS
    wish = plan.wish
    notes = _say("notes", **told)
    filters = answering.filter_words(wish.filters, context.catalogue)
    return Finding(
        analysis="budget_effect" if is_curve else "targeting",
        text=_say("curve" if is_curve else "text", **told),
        columns=columns,
        rows=rows,
        chart=chart,
        receipt=Receipt(
            definition=_say("definition", **told),
            period=_say("period", day=day_in_words(context.as_of)),
            filters=(*filters, *(f"action {name}" for name in wish.actions)),
            sql=plan.ground.learnt.sql,
            n_rows=len(rows),
            as_of=context.as_of,
            notes=tuple(line for line in notes.splitlines() if line.strip()),
        ),
        slots={"hold_out": wish.hold_out, "rest_days": wish.rest_days},
    )


def _say(part: str, **values: object) -> str:
    return answering.say("targeting.md.j2", part=part, **values)

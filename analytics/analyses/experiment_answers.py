"""Questions about experiments: is the split sound, what is the effect, how sure is it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

import pandas as pd
from rapidfuzz import fuzz

from analytics.analyses import answering
from analytics.analyses.group_effects import (
    CONVERSION,
    REVENUE,
    Measured,
    arm_columns,
    arm_row,
    arms_expression,
    arms_of,
    effects_of,
)
from analytics.analyses.kind import Context, Request
from analytics.customers.experiments import (
    SRM_ALPHA,
    Arm,
    Effect,
    people_needed,
    sample_ratio_p,
    verdict_of,
)
from analytics.describe.dates import day_in_words, days_in_words
from analytics.errors import QuestionError
from analytics.model import Ambiguity, Cell, Chart, Column, Filter, Finding, InsightOutcome, Receipt
from analytics.query.transforms import midnight
from analytics.query.windows import day_literal

_SUGGESTIONS: Final = (
    "What was the result of experiment 1?",
    "Show the results of all experiments",
)
_CONTROL: Final = "control"
_LIKE: Final = 82.0
_ALL: Final = re.compile(
    r"\b(?:experiments|tests|trials|"
    r"(?:all|every|each|any)(?: \S+){0,3} (?:experiment|test|trial))\b"
)
_NEWEST: Final = re.compile(
    r"\b(?:latest|newest|last|most recent|current|running|ongoing)(?: \S+){0,2} "
    r"(?:experiment|test|trial)\b"
)
_SUBJECT_WORDS: Final = frozenset({"customers", "new customers"})
_MEASURES: Final = {
    "conversion rate": CONVERSION,
    "orders": CONVERSION,
    "active customers": CONVERSION,
    "response rate": CONVERSION,
    "revenue": REVENUE,
    "revenue per customer": REVENUE,
    "average order value": REVENUE,
}
_OVERVIEW_COLUMNS: Final = (
    Column(name="experiment", label="Experiment"),
    Column(name="experiment_id", label="Experiment id"),
    Column(name="metric", label="Measured"),
    Column(name="n", label="Customers", unit="count"),
    Column(name="relative", label="Change over the control", unit="fraction"),
    Column(name="low", label="95 % interval from", unit="fraction"),
    Column(name="high", label="95 % interval to", unit="fraction"),
    Column(name="verdict", label="Verdict"),
)


def run_experiment(request: Request, context: Context) -> InsightOutcome:
    """Read one experiment, or all of them; ask which when several may be meant."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> InsightOutcome:
    known = _experiments(context)
    if known.empty:
        raise QuestionError("The warehouse has no experiment that began before the as-of date.")
    chosen = _chosen(request, known)
    if isinstance(chosen, Ambiguity):
        return chosen
    filters = answering.filters_for(request, "customers", context.catalogue)
    asked = _measured(request)
    rows, sql = _arms(context, filters)
    if len(chosen) > 1:
        return _overview(chosen, rows, asked, (context, filters, sql))
    row = chosen.iloc[0].to_dict()
    mine = rows[rows["experiment_id"] == row["experiment_id"]]
    return _one(request, row, mine, asked, (context, filters, sql))


def _experiments(context: Context) -> pd.DataFrame:
    table = context.warehouse.table("experiments")
    begun = table.filter(table.started_on < day_literal(context.as_of))
    frame, _ = context.warehouse.run(begun.order_by("experiment_id"))
    return frame


def _chosen(request: Request, known: pd.DataFrame) -> pd.DataFrame | Ambiguity:
    """Return the experiments that are meant: by number, by name, the newest, or all."""
    given = request.slots.get("experiment")
    if given is not None:
        ids = known["experiment_id"].astype(str)
        found = known[(ids == str(given)) | (known["name"].str.lower() == str(given).lower())]
        if found.empty:
            last = int(known["experiment_id"].max())
            raise QuestionError(
                f"There is no experiment {given}.", hint=f"The newest is experiment {last}."
            )
        return found
    text = request.text.lower()
    likeness = known["name"].map(lambda name: fuzz.partial_ratio(str(name).lower(), text))
    if float(likeness.max()) >= _LIKE:
        return known.loc[[likeness.idxmax()]]
    if len(known) == 1:
        return known
    if _NEWEST.search(text):
        newest = known.sort_values(["started_on", "experiment_id"])
        return newest.tail(1)
    if _ALL.search(text):
        return known
    near = known.assign(likeness=[_nearness(row, text) for row in known.to_dict("records")])
    near = near.sort_values(["likeness", "experiment_id"], ascending=[False, False])
    choices = [
        (f"{row['name']} (experiment {row['experiment_id']})",
         f"What was the result of experiment {row['experiment_id']}?")
        for row in near.head(answering.MOST_CHOICES).to_dict("records")
    ]  # fmt: skip
    return answering.ask_which("Which experiment do you mean?", choices)


def _nearness(row: dict[Any, Any], text: str) -> float:
    return float(fuzz.token_set_ratio(f"{row['name']} {row['hypothesis']}".lower(), text))


def _measured(request: Request) -> Measured | None:
    metric = request.slots.get("metric")
    if metric is None or metric in _SUBJECT_WORDS:
        return None
    if metric not in _MEASURES:
        raise QuestionError(
            f"An experiment is read on conversion or on revenue per customer, not on {metric}."
        )
    return _MEASURES[str(metric)]


def _arms(context: Context, filters: tuple[Filter, ...]) -> tuple[pd.DataFrame, str]:
    people = context.warehouse.table("experiment_assignments")
    people = people.filter(people.assigned_at < midnight(context.as_of))
    if filters:
        kept = answering.rows_of("customers", {"customer_id"}, context, filters=filters)
        people = people.semi_join(kept.select("customer_id"), "customer_id")
    people = people.mutate(converted=people.converted.fill_null(False).cast("float64"))
    return context.warehouse.run(arms_expression(people, "experiment_id"))


def _primary(row: dict[Any, Any]) -> Measured:
    return REVENUE if row["primary_metric"] == "revenue" else CONVERSION


def _split(arms: dict[str, Arm]) -> tuple[Arm | None, list[Arm]]:
    """Return the control and the others."""
    return arms.get(_CONTROL), [arm for name, arm in sorted(arms.items()) if name != _CONTROL]


_Ground = tuple[Context, tuple[Filter, ...], str]


def _one(
    request: Request,
    row: dict[Any, Any],
    sums: pd.DataFrame,
    asked: Measured | None,
    ground: _Ground,
) -> Finding:
    context, filters, sql = ground
    measured = asked or _primary(row)
    arms = arms_of(sums, measured)
    _check(request, row, arms)
    control, variants = _split(arms)
    assert control is not None
    effects = effects_of(control, variants)
    ends_on = pd.Timestamp(row["ended_on"]).date()
    facts = {
        "id": int(row["experiment_id"]),
        "name": row["name"],
        "measured": measured,
        "needed": people_needed(control, 0.05),
        "limited": bool(filters),
        "is_asked": asked is not None and asked is not _primary(row),
        **_results(arms, effects, is_running=ends_on >= context.as_of),
        **_second(sums, measured),
    }
    rows = tuple(arm_row(arm, effects.get(arm.name)) for arm in (control, *variants))
    start = pd.Timestamp(row["started_on"]).date()
    return Finding(
        analysis="experiment_result",
        text=answering.say("experiment_result.md.j2", part="text", **facts),
        columns=arm_columns(measured),
        rows=rows,
        chart=Chart(
            kind="bar",
            title=f"{measured.label} by group, experiment {facts['id']}: {row['name']}",
            x="variant",
            y=("value",),
            unit=measured.unit,
        ),
        receipt=Receipt(
            definition=answering.say("experiment_result.md.j2", part="definition", **facts),
            period=days_in_words(start, ends_on + timedelta(days=1)),
            filters=answering.filter_words(filters, context.catalogue),
            sql=sql,
            n_rows=len(rows),
            as_of=context.as_of,
            notes=_notes(facts),
            is_partial=ends_on >= context.as_of,
        ),
        slots={"experiment": facts["id"]},
    )


def _results(
    arms: dict[str, Arm], effects: dict[str, Effect], *, is_running: bool
) -> dict[str, Any]:
    control, variants = _split(arms)
    srm_p = sample_ratio_p({name: arm.n for name, arm in arms.items()})
    return {
        "control": control,
        "srm_p": srm_p,
        "is_running": is_running,
        "results": [
            _told(arm, effects[arm.name], srm_p, is_running=is_running) for arm in variants
        ],
    }


def _second(sums: pd.DataFrame, measured: Measured) -> dict[str, Any]:
    """Return the same comparison on the metric that was not asked for."""
    other = REVENUE if measured is CONVERSION else CONVERSION
    control, variants = _split(arms_of(sums, other))
    assert control is not None
    effects = effects_of(control, variants)
    return {
        "second": other,
        "second_control": control,
        "second_results": [(arm, effects[arm.name]) for arm in variants],
    }


def _check(request: Request, row: dict[Any, Any], arms: dict[str, Arm]) -> None:
    name = f"Experiment {row['experiment_id']} ({row['name']})"
    group = request.slots.get("group")
    if isinstance(group, list) and not set(map(str, group)) <= set(arms):
        raise QuestionError(
            f"{name} has no groups {' and '.join(map(str, group))}.",
            hint=f"Its groups are {', '.join(sorted(arms))}.",
        )
    if _CONTROL not in arms or len(arms) < 2:
        raise QuestionError(
            f"{name} has no control group and another to compare, so no effect can be told."
        )
    small = sorted(f"{arm.name} {arm.n}" for arm in arms.values() if arm.n < answering.LEAST_GROUP)
    if small:
        raise QuestionError(
            f"{name} has too few customers here to tell anything ({', '.join(small)}).",
            hint="Ask without the condition.",
        )


def _told(arm: Arm, effect: Effect, srm_p: float, *, is_running: bool) -> dict[str, object]:
    low, high = effect.always_valid_ci95
    verdict = verdict_of(effect, srm_p=srm_p)
    if is_running and verdict in ("higher", "lower") and low <= 0 <= high:
        verdict = "no difference shown"
    return {"arm": arm, "effect": effect, "verdict": verdict, "early": is_running}


def _notes(facts: dict[str, Any]) -> tuple[str, ...]:
    text = answering.say("experiment_result.md.j2", part="notes", **facts)
    return tuple(line for line in text.splitlines() if line.strip())


def _overview(
    chosen: pd.DataFrame, sums: pd.DataFrame, asked: Measured | None, ground: _Ground
) -> Finding:
    context, filters, sql = ground
    rows: list[tuple[Cell, ...]] = []
    for row in chosen.to_dict("records"):
        measured = asked or _primary(row)
        arms = arms_of(sums[sums["experiment_id"] == row["experiment_id"]], measured)
        control, variants = _split(arms)
        if control is None or min(arm.n for arm in arms.values()) < answering.LEAST_GROUP:
            continue
        srm_p = sample_ratio_p({name: arm.n for name, arm in arms.items()})
        is_running = bool(pd.Timestamp(row["ended_on"]).date() >= context.as_of)
        for name, effect in effects_of(control, variants).items():
            told = _told(arms[name], effect, srm_p, is_running=is_running)
            n = sum(arm.n for arm in arms.values())
            low, high = effect.relative_ci95
            unsure = told["verdict"] in ("higher", "lower") and low <= 0 <= high
            verdict = "no difference shown" if unsure else str(told["verdict"])
            rows.append((row["name"], int(row["experiment_id"]), measured.label.lower(), n,
                         effect.relative, low, high, verdict))  # fmt: skip
    facts: dict[str, Any] = {
        "rows": rows,
        "won": [row for row in rows if row[-1] == "higher"],
        "lost": [row for row in rows if row[-1] == "lower"],
        "broken": [row for row in rows if row[-1] == "split broken"],
        "srm_alpha": SRM_ALPHA,
    }
    return Finding(
        analysis="experiment_result",
        text=answering.say("experiment_result.md.j2", part="overview", **facts),
        columns=_OVERVIEW_COLUMNS,
        rows=tuple(rows),
        chart=Chart(
            kind="bar" if rows else "table",
            title="Change over the control, by experiment",
            x="experiment",
            y=("relative",),
            unit="fraction",
        ),
        receipt=Receipt(
            definition=answering.say("experiment_result.md.j2", part="overview_definition"),
            period=f"experiments begun before {day_in_words(context.as_of)}",
            filters=answering.filter_words(filters, context.catalogue),
            sql=sql,
            n_rows=len(rows),
            as_of=context.as_of,
        ),
    )

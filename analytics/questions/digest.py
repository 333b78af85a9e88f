"""Saved questions asked when they are due, and the alerts that follow from their answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from analytics.errors import AnalyticsError
from analytics.model import Finding, InsightOutcome, MetricQuery, Period, Unit
from analytics.query.windows import add_months
from analytics.questions.book import QuestionBook
from analytics.questions.model import Alert, SavedQuestion
from analytics.questions.unusual import N_WEEKS, score_newest
from analytics.questions.wording import environment, say

Asks = Callable[[str], InsightOutcome]
Answers = Callable[[MetricQuery], Finding]
_HISTORY: Final = timedelta(days=7 * (2 * N_WEEKS) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of asking one saved question."""

    name: str
    question: str
    text: str
    value: float | None
    alert: str = ""
    """What fires, as a sentence; empty when nothing does."""
    since: date | None = None
    """The first day on which it fired."""
    over: str = ""
    """That an earlier alert no longer holds."""
    remark: str = ""
    """Why an alert could not be tried."""
    outcome: InsightOutcome


def is_due(saved: SavedQuestion, today: date) -> bool:
    """Say whether a saved question is to be asked again."""
    last = saved.last_run_on
    if last is None:
        return True
    if saved.every == "month":
        return add_months(last, 1) <= today
    return last + timedelta(days=7 if saved.every == "week" else 1) <= today


def run_saved(
    questions: Sequence[SavedQuestion],
    *,
    asks: Asks,
    answers: Answers,
    today: date,
    book: QuestionBook,
) -> tuple[Run, ...]:
    """Ask saved questions, try their alerts, and keep when that was.

    Parameters
    ----------
    questions
        In the order in which they are asked.
    asks, answers
        What answers a text, and a metric query.
    today
        Day of the run.
    book
        Gets the new state of each.
    """
    runs = []
    for saved in questions:
        run = _one(saved, asks(saved.question), answers, today)
        runs.append(run)
        book.put_saved(replace(saved, last_run_on=today, last_value=run.value, fired_on=run.since))
    return tuple(runs)


def _one(saved: SavedQuestion, outcome: InsightOutcome, answers: Answers, today: date) -> Run:
    found = outcome if isinstance(outcome, Finding) else None
    text = found.text if found else getattr(outcome, "reason", "") or outcome.question  # type: ignore[union-attr]
    value, unit = _number(found)
    run = Run(name=saved.name, question=saved.question, text=text, value=value, outcome=outcome)
    if saved.alert is None:
        return run
    fires, remark = _tried(saved.alert, found, value, unit, answers)
    if fires:
        return replace(run, alert=fires, since=saved.fired_on or today)
    if remark:
        return replace(run, remark=remark, since=saved.fired_on)
    return replace(run, over=say("quiet", saved.fired_on) if saved.fired_on else "")


def _number(found: Finding | None) -> tuple[float | None, Unit | None]:
    """Return the number that an answer comes to: of one row, the first value."""
    if found is None or len(found.rows) != 1:
        return None, None
    for column, value in zip(found.columns, found.rows[0], strict=True):
        if column.unit and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value), column.unit
    return None, None


def _tried(
    alert: Alert,
    found: Finding | None,
    value: float | None,
    unit: Unit | None,
    answers: Answers,
) -> tuple[str, str]:
    """Return what fires and why nothing could be tried; at most one of them is not empty."""
    if alert.kind == "unusual":
        return _unusual(found, answers)
    if value is None or alert.limit is None:
        return "", say("no_number")
    crossed = value > alert.limit if alert.kind == "above" else value < alert.limit
    return (say("crossed", alert.kind, value, alert.limit, unit) if crossed else ""), ""


def _unusual(found: Finding | None, answers: Answers) -> tuple[str, str]:
    """Test the newest whole day of the number that a question is about."""
    query = found.metric_query if found else None
    if query is None or len(query.metrics) != 1:
        return "", say("no_number")
    daily = MetricQuery(
        metrics=query.metrics,
        grain="day",
        filters=query.filters,
        customer_conditions=query.customer_conditions,
        per_metric=query.per_metric,
        per_scale=query.per_scale,
        period=Period(start=query.as_of - _HISTORY, end=query.as_of),
        as_of=query.as_of,
    )
    try:
        days = answers(daily)
    except AnalyticsError as error:
        return "", error.message
    series = {
        row[0]: float(row[1])
        for row in days.rows
        if isinstance(row[0], date) and isinstance(row[1], int | float)
    }
    column = days.columns[1]
    scored = score_newest(series, is_count=column.unit == "count")
    if scored is None:
        return "", say("too_short", len(series))
    return (say("unusual", column.label, scored, column.unit) if scored.is_unusual else ""), ""


def digest_text(runs: Sequence[Run], today: date) -> str:
    """Write a digest as Markdown."""
    template = environment().get_template("digest.md.j2")
    return template.render(d={"runs": runs, "today": today}).strip() + "\n"

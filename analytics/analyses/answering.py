"""What the answers of analyses share: slots read or refused, rows under filters, words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, Final

import ibis
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from scipy import stats

from analytics.analyses.change_answers import filters_of
from analytics.analyses.kind import Context, Request
from analytics.catalogue import Catalogue, Dimension
from analytics.describe.dates import day_in_words, days_in_words
from analytics.describe.numbers import percentage, plain_number, with_unit
from analytics.errors import ModelError, QueryError, QuestionError
from analytics.model import Ambiguity, Choice, Filter, Finding, InsightOutcome, Period, Refusal
from analytics.query.facts import Source
from analytics.query.rows import selected_rows
from analytics.query.selection import Selection
from analytics.query.transforms import midnight
from analytics.query.windows import Window, window_of

LEAST_GROUP: Final = 5
"""Groups of fewer people are counted, never shown."""
MOST_CHOICES: Final = 4
GRAINS: Final = frozenset({"day", "week", "month", "quarter", "year"})
_Z95: Final = float(stats.norm.ppf(0.975))

Answer = Callable[[Request, Context], InsightOutcome]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("analytics.analyses", "templates"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown; pages escape HTML
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "percentage": percentage,
        "plain": plain_number,
        "points": points,
        "day": day_in_words,
        "unit": with_unit,
        "chance": p_in_words,
    }
    return made


def say(template: str, **values: object) -> str:
    """Fill in a template of this package; an unknown name in it is an error."""
    text = _environment().get_template(template).render(**values)
    return re.sub(r"\n{2,}", "\n", text).strip()


def points(fraction: float) -> str:
    """Write a difference of fractions in percentage points ("5.1")."""
    text = f"{fraction * 100:,.1f}"
    return "0.0" if text == "-0.0" else text.replace("-", "−")


def p_in_words(p_value: float) -> str:
    """Write a p-value ("p = 0.031", "p < 0.001")."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"


def answered_by(
    run: Answer, request: Request, context: Context, suggestions: Sequence[str]
) -> InsightOutcome:
    """Carry out an analysis; what cannot be followed becomes a refusal that says why."""
    try:
        outcome = run(request, context)
    except (ModelError, QueryError, QuestionError) as error:
        return refused(request, f"{error.message} {error.hint}".strip(), suggestions)
    if isinstance(outcome, Finding):
        return replace(outcome, slots={**outcome.slots, **request.slots})
    return outcome


def refused(request: Request, reason: str, suggestions: Sequence[str]) -> Refusal:
    """Return a refusal of a recognised analysis."""
    return Refusal(
        reason=reason,
        suggestions=tuple(suggestions),
        analysis=request.kind,
        slots=dict(request.slots),
    )


def ask_which(question: str, choices: Sequence[tuple[str, str]]) -> Ambiguity:
    """Ask back with at most four choices, each a label and a whole question."""
    return Ambiguity(
        question=question,
        choices=tuple(Choice(label=label, question=text) for label, text in choices[:MOST_CHOICES]),
    )


def refuse_slots(request: Request, reasons: Mapping[str, str]) -> None:
    """Refuse slots that an analysis cannot follow, by name.

    Raises
    ------
    QuestionError
        When the question fixes one of them.
    """
    for slot, reason in reasons.items():
        if slot in request.slots:
            raise QuestionError(reason)


def period_of_slot(request: Request, name: str = "period") -> Period | None:
    """Return a slot's days, None when it is not given or no period."""
    given = request.slots.get(name)
    if not isinstance(given, str) or "/" not in given:
        return None
    start, end = (date.fromisoformat(day) for day in given.split("/"))
    return Period(start=start, end=end)


def window_for(request: Request, context: Context) -> Window:
    """Return the seen days of the period asked about; everything without one.

    Raises
    ------
    QuestionError
        When none of it is seen.
    """
    window = window_of(period_of_slot(request), context.as_of)
    if window.start is not None and window.start >= window.end:
        raise QuestionError(
            f"That period has no day before {day_in_words(context.as_of)}, where the data ends."
        )
    return window


def is_cut(request: Request, context: Context) -> bool:
    """Say whether the period asked about is not over on the as-of date."""
    period = period_of_slot(request)
    return period is not None and period.end > context.as_of


def in_words(window: Window) -> str:
    """Write the days of a window, with exact dates."""
    if window.start is None:
        return f"all data before {day_in_words(window.end)}"
    return days_in_words(window.start, window.end)


def number_slot(request: Request, name: str, default: int) -> int:
    """Return a whole-number slot, at least 1."""
    value = request.slots.get(name, default)
    assert isinstance(value, int | float | str)
    return max(1, int(value))


def filters_for(request: Request, metric: str, catalogue: Catalogue) -> tuple[Filter, ...]:
    """Return the conditions of the question, on dimensions that a metric has.

    Raises
    ------
    QuestionError
        When the metric has no such dimension.
    """
    return filters_of(request.slots, metric, catalogue)


def dimension_for(request: Request, metric: str, catalogue: Catalogue) -> Dimension | None:
    """Return what the question splits by; None without one or by a stretch of time.

    Raises
    ------
    QuestionError
        When the metric cannot be split so.
    """
    given = request.slots.get("dimension")
    if not isinstance(given, str) or given in GRAINS:
        return None
    mine = [d for d in catalogue.dimensions_of(metric) if given in (d.column, d.name)]
    if not mine:
        label = catalogue.metric(metric).label
        raise QuestionError(f"{label} cannot be split by {given.replace('_', ' ')!r}.")
    facts = {
        catalogue.facts[m.fact].entity for m in catalogue.measures_of(catalogue.metric(metric))
    }
    return min(mine, key=lambda d: (d.entity not in facts, d.name))


def rows_of(
    fact: str,
    columns: Collection[str],
    context: Context,
    *,
    filters: tuple[Filter, ...] = (),
    dimension: Dimension | None = None,
    window: Window | None = None,
) -> ibis.Table:
    """Return the rows of a fact under filters, with the dimension beside them.

    The window is applied to the fact's first date.
    """
    found = context.catalogue.facts[fact]
    clock = found.dates[0]
    days = window or Window(start=None, end=context.as_of)
    source = Source(warehouse=context.warehouse, catalogue=context.catalogue, as_of=context.as_of)
    dimensions = () if dimension is None else (dimension,)
    selection = Selection(source=source, window=days, filters=filters, dimensions=dimensions)
    rows = selected_rows(found, {*columns, clock}, selection, clock=clock)
    rows = rows.filter(rows[clock] < midnight(days.end))
    return rows if days.start is None else rows.filter(rows[clock] >= midnight(days.start))


def filter_words(filters: Sequence[Filter], catalogue: Catalogue) -> tuple[str, ...]:
    """Write conditions for a receipt ("plan premium")."""
    words = []
    for one in filters:
        values = " or ".join(str(value) for value in one.values)
        denied = "other than " if one.operator in ("!=", "not in") else ""
        words.append(f"{catalogue.dimension(one.dimension).label.lower()} {denied}{values}")
    return tuple(words)


def proportion_ci95(n_hit: float, n: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share; the whole range when nobody was seen."""
    if n <= 0:
        return 0.0, 1.0
    share, square = n_hit / n, _Z95**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = _Z95 / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def cell_text(value: Any) -> str | None:
    """Return a group's value as text; None for a missing one."""
    return None if pd.isna(value) else str(value)

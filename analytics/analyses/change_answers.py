"""Questions about why a number changed or differs, answered by taking the change apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from analytics.analyses.kind import Context, Request
from analytics.catalogue import Catalogue, Dimension
from analytics.drivers.explain import explain
from analytics.drivers.findings import Asked, Direction, change_finding, note
from analytics.drivers.sides import Comparison, Side
from analytics.errors import QueryError, QuestionError
from analytics.language.calendar import in_words, last_whole, previous, shifted
from analytics.model import (
    Cell,
    Filter,
    Finding,
    InsightOutcome,
    MetricQuery,
    Operator,
    Period,
    Refusal,
)

_SUGGESTIONS: Final = (
    "Why did revenue change last month?",
    "Why did the number of tickets change last week?",
    "What drove the change in churn rate between Q4 2025 and Q1 2026?",
)
_UP: Final = re.compile(
    r"\b(?:ris(?:e|en|ing)|rose|increas\w*|jump\w*|spik\w*|surg\w*|gr[eo]w\w*|climb\w*|up|higher|"
    r"more|gain\w*|soar\w*|pick(?:ed|s)? up|doubled|growth)\b"
)
_DOWN: Final = re.compile(
    r"\b(?:f[ae]ll(?:en|ing|s)?|drop\w*|declin\w*|decreas\w*|dip\w*|slump\w*|plung\w*|shr[aiu]nk\w*|"
    r"down|lower|less|fewer|loss|lost|los(?:e|ing)|sank|sink\w*|reduc\w*|halved)\b"
)
_COMPARES: Final = re.compile(
    r"\b(?:than|versus|vs\.?|against|compared|comparison|relative to|between|from .+ to|since|"
    r"before|previous|prior|preceding|earlier|ago|same (?:period|time|month|week|quarter|day)|"
    r"month on month|year on year|week on week|quarter on quarter|mom|yoy|wow|qoq)\b"
)
_BETWEEN_GROUPS: Final = re.compile(
    r"\b(?:than|versus|vs\.?|against|compared (?:with|to)|and)\b", re.IGNORECASE
)
_MONTHS: Final = 12
_BARE_WHY: Final = re.compile(
    r"(?:and |but |so )?(?:why|how come|what for|for what reason|what be the (?:reason|cause)|"
    r"what (?:cause|caused|drove|drive|drives|explain|explains|explained|happened)|"
    r"(?:can |could )?(?:you )?explain|tell me why|any idea why|do we know why)"
    r"(?: (?:so|be|do|did|does|is|was|has|have|that|this|it|the|a|of|for|behind|the case|much|"
    r"change|changed|difference|happen|happened|drop|dropped|fall|fell|decline|declined|decrease|"
    r"decreased|dip|down|lower|less|fewer|rise|rose|increase|increased|growth|grew|jump|jumped|"
    r"spike|spiked|up|higher|more|go|went))*"
)
_A_YEAR_AGO: Final = re.compile(
    r"\b(?:(?:a|one|the) year (?:ago|earlier|before)|last year|previous year|prior year|"
    r"year (?:on|over) year|yoy)\b"
)
TELLING: Final = re.compile(
    r"\b(?:why|how come|behind|drove|driv(?:e|es|er|ers|ing)|explain\w*|caus(?:e|es|ed|ing)|"
    r"reasons?|accounts? for|contribut\w*|to blame|responsible)\b"
)
"""Words that ask for the parts of a change, not for the change."""


def run_change(request: Request, context: Context) -> InsightOutcome:
    """Say what a change consists of, which groups stand out, and what else may be behind it."""
    try:
        plan = plan_of(request, context.catalogue, context.as_of)
        explanation = explain(
            plan.comparison,
            warehouse=context.warehouse,
            catalogue=context.catalogue,
            dimension=plan.dimension,
        )
        finding = change_finding(explanation, plan.asked)
    except (QueryError, QuestionError) as error:
        return Refusal(
            reason=f"{error.message} {error.hint}".strip(),
            suggestions=_SUGGESTIONS,
            analysis=request.kind,
            slots=dict(request.slots),
        )
    return replace(finding, slots={**request.slots, **finding.slots})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a question is taken to compare."""

    comparison: Comparison
    dimension: str | None
    asked: Asked


def plan_of(request: Request, catalogue: Catalogue, as_of: date) -> Plan:
    """Return what a recognised question compares, defaults filled in.

    Raises
    ------
    QuestionError
        When no metric is named, or a filter is none of its.
    """
    slots, text = request.slots, request.text.lower()
    metric = slots.get("metric")
    if not isinstance(metric, str):
        raise QuestionError(
            "I can take a change apart, but not which number is meant.",
            hint="Name it, and the period.",
        )
    filters = filters_of(slots, metric, catalogue)
    groups = _two_groups(filters, slots, request.text, catalogue)
    now, assumed = _period(slots, as_of, of_groups=bool(groups))
    dimension = _dimension(slots, metric, catalogue)
    if groups:
        kept = tuple(f for f in filters if f.dimension != groups[0].filters[0].dimension)
        sides = [replace(side, period=now) for side in groups]
        comparison = Comparison(
            metric=metric, now=sides[0], before=sides[1], filters=kept, as_of=as_of
        )
        return Plan(comparison=comparison, dimension=dimension, asked=Asked(assumed=assumed))
    before = _before(slots, now, text)
    comparison = Comparison(
        metric=metric,
        now=Side(period=now),
        before=Side(period=before),
        filters=filters,
        as_of=as_of,
    )
    if not assumed and before == previous(now) and not _COMPARES.search(text):
        assumed = note("assumed_before")
    asked = Asked(direction=direction_of(text), assumed=assumed)
    return Plan(comparison=comparison, dimension=dimension, asked=asked)


def _before(slots: Mapping[str, object], now: Period, text: str) -> Period:
    """Return the earlier period: as told, a year earlier where the words say so, else the last."""
    told = _span(slots.get("compare_to"))
    usual = previous(now)
    if (told is None or told == usual) and _A_YEAR_AGO.search(text):
        return shifted(now, "year", -1)
    return told or usual


def direction_of(text: str) -> Direction | None:
    """Return the direction that a question takes for granted; None when it says both or neither."""
    up, down = bool(_UP.search(text)), bool(_DOWN.search(text))
    return None if up == down else "up" if up else "down"


def _period(slots: Mapping[str, object], as_of: date, *, of_groups: bool) -> tuple[Period, str]:
    given = _span(slots.get("period"))
    if given is not None:
        return given, ""
    if of_groups:
        return last_whole(as_of, "month", _MONTHS), note("assumed_year")
    return last_whole(as_of, "month", 1), note("assumed_period")


def _span(slot: object) -> Period | None:
    if not isinstance(slot, str) or "/" not in slot:
        return None
    start, end = (date.fromisoformat(day) for day in slot.split("/"))
    return Period(start=start, end=end)


def filters_of(
    slots: Mapping[str, object], metric: str, catalogue: Catalogue
) -> tuple[Filter, ...]:
    """Return the conditions of the `filters` slot, on dimensions that the metric has.

    Raises
    ------
    QuestionError
        When the metric has no such dimension.
    """
    given = slots.get("filters", {})
    assert isinstance(given, Mapping)
    made = []
    for column, value in given.items():
        denied = isinstance(value, Mapping)
        values = value["not"] if isinstance(value, Mapping) else value
        listed: tuple[Cell, ...] = tuple(values) if isinstance(values, list | tuple) else (values,)
        dimension = _by_column(str(column), listed, metric, catalogue)
        operator: Operator = "not in" if denied else "=" if len(listed) == 1 else "in"
        made.append(Filter(dimension=dimension.name, operator=operator, values=listed))
    return tuple(made)


def _by_column(column: str, values: Sequence[Cell], metric: str, catalogue: Catalogue) -> Dimension:
    """Return the metric's dimension that a column names: nearest to its rows, with the values."""
    mine = [d for d in catalogue.dimensions_of(metric) if column in (d.column, d.name)]
    if not mine:
        label = catalogue.metric(metric).label
        raise QuestionError(f"{label} cannot be limited by {column.replace('_', ' ')!r}.")
    facts = {
        catalogue.facts[m.fact].entity for m in catalogue.measures_of(catalogue.metric(metric))
    }

    def distance(dimension: Dimension) -> tuple[bool, bool]:
        known = {v.value for v in dimension.values}
        return bool(known) and not set(values) <= known, dimension.entity not in facts

    return min(mine, key=distance)


def _dimension(slots: Mapping[str, object], metric: str, catalogue: Catalogue) -> str | None:
    given = slots.get("dimension")
    if not isinstance(given, str) or given in ("day", "week", "month", "quarter", "year"):
        return None
    return _by_column(given, (), metric, catalogue).name


def _two_groups(
    filters: Sequence[Filter], slots: Mapping[str, object], text: str, catalogue: Catalogue
) -> tuple[Side, Side] | None:
    """Return the two groups that a question sets against each other, as it names them."""
    if "compare_to" in slots and _span(slots["compare_to"]) is not None and "period" not in slots:
        return None
    for one in filters:
        if one.operator != "in" or len(one.values) != 2:
            continue
        dimension = catalogue.dimension(one.dimension)
        places = [_place(value, dimension, text) for value in one.values]
        if None in places:
            continue
        ordered = sorted(zip(places, one.values, strict=True), key=lambda item: item[0] or 0)
        between = text[ordered[0][0] or 0 : ordered[1][0] or 0]
        if not _BETWEEN_GROUPS.search(between):
            continue
        if re.search(r"\band\b", between) and not re.search(r"\bbetween\b|differ", text.lower()):
            continue
        sides = [
            Side(
                period=Period(start=date.min, end=date.max),
                filters=(replace(one, operator="=", values=(value,)),),
                label=str(value),
            )
            for _, value in ordered
        ]
        return sides[0], sides[1]
    return None


def _place(value: Cell, dimension: Dimension, text: str) -> int | None:
    """Return where a text names a value, by itself or by a synonym."""
    words = [str(value)]
    for known in dimension.values:
        if known.value == value:
            words += [known.label, *known.synonyms]
    found = [text.lower().find(word.lower()) for word in words]
    return min((place for place in found if place >= 0), default=None)


def asks_why(text: str) -> bool:
    """Say whether canonical text only asks for the reason of what was just answered."""
    return _BARE_WHY.fullmatch(text.strip()) is not None


def slots_of_query(query: MetricQuery, catalogue: Catalogue) -> dict[str, object]:
    """Return what a metric question fixed, as slots: a "why?" after it goes on from there."""
    slots: dict[str, object] = {"metric": query.metrics[0]}
    if query.period is not None:
        slots["period"] = _words(query.period)
    against = query.compare_to
    if against is None and query.period is not None and query.compare_step is not None:
        year = query.compare_step == "year"
        against = shifted(query.period, "year", -1) if year else previous(query.period)
    if against is not None:
        slots["compare_to"] = _words(against)
    filters: dict[str, object] = {}
    for one in query.filters:
        column = catalogue.dimension(one.dimension).name
        if one.operator == "=":
            filters[column] = one.values[0]
        elif one.operator == "in":
            filters[column] = list(one.values)
        elif one.operator in ("!=", "not in"):
            filters[column] = {"not": list(one.values)}
    if filters:
        slots["filters"] = filters
    return slots


def _words(period: Period) -> str:
    return f"{period.start.isoformat()}/{period.end.isoformat()}"


def drill_down(finding: Finding, catalogue: Catalogue, as_of: date) -> tuple[str, ...]:
    """Return questions that go one level deeper, to be checked by asking them."""
    slots = finding.slots
    metric, now = slots.get("metric"), _span(slots.get("period"))
    if not isinstance(metric, str) or now is None or not finding.rows:
        return ()
    before = _span(slots.get("compare_to"))
    when = _phrase(now, as_of)
    against = f" compared with {_phrase(before, as_of).removeprefix('in ')}" if before else ""
    within = _limits(slots)
    first, made = finding.columns[0], []
    dimension = catalogue.dimensions.get(first.name)
    if dimension is not None:
        value = finding.rows[0][0]
        if isinstance(value, str) and value and before and "dimension" in slots:
            name = f"{dimension.label.lower()} {value}"
            made.append(f"Why did {metric} change {when}{against} for {name}{within}?")
        for narrower in catalogue.children(dimension.name)[:1]:
            label = catalogue.dimensions[narrower].label.lower()
            made.append(f"Break down the change in {metric} {when}{against} by {label}{within}")
        made.append(f"{metric} by {dimension.label.lower()} {when}{within}")
    made.append(f"{metric} by month in the last 12 months{within}")
    return tuple(text[:1].upper() + text[1:] for text in made)


def _limits(slots: Mapping[str, object]) -> str:
    given = slots.get("filters")
    if not isinstance(given, Mapping):
        return ""
    parts = [
        f"{str(c).replace('_', ' ')} {v}" for c, v in given.items() if isinstance(v, str | int)
    ]
    return f" with {' and '.join(parts)}" if parts else ""


def _phrase(period: Period, as_of: date) -> str:
    return in_words(Period(start=period.start, end=min(period.end, as_of)))

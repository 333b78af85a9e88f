"""Questions about when something runs full: a date with an interval, or that it does not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from analytics.analyses import answering
from analytics.analyses.horizons import ahead_of
from analytics.analyses.kind import Context, Request
from analytics.analyses.limits import check_services
from analytics.analyses.service_readings import (
    Readings,
    is_reading,
    readings_of,
    service_filters,
)
from analytics.analyses.time_series import metric_of
from analytics.catalogue import Metric
from analytics.describe.dates import day_in_words
from analytics.describe.phrases import lower_start
from analytics.errors import QuestionError
from analytics.model import (
    Cell,
    Chart,
    Column,
    Filter,
    Finding,
    InsightOutcome,
    Receipt,
)
from analytics.operations.filling import (
    LEAST_ROWS,
    Growth,
    Reach,
    filling_paths,
    loaded_paths,
    reach_of,
)
from analytics.query.windows import Window

_SUGGESTIONS: Final = (
    "Which services run out of disk in the next 60 days?",
    "What is the disk used by service last week?",
)
_FILLS: Final = frozenset({"disk used"})
"""What fills until it is emptied; other metrics of services are loads that come and go."""
_FULL: Final = {"disk used": 100.0, "cpu load": 90.0, "memory load": 90.0}
_USUAL_DAYS: Final = 365
_MOST_DAYS: Final = 3 * 365
_LEARNT_DAYS: Final = 3 * 365
_SHOWN_DAYS: Final = 120
_SHOWN_BEYOND: Final = 14
"""Days drawn after the limit is surely reached."""
_TEMPLATE: Final = "capacity.md.j2"
_NUMBER: Final = r"(?P<n>\d+(?:\.\d+)?)"
_FACTORS: Final = (
    (re.compile(r"\b(?:doubl(?:es?|ed|ing)|twice|two times|two ?fold|2x)\b"), "2"),
    (re.compile(r"\b(?:tripl(?:es?|ed|ing)|three times|3x)\b"), "3"),
    (re.compile(r"\b(?:halv(?:es?|ed|ing)|half)\b"), "0.5"),
    (re.compile(rf"\b{_NUMBER}(?: times|x)\b"), "times"),
    (re.compile(rf"\b{_NUMBER} ?(?:%|percent)\s+(?:faster|more|higher|stronger|quicker)"), "more"),
    (re.compile(rf"\b{_NUMBER} ?(?:%|percent)\s+(?:slower|less|lower|weaker)"), "less"),
    (re.compile(rf"\b(?:rises?|grows?|increases?|accelerates?|goes up|up) by {_NUMBER} ?"
                r"(?:%|percent)"), "more"),
    (re.compile(rf"\b(?:falls?|drops?|shrinks?|slows?(?: down)?|decreases?|goes down) by "
                rf"{_NUMBER} ?(?:%|percent)"), "less"),
)  # fmt: skip
_WHAT_IF: Final = re.compile(
    r"\b(?:if|suppose|supposing|assuming|assume|when) (?:.{0,40}?\b)?(?:grow\w*|usage|use|it|"
    r"consumption|demand|load|the rate|the pace|speed)\b.*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Resource:
    """One service's resource, and when it reaches the limit."""

    service_id: int
    service: str
    days: tuple[date, ...]
    values: np.ndarray[Any, np.dtype[np.float64]]
    growth: Growth
    reach: Reach
    paths: np.ndarray[Any, np.dtype[np.float64]]
    above_since: date | None
    """Since when it has been at the limit; None when it is below."""

    def on(self, ahead: int | None) -> date | None:
        """Return the day so many days after the last one."""
        return None if ahead is None else self.days[-1] + timedelta(days=ahead)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a question fixes, defaults filled in."""

    metric: Metric
    filters: tuple[Filter, ...]
    limit: float
    is_usual_limit: bool
    until: date
    is_usual_horizon: bool
    factor: float

    @property
    def fills(self) -> bool:
        """Whether the resource fills rather than being loaded."""
        return self.metric.name in _FILLS


def run_capacity(request: Request, context: Context) -> InsightOutcome:
    """Say when a resource reaches its limit, for one service or for all that are asked about."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> InsightOutcome:
    asked = _asked(request, context)
    window = Window(start=context.as_of - timedelta(days=_LEARNT_DAYS), end=context.as_of)
    by = "day" if asked.fills else "busiest hour of a day"
    found = readings_of(asked.metric, context, filters=asked.filters, window=window, by=by)  # type: ignore[arg-type]
    resources, short = _resources(found, asked)
    if not resources:
        raise QuestionError(
            f"{' and '.join(short)}: fewer than {LEAST_ROWS} days of {asked.metric.label}, too "
            "few to tell a growth."
        )
    return _finding(context, asked, (resources, short), found.sql)


def _asked(request: Request, context: Context) -> _Asked:
    metric = metric_of(request.slots.get("metric", "disk used"), context, "tell when it is full")
    if not is_reading(metric, context):
        raise QuestionError(f"{metric.label} has no capacity that could be reached.")
    check_services(request, context)
    factor, left = _factor(request.text)
    ahead = ahead_of(request, context.as_of)
    until = ahead.period.end
    if ahead.is_assumed:
        until = context.as_of + timedelta(days=_USUAL_DAYS)
    if (until - context.as_of).days > _MOST_DAYS:
        raise QuestionError(
            f"{day_in_words(until)} is too far ahead to go on with today's growth.",
            hint="Ask for three years at most.",
        )
    limit = _limit(request, metric, left)
    return _Asked(
        metric=metric, filters=service_filters(request, metric, context),
        limit=_FULL[metric.name] if limit is None else limit, is_usual_limit=limit is None,
        until=until, is_usual_horizon=ahead.is_assumed, factor=factor,
    )  # fmt: skip


def _limit(request: Request, metric: Metric, left: str) -> float | None:
    """Return the limit asked about; a number that is the growth's own is none."""
    given = request.slots.get("threshold")
    is_told = isinstance(given, int | float) and f"{given:g}" in re.findall(r"\d+(?:\.\d+)?", left)
    if not is_told:
        if metric.name not in _FULL:
            raise QuestionError(
                f"{metric.label} has no limit of its own.", hint="Name the value that matters."
            )
        return None
    assert isinstance(given, int | float)
    limit = given / 100 if metric.unit == "fraction" and given > 1 else float(given)
    if limit <= 0 or (metric.unit == "percent" and limit > 100):
        raise QuestionError(f"{given:g} is no limit of {metric.label}.", hint="Name one up to 100.")
    return limit


def _factor(text: str) -> tuple[float, str]:
    """Return the growth that a question supposes, times today's, and the text without it."""
    lower = text.lower()
    supposed = _WHAT_IF.search(lower)
    if supposed is None:
        return 1.0, lower
    left = lower.replace(supposed.group(), " ")
    for pattern, kind in _FACTORS:
        match = pattern.search(supposed.group())
        if match is None:
            continue
        rest = supposed.group().replace(match.group(), " ")
        if kind in ("times", "more", "less"):
            number = float(match["n"])
            share = {"times": number, "more": 1 + number / 100, "less": 1 - number / 100}[kind]
            return max(share, 0.0), left + rest
        return float(kind), left + rest
    return 1.0, lower


def _resources(found: Readings, asked: _Asked) -> tuple[list[_Resource], list[str]]:
    made, short = [], []
    for key, part in found.frame.groupby("service_id", sort=True):
        name = str(part["service"].iloc[0])
        by_day = part.set_index("at")["value"].resample("D").mean().interpolate()
        if len(by_day) < LEAST_ROWS:
            short.append(name)
            continue
        values = by_day.to_numpy(dtype=np.float64)
        last = by_day.index[-1].date()
        n_days = (asked.until - last).days - 1
        draw = filling_paths if asked.fills else loaded_paths
        growth, paths = draw(values, max(n_days, 1), factor=asked.factor)
        made.append(
            _Resource(
                service_id=int(str(key)), service=name,
                days=tuple(at.date() for at in by_day.index), values=values, growth=growth,
                reach=reach_of(paths, asked.limit), paths=paths,
                above_since=_above_since(by_day.index, values, growth.level, asked.limit),
            )
        )  # fmt: skip
    return sorted(made, key=_urgency), short


def _urgency(one: _Resource) -> tuple[bool, float, float, int]:
    """Order: those at the limit, then by the day expected, then by how near they come."""
    never = float("inf")
    day = one.reach.expected if one.reach.expected is not None else never
    return one.above_since is None, day, -one.reach.share - one.growth.level / 1e6, one.service_id


def _above_since(index: Any, values: Any, level: float, limit: float) -> date | None:
    if level < limit:
        return None
    below = np.flatnonzero(values < limit)
    place = 0 if not len(below) else min(int(below[-1]) + 1, len(values) - 1)
    found: date = index[place].date()
    return found


def _finding(
    context: Context, asked: _Asked, resources: tuple[list[_Resource], list[str]], sql: str
) -> Finding:
    found, short = resources
    facts = _facts(asked, found, short)
    is_one = len(found) == 1
    columns, rows = _course(found[0], asked) if is_one else _listed(found, asked)
    unit = asked.metric.unit
    title = answering.say(_TEMPLATE, part="title", **facts)
    chart = (
        Chart(kind="line", title=title, x="day", y=("actual", "expected", "limit"), unit=unit,
              compare=("expected", "limit"))
        if is_one
        else Chart(kind="ranked", title=title, x="service", y=("now",), unit=unit)
    )  # fmt: skip
    notes = answering.say(_TEMPLATE, part="notes", **facts)
    return Finding(
        analysis="capacity",
        text=answering.say(_TEMPLATE, part="text", **facts),
        columns=columns,
        rows=rows,
        chart=chart,
        receipt=Receipt(
            definition=answering.say(_TEMPLATE, part="definition", **facts),
            period=answering.in_words(Window(start=min(one.days[0] for one in found),
                                             end=context.as_of)),
            filters=answering.filter_words(asked.filters, context.catalogue),
            sql=sql,
            n_rows=len(rows),
            as_of=context.as_of,
            notes=tuple(line for line in notes.splitlines() if line.strip()),
        ),
        slots={
            "metric": asked.metric.name,
            "threshold": asked.limit,
            "horizon": f"{(asked.until - context.as_of).days} days",
        },
    )  # fmt: skip


def _listed(
    found: list[_Resource], asked: _Asked
) -> tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]:
    unit = asked.metric.unit
    columns = (
        Column(name="service", label="Service"),
        Column(name="now", label=f"{asked.metric.label} now", unit=unit),
        Column(name="per_day", label="Growth a day", unit=unit),
        Column(name="expected_on", label="Limit reached on"),
        Column(name="earliest", label="Earliest"),
        Column(name="latest", label="Latest"),
        Column(name="share", label="Probability in these days", unit="fraction"),
    )
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        reached = one.above_since or one.on(one.reach.expected)
        rows.append((one.service, one.growth.level, one.growth.per_day, reached,
                     None if one.above_since else one.on(one.reach.earliest),
                     None if one.above_since else one.on(one.reach.latest),
                     1.0 if one.above_since else one.reach.share))  # fmt: skip
    return columns, tuple(rows)


def _course(
    one: _Resource, asked: _Asked
) -> tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]:
    """Return the course by day, the past before the expected one with its interval."""
    unit = asked.metric.unit
    columns = (
        Column(name="day", label="Day"),
        Column(name="actual", label=asked.metric.label, unit=unit),
        Column(name="expected", label="Expected", unit=unit),
        Column(name="low", label="95 % interval from", unit=unit),
        Column(name="high", label="95 % interval to", unit=unit),
        Column(name="limit", label="Limit", unit=unit),
    )
    most = one.paths.shape[1]
    until = min(most, one.reach.latest + _SHOWN_BEYOND) if one.reach.latest else most
    top = 100.0 if unit == "percent" else np.inf
    ends = np.minimum(np.quantile(one.paths[:, : max(until, 14)], [0.025, 0.5, 0.975], axis=0), top)
    rows: list[tuple[Cell, ...]] = [
        (day, value, None, None, None, asked.limit)
        for day, value in zip(one.days[-_SHOWN_DAYS:], one.values[-_SHOWN_DAYS:].tolist(),
                              strict=True)
    ]  # fmt: skip
    for place, (low, middle, high) in enumerate(ends.T.tolist()):
        rows.append((one.on(place + 1), None, middle, low, high, asked.limit))
    return columns, tuple(rows)


def _facts(asked: _Asked, found: list[_Resource], short: list[str]) -> dict[str, Any]:
    def told(one: _Resource) -> dict[str, Any]:
        return {
            "service": one.service, "now": one.growth.level, "per_day": one.growth.per_day,
            "factor_per_day": one.growth.per_day * asked.factor, "n_days": one.growth.n_days,
            "n_emptied": one.growth.n_emptied, "every_days": one.growth.every_days,
            "on": one.on(one.reach.expected), "earliest": one.on(one.reach.earliest),
            "latest": one.on(one.reach.latest), "share": one.reach.share,
            "above_since": one.above_since, "ahead": one.reach.expected,
            "last_day": one.days[-1],
        }  # fmt: skip

    every = [told(one) for one in found]
    reached = [one for one in every if one["above_since"] or one["on"]]
    return {
        "label": asked.metric.label, "lower": lower_start(asked.metric.label),
        "unit": asked.metric.unit, "limit": asked.limit,
        "is_full": asked.fills and asked.limit >= _FULL["disk used"],
        "is_usual_limit": asked.is_usual_limit, "fills": asked.fills,
        "until": asked.until - timedelta(days=1), "is_usual_horizon": asked.is_usual_horizon,
        "factor": asked.factor, "every": every, "reached": reached,
        "likely": [one for one in every if one not in reached and one["share"] >= 0.05],
        "short": short,
    }  # fmt: skip

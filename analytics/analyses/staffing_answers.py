"""Questions about how many agents are needed: hour by hour, from the tickets that came in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.analyses import answering
from analytics.analyses.forecast_course import course_of
from analytics.analyses.horizons import Ahead, ahead_of
from analytics.analyses.kind import Context, Request
from analytics.analyses.shifts import WEEKDAYS, Shift, asks_for_peak
from analytics.analyses.staffing_wishes import Wishes, wishes_of
from analytics.analyses.time_series import series_of
from analytics.describe.dates import days_in_words
from analytics.errors import QuestionError
from analytics.model import (
    Cell,
    Chart,
    Column,
    Filter,
    Finding,
    InsightOutcome,
    Period,
    Receipt,
)
from analytics.operations.staffing import Demand, Service, agents_for, service_of
from analytics.query.warehouse import was_truncated
from analytics.query.windows import Window

_SUGGESTIONS: Final = (
    "How many agents do we need on Monday mornings?",
    "Staffing table by hour and weekday",
)
_METRIC: Final = "tickets"
_WEEKS: Final = 13
_FEWEST_WEEKS: Final = 4
_MOST_LOAD: Final = 2_000.0
_Z95: Final = 1.959964
_TEMPLATE: Final = "staffing.md.j2"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hour:
    """One hour of a weekday: what comes in, and who is needed for it."""

    day: int
    hour: int
    per_hour: float
    low: Service
    """At the lower end of the rate's 95 % interval."""
    needed: Service
    high: Service
    busiest: int
    """Most tickets that came in one such hour."""
    at_hand: Service | None
    """What the agents achieve whom the question has."""

    @property
    def name(self) -> str:
        """Weekday and hour ("Monday 09:00")."""
        return f"{WEEKDAYS[self.day]} {self.hour:02d}:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    shift: Shift
    wishes: Wishes
    filters: tuple[Filter, ...]
    learnt: Period
    """Whole weeks that the rates are taken from."""
    ahead: Period | None
    """Days to come that the question names."""
    growth: float
    """Tickets expected in the days to come, times those of as many such weekdays so far."""


def run_staffing(request: Request, context: Context) -> InsightOutcome:
    """Say how many agents are needed, or whether those at hand are enough."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> InsightOutcome:
    _refuse_split(request)
    filters = answering.filters_for(request, _METRIC, context.catalogue)
    wishes = wishes_of(request.slots)
    shift = wishes.shift
    ahead, learnt = _periods(request, context)
    counts, sql = _counts(filters, learnt, context)
    growth = 1.0 if ahead is None else _growth(counts, filters, ahead, context)
    asked = _Asked(
        shift=shift, wishes=wishes, filters=filters, learnt=learnt, ahead=ahead, growth=growth
    )
    hours = [_hour(day, hour, counts, asked) for day in shift.days for hour in shift.hours]
    if shift.part and asks_for_peak(request.text):
        hours = [max(hours, key=lambda one: (one.needed.agents, one.per_hour))]
    return _finding(hours, asked, context, sql)


def _refuse_split(request: Request) -> None:
    given = request.slots.get("dimension")
    if given is not None and given != "day":
        name = str(given).replace("_", " ")
        raise QuestionError(
            f"Agents are told by hour and weekday, not by {name}.",
            hint=f"Ask for one {name} at a time.",
        )


def _periods(request: Request, context: Context) -> tuple[Period | None, Period]:
    """Return the days to come, if any are named, and the whole weeks to learn from."""
    past = answering.period_of_slot(request)
    ahead: Period | None = None
    if "horizon" in request.slots or (past is not None and past.end > context.as_of):
        ahead, past = ahead_of(request, context.as_of).period, None
    if past is None:
        past = Period(start=context.as_of - timedelta(weeks=_WEEKS), end=context.as_of)
    n_weeks = (past.end - past.start).days // 7
    if n_weeks < _FEWEST_WEEKS:
        raise QuestionError(
            f"{days_in_words(past.start, past.end)} is too short to tell the rate of each hour.",
            hint=f"Name {_FEWEST_WEEKS} weeks or more, or none for the last {_WEEKS}.",
        )
    return ahead, Period(start=past.end - timedelta(weeks=n_weeks), end=past.end)


def _counts(
    filters: tuple[Filter, ...], learnt: Period, context: Context
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], str]:
    """Return tickets by week, weekday and hour, shape (n_weeks, 7, 24), and the SQL."""
    window = Window(start=learnt.start, end=learnt.end)
    rows = answering.rows_of(_METRIC, {"opened_at"}, context, filters=filters, window=window)
    at = rows.opened_at.truncate("h").name("at")
    table = rows.group_by(at=at).aggregate(n=rows.count()).order_by("at")
    frame, sql = context.warehouse.run(table)
    if was_truncated(frame):
        raise QuestionError("Too many hours for one query.", hint="Name a shorter time.")
    n_weeks = (learnt.end - learnt.start).days // 7
    found = np.zeros((n_weeks, 7, 24))
    for at_hour, n in zip(pd.to_datetime(frame["at"]), frame["n"].tolist(), strict=True):
        week = (at_hour.date() - learnt.start).days // 7
        found[week, at_hour.weekday(), at_hour.hour] += float(n)
    if not found.any():
        raise QuestionError(
            f"No tickets came in {days_in_words(learnt.start, learnt.end)} for what is asked about."
        )
    return found, sql


def _growth(
    counts: np.ndarray[Any, np.dtype[np.float64]],
    filters: tuple[Filter, ...],
    ahead: Period,
    context: Context,
) -> float:
    """Return the tickets expected in days to come over those of such weekdays so far."""
    series = series_of(context.catalogue.metric(_METRIC), "day", context, filters=filters)
    course = course_of(series, Ahead(period=ahead, unit="day", learnt_from=None), sums=True)
    assert course.total is not None
    by_day = counts.mean(axis=0).sum(axis=1)
    n_days = len(course.found.expected) - course.first
    days = [course.day(course.first + step).weekday() for step in range(n_days)]
    usual = float(by_day[days].sum())
    return max(0.0, course.total.expected) / usual if usual > 0 else 1.0


def _hour(
    day: int, hour: int, counts: np.ndarray[Any, np.dtype[np.float64]], asked: _Asked
) -> _Hour:
    mine = counts[:, day, hour]
    mean, n = float(mine.mean()), len(mine)
    # Chance alone makes the variance as large as the mean; what is more is told by the weeks.
    reach = _Z95 * math.sqrt(max(mean, float(mine.var(ddof=1))) / n)
    times = asked.wishes.factor * asked.growth
    low, middle, high = (
        _needed(rate * times, asked.wishes) for rate in (max(0.0, mean - reach), mean, mean + reach)
    )
    at_hand = None
    if asked.wishes.agents is not None:
        demand = _demand(mean * times, asked.wishes)
        at_hand = service_of(demand, asked.wishes.agents, asked.wishes.target.within_h)
    return _Hour(
        day=day, hour=hour, per_hour=mean * times, low=low, needed=middle, high=high,
        busiest=int(mine.max()), at_hand=at_hand,
    )  # fmt: skip


def _demand(rate: float, wishes: Wishes) -> Demand:
    return Demand(per_hour=rate, handle_h=wishes.handle_h, patience_h=wishes.patience_h)


def _needed(rate: float, wishes: Wishes) -> Service:
    demand = _demand(rate, wishes)
    if demand.load > _MOST_LOAD:
        raise QuestionError(
            f"{demand.load:,.0f} agents would be busy all the time: more than can be reckoned.",
            hint="Check the handling time.",
        )
    return agents_for(demand, wishes.target)


def _paid(agents: int, wishes: Wishes) -> int:
    """Return how many must be paid so that so many work."""
    return math.ceil(agents / (1 - wishes.shrinkage) - 1e-9)


def _finding(hours: list[_Hour], asked: _Asked, context: Context, sql: str) -> Finding:
    facts = _facts(hours, asked, context)
    columns = (
        Column(name="weekday", label="Weekday"),
        Column(name="hour", label="Hour"),
        Column(name="agents", label="Agents", unit="count"),
        Column(name="low", label="95 % interval from", unit="count"),
        Column(name="high", label="95 % interval to", unit="count"),
        Column(name="tickets_per_hour", label="Tickets an hour", unit="number"),
        Column(name="in_time", label="Begun in time", unit="fraction"),
        Column(name="busy", label="Busy", unit="fraction"),
    )
    rows = tuple(_row(one, asked.wishes) for one in hours)
    notes = answering.say(_TEMPLATE, part="notes", **facts)
    return Finding(
        analysis="staffing",
        text=answering.say(_TEMPLATE, part="text", **facts),
        columns=columns,
        rows=rows,
        chart=_chart(asked, answering.say(_TEMPLATE, part="title", **facts)),
        receipt=Receipt(
            definition=answering.say(_TEMPLATE, part="definition", **facts),
            period=days_in_words(asked.learnt.start, asked.learnt.end),
            filters=answering.filter_words(asked.filters, context.catalogue),
            sql=sql,
            n_rows=len(rows),
            as_of=context.as_of,
            notes=tuple(line for line in notes.splitlines() if line.strip()),
        ),
    )


def _row(one: _Hour, wishes: Wishes) -> tuple[Cell, ...]:
    shown = one.needed if one.at_hand is None else one.at_hand
    return (
        WEEKDAYS[one.day], f"{one.hour:02d}:00", _paid(one.needed.agents, wishes),
        _paid(one.low.agents, wishes), _paid(one.high.agents, wishes), one.per_hour,
        shown.in_time, shown.busy,
    )  # fmt: skip


def _chart(asked: _Asked, title: str) -> Chart:
    if len(asked.shift.days) == 1 and len(asked.shift.hours) > 1:
        return Chart(kind="bar", title=title, x="hour", y=("agents",), unit="count")
    if len(asked.shift.hours) == 1 and len(asked.shift.days) > 1:
        return Chart(kind="bar", title=title, x="weekday", y=("agents",), unit="count")
    if len(asked.shift.days) == 1:
        return Chart(kind="table", title=title)
    return Chart(
        kind="heatmap", title=title, x="hour", y=("agents",), series="weekday", unit="count"
    )


def _facts(hours: list[_Hour], asked: _Asked, context: Context) -> dict[str, Any]:
    wishes = asked.wishes
    busiest = max(hours, key=lambda one: (one.needed.agents, one.per_hour, -one.day, -one.hour))
    worst = None
    if wishes.agents is not None:
        hands = [(one.at_hand.in_time, -one.per_hour, one) for one in hours if one.at_hand]
        worst = min(hands, key=lambda each: each[:2])[2]
    agents = [_paid(one.needed.agents, wishes) for one in hours]
    return {
        "hours": hours,
        "busiest": busiest,
        "worst": worst,
        "needed": max(agents),
        "least": min(agents),
        "low": max(_paid(one.low.agents, wishes) for one in hours),
        "high": max(_paid(one.high.agents, wishes) for one in hours),
        "when": _when(asked.shift),
        "one_day": len(asked.shift.days) == 1,
        "by_day": _by_day(hours, wishes) if len(asked.shift.days) > 1 else [],
        "agent_hours": sum(agents),
        "is_enough": worst is not None
        and all(
            one.at_hand is not None and one.at_hand.in_time >= wishes.target.share for one in hours
        ),
        "n_short": sum(
            one.at_hand is not None and one.at_hand.in_time < wishes.target.share for one in hours
        ),
        "agents": wishes.agents,
        "handle_min": wishes.handle_h * 60,
        "patience_min": None if wishes.patience_h is None else wishes.patience_h * 60,
        "within_min": wishes.target.within_h * 60,
        "target": wishes.target,
        "shrinkage": wishes.shrinkage,
        "factor": wishes.factor,
        "assumed": wishes.assumed,
        "learnt": asked.learnt,
        "n_weeks": (asked.learnt.end - asked.learnt.start).days // 7,
        "ahead": asked.ahead,
        "growth": asked.growth,
        "shift": asked.shift,
        "within": answering.filter_words(asked.filters, context.catalogue),
        "ahead_words": _words_of(asked.ahead),
        "per_hour_all": sum(one.per_hour for one in hours),
    }


def _words_of(period: Period | None) -> str:
    return "" if period is None else days_in_words(period.start, period.end)


def _by_day(hours: list[_Hour], wishes: Wishes) -> list[dict[str, object]]:
    """Return each weekday's most agents and when they are needed."""
    found: list[dict[str, object]] = []
    for day in dict.fromkeys(one.day for one in hours):
        mine = [one for one in hours if one.day == day]
        top = max(mine, key=lambda one: (one.needed.agents, one.per_hour, -one.hour))
        found.append({"name": WEEKDAYS[day], "agents": _paid(top.needed.agents, wishes),
                      "hour": f"{top.hour:02d}:00"})  # fmt: skip
    return found


def _when(shift: Shift) -> str:
    """Write the hours of a shift ("Monday from 08:00 to 12:00")."""
    days = {
        (0, 1, 2, 3, 4): "Monday to Friday", (5, 6): "Saturday and Sunday",
        tuple(range(7)): "all days",
    }.get(shift.days) or " and ".join(WEEKDAYS[day] for day in shift.days)  # fmt: skip
    if shift.is_all_hours:
        return f"{days}, round the clock"
    return f"{days} from {_spans(shift.hours)}"


def _spans(hours: tuple[int, ...]) -> str:
    starts = [hour for hour in hours if (hour - 1) % 24 not in hours]
    spans = []
    for start in starts or [0]:
        end = start
        while end % 24 in hours and end - start < 24:
            end += 1
        spans.append(f"{start:02d}:00 to {(end - 1) % 24 + 1:02d}:00")
    return " and ".join(spans)

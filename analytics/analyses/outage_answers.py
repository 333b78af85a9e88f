"""Questions about which services will fail: probabilities, tested, or that nothing foretells it."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from threading import Lock
from typing import Any, Final

import pandas as pd

from analytics.analyses import answering
from analytics.analyses.horizons import ahead_of
from analytics.analyses.kind import Context, Request
from analytics.analyses.outage_readings import world_of
from analytics.analyses.service_names import service_called
from analytics.describe.dates import day_in_words, days_in_words
from analytics.errors import QuestionError
from analytics.language.text import NUMBER_PATTERN, number_of
from analytics.model import Cell, Chart, Column, Filter, Finding, InsightOutcome, Receipt
from analytics.operations.outage_features import DAY_H
from analytics.operations.outage_scores import BASELINE, Window
from analytics.operations.outages import Chance, Foretold, foretell

_SUGGESTIONS: Final = (
    "Which services are likely to fail tomorrow?",
    "How many incidents will we have next month?",
)
_MOST_DAYS: Final = 31
_MOST_AHEAD_DAYS: Final = 62
_STEP_H: Final = 24
_KEPT: Final = 8
_TOLD: Final = 3
_TEMPLATE: Final = "incident_risk.md.j2"
_HOURS: Final = re.compile(
    rf"(?<!\S)(?:next|coming|following|within|in) (?:the )?(?:next |coming )?"
    rf"(?P<count>{NUMBER_PATTERN}) hours?(?!\S)"
)
_TODAY: Final = re.compile(r"\b(?:today|tonight|this (?:morning|afternoon|evening|night))\b")
_WEEKEND: Final = re.compile(r"\bweek ?ends?\b")
_DAY: Final = re.compile(
    r"\b(?P<until>until|till|by|before)?(?:on|this|next|coming| )*"
    r"(?P<day>monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
)
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SATURDAY: Final = 5
_ALERTS: Final = re.compile(rf"(?P<count>{NUMBER_PATTERN}) (?:\w+ )?alerts? (?:a|per|each) week")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    window: Window
    start: datetime
    end: datetime
    is_assumed: bool
    service: str | None
    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What was foretold for a window, all services together."""

    found: Foretold
    open_now: pd.DataFrame
    sql: str


_Key = tuple[object, ...]


class _Memory:
    """The latest tellings: of the same data and window they are the same."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, _Told] = OrderedDict()
        self._lock = Lock()

    def get(self, key: _Key) -> _Told | None:
        """Return what was kept, None if nothing was."""
        with self._lock:
            return self._kept.get(key)

    def keep(self, key: _Key, told: _Told) -> _Told:
        """Keep a telling, and forget the oldest beyond eight."""
        with self._lock:
            self._kept[key] = told
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return told


_MEMORY: Final = _Memory()


def run_incident_risk(request: Request, context: Context) -> InsightOutcome:
    """Say how likely services are to have an incident soon."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> InsightOutcome:
    _refuse_split(request)
    asked = _asked(request, context)
    told = _told(asked, context)
    return _finding(asked, told, context)


def _refuse_split(request: Request) -> None:
    given = request.slots.get("dimension")
    if given is not None and given not in ("name", "service", "service_id", ""):
        name = str(given).replace("_", " ")
        raise QuestionError(
            f"The risk of incidents is told by service, not by {name}.",
            hint=f"Ask for one {name}, such as severity 1.",
        )


def _asked(request: Request, context: Context) -> _Asked:
    service = service_called(request, context)
    start, end, is_assumed = _when(request, context)
    now = datetime.combine(context.as_of, time.min)
    after, within = (int(each.total_seconds() // 3600) for each in (start - now, end - start))
    if within > _MOST_DAYS * DAY_H or after > _MOST_AHEAD_DAYS * DAY_H:
        raise QuestionError(
            "Single incidents cannot be foretold so far ahead.",
            hint=f"Ask for {_MOST_DAYS} days at most, or for the number of incidents expected.",
        )
    alerts = _ALERTS.search(request.text.lower())
    budget = 2.0 if alerts is None else float(number_of(alerts["count"]) or 2.0)
    return _Asked(
        window=Window(after_h=after, within_h=within, alerts_a_week=budget),
        start=start, end=end, is_assumed=is_assumed, service=service,
        filters=answering.filters_for(request, "incidents", context.catalogue),
    )  # fmt: skip


def _when(request: Request, context: Context) -> tuple[datetime, datetime, bool]:
    """Return the time asked about, from the as-of date on, and whether it is the usual one."""
    now = datetime.combine(context.as_of, time.min)
    text = " ".join(re.sub(r"[^\w\s]", " ", request.text.lower()).split())
    if (hours := _HOURS.search(text)) is not None:
        count = float(number_of(hours["count"]) or 0)
        if count < 1:
            raise QuestionError("Less than an hour cannot be foretold.", hint="Name more hours.")
        return now, now + timedelta(hours=round(count)), False
    if _TODAY.search(text):
        return now, now + timedelta(days=1), False
    named = _named_days(text, now)
    if named is not None and not {"horizon", "period"} & set(request.slots):
        return *named, False
    ahead = ahead_of(request, context.as_of)
    if ahead.is_assumed:
        return now, now + timedelta(days=1), True
    period = ahead.period
    start = max(period.start, context.as_of)
    return (
        datetime.combine(start, time.min), datetime.combine(period.end, time.min), False,
    )  # fmt: skip


def _named_days(text: str, now: datetime) -> tuple[datetime, datetime] | None:
    """Return the next weekend, the next Friday, the days until Monday, if one is named."""
    if _WEEKEND.search(text):
        start = now + timedelta(days=(_SATURDAY - now.weekday()) % 7)
        end = now + timedelta(days=7 - now.weekday())
        return max(now, start) if now.weekday() <= _SATURDAY else now, end
    match = _DAY.search(text)
    if match is None:
        return None
    ahead = (_WEEKDAYS.index(match["day"][:3]) - now.weekday()) % 7
    if match["until"]:
        return now, now + timedelta(days=ahead or 7)
    return now + timedelta(days=ahead), now + timedelta(days=ahead + 1)


def _told(asked: _Asked, context: Context) -> _Told:
    key = (context.warehouse.version(), context.as_of, asked.window, asked.filters)
    kept = _MEMORY.get(key)
    if kept is not None:
        return kept
    world, open_now, sql = world_of(context, asked.filters)
    found = foretell(world, asked.window, step_h=_STEP_H, seed=0)
    return _MEMORY.keep(key, _Told(found=found, open_now=open_now, sql=sql))


def _finding(asked: _Asked, told: _Told, context: Context) -> Finding:
    facts = _facts(asked, told, context)
    chances = facts["chances"]
    columns = (
        Column(name="service", label="Service"),
        Column(name="probability", label="Probability of an incident", unit="fraction"),
        Column(name="usual", label="By how often so far", unit="fraction"),
        Column(name="low", label="Seen of such cases, from", unit="fraction"),
        Column(name="high", label="Seen of such cases, to", unit="fraction"),
        Column(name="driver", label="What moves it most"),
    )
    rows = tuple(_row(each) for each in chances)
    title = answering.say(_TEMPLATE, part="title", **facts)
    chart = Chart(kind="table", title=title)
    if len(rows) > 1:
        chart = Chart(kind="ranked", title=title, x="service", y=("probability",),
                      unit="fraction", most_x=15)  # fmt: skip
    notes = answering.say(_TEMPLATE, part="notes", **facts)
    return Finding(
        analysis="incident_risk",
        text=answering.say(_TEMPLATE, part="text", **facts),
        columns=columns,
        rows=rows,
        chart=chart,
        receipt=Receipt(
            definition=answering.say(_TEMPLATE, part="definition", **facts),
            period=facts["when"],
            filters=answering.filter_words(asked.filters, context.catalogue),
            sql=told.sql,
            n_rows=len(rows),
            as_of=context.as_of,
            notes=tuple(line for line in notes.splitlines() if line.strip()),
        ),
    )


def _row(one: Chance) -> tuple[Cell, ...]:
    low, high = answering.proportion_ci95(*one.seen)
    driver = one.drivers[0] if one.drivers else None
    told = "how often so far" if driver is None else _driver(driver)
    return one.service, one.p, one.usual, low, high, told


def _driver(driver: tuple[str, float]) -> str:
    name, moved = driver
    return f"{_named(name)} ({'raises' if moved > 0 else 'lowers'} it)"


def _named(group: str) -> str:
    words = {"cpu_load": "CPU load", "latency_ms": "latency", "error_rate": "error rate"}
    return words.get(group, group.replace("_", " "))


def _facts(asked: _Asked, told: _Told, context: Context) -> dict[str, Any]:
    found = told.found
    chances = list(found.chances)
    if asked.service is not None:
        chances = [each for each in chances if each.service == asked.service]
    best = min(found.rivals[1:], key=lambda each: each.log_loss.mean)
    chosen = best if found.is_signal else found.rivals[0]
    told_open = told.open_now
    if asked.service is not None:
        told_open = told_open[told_open["service"] == asked.service]
    return {
        "chances": chances,
        "one": chances[0] if asked.service is not None else None,
        "rank": 1 + [each.service for each in found.chances].index(chances[0].service),
        "n_services": len(found.chances),
        "top": chances[:_TOLD],
        "seen": [answering.proportion_ci95(*each.seen) for each in chances[:_TOLD]],
        "drivers": [
            [(_named(name), moved) for name, moved in each.drivers[:3] if abs(moved) >= 0.1]
            for each in chances[:_TOLD]
        ],
        "is_signal": found.is_signal,
        "model": found.model,
        "best": best,
        "chosen": chosen,
        "baseline": found.rivals[0],
        "baseline_name": BASELINE,
        "rivals": found.rivals,
        "n_moments": found.n_moments,
        "n_followed": found.n_followed,
        "share_followed": found.n_followed / found.n_moments,
        "when": _in_words(asked),
        "on": "on" if asked.end - asked.start <= timedelta(days=1) else "from",
        "within_h": asked.window.within_h,
        "budget": asked.window.alerts_a_week,
        "is_assumed": asked.is_assumed,
        "within": answering.filter_words(asked.filters, context.catalogue),
        "open_now": [
            {"service": str(name), "id": int(number), "severity": int(severity),
             "since": pd.Timestamp(since)}
            for name, number, severity, since in zip(
                *(told_open[c].tolist() for c in ("service", "incident_id", "severity",
                                                  "started_at")), strict=True
            )
        ],
    }  # fmt: skip


def _in_words(asked: _Asked) -> str:
    """Write the time asked about ("1 July 2026", "30 June 2026, 00:00 to 12:00 UTC")."""
    if asked.start.time() == asked.end.time() == time.min:
        if asked.end - asked.start == timedelta(days=1):
            return day_in_words(asked.start.date())
        return days_in_words(asked.start.date(), asked.end.date())
    last = f"{asked.end:%H:%M} UTC"
    if asked.end.date() != asked.start.date():
        last = f"{day_in_words(asked.end.date())}, {last}"
    return f"{day_in_words(asked.start.date())}, {asked.start:%H:%M} to {last}"

"""Questions about major incidents: bursts of similar tickets, and reports on one incident."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from analytics.analyses import answering
from analytics.analyses.incident_report import report_on
from analytics.analyses.incident_tickets import (
    Affected,
    Topic,
    affected_by,
    ids_of,
    read_tickets,
    topic_of,
)
from analytics.analyses.kind import Context, Request
from analytics.describe.dates import day_in_words
from analytics.errors import QuestionError
from analytics.model import Cell, Chart, Column, Finding, InsightOutcome, Receipt
from analytics.operations.bursts import BASELINE, MIN_PEOPLE, Burst, find_bursts

_SUGGESTIONS: Final = (
    "Is there a burst of similar tickets right now?",
    "Report on the last severity 1 incident",
)
_REPORT: Final = re.compile(
    r"\b(?:reports? (?:on|about|of|for)|incident report|outage report|write|summar\w+|post.?mortem|"
    r"timeline|write.?up|debrief|recap|review|overview|what happened|tell me (?:all )?about|"
    r"everything about|impact)\b"
)
_LEAST_PAST: Final = pd.Timedelta(days=14)
_MOST: Final = pd.Timedelta(days=366)
_SHOWN: Final = 15
_IDS: Final = 8
_STILL: Final = pd.Timedelta(hours=3)
_BURST_COLUMNS: Final = (
    Column(name="topic", label="Tickets about"),
    Column(name="people", label="People", unit="count"),
    Column(name="tickets", label="Tickets", unit="count"),
    Column(name="usual", label="People usual in that time", unit="number"),
    Column(name="first", label="First ticket (UTC)"),
    Column(name="last", label="Last ticket (UTC)"),
    Column(name="alarm", label="Told from chance at (UTC)"),
    Column(name="service", label="Service"),
    Column(name="incident_id", label="Incident"),
)
_QUIET_COLUMNS: Final = (
    Column(name="topic", label="Tickets about"),
    Column(name="people", label="People", unit="count"),
    Column(name="usual", label="People usual in that time", unit="number"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """What was looked at, and what was found in it."""

    start: pd.Timestamp
    end: pd.Timestamp
    is_now: bool
    tickets: pd.DataFrame
    bursts: tuple[tuple[Burst, Affected], ...]
    """The largest ones."""
    n_bursts: int
    topic: Topic
    sql: str


def run_major_incident(request: Request, context: Context) -> InsightOutcome:
    """Look for bursts of similar tickets, or report on one incident."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> InsightOutcome:
    if "incident_id" in request.slots or _REPORT.search(request.text.lower()):
        return report_on(request, context)
    looked = _look(request, context)
    return _told(request, context, looked) if looked.bursts else _quiet(request, context, looked)


def _look(request: Request, context: Context) -> _Looked:
    window = answering.window_for(request, context)
    end = pd.Timestamp(window.end)
    start = end - pd.Timedelta(days=1) if window.start is None else pd.Timestamp(window.start)
    if end - start > _MOST:
        raise QuestionError(
            "Bursts are looked for in at most a year at once.", hint="Name a shorter period."
        )
    topic = topic_of(request, context)
    tickets, sql = read_tickets(context, topic, start, end)
    first = tickets["opened_at"].iloc[0]
    if start - first < _LEAST_PAST and not (topic.words or topic.service or topic.filed):
        raise QuestionError(
            f"Tickets are on record from {day_in_words(first.date())}; a burst needs two weeks "
            "before it to be told from the usual.",
            hint="Ask for a later period.",
        )
    bursts = find_bursts(tickets, start, end)
    return _Looked(
        start=start, end=end, is_now="period" not in request.slots, tickets=tickets,
        bursts=tuple((each, affected_by(context, each, tickets)) for each in bursts[:_SHOWN]),
        n_bursts=len(bursts),
        topic=topic, sql=sql,
    )  # fmt: skip


def _told(request: Request, context: Context, looked: _Looked) -> Finding:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (f"{burst.started_at:%d %b %H:%M}, {_label(burst)}", burst.n_people,
         len(burst.rows), burst.expected,
         _moment(burst.started_at), _moment(burst.ended_at), _moment(burst.alarm_at),
         one.service, one.incident_id)
        for burst, one in looked.bursts
    )  # fmt: skip
    burst, affected = looked.bursts[0]
    ids = ids_of(burst, looked.tickets)
    facts = _facts(request, context, looked) | {
        "first": burst,
        "affected": affected,
        "about": _label(burst),
        "shown_ids": ids[:_IDS],
        "n_more": max(0, len(ids) - _IDS),
        "is_going_on": looked.end - burst.ended_at <= _STILL,
        "others": [(_label(b), b, a) for b, a in looked.bursts[1:4]],
        "n_others": looked.n_bursts - 1,
        "n_shown": len(looked.bursts),
        "delay_minutes": round((burst.alarm_at - burst.started_at).total_seconds() / 60),
    }
    return _finding(request, context, looked, facts, (_BURST_COLUMNS, rows))


def _quiet(request: Request, context: Context, looked: _Looked) -> Finding:
    """Say that nothing stands out, with the topics that most people wrote about."""
    tickets = looked.tickets
    inside = tickets[tickets["opened_at"] >= looked.start]
    before = tickets[tickets["opened_at"] < looked.start]
    days = (looked.end - looked.start) / pd.Timedelta(days=1)
    past = (looked.start - tickets["opened_at"].iloc[0]) / pd.Timedelta(days=1)
    usual = before.groupby("filed")["person"].count() * days / max(past, 1.0)
    people = inside.groupby("filed")["person"].nunique()
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (str(name), int(people[name]), float(usual.get(name, 0.0)))
        for name in sorted(people.index, key=lambda each: (-int(people[each]), str(each)))
        if people[name] >= answering.LEAST_GROUP
    )[:_SHOWN]
    facts = _facts(request, context, looked) | {
        "first": None,
        "rows": rows,
        "n_usual": len(before) * days / max(past, 1.0),
    }
    return _finding(request, context, looked, facts, (_QUIET_COLUMNS, rows))


def _facts(request: Request, context: Context, looked: _Looked) -> dict[str, Any]:
    inside = looked.tickets[looked.tickets["opened_at"] >= looked.start]
    topic = looked.topic
    filed = str(topic.filed[0].values[0]) if topic.filed else ""
    return {
        "mode": "bursts",
        "is_now": looked.is_now,
        "n_tickets": len(inside),
        "n_people": int(inside["person"].nunique()),
        "limited_to": topic.words or topic.service or filed,
        "by_service": topic.service is not None,
        "period": _period(request, context, looked),
        "as_of": context.as_of,
        "same_day": looked.end - looked.start <= pd.Timedelta(days=1),
        "least": MIN_PEOPLE,
        "weeks": round(BASELINE / pd.Timedelta(weeks=1)),
    }


def _period(request: Request, context: Context, looked: _Looked) -> str:
    if looked.is_now:
        return f"the 24 hours before {day_in_words(context.as_of)}"
    return answering.in_words(answering.window_for(request, context))


def _label(burst: Burst) -> str:
    """Write what a burst is about ("access / outage: sign, down")."""
    words = ", ".join(word for word in burst.words if word != burst.topic)
    topic = f"“{burst.topic}”" if burst.is_word else burst.topic.removesuffix(" / ")
    return f"{topic}: {words}" if words else topic


def _moment(at: pd.Timestamp) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


def _finding(
    request: Request, context: Context, looked: _Looked, facts: dict[str, Any],
    table: tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]],
) -> Finding:  # fmt: skip
    columns, rows = table

    def say(part: str) -> str:
        return answering.say("major_incident.md.j2", part=part, **facts)

    return Finding(
        analysis="major_incident",
        text=say("text"),
        columns=columns,
        rows=rows,
        chart=Chart(
            kind="ranked" if len(rows) > 1 else "table",
            title=f"People by topic, {facts['period']}",
            x="topic",
            y=("people",),
            unit="count",
        ),
        receipt=Receipt(
            definition=say("definition"),
            period=facts["period"],
            filters=answering.filter_words(looked.topic.others, context.catalogue),
            sql=looked.sql,
            n_rows=len(rows),
            as_of=context.as_of,
            notes=tuple(line for line in say("notes").splitlines() if line.strip()),
            is_partial=answering.is_cut(request, context),
        ),
    )

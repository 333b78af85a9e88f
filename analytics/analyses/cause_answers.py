"""Questions about causes: what lies behind symptoms, behind one incident, or usually."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from analytics.analyses import answering
from analytics.analyses.cause_incidents import (
    SYMPTOMS,
    Incident,
    conditions_asked,
    moment_asked,
    one_incident,
    read_incidents,
    symptoms_asked,
    without_the_word,
)
from analytics.analyses.cause_services import Around, dependencies, look_around
from analytics.analyses.cause_shapes import Answer, filters_given
from analytics.analyses.cause_usual import usually
from analytics.analyses.kind import Context, Request
from analytics.errors import QuestionError
from analytics.model import (
    Ambiguity,
    Cell,
    Chart,
    Column,
    Finding,
    InsightOutcome,
    Receipt,
)  # fmt: skip
from analytics.operations.incident_causes import Symptom
from analytics.operations.service_causes import Blamed
from analytics.operations.symptom_causes import Reading, known_causes, read_symptoms

_SUGGESTIONS: Final = (
    "What is usually behind high memory load with error 1000?",
    "How many incidents by root cause in 2025?",
)
_MANY: Final = re.compile(
    r"\b(?:incidents|outages|failures|problems|crashes|usual|usually|typical|typically|often|"
    r"generally|normally|mostly)\b"
)
_UNRECORDED: Final = re.compile(
    r"\b(?:time-?\s?outs?|timing out|packet loss|disk (?:full|space)|full disk|crash(?:es|ed|ing)?|"
    r"http \d{3}|restart(?:s|ed|ing)?|deadlocks?|queue length|thread pool|"
    r"error(?: code)?s? (?!100[0-3]\b)\d+)\b"
)
_LITTLE: Final = frozenset(
    [
        "the",
        "and",
        "our",
        "was",
        "why",
        "what",
        "did",
        "down",
        "out",
        "for",
        "not",
        "has",
        "are",
        "you",
        "who",
        "its",
        "this",
        "that",
        "with",
        "cause",
        "service",
        "slow",
        "fail",
        "failed",
        "crash",
        "went",
        "likely",
        "root",
        "reason",
        "how",
        "when",
        "time",
        "day",
        "last",
        "today",
        "yesterday",
    ]
)
_CAUSE_COLUMNS: Final = (
    Column(name="root_cause", label="Cause"),
    Column(name="probability", label="Probability", unit="fraction"),
    Column(name="usual", label="Share of all incidents", unit="fraction"),
    Column(name="alike", label="Past incidents with the same symptoms", unit="count"),
    Column(name="low", label="Share of those, 95 % interval from", unit="fraction"),
    Column(name="high", label="95 % interval to", unit="fraction"),
)
_SERVICE_COLUMNS: Final = (
    Column(name="service", label="Service"),
    Column(name="score", label="Share of the blame", unit="fraction"),
    Column(name="own", label="Of the excess its own", unit="fraction"),
    Column(name="spreads", label="Spreads from usual", unit="number"),
)
_SEED: Final = 0
_MOST_SIGNS: Final = 4


def run_root_cause(request: Request, context: Context) -> InsightOutcome:
    """Say what is probably behind symptoms, an incident or a service's failure."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> InsightOutcome:
    request = without_the_word(request)
    asked = symptoms_asked(request)
    unrecorded = _UNRECORDED.search(request.text.lower())
    if "incident_id" in request.slots:
        answer = _of_incident(request, context, one_incident(request, context))
    elif "root_cause" in filters_given(request):
        answer = usually(request, context)
    elif asked:
        answer = _of_symptoms(request, context, asked)
    elif unrecorded is not None and "service" not in request.slots:
        raise QuestionError(
            f"Incidents have no record of “{unrecorded[0]}”.",
            hint=f"Recorded symptoms are {_and(tuple(SYMPTOMS.values()))}.",
        )
    elif _MANY.search(request.text.lower()) or filters_given(request):
        answer = usually(request, context)
    elif "service" in request.slots:
        answer = _of_service(request, context)
    else:
        found = _named_in_part(request, context)
        if isinstance(found, Ambiguity):
            return found
        answer = _of_service(found, context)
    if unrecorded is not None:
        answer.facts["unrecorded"] = unrecorded[0]
    return _finding(request, context, answer)


def _named_in_part(request: Request, context: Context) -> Request | Ambiguity:
    """Find the service of which the question says a part ("VPN"), or ask for an incident."""
    words = set(re.findall(r"[a-z]{3,}", request.text.lower())) - _LITTLE
    names = sorted(dependencies(context))
    near = [name for name in names if any(word in name.lower() for word in words)]
    if len(near) == 1:
        return replace(request, slots={**request.slots, "service": near[0]})
    if near:
        choices = [(name, f"What is the likely cause of the outage of {name}?") for name in near]
        return answering.ask_which("Which service do you mean?", choices)
    frame, _ = read_incidents(context, (), answering.window_for(request, context))
    if frame.empty:
        raise QuestionError("There was no incident in that period.")
    latest = (
        frame.sort_values(["started_at", "incident_id"]).iloc[::-1].head(answering.MOST_CHOICES)
    )
    return answering.ask_which(
        "Which incident do you mean? These are the latest.",
        [
            (f"{row.incident_id}: {row.title}", f"What is the likely cause of incident "
             f"{row.incident_id}?")
            for row in latest.itertuples(index=False)
        ],
    )  # fmt: skip


def _of_symptoms(request: Request, context: Context, asked: dict[str, float]) -> Answer:
    """Answer from the symptoms named alone; a service named is where they are seen now."""
    window = answering.window_for(request, context)
    filters = conditions_asked(request, context)
    frame, sql = read_incidents(context, filters, window)
    known = known_causes(frame, tuple(SYMPTOMS))
    reading = read_symptoms(known, asked, seed=_SEED)
    own = frame[frame["service"] == request.slots["service"]] if "service" in request.slots else ()
    facts = _reading_facts(reading, asked) | {
        "incident": None,
        "service": request.slots.get("service"),
        "n_own": len(own),
        "around": None,
    }
    return Answer(
        mode="symptoms", facts=facts, columns=_CAUSE_COLUMNS, rows=_cause_rows(reading),
        y="probability", title=f"Probable cause of {facts['seen']}",
        period=answering.in_words(window), filters=filters, sql=sql,
    )  # fmt: skip


def _of_incident(request: Request, context: Context, incident: Incident | None) -> Answer:
    assert incident is not None
    for name, value in symptoms_asked(request).items():
        if incident.symptoms.get(name) != value:
            was = "was" if value == 0 else "was not"
            raise QuestionError(
                f"In incident {incident.incident_id} {SYMPTOMS[name]} {was} seen.",
                hint="Leave the symptom out; those that were recorded are used.",
            )
    if not incident.symptoms:
        raise QuestionError(f"Incident {incident.incident_id} has no symptoms on record.")
    frame, sql = read_incidents(context)
    others = frame[frame["incident_id"] != incident.incident_id]
    reading = read_symptoms(
        known_causes(others, tuple(SYMPTOMS)), dict(incident.symptoms), seed=_SEED
    )
    around = look_around(context, incident.service, incident.started_at, incident.resolved_at)
    facts = _reading_facts(reading, dict(incident.symptoms)) | {
        "incident": incident,
        "is_latest": "incident_id" not in request.slots,
        **_around_facts(around),
    }
    return Answer(
        mode="incident", facts=facts, columns=_CAUSE_COLUMNS, rows=_cause_rows(reading),
        y="probability", title=f"Probable cause of incident {incident.incident_id}",
        period=answering.in_words(answering.window_for(request, context)),
        filters=conditions_asked(request, context), sql=sql,
    )  # fmt: skip


def _of_service(request: Request, context: Context) -> Answer:
    """Answer for a service's latest incident, or for a moment at which none is recorded."""
    service = request.slots["service"]
    if isinstance(service, int):
        raise QuestionError("Name the service instead of its number.")
    incident = one_incident(request, context)
    if incident is not None:
        return _of_incident(request, context, incident)
    moment = moment_asked(request)
    window = answering.window_for(request, context)
    if moment is None:
        raise QuestionError(
            f"{service} has no incident on record: {answering.in_words(window)}.",
            hint="With a day and a time (“on 12 May at 14:00”) its readings are looked at.",
        )
    around = look_around(context, str(service), moment, None)
    if around.verdict is None:
        raise QuestionError(f"The readings do not help: {around.why_none}.")
    rows = tuple(
        (each.node, each.score, each.own_share, each.deviations[0].spreads)
        for each in around.verdict.ranked
    )
    facts = {"incident": None, "service": service, **_around_facts(around)}
    return Answer(
        mode="services", facts=facts, columns=_SERVICE_COLUMNS, rows=rows, y="score",
        title=f"Where the trouble of {service} came from", period=answering.in_words(window),
        filters=(), sql=around.sql,
    )  # fmt: skip


def _cause_rows(reading: Reading) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (each.cause, each.p, each.usual, each.n_alike,
         *answering.proportion_ci95(each.n_alike, reading.n_alike))
        if reading.n_alike
        else (each.cause, each.p, each.usual, 0, None, None)
        for each in reading.ranked
    )  # fmt: skip


def _reading_facts(reading: Reading, asked: dict[str, float]) -> dict[str, Any]:
    mine = {f"{name} = {value:g}" for name, value in asked.items()}
    given = [each for each in reading.signs if each.name in mine]
    seen = [SYMPTOMS[name] for name, value in asked.items() if value]
    absent = [SYMPTOMS[name] for name, value in asked.items() if not value]
    words = _and(seen) if seen else ""
    if not seen and len(absent) == len(SYMPTOMS):
        words = "none of the symptoms that are recorded"
    elif absent and len(asked) < len(SYMPTOMS):
        words = f"{words} without {_or(absent)}" if seen else f"no {_or(absent)}"
    return {
        "reading": reading,
        "seen": words,
        "speaks_for": [_told(each) for each in given if each.log_odds > 0][:_MOST_SIGNS],
        "against": [_told(each) for each in given if each.log_odds < 0][:_MOST_SIGNS],
    }


def _told(sign: Symptom) -> tuple[str, float, float]:
    name, value = sign.name.split(" = ")
    words = SYMPTOMS[name] if value == "1" else f"no {SYMPTOMS[name]}"
    return words, sign.share_with, sign.share_without


def _around_facts(around: Around) -> dict[str, Any]:
    verdict = around.verdict
    ranked: tuple[Blamed, ...] = () if verdict is None else verdict.ranked
    return {"around": around, "verdict": verdict, "blamed": ranked[:3], "at": around.at}


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _or(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _finding(request: Request, context: Context, answer: Answer) -> Finding:
    facts = {"unrecorded": "", "mode": answer.mode, "period": answer.period} | answer.facts

    def say(part: str) -> str:
        return answering.say("root_cause.md.j2", part=part, **facts)

    return Finding(
        analysis="root_cause",
        text=say("text"),
        columns=answer.columns,
        rows=answer.rows,
        chart=Chart(
            kind="ranked" if len(answer.rows) > 1 else "table",
            title=answer.title,
            x=answer.columns[0].name,
            y=(answer.y,),
            unit="fraction",
        ),
        receipt=Receipt(
            definition=say("definition"),
            period=answer.period,
            filters=answering.filter_words(answer.filters, context.catalogue),
            sql=answer.sql,
            n_rows=len(answer.rows),
            as_of=context.as_of,
            notes=tuple(line for line in say("notes").splitlines() if line.strip()),
            is_partial=answering.is_cut(request, context),
        ),
    )

"""What usually is the cause of incidents, and how one cause shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import pandas as pd

from analytics.analyses import answering
from analytics.analyses.cause_incidents import (
    SYMPTOMS,
    conditions_asked,
    read_incidents,
    service_filter,
    symptoms_asked,
)
from analytics.analyses.cause_shapes import Answer
from analytics.analyses.kind import Context, Request
from analytics.errors import ModelError, QuestionError
from analytics.model import Column, Filter
from analytics.operations.incident_causes import Symptom, symptoms
from analytics.operations.symptom_causes import known_causes

_SIGN_COLUMNS: Final = (
    Column(name="symptom", label="Symptom"),
    Column(name="with", label="Seen with this cause", unit="fraction"),
    Column(name="without", label="Seen with other causes", unit="fraction"),
    Column(name="odds", label="Odds ratio", unit="number"),
)
_USUAL_COLUMNS: Final = (
    Column(name="root_cause", label="Cause"),
    Column(name="incidents", label="Incidents", unit="count"),
    Column(name="share", label="Share", unit="fraction"),
    Column(name="low", label="95 % interval from", unit="fraction"),
    Column(name="high", label="95 % interval to", unit="fraction"),
    Column(name="signs", label="What speaks for it"),
)


def usually(request: Request, context: Context) -> Answer:
    """Answer what usually is the cause, or how one cause shows."""
    window = answering.window_for(request, context)
    filters = conditions_asked(request, context)
    told = [each for each in filters if each.dimension == "root_cause"]
    beside = [name for name in symptoms_asked(request) if not _is_named_by(name, told)]
    if beside:
        raise QuestionError(
            f"How a cause shows is not limited to incidents with {SYMPTOMS[beside[0]]}.",
            hint="Ask for the symptoms of the cause, or for the cause of the symptoms.",
        )
    filters = tuple(each for each in filters if each.dimension != "root_cause")
    if "service" in request.slots:
        filters += (service_filter(request.slots["service"]),)
    frame, sql = read_incidents(context, filters, window)
    if told:
        return _shown_by(str(told[0].values[0]), frame, (answering.in_words(window), filters, sql))
    causes = frame["root_cause"].dropna()
    n = len(causes)
    if n < answering.LEAST_GROUP:
        raise QuestionError(f"Only {n} such incidents with a known cause are on record.")
    # A table too small to learn signs from still has its shares.
    speaks = _signs_of(frame) if n else {}
    counts = causes.value_counts()
    rows = tuple(
        (str(cause), int(counts[cause]), int(counts[cause]) / n,
         *answering.proportion_ci95(int(counts[cause]), n), speaks.get(str(cause), ""))
        for cause in sorted(counts.index, key=lambda each: (-counts[each], str(each)))
    )  # fmt: skip
    facts = {"n": n, "n_unknown": int(frame["root_cause"].isna().sum()), "rows": rows}
    return Answer(
        mode="usual", facts=facts, columns=_USUAL_COLUMNS, rows=rows, y="share",
        title="Causes of incidents", period=answering.in_words(window), filters=filters, sql=sql,
    )  # fmt: skip


def _is_named_by(symptom: str, causes: Sequence[Filter]) -> bool:
    """Say whether the word for a cause ("memory") was taken for a symptom as well."""
    words = {word for each in causes for value in each.values for word in str(value).split()}
    return not words.isdisjoint(SYMPTOMS[symptom].split())


def _signs_of(frame: pd.DataFrame) -> dict[str, str]:
    try:
        known = known_causes(frame, tuple(SYMPTOMS))
    except ModelError:
        return {}
    return {
        cause: ", ".join(SYMPTOMS[_name(each)] for each in _seen_signs(symptoms(known, i))[:2])
        for i, cause in enumerate(known.classes)
    }


def _shown_by(
    cause: str, frame: pd.DataFrame, asked: tuple[str, tuple[Filter, ...], str]
) -> Answer:
    period, filters, sql = asked
    known = known_causes(frame, tuple(SYMPTOMS))
    if cause not in known.classes:
        raise QuestionError(f"Too few incidents with the cause {cause} are on record.")
    place = known.classes.index(cause)
    signs = [s for s in symptoms(known, place, most=len(SYMPTOMS) * 2) if s.name.endswith("= 1")]
    rows = tuple(
        (SYMPTOMS[_name(s)], s.share_with, s.share_without, math.exp(s.log_odds)) for s in signs
    )
    facts = {"cause": cause, "n": len(known.y), "n_cause": int((known.y == place).sum()),
             "rows": rows}  # fmt: skip
    return Answer(
        mode="signs", facts=facts, columns=_SIGN_COLUMNS, rows=rows, y="with",
        title=f"Symptoms of the cause {cause}", period=period, filters=filters, sql=sql,
    )  # fmt: skip


def _name(sign: Symptom) -> str:
    return sign.name.split(" = ")[0]


def _seen_signs(signs: Sequence[Symptom]) -> list[Symptom]:
    return [each for each in signs if each.name.endswith("= 1") and each.log_odds > 0]

"""Verified questions: used where they are asked word for word, and only while they hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from analytics.catalogue import Catalogue
from analytics.errors import QuestionError
from analytics.model import Ambiguity, Finding, InsightOutcome, MetricQuery
from analytics.questions.book import QuestionBook, normalised, query_to_json
from analytics.questions.model import VerifiedQuestion
from analytics.questions.wording import say

Understands = Callable[[str, date], MetricQuery | None]
"""Question and as-of date → its metric query; None when it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is kept for a question: a query to answer, or why it is not used."""

    entry: VerifiedQuestion
    query: MetricQuery | None = None
    remark: str = ""
    """Who vouches for it, or why it is out of date; a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouching:
    """Who vouches for a reading, and since when."""

    owner: str
    on: date


def verify(
    question: str,
    *,
    reading: str,
    by: Vouching,
    as_of: date,
    catalogue: Catalogue,
    understands: Understands,
) -> VerifiedQuestion:
    """Pin a question to what its reading is understood as now.

    Raises
    ------
    QuestionError
        When the reading is not understood as one query, or the question is empty.
    """
    if not normalised(question):
        raise QuestionError("There is no question to verify.", hint="Give its words.")
    query = understands(reading, as_of)
    if query is None:
        raise QuestionError(
            f"“{reading}” is not understood as one query.",
            hint="Give a plain question that is, with --as.",
        )
    return VerifiedQuestion(
        question=" ".join(question.split()),
        reading=reading,
        owner=by.owner,
        verified_on=by.on,
        as_of=as_of,
        query=query_to_json(query),
        versions=versions_of(query, catalogue),
    )


def versions_of(query: MetricQuery, catalogue: Catalogue) -> dict[str, str]:
    """Return the versions of the definitions that a query's numbers follow from."""
    names = [*query.metrics, *((query.per_metric,) if query.per_metric else ())]
    names += [c.metric for c in query.customer_conditions]
    names += [h.dimension for h in query.having if h.dimension in catalogue.metrics]
    return {name: catalogue.metric(name).version for name in dict.fromkeys(names)}


def look_up(
    text: str, book: QuestionBook, *, as_of: date, catalogue: Catalogue, understands: Understands
) -> Found | None:
    """Return what is kept for a question asked in exactly these words; None without.

    A definition that changed since, or a reading that is understood differently today, makes it
    out of date: then there is a remark and no query.
    """
    entry = book.kept().verified.get(normalised(text))
    if entry is None:
        return None
    stale = staleness(entry, catalogue=catalogue, understands=understands)
    if stale:
        return Found(entry=entry, remark=stale)
    query = understands(entry.reading, as_of)
    if query is None:
        return Found(entry=entry, remark=say("misread", entry))
    return Found(entry=entry, query=query, remark=say("vouched", entry))


def with_remark(outcome: InsightOutcome, remark: str) -> InsightOutcome:
    """Say a remark in an answer, a question back or a refusal, and in the receipt."""
    if isinstance(outcome, Finding):
        receipt = replace(outcome.receipt, notes=(*outcome.receipt.notes, remark))
        return replace(outcome, text=f"{outcome.text}\n\n{remark}", receipt=receipt)
    if isinstance(outcome, Ambiguity):
        return replace(outcome, question=f"{remark} {outcome.question}")
    return replace(outcome, reason=f"{outcome.reason} {remark}")


def staleness(entry: VerifiedQuestion, *, catalogue: Catalogue, understands: Understands) -> str:
    """Return why a verified question is out of date, as a sentence; empty while it holds."""
    for name, version in sorted(entry.versions.items()):
        metric = catalogue.metrics.get(name)
        if metric is None:
            return say("gone", entry, name)
        if metric.version != version:
            return say("changed", entry, metric.label, version, metric.version)
    query = understands(entry.reading, entry.as_of)
    if query is None or query_to_json(query) != dict(entry.query):
        return say("misread", entry)
    return ""

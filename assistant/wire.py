"""Turns as JSON: the one shape that `ask --json`, the API and the store share.

The fields of the command-line contract come first; what the page needs besides is added after
them and never renames them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter

from analytics.model import Finding
from assistant.handoff.contract import CONTRACT, HandOff
from assistant.model import (
    Abstention,
    Answered,
    Citation,
    Clarification,
    HandedOff,
    Outcome,
    OutcomeName,
    Turn,
)

_NAMES: dict[type[Outcome], OutcomeName] = {
    Answered: "answered",
    Clarification: "clarification",
    Abstention: "abstention",
    HandedOff: "handed_off",
}
_ADAPTERS: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for kind, name in _NAMES.items()}


def outcome_name(outcome: Outcome) -> OutcomeName:
    """Return the contract's name of an outcome's type."""
    return _NAMES[type(outcome)]


def dump_outcome(outcome: Outcome) -> tuple[OutcomeName, str]:
    """Return name and JSON text from which `load_outcome` restores the outcome.

    Cells of a finding that are dates come back as ISO strings.
    """
    name = outcome_name(outcome)
    return name, _ADAPTERS[name].dump_json(outcome).decode()


def load_outcome(name: str, text: str) -> Outcome:
    """Restore what `dump_outcome` wrote."""
    restored: Outcome = _ADAPTERS[name].validate_json(text)
    return restored


def turn_to_json(turn: Turn) -> dict[str, Any]:
    """Return a turn as the JSON object of `ask --json`."""
    outcome = turn.outcome
    finding = outcome.finding if isinstance(outcome, Answered) else None
    citations = outcome.citations if isinstance(outcome, Answered | HandedOff) else ()
    replies = outcome.replies if isinstance(outcome, Answered) else ()
    choices = outcome.choices if isinstance(outcome, Clarification) else ()
    return {
        "outcome": outcome_name(outcome),
        "route": turn.route or "out_of_scope",
        "confidence": round(outcome.confidence, 4),
        "text": outcome.text,
        "citations": [citation_to_json(item) for item in citations],
        "finding": None if finding is None else finding_to_json(finding),
        "choices": [{"label": item.label, "text": item.text} for item in choices],
        "conversation_id": turn.conversation_id,
        "timings_ms": {key: round(value, 2) for key, value in turn.timings_ms.items()},
        "turn_id": turn.turn_id,
        "question": turn.text,
        "asked_at": turn.asked_at.isoformat(),
        "suggestions": list(getattr(outcome, "suggestions", ())),
        "reason": outcome.reason if isinstance(outcome, Abstention) else None,
        "nearest": [citation_to_json(item) for item in outcome.nearest]
        if isinstance(outcome, Abstention)
        else [],
        "offers_ticket": isinstance(outcome, Abstention) and outcome.offers_ticket,
        "searched_also": [
            {"written": item.written, "meaning": item.meaning, "source": item.source}
            for item in getattr(outcome, "searched_also", ())
        ],
        "replies": [{"label": item.label, "text": item.text} for item in replies],
        "ticket_number": outcome.ticket_number if isinstance(outcome, HandedOff) else None,
        "handoff": handoff_to_json(outcome.handoff, outcome.ticket_number)
        if isinstance(outcome, HandedOff)
        else None,
    }


def handoff_to_json(handoff: HandOff | None, ticket_number: int) -> dict[str, Any] | None:
    """Return the hand-off contract (docs/handoff.md); None for what is older than it."""
    if handoff is None:
        return None
    return {"contract": CONTRACT, "ticket_number": ticket_number, **plain(handoff)}


def citation_to_json(citation: Citation) -> dict[str, Any]:
    """Return a citation as JSON; `document.text[start:end] == quote`."""
    return {
        "document_id": citation.document_id,
        "title": citation.title,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "url": citation.url,
        "updated_on": plain(citation.updated_on),
        "verified_by": citation.verified_by,
        "status": citation.status,
        "heading": citation.heading,
    }


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON; dates are ISO strings, undefined numbers null."""
    receipt = finding.receipt
    return {
        "analysis": finding.analysis,
        "metric_query": None if finding.metric_query is None else plain(finding.metric_query),
        "columns": [
            {"name": item.name, "label": item.label, "unit": item.unit} for item in finding.columns
        ],
        "rows": [[plain(cell) for cell in row] for row in finding.rows],
        "chart": plain(finding.chart),
        "receipt": {
            "sql": receipt.sql,
            "period": receipt.period,
            "definition": receipt.definition,
            "filters": list(receipt.filters),
            "n_rows": receipt.n_rows,
            "as_of": receipt.as_of.isoformat(),
            "notes": list(receipt.notes),
            "checks": [{"kind": check.kind, "text": check.text} for check in receipt.checks],
            "is_partial": receipt.is_partial,
            "rows_read": receipt.rows_read,
            "definition_version": receipt.definition_version,
            "elapsed_ms": receipt.elapsed_ms,
        },
        "slots": plain(finding.slots),
    }


def plain(value: Any) -> Any:
    """Return a value as what JSON knows: dataclasses become objects, dates ISO strings."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    names = getattr(type(value), "__dataclass_fields__", None)
    if names is None:
        raise TypeError(f"{type(value).__name__} has no JSON form; add one here.")
    return {name: plain(getattr(value, name)) for name in names}

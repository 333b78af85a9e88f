"""A turn as the lines that a person sees, without ids and times."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from typing import Any

from assistant.cli.ask import _table
from assistant.handoff.contract import HandOff
from assistant.model import DeskTicket, TicketWork, Turn
from assistant.wire import turn_to_json

MAX_ROWS = 6
MASKED = ("confidence", "conversation_id", "timings_ms", "turn_id", "question", "asked_at")
TOLD = (
    *("outcome", "route", "reason", "text", "finding", "citations", "nearest", "choices"),
    *("suggestions", "searched_also", "offers_ticket", "ticket_number", "replies"),
    "handoff",  # told with the ticket
)


def reply_lines(turn: Turn) -> list[str]:
    """Return the outcome and route, the whole text, then what stands beside it.

    What the wire has and this module does not know is told as JSON, so that nothing new stays
    unseen.
    """
    body = turn_to_json(turn)
    route = turn.route or "no route"
    reason = f": {body['reason']}" if body["reason"] else ""
    lines = [f"*{body['outcome']}, {route}{reason}*", "", *body["text"].strip().splitlines()]
    beside = [*_figures(body["finding"]), *_sources(body)]
    for choice in [*body["choices"], *body.get("replies", [])]:
        sends = "" if choice["text"] == choice["label"] else f" sends “{choice['text']}”"
        beside.append(f"[{choice['label']}]{sends}")
    beside += [f"Suggests: {item}" for item in body["suggestions"]]
    if body["offers_ticket"]:
        beside.append("Offers a ticket.")
    if body["ticket_number"] is not None:
        beside.append(f"Ticket: {body['ticket_number']}")
    beside += [
        f"{name}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in body.items()
        if name not in (*MASKED, *TOLD) and value not in (None, [], {}, "", False)
    ]
    return [*lines, "", *_as_list(beside)] if beside else lines


def _as_list(lines: list[str]) -> list[str]:
    is_code = False
    out = []
    for line in lines:
        if line == "```":
            is_code = not is_code
            out.append(line)
        else:
            out.append(line if is_code else f"- {line}")
    return out


def _figures(finding: dict[str, Any] | None) -> list[str]:
    if finding is None:
        return []
    receipt = finding["receipt"]
    lines = []
    if len(finding["rows"]) > 1:
        shown = {**finding, "rows": finding["rows"][:MAX_ROWS]}
        more = len(finding["rows"]) - MAX_ROWS
        lines += ["```", *_table(shown), *([f"({more} more rows)"] if more > 0 else []), "```"]
    lines.append(f"Period: {receipt['period']}")
    lines += [f"Filter: {item}" for item in receipt["filters"]]
    return lines + [f"Note: {item}" for item in receipt["notes"]]


def _sources(body: dict[str, Any]) -> list[str]:
    lines = []
    for name, items in (("Source", body["citations"]), ("Nearest", body["nearest"])):
        told = dict.fromkeys((item["title"], item["status"]) for item in items)
        lines += [
            f"{name}: {title}" + ("" if status == "current" else f" ({status})")
            for title, status in told
        ]
    return lines + [
        f"Searched also for “{item['meaning']}” ({item['written']})"
        for item in body["searched_also"]
    ]


def error_lines(error: Any) -> list[str]:
    """Return an error as the page tells it."""
    return [f"*error: {error.code}*", "", error.message, error.hint]


def ticket_lines(ticket: DeskTicket) -> list[str]:
    """Return every field of a ticket, without ids and times."""
    lines = []
    for item in dataclasses.fields(ticket):
        value = getattr(ticket, item.name)
        if item.name in ("conversation_id", "ticket_number") or isinstance(value, datetime):
            continue
        if value in (None, "", (), {}):
            continue
        if isinstance(value, HandOff):
            lines += _handed_over(value)
            continue
        if isinstance(value, TicketWork):
            given = {name: said for name, said in dataclasses.asdict(value).items() if said}
            given.pop("version", None)
            lines += [f"{name}: {said}" for name, said in given.items()]
            continue
        if item.name == "notes":
            lines += [f"note: {note.text}" for note in ticket.notes]
            continue
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        first, *rest = text.splitlines()
        lines += [f"{item.name}: {first}", *rest]
    return lines


def _handed_over(handoff: HandOff) -> list[str]:
    """Return what a human is handed besides the transcript."""
    lines = [f"reason: {handoff.reason}"]
    for item in handoff.tried:
        step = f", step {item.step}: {item.quote.strip()}" if item.step else ""
        lines.append(f"tried: {item.title} > {item.heading}{step}")
    for shown in handoff.evidence:
        lines.append(f"{'quoted' if shown.is_quoted else 'near'}: {shown.title}")
    lines += [
        f"{name}: {field.value} ({field.method})" for name, field in handoff.predicted.items()
    ]
    return lines + [f"{facet} is {value}" for facet, value in handoff.facets.items()]

"""Everything that is kept of one person, as one file."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from analytics.questions.book import QuestionBook
from assistant.accounts import tables as account_tables
from assistant.privacy.errors import ExportFileError
from assistant.privacy.model import Subject
from assistant.tables import (
    article_drafts,
    board_entries,
    conversations,
    feedback,
    feedback_events,
    ticket_events,
    ticket_notes,
    tickets,
    turns,
)

NEVER: Final = frozenset(
    {"password_hash", "secret_hash", "session_hash", "vector", "entry_hash", "previous_hash"}
)
"""Columns that open something, or say nothing of the person."""
_EPOCH: Final = (2020, 1, 1, 0, 0, 0)


def export_person(
    engine: sa.Engine, subject: Subject, *, questions_path: Path, to: Path
) -> dict[str, int]:
    """Write a ZIP of JSON files with everything that is kept of one person.

    Returns
    -------
    dict of str to int
        Name of each file → how many records it has.

    Raises
    ------
    ExportFileError
        When there is a file of that name.
    """
    records: dict[str, list[dict[str, Any]]] = {}
    with engine.connect() as connection:
        for name, query in _queries(subject).items():
            rows = connection.execute(query).mappings().all()
            records[name] = [_plain(dict(row)) for row in rows]
    records["saved_questions"] = _saved(questions_path, subject)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows_of in sorted(records.items()):
            text = json.dumps(rows_of, ensure_ascii=False, indent=2, sort_keys=True)
            archive.writestr(zipfile.ZipInfo(f"{name}.json", date_time=_EPOCH), text + "\n")
    try:
        handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ExportFileError(f"{to} is there already.", hint="Name another file.") from error
    with os.fdopen(handle, "wb") as file:
        file.write(packed.getvalue())
    return {name: len(rows_of) for name, rows_of in sorted(records.items())}


def _queries(subject: Subject) -> Mapping[str, sa.Select[Any]]:
    me = subject.user_id
    own_turns = (
        sa.select(turns)
        .join(conversations, conversations.c.conversation_id == turns.c.conversation_id)
        .where(conversations.c.user_id == me)
        .order_by(turns.c.conversation_id, turns.c.ordinal)
    )
    own_tickets = sa.select(tickets.c.ticket_number).where(tickets.c.user_id == me)
    log = account_tables.audit_log
    return {
        "account": sa.select(account_tables.users).where(account_tables.users.c.user_id == me),
        "sessions": _of(account_tables.sessions, me),
        "tokens": _of(account_tables.api_tokens, me),
        "conversations": _of(conversations, me),
        "turns": own_turns,
        "votes": _of(feedback, me),
        "feedback": _of(feedback_events, me),
        "board": _of(board_entries, me),
        "tickets": _of(tickets, me),
        "ticket_notes": sa.select(ticket_notes).where(
            ticket_notes.c.ticket_number.in_(own_tickets)
        ),
        "ticket_replies": sa.select(ticket_events).where(
            ticket_events.c.ticket_number.in_(own_tickets), ticket_events.c.kind != "internal"
        ),
        "work_on_tickets": sa.select(ticket_events).where(ticket_events.c.actor_id == me),
        "drafts": sa.select(article_drafts).where(
            sa.or_(article_drafts.c.by_id == me, article_drafts.c.reviewer_id == me)
        ),
        "audit": sa.select(log).where(sa.or_(log.c.actor == me, log.c.subject == me)),
    }


def _of(table: sa.Table, user_id: str) -> sa.Select[Any]:
    return sa.select(table).where(table.c.user_id == user_id).order_by(*table.primary_key.columns)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _unpacked(value) for key, value in row.items() if key not in NEVER}


def _unpacked(value: Any) -> Any:
    """Return JSON that was kept as text as what it says."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _saved(path: Path, subject: Subject) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    owners = {item.casefold() for item in (subject.user_id, subject.name, subject.email) if item}
    return [
        {"name": item.name, "question": item.question, "saved_on": item.saved_on.isoformat()}
        for _, item in sorted(QuestionBook(path).kept().saved.items())
        if item.owner.strip().casefold() in owners
    ]

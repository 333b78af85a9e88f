"""Conversations, feedback, desk tickets and vocabulary: each row readable, nothing orphaned."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from pydantic import TypeAdapter

from assistant.handoff.contract import HandOff
from assistant.model import ENTRY_STATUSES, answer_documents
from assistant.tables import conversations, feedback_events, tickets, turns, vocabulary
from assistant.upkeep.findings import Finding, bad, ok, warning
from assistant.wire import load_outcome

_RESTORE: Final = "Restore a backup made before the damage."
_MAX_EXAMPLES: Final = 3
_HANDOFF: Final = TypeAdapter(HandOff)


def check_conversations(
    database: sa.Engine, document_ids: Collection[str] | None
) -> Iterator[Finding]:
    """Read every row as the program does.

    Parameters
    ----------
    database : Engine
        Of conversations, with today's schema.
    document_ids : collection of str or None
        What the document store has; None when it cannot be read.
    """
    cited: set[str] = set()
    with database.connect() as connection:
        unreadable, n_turns = [], 0
        for row in connection.execute(sa.select(turns).order_by(turns.c.turn_id)):
            n_turns += 1
            try:
                datetime.fromisoformat(row.asked_at)
                json.loads(row.timings_ms)
                cited.update(answer_documents(load_outcome(row.outcome, row.body)))
            except (ValueError, KeyError, TypeError):
                unreadable.append(row.turn_id)
        n = {
            each.name: connection.execute(sa.select(sa.func.count()).select_from(each)).scalar_one()
            for each in (conversations, tickets, feedback_events)
        }
        lost = _lost(connection)
        voted = set(connection.execute(sa.select(feedback_events.c.document_id)).scalars())
    if unreadable:
        yield bad("conversations", _some("turns cannot be read", unreadable), _RESTORE)
    for what in lost:
        yield warning("conversations", what, _RESTORE)
    if not unreadable and not lost:
        yield ok(
            "conversations",
            f"{n['conversations']:,} conversations with {n_turns:,} turns, "
            f"{n['desk_tickets']:,} tickets, {n['feedback_events']:,} acts of feedback; "
            "all readable.",
        )
    if document_ids is not None:
        yield from _check_citations(cited, voted, document_ids)


def check_vocabulary(database: sa.Engine, general: Callable[[], int]) -> Iterator[Finding]:
    """Look at what short forms stand for: the operator's entries and the shipped list."""
    with database.connect() as connection:
        rows = connection.execute(sa.select(vocabulary).order_by(vocabulary.c.short)).all()
    strange = [
        row.short
        for row in rows
        if row.status not in ENTRY_STATUSES or not isinstance(json.loads(row.examples), list)
    ]
    if strange:
        yield bad("vocabulary", _some("entries cannot be read", strange), _RESTORE)
    else:
        yield ok("vocabulary", f"{len(rows):,} entries of yours, {general():,} shipped ones.")


def _lost(connection: sa.Connection) -> list[str]:
    """Return in words what belongs to nothing, where no foreign key says so."""
    known = set(connection.execute(sa.select(conversations.c.conversation_id)).scalars())
    with_turns = set(connection.execute(sa.select(turns.c.conversation_id)).scalars())
    rows = connection.execute(sa.select(tickets).order_by(tickets.c.ticket_number)).all()
    orphans = [
        str(row.ticket_number)
        for row in rows
        if row.conversation_id is not None and row.conversation_id not in known
    ]
    broken = [str(row.ticket_number) for row in rows if not _is_handoff(row.handoff)]
    found = (
        ("tickets belong to a conversation that is not there", orphans),
        ("tickets have a hand-off that cannot be read", broken),
        ("conversations have no turns", sorted(known - with_turns)),
    )
    return [_some(what, ids) for what, ids in found if ids]


def _is_handoff(text: str | None) -> bool:
    try:
        return text is None or isinstance(_HANDOFF.validate_json(text), HandOff)
    except ValueError:
        return False


def _check_citations(
    cited: Collection[str], voted: Collection[str], document_ids: Collection[str]
) -> Iterator[Finding]:
    gone = sorted((set(cited) | set(voted)) - set(document_ids))
    if gone:
        yield warning(
            "citations",
            _some("documents that answers quote, or people voted on, are not there", gone),
            "Nothing, if those articles were removed on purpose; else ingest them again.",
        )
    else:
        yield ok("citations", f"All {len(set(cited)):,} quoted documents are there.")


def _some(what: str, ids: list[str]) -> str:
    named = ", ".join(ids[:_MAX_EXAMPLES])
    return f"{len(ids):,} {what}: {named}{' …' if len(ids) > _MAX_EXAMPLES else ''}."

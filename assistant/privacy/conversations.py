"""One person in the database of conversations: what is theirs goes, what names them is masked."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from assistant.accounts import tables as account_tables
from assistant.accounts.audit import append, redact
from assistant.accounts.model import AuditNote
from assistant.model import CLOSED_STATUSES
from assistant.privacy.model import MASK, Subject
from assistant.tables import (
    article_drafts,
    board_entries,
    board_runs,
    conversations,
    feedback,
    feedback_events,
    ticket_events,
    ticket_notes,
    ticket_work,
    tickets,
)
from assistant.upkeep.retention import forget_conversations

KEPT_AS_THEY_ARE: Final = frozenset({"audit_log", "revisions"})
"""Tables in which no text is masked: the log has a way of its own, the other has none."""


def erase_rows(
    connection: sa.Connection, subject: Subject, *, at: datetime
) -> tuple[Counter[str], Counter[str]]:
    """Remove one person, within a transaction that writes; return what went and what was masked.

    Tickets stay as numbers, with how they stood and when, so that counts stay right; nothing of
    what was written by or to the person stays in them.
    """
    removed: Counter[str] = Counter()
    own = sa.select(conversations.c.conversation_id).where(
        conversations.c.user_id == subject.user_id
    )
    ids = list(connection.execute(own).scalars())
    removed += forget_conversations(connection, ids)
    mine = {
        "votes": feedback,
        "feedback": feedback_events,
        "board entries": board_entries,
        "board runs": board_runs,
        "sessions": account_tables.sessions,
        "API tokens": account_tables.api_tokens,
    }
    for name, table in mine.items():
        gone = connection.execute(table.delete().where(table.c.user_id == subject.user_id))
        removed[name] += gone.rowcount
    failures = account_tables.failed_sign_ins
    gone = connection.execute(failures.delete().where(failures.c.account.in_(_hashes(subject))))
    removed["failed sign-ins"] += gone.rowcount
    removed += _empty_tickets(connection, subject)
    _forget_work(connection, subject)
    removed["entries of the audit log, emptied"] += _redact_log(connection, subject, at=at)
    users = account_tables.users
    gone = connection.execute(users.delete().where(users.c.user_id == subject.user_id))
    removed["accounts"] += gone.rowcount
    return +removed, _mask_everywhere(connection, subject)


def _empty_tickets(connection: sa.Connection, subject: Subject) -> Counter[str]:
    mine = tickets.c.user_id == subject.user_id
    numbers = list(connection.execute(sa.select(tickets.c.ticket_number).where(mine)).scalars())
    for number in numbers:
        connection.execute(ticket_notes.delete().where(ticket_notes.c.ticket_number == number))
        said = sa.and_(
            ticket_events.c.ticket_number == number,
            ticket_events.c.kind.in_(("reply", "internal")),
        )
        connection.execute(ticket_events.update().where(said).values(text=MASK))
    still_open = sa.and_(mine, tickets.c.status.not_in(sorted(CLOSED_STATUSES)))
    connection.execute(tickets.update().where(still_open).values(status="cancelled"))
    connection.execute(
        tickets.update()
        .where(mine)
        .values(
            user_id=subject.pseudonym,
            conversation_id=None,
            subject=MASK,
            transcript="",
            handoff=None,
        )
    )
    return Counter({"tickets, emptied": len(numbers)} if numbers else {})


def _forget_work(connection: sa.Connection, subject: Subject) -> None:
    """Take the person's name out of what they did for others as an agent."""
    at_work = (
        (ticket_work, "assignee_id", "assignee_name", None),
        (ticket_events, "actor_id", "actor_name", ""),
        (article_drafts, "by_id", "by_name", ""),
        (article_drafts, "reviewer_id", "reviewer_name", None),
    )
    for table, who, called, nobody in at_work:
        values: dict[str, Any] = {called: nobody}
        values[who] = None if table is ticket_work else subject.pseudonym
        connection.execute(table.update().where(table.c[who] == subject.user_id).values(values))


def _redact_log(connection: sa.Connection, subject: Subject, *, at: datetime) -> int:
    left = redact(connection, subject.user_id, pseudonym=subject.pseudonym)
    users = account_tables.users
    is_there = connection.execute(
        sa.select(users.c.user_id).where(users.c.user_id == subject.user_id)
    ).first()
    if left or is_there:
        note = AuditNote(
            action="person.erased", actor="cli", subject=subject.pseudonym, detail={"left": left}
        )
        append(connection, note, at=at)
    return len(left)


def _mask_everywhere(connection: sa.Connection, subject: Subject) -> Counter[str]:
    """Mask in every text of every table, also of those that nobody thought of here."""
    masked: Counter[str] = Counter()
    there = sa.inspect(connection)
    for name in there.get_table_names():
        if name in KEPT_AS_THEY_ARE:
            continue
        columns = [item["name"] for item in there.get_columns(name) if _is_text(item["type"])]
        table = sa.table(name, sa.column("rowid"), *(sa.column(column) for column in columns))
        for row in connection.execute(sa.select(table)).mappings().all():
            found = {
                column: subject.masked(row[column])
                for column in columns
                if subject.is_in(row[column])
            }
            if found:
                here = table.c.rowid == row["rowid"]
                connection.execute(
                    sa.update(table).prefix_with("OR REPLACE").where(here).values(found)
                )
                masked[name] += len(found)
    return masked


def _is_text(kind: object) -> bool:
    return isinstance(kind, sa.String)


def _hashes(subject: Subject) -> tuple[str, ...]:
    typed = (subject.name, subject.email)
    return tuple(hashlib.sha256(item.encode()).hexdigest()[:32] for item in typed if item)

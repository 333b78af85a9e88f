"""What is kept only for a time: conversations, sign-ins, the audit log's beginning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from assistant.accounts import tables as account_tables
from assistant.accounts.audit import shorten
from assistant.config import Settings
from assistant.tables import board_runs, conversations, feedback, feedback_events, tickets, turns
from assistant.upkeep.findings import Finding, ok, warning


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """What has been kept for longer than the settings say."""

    conversation_ids: tuple[str, ...]
    n_sessions: int
    n_audit_entries: int

    def __bool__(self) -> bool:
        """Return whether somebody must be told: a sign-in that is over opens nothing."""
        return bool(self.conversation_ids or self.n_audit_entries)

    def __str__(self) -> str:
        """Return it in words."""
        return (
            f"{len(self.conversation_ids):,} conversations, {self.n_sessions:,} sign-ins that are "
            f"over, {self.n_audit_entries:,} entries of the audit log"
        )


def find_overdue(connection: sa.Connection, settings: Settings, now: datetime) -> Overdue:
    """Return what the settings say is to be forgotten by now."""
    sessions, log = account_tables.sessions, account_tables.audit_log
    over = sa.select(sa.func.count()).select_from(sessions).where(_is_over(settings, now))
    old = sa.select(sa.func.count()).select_from(log)
    audit_end = _before(now, settings.keep_audit_days)
    is_there = sa.inspect(connection).has_table
    return Overdue(
        conversation_ids=tuple(_old_conversations(connection, settings, now)),
        n_sessions=connection.execute(over).scalar_one() if is_there("sessions") else 0,
        n_audit_entries=connection.execute(old.where(log.c.at < audit_end)).scalar_one()
        if audit_end and is_there("audit_log")
        else 0,
    )


def forget_overdue(engine: sa.Engine, settings: Settings, now: datetime) -> Overdue:
    """Forget what is to be forgotten, in one transaction; return what it was."""
    account_tables.make_tables(engine)
    with engine.execution_options(is_write=True).begin() as connection:
        found = find_overdue(connection, settings, now)
        forget_conversations(connection, found.conversation_ids)
        connection.execute(account_tables.sessions.delete().where(_is_over(settings, now)))
        if settings.keep_audit_days:
            shorten(connection, before=now - timedelta(days=settings.keep_audit_days), at=now)
    return found


def check_retention(engine: sa.Engine, settings: Settings, now: datetime) -> Iterator[Finding]:
    """See that nothing is kept for longer than the settings say."""
    with engine.connect() as connection:
        found = find_overdue(connection, settings, now)
    if found:
        yield warning(
            "retention",
            f"Kept for longer than the settings say: {found}.",
            "`deskwise doctor --repair` forgets them; so does the next start of `deskwise serve`.",
            "retention",
        )
    else:
        yield ok("retention", "Nothing is kept for longer than the settings say.")


def forget_conversations(connection: sa.Connection, ids: Collection[str]) -> Counter[str]:
    """Remove conversations with their turns and what people thought of them."""
    removed: Counter[str] = Counter()
    for one in ids:
        of_turns = sa.select(turns.c.turn_id).where(turns.c.conversation_id == one)
        for name, table in (("votes", feedback), ("feedback", feedback_events)):
            gone = connection.execute(table.delete().where(table.c.turn_id.in_(of_turns)))
            removed[name] += gone.rowcount
        for name, table in (("turns", turns), ("board runs", board_runs)):
            here = table.c.conversation_id == one
            removed[name] += connection.execute(table.delete().where(here)).rowcount
        here = conversations.c.conversation_id == one
        removed["conversations"] += connection.execute(conversations.delete().where(here)).rowcount
        linked = tickets.c.conversation_id == one
        connection.execute(tickets.update().where(linked).values(conversation_id=None))
    return +removed


def _old_conversations(
    connection: sa.Connection, settings: Settings, now: datetime
) -> Iterator[str]:
    """Yield the conversations that nobody went on with; their tickets stay."""
    end = _before(now, settings.keep_conversations_days)
    if not end:
        return
    # Times of all zones stand there, so the text alone does not tell which is earlier.
    limit = datetime.fromisoformat(end)
    for row in connection.execute(sa.select(conversations).order_by("conversation_id")):
        if datetime.fromisoformat(row.last_at).astimezone(UTC) < limit:
            yield row.conversation_id


def _is_over(settings: Settings, now: datetime) -> sa.ColumnElement[bool]:
    sessions = account_tables.sessions
    idle = now - timedelta(minutes=settings.session_idle_minutes)
    oldest = now - timedelta(hours=settings.session_hours)
    return sa.or_(sessions.c.seen_at < _text(idle), sessions.c.created_at < _text(oldest))


def _before(now: datetime, days: int) -> str:
    """Return the time before which things are too old; nothing when they are kept for ever."""
    return (now - timedelta(days=days)).astimezone(UTC).isoformat() if days else ""


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")

"""The tables of conversations, feedback and tickets, and how older databases become newer ones."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()
conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("conversation_id", sa.String, primary_key=True),
    sa.Column("user_id", sa.String, nullable=False, index=True),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("started_at", sa.String, nullable=False),
    sa.Column("last_at", sa.String, nullable=False),
)
turns = sa.Table(
    "turns",
    metadata,
    sa.Column("turn_id", sa.String, primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.conversation_id"), index=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("text", sa.String, nullable=False),
    sa.Column("route", sa.String, nullable=True),
    sa.Column("outcome", sa.String, nullable=False),
    sa.Column("body", sa.String, nullable=False),
    sa.Column("asked_at", sa.String, nullable=False),
    sa.Column("timings_ms", sa.String, nullable=False),
    sa.UniqueConstraint("conversation_id", "ordinal"),
)
feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("turn_id", sa.ForeignKey("turns.turn_id"), primary_key=True),
    sa.Column("user_id", sa.String, primary_key=True),
    sa.Column("value", sa.String, nullable=False),
    sa.Column("comment", sa.String, nullable=False),
    sa.Column("given_at", sa.String, nullable=False),
)
tickets = sa.Table(
    "desk_tickets",
    metadata,
    sa.Column("ticket_number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("conversation_id", sa.String, nullable=True, unique=True),
    sa.Column("user_id", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("transcript", sa.String, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("opened_at", sa.String, nullable=False),
    sa.Column("handoff", sa.String, nullable=True),
)
"""`handoff` is JSON of `assistant.handoff.contract.HandOff`; null of tickets older than it."""
ticket_notes = sa.Table(
    "desk_ticket_notes",
    metadata,
    sa.Column("ticket_number", sa.ForeignKey("desk_tickets.ticket_number"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    sa.Column("text", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
)
"""What requesters added to their tickets."""
ticket_work = sa.Table(
    "desk_ticket_work",
    metadata,
    sa.Column("ticket_number", sa.ForeignKey("desk_tickets.ticket_number"), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("assignee_id", sa.String, nullable=True),
    sa.Column("assignee_name", sa.String, nullable=True),
    sa.Column("category", sa.String, nullable=True),
    sa.Column("priority", sa.String, nullable=True),
    sa.Column("team", sa.String, nullable=True),
)
"""How far agents are; a ticket that nothing came to since it was opened has no row."""
ticket_events = sa.Table(
    "desk_ticket_events",
    metadata,
    sa.Column("ticket_number", sa.ForeignKey("desk_tickets.ticket_number"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("text", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("actor_id", sa.String, nullable=False),
    sa.Column("actor_name", sa.String, nullable=False),
)
"""What agents wrote in tickets and did with them."""
article_drafts = sa.Table(
    "article_drafts",
    metadata,
    sa.Column("draft_id", sa.String, primary_key=True),
    sa.Column("ticket_id", sa.String, nullable=False, index=True),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("markdown", sa.String, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("acl", sa.String, nullable=False),
    sa.Column("by_id", sa.String, nullable=False),
    sa.Column("by_name", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("reviewer_id", sa.String, nullable=True),
    sa.Column("reviewer_name", sa.String, nullable=True),
    sa.Column("reviewed_at", sa.String, nullable=True),
)
"""Articles in the making; `acl` is a JSON list: who may read the ticket that each comes from."""
board_entries = sa.Table(
    "board_entries",
    metadata,
    sa.Column("entry_id", sa.String, primary_key=True),
    sa.Column("user_id", sa.String, nullable=False, index=True),
    sa.Column("questions", sa.String, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("added_at", sa.String, nullable=False),
)
"""What managers pinned; `questions` is a JSON list: a question and what followed it."""
board_runs = sa.Table(
    "board_runs",
    metadata,
    sa.Column("conversation_id", sa.String, primary_key=True),
    sa.Column("user_id", sa.String, nullable=False, index=True),
    sa.Column("at", sa.String, nullable=False),
)
"""Conversations that a board had, not a person: they stand in no list."""
feedback_events = sa.Table(
    "feedback_events",
    metadata,
    sa.Column("event_id", sa.String, primary_key=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("user_id", sa.String, nullable=False, index=True),
    sa.Column("is_known", sa.Boolean, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("question", sa.String, nullable=False),
    sa.Column("document_id", sa.String, nullable=False, index=True),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("turn_id", sa.ForeignKey("turns.turn_id", ondelete="CASCADE"), nullable=True),
    sa.Column("encoder", sa.String, nullable=True),
    sa.Column("vector", sa.LargeBinary, nullable=True),
    sa.UniqueConstraint("user_id", "question", "document_id", "kind"),
)
"""What people did with documents. `vector` is the question's, of the encoder named."""
revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)
"""Rises with each change of what it names, so that a running server notices one made elsewhere."""
vocabulary = sa.Table(
    "vocabulary",
    metadata,
    sa.Column("short", sa.String, primary_key=True),
    sa.Column("meaning", sa.String, primary_key=True),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("n_texts", sa.Integer, nullable=False),
    sa.Column("examples", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
)
"""What short forms and nicknames may stand for, and what the operator said of it."""

ingest_runs = sa.Table(
    "ingest_runs",
    metadata,
    sa.Column("run_id", sa.String, primary_key=True),
    sa.Column("at", sa.String, nullable=False, index=True),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("body", sa.String, nullable=False),
)
"""What each ingest did; `body` is JSON: sources, groups, counts, files that were not taken."""
gap_topics = sa.Table(
    "gap_topics",
    metadata,
    sa.Column("topic_id", sa.String, primary_key=True),
    sa.Column("turn_ids", sa.String, nullable=False),
    sa.Column("owner_id", sa.String, nullable=False),
    sa.Column("owner_name", sa.String, nullable=False),
    sa.Column("checked_at", sa.String, nullable=True),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("n_asked", sa.Integer, nullable=False),
    sa.Column("n_answered", sa.Integer, nullable=False),
)
"""Groups of open questions: who looks after them, and what asking them again came to."""
operator_choices = sa.Table(
    "operator_choices",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("value", sa.String, nullable=False),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
)
"""What operators chose on the page in place of a setting."""


def revision(connection: sa.Connection, name: str) -> int:
    """Return how often what is named was changed."""
    query = sa.select(revisions.c.number).where(revisions.c.name == name)
    return int(connection.execute(query).scalar() or 0)


def raise_revision(connection: sa.Connection, name: str) -> None:
    """Note a change of what is named."""
    number = revision(connection, name) + 1
    connection.execute(revisions.delete().where(revisions.c.name == name))
    connection.execute(revisions.insert().values(name=name, number=number))

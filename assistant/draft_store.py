"""Drafts of articles in a relational database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from assistant.tables import article_drafts as _drafts
from assistant.work import Agent, ArticleDraft, DraftStatus


class SqlDraftStore:
    """The `DraftStore` port on any SQLAlchemy engine."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(is_write=True)

    def add(self, draft: ArticleDraft) -> None:
        """Keep a draft; one of the same ticket that nobody has reviewed is replaced."""
        same = sa.and_(_drafts.c.ticket_id == draft.ticket_id, _drafts.c.status == "proposed")
        with self._writer.begin() as connection:
            connection.execute(_drafts.delete().where(same))
            connection.execute(
                _drafts.insert().values(
                    draft_id=draft.draft_id,
                    ticket_id=draft.ticket_id,
                    title=draft.title,
                    markdown=draft.markdown,
                    status=draft.status,
                    acl=json.dumps(draft.acl),
                    by_id=draft.by.agent_id,
                    by_name=draft.by.name,
                    at=draft.at.isoformat(),
                )
            )

    def drafts(self) -> tuple[ArticleDraft, ...]:
        """Return every draft, newest first."""
        query = sa.select(_drafts).order_by(_drafts.c.at.desc(), _drafts.c.draft_id)
        with self._engine.connect() as connection:
            return tuple(_draft(row) for row in connection.execute(query))

    def review(
        self, draft_id: str, status: DraftStatus, *, by: Agent, at: datetime
    ) -> ArticleDraft | None:
        """Keep what was decided about a draft; None when there is none."""
        here = _drafts.c.draft_id == draft_id
        with self._writer.begin() as connection:
            connection.execute(
                _drafts.update()
                .where(here)
                .values(
                    status=status,
                    reviewer_id=by.agent_id,
                    reviewer_name=by.name,
                    reviewed_at=at.isoformat(),
                )
            )
            row = connection.execute(sa.select(_drafts).where(here)).one_or_none()
        return None if row is None else _draft(row)


def _draft(row: Any) -> ArticleDraft:
    reviewer = None
    if row.reviewer_id is not None:
        reviewer = Agent(agent_id=row.reviewer_id, name=row.reviewer_name or "")
    return ArticleDraft(
        draft_id=row.draft_id,
        ticket_id=row.ticket_id,
        title=row.title,
        markdown=row.markdown,
        status=row.status,
        acl=tuple(json.loads(row.acl)),
        by=Agent(agent_id=row.by_id, name=row.by_name),
        at=_time(row.at),
        reviewed_by=reviewer,
        reviewed_at=_time(row.reviewed_at) if row.reviewed_at else None,
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

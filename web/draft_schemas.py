"""Drafts of articles as the API takes and gives them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from pydantic import Field

from assistant.work import ArticleDraft, DraftStatus
from web.desk_schemas import AgentBody
from web.strict import Given, Strict

_PLAIN = re.compile(r"[^a-z0-9]+")


class SkeletonBody(Strict):
    """An article as far as a ticket tells it."""

    ticket_id: str
    title: str
    markdown: str


class DraftRequest(Given):
    """A draft for the list of those to review."""

    ticket_id: str = Field(pattern=r"^[A-Za-z0-9#][A-Za-z0-9._:#-]{0,63}$", examples=["LF-1102"])
    title: str = Field(min_length=1, max_length=200, pattern=r"\S")
    markdown: str = Field(min_length=1, max_length=40_000, pattern=r"\S")


class ReviewRequest(Given):
    """What becomes of a draft."""

    status: Literal["accepted", "rejected"]


class DraftBody(Strict):
    """A draft on the list for review."""

    draft_id: str
    ticket_id: str
    title: str
    markdown: str
    status: DraftStatus
    by: AgentBody
    at: datetime
    reviewed_by: AgentBody | None
    reviewed_at: datetime | None


class DraftList(Strict):
    """Drafts, newest first."""

    drafts: list[DraftBody]


def describe_draft(draft: ArticleDraft) -> DraftBody:
    """Return a draft; who may read it stays inside."""
    reviewer = draft.reviewed_by
    return DraftBody(
        draft_id=draft.draft_id,
        ticket_id=draft.ticket_id,
        title=draft.title,
        markdown=draft.markdown,
        status=draft.status,
        by=AgentBody(agent_id=draft.by.agent_id, name=draft.by.name),
        at=draft.at,
        reviewed_by=None
        if reviewer is None
        else AgentBody(agent_id=reviewer.agent_id, name=reviewer.name),
        reviewed_at=draft.reviewed_at,
    )


def file_name(draft: ArticleDraft) -> str:
    """Return a file's name of letters, digits and hyphens."""
    return f"{_PLAIN.sub('-', draft.title.lower()).strip('-')[:60] or 'article'}.md"

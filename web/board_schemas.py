"""Boards and saved questions as the API takes and gives them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from analytics.questions.model import SavedQuestion
from assistant.boards import BoardEntry
from web.strict import Given, Strict

EntryId = Annotated[str, Field(pattern=r"^[a-f0-9]{16}$", examples=["0123456789abcdef"])]
_Question = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]


class PinRequest(Given):
    """A question to ask anew whenever the board is opened."""

    question: _Question = Field(examples=["Show revenue by month"])
    follow_ups: list[_Question] = Field(
        default=[],
        max_length=8,
        description="What was said after it in its conversation, up to what is pinned.",
        examples=[["And by region?"]],
    )


class OrderRequest(Given):
    """Entries that come first, in this order; the others follow as they were."""

    entry_ids: list[EntryId] = Field(max_length=100)


class BoardEntryBody(Strict):
    """A pinned question. There are no figures with it: ask it."""

    entry_id: str
    question: str
    follow_ups: list[str]
    added_at: datetime


class BoardBody(Strict):
    """The asker's board, in its order."""

    entries: list[BoardEntryBody]


class AlertBody(Strict):
    """When a saved question asks for attention."""

    kind: Literal["above", "below", "unusual"]
    limit: float | None = Field(description="In the number's unit; null of `unusual`.")


class SavedQuestionBody(Strict):
    """A question that the digest asks."""

    name: str
    question: str
    every: Literal["day", "week", "month"]
    alert: AlertBody | None
    last_run_on: date | None
    fired_on: date | None = Field(description="Since when its alert holds; null while it does not.")


class SavedQuestionList(Strict):
    """Saved questions of the asker and of nobody, by name."""

    questions: list[SavedQuestionBody]


def describe_entry(entry: BoardEntry) -> BoardEntryBody:
    """Return an entry of a board."""
    return BoardEntryBody(
        entry_id=entry.entry_id,
        question=entry.questions[0],
        follow_ups=list(entry.questions[1:]),
        added_at=entry.added_at,
    )


def describe_saved(saved: SavedQuestion) -> SavedQuestionBody:
    """Return a saved question; its last number stays inside, for it may be old."""
    alert = saved.alert
    return SavedQuestionBody(
        name=saved.name,
        question=saved.question,
        every=saved.every,
        alert=None if alert is None else AlertBody(kind=alert.kind, limit=alert.limit),
        last_run_on=saved.last_run_on,
        fired_on=saved.fired_on,
    )

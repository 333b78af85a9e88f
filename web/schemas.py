"""What the API takes and gives, as pydantic models: the border where nothing is trusted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field, model_validator

from analytics.model import ChartKind, Unit
from assistant.model import (
    ArticleView,
    Check,
    Conversation,
    FeedbackValue,
    OutcomeName,
    Route,
)
from assistant.wire import turn_to_json
from knowledge_base.model import BlockKind, Document, DocumentStatus, ExpansionSource
from web.strict import ConversationId, Given, Strict
from web.ticket_schemas import HandOffBody


class AskRequest(Given):
    """One question, in a conversation or at the start of one."""

    text: str = Field(description="The question.", examples=["How do I install LarkVPN?"])
    conversation_id: ConversationId | None = None


class FeedbackRequest(Given):
    """What the asker thought of an answer; a second vote replaces the first."""

    value: FeedbackValue
    comment: str = Field(default="", max_length=2000)


class FeedbackEventRequest(Given):
    """What the asker did with a document: opened it, took it over as a suggestion."""

    kind: Literal["click", "accepted", "edited"] = Field(
        description="Opened; used as it stands; used after changing it."
    )
    document_id: str = Field(min_length=1, max_length=1000)
    turn_id: ConversationId | None = Field(
        default=None, description="The turn of yours that showed it."
    )
    question: str | None = Field(
        default=None,
        min_length=1,
        max_length=20_000,
        description="What it was suggested for, when no turn showed it: a ticket's text.",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> FeedbackEventRequest:
        if (self.turn_id is None) == (self.question is None):
            raise ValueError("give either turn_id or question")
        return self


class ErrorBody(Strict):
    """What every failure looks like."""

    error: str = Field(description="Stable name of the kind of failure.")
    message: str = Field(description="What failed.")
    hint: str = Field(description="What can be done about it; may be empty.")
    request_id: str = Field(description="Where the server's log tells more.")


class CitationBody(Strict):
    """Where a span stands: characters `start` to `end` of the article's text."""

    document_id: str
    title: str
    start: int
    end: int
    quote: str
    url: str
    updated_on: date | None
    verified_by: str | None
    status: str
    heading: str


class ColumnBody(Strict):
    """A column of a result; unit is null for a dimension."""

    name: str
    label: str
    unit: Unit | None


class ChartBody(Strict):
    """What the page draws: column names along the axis and up it."""

    kind: ChartKind
    title: str
    x: str | None
    y: list[str]
    series: str | None
    unit: Unit | None
    compare: list[str]
    most_x: int | None = Field(description="At most this many groups are drawn; null: all.")
    most_series: int | None
    others: Literal["added_up", "left_out"] | None
    note: str = Field(description="What is not drawn, in words; the rows have all.")


class CheckedBody(Strict):
    """A second computation that came to the same number."""

    kind: Literal["groups", "split", "ratio", "change", "shares"]
    text: str


class ReceiptBody(Strict):
    """How the numbers were computed."""

    sql: str
    period: str
    definition: str
    filters: list[str]
    n_rows: int
    as_of: date
    notes: list[str]
    checks: list[CheckedBody]
    is_partial: bool
    rows_read: int | None
    definition_version: str
    elapsed_ms: float | None


class FindingBody(Strict):
    """Figures with their receipt."""

    analysis: str
    metric_query: dict[str, Any] | None
    columns: list[ColumnBody]
    rows: list[list[str | int | float | bool | None]]
    chart: ChartBody
    receipt: ReceiptBody
    slots: dict[str, Any]


class ChoiceBody(Strict):
    """A button, and the text that it sends."""

    label: str
    text: str


class SearchedAlsoBody(Strict):
    """What was searched for besides the question's own words, and who says that it is meant."""

    written: str
    meaning: str
    source: ExpansionSource


class TurnBody(Strict):
    """One question and what came of it."""

    outcome: OutcomeName
    route: Route
    confidence: float = Field(ge=0, le=1)
    text: str = Field(description="The answer, in Markdown.")
    citations: list[CitationBody]
    finding: FindingBody | None
    choices: list[ChoiceBody]
    conversation_id: str
    timings_ms: dict[str, float]
    turn_id: str
    question: str
    asked_at: datetime
    suggestions: list[str]
    reason: str | None
    nearest: list[CitationBody]
    offers_ticket: bool
    searched_also: list[SearchedAlsoBody]
    replies: list[ChoiceBody]
    ticket_number: int | None
    handoff: HandOffBody | None


class ConversationSummary(Strict):
    """A conversation without its turns."""

    conversation_id: str
    title: str
    started_at: datetime


class ConversationList(Strict):
    """The asker's conversations, newest first."""

    conversations: list[ConversationSummary]


class ConversationBody(ConversationSummary):
    """A conversation with its turns, oldest first."""

    turns: list[TurnBody]


class ArticleSummary(Strict):
    """An article in a list."""

    document_id: str
    title: str
    description: str
    status: DocumentStatus
    updated_on: date | None
    tags: list[str]


class ArticleList(Strict):
    """One page of articles, by title."""

    articles: list[ArticleSummary]
    next_offset: int | None = Field(description="Where the next page starts; null at the end.")


class BlockBody(Strict):
    """One block of an article: characters `start` to `end` of its text."""

    kind: BlockKind
    start: int
    end: int
    level: int
    number: str
    heading_path: list[str]
    depth: int


class ArticleBody(ArticleSummary):
    """An article: its text as stored, and the blocks that it is made of."""

    text: str
    body_start: int
    superseded_by: str | None
    url: str | None
    applies_to: list[str]
    verified_by: str | None
    blocks: list[BlockBody]


class ExampleList(Strict):
    """Questions that this installation can answer."""

    examples: list[str]


class QuestionList(Strict):
    """Whole questions that can be answered, best first."""

    suggestions: list[str]


class Alive(Strict):
    """The process answers."""

    status: Literal["ok"]


class CheckBody(Strict):
    """One part of the program, and whether it can serve."""

    name: str
    ready: bool
    detail: str


class Readiness(Strict):
    """Whether every part can serve."""

    ready: bool
    checks: list[CheckBody]


def summarise_conversation(conversation: Conversation) -> ConversationSummary:
    """Return a conversation as it stands in a list."""
    return ConversationSummary(
        conversation_id=conversation.conversation_id,
        title=conversation.title,
        started_at=conversation.started_at,
    )


def conversation_to_json(conversation: Conversation) -> dict[str, Any]:
    """Return a conversation with its turns as JSON of the shape `ConversationBody`."""
    summary = summarise_conversation(conversation).model_dump(mode="json")
    return summary | {"turns": [turn_to_json(turn) for turn in conversation.turns]}


def _summary_fields(document: Document) -> dict[str, Any]:
    return {
        "document_id": document.document_id,
        "title": document.title,
        "description": document.description,
        "status": document.status,
        "updated_on": document.updated_on,
        "tags": list(document.tags),
    }


def summarise_article(document: Document) -> ArticleSummary:
    """Return an article as it stands in a list."""
    return ArticleSummary(**_summary_fields(document))


def describe_article(view: ArticleView) -> ArticleBody:
    """Return an article for reading. Who may read it and its other metadata stay inside."""
    document = view.document
    return ArticleBody(
        **_summary_fields(document),
        text=document.text,
        body_start=document.body_start,
        superseded_by=document.superseded_by,
        url=document.url,
        applies_to=list(document.applies_to),
        verified_by=document.verified_by,
        blocks=[
            BlockBody(
                kind=block.kind,
                start=block.start,
                end=block.end,
                level=block.level,
                number=block.number,
                heading_path=list(block.heading_path),
                depth=block.depth,
            )
            for block in view.blocks
        ],
    )


def describe_check(check: Check) -> CheckBody:
    """Return one part's readiness."""
    return CheckBody(name=check.name, ready=check.ready, detail=check.detail)

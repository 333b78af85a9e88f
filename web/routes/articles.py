"""Articles and the examples on the first page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from web.access import needs
from web.routes.dependencies import AskerOf, AssistantOf, failures
from web.schemas import (
    ArticleBody,
    ArticleList,
    ExampleList,
    describe_article,
    summarise_article,
)

router = APIRouter()


@router.get(
    "/articles",
    dependencies=[needs("articles.read")],
    responses=failures(),
    summary="List articles",
)
def list_articles(
    assistant: AssistantOf,
    asker: AskerOf,
    query: Annotated[str, Query(max_length=200, description="Words in the title.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> ArticleList:
    """Return the articles that the asker may read, by title."""
    # One more than asked for tells whether there is a next page.
    found = assistant.articles(asker, query=query, limit=limit + 1, offset=offset)
    return ArticleList(
        articles=[summarise_article(document) for document in found[:limit]],
        next_offset=offset + limit if len(found) > limit else None,
    )


@router.get(
    "/articles/{document_id:path}",
    dependencies=[needs("articles.read")],
    responses=failures(404),
    summary="Read an article",
)
def read_article(
    document_id: Annotated[str, Path(max_length=500, examples=["articles/vpn/larkvpn-install.md"])],
    assistant: AssistantOf,
    asker: AskerOf,
) -> ArticleBody:
    """Return an article: its text as stored, and its blocks as offsets into it."""
    return describe_article(assistant.article(document_id, asker=asker))


@router.get(
    "/examples",
    dependencies=[needs("chat.ask")],
    responses=failures(),
    summary="What can be asked here",
)
def list_examples(assistant: AssistantOf, asker: AskerOf) -> ExampleList:
    """Return six questions that this installation can answer."""
    return ExampleList(examples=list(assistant.examples(asker)))

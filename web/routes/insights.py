"""Questions of managers while they are typed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from web.access import needs
from web.routes.dependencies import AskerOf, AssistantOf, failures
from web.schemas import QuestionList

router = APIRouter()

MOST_CHARS = 200


@router.get(
    "/insights/suggestions",
    dependencies=[needs("insights.ask")],
    responses=failures(),
    summary="Questions that begin like a text",
)
def complete_question(
    assistant: AssistantOf,
    asker: AskerOf,
    q: Annotated[
        str, Query(max_length=MOST_CHARS, description="What is typed so far.", examples=["rev"])
    ] = "",
) -> QuestionList:
    """Return up to eight whole questions; the asker may ask each, and each has an answer."""
    return QuestionList(suggestions=list(assistant.complete_question(q, asker=asker)))

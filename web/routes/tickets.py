"""Suggestions for agents: beside a ticket, and while somebody types one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from assistant.suggestions import Suggestions
from web.routes.dependencies import CHANGES, AskerOf, AssistantOf, failures
from web.schemas import SuggestionRequest

router = APIRouter()

_TICKET_ID = r"^[A-Za-z0-9#][A-Za-z0-9._:#-]{0,63}$"


@router.get(
    "/tickets/{ticket_id}/suggestions", responses=failures(404), summary="Suggestions for a ticket"
)
def suggest_for_ticket(
    ticket_id: Annotated[str, Path(pattern=_TICKET_ID, examples=["LF-1102", "1000"])],
    assistant: AssistantOf,
    asker: AskerOf,
) -> Suggestions:
    """Return what fixed the same thing before, for a ticket that the asker may read."""
    return assistant.suggest_for_ticket(ticket_id, asker=asker)


@router.post(
    "/suggestions", responses=failures(*CHANGES), summary="Suggestions while somebody types"
)
def suggest_for_text(
    body: SuggestionRequest, assistant: AssistantOf, asker: AskerOf
) -> Suggestions:
    """Return what may help with a problem; nothing of the text is kept."""
    return assistant.suggest_for_text(body.text, asker=asker, subject=body.subject)

"""Questions, conversations and feedback."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import JSONResponse, StreamingResponse

from assistant.wire import turn_to_json
from web import stream
from web.access import needs
from web.routes.dependencies import (
    CHANGES,
    AskerOf,
    AssistantOf,
    GuardOf,
    PersonOf,
    RequestId,
    failures,
)
from web.schemas import (
    AskRequest,
    ConversationBody,
    ConversationList,
    ConversationSummary,
    FeedbackEventRequest,
    FeedbackRequest,
    TurnBody,
    conversation_to_json,
    summarise_conversation,
)

router = APIRouter()

_ID = r"^[A-Za-z0-9_-]{1,64}$"
_STREAM_EXAMPLE = (
    'id: 1\nevent: route\ndata: {"route":"helpdesk","conversation_id":"9f2c41d0"}\n\n'
    'id: 2\nevent: text\ndata: {"text":"1. Open **Software Shelf**.\\n"}\n\n'
)
_ASK_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": TurnBody,
        "description": "The turn; with `Accept: text/event-stream` its events, of which the last, "
        "`done`, carries the turn, or `error` the envelope.",
        "content": {stream.MEDIA_TYPE: {"example": _STREAM_EXAMPLE}},
    }
}


@router.post(
    "/ask",
    dependencies=[needs("chat.ask")],
    responses=_ASK_ANSWERS | failures(404, *CHANGES),
    summary="Ask a question",
)
def ask(
    body: AskRequest,
    assistant: AssistantOf,
    person: PersonOf,
    guard: GuardOf,
    request_id: RequestId,
    accept: Annotated[str, Header()] = "application/json",
) -> Response:
    """Answer one question, at once or as a stream of events."""
    asker = person.asker
    if stream.MEDIA_TYPE in accept.lower():
        events = assistant.stream(body.text, asker=asker, conversation_id=body.conversation_id)
        return StreamingResponse(
            stream.start(events, request_id, lambda: guard.is_still_there(person)),
            media_type=stream.MEDIA_TYPE,
            headers={"X-Accel-Buffering": "no"},  # a proxy must not hold events back
        )
    turn = assistant.ask(body.text, asker=asker, conversation_id=body.conversation_id)
    return JSONResponse(turn_to_json(turn))


@router.get(
    "/conversations",
    dependencies=[needs("conversations.read_own")],
    responses=failures(),
    summary="List your conversations",
)
def list_conversations(
    assistant: AssistantOf,
    asker: AskerOf,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ConversationList:
    """Return the asker's conversations, newest first."""
    found = assistant.conversations(asker, limit=limit)
    summaries: list[ConversationSummary] = [summarise_conversation(item) for item in found]
    return ConversationList(conversations=summaries)


@router.get(
    "/conversations/{conversation_id}",
    dependencies=[needs("conversations.read_own")],
    response_model=ConversationBody,
    responses=failures(404),
    summary="Read one conversation",
)
def read_conversation(
    conversation_id: Annotated[str, Path(pattern=_ID)], assistant: AssistantOf, asker: AskerOf
) -> Response:
    """Return one of the asker's conversations with its turns."""
    return JSONResponse(conversation_to_json(assistant.conversation(conversation_id, asker=asker)))


@router.post(
    "/turns/{turn_id}/feedback",
    dependencies=[needs("feedback.give")],
    status_code=204,
    responses=failures(404, *CHANGES),
    summary="Say whether an answer helped",
)
def add_feedback(
    turn_id: Annotated[str, Path(pattern=_ID)],
    body: FeedbackRequest,
    assistant: AssistantOf,
    asker: AskerOf,
) -> Response:
    """Store what the asker thought of a turn."""
    assistant.add_feedback(turn_id, asker=asker, value=body.value, comment=body.comment)
    return Response(status_code=204)


@router.post(
    "/feedback/events",
    dependencies=[needs("feedback.give")],
    status_code=204,
    responses=failures(404, 429, *CHANGES),
    summary="Say what you did with a document",
)
def add_feedback_event(
    body: FeedbackEventRequest, assistant: AssistantOf, asker: AskerOf
) -> Response:
    """Store that the asker opened a document that was shown, or took a suggestion over."""
    assistant.add_feedback_event(
        body.kind,
        body.document_id,
        asker=asker,
        turn_id=body.turn_id,
        question=body.question,
    )
    return Response(status_code=204)

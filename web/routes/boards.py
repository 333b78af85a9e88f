"""The managers' board: pinned questions, asked anew; and the saved questions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import JSONResponse

from assistant.boards import Boards
from assistant.wire import turn_to_json
from web.access import needs
from web.board_schemas import (
    BoardBody,
    BoardEntryBody,
    OrderRequest,
    PinRequest,
    SavedQuestionList,
    describe_entry,
    describe_saved,
)
from web.routes.dependencies import CHANGES, AskerOf, AssistantOf, PersonOf, failures
from web.schemas import TurnBody

router = APIRouter(prefix="/insights")

EntryIdPath = Annotated[str, Path(pattern=r"^[a-f0-9]{16}$", examples=["0123456789abcdef"])]


def _boards(assistant: AssistantOf) -> Boards:
    return assistant.boards


BoardsOf = Annotated[Boards, Depends(_boards)]


@router.get(
    "/board",
    dependencies=[needs("insights.ask")],
    responses=failures(),
    summary="Read your board",
)
def read_board(boards: BoardsOf, asker: AskerOf) -> BoardBody:
    """Return what the asker pinned, in its order."""
    return BoardBody(entries=[describe_entry(item) for item in boards.entries(asker=asker)])


@router.post(
    "/board",
    dependencies=[needs("insights.save")],
    status_code=201,
    responses=failures(409, *CHANGES),
    summary="Pin a question",
)
def pin_question(body: PinRequest, boards: BoardsOf, asker: AskerOf) -> BoardEntryBody:
    """Put a question behind the others on the board; pinning it twice gives the first."""
    return describe_entry(boards.pin([body.question, *body.follow_ups], asker=asker))


@router.post(
    "/board/order",
    dependencies=[needs("insights.save")],
    responses=failures(404, *CHANGES),
    summary="Arrange your board",
)
def arrange_board(body: OrderRequest, boards: BoardsOf, asker: AskerOf) -> BoardBody:
    """Put entries first, in the order given."""
    entries = boards.arrange(body.entry_ids, asker=asker)
    return BoardBody(entries=[describe_entry(item) for item in entries])


@router.post(
    "/board/{entry_id}/ask",
    dependencies=[needs("insights.ask")],
    response_model=TurnBody,
    responses=failures(404, *CHANGES),
    summary="Ask an entry of your board anew",
)
def ask_entry(
    entry_id: EntryIdPath, boards: BoardsOf, assistant: AssistantOf, asker: AskerOf
) -> Response:
    """Return the answer as it is now; its conversation stands in no list."""
    return JSONResponse(turn_to_json(boards.ask(entry_id, asker=asker, ask=assistant.ask)))


@router.delete(
    "/board/{entry_id}",
    dependencies=[needs("insights.save")],
    status_code=204,
    responses=failures(404, *CHANGES),
    summary="Take an entry off your board",
)
def remove_entry(entry_id: EntryIdPath, boards: BoardsOf, asker: AskerOf) -> Response:
    """Forget a pinned question."""
    boards.remove(entry_id, asker=asker)
    return Response(status_code=204)


@router.get(
    "/saved",
    dependencies=[needs("insights.ask")],
    responses=failures(),
    summary="List saved questions",
)
def list_saved(boards: BoardsOf, person: PersonOf) -> SavedQuestionList:
    """Return the saved questions that are the asker's, or nobody's."""
    user = None if person.access is None else person.access.user
    names = (user.name, user.email, user.user_id) if user else (person.asker.user_id,)
    return SavedQuestionList(questions=[describe_saved(item) for item in boards.saved(names)])

"""Articles in the making: skeletons of solved tickets, and the list for review."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from assistant.work_ports import ArticleDrafts
from web.access import needs
from web.draft_schemas import (
    DraftBody,
    DraftList,
    DraftRequest,
    ReviewRequest,
    SkeletonBody,
    describe_draft,
    file_name,
)
from web.routes.dependencies import CHANGES, AskerOf, AssistantOf, failures
from web.routes.desk import TicketId

router = APIRouter(prefix="/desk")

DraftId = Annotated[str, Path(pattern=r"^[a-f0-9]{16}$", examples=["0123456789abcdef"])]
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The draft as a file for the folder of the articles.",
        "content": {"text/markdown": {"example": '---\ntitle: "VPN drops"\nacl: []\n---\n'}},
    }
}


def _drafts(assistant: AssistantOf) -> ArticleDrafts:
    return assistant.article_drafts


DraftsOf = Annotated[ArticleDrafts, Depends(_drafts)]


@router.get(
    "/tickets/{ticket_id}/article",
    dependencies=[needs("articles.draft")],
    responses=failures(404, 409),
    summary="An article as far as a ticket tells it",
)
def draft_from_ticket(ticket_id: TicketId, drafts: DraftsOf, asker: AskerOf) -> SkeletonBody:
    """Return symptom, cause and steps of a solved ticket, as its thread has them."""
    found = drafts.skeleton(ticket_id, asker=asker)
    return SkeletonBody(ticket_id=ticket_id, title=found.title, markdown=found.markdown)


@router.get(
    "/drafts",
    dependencies=[needs("articles.draft")],
    responses=failures(),
    summary="List drafts of articles",
)
def list_drafts(drafts: DraftsOf, asker: AskerOf) -> DraftList:
    """Return the drafts of articles that the asker may read, newest first."""
    return DraftList(drafts=[describe_draft(item) for item in drafts.drafts(asker=asker)])


@router.post(
    "/drafts",
    dependencies=[needs("articles.draft")],
    status_code=201,
    responses=failures(404, 409, *CHANGES),
    summary="Send a draft to review",
)
def submit_draft(body: DraftRequest, drafts: DraftsOf, asker: AskerOf) -> DraftBody:
    """Put a draft on the list; one of the same ticket that waits there is replaced."""
    return describe_draft(drafts.submit(body.ticket_id, body.title, body.markdown, asker=asker))


@router.get(
    "/drafts/{draft_id}/file",
    dependencies=[needs("articles.draft")],
    response_class=Response,
    responses=_FILE | failures(404),
    summary="Save a draft",
)
def save_draft(draft_id: DraftId, drafts: DraftsOf, asker: AskerOf) -> Response:
    """Return a draft as a Markdown file."""
    draft = drafts.draft(draft_id, asker=asker)
    # The name has letters, digits and hyphens alone, so it needs no quoting.
    disposition = f'attachment; filename="{file_name(draft)}"'
    return Response(
        draft.markdown,
        media_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": disposition},
    )


@router.post(
    "/drafts/{draft_id}/review",
    dependencies=[needs("articles.review")],
    responses=failures(404, *CHANGES),
    summary="Say what becomes of a draft",
)
def review_draft(
    draft_id: DraftId, body: ReviewRequest, drafts: DraftsOf, asker: AskerOf
) -> DraftBody:
    """Accept a draft, or send it away; who and when is kept."""
    return describe_draft(drafts.review(draft_id, body.status, asker=asker))

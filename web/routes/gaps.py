"""Gaps in the articles, and usage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from assistant.accounts.errors import NotPermittedError
from assistant.asked import Gaps
from web.access import needs
from web.gap_schemas import (
    GapBody,
    GapListBody,
    GapOwnerRequest,
    UsageBody,
    describe_gap,
    describe_gaps,
    describe_usage,
)
from web.routes.dependencies import CHANGES, AskerOf, AssistantOf, GuardOf, failures

router = APIRouter()

ME = "me"
GapId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", examples=["0" * 16])]
Days = Annotated[int, Query(ge=7, le=366, description="How many days back.")]


@dataclass(frozen=True, slots=True)
class Board:
    """The gap board, and how far back it looks."""

    gaps: Gaps
    days: int


def _board(assistant: AssistantOf, days: Days = 90) -> Board:
    return Board(assistant.gaps, days)


BoardOf = Annotated[Board, Depends(_board)]


@router.get(
    "/gaps",
    dependencies=[needs("gaps.read")],
    responses=failures(),
    summary="List open questions in groups",
)
def list_gaps(board: BoardOf, asker: AskerOf) -> GapListBody:
    """Return groups of questions that nobody answered well, the largest first.

    Groups of one asker alone are for who holds `gaps.manage`.
    """
    return describe_gaps(board.gaps.board(asker=asker, days=board.days))


@router.post(
    "/gaps/{gap_id}/owner",
    dependencies=[needs("articles.draft")],
    responses=failures(404, *CHANGES),
    summary="Say who looks after a group",
)
def give_gap(
    gap_id: GapId,
    body: GapOwnerRequest,
    board: BoardOf,
    asker: AskerOf,
    guard: GuardOf,
    request: Request,
) -> GapBody:
    """Take a group oneself or let go of it; who holds `gaps.manage` gives it to others too."""
    owner_id = asker.user_id if body.owner_id == ME else body.owner_id
    if owner_id not in (None, asker.user_id) and not asker.may("gaps.manage"):
        raise NotPermittedError(
            "You may take a group yourself, not give it to others: that needs gaps.manage.",
            hint="Take it yourself, or ask your administrator.",
        )
    gap = board.gaps.give(gap_id, owner_id, asker=asker, days=board.days)
    guard.record(request, "gap.given", gap_id, owner=owner_id or "")
    return describe_gap(gap)


@router.post(
    "/gaps/{gap_id}/check",
    dependencies=[needs("articles.draft")],
    responses=failures(404, *CHANGES),
    summary="Ask a group again",
)
def check_gap(gap_id: GapId, board: BoardOf, asker: AskerOf) -> GapBody:
    """Ask every question of a group again and say how many are answered now."""
    return describe_gap(board.gaps.check(gap_id, asker=asker, days=board.days))


@router.get(
    "/usage",
    dependencies=[needs("usage.read")],
    responses=failures(),
    summary="Read how the program is used",
)
def read_usage(assistant: AssistantOf, days: Days = 28) -> UsageBody:
    """Return questions and outcomes by day and route, and what became of problems."""
    return describe_usage(assistant.usage.report(days=days))

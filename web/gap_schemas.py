"""What the API takes and gives about gaps in the articles, and about usage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from assistant.asked import Gap, GapList, UsageReport
from assistant.model import OutcomeName
from web.strict import Given, Strict

OUTCOMES: tuple[OutcomeName, ...] = ("answered", "clarification", "abstention", "handed_off")
TroubleName = Literal["abstained", "down", "handed_over"]


class GapQuestionBody(Strict):
    """A question of a group; `text` is empty where it holds something personal."""

    text: str
    trouble: TroubleName
    asked_at: datetime


class NearArticleBody(Strict):
    """The article that comes nearest, among those that the asker may read."""

    document_id: str
    title: str


class GapOwnerBody(Strict):
    """Who looks after a group."""

    owner_id: str
    name: str


class GapCheckBody(Strict):
    """What came of asking a group again; outdated when articles or the group changed since."""

    checked_at: datetime
    n_asked: int
    n_answered: int
    is_outdated: bool


class GapBody(Strict):
    """Open questions about one thing."""

    gap_id: str
    title: str
    n_questions: int
    n_askers: int
    abstained: int
    down: int
    handed_over: int
    first_at: datetime
    last_at: datetime
    questions: list[GapQuestionBody]
    nearest: NearArticleBody | None
    owner: GapOwnerBody | None
    check: GapCheckBody | None


class GapListBody(Strict):
    """Groups that the asker may see, the largest first."""

    gaps: list[GapBody]
    n_open: int
    n_hidden: int
    days: int


class GapOwnerRequest(Given):
    """Who shall look after a group: an agent's id, `me`, or null for nobody."""

    owner_id: Annotated[str, Field(min_length=1, max_length=64, examples=["me"])] | None


class OutcomesBody(Strict):
    """Questions by what came of them."""

    answered: int
    clarification: int
    abstention: int
    handed_off: int


class UsageDayBody(OutcomesBody):
    """Questions of a day."""

    day: date


class UsageRouteBody(OutcomesBody):
    """Questions of a route."""

    route: str


class DeflectionBody(Strict):
    """What became of problems, of those whose seven days are over; each is counted once."""

    handed_over: int
    unanswered: int
    came_back: int
    confirmed: int
    silent: int
    too_recent: int


class UsageBody(Strict):
    """How the program was used; nobody is named."""

    days: list[UsageDayBody]
    routes: list[UsageRouteBody]
    n_askers: int
    n_up: int
    n_down: int
    deflection: DeflectionBody


def describe_gap(gap: Gap) -> GapBody:
    """Return a group of open questions."""
    near, owner, check = gap.nearest, gap.owner, gap.check
    return GapBody(
        gap_id=gap.gap_id,
        title=gap.title,
        n_questions=gap.n_questions,
        n_askers=gap.n_askers,
        abstained=gap.troubles["abstained"],
        down=gap.troubles["down"],
        handed_over=gap.troubles["handed_over"],
        first_at=gap.first_at,
        last_at=gap.last_at,
        questions=[
            GapQuestionBody(text=item.text, trouble=item.trouble, asked_at=item.asked_at)
            for item in gap.questions
        ],
        nearest=NearArticleBody(document_id=near.document_id, title=near.title) if near else None,
        owner=GapOwnerBody(owner_id=owner.owner_id, name=owner.name) if owner else None,
        check=GapCheckBody(
            checked_at=check.checked_at,
            n_asked=check.n_asked,
            n_answered=check.n_answered,
            is_outdated=check.is_outdated,
        )
        if check
        else None,
    )


def describe_gaps(found: GapList) -> GapListBody:
    """Return groups of open questions."""
    return GapListBody(
        gaps=[describe_gap(gap) for gap in found.gaps],
        n_open=found.n_open,
        n_hidden=found.n_hidden,
        days=found.days,
    )


def _counts(outcomes: Mapping[OutcomeName, int]) -> dict[str, int]:
    return {name: outcomes.get(name, 0) for name in OUTCOMES}


def describe_usage(report: UsageReport) -> UsageBody:
    """Return how the program was used."""
    given = report.deflection
    return UsageBody(
        days=[UsageDayBody(day=item.day, **_counts(item.outcomes)) for item in report.days],
        routes=[
            UsageRouteBody(route=route, **_counts(counts))
            for route, counts in report.routes.items()
        ],
        n_askers=report.n_askers,
        n_up=report.n_up,
        n_down=report.n_down,
        deflection=DeflectionBody(
            handed_over=given.n_handed_over,
            unanswered=given.n_unanswered,
            came_back=given.n_came_back,
            confirmed=given.n_confirmed,
            silent=given.n_silent,
            too_recent=given.n_too_recent,
        ),
    )

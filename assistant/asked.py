"""What people asked, taken together: gaps in the articles, and how the program is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from assistant.model import Asker, OutcomeName

Trouble = Literal["abstained", "down", "handed_over"]
"""Why a question is open: nothing answered it, the answer did not help, a person took over."""
TROUBLES: tuple[Trouble, ...] = ("handed_over", "down", "abstained")


@dataclass(frozen=True, slots=True, kw_only=True)
class GapQuestion:
    """A question of a group; empty text where it holds something personal."""

    text: str
    trouble: Trouble
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NearArticle:
    """The article that comes nearest to a group, among those that the asker may read."""

    document_id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapOwner:
    """Who looks after a group."""

    owner_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapCheck:
    """What came of asking a group again."""

    checked_at: datetime
    n_asked: int
    n_answered: int
    is_outdated: bool
    """Whether articles have changed since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Open questions about one thing."""

    gap_id: str
    title: str
    """The question in the middle of them; empty where it holds something personal."""
    n_questions: int
    n_askers: int
    troubles: Mapping[Trouble, int]
    first_at: datetime
    last_at: datetime
    questions: tuple[GapQuestion, ...]
    """The newest, up to ten."""
    nearest: NearArticle | None
    owner: GapOwner | None
    check: GapCheck | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapList:
    """Groups that somebody may see, the largest first."""

    gaps: tuple[Gap, ...]
    n_open: int
    """Open questions in the whole period, in groups that are shown or not."""
    n_hidden: int
    """Groups of one asker alone, which the asker may not see."""
    days: int


class Gaps(Protocol):
    """The knowledge-gap board."""

    def board(self, *, asker: Asker, days: int) -> GapList:
        """Return groups of open questions of the last days."""
        ...

    def give(self, gap_id: str, owner_id: str | None, *, asker: Asker, days: int) -> Gap:
        """Give a group to somebody, or to nobody.

        Raises
        ------
        GapNotFoundError
            When there is none, or the asker may not see it: the two are not told apart.
        AgentNotFoundError
            When nobody who could look after it has this id.
        """
        ...

    def check(self, gap_id: str, *, asker: Asker, days: int) -> Gap:
        """Ask the questions of a group again, each with its asker's rights.

        Raises
        ------
        GapNotFoundError
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageDay:
    """Questions of a day by what came of them."""

    day: date
    outcomes: Mapping[OutcomeName, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deflection:
    """What became of problems brought to the helpdesk, of those whose seven days are over.

    A problem is a conversation in which the helpdesk was asked something. Each is counted once, by
    the first of these that holds.
    """

    n_handed_over: int
    """A person took over."""
    n_unanswered: int
    """Nothing was answered, and nobody took over."""
    n_came_back: int
    """Answered, but the same person asked the like, or opened a ticket, within seven days."""
    n_confirmed: int
    """Answered, and the person said that it helped."""
    n_silent: int
    """Answered, and nothing more was heard."""
    n_too_recent: int
    """The seven days are not over: not counted above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReport:
    """How the program was used."""

    days: tuple[UsageDay, ...]
    """Every day of the period, by day."""
    routes: Mapping[str, Mapping[OutcomeName, int]]
    """Route → outcome → questions."""
    n_askers: int
    n_up: int
    n_down: int
    deflection: Deflection


class Usage(Protocol):
    """How the program is used."""

    def report(self, *, days: int) -> UsageReport:
        """Return counts of the last days, today included."""
        ...

"""The `Usage` port: questions, outcomes, and honestly what became of problems."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from typing import Literal

from assistant.asked import Deflection, UsageDay, UsageReport
from assistant.gaps.clusters import SAME_COSINE, Vectors
from assistant.gaps.turns import AskedTurn, OpenedTicket, SqlTurns, question_of
from assistant.model import Answered, HandedOff, OutcomeName
from assistant.ports import Clock
from assistant.wire import outcome_name

RETURN_WITHIN = timedelta(days=7)
Fate = Literal["handed_over", "unanswered", "came_back", "confirmed", "silent", "too_recent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageBook:
    """Counts over everybody's turns."""

    turns: SqlTurns
    encode: Callable[[Sequence[str]], Vectors]
    clock: Clock

    def report(self, *, days: int) -> UsageReport:
        """Return counts of the last days, today included."""
        now = self.clock.now()
        first = (now - timedelta(days=days - 1)).date()
        since = datetime.combine(first, time(), tzinfo=UTC)
        # Whether somebody came back is known of what is seven days old: a week more is read.
        told = self.turns.since(since - RETURN_WITHIN)
        turns = [turn for turn in told if turn.asked_at >= since]
        by_day: dict[object, Counter[OutcomeName]] = defaultdict(Counter)
        by_route: dict[str, Counter[OutcomeName]] = defaultdict(Counter)
        for turn in turns:
            name = outcome_name(turn.outcome)
            by_day[turn.asked_at.date()][name] += 1
            by_route[turn.route or "out_of_scope"][name] += 1
        each_day = [first + timedelta(days=step) for step in range(days)]
        tickets = self.turns.tickets_since(since - RETURN_WITHIN)
        fates = Counter(fates_of(told, tickets, self.encode, now=now))
        return UsageReport(
            days=tuple(UsageDay(day=day, outcomes=dict(by_day[day])) for day in each_day),
            routes={name: dict(by_route[name]) for name in sorted(by_route)},
            n_askers=len({turn.user_id for turn in turns}),
            n_up=sum(turn.vote == "up" for turn in turns),
            n_down=sum(turn.vote == "down" for turn in turns),
            deflection=Deflection(
                n_handed_over=fates["handed_over"],
                n_unanswered=fates["unanswered"],
                n_came_back=fates["came_back"],
                n_confirmed=fates["confirmed"],
                n_silent=fates["silent"],
                n_too_recent=fates["too_recent"],
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    conversation_id: str
    user_id: str
    questions: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    is_handed_over: bool
    is_answered: bool
    is_confirmed: bool


def fates_of(
    turns: Sequence[AskedTurn],
    tickets: Sequence[OpenedTicket],
    encode: Callable[[Sequence[str]], Vectors],
    *,
    now: datetime,
) -> tuple[Fate, ...]:
    """Return what became of each problem: each conversation in which the helpdesk was asked.

    Parameters
    ----------
    turns
        By conversation and place.
    tickets
        By time.
    encode
        Texts → unit vectors, to tell whether somebody asks the like again.
    now
        The present: of what is younger than seven days it is not known yet whether it came back.
    """
    with_ticket = {item.conversation_id for item in tickets}
    problems = [
        problem
        for _, group in groupby(turns, key=lambda turn: turn.conversation_id)
        if (problem := _problem(tuple(group), with_ticket)) is not None
    ]
    returns = _Returns(problems, tickets, encode)
    return tuple(_fate(problem, returns, now) for problem in problems)


def _problem(turns: Sequence[AskedTurn], with_ticket: set[str | None]) -> _Problem | None:
    helpdesk = [turn for turn in turns if turn.route == "helpdesk"]
    if not helpdesk:
        return None
    votes = [turn.vote for turn in helpdesk if turn.vote is not None]
    said = {memo.act for turn in turns if (memo := getattr(turn.outcome, "memo", None)) is not None}
    return _Problem(
        conversation_id=turns[0].conversation_id,
        user_id=turns[0].user_id,
        questions=tuple(dict.fromkeys(question_of(turn) for turn in helpdesk)),
        first_at=turns[0].asked_at,
        last_at=turns[-1].asked_at,
        is_handed_over=turns[0].conversation_id in with_ticket
        or any(isinstance(turn.outcome, HandedOff) for turn in turns),
        is_answered=any(isinstance(turn.outcome, Answered) for turn in helpdesk),
        is_confirmed="solved" in said or (bool(votes) and votes[-1] == "up"),
    )


def _fate(problem: _Problem, returns: _Returns, now: datetime) -> Fate:
    if now - problem.last_at < RETURN_WITHIN:
        return "too_recent"
    if problem.is_handed_over:
        return "handed_over"
    if not problem.is_answered:
        return "unanswered"
    if returns.has(problem):
        return "came_back"
    return "confirmed" if problem.is_confirmed else "silent"


class _Returns:
    """Whether the same person came with the same problem again."""

    def __init__(
        self,
        problems: Sequence[_Problem],
        tickets: Sequence[OpenedTicket],
        encode: Callable[[Sequence[str]], Vectors],
    ) -> None:
        self._encode = encode
        self._of: dict[str, list[_Problem]] = defaultdict(list)
        for problem in sorted(problems, key=lambda item: (item.first_at, item.conversation_id)):
            self._of[problem.user_id].append(problem)
        self._tickets: dict[str, list[datetime]] = defaultdict(list)
        for ticket in tickets:
            self._tickets[ticket.user_id].append(ticket.opened_at)

    def has(self, problem: _Problem) -> bool:
        """Return whether its person opened a ticket or asked the like within seven days."""
        until = problem.last_at + RETURN_WITHIN
        opened = self._tickets[problem.user_id]
        place = bisect_right(opened, problem.last_at)
        if place < len(opened) and opened[place] <= until:
            return True
        later = [
            other
            for other in self._of[problem.user_id]
            if problem.last_at < other.first_at <= until
            and other.conversation_id != problem.conversation_id
        ]
        return any(self._is_like(problem, other) for other in later)

    def _is_like(self, one: _Problem, other: _Problem) -> bool:
        cosines = self._encode(one.questions) @ self._encode(other.questions).T
        return bool(cosines.max() >= SAME_COSINE)

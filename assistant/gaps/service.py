"""The `Gaps` port: open questions in groups, who looks after them, whether they are answered."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from assistant.asked import (
    TROUBLES,
    Gap,
    GapCheck,
    GapList,
    GapOwner,
    GapQuestion,
    NearArticle,
)
from assistant.errors import AgentNotFoundError, GapNotFoundError
from assistant.gaps.clusters import Vectors, groups_of, middle_of
from assistant.gaps.topics import SqlTopics, Topic, topic_for
from assistant.gaps.turns import OpenQuestion, SqlTurns, open_questions
from assistant.model import Answered, Asker, Conversation, Outcome, answer_documents
from assistant.ports import Clock
from assistant.work import Agent

MOST_QUESTIONS = 1500
"""The newest open questions that are grouped."""
SHOWN_QUESTIONS = 10
MOST_GAPS = 100
MANY = 2
"""Askers from which on a group is shown to those who may not see everything."""


class Answers(Protocol):
    """What answers helpdesk questions: the helpdesk skill."""

    def answer(self, text: str, *, asker: Asker, conversation: Conversation) -> Outcome:
        """Return what comes of a question."""
        ...


class Nearest(Protocol):
    """What finds the article that comes nearest to a text."""

    def __call__(self, text: str, *, groups: Collection[str]) -> NearArticle | None:
        """Return it, or None where there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GapSources:
    """What the board needs of the other parts."""

    encode: Callable[[Sequence[str]], Vectors]
    nearest: Nearest
    answers: Callable[[], Answers]
    state: Callable[[], str]
    """Name of the index as it is now."""
    repeatable: Callable[[str], str]
    """What of a text may be told to others; empty when nothing."""
    askers: Callable[[Collection[str]], Mapping[str, Asker]]
    """Accounts by id, as far as there are any."""
    agents: Callable[[], Sequence[Agent]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    questions: tuple[OpenQuestion, ...]
    middle: OpenQuestion
    topic: Topic | None

    @property
    def turn_ids(self) -> frozenset[str]:
        return frozenset(item.turn_id for item in self.questions)

    @property
    def gap_id(self) -> str:
        """Return the kept topic's id, else one of the oldest question."""
        if self.topic is not None:
            return self.topic.topic_id
        return hashlib.sha256(self.questions[0].turn_id.encode()).hexdigest()[:16]

    @property
    def n_askers(self) -> int:
        return len({item.user_id for item in self.questions})


@dataclass(frozen=True, slots=True, kw_only=True)
class GapBoard:
    """Groups of open questions."""

    turns: SqlTurns
    topics: SqlTopics
    sources: GapSources
    clock: Clock

    def board(self, *, asker: Asker, days: int) -> GapList:
        """Return groups of open questions of the last days, the largest first."""
        groups = self._groups(days)
        seen = [group for group in groups if _may_see(group, asker)]
        return GapList(
            gaps=tuple(self._told(group, asker) for group in seen[:MOST_GAPS]),
            n_open=sum(len(group.questions) for group in groups),
            n_hidden=len(groups) - len(seen),
            days=days,
        )

    def give(self, gap_id: str, owner_id: str | None, *, asker: Asker, days: int) -> Gap:
        """Give a group to somebody, or to nobody."""
        group = self._group(gap_id, asker, days)
        owner = Agent(agent_id="", name="")
        if owner_id is not None:
            known = {agent.agent_id: agent for agent in self.sources.agents()}
            if owner_id not in known:
                raise AgentNotFoundError(
                    f"There is nobody {owner_id[:80]!r} who could look after it.",
                    hint="Choose one of the agents.",
                )
            owner = known[owner_id]
        topic = replace(_kept(group), owner_id=owner.agent_id, owner_name=owner.name)
        return self._put(group, topic, asker)

    def check(self, gap_id: str, *, asker: Asker, days: int) -> Gap:
        """Ask the questions of a group again, each with its asker's rights."""
        group = self._group(gap_id, asker, days)
        state = self.sources.state()
        askers = self.sources.askers({item.user_id for item in group.questions})
        n_answered = sum(
            self._is_answered(item, askers.get(item.user_id, Asker())) for item in group.questions
        )
        topic = replace(
            _kept(group),
            checked_at=self.clock.now(),
            state=state,
            n_asked=len(group.questions),
            n_answered=n_answered,
        )
        return self._put(group, topic, asker)

    def _is_answered(self, item: OpenQuestion, asker: Asker) -> bool:
        """Return whether a question has an answer now that it had not when it was asked."""
        nothing = Conversation(
            conversation_id="", user_id="", title="", started_at=self.clock.now()
        )
        outcome = self.sources.answers().answer(item.text, asker=asker, conversation=nothing)
        if not isinstance(outcome, Answered):
            return False
        # What did not help then does not help now.
        return not item.documents or answer_documents(outcome) != item.documents

    def _put(self, group: _Group, topic: Topic, asker: Asker) -> Gap:
        self.topics.put(topic)
        return self._told(replace(group, topic=topic), asker)

    def _group(self, gap_id: str, asker: Asker, days: int) -> _Group:
        for group in self._groups(days):
            if group.gap_id == gap_id and _may_see(group, asker):
                return group
        raise GapNotFoundError(
            f"There is no group {gap_id[:40]!r} for you.", hint="Open the board again."
        )

    def _groups(self, days: int) -> list[_Group]:
        since = self.clock.now() - timedelta(days=days)
        asked = open_questions(self.turns.since(since))[-MOST_QUESTIONS:]
        vectors = self.sources.encode([item.text for item in asked])
        topics = self.topics.all()
        found = []
        for rows in groups_of(vectors):
            questions = tuple(asked[row] for row in rows)
            turn_ids = frozenset(item.turn_id for item in questions)
            found.append(
                _Group(
                    questions=questions,
                    middle=asked[middle_of(vectors, rows)],
                    topic=topic_for(topics, turn_ids),
                )
            )
        return sorted(_each_topic_once(found), key=_by_size)

    def _told(self, group: _Group, asker: Asker) -> Gap:
        counts = Counter(item.trouble for item in group.questions)
        newest = sorted(group.questions, key=lambda item: item.asked_at, reverse=True)
        topic = group.topic
        return Gap(
            gap_id=group.gap_id,
            title=self.sources.repeatable(group.middle.text),
            n_questions=len(group.questions),
            n_askers=group.n_askers,
            troubles={name: counts[name] for name in TROUBLES},
            first_at=group.questions[0].asked_at,
            last_at=newest[0].asked_at,
            questions=tuple(
                GapQuestion(
                    text=self.sources.repeatable(item.text),
                    trouble=item.trouble,
                    asked_at=item.asked_at,
                )
                for item in newest[:SHOWN_QUESTIONS]
            ),
            nearest=self.sources.nearest(group.middle.text, groups=asker.groups),
            owner=GapOwner(owner_id=topic.owner_id, name=topic.owner_name)
            if topic is not None and topic.owner_id
            else None,
            check=None
            if topic is None or topic.checked_at is None
            else GapCheck(
                checked_at=topic.checked_at,
                n_asked=topic.n_asked,
                n_answered=topic.n_answered,
                is_outdated=topic.state != self.sources.state()
                or topic.n_asked != len(group.questions),
            ),
        )


def _may_see(group: _Group, asker: Asker) -> bool:
    """Return whether somebody may see a group: of one asker alone only who may see everything."""
    return asker.may("gaps.manage") or group.n_askers >= MANY


def _kept(group: _Group) -> Topic:
    if group.topic is not None:
        return replace(group.topic, turn_ids=group.turn_ids)
    return Topic(topic_id=group.gap_id, turn_ids=group.turn_ids)


def _by_size(group: _Group) -> tuple[int, int, float, str]:
    n_handed = sum(item.trouble == "handed_over" for item in group.questions)
    newest = max(item.asked_at for item in group.questions).timestamp()
    return (-len(group.questions), -n_handed, -newest, group.gap_id)


def _each_topic_once(groups: Sequence[_Group]) -> list[_Group]:
    """Leave a topic that fell apart to the larger piece."""
    best: dict[str, _Group] = {}
    for group in sorted(groups, key=_by_size):
        if group.topic is not None:
            best.setdefault(group.topic.topic_id, group)
    return [
        group
        if group.topic is None or best[group.topic.topic_id] is group
        else replace(group, topic=None)
        for group in groups
    ]

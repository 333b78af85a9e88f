"""Ask one skill a question after earlier ones, without a store or a router."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from assistant.model import Answered, Asker, Conversation, Outcome, Route, Turn
from assistant.ports import Skill

_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def replaying(skill: Skill, *, route: Route) -> Callable[[str, Sequence[str]], Outcome]:
    """Return a function of a question and the asker's earlier ones, oldest first."""

    def answer(text: str, turns: Sequence[str]) -> Outcome:
        earlier = tuple(
            Turn(
                turn_id=str(number),
                conversation_id="",
                text=turn,
                route=route,
                outcome=Answered(text="", confidence=0.0),
                asked_at=_NEVER,
            )
            for number, turn in enumerate(turns)
        )
        conversation = Conversation(
            conversation_id="", user_id="", title="", started_at=_NEVER, turns=earlier
        )
        return skill.answer(text, asker=Asker(), conversation=conversation)

    return answer

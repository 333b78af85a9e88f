"""Managers' questions: analytics answers, this module only translates its outcome."""

from __future__ import annotations

from analytics.model import Ambiguity, Finding
from analytics.ports import Insights
from assistant.dialogue.state import meant
from assistant.messages import Messages
from assistant.model import (
    Abstention,
    Answered,
    Asker,
    ChoiceButton,
    Clarification,
    Conversation,
    Outcome,
)

MAX_BUTTONS = 4


class InsightsSkill:
    """Answers `insights` questions; without a warehouse it says so."""

    def __init__(self, *, insights: Insights | None, messages: Messages) -> None:
        self._insights = insights
        self._messages = messages

    def answer(self, text: str, *, asker: Asker, conversation: Conversation) -> Outcome:
        """Compute, ask back, or say what is unknown."""
        if not asker.may("insights.ask"):
            return Abstention(
                text=self._messages.say("insights.not_permitted"),
                reason="not_permitted",
                offers_ticket=False,
            )
        if self._insights is None:
            return Abstention(
                text=self._messages.say("insights.no_warehouse"),
                reason="no_warehouse",
                offers_ticket=False,
            )
        earlier = tuple(meant(turn) for turn in conversation.turns if turn.route == "insights")
        found = self._insights.ask(text, turns=earlier, groups=asker.groups)
        if isinstance(found, Finding):
            return Answered(
                text=found.text,
                confidence=1.0,
                finding=found,
                suggestions=self._insights.next_questions(found, groups=asker.groups),
            )
        if isinstance(found, Ambiguity):
            return Clarification(
                text=found.question,
                choices=tuple(
                    ChoiceButton(label=item.label, text=item.question)
                    for item in found.choices[:MAX_BUTTONS]
                ),
            )
        return Abstention(
            text=found.reason,
            reason="unknown",
            suggestions=found.suggestions,
            offers_ticket=False,
        )

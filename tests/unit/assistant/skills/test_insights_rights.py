"""Figures are for those who may ask for them, on every way to them."""

from __future__ import annotations

from datetime import UTC, datetime

from assistant.accounts import permissions_of
from assistant.messages import load_messages
from assistant.model import ROLES, Abstention, Asker, Conversation
from assistant.skills.insights import InsightsSkill

ALONE = Conversation(
    conversation_id="c", user_id="u", title="", started_at=datetime(2026, 6, 30, tzinfo=UTC)
)


class Counting:
    """Analytics that only count how often they are asked."""

    n_asked = 0

    def ask(self, *_: object, **__: object) -> object:
        self.n_asked += 1
        raise AssertionError("asked")


def test_who_may_not_ask_for_figures_is_told_so_and_nothing_is_computed() -> None:
    insights = Counting()
    skill = InsightsSkill(insights=insights, messages=load_messages())  # type: ignore[arg-type]
    told = {}
    for role in ROLES:
        asker = Asker(user_id="u", role=role, permissions=permissions_of(role))
        try:
            told[role] = skill.answer("revenue by month", asker=asker, conversation=ALONE)
        except AssertionError:
            told[role] = None

    assert insights.n_asked == 2
    assert {role for role, outcome in told.items() if outcome is None} == {"manager", "admin"}
    refused = told["employee"]
    assert isinstance(refused, Abstention)
    assert refused.reason == "not_permitted"
    assert refused.suggestions == ()

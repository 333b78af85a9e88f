"""What every `ConversationStore` must do: run against the SQL adapter and the fake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import ConversationNotFoundError, TurnNotFoundError
from assistant.model import (
    Abstention,
    Answered,
    ChoiceButton,
    Citation,
    Clarification,
    HandedOff,
    Outcome,
    Turn,
)
from assistant.store import SqlConversationStore, open_engine
from tests.unit.assistant.fakes import START, FakeConversationStore


@pytest.fixture(params=["sql", "fake"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    if request.param == "fake":
        yield FakeConversationStore()
        return
    adapter = SqlConversationStore(open_engine(tmp_path / "conversations.sqlite"))
    yield adapter
    adapter.close()


def turn(
    turn_id: str, text: str = "vpn fails", outcome: Outcome | None = None, where: str = "c1"
) -> Turn:
    return Turn(
        turn_id=turn_id,
        conversation_id=where,
        text=text,
        route="helpdesk",
        outcome=outcome or Answered(text="Do this.", confidence=0.9),
        asked_at=START,
        timings_ms={"total": 1.5},
    )


CITED = Citation(
    document_id="kb/vpn.md", title="VPN", start=3, end=9, quote="Do thi", url="/a/kb/vpn.md"
)


@pytest.mark.parametrize(
    "outcome",
    [
        Answered(text="Do this.", confidence=0.91, citations=(CITED,), suggestions=("Next?",)),
        Clarification(text="Which?", choices=(ChoiceButton(label="A", text="a"),)),
        Abstention(text="Nothing.", reason="nothing_near", confidence=0.1, nearest=(CITED,)),
        HandedOff(text="Opened.", ticket_number=1001),
    ],
)
def test_every_outcome_comes_back_as_it_was(store: Any, outcome: Outcome) -> None:
    store.add_turn(turn("t1", outcome=outcome), user_id="ann")
    assert store.conversation("c1", user_id="ann").turns[0].outcome == outcome


def test_turns_come_back_in_the_order_they_were_asked(store: Any) -> None:
    for number in range(5):
        store.add_turn(turn(f"t{number}", text=f"question {number}"), user_id="ann")
    found = store.conversation("c1", user_id="ann")
    assert [item.text for item in found.turns] == [f"question {number}" for number in range(5)]
    assert found.title == "question 0"


def test_a_conversation_of_somebody_else_is_as_absent_as_one_that_never_was(store: Any) -> None:
    store.add_turn(turn("t1"), user_id="ann")
    for conversation_id, user_id in [("c1", "bob"), ("c2", "ann")]:
        with pytest.raises(ConversationNotFoundError):
            store.conversation(conversation_id, user_id=user_id)
    with pytest.raises(ConversationNotFoundError):
        store.add_turn(turn("t2"), user_id="bob")
    assert len(store.conversation("c1", user_id="ann").turns) == 1


def test_a_second_vote_replaces_the_first(store: Any) -> None:
    store.add_turn(turn("t1"), user_id="ann")
    store.add_feedback("t1", user_id="ann", value="up", comment="", at=START)
    store.add_feedback("t1", user_id="ann", value="down", comment="step 2 is gone", at=START)
    assert store.feedback() == (("t1", "vpn fails", "down", "step 2 is gone"),)


def test_nobody_votes_on_a_turn_of_somebody_else(store: Any) -> None:
    store.add_turn(turn("t1"), user_id="ann")
    for turn_id, user_id in [("t1", "bob"), ("t9", "ann")]:
        with pytest.raises(TurnNotFoundError):
            store.add_feedback(turn_id, user_id=user_id, value="up", comment="", at=START)
    assert store.feedback() == ()

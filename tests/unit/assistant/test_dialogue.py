"""Which skill is asked what, and what becomes of the answer."""

from __future__ import annotations

from itertools import count

import pytest

from assistant.answering.in_context import is_elliptical
from assistant.dialogue import Dialogue
from assistant.errors import ConversationNotFoundError, EmptyQuestionError, QuestionTooLongError
from assistant.messages import load_messages
from assistant.model import Abstention, Answered, Asker, Clarification
from tests.unit.assistant.fakes import EchoSkill, FakeClock, FakeConversationStore, FakeRouter

ANN = Asker(user_id="ann")


@pytest.fixture
def parts() -> tuple[Dialogue, dict[str, EchoSkill], FakeConversationStore]:
    skills = {name: EchoSkill(name) for name in ("helpdesk", "insights", "desk", "smalltalk")}
    store = FakeConversationStore()
    ids = count(1)
    dialogue = Dialogue(
        router=FakeRouter(
            {
                "vpn": "helpdesk",
                "revenue": "insights",
                "ticket": "desk",
                "hello": "smalltalk",
                "poem": "out_of_scope",
            }
        ),
        skills=skills,  # type: ignore[arg-type]
        store=store,
        clock=FakeClock(),
        messages=load_messages(),
        max_question_chars=200,
        new_id=lambda: f"id{next(ids)}",
    )
    return dialogue, skills, store


def test_a_question_goes_to_the_skill_of_its_route_and_the_turn_is_stored(parts) -> None:
    dialogue, skills, store = parts
    turn = dialogue.take_turn("my vpn is broken", asker=ANN)
    assert turn.route == "helpdesk"
    assert skills["helpdesk"].asked == [("my vpn is broken", 0)]
    assert store.conversation(turn.conversation_id, user_id="ann").turns == (turn,)


def test_the_skill_sees_the_turns_before(parts) -> None:
    dialogue, skills, _ = parts
    first = dialogue.take_turn("my vpn is broken", asker=ANN)
    dialogue.take_turn("vpn again", asker=ANN, conversation_id=first.conversation_id)
    assert skills["helpdesk"].asked[-1] == ("vpn again", 1)


def test_without_a_route_one_question_with_three_buttons_is_asked(parts) -> None:
    dialogue, skills, _ = parts
    turn = dialogue.take_turn("blue cheese", asker=ANN)
    assert isinstance(turn.outcome, Clarification)
    assert len(turn.outcome.choices) == 3
    assert turn.outcome.choices[0].text.startswith("IT problem:")
    answered = dialogue.take_turn(
        turn.outcome.choices[0].text, asker=ANN, conversation_id=turn.conversation_id
    )
    assert answered.route == "helpdesk"
    assert skills["helpdesk"].asked[-1][0] == "blue cheese"


def test_out_of_scope_is_refused_in_words_without_a_skill(parts) -> None:
    dialogue, skills, _ = parts
    turn = dialogue.take_turn("write a poem", asker=ANN)
    assert isinstance(turn.outcome, Abstention)
    assert turn.outcome.reason == "out_of_scope"
    assert all(not skill.asked for skill in skills.values())


@pytest.mark.parametrize("text", ["and in the South?", "only the urgent ones", "what about 2024"])
def test_a_question_that_leans_on_the_last_one_keeps_its_route(parts, text: str) -> None:
    dialogue, skills, _ = parts
    first = dialogue.take_turn("revenue last month", asker=ANN)
    second = dialogue.take_turn(text, asker=ANN, conversation_id=first.conversation_id)
    assert second.route == "insights"
    assert skills["insights"].asked[-1] == (text, 1)


def test_a_sure_change_of_topic_is_followed(parts) -> None:
    dialogue, _, _ = parts
    first = dialogue.take_turn("revenue last month", asker=ANN)
    second = dialogue.take_turn(
        "and my vpn fails", asker=ANN, conversation_id=first.conversation_id
    )
    assert second.route == "helpdesk"


def test_a_long_new_question_does_not_lean(parts) -> None:
    assert not is_elliptical("My laptop has shown a black screen since the update this morning")


@pytest.mark.parametrize("text", ["", "  \n\t "])
def test_nothing_asked_is_an_error_and_nothing_is_stored(parts, text: str) -> None:
    dialogue, _, store = parts
    with pytest.raises(EmptyQuestionError):
        dialogue.take_turn(text, asker=ANN)
    assert store.saved == {}


def test_a_question_over_the_limit_is_refused_with_both_numbers(parts) -> None:
    dialogue, _, store = parts
    with pytest.raises(QuestionTooLongError, match="201 characters; at most 200"):
        dialogue.take_turn("x" * 201, asker=ANN)
    assert store.saved == {}


def test_nobody_goes_on_with_somebody_elses_conversation(parts) -> None:
    dialogue, _, _ = parts
    turn = dialogue.take_turn("vpn", asker=ANN)
    with pytest.raises(ConversationNotFoundError):
        dialogue.take_turn("vpn", asker=Asker(user_id="bob"), conversation_id=turn.conversation_id)


def test_a_stream_says_the_same_as_a_turn_and_ends_with_it(parts) -> None:
    dialogue, _, store = parts
    events = list(dialogue.stream("my vpn is broken", asker=ANN))
    assert [event.kind for event in events] == ["route", "text", "text", "done"]
    spoken = "".join(str(event.data["text"]) for event in events if event.kind == "text")
    assert spoken == events[-1].data["text"] == "helpdesk: my vpn is broken\nsecond line"
    (stored,) = store.saved.values()
    assert isinstance(stored.turns[0].outcome, Answered)


def test_a_stream_checks_the_question_before_its_first_event(parts) -> None:
    dialogue, _, _ = parts
    with pytest.raises(EmptyQuestionError):
        dialogue.stream("", asker=ANN)

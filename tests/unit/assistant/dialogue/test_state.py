"""A state is what its turns say, and nothing else."""

from __future__ import annotations

from assistant.dialogue.state import DialogueState, fold, meant
from assistant.model import (
    Abstention,
    Answered,
    ChoiceButton,
    Clarification,
    FailedStep,
    HandedOff,
    Memo,
    Turn,
    Walk,
)
from assistant.wire import dump_outcome, load_outcome
from tests.unit.assistant.dialogue.talk import MAC, WINDOWS, answered, citation, turn


def test_before_the_first_turn_nothing_is_known() -> None:
    assert fold(()) == DialogueState()


def test_an_answer_tells_what_was_asked_and_what_is_offered() -> None:
    state = fold([turn("the tunnel drops", answered(WINDOWS, facets={"os": "windows"}))])
    assert state.question == "the tunnel drops"
    assert state.offered == (WINDOWS,)
    assert state.facets == {"os": "windows"}
    assert state.is_fresh


def test_what_did_not_help_stays_refused_also_after_a_new_topic() -> None:
    state = fold(
        [
            turn("the tunnel drops", answered(WINDOWS)),
            turn("no luck", answered(MAC, act="failed", refused=(WINDOWS,))),
            turn("my badge", answered(question="my badge", is_new_topic=True)),
        ]
    )
    assert state.is_refused(WINDOWS)
    assert not state.is_refused(MAC)
    assert "1. Do it: On Windows" in state.refused_quotes
    assert state.n_failed == 0
    assert state.question == "my badge"


def test_a_new_topic_does_not_drag_facets_along() -> None:
    state = fold(
        [
            turn("on my mac", answered(MAC, facets={"os": "macos"})),
            turn("my badge", answered(question="my badge", is_new_topic=True)),
        ]
    )
    assert state.facets == {}


def test_a_correction_replaces_one_facet_and_keeps_the_others() -> None:
    first = answered(WINDOWS, facets={"os": "windows", "product": "outlook"})
    second = answered(MAC, act="correction", facets={"os": "macos"})
    state = fold([turn("outlook", first), turn("no, on the mac", second)])
    assert state.facets == {"os": "macos", "product": "outlook"}


def test_steps_are_remembered_and_an_explanation_does_not_lose_the_place() -> None:
    walk = Walk(method=WINDOWS, step=2)
    turns = [
        turn("the tunnel drops", answered(WINDOWS)),
        turn("next", answered(act="stepped", walk=walk)),
        turn("why?", answered(act="explained", walk=walk)),
    ]
    state = fold(turns)
    assert state.walk == walk
    assert state.offered == (WINDOWS,)
    assert not state.asks_if_solved
    asked = fold([*turns, turn("done", answered(act="stepped", walk=Walk(method=WINDOWS, step=5)))])
    assert asked.asks_if_solved


def test_a_failing_step_is_kept_for_the_ticket() -> None:
    step = FailedStep(method=WINDOWS, number=2, quote="2. Press it.")
    memo = {"act": "step_failed", "refused": (WINDOWS,), "failed_step": step}
    state = fold(
        [turn("the tunnel drops", answered(WINDOWS)), turn("2 fails", answered(MAC, **memo))]
    )
    assert state.failed_steps == (step,)
    assert state.n_failed == 1


def test_clarifying_questions_in_a_row_are_counted_until_something_else_comes() -> None:
    question = Clarification(
        text="Which?",
        choices=(ChoiceButton(label="Mac", text="Mac"),),
        memo=Memo(question="it fails", facet_asked="os", facet_values=("macos",)),
    )
    state = fold([turn("it fails", question), turn("hm", question)])
    assert (state.n_asked, state.facet_asked, state.facet_values) == (2, "os", ("macos",))
    assert state.choices == question.choices
    later = fold([turn("it fails", question), turn("Mac", answered(MAC, act="reply"))])
    assert (later.n_asked, later.choices, later.facet_asked) == (0, (), "")


def test_the_nearest_articles_can_be_picked_until_something_is_offered() -> None:
    near = (citation(MAC, "x"),)
    abstention = Abstention(text="", reason="low_confidence", nearest=near, memo=Memo())
    assert fold([turn("hm", abstention)]).nearest == near
    assert fold([turn("hm", abstention), turn("vpn", answered(MAC))]).nearest == ()


def test_a_hand_off_takes_what_was_offered_and_starts_to_count_anew() -> None:
    state = fold(
        [
            turn("the tunnel drops", answered(WINDOWS)),
            turn(
                "no",
                HandedOff(text="", ticket_number=1000, memo=Memo(act="failed", refused=(WINDOWS,))),
            ),
        ]
    )
    assert state.ticket_number == 1000
    assert state.is_handed_off
    assert not state.has_offer
    assert state.n_failed == 0
    assert state.is_refused(WINDOWS)


def test_small_talk_does_not_change_the_topic() -> None:
    hello = Answered(text="Hello.", confidence=1.0)
    state = fold([turn("vpn", answered(WINDOWS)), turn("hello", hello, route="smalltalk")])
    assert (state.route, state.offered) == ("helpdesk", (WINDOWS,))
    assert not state.is_fresh


def test_turns_that_were_stored_without_memos_are_understood() -> None:
    old = Answered(text="", confidence=0.9, citations=(citation(WINDOWS, "1. Do it."),))
    state = fold([turn("the tunnel drops", old)])
    assert state.question == "the tunnel drops"
    assert state.is_refused(WINDOWS) is False
    assert [item.heading for item in state.offered] == ["On Windows"]


def test_a_state_is_the_same_after_its_turns_were_stored_and_read() -> None:
    turns = [
        turn("the tunnel drops", answered(WINDOWS, MAC, facets={"os": "windows"})),
        turn("next", answered(act="stepped", walk=Walk(method=WINDOWS, step=1))),
        turn("it fails", answered(MAC, act="step_failed", refused=(WINDOWS,))),
    ]
    assert fold([_stored(item) for item in turns]) == fold(turns)


def _stored(item: Turn) -> Turn:
    name, text = dump_outcome(item.outcome)
    return turn(item.text, load_outcome(name, text))


def test_a_turn_that_pointed_at_a_button_means_its_text() -> None:
    pointed = turn("the second one", answered(meant="Outlook on the Mac"))
    assert meant(pointed) == "Outlook on the Mac"
    assert meant(turn("vpn", answered())) == "vpn"


def test_an_article_beside_a_ticket_may_fail_like_any_other() -> None:
    handed = HandedOff(text="", ticket_number=1000, memo=Memo(offered=(MAC,), question="vpn"))
    state = fold([turn("vpn, open a ticket", handed, route="desk")])
    assert (state.route, state.has_offer, state.ticket_number) == ("helpdesk", True, 1000)

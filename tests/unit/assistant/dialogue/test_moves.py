"""How messages are understood, given where the conversation stands."""

from __future__ import annotations

import pytest

from assistant.dialogue.moves import about_figures, is_remark, read_move
from assistant.dialogue.state import DialogueState
from assistant.model import ChoiceButton
from tests.unit.assistant.dialogue.talk import MAC, after_answer, at_step, citation

FAILED = (
    "That didn't work|that did not help either|no luck|still broken|same error|still the same|"
    "nope|none of that helped|it made no difference|the problem persists|what else can I try?|"
    "any other ideas?|I already tried that|tried that, still nothing|Nothing changed|"
    "that didnt work|another way?|LarkVPN still drops|it’s still not working"
)
QUESTIONS = (
    "How do I get a guest Wi-Fi code?|My printer doesn't print|my laptop is broken|"
    "What is the VPN address?|open a ticket|I don't want a ticket|talk to a human|thanks|hello|"
    "Teams still crashes when I share the screen|How many tickets were opened in May?|"
    "and on my phone?"
)


@pytest.mark.parametrize("text", FAILED.split("|"))
def test_a_failure_is_about_what_was_offered(text: str) -> None:
    assert read_move(text, after_answer()).kind == "failed"


@pytest.mark.parametrize(
    "text",
    ["that didn't owrk", "thatd idn't work", "no ulck", "tht did not hepl", "it doesnt wokr",
     "Stil not workin"],
)  # fmt: skip
def test_a_misspelt_failure_is_one(text: str) -> None:
    assert read_move(text, after_answer()).kind == "failed"


@pytest.mark.parametrize(
    "text",
    ["no lock screen", "the work did not end", "does it help?", "that did work", "it helped"],
)
def test_what_is_merely_like_a_failure_is_none(text: str) -> None:
    assert read_move(text, after_answer()).kind != "failed"


@pytest.mark.parametrize("text", FAILED.split("|"))
def test_without_an_offer_the_same_words_are_a_question(text: str) -> None:
    assert read_move(text, DialogueState()).kind == "question"


@pytest.mark.parametrize("text", QUESTIONS.split("|"))
def test_what_is_about_something_else_stays_a_question(text: str) -> None:
    assert read_move(text, after_answer()).kind == "question"
    assert read_move(text, at_step(2)).kind == "question"


def test_a_failure_with_news_keeps_the_news() -> None:
    move = read_move("It still fails, now it shows 0x80070005", after_answer())
    assert move.kind == "failed"
    assert "0x80070005" in move.rest


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("step 3 fails", 3),
        ("I'm stuck on step 2", 2),
        ("the third step does not work", 3),
        ("step four: there is no such button", 4),
        ("step 2 won't work", 2),
    ],
)
def test_the_step_that_fails_is_named(text: str, number: int) -> None:
    move = read_move(text, after_answer())
    assert (move.kind, move.number) == ("step_failed", number)


@pytest.mark.parametrize("text", ["it fails", "I can't", "no", "that didn't work", "not there"])
def test_while_going_through_steps_a_failure_is_the_steps(text: str) -> None:
    assert read_move(text, at_step(2)).kind == "step_failed"


@pytest.mark.parametrize("text", ["done", "next", "ok", "yes", "Done.", "ok, done", "what now?"])
def test_going_on_takes_the_next_step(text: str) -> None:
    assert read_move(text, at_step(2)).kind == "done"


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("step 2 is done", "done", 2),
        ("what is step 4?", "show_step", 4),
        ("walk me through it", "show_step", 1),
        ("step by step please", "show_step", 1),
        ("next", "show_step", 1),
        ("I did all that", "done", 0),
    ],
)
def test_steps_can_be_named_and_begun(text: str, kind: str, number: int) -> None:
    move = read_move(text, after_answer())
    assert (move.kind, move.number) == (kind, number)


def test_a_step_that_does_not_exist_is_no_step() -> None:
    assert read_move("step 9 fails", after_answer()).kind == "question"


def test_back_needs_a_step() -> None:
    assert read_move("go back", at_step(3)).kind == "back"
    assert read_move("go back", after_answer()).kind == "question"


@pytest.mark.parametrize("text", ["yes", "it did", "ok"])
def test_after_the_last_step_yes_means_solved(text: str) -> None:
    assert read_move(text, at_step(5)).kind == "solved"


def test_after_the_last_step_no_means_that_it_did_not_help() -> None:
    assert read_move("no", at_step(5)).kind == "failed"


@pytest.mark.parametrize(
    "text", ["It works now", "that fixed it, thank you", "solved", "works again, cheers"]
)
def test_relief_is_understood(text: str) -> None:
    assert read_move(text, after_answer()).kind == "solved"


@pytest.mark.parametrize("text", ["it works but slowly", "does it work?", "it does not work"])
def test_half_a_relief_is_none(text: str) -> None:
    assert read_move(text, after_answer()).kind != "solved"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("no, Outlook on the Mac", "outlook on the mac"),
        ("I meant the web version", "the web version"),
        ("Sorry, I meant Teams", "teams"),
        ("wait, it's my phone", "my phone"),
    ],
)
def test_a_correction_says_what_was_meant(text: str, rest: str) -> None:
    move = read_move(text, after_answer())
    assert (move.kind, move.rest) == ("correction", rest)


@pytest.mark.parametrize("text", ["no thanks", "actually, how do I book a room?", "no need"])
def test_not_every_no_corrects(text: str) -> None:
    assert read_move(text, after_answer()).kind == "question"


@pytest.mark.parametrize("text", ["why?", "Why is that?", "what causes this?", "says who?"])
def test_why_asks_for_the_reason_of_the_last_answer(text: str) -> None:
    assert read_move(text, after_answer()).kind == "why"


CHOICES = (
    ChoiceButton(label="Outlook on Windows", text="Figures: one"),
    ChoiceButton(label="Outlook on the Mac", text="Figures: two"),
)


@pytest.mark.parametrize(
    ("text", "place"),
    [("the second one", 1), ("2", 1), ("the last one", 1), ("1st", 0), ("the mac one", 1)],
)
def test_a_choice_is_picked_by_its_place_or_its_words(text: str, place: int) -> None:
    move = read_move(text, DialogueState(choices=CHOICES))
    assert (move.kind, move.number) == ("pick", place)


@pytest.mark.parametrize("text", ["the third one", "outlook", "what do you mean?", "0"])
def test_what_fits_no_choice_or_two_picks_none(text: str) -> None:
    assert read_move(text, DialogueState(choices=CHOICES)).kind == "question"


def test_the_nearest_articles_are_picked_by_their_place() -> None:
    state = DialogueState(nearest=(citation(MAC, "a"), citation(MAC, "b")))
    assert read_move("the second one", state).number == 1


def test_of_several_methods_the_second_is_shown_alone() -> None:
    move = read_move("the second one", after_answer())
    assert (move.kind, move.number) == ("method", 2)


@pytest.mark.parametrize(
    ("text", "value"), [("Mac", "macos"), ("it's a macbook", "macos"), ("the first one", "windows")]
)
def test_a_reply_to_a_clarifying_question_may_be_typed(text: str, value: str) -> None:
    buttons = tuple(ChoiceButton(label=name, text=name) for name in ("Windows", "Mac"))
    state = DialogueState(choices=buttons, facet_asked="os", facet_values=("windows", "macos"))
    move = read_move(text, state)
    assert (move.kind, move.rest) == ("reply", value)


def test_another_message_is_no_reply() -> None:
    buttons = (ChoiceButton(label="Windows", text="Windows"),)
    state = DialogueState(choices=buttons, facet_asked="os", facet_values=("windows",))
    assert read_move("How do I book a meeting room?", state).kind == "question"


@pytest.mark.parametrize("text", ["", "   ", "?", "\u202e", "🙂", "x" * 500, "step", "no " * 80])
def test_anything_is_understood_somehow(text: str) -> None:
    for state in (DialogueState(), after_answer(), at_step(1), at_step(5)):
        read_move(text, state)


def test_figures_are_corrected_as_follow_ups() -> None:
    assert about_figures("no, April") == "what about april"
    assert about_figures("I meant the South") == "what about the south"
    assert about_figures("why?") == "why?"
    assert about_figures("Revenue by month") is None


def test_a_remark_adds_and_a_question_asks() -> None:
    assert is_remark("it also flickers now")
    assert is_remark("still broken")
    assert not is_remark("How do I book a room?")
    assert not is_remark("My badge does not work")

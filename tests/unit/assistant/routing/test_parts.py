"""What of a message wants something, and what is courtesy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.routing.parts import parts_of, without_courtesy


@pytest.mark.parametrize(
    ("text", "left", "greeting"),
    [
        ("hello my plotter hums", "my plotter hums", "hello"),
        ("Hi Tom, my plotter hums, thanks a lot!", "my plotter hums", "Hi Tom"),
        ("Morning! plotter hums. Any ideas?", "plotter hums?", "Morning"),
        ("Good evening all, sorry to bother you but it hums", "it hums", None),
        ("excuse me: who has the key, please help", "who has the key", "excuse me"),
        ("quick question: how do plotters work", "how do plotters work", "quick question"),
    ],
)
def test_greetings_and_thanks_are_no_part_of_the_wish(
    text: str, left: str, greeting: str | None
) -> None:
    body, head = without_courtesy(text)
    assert body == left
    assert greeting is None or head == greeting


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hi",
        "hello there",
        "thanks",
        "Good morning, Tom",
        "ok thanks a lot",
        "Thanks for your help",
        "Quick access shows old files",
        "morning shift rota",
        "it hums",
    ],
)
def test_what_is_courtesy_alone_or_none_stays_whole(text: str) -> None:
    assert without_courtesy(text) == (text, "")


@given(st.text())
def test_what_is_left_is_a_piece_of_the_message(text: str) -> None:
    body, _ = without_courtesy(text)
    assert body.rstrip("?") in text
    assert bool(body) == bool(text.strip())


def test_a_greeting_and_two_wishes_are_three_parts() -> None:
    assert parts_of("Thanks, that helped. My mouse is dead. Also how many orders came in May?") == (
        "Thanks",
        "My mouse is dead.",
        "Also how many orders came in May?",
    )

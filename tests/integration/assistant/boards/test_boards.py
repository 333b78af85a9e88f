"""Boards: pinned once, in an order, everybody's own; asked anew and kept out of the history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from analytics.questions.model import Alert, SavedQuestion
from assistant.boards.service import MOST_ENTRIES, PinBoard
from assistant.errors import BoardEntryNotFoundError, BoardFullError
from assistant.model import Abstention, Answered, Asker, Turn
from assistant.store import SqlConversationStore, open_engine
from tests.integration.web.fake_boards import boards_on
from tests.unit.assistant.fakes import START, FakeClock

ANN, BOB = Asker(user_id="ann"), Asker(user_id="bob")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    made = open_engine(tmp_path / "conversations.sqlite")
    yield made
    made.dispose()


@pytest.fixture
def boards(engine: sa.Engine, tmp_path: Path, clock: FakeClock) -> PinBoard:
    return boards_on(engine, tmp_path, clock)


class Answers:
    """Answers every question but those with "odd", and keeps the turns as the product does."""

    def __init__(self, engine: sa.Engine) -> None:
        self.store = SqlConversationStore(engine)
        self.asked: list[tuple[str, str | None]] = []

    def __call__(self, text: str, *, asker: Asker, conversation_id: str | None = None) -> Turn:
        self.asked.append((text, conversation_id))
        number = len(self.asked)
        refusal = Abstention(text="I do not know this number.", reason="unknown")
        turn = Turn(
            turn_id=f"t{number}",
            conversation_id=conversation_id or f"c{number}",
            text=text,
            route="insights",
            outcome=refusal if "odd" in text else Answered(text="1,180", confidence=1.0),
            asked_at=START,
        )
        self.store.add_turn(turn, user_id=asker.user_id)
        return turn


def test_pins_stand_in_the_order_they_were_pinned_and_once(boards: PinBoard) -> None:
    first = boards.pin(["Show revenue"], asker=ANN)
    second = boards.pin(["Show revenue", "by region"], asker=ANN)
    again = boards.pin(["  Show   revenue "], asker=ANN)

    assert again == first
    assert boards.entries(asker=ANN) == (first, second)
    assert boards.entries(asker=BOB) == ()


def test_an_order_puts_entries_first_and_leaves_the_others_as_they_were(boards: PinBoard) -> None:
    a, b, c = (boards.pin([text], asker=ANN).entry_id for text in "abc")

    arranged = boards.arrange([c, a], asker=ANN)

    assert [item.entry_id for item in arranged] == [c, a, b]
    assert boards.pin(["d"], asker=ANN) == boards.entries(asker=ANN)[-1]


def test_what_is_somebody_elses_is_as_absent_as_what_never_was(boards: PinBoard) -> None:
    entry_id = boards.pin(["Show revenue"], asker=ANN).entry_id
    for unknown in (entry_id, "0" * 16):
        with pytest.raises(BoardEntryNotFoundError):
            boards.remove(unknown, asker=BOB)
        with pytest.raises(BoardEntryNotFoundError):
            boards.arrange([unknown], asker=BOB)
    assert len(boards.entries(asker=ANN)) == 1

    boards.remove(entry_id, asker=ANN)

    assert boards.entries(asker=ANN) == ()


def test_a_board_takes_no_more_than_is_asked_at_once(boards: PinBoard) -> None:
    for number in range(MOST_ENTRIES):
        boards.pin([f"question {number}"], asker=ANN)
    with pytest.raises(BoardFullError, match="24"):
        boards.pin(["one more"], asker=ANN)
    assert boards.pin(["question 3"], asker=ANN).questions == ("question 3",)


def test_follow_ups_are_asked_in_the_conversation_of_their_question(
    boards: PinBoard, engine: sa.Engine
) -> None:
    answers = Answers(engine)
    entry = boards.pin(["Show revenue", "by region", "last year"], asker=ANN)

    turn = boards.ask(entry.entry_id, asker=ANN, ask=answers)

    assert answers.asked == [("Show revenue", None), ("by region", "c1"), ("last year", "c1")]
    assert turn.turn_id == "t3"


def test_nothing_is_asked_of_an_answer_that_there_is_not(
    boards: PinBoard, engine: sa.Engine
) -> None:
    answers = Answers(engine)
    entry = boards.pin(["Something odd", "by region"], asker=ANN)

    turn = boards.ask(entry.entry_id, asker=ANN, ask=answers)

    assert isinstance(turn.outcome, Abstention)
    assert len(answers.asked) == 1


def test_what_the_board_asks_stands_in_no_list_and_is_forgotten_after_a_day(
    boards: PinBoard, engine: sa.Engine, clock: FakeClock
) -> None:
    answers = Answers(engine)
    typed = answers("Show orders", asker=ANN)
    entry = boards.pin(["Show revenue"], asker=ANN)
    old = boards.ask(entry.entry_id, asker=ANN, ask=answers)
    voted = boards.ask(entry.entry_id, asker=ANN, ask=answers)
    answers.store.add_feedback(voted.turn_id, user_id="ann", value="up", comment="", at=START)

    listed = answers.store.conversations(user_id="ann", limit=9)
    assert [item.conversation_id for item in listed] == [typed.conversation_id]
    assert answers.store.turn(old.turn_id, user_id="ann").text == "Show revenue"

    clock.at += timedelta(days=2)
    new = boards.ask(entry.entry_id, asker=ANN, ask=answers)

    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT conversation_id FROM conversations").scalars()
        assert set(kept) == {item.conversation_id for item in (typed, voted, new)}


def test_saved_questions_are_ones_own_or_nobodys(boards: PinBoard) -> None:
    for name, owner in (("mine", "Ann"), ("hers", "Zoe"), ("anybody's", "")):
        saved = SavedQuestion(
            name=name,
            question="Show revenue",
            owner=owner,
            saved_on=date(2026, 6, 1),
            alert=Alert(kind="above", limit=10.0),
        )
        boards.book.put_saved(saved)

    assert [item.name for item in boards.saved(["ann", "ann@example.com", ""])] == [
        "anybody's",
        "mine",
    ]
    assert [item.name for item in boards.saved([])] == ["anybody's"]

"""What the desk, small talk and insights skills say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from analytics.model import (
    Ambiguity,
    Chart,
    Choice,
    Column,
    Finding,
    InsightOutcome,
    Receipt,
    Refusal,
)
from assistant.messages import load_messages
from assistant.model import (
    Abstention,
    Answered,
    Asker,
    Clarification,
    Conversation,
    HandedOff,
    Turn,
)
from assistant.skills.desk import DeskSkill
from assistant.skills.insights import InsightsSkill
from assistant.skills.smalltalk import SmalltalkSkill
from assistant.store import SqlConversationStore, open_engine
from assistant.wire import turn_to_json
from tests.unit.assistant.fakes import START, FakeClock

ANN = Asker(user_id="ann")
EXAMPLES = ("How do I connect to the VPN?", "Revenue last month", "Tickets by team", "One more")


def conversation(*texts: str, conversation_id: str = "c1") -> Conversation:
    turns = tuple(
        Turn(
            turn_id=f"t{number}",
            conversation_id=conversation_id,
            text=text,
            route="helpdesk",
            outcome=Answered(text="Try this.", confidence=0.8),
            asked_at=START,
        )
        for number, text in enumerate(texts)
    )
    return Conversation(
        conversation_id=conversation_id, user_id="ann", title="", started_at=START, turns=turns
    )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskSkill]:
    store = SqlConversationStore(open_engine(tmp_path / "c.sqlite"))
    yield DeskSkill(store=store, clock=FakeClock(), messages=load_messages())
    store.close()


def test_a_ticket_carries_the_transcript_and_the_subject_of_the_problem(desk: DeskSkill) -> None:
    talk = conversation("my badge is not read at the printer")
    outcome = desk.answer("please open a ticket", asker=ANN, conversation=talk)
    assert isinstance(outcome, HandedOff)
    assert str(outcome.ticket_number) in outcome.text
    ticket = desk._store.ticket(outcome.ticket_number, user_id="ann")
    assert ticket is not None
    assert ticket.subject == "my badge is not read at the printer"
    assert "Requester: my badge is not read" in ticket.transcript
    assert "Deskwise: Try this." in ticket.transcript
    assert ticket.transcript.endswith("Requester: please open a ticket")


def test_asking_twice_gives_the_same_ticket_and_says_so(desk: DeskSkill) -> None:
    talk = conversation("my badge is not read")
    first = desk.answer("open a ticket", asker=ANN, conversation=talk)
    again = desk.answer("I want to talk to a human", asker=ANN, conversation=talk)
    assert isinstance(first, HandedOff)
    assert isinstance(again, HandedOff)
    assert again.ticket_number == first.ticket_number
    assert "already open" in again.text


def test_a_ticket_that_says_nothing_is_not_opened(desk: DeskSkill) -> None:
    outcome = desk.answer("open a ticket", asker=ANN, conversation=conversation())
    assert isinstance(outcome, Abstention)
    assert desk._store.tickets(user_id="ann") == ()


def test_a_ticket_nobody_asked_for_is_offered_and_not_opened(desk: DeskSkill) -> None:
    outcome = desk.answer("my mail does not start", asker=ANN, conversation=conversation())
    assert isinstance(outcome, Clarification)
    assert desk._store.tickets(user_id="ann") == ()
    opened = desk.answer(outcome.choices[1].text, asker=ANN, conversation=conversation())
    assert isinstance(opened, HandedOff)


def test_no_ticket_is_opened_for_somebody_who_does_not_want_one(desk: DeskSkill) -> None:
    talk = conversation("my badge is not read")
    outcome = desk.answer("I don't want a ticket for that", asker=ANN, conversation=talk)
    assert isinstance(outcome, Abstention)
    assert desk._store.tickets(user_id="ann") == ()


def test_the_status_of_ones_own_ticket_is_told_and_of_anothers_is_not(desk: DeskSkill) -> None:
    opened = desk.answer(
        "open a ticket: the beamer in room 4 is dark", asker=ANN, conversation=conversation()
    )
    assert isinstance(opened, HandedOff)
    question = f"what is the status of ticket {opened.ticket_number}?"
    mine = desk.answer(question, asker=ANN, conversation=conversation())
    assert isinstance(mine, Answered)
    assert "is new" in mine.text
    theirs = desk.answer(question, asker=Asker(user_id="bob"), conversation=conversation())
    assert isinstance(theirs, Abstention)
    assert "beamer" not in theirs.text


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("hi there", "Hello."),
        ("thanks a lot", "Good."),
        ("bye", "Goodbye."),
        ("what can you do?", "I answer IT questions"),
    ],
)
def test_small_talk_is_one_line_that_fits(text: str, starts: str) -> None:
    skill = SmalltalkSkill(messages=load_messages(), examples=lambda: EXAMPLES)
    outcome = skill.answer(text, asker=ANN, conversation=conversation())
    assert isinstance(outcome, Answered)
    assert outcome.text.startswith(starts)
    assert "!" not in outcome.text


FINDING = Finding(
    analysis="metric",
    text="Revenue was 12.",
    columns=(Column(name="revenue", label="Revenue", unit="money"),),
    rows=((12.0,), (float("nan"),), (date(2026, 5, 1),)),
    chart=Chart(kind="number", title="Revenue"),
    receipt=Receipt(
        definition="sum",
        period="1 May to 31 May 2026",
        filters=(),
        sql="SELECT 12",
        n_rows=1,
        as_of=date(2026, 6, 30),
    ),
)


class FakeInsights:
    """Returns what it was given, and remembers the turns it saw."""

    def __init__(self, outcome: InsightOutcome) -> None:
        self.outcome = outcome
        self.turns: tuple[str, ...] = ()

    def ask(
        self, text: str, *, turns: tuple[str, ...] = (), as_of: date | None = None
    ) -> InsightOutcome:
        self.turns = tuple(turns)
        return self.outcome

    def next_questions(self, finding: Finding) -> tuple[str, ...]:
        return ("by month",)

    def examples(self) -> tuple[str, ...]:
        return EXAMPLES[1:3]


def test_a_finding_becomes_an_answer_with_its_receipt() -> None:
    skill = InsightsSkill(insights=FakeInsights(FINDING), messages=load_messages())  # type: ignore[arg-type]
    outcome = skill.answer("revenue", asker=ANN, conversation=conversation())
    assert isinstance(outcome, Answered)
    assert outcome.finding is FINDING
    assert outcome.suggestions == ("by month",)


def test_undefined_numbers_and_dates_have_a_json_form() -> None:
    turn = Turn(
        turn_id="t",
        conversation_id="c",
        text="revenue",
        route="insights",
        outcome=Answered(text="x", confidence=1.0, finding=FINDING),
        asked_at=START,
    )
    assert turn_to_json(turn)["finding"]["rows"] == [[12.0], [None], ["2026-05-01"]]


def test_an_ambiguity_becomes_at_most_four_buttons_and_a_refusal_an_abstention() -> None:
    choices = tuple(Choice(label=str(n), question=f"q{n}") for n in range(6))
    asks = FakeInsights(Ambiguity(question="Which?", choices=choices))
    skill = InsightsSkill(insights=asks, messages=load_messages())  # type: ignore[arg-type]
    outcome = skill.answer("active", asker=ANN, conversation=conversation())
    assert isinstance(outcome, Clarification)
    assert [choice.text for choice in outcome.choices] == ["q0", "q1", "q2", "q3"]
    refuses = FakeInsights(Refusal(reason="I have no salaries.", suggestions=("Revenue",)))
    skill = InsightsSkill(insights=refuses, messages=load_messages())  # type: ignore[arg-type]
    refused = skill.answer("salary", asker=ANN, conversation=conversation())
    assert isinstance(refused, Abstention)
    assert refused.suggestions == ("Revenue",)


def test_only_earlier_questions_about_figures_are_context() -> None:
    asks = FakeInsights(FINDING)
    skill = InsightsSkill(insights=asks, messages=load_messages())  # type: ignore[arg-type]
    skill.answer("and in May", asker=ANN, conversation=conversation("my badge is not read"))
    assert asks.turns == ()


def test_without_a_warehouse_the_answer_says_how_to_get_one() -> None:
    skill = InsightsSkill(insights=None, messages=load_messages())
    outcome = skill.answer("revenue", asker=ANN, conversation=conversation())
    assert isinstance(outcome, Abstention)
    assert "deskwise data demo" in outcome.text

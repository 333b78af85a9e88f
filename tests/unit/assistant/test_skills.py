"""What the insights skill says."""

from __future__ import annotations

from datetime import date

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
    Turn,
)
from assistant.skills.insights import InsightsSkill
from assistant.wire import turn_to_json
from tests.unit.assistant.fakes import START

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
        self,
        text: str,
        *,
        turns: tuple[str, ...] = (),
        as_of: date | None = None,
        groups: tuple[str, ...] = (),
    ) -> InsightOutcome:
        self.turns = tuple(turns)
        return self.outcome

    def next_questions(self, finding: Finding, *, groups: tuple[str, ...] = ()) -> tuple[str, ...]:
        return ("by month",)

    def examples(self, *, groups: tuple[str, ...] = ()) -> tuple[str, ...]:
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

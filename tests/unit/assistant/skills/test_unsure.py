"""When confidence stays low, a human takes over; not for somebody who wants no ticket."""

from __future__ import annotations

from assistant.dialogue.moves import Move
from assistant.dialogue.state import fold
from assistant.messages import load_messages
from assistant.model import (
    Abstention,
    Asker,
    Citation,
    Conversation,
    FailedStep,
    HandedOff,
    Memo,
    Method,
    Outcome,
    Route,
    Turn,
)
from assistant.skills.desk import DeskSkill
from assistant.skills.situation import Situation
from assistant.skills.troubleshooting import hand_over, stays_unsure
from tests.unit.assistant.fakes import START, FakeClock, FakeTicketStore

NEAR = Citation(document_id="a", title="A", start=0, end=1, quote="x", url="/articles/a")
UNSURE = Abstention(text="Nothing sure.", reason="low_confidence", nearest=(NEAR,))
FAR = Abstention(text="Nothing.", reason="nothing_near")
DECLINED = Abstention(text="None is opened.", reason="declined", offers_ticket=False)
METHOD = Method(document_id="a", title="A", heading_path=("A", "Steps"))


def situation(*outcomes: tuple[Outcome, Route]) -> Situation:
    conversation = Conversation(
        conversation_id="c",
        user_id="ann",
        title="",
        started_at=START,
        turns=tuple(
            Turn(
                turn_id=f"t{number}",
                conversation_id="c",
                text=f"problem {number}",
                route=route,
                outcome=outcome,
                asked_at=START,
            )
            for number, (outcome, route) in enumerate(outcomes)
        ),
    )
    return Situation(
        text="still the problem",
        move=Move(kind="question"),
        asker=Asker(user_id="ann"),
        conversation=conversation,
        state=fold(conversation.turns),
        known={"os": "macos"},
    )


def test_the_third_unsure_question_in_a_row_is_one_too_many() -> None:
    assert not stays_unsure(situation())
    assert not stays_unsure(situation((UNSURE, "helpdesk")))
    assert stays_unsure(situation((UNSURE, "helpdesk"), (UNSURE, "helpdesk")))


def test_what_is_far_from_everything_or_between_does_not_count() -> None:
    assert not stays_unsure(situation((UNSURE, "helpdesk"), (FAR, "helpdesk")))
    assert not stays_unsure(situation((UNSURE, "helpdesk"), (UNSURE, "insights")))


def test_somebody_who_wants_no_ticket_gets_none() -> None:
    unsure = (UNSURE, "helpdesk")
    assert not stays_unsure(situation((DECLINED, "desk"), unsure, unsure))  # type: ignore[arg-type]


def test_a_conversation_with_a_ticket_is_not_handed_over_again() -> None:
    unsure = (UNSURE, "helpdesk")
    handed = (HandedOff(text="Opened.", ticket_number=1), "desk")
    assert not stays_unsure(situation(handed, unsure, unsure))  # type: ignore[arg-type]


def test_the_reason_and_what_this_message_says_are_handed_over() -> None:
    desk = DeskSkill(store=FakeTicketStore(), clock=FakeClock(), messages=load_messages())
    step = FailedStep(method=METHOD, number=3, quote="3. Go.")
    memo = Memo(act="step_failed", question="mail\nagain", refused=(METHOD,), failed_step=step)
    for reason in ("methods_failed", "low_confidence_repeated"):
        outcome = hand_over(
            desk,
            situation(),
            memo,
            reason=reason,  # type: ignore[arg-type]
            messages=load_messages(),
        )
        assert outcome is not None
        assert outcome.handoff is not None
        assert outcome.handoff.reason == "methods_failed", "the first hand-off stays"
        assert outcome.handoff.subject == "mail"
        assert [(item.heading, item.step) for item in outcome.handoff.tried] == [("Steps", 3)]
        assert outcome.handoff.facets == {"os": "macos"}
        assert outcome.handoff.transcript[-1].text == "still the problem"
        assert outcome.ticket_number == 1000
    assert (
        hand_over(None, situation(), memo, reason="methods_failed", messages=load_messages())
        is None
    )

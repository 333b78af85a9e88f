from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.config import FeedbackSettings
from knowledge_base.feedback import (
    FEEDBACK_KINDS,
    FeedbackEvent,
    FeedbackKind,
    FeedbackPrior,
    most_one_person_can_move,
)

NOW = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)
RULES = FeedbackSettings()
DOCUMENTS = ("d0", "d1", "d2")
# Angles in the plane: q0 and q1 are near each other, q2 is far from both.
ANGLES = {"q0": 0.0, "q1": 0.6, "q2": 1.5}
VECTORS = {
    name: np.asarray([np.cos(angle), np.sin(angle)], dtype=np.float32)
    for name, angle in ANGLES.items()
}
KNOWN = tuple(f"p{number}" for number in range(8))
PEOPLE = (*KNOWN, "web-1", "web-2")


def event(
    number: int = 0,
    *,
    person: str = "p0",
    kind: FeedbackKind = "up",
    question: str = "q0",
    document_id: str = "d0",
    age_days: float = 0.0,
    rank: int = 1,
) -> FeedbackEvent:
    return FeedbackEvent(
        event_id=f"e{number:05}",
        at=NOW - timedelta(days=age_days),
        person=person,
        is_known=person in KNOWN,
        kind=kind,
        question=question,
        document_id=document_id,
        rank=rank,
    )


def adjust(
    events: Sequence[FeedbackEvent], question: str = "q0", rules: FeedbackSettings = RULES
) -> npt.NDArray[np.float32]:
    prior = FeedbackPrior(events, VECTORS, rules)
    return prior.adjustments(VECTORS[question], DOCUMENTS, now=NOW)


def agreeing(n_people: int, **values: object) -> list[FeedbackEvent]:
    return [
        event(number, person=f"k{number}", **values)  # type: ignore[arg-type]
        for number in range(n_people)
    ]


def known(events: Sequence[FeedbackEvent]) -> list[FeedbackEvent]:
    return [replace(each, is_known=True) for each in events]


@st.composite
def histories(draw: st.DrawFn) -> list[FeedbackEvent]:
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from(PEOPLE),
                st.sampled_from(FEEDBACK_KINDS),
                st.sampled_from(sorted(VECTORS)),
                st.sampled_from(DOCUMENTS),
                st.integers(0, 400),
                st.integers(1, 10),
            ),
            max_size=40,
        )
    )
    return [
        event(
            number,
            person=person,
            kind=kind,
            question=question,
            document_id=document_id,
            age_days=age,
            rank=rank,
        )
        for number, (person, kind, question, document_id, age, rank) in enumerate(drawn)
    ]


@given(histories(), st.randoms(use_true_random=False), st.sampled_from(sorted(VECTORS)))
def test_the_order_of_events_does_not_matter(
    events: list[FeedbackEvent], random: object, question: str
) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert adjust(shuffled, question).tobytes() == adjust(events, question).tobytes()


@given(histories(), st.sampled_from(sorted(VECTORS)))
def test_nothing_moves_beyond_the_cap(events: list[FeedbackEvent], question: str) -> None:
    assert np.abs(adjust(events, question)).max() <= RULES.cap
    assert not adjust(events, question, replace(RULES, cap=0.0)).any()


@settings(max_examples=200)
@given(histories(), st.sampled_from(PEOPLE), st.sampled_from(sorted(VECTORS)))
def test_one_person_moves_a_score_by_no_more_than_their_share(
    events: list[FeedbackEvent], person: str, question: str
) -> None:
    others = [each for each in events if each.person != person]
    moved = np.abs(adjust(events, question) - adjust(others, question)).max()
    assert moved <= most_one_person_can_move(RULES) + 1e-6


@given(histories(), st.sampled_from(sorted(VECTORS)))
def test_one_person_alone_moves_nothing(events: list[FeedbackEvent], question: str) -> None:
    alone = [replace(each, person="p0", is_known=True) for each in events]
    assert not adjust(alone, question).any()


@settings(max_examples=200)
@given(
    histories(),
    st.sampled_from(PEOPLE),
    st.sampled_from(FEEDBACK_KINDS),
    st.sampled_from(sorted(VECTORS)),
)
def test_more_favour_never_lowers_and_more_dislike_never_raises(
    events: list[FeedbackEvent], person: str, kind: FeedbackKind, question: str
) -> None:
    more = [*events, event(99_999, person=person, kind=kind, question=question)]
    change = adjust(more, question) - adjust(events, question)
    sign = -1 if kind == "down" else 1
    assert sign * change[0] >= -1e-7
    assert not change[1:].any()


@given(histories(), st.sampled_from(sorted(VECTORS)))
def test_a_document_is_judged_alone(events: list[FeedbackEvent], question: str) -> None:
    prior = FeedbackPrior(events, VECTORS, RULES)
    together = prior.adjustments(VECTORS[question], DOCUMENTS, now=NOW)
    alone = [prior.adjustments(VECTORS[question], [each], now=NOW)[0] for each in DOCUMENTS]
    assert together.tolist() == alone


def test_too_few_people_move_nothing_and_enough_do() -> None:
    assert not adjust(known(agreeing(2))).any()
    assert adjust(known(agreeing(3)))[0] == pytest.approx(RULES.cap / (1 + RULES.shrinkage))
    assert adjust(known(agreeing(3, kind="down")))[0] < 0
    assert adjust(known(agreeing(300)))[0] > 0.9 * RULES.cap


def test_a_thousand_votes_of_one_person_are_one_opinion() -> None:
    others = known(agreeing(4))
    many = [event(1000 + number, kind="down", person="p7") for number in range(1000)]
    assert adjust([*others, *many]).tolist() == adjust([*others, many[0]]).tolist()


def test_visitors_without_an_account_count_less_and_are_capped_together() -> None:
    assert adjust(agreeing(8))[0] == 0
    assert adjust(agreeing(12))[0] == pytest.approx(adjust(known(agreeing(3)))[0])
    most = RULES.cap / (1 + RULES.shrinkage)
    assert adjust(agreeing(5000))[0] == pytest.approx(most) == adjust(agreeing(12))[0]


def test_feedback_speaks_for_the_same_topic_only() -> None:
    events = known(agreeing(10))
    same, near, far = (adjust(events, question)[0] for question in ("q0", "q1", "q2"))
    assert same > near > far == 0


def test_old_feedback_fades() -> None:
    fresh, old = known(agreeing(6)), known(agreeing(6, age_days=180))
    assert adjust(fresh)[0] > adjust(old)[0] > 0
    assert adjust(known(agreeing(6, age_days=3600)))[0] < RULES.cap / 1000


def test_clicks_say_less_than_votes_and_more_further_down() -> None:
    votes = adjust(known(agreeing(10)))[0]
    first = adjust(known(agreeing(10, kind="click")))[0]
    fourth = adjust(known(agreeing(10, kind="click", rank=4)))[0]
    assert votes > fourth > first > 0


def test_support_names_how_many_people_are_for_and_against() -> None:
    events = known([*agreeing(4), event(50, person="p9", kind="down")])
    prior = FeedbackPrior(events, VECTORS, RULES)
    (support,) = prior.explain(VECTORS["q0"], DOCUMENTS, now=NOW)
    assert (support.n_people_for, support.n_people_against) == (4, 1)
    assert support.adjustment == pytest.approx(float(adjust(events)[0]))


def test_no_events_adjust_nothing() -> None:
    assert adjust([]).tolist() == [0.0, 0.0, 0.0]
    assert FeedbackPrior([], {}, RULES).adjustments(VECTORS["q0"], [], now=NOW).shape == (0,)

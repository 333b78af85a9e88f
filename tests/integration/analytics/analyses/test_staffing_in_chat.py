"""Questions about how many agents are needed, as people ask them."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from analytics.analyses.shifts import shift_of
from analytics.analyses.staffing_wishes import slots_in
from analytics.describe.plots import plotted
from analytics.insights import CatalogueInsights
from analytics.model import Finding, Refusal

AS_OF = date(2026, 6, 30)


def _found(insights: CatalogueInsights, text: str, *turns: str) -> Finding:
    found = insights.ask(text, as_of=AS_OF, turns=turns)
    assert isinstance(found, Finding), found
    assert found.analysis == "staffing"
    return found


@pytest.mark.parametrize(
    ("text", "n_rows", "words"),
    [
        ("How many agents do we need on Monday mornings?", 4, "Monday from 08:00 to 12:00"),
        ("Are 4 agents enough on Tuesdays between 9 and 12 to answer 80 % within 20 minutes?", 3,
         "4 agents are enough on Tuesday from 09:00 to 12:00"),
        ("Staffing table by hour and weekday for the service desk", 168, "team Service Desk"),
        ("How many people should be on the phones at weekends if tickets grow by 20 %?", 48,
         "channel phone"),
        ("how many staff are required on weekdays from 8 to 18 at 30 minutes per ticket", 50,
         "Monday to Friday from 08:00 to 18:00"),
        ("What headcount do we need for 95% within 5 minutes on fridays?", 24,
         "95 % of the tickets begun within 5 minutes"),
        ("Do we need more agents on Thursday afternoons if handling takes an hour per ticket?", 5,
         "Thursday from 12:00 to 17:00"),
        ("Can two people handle the tickets at night?", 56, "22:00 to 06:00"),
        ("Is one agent enough on Sunday evenings?", 5, "Sunday from 17:00 to 22:00"),
        ("number of agents needed at 10 am on Wednesdays, 30 % shrinkage", 1, "10:00"),
        ("agents per hour on monday with a patience of 15 minutes", 24, "give up"),
        ("How many agents will we need next month on Mondays?", 24, "Monday, round the clock"),
        ("shift planning for the billing team during office hours", 50, "team Billing"),
    ],
)  # fmt: skip
def test_a_question_about_staffing_is_answered(
    insights: CatalogueInsights, text: str, n_rows: int, words: str
) -> None:
    found = _found(insights, text)

    assert len(found.rows) == n_rows
    assert words in found.text
    assert "Erlang" in found.receipt.definition
    assert all(row[3] <= row[2] <= row[4] for row in found.rows)  # type: ignore[operator]
    assert n_rows == 1 or plotted(found) is not None


def test_what_is_assumed_is_said_and_what_is_named_is_kept(insights: CatalogueInsights) -> None:
    usual = _found(insights, "How many agents do we need on Mondays?")
    named = _found(
        insights,
        "How many agents do we need on Mondays at 40 minutes each, 90 % within 10 minutes?",
    )

    assert "Assumed: 15 minutes of work a ticket, 80 %" in usual.text
    assert "Assumed" not in named.text
    assert "40 minutes of work a ticket" in named.receipt.definition
    assert max(row[2] for row in named.rows) > max(row[2] for row in usual.rows)  # type: ignore[type-var]


def test_a_follow_up_keeps_what_it_does_not_change(insights: CatalogueInsights) -> None:
    first = "How many agents do we need on Monday mornings at 30 minutes each?"

    more = _found(insights, "and with 50 % more tickets?", first)
    later = _found(insights, "and on Tuesdays?", first)

    now = _found(insights, first)
    for before, after in zip(now.rows, more.rows, strict=True):
        assert after[5] == pytest.approx(1.5 * before[5])  # type: ignore[operator]
    assert [row[0] for row in later.rows] == ["Tuesday"] * 4
    assert "30 minutes of work" in later.receipt.definition


def test_too_few_agents_are_told_with_how_many_would_do(insights: CatalogueInsights) -> None:
    found = _found(insights, "Is 1 agent enough on Mondays from 8 to 12 at 2 hours per ticket?")

    assert "1 agent is not enough" in found.text
    assert "the queue only grows" in found.text
    assert max(row[2] for row in found.rows) > 1  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("How many agents do we need per team on Mondays?", "not by team"),
        ("How many agents do we need for 80/20 on Mondays?", "does not say the unit"),
        ("How many agents do we need on Mondays based on last week?", "too short"),
        ("How many agents do we need for 100 % within 5 minutes?", "cannot be promised"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(
    insights: CatalogueInsights, text: str, words: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Refusal), found
    assert words in found.reason


def test_plain_numbers_of_agents_stay_numbers(insights: CatalogueInsights) -> None:
    for text in ("Tickets by assignee last month", "Which agent closed most tickets last month?"):
        found = insights.ask(text, as_of=AS_OF)
        assert getattr(found, "analysis", None) != "staffing"


@pytest.mark.parametrize(
    ("text", "days", "hours"),
    [
        ("from 1 to 5 pm mon-wed", (0, 1, 2), (13, 14, 15, 16)),
        ("9am-5pm on weekdays", (0, 1, 2, 3, 4), tuple(range(9, 17))),
        ("saturday to monday, 9:00-11:00", (0, 5, 6), (9, 10)),
        ("between 22 and 2 on fridays", (4,), (0, 1, 22, 23)),
        ("after 18 at the weekend", (5, 6), tuple(range(18, 24))),
    ],
)
def test_shifts_are_read(text: str, days: tuple[int, ...], hours: tuple[int, ...]) -> None:
    found = shift_of(text)

    assert (found.days, found.hours) == (days, hours)


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("each ticket takes half an hour", {"handle_h": 0.5}),
        ("if volume doubles", {"times": 2.0}),
        ("90 % in 30 seconds", {"share": 0.9, "within_h": pytest.approx(30 / 3600)}),
        ("people hang up after 3 minutes", {"patience_h": 0.05}),
        ("at most 85 % busy with 20 % fewer tickets", {"most_busy": 0.85, "times": 0.8}),
        ("are three agents enough", {"agents": 3}),
        (
            "ninety percent of the requests under ten minutes",
            {"share": 0.9, "within_h": pytest.approx(1 / 6)},
        ),
        ("if the ticket volume grew by a quarter", {"times": 1.25}),
        (
            "if the moon is full",
            {
                "misread": "What the question supposes is not understood. Say it "
                "as: if tickets grow by 20 %, or at 12 minutes per "
                "ticket."
            },
        ),
    ],
)
def test_wishes_are_read(text: str, slots: dict[str, object]) -> None:
    assert slots_in(text) == slots


def test_the_shorter_the_target_the_more_agents(insights: CatalogueInsights) -> None:
    needed = []
    for within in ("1 hour", "20 minutes", "1 minute"):
        found = _found(insights, f"How many agents do we need on Mondays for 90 % within {within}?")
        needed.append(sum(int(str(row[2])) for row in found.rows))

    assert all(later >= earlier for earlier, later in pairwise(needed))
    assert needed[-1] > needed[0]

"""Why-questions as people ask them, answered in conversation."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.analyses.change_answers import asks_why, direction_of
from analytics.catalogue import Catalogue
from analytics.insights import CatalogueInsights
from analytics.model import Finding, Refusal
from analytics.ports import Warehouse

AS_OF = date(2026, 6, 30)
MAY, APRIL = "2026-05-01/2026-06-01", "2026-04-01/2026-05-01"


@pytest.fixture(scope="module")
def insights(demo_warehouse: Warehouse, catalogue: Catalogue) -> CatalogueInsights:
    return CatalogueInsights(warehouse=demo_warehouse, catalogue=catalogue)


@pytest.mark.parametrize(
    ("text", "metric", "period", "compare_to"),
    [
        ("Why did revenue drop in May?", "revenue", MAY, APRIL),
        ("How come orders went up in May compared with April?", "orders", MAY, APRIL),
        ("What drove the rise in tickets last week compared to the week before?",
         "tickets", "2026-06-22/2026-06-29", "2026-06-15/2026-06-22"),
        ("What explains the change in average order value from Q4 2025 to Q1 2026?",
         "average order value", "2026-01-01/2026-04-01", "2025-10-01/2026-01-01"),
        ("Reasons for the fall in bounce rate last month", "bounce rate", MAY, APRIL),
        ("What is behind the growth of sessions in May 2026?", "sessions", MAY, APRIL),
        ("Why has the backlog grown since May?", "open tickets",
         "2026-06-29/2026-06-30", "2026-04-30/2026-05-01"),  # a level now against the one before
        ("Why was revenue in May lower than a year ago?",
         "revenue", MAY, "2025-05-01/2025-06-01"),
        ("Explain why active customers went down last month", "active customers", MAY, APRIL),
        ("Which regions drove the decline in gross margin last month?",
         "gross margin", MAY, APRIL),
        ("Where does the drop in conversion rate last month come from?",
         "conversion rate", MAY, APRIL),
        ("What caused the increase in resolution time in May versus April?",
         "resolution time", MAY, APRIL),
    ],
)  # fmt: skip
def test_a_why_question_is_answered_for_what_it_asks(
    insights: CatalogueInsights, text: str, metric: str, period: str, compare_to: str | None
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert found.analysis == "change_drivers"
    assert (found.slots["metric"], found.slots["period"]) == (metric, period)
    assert compare_to is None or found.slots["compare_to"] == compare_to
    assert "against" in found.receipt.period
    shares = [c.name for c in found.columns].index("share")
    assert sum(float(row[shares] or 0) for row in found.rows) == pytest.approx(1)


@pytest.mark.parametrize("why", ["why?", "Why is that?", "why did it change", "what caused that?"])
def test_why_goes_on_from_the_number_before(insights: CatalogueInsights, why: str) -> None:
    turns = ["Revenue in May for plan premium compared with April"]
    found = insights.ask(why, turns=turns, as_of=AS_OF)

    assert isinstance(found, Finding)
    assert found.slots["metric"] == "revenue"
    assert (found.slots["period"], found.slots["compare_to"]) == (MAY, APRIL)
    assert found.receipt.filters == ("plan premium",)


def test_a_wrong_direction_is_said_first(insights: CatalogueInsights) -> None:
    up = insights.ask("Why did revenue rise in May 2026?", as_of=AS_OF)
    down = insights.ask("Why did revenue fall in May 2026?", as_of=AS_OF)
    assert isinstance(up, Finding)
    assert isinstance(down, Finding)

    wrong = [f.text.startswith("Revenue did not ") for f in (up, down)]
    assert sorted(wrong) == [False, True]
    assert up.rows == down.rows


def test_an_unsaid_comparison_is_stated(insights: CatalogueInsights) -> None:
    unsaid = insights.ask("Why did orders change in May 2026?", as_of=AS_OF)
    said = insights.ask("Why did orders change in May 2026 compared with April?", as_of=AS_OF)
    assert isinstance(unsaid, Finding)
    assert isinstance(said, Finding)

    assert "You named no comparison" in unsaid.text
    assert "You named no comparison" not in said.text


def test_two_groups_are_compared(insights: CatalogueInsights) -> None:
    found = insights.ask("Why is churn rate higher in the South than in the North?", as_of=AS_OF)

    assert isinstance(found, Finding)
    assert "in South than in North" in found.text
    assert "last 12 whole months" in found.text


def test_the_next_questions_can_be_answered(insights: CatalogueInsights) -> None:
    found = insights.ask("Why did revenue change in May 2026?", as_of=AS_OF)
    assert isinstance(found, Finding)
    offered = insights.next_questions(found)

    assert offered
    for text in offered:
        assert isinstance(insights.ask(text, as_of=AS_OF), Finding), text


def test_without_a_number_it_asks_which(insights: CatalogueInsights) -> None:
    found = insights.ask("Why did it drop so much last month?", as_of=AS_OF)

    assert isinstance(found, Refusal)
    assert found.analysis in ("change_drivers", "")


def test_a_period_without_data_is_refused_in_words(insights: CatalogueInsights) -> None:
    found = insights.ask("Why did csat change in 2019 compared with 2018?", as_of=AS_OF)

    assert isinstance(found, Refusal)
    assert "no data" in found.reason


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("why did revenue drop in may", "down"),
        ("what drove the rise in tickets", "up"),
        ("why did it rise and then fall", None),
        ("why did revenue change", None),
    ],
)
def test_the_direction_that_is_taken_for_granted(text: str, direction: str | None) -> None:
    assert direction_of(text) == direction


def test_a_bare_why_is_told_from_a_question() -> None:
    assert asks_why("why")
    assert asks_why("why be that")
    assert not asks_why("why do printer not print")

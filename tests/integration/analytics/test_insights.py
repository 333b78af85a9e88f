"""The Insights port over the demo company: answers, questions back, refusals, analyses."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.catalogue import Catalogue
from analytics.insights import CatalogueInsights
from analytics.model import Ambiguity, Finding, Refusal
from analytics.query.warehouse import DuckDBWarehouse

AS_OF = date(2026, 6, 30)


@pytest.fixture(scope="module")
def insights(demo_warehouse: DuckDBWarehouse, catalogue: Catalogue) -> CatalogueInsights:
    return CatalogueInsights(warehouse=demo_warehouse, catalogue=catalogue)


def test_a_plain_question_is_answered_with_rows_and_a_receipt(insights: CatalogueInsights) -> None:
    found = insights.ask("orders by region in May 2026", as_of=AS_OF)

    assert isinstance(found, Finding)
    assert found.analysis == "metric"
    assert len(found.rows) >= 4
    assert found.receipt.sql
    assert found.metric_query is not None


def test_without_an_as_of_date_the_newest_row_decides(insights: CatalogueInsights) -> None:
    assert insights.ask("orders last month") == insights.ask("orders last month", as_of=AS_OF)


def test_an_open_question_offers_whole_questions_that_answer_themselves(
    insights: CatalogueInsights,
) -> None:
    asked = insights.ask("email tickets in 2025", as_of=AS_OF)

    assert isinstance(asked, Ambiguity)
    assert 2 <= len(asked.choices) <= 4
    for choice in asked.choices:
        assert isinstance(insights.ask(choice.question, as_of=AS_OF), Finding), choice.question


def test_an_unknown_word_is_named_and_something_near_is_offered(
    insights: CatalogueInsights,
) -> None:
    refused = insights.ask("tickets by shoe size", as_of=AS_OF)

    assert isinstance(refused, Refusal)
    assert "shoe" in refused.unknown
    assert refused.suggestions
    for suggestion in refused.suggestions:
        assert isinstance(insights.ask(suggestion, as_of=AS_OF), Finding), suggestion


def test_a_follow_up_goes_on_from_the_turns_before(insights: CatalogueInsights) -> None:
    full = insights.ask("orders in the app by region in 2025", as_of=AS_OF)
    short = insights.ask("only the app", turns=("orders by region in 2025",), as_of=AS_OF)

    assert isinstance(full, Finding)
    assert isinstance(short, Finding)
    assert short.rows == full.rows


def test_an_analysis_that_cannot_be_carried_out_says_so_with_its_slots(
    insights: CatalogueInsights,
) -> None:
    found = insights.ask("Which premium customers will probably leave soon?", as_of=AS_OF)

    assert isinstance(found, Refusal)
    assert found.analysis == "churn_risk"
    assert found.slots["filters"] == {"plan": "premium"}
    assert found.suggestions


def test_a_follow_up_to_an_analysis_stays_one(insights: CatalogueInsights) -> None:
    found = insights.ask(
        "and in the West?",
        turns=("Which premium customers will probably leave soon?",),
        as_of=AS_OF,
    )

    assert isinstance(found, Refusal)
    assert found.slots["filters"] == {"plan": "premium", "region": "West"}


def test_a_definition_comes_from_the_catalogue(
    insights: CatalogueInsights, catalogue: Catalogue
) -> None:
    found = insights.ask("How do you define the bounce rate?", as_of=AS_OF)

    assert isinstance(found, Finding)
    assert found.analysis == "definition"
    assert catalogue.metric("bounce rate").definition.rstrip(".") in found.text


def test_what_lies_ahead_is_never_answered_from_the_past(insights: CatalogueInsights) -> None:
    for text in (
        "revenue next month",
        "tickets in 2030",
        "who is about to churn",
        "orders tomorrow",
    ):
        assert not (
            isinstance(found := insights.ask(text, as_of=AS_OF), Finding)
            and found.analysis == "metric"
        ), text


@pytest.mark.parametrize(
    "text", ["", " ", "?", "DROP TABLE customers; --", "x" * 2000, "' OR 1=1", "ticket" * 50]
)
def test_odd_texts_are_refused(insights: CatalogueInsights, text: str) -> None:
    assert isinstance(insights.ask(text, as_of=AS_OF), Refusal)

"""Questions about movements between segments as people ask them."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from analytics.insights import CatalogueInsights
from analytics.model import Finding, Refusal

AS_OF = date(2026, 6, 30)


def asked(insights: CatalogueInsights, text: str) -> Finding:
    found = insights.ask(text, as_of=AS_OF)
    assert isinstance(found, Finding), found
    assert found.analysis == "segment_migration"
    return found


def column(found: Finding, name: str) -> list[Any]:
    place = [each.name for each in found.columns].index(name)
    return [row[place] for row in found.rows]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Who moved between segments from Q4 2025 to Q1 2026?", "Most is at stake from"),
        ("Segment migration in 2025", "Most is at stake from"),
        ("How did the customer segments change compared with last year?", "Most is at stake from"),
        ("Did more customers move up or down between segments in Q2 2026?", "moved up and"),
        ("How many champions did we lose last quarter?", "were no longer there"),
        ("Where did our former champions go?", "were no longer there"),
        ("How many customers became champions this year?", "came to “champions”"),
        ("Which customers were upgraded to champions in May?", "came to “champions”"),
        ("How many customers moved from loyal to at risk this quarter?", "“loyal” to “at risk”"),
        ("Who slipped from champions to at risk since January?", "“champions” to “at risk”"),
        ("How many hibernating customers came back last quarter?", "were no longer there"),
        ("How did the loyal segment develop from 2024 to 2025?", "“Loyal” went from"),
        ("How stable are our customer segments over time?", "Most is at stake from"),
        ("Migration matrix for the South", "Most is at stake from"),
        ("Which segment grew and which shrank last quarter?", "grew most"),
    ],
)
def test_a_question_about_movements_is_answered(
    insights: CatalogueInsights, text: str, words: str
) -> None:
    found = asked(insights, text)

    assert words in found.text.splitlines()[0]
    assert "fifths of the earlier one" in found.receipt.definition
    assert any("re-defined" in note for note in found.receipt.notes)


def test_the_ledger_adds_up(insights: CatalogueInsights) -> None:
    found = asked(insights, "Segment migration in 2025")

    (check,) = found.receipt.checks
    before, left, new, after, kept = map(int, re.findall(r"\d+", check.text))
    assert before - left + new == after == kept + new
    assert found.chart.kind == "heatmap"
    assert min(column(found, "customers")) >= 5
    assert sum(column(found, "customers")) <= before + new


def test_the_days_are_the_ends_of_the_periods(insights: CatalogueInsights) -> None:
    two = asked(insights, "How did customers move between segments from Q3 2025 to Q1 2026?")
    one = asked(insights, "Movements between segments last quarter")
    none = asked(insights, "Show the flow of customers between segments")

    assert two.receipt.period == "1 October 2025 to 1 April 2026"
    assert one.receipt.period == "1 January 2026 to 1 April 2026"
    assert none.receipt.period == "30 March 2026 to 30 June 2026"


def test_who_moved_is_listed_with_what_they_brought(insights: CatalogueInsights) -> None:
    found = asked(insights, "Who moved from champions to loyal in 2025 and what are they worth?")

    assert found.columns[1].name == "customer_id"
    assert set(column(found, "before")) == {"champions"}
    assert set(column(found, "after")) == {"loyal"}
    brought = column(found, "revenue_before")
    assert brought == sorted(brought, reverse=True)
    assert found.slots["group"] == ["champions", "loyal"]


def test_filters_and_numbers_are_followed(insights: CatalogueInsights) -> None:
    all_of_them = asked(insights, "Segment migration in 2025")
    premium = asked(insights, "Segment migration of premium customers in 2025")
    three = asked(insights, "Top 3 movements between customer segments in 2025")

    assert premium.receipt.filters == ("plan premium",)
    assert sum(column(premium, "customers")) < sum(column(all_of_them, "customers"))
    assert len(three.rows) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Movements between segments by region last quarter", "not split further"),
        ("Segment migration in 2020", "Nobody|no completed orders"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(
    insights: CatalogueInsights, text: str, words: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Refusal), found
    assert any(each in found.reason for each in words.split("|")), found.reason
    assert found.analysis == "segment_migration"


def test_a_follow_up_keeps_the_periods(insights: CatalogueInsights) -> None:
    first = "Segment migration in 2025"
    found = insights.ask("and for premium customers?", turns=(first,), as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert found.analysis == "segment_migration"
    assert found.receipt.period == asked(insights, first).receipt.period
    assert found.receipt.filters == ("plan premium",)

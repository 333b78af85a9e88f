"""Questions about the purchase funnel as people ask them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from analytics.analyses.funnel_answers import Step, worst_leak
from analytics.insights import CatalogueInsights
from analytics.model import Finding, Refusal

AS_OF = date(2026, 6, 30)
STEPS = ["visit", "product view", "cart", "checkout", "purchase"]


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("Where in the shop do we lose visitors on the way to buying?", ()),
        ("Show me the sales funnel", ()),
        ("Purchase funnel for mobile in 2025", ("device mobile",)),
        ("At what step do people drop out?", ()),
        ("Checkout funnel for tablets in Q1 2026", ("device tablet",)),
        ("Funnel of visits from google", ("source google",)),
        ("Which stage loses the most shoppers?", ()),
        ("How many visitors make it from cart to purchase?", ()),
        ("Conversion by step this year", ()),
        ("Step by step conversion from visit to purchase", ()),
        ("Where is the purchase funnel leaking?", ()),
        ("Funnel in May 2026 for desktop", ("device desktop",)),
    ],
)
def test_a_question_about_the_funnel_is_answered(
    insights: CatalogueInsights, text: str, filters: tuple[str, ...]
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert found.analysis == "funnel"
    assert found.receipt.filters == filters
    assert found.text.startswith("**Most visits are lost between ")
    assert [row[0] for row in found.rows] == STEPS
    counts = [int(str(row[1])) for row in found.rows]
    assert counts == sorted(counts, reverse=True)
    for row in found.rows[1:]:
        assert float(str(row[4])) <= float(str(row[3])) <= float(str(row[5]))


def test_steps_count_sessions_that_took_them_all(
    insights: CatalogueInsights, truth: dict[str, Any]
) -> None:
    found = insights.ask("Funnel by device in 2025", as_of=AS_OF)
    assert isinstance(found, Finding)
    told = {(row[0], row[1]): row for row in found.rows}

    for device, planted in truth["funnel"]["step_probability"].items():
        low, high = (float(str(told[device, "product view"][place])) for place in (5, 6))
        assert low - 0.01 <= planted["product_view"] <= high + 0.01


def test_the_planted_leak_is_named(insights: CatalogueInsights, truth: dict[str, Any]) -> None:
    found = insights.ask("Where do we lose visitors on the way to the purchase?", as_of=AS_OF)

    assert isinstance(found, Finding)
    assert list(truth["funnel"]["leak"]["purchase_after_checkout"]) == ["mobile"]
    assert "Something got worse: on mobile" in found.text
    assert "from checkout to purchase" in found.text


def test_no_leak_is_claimed_where_chance_explains_it() -> None:
    then = [Step(group="mobile", step="purchase", n=420, n_before=1_000)]

    assert worst_leak([Step(group="mobile", step="purchase", n=40, n_before=100)], then) is None
    assert worst_leak([Step(group="mobile", step="purchase", n=450, n_before=1_000)], then) is None
    leak = worst_leak([Step(group="mobile", step="purchase", n=290, n_before=1_000)], then)
    assert leak is not None
    assert leak.ci95[0] < 0.29 - 0.42 < leak.ci95[1] < 0


def test_two_periods_are_compared(insights: CatalogueInsights) -> None:
    found = insights.ask("Compare the checkout funnel in May with April", as_of=AS_OF)

    assert isinstance(found, Finding)
    assert "compared with 1 April to 30 April 2026" in found.receipt.period
    assert found.columns[-1].name == "rate_before"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Checkout funnel for product 5", "one product"),
        ("Funnel per month", "stretches of time"),
        ("Checkout funnel in 2019", "no visits"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(
    insights: CatalogueInsights, text: str, words: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Refusal), found
    assert words in found.reason

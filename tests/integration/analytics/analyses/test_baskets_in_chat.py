"""Questions about products that are bought together, as people ask them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from analytics.analyses.basket_answers import rules_of
from analytics.insights import CatalogueInsights
from analytics.model import Finding, Refusal

AS_OF = date(2026, 6, 30)


@pytest.mark.parametrize(
    "text",
    [
        "Which products are bought together?",
        "What ends up in the same basket?",
        "Do a basket analysis",
        "Show product pairs that are often ordered together",
        "What do buyers of laptops also buy?",
        "What else do people who buy the Lark Phone 6 order?",
        "Association rules between products in 2025",
        "Cross-selling opportunities between products",
        "What goes well with the Keyboard K4?",
        "Top 3 product combinations bought together",
        "What do premium customers buy together?",
        "Which items sell together with a lift of at least 3?",
    ],
)
def test_a_question_about_baskets_is_answered(insights: CatalogueInsights, text: str) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert found.analysis == "cross_sell_rules"
    assert found.rows
    assert "95 % interval" in found.text.splitlines()[0]
    for _, _, _, n, share, usual, lift, low, high in found.rows:
        assert int(str(n)) >= 20
        assert float(str(lift)) == pytest.approx(float(str(share)) / float(str(usual)))
        assert 1 < float(str(low)) < float(str(lift)) < float(str(high))


def test_the_planted_pairs_come_first(insights: CatalogueInsights, truth: dict[str, Any]) -> None:
    found = insights.ask("Which products are bought together?", as_of=AS_OF)
    assert isinstance(found, Finding)

    planted = {frozenset(pair["names"]) for pair in truth["pairs"]}
    told = [frozenset((str(row[1]), str(row[2]))) for row in found.rows]
    assert set(told[: len(planted)]) == planted


def test_limits_and_products_are_followed(insights: CatalogueInsights) -> None:
    few = insights.ask("Top 2 products bought together in 2025", as_of=AS_OF)
    one = insights.ask("What is bought together with the Lark Phone 6?", as_of=AS_OF)
    assert isinstance(few, Finding)
    assert isinstance(one, Finding)

    assert len(few.rows) == 2
    assert few.receipt.period == "1 January to 31 December 2025"
    assert {row[1] for row in one.rows} == {"Lark Phone 6"}
    assert "product Lark Phone 6" in one.receipt.filters


def test_too_few_orders_are_refused(insights: CatalogueInsights) -> None:
    found = insights.ask("What was bought together yesterday?", as_of=AS_OF)

    assert isinstance(found, Refusal), found
    assert "completed orders" in found.reason


def test_independent_products_have_a_lift_of_one() -> None:
    pairs = pd.DataFrame({"n": [100], "n_a": [1_000], "n_b": [1_000], "n_orders": [10_000]})
    rule = rules_of(pairs).iloc[0]

    assert rule["lift"] == pytest.approx(1)
    assert rule["low"] < 1 < rule["high"]

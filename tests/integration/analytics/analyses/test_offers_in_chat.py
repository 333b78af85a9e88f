"""Questions about the next best offer as people ask them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from analytics.insights import CatalogueInsights
from analytics.model import Ambiguity, Finding, Refusal
from analytics.ports import Warehouse

AS_OF = date(2026, 6, 30)


@pytest.fixture(scope="module")
def buyers(demo_warehouse: Warehouse) -> list[int]:
    """Customers who are still here and have bought most often, the first five."""
    customers = demo_warehouse.table("customers")
    here = customers.filter(customers.churned_at.isnull()).select("customer_id")
    orders = demo_warehouse.table("orders")
    orders = orders.filter(orders.status == "completed").semi_join(here, "customer_id")
    counted = orders.group_by("customer_id").aggregate(n=lambda t: t.count())
    frame, _ = demo_warehouse.run(counted.order_by(counted.n.desc(), "customer_id").limit(5))
    return [int(each) for each in frame["customer_id"]]


def asked(insights: CatalogueInsights, text: str) -> Finding:
    found = insights.ask(text, as_of=AS_OF)
    assert isinstance(found, Finding), found
    assert found.analysis == "next_best_offer"
    return found


def column(found: Finding, name: str) -> list[Any]:
    place = [each.name for each in found.columns].index(name)
    return [row[place] for row in found.rows]


@pytest.mark.parametrize(
    ("text", "first_column"),
    [
        ("What should we offer customer {} next?", "offer"),
        ("What will customer {} buy next?", "offer"),
        ("Give me an upsell idea for customer {}", "offer"),
        ("Top 3 offers for customer {}", "offer"),
        ("What should we recommend to our bargain hunters?", "offer"),
        ("Which product would suit premium customers best?", "offer"),
        ("What can we sell to customers in the South?", "offer"),
        ("Best product to offer to everyone", "offer"),
        ("What should we offer the champions?", "offer"),
        ("Which product should we promote to hibernating customers?", "offer"),
        ("Who might want a Monitor 27?", "customer"),
        ("Who should we offer the Dock Duo to?", "customer"),
        ("Whom should we offer software?", "customer"),
        ("Which customers would buy the Care Plan Phone?", "customer"),
        ("List 20 customers for an Office Suite Yearly offer", "customer"),
    ],
)
def test_a_question_about_offers_is_answered(
    insights: CatalogueInsights, buyers: list[int], text: str, first_column: str
) -> None:
    found = asked(insights, text.format(buyers[0]))

    assert found.columns[0].name == first_column
    assert found.text.startswith("**")
    assert "was among" in found.text and "95 % interval" in found.text
    assert any("consent" in note for note in found.receipt.notes)


def test_every_reason_lies_clearly_above_chance(
    insights: CatalogueInsights, buyers: list[int]
) -> None:
    found = asked(insights, f"Five product suggestions for customer {buyers[0]}")

    assert len(found.rows) == 5
    for because, n, low, lift, high in zip(
        *(column(found, name) for name in ("because", "n", "low", "lift", "high")), strict=True
    ):
        assert (because is None) == (n is None)
        if because is not None:
            assert n >= 20
            assert 1.0 < low <= lift <= high


def test_nothing_is_offered_that_the_customer_has(
    insights: CatalogueInsights, demo_warehouse: Warehouse, buyers: list[int]
) -> None:
    orders = demo_warehouse.table("orders")
    lines = demo_warehouse.table("order_lines").join(orders, "order_id")
    mine = lines.filter(lines.customer_id == buyers[1], lines.status == "completed")
    products = demo_warehouse.table("products")
    bought = mine.join(products, "product_id").select("name").distinct()
    owned = set(demo_warehouse.run(bought)[0]["name"])

    found = asked(insights, f"Recommend 50 products to customer {buyers[1]}")

    assert owned
    assert not owned & set(column(found, "offer"))


def test_owners_of_a_planted_partner_come_first(insights: CatalogueInsights) -> None:
    found = asked(insights, "Who should we offer the Dock Duo to?")

    assert column(found, "because")[0] == "Larkbook Pro 16"
    assert len(set(column(found, "customer_id"))) == 10
    asked_for = asked(insights, "Which 4 customers in the North should we offer the Dock Duo to?")
    assert len(asked_for.rows) == 4
    assert asked_for.receipt.filters == ("region North",)


def test_a_group_is_told_with_the_share_that_has_it(insights: CatalogueInsights) -> None:
    found = asked(insights, "What should we offer premium customers?")

    customers = column(found, "customers")
    assert customers == sorted(customers, reverse=True)
    assert min(customers) >= 5
    assert all(0.0 <= each <= 1.0 for each in column(found, "held"))
    assert found.receipt.filters == ("plan premium",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What should we offer next?", "Whom is the offer for?"),
        ("Next best offer", "Whom is the offer for?"),
        ("Which customers should we make an offer?", "Which product"),
    ],
)
def test_what_is_missing_is_asked_for_with_choices_that_work(
    insights: CatalogueInsights, text: str, words: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Ambiguity), found
    assert words in found.question
    assert 2 <= len(found.choices) <= 4
    for choice in found.choices:
        told = insights.ask(choice.question, as_of=AS_OF)
        assert isinstance(told, Finding | Refusal), choice
        assert told.analysis == "next_best_offer", choice
        assert not isinstance(told, Refusal) or "left on" in told.reason, choice


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Suggest something for customer 99999999", "no customer 99999999"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(
    insights: CatalogueInsights, text: str, words: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Refusal), found
    assert words in found.reason
    assert found.analysis == "next_best_offer"


def test_a_customer_who_left_gets_no_offer(
    insights: CatalogueInsights, demo_warehouse: Warehouse
) -> None:
    customers = demo_warehouse.table("customers")
    gone = customers.filter(customers.churned_at.notnull()).order_by("customer_id").limit(1)
    number = int(demo_warehouse.run(gone.select("customer_id"))[0]["customer_id"].iloc[0])

    found = insights.ask(f"What should we offer customer {number}?", as_of=AS_OF)

    assert isinstance(found, Refusal)
    assert "left on" in found.reason

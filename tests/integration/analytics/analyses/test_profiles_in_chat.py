"""Questions about one customer as people ask them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest

from analytics.catalogue import Catalogue
from analytics.insights import CatalogueInsights
from analytics.model import Ambiguity, Filter, Finding, Refusal
from analytics.ports import Warehouse
from analytics.query.rights import RestrictedWarehouse, Rights, RowRule

AS_OF = date(2026, 6, 30)


def numbers(warehouse: Warehouse, *, left: bool) -> list[int]:
    people = warehouse.table("customers")
    gone = people.churned_at.notnull()
    rows = people.filter(gone if left else ~gone).order_by("customer_id").limit(3)
    return [int(n) for n in warehouse.run(rows.select("customer_id"))[0]["customer_id"]]


def asked(insights: CatalogueInsights, text: str) -> Finding:
    found = insights.ask(text, as_of=AS_OF)
    assert isinstance(found, Finding), found
    assert found.analysis == "customer_profile"
    return found


@pytest.mark.parametrize(
    "text",
    [
        "Tell me about customer {}", "What do we know about client {}?", "Who is customer {}?",
        "Give me the profile of customer {}", "Customer {} in a 360 view, please",
        "Describe customer {} to me", "How does customer {} compare with the others?",
        "Everything about customer number {}", "Brief me on account {}", "Show me customer {}",
        "How engaged is customer {}?", "What kind of customer is customer {}?",
        "Summarise customer {}",
    ],
)  # fmt: skip
def test_a_question_about_one_customer_is_answered(
    insights: CatalogueInsights, demo_warehouse: Warehouse, text: str
) -> None:
    number = numbers(demo_warehouse, left=False)[0]
    found = asked(insights, text.format(number))

    assert found.text.startswith(f"**Customer {number} is in the segment")
    assert "Churn risk is not told" in found.text  # no model is trained here
    assert "median" in found.text and "expected to bring a margin" in found.text
    assert found.receipt.filters == (f"customer {number}",)
    assert len(found.rows) >= 45


def test_the_medians_are_those_of_everybody_and_no_name_is_told(
    insights: CatalogueInsights, demo_warehouse: Warehouse
) -> None:
    number = numbers(demo_warehouse, left=False)[0]
    people = demo_warehouse.table("customers")
    one = demo_warehouse.run(people.filter(people.customer_id == number))[0].iloc[0]

    found = asked(insights, f"Tell me about customer {number}")

    told = f"{found.text} {found.rows} {found.receipt}"
    assert str(one["full_name"]) not in told and str(one["email"]) not in told
    rows = {row[1]: row for row in found.rows}
    plan = rows["Plan"]
    assert plan[2] == one["plan"] and plan[3] is None
    tenure = (AS_OF - one["signed_up_at"].date()).days
    assert float(str(rows["Days since sign-up"][2])) == pytest.approx(tenure, abs=1)
    scores = [row[5] for row in found.rows if row[0] == "Dimension"]
    assert len(scores) == 4 and found.chart.most_x == 4


def test_who_left_is_told_so(insights: CatalogueInsights, demo_warehouse: Warehouse) -> None:
    number = numbers(demo_warehouse, left=True)[0]
    found = asked(insights, f"What do we know about customer {number}?")

    assert f"**Customer {number} left on" in found.text
    assert "Churn risk" not in found.text and "expected" not in found.text


@pytest.mark.parametrize("text", ["Customer profile", "Profile of our customer"])
def test_without_a_number_the_question_is_which(insights: CatalogueInsights, text: str) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Ambiguity), found
    assert "Which customer" in found.question
    assert asked(insights, found.choices[0].question)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Tell me about customer 99999999", "no customer 99999999"),
        ("Tell me about customer 3 with the e-mail address", "never name"),
    ],
)
def test_what_cannot_be_told_is_refused(insights: CatalogueInsights, text: str, words: str) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Refusal), found
    assert words in found.reason


def _without(catalogue: Catalogue, *, dimension: str = "", metric: str = "") -> Catalogue:
    def kept(things: Any, name: str) -> Any:
        return MappingProxyType({n: each for n, each in things.items() if n != name})

    return replace(
        catalogue,
        dimensions=kept(catalogue.dimensions, dimension),
        metrics=kept(catalogue.metrics, metric),
    )


def test_who_may_not_see_single_customers_is_refused(
    demo_warehouse: Warehouse, catalogue: Catalogue
) -> None:
    seen = _without(catalogue, dimension="customer_id")
    found = CatalogueInsights(warehouse=demo_warehouse, catalogue=seen).ask(
        "Tell me about customer 4", as_of=AS_OF
    )

    assert isinstance(found, Refusal), found
    assert "not for a single one" in found.reason


def test_what_an_asker_may_not_see_is_left_out_by_name(
    demo_warehouse: Warehouse, catalogue: Catalogue
) -> None:
    number = numbers(demo_warehouse, left=False)[0]
    seen = _without(catalogue, dimension="gender", metric="revenue")
    insights = CatalogueInsights(warehouse=demo_warehouse, catalogue=seen)

    found = asked(insights, f"Tell me about customer {number}")

    labels = {row[1] for row in found.rows}
    assert not labels & {"Gender", "Revenue, ever", "Revenue, 12 months", "Value of an order"}
    assert "revenue" not in found.text.lower()
    assert [row[1] for row in found.rows if row[0] == "Dimension"] == [
        "Loyalty", "Engagement", "Interest"
    ]  # fmt: skip
    assert any("Gender" in note and "Revenue" in note for note in found.receipt.notes)


def test_a_customer_of_others_is_as_unknown_as_one_that_there_is_not(
    demo_warehouse: Warehouse, catalogue: Catalogue
) -> None:
    north = Filter(dimension="region", operator="=", values=("North",))
    rights = Rights(rows=(RowRule(entity="customer", conditions=(north,)),))
    people = demo_warehouse.table("customers")
    others = people.filter(people.region == "South").order_by("customer_id").limit(1)
    number = int(demo_warehouse.run(others)[0]["customer_id"].iloc[0])
    restricted = RestrictedWarehouse(demo_warehouse, catalogue, rights)

    found = CatalogueInsights(warehouse=restricted, catalogue=catalogue).ask(
        f"Tell me about customer {number}", as_of=AS_OF
    )

    assert isinstance(found, Refusal), found
    assert found.reason == f"There is no customer {number}. Check the number."

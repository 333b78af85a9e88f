"""Questions about lifetime value as people ask them."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.insights import CatalogueInsights
from analytics.model import Finding, Refusal

AS_OF = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("text", "first_column"),
    [
        ("What is our customer lifetime value?", "customer"),
        ("CLV by plan", "plan"),
        ("Predicted lifetime value per region", "region"),
        ("Which customers have the highest lifetime value?", "customer"),
        ("Expected value of our customers over the next 6 months", "customer"),
        ("How much are our customers worth over the next year?", "customer"),
        ("Top 5 customers by predicted lifetime value", "customer"),
        ("LTV of premium customers", "customer"),
        ("Lifetime value by acquisition channel", "acquisition_channel"),
        ("Future value of the customers won through referral", "customer"),
    ],
)
def test_a_question_about_value_is_answered(
    insights: CatalogueInsights, text: str, first_column: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert found.analysis == "lifetime_value"
    assert found.columns[0].name == first_column
    assert "95 % interval" in found.text.splitlines()[0]
    assert "goes on as before" in found.receipt.definition
    names = [column.name for column in found.columns]
    for row in found.rows:
        low, value, high = (float(str(row[names.index(n)])) for n in ("low", "value", "high"))
        assert low <= value <= high


def test_one_customer_and_the_limits_of_a_list(insights: CatalogueInsights) -> None:
    five = insights.ask("Top 5 customers by lifetime value", as_of=AS_OF)
    assert isinstance(five, Finding)
    assert len(five.rows) == 5
    values = [float(str(row[2])) for row in five.rows]
    assert values == sorted(values, reverse=True)

    number = five.rows[0][1]
    one = insights.ask(f"Lifetime value of customer {number}", as_of=AS_OF)
    assert isinstance(one, Finding)
    assert len(one.rows) == 1
    assert one.rows[0][2] == pytest.approx(five.rows[0][2])
    assert f"customer {number}" in one.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Predicted lifetime value in 2024", "looks ahead"),
        ("Lifetime value of customer 999999", "Nobody asked about"),
        ("Customer lifetime value over the next 20 years", "240 months"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(
    insights: CatalogueInsights, text: str, words: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Refusal), found
    assert words in found.reason
    assert found.analysis == "lifetime_value"

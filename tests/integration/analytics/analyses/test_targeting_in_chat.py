"""Questions about whom to write to under a budget, where who gains is planted."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analytics.catalogue import Catalogue
from analytics.describe.export import to_csv
from analytics.insights import CatalogueInsights
from analytics.model import Finding, Refusal
from analytics.query.warehouse import DuckDBWarehouse
from tests.integration.analytics.analyses import planted_messages as planted
from tests.integration.analytics.query.random_warehouse import write_warehouse

AS_OF = date(2026, 6, 30)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_warehouse(tmp_path_factory.mktemp("messages"), planted.tables())


@pytest.fixture(scope="module")
def messages(folder: Path, catalogue: Catalogue) -> CatalogueInsights:
    return CatalogueInsights(warehouse=DuckDBWarehouse(folder), catalogue=catalogue)


def asked(insights: CatalogueInsights, text: str, kind: str = "targeting") -> Finding:
    found = insights.ask(text, as_of=AS_OF)
    assert isinstance(found, Finding), found
    assert found.analysis == kind
    return found


def column(found: Finding, name: str) -> list[Any]:
    place = [each.name for each in found.columns].index(name)
    return [row[place] for row in found.rows]


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("Who should we contact with 500 euros?", {"budget": 500.0}),
        ("Which customers should get the next win-back mailing?", {}),
        ("Whom should we write to with a budget of 1k?", {"budget": 1000.0}),
        ("Make an action list for 300 euros at 3 euros a contact", {"budget": 300.0, "cost": 3.0}),
        ("Contact plan under a budget of 600", {"budget": 600.0}),
        ("What is the best use of 400 euros for marketing to customers?", {"budget": 400.0}),
        ("Spend 250 on the customers where it pays most", {"budget": 250.0}),
        ("Which 100 customers should we target?", {"most": 100}),
        ("Who is worth contacting in the North?", {"filters": {"region": "North"}}),
        ("Whom does our mailing change most?", {}),
        ("Which customers should we approach by email, at most 80 people?", {"most": 80}),
        ("Give me a target list for 200 euros with a 20 % hold-out", {"hold_out": 0.2}),
        ("Who are the persuadables?", {}),
    ],
)
def test_a_question_about_whom_to_write_to_is_answered(
    messages: CatalogueInsights, text: str, slots: dict[str, Any]
) -> None:
    found = asked(messages, text)

    assert found.text.startswith("**Write to ")
    assert "95 % interval" in found.text and "left alone" in found.text
    assert "No consent is recorded" in found.text
    assert {name: found.slots.get(name) for name in slots} == slots
    cost, group = column(found, "cost"), column(found, "group")
    if "budget" in slots and len(found.rows) < 50:
        spent = sum(c for c, g in zip(cost, group, strict=True) if g == "contact")
        assert spent <= slots["budget"]
    assert set(column(found, "action")) == {"win-back by email"}


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("What profit would a contact budget of 400 euros bring?", 400.0),
        ("What if the marketing budget were 800?", 800.0),
        ("Expected profit by contact budget", None),
        ("How much should we spend on writing to customers?", None),
        ("How would the profit change with the mailing budget?", None),
        ("How much does a marketing budget of 700 euros return?", 700.0),
        ("What does a contact budget of 350 bring?", 350.0),
        ("What is the best marketing budget for win-back?", None),
        ("How large should the contact budget be?", None),
        ("What if we spent 900 euros on contacting customers?", 900.0),
        ("Marketing budget scenarios please", None),
    ],
)
def test_a_question_about_the_size_of_the_budget_is_answered_with_a_curve(
    messages: CatalogueInsights, text: str, budget: float | None
) -> None:
    found = asked(messages, text, "budget_effect")

    profits = column(found, "profit")
    assert profits == sorted(profits)  # only contacts that pay are bought
    assert found.chart.kind == "line" and len(found.rows) >= 6
    assert found.slots.get("budget") == budget
    assert budget is None or budget in column(found, "budget")
    for low, profit, high in zip(column(found, "low"), profits, column(found, "high"), strict=True):
        assert low <= profit <= high


def test_who_gains_is_found_and_the_profit_is_what_was_planted(
    messages: CatalogueInsights, folder: Path
) -> None:
    found = asked(messages, "Which 300 customers should we contact?")

    people = planted.tables()["customers"].set_index("customer_id")
    styles = people.loc[column(found, "customer_id"), "lifestyle"]
    assert (styles == "early adopter").mean() > 0.95
    curve = asked(messages, "What if the marketing budget were 600?", "budget_effect")
    row = next(row for row in curve.rows if row[0] == 600)
    true = row[1] * (planted.EFFECT * planted.MARGIN - planted.COST)
    assert row[3] <= true <= row[4]
    assert "Who gains more can be told beforehand" in found.text


def test_the_hold_out_is_drawn_by_the_seed_and_stays(messages: CatalogueInsights) -> None:
    text = "Which 160 customers should we contact with a 20 % hold-out?"
    first, again = asked(messages, text), asked(messages, text)

    assert first == again
    assert "**Write to 160 customers" in first.text and "another 40, drawn by chance" in first.text
    other = asked(messages, "Which 160 customers should we contact?")
    assert "another 18, drawn by chance" in other.text


def test_a_list_that_fails_the_four_fifths_rule_is_blocked(messages: CatalogueInsights) -> None:
    found = messages.ask("Who should we contact in the South with 60 euros?", as_of=AS_OF)

    assert isinstance(found, Refusal), found
    assert "four-fifths rule for age" in found.reason
    assert "--override-fairness" in found.reason and "n = " in found.reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Who should we contact by social media?", "No signal: win-back by social"),
        ("Who should we target with campaign 5?", "no control group"),
        ("Who should we target with the moonlight campaign?", "no campaign called moonlight"),
        ("Who should we contact with 0 euros?", "Name an amount above 0"),
        ("Who should we contact with 500 euros, by region?", "not split"),
        ("Who should we contact for retention with 500 euros?", "was for retention"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(
    messages: CatalogueInsights, text: str, words: str
) -> None:
    found = messages.ask(text, as_of=AS_OF)

    assert isinstance(found, Refusal), found
    assert words in found.reason
    assert found.analysis == "targeting"


def test_where_no_contact_pays_nobody_is_chosen(messages: CatalogueInsights) -> None:
    found = asked(messages, "Who should we contact with 500 euros at 60 euros a contact?")

    assert found.rows == () and found.text.startswith("**Nobody")
    assert "It would pay for some" in found.text


def test_a_follow_up_changes_the_budget_alone(messages: CatalogueInsights) -> None:
    first = "Who should we contact in the North with 50 euros?"
    found = messages.ask("and with 90 euros?", turns=(first,), as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert found.slots["budget"] == 90.0
    assert found.receipt.filters == ("region North",)


def test_consent_is_honoured_by_channel(folder: Path, catalogue: Catalogue, tmp_path: Path) -> None:
    consent = tmp_path / "consent.csv"
    rows = ["customer_id,consent,channel", *(f"{n},yes,email" for n in range(1, 401))]
    rows += [f"{n},no," for n in range(1, 201)] + [f"{n},yes,social" for n in range(401, 900)]
    consent.write_text("\n".join(rows) + "\n", encoding="utf-8")
    insights = CatalogueInsights(
        warehouse=DuckDBWarehouse(folder), catalogue=catalogue, consent=consent
    )

    found = asked(insights, "Which 40 customers should we contact?")

    assert set(column(found, "customer_id")) <= set(range(201, 401))
    assert set(column(found, "consent")) == {"given"}
    assert "No consent" not in found.text
    assert any("gave no consent" in note for note in found.receipt.notes)


def test_the_list_is_saved_without_names_and_without_formulas(messages: CatalogueInsights) -> None:
    found = asked(messages, "Who should we contact with 300 euros?")
    lines = list(csv.reader(io.StringIO(to_csv(found).decode("utf-8-sig"))))

    assert lines[0][0] == "Customer id" and len(lines) == len(found.rows) + 1
    assert not any("Person" in cell for line in lines for cell in line)


def test_without_campaigns_there_is_no_plan(tmp_path: Path, catalogue: Catalogue) -> None:
    tables = planted.tables()
    del tables["campaigns"], tables["campaign_contacts"]
    insights = CatalogueInsights(
        warehouse=DuckDBWarehouse(write_warehouse(tmp_path / "none", tables)), catalogue=catalogue
    )

    found = insights.ask("Who should we contact with 500 euros?", as_of=AS_OF)

    assert isinstance(found, Refusal) and "No campaign is over" in found.reason

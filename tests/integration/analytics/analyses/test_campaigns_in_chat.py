"""Questions about what campaigns caused, as people ask them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from analytics.insights import CatalogueInsights
from analytics.model import Ambiguity, Finding, Refusal

AS_OF = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("What was the effect of campaign 37 against the control group?", 37),
        ("Did campaign 20 work?", 20),
        ("How effective was campaign 36?", 36),
        ("Which variant of campaign 21 did better, A or B?", 21),
        ("Did campaign 28 bring anything beyond what people would have bought anyway?", 28),
        ("Was campaign 31 worth it?", 31),
        ("Did Upgrade Your Desk May 2026 really work?", 37),
        ("Compare those we mailed in campaign 27 with the control group", 27),
        ("Uplift of campaign 12", 12),
        ("Did campaign 36 work for premium customers?", 36),
        ("What incremental revenue did campaign 20 bring?", 20),
        ("Evaluate campaign 37", 37),
    ],
)
def test_a_question_about_one_campaign_is_answered(
    insights: CatalogueInsights, text: str, number: int
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert found.analysis == "campaign_result"
    assert f"ampaign {number} (" in found.text.splitlines()[0]
    assert "95 % interval" in found.text
    assert [row[0] for row in found.rows] == ["control", "A", "B"]
    assert "SELECT" in found.receipt.sql
    assert "baseline" in found.receipt.definition


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("What incremental revenue did the retention campaigns bring?", "objective retention"),
        ("Did our win-back campaigns pay off?", "objective win-back"),
        ("How successful were the email campaigns in 2025?", "channel email"),
    ],
)
def test_several_campaigns_are_taken_together(
    insights: CatalogueInsights, text: str, condition: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert len(found.rows) > 1
    assert f"campaign {condition}" in found.receipt.filters
    assert "interval" in found.text.splitlines()[0]


def test_without_a_name_it_asks_which(insights: CatalogueInsights) -> None:
    found = insights.ask("Was the campaign a success?", as_of=AS_OF)

    assert isinstance(found, Ambiguity)
    assert len(found.choices) == 4
    for choice in found.choices:
        assert isinstance(insights.ask(choice.question, as_of=AS_OF), Finding), choice


def test_without_a_control_group_nothing_is_claimed(insights: CatalogueInsights) -> None:
    found = insights.ask("How effective was campaign 25?", as_of=AS_OF)

    assert isinstance(found, Finding)
    assert "cannot be told" in found.text.splitlines()[0]
    assert "control" not in [row[0] for row in found.rows]


def test_an_unknown_campaign_is_refused(insights: CatalogueInsights) -> None:
    found = insights.ask("Did campaign 999 work?", as_of=AS_OF)

    assert isinstance(found, Refusal)
    assert "no campaign 999" in found.reason


def test_planted_effects_lie_inside_their_intervals(
    insights: CatalogueInsights, truth: dict[str, Any]
) -> None:
    found = insights.ask("What was the effect of all campaigns?", as_of=AS_OF)
    assert isinstance(found, Finding)
    planted = {each["campaign_id"]: each for each in truth["campaigns"]}
    n_inside = n_all = 0
    for _, number, _, _, _, held_out, _, low, high in found.rows:
        one = planted[number]
        sent = {name: n for name, n in one["n_contacts"].items() if name != "control"}
        caused = sum(n * one["mean_effect"][name] for name, n in sent.items()) / sum(sent.values())
        true = caused * (1 - float(str(held_out)))
        n_inside += float(str(low)) <= true <= float(str(high))
        n_all += 1

    assert n_all >= 25
    assert n_inside / n_all >= 0.85

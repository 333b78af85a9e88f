"""Questions about causes of incidents as people ask them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from analytics.insights import CatalogueInsights
from analytics.model import Ambiguity, Finding, Refusal

AS_OF = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("text", "first_column"),
    [
        ("What causes incidents with high CPU and delay?", "root_cause"),
        ("Error 1001 and error 1003 show up, what could be behind it?", "root_cause"),
        ("What is the probable cause when memory is high and there is no delay?", "root_cause"),
        ("What is usually the cause when memory is high but CPU is normal?", "root_cause"),
        ("What's probably wrong when error 1002 and 1000 show up?", "root_cause"),
        ("Why is the VPN down?", "root_cause"),
        ("Likely cause of the outage of the Larkfield ID", "root_cause"),
        ("What usually causes our outages?", "root_cause"),
        ("What triggers incidents of the Payment gateway?", "root_cause"),
        ("Which symptoms point to a memory problem?", "symptom"),
        ("Why was the Payment gateway slow on 12 May 2026 at 14:00?", "service"),
    ],
)
def test_a_question_about_a_cause_is_answered(
    insights: CatalogueInsights, text: str, first_column: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert found.analysis == "root_cause"
    assert found.columns[0].name == first_column
    assert "**" in found.text.splitlines()[0]


@pytest.mark.parametrize(
    "text",
    [
        "What was the root cause of incident {}?",
        "Diagnose incident {}",
        "Which service is to blame for incident {}?",
    ],
)
def test_an_incident_is_told_with_what_speaks_for_and_against(
    insights: CatalogueInsights, truth: dict[str, Any], text: str
) -> None:
    number = truth["major_incidents"][1]["incident_id"]

    found = insights.ask(text.format(number), as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert "no cause is on record yet" in found.text or "none is on record yet" in found.text
    # The planted cause is not in the table, yet it comes first.
    assert found.rows[0][0] == truth["major_incidents"][1]["true_cause"]
    assert sum(float(str(row[1])) for row in found.rows) == pytest.approx(1.0)
    assert "Larkfield ID" in found.text
    assert "95 % interval" in found.text
    assert "the most frequent cause, is right for" in found.text
    assert "other than this one" in found.receipt.definition


def test_an_incident_that_spread_is_traced_to_where_it_began(
    insights: CatalogueInsights, truth: dict[str, Any]
) -> None:
    spread = truth["incidents"]["cascades"][0]

    found = insights.ask(f"Root cause of incident {spread['incident_id']}", as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert f"It followed incident {spread['followed_from']} of" in found.text


def test_what_symptoms_do_not_settle_is_said(insights: CatalogueInsights) -> None:
    found = insights.ask("Error 1000 and no delay: what could be behind it?", as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert "does not settle it" in found.text.splitlines()[0]
    assert "No model can do better than" in found.text


def test_a_word_that_is_no_symptom_is_named(insights: CatalogueInsights) -> None:
    found = insights.ask("What causes incidents with high CPU and timeouts?", as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert "“timeouts” is no symptom that incidents record" in found.receipt.notes[0]


def test_an_unclear_failure_is_asked_back(insights: CatalogueInsights) -> None:
    found = insights.ask("Why did it break?", as_of=AS_OF)

    assert isinstance(found, Ambiguity), found
    assert all("incident" in choice.question for choice in found.choices)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Root cause of incident 99999", "There is no incident 99999"),
        ("What is the likely cause of the timeouts?", "no record of “timeouts”"),
        ("Why did Orderdesk crash in March 2019?", "no incident on record"),
        ("Likely cause of high memory in incidents of severity 1 in 2026", "at least 20"),
    ],
)
def test_what_cannot_be_told_is_refused_by_name(
    insights: CatalogueInsights, text: str, words: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Refusal), found
    assert found.analysis == "root_cause"
    assert words in found.reason


def test_the_same_question_has_the_same_answer(insights: CatalogueInsights) -> None:
    first, second = (insights.ask("Diagnose incident 200", as_of=AS_OF) for _ in range(2))

    assert isinstance(first, Finding)
    assert first == second

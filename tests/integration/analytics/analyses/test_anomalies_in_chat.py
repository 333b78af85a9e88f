"""Questions about what is unusual, as people ask them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from analytics.describe.plots import plotted
from analytics.insights import CatalogueInsights
from analytics.model import Ambiguity, Finding, Refusal

AS_OF = date(2026, 6, 30)


def _found(insights: CatalogueInsights, text: str) -> Finding:
    found = insights.ask(text, as_of=AS_OF)
    assert isinstance(found, Finding), found
    assert found.analysis == "anomalies"
    return found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Any anomalies in CPU load last week?", "Till: level shift up"),
        ("Were there unusual days in tickets in the last 30 days?", "in tickets"),
        ("Any odd days for the bounce rate in June 2026?", "19 June 2026: spike"),
        ("Was anything weird with sessions in September 2025?", "16 September 2025"),
        ("Which days in November 2025 stand out in orders?", "28 November 2025: spike"),
        ("Did sign-ups behave strangely last month?", "in new customers"),
        ("Find anomalies in memory load of the Storage cluster in June 2026",
         "19 June 2026, 12:00 to 15:00: spike"),
        ("Was anything strange on the Web shop last week?", "error rate and requests of Web shop"),
        ("Check the error rate of the Orderdesk for abnormal values in the last 30 days",
         "30 hours in a row"),
        ("Did traffic from mobile look normal last week?", "sessions (device mobile)"),
        ("Were there spikes in latency of tier 1 services yesterday?", "incident"),
        ("Was anything unusual in memory load of the Till in June 2026?", "nothing was measured"),
        ("outliers in resolution time last quarter", "in resolution time"),
        ("Which days stand out in revenue this year?", "in revenue"),
    ],
)  # fmt: skip
def test_a_question_about_the_unusual_is_answered(
    insights: CatalogueInsights, text: str, words: str
) -> None:
    found = _found(insights, text)

    assert words in found.text
    assert "Nothing unusual" in found.text or "unusual stretch" in found.text
    assert "nothing later is known" in found.receipt.definition


def test_the_planted_anomalies_of_the_last_weeks_are_found(
    insights: CatalogueInsights, truth: dict[str, Any]
) -> None:
    names = {"memory_load": "memory load", "cpu_load": "cpu load", "error_rate": "error rate",
             "requests": "requests", "latency_ms": "latency"}  # fmt: skip
    recent = [
        each for each in truth["service_metrics"]["anomalies"] if each["from"] >= "2026-06-01"
    ]
    assert len(recent) == 4
    for metric in sorted({each["metric"] for each in recent}):
        found = _found(insights, f"Any anomalies in {names[metric]} in June 2026?")
        for each in (one for one in recent if one["metric"] == metric):
            day = each["from"][:13].replace("T", " ")
            kind = each["kind"]
            rows = [row for row in found.rows if str(row[0]).startswith(day)]
            assert any(kind in str(row[4]) for row in rows), (each, found.rows)


def test_a_single_series_is_drawn_beside_what_is_usual(insights: CatalogueInsights) -> None:
    found = _found(insights, "Any odd days for the bounce rate in June 2026?")
    names = [column.name for column in found.columns]
    assert names == ["at", "value", "usual", "low", "high", "unusual"]
    assert len(found.rows) == 29
    assert [row[0] for row in found.rows if row[5] is not None] == [date(2026, 6, 19)]
    plot = plotted(found)
    assert plot is not None and plot.band is not None


def test_nothing_unusual_says_what_was_looked_at(insights: CatalogueInsights) -> None:
    found = _found(insights, "Was anything odd in latency of the Web shop on 24 June 2026?")
    assert found.text.startswith("**Nothing unusual in latency of Web shop, 24 June 2026.**")
    assert "24 hours were compared" in found.text
    assert "times the usual scatter" in found.text


def test_only_the_past_is_used(insights: CatalogueInsights) -> None:
    short = _found(insights, "Any odd days for the bounce rate between 1 June and 19 June 2026?")
    long = _found(insights, "Any odd days for the bounce rate in June 2026?")
    assert short.rows == long.rows[:19]


def test_without_a_number_it_is_asked_for(insights: CatalogueInsights) -> None:
    asked = insights.ask("Anything unusual last week?", as_of=AS_OF)
    assert isinstance(asked, Ambiguity)
    for choice in asked.choices:
        assert isinstance(insights.ask(choice.question, as_of=AS_OF), Finding)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("anomalies in revenue by region last month", "not looked for by 'region'"),
        ("unusual months in revenue", "not by month"),
        ("Anything odd in requests of the Nosuch service?", "no service called 'Nosuch'"),
        ("Any anomalies in revenue between 5 and 12 January 2024?", "Three weeks"),
        ("Any anomalies in cpu load since January 2024?", "a year at most"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(
    insights: CatalogueInsights, text: str, words: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Refusal), found
    assert words in found.reason


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("Anything odd about the payment service?", "Payment gateway"),
        ("Is the edge service behaving strangely?", "Edge network"),
        ("Did the Web shop look normal last month?", "Web shop"),
        ("Were there anomalies in LarkVPN in May 2026?", "LarkVPN"),
        ("is anything wrong with the storage server", "Storage cluster"),
        ("Check the queue system for abnormal readings in June 2026", "Message queue"),
        ("Anything unusual at the Till in the last 14 days?", "Till"),
        ("Does Checkout look as usual this week?", "Checkout"),
        ("Find oddities in Peoplehub", "Peoplehub"),
        ("Was something off with Product search last week?", "Product search"),
    ],
)
def test_a_service_is_looked_at_in_all_its_readings_together(
    insights: CatalogueInsights, text: str, service: str
) -> None:
    found = _found(insights, text)

    assert f"of {service}" in found.text.splitlines()[0]
    assert "Mahalanobis" in found.receipt.definition


def test_readings_that_are_unusual_only_together_are_told_with_their_parts(
    insights: CatalogueInsights,
) -> None:
    """Incidents of low severity move several readings a little."""
    question = "Any anomalies in the Web shop between 1 January 2026 and 29 June 2026?"
    found = _found(insights, question)

    joint = [row for row in found.rows if row[4] == "unusual together"]
    assert joint
    assert all(row[2] == "Web shop" and " and " in str(row[3]) for row in joint)
    assert "- Together" in found.text and "mostly" in found.text

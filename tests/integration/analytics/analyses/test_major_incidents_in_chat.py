"""Questions about bursts of tickets and about single incidents as people ask them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from analytics.insights import CatalogueInsights
from analytics.model import Finding, Refusal

AS_OF = date(2026, 6, 30)


@pytest.mark.parametrize(
    "text",
    [
        "Is there a major incident right now?",
        "Are many people reporting the same thing?",
        "Is there a burst of similar tickets at the moment?",
        "Do we see a flood of related tickets?",
        "Are we in the middle of a big outage?",
        "Are lots of customers complaining about sign-in?",
    ],
)
def test_the_burst_of_today_is_found(
    insights: CatalogueInsights, truth: dict[str, Any], text: str
) -> None:
    planted = truth["major_incidents"][1]

    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert found.analysis == "major_incident"
    first = found.text.splitlines()[0]
    assert "people report the same trouble" in first
    assert "since 13:" in first
    assert "It is about **Larkfield ID**" in found.text
    assert "Web shop" in found.text  # stands on it
    row = found.rows[0]
    assert row[8] == planted["incident_id"]
    started = datetime.fromisoformat(planted["started_at"])
    alarm = datetime.strptime(str(row[6]), "%Y-%m-%d %H:%M")  # noqa: DTZ007 - naive UTC throughout
    assert 0 <= (alarm - started).total_seconds() / 60 < 60


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Were there major incidents in November 2025?", "Checkout"),
        ("Was there a flood of billing tickets on 28 November 2025?", "Checkout"),
        ("Any burst of tickets about VPN last Tuesday?", "about vpn"),
        ("Was there a wave of similar tickets on 14 June 2026?", "Nothing stands out"),
        ("Is something going on with the docking stations?", "about docking stations"),
    ],
)
def test_a_period_or_a_topic_is_looked_at(
    insights: CatalogueInsights, text: str, words: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert found.analysis == "major_incident"
    assert words in found.text
    # A chart has one bar for each row only where their names differ.
    assert len({row[0] for row in found.rows}) == len(found.rows)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Report on the last severity 1 incident", 1),
        ("Summarise the last severity-1 incident", 1),
        ("Report on incident {}", 0),
        ("Post-mortem of incident {}", 0),
        ("Incident report for {}", 0),
        ("What happened in incident {}?", 0),
    ],
)
def test_an_incident_is_reported_on(
    insights: CatalogueInsights, truth: dict[str, Any], text: str, place: int
) -> None:
    planted = truth["major_incidents"][place]

    found = insights.ask(text.format(planted["incident_id"]), as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert found.slots["incident_id"] == planted["incident_id"]
    assert f"Incident {planted['incident_id']}" in found.text.splitlines()[0]
    assert "(severity 1)" in found.text.splitlines()[0]
    assert ("has been open for" in found.text) is (planted["resolved_at"] is None)
    assert "customer" in found.text
    assert "Revenue while it lasted" in found.text
    assert "no loss can be shown" in found.text or "lower than chance explains" in found.text
    assert found.rows[0][2] == "started"
    minutes = [float(str(row[1])) for row in found.rows]
    assert minutes == sorted(minutes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Report on incident 99999", "There is no incident 99999"),
        ("Any wave of tickets about unicorns?", "about “unicorns”"),
        ("Were there bursts of similar tickets since January 2024?", "at most a year"),
        ("Was there a burst of similar tickets on 3 January 2024?", "two weeks"),
    ],
)
def test_what_cannot_be_looked_at_is_refused_by_name(
    insights: CatalogueInsights, text: str, words: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Refusal), found
    assert found.analysis == "major_incident"
    assert words in found.reason


def test_what_came_after_the_as_of_date_is_not_seen(
    insights: CatalogueInsights, truth: dict[str, Any]
) -> None:
    number = truth["major_incidents"][1]["incident_id"]

    now = insights.ask("Is there a major incident right now?", as_of=date(2026, 6, 29))
    report = insights.ask(f"Report on incident {number}", as_of=date(2026, 6, 29))

    assert isinstance(now, Finding)
    assert "Larkfield ID" not in now.text
    assert isinstance(report, Refusal)

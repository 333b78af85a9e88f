"""Questions about which services will fail, as people ask them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from analytics.analyses.outage_answers import _named_days
from analytics.describe.plots import plotted
from analytics.insights import CatalogueInsights
from analytics.model import Finding, Refusal

AS_OF = date(2026, 6, 30)
N_SERVICES = 14


def _found(insights: CatalogueInsights, text: str) -> Finding:
    found = insights.ask(text, as_of=AS_OF)
    assert isinstance(found, Finding), found
    assert found.analysis == "incident_risk"
    return found


@pytest.mark.parametrize(
    ("text", "n_rows", "words"),
    [
        ("Which services are likely to fail in the next 24 hours?", N_SERVICES, "30 June 2026"),
        ("will the payment service have an outage today?", 1, "Payment gateway"),
        ("What is the probability of an incident of the Web shop in the next 24 hours?", 1,
         "Web shop"),
        ("Which systems are in danger tonight?", N_SERVICES, "Likeliest"),
        ("Could Checkout go down today?", 1, "Checkout"),
        ("How likely is an outage of the Edge network?", 1, "Edge network"),
        ("predict outages for the next 24 hours", N_SERVICES, "Likeliest"),
        ("Will there be another incident today?", N_SERVICES, "Likeliest"),
        ("Where do we have to expect the next outage?", N_SERVICES, "Likeliest"),
        ("Is the storage server about to crash?", 1, "Storage cluster"),
        ("outage risk by service today", N_SERVICES, "Likeliest"),
        ("Will the orders service fail today?", 1, "Orders database"),
    ],
)  # fmt: skip
def test_a_question_about_outages_is_answered(
    insights: CatalogueInsights, text: str, n_rows: int, words: str
) -> None:
    found = _found(insights, text)

    assert len(found.rows) == n_rows
    assert words in found.text.splitlines()[0]
    assert all(0 < row[1] < 1 and row[3] <= row[4] for row in found.rows)  # type: ignore[operator]
    assert "ROC-AUC" in found.receipt.definition and "n = " in found.receipt.definition
    assert n_rows == 1 or plotted(found) is not None


def test_without_a_signal_it_says_so_and_tells_frequencies(insights: CatalogueInsights) -> None:
    """Nothing was planted before incidents of the demo company."""
    found = _found(insights, "Which services are likely to fail in the next 24 hours?")

    assert "no signal" in found.text
    assert "None is more likely than not to" in found.text
    assert all(row[1] == row[2] for row in found.rows)
    assert "planned changes" in " ".join(found.receipt.notes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("will the login service crash tonight?", "no service called 'login'"),
        ("Which services will fail by the end of 2027?", "so far ahead"),
        ("How likely is a severity 1 outage today?", "too few"),
        ("Will the order service fail today?", "Orderdesk or Orders database"),
        ("Which services were likely to fail last month?", "has passed"),
    ],
)
def test_what_cannot_be_foretold_is_refused_by_name(
    insights: CatalogueInsights, text: str, words: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Refusal), found
    assert words in found.reason


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("over the weekend", (4, 6)),
        ("will it last until monday", (0, 6)),
        ("on friday", (3, 4)),
        ("this tuesday", (0, 1)),
    ],
)
def test_days_that_are_named_are_the_next_such_days(text: str, days: tuple[int, int]) -> None:
    now = datetime(2026, 6, 30)  # a Tuesday

    found = _named_days(text, now)

    assert found == tuple(now + timedelta(days=each) for each in days)


def test_plain_numbers_of_incidents_stay_numbers(insights: CatalogueInsights) -> None:
    for text in ("How many incidents will we have next month?", "Incidents by service last month"):
        assert getattr(insights.ask(text, as_of=AS_OF), "analysis", "") != "incident_risk"

"""Questions about running full, as people ask them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from analytics.describe.plots import plotted
from analytics.insights import CatalogueInsights
from analytics.model import Finding, Refusal

AS_OF = date(2026, 6, 30)


def _found(insights: CatalogueInsights, text: str, as_of: date = AS_OF) -> Finding:
    found = insights.ask(text, as_of=as_of)
    assert isinstance(found, Finding), found
    assert found.analysis == "capacity"
    return found


@pytest.mark.parametrize(
    ("text", "first_column", "n_rows"),
    [
        ("When is the disk of the Orders database full?", "day", None),
        ("When does disk used reach 95 % on the Orders database?", "day", None),
        ("Which services run out of disk in the next 60 days?", "service", 14),
        ("When will the Web shop run out of disk?", "day", None),
        ("How long will the disk of the Storage cluster last if growth doubles?", "day", None),
        ("Which services hit 80 percent CPU first?", "service", 14),
        ("When does memory on the Payment gateway reach 90 percent?", "day", None),
        ("Do we have enough disk space for the next 6 months?", "service", 14),
        ("Capacity planning for tier 1 services", "service", 6),
        ("Do we run out of storage this year?", "service", 14),
        ("How much headroom do we have on the Storage cluster?", "day", None),
        ("Will any tier 3 service run out of memory by the end of the year?", "service", 2),
    ],
)
def test_a_question_about_capacity_is_answered(
    insights: CatalogueInsights, text: str, first_column: str, n_rows: int | None
) -> None:
    found = _found(insights, text)

    assert found.columns[0].name == first_column
    assert n_rows is None or len(found.rows) == n_rows
    assert "400 courses are drawn" in found.receipt.definition
    assert plotted(found) is not None


def test_the_planted_disk_is_found_with_its_day(
    insights: CatalogueInsights, truth: dict[str, Any]
) -> None:
    disk = truth["service_metrics"]["disk"]
    full_on = date.fromisoformat(disk["reaches_100_percent_at"][:10])
    for as_of in (AS_OF, date(2026, 5, 1), date(2026, 3, 1)):
        found = _found(insights, "Which services run out of disk in the next 300 days?", as_of)
        name, _, _, expected, earliest, latest, share = found.rows[0]
        assert name == disk["service"]
        assert earliest <= full_on <= latest  # type: ignore[operator]
        assert isinstance(expected, date) and abs((expected - full_on).days) <= 3
        assert share == 1.0
        assert all(row[3] is None for row in found.rows[1:])


def test_more_growth_is_earlier_and_supposed_growth_is_no_limit(
    insights: CatalogueInsights,
) -> None:
    usual = _found(insights, "When is the disk of the Orders database full?")
    fast = _found(insights, "When is the Orders database full if it grows 50 percent faster?")

    assert "on 14 August 2026" in usual.text.splitlines()[0]
    assert fast.text.startswith("**With 1.5 times the growth so far")
    assert "on 30 July 2026" in fast.text.splitlines()[0]
    assert fast.slots["threshold"] == 50.0  # as understood; the limit stays 100 %
    assert all(row[-1] == 100.0 for row in fast.rows)


def test_a_limit_that_is_passed_already_says_since_when(insights: CatalogueInsights) -> None:
    found = _found(insights, "When is the disk of the Orders database at 90%?")
    assert "since 12 June 2026" in found.text


def test_within_too_short_a_time_nothing_is_full(insights: CatalogueInsights) -> None:
    found = _found(insights, "Which services run out of disk in the next 14 days?")
    assert found.text.startswith("**None of 14 services")
    emptied = _found(insights, "When will the Web shop run out of disk?")
    assert "not expected" in emptied.text and "It was emptied" in emptied.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("When is the disk of the Nosuch service full?", "no service called 'Nosuch'"),
        ("When does the disk of the Web shop reach 150 percent?", "no limit"),
        ("Do we have enough disk space for the next 60 months?", "too far ahead"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(
    insights: CatalogueInsights, text: str, words: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Refusal), found
    assert words in found.reason


def test_a_group_of_customers_that_no_disk_has_is_refused_by_name(
    insights: CatalogueInsights,
) -> None:
    found = insights.ask("When will the disk be full for premium customers?", as_of=AS_OF)
    assert isinstance(found, Refusal)
    assert "“premium”" in found.reason

"""Questions about the future as people ask them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from analytics.analyses.limits import first_beyond
from analytics.describe.plots import plotted
from analytics.insights import CatalogueInsights
from analytics.model import Finding, Refusal

AS_OF = date(2026, 6, 30)


def _found(insights: CatalogueInsights, text: str) -> Finding:
    found = insights.ask(text, as_of=AS_OF)
    assert isinstance(found, Finding), found
    assert found.analysis == "forecast"
    return found


@pytest.mark.parametrize(
    ("text", "metric", "first", "last"),
    [
        ("How many tickets will we get next week?", "tickets", "2026-07-06", "2026-07-12"),
        ("How many orders in the next 30 days?", "orders", "2026-06-30", "2026-07-29"),
        ("Forecast revenue for the next quarter", "revenue", "2026-07-01", "2026-09-30"),
        ("Forecast revenue for July", "revenue", "2026-07-01", "2026-07-31"),
        ("What will sessions be in Q3 2026?", "sessions", "2026-07-01", "2026-09-30"),
        ("Gross margin for the rest of the year", "gross margin", "2026-06-30", "2026-12-31"),
        ("How many sign-ups will we have tomorrow?", "new customers", "2026-07-01", "2026-07-01"),
        ("Expected number of incidents next month", "incidents", "2026-07-01", "2026-07-01"),
        ("What CSAT can we expect next month?", "csat", "2026-07-01", "2026-07-01"),
        ("open tickets forecast for the next 14 days", "open tickets", "2026-06-30", "2026-07-13"),
        ("Predict CPU load of the Web shop over the next week", "cpu load", "2026-06-30",
         "2026-07-06"),
        ("Project active customers for the next 6 months", "active customers", "2026-07-01",
         "2026-12-01"),
        ("Where is revenue heading?", "revenue", "2026-07-01", "2026-09-30"),
        ("weekly ticket forecast, next 8 weeks", "tickets", "2026-07-06", "2026-08-24"),
    ],
)  # fmt: skip
def test_a_question_about_the_future_is_answered(
    insights: CatalogueInsights, text: str, metric: str, first: str, last: str
) -> None:
    found = _found(insights, text)

    assert found.slots["metric"] == metric
    assert "95 % interval" in found.text.splitlines()[0]
    ahead = [row for row in found.rows if row[2] is not None]
    days = [row[0] for row in ahead]
    assert date.fromisoformat(first) in days
    assert days[-1] == date.fromisoformat(last)
    assert all(row[1] is None and row[3] <= row[2] <= row[4] for row in ahead)  # type: ignore[operator]
    assert all(row[1] is not None for row in found.rows if row[2] is None)
    assert "MASE" in found.receipt.definition
    plot = plotted(found)
    assert plot is not None and plot.band is not None
    assert [one.role for one in plot.series] == ["main", "before"]


def test_the_total_is_the_sum_of_the_days_asked_about_and_what_has_come_in(
    insights: CatalogueInsights,
) -> None:
    year = _found(insights, "What will revenue be this year?")
    rest = _found(insights, "Forecast revenue for the rest of the year")

    assert "of it has come in already" in year.text
    assert "from 1 January to 31 December 2026" in year.text
    assert "from 30 June to 31 December 2026" in rest.text
    assert [row[2] for row in year.rows] == [row[2] for row in rest.rows]


def test_a_part_month_is_left_out_and_named(insights: CatalogueInsights) -> None:
    found = _found(insights, "monthly orders forecast for the next 3 months")

    notes = " ".join(found.receipt.notes)
    assert "June 2026" in notes and "in part only" in notes
    past = [row[0] for row in found.rows if row[1] is not None]
    assert past[-1] == date(2026, 5, 1)


def test_filters_and_the_past_to_learn_from_are_kept(insights: CatalogueInsights) -> None:
    every = _found(insights, "Predict sessions for the coming 2 weeks")
    mobile = _found(insights, "Predict sessions on mobile for the coming 2 weeks")
    assert "device mobile" in mobile.text
    assert mobile.receipt.filters
    assert mobile.rows[0][1] < every.rows[0][1]  # type: ignore[operator]

    learnt = _found(insights, "Forecast sessions for next month based on 2025")
    assert learnt.receipt.period == "1 January to 31 December 2025"


def test_a_limit_is_dated_or_said_not_to_be_reached(insights: CatalogueInsights) -> None:
    far = _found(insights, "When will weekly orders exceed 100000?")
    assert "not expected to be reached" in far.text.splitlines()[0]
    assert found_steps(limit=3.0, now=1.0) == {"expected": 2, "earliest": 0, "latest": None}
    assert found_steps(limit=1.5, now=4.0) == {"expected": 0, "earliest": 0, "latest": 1}


def found_steps(limit: float, now: float) -> dict[str, int | None]:
    course = (np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 2.0]), np.array([3.0, 1.0, 4.0]))
    return first_beyond(limit, now, course)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Predict csat by team next month", "does not add up"),
        ("forecast orders by product category for next month", "in several groups"),
        ("forecast for the next two weeks", "which number is meant"),
        ("Forecast revenue for 2024", "has passed"),
        ("Predict revenue until the end of 2035", "do not reach"),
        ("yearly revenue forecast for the next 24 months", "too few"),
        ("quarterly orders forecast for the next 6 months", "needs 12"),
    ],
)
def test_what_cannot_be_foretold_is_refused_by_name(
    insights: CatalogueInsights, text: str, words: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Refusal), found
    assert words in found.reason


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("forecast revenue by region for the next 3 months", {"North", "South", "East", "West"}),
        ("How many sessions by device will we have next week?", {"desktop", "mobile", "tablet"}),
    ],
)
def test_groups_add_up_to_the_whole(
    insights: CatalogueInsights, text: str, groups: set[str]
) -> None:
    by_group = _found(insights, text)
    whole = _found(insights, text.replace(" by region", "").replace(" by device", ""))

    assert groups <= {row[0] for row in by_group.rows}
    assert by_group.text.splitlines()[0] == whole.text.splitlines()[0]
    ahead = [row for row in whole.rows if row[2] is not None]
    start = len(ahead) - (92 if "revenue" in text else 7)
    assert (
        sum(row[1] for row in by_group.rows)
        == pytest.approx(  # type: ignore[misc]
            sum(row[2] for row in ahead[start:]),  # type: ignore[misc]
        )
    )
    assert all(row[2] <= row[1] <= row[3] for row in by_group.rows)  # type: ignore[operator]
    assert "add up to it" in " ".join(by_group.receipt.notes)
    assert plotted(by_group) is not None

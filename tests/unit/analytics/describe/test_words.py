"""Numbers and days in words, and the choice of a chart."""

from __future__ import annotations

import doctest
from datetime import date

import pytest

from analytics.catalogue import load_catalogue
from analytics.describe import dates, numbers
from analytics.describe.dates import days_in_words, period_name
from analytics.describe.numbers import percentage, plain_number, with_unit
from analytics.describe.phrases import filter_words, lower_start, note
from analytics.model import Filter, Grain, Unit


@pytest.mark.parametrize("module", [numbers, dates])
def test_the_examples_of_the_docstrings_hold(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (7, "7"),
        (999.6, "1,000"),
        (1204, "1,200"),
        (999_600, "1 million"),
        (12_345_678, "12.3 million"),
        (2_500_000_000, "2.5 billion"),
        (3.14159, "3.14"),
        (0.004567, "0.00457"),
        (-1234.5, "−1,230"),
        (99.96, "100"),
        (9.999, "10"),
    ],
)
def test_prose_has_three_significant_digits(value: float, words: str) -> None:
    assert plain_number(value) == words


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.0424, "fraction", "4.2 %"),
        (-0.00001, "fraction", "0.0 %"),
        (1.65, "fraction", "165.0 %"),
        (63.25, "percent", "63.2 %"),
        (1, "hours", "1 h"),
        (4.25, "hours", "4 h 15 min"),
        (-4.25, "hours", "−4 h 15 min"),
        (0.9999, "hours", "1 h"),
        (99.9999, "hours", "100 h"),
        (90, "minutes", "1 h 30 min"),
        (12.4, "minutes", "12 min"),
        (59.999, "seconds", "1 min"),
        (599.7, "seconds", "10 min"),
        (0, "hours", "0 h"),
        (120.4, "ms", "120 ms"),
        (5, None, "5"),
    ],
)
def test_values_carry_their_unit(value: float, unit: Unit | None, words: str) -> None:
    assert with_unit(value, unit) == words


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [(90, "minutes", "90 minutes"), (1, "hours", "1 hour"), (0.5, "fraction", "50.0 %")],
)
def test_a_time_that_was_asked_for_in_a_unit_stays_in_it(
    value: float, unit: Unit, words: str
) -> None:
    assert with_unit(value, unit, as_asked=True) == words


def test_percentages_have_one_decimal() -> None:
    assert percentage(1 / 3) == "33.3 %"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (date(2026, 5, 1), date(2026, 6, 1), "1 May to 31 May 2026"),
        (date(2025, 11, 15), date(2026, 1, 1), "15 November to 31 December 2025"),
        (date(2025, 12, 29), date(2026, 1, 5), "29 December 2025 to 4 January 2026"),
        (date(2024, 2, 1), date(2024, 3, 1), "1 February to 29 February 2024"),
        (date(2026, 6, 22), date(2026, 6, 23), "22 June 2026"),
    ],
)
def test_days_are_exact_and_include_the_last(start: date, end: date, words: str) -> None:
    assert days_in_words(start, end) == words


@pytest.mark.parametrize(
    ("grain", "name"),
    [
        ("day", "4 May 2026"),
        ("week", "week of 4 May 2026"),
        ("month", "May 2026"),
        ("quarter", "Q2 2026"),
        ("year", "2026"),
    ],
)
def test_periods_have_names(grain: Grain, name: str) -> None:
    assert period_name(date(2026, 5, 4), grain) == name


def test_abbreviations_keep_their_capitals() -> None:
    assert (lower_start("SLA compliance"), lower_start("Revenue")) == ("SLA compliance", "revenue")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Filter(dimension="plan", operator="!=", values=("basic",)), "plan other than basic"),
        (
            Filter(dimension="priority", operator="in", values=("low", "high", "urgent")),
            "priority low, high or urgent",
        ),
        (Filter(dimension="assignee", operator="is null", values=()), "without assignee"),
        (Filter(dimension="late", operator="=", values=(True,)), "resolved late"),
        (Filter(dimension="converted", operator="=", values=(False,)), "not converted"),
        (
            Filter(dimension="duration_s", operator=">=", values=(1200,)),
            "session duration at least 1,200 seconds",
        ),
    ],
)
def test_filters_are_said_in_words(condition: Filter, words: str) -> None:
    assert filter_words((condition,), load_catalogue()) == (words,)


def test_every_note_has_words() -> None:
    facts = {
        "label": "June", "last": "29 June 2026", "days": "d", "grain": "week", "day": "1 May",
        "now": 1, "before": 2, "thing": "order", "n": 3, "total": "4", "parts": "5", "gap": "6",
    }  # fmt: skip
    names = (
        "partial future default_period cut_first cut_last unequal employees overlap truncated "
        "adds_up does_not_add_up unranked whole_data"
    )
    for name in names.split():
        assert note(name, **facts).endswith("."), name

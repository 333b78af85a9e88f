"""What people complain about in other products, each as a question that must not go wrong here.

The pains are those of the reference on insights: windows that move or lose days, words that are
dropped in silence, values that are not found, two wordings with two numbers. Each test also says
what the naive reading would have been, and that it is another one.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from analytics.catalogue import Catalogue
from analytics.language.lexicon import Lexicon
from analytics.language.periods import times_in
from analytics.language.understand import Understander
from analytics.model import MetricQuery, Period
from tests.unit.analytics.language.conftest import NAMES

AS_OF = date(2026, 6, 30)


def _query(understander: Understander, text: str, as_of: date = AS_OF) -> MetricQuery:
    query = understander.understand(text, as_of).query
    assert query is not None, text
    return query


def _days(query: MetricQuery) -> tuple[date, date]:
    assert query.period is not None
    return query.period.start, query.period.end


def test_pain_1_last_years_are_whole_years_and_say_so(understander: Understander) -> None:
    """metabase#77882: "last 2 years" silently dropped days; here both ends are exact."""
    found = _days(_query(understander, "revenue in the last 2 years"))
    naive = (AS_OF - timedelta(days=730), AS_OF)

    assert found == (date(2024, 1, 1), date(2026, 1, 1)) != naive


def test_pain_2_last_months_and_this_month_are_kept_apart(understander: Understander) -> None:
    """metabase#23854: "last 12 months" excludes this month; asking for it too is possible."""
    without = _days(_query(understander, "revenue in the last 12 months"))
    upto = _days(_query(understander, "revenue since July 2025"))

    assert without == (date(2025, 7, 1) - timedelta(days=30), date(2026, 6, 1))
    assert upto == (date(2025, 7, 1), AS_OF)


def test_pain_3_months_ago_are_calendar_months_not_sixty_days(understander: Understander) -> None:
    """metabase#22284: "starting from 2 months ago" shifted by 60 to 62 days."""
    found = _days(_query(understander, "orders two months ago"))

    assert found == (date(2026, 4, 1), date(2026, 5, 1))
    assert found[0] != AS_OF - timedelta(days=60)


@pytest.mark.parametrize("day", [date(2024, 3, 31), date(2024, 5, 31), date(2025, 3, 31)])
def test_pain_4_a_month_earlier_keeps_its_last_day(understander: Understander, day: date) -> None:
    """metricflow#1758: an offset of a month loses the 31st."""
    text = f"revenue in {day:%B %Y} compared with the month before"
    query = _query(understander, text, date(2026, 6, 30))

    assert query.period is not None and query.compare_to is not None
    assert query.period.end == day + timedelta(days=1)
    assert query.compare_to.end == query.period.start


def test_pain_5_a_week_and_seven_days_are_two_things_and_both_are_exact() -> None:
    """metricflow#869: "1 week" ignored its start and end, "7 days" honoured them."""
    (week,) = times_in("the last week", AS_OF)
    (days,) = times_in("the last 7 days", AS_OF)

    assert week.period == Period(start=date(2026, 6, 22), end=date(2026, 6, 29))
    assert days.period == Period(start=date(2026, 6, 23), end=AS_OF)


def test_pain_6_a_comparison_keeps_both_periods_for_new_groups(understander: Understander) -> None:
    """lightdash#21090: period over period dropped categories; both windows stay in one query."""
    query = _query(understander, "revenue by category in May compared with April")

    assert query.compare_to == Period(start=date(2026, 4, 1), end=date(2026, 5, 1))
    assert query.filters == () and query.having == ()


@pytest.mark.parametrize(
    "text",
    ["revenue in the NORTH", "revenue in the north", "revenue in the Nrth region",
     "revenue from northern customers"],
)  # fmt: skip
def test_pain_7_a_value_is_found_whatever_its_case_and_spelling(
    understander: Understander, text: str
) -> None:
    """lightdash#15617, #17100: a wrong-case guess silently returns nothing."""
    (found,) = _query(understander, text).filters

    assert (found.dimension, found.values) == ("region", ("North",))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("revenue by region and sales rep", "rep"),
        ("orders excluding wholesale ones in 2025", "wholesale"),
        ("tickets per team for contractors", "contractors"),
        ("revenue in Tokyo in 2025", "tokyo"),
        ("churn rate adjusted for seasonality", "seasonality"),
        ("units sold of the Larkwatch in 2025", "larkwatch"),
    ],
)
def test_pain_8_no_word_is_dropped_in_silence(
    understander: Understander, text: str, word: str
) -> None:
    """teamster#5104: multi-stage questions failed silently; the naive answer ignores the word."""
    understood = understander.understand(text, AS_OF)

    assert understood.query is None and not understood.readings
    assert any(word in unknown for unknown in understood.unknown)


@pytest.mark.parametrize(
    "wordings",
    [
        ("revenue by channel last month", "last month's sales per order channel",
         "Could you show me turnover split by sales channel for May 2026, please?"),
        ("top 3 cities by orders in 2025", "the three cities with the most orders in 2025",
         "Which 3 cities had the highest number of orders in 2025?"),
        ("open tickets by team", "backlog per team", "How many tickets are open in each team?"),
    ],
)  # fmt: skip
def test_pain_9_two_wordings_are_one_query(
    understander: Understander, wordings: tuple[str, ...]
) -> None:
    """lfx-self-serve#1720: two phrasings, two numbers."""
    first, *others = (_query(understander, text) for text in wordings)

    assert others == [first] * len(others)


def test_pain_10_a_follow_up_never_sticks_to_the_wrong_question(
    understander: Understander,
) -> None:
    """vanna#823, #754: a follow-up was saved under another question, long histories derailed."""
    turns = ["revenue by region in 2025", "tickets in May 2026", "what is love"]
    query = understander.in_turn("by team", turns, AS_OF).query

    assert query is not None
    assert (query.metrics, query.dimensions) == (("tickets",), ("team",))
    assert _days(query) == (date(2026, 5, 1), date(2026, 6, 1))


def test_a_word_more_in_the_vocabulary_never_changes_an_answer_in_silence(
    catalogue: Catalogue, understander: Understander
) -> None:
    """An unrelated name in the data leaves every understood question as it was."""
    more = {**NAMES, "product": (*NAMES["product"], "Zephyr Kettle"), "assignee": ("Zoe Quill",)}
    richer = Understander(Lexicon(catalogue, more))

    for text in ("revenue by region in 2025", "open tickets by team", "top 3 cities by orders",
                 "units sold of Desk Lamp in May", "churn rate of premium customers"):  # fmt: skip
        assert richer.understand(text, AS_OF).query == _query(understander, text)

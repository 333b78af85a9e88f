"""The same question in other words is the same query, and a second number is never dropped."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.language.understand import Understander
from analytics.model import MetricQuery, Period

AS_OF = date(2026, 6, 30)
METRICS = ("revenue", "tickets", "sessions")

SAME: dict[str, tuple[str, ...]] = {
    "one month": (
        "{m} last month",
        "{m} from last month",
        "could I have the {m} from last month",
        "last month's {m}, please",
        "what were {m} in may",
        "{m} during the month of May 2026",
        "i would be interested in the {m} of the previous month",
        "May's {m}",
    ),
    "a month of last year": (
        "{m} in may last year",
        "{m} in May 2025",
        "{m} in may a year ago",
        "{m} a year ago in may",
        "{m} in May of last year",
    ),
    "every month": (
        "{m} by month this year",
        "monthly {m} this year",
        "month by month {m} this year",
        "how did {m} develop month by month this year",
        "{m} this year on a monthly basis",
        "plot {m} per month this year",
        "{m} by month since January",
    ),
    "two months": (
        "{m} in may compared with april",
        "compare {m} in may and april",
        "compare {m} in april and may",
        "compare {m} of may with april",
        "{m}: may vs. april",
        "{m} may against april",
        "how did {m} in may compare with april",
        "{m} last month vs the month before",
    ),
    "a year apart": (
        "{m} in may compared with may last year",
        "{m} in may versus may 2025",
        "{m} May 2026 versus May 2025",
        "compare {m} in may with the same month of last year",
        "{m} of may vs may of last year",
        "{m} in may compared to a year earlier",
        "{m} in may yoy",
        "{m} in may compared with last year",
    ),
    "quarters a year apart": (
        "{m} in Q1 compared with last year",
        "{m} in Q1 vs Q1 last year",
        "{m} Q1 2026 compared to Q1 2025",
        "{m} in the first quarter compared to the first quarter of 2025",
    ),
    "two years": (
        "{m} in 2025 compared to 2024",
        "{m} last year vs the year before",
        "{m} last year compared with two years ago",
        "compare {m} in 2025 with 2024",
    ),
    "each group": (
        "{m} by device this year",
        "break {m} down by device this year",
        "device breakdown of {m} this year",
        "breakdown of {m} by device this year",
        "compare {m} across devices this year",
        "distribution of {m} by device this year",
    ),
    "the highest": (
        "which device has the highest {m} this year",
        "which device leads in {m} this year",
        "top device by {m} this year",
        "which device comes first in {m} this year",
    ),
    "without one": (
        "{m} last month excluding premium",
        "{m} last month without premium",
        "{m} last month except premium",
        "{m} last month apart from premium",
        "{m} last month but not premium",
    ),
}

SECOND = (
    "{a} and {b} last month",
    "{a} last month and {b}",
    "{a} last month, also {b}",
    "{a}, also {b}, last month",
    "show {a} and also {b} last month",
    "{a} last month, plus {b}",
    "{a} last month and the {b} too",
    "{a} last month; {b} last month",
    "{a} last month. And {b}?",
    "what was {a} last month and what was {b}",
    "give me {a} together with {b} last month",
    "{a} and additionally {b} last month",
    "{a} next to {b} last month",
    "not only {a} but also {b} last month",
    "{a} besides {b} last month",
)
PAIRS = (("revenue", "orders"), ("orders", "units sold"), ("sessions", "bounce rate"),
         ("tickets", "sla compliance"))  # fmt: skip


def _query(understander: Understander, text: str) -> MetricQuery | None:
    return understander.understand(text, AS_OF).query


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("name", SAME)
def test_other_words_for_it_are_the_same_query(
    name: str, metric: str, understander: Understander
) -> None:
    if "device" in SAME[name][0] and metric != "sessions":
        metric = "conversion rate"
    texts = [form.format(m=metric) for form in SAME[name]]
    queries = {text: _query(understander, text) for text in texts}
    first = queries[texts[0]]
    assert first is not None
    assert {text: query for text, query in queries.items() if query != first} == {}


@pytest.mark.parametrize(("one", "other"), PAIRS)
@pytest.mark.parametrize("form", SECOND)
def test_a_second_number_is_answered_or_the_question_refused(
    form: str, one: str, other: str, understander: Understander
) -> None:
    query = _query(understander, form.format(a=one, b=other))
    assert query is None or set(query.metrics) == {one, other}


def test_most_ways_of_asking_for_a_second_number_are_answered(understander: Understander) -> None:
    texts = [form.format(a=a, b=b) for form in SECOND for a, b in PAIRS]
    answered = [text for text in texts if _query(understander, text) is not None]
    assert len(answered) >= 0.75 * len(texts)


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("revenue in May and orders in June", True),
        ("tickets by team and revenue by region this year", True),
        ("revenue per order and customer", True),
        ("revenue by region and customer this year", False),
        ("revenue from customers in the South and orders", False),
    ],
)
def test_what_two_parts_of_a_question_ask_is_not_mixed(
    text: str, refused: bool, understander: Understander
) -> None:
    query = _query(understander, text)
    assert (query is None) == refused
    if text.startswith("revenue by region and customer"):
        assert query is not None and query.dimensions == ("region", "customer")
    if text.startswith("revenue from customers"):
        assert query is not None and query.metrics == ("revenue", "orders")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("tickets in May and April", date(2026, 4, 1), date(2026, 6, 1)),
        ("tickets in December and January", date(2025, 12, 1), date(2026, 2, 1)),
        ("tickets between November and February", date(2025, 11, 1), date(2026, 3, 1)),
        ("tickets from March onwards", date(2026, 3, 1), AS_OF),
    ],
)
def test_months_side_by_side_are_the_latest_and_spans_run_on(
    text: str, start: date, end: date, understander: Understander
) -> None:
    query = _query(understander, text)
    assert query is not None and query.period == Period(start=start, end=end)


FOLLOW_UPS: dict[str, tuple[str, ...]] = {
    "another month": (
        "and in april?", "what about april", "same for april", "april?", "now april",
        "then april please", "what did april look like", "do that for april",
    ),
    "other rows": (
        "split that by plan", "now by plan", "break it down by plan", "drill down by plan",
        "group by plan", "for each plan", "how does that look by plan",
    ),
    "another number": (
        "and orders?", "what about orders", "same for orders", "orders instead", "orders?",
        "what were the orders then", "switch to orders",
    ),
    "the change": (
        "compare with the month before", "versus the month before",
        "what was the change from the month before", "how does that compare to the month before",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FOLLOW_UPS)
def test_a_follow_up_in_other_words_is_the_same_query(
    name: str, understander: Understander
) -> None:
    first = "revenue last month"
    found = {text: understander.in_turn(text, [first], AS_OF).query for text in FOLLOW_UPS[name]}
    wanted = found[FOLLOW_UPS[name][0]]
    assert wanted is not None and wanted.period is not None
    if name == "the change":
        assert all(query is not None and query.compare_to is not None for query in found.values())
    else:
        assert {text: query for text, query in found.items() if query != wanted} == {}

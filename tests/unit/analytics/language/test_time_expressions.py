"""More than 300 time expressions and the exact days each one means, as a table."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from analytics.language.moments import TimeMatch
from analytics.language.periods import times_in
from analytics.language.understand import Understander
from analytics.model import Period

TABLE = (Path(__file__).parent / "time_expressions.txt").read_text(encoding="utf-8").splitlines()
AS_OF = date(2026, 6, 30)
_MONTHS = {"January": 1, "April": 4}


def _rows() -> list[tuple[date, int | None, str, str, str]]:
    """Read the table; a heading gives the day and, with "fiscal", the month years begin in."""
    rows: list[tuple[date, int | None, str, str, str]] = []
    as_of, fiscal = AS_OF, None
    for line in filter(None, TABLE):
        heading = re.match(r"# as of (\d{4}-\d{2}-\d{2})(?:.* fiscal years from (\w+))?", line)
        if heading:
            as_of = date.fromisoformat(heading[1])
            fiscal = _MONTHS[heading[2]] if heading[2] else None
            continue
        text, start, end = (part.strip() for part in line.split("|"))
        rows.append((as_of, fiscal, text, start, end))
    return rows


ROWS = _rows()


def _period(match: TimeMatch) -> Period | None:
    """The days of an expression that stands alone."""
    return match.alone if match.kind == "shift" else match.period


@pytest.mark.parametrize(
    ("as_of", "fiscal", "text", "start", "end"), ROWS, ids=[f"{r[0]}-{r[1]}-{r[2]}" for r in ROWS]
)
def test_a_time_expression_means_exactly_these_days(
    as_of: date, fiscal: int | None, text: str, start: str, end: str
) -> None:
    found = [p for match in times_in(text, as_of, fiscal) if (p := _period(match)) is not None]

    assert [f"{p.start}/{p.end}" for p in found] == [f"{start}/{end}"]


def test_there_are_at_least_three_hundred() -> None:
    assert len(ROWS) >= 300
    assert len({row[:3] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("03/04/2026", ["2026-04-03", "2026-03-04"]),
        ("on 1/2/2026", ["2026-02-01", "2026-01-02"]),
        ("last May", ["2025-05-01", "2026-05-01"]),
        ("last March", ["2025-03-01", "2026-03-01"]),
    ],
)
def test_a_date_that_is_written_in_two_ways_has_two_readings(
    text: str, readings: list[str]
) -> None:
    (found,) = times_in(text, AS_OF)

    assert [p.start.isoformat() for p in found.readings] == readings


def test_a_question_with_such_a_date_is_asked_back(understander: Understander) -> None:
    found = understander.understand("orders on 03/04/2026", AS_OF)

    assert [r.query.period and r.query.period.start for r in found.readings] == [
        date(2026, 4, 3), date(2026, 3, 4),
    ]  # fmt: skip


def test_beside_this_may_last_may_is_the_one_a_year_ago(understander: Understander) -> None:
    query = understander.understand("revenue this May compared with last May", AS_OF).query

    assert query is not None and query.period is not None and query.compare_to is not None
    assert (query.period.start, query.compare_to.start) == (date(2026, 5, 1), date(2025, 5, 1))


@pytest.mark.parametrize(
    "text",
    ["this fiscal year", "FY25", "mid May", "early June", "in the summer", "around Easter",
     "32/13/2026", "2026-02-30", "week 60", "29 February 2025", "31 April 2026", "some time ago",
     "the other day", "a while back", "in recent years", "Q5 2025", "H3 2025"],
)  # fmt: skip
def test_vague_or_impossible_times_are_never_taken_for_a_period(
    understander: Understander, text: str
) -> None:
    assert understander.understand(f"revenue {text}", AS_OF).query is None


PAIRS = """
YTD vs last year | 2026-01-01/2026-06-30 | 2025-01-01/2025-06-30
year to date against last year | 2026-01-01/2026-06-30 | 2025-01-01/2025-06-30
this year so far vs the same period last year | 2026-01-01/2026-06-30 | 2025-01-01/2025-06-30
in May vs the same month last year | 2026-05-01/2026-06-01 | 2025-05-01/2025-06-01
in February 2024 vs a year earlier | 2024-02-01/2024-03-01 | 2023-02-01/2023-03-01
last week vs the week before | 2026-06-22/2026-06-29 | 2026-06-15/2026-06-22
this month vs last month | 2026-06-01/2026-06-30 | 2026-05-01/2026-06-01
Q1 2026 vs Q4 2025 | 2026-01-01/2026-04-01 | 2025-10-01/2026-01-01
in March 2026 vs the month before | 2026-03-01/2026-04-01 | 2026-02-01/2026-03-01
in 2025 compared to two years ago | 2025-01-01/2026-01-01 | 2023-01-01/2024-01-01
"""


@pytest.mark.parametrize("line", PAIRS.strip().splitlines())
def test_two_periods_are_set_against_each_other(understander: Understander, line: str) -> None:
    text, period, against = (part.strip() for part in line.split("|"))

    query = understander.understand(f"revenue {text}", AS_OF).query

    assert query is not None and query.period is not None and query.compare_to is not None
    assert f"{query.period.start}/{query.period.end}" == period
    assert f"{query.compare_to.start}/{query.compare_to.end}" == against

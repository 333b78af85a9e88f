"""Verified questions come first and go stale; saved ones are asked when due; alerts tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from analytics.catalogue import Catalogue
from analytics.errors import InputError, QuestionError
from analytics.insights import CatalogueInsights
from analytics.model import Finding, Refusal
from analytics.ports import Warehouse
from analytics.questions.book import QuestionBook, normalised
from analytics.questions.digest import digest_text, is_due, run_saved
from analytics.questions.model import Alert, SavedQuestion
from analytics.questions.verified import Vouching, verify

TODAY = date(2026, 6, 30)
AS_OF = date(2026, 6, 30)
MEETING = "How did we do, for the Monday meeting?"
READING = "Revenue last month by region"


@pytest.fixture
def book(tmp_path: Path) -> QuestionBook:
    return QuestionBook(tmp_path / "questions.json")


@pytest.fixture
def insights(
    demo_warehouse: Warehouse, catalogue: Catalogue, book: QuestionBook
) -> CatalogueInsights:
    return CatalogueInsights(warehouse=demo_warehouse, catalogue=catalogue, book=book)


def pin(insights: CatalogueInsights, book: QuestionBook, catalogue: Catalogue) -> None:
    book.put_verified(
        verify(
            MEETING,
            reading=READING,
            by=Vouching(owner="Controlling", on=TODAY),
            as_of=AS_OF,
            catalogue=catalogue,
            understands=insights.query_of,
        )
    )


def changed(catalogue: Catalogue, name: str) -> Catalogue:
    """The catalogue after somebody edited one definition."""
    other = replace(catalogue.metric(name), version="otherone")
    return replace(catalogue, metrics=MappingProxyType({**catalogue.metrics, name: other}))


def saved(**given: object) -> SavedQuestion:
    values: dict[str, object] = {
        "name": "tickets",
        "question": "How many tickets last month?",
        "owner": "Desk",
        "saved_on": TODAY,
    }
    return SavedQuestion(**{**values, **given})  # type: ignore[arg-type]


def test_a_verified_question_is_answered_by_its_reading(
    insights: CatalogueInsights, book: QuestionBook, catalogue: Catalogue
) -> None:
    assert isinstance(insights.ask(MEETING, as_of=AS_OF), Refusal)
    pin(insights, book, catalogue)
    asked = insights.ask(f"  {MEETING.upper()} ", as_of=AS_OF)
    plain = insights.ask(READING, as_of=AS_OF)

    assert isinstance(asked, Finding)
    assert isinstance(plain, Finding)
    assert asked.rows == plain.rows
    assert "Controlling verified this reading on 2026-06-30" in asked.text
    assert asked.receipt.notes[-1] in asked.text


def test_its_period_moves_on_with_the_days(
    insights: CatalogueInsights, book: QuestionBook, catalogue: Catalogue
) -> None:
    pin(insights, book, catalogue)
    later = insights.ask(MEETING, as_of=date(2026, 5, 15))

    assert isinstance(later, Finding)
    assert later.metric_query is not None
    assert later.metric_query.period is not None
    assert later.metric_query.period.start == date(2026, 4, 1)


def test_other_words_are_not_caught(
    insights: CatalogueInsights, book: QuestionBook, catalogue: Catalogue
) -> None:
    pin(insights, book, catalogue)
    other = insights.ask(MEETING.replace("Monday", "Friday"), as_of=AS_OF)

    assert isinstance(other, Refusal)
    assert "Controlling" not in other.reason


def test_a_changed_definition_makes_it_stale_and_that_is_said(
    insights: CatalogueInsights,
    book: QuestionBook,
    catalogue: Catalogue,
    demo_warehouse: Warehouse,
) -> None:
    pin(insights, book, catalogue)
    after = CatalogueInsights(
        warehouse=demo_warehouse, catalogue=changed(catalogue, "revenue"), book=book
    )
    found = after.ask(MEETING, as_of=AS_OF)
    unrelated = CatalogueInsights(
        warehouse=demo_warehouse, catalogue=changed(catalogue, "mttr"), book=book
    )

    assert isinstance(found, Refusal)
    assert "the definition of Revenue has changed since" in found.reason
    assert isinstance(unrelated.ask(MEETING, as_of=AS_OF), Finding)


def test_a_reading_understood_differently_is_not_used(
    insights: CatalogueInsights, book: QuestionBook, catalogue: Catalogue
) -> None:
    pin(insights, book, catalogue)
    entry = book.kept().verified[normalised(MEETING)]
    book.put_verified(replace(entry, query={**entry.query, "metrics": ["orders"]}))
    found = insights.ask(MEETING, as_of=AS_OF)

    assert isinstance(found, Refusal)
    assert "understood differently now" in found.reason


def test_what_is_not_understood_cannot_be_verified(
    insights: CatalogueInsights, catalogue: Catalogue
) -> None:
    for question, reading in ((MEETING, "How are things?"), ("?!", READING)):
        with pytest.raises(QuestionError):
            verify(
                question,
                reading=reading,
                by=Vouching(owner="x", on=TODAY),
                as_of=AS_OF,
                catalogue=catalogue,
                understands=insights.query_of,
            )


def test_the_book_is_read_again_when_somebody_else_wrote_it(tmp_path: Path) -> None:
    mine, theirs = (QuestionBook(tmp_path / "questions.json") for _ in range(2))
    assert not mine.kept().saved
    theirs.put_saved(saved(alert=Alert(kind="above", limit=3.5), every="week"))

    assert mine.kept() == theirs.kept()
    assert mine.kept().saved["tickets"].alert == Alert(kind="above", limit=3.5)
    assert mine.remove("tickets")
    assert not theirs.kept().saved
    assert not theirs.remove("tickets")


def test_a_broken_book_is_an_error_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "questions.json"
    path.write_text('{"verified": 3}', encoding="utf-8")
    with pytest.raises(InputError, match="not a file of kept questions"):
        QuestionBook(path).put_saved(saved())

    assert path.read_text(encoding="utf-8") == '{"verified": 3}'


@pytest.mark.parametrize(
    ("every", "last", "due"),
    [
        ("day", None, True),
        ("day", TODAY, False),
        ("day", TODAY - timedelta(days=1), True),
        ("week", TODAY - timedelta(days=6), False),
        ("week", TODAY - timedelta(days=7), True),
        ("month", date(2026, 5, 31), True),
        ("month", date(2026, 6, 1), False),
    ],
)
def test_when_a_saved_question_is_due(every: str, last: date | None, due: bool) -> None:
    assert is_due(saved(every=every, last_run_on=last), TODAY) is due


def test_a_threshold_fires_says_so_and_stops(
    insights: CatalogueInsights, book: QuestionBook
) -> None:
    def run(limit: float, day: date) -> str:
        state = book.kept().saved.get("tickets")
        question = saved(
            alert=Alert(kind="above", limit=limit), fired_on=state.fired_on if state else None
        )
        runs = run_saved(
            [question], asks=insights.ask, answers=insights.compute, today=day, book=book
        )
        return digest_text(runs, day)

    first = run(1, TODAY)
    second = run(1, TODAY + timedelta(days=1))
    third = run(1e9, TODAY + timedelta(days=2))

    assert "is above the limit of 1." in first
    assert "Alert since 30 June 2026" in second
    assert "The alert of 30 June 2026 no longer holds." in third
    assert book.kept().saved["tickets"].fired_on is None
    assert book.kept().saved["tickets"].last_run_on == TODAY + timedelta(days=2)


def test_an_unusual_day_fires(insights: CatalogueInsights, book: QuestionBook) -> None:
    """The demo's scraper visits eleven days before the end of the data."""
    question = saved(
        name="visits", question="How many sessions last week?", alert=Alert(kind="unusual")
    )
    fired = []
    for day in (date(2026, 6, 13), date(2026, 6, 20)):
        (run,) = run_saved(
            [question],
            asks=lambda text, day=day: insights.ask(text, as_of=day),  # type: ignore[misc]
            answers=insights.compute,
            today=day,
            book=book,
        )
        fired.append(run.alert)

    assert fired[0] == ""
    assert "is usual for that day of the week" in fired[1]


def test_an_alert_without_a_number_says_why(
    insights: CatalogueInsights, book: QuestionBook
) -> None:
    question = saved(question="Tickets by team last month", alert=Alert(kind="above", limit=1))
    (run,) = run_saved(
        [question], asks=insights.ask, answers=insights.compute, today=TODAY, book=book
    )

    assert run.alert == ""
    assert "no single number" in digest_text([run], TODAY)

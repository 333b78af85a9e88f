"""Each kind of analysis asked for in at least ten ways, with the slots the question fixes."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from analytics.analyses.all_kinds import KINDS
from analytics.analyses.recognise import Recogniser, outranks_numbers, recognisable
from analytics.analyses.slots import slots_for
from analytics.language.understand import Understander

AS_OF = date(2026, 6, 30)
TABLE = (Path(__file__).parent / "analyses.txt").read_text(encoding="utf-8").splitlines()
CASES = [tuple(part.strip() for part in line.split("|")) for line in TABLE if line.strip()]
RECOGNISER = Recogniser(KINDS)
BY_NAME = {kind.name: kind for kind in KINDS}


def _value(slots: object, path: str) -> str:
    for part in path.split("."):
        slots = slots.get(part) if isinstance(slots, dict) else None
    return f"{slots:g}" if isinstance(slots, float) else str(slots)


@pytest.mark.parametrize(("name", "text", "slots"), CASES, ids=[case[1] for case in CASES])
def test_an_analysis_is_recognised_with_its_slots(
    understander: Understander, name: str, text: str, slots: str
) -> None:
    tags = understander.tags(text, AS_OF)
    flat = recognisable(tags)
    kind = RECOGNISER.by_words(flat) or RECOGNISER.by_likeness(flat)

    assert kind is not None and kind.name == name
    found = slots_for(kind, tags, understander.catalogue, AS_OF)
    for pair in filter(None, (part.strip() for part in slots.split(";"))):
        path, _, wanted = pair.partition("=")
        assert _value(found, path) == wanted, path


@pytest.mark.parametrize(("name", "text", "slots"), CASES, ids=[case[1] for case in CASES])
def test_no_number_takes_the_place_of_an_analysis(
    understander: Understander, name: str, text: str, slots: str
) -> None:
    """A question for an analysis is never answered with a number that ignores what it asks."""
    understood = understander.understand(text, AS_OF)
    kind = RECOGNISER.by_words(recognisable(understood.tags))

    answered = understood.query is not None
    assert not answered or (
        kind is not None and (name == "definition" or outranks_numbers(kind, understood.tags))
    )


def test_every_kind_is_asked_for_in_ten_ways() -> None:
    assert set(Counter(case[0] for case in CASES)) == set(BY_NAME)
    assert min(Counter(case[0] for case in CASES).values()) >= 10


@pytest.mark.parametrize(
    "text",
    [
        "How many orders came from the Storage cluster?", "revenue by cluster of stars",
        "Tickets per week in 2025", "Churn rate by plan in 2025", "How many customers left in May?",
        "Number of incidents caused by memory in 2025", "How many tickets for the Web shop?",
        "Conversion rate per step of the day", "Units sold together with the month before",
    ],
)  # fmt: skip
def test_a_number_that_is_counted_or_split_is_no_analysis(
    understander: Understander, text: str
) -> None:
    understood = understander.understand(text, AS_OF)
    kind = RECOGNISER.by_words(recognisable(understood.tags))

    assert kind is None or understood.query is None or not outranks_numbers(kind, understood.tags)


@pytest.mark.parametrize(
    ("text", "no"),
    [
        ("At what time of day do we sell the most?", "next_best_offer"),
        ("Which product do we sell most often?", "next_best_offer"),
        ("incidents without a known root cause", "root_cause"),
        ("outages whose cause is still unknown", "root_cause"),
    ],
)
def test_words_that_rule_a_kind_out_count_for_its_examples_too(
    understander: Understander, text: str, no: str
) -> None:
    flat = recognisable(understander.tags(text, AS_OF))
    kind = RECOGNISER.by_words(flat) or RECOGNISER.by_likeness(flat)

    assert kind is None or kind.name != no

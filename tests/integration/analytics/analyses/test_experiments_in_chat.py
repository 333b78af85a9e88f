"""Questions about experiments as people ask them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from analytics.insights import CatalogueInsights
from analytics.model import Ambiguity, Finding, Refusal

AS_OF = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("What was the result of experiment 1?", 1),
        ("Did the treatment win in experiment 2?", 2),
        ("Is the difference in experiment 3 statistically significant?", 3),
        ("Outcome of A/B test 2 please", 2),
        ("Which variant was better in experiment 5?", 5),
        ("How is the current experiment going?", 6),
        ("Should we roll out experiment 1?", 1),
        ("Did the goes well with test raise revenue?", 3),
        ("What did the experiment with the express pay button show?", 1),
        ("Result of the latest test?", 6),
        ("Did experiment 3 lift revenue per customer?", 3),
        ("Experiment 1 for customers in the North", 1),
    ],
)
def test_a_question_about_an_experiment_is_answered(
    insights: CatalogueInsights, text: str, number: int
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Finding), found
    assert (found.analysis, found.slots["experiment"]) == ("experiment_result", number)
    assert f"xperiment {number} (" in found.text.splitlines()[0]
    assert "interval" in found.text or "cannot be read" in found.text
    control = dict(zip([c.name for c in found.columns], found.rows[0], strict=True))
    assert (control["variant"], control["effect"]) == ("control", None)
    assert found.receipt.n_rows == len(found.rows)
    assert "SELECT" in found.receipt.sql
    assert "Welch" in found.receipt.definition


def test_without_a_name_it_asks_which(insights: CatalogueInsights) -> None:
    found = insights.ask("Did the experiment work?", as_of=AS_OF)

    assert isinstance(found, Ambiguity)
    assert 2 <= len(found.choices) <= 4
    for choice in found.choices:
        assert isinstance(insights.ask(choice.question, as_of=AS_OF), Finding), choice


def test_all_experiments_are_listed(insights: CatalogueInsights) -> None:
    found = insights.ask("Which of our experiments worked?", as_of=AS_OF)

    assert isinstance(found, Finding)
    assert [row[1] for row in found.rows] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What was the result of experiment 99?", "no experiment 99"),
        ("What did experiment 1 do to the bounce rate?", "bounce rate"),
        ("Did A or B win in experiment 2?", "no groups A and B"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(
    insights: CatalogueInsights, text: str, words: str
) -> None:
    found = insights.ask(text, as_of=AS_OF)

    assert isinstance(found, Refusal), found
    assert words in found.reason
    assert found.analysis == "experiment_result"


def test_a_condition_is_in_the_receipt(insights: CatalogueInsights) -> None:
    whole = insights.ask("Result of experiment 3", as_of=AS_OF)
    some = insights.ask("Result of experiment 3 for customers in the South", as_of=AS_OF)
    assert isinstance(whole, Finding)
    assert isinstance(some, Finding)

    assert some.receipt.filters == ("region South",)
    assert sum(int(str(row[1])) for row in some.rows) < sum(int(str(row[1])) for row in whole.rows)
    assert any("chosen afterwards" in note for note in some.receipt.notes)


def test_planted_effects_lie_inside_their_intervals(
    insights: CatalogueInsights, truth: dict[str, Any]
) -> None:
    planted = {each["experiment_id"]: each for each in truth["experiments"]}
    for number in (1, 2, 5, 6):
        found = insights.ask(f"Result of experiment {number}", as_of=AS_OF)
        assert isinstance(found, Finding)
        (_, _, base, *_), (_, _, _, _, low, high, _) = found.rows
        # An extra order only counts for those who would not have ordered anyway.
        true = planted[number]["extra_order_probability"] * (1 - float(str(base)))
        assert float(str(low)) <= true <= float(str(high))


def test_an_experiment_that_still_runs_says_so(insights: CatalogueInsights) -> None:
    found = insights.ask("Result of experiment 6", as_of=AS_OF)

    assert isinstance(found, Finding)
    assert "still running" in found.text
    assert found.receipt.is_partial

"""Definitions on request: what, how, without what, by whom, in which version."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.analyses.definitions import asked_about, run_definition
from analytics.analyses.kind import Context, Request
from analytics.catalogue import Catalogue
from analytics.model import Finding, InsightOutcome, Refusal
from analytics.ports import Warehouse


def defined(
    text: str, warehouse: Warehouse, catalogue: Catalogue, **slots: object
) -> InsightOutcome:
    context = Context(warehouse=warehouse, catalogue=catalogue, as_of=date(2026, 6, 30))
    return run_definition(Request(kind="definition", slots=slots, text=text), context)


def test_every_metric_is_defined_with_version_and_owner(
    handmade: Warehouse, catalogue: Catalogue
) -> None:
    for name, metric in catalogue.metrics.items():
        found = defined("", handmade, catalogue, metric=name)
        assert isinstance(found, Finding)
        assert found.text.startswith(f"**{metric.label}**: ")
        assert metric.version in found.text
        assert metric.version in found.receipt.definition


def test_a_ratio_is_told_as_one_and_says_what_it_leaves_out(
    handmade: Warehouse, catalogue: Catalogue
) -> None:
    found = defined("", handmade, catalogue, metric="reopen rate")
    assert isinstance(found, Finding)
    rows = dict(found.rows)

    assert str(rows["Formula"]).count("÷") == 1
    assert "spam" in str(rows["Left out"]).lower()
    assert "team" in str(rows["Split by"])


def test_a_misspelt_name_is_answered_and_said(handmade: Warehouse, catalogue: Catalogue) -> None:
    found = defined("What is the definition of bounse rate?", handmade, catalogue)

    assert isinstance(found, Finding)
    assert found.slots["metric"] == "bounce rate"
    assert "nothing called “bounse rate”" in found.text


def test_a_dimension_is_explained_with_its_values(
    handmade: Warehouse, catalogue: Catalogue
) -> None:
    found = defined("What do you mean by tier?", handmade, catalogue)

    assert isinstance(found, Finding)
    assert "Values: 1, 2, 3." in found.text


def test_an_unknown_word_is_named_and_what_is_offered_can_be_defined(
    handmade: Warehouse, catalogue: Catalogue
) -> None:
    found = defined("How do you calculate the wobble factor?", handmade, catalogue)

    assert isinstance(found, Refusal)
    assert "wobble factor" in found.reason
    for suggestion in found.suggestions:
        assert isinstance(defined(suggestion, handmade, catalogue), Finding)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("How do you define churn?", "churn"),
        ("What exactly counts as a “late ticket”?", "late ticket"),
        ("what is the meaning of NPS", "nps"),
        ("", ""),
    ],
)
def test_the_asking_words_are_left_out(text: str, words: str) -> None:
    assert asked_about(text) == words

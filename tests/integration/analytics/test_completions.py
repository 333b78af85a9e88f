"""Completions: whole questions, each answerable, none of what may not be seen."""

from __future__ import annotations

import time
from dataclasses import replace
from types import MappingProxyType

import pytest

from analytics.catalogue import Catalogue
from analytics.completions import N_COMPLETIONS
from analytics.insights import CatalogueInsights
from analytics.model import Ambiguity, Refusal
from analytics.ports import Warehouse


@pytest.fixture(scope="module")
def insights(demo_warehouse: Warehouse, catalogue: Catalogue) -> CatalogueInsights:
    return CatalogueInsights(warehouse=demo_warehouse, catalogue=catalogue)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("rev", "Revenue last month"),
        ("REVENUE   by reg", "Revenue by region last month"),
        ("why did tick", "Why did tickets change last month?"),
        ("how do you define ch", "How do you define churn rate?"),
        ("revenue south", "Revenue for region South last month"),
        ("tickets for servce desk", "Tickets for team Service Desk last month"),
        ("convrsion rate", "Conversion rate last month"),
        ("rate conversion device", "Conversion rate by device last month"),
    ],
)
def test_what_is_meant_is_among_the_completions(
    insights: CatalogueInsights, typed: str, expected: str
) -> None:
    assert expected in insights.suggest(typed)


@pytest.mark.parametrize("typed", ["", "t", "average", "top", "mobile", "larkvpn", "nps by"])
def test_every_completion_is_answered(insights: CatalogueInsights, typed: str) -> None:
    found = insights.suggest(typed)

    assert 0 < len(found) <= N_COMPLETIONS
    assert len(set(found)) == len(found)
    for text in found:
        outcome = insights.ask(text)
        missing_model = isinstance(outcome, Refusal) and "no trained model" in outcome.reason
        assert missing_model or not isinstance(outcome, Refusal | Ambiguity), text


def test_nothing_is_made_up_for_nonsense(insights: CatalogueInsights) -> None:
    assert insights.suggest("qqxyzzy") == ()


def test_what_may_not_be_seen_is_not_completed(
    demo_warehouse: Warehouse, catalogue: Catalogue
) -> None:
    """A view of the data is made from the permitted part of the catalogue."""
    metrics = {n: m for n, m in catalogue.metrics.items() if n != "gross margin"}
    dimensions = {n: d for n, d in catalogue.dimensions.items() if n != "region"}
    part = replace(
        catalogue,
        metrics=MappingProxyType(metrics),
        dimensions=MappingProxyType(dimensions),
        hierarchies=(),
    )
    view = CatalogueInsights(warehouse=demo_warehouse, catalogue=part)

    for typed in ("gross", "gross margin", "revenue by reg", "revenue for south", "South"):
        for text in view.suggest(typed):
            assert "region" not in text.lower().split()
            assert "gross margin last" not in text.lower()


def test_typing_on_is_fast(insights: CatalogueInsights) -> None:
    """Once a prefix was met; the first time each question is compiled."""
    prefixes = ["r", "re", "rev", "revenue b", "revenue by pl", "revenu for south", "zz"]
    for typed in prefixes:
        insights.suggest(typed)
    started = time.perf_counter()
    for typed in prefixes * 3:
        insights.suggest(typed)
    mean_ms = (time.perf_counter() - started) / (3 * len(prefixes)) * 1000

    assert mean_ms < 30

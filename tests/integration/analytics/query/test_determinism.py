"""The same question and data give the same bytes, in every process; unrelated words change none."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest

from analytics.catalogue import Catalogue
from analytics.insights import CatalogueInsights
from analytics.model import Finding, InsightOutcome
from analytics.query.warehouse import DuckDBWarehouse

AS_OF = date(2026, 6, 30)
QUESTIONS = (
    "revenue by region last year",
    "top 3 products by units sold in 2025",
    "tickets per month this year by team",
    "churn rate by plan",
    "orders last month compared with the month before",
    "share of sessions by device",
    "average order value of premium customers",
    "incidents by severity and owner team",
)
PROGRAM = """
import sys
from datetime import date
from pathlib import Path
from analytics.catalogue import load_catalogue
from analytics.insights import CatalogueInsights
from analytics.query.warehouse import DuckDBWarehouse
insights = CatalogueInsights(warehouse=DuckDBWarehouse(Path(sys.argv[1])),
                             catalogue=load_catalogue())
for question in sys.argv[2:]:
    print(repr(insights.ask(question, as_of=date(2026, 6, 30))))
"""


def test_other_processes_with_other_hash_seeds_give_the_same_bytes(random_folder: Path) -> None:
    outputs = set()
    for seed in ("0", "1", "4242"):
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(random_folder), *QUESTIONS],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[4],
        )
        outputs.add(run.stdout)
    assert len(outputs) == 1
    assert outputs.pop().count(b"Finding(") == len(QUESTIONS)


def said(outcome: InsightOutcome) -> str:
    """Return an answer without what a new definition must change: the catalogue's version."""
    if isinstance(outcome, Finding):
        receipt = replace(outcome.receipt, definition_version="")
        outcome = replace(outcome, receipt=receipt)
    return repr(outcome)


@pytest.fixture(scope="module")
def before(random_warehouse: DuckDBWarehouse, catalogue: Catalogue) -> dict[str, str]:
    insights = CatalogueInsights(warehouse=random_warehouse, catalogue=catalogue)
    return {question: said(insights.ask(question, as_of=AS_OF)) for question in QUESTIONS}


@pytest.mark.parametrize("seed", range(6))
def test_a_synonym_or_a_metric_more_never_changes_an_answer_silently(
    seed: int,
    before: dict[str, str],
    random_warehouse: DuckDBWarehouse,
    catalogue: Catalogue,
) -> None:
    rng = random.Random(seed)
    word = "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(4))
    name = rng.choice(sorted(catalogue.metrics))
    metric = catalogue.metrics[name]
    changed = replace(metric, synonyms=(*metric.synonyms, word))
    twin = replace(metric, name=f"{word} count", label=f"{word.title()} count", synonyms=())
    metrics = {**catalogue.metrics, name: changed, twin.name: twin}
    wider = replace(catalogue, metrics=MappingProxyType(metrics))
    insights = CatalogueInsights(warehouse=random_warehouse, catalogue=wider)
    for question, expected in before.items():
        assert said(insights.ask(question, as_of=AS_OF)) == expected, (name, word, question)

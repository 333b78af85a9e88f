"""`deskwise analyse recommend` on files, as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.customers.recommendation import baskets_of, ease, find_rules
from assistant.cli.main import deskwise
from assistant.cli.output import run


@pytest.fixture
def purchases(tmp_path: Path) -> Path:
    """Two tastes of twenty items each; who buys a pen also buys ink."""
    random = np.random.default_rng(3)
    rows = []
    for customer in range(150):
        taste = customer % 2
        bought = [f"item{taste}-{i:02d}" for i in random.permutation(20)[:8]]
        bought += ["pen", "ink"] if customer % 3 == 0 else []
        rows += [(f"c{customer}", item, f"2026-01-{day:02d}") for day, item in enumerate(bought, 1)]
    path = tmp_path / "purchases.csv"
    frame = pd.DataFrame(rows, columns=["customer", "item", "day"])
    frame.sample(frac=1, random_state=0).to_csv(path, index=False)
    return path


def test_taste_beats_popularity_and_pairs_are_found(purchases: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    arguments = ["analyse", "recommend", "--input", str(purchases), "--customer", "customer"]
    arguments += ["--item", "item", "--date", "day", "--json", str(out)]
    assert run(deskwise, arguments) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["n"] == 150
    assert found["ndcg@10"]["mean"] > 1.5 * found["popularity"]["ndcg@10"]["mean"]
    assert found["lead"]["ci95"][0] > 0 and 0 < found["recall@10"]["mean"] <= 1
    best = found["rules"][0]
    assert {best["antecedent"], best["consequent"]} == {"pen", "ink"}
    assert best["n"] == 50 and best["confidence"] == 1.0 and best["lift"] == pytest.approx(3.0)
    assert best["support"] == pytest.approx(1 / 3) and best["confidence_ci95"][0] < 1


def test_ease_is_its_closed_form() -> None:
    baskets = baskets_of(np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 2, 2]), (3, 3))
    gram = (baskets.T @ baskets).toarray() + 2 * np.eye(3)
    inverse = np.linalg.inv(gram)
    expected = np.eye(3) - inverse / np.diag(inverse)
    assert ease(baskets, weight=2.0)(np.eye(3)) == pytest.approx(expected, abs=1e-5)


def test_pairs_by_chance_are_no_rules() -> None:
    random = np.random.default_rng(0)
    customers, items = np.nonzero(random.random((400, 12)) < 0.3)
    rules = find_rules(baskets_of(customers, items, (400, 12)), min_n=10, most=50)
    assert len(rules) <= 6


def test_too_few_purchases_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "few.csv"
    pd.DataFrame({"who": range(40), "what": "a"}).to_csv(path, index=False)
    arguments = ["analyse", "recommend", "--input", str(path), "--customer", "who"]
    assert run(deskwise, [*arguments, "--item", "what"]) == 2
    assert "three different items" in capsys.readouterr().err

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from analytics.errors import ModelError
from analytics.learning.validation import (
    Rows,
    compare_rivals,
    fit_calibrated,
    grouped_splits,
)


def make_rows(n_customers: int = 400, *, signal: float = 2.0, seed: int = 0) -> Rows:
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(n_customers) * 7, 3)
    x = rng.normal(size=len(groups))
    y = rng.random(len(groups)) < 1 / (1 + np.exp(1.5 - signal * x))
    table = pd.DataFrame({"x": x, "noise": rng.normal(size=len(groups))})
    return Rows(table=table, y=y, groups=groups)


def logistic() -> Any:
    return LogisticRegression()


def tree() -> Any:
    return DecisionTreeClassifier(max_depth=3, random_state=0)


@pytest.mark.parametrize("seed", range(5))
def test_no_customer_is_on_both_sides_and_every_row_is_tested_once(seed: int) -> None:
    rows = make_rows(seed=seed)
    splits = grouped_splits(rows.y, rows.groups, n_folds=5, n_repeats=3, seed=seed)
    assert len(splits) == 15
    for split in splits:
        assert not set(rows.groups[split.train]) & set(rows.groups[split.test])
        assert len(split.train) + len(split.test) == len(rows.y)
    for repeat in range(3):
        tested = np.concatenate([s.test for s in splits if s.repeat == repeat])
        assert sorted(tested) == list(range(len(rows.y)))


def test_folds_have_even_shares_of_positives_and_repeats_differ() -> None:
    rows = make_rows()
    splits = grouped_splits(rows.y, rows.groups, n_folds=4, n_repeats=2, seed=1)
    shares = [rows.y[split.test].mean() for split in splits]
    assert max(shares) - min(shares) < 0.02
    assert not np.array_equal(splits[0].test, splits[4].test)


def test_the_same_seed_gives_the_same_splits() -> None:
    rows = make_rows()
    one, two = (
        grouped_splits(rows.y, rows.groups, n_folds=4, n_repeats=2, seed=1) for _ in range(2)
    )
    assert all(np.array_equal(a.test, b.test) for a, b in zip(one, two, strict=True))


def test_too_few_positive_customers_are_an_error_that_says_so() -> None:
    y = np.zeros(30, dtype=bool)
    y[:6] = True  # six rows of three customers
    with pytest.raises(ModelError, match="Only 3 customers") as caught:
        grouped_splits(y, np.arange(30) // 2, n_folds=5, n_repeats=1, seed=0)
    assert caught.value.hint


def test_a_signal_beats_the_dummy_and_is_calibrated() -> None:
    rows = make_rows()
    splits = grouped_splits(rows.y, rows.groups, n_folds=5, n_repeats=2, seed=3)
    result = compare_rivals({"logistic": logistic}, rows, splits, seed=3)
    scores = result.chosen.scores
    assert not result.no_better_than_guessing
    assert scores.roc_auc.ci95[0] > 0.8
    assert scores.brier.ci95[1] < result.dummy.brier.mean
    assert scores.ece.mean < 0.04
    assert scores.roc_auc.n == len(rows.y)
    assert result.dummy.roc_auc.mean == 0.5
    assert result.dummy.pr_auc.mean == pytest.approx(rows.y.mean(), abs=0.01)


def test_noise_is_called_no_better_than_guessing() -> None:
    rows = make_rows(signal=0.0)
    splits = grouped_splits(rows.y, rows.groups, n_folds=5, n_repeats=2, seed=3)
    assert compare_rivals({"logistic": logistic}, rows, splits, seed=3).no_better_than_guessing


def test_a_customer_seen_thrice_does_not_help_to_predict_itself() -> None:
    """A feature that names the customer would look perfect if rows were split freely."""
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(300), 4)
    y = np.repeat(rng.random(300) < 0.4, 4)
    rows = Rows(table=pd.DataFrame({"name": groups * 1.0}), y=y, groups=groups)
    splits = grouped_splits(y, groups, n_folds=5, n_repeats=1, seed=0)
    deep = {"tree": lambda: DecisionTreeClassifier(random_state=0)}
    assert compare_rivals(deep, rows, splits, seed=0).chosen.scores.roc_auc.mean < 0.65


def test_the_simpler_rival_wins_unless_the_other_is_better_beyond_chance() -> None:
    rows = make_rows()
    splits = grouped_splits(rows.y, rows.groups, n_folds=5, n_repeats=2, seed=3)
    pair = {"simple": logistic, "same": logistic}
    assert compare_rivals(pair, rows, splits, seed=3).chosen.rival == "simple"
    shapes = Rows(table=rows.table.assign(x=rows.table["x"] ** 2), y=rows.y, groups=rows.groups)
    bent = Rows(
        table=pd.DataFrame({"x": rows.table["x"]}),
        y=np.random.default_rng(0).random(len(rows.y))
        < np.where(abs(shapes.table["x"]) > 1, 0.7, 0.1),
        groups=rows.groups,
    )
    splits = grouped_splits(bent.y, bent.groups, n_folds=5, n_repeats=2, seed=3)
    both = {"simple": logistic, "tree": tree}
    assert compare_rivals(both, bent, splits, seed=3).chosen.rival == "tree"


def test_calibration_learns_from_rows_that_the_classifier_had_not_seen() -> None:
    """A tree that knows its own rows by heart is right on all of them; calibration must not be."""
    rng = np.random.default_rng(4)
    rows = Rows(
        table=pd.DataFrame({"noise": rng.random(600)}),
        y=rng.random(600) < 0.3,
        groups=np.arange(600),
    )
    model = fit_calibrated(
        lambda: DecisionTreeClassifier(random_state=0), rows, ("sigmoid",), seed=0
    )["sigmoid"]
    p = model.probabilities(rows.table)
    assert abs(p - 0.3).max() < 0.15


def test_no_rows_give_no_probabilities() -> None:
    rows = make_rows()
    model = fit_calibrated(logistic, rows, ("isotonic",), seed=0)["isotonic"]
    assert len(model.probabilities(rows.table.iloc[:0])) == 0

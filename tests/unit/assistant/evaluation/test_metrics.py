"""Measures agree with trec_eval and with figures worked out by hand."""

from __future__ import annotations

import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.evaluation.metrics import (
    Judged,
    area_under_risk_coverage,
    latency_ms,
    mean_measures,
    ranking_measures,
    risk_coverage_curve,
    wilson_interval,
)

IDS = [f"d{number:03d}" for number in range(140)]
TREC_NAMES = {
    "ndcg@10": "ndcg_cut_10",
    "recall@5": "recall_5",
    "recall@100": "recall_100",
    "hit@1": "success_1",
    "hit@5": "success_5",
}


@settings(max_examples=150, deadline=None)
@given(
    ranked=st.lists(st.sampled_from(IDS), unique=True, max_size=130),
    relevant=st.dictionaries(st.sampled_from(IDS), st.integers(0, 3), min_size=1, max_size=20),
)
def test_ranking_measures_equal_trec_evals(ranked: list[str], relevant: dict[str, int]) -> None:
    run = {"q": {document: float(len(ranked) - place) for place, document in enumerate(ranked)}}
    evaluator = pytrec_eval.RelevanceEvaluator(
        {"q": relevant}, {"ndcg_cut.10", "recall.5,100", "success.1,5", "recip_rank"}
    )
    expected = evaluator.evaluate(run)["q"] if ranked else {}
    found = ranking_measures(ranked, relevant)
    for own, trec in TREC_NAMES.items():
        assert found[own] == pytest.approx(expected.get(trec, 0.0), abs=1e-9)
    # trec_eval knows no cut-off for it: the same over the first ten.
    top = {"q": dict(list(run["q"].items())[:10])}
    expected_rr = evaluator.evaluate(top)["q"]["recip_rank"] if ranked else 0.0
    assert found["mrr@10"] == pytest.approx(expected_rr, abs=1e-9)


def test_a_query_that_finds_nothing_scores_zero() -> None:
    assert set(ranking_measures([], {"a": 1}).values()) == {0.0}


def test_measures_are_averaged_over_queries() -> None:
    one = ranking_measures(["a"], {"a": 1})
    none = ranking_measures(["b"], {"a": 1})
    assert mean_measures([one, none])["ndcg@10"] == pytest.approx(0.5)
    assert mean_measures([])["ndcg@10"] == 0.0


def test_wilson_interval_of_a_textbook_case() -> None:
    interval = wilson_interval(9, 10)
    assert interval == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert wilson_interval(0, 5) == pytest.approx((0.0, 0.4345), abs=1e-4)
    assert wilson_interval(0, 0) is None


def test_latency_has_median_and_tail() -> None:
    assert latency_ms([float(number) for number in range(1, 102)]) == {"p50": 51.0, "p95": 96.0}
    assert latency_ms([]) == {"p50": 0.0, "p95": 0.0}


def judged(confidence: float, right: bool, answerable: bool = True) -> Judged:
    return Judged(confidence=confidence, is_right=right, is_answerable=answerable)


def test_the_curve_falls_from_the_surest_answer_down() -> None:
    items = [judged(0.5, False), judged(0.9, True), judged(0.7, False, answerable=False)]
    assert risk_coverage_curve(items, n_answerable=4) == [
        [0.25, 0.0],
        [0.25, 0.5],
        [0.5, pytest.approx(2 / 3)],
    ]


def test_equal_confidences_are_one_point() -> None:
    items = [judged(0.5, False), judged(0.5, True)]
    assert risk_coverage_curve(items, n_answerable=2) == [[1.0, 0.5]]
    assert area_under_risk_coverage(items) == pytest.approx(0.5)


def test_aurc_by_hand() -> None:
    items = [judged(0.9, True), judged(0.8, False), judged(0.7, True)]
    assert area_under_risk_coverage(items) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)


def test_nothing_answered_has_no_curve_and_no_area() -> None:
    assert risk_coverage_curve([], n_answerable=3) == []
    assert risk_coverage_curve([judged(1.0, False, False)], n_answerable=0) == []
    assert area_under_risk_coverage([]) is None


@given(hits=st.integers(0, 500), more=st.integers(0, 500))
def test_the_interval_holds_the_share_and_stays_between_0_and_1(hits: int, more: int) -> None:
    interval = wilson_interval(hits, hits + more)
    if interval is None:
        assert hits + more == 0
        return
    low, high = interval
    assert 0.0 <= low <= high <= 1.0
    assert low <= hits / (hits + more) <= high

"""Measures of rankings, classifications and confidences, each after its reference.

Rankings are document ids, best first; `relevant` is document id → grade, where 0 is not relevant.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

RANKING_MEASURES = ("ndcg@10", "recall@5", "recall@100", "mrr@10", "hit@1", "hit@5")
_CONFIDENCE_LEVEL = 0.95


def ranking_measures(ranked: Sequence[str], relevant: Mapping[str, int]) -> dict[str, float]:
    """Return every measure of `RANKING_MEASURES` for one query, each 0..1."""
    return {
        "ndcg@10": ndcg(ranked, relevant, k=10),
        "recall@5": recall(ranked, relevant, k=5),
        "recall@100": recall(ranked, relevant, k=100),
        "mrr@10": reciprocal_rank(ranked, relevant, k=10),
        "hit@1": reciprocal_rank(ranked, relevant, k=1),
        "hit@5": float(reciprocal_rank(ranked, relevant, k=5) > 0),
    }


def ndcg(ranked: Sequence[str], relevant: Mapping[str, int], *, k: int) -> float:
    """Return the normalised discounted cumulative gain of the first k, 0..1.

    Gain is the grade, discount log2(rank + 1): Järvelin & Kekäläinen 2002 as trec_eval computes
    it. 0 when nothing is relevant.
    """
    gains = [relevant.get(document_id, 0) for document_id in ranked[:k]]
    ideal = _discounted(sorted(relevant.values(), reverse=True)[:k])
    return _discounted(gains) / ideal if ideal > 0 else 0.0


def recall(ranked: Sequence[str], relevant: Mapping[str, int], *, k: int) -> float:
    """Return the share of the relevant documents among the first k; 0 when nothing is."""
    gold = {document_id for document_id, grade in relevant.items() if grade > 0}
    return len(gold.intersection(ranked[:k])) / len(gold) if gold else 0.0


def reciprocal_rank(ranked: Sequence[str], relevant: Mapping[str, int], *, k: int) -> float:
    """Return 1 / rank of the first relevant document among the first k, else 0."""
    for rank, document_id in enumerate(ranked[:k], start=1):
        if relevant.get(document_id, 0) > 0:
            return 1.0 / rank
    return 0.0


def mean_measures(per_query: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of each ranking measure over queries; 0 for no queries."""
    return {
        name: math.fsum(row[name] for row in per_query) / len(per_query) if per_query else 0.0
        for name in RANKING_MEASURES
    }


def wilson_interval(n_right: int, n: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a share (Wilson 1927); None when n is 0."""
    if n == 0:
        return None
    z = NormalDist().inv_cdf((1 + _CONFIDENCE_LEVEL) / 2)
    share = n_right / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At the ends the bound is the end itself; computed, it would miss it by a rounding error.
    low = 0.0 if n_right == 0 else middle - half
    high = 1.0 if n_right == n else middle + half
    return low, high


def latency_ms(durations_ms: Sequence[float]) -> dict[str, float]:
    """Return the median and the 95th percentile, in milliseconds; zeros for no durations."""
    if not durations_ms:
        return {"p50": 0.0, "p95": 0.0}
    middle, high = np.percentile(np.asarray(durations_ms), [50, 95])
    return {"p50": round(float(middle), 3), "p95": round(float(high), 3)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An answer that was given or would have been given, with its confidence."""

    confidence: float
    is_right: bool
    is_answerable: bool
    """Whether its question can be answered at all; if not, it is never right."""


def risk_coverage_curve(judged: Sequence[Judged], *, n_answerable: int) -> list[list[float]]:
    """Return [coverage, risk] when everything at or above each confidence is answered.

    Coverage is answered answerable questions / all answerable ones; risk is wrong answers / all
    answers. From the highest confidence down; equal confidences are one point (El-Yaniv & Wiener
    2010). Empty when nothing was answered or nothing is answerable.
    """
    if n_answerable == 0:
        return []
    curve = []
    n_wrong = n_covered = 0
    ordered = sorted(judged, key=lambda item: -item.confidence)
    for place, item in enumerate(ordered, start=1):
        n_wrong += not item.is_right
        n_covered += item.is_answerable
        if place == len(ordered) or ordered[place].confidence < item.confidence:
            curve.append([n_covered / n_answerable, n_wrong / place])
    return curve


def area_under_risk_coverage(judged: Sequence[Judged]) -> float | None:
    """Return the mean risk over the n coverages 1/n … 1 of what would be answered (AURC).

    Geifman et al. 2019; lower is better. Answers of equal confidence come as one: each of them
    sees the risk at the end of its tie. None when there are no answers.
    """
    if not judged:
        return None
    ordered = sorted(judged, key=lambda item: -item.confidence)
    total = 0.0
    n_wrong = n_tied = 0
    for place, item in enumerate(ordered, start=1):
        n_wrong += not item.is_right
        n_tied += 1
        if place == len(ordered) or ordered[place].confidence < item.confidence:
            total += n_tied * n_wrong / place
            n_tied = 0
    return total / len(ordered)


def _discounted(gains: Sequence[int]) -> float:
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))

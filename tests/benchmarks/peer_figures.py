"""Figures of several systems that ranked the same questions, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.evaluation.metrics import ndcg, reciprocal_rank

MEASURES = ("ndcg@10", "hit@1", "hit@5")
N_RESAMPLES = 10_000
SEED = 7

Values = npt.NDArray[np.float64]
Judgements = Sequence[Mapping[str, int]]


def measures(ranked: Sequence[str], relevant: Mapping[str, int]) -> tuple[float, ...]:
    """Return the `MEASURES` of one ranking."""
    first = reciprocal_rank(ranked, relevant, k=5)
    return ndcg(ranked, relevant, k=10), float(first == 1.0), float(first > 0.0)


def compare(
    rankings: Mapping[str, Sequence[Sequence[str]]],
    relevant: Judgements,
    slices: Sequence[str],
    *,
    ours: str = "deskwise",
) -> dict[str, Any]:
    """Return means, intervals, differences to ours, and nDCG by slice.

    Parameters
    ----------
    rankings : mapping of str to sequence of sequence of str
        System → for each question its documents, best first.
    relevant : sequence of mapping
        Judgements of each question.
    slices : sequence of str
        Slice of each question.
    ours : str
        The system that the others are compared with.

    Returns
    -------
    dict
        n; systems: measure → [mean, low, high] of each; ahead_of: measure → [mean difference of
        ours to each other, low, high], over the same resampled questions; by_slice: n and mean
        nDCG@10 of each system. Intervals are 95 % percentile bootstrap.
    """
    values = {
        name: np.array(
            [measures(ranked, gold) for ranked, gold in zip(lists, relevant, strict=True)]
        )
        for name, lists in rankings.items()
    }
    draws = np.random.default_rng(SEED).integers(0, len(relevant), (N_RESAMPLES, len(relevant)))
    by_slice = {}
    for name in sorted(set(slices)):
        rows = [place for place, each in enumerate(slices) if each == name]
        means = {system: round(float(each[rows, 0].mean()), 4) for system, each in values.items()}
        by_slice[name] = {"n": len(rows), **means}
    return {
        "n": len(relevant),
        "systems": {name: _intervals(each, draws) for name, each in values.items()},
        "ahead_of": {
            name: _intervals(values[ours] - each, draws)
            for name, each in values.items()
            if name != ours
        },
        "ndcg@10_by_slice": by_slice,
    }


def _intervals(values: Values, draws: npt.NDArray[np.int64]) -> dict[str, list[float]]:
    """Return [mean, low, high] of each measure; `values` has shape (n_questions, n_measures)."""
    found = {}
    for column, name in enumerate(MEASURES):
        means = values[draws, column].mean(axis=1)
        low, high = np.percentile(means, [2.5, 97.5])
        middle = float(values[:, column].mean())
        found[name] = [round(middle, 4), round(float(low), 4), round(float(high), 4)]
    return found


def percentiles(durations_ms: Sequence[float]) -> dict[str, float]:
    """Return the median and the 95th percentile, in milliseconds."""
    middle, high = np.percentile(np.asarray(durations_ms), [50, 95])
    return {"p50": round(float(middle), 2), "p95": round(float(high), 2)}

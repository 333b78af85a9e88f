"""Fit the choice of quoted units on questions with evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.answering.selection import Floats, SpanModel, design
from assistant.errors import EvaluationError

MIN_QUESTIONS = 40
PRIOR_VARIANCE = 0.03
"""Of a weight: strong, for there are many features and few hundred questions."""
N_STEPS = 12
MIN_UNIT_WORDS, MAX_UNIT_WORDS = 4, 60
"""Longer units count more, within these limits."""
MIN_SCALE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledArticle:
    """The units of one article for one question."""

    rows: tuple[dict[str, float], ...]
    gold: tuple[float, ...]
    """Of each unit, the share of its words that lies in the evidence, 0..1."""
    n_words: tuple[int, ...]


def fit_span_model(articles: Sequence[LabelledArticle], *, provenance: str) -> SpanModel:
    """Fit a logistic regression to the shares, with a normal prior on the weights.

    Parameters
    ----------
    articles
        One for each question and document with evidence; at least 40 with units.
    provenance
        Where they come from; kept with the result.

    Raises
    ------
    EvaluationError
        When there are too few to learn from.
    """
    usable = [item for item in articles if item.rows]
    if len(usable) < MIN_QUESTIONS:
        raise EvaluationError(
            f"{len(usable)} questions with evidence; at least {MIN_QUESTIONS} are needed.",
            hint="Add questions with evidence.",
        )
    names = tuple(sorted(usable[0].rows[0]))
    values = np.vstack(
        [design([[row[name] for name in names] for row in item.rows]) for item in usable]
    )
    gold = np.concatenate([np.array(item.gold) for item in usable])
    counts = np.concatenate([_counts(item) for item in usable])
    means = values.mean(axis=0)
    spread = values.std(axis=0)
    # A feature that never varies says nothing; it keeps a weight of zero.
    scales = np.where(spread < MIN_SCALE, 1.0, spread)
    weights = _newton((values - means) / scales, gold, counts)
    return SpanModel(
        names=names,
        means=tuple(float(value) for value in means),
        scales=tuple(float(value) for value in scales),
        weights=tuple(float(value) for value in weights[:-1]),
        intercept=float(weights[-1]),
        provenance=provenance,
    )


def _counts(article: LabelledArticle) -> Floats:
    """Return what each unit counts: by its length, and an article by the root of all of it."""
    words = np.clip(np.array(article.n_words, dtype=np.float64), MIN_UNIT_WORDS, MAX_UNIT_WORDS)
    counts: Floats = words / (3.0 * np.sqrt(words.sum()))
    return counts


def _newton(values: Floats, gold: Floats, counts: Floats) -> Floats:
    """Return the weights with the intercept last, by Newton's method."""
    with_one = np.column_stack([values, np.ones(len(values))])
    prior = np.eye(with_one.shape[1]) / PRIOR_VARIANCE
    prior[-1, -1] = MIN_SCALE
    weights = np.zeros(with_one.shape[1])
    for _ in range(N_STEPS):
        chances = 1.0 / (1.0 + np.exp(-np.clip(with_one @ weights, -30.0, 30.0)))
        gradient = with_one.T @ (counts * (chances - gold)) + prior @ weights
        curvature = counts * chances * (1.0 - chances)
        weights = weights - np.linalg.solve(
            (with_one * curvature[:, None]).T @ with_one + prior, gradient
        )
    return weights

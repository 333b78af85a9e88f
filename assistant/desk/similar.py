"""Which solved tickets probably have the same fix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.desk.anchors import MIN_COSINE, agreement
from assistant.desk.fitted import Features, Fitted
from assistant.desk.history import Question, TicketHistory, View
from knowledge_base.ports import Vectors

N_CANDIDATES = 15
FEATURES = ("problem", "subject", "fix", "words", "codes", "problem_articles", "fix_articles")
ARTICLE_FEATURES = 2
"""How many of them, at the end, need articles."""
FAR_COSINE = 0.4
NEAR_COSINE = 0.6
_PRIOR_ROWS = 20
"""The mean of few problems is no mean; it is drawn to zero as if so many more were there."""
_YEAR_S = 365.25 * 86400

# What a fix lost or gained afterwards, as log-weights. Set, not fitted: past tickets whose fix
# did not last are too few in any one desk to learn from.
CONTRADICTED = -1.0
UNCONFIRMED = -0.1
PER_YEAR = -0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A solved ticket and the probability that its fix is the one that is needed."""

    row: int
    probability: float
    problem_cosine: float
    """Centred on the history's mean, -1..1."""


def article_share(history: TicketHistory, view: View) -> float:
    """Return how far the articles are trusted to tell fixes apart, 0..1.

    Articles of another subject point everywhere and mislead. Past problems are near to the
    articles that were written for them (a median cosine of .60 on the demo company, .39 with
    articles of somebody else), so their nearness decides.
    """
    if history.problem_anchors is None or not view.articles.any() or not view.earlier.any():
        return 0.0
    nearest = np.sqrt(history.problem_anchors.weights[view.earlier, 0]) + MIN_COSINE
    share = (float(np.median(nearest)) - FAR_COSINE) / (NEAR_COSINE - FAR_COSINE)
    return min(1.0, max(0.0, share))


def variant(share: float) -> str:
    """Return which of the fitted numbers judge when articles are trusted so far."""
    return "with_articles" if share >= 0.5 else "without_articles"


def features(question: Question, history: TicketHistory, view: View) -> Features:
    """Return the features of every row, shape (n_rows, len(FEATURES)) or without the articles'."""
    columns = [
        centred_cosines(question.vector, history.problem_vectors, view.solved),
        history.subject_vectors @ question.subject_vector,
        history.fix_vectors @ question.vector,
        history.thread_words.shares(question.terms, view.solved),
        np.array([float(bool(question.codes & codes)) for codes in history.codes]),
    ]
    if question.anchors is not None and history.problem_anchors and history.fix_anchors:
        columns.append(agreement(question.anchors, history.problem_anchors, view.articles))
        columns.append(agreement(question.anchors, history.fix_anchors, view.articles))
    return np.stack([np.asarray(item, dtype=np.float64) for item in columns], axis=1)


def centred_cosines(vector: Vectors, vectors: Vectors, rows: np.ndarray) -> Features:
    """Return cosines after the mean of the allowed rows is taken off both sides.

    What all tickets of a desk have in common (its name, its greetings) then says nothing.
    """
    n_rows = int(rows.sum())
    if n_rows == 0:
        return np.zeros(len(vectors))
    mean = vectors[rows].sum(axis=0) / (n_rows + _PRIOR_ROWS)
    one, many = vector - mean, vectors - mean
    norms = np.linalg.norm(many, axis=1) * np.linalg.norm(one)
    cosines: Features = np.divide(
        many @ one, norms, out=np.zeros(len(vectors), dtype=np.float64), where=norms > 0
    )
    return cosines


def candidates(
    question: Question, history: TicketHistory, view: View, fitted: Fitted
) -> tuple[Candidate, ...]:
    """Return the solved tickets that likeliest have the same fix, best first, ties by row.

    The probabilities are those of a choice between all solved tickets and none of them (a
    conditional logit), so that they add up to at most 1.
    """
    rows = np.flatnonzero(view.solved)
    if len(rows) == 0:
        return ()
    given = features(question, history, view)[rows]
    share = article_share(history, view) if given.shape[1] == len(FEATURES) else 0.0
    plain = given[:, : len(FEATURES) - ARTICLE_FEATURES]
    weights = (1 - share) * fitted.same_fix["without_articles"].scores(plain)
    none = (1 - share) * fitted.none_of_them["without_articles"]
    if share > 0:
        weights += share * fitted.same_fix["with_articles"].scores(given)
        none += share * fitted.none_of_them["with_articles"]
    weights += _evidence(history, view)[rows]
    top = max(float(weights.max()), none)
    total = np.exp(weights - top).sum() + np.exp(none - top)
    order = np.lexsort((rows, -weights))[:N_CANDIDATES]
    return tuple(
        Candidate(
            row=int(rows[place]),
            probability=float(np.exp(weights[place] - top) / total),
            problem_cosine=float(given[place, 0]),
        )
        for place in order
    )


def _evidence(history: TicketHistory, view: View) -> Features:
    """Return what confirmation, relapse and age say of each row, as log-weights."""
    found = np.zeros(len(history))
    for place in np.flatnonzero(view.solved):
        resolution = history.rows[place].resolution
        assert resolution is not None
        found[place] = CONTRADICTED * resolution.is_contradicted
        found[place] += UNCONFIRMED * (not resolution.is_confirmed)
        found[place] += PER_YEAR * (view.at_s - history.solved_s[place]) / _YEAR_S
    return found

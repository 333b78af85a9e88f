"""What fixed the similar tickets: grouped by fix, and what most of them say."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from assistant.desk.anchors import Anchors, agreement
from assistant.desk.fitted import Features, Fitted
from assistant.desk.history import TicketHistory, View
from assistant.desk.similar import ARTICLE_FEATURES, Candidate, article_share, variant

CLUSTER_FEATURES = (
    "fix",
    "problem",
    "problem_and_fix",
    "fix_words",
    "problem_articles",
    "fix_articles",
)
CONSENSUS_FEATURES = ("log_relevance", "problem_cosine", "log_n")
MIN_LINK = 0.7
"""Mean probability of one fix at which two groups become one; lower ones mix neighbours."""
MIN_SHARE = 0.05
"""A candidate less likely than this share of the best one takes no part."""


def taking_part(found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates that are similar enough to have a say."""
    if not found:
        return ()
    floor = MIN_SHARE * found[0].probability
    return tuple(item for item in found if item.probability >= floor)


def group(
    found: Sequence[Candidate], history: TicketHistory, view: View, fitted: Fitted
) -> tuple[tuple[Candidate, ...], ...]:
    """Group candidates by what fixed them, the most probable group first.

    Average linkage over the probability that two tickets have one fix; members most probable
    first, ties by row.
    """
    if not found:
        return ()
    links = link_probabilities([item.row for item in found], history, view, fitted)
    groups = [[place] for place in range(len(found))]
    while len(groups) > 1:
        pairs = [
            (float(links[np.ix_(groups[one], groups[two])].mean()), -one, -two)
            for two in range(len(groups))
            for one in range(two)
        ]
        best, one, two = max(pairs)
        if best < MIN_LINK:
            break
        groups[-one] += groups[-two]
        del groups[-two]
    members = [tuple(found[place] for place in sorted(places)) for places in groups]
    return tuple(
        sorted(members, key=lambda held: (-sum(item.probability for item in held), held[0].row))
    )


def link_probabilities(
    rows: Sequence[int], history: TicketHistory, view: View, fitted: Fitted
) -> Features:
    """Return the probability of one fix for each pair of rows, shape (n, n), 1 on the diagonal."""
    n_rows = len(rows)
    kind = variant(article_share(history, view))
    given = link_features(rows, history, view)
    if kind == "without_articles":
        given = given[:, :, : len(CLUSTER_FEATURES) - ARTICLE_FEATURES]
    odds = fitted.same_cluster[kind].scores(given.reshape(n_rows * n_rows, -1))
    links = 1 / (1 + np.exp(-np.clip(odds, -60, 60))).reshape(n_rows, n_rows)
    np.fill_diagonal(links, 1.0)
    return np.asarray(links)


def link_features(rows: Sequence[int], history: TicketHistory, view: View) -> Features:
    """Return the features of all pairs of rows, shape (n, n, len(CLUSTER_FEATURES))."""
    held = list(rows)
    problems, fixes = history.problem_vectors[held], history.fix_vectors[held]
    crossed = problems @ fixes.T
    columns = [
        fixes @ fixes.T,
        problems @ problems.T,
        (crossed + crossed.T) / 2,
        np.array([[_overlap(history, one, two) for two in held] for one in held]),
        _agreements(history.problem_anchors, held, view),
        _agreements(history.fix_anchors, held, view),
    ]
    return np.stack([np.asarray(item, dtype=np.float64) for item in columns], axis=-1)


def consensus_features(members: Sequence[Candidate]) -> tuple[float, ...]:
    """Return what tells whether a group has the fix: see `CONSENSUS_FEATURES`."""
    return (
        math.log(sum(item.probability for item in members) + 0.02),
        max(item.problem_cosine for item in members),
        math.log(len(members)),
    )


def _overlap(history: TicketHistory, one: int, two: int) -> float:
    """Return the share of words that two fixes have in common (Dice), 0..1."""
    first, second = history.fix_terms[one], history.fix_terms[two]
    n_words = len(first) + len(second)
    return 2 * len(first & second) / n_words if n_words else 0.0


def _agreements(anchors: Anchors | None, rows: Sequence[int], view: View) -> Features:
    if anchors is None:
        return np.zeros((len(rows), len(rows)))
    held = Anchors(places=anchors.places[list(rows)], weights=anchors.weights[list(rows)])
    return np.stack(
        [
            agreement(
                Anchors(places=held.places[n : n + 1], weights=held.weights[n : n + 1]),
                held,
                view.articles,
            )
            for n in range(len(rows))
        ]
    )

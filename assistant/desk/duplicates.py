"""Earlier tickets about the same incident, or by the same person a second time."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from assistant.desk.fitted import Features, Fitted
from assistant.desk.history import Question, TicketHistory, View

DUPLICATE_FEATURES = ("problem", "words", "log_hours", "log_between", "n_alike")
WINDOW_S = 14 * 86400
MAX_NAMED = 3
_ALIKE_COSINE = 0.5
_ALIKE_S = 3 * 3600
_MAX_ALIKE = 5
MIN_COSINE = 0.35
"""Less alike than this, two tickets are never called one, however close in time."""
_AGAIN = re.compile(
    r"already (?:sent|wrote|opened|reported|written|asked|raised|logged)|sent (?:this|it|you)\b|"
    r"in addition to my|addition to|me again|second (?:mail|time|request|ticket|message)|"
    r"my (?:first |earlier |last |other |previous )(?:request|ticket|mail|message)\b|resen[dt]|"
    r"once already|not sure (?:if|whether) (?:it|my|this) (?:went|arrived|came)|"
    r"follow(?:ing)?[- ]up",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Double:
    """An earlier ticket and the calibrated probability that it is the same one."""

    row: int
    confidence: float


def doubles(
    question: Question, history: TicketHistory, view: View, fitted: Fitted
) -> tuple[Double, ...]:
    """Return the earlier tickets that pass the fitted threshold, surest first, at most three."""
    rows, given = duplicate_features(question, history, view)
    if len(rows) == 0:
        return ()
    odds = fitted.duplicate.scores(given)
    confidences = 1 / (1 + np.exp(-np.clip(odds, -60, 60)))
    order = np.lexsort((rows, -confidences))[:MAX_NAMED]
    return tuple(
        Double(row=int(rows[place]), confidence=float(confidences[place]))
        for place in order
        if confidences[place] >= fitted.min_duplicate
    )


def duplicate_features(
    question: Question, history: TicketHistory, view: View
) -> tuple[np.ndarray, Features]:
    """Return the rows opened within the window before, and their features.

    Returns
    -------
    tuple
        Row numbers, shape (n,), and features, shape (n, len(DUPLICATE_FEATURES)).
    """
    age_s = view.at_s - history.opened_s
    cosines = history.problem_vectors @ question.vector
    is_recent = view.earlier & (age_s >= 0) & (age_s <= WINDOW_S)
    says_again = bool(_AGAIN.search(question.problem.whole))
    is_open = history.solved_s > view.at_s
    # After it was solved, the same complaint is a relapse or a new case; unless its writer says
    # that they wrote before.
    rows = np.flatnonzero(is_recent & (cosines >= MIN_COSINE) & (is_open | says_again))
    shares = history.problem_words.shares(question.terms, view.earlier)
    n_alike = int((is_recent & (cosines > _ALIKE_COSINE) & (age_s < _ALIKE_S)).sum())
    recent_ages = np.sort(age_s[is_recent])
    n_between = np.searchsorted(recent_ages, age_s[rows], side="left")
    columns = [
        cosines[rows],
        shares[rows],
        np.log1p(age_s[rows] / 3600),
        np.log1p(n_between),
        np.full(len(rows), float(min(n_alike, _MAX_ALIKE))),
    ]
    return rows, np.stack([np.asarray(item, dtype=np.float64) for item in columns], axis=1)

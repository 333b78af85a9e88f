# ruff: noqa: E501 - one pattern a line, however long
"""Recognises which analysis a text asks for: telling words first, then likeness to examples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion

from analytics.analyses.kind import Kind
from analytics.language.tagging import Tag
from analytics.language.text import canonical, tokenize

_THRESHOLD = 0.6
"""Least cosine to an example; leave-one-out over the examples of all kinds, 2026-06: nothing
above it belonged to another kind more often than to its own in one case of ten."""


_FEWEST_WORDS = 5
"""Shorter texts are alike for their little words alone."""
_ONLY_BY_WORDS = frozenset({"definition"})
"""Kinds whose examples are mostly the name of a metric, so that likeness says little."""


_OVER_NUMBERS = frozenset(
    {
        "anomalies",
        "campaign_result",
        "change_drivers",
        "churn_drivers",
        "cross_sell_rules",
        "experiment_result",
        "incident_risk",
        "major_incident",
        "root_cause",
    }
)
"""Kinds whose words say more than the number that the same question names."""
_SEGMENT_WORDS: Final = re.compile(
    r"\b(?:segments?|segmentation|rfm|champions?|hibernating|personas?|from loyal|to loyal|"
    r"(?<!brand )loyal (?:customer|client|buyer))\b"
)
"""Words that no number goes by: they are asked for, even where the question counts or splits."""
_OFFERED: Final = re.compile(
    r"\b(?:(?:should|could|can|shall|may) (?:we|i) (?:offer|recommend|suggest|pitch|propose)"
    r"|next best (?:offer|product|action))\b"
)
"""Words that ask what to offer, where "recommend" is no score."""
_LOYALTY_RATE = r"(?:churn|attrition|retention|repeat purchase) rate"
_AHEAD = r"(?:forecast|forecasting|predict|predicted|prediction|project|projected|projection|extrapolate|outlook|prognosis|will|heading|next|coming|expect|expected|anticipate)"
_GIVING_UP = (
    r"(?:give up on|gave up on|giving up on|had enough of|have enough of|be fed up with|be sick of|be tired of|"
    r"turn away from|turned away from|drift away|drifted away|part way with|parted way with|desert|ditch|"
    r"fall out of love with|say goodbye|said goodbye|not come back|never come back|not renew|lose faith in|lost faith in|"
    r"walk out on|break up with|drop us|dump us)"
)
_FIRST: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (
        re.compile(
            rf"^(?!.*\b(?:who|which customer|what customer|list)\b)(?:.*\b{_AHEAD}\b.*\b{_LOYALTY_RATE}\b"
            rf"|.*\b{_LOYALTY_RATE}\b.*\b{_AHEAD}\b)"
        ),
        "forecast",
    ),
    (
        re.compile(
            rf"\b(?:why|reason|cause|driver|drive|make|explain|behind|motivate|lead|push|trigger)\b.*\b{_GIVING_UP}\b"
        ),
        "churn_drivers",
    ),
)
"""Words that settle the kind before any other: a rate ahead is a forecast, no list of customers."""
_STAFFED: Final = re.compile(
    r"\b(?:agents?|staff(?:ing)?|people|persons?|analysts?|technicians?|heads?|headcount|ftes?|"
    r"operators?|rota|roster|erlang|hands|workers?|colleagues?)\b"
)
"""Who is counted in a question about staffing, where "how many" asks for no plain number."""
_COUNTING = frozenset({"how_many", "how_much", "how_long", "how_often", "share", "by"})
_CALLED = {"campaign": "campaign", "service": "service"}


def outranks_numbers(kind: Kind, tags: Sequence[Tag]) -> bool:
    """Say whether a kind's telling words matter more than a plain number in the question.

    "What do people who buy a lamp also buy?" names active customers, but asks for something else;
    a question that counts, measures or splits wants its number.
    """
    if kind.name == "targeting" and _measures_past(tags):
        return False
    if kind.name == "budget_effect":
        return True  # profit by budget is no metric's
    if kind.name in {"customer_profile", "targeting"}:
        return not any(tag.cue in _COUNTING - {"how_much"} for tag in tags)
    if kind.name in {"segments", "segment_migration"}:
        return _SEGMENT_WORDS.search(recognisable(tags)) is not None
    if kind.name == "next_best_offer":
        return _OFFERED.search(recognisable(tags)) is not None
    if kind.name == "staffing":
        return _STAFFED.search(recognisable(tags)) is not None
    counts = any(tag.cue in _COUNTING for tag in tags)
    grained = any(t.time is not None and t.time.kind == "grain" for t in tags)
    return kind.name in _OVER_NUMBERS and not counts and (not grained or kind.name == "anomalies")


def _measures_past(tags: Sequence[Tag]) -> bool:
    """Say whether what was spent in a period is asked for ("spend on social campaigns in 2025")."""
    named = any({"campaign spend", "campaign budget", "campaigns"} & set(t.metrics) for t in tags)
    counts = any(t.cue in {"how_much", "by", "share", "average"} for t in tags)
    past = any(t.time is not None and t.time.kind == "period" for t in tags)
    return named and counts and past


def recognisable(tags: Sequence[Tag]) -> str:
    """Return the words of a question for `by_words`, campaigns and services without their names.

    A name such as "Storage cluster" or "Thank You June" would be read as words of its own.
    """
    words: list[str] = []
    for tag in tags:
        if not tag.text.strip("?!.,;:()-/"):
            continue
        names = [_CALLED[m.dimension] for m in tag.members if m.dimension in _CALLED]
        only = {m.dimension for m in tag.members} <= set(_CALLED)
        words.append(names[0] if names and only and not tag.metrics else tag.text)
    return " ".join(words)


class Recogniser:
    """Knows the kinds of analysis.

    Parameters
    ----------
    kinds
        In the order in which their telling words are tried.
    """

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self.kinds = tuple(kinds)
        self._owners = [kind for kind in self.kinds for _ in kind.examples]
        texts = [_flat(example) for kind in self.kinds for example in kind.examples]
        self._vectors = FeatureUnion(
            [
                ("words", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)),
                (
                    "letters",
                    TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True),
                ),
            ]
        )
        self._examples = self._vectors.fit_transform(texts)

    def by_words(self, text: str) -> Kind | None:
        """Return the kind whose telling words are in canonical text, None without any."""
        first = next((name for pattern, name in _FIRST if pattern.search(text)), None)
        if first is not None:
            return next((kind for kind in self.kinds if kind.name == first), None)
        return next((kind for kind in self.kinds if kind.matches(text)), None)

    def by_likeness(self, text: str) -> Kind | None:
        """Return the kind of the nearest example, None when none is near enough."""
        found = self.nearest(text)
        if len(text.split()) < _FEWEST_WORDS or found is None or found[1] < _THRESHOLD:
            return None
        if found[0].name in _ONLY_BY_WORDS or found[0].is_ruled_out(text):
            return None
        return found[0]

    def nearest(self, text: str) -> tuple[Kind, float] | None:
        """Return the kind of the nearest example and the cosine to it, 0 to 1."""
        if not text.strip():
            return None
        vector = self._vectors.transform([text])
        # Each half has unit length, so the sum of both cosines is at most 2.
        cosines = np.asarray((self._examples @ vector.T).todense()).ravel() / 2
        best = int(np.argmax(cosines))
        return self._owners[best], float(cosines[best])


def _flat(text: str) -> str:
    return canonical(tuple(t for t in tokenize(text) if not t.is_mark)).text

"""Questions after questions: how much of what was said before belongs to the search.

A message in a conversation is searched for twice, alone and together with the questions before it.
The two rankings are mixed by how much the message leans on what was said: a new topic keeps to
itself, and "and on my phone?" does not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering.confidence import content_words
from knowledge_base.model import DocumentHit
from knowledge_base.text import stem

MAX_EARLIER_TURNS = 3
MAX_ELLIPSIS_WORDS = 9
N_MIXED = 40
"""How many documents of each ranking are mixed."""
N_NEAR = 5
LEANS = 0.5
"""From this share on a message is read with the questions before it."""

_ELLIPSIS = re.compile(
    r"^\s*(and|what about|how about|only|just|same|instead|also|or|but|why|then|show (?:that|it)|"
    r"make (?:it|that)|by|per|without|in|for|on|with|compare|excluding|is there|does (?:it|that)|"
    r"did (?:it|that)|that|it|this|those|these)\b|\b(?:it|that|them|those|this one)\b",
    re.I,
)
_POINTING = re.compile(
    r"^\W*(?:and|but|so|or|also|then|what about|how about|same|only|just|instead|why|ok|okay|yes|"
    r"no|i mean|i meant|sorry)\b|\b(?:it|its|they|them|their|that|those|these|this|there|one|ones|"
    r"he|she|him|her|his|same|other|another|else)\b",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """What says whether a message leans on the questions before it."""

    nearness: float
    """Cosine of the nearest article to the message alone."""
    nearness_gained: float
    """What the earlier questions add to that; below 0 where they lead away."""
    points: float
    """1 where a word points at something said before, or ties the message to it, else 0."""
    n_words_log: float
    """log(1 + words of content)."""
    shares_word: float
    """1 where it repeats a word of the earlier questions, else 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaning:
    """A logistic regression over the cues."""

    intercept: float
    nearness: float
    nearness_gained: float
    points: float
    n_words_log: float
    shares_word: float

    def share(self, cues: Cues) -> float:
        """Return the share of the search with the earlier questions in the ranking, 0..1."""
        logit = (
            self.intercept
            + self.nearness * cues.nearness
            + self.nearness_gained * cues.nearness_gained
            + self.points * cues.points
            + self.n_words_log * cues.n_words_log
            + self.shares_word * cues.shares_word
        )
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


LEANING = Leaning(
    intercept=1.9227,
    nearness=-0.8081,
    nearness_gained=4.6893,
    points=0.8902,
    n_words_log=-1.2212,
    shares_word=-0.048,
)
"""Fitted by `python -m tests.evals.conversations` on 328 questions after questions: mtrag-un, the
follow-ups of four helpdesk sets, and questions of these put after unrelated ones."""


def is_elliptical(text: str) -> bool:
    """Return whether a text leans on what was said before: short, and a connecting word."""
    return len(text.split()) <= MAX_ELLIPSIS_WORDS and bool(_ELLIPSIS.search(text))


def together(text: str, earlier: Sequence[str]) -> str:
    """Return a question with the last few before it, oldest first; alone when there are none."""
    return "\n".join([*earlier[-MAX_EARLIER_TURNS:], text])


def readings(text: str, earlier: Sequence[str]) -> tuple[str, ...]:
    """Return what a question may mean after earlier ones, the fullest last.

    One that plainly leans on what was said means that; any other may still be about the same
    thing, or about a new one.
    """
    if not earlier:
        return (text,)
    full = together(text, earlier)
    return (full,) if is_elliptical(text) else (text, full)


def cues_of(
    text: str,
    earlier: Sequence[str],
    alone: Sequence[DocumentHit],
    full: Sequence[DocumentHit],
) -> Cues:
    """Return the cues of a message.

    Parameters
    ----------
    text
        The message.
    earlier
        The questions before it, oldest first; at least one.
    alone, full
        What it finds by itself, and together with them; best first, may be empty.
    """
    said = content_words(text)
    before = {stem(word) for word in content_words(" ".join(earlier[-MAX_EARLIER_TURNS:]))}
    near = _nearness(alone)
    return Cues(
        nearness=near,
        nearness_gained=_nearness(full) - near,
        points=float(bool(_POINTING.search(text))),
        n_words_log=math.log1p(len(said)),
        shares_word=float(any(stem(word) in before for word in said)),
    )


def mixed(
    alone: Sequence[DocumentHit], full: Sequence[DocumentHit], share: float
) -> tuple[DocumentHit, ...]:
    """Return two rankings as one, best first; ties by document id.

    A document's score is the mean of its two scores, `share` being the weight of `full`; one that a
    ranking does not have scores 0 there. What is told of it comes from the ranking of more weight.
    """
    scores: dict[str, float] = {}
    for ranking, weight in ((alone, 1.0 - share), (full, share)):
        for hit in ranking:
            scores[hit.document_id] = scores.get(hit.document_id, 0.0) + weight * hit.fused_score
    order = (alone, full) if share >= LEANS else (full, alone)
    hits = {hit.document_id: hit for ranking in order for hit in ranking}
    ranked = sorted(hits.values(), key=lambda hit: (-scores[hit.document_id], hit.document_id))
    return tuple(replace(hit, fused_score=scores[hit.document_id]) for hit in ranked)


def _nearness(ranked: Sequence[DocumentHit]) -> float:
    return max((hit.cosine for hit in ranked[:N_NEAR]), default=0.0)

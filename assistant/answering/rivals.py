"""Articles that say different things: the outdated never first, contradictions shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.confidence import PLATFORMS
from knowledge_base.model import DocumentHit
from knowledge_base.text import terms

MIN_COPIED = 0.9
"""Of the terms of a copy's nearest passage: so many stand in the original's nearest ones too."""
NEAR_SHARE = 0.85
"""Of the first document's score: what has as much is nearly as good an answer."""
MIN_LIKE_TITLES = 0.6
"""Share of two titles' terms that they have in common, from which on they are of one thing."""
MAX_VALUES = 3

_VALUE = re.compile(
    r"(?<![\w.])\d+(?:[.,]\d+)*\s?(?:%|[KMGT]i?B|ms|seconds?|minutes?|hours?|days?|weeks?|months?|"
    r"years?|characters?|digits?|MB/s|Mbit/s|times|attempts)(?!\w)",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Another article of the same thing that gives other values."""

    hit: DocumentHit
    values: tuple[str, ...]


def current_first(ranked: Sequence[DocumentHit]) -> tuple[DocumentHit, ...]:
    """Return the documents with an outdated first one behind a current one that is near it."""
    if not ranked or ranked[0].status != "outdated":
        return tuple(ranked)
    first = ranked[0]
    for place, other in enumerate(ranked):
        is_near = other.fused_score >= NEAR_SHARE * first.fused_score
        if other.status == "current" and (is_near or same_thing(first.title, other.title)):
            return (other, *ranked[:place], *ranked[place + 1 :])
    return tuple(ranked)


def same_thing(one: str, other: str) -> bool:
    """Return whether two titles name one thing: most terms shared, no other version or platform."""
    left, right = frozenset(terms(one)), frozenset(terms(other))
    if not left or not right or len(left & right) < MIN_LIKE_TITLES * len(left | right):
        return False
    return not any(term in PLATFORMS or any(c.isdigit() for c in term) for term in left ^ right)


def without_copies(ranked: Sequence[DocumentHit]) -> tuple[DocumentHit, ...]:
    """Return the documents without those that say what a better one says under the same title.

    A copy beside its original is no rival: it must neither fill the list nor make an answer less
    sure.
    """
    kept: list[DocumentHit] = []
    alike: dict[tuple[str, ...], list[DocumentHit]] = {}
    for hit in ranked:
        others = alike.setdefault((hit.status, *terms(hit.title)), [])
        if not any(_says_the_same(hit, other) for other in others):
            others.append(hit)
            kept.append(hit)
    return tuple(kept)


def _says_the_same(hit: DocumentHit, other: DocumentHit) -> bool:
    left = frozenset(terms(hit.hits[0].passage.text))
    right = frozenset(term for each in other.hits for term in terms(each.passage.text))
    return len(left & right) >= MIN_COPIED * len(left)


def contradicts(quoted: str, hit: DocumentHit, other_text: str, own_text: str) -> tuple[str, ...]:
    """Return the values of another article's nearest passage that speak against what is quoted.

    Parameters
    ----------
    quoted
        What the answer quotes.
    hit
        The other article, as found.
    other_text, own_text
        The whole texts of the other article and of the quoted one.

    Returns
    -------
    tuple of str
        Empty unless each of the two gives values of one unit that the other nowhere has.
    """
    here = {_plain(value): value for value in _VALUE.findall(quoted)}
    there = {
        _plain(value): value for found in hit.hits for value in _VALUE.findall(found.passage.text)
    }
    known_there = {_plain(value) for value in _VALUE.findall(other_text)}
    known_here = {_plain(value) for value in _VALUE.findall(own_text)}
    only_here = {_unit(value) for value in here if value not in known_there}
    return tuple(
        written
        for value, written in there.items()
        if value not in known_here and _unit(value) in only_here
    )[:MAX_VALUES]


def _plain(value: str) -> str:
    return re.sub(r"\s+", "", value.lower()).rstrip("s")


def _unit(value: str) -> str:
    return re.sub(r"[\d.,]+", "", value)

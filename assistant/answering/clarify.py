"""The one question that best separates the answers that are near, or none.

The candidates' scores become probabilities; a facet (`facets.yaml`) splits them by what each
article says it is for. The question asked is the one whose reply is expected to tell most about
which answer is right: the mutual information of reply and answer (Shannon 1948; for choosing
questions Lindley 1956). It is asked only where the replies lead to different answers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.answering.facets import (
    NO_VALUE,
    Facet,
    FacetVocabulary,
    codes_in,
    named_values,
    quoted_errors,
    read_facets,
    with_implied,
)
from knowledge_base.model import Document, DocumentHit
from knowledge_base.text import normalise

MAX_IN_A_ROW = 2
MAX_CHOICES = 4
MAX_CANDIDATES = 6
MIN_CODES = 2
"""Fewer error codes are not asked for: "do you see this one?" tells little."""
MIN_GAIN_BITS = 0.25
"""A reply that tells less than this is not worth the question."""
MIN_RISE = 0.1
"""How much likelier the first answer must be right after the reply, on average."""
MIN_RISE_WHEN_SURE = 0.2
"""The same where one is sure enough to answer: then the others must be nearly as good."""
MIN_CONFIDENCE = 0.25
"""Below this nothing that was found is near, and no reply would make it so."""
MIN_SHARE = 0.04
"""A value less likely than this gets no button."""
MIN_SHARE_OPEN = 0.1
"""The same of applications, which near articles name by chance."""
SHARPNESS = 15.0
"""Of the softmax that turns fused scores of 0..1 into probabilities; fitted on the labelled
questions of helpdesk_dev by likelihood (n = 111, flat from 12 to 20)."""
MAX_LABEL_CHARS = 48
_TINY = 1e-9

_VERSION = re.compile(
    r"\s*(?:\b(?:19|20)\d\d\b|\bfor microsoft 365\b|\bfor (?:mac|ios|android)\b|"
    r"\b(?:standard|enterprise|professional)(?: edition)?\b|\bservice pack \d\b|\bltsc\b|\b\d+\b)",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An answer that may be the right one."""

    document_id: str
    title: str
    score: float
    """Fused score of 0..1; only comparable within one question."""
    headings: tuple[str, ...] = ()
    """Of the section that would be quoted, the title left out."""
    text: str = ""
    """The section that would be quoted."""
    applies_to: tuple[str, ...] = ()
    is_outdated: bool = False
    """Then it is no rival of one that is current."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClarifyingQuestion:
    """One question with two to four values."""

    facet: str
    text: str
    choices: tuple[tuple[str, str], ...]
    """(value, label) of each button, the likeliest first."""
    gain_bits: float
    """Expected information of the reply about which candidate is right."""
    n_candidates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Split:
    """What a facet makes of the candidates."""

    facet: Facet
    values: tuple[str, ...]
    labels: Mapping[str, str]
    shares: tuple[float, ...]
    """Of each candidate: the probability of its being the right one."""
    documents: tuple[str, ...]
    """Which article each candidate is of."""
    replies: tuple[Mapping[str, float], ...]
    """Of each candidate: the probability of each reply, were it the right one."""


def candidates_of(hit: DocumentHit, document: Document | None) -> tuple[Candidate, ...]:
    """Return the candidates of a document that was found, best first.

    Its best passage, and each further one that stands under another heading: one article may
    answer for the iPhone and for Android in two sections.
    """
    best = hit.hits[0].fused_score or 1.0
    found: dict[tuple[str, ...], Candidate] = {}
    for each in hit.hits:
        headings = tuple(each.passage.heading_path[1:])
        if headings not in found:
            found[headings] = Candidate(
                document_id=hit.document_id,
                title=hit.title,
                score=hit.fused_score * min(1.0, each.fused_score / best),
                headings=headings,
                text=each.passage.text,
                applies_to=document.applies_to if document is not None else (),
                is_outdated=hit.status == "outdated",
            )
    return tuple(found.values())


def choose_question(
    candidates: Sequence[Candidate],
    known: Mapping[str, str],
    *,
    vocabulary: FacetVocabulary,
    n_asked_in_a_row: int = 0,
    confidence: float = 0.5,
    threshold: float = 1.0,
) -> ClarifyingQuestion | None:
    """Return the question that separates the candidates best, or None when none is worth asking.

    Parameters
    ----------
    candidates
        The near answers, best first (`candidates_of` each document that was found).
    known
        Facet → value, as far as it is known from the question (`known_facets`), the profile, or
        earlier replies. What is known is not asked; a facet whose value is `""` was asked in vain
        and is not asked again.
    vocabulary
        The facets.
    n_asked_in_a_row
        How many turns before this one were clarifying questions already; from two on none is
        asked.
    confidence
        How sure the best answer is, 0..1. The scores only compare candidates; this says whether
        any of them answers at all.
    threshold
        The confidence from which on one would answer: above it, only nearly equal answers are
        worth a question.

    Returns
    -------
    ClarifyingQuestion or None
        None when the answer would be the same whatever the reply, when the candidates do not
        differ by a facet that is not known yet, when two were asked in a row, or when nothing is
        near.
    """
    if n_asked_in_a_row >= MAX_IN_A_ROW or confidence < MIN_CONFIDENCE:
        return None
    min_rise = MIN_RISE_WHEN_SURE if confidence >= threshold else MIN_RISE
    told = with_implied(known, vocabulary)
    live = _current(narrow(candidates, told, vocabulary=vocabulary))
    best: ClarifyingQuestion | None = None
    for facet in vocabulary.facets:
        if facet.key in told:
            continue
        split = _split(facet, live, vocabulary)
        question = _question(split, min_rise) if split is not None else None
        if question is not None and (best is None or question.gain_bits > best.gain_bits + _TINY):
            best = question
    return best


def narrow(
    candidates: Sequence[Candidate], known: Mapping[str, str], *, vocabulary: FacetVocabulary
) -> tuple[Candidate, ...]:
    """Return the candidates that what is known does not rule out, in their order.

    One that says nothing of a facet is never ruled out by it. A value of `""` rules nothing out.
    Empty when everything is ruled out: then nothing that was found is for this person.
    """
    return tuple(
        item
        for item in candidates
        if all(
            _allows(values_of(item, vocabulary.facet(key), vocabulary), value)
            for key, value in known.items()
            if value and any(facet.key == key for facet in vocabulary.facets)
        )
    )


def known_facets(text: str, vocabulary: FacetVocabulary) -> dict[str, str]:
    """Return facet → value for what a message says by itself, error codes included.

    A facet of which it names several values has the value `""`: asking which would be rude.
    """
    known = read_facets(text, vocabulary)
    for facet in vocabulary.facets:
        if facet.key not in known and named_values(text, facet):
            known[facet.key] = ""
    written = codes_in(text)
    for facet in vocabulary.facets:
        if facet.has_codes and written:
            known[facet.key] = next(iter(written))
    return known


def values_of(candidate: Candidate, facet: Facet, vocabulary: FacetVocabulary) -> Mapping[str, str]:
    """Return value → label for what a candidate says it is for; empty when it says nothing.

    Title and headings count first, then what it applies to.
    """
    title = "\n".join((candidate.title, *candidate.headings))
    if facet.has_codes:
        return codes_in(title) or quoted_errors(candidate.title)
    named = named_values(title, facet)
    if not named and facet.is_open:
        return _applications(candidate, facet, vocabulary)
    if not named and candidate.applies_to:
        named = named_values("\n".join(candidate.applies_to), facet)
    return {key: value.label for key in named if (value := facet.value(key))}


def probabilities(scores: Sequence[float]) -> tuple[float, ...]:
    """Return the probability of each candidate being the right one; they sum to 1.

    Parameters
    ----------
    scores
        Fused scores of 0..1, at least one.
    """
    top = max(scores)
    weights = [math.exp(SHARPNESS * (score - top)) for score in scores]
    return tuple(weight / sum(weights) for weight in weights)


def _allows(values: Mapping[str, str], value: str) -> bool:
    if value == NO_VALUE:
        return not values
    return not values or value in values


def _current(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    return [item for item in candidates if not item.is_outdated] or candidates


def _different(
    candidates: Sequence[Candidate], said: Sequence[Mapping[str, str]]
) -> list[tuple[Candidate, Mapping[str, str]]]:
    """Return the candidates that answers differ by, best first, with what each says it is for.

    Sections of one article that are for the same count once, and so does a text that stands in two
    articles.
    """
    kept: dict[tuple[str, frozenset[str]], tuple[Candidate, Mapping[str, str]]] = {}
    texts: set[str] = set()
    for item, values in zip(candidates, said, strict=True):
        key = (item.document_id, frozenset(values))
        text = " ".join(normalise(item.text).split())
        if key in kept or (text and text in texts):
            continue
        texts.add(text)
        kept[key] = (item, values)
    best_first = sorted(kept.values(), key=lambda pair: (-pair[0].score, pair[0].document_id))
    return best_first[:MAX_CANDIDATES]


def _split(
    facet: Facet, candidates: Sequence[Candidate], vocabulary: FacetVocabulary
) -> _Split | None:
    """Return how a facet splits the candidates; None when it has fewer than two values here."""
    said = [values_of(item, facet, vocabulary) for item in candidates]
    if sum(bool(values) for values in said) == 0:
        return None
    live = _different(candidates, said)
    shares = probabilities([item.score for item, _ in live])
    labels: dict[str, str] = {}
    mass: dict[str, float] = {}
    for (_, values), share in zip(live, shares, strict=True):
        for key, label in values.items():
            labels.setdefault(key, label)
            mass[key] = mass.get(key, 0.0) + share / len(values)
    most = MAX_CHOICES - bool(facet.none_label)
    least = MIN_SHARE_OPEN if facet.is_open else MIN_SHARE
    likely = [key for key in mass if mass[key] >= least]
    offered = sorted(likely, key=lambda key: (-mass[key], key))[:most]
    if facet.none_label and len(offered) < MIN_CODES:
        return None
    if facet.none_label:
        offered.append(NO_VALUE)
        labels[NO_VALUE] = facet.none_label
    if len(offered) < 2 or len(live) < 2:
        return None
    return _Split(
        facet=facet,
        values=tuple(offered),
        labels=labels,
        shares=shares,
        documents=tuple(item.document_id for item, _ in live),
        replies=tuple(_replies(values, offered) for _, values in live),
    )


def _replies(values: Mapping[str, str], offered: Sequence[str]) -> Mapping[str, float]:
    """Return the probability of each reply, were a candidate with these values the right one."""
    if not values:
        likely = [NO_VALUE] if NO_VALUE in offered else list(offered)
        return {key: 1.0 / len(likely) for key in likely}
    replies: dict[str, float] = {}
    for key in values:
        reply = key if key in offered else NO_VALUE
        replies[reply] = replies.get(reply, 0.0) + 1.0 / len(values)
    return replies


def _question(split: _Split, min_rise: float) -> ClarifyingQuestion | None:
    """Return the question of a split, or None when its reply would change nothing."""
    replies = sorted({reply for each in split.replies for reply in each})
    before = _by_document(split, split.shares)
    after = 0.0
    right = 0.0
    firsts = set()
    for reply in replies:
        joint = _by_document(
            split,
            [
                share * each.get(reply, 0.0)
                for share, each in zip(split.shares, split.replies, strict=True)
            ],
        )
        likely = sum(joint.values())
        if likely > 0.0:
            after += likely * _bits([item / likely for item in joint.values()])
            first = max(joint, key=lambda document: joint[document])
            right += joint[first]
            firsts.add(first)
    gain = _bits(list(before.values())) - after
    if len(firsts) < 2 or gain < MIN_GAIN_BITS or right - max(before.values()) < min_rise:
        return None
    return ClarifyingQuestion(
        facet=split.facet.key,
        text=split.facet.question,
        choices=tuple((value, _shortened(split.labels[value])) for value in split.values),
        gain_bits=gain,
        n_candidates=len(before),
    )


def _by_document(split: _Split, shares: Sequence[float]) -> dict[str, float]:
    """Return what the sections of each article have together."""
    together = dict.fromkeys(split.documents, 0.0)
    for document, share in zip(split.documents, shares, strict=True):
        together[document] += share
    return together


def _bits(shares: Sequence[float]) -> float:
    return -sum(share * math.log2(share) for share in shares if share > 0.0)


def _applications(
    candidate: Candidate, facet: Facet, vocabulary: FacetVocabulary
) -> dict[str, str]:
    """Return the one thing that an article applies to; empty when it applies to several alike.

    What is no value of the vocabulary is one of its own; where the title names it, it is the one.
    """
    found: dict[str, str] = {}
    for written in candidate.applies_to:
        named = named_values(written, facet)
        name = " ".join(_VERSION.sub("", written).split())
        plain = normalise(name)
        is_known = any(named_values(name, other) for other in vocabulary.facets)
        is_generic = any(normalise(written).startswith(item) for item in facet.generic)
        if named:
            found |= {key: value.label for key in named if (value := facet.value(key))}
        elif plain and not is_generic and not is_known:
            found.setdefault(plain, name)
    title = normalise(candidate.title)
    found = {plain: name for plain, name in found.items() if plain in title} or found
    return found if len(found) == 1 else {}


def _shortened(label: str) -> str:
    if len(label) <= MAX_LABEL_CHARS:
        return label
    return label[: MAX_LABEL_CHARS - 1].rsplit(" ", 1)[0].rstrip(" ,;.") + " …"

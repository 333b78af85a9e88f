"""What a query is searched for besides its own words, for one asker, and how to say so.

A meaning is used only when a passage that the asker may read writes it out: what stands in
restricted articles alone is neither searched for nor named to others.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, replace

import numpy as np

from knowledge_base.glossary import Glossary, Sense
from knowledge_base.index.content import Content
from knowledge_base.index.legs import Allowed
from knowledge_base.model import Expansion
from knowledge_base.ports import Mask
from knowledge_base.text import join_plain, stem, terms, unique, words
from knowledge_base.vocabulary import Evidence, LongForm

MOST_PASSAGES_READ = 60
"""So many passages with all words of a phrase are looked at for the phrase itself."""
_WRITTEN_OUT_SHARE = 3.0
"""A general abbreviation that the corpus itself writes, and not its meaning so many times as often,
is a word of its own there: the long form would lead away from the texts that use it."""

Seen = MutableMapping[str, bool]
"""Phrase → whether a passage that the asker may read has it; kept while an index is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expanded:
    """A query's further evidence, and the same in words."""

    evidence: Evidence
    expansions: tuple[Expansion, ...]


def expand(
    content: Content,
    allowed: Allowed,
    query: str,
    glossary: Glossary,
    seen: Seen,
    *,
    readable: Mask,
) -> Expanded:
    """Return what a query may also have meant, for an asker who may read these rows.

    Parameters
    ----------
    content : Content
        The open index.
    allowed : Allowed
        What the asker may read.
    query : str
        Empty gives nothing.
    glossary : Glossary
        Approved, rejected and general senses.
    seen : mutable mapping
        Remembers what was looked up for these rows.
    readable : array of bool, shape (n_passages,)
        The passages of every pool that the asker may read; spelling and abbreviations are learned
        from them.
    """
    evidence = content.vocabulary.evidence(query, readable)
    mined = tuple(
        each
        for each in evidence.long_forms
        if not glossary.is_rejected(each.abbreviation, each.meaning)
        and not glossary.is_decided(each.abbreviation)
    )
    settled = {each.abbreviation.lower() for each in mined}
    senses = [
        sense
        for sense in glossary.senses(query)
        if sense.short.lower() not in settled and _is_used(content, allowed, sense, seen)
    ]
    chosen = [sense for sense in senses if not _is_ambiguous(sense, senses)]
    evidence = replace(
        evidence,
        long_forms=(*mined, *(_as_long_form(query, sense) for sense in chosen)),
    )
    return Expanded(
        evidence=evidence,
        expansions=(
            *(
                Expansion(written=each.written, meaning=each.meant, source="spelling")
                for each in evidence.repairs
            ),
            *(
                Expansion(written=each.abbreviation, meaning=each.meaning, source="corpus")
                for each in mined
            ),
            *(
                Expansion(written=sense.short, meaning=sense.meaning, source=sense.source)
                for sense in chosen
            ),
        ),
    )


def _is_used(content: Content, allowed: Allowed, sense: Sense, seen: Seen) -> bool:
    held = seen.get(sense.meaning)
    if held is None:
        held = n_passages_with(content, sense.meaning, allowed.passages) > 0
        seen[sense.meaning] = held
    if not held or sense.source == "operator":
        return held
    key = f"{sense.short}\x1f{sense.meaning}"
    if key not in seen:
        n_short = n_passages_with(content, sense.short, allowed.passages)
        n_long = n_passages_with(content, sense.meaning, allowed.passages)
        seen[key] = n_long >= _WRITTEN_OUT_SHARE * n_short
    return seen[key]


def _is_ambiguous(sense: Sense, senses: list[Sense]) -> bool:
    same = [each for each in senses if each.short.lower() == sense.short.lower()]
    return sense.source == "general" and len(same) > 1


def _as_long_form(query: str, sense: Sense) -> LongForm:
    # The spelling of the query, so that rewriting finds it.
    place = query.lower().find(sense.short.lower())
    written = query[place : place + len(sense.short)] if place >= 0 else sense.short
    return LongForm(
        abbreviation=written, meaning=sense.meaning, n_defined=0, n_written=0, n_written_out=0
    )


def n_passages_with(content: Content, phrase: str, allowed: Mask) -> int:
    """Return in how many of these passages a phrase stands, inflected or not.

    At most the first `MOST_PASSAGES_READ` passages that have all of its words are read; beyond
    them the share of those read is taken for the rest.
    """
    wanted = _stems(phrase)
    content_terms = unique(terms(phrase.replace("-", " ")))
    if not content_terms:
        return 0
    has_all = allowed.copy()
    for term in content_terms:
        has_all &= content.bm25_passages.scores([term]) > 0
    candidates = np.flatnonzero(has_all)
    if len(wanted) == 1:
        return len(candidates)
    n_read = min(len(candidates), MOST_PASSAGES_READ)
    n_found = sum(_has_phrase(content, int(row), wanted) for row in candidates[:n_read].tolist())
    return round(n_found * len(candidates) / n_read) if n_read else 0


def _has_phrase(content: Content, row: int, wanted: list[str]) -> bool:
    passage = content.passage(row)
    text = _stems(join_plain([*passage.heading_path, passage.text]))
    first = wanted[0]
    return any(
        word == first and text[place : place + len(wanted)] == wanted
        for place, word in enumerate(text)
    )


def _stems(text: str) -> list[str]:
    # Hyphens come and go: `sign-in` is `sign in`.
    return [stem(word) for word in words(text.replace("-", " "))]

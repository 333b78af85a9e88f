"""Why a question is not answered, in a machine-readable word and the terms it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from assistant.answering.confidence import content_words, missing_words, says_too_little
from knowledge_base.text import identifier_key, identifiers, words

Reason = Literal[
    "nothing_near", "terms_not_covered", "partly_covered", "low_confidence", "too_short"
]

MAX_NAMED_TERMS = 3
MIN_NAMED_LETTERS = 4
LONG_LETTERS = 8
"""From so many letters on a word may be two slips away from the one that was meant, else one."""
MOST = 0.5
"""From this share of the question's words on, the nearest articles are about something else."""

_NO_TOPIC = """
    again already another anymore currently earlier ever evening finally immediately instead keep
    keeps lately later month monday morning never night noon nothing now often said says somehow
    something sometimes soon still suddenly tell tells today told tomorrow tonight tried trying
    tuesday wednesday thursday friday saturday sunday week weekend weeks year yesterday
    """
NO_TOPIC = frozenset(_NO_TOPIC.split())
"""Words of when and how somebody tells it: no article need mention them."""

_WRITTEN = re.compile(r"[^\s,;:!?\"“”'‘’()<>\[\]]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """Why there is no answer."""

    reason: Reason
    terms: tuple[str, ...] = ()
    """What no near article mentions, as it was written; at most three."""


def why_not(query: str, near: Sequence[str]) -> WhyNot:
    """Return why a question is not answered.

    Parameters
    ----------
    query
        What was asked.
    near
        The whole texts of the nearest articles that the asker may read; empty when none is near.
        Of articles that the asker may not read nothing is known here, so nothing can be told.
    """
    if not near:
        return WhyNot(reason="nothing_near")
    together = "\n".join(near)
    codes = frozenset(identifiers(query))
    if codes:
        # Reading whole articles for codes takes long; most questions have none.
        codes -= frozenset(identifiers(together))
    lacking = [
        word
        for word in missing_words(query, together)
        if word.isalpha() and len(word) >= MIN_NAMED_LETTERS and word not in NO_TOPIC
    ]
    written = frozenset(words(together)) if lacking else frozenset()
    unknown = tuple(word for word in lacking if not _is_misspelt(word, written))
    named_codes = tuple(
        word for word in _written(query) if identifier_key(word.strip(".")) in codes
    )
    asked = content_words(query)
    terms = tuple(dict.fromkeys([*named_codes, *_as_written(query, unknown)]))[:MAX_NAMED_TERMS]
    if not terms:
        return WhyNot(reason="too_short" if says_too_little(query) else "low_confidence")
    if named_codes or len(unknown) >= MOST * len(asked):
        return WhyNot(reason="terms_not_covered", terms=terms)
    # Words that only the best of them lacks say more than words that all of them lack.
    return WhyNot(reason="partly_covered", terms=terms)


def _is_misspelt(word: str, written: frozenset[str]) -> bool:
    """Return whether a word is a slip of the pen for one that was written."""
    limit = 2 if len(word) >= LONG_LETTERS else 1
    alike = [each for each in written if each[0] == word[0] and abs(len(each) - len(word)) <= limit]
    return extractOne(word, alike, scorer=OSA.distance, score_cutoff=limit) is not None


def _written(text: str) -> list[str]:
    return [match.group().strip(".") for match in _WRITTEN.finditer(text)]


def _as_written(query: str, words: Sequence[str]) -> list[str]:
    """Return normalised words as the question has them, capitals and all."""
    written = {word.lower(): word for word in reversed(_written(query))}
    return [written.get(word, word) for word in words]

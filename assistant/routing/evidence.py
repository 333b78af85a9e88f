"""What stands in a text besides its words: codes, numbers of tickets, terms of the catalogue.

Each find becomes a made-up word that the n-grams see; the encoder never does. So an error code that
no example has still says "an error code".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from knowledge_base.text import normalise

MAX_CHARS = 600
"""What follows is not looked at."""
MAX_TERM_WORDS = 3
CLOSE = 0.88
"""Similarity in letters from which a phrase is a misspelt term."""
_MIN_TERM_CHARS = 4

# In order; a token that one pattern takes is not seen by the next.
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "qqticket",
        re.compile(
            r"\b(?:inc|req|ritm|sr|sd|case|ticket|cas|tkt|chg|lf)[- #]?\d{3,}\b|#\d{3,}", re.I
        ),
    ),
    (
        "qqcode",
        re.compile(
            r"\b0x[0-9a-f]{3,}\b|\b[a-z]{2,8}[-_ ]?\d{3,6}\b|\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b|"
            r"\b(?:error|err|code|status|event id|http|fehler)\s*#?:?\s*-?\d{2,}\b",
            re.I,
        ),
    ),
    ("qqamount", re.compile(r"[€$£%]\s?\d|\d\s?(?:€|\$|£|%|percent\b|eur\b|usd\b|gbp\b)", re.I)),
    (
        "qqperiod",
        re.compile(
            r"\b(?:ytd|mtd|yoy|mom|wow|q[1-4]|h[12]|fy\s?\d{2,4}|20[12]\d|"
            r"(?:last|this|past|previous|next)\s(?:\d+\s)?(?:day|week|month|quarter|year)s?|"
            r"(?:per|by|each|a)\s(?:day|week|month|quarter|year))\b",
            re.I,
        ),
    ),
    ("qqpath", re.compile(r"\b[a-z]:\\|\\\\\w+|https?://|\bwww\.", re.I)),
)
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("qqcount", re.compile(r"\b(?:how (?:many|much|often)|number of|count|share of|percentage)\b")),
    (
        "qqhowto",
        re.compile(r"\bhow (?:do|can|would|should|to|does one)\b|\bsteps?\b|\bwhere do i\b"),
    ),
    (
        "qqown",
        re.compile(r"\bmy (?!boss|manager|team)\w+|\bi(?:'m| am| can't| cannot| get| have)\b"),
    ),
    ("qqmine", re.compile(r"\bmy (?:\w+ )?(?:ticket|case|request|incident|call)s?\b")),
    ("qqyou", re.compile(r"\b(?:can|do|are|could|will|would) (?:you|u)\b|\byou(?:r|'re)?\b")),
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?", re.UNICODE)


def evidence_words(text: str) -> tuple[str, ...]:
    """Return made-up words for what stands in a text, in a fixed order, each once.

    Parameters
    ----------
    text
        As it was written; may be empty.
    """
    head = text[:MAX_CHARS]
    found = []
    rest = head
    for name, pattern in _PATTERNS:
        rest, n_found = pattern.subn(" ", rest)
        if n_found:
            found.append(name)
    plain = normalise(head)
    found.extend(name for name, pattern in _FORMS if pattern.search(plain))
    found.extend(["qqterm"] if _has_term(_WORD.findall(plain)) else [])
    return tuple(found)


def _has_term(words: Sequence[str]) -> bool:
    """Return whether a phrase is a term of the catalogue, or one misspelt."""
    phrases = {
        " ".join(words[start : start + n_words])
        for n_words in range(1, MAX_TERM_WORDS + 1)
        for start in range(len(words) - n_words + 1)
    }
    terms = _terms()
    if phrases & terms[0]:
        return True
    long = [phrase for phrase in sorted(phrases) if len(phrase) > 2 * _MIN_TERM_CHARS]
    return any(
        process.extractOne(
            phrase, terms[1], scorer=Levenshtein.normalized_similarity, score_cutoff=CLOSE
        )
        for phrase in long
    )


@cache
def _terms() -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the names of the catalogue's metrics, and the long ones among them."""
    from analytics.catalogue import load_catalogue

    names = {
        normalise(name)
        for metric in load_catalogue().metrics.values()
        for name in (metric.label, *metric.synonyms)
    }
    terms = sorted(name for name in names if len(name) >= 3)
    return frozenset(terms), tuple(name for name in terms if len(name) > 2 * _MIN_TERM_CHARS)

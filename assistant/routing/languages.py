"""Which language a message is in, when it is not English.

By script where that decides, otherwise by frequent words. It prefers to say nothing: an English
message with a foreign name, product or quoted word is English.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from knowledge_base.text import normalise

ENGLISH = "en"
MIN_WORDS = 2
"""A message of more than `SHORT` words must have so many words of its language."""
MIN_FRACTION = 0.4
"""Of all words of a message, so many must be words of its language."""
SHORT = 3
MAX_CHARS = 4000
"""What follows is not looked at."""

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*", re.UNICODE)
# The start of a letter's Unicode name → language, where the script is used by one of those known.
_SCRIPTS: Mapping[str, str] = {
    "CYRILLIC": "ru",
    "GREEK": "el",
    "ARABIC": "ar",
    "HEBREW": "he",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CJK": "zh",
}
_UKRAINIAN = frozenset("іїєґ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What is known of a language."""

    words: frozenset[str]
    strong: frozenset[str]
    sentence: str
    """That Deskwise does not speak it, in it."""


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of the language of a message, or None.

    Parameters
    ----------
    text
        Any text; may be empty.

    Returns
    -------
    str or None
        None for English, for what is not recognised, and for texts that are mostly English.
    """
    plain = normalise(text[:MAX_CHARS])
    return _by_script(plain) or _by_words(_WORD.findall(plain))


def sentence_in(code: str) -> str:
    """Return the sentence that Deskwise does not speak a language, in that language.

    Parameters
    ----------
    code
        What `language_of` returned.

    Raises
    ------
    KeyError
        When the language is not one that is recognised.
    """
    return languages()[code].sentence


def sentence_for(text: str) -> str | None:
    """Return that Deskwise does not speak the language of a message, in it; None for English."""
    code = language_of(text)
    return None if code is None else sentence_in(code)


@cache
def languages() -> Mapping[str, Language]:
    """Return every language by its code, English among them."""
    path = Path(__file__).with_suffix(".yaml")
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        code: Language(
            words=frozenset(str(entry.get("words", "")).split()),
            strong=frozenset(str(entry.get("strong", "")).split()),
            sentence=str(entry.get("sentence", "")),
        )
        for code, entry in content.items()
    }


def _by_script(plain: str) -> str | None:
    letters = [char for char in plain if char.isalpha()]
    counts: dict[str, int] = {}
    for char in letters:
        if not char.isascii():
            code = _SCRIPTS.get(unicodedata.name(char, "").split(" ")[0].split("-")[0])
            if code is not None:
                counts[code] = counts.get(code, 0) + 1
    if 2 * sum(counts.values()) <= len(letters):
        return None
    if "ja" in counts:
        return "ja"
    best = max(counts, key=lambda code: (counts[code], code))
    return "uk" if best == "ru" and _UKRAINIAN & set(plain) else best


def _by_words(words: list[str]) -> str | None:
    if not words:
        return None
    english = languages()[ENGLISH].words
    best, best_key = None, (0.0, 0)
    for code, language in languages().items():
        if code == ENGLISH or not language.words:
            continue
        own = [word for word in words if word in language.words]
        n_own = len(set(own))
        n_english = len({word for word in words if word in english - language.words})
        n_only = len(set(own) - english)
        n_strong = len(set(words) & language.strong)
        is_short = len(words) <= SHORT and n_strong > 0 and n_english == 0
        is_long = (
            n_own >= MIN_WORDS
            and n_only >= MIN_WORDS
            and n_only > n_english
            and len(own) >= MIN_FRACTION * len(words)
        )
        key = (n_only + 0.5 * n_strong + 0.1 * n_own, -n_english)
        if (is_short or is_long) and key > best_key:
            best, best_key = code, key
    return best

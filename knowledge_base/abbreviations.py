"""Abbreviations that texts define in brackets, and where they and their long forms stand."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from knowledge_base.postings import Postings

# `Exchange Web Services (EWS)`: a bracketed abbreviation, and the words right before it.
_BRACKETED = re.compile(r" \(([A-Z][A-Za-z0-9]{1,8}?)s?\)")
_WORDS_BEFORE = re.compile(r"(?:[A-Za-z][\w'/-]* )*[A-Za-z][\w'/-]*$")
_MOST_CHARACTERS_BEFORE = 100
_MOST_WORDS_BEFORE = 7
ABBREVIATION = re.compile(r"\b[A-Z][A-Za-z0-9]{1,8}\b")
_SMALL_WORDS = frozenset({"of", "the", "and", "for", "to", "in", "on"})


def mine_abbreviations(texts: Sequence[str]) -> tuple[Postings, Postings, Postings]:
    """Return definitions, abbreviations as written and meanings as written out → texts.

    An abbreviation fits when its letters are the first letters of the words before the bracket
    (small words may be skipped) or the capitals in them. Written and written out are counted of
    those alone that some text defines.
    """
    defined: list[list[str]] = []
    abbreviations: set[str] = set()
    phrases: set[str] = set()
    for text in texts:
        defined.append([])
        for match in _BRACKETED.finditer(text):
            place = match.start()
            before = _WORDS_BEFORE.search(text[max(0, place - _MOST_CHARACTERS_BEFORE) : place])
            if before is None:
                continue
            meaning = _meaning(before.group().split()[-_MOST_WORDS_BEFORE:], match.group(1))
            if meaning:
                defined[-1].append(definition_key(match.group(1), meaning.lower()))
                abbreviations.add(match.group(1))
                phrases.add(meaning.lower())
    written = (
        [each for each in ABBREVIATION.findall(text) if each in abbreviations] for text in texts
    )
    return (
        Postings.build(defined),
        Postings.build(written),
        Postings.build(_written_out(texts, phrases)),
    )


def definition_key(abbreviation: str, meaning: str) -> str:
    """Return the key of a definition: abbreviation, zero byte, meaning."""
    return f"{abbreviation}\0{meaning}"


def _meaning(before: Sequence[str], abbreviation: str) -> str:
    letters = abbreviation.lower()
    for n_taken in range(1, len(before) + 1):
        taken = before[-n_taken:]
        parts = [part for word in taken for part in re.split(r"[-/]", word) if part]
        firsts = "".join(part[0] for part in parts).lower()
        capitals = "".join(c for word in taken for c in word if c.isupper() or c.isdigit()).lower()
        weighty = "".join(part[0] for part in parts if part.lower() not in _SMALL_WORDS).lower()
        opens_well = parts and parts[0].lower() not in _SMALL_WORDS
        if opens_well and letters in {firsts, capitals, weighty}:
            meaning = " ".join(taken)
            return meaning if len(meaning) > len(abbreviation) + 1 else ""
    return ""


def _written_out(texts: Iterable[str], phrases: Collection[str]) -> Iterable[list[str]]:
    """Yield for each text the phrases of lower-case words that stand in it, as often as they do."""
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted(phrases):
        split = tuple(phrase.split())
        by_first.setdefault(split[0], []).append(split)
    for text in texts:
        found: list[str] = []
        spoken = [word.strip(".,;:()[]\"'") for word in text.lower().split()]
        for place, word in enumerate(spoken):
            for split in by_first.get(word, ()):
                if tuple(spoken[place : place + len(split)]) == split:
                    found.append(" ".join(split))
        yield found

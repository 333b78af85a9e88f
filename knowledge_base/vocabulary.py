"""What the corpus teaches about words: which there are, and what abbreviations stand for.

From it a query gets evidence that its own words lack: the nearest corpus word for a typing mistake,
the long form of an abbreviation. The query itself is never replaced; a guess is only added.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from knowledge_base.errors import IndexCorruptError
from knowledge_base.text import STOP_WORDS, terms, words

_SHORTEST = 4
_LONG = 8
_LEAST_TEXTS = 2

# `Exchange Web Services (EWS)`: a bracketed abbreviation, and the words right before it.
_BRACKETED = re.compile(r" \(([A-Z][A-Za-z0-9]{1,8}?)s?\)")
_WORDS_BEFORE = re.compile(r"(?:[A-Za-z][\w'/-]* )*[A-Za-z][\w'/-]*$")
_MOST_CHARACTERS_BEFORE = 100
_MOST_WORDS_BEFORE = 7
_ABBREVIATION = re.compile(r"\b[A-Z][A-Za-z0-9]{1,8}\b")
_SMALL_WORDS = frozenset({"of", "the", "and", "for", "to", "in", "on"})
# An abbreviation that is hardly ever written out is a word of its own (IT, SIP): its long form
# would only lead away from the texts that use it.
_WRITTEN_OUT_SHARE = 0.5
_ABBREVIATION_BOOST = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A word that nobody writes, and what was probably meant."""

    written: str
    meant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LongForm:
    """What an abbreviation stands for in this corpus."""

    abbreviation: str
    meaning: str
    n_defined: int
    """Texts that define it."""
    n_written: int
    """Times the abbreviation is written."""
    n_written_out: int
    """Times the meaning is written out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a query may also have meant."""

    repairs: tuple[Repair, ...] = ()
    long_forms: tuple[LongForm, ...] = ()

    def extra_terms(self) -> tuple[tuple[str, float], ...]:
        """Return further terms for BM25, each with its boost."""
        repaired = ((term, 1.0) for repair in self.repairs for term in terms(repair.meant))
        expanded = (
            (term, _ABBREVIATION_BOOST) for each in self.long_forms for term in terms(each.meaning)
        )
        return (*repaired, *expanded)

    def rewrite(self, query: str) -> str:
        """Return the query with repairs and long forms in place, for a second look at meaning."""
        for each in self.long_forms:
            query = re.sub(rf"\b{re.escape(each.abbreviation)}\b", each.meaning, query)
        if not self.repairs:
            return query
        meant = {repair.written: repair.meant for repair in self.repairs}
        return " ".join(meant.get(word, word) for word in words(query))


class Vocabulary:
    """The words and abbreviations of a corpus.

    Parameters
    ----------
    counts : mapping of str to int
        Normalised alphabetic words → number of texts.
    long_forms : collection of LongForm
        At most one for each abbreviation.
    also_words : collection of str
        Further words that are no mistakes although the corpus lacks them.
    """

    def __init__(
        self,
        counts: Mapping[str, int],
        long_forms: Collection[LongForm] = (),
        also_words: Collection[str] = (),
    ) -> None:
        self._counts = counts
        self._long_forms = {each.abbreviation: each for each in long_forms}
        self._also_words = frozenset(also_words)
        self._targets = sorted(
            word
            for word, count in counts.items()
            if count >= _LEAST_TEXTS and len(word) >= _SHORTEST
        )

    @classmethod
    def build(cls, texts: Sequence[str], also_words: Collection[str] = ()) -> Vocabulary:
        """Mine texts as they are written, before normalising."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update({word for word in words(text) if word.isalpha()})
        return cls(dict(counts), mine_long_forms(texts), also_words)

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Open a saved vocabulary.

        Raises
        ------
        IndexCorruptError
            When the file is unreadable.
        """
        try:
            saved = json.loads(path.read_text("utf-8"))
            long_forms = [LongForm(**each) for each in saved["long_forms"]]
            return cls(saved["counts"], long_forms, saved["also_words"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexCorruptError(
                f"{path.name!r} cannot be read as a vocabulary.",
                hint="Build the index anew with `deskwise ingest`.",
            ) from error

    @property
    def long_forms(self) -> Mapping[str, LongForm]:
        """Return abbreviation → what it stands for."""
        return self._long_forms

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def save(self, path: Path) -> None:
        """Write the vocabulary to one file."""
        saved = {
            "counts": self._counts,
            "long_forms": [asdict(each) for _, each in sorted(self._long_forms.items())],
            "also_words": sorted(self._also_words),
        }
        path.write_text(json.dumps(saved, ensure_ascii=False, sort_keys=True), "utf-8")

    def evidence(self, query: str) -> Evidence:
        """Return what the query may also have meant; nothing for an empty one."""
        return Evidence(repairs=self.repairs(query), long_forms=self._expansions(query))

    def repairs(self, query: str) -> tuple[Repair, ...]:
        """Return the nearest corpus word of each word that looks like a mistake.

        Letters may be missing, added, changed or swapped: one in words of up to seven letters, two
        in longer ones; the first letter is right or swapped with the second. Among equally near
        words the commonest is taken. A word with a digit is never repaired: a wrong code is no
        typing mistake that may be guessed at.

        Parameters
        ----------
        query : str
            Empty, or without unknown words, gives no repairs.
        """
        unknown = dict.fromkeys(
            word
            for word in words(query)
            if word.isalpha()
            and len(word) >= _SHORTEST
            and word not in self._counts
            and word not in self._also_words
            and word not in STOP_WORDS
        )
        found = (self._nearest(word) for word in unknown)
        return tuple(repair for repair in found if repair is not None)

    def _nearest(self, word: str) -> Repair | None:
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        limit = 2 if len(word) >= _LONG else 1
        near = [
            (edits, -self._counts[found], found)
            for found, edits, _ in extract(
                word, self._targets, scorer=OSA.distance, score_cutoff=limit, limit=None
            )
            if found[0] == word[0] or found[:2] == word[1::-1]
        ]
        return Repair(written=word, meant=min(near)[2]) if near else None

    def _expansions(self, query: str) -> tuple[LongForm, ...]:
        written = dict.fromkeys(_ABBREVIATION.findall(query))
        known = (self._long_forms.get(each) for each in written)
        return tuple(
            each
            for each in known
            if each is not None
            and each.n_defined >= _LEAST_TEXTS
            and each.n_written_out >= _WRITTEN_OUT_SHARE * each.n_written
        )


def mine_long_forms(texts: Sequence[str]) -> tuple[LongForm, ...]:
    """Return the abbreviations that texts define in brackets, each with its commonest meaning.

    An abbreviation fits when its letters are the first letters of the words before the bracket
    (small words may be skipped) or the capitals in them.
    """
    defined: dict[str, Counter[str]] = {}
    for text in texts:
        for match in _BRACKETED.finditer(text):
            place = match.start()
            before = _WORDS_BEFORE.search(text[max(0, place - _MOST_CHARACTERS_BEFORE) : place])
            if before is None:
                continue
            meaning = _meaning(before.group().split()[-_MOST_WORDS_BEFORE:], match.group(1))
            if meaning:
                defined.setdefault(match.group(1), Counter())[meaning.lower()] += 1
    commonest = {
        abbreviation: min((-count, meaning) for meaning, count in meanings.items())
        for abbreviation, meanings in defined.items()
    }
    written: Counter[str] = Counter()
    for text in texts:
        written.update(_ABBREVIATION.findall(text))
    written_out = _count_phrases(texts, {meaning for _, meaning in commonest.values()})
    return tuple(
        LongForm(
            abbreviation=abbreviation,
            meaning=meaning,
            n_defined=-negative,
            n_written=written[abbreviation],
            n_written_out=written_out[meaning],
        )
        for abbreviation, (negative, meaning) in sorted(commonest.items())
    )


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


def _count_phrases(texts: Iterable[str], phrases: Collection[str]) -> Counter[str]:
    """Count how often each phrase of lower-case words is written."""
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted(phrases):
        split = tuple(phrase.split())
        by_first.setdefault(split[0], []).append(split)
    counts: Counter[str] = Counter()
    for text in texts:
        spoken = [word.strip(".,;:()[]\"'") for word in text.lower().split()]
        for place, word in enumerate(spoken):
            for split in by_first.get(word, ()):
                if tuple(spoken[place : place + len(split)]) == split:
                    counts[" ".join(split)] += 1
    return counts

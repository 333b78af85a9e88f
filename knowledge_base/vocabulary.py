"""What the corpus teaches about words: which there are, and what abbreviations stand for.

From it a query gets evidence that its own words lack: the nearest corpus word for a typing mistake,
the long form of an abbreviation. The query itself is never replaced; a guess is only added.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge_base.abbreviations import ABBREVIATION, definition_key, mine_abbreviations
from knowledge_base.arrays import Arrays, named, under
from knowledge_base.ports import Mask
from knowledge_base.postings import Keys, Postings
from knowledge_base.text import STOP_WORDS, terms, words

_SHORTEST = 4
_LONG = 8
_LEAST_TEXTS = 2
_AT_ONCE = 4096

# An abbreviation that is hardly ever written out is a word of its own (IT, SIP): its long form
# would only lead away from the texts that use it.
_WRITTEN_OUT_SHARE = 0.5
_SAME_SHARE = 0.5
_RIVAL_SHARE = 0.25
"""A second meaning that is defined so often, for each time the first is, makes two of it."""
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
    n_defined_otherwise: int = 0
    """Texts that define the commonest other meaning."""

    @property
    def is_ambiguous(self) -> bool:
        """Return whether an operator must say which of two meanings counts."""
        least = max(_LEAST_TEXTS, _RIVAL_SHARE * self.n_defined)
        return self.n_defined_otherwise >= least


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
    """The words and abbreviations of a corpus, and in which texts they stand.

    What somebody may not read teaches them nothing: every method that is given the readable texts
    answers as if the corpus were those alone.

    Parameters
    ----------
    parts : sequence of VocabularyPart
        From `build`, `read` or `stacked`.
    """

    def __init__(self, parts: Sequence[VocabularyPart]) -> None:
        self._parts = tuple(parts)
        self._first_rows = [0, *np.cumsum([part.n_texts for part in self._parts]).tolist()]

    @classmethod
    def build(cls, texts: Sequence[str], also_words: Collection[str] = ()) -> Vocabulary:
        """Mine texts as they are written, before normalising.

        Parameters
        ----------
        texts : sequence of str
            May be empty.
        also_words : collection of str
            Further words that are no mistakes although the corpus lacks them.
        """
        return cls([VocabularyPart.build(texts, also_words)])

    @classmethod
    def stacked(cls, vocabularies: Sequence[Vocabulary]) -> Vocabulary:
        """Return several vocabularies as one, their texts numbered on in this order."""
        return cls([part for vocabulary in vocabularies for part in vocabulary._parts])

    @classmethod
    def read(cls, arrays: Arrays) -> Vocabulary:
        """Open what `arrays` returned."""
        return cls([VocabularyPart.read(arrays)])

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays of a vocabulary in one part, to be written."""
        (part,) = self._parts
        return part.arrays()

    @property
    def long_forms(self) -> Mapping[str, LongForm]:
        """Return abbreviation → what it stands for, of the whole corpus."""
        every = {key.partition("\0")[0] for part in self._parts for key in part.defined.keys.all()}
        found = {each: self._long_form(each, None) for each in sorted(every)}
        return {each: form for each, form in found.items() if form is not None}

    def __contains__(self, word: str) -> bool:
        return self._stands(word, None)

    def evidence(self, query: str, readable: Mask | None = None) -> Evidence:
        """Return what the query may also have meant; nothing for an empty one.

        Parameters
        ----------
        query : str
            As it is written.
        readable : array of bool, shape (n_texts,), optional
            The texts that the asker may read; all of them without it.
        """
        return Evidence(
            repairs=self.repairs(query, readable), long_forms=self._expansions(query, readable)
        )

    def repairs(self, query: str, readable: Mask | None = None) -> tuple[Repair, ...]:
        """Return the nearest corpus word of each word that looks like a mistake.

        Letters may be missing, added, changed or swapped: one in words of up to seven letters, two
        in longer ones; the first letter is right or swapped with the second. Among equally near
        words the commonest is taken. A word with a digit is never repaired: a wrong code is no
        typing mistake that may be guessed at.

        Parameters
        ----------
        query : str
            Empty, or without unknown words, gives no repairs.
        readable : array of bool, optional
            As in `evidence`.
        """
        unknown = dict.fromkeys(
            word
            for word in words(query)
            if word.isalpha()
            and len(word) >= _SHORTEST
            and word not in STOP_WORDS
            and not any(part.also_words.find(word) >= 0 for part in self._parts)
            and not self._stands(word, readable)
        )
        found = (self._nearest(word, readable) for word in unknown)
        return tuple(repair for repair in found if repair is not None)

    def _nearest(self, word: str, readable: Mask | None) -> Repair | None:
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        limit = 2 if len(word) >= _LONG else 1
        near: dict[str, int] = {}
        for number, part in enumerate(self._parts):
            # In a later part a single text counts: another part may have the second one.
            offered = part.targets(_LEAST_TEXTS if number == 0 else 1, word[0], word[1])
            for found, edits, _ in extract(
                word, offered, scorer=OSA.distance, score_cutoff=limit, limit=None
            ):
                if found[0] == word[0] or found[:2] == word[1::-1]:
                    near[found] = edits
        for edits in sorted(set(near.values())):
            counted = ((-self._count(each, readable), each) for each in near if near[each] == edits)
            best = min(counted)
            if -best[0] >= _LEAST_TEXTS:
                return Repair(written=word, meant=best[1])
        return None

    def _expansions(self, query: str, readable: Mask | None) -> tuple[LongForm, ...]:
        written = dict.fromkeys(ABBREVIATION.findall(query))
        known = (self._long_form(each, readable) for each in written)
        return tuple(
            each
            for each in known
            if each is not None
            and each.n_defined >= _LEAST_TEXTS
            and not each.is_ambiguous
            and each.n_written_out >= _WRITTEN_OUT_SHARE * each.n_written
        )

    def _long_form(self, abbreviation: str, readable: Mask | None) -> LongForm | None:
        meanings: Counter[str] = Counter()
        for part, own in self._each(readable):
            for meaning in part.meanings(abbreviation):
                key = definition_key(abbreviation, meaning)
                meanings[meaning] += _total(part.defined, key, own)
        best = min(((-count, meaning) for meaning, count in meanings.items()), default=(0, ""))
        if best[0] == 0:
            return None
        return LongForm(
            abbreviation=abbreviation,
            meaning=best[1],
            n_defined=-best[0],
            n_written=sum(_total(p.written, abbreviation, own) for p, own in self._each(readable)),
            n_written_out=sum(_total(p.spelled, best[1], own) for p, own in self._each(readable)),
            n_defined_otherwise=_most_others(meanings, best[1]),
        )

    def _stands(self, word: str, readable: Mask | None) -> bool:
        return any(_is_any(part.words, word, own) for part, own in self._each(readable))

    def _count(self, word: str, readable: Mask | None) -> int:
        """Return in how many texts a word stands."""
        return sum(_total(part.words, word, own) for part, own in self._each(readable))

    def _each(self, readable: Mask | None) -> Iterable[tuple[VocabularyPart, Mask | None]]:
        for part, first in zip(self._parts, self._first_rows, strict=False):
            yield part, None if readable is None else readable[first : first + part.n_texts]


class VocabularyPart:
    """The words of some texts, numbered from 0.

    Parameters
    ----------
    n_texts : int
        How many texts there are.
    words : Postings
        Normalised alphabetic words → texts, counted once in each.
    abbreviations : tuple of Postings
        Definitions (abbreviation, zero byte, meaning), abbreviations as written, and meanings as
        written out → texts, with how often.
    also_words : Keys
        Words that are no mistakes although no text has them.
    """

    def __init__(
        self,
        n_texts: int,
        words: Postings,
        abbreviations: tuple[Postings, Postings, Postings],
        also_words: Keys,
    ) -> None:
        self.n_texts = n_texts
        self.words = words
        self.defined, self.written, self.spelled = abbreviations
        self.also_words = also_words
        self._targets: dict[int, list[str]] = {}

    @classmethod
    def build(cls, texts: Sequence[str], also_words: Collection[str] = ()) -> VocabularyPart:
        """Mine texts; see `Vocabulary.build`."""
        spoken = Postings.build({word for word in words(text) if word.isalpha()} for text in texts)
        keys = Keys.build(sorted(also_words))
        return cls(len(texts), spoken, mine_abbreviations(texts), keys)

    @classmethod
    def read(cls, arrays: Arrays) -> VocabularyPart:
        """Open what `arrays` returned."""
        defined, written, spelled = (Postings.read(under(arrays, name)) for name in _ABBREVIATIONS)
        return cls(
            int(arrays["shape"][0]),
            Postings.read(under(arrays, "words")),
            (defined, written, spelled),
            Keys.read(under(arrays, "also_words")),
        )

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays to be written."""
        arrays = {
            "shape": np.asarray([self.n_texts], dtype=np.int64),
            **named("words", self.words.arrays()),
            **named("also_words", self.also_words.arrays()),
        }
        for name in _ABBREVIATIONS:
            arrays |= named(name, getattr(self, name).arrays())
        return arrays

    def meanings(self, abbreviation: str) -> tuple[str, ...]:
        """Return everything that some text says the abbreviation stands for."""
        keys = self.defined.keys
        head = f"{abbreviation}\0"
        place = keys.behind(head)
        found: list[str] = []
        while place < len(keys) and (key := keys[place]).startswith(head):
            found.append(key[len(head) :])
            place += 1
        return tuple(found)

    def targets(self, least: int, *initials: str) -> list[str]:
        """Return the words in at least so many texts that begin with one of these letters."""
        held = self._targets.get(least)
        if held is None:
            is_common = self.words.counts() >= least
            held = [
                word
                for word, is_target in zip(self.words.keys.all(), is_common, strict=True)
                if is_target and len(word) >= _SHORTEST
            ]
            self._targets[least] = held
        found: list[str] = []
        for initial in sorted(set(initials)):
            start = bisect_left(held, initial)
            end = bisect_left(held, chr(ord(initial) + 1), start)
            found += held[start:end]
        return found


def _most_others(meanings: Mapping[str, int], chosen: str) -> int:
    """Return how many texts define the commonest meaning that is quite another one.

    One that shares half of its words is the same in other words: `access list`, `access-lists`.
    """
    own = set(terms(chosen.replace("-", " ")))
    others: Counter[tuple[str, ...]] = Counter()
    for meaning, count in meanings.items():
        theirs = tuple(terms(meaning.replace("-", " ")))
        if len(own.intersection(theirs)) < _SAME_SHARE * len(own.union(theirs)):
            others[theirs] += count
    return max(others.values(), default=0)


_ABBREVIATIONS = ("defined", "written", "spelled")


def mine_long_forms(texts: Sequence[str]) -> tuple[LongForm, ...]:
    """Return the abbreviations that texts define in brackets, each with its commonest meaning.

    An abbreviation fits when its letters are the first letters of the words before the bracket
    (small words may be skipped) or the capitals in them.
    """
    return tuple(Vocabulary.build(texts).long_forms.values())


def _total(postings: Postings, word: str, readable: Mask | None) -> int:
    """Return how often a word stands in the readable rows."""
    span = postings.span(word)
    values = postings.values[span]
    if readable is not None:
        values = values[readable[postings.rows[span]]]
    return int(values.sum())


def _is_any(postings: Postings, word: str, readable: Mask | None) -> bool:
    """Return whether a word stands in a readable row."""
    span = postings.span(word)
    if readable is None:
        return bool(span.stop > span.start)
    rows = postings.rows[span]
    # A word that many may read shows itself early.
    starts = range(0, len(rows), _AT_ONCE)
    return any(bool(np.any(readable[rows[start : start + _AT_ONCE]])) for start in starts)

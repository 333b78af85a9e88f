"""The words of the catalogue and of the warehouse, and where they stand in a question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analytics.catalogue import Catalogue, Dimension
from analytics.errors import WarehouseError
from analytics.language.atoms import MONTHS, UNIT_WORDS, WEEKDAYS
from analytics.language.concepts import ALWAYS_VAGUE, CONCEPTS, VAGUE_WORDS
from analytics.language.country_names import also_called
from analytics.language.part_names import PartNames
from analytics.language.spelling import english_words
from analytics.language.text import Token, tokenize
from analytics.model import Cell
from analytics.ports import Warehouse

_UNNAMED = frozenset({"customer", "incident"})
"""Entities too many, or too wordy, to be recognised by name; they have numbers."""
_MOST_VALUES = 5000
_NOT_BY_ITSELF = frozenset(
    {"none", "other", "a", "b", "1", "2", "3", "4", "over", "left", "post", "cost"}
)
"""Labels and synonyms that say nothing without the name of their dimension."""
_ONLY_PLURAL = frozenset({"opens", "hits", "views", "sends", "visits", "conversions"})
"""Metrics called by a plural noun whose singular is a verb."""
_ARTICLES = frozenset({"a", "an", "the"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A value of a dimension, as a word of a question may mean it."""

    dimension: str
    value: Cell
    exact: bool = True
    """Written in the same number (`Phones`), not only alike (`phone`)."""
    part: bool = False
    """Called by a part of its name ("Office Suite" for "Office Suite Yearly")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Tokens `[start, end)` that name something, with every reading they have."""

    start: int
    end: int
    metrics: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    flags: tuple[str, ...] = ()
    """Boolean dimensions said to hold ("late", "reopened")."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    norms: tuple[str, ...]
    kind: str
    name: str
    value: Cell = None


class Lexicon:
    """Phrases of metrics, dimensions and values, found in tokens by their lemmas.

    Parameters
    ----------
    catalogue
        What can be asked for.
    values
        For each dimension whose values are the warehouse's, the values themselves.
    fiscal_month
        Month, 1 to 12, in which the company's fiscal year begins; None: the word is unknown.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        values: Mapping[str, Iterable[str]],
        fiscal_month: int | None = None,
    ) -> None:
        self.catalogue = catalogue
        self.fiscal_month = fiscal_month
        self._phrases: dict[tuple[str, ...], list[_Phrase]] = defaultdict(list)
        self._longest = 1
        for metric in catalogue.metrics.values():
            for words in (metric.name, metric.label, *metric.synonyms):
                self._add(words, "metric", metric.name)
        for words, names in VAGUE_WORDS.items():
            key = tuple(words.split())
            named = [p for p in self._phrases.get(key, ()) if p.kind == "metric"]
            if words in ALWAYS_VAGUE or all(set(p.norms) & _ONLY_PLURAL for p in named):
                for name in names:
                    if name in catalogue.metrics:
                        self._add(words, "metric", name)
        for dimension in catalogue.dimensions.values():
            self._add_dimension(dimension, values.get(dimension.name, ()))
        plain = {d: names for d, names in values.items() if d in catalogue.dimensions}
        known = frozenset(lemma for key in self._phrases if len(key) == 1 for lemma in key)
        self._parts = PartNames(plain, known, _usual_words(), english_words())

    @property
    def words(self) -> frozenset[str]:
        """Every single word of every phrase, as written and as a lemma."""
        found = {norm for group in self._phrases.values() for p in group for norm in p.norms}
        return frozenset(found | {lemma for key in self._phrases for lemma in key})

    def mentions(self, tokens: tuple[Token, ...]) -> list[Mention]:
        """Return every phrase found at every place, overlapping ones included."""
        found: list[Mention] = []
        places = [i for i, token in enumerate(tokens) if token.norm not in _ARTICLES]
        for first in range(len(places)):
            for last in range(first, min(first + self._longest, len(places))):
                inside = [tokens[i] for i in places[first : last + 1]]
                phrases = self._phrases.get(tuple(token.lemma for token in inside))
                if phrases:
                    norms = tuple(token.norm for token in inside)
                    found.append(_mention(places[first], places[last] + 1, phrases, norms))
                elif parts := self._parts.get(tuple(token.lemma for token in inside)):
                    members = tuple(Member(dimension=d, value=v, part=True) for d, v in parts)
                    start, end = places[first], places[last] + 1
                    found.append(Mention(start=start, end=end, members=members))
        return found

    def _add_dimension(self, dimension: Dimension, values: Iterable[str]) -> None:
        kind = "flag" if dimension.kind == "boolean" else "dimension"
        for words in (dimension.label, *dimension.synonyms):
            self._add(words, kind, dimension.name)
        if "_" not in dimension.name:
            self._add(dimension.name, kind, dimension.name)
        for member in dimension.values:
            for words in (str(member.value), member.label, *member.synonyms):
                if words.lower() in _NOT_BY_ITSELF:
                    continue
                self._add(words, "value", dimension.name, member.value)
        for text in values:
            for words in (text, *(also_called(text) if dimension.column == "country" else ())):
                self._add(words, "value", dimension.name, text)

    def _add(self, words: str, kind: str, name: str, value: Cell = None) -> None:
        tokens = [
            t
            for t in tokenize(words)
            if t.norm not in _ARTICLES and (not t.is_mark or t.norm in {"&", "+", "/"})
        ]
        counted = kind == "metric" and [t.norm for t in tokens[:2]] == ["number", "of"]
        if counted and (len(tokens) > 3 or tokens[-1].norm in self.catalogue.metrics):
            tokens = tokens[2:]
        if not tokens:
            return
        key = tuple(token.lemma for token in tokens)
        phrase = _Phrase(tuple(token.norm for token in tokens), kind, name, value)
        if phrase not in self._phrases[key]:
            self._phrases[key].append(phrase)
        self._longest = max(self._longest, len(key))


def _usual_words() -> frozenset[str]:
    """Words of times and verbs, which no name may take away."""
    text = " ".join(pattern.pattern for pattern in CONCEPTS.values())
    verbs = "".join(c if c.isalpha() else " " for c in text).split()
    return frozenset([*MONTHS, *UNIT_WORDS, *WEEKDAYS, *verbs, "ago", "since"])


def _mention(start: int, end: int, phrases: list[_Phrase], norms: tuple[str, ...]) -> Mention:
    members: dict[tuple[str, Cell], Member] = {}
    for phrase in phrases:
        if phrase.kind == "value":
            exact = phrase.norms == norms
            old = members.get((phrase.name, phrase.value))
            members[phrase.name, phrase.value] = Member(
                dimension=phrase.name,
                value=phrase.value,
                exact=exact or (old is not None and old.exact),
            )
    return Mention(
        start=start,
        end=end,
        metrics=_names(phrases, "metric", norms),
        dimensions=_names(phrases, "dimension", norms),
        members=tuple(members.values()),
        flags=_names(phrases, "flag", norms),
    )


def _names(phrases: list[_Phrase], kind: str, norms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            p.name
            for p in phrases
            if p.kind == kind and not (set(p.norms) & _ONLY_PLURAL and p.norms != norms)
        )
    )


def values_in(warehouse: Warehouse, catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """Read the distinct values of the dimensions that the catalogue does not list.

    Returns
    -------
    dict
        Sorted values by dimension; a dimension with more than 5,000 values, or whose table the
        warehouse lacks, has none and is asked for by number.
    """
    result: dict[str, tuple[str, ...]] = {}
    for dimension in catalogue.dimensions.values():
        wanted = dimension.kind in {"category", "entity"} and not dimension.values
        if not wanted or dimension.transform or dimension.name in _UNNAMED:
            continue
        try:
            table = warehouse.table(dimension.table)
        except WarehouseError:
            continue
        column = table[dimension.column]
        rows, _ = warehouse.run(
            table.filter(column.notnull()).select(value=column).distinct().limit(_MOST_VALUES + 1)
        )
        texts = sorted({str(value) for value in rows["value"]})
        if len(texts) <= _MOST_VALUES:
            result[dimension.name] = tuple(texts)
    return result

"""Values called by a part of their name: "Office Suite" for "Office Suite Yearly"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from analytics.language.cues import CUES, FILLER
from analytics.language.text import number_of, tokenize

Named = tuple[str, str]
"""A dimension and a value."""

_TOO_PLAIN = frozenset({"article_id", "subcategory", "landing_page"})
_MOST = 8
"""A part that more values share says nothing."""


class PartNames:
    """Beginnings and family names that stand for values, found by their lemmas.

    A part counts only when it cannot be anything else: at least one of its words must mean
    nothing here but the name, and a single word must be no English word either.

    Parameters
    ----------
    values
        Names by dimension.
    known
        Lemmas that mean something else here when they stand alone.
    verbs
        Words of times and verbs, which make no name by themselves.
    english
        Words of the language.
    """

    def __init__(
        self,
        values: Mapping[str, Iterable[str]],
        known: frozenset[str],
        verbs: frozenset[str],
        english: frozenset[str],
    ) -> None:
        self._found: dict[tuple[str, ...], list[Named]] = defaultdict(list)
        self._english = english
        grammar = FILLER | _cue_words() | verbs
        everything = grammar | known
        for dimension, names in values.items():
            if dimension in _TOO_PLAIN:
                continue
            for name in names:
                lemmas = tuple(t.lemma for t in tokenize(name) if not t.is_mark)
                for part in self._parts(lemmas):
                    # “Pieces of” says no more than “pieces”.
                    alone = len([word for word in part if word not in FILLER]) <= 1
                    usual = everything if alone else grammar
                    if any(self._tells(word, usual, alone=alone) for word in part):
                        self._found[part].append((dimension, name))
        self.longest = max((len(part) for part in self._found), default=0)

    def _parts(self, lemmas: tuple[str, ...]) -> list[tuple[str, ...]]:
        begun = [lemmas[:n] for n in range(1, len(lemmas))]
        return [*begun, lemmas[-1:]] if len(lemmas) == 2 else begun

    def _tells(self, word: str, usual: frozenset[str], *, alone: bool) -> bool:
        if number_of(word) is not None or len(word) < 3 or word in usual:
            return False
        return not (alone and word in self._english)

    def get(self, lemmas: tuple[str, ...]) -> tuple[Named, ...]:
        """Return the values that a part stands for; none when too many share it."""
        found = tuple(dict.fromkeys(self._found.get(lemmas, ())))
        return found if len(found) <= _MOST else ()

    @property
    def words(self) -> frozenset[str]:
        """Every single word of every part."""
        return frozenset(word for part in self._found for word in part)


def _cue_words() -> frozenset[str]:
    text = " ".join(pattern.pattern for _, pattern in CUES)
    return frozenset("".join(c if c.isalpha() else " " for c in text).split())

"""Whose data it is, what it is recognised by, and what came of an erasure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

MASK = "[erased]"
_TELLING = re.compile(r"[0-9._-]")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A person, as an erasure or an export looks for them."""

    user_id: str
    name: str
    email: str
    pseudonym: str
    """What stands in place of the id afterwards: random, and kept nowhere else."""
    also: tuple[str, ...] = ()
    """Further words that mean them: a full name, a telephone number."""

    @property
    def words(self) -> tuple[str, ...]:
        """Return what is looked for in what others wrote.

        The name one signs in with counts only when it cannot be a word: Mark is a verb, too.
        """
        name = (self.name,) if _TELLING.search(self.name) else ()
        return tuple(dict.fromkeys(item for item in (self.email, *name, *self.also) if item))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        forms = [self.user_id, *(form for word in self.words for form in _forms(word))]
        longest_first = sorted(set(forms), key=lambda form: (-len(form), form))
        return re.compile(
            rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE
        )

    def is_in(self, text: str | None) -> bool:
        """Return whether a text names them."""
        return bool(text) and self._pattern.search(str(text)) is not None

    def masked(self, text: str) -> str:
        """Return a text without what names them."""
        return self._pattern.sub(
            lambda found: self.pseudonym if found[0].lower() == self.user_id else MASK, text
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure did."""

    removed: Mapping[str, int]
    """What → how many were removed or emptied."""
    masked: Mapping[str, int] = field(default_factory=dict)
    """Where → in how many places a mention was masked."""
    still_named_in: tuple[str, ...] = ()
    """Files of the home in which one of the words still stands, and who must look there."""
    advice: tuple[str, ...] = ()
    """What lies outside the home."""


def _forms(word: str) -> tuple[str, ...]:
    """Return a word as it is written in text and in JSON."""
    return word, json.dumps(word)[1:-1]

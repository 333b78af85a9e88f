"""What short forms and nicknames stand for, as far as an operator or common usage says so.

A sense is approved by an operator, or comes from the short list of general IT abbreviations that is
shipped and that an operator may turn off. Several approved senses of one short form all count;
several general ones count for none, until an operator chooses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

from knowledge_base.text import normalise

GENERAL_FILE = Path(__file__).with_name("abbreviations.yaml")
MOST_WORDS = 3
"""A nickname has at most so many words."""
_TOKEN = re.compile(r"\w+(?:[&/.'-]\w+)*")

SenseSource = Literal["operator", "general"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """What a short form stands for."""

    short: str
    """As it is written: `MFA`, `OL`, `the portal`."""
    meaning: str
    source: SenseSource = "operator"
    is_cased: bool = False
    """Whether only this very spelling is meant, because in other letters it is a word (`AD`)."""


class Glossary:
    """Senses of short forms by how they are written.

    Parameters
    ----------
    approved : collection of Sense
        The operator's own; any number for one short form.
    rejected : collection of (short, meaning)
        What nothing may be expanded to, whoever proposes it. An empty meaning rejects all of a
        short form.
    general : collection of Sense
        Common usage.
    """

    def __init__(
        self,
        approved: Collection[Sense] = (),
        rejected: Collection[tuple[str, str]] = (),
        general: Collection[Sense] = (),
    ) -> None:
        self._rejected = frozenset((normalise(short), normalise(each)) for short, each in rejected)
        own = {normalise(sense.short) for sense in approved}
        self._by_key: dict[str, list[Sense]] = {}
        usable = [each for each in general if normalise(each.short) not in own]
        for sense in sorted(
            [*approved, *usable], key=lambda each: (each.short, each.meaning, each.source)
        ):
            if not self.is_rejected(sense.short, sense.meaning):
                self._by_key.setdefault(normalise(sense.short), []).append(sense)

    def __len__(self) -> int:
        return sum(len(senses) for senses in self._by_key.values())

    def is_rejected(self, short: str, meaning: str) -> bool:
        """Return whether the operator said that a short form does not mean that."""
        key = normalise(short)
        return (key, normalise(meaning)) in self._rejected or (key, "") in self._rejected

    def is_decided(self, short: str) -> bool:
        """Return whether the operator said what a short form means."""
        senses = self._by_key.get(normalise(short), [])
        return any(sense.source == "operator" for sense in senses)

    def senses(self, query: str) -> tuple[Sense, ...]:
        """Return what the short forms of a query may stand for, in the query's order.

        Whether the corpus knows the meaning is for the caller to see. A query that writes the
        meaning out beside the short form has said it already.
        """
        if not self._by_key:
            return ()
        tokens = [match.group() for match in _TOKEN.finditer(query)]
        whole = normalise(query)
        found: dict[Sense, None] = {}
        for start in range(len(tokens)):
            for end in range(start + 1, min(start + MOST_WORDS, len(tokens)) + 1):
                written = " ".join(tokens[start:end])
                for sense in self._by_key.get(normalise(written), ()):
                    is_spelled = not sense.is_cased or written == sense.short
                    if is_spelled and normalise(sense.meaning) not in whole:
                        found.setdefault(sense)
        return tuple(found)


@lru_cache(maxsize=1)
def general_senses() -> tuple[Sense, ...]:
    """Read the shipped list of general IT abbreviations."""
    given = yaml.safe_load(GENERAL_FILE.read_text(encoding="utf-8"))
    return tuple(
        Sense(short=short, meaning=meaning, source="general", is_cased=is_cased)
        for group, is_cased in (("any_case", False), ("as_written", True))
        for short, meanings in given[group].items()
        for meaning in _listed(meanings)
    )


def _listed(meanings: str | Sequence[str]) -> Sequence[str]:
    return (meanings,) if isinstance(meanings, str) else meanings

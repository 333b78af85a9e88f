"""What is handed over at once: security incidents, harassment, danger. Data in `policy.yaml`.

A rule names groups of words; a sentence meets it when it has one of each group, in any order and
near each other. What asks how something is done, or what would be if, is a question and meets
none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, get_args

import yaml
from rapidfuzz.distance import OSA

from assistant.errors import SettingsError
from assistant.handoff.contract import PolicyKind
from knowledge_base.text import normalise

SHIPPED_POLICY = Path(__file__).with_name("policy.yaml")
MAX_APART = 14
"""The words that meet a rule stand within so many words."""
MIN_SLIP_LETTERS = 7
"""A word of the rules that is shorter must be written without a slip."""

_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n+")
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Groups of words; a sentence must have one of each."""

    name: str
    kind: PolicyKind
    groups: tuple[tuple[str, ...], ...]
    unless: tuple[str, ...] = ()
    """With one of these the sentence is about something else."""
    article: str = ""
    """What is asked of the articles, to show what to do meanwhile."""
    say: str = ""
    """The message that is said, where it is not the kind's own."""
    is_never_a_question: bool = False
    """Whether it counts however it is asked: who writes "I want to die" is not asking how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyMatch:
    """Why something is handed over at once."""

    kind: PolicyKind
    rule: str
    article: str
    say: str
    """Key of the message that is said."""
    fields: Mapping[str, str]
    """What the ticket is: category, priority, team."""


@dataclass(frozen=True)
class Policy:
    """The rules, in the order in which they are tried. Without rules nothing is handed over."""

    rules: tuple[Rule, ...] = ()
    questions: tuple[str, ...] = ()
    """Patterns of what makes a clause a question or a supposition."""
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Kind → the ticket's fields."""

    def read(self, text: str) -> PolicyMatch | None:
        """Return why a message is handed over at once, or None when it is not.

        Parameters
        ----------
        text
            As it was written; quoted or pasted text counts like any other.
        """
        for sentence in _sentences(text):
            mended = self._mended(sentence)
            for rule in self.rules:
                if self._meets(rule, mended):
                    return PolicyMatch(
                        kind=rule.kind,
                        rule=rule.name,
                        article=rule.article,
                        say=rule.say or rule.kind,
                        fields=dict(self.fields.get(rule.kind, {})),
                    )
        return None

    def _meets(self, rule: Rule, sentence: str) -> bool:
        if any(_pattern(word).search(sentence) for word in rule.unless):
            return False
        spans = _nearest([_places(group, sentence) for group in rule.groups])
        if spans is None or sentence[spans[0] : spans[1]].count(" ") > MAX_APART:
            return False
        return rule.is_never_a_question or not self._asks(sentence, spans[0])

    def _asks(self, sentence: str, start: int) -> bool:
        """Return whether the clause in which something is told asks or supposes it."""
        clause_start = max(sentence.rfind(mark, 0, start) for mark in (",", ":")) + 1
        clause = sentence[clause_start:]
        return any(pattern.search(clause) for pattern in self._question_patterns)

    @cached_property
    def _question_patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(item) for item in self.questions)

    @cached_property
    def _long_words(self) -> tuple[str, ...]:
        words = {
            word
            for rule in self.rules
            for group in rule.groups
            for item in group
            for word in _WORD.findall(item)
            if len(word) >= MIN_SLIP_LETTERS
        }
        return tuple(sorted(words))

    def _mended(self, sentence: str) -> str:
        """Return a sentence with slips in the rules' long words put right."""

        def mend(match: re.Match[str]) -> str:
            word = match.group()
            if len(word) < MIN_SLIP_LETTERS - 1 or word in self._long_words:
                return word
            near = [
                each
                for each in self._long_words
                if each[0] == word[0] and OSA.distance(word, each, score_cutoff=1) == 1
            ]
            is_form = any(word in (f"{each}s", each.removesuffix("s")) for each in near)
            return near[0] if near and not is_form else word

        return _WORD.sub(mend, sentence)


def load_policy(path: Path = SHIPPED_POLICY) -> Policy:
    """Read the rules.

    Raises
    ------
    SettingsError
        When the file is missing, malformed, or an example of it does not meet its rule's kind.
    """
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
        words = {name: tuple(map(str, items)) for name, items in given["words"].items()}
        policy = Policy(
            rules=tuple(
                _rule(kind, item, words)
                for kind in get_args(PolicyKind)
                for item in given["kinds"][kind]["rules"]
            ),
            questions=tuple(map(str, given["questions"])),
            fields={kind: dict(item["ticket"]) for kind, item in given["kinds"].items()},
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"The policy in {path} cannot be read: {error!r}.",
            hint="Compare it with the file that comes with Deskwise.",
        ) from error
    _check_examples(policy, given, path)
    return policy


def _rule(kind: PolicyKind, given: Mapping[str, Any], words: Mapping[str, Sequence[str]]) -> Rule:
    def expand(given_items: Sequence[str] | str) -> tuple[str, ...]:
        items = [given_items] if isinstance(given_items, str) else given_items
        return tuple(
            normalise(str(each))
            for item in items
            for each in (words[item[1:]] if str(item).startswith("$") else (item,))
        )

    return Rule(
        name=str(given["name"]),
        kind=kind,
        groups=tuple(expand(group) for group in given["all"]),
        unless=expand(given.get("unless", ())),
        article=str(given.get("article", "")),
        say=str(given.get("say", "")),
        is_never_a_question=bool(given.get("always", False)),
    )


def _check_examples(policy: Policy, given: Mapping[str, Any], path: Path) -> None:
    for kind, item in given["kinds"].items():
        for example in item.get("examples", ()):
            found = policy.read(str(example))
            if found is None or found.kind != kind:
                raise SettingsError(
                    f"The example {example!r} in {path} is not read as {kind}.",
                    hint="Add its words to a rule, or take it out.",
                )
    for example in given.get("not_these", ()):
        found = policy.read(str(example))
        if found is not None:
            raise SettingsError(
                f"{example!r} in {path} is read as {found.kind} by the rule {found.rule!r}.",
                hint="Make that rule narrower, or take the example out.",
            )


def _sentences(text: str) -> list[str]:
    pieces = _BETWEEN_SENTENCES.split(normalise(text))
    return [" ".join(piece.split()) for piece in pieces if piece.strip()]


@lru_cache(maxsize=4096)
def _pattern(words: str) -> re.Pattern[str]:
    """Return what finds words: `*` stands for the rest of a word, `…` for up to three words."""
    written = re.escape(words).replace(r"\*", r"\w*").replace(r"\ …\ ", r"\ (?:[\w'-]+\ ){0,3}")
    return re.compile(rf"(?<![\w-])(?:{written})(?![\w-])")


def _places(group: Sequence[str], sentence: str) -> list[tuple[int, int]]:
    return sorted(match.span() for words in group for match in _pattern(words).finditer(sentence))


def _nearest(places: Sequence[list[tuple[int, int]]]) -> tuple[int, int] | None:
    """Return the shortest stretch that has one place of each group; None when a group has none.

    Places of different groups may not overlap.
    """
    if not all(places):
        return None
    best: tuple[int, int] | None = None
    for first in places[0]:
        start, end, taken = first[0], first[1], [first]
        for group in places[1:]:
            free = [
                item
                for item in group
                if all(item[1] <= other[0] or item[0] >= other[1] for other in taken)
            ]
            if not free:
                break
            nearest = min(free, key=lambda item: max(end, item[1]) - min(start, item[0]))
            taken.append(nearest)
            start, end = min(start, nearest[0]), max(end, nearest[1])
        else:
            if best is None or end - start < best[1] - best[0]:
                best = (start, end)
    return best

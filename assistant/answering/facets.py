"""What an answer may turn on (system, application, error, …): read out of articles and replies.

The vocabulary is data (`facets.yaml`); what the articles say of themselves is added to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from assistant.errors import SettingsError
from knowledge_base.text import identifier_key, normalise

SHIPPED_FACETS = Path(__file__).with_name("facets.yaml")
NO_VALUE = "none"
"""The value of a facet of codes when none of them is seen."""
MIN_TYPED_LETTERS = 4
"""Shorter names must be typed as they are; longer ones may have a slip."""
LIKE_LABEL = 88.0
"""Likeness of 0..100 from which on a reply is a button's label."""

_CODE = re.compile(
    r"(?<![\w-])(?:0x[0-9A-Fa-f]{4,8}|AADSTS\d{4,7}|[45]\.\d{1,2}\.\d{1,3}|"
    r"(?!KB|SHA|TLS|UTF|IPV|WIN|MS-|ID-?\d|ISO|RFC)[A-Z]{2,8}-?\d{2,6})(?![\w-])"
)
_NUMBERED = re.compile(r"\b(?:error|event id|event|stop code|code|ndr)\s+#?(\d{2,6})\b", re.I)
_QUOTED = re.compile(r"[\"“](?P<said>[^\"“”]{8,90})[\"”]")
_LEAD = r"(?<![\w-])"
_END = r"(?:['’]?s)?(?![\w-])"
_ORDINALS = {
    "1": 0, "one": 0, "first": 0, "1st": 0, "a": 0, "former": 0,
    "2": 1, "two": 1, "second": 1, "2nd": 1, "b": 1,
    "3": 2, "three": 2, "third": 2, "3rd": 2, "c": 2,
    "4": 3, "four": 3, "fourth": 3, "4th": 3, "d": 3,
    "last": -1, "latter": -1,
}  # fmt: skip
_ORDINAL = re.compile(
    r"^\W*(?:(?:the|number|no\.?|option|nr\.?|choice|button|it'?s|its|i mean|i take|take)\s+)*"
    r"(?P<which>[1-4a-d]|1st|2nd|3rd|4th|one|two|three|four|first|second|third|fourth|former|"
    r"latter|last)(?:\s+(?:one|option|choice|please))?\W*$",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """One value of a facet."""

    key: str
    label: str
    """What its button says."""
    names: tuple[str, ...]
    """What articles and people call it, normalised."""
    said: tuple[str, ...] = ()
    """What only people call it."""
    implies: Mapping[str, str] = field(default_factory=dict)
    """Facet → value that goes with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """Something that answers may differ by."""

    key: str
    question: str
    values: tuple[FacetValue, ...]
    is_open: bool = False
    """Whether articles add values of their own under "applies to"."""
    has_codes: bool = False
    """Whether its values are the error codes that articles name."""
    generic: frozenset[str] = frozenset()
    """What is never a value, though articles name it."""
    none_label: str = ""
    """The button for none of the codes."""

    def value(self, key: str) -> FacetValue | None:
        """Return a value of the vocabulary by its key."""
        return next((item for item in self.values if item.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetVocabulary:
    """All facets, in the order that decides between equals."""

    facets: tuple[Facet, ...]
    unknown: tuple[str, ...] = ()
    """What people say who do not know or do not mind."""
    negations: tuple[str, ...] = ()

    def facet(self, key: str) -> Facet:
        """Return a facet.

        Raises
        ------
        KeyError
            When the vocabulary has none of that name.
        """
        return next(item for item in self.facets if item.key == key)


@lru_cache(maxsize=8)
def load_facets(path: Path = SHIPPED_FACETS) -> FacetVocabulary:
    """Read a vocabulary; the same file is read once.

    Raises
    ------
    SettingsError
        When the file is missing or not of the form that its head describes.
    """
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
        return FacetVocabulary(
            facets=tuple(_facet(key, item) for key, item in given["facets"].items()),
            unknown=tuple(normalise(str(item)) for item in given.get("unknown", ())),
            negations=tuple(normalise(str(item)) for item in given.get("negations", ())),
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"The facets in {path} cannot be read: {error}.",
            hint="Compare it with the file that comes with Deskwise.",
        ) from error


def _facet(key: str, given: Mapping[str, Any]) -> Facet:
    return Facet(
        key=str(key),
        question=str(given["question"]),
        values=tuple(
            FacetValue(
                key=str(name),
                label=str(item["label"]),
                names=tuple(dict.fromkeys(normalise(str(each)) for each in item["names"])),
                said=tuple(dict.fromkeys(normalise(str(each)) for each in item.get("said", ()))),
                implies={str(a): str(b) for a, b in (item.get("implies") or {}).items()},
            )
            for name, item in given["values"].items()
        ),
        is_open=bool(given.get("open", False)),
        has_codes=bool(given.get("codes", False)),
        generic=frozenset(normalise(str(item)) for item in given.get("generic", ())),
        none_label=str(given.get("none", "")),
    )


@lru_cache(maxsize=2048)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    either = "|".join(re.escape(name).replace(r"\ ", r"[\s-]+") for name in longest_first)
    return re.compile(f"{_LEAD}(?:{either}){_END}")


def named_values(text: str, facet: Facet, *, by_people: bool = False) -> tuple[str, ...]:
    """Return the values of a facet's vocabulary that a text names, in the vocabulary's order.

    Parameters
    ----------
    text
        Of an article, or of a person.
    facet
        Which facet.
    by_people
        Whether names that only people use count too.
    """
    names = {item.key: item.names + (item.said if by_people else ()) for item in facet.values}
    return tuple(_named(normalise(text), names))


def _named(plain: str, names: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the keys that normalised text names; "without VPN" does not name "VPN" within it."""
    places = [
        (match.start(), match.end(), key)
        for key, written in names.items()
        if written
        for match in _pattern(written).finditer(plain)
    ]
    whole = {
        key
        for start, end, key in places
        if not any(a <= start and end <= b and b - a > end - start for a, b, _ in places)
    }
    return [key for key in names if key in whole]


def read_facets(text: str, vocabulary: FacetVocabulary) -> dict[str, str]:
    """Return facet → value for what a message says of its own accord; what it denies is left out.

    A facet of which two values are named is not known, and is left out too. Only names that
    articles use count here: "PC" in passing says little, as a reply it says all.
    """
    known: dict[str, str] = {}
    plain = _without_denied(normalise(text), vocabulary)
    for facet in vocabulary.facets:
        found = named_values(plain, facet)
        if len(found) == 1:
            known[facet.key] = found[0]
    return with_implied(known, vocabulary)


def with_implied(known: Mapping[str, str], vocabulary: FacetVocabulary) -> dict[str, str]:
    """Return what is known, with what follows from it: an iPhone is a phone."""
    full = dict(known)
    for facet in vocabulary.facets:
        value = facet.value(known.get(facet.key, ""))
        if value is not None:
            for other, implied in value.implies.items():
                full.setdefault(other, implied)
    return full


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetReply:
    """What a reply to a clarifying question says."""

    value: str | None
    """The value, or None."""
    is_unknown: bool
    """Whether it says that the person does not know, or that it is something else."""


def read_reply(
    text: str, facet: Facet, offered: Sequence[tuple[str, str]], vocabulary: FacetVocabulary
) -> FacetReply | None:
    """Read a value out of a typed reply to a clarifying question, or None when it is no reply.

    Parameters
    ----------
    text
        What was typed or clicked: "Windows", "the second one", "it's a macbook", "not the Mac".
    facet
        What was asked about.
    offered
        (value, label) of the buttons, in their order. Values outside it are understood too.
    vocabulary
        For what means "I do not know", and for negation.

    Returns
    -------
    FacetReply or None
        None when nothing in the text is a value, an ordinal or "I do not know": it is a message of
        its own.
    """
    plain = normalise(text).strip(" .,!?;:")
    if not plain:
        return None
    for key, label in offered:
        if plain == normalise(label):
            return FacetReply(value=key, is_unknown=False)
    ordinal = _ORDINAL.match(plain)
    if ordinal:
        place = _ORDINALS[ordinal["which"].lower()]
        if place < len(offered):
            return FacetReply(value=offered[place][0], is_unknown=False)
    found = _values_said(plain, facet, offered, vocabulary)
    if len(found) == 1:
        return FacetReply(value=found[0], is_unknown=False)
    if not found and (facet.has_codes and re.match(r"^(no|none|nothing|nope)\b", plain)):
        return FacetReply(value=NO_VALUE, is_unknown=False)
    if len(found) > 1 or _pattern(vocabulary.unknown).search(plain):
        return FacetReply(value=None, is_unknown=True)
    return None


def _values_said(
    plain: str, facet: Facet, offered: Sequence[tuple[str, str]], vocabulary: FacetVocabulary
) -> list[str]:
    """Return the values that a reply may mean."""
    names = {item.key: item.names + item.said for item in facet.values}
    for key, label in offered:
        names[key] = (*names.get(key, ()), normalise(label), normalise(key))
    kept = _without_denied(plain, vocabulary)
    said = _named(kept, names)
    denied = [key for key in _named(plain, names) if key not in said]
    found = _offered_first(said, offered)
    if not found and denied:
        left = [key for key, _ in offered if key not in denied]
        return left if len(left) == 1 else []
    return found or _misspelt(kept, names, offered)


def _offered_first(found: list[str], offered: Sequence[tuple[str, str]]) -> list[str]:
    """Return the values that were offered where one of them was meant, else all."""
    among = [key for key in found if key in {key for key, _ in offered}]
    return among or found


def _misspelt(
    plain: str, names: Mapping[str, Sequence[str]], offered: Sequence[tuple[str, str]]
) -> list[str]:
    """Return values of which a name or label was typed with a slip."""
    words = re.findall(r"[^\W_]+", plain)
    found = []
    for key, written in names.items():
        for name in written:
            if " " in name or len(name) < MIN_TYPED_LETTERS:
                continue
            slips = 2 if len(name) > 2 * MIN_TYPED_LETTERS - 1 else 1
            if any(
                word[0] == name[0] and OSA.distance(word, name, score_cutoff=slips) <= slips
                for word in words
            ):
                found.append(key)
                break
    if found:
        return _offered_first(found, offered)
    return [key for key, label in offered if fuzz.ratio(plain, normalise(label)) >= LIKE_LABEL]


def _without_denied(plain: str, vocabulary: FacetVocabulary) -> str:
    """Return normalised text without what it denies: "not on the Mac, on Windows" → "on Windows".

    A denial reaches to the next comma, full stop, or "but", "it", "only".
    """
    if not vocabulary.negations:
        return plain
    either = "|".join(re.escape(item) for item in vocabulary.negations)
    reach = r"(?:(?!\b(?:but|it'?s|it is|only|just|i|on(?= my))\b)[^,.;:!?\n]){0,40}"
    return re.sub(rf"(?<!\w)(?:{either})(?!\w){reach}", " ", plain)


def codes_in(text: str) -> dict[str, str]:
    """Return error codes as normalised key → as written, in order."""
    found = {identifier_key(match.group()): match.group() for match in _CODE.finditer(text)}
    return found | {match.group(1): match.group(1) for match in _NUMBERED.finditer(text)}


def quoted_errors(title: str) -> dict[str, str]:
    """Return the error texts that a title quotes, as key → as written."""
    return {
        " ".join(normalise(match["said"]).split()).strip(" .,"): match["said"].strip(" .,")
        for match in _QUOTED.finditer(title)
    }

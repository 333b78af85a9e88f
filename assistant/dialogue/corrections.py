"""Putting what was meant in place of what was understood."""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.answering.facets import FacetVocabulary, named_values
from knowledge_base.text import normalise

_DENIED = re.compile(r"\b(?:not|instead of|rather than) (?:\w+[ -]?){1,4}(?:[,.;]|\bbut\b|$)", re.I)
_JOINT = r"(?:\b(?:on|in|with|for|using|from) )?(?:\b(?:my|the|a|an|our) )?"


def corrected(
    question: str, right: str, said: Mapping[str, str], vocabulary: FacetVocabulary
) -> str:
    """Return a question asked again: the values that a correction replaces are gone from it.

    Parameters
    ----------
    question
        What was asked, with what it leant on.
    right
        What the correction says ("outlook on the mac").
    said
        Facet → value of the correction.
    vocabulary
        How values are named.

    Returns
    -------
    str
        The question without other values of the facets that the correction names, and what the
        correction says in a line of its own.
    """
    kept = replaced(question, said, vocabulary)
    told = " ".join(_DENIED.sub(" ", right).split()) or right
    return "\n".join(part for part in (kept.strip(), told) if part)


def replaced(question: str, said: Mapping[str, str], vocabulary: FacetVocabulary) -> str:
    """Return a question without the values for which something else is said now."""
    kept = question
    for facet in vocabulary.facets:
        value = said.get(facet.key)
        if not value:
            continue
        for key in named_values(kept, facet):
            found = facet.value(key)
            if key != value and found is not None:
                kept = _without(kept, (*found.names, *found.said))
    return kept


def _without(text: str, names: tuple[str, ...]) -> str:
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    either = "|".join(re.escape(name).replace(r"\ ", r"[\s-]+") for name in longest_first)
    pattern = re.compile(rf"{_JOINT}(?<![\w-])(?:{either})(?![\w-])", re.I)
    lines = (pattern.sub(" ", normalise(line)) for line in text.split("\n"))
    return "\n".join(" ".join(line.split()) for line in lines)

"""Two problems in one message: where it may be cut."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.answering.confidence import content_words

MIN_CONTENT_WORDS = 3
MAX_SENTENCES = 4
"""A longer message tells a story; it is cut only where it says that a second thing follows."""

_NUMBERED = re.compile(r"(?:^|\s)(?:1[.)]|\(1\)|a\))\s+(?P<one>.+?)\s+(?:2[.)]|\(2\)|b\))\s+", re.S)
_SAYS_SO = re.compile(
    r"(?:(?<=[.?!;:,])|(?<=\n))\s*(?:and\s+)?(?:also\b|besides(?:\s+(?:that|this))?\b|by the way\b|"
    r"on top of (?:that|this)\b|in addition\b|additionally\b|furthermore\b|plus\b|"
    r"another (?:thing|question|issue|problem)\b|(?:my|the|one) other (?:thing|issue|question|"
    r"problem)(?:\s+is(?:\s+that)?)?\b|second(?:ly)?(?:\s+(?:thing|question|issue|one))?\b|"
    r"the second (?:thing|question|issue|one)(?:\s+is)?\b|in the meantime\b)\s*[,:]?\s*",
    re.I,
)
_SENTENCE = re.compile(r"(?<=[.?!])[)\"'”’]*\s+(?:and[:,]?\s+)?(?=[\"'“(A-Z\d])|\s*;\s+|\n+", re.I)
_CLAUSE = re.compile(
    r",?\s+and\s+(?=(?:how|what|where|which|why|can|could|may|who|when|do|does|is|are|our|my|"
    r"some|the)\b)",
    re.I,
)
_LEANS = re.compile(
    r"^(?:and\s+)?(?:it|this|that|these|those|they|he|she|then|so|but|because|however|same|there|"
    r"i(?:'ve| have)? (?:already )?(?:tried|restarted|checked|did)|any (?:idea|hint)|"
    r"please|thanks?|what (?:can|should|do) (?:i|we)(?: do)?\b|"
    r"how (?:do|can|should) (?:i|we) (?:fix|solve|resolve|stop|get rid)|why(?: is that)?\?|help)\b",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A message cut in two."""

    first: str
    second: str
    says_so: bool
    """Whether the message itself says that a second thing follows."""


def cut_in_two(text: str) -> tuple[Cut, ...]:
    """Return where a message may hold two problems, the surest cut first; empty for most.

    Each part has a few words of content, and the second does not lean on the first. Whether there
    are two problems is for the search to say: both parts must be answered by different articles.
    """
    stripped = text.strip()
    numbered = _NUMBERED.search(stripped)
    if numbered:
        found = _cut(numbered["one"], stripped[numbered.end() :], says_so=True)
        return (found,) if found else ()
    for match in _SAYS_SO.finditer(stripped):
        found = _cut(stripped[: match.start()], stripped[match.end() :], says_so=True)
        if found:
            return (found,)
    ends = list(_SENTENCE.finditer(stripped))
    if len(ends) + 1 > MAX_SENTENCES:
        return ()
    cuts = [
        _cut(stripped[: match.start()], stripped[match.end() :], says_so=False) for match in ends
    ]
    if not ends:
        cuts = [
            _cut(stripped[: match.start()], stripped[match.end() :], says_so=False)
            for match in _CLAUSE.finditer(stripped)
        ]
    possible = [found for found in cuts if found is not None]
    # The most even cut: with two problems each takes about its half of the message.
    possible.sort(key=lambda item: abs(len(item.first) - len(item.second)))
    return tuple(possible[:1])


def _cut(first: str, second: str, *, says_so: bool) -> Cut | None:
    first, second = first.strip(" ,;"), second.strip()
    if min(len(content_words(first)), len(content_words(second))) < MIN_CONTENT_WORDS:
        return None
    if _LEANS.match(second):
        return None
    return Cut(first=first, second=second, says_so=says_so)

"""The parts of a message that may each want something of its own, and those of a very long one."""

from __future__ import annotations

import re

MAX_PARTS = 3
"""What has more is a story: it wants one thing, whatever its sentences sound like."""
MIN_WORDS = 3
"""A part has so many words, unless it is one of the short ones that say something by themselves."""
MAX_CHARS = 160
"""So is a longer message."""

_LEAST_BODY = 2
_END = re.compile(r"(?<=[.!?;\n])\s+|,?\s+(?:and also|but also|also|plus|besides that)\s+", re.I)
_REQUEST = re.compile(
    r"(?:,?\s+(?:and|so|then|but)|,)\s+(?=(?:please\s+|can you\s+|could you\s+|just\s+)*"
    r"(?:open|create|raise|log|file|call|get me|connect|escalate|show|tell me|give me|what|how|why|"
    r"who|when|where|which)\b)",
    re.I,
)
_ADDRESSED = r"(?:\s+(?:there|all|team|everyone|everybody|folks|guys|support|it|desk|bot|again))*"
_OPENING = re.compile(
    r"^\W*(?P<head>(?:hi|hello|hey|dear)\s+\w+(?=[,!])"
    rf"|(?:hi|hiya|hello|hey|greetings|good\s+(?:morning|afternoon|evening)){_ADDRESSED}\b"
    rf"|(?:dear|morning|afternoon|evening){_ADDRESSED}(?=[,!.])"
    r"|(?:thanks|thank you|thx|cheers)\b[^,.!?]{0,40}(?=[,.!])"
    r"|(?:sorry|apologies)(?: to (?:bother|disturb)(?: you)?(?: again)?| for bothering(?: you)?)?"
    r"(?:,? but)?\b|excuse me\b|(?:a |one |just a )?quick(?: question| one)?(?=\s*[:,.!-])"
    r"|hope (?:you are|you're|all is|all's) (?:well|fine|good)\b)[\s,.!:;-]+",
    re.I,
)
_CLOSING = re.compile(
    r"[\s,.!?;-]+(?:(?:many |best )?(?:thanks|thank you|thx|regards|cheers)"
    r"(?: (?:a lot|so much|very much|in advance|all|team|again))?"
    r"|(?:please|pls|plz) help(?: me)?|any (?:ideas?|advice|hints?|thoughts))\W*$",
    re.I,
)
_MOST_OPENINGS = 3


def without_courtesy(text: str) -> tuple[str, str]:
    """Return a message without the greeting before it and the thanks behind it, and the greeting.

    What is left must have two words at least; else the courtesy is the message.

    Parameters
    ----------
    text
        Any text; may be empty.

    Returns
    -------
    tuple of str
        What is left, and what was said before it, empty where nothing was.
    """
    plain = text.strip()
    heads: list[str] = []
    for _ in range(_MOST_OPENINGS):
        opening = _OPENING.match(plain)
        if opening is None or len(plain[opening.end() :].split()) < _LEAST_BODY:
            break
        heads.append(opening["head"])
        plain = plain[opening.end() :]
    closing = _CLOSING.search(plain)
    if closing is not None and len(plain[: closing.start()].split()) >= _LEAST_BODY:
        plain = plain[: closing.start()] + ("?" if plain.rstrip().endswith("?") else "")
    return plain, " ".join(heads)


def parts_of(text: str) -> tuple[str, ...]:
    """Return the parts of a message, in order; none when it has only one, or is a story.

    Parameters
    ----------
    text
        Any text; may be empty.
    """
    plain = text.strip()
    if not plain or len(plain) > MAX_CHARS:
        return ()
    body, greeting = without_courtesy(plain)
    head = [greeting] if greeting else []
    pieces = [piece for end in _END.split(body) if end for piece in _REQUEST.split(end) if piece]
    kept = [piece.strip() for piece in pieces if len(piece.split()) >= MIN_WORDS]
    parts = (*head, *kept)
    return parts if 1 < len(parts) <= MAX_PARTS else ()


LONG = 700
"""From so many characters on a message is read in windows as well as whole."""
WINDOW = 350
MAX_WINDOWS = 8
REPEATED = 4
"""So many words in a row that came before are not read again."""
MAX_WORD = 60
"""A longer run of characters is no word; addresses and paths lose their end."""


def condensed(text: str) -> str:
    """Return a long text without runs of words that came before; a short one as it is.

    Parameters
    ----------
    text
        Any text; may be empty. Characters of one word beyond `MAX_WORD` are cut in any case.
    """
    words = [word[:MAX_WORD] for word in text.split()]
    if len(text) <= LONG:
        return text if all(len(word) <= MAX_WORD for word in text.split()) else " ".join(words)
    seen: set[tuple[str, ...]] = set()
    kept = []
    for place, word in enumerate(words):
        run = tuple(words[max(0, place - REPEATED + 1) : place + 1])
        if len(run) < REPEATED or run not in seen:
            kept.append(word)
        seen.add(run)
    return " ".join(kept)


def windows_of(text: str) -> tuple[str, ...]:
    """Return windows of a long text, broken between words, evenly drawn; none of a short one.

    Parameters
    ----------
    text
        From `condensed`.
    """
    if len(text) < LONG:
        return ()
    windows, current = [], ""
    for word in text.split():
        if len(current) + len(word) >= WINDOW and current:
            windows.append(current)
            current = ""
        current = f"{current} {word}".strip()
    windows.append(current)
    step = max(1.0, len(windows) / MAX_WINDOWS)
    return tuple(windows[int(place * step)] for place in range(min(MAX_WINDOWS, len(windows))))

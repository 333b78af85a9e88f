"""What of a ticket may be repeated to somebody else: sentences without anything personal.

A sentence with an address, a number to call, a secret, an account's own number or a person's name
is left out as a whole; a blank in its place would still tell that there was one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge_base.model import Ticket

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”')\]]*\s+|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|no|nr|vs|approx|mr|mrs|ms|dr|st)\.|\b[A-Z]\.)$", re.I
)
_GREETING = re.compile(
    r"^\s*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|morning|thanks|thank you|"
    r"welcome|sorry)\b[ ]?([^,.!?:;\n]{0,40})[,.!:;\n]+\s*",
    re.I,
)
_SIGN_OFF = re.compile(
    r"(?i:regards|greetings|wishes|cheers|thanks|thank you|thx|sincerely|yours|best|br|mfg)"
    r"[,.!\s]+((?:[A-ZÀ-Þ][\w’'.-]+[ ]?){1,3})\s*(?:[,.(/|\n]|$)"
)
_LAST_WORDS = re.compile(r"[.!?\n]\s*((?:[A-ZÀ-Þ][\w’'-]+)(?: [A-ZÀ-Þ][\w’'-]+){0,2})\s*$")
_NAME_WORD = re.compile(r"[^\W\d_][\w’'-]{2,}")
_PAIR = re.compile(r"\b([A-ZÀ-Þ][a-zà-ÿ’'-]+) ([A-ZÀ-Þ](?:[a-zà-ÿ’'-]+|\.))(?![\w])")
_LOWER_WORD = re.compile(r"(?<![^\W_])[a-zà-ÿ][a-zà-ÿ’'-]+")

_PERSONAL = re.compile(
    r"""
      [\w.+-]+@[\w-]+(?:\.[\w-]+)*                                     # an address, or a mailbox
    | (?<![\w.])(?:\+|00)\d[\d ()./-]{6,}\d                            # +44 20 7946 0000
    | (?<![\w.-])\(?0\d{2,5}\)?[ /-]\d{3}[\d -]*\d                     # 020 7946 0000
    | (?<![\w.-])\d{3}[-. ]\d{3,4}[-. ]\d{4}(?![\w])                   # 555-010-9999
    | \b(?:ext|extension|phone|mobile|tel|call(?:ed)?\ (?:me|him|her|them)?\ ?(?:on|at))\b
      [.: ]{0,3}\+?\d{3,}
    | (?<!\w)(?:[A-Z0-9]{4,8}-){3,}[A-Z0-9]{4,8}(?!\w)                 # keys in groups
    | (?<![\w.])\d{12,}(?!\w)
    | \b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){3,}\b                         # a bank account
    | \b(?:mr|mrs|ms|miss|dr|prof|herr|frau|mme|sr|sra)\.?[ ](?-i:[A-ZÀ-Þ])
    | \b(?:staff|employee|personnel|customer|account|asset|contract|payroll|member|serial|badge|
        card|user|client|invoice|case|reference)
      \s*(?:number|no\.?|nr\.?|id|\#)\s*(?:is|:)?\s*[\w-]*\d{3,}
    | \b(?:date\ of\ birth|born\ on|social\ security|national\ insurance)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SECRET = re.compile(
    r"""
      (?<!error\ )(?<!exit\ )(?<!status\ )(?<!event\ )(?<!stop\ )(?<!bounce\ )
      \b(?:pass(?:word|code|phrase|wort)|pwd|pin|otp|tan|code|token|secret|credentials?|
         recovery\ key|licen[cs]e\ key|product\ key|key|log-?in|user\ ?name|user\ ?id)\b
      [^.!?\n]{0,30}?(?:\bis\b|\bare\b|\bto\b|[:=])\s*[\"“'(]?
      (?=[^\s]*[\d!$%&*?^~#@])(?!\d{1,2}\b)[^\s]{4,}
    | (?<!error\ )(?<!exit\ )(?<!status\ )(?<!event\ )(?<!stop\ )
      \b(?:code|pin|otp|tan|token|password)\s+[\"“']?(?=\S*\d)(?!0x)[\w-]{4,}
    | \b(?:temporary|one-time|initial|new|first|default)\s+(?:pass(?:word|code|phrase)|pin|code)
      \s*(?:is|will\ be|:|=)\s*\S+
    | (?<!\S)(?-i:(?=\S*[a-z])(?=\S*[A-Z])(?=\S*\d)(?=\S*[!$%&*^~])(?!\w+://)[^\s\\/]{8,})(?!\S)
    | (?<![\w-])(?-i:[A-Z][a-z]{2,}-[A-Z][a-z]{2,}-\d{1,4})(?:-\w+)*(?![\w-])   # Two-Words-58
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CONFIDENTIAL = re.compile(
    r"\b(?:treat|keep|handle|stay|remain)\w*\b[^.!?\n]{0,40}\b(?:confidential|private|secret)\w*\b"
    r"|\bticket (?:is |was |has been |now )?(?:marked )?(?:as )?(?:private|confidential|hidden)\b"
    r"|\bmarked? (?:this|the|it|your)\s?(?:ticket|one|case|request)? ?(?:as )?"
    r"(?:private|confidential)\b"
    r"|\bhid (?:this|the) (?:ticket|message)\b|\bin (?:strict )?confidence\b|\bconfidentially\b"
    r"|\bname withheld\b|\bstrictly (?:private|confidential)\b",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A stretch of a message: `text[start:end]`."""

    start: int
    end: int


def is_confidential(ticket: Ticket) -> bool:
    """Return whether nothing of a ticket may be repeated: private, spam, or called confidential."""
    if ticket.private or ticket.is_spam:
        return True
    return any(_CONFIDENTIAL.search(text) for text in (ticket.subject, *_texts(ticket)))


def people_of(ticket: Ticket) -> frozenset[str]:
    """Return the name words of a thread: of greetings and of signatures, in lower case."""
    found: set[str] = set()
    for text in _texts(ticket):
        greeted = _GREETING.match(text)
        pieces = [greeted.group(1)] if greeted else []
        pieces += [match.group(1) for match in _SIGN_OFF.finditer(text)]
        last = _LAST_WORDS.search(text)
        if last and text[: last.start() + 1].strip():
            pieces.append(last.group(1))
        for piece in pieces:
            found.update(word.lower() for word in _NAME_WORD.findall(piece) if word[0].isupper())
    return frozenset(found)


def plain_words(texts: Iterable[str]) -> frozenset[str]:
    """Return the words that stand in lower case somewhere: names of people hardly ever do."""
    return frozenset(word for text in texts for word in _LOWER_WORD.findall(text))


class KnownWords:
    """Words that stand in lower case in some row that may be seen.

    Parameters
    ----------
    rows_of : mapping of str to sequence of int
        Rows in which each word stands in lower case.
    allowed : array of bool
        Rows that may be seen.
    """

    def __init__(
        self, rows_of: Mapping[str, Sequence[int]], allowed: npt.NDArray[np.bool_]
    ) -> None:
        self._rows_of = rows_of
        self._allowed = allowed

    def __contains__(self, word: object) -> bool:
        """Return whether the word is known."""
        return any(self._allowed[row] for row in self._rows_of.get(str(word), ()))


def sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a message in order, a greeting at its start left out."""
    greeted = _GREETING.match(text)
    start = greeted.end() if greeted else 0
    found: list[Sentence] = []
    for match in [*_SENTENCE_END.finditer(text, start), None]:
        end = match.start() if match else len(text)
        if match and "\n" not in match.group() and _ABBREVIATION.search(text[start:end]):
            continue
        piece = text[start:end]
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            found.append(Sentence(start=start + lead, end=start + len(piece.rstrip())))
        if match:
            start = match.end()
    return tuple(found)


def is_personal(text: str, *, people: Collection[str], known: Container[str]) -> bool:
    """Return whether a sentence holds something personal, secret or of one account only.

    Parameters
    ----------
    text : str
        One sentence.
    people : collection of str
        Name words of its thread, from `people_of`.
    known : container of str
        Words that are no names, from `plain_words` over everything that may be read: a pair of
        capitalised words of which neither is known is taken for a person.
    """
    if _PERSONAL.search(text) or _SECRET.search(text):
        return True
    if any(word.lower() in people for word in _NAME_WORD.findall(text) if word[0].isupper()):
        return True
    return any(
        match.group(1).lower() not in known and match.group(2).rstrip(".").lower() not in known
        for match in _PAIR.finditer(text)
    )


def repeatable(
    text: str, *, people: Collection[str], known: Container[str]
) -> tuple[Sentence, ...]:
    """Return the sentences of a message that may be shown to others, in order."""
    return tuple(
        item
        for item in sentences(text)
        if not is_personal(text[item.start : item.end], people=people, known=known)
    )


def _texts(ticket: Ticket) -> tuple[str, ...]:
    return tuple(message.text for message in ticket.messages)

"""Tokens of a question: lower case, plural-light lemmas, numbers apart from letters."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

_TOKEN = re.compile(
    r"\d{4}-\d{2}-\d{2}(?!\d)"  # ISO date
    r"|\d{1,2}\.\d{1,2}\.(?:\d{4}|\d\d)(?![\d.])"  # 15.06.2026
    r"|'\d{2}(?!\d)"  # '26
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])"  # 2,000 or 1,250.50
    r"|\d+\.\d+"
    r"|\d+"
    r"|[^\W\d_]+(?:'[^\W\d_]+)?"
    r"|[-,/+&%()?!.;:<>=_€$£*\"]"
)
_MONEY = {"€": "euro", "$": "dollar", "£": "pound"}
_AMOUNT = re.compile(
    r"(?P<sign>[€$£]) ?(?P<amount>\d[\d,.]*\d|\d)(?P<scale> ?(?:k|m|mio|million|thousand)\b)?"
    r"(?! ?(?:euro|eur|dollar|usd|pound|gbp))",
    re.I,
)
"""`€500`: the sign is said after the number."""
_DASHES = str.maketrans(
    {"–": "-", "—": ";", "−": "-", "’": "'", "‘": "'", "`": "'", "“": '"', "”": '"'}
)
_CONTRACTIONS = {
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "shan't": "shall not",
}
_KEEP = frozenset(
    [
        "his",
        "this",
        "its",
        "us",
        "as",
        "is",
        "always",
        "perhaps",
        "besides",
        "sometimes",
        "across",
        "versus",
        "plus",
        "bus",
        "gas",
        "less",
        "unless",
        "whereas",
        "series",
        "news",
        "yes",
        "minus",
        "thus",
        "status",
        "basis",
        "analysis",
        "access",
        "process",
        "address",
        "business",
        "express",
        "wireless",
        "sms",
        "os",
        "ios",
        "dns",
        "vs",
        "afterwards",
        "towards",
        "thanks",
        "pls",
        "os",
    ]
)
_NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
    "thousand": 1000,
    "dozen": 12,
}
NUMBER_PATTERN = r"(?:\d+(?:\.\d+)?|" + "|".join(_NUMBER_WORDS) + ")"
"""Regular expression of a number in canonical text, without groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One word, number or mark of a question."""

    text: str
    """As it was written."""
    norm: str
    """Lower case, apostrophes resolved."""
    lemma: str
    """What patterns are matched against."""
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """Whether the token carries letters."""
        return self.norm[:1].isalpha()

    @property
    def is_mark(self) -> bool:
        """Whether the token is punctuation."""
        return not self.norm[:1].isalnum()


_AUXILIARIES = {
    **dict.fromkeys(("is", "are", "was", "were", "been", "am", "being"), "be"),
    **dict.fromkeys(("does", "did", "doing"), "do"),
    "goes": "go",
    **dict.fromkeys(("has", "had", "having"), "have"),
}


def lemma_of(word: str) -> str:
    """Return a word without its plural ending, an auxiliary verb as its infinitive.

    Examples
    --------
    >>> lemma_of("categories"), lemma_of("tickets"), lemma_of("plus"), lemma_of("access")
    ('category', 'ticket', 'plus', 'access')
    """
    if word in _AUXILIARIES:
        return _AUXILIARIES[word]
    if len(word) <= 3 or word in _KEEP:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "tuses")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def tokenize(text: str) -> tuple[Token, ...]:
    """Split a question into tokens; an empty text has none.

    A hyphen inside a word, a possessive and a currency sign disappear; `didn't` becomes
    `did not`; digits part from letters (`q1` is `q`, `1`; `30d` is `30`, `d`).
    """
    folded = _AMOUNT.sub(_spoken, _folded(text))
    tokens: list[Token] = []
    for match in _TOKEN.finditer(folded):
        raw = match.group().lower()
        if raw in {"$", "€", "£", "*", '"', "_"} or _is_inner_hyphen(folded, match.start()):
            continue
        for part in _resolve(raw):
            tokens.append(
                Token(
                    text=match.group(),
                    norm=part,
                    lemma=lemma_of(part),
                    start=match.start(),
                    end=match.end(),
                )
            )
    return tuple(tokens)


def _spoken(match: re.Match[str]) -> str:
    return f"{match['amount']}{match['scale'] or ''} {_MONEY[match['sign']]}"


def _folded(text: str) -> str:
    """Return the text with one letter for each letter: no accents, plain quotes and dashes."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    parts = (unicodedata.normalize("NFD", letter)[:1] for letter in plain)
    return "".join(part or " " for part in parts)


def _is_inner_hyphen(text: str, position: int) -> bool:
    if text[position] != "-":
        return False
    before = text[position - 1 : position]
    after = text[position + 1 : position + 2]
    if not (before.isalpha() and after.isalnum()) and not (before.isalnum() and after.isalpha()):
        return False
    return not _MONTH_DASH.search(text[:position])


_MONTH_DASH = re.compile(r"(?i)\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|q[1-4])[a-z]*$")


def _resolve(raw: str) -> tuple[str, ...]:
    if raw.startswith("'"):
        return ("20" + raw[1:],)
    raw = _CONTRACTIONS.get(raw, raw)
    if raw.endswith("n't"):
        return (raw[:-3], "not") if raw != "n't" else ("not",)
    if raw.endswith(("'s", "'d", "'m", "'ll", "'re", "'ve")):
        raw = raw.split("'")[0]
    if raw and raw[0].isdigit() and "," in raw:
        raw = raw.replace(",", "")
    return tuple(raw.replace("'", "").split())


def with_word(token: Token, word: str) -> Token:
    """Return the token with another reading (a corrected spelling)."""
    return replace(token, norm=word, lemma=lemma_of(word))


def words(text: str) -> frozenset[str]:
    """Return the words of a text as a set; an easy way to write down long lists."""
    return frozenset(text.split())


def number_of(word: str) -> float | None:
    """Return the value of a number or number word, None when it is neither."""
    if word in _NUMBER_WORDS:
        return float(_NUMBER_WORDS[word])
    try:
        return float(word)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Canonical:
    """The lemmas joined by blanks, and the way back from characters to tokens."""

    text: str
    starts: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open range of tokens that the characters `[start, end)` touch."""
        first = last = None
        for index, begin in enumerate(self.starts):
            stop = self.starts[index + 1] - 1 if index + 1 < len(self.starts) else len(self.text)
            if begin < end and stop > start:
                first = index if first is None else first
                last = index
        if first is None or last is None:
            raise ValueError(f"characters {start} to {end} touch no token of {self.text!r}")
        return first, last + 1


def canonical(tokens: tuple[Token, ...]) -> Canonical:
    """Join lemmas by single blanks, for patterns to be searched in."""
    starts: list[int] = []
    position = 0
    for token in tokens:
        starts.append(position)
        position += len(token.lemma) + 1
    return Canonical(" ".join(token.lemma for token in tokens), tuple(starts))

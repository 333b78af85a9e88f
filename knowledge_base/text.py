"""The one normaliser and tokenizer, for the index and the query alike.

Four views of the same text:

`normalise`
    NFKC, one kind of quote and dash, lower case. What every comparison starts from.
`words`
    The words as people type them, normalised, with compounds both whole and in parts.
`terms`
    `words` without function words, stemmed. What BM25 counts.
`identifiers`
    Error codes, commands, versions, file names: what must match to the letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

import Stemmer

_TRANSLATION = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201b": "'",
        "\u2032": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u00ad": None,
        "\u200b": None,
        "\ufeff": None,
    }
)

# "can't", "cannot" and "can not" are one word; every other negation keeps its "not", because
# an article about what does not work must not look like one about what works. Each pattern comes
# with what a text must contain for it: most texts contain none, and looking is much quicker.
_CONTRACTIONS = (
    (("can't", "cant", "can not"), re.compile(r"\bcan(?:'?t| not)\b"), "cannot"),
    (("won't",), re.compile(r"\bwon't\b"), "will not"),
    (("shan't",), re.compile(r"\bshan't\b"), "shall not"),
    (("n't",), re.compile(r"(?<=\w)n't\b"), " not"),
    # In haste the apostrophe goes; these forms are no words of their own.
    (
        ("dont", "esnt", "idnt", "isnt", "asnt", "vent", "adnt", "ldnt", "arent", "erent"),
        re.compile(
            r"\b(do|does|did|is|was|has|have|had|could|would|should|are|were)nt\b",
        ),
        r"\1 not",
    ),
    (("'",), re.compile(r"(?<=\w)'(?:s|re|ve|ll|d|m)\b"), ""),
)

# Runs of letters and digits, joined inside one word by the marks that codes, commands, paths,
# versions and addresses use.
_COMPOUND = re.compile(r"[^\W_]+(?:[-_.+@#\\/:'&]+[^\W_]+)*", re.UNICODE)
_PART = re.compile(r"[^\W_]+", re.UNICODE)
_HYPHENS = re.compile(r"[-_']")
_LONGEST_WORD = 64

# Function words carry no topic. Negations, "on", "off", "up", "down", "out", "over", "without"
# stay: "off" and "without" are what some questions are about.
_STOP_WORDS = """
    a about after again all also am an and any are as at be because been before being both but by
    could did do does doing each either else few for from further get gets getting go goes got had
    has have having he her here hers him his how however i if in into is it its itself just let like
    many may me might mine more most much must my myself of often one ones only or other our ours
    own please quite rather really same shall she should since so some such than thank thanks that
    the their theirs them then there these they thing things this those though through thus to too
    us very via was we were what when where whether which while who whom whose why will with would
    yes yet you your yours
    """
STOP_WORDS = frozenset(_STOP_WORDS.split())

_IDENTIFIER = re.compile(
    r"""
    (?<![\w.-])(?:
        0x[0-9a-f]{4,16}                                  # 0x80070005
      | [A-Za-z]{2,12}[-_]?\d{3,}(?:[-.]\d+)*             # AADSTS50076, LV-1102, KB5034441
      | [45]\.\d{1,3}\.\d{1,4}                            # 5.7.1, enhanced status codes
      | \d{1,5}(?:\.\d{1,6}){1,4}                         # 16.0.4266.1001
      | [A-Z][A-Za-z]+(?:-[A-Z][A-Za-z0-9]+)+             # Set-CASMailbox
      | [\w-]{2,40}\.(?:exe|dll|msi|msp|ost|pst|xml|reg|ps1|cmd|bat|tlb|sys|log|json|config
          |ini|plist|mobileconfig|dmg|pkg|apk|ipa|evtx?|inf|ocx|olm|oab)
      | [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}       # a GUID
      | [A-Z]{2,}(?:_[A-Z0-9]+)+                          # HKEY_CURRENT_USER, MAPI_E_NOT_FOUND
      | (?:error|code|status|event|id|fault|kb)[ \t]*(?:id|code|number|no\.?)?[ \t:#=(-]*(\d{2,10})
    )(?![\w])
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Alternatives above whose meaning lies in their capitals.
_CASED = re.compile(r"[A-Z][A-Za-z]+(?:-[A-Z][A-Za-z0-9]+)+|[A-Z]{2,}(?:_[A-Z0-9]+)+")
_UNCASED = re.compile(r"\d|\.(?:[a-z]{2,12})$", re.IGNORECASE)


def normalise(text: str) -> str:
    """Return the text in NFKC, lower case, with plain quotes and dashes.

    Parameters
    ----------
    text : str
        Any text; empty gives empty.

    Returns
    -------
    str
        Not of the same length: offsets of the result mean nothing in `text`.
    """
    if text.isascii():
        # Nothing to compose and nothing to translate.
        return text.lower()
    return unicodedata.normalize("NFKC", text).translate(_TRANSLATION).lower()


def words(text: str) -> list[str]:
    """Return the normalised words in order, compounds first in parts and then whole.

    `sign-in` gives `sign`, `in`, `signin`; `5.7.1` gives `5`, `7`, `1`, `5.7.1`. The whole of a
    compound is written without hyphens, so that `e-mail` meets `email` and `LV-1102` `LV1102`.

    Parameters
    ----------
    text : str
        Any text; empty gives an empty list.
    """
    normalised = normalise(text)
    for marks, pattern, replacement in _CONTRACTIONS:
        if any(mark in normalised for mark in marks):
            normalised = pattern.sub(replacement, normalised)
    found: list[str] = []
    for compound in _COMPOUND.findall(normalised):
        if compound.isalnum():
            found.append(compound[:_LONGEST_WORD])
            continue
        parts = _PART.findall(compound)
        found.extend(part[:_LONGEST_WORD] for part in parts)
        whole = _HYPHENS.sub("", compound)
        if len(parts) > 1 and len(whole) <= _LONGEST_WORD:
            found.append(whole)
    return found


def terms(text: str) -> list[str]:
    """Return the words that BM25 counts: without function words, stemmed, in order.

    Parameters
    ----------
    text : str
        Any text; empty, or function words alone, gives an empty list.
    """
    return [stem(word) for word in words(text) if word not in STOP_WORDS]


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the English stem of a normalised word; a word with a digit is its own stem."""
    if not word.isalpha():
        return word
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


def identifiers(text: str) -> tuple[str, ...]:
    """Return error codes, commands, versions and file names, normalised, in order, once each.

    A code is written without hyphens (`LV-1102` gives `lv1102`); a number after "error", "code",
    "status" or "event" gives the number.

    Parameters
    ----------
    text : str
        Any text; empty gives an empty tuple.
    """
    plain = text
    if not text.isascii():
        plain = unicodedata.normalize("NFKC", text).translate(_TRANSLATION)
    found: dict[str, None] = {}
    for match in _IDENTIFIER.finditer(plain):
        whole = match.group()
        if match.group(1):
            found[match.group(1)] = None
        elif _CASED.fullmatch(whole) or _UNCASED.search(whole):
            found[identifier_key(whole)] = None
    return tuple(found)


def identifier_key(written: str) -> str:
    """Return the form in which an identifier is compared: lower case, without hyphens."""
    return normalise(written).replace("-", "").replace("_", "")


def matched_words(query: str, text: str) -> tuple[str, ...]:
    """Return the query's words whose stem stands in the text, in the query's order, once each.

    Parameters
    ----------
    query, text : str
        Either may be empty, which gives an empty tuple.
    """
    asked = _content_words(query)
    if all(word.isalpha() for word in asked):
        # Compounds matter to codes alone; without them the text's plain words do.
        present = {stem(word) for word in set(_PART.findall(normalise(text)))}
    else:
        present = {stem(word) for word in set(words(text)) - STOP_WORDS}
    return tuple(word for word in asked if stem(word) in present)


@lru_cache(maxsize=64)
def _content_words(query: str) -> tuple[str, ...]:
    return unique(word for word in words(query) if word not in STOP_WORDS)


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """Return the items in their order, each once."""
    return tuple(dict.fromkeys(items))


def storable(text: str) -> str:
    """Return text that can be written as UTF-8, with line feeds for line ends.

    JSON may carry halves of surrogate pairs, which no file and no database takes; each becomes a
    question mark.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode("utf-8")


def n_words(text: str) -> int:
    """Return how many runs of letters and digits the text has.

    A path or command counts as all of its parts, which is closer to what an encoder reads than
    white space is.
    """
    return sum(1 for _ in _PART.finditer(text))


def join_plain(pieces: Sequence[str]) -> str:
    """Return pieces of plain text as one, each on its own line, without empty ones."""
    return "\n".join(piece for piece in pieces if piece)

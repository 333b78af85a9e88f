"""Text of a cell to a value: words from lists, truth values, and what counts as missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

Value = str | int | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one text of a column was read as."""

    value: Value = None
    problem: str = ""
    """Why it cannot be read, without the text itself; empty when it was read."""
    note: str = ""
    """What was done to it that its owner may want to know; empty when nothing."""


MISSING_WORDS = frozenset({"null", "na", "n/a", "#n/a", "nan", "nat", "none", "nil", "-", "–", "?"})
_TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0", "on"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "0.0", "off"})


def read_missing(text: str) -> Cell | None:
    """Return a cell without a value when the text means that there is none, else None.

    Not for names and free text, where "None" and "NA" may be what somebody is called.
    """
    word = text.strip().casefold()
    if not word or word == "\\n":
        return Cell()
    if word in MISSING_WORDS:
        return Cell(note=f"{text.strip()!r} read as missing")
    return None


def read_booleans(texts: Sequence[str]) -> list[Cell]:
    """Read truth values: true/false, yes/no, y/n, t/f, on/off, 1/0 in any case."""
    return [_boolean(text) for text in texts]


def _boolean(text: str) -> Cell:
    missing = read_missing(text)
    if missing is not None:
        return missing
    word = text.strip().casefold()
    if word in _TRUE or word in _FALSE:
        return Cell(value=word in _TRUE)
    return Cell(problem="is neither true nor false")


def fold(text: str) -> str:
    """Return text without case and without the separators that spellings differ in."""
    return re.sub(r"[\s_\-]+", " ", text.strip()).casefold()


def read_listed(texts: Sequence[str], values: Sequence[str], *, is_closed: bool) -> list[Cell]:
    """Read words of a list, in any case and with any of space, hyphen and underscore.

    A word that is not on the list is a problem when the list is closed; otherwise it is kept as
    it stands, without the white space around it.
    """
    known = {fold(value): value for value in values}
    return [_listed(text, known, is_closed) for text in texts]


def _listed(text: str, known: dict[str, str], is_closed: bool) -> Cell:
    # The list comes first: 'none' is a plan, not a missing one.
    value = known.get(fold(text))
    if value is not None:
        return Cell(value=value, note="" if value == text else f"spelled as {value!r}")
    missing = read_missing(text)
    if missing is not None:
        return missing
    if is_closed:
        return Cell(problem=f"is not one of {', '.join(known.values())}")
    return Cell(value=text.strip())

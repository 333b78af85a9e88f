"""Numbers as people write them: thousands and decimal separators, currency signs, percent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from analytics.load.cells import Cell, read_missing

DecimalMark = Literal[".", ","]

_SIGNS = "€$£¥₹₽₩₺₴"
_CODES = "EUR|USD|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|AUD|CAD|BRL"
_CURRENCY = re.compile(rf"(?:[{_SIGNS}]|\b(?:{_CODES})\b|(?<=\d)(?:{_CODES})$|^(?:{_CODES})(?=\d))")
_SPACES = re.compile(r"[\s\u00a0\u202f'’]+")
_SPACED = re.compile(r"\d{1,3}(?:[\s\u00a0\u202f'’]\d{3})+(?![\d])")
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_BOUNDS = {"INTEGER": 2**31, "BIGINT": 2**63}

AMBIGUOUS = "could be a thousand or a fraction; say which with `formats`"
MIXED = "stands in a column that mixes decimal comma and decimal point"
NOT_A_NUMBER = "is not a number"


def decimal_mark_of(example: str) -> DecimalMark | None:
    """Return the decimal mark that an example such as `1.234,56` shows; None if it shows none."""
    found = re.fullmatch(r"1([.,']?)234([.,])5\d*", example.strip())
    if found is None or found.group(1) == found.group(2):
        return None
    return "," if found.group(2) == "," else "."


def read_numbers(texts: Sequence[str], kind: str, *, mark: DecimalMark | None = None) -> list[Cell]:
    """Read the distinct texts of one number column.

    Parameters
    ----------
    texts : Sequence[str]
        All distinct texts: the decimal mark is decided over the whole column.
    kind : str
        BIGINT, INTEGER or DOUBLE.
    mark : str, optional
        The decimal mark, if the owner of the data said it.

    Returns
    -------
    list[Cell]
        One for each text; numbers in percent are divided by 100.
    """
    missing = [read_missing(text) for text in texts]
    bare = [_Bare(text) for text in texts]
    present = [b.digits for b, m in zip(bare, missing, strict=True) if m is None]
    decided, problem = (mark, "") if mark else _decide_mark(present, is_whole=kind != "DOUBLE")
    return [
        m if m is not None else b.read(kind, decided, problem)
        for b, m in zip(bare, missing, strict=True)
    ]


def _decide_mark(digits: Sequence[str], *, is_whole: bool) -> tuple[DecimalMark | None, str]:
    """Return the decimal mark of a column, or why it is not known.

    A point alone is a decimal mark, as programs write it, unless other texts show otherwise. A
    comma before exactly three digits may be either, and stays open without a text that tells.
    """
    shown = {mark for text in digits if (mark := _shown_mark(text)) is not None}
    if len(shown) == 1:
        return shown.pop(), ""
    if shown:
        return None, MIXED
    if any("," in text for text in digits) and not is_whole:
        return None, AMBIGUOUS
    return ".", ""


def _shown_mark(text: str) -> DecimalMark | None:
    """Return the decimal mark that one text proves, None when it proves none."""
    if not re.fullmatch(r"[+-]?[\d.,]+", text):
        return None
    points, commas = text.count("."), text.count(",")
    if points and commas:
        return "." if text.rfind(".") > text.rfind(",") else ","
    if points > 1:
        return ","
    if commas > 1:
        return "."
    if commas == 1:
        before, _, after = text.partition(",")
        is_group = len(after) == 3 and 1 <= len(before.lstrip("+-")) <= 3
        return None if is_group and before.lstrip("+-0") else ","
    if points == 1:
        before, _, after = text.partition(".")
        is_group = len(after) == 3 and 1 <= len(before.lstrip("+-")) <= 3
        return None if is_group and before.lstrip("+-0") else "."
    return None


class _Bare:
    """A text without currency, percent and spaces, remembering what was there."""

    def __init__(self, text: str) -> None:
        stripped = text.strip()
        without = _CURRENCY.sub("", stripped)
        self.has_currency = without != stripped
        without = without.strip()
        self.is_percent = without.endswith("%")
        without = without.removesuffix("%").strip()
        if without.startswith("(") and without.endswith(")"):
            without = "-" + without[1:-1].strip()  # as bookkeepers write a negative amount
        elif without.endswith("-"):
            without = "-" + without[:-1].strip()
        without = re.sub(r"^([+-])\s+", r"\1", without).replace("−", "-")
        without = _SPACED.sub(lambda found: _SPACES.sub("", found.group()), without)
        self.digits = without

    def read(self, kind: str, mark: DecimalMark | None, unclear: str) -> Cell:
        """Return the number as its column's type wants it."""
        text = self.digits
        if mark is None and ("," in text or "." in text):
            readable = re.fullmatch(r"[+-]?[\d.,]+", text)
            return Cell(problem=unclear if readable else NOT_A_NUMBER)
        plain = _without_groups(text, mark or ".")
        if plain is None or not _PLAIN.fullmatch(plain):
            return Cell(problem=NOT_A_NUMBER)
        if kind == "DOUBLE":
            return self._fraction(plain)
        if self.is_percent:
            return Cell(problem="is a percentage where a whole number belongs")
        return self._whole(plain, kind)

    def _fraction(self, plain: str) -> Cell:
        value = float(plain)
        if value in (float("inf"), float("-inf")):
            return Cell(problem="is too large")
        if self.is_percent:
            return Cell(value=value / 100, note="percentages divided by 100")
        return Cell(value=value, note="currency signs left out" if self.has_currency else "")

    def _whole(self, plain: str, kind: str) -> Cell:
        if re.fullmatch(r"[+-]?\d+(?:\.0*)?", plain):
            if len(plain) > 40:
                return Cell(problem="is too large")
            value = int(plain.partition(".")[0])
        else:
            number = float(plain)
            if not abs(number) < 2**53 or not number.is_integer():
                return Cell(problem="is not a whole number")
            value = int(number)
        if not -_BOUNDS[kind] <= value < _BOUNDS[kind]:
            return Cell(problem="is too large")
        return Cell(value=value, note="currency signs left out" if self.has_currency else "")


def _without_groups(text: str, mark: DecimalMark) -> str | None:
    """Return the number with a point and without thousands separators; None if misplaced."""
    group = "," if mark == "." else "."
    whole, found, fraction = text.partition(mark)
    if mark in fraction or group in fraction:
        return None
    if group in whole:
        if not re.fullmatch(rf"[+-]?\d{{1,3}}(?:{re.escape(group)}\d{{3}})+", whole):
            return None
        whole = whole.replace(group, "")
    return f"{whole}.{fraction}" if found else whole

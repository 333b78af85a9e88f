# ruff: noqa: E501 - one pattern a line, however long
"""A question as words and single periods, with years filled in from their neighbours."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from analytics.language.atoms import ATOMS, Atom, find_atoms
from analytics.language.calendar import whole_unit_of
from analytics.language.fiscal import fiscal_patterns
from analytics.language.named_days import NAMED_DAYS
from analytics.language.text import Token, canonical
from analytics.language.text import words as words_of
from analytics.model import Period


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or a single period, and the tokens `[start, end)` that it stands for."""

    symbol: str
    start: int
    end: int
    atom: Atom | None = None


_NUMBER_BEFORE = frozenset(
    [
        "than",
        "above",
        "under",
        "below",
        "least",
        "most",
        "exceed",
        "exceeding",
        "limit",
        "error",
        "id",
        "no",
    ]
)

_ENTITY_BEFORE = frozenset(
    ["customer", "ticket", "incident", "order", "campaign", "experiment", "product", "service"]
)

_PAYING = words_of("spend spent pay paid worth cost earn earned bring brought have with buy bought")
"""Before `over 2000`, which is then an amount."""

_MODAL_AFTER = frozenset(["i", "we", "you", "they", "it", "be", "have"])


def pieces_of(
    tokens: tuple[Token, ...],
    as_of: date,
    taken: list[tuple[int, int]],
    fiscal_month: int | None = None,
) -> list[Piece]:
    """Return the question as words, `@` for each single period, and `=` for what is taken.

    A period that runs between two days of its own is `@@`.
    """
    patterns = [*ATOMS, *NAMED_DAYS, *(fiscal_patterns(fiscal_month) if fiscal_month else ())]
    text = canonical(tokens)
    used = [any(a <= i < b for a, b in taken) for i in range(len(tokens))]
    atoms: list[Piece] = []
    for start, end, atom in find_atoms(text.text, as_of, patterns):
        first, last = text.span(start, end)
        if any(used[first:last]) or _is_no_period(tokens, first, last):
            continue
        used[first:last] = [True] * (last - first)
        atoms.append(Piece("@@" if atom.is_span else "@", first, last, atom))
    atoms = _in_one_order(atoms)
    words = [Piece(t.lemma, i, i + 1) for i, t in enumerate(tokens) if not used[i]]
    done = [Piece("=", a, b) for a, b in taken]
    return sorted([*atoms, *words, *done], key=lambda piece: piece.start)


def _in_one_order(atoms: list[Piece]) -> list[Piece]:
    """Read all dates in figures alike: 05/31 says that the 05/01 beside it is in May."""
    told = {p.atom.day_first for p in atoms if p.atom is not None} - {None}
    if len(told) != 1:
        return atoms
    place = 0 if told == {True} else 1
    result: list[Piece] = []
    for piece in atoms:
        atom = piece.atom
        if atom is not None and atom.is_figures and atom.readings:
            atom = replace(atom, period=atom.readings[place], readings=())
        result.append(replace(piece, atom=atom))
    return result


def _is_no_period(tokens: tuple[Token, ...], first: int, last: int) -> bool:
    alone = tokens[first].norm if last - first == 1 else ""
    before = tokens[first - 1].norm if first else ""
    after = tokens[last].norm if last < len(tokens) else ""
    if alone == "may":
        return after in _MODAL_AFTER
    if alone.isdigit() and before == "over" and first > 1 and tokens[first - 2].lemma in _PAYING:
        return True
    if is_year_of(tokens, first):
        return False
    if alone.isdigit():
        return before in _NUMBER_BEFORE or before in _ENTITY_BEFORE or after in {"%", "percent"}
    return False


_FEW = frozenset({"campaign", "service", "product", "experiment", "test", "article"})
"""Things of which there are too few for a number like a year."""
_EACH = frozenset({"by", "per", "each", "every", "all"})


def is_year_of(tokens: tuple[Token, ...], place: int) -> bool:
    """Say whether the number after a noun is a year: `per service 2025`, `tickets 2025`."""
    if not place or not re.fullmatch(r"(?:19[89]|20[0-4])\d", tokens[place].norm):
        return False
    noun = tokens[place - 1]
    before = tokens[place - 2].lemma if place > 1 else ""
    return noun.norm != noun.lemma or noun.lemma in _FEW or before in _EACH


_LINK = re.compile(
    r"@(?: (?:,|and|or|/|&|vs|versus|v|to|-|with|against|than|until|till|through|compared with|compared to|next to|from|, and|on|over|in|the|end|of))+ @"
)


_RANGE_OPENINGS = frozenset({"between", "from", "the"})
"""Before "A and B" that run from A to B; else the two stand side by side."""


def with_years(pieces: list[Piece], as_of: date) -> list[Piece]:
    """Give a month without a year the year of the one that it is joined to, from the right."""
    result = list(pieces)
    places = [i for i, piece in enumerate(result) if piece.atom is not None]
    for left, right in reversed(list(pairwise(places))):
        between = " ".join(piece.symbol for piece in result[left : right + 1])
        a, b = result[left].atom, result[right].atom
        if a is None or b is None or not _LINK.fullmatch(between):
            continue
        opening = result[left - 1].symbol if left else ""
        is_range = _is_range(between) and (" and " not in between or opening in _RANGE_OPENINGS)
        if a.floating is not None and is_range:
            period = _latest_not_after(a.floating, b.period)
            beside = a.floating(b.period.start.year)
            result[left] = replace(result[left], atom=replace(a, period=period, beside=beside))
        elif a.floating is not None and b.floating is None and same_unit(a.period, b.period):
            period = a.floating(b.period.start.year)
            if period != b.period:  # "May against May 2025": the latest one and that one
                result[left] = replace(result[left], atom=Atom(period=period))
        elif b.floating is not None and a.floating is None and is_range:
            period = b.floating(a.period.start.year)
            if period.start < a.period.start:
                period = b.floating(a.period.start.year + 1)
            result[right] = replace(result[right], atom=Atom(period=period))
    return result


def _is_range(between: str) -> bool:
    return bool(re.fullmatch(r"@ (?:to|-|until|till|through|and)(?: the)?(?: end of)? @", between))


def same_unit(a: Period, b: Period) -> bool:
    """Say whether both are made of the same number of the same unit."""
    unit_a, unit_b = whole_unit_of(a), whole_unit_of(b)
    return unit_a is not None and unit_b is not None and unit_a == unit_b


def _latest_not_after(make: Callable[[int], Period], other: Period) -> Period:
    period = make(other.start.year)
    return period if period.start <= other.start else make(other.start.year - 1)


# --- joined periods --------------------------------------------------------------------------

"""Lines of a PDF's pages: what is running text, a heading, a margin's repeated line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"(?:page|seite|p\.)?\s*\d{1,4}(?:\s*(?:of|/|von|\|)\s*\d{1,4})?", re.I)
_MARGIN = 0.1
"""Share of a page's height at its top and bottom where running heads stand."""
_MIN_PAGES = 3
_MIN_FRACTION = 0.4
"""Books have one running head on the left pages and another on the right."""
_MAX_RUNNING_CHARS = 100
_HEADING_SIZE = 1.13
_USUAL_LEADING = 1.1
_MAX_LEADING = 2.2
_MAX_HEADING_CHARS = 120
_MAX_BOLD_CHARS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a line between wide gaps."""

    left: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a page. Lengths are points, from the page's lower left corner."""

    text: str
    page: int
    """From 0."""
    left: float
    right: float
    bottom: float
    top: float
    size: float
    """Height of a letter's line box, in halves."""
    is_bold: bool
    is_mono: bool
    position: float
    """0 at the page's top, 1 at its bottom."""
    segments: tuple[Segment, ...]


def without_repeated(pages: Sequence[Sequence[Line]]) -> list[Line]:
    """Return the lines of all pages without page numbers and running heads.

    A line in the margin goes when it stands, digits aside, on nearly half of the pages, or on some
    with the number of each.
    """
    body = body_size([line for lines in pages for line in lines])
    seen: dict[str, list[Line]] = {}
    for lines in pages:
        for key, line in {_key(line): line for line in lines if _in_margin(line, body)}.items():
            seen.setdefault(key, []).append(line)
    n_pages = sum(1 for lines in pages if lines)
    enough = max(_MIN_PAGES, _MIN_FRACTION * n_pages)
    repeated = {
        key
        for key, lines in seen.items()
        if len(lines) >= (_MIN_PAGES if _counts_pages(lines) else enough)
    }
    kept = [
        line
        for lines in pages
        for line in lines
        if not (
            _in_margin(line, body)
            and (_key(line) in repeated or _PAGE_NUMBER.fullmatch(line.text.strip()))
        )
    ]
    # A page that is all margin, such as a card, is kept rather than lost.
    return kept or [line for lines in pages for line in lines]


def _counts_pages(lines: Sequence[Line]) -> bool:
    """Return whether each line has a number that grows with its page."""
    offsets = [
        {int(number) - line.page for number in _DIGITS.findall(line.text)[:9] if len(number) < 6}
        for line in lines
    ]
    return bool(offsets) and bool(set.intersection(*offsets))


def _in_margin(line: Line, body: float) -> bool:
    """Return whether a line may be a running head: at the edge, short, not larger than the text."""
    is_at_edge = line.position < _MARGIN or line.position > 1 - _MARGIN
    is_small = line.size < _HEADING_SIZE * body and len(line.text) <= _MAX_RUNNING_CHARS
    return is_at_edge and is_small


def _key(line: Line) -> str:
    side = "top" if line.position < 1 / 2 else "bottom"
    return f"{side} {_DIGITS.sub('#', ' '.join(line.text.split()).lower())}"


def body_size(lines: Sequence[Line]) -> float:
    """Return the size of most letters; 0 without lines."""
    sizes: Counter[float] = Counter()
    for line in lines:
        if not line.is_mono:
            sizes[line.size] += len(line.text)
    return max(sizes, key=lambda size: (sizes[size], -size)) if sizes else 0.0


def leading(lines: Sequence[Line]) -> float:
    """Return the usual distance from line to line, in letters' heights; 1.1 when none is seen."""
    body = body_size(lines)
    seen: Counter[float] = Counter()
    for above, line in pairwise(lines):
        distance = above.bottom - line.bottom
        if above.page == line.page and line.size == above.size == body and distance > 0:
            seen[round(distance / body, 1)] += 1
    usual = max(seen, key=lambda ratio: (seen[ratio], -ratio)) if seen else _USUAL_LEADING
    return min(_MAX_LEADING, max(_USUAL_LEADING, usual))


def heading_levels(lines: Sequence[Line]) -> dict[int, int]:
    """Return which lines are headings: place in `lines` → level from 1.

    A heading has larger letters than the text, or is a short line in bold between lines that are
    not.
    """
    body = body_size(lines)
    bold_share = sum(len(line.text) for line in lines if line.is_bold)
    is_bold_told = bold_share < sum(len(line.text) for line in lines) / 3
    large: dict[int, float] = {}
    bold: list[int] = []
    for place, line in enumerate(lines):
        has_letters = sum(letter.isalpha() for letter in line.text) >= 2
        if not has_letters or line.is_mono or len(line.segments) > 2:
            continue
        if line.size >= _HEADING_SIZE * body and len(line.text) <= _MAX_HEADING_CHARS:
            large[place] = line.size
        elif is_bold_told and _is_bold_heading(lines, place):
            bold.append(place)
    sizes = sorted(set(large.values()), reverse=True)
    levels = {place: min(5, sizes.index(size) + 1) for place, size in large.items()}
    return levels | dict.fromkeys(bold, min(6, len(sizes[:5]) + 1))


def _is_bold_heading(lines: Sequence[Line], place: int) -> bool:
    line = lines[place]
    if not line.is_bold or len(line.text) > _MAX_BOLD_CHARS or len(line.segments) > 1:
        return False
    if re.search(r"[.,;:]$", line.text.strip()) or not re.match(r"[\dA-Z]", line.text.strip()):
        return False
    above = lines[place - 1] if place else None
    below = lines[place + 1] if place + 1 < len(lines) else None
    is_after_text = above is None or not above.is_bold or above.page != line.page
    is_before_text = below is not None and not below.is_bold
    return is_after_text and is_before_text and abs(_gap(above, line)) > line.size * 1.2


def _gap(above: Line | None, line: Line) -> float:
    """Return from top to top; a change of page counts as a wide one."""
    return 1e6 if above is None or above.page != line.page else above.top - line.top

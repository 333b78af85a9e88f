"""An article as the pieces that may be quoted: sections, and units that are quoted whole.

A section is a run of blocks under one heading. Its units are what belongs together: a list with
the sentence that introduces it, a command with the sentence before it, a paragraph, a table. What
a heading promises (a fix, a cause, symptoms, further reading) is the section's role.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge_base.model import Block, Document

Role = Literal["fix", "cause", "symptom", "aside", "none"]
UnitKind = Literal["steps", "bullets", "text", "code", "table", "row", "note", "warning", "quote"]

LONG_BULLETS = 60
"""From so many words on, the bullets of a list are quoted one by one."""
LONG_TABLE = 40
"""From so many words on, the rows of a table are quoted one by one, each under the header."""
LONG_INTRODUCTION = 45
"""A longer paragraph is a unit of its own, even when it introduces what follows."""
SHORT_QUESTION = 30
MIN_TABLE_LINES = 4
"""Header, dashes and two rows."""

_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        "aside",
        re.compile(
            r"^(?:more info|additional info|further|references?\b|see also|related|next steps?$|"
            r"feedback|contact|disclaimer|third.party|applies to|status$|"
            r"if (?:this|that) does(?: not|n't) help|"
            r"need more help|still need help|keywords|version history|change ?log)",
            re.I,
        ),
    ),
    ("cause", re.compile(r"^(?:causes?\b|root cause|reasons?\b|why\b)", re.I)),
    (
        "symptom",
        re.compile(
            r"^(?:symptoms?\b|problems?\b|issues?\b|error messages?\b|what you see|description$|"
            r"summary$|introduction$|overview$|scenario$)",
            re.I,
        ),
    ),
    (
        "fix",
        re.compile(
            r"^(?:resolutions?\b|resolve\b|solutions?\b|work ?arounds?\b|fix(?:es)?\b|steps?\b|"
            r"how to\b|methods?\b|options?\b|procedures?\b|instructions?\b|mitigation|"
            r"recommended\b|what (?:you need )?to do|to (?:resolve|fix|work around)|"
            r"before you start|prerequisites?|on (?:windows|a mac|macos|iphone|ios|android)\b)",
            re.I,
        ),
    ),
)
_WARNING = re.compile(r"^[>\s]*\[!(?:important|warning|caution)\]|^\W*(?:warning|caution)\b", re.I)
_NOTE = re.compile(r"^[>\s]*(?:\[!|\**(?:note|tip)\b)", re.I)
_BOLD = re.compile(r"^(?:\*\*|__)[^*_]+(?:\*\*|__)[.:]?$")
_DASHES = re.compile(r"^\s*\|?[\s:|-]*-[\s:|-]*$")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Blocks that are quoted together or not at all."""

    kind: UnitKind
    blocks: tuple[Block, ...]
    start: int
    end: int
    place: int
    """Which unit of its section, from 0."""
    n_words: int
    header: tuple[int, int] | None = None
    """Of a row of a table: where the table's header stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A run of blocks under one heading, without the heading itself."""

    heading_path: tuple[str, ...]
    role: Role
    units: tuple[Unit, ...]

    @property
    def n_words(self) -> int:
        """Return the words of its units."""
        return sum(unit.n_words for unit in self.units)


def role_of(heading_path: Sequence[str]) -> Role:
    """Return what the headings promise: the deepest that promises anything decides.

    The first heading is the article's title and promises nothing of a section; under a heading
    that promises an aside, everything is one.
    """
    role: Role = "none"
    for heading in heading_path[1:]:
        found = next((name for name, words in _ROLES if words.search(heading.strip())), None)
        if found == "aside":
            return "aside"
        role = found or role
    return role


def read_sections(document: Document, blocks: Sequence[Block]) -> tuple[Section, ...]:
    """Group the blocks of an article under their headings, and those of a section into units.

    Parameters
    ----------
    document
        The article.
    blocks
        Its blocks in order.

    Returns
    -------
    tuple of Section
        In reading order; headings without content are left out. Every block that is no heading
        lies in exactly one unit, or in the rows of one table. The first heading of every path is
        the article's title.
    """
    has_title = len({block.heading_path[0] for block in blocks if block.heading_path}) == 1
    groups: list[list[Block]] = []
    for block in blocks:
        if block.kind == "heading":
            continue
        if groups and groups[-1][-1].heading_path == block.heading_path:
            groups[-1].append(block)
        else:
            groups.append([block])
    return tuple(
        Section(heading_path=path, role=role_of(path), units=_units(document.text, group))
        for group, path in (
            (group, _path(document.title, group[0].heading_path, has_title=has_title))
            for group in groups
        )
    )


def _path(title: str, headings: tuple[str, ...], *, has_title: bool) -> tuple[str, ...]:
    """Return the headings with the title first, also in an article that does not repeat it."""
    return headings if has_title and headings else (title, *headings)


def n_words(text: str) -> int:
    """Return how many runs of letters and digits a text has."""
    return sum(1 for _ in _WORD.finditer(text))


def _units(text: str, blocks: Sequence[Block]) -> tuple[Unit, ...]:
    elements = [
        piece for element in _elements(text, blocks) for piece in _long_bullets(text, element)
    ]
    joined: list[list[Block]] = []
    leading: list[Block] = []
    for element in elements:
        if _attaches(joined, element, is_led=bool(leading)):
            joined[-1].extend(element)
        elif _leads_in(text, element):
            leading.extend(element)
        elif element[0].kind == "table" and table_rows(text, element[0]):
            # The rows are chosen one by one; their introduction stands alone.
            joined += [leading, element] if leading else [element]
            leading = []
        else:
            joined.append([*leading, *element])
            leading = []
    if leading:
        joined.append(leading)
    units: list[Unit] = []
    for group in joined:
        units += _as_units(text, group, len(units))
    return tuple(units)


def _as_units(text: str, blocks: Sequence[Block], place: int) -> list[Unit]:
    rows = table_rows(text, blocks[0]) if blocks[0].kind == "table" and len(blocks) == 1 else ()
    if rows:
        header, *others = rows
        return [
            Unit(
                kind="row",
                blocks=tuple(blocks),
                start=start,
                end=end,
                place=place + number,
                n_words=n_words(text[start:end]),
                header=header,
            )
            for number, (start, end) in enumerate(others)
        ]
    return [
        Unit(
            kind=_kind(text, blocks),
            blocks=tuple(blocks),
            start=blocks[0].start,
            end=blocks[-1].end,
            place=place,
            n_words=sum(n_words(text[block.start : block.end]) for block in blocks),
        )
    ]


def table_rows(text: str, table: Block) -> tuple[tuple[int, int], ...]:
    """Return the header of a long table, with the line of dashes below it, and its rows.

    Empty for a table that is short, has one row, or is not written with bars.
    """
    lines: list[tuple[int, int]] = []
    start = table.start
    for line in text[table.start : table.end].split("\n"):
        lines.append((start, start + len(line.rstrip())))
        start += len(line) + 1
    if (
        len(lines) < MIN_TABLE_LINES
        or not _DASHES.match(text[slice(*lines[1])])
        or n_words(text[table.start : table.end]) <= LONG_TABLE
    ):
        return ()
    header = (lines[0][0], lines[1][1])
    return (header, *((start, end) for start, end in lines[2:] if text[start:end].strip()))


def _elements(text: str, blocks: Sequence[Block]) -> list[list[Block]]:
    """Put the blocks of one list together, with what stands between its items."""
    elements: list[list[Block]] = []
    for block in blocks:
        if block.depth and elements and elements[-1][-1].depth:
            same_list = not _starts_anew(elements[-1], block)
        elif block.depth:
            same_list = _continues(text, elements, block)
        else:
            same_list = False
        if same_list and elements[-1][-1].depth == 0:
            between: list[Block] = []
            while elements and elements[-1][0].depth == 0:
                between = [*elements.pop(), *between]
            elements[-1].extend([*between, block])
        elif same_list:
            elements[-1].append(block)
        else:
            elements.append([block])
    return elements


def _starts_anew(element: Sequence[Block], block: Block) -> bool:
    """Return whether a list item of the first level is of another kind than its neighbours."""
    return (
        block.depth == 1
        and block.kind in ("step", "bullet")
        and element[0].kind in ("step", "bullet")
        and element[0].kind != block.kind
    )


def _continues(text: str, elements: Sequence[Sequence[Block]], block: Block) -> bool:
    """Return whether a step goes on with a list that something unindented interrupted."""
    if block.kind != "step" or block.depth != 1 or not block.number.isdigit():
        return False
    for element in reversed(elements[-4:]):
        steps = [item for item in element if item.kind == "step" and item.depth == 1]
        if steps:
            last = steps[-1].number
            return last.isdigit() and int(block.number) == int(last) + 1
    return False


def _long_bullets(text: str, element: list[Block]) -> list[list[Block]]:
    """Return a list of long bullets as its bullets, anything else as it is."""
    if element[0].kind != "bullet":
        return [element]
    if n_words(text[element[0].start : element[-1].end]) <= LONG_BULLETS:
        return [element]
    pieces: list[list[Block]] = []
    for block in element:
        if block.depth == 1 and block.kind == "bullet":
            pieces.append([block])
        elif pieces:
            pieces[-1].append(block)
    return pieces


def _attaches(joined: Sequence[Sequence[Block]], element: Sequence[Block], *, is_led: bool) -> bool:
    """Return whether a command belongs to the paragraph before it."""
    if not joined or is_led or element[0].kind != "code" or element[0].depth:
        return False
    return joined[-1][-1].kind == "paragraph" and joined[-1][-1].depth == 0


def _leads_in(text: str, element: Sequence[Block]) -> bool:
    """Return whether a paragraph announces what follows: ends in a colon, is bold, or asks."""
    block = element[-1]
    if block.kind != "paragraph" or block.depth:
        return False
    words = text[block.start : block.end].strip()
    length = n_words(words)
    if words.endswith((":", ":**", ":_", ":&nbsp;")):
        return length <= LONG_INTRODUCTION
    return length <= SHORT_QUESTION and (bool(_BOLD.match(words)) or words.endswith(("?", "?**")))


def _kind(text: str, blocks: Sequence[Block]) -> UnitKind:
    kinds = {block.kind for block in blocks}
    if "step" in kinds:
        return "steps"
    if "table" in kinds:
        return "table"
    first = text[blocks[0].start : blocks[0].end]
    if "bullet" in kinds:
        return "bullets"
    if _WARNING.match(first):
        return "warning"
    if "note" in kinds or _NOTE.match(first):
        return "note"
    if "code" in kinds:
        return "code"
    return "quote" if "quote" in kinds else "text"

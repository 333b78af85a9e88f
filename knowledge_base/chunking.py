"""Document → passages: cut at headings and steps, with exact offsets and heading path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge_base.blocks import ParsedBlock, parse
from knowledge_base.config import ChunkingSettings
from knowledge_base.model import Document, Passage
from knowledge_base.text import join_plain, n_words, terms

CHUNKER_VERSION = 1
"""Raised when the same document would be cut differently; documents are then cut anew."""

_TITLE_OVERLAP = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """The smallest stretch that is never cut: a block, or some lines of a long one."""

    start: int
    end: int
    plain: str
    n_words: int
    is_heading: bool
    can_open: bool
    """Whether a passage may begin here: at a heading, at a whole step, at plain text."""
    leads_in: bool
    """Whether what follows belongs to it: `Follow these steps:`."""
    heading_path: tuple[str, ...]


def cut(document: Document, settings: ChunkingSettings) -> tuple[Passage, ...]:
    """Return the document's passages in order.

    Parameters
    ----------
    document : Document
        Its `text` is Markdown, of which the part from `body_start` is read.
    settings : ChunkingSettings
        How long a passage may become.

    Returns
    -------
    tuple of Passage
        They do not overlap, and every block with content lies in one of them. A passage is longer
        than `max_words` only when one paragraph is. Empty for a document without content.
    """
    units = _units(document, settings)
    sections = _join_small(_sections(units), settings)
    groups = [group for section in sections for group in _fill(section, settings)]
    return tuple(
        _passage(document, ordinal, group) for ordinal, group in enumerate(groups) if group
    )


def embedding_text(passage: Passage) -> str:
    """Return what the encoder reads of a passage: title, headings, text."""
    return join_plain([" > ".join(passage.heading_path), passage.text])


def _units(document: Document, settings: ChunkingSettings) -> list[_Unit]:
    parsed = parse(document.text, document.body_start)
    main_heading = _main_heading(document.title, parsed)
    units: list[_Unit] = []
    for each in parsed:
        block = each.block
        path = block.heading_path
        if main_heading and path[:1] == (main_heading,):
            path = path[1:]
        for start, end, plain in _pieces(document.text, each, settings.max_words):
            units.append(
                _Unit(
                    start=start,
                    end=end,
                    plain=plain,
                    n_words=n_words(plain),
                    is_heading=block.kind == "heading" and block.depth == 0,
                    can_open=block.depth == 0
                    or (block.depth == 1 and block.kind in {"step", "bullet"}),
                    leads_in=plain.endswith(":") or block.kind == "heading",
                    heading_path=(document.title, *path),
                )
            )
    return units


def _main_heading(title: str, parsed: Sequence[ParsedBlock]) -> str | None:
    """Return the first heading when it only repeats the title."""
    if not parsed or parsed[0].block.kind != "heading" or parsed[0].block.level != 1:
        return None
    heading = parsed[0].plain
    own, given = set(terms(heading)), set(terms(title))
    is_repeated = len(own & given) >= _TITLE_OVERLAP * max(1, min(len(own), len(given)))
    return heading if is_repeated else None


def _pieces(text: str, parsed: ParsedBlock, max_words: int) -> list[tuple[int, int, str]]:
    """Return a block as (start, end, plain), a long table or listing in several at line ends."""
    block, plain = parsed.block, parsed.plain
    whole = [(block.start, block.end, plain)]
    if block.kind not in {"table", "code"} or n_words(plain) <= max_words:
        return whole
    source_lines = text[block.start : block.end].split("\n")
    plain_lines = plain.split("\n")
    if block.kind == "table" and len(source_lines) == len(plain_lines) + 1:
        plain_lines.insert(1, "")  # the line of dashes under a table's head
    elif block.kind == "code" and len(source_lines) == len(plain_lines) + 2:
        plain_lines = ["", *plain_lines, ""]  # the fence
    if len(source_lines) != len(plain_lines):
        return whole
    pieces: list[tuple[int, int, str]] = []
    held: list[str] = []
    n_held_words = 0
    start = position = block.start
    for source_line, plain_line in zip(source_lines, plain_lines, strict=True):
        n_line_words = n_words(plain_line)
        if held and n_held_words + n_line_words > max_words and any(held):
            pieces.append((start, position - 1, join_plain(held)))
            held, start, n_held_words = [], position, 0
        held.append(plain_line)
        n_held_words += n_line_words
        position += len(source_line) + 1
    if any(held) or not pieces:
        pieces.append((start, block.end, join_plain(held)))
    else:
        last_start, _, last_plain = pieces.pop()
        pieces.append((last_start, block.end, last_plain))
    return [_trim(text, piece) for piece in pieces]


def _trim(text: str, piece: tuple[int, int, str]) -> tuple[int, int, str]:
    start, end, plain = piece
    stretch = text[start:end]
    return (
        start + len(stretch) - len(stretch.lstrip()),
        end - len(stretch) + len(stretch.rstrip()),
        plain,
    )


def _sections(units: Sequence[_Unit]) -> list[list[_Unit]]:
    """Group units under their heading; a heading without text of its own goes to the next."""
    sections: list[list[_Unit]] = []
    for unit in units:
        opens = unit.is_heading and any(not held.is_heading for held in (sections or [[]])[-1])
        if opens or not sections:
            sections.append([])
        sections[-1].append(unit)
    return [section for section in sections if any(not unit.is_heading for unit in section)]


def _join_small(sections: Sequence[list[_Unit]], settings: ChunkingSettings) -> list[list[_Unit]]:
    """Join a short section with the next while both fit into one passage."""
    joined: list[list[_Unit]] = []
    for section in sections:
        size = sum(unit.n_words for unit in section)
        last = sum(unit.n_words for unit in joined[-1]) if joined else 0
        fits = last + size <= settings.max_words
        if joined and fits and min(last, size) < settings.small_words:
            joined[-1] = [*joined[-1], *section]
        else:
            joined.append(list(section))
    return joined


def _fill(section: Sequence[_Unit], settings: ChunkingSettings) -> list[list[_Unit]]:
    """Cut one section into groups of units of at most `max_words`, at steps where possible."""
    groups: list[list[_Unit]] = []
    held: list[_Unit] = []
    for unit in section:
        held.append(unit)
        while sum(each.n_words for each in held) > settings.max_words:
            place = _best_cut(held)
            if not place:
                break
            groups.append(held[:place])
            held = held[place:]
    if held:
        groups.append(held)
    return _without_bare_headings(groups)


def _best_cut(held: Sequence[_Unit]) -> int:
    """Return before which unit to cut; 0 when there is no place."""
    half = sum(unit.n_words for unit in held) / 2
    fallback = 0
    for place in range(len(held) - 1, 0, -1):
        if held[place - 1].leads_in:
            continue
        fallback = fallback or place
        if held[place].can_open and sum(unit.n_words for unit in held[:place]) >= half:
            return place
    return fallback or (len(held) - 1 if not held[0].is_heading else 0)


def _without_bare_headings(groups: list[list[_Unit]]) -> list[list[_Unit]]:
    merged: list[list[_Unit]] = []
    for group in groups:
        if merged and all(unit.is_heading for unit in merged[-1]):
            merged[-1] = [*merged[-1], *group]
        else:
            merged.append(group)
    return merged


def _passage(document: Document, ordinal: int, units: Sequence[_Unit]) -> Passage:
    contents = [unit for unit in units if not unit.is_heading]
    path = contents[0].heading_path
    for unit in contents[1:]:
        path = _common_prefix(path, unit.heading_path)
    plain = [unit.plain for unit in units if not unit.is_heading or unit.plain not in path]
    return Passage(
        passage_id=f"{document.document_id}#{ordinal}",
        document_id=document.document_id,
        ordinal=ordinal,
        start=units[0].start,
        end=units[-1].end,
        heading_path=path,
        text=join_plain(plain),
    )


def _common_prefix(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    n_common = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        n_common += 1
    return left[:n_common]

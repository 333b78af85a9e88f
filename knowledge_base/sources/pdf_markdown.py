"""Lines of a PDF → paragraphs, lists, tables, code and headings as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from knowledge_base.sources.markup import (
    HARD_BREAK,
    MarkdownWriter,
    Run,
    clean,
    code_block,
    inline,
    table,
)
from knowledge_base.sources.pdf_layout import Line, heading_levels, leading

_SOFT = "\ufffe"
_NUMBER = re.compile(r"(\d{1,3})[.)]\s+(?=\S)")
_BULLET = re.compile(
    r"[\u2022\u25cf\u25aa\u25a0\u25e6\u2023\u00b7\uf0b7\uf0a7\u2013*-]\s+(?=\S)|[\u2022\u25cf\u25aa\uf0b7\uf0a7]"
)
_LONE_MARK = re.compile(r"(?:\d{1,3}[.)]|[\u2022\u25cf\u25aa\u25e6\uf0b7\uf0a7])\s*")
_SENTENCE_END = re.compile(r"[.!?:]['\")\]]?$")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\d\"'])")
_WIDE_GAP = 1.35
"""Lines further apart than the usual distance times this are paragraphs of their own."""
_MAX_SIZE_STEP = 0.15
_SHORT_LINE = 0.82
_COLUMN_SLACK = 30.0
_ALIGNED = 6.0
_INDENT = 4.0
_MAX_PARAGRAPH_WORDS = 120


def write_lines(lines: Sequence[Line]) -> tuple[str, list[int], str]:
    """Return Markdown text, where each page begins in it, and the first large heading.

    Parameters
    ----------
    lines : sequence of Line
        Of all pages, in reading order.
    """
    layout = _Layout(lines=_with_marks_joined(lines))
    layout.levels = heading_levels(layout.lines)
    layout.has_pages = not layout.levels and bool(lines) and lines[-1].page > 0
    layout.leading = leading(layout.lines)
    layout.hyphenated = _hyphenated(lines)
    layout.write()
    text = layout.writer.text()
    return text, layout.page_offsets(), layout.title


def _with_marks_joined(lines: Sequence[Line]) -> list[Line]:
    """Join a bullet or number that stands alone in its line with the text behind it."""
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        if last and last.page == line.page and _LONE_MARK.fullmatch(last.text.strip()):
            joined[-1] = Line(
                text=f"{last.text.strip()} {line.text}",
                page=line.page,
                left=last.left,
                right=line.right,
                bottom=min(last.bottom, line.bottom),
                top=max(last.top, line.top),
                size=line.size,
                is_bold=line.is_bold,
                is_mono=line.is_mono,
                position=last.position,
                segments=line.segments,
            )
        else:
            joined.append(line)
    return joined


def _hyphenated(lines: Sequence[Line]) -> frozenset[str]:
    """Return the words that are written with a hyphen inside a line."""
    found: set[str] = set()
    for line in lines:
        found.update(word.lower() for word in re.findall(r"\w+-\w+", line.text))
    return frozenset(found)


@dataclass(slots=True)
class _Layout:
    lines: Sequence[Line]
    levels: dict[int, int] = field(default_factory=dict)
    leading: float = 1.1
    """Usual distance from line to line, in letters' heights."""
    has_pages: bool = False
    """Whether each page gets a heading, since there are no others."""
    hyphenated: frozenset[str] = frozenset()
    writer: MarkdownWriter = field(default_factory=MarkdownWriter)
    lefts: list[float] = field(default_factory=list)
    """Where the marks of the open list items stand."""
    starts: list[int] = field(default_factory=list)
    """How many pieces were written before each page."""
    title: str = ""
    by_page: dict[int, list[Line]] = field(default_factory=dict)

    def write(self) -> None:
        """Write everything."""
        place = 0
        while place < len(self.lines):
            self.begin_page(self.lines[place].page)
            if place in self.levels:
                place = self.heading(place)
            elif self.lines[place].is_mono:
                place = self.code(place)
            elif (end := self.table_end(place)) > place + 1:
                self.table(place, end)
                place = end
            else:
                place = self.paragraph(place)

    def begin_page(self, page: int) -> None:
        """Note where a page begins, and those before it that hold nothing."""
        while len(self.starts) <= page:
            self.starts.append(len(self.writer.blocks))
            if self.has_pages and len(self.starts) == page + 1:
                self.lefts = []
                self.writer.heading(2, f"Page {page + 1}")

    def page_offsets(self) -> list[int]:
        """Return where each page begins in the text."""
        lengths = [0]
        for piece in self.writer.blocks:
            lengths.append(lengths[-1] + len(piece))
        pieces = [*self.writer.blocks, ""]
        gaps = [len(pieces[n]) if pieces[n].isspace() else 0 for n in self.starts]
        return [lengths[n] + gap for n, gap in zip(self.starts, gaps, strict=True)]

    def heading(self, place: int) -> int:
        """Write a heading, which may go over several lines."""
        level, first = self.levels[place], self.lines[place]
        end = place + 1
        while (
            end < len(self.lines)
            and self.levels.get(end) == level
            and self.lines[end].page == first.page
            and 0 < self.lines[end - 1].top - self.lines[end].top < first.size * 1.6
        ):
            end += 1
        title = clean(self.joined(self.lines[place:end], has_breaks=False)).strip()
        if level == 1 and not self.title:
            self.title = title
        self.lefts = []
        self.writer.heading(level, inline([Run(text=title)]))
        return end

    def code(self, place: int) -> int:
        """Write lines in letters of one width, moved in as they stand on the page."""
        end = place
        while (
            end < len(self.lines) and self.lines[end].is_mono and end not in self.levels
        ) and self.lines[end].page == self.lines[place].page:
            end += 1
        held = self.lines[place:end]
        margin = min(line.left for line in held)
        written = []
        for line in held:
            width = (line.right - line.left) / max(1, len(line.text))
            pad = round((line.left - margin) / width) if width > 0 else 0
            written.append(" " * min(40, pad) + line.text.replace(_SOFT, "-"))
        block = code_block("\n".join(written))
        inside = bool(self.lefts) and margin > self.lefts[-1] + _INDENT
        self.writer.inside_item(block) if inside else self.writer.block(block)
        return end

    def table_end(self, place: int) -> int:
        """Return behind which line the table ends that begins here; `place` when none does."""
        first = self.lines[place]
        if len(first.segments) < 2 or _mark(first.text):
            return place
        columns = [segment.left for segment in first.segments]
        end = n_rows = place
        while end < len(self.lines) and self.lines[end].page == first.page:
            line = self.lines[end]
            lefts = [segment.left for segment in line.segments]
            is_aligned = all(any(abs(x - c) < _ALIGNED for c in columns) for x in lefts)
            is_near = end == place or self.lines[end - 1].top - line.top < line.size * 3
            is_row = len(lefts) > 1 or (n_rows > place and abs(lefts[0] - columns[0]) > _ALIGNED)
            if end in self.levels or not (is_aligned and is_near and is_row):
                break
            n_rows += len(lefts) > 1
            end += 1
        return end if n_rows - place > 1 else place

    def table(self, place: int, end: int) -> None:
        """Write a table; a line that begins behind the first column goes on with its cells."""
        columns = [segment.left for segment in self.lines[place].segments]
        rows: list[list[str]] = []
        for line in self.lines[place:end]:
            cells = [""] * len(columns)
            for segment in line.segments:
                nearest = min(range(len(columns)), key=lambda n: abs(columns[n] - segment.left))
                cells[nearest] = clean(segment.text.replace(_SOFT, "-")).strip()
            if rows and not cells[0]:
                rows[-1] = [f"{a} {b}".strip() for a, b in zip(rows[-1], cells, strict=True)]
            else:
                rows.append(cells)
        self.lefts = []
        self.writer.block(table([[inline([Run(text=c)]) for c in row] for row in rows]))

    def paragraph(self, place: int) -> int:
        """Write a paragraph or one item of a list."""
        end = place + 1
        while end < len(self.lines) and self.goes_on(place, end):
            end += 1
        held = self.lines[place:end]
        mark = _mark(held[0].text)
        text = self.joined(held, has_breaks=True)
        if mark:
            text = text[mark.end() :]
        # Ten pages without an empty line would else be one paragraph.
        pieces = _pieces(text)
        if mark:
            self.item(held[0], int(mark.group(1)) if mark.re is _NUMBER else None, pieces)
        elif self.lefts and held[0].left > self.lefts[-1] + _INDENT:
            for piece in pieces:
                self.writer.inside_item(piece)
        else:
            self.lefts = []
            for piece in pieces:
                self.writer.block(piece)
        return end

    def item(self, line: Line, number: int | None, pieces: Sequence[str]) -> None:
        """Write a list item at the depth that its mark's place says."""
        while self.lefts and line.left < self.lefts[-1] - _INDENT:
            self.lefts.pop()
        if not self.lefts or line.left > self.lefts[-1] + _INDENT:
            self.lefts.append(line.left)
        self.writer.item(len(self.lefts) - 1, number, pieces[0] if pieces else "")
        for piece in pieces[1:]:
            self.writer.inside_item(piece)

    def goes_on(self, place: int, end: int) -> bool:
        """Return whether a line belongs to the paragraph above it."""
        line, above, first = self.lines[end], self.lines[end - 1], self.lines[place]
        if end in self.levels or line.is_mono or _mark(line.text) or self.table_end(end) > end:
            return False
        if line.page != above.page:
            # A sentence that a page cuts; a page with a heading of its own starts anew.
            is_cut = not _SENTENCE_END.search(above.text) and line.text[:1].islower()
            return is_cut and not self.has_pages
        distance = above.bottom - line.bottom
        if not 0 < distance < _WIDE_GAP * self.leading * max(line.size, above.size):
            return False
        if abs(line.size - first.size) > _MAX_SIZE_STEP * first.size:
            return False
        is_item = _mark(first.text) is not None
        if is_item and line.left <= first.left + 1 and _SENTENCE_END.search(above.text):
            return False
        is_moved_in = line.left > above.left + _INDENT and not is_item
        return not (is_moved_in and _SENTENCE_END.search(above.text))

    def joined(self, lines: Sequence[Line], *, has_breaks: bool) -> str:
        """Return lines as one paragraph; a line that ends early keeps its end."""
        text = ""
        for place, line in enumerate(lines):
            if place:
                is_early = has_breaks and self.ends_early(lines[place - 1])
                text += "\n" if is_early else " "
            text += self.dehyphenated(line.text)
        if not has_breaks:
            return text
        runs = [inline([Run(text=piece)]) for piece in text.split("\n")]
        return HARD_BREAK.join(run for run in runs if run) if not _mark(text) else _unescaped(runs)

    def ends_early(self, line: Line) -> bool:
        """Return whether a line ends well before the others of its column."""
        if not self.by_page:
            for each in self.lines:
                self.by_page.setdefault(each.page, []).append(each)
        widest = max(
            other.right
            for other in self.by_page[line.page]
            if abs(other.left - line.left) < _COLUMN_SLACK
        )
        width = widest - line.left
        return width > 0 and (line.right - line.left) < _SHORT_LINE * width

    def dehyphenated(self, text: str) -> str:
        """Join words that were cut at line ends, but those that have a hyphen elsewhere."""
        if _SOFT not in text:
            return text

        def join(match: re.Match[str]) -> str:
            whole = f"{match.group(1)}-{match.group(2)}"
            keeps = whole.lower() in self.hyphenated or match.group(2)[:1].isupper()
            return whole if keeps or match.group(1)[-1:].isdigit() else whole.replace("-", "", 1)

        return re.sub(rf"(\w*){_SOFT}\s*(\w*)", join, text)


def _unescaped(lines: Sequence[str]) -> str:
    """Return the lines of a list item with its mark as it was written."""
    first = re.sub(r"^(\d{1,3})\\([.)])|^\\([-*])", r"\1\2\3", lines[0])
    return HARD_BREAK.join([first, *(line for line in lines[1:] if line)])


def _mark(text: str) -> re.Match[str] | None:
    return _NUMBER.match(text) or _BULLET.match(text)


def _pieces(text: str) -> list[str]:
    """Cut a very long paragraph at sentences."""
    if len(text.split()) <= _MAX_PARAGRAPH_WORDS:
        return [text] if text else []
    pieces: list[str] = []
    held: list[str] = []
    for sentence in _SENTENCE.split(text):
        if held and len(" ".join([*held, sentence]).split()) > _MAX_PARAGRAPH_WORDS:
            pieces.append(" ".join(held))
            held = []
        held.append(sentence)
    return [*pieces, " ".join(held)] if held else pieces

"""Markdown → blocks with exact character offsets and plain text."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge_base.masking import FILLER, mask
from knowledge_base.model import Block, BlockKind, Document

_TAG = re.compile(r"<[^<>]*>")
_SUMMARY = re.compile(r"<summary>(.*?)</summary>", re.DOTALL | re.IGNORECASE)
_DETAILS_END = re.compile(r"</details>", re.IGNORECASE)
_CELL_BREAK = re.compile(r"</t[dh]>|<br\s*/?>|</(?:li|tr|p|div)>", re.IGNORECASE)
_CALL_OUT = re.compile(r"^\s*\[!(?:note|tip|important|warning|caution)\]\s*", re.IGNORECASE)
_TAB_LINK = re.compile(r"^\[[^\]]+\]\(#tab/[^)]*\)$")
_LIST_IN_CODE = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+\S", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedBlock:
    """A block and its plain text, without Markdown marks, images, includes and link targets."""

    block: Block
    plain: str


def parse_blocks(document: Document) -> tuple[Block, ...]:
    """Return the document's blocks in order: headings, paragraphs, steps, code, tables, ….

    Parameters
    ----------
    document : Document
        Its `text` is Markdown, of which the part from `body_start` is read.

    Returns
    -------
    tuple of Block
        They do not overlap; `document.text[block.start:block.end]` has no white space at its
        ends. Empty for a document without content.
    """
    return tuple(parsed.block for parsed in parse(document.text, document.body_start))


def parse(text: str, body_start: int = 0) -> tuple[ParsedBlock, ...]:
    """Return the blocks of Markdown text with their plain text; see `parse_blocks`."""
    masked = mask(text, body_start)
    walker = _Walker(text=text, masked=masked, line_starts=_line_starts(text))
    for token in _parser().parse(masked):
        walker.take(token)
    return tuple(walker.parsed)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _line_starts(text: str) -> list[int]:
    starts = [0]
    starts.extend(match.end() for match in re.finditer("\n", text))
    return starts


@dataclass(slots=True)
class _Item:
    """An open list item."""

    kind: BlockKind
    number: str
    is_named: bool = False
    """Whether a block with the item's kind and number has been written."""


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading that is open."""

    level: int
    title: str
    is_fold: bool
    """Whether it is a tab or a folded section, which ends without another heading."""


@dataclass(slots=True)
class _Walker:
    """Reads the parser's tokens one after the other and writes blocks."""

    text: str
    masked: str
    line_starts: list[int]
    parsed: list[ParsedBlock] = field(default_factory=list)
    headings: list[_Heading] = field(default_factory=list)
    items: list[_Item] = field(default_factory=list)
    whole: str = ""
    """Type of the token that closes the quote or table being read as one block."""
    whole_depth: int = 0
    whole_map: tuple[int, int] = (0, 0)
    whole_plain: list[str] = field(default_factory=list)
    heading_level: int = 0

    def take(self, token: Token) -> None:
        if self.whole:
            self._take_inside(token)
            return
        match token.type:
            case "blockquote_open" | "table_open":
                self._open_whole(token)
            case "list_item_open":
                kind: BlockKind = "step" if token.info else "bullet"
                self.items.append(_Item(kind=kind, number=token.info))
            case "list_item_close":
                self.items.pop()
            case "heading_open":
                self.heading_level = int(token.tag[1])
            case "heading_close":
                self.heading_level = 0
            case "inline":
                self._take_inline(token)
            case "fence" | "code_block":
                self._take_code(token)
            case "html_block":
                self._take_html(token)
            case "hr":
                self._close_folds()
            case _:
                pass

    def _open_whole(self, token: Token) -> None:
        self.whole = token.type.replace("_open", "_close")
        self.whole_depth = 1
        self.whole_map = _lines(token)
        self.whole_plain = []

    def _take_inside(self, token: Token) -> None:
        if token.type == self.whole.replace("_close", "_open"):
            self.whole_depth += 1
        elif token.type == self.whole:
            self.whole_depth -= 1
            if self.whole_depth == 0:
                self._close_whole()
        elif token.type == "inline":
            self.whole_plain.append(_inline_text(token))
        elif token.type in {"fence", "code_block"}:
            self.whole_plain.append(token.content.strip("\n"))
        elif token.type == "html_block":
            self.whole_plain.append(_html_text(token.content))
        elif token.type == "tr_close":
            self.whole_plain.append("\n")

    def _close_whole(self) -> None:
        is_table = self.whole == "table_close"
        self.whole = ""
        if is_table:
            rows = " ".join(self.whole_plain).split("\n")
            self._write("table", self.whole_map, "\n".join(" ".join(row.split()) for row in rows))
            return
        plain = "\n".join(piece for piece in self.whole_plain if piece.strip())
        told = _CALL_OUT.sub("", plain)
        kind: BlockKind = "quote" if told == plain else "note"
        self._write(kind, self.whole_map, told)

    def _take_inline(self, token: Token) -> None:
        plain = _inline_text(token)
        lines = _lines(token)
        if self.heading_level:
            level = self.heading_level
            if _TAB_LINK.match(token.content.strip()):
                # A tab of the source site looks like a heading of any level and is none.
                self._write_fold(self._trimmed(lines), plain)
            else:
                self._write_heading(level, self._trimmed(lines), plain)
        elif self.items and not self.items[-1].is_named:
            if self._write(self.items[-1].kind, lines, plain):
                self.items[-1].is_named = True
        else:
            self._write("paragraph", lines, plain)

    def _take_code(self, token: Token) -> None:
        plain = token.content.replace(FILLER, "").strip("\n")
        kind: BlockKind = "code"
        if token.type == "code_block" and _LIST_IN_CODE.search(plain):
            # Steps indented too far for their list are still steps to a reader.
            kind = "paragraph"
            inner = (_inline_text(t) for t in _parser().parse(_dedent(plain)) if t.type == "inline")
            plain = "\n".join(piece for piece in inner if piece)
        self._write(kind, _lines(token), plain)

    def _take_html(self, token: Token) -> None:
        start, end = self._trimmed(_lines(token))
        summary = _SUMMARY.search(self.text, start, end)
        if summary:
            self._write_fold(summary.span(1), _html_text(summary.group(1)))
            return
        if _DETAILS_END.search(token.content):
            self._close_folds()
        is_table = "<table" in token.content.lower() or "<td" in token.content.lower()
        self._write("table" if is_table else "paragraph", _lines(token), _html_text(token.content))

    def _write_fold(self, span: tuple[int, int], title: str) -> None:
        """Write the title of a tab or of a folded section: a heading one level down."""
        self._close_folds()
        level = min(6, self.headings[-1].level + 1 if self.headings else 1)
        self._write_heading(level, span, title, is_fold=True)

    def _close_folds(self) -> None:
        for place, heading in enumerate(self.headings):
            if heading.is_fold:
                del self.headings[place:]
                return

    def _write_heading(
        self, level: int, span: tuple[int, int], title: str, *, is_fold: bool = False
    ) -> None:
        while self.headings and self.headings[-1].level >= level:
            self.headings.pop()
        if self._write_span("heading", span, title, level=level):
            self.headings.append(_Heading(level=level, title=title.strip(), is_fold=is_fold))

    def _write(self, kind: BlockKind, lines: tuple[int, int], plain: str) -> bool:
        return self._write_span(kind, self._trimmed(lines), plain)

    def _write_span(
        self, kind: BlockKind, span: tuple[int, int], plain: str, *, level: int = 0
    ) -> bool:
        """Write a block unless it is empty or overlaps the one before; return whether."""
        start, end = span
        plain = plain.strip()
        if start >= end or not plain or (self.parsed and start < self.parsed[-1].block.end):
            return False
        item = self.items[-1] if self.items else None
        is_item = kind in {"step", "bullet"}
        block = Block(
            kind=kind,
            start=start,
            end=end,
            level=level or (len(self.items) if is_item else 0),
            number=item.number if item and is_item else "",
            heading_path=tuple(heading.title for heading in self.headings),
            depth=len(self.items),
        )
        self.parsed.append(ParsedBlock(block=block, plain=plain))
        return True

    def _trimmed(self, lines: tuple[int, int]) -> tuple[int, int]:
        first, behind = lines
        start = self.line_starts[first]
        end = self.line_starts[behind] if behind < len(self.line_starts) else len(self.text)
        stretch = self.text[start:end]
        start += len(stretch) - len(stretch.lstrip())
        end -= len(stretch) - len(stretch.rstrip())
        return start, end


def _lines(token: Token) -> tuple[int, int]:
    if token.map is None:
        raise AssertionError(f"{token.type} has no line map")
    return token.map[0], token.map[1]


def _dedent(text: str) -> str:
    return "\n".join(line.lstrip() for line in text.split("\n"))


def _inline_text(token: Token) -> str:
    pieces: list[str] = []
    for child in token.children or []:
        match child.type:
            case "text" | "code_inline":
                pieces.append(child.content.replace(FILLER, ""))
            case "softbreak":
                pieces.append(" ")
            case "hardbreak":
                pieces.append("\n")
            case "html_inline" if child.content.lower().startswith("<br"):
                pieces.append("\n")
            case "html_inline":
                pieces.append(" ")
            case _:
                pass
    lines = "".join(pieces).replace("\u00a0", " ").split("\n")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def _html_text(source: str) -> str:
    text = _TAG.sub("", _CELL_BREAK.sub(" \n", source.replace(FILLER, "")))
    lines = html.unescape(text).replace("\u00a0", " ").split("\n")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)

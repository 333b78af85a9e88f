"""DOCX → Markdown: headings by style, lists with the numbers that Word shows, tables, code."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from knowledge_base.errors import SourceError
from knowledge_base.sources.converted import NO_TEXT, Converted
from knowledge_base.sources.markup import (
    MarkdownWriter,
    Run,
    code_block,
    inline,
    table,
    web_address,
)
from knowledge_base.sources.package import check_package
from knowledge_base.sources.properties import describe_package
from knowledge_base.sources.word_lists import Numbering, Place, numbering_of

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_PROPERTIES = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_HEADING = re.compile(r"heading ([1-9])$")
_CODE_STYLE = re.compile(r"\b(?:code|source|listing|preformatted|console|html preformatted)\b")
_CODE_FONTS = re.compile(
    r"consolas|courier(?: new)?|lucida console|cascadia (?:code|mono)|menlo|monaco|source code pro"
    r"|dejavu sans mono"
)
_CONTENTS_STYLE = re.compile(r"toc(?: heading|\s?\d)")
_MIN_INDENT = 200
"""In twentieths of a point: a paragraph moved in this far under a list item belongs to it."""
_MIN_ALT_WORDS = 2
_MAX_DEPTH = 40


def convert_docx(raw: bytes) -> Converted:
    """Return a DOCX file as Markdown.

    Parameters
    ----------
    raw : bytes
        The file.

    Raises
    ------
    SourceError
        When it is no DOCX file, is refused (password, macros, bomb) or holds no text.
    """
    check_package(raw, "DOCX", "word/document.xml")
    import docx

    document = docx.Document(io.BytesIO(raw))
    reader = _Reader(
        styles={style.style_id: (style.name or "").lower() for style in document.styles},
        links={key: rel.target_ref for key, rel in document.part.rels.items() if rel.is_external},
        numbering=numbering_of(document),
    )
    reader.blocks(document.element.body, 0)
    reader.close_code()
    text = reader.writer.text()
    if not text:
        raise SourceError(NO_TEXT)
    return describe_package(document.core_properties, text, title=reader.title)


@dataclass(slots=True)
class _Reader:
    styles: dict[str, str]
    """Style id → name in lower case."""
    links: dict[str, str]
    numbering: Numbering
    writer: MarkdownWriter = field(default_factory=MarkdownWriter)
    code: list[str] = field(default_factory=list)
    is_code_inside: bool = False
    title: str = ""
    """The paragraph in the style *Title*, else the first heading of level 1."""

    def blocks(self, parent: Any, depth: int) -> None:
        """Read paragraphs and tables in order, those in content controls and changes too."""
        if depth > _MAX_DEPTH:
            raise SourceError(f"Its tables are nested in each other more than {_MAX_DEPTH} deep.")
        for child in parent:
            if child.tag == _W + "p":
                self.paragraph(child)
            elif child.tag == _W + "tbl":
                self.close_code()
                self.table(child, depth)
            elif child.tag in {_W + "sdt", _W + "sdtContent", _W + "ins", _W + "smartTag"}:
                self.blocks(child, depth + 1)

    def paragraph(self, paragraph: Any) -> None:
        """Write one paragraph as what its style and numbering say."""
        style = self.styles.get(_value(paragraph, "pStyle"), "")
        if _CONTENTS_STYLE.match(style):
            return
        runs = list(self.runs(paragraph))
        place = self.numbering.place(paragraph, _value(paragraph, "pStyle"))
        if self.is_code(style, runs) and place is None:
            self.is_code_inside = bool(self.writer.widths)
            self.code.extend("".join("\n" if r.is_break else r.text for r in runs).split("\n"))
            return
        text = inline(runs)
        if not text:
            return
        self.close_code()
        heading = _HEADING.match(style)
        if style in {"title", "subtitle"} or heading:
            level = int(heading.group(1)) if heading else (1 if style == "title" else 2)
            plain = " ".join("".join(" " if r.is_break else r.text for r in runs).split())
            if style == "title" or (level == 1 and not self.title):
                self.title = plain
            self.writer.heading(level, text)
        elif place is not None:
            self.item(place, text)
        elif self.writer.widths and (_indent(paragraph) >= _MIN_INDENT or "list" in style):
            self.writer.inside_item(text)
        else:
            self.writer.block(text)

    def item(self, place: Place, text: str) -> None:
        """Write a list item where its level belongs."""
        self.writer.item(place.level, place.number, text)

    def is_code(self, style: str, runs: Sequence[Run]) -> bool:
        """Return whether a paragraph is a line of code, or an empty line between two such."""
        written = [run for run in runs if run.text.strip()]
        if not written:
            return bool(self.code) and not any(run.is_break for run in runs)
        return bool(_CODE_STYLE.search(style)) or all(run.is_code for run in written)

    def close_code(self) -> None:
        """Write the lines of code that were held."""
        block = code_block("\n".join(self.code)) if self.code else ""
        self.code = []
        if block and self.is_code_inside:
            self.writer.inside_item(block)
        elif block:
            self.writer.block(block)

    def table(self, element: Any, depth: int) -> None:
        """Write a table; one of a single column is a frame around its paragraphs."""
        rows = [
            [cell for cell in row.iter(_W + "tc") if _owner(cell, _W + "tbl") is element]
            for row in element.iter(_W + "tr")
            if _owner(row, _W + "tbl") is element
        ]
        if all(len(row) <= 1 for row in rows):
            for row in rows:
                for cell in row:
                    self.blocks(cell, depth + 1)
            self.close_code()
            return
        above: list[str] = []
        written: list[list[str]] = []
        for row in rows:
            cells: list[str] = []
            for cell in row:
                goes_on = cell.find(f"{_W}tcPr/{_W}vMerge")
                is_merged = goes_on is not None and goes_on.get(_W + "val") != "restart"
                place = len(cells)
                # A cell merged downwards stands in each of its rows, since each is read alone.
                cells.append(above[place] if is_merged and place < len(above) else self.cell(cell))
                span = cell.find(f"{_W}tcPr/{_W}gridSpan")
                width = (span.get(_W + "val") or "1") if span is not None else "1"
                cells.extend([""] * (min(100, int(width)) - 1 if width.isdecimal() else 0))
            written.append(cells)
            above = cells
        self.writer.block(table(written))

    def cell(self, cell: Any) -> str:
        """Return a cell's paragraphs as one, with line ends between them."""
        lines = []
        for paragraph in cell.iter(_W + "p"):
            text = inline(self.runs(paragraph))
            if text and self.numbering.place(paragraph, _value(paragraph, "pStyle")):
                text = "• " + text
            lines.append(text)
        return "\n".join(line for line in lines if line)

    def runs(self, parent: Any, url: str = "") -> Iterator[Run]:
        """Yield the text of a paragraph; deleted text is left out, inserted text is kept."""
        for child in parent:
            tag = child.tag
            if tag == _W + "r":
                yield from self.run(child, url)
            elif tag == _W + "hyperlink":
                yield from self.runs(child, web_address(self.links.get(child.get(_R_ID) or "")))
            elif tag in {
                _W + "ins",
                _W + "smartTag",
                _W + "sdt",
                _W + "sdtContent",
                _W + "fldSimple",
            }:
                yield from self.runs(child, url)

    def run(self, run: Any, url: str) -> Iterator[Run]:
        """Yield one run's text, line ends, and what its pictures show."""
        properties = run.find(_W + "rPr")
        if _is_on(properties, "vanish"):
            return
        style = self.styles.get(_value(run, "rStyle", "rPr"), "")
        is_bold = _is_on(properties, "b") or style == "strong"
        is_code = bool(_CODE_STYLE.search(style)) or bool(_CODE_FONTS.fullmatch(_font(properties)))
        for child in run:
            tag = child.tag
            if tag in {_W + "br", _W + "cr"}:
                yield Run(text="", is_break=True)
                continue
            text = ""
            if tag == _W + "t":
                text = child.text or ""
            elif tag == _W + "tab":
                text = "    " if is_code else " "
            elif tag == _W + "noBreakHyphen":
                text = "-"
            elif tag in {_W + "drawing", _W + "pict", _ALTERNATE}:
                text = _picture(child)
            if text:
                yield Run(text=text, is_bold=is_bold, is_code=is_code, url=url)


def _picture(element: Any) -> str:
    """Return what a drawing shows, or the words in a text box."""
    inside = [t.text or "" for t in element.iter(_W + "t")]
    if inside:
        return " " + " ".join(dict.fromkeys(inside)) + " "
    for properties in element.iter(_PROPERTIES):
        words = (properties.get("descr") or "").split()
        if len(words) >= _MIN_ALT_WORDS:
            return f" (image: {' '.join(words)}) "
    return ""


def _value(element: Any, name: str, within: str = "pPr") -> str:
    found = element.find(f"{_W}{within}/{_W}{name}")
    return (found.get(_W + "val") or "") if found is not None else ""


def _is_on(properties: Any, name: str) -> bool:
    found = properties.find(_W + name) if properties is not None else None
    return found is not None and found.get(_W + "val") not in {"0", "false", "none"}


def _font(properties: Any) -> str:
    found = properties.find(_W + "rFonts") if properties is not None else None
    return (found.get(_W + "ascii") or "").lower() if found is not None else ""


def _indent(paragraph: Any) -> int:
    found = paragraph.find(f"{_W}pPr/{_W}ind")
    if found is None:
        return 0
    written = found.get(_W + "left") or found.get(_W + "start") or "0"
    return int(written) if written.isdecimal() else 0


def _owner(element: Any, tag: str) -> Any:
    return next(element.iterancestors(tag), None)

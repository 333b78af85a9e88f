"""HTML → Markdown: headings, lists, steps, tables and code kept; scripts and menus dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from knowledge_base.errors import SourceError
from knowledge_base.sources.converted import NO_TEXT, Converted
from knowledge_base.sources.html_head import describe_page, read_html
from knowledge_base.sources.html_table import grid, is_layout
from knowledge_base.sources.html_tags import (
    BLOCKS,
    CODE_TAGS,
    HEADINGS,
    call_out,
    is_dropped,
    language_of,
    main_part,
    tag_of,
    text_of,
)
from knowledge_base.sources.markup import (
    MarkdownWriter,
    Run,
    clean,
    code_block,
    inline,
    table,
    web_address,
)

_MAX_DEPTH = 120
_MIN_ALT_WORDS = 2


def convert_html(raw: bytes) -> Converted:
    """Return an HTML file as Markdown.

    Parameters
    ----------
    raw : bytes
        The file.

    Returns
    -------
    Converted
        Its title is the page's, without the site's name where a heading says where that begins.

    Raises
    ------
    SourceError
        When it holds no text.
    """
    root = _parse(read_html(raw))
    main = main_part(root)
    text = markdown_of(main)
    if not text:
        raise SourceError(NO_TEXT)
    return describe_page(root, main, text)


def html_fragment(source: str) -> str:
    """Return a piece of HTML as Markdown; empty when it holds no text."""
    return markdown_of(main_part(_parse(source))) if source.strip() else ""


def _parse(source: str) -> HtmlElement:
    parser = HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    try:
        # Given as bytes: a declaration inside that names another encoding is then ignored.
        root = document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise SourceError(NO_TEXT) from error
    if any("Excessive depth" in entry.message for entry in parser.error_log):
        raise SourceError("Its elements are nested in each other more than 2,000 deep.")
    return root


def markdown_of(root: HtmlElement) -> str:
    """Return an element's content as Markdown."""
    elements = list(root.iter())  # held, so that each element stays one object
    renderer = _Renderer(with_blocks=_with_blocks(elements))
    renderer.children(root, 0)
    return renderer.writer.text()


def _with_blocks(elements: Sequence[HtmlElement]) -> frozenset[HtmlElement]:
    """Return the elements that hold a block somewhere inside."""
    found: set[HtmlElement] = set()
    for element in elements:
        if tag_of(element) in BLOCKS:
            above = element.getparent()
            while above is not None and above not in found:
                found.add(above)
                above = above.getparent()
    return frozenset(found)


@dataclass(slots=True)
class _Renderer:
    with_blocks: frozenset[HtmlElement]
    writer: MarkdownWriter = field(default_factory=MarkdownWriter)
    n_lists: int = 0
    """How many lists are open."""
    waiting: int | None = None
    """Number of the list item whose first block has not come yet; 0 for a bullet."""
    level: int = 1
    """Of the last heading."""

    def children(self, element: HtmlElement, depth: int) -> None:
        """Render what is inside an element."""
        if depth > _MAX_DEPTH:
            self.emit(inline([Run(text=text_of(element))]))
            return
        held: list[Run] = [Run(text=element.text or "")]
        for child in element:
            if is_dropped(child):
                pass
            elif tag_of(child) in BLOCKS or child in self.with_blocks:
                self.emit(inline(held))
                held = []
                self.block(child, depth + 1)
            else:
                held.extend(self.runs(child, Run(text=""), depth + 1))
            held.append(Run(text=child.tail or ""))
        self.emit(inline(held))

    def emit(self, block: str) -> None:
        """Write a block where the walk stands: as a list item, inside one, or free."""
        if not block:
            return
        if self.waiting is not None:
            number, self.waiting = self.waiting, None
            self.writer.item(self.n_lists - 1, number or None, block)
        elif self.n_lists:
            self.writer.inside_item(block, self.n_lists)
        else:
            self.writer.block(block)

    def block(self, element: HtmlElement, depth: int) -> None:
        """Render one element that is a block, or holds some."""
        tag = tag_of(element)
        if tag in HEADINGS or tag == "summary":
            self.heading(element, depth)
        elif tag in {"ul", "ol", "menu"}:
            self.listing(element, depth)
        elif tag == "pre":
            self.emit(code_block(text_of(element, keep_lines=True), language_of(element)))
        elif tag == "table":
            self.table(element, depth)
        elif tag == "blockquote" or call_out(element):
            self.quote(element, depth)
        elif tag == "dl":
            self.definitions(element, depth)
        elif tag != "hr":
            self.children(element, depth)

    def heading(self, element: HtmlElement, depth: int) -> None:
        """Render a heading; inside a list it is a line in bold."""
        title = " ".join(inline(self.inside(element, Run(text=""), depth)).split())
        if self.n_lists:
            self.emit(inline([Run(text=clean(text_of(element)), is_bold=True)]))
        elif tag_of(element) == "summary":
            self.writer.heading(min(6, self.level + 1), title)
        else:
            self.level = HEADINGS[tag_of(element)]
            self.writer.heading(self.level, title)

    def listing(self, element: HtmlElement, depth: int) -> None:
        """Render a list with the numbers that a browser would show."""
        number = _whole(element.get("start"), 1) if tag_of(element) == "ol" else 0
        self.n_lists += 1
        for child in element:
            if is_dropped(child):
                continue
            if tag_of(child) in {"ul", "ol", "menu"}:
                self.listing(child, depth + 1)
                continue
            if number:
                number = _whole(child.get("value"), number)
            self.waiting = number
            self.children(child, depth + 1)
            self.waiting = None
            number += 1 if number else 0
        self.n_lists -= 1
        if not self.n_lists:
            self.writer.widths = []

    def table(self, element: HtmlElement, depth: int) -> None:
        """Render a table of data as one, a table made for layout as what its cells hold."""
        if is_layout(element):
            for cell in element.iter("td", "th"):
                if next(cell.iterancestors("table"), None) is element:
                    self.children(cell, depth + 1)
            return
        caption = element.find("caption")
        if caption is not None:
            self.emit(inline(self.inside(caption, Run(text=""), depth)))
        rows = [
            ["" if cell is None else inline(self.inside(cell, Run(text=""), depth)) for cell in row]
            for row in grid(element)
        ]
        self.emit(table(rows))

    def quote(self, element: HtmlElement, depth: int) -> None:
        """Render a quotation or a call-out with its own blocks."""
        inner = _Renderer(with_blocks=self.with_blocks, level=self.level)
        inner.children(element, depth + 1)
        lines = inner.writer.text().rstrip("\n").split("\n")
        kind = call_out(element)
        if kind:
            lines.insert(0, f"[!{kind}]")
        if any(line.strip() for line in lines):
            self.emit("\n".join(f"> {line}".rstrip() for line in lines))

    def definitions(self, element: HtmlElement, depth: int) -> None:
        """Render terms in bold and their definitions under them."""
        for child in element.iter("dt", "dd"):
            if next(child.iterancestors("dl"), None) is not element or is_dropped(child):
                continue
            if tag_of(child) == "dt":
                self.emit(inline([Run(text=clean(text_of(child)), is_bold=True)]))
            else:
                self.children(child, depth + 1)

    def inside(self, element: HtmlElement, style: Run, depth: int) -> Iterator[Run]:
        """Yield the text inside an element, blocks on lines of their own."""
        yield _styled(style, element.text)
        if depth > _MAX_DEPTH:
            yield _styled(style, "".join(element.itertext()))
            return
        for child in element:
            if not is_dropped(child):
                is_block = tag_of(child) in BLOCKS and tag_of(child) not in HEADINGS
                if is_block:
                    yield Run(text="", is_break=True)
                if tag_of(child) == "li":
                    yield _styled(style, "• ")
                yield from self.runs(child, style, depth + 1)
                if is_block:
                    yield Run(text="", is_break=True)
            yield _styled(style, child.tail)

    def runs(self, element: HtmlElement, style: Run, depth: int) -> Iterator[Run]:
        """Yield an inline element's text with what it adds to the style."""
        tag = tag_of(element)
        if tag == "br":
            yield Run(text="", is_break=True)
        elif tag == "img":
            yield _styled(style, _alternative(element))
        else:
            is_bold = style.is_bold or tag in {"b", "strong"}
            is_code = style.is_code or tag in CODE_TAGS
            url = style.url or (web_address(element.get("href")) if tag == "a" else "")
            inner = Run(text="", is_bold=is_bold, is_code=is_code, url=url)
            yield from self.inside(element, inner, depth)


def _styled(style: Run, text: str | None) -> Run:
    return Run(text=text or "", is_bold=style.is_bold, is_code=style.is_code, url=style.url)


def _alternative(image: HtmlElement) -> str:
    """Return what an image shows, in words, when somebody wrote it down."""
    words = clean(image.get("alt") or "").split()
    is_told = len(words) >= _MIN_ALT_WORDS and not re.fullmatch(r"\S+\.\w{3,4}", words[-1])
    return f" (image: {' '.join(words)}) " if is_told else ""


def _whole(written: str | None, otherwise: int) -> int:
    is_number = written is not None and re.fullmatch(r"\s*\d{1,6}\s*", written)
    return int(written or 0) if is_number else otherwise

"""PPTX → Markdown: one section a slide, with its tables, lists and notes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from knowledge_base.errors import SourceError
from knowledge_base.sources.converted import NO_TEXT, Converted
from knowledge_base.sources.markup import MarkdownWriter, Run, inline, table, web_address
from knowledge_base.sources.package import check_package
from knowledge_base.sources.properties import describe_package

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_NO_LINKS: Mapping[str, str] = MappingProxyType({})
_GAP = Run(text=" ")
_MAX_SLIDES = 2_000
_MAX_DEPTH = 20
_MIN_ALT_WORDS = 2
_TITLES = frozenset({1, 3})
"""Placeholder types: title, centred title."""
_NO_CONTENT = frozenset({13, 15, 16})
"""Slide number, footer, date."""


def convert_pptx(raw: bytes) -> Converted:
    """Return a PPTX file as Markdown; each slide is a section `Slide 3: its title`.

    Parameters
    ----------
    raw : bytes
        The file.

    Raises
    ------
    SourceError
        When it is no PPTX file, is refused (password, macros, bomb) or holds no text.
    """
    check_package(raw, "PPTX", "ppt/presentation.xml")
    import pptx

    presentation = pptx.Presentation(io.BytesIO(raw))
    slides = list(presentation.slides)
    if len(slides) > _MAX_SLIDES:
        raise SourceError(f"It has {len(slides):,} slides; a file may have {_MAX_SLIDES:,}.")
    writer = MarkdownWriter()
    first_title = ""
    has_text = False
    for number, slide in enumerate(slides, start=1):
        if slide.element.get("show") == "0":
            continue
        title = _title(slide)
        first_title = first_title or title
        content = MarkdownWriter()
        _write_slide(slide, content)
        if not title and not content.blocks:
            continue
        has_text = True
        writer.heading(2, f"Slide {number}" + (f": {title}" if title else ""))
        writer.block(content.text().strip("\n"))
    if not has_text:
        raise SourceError(NO_TEXT)
    return describe_package(presentation.core_properties, writer.text(), title=first_title)


def _title(slide: Any) -> str:
    shape = next((shape for shape in slide.placeholders if _kind(shape) in _TITLES), None)
    if shape is None or not shape.has_text_frame:
        return ""
    runs = (run for p in shape.text_frame._txBody.findall(_A + "p") for run in [*_runs(p), _GAP])
    return " ".join(inline(runs).split())


def _write_slide(slide: Any, writer: MarkdownWriter) -> None:
    links = {key: rel.target_ref for key, rel in slide.part.rels.items() if rel.is_external}
    for shape in _shapes(slide.shapes, 0):
        if getattr(shape, "has_table", False):
            rows = [[_cell(cell) for cell in row.cells] for row in shape.table.rows]
            writer.block(table(rows))
        elif shape.has_text_frame and _kind(shape) not in _TITLES | _NO_CONTENT:
            _write_text(shape, writer, links)
        elif words := _shown(shape):
            writer.block(inline([Run(text=f"(image: {words})")]))
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = [
            inline(_runs(paragraph))
            for paragraph in slide.notes_slide.notes_text_frame._txBody.findall(_A + "p")
        ]
        if any(notes):
            writer.heading(3, "Notes")
            for note in notes:
                writer.block(note)


def _shapes(shapes: Iterable[Any], depth: int) -> Iterator[Any]:
    if depth > _MAX_DEPTH:
        raise SourceError(f"Its shapes are grouped more than {_MAX_DEPTH} deep.")
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes, depth + 1)
        else:
            yield shape


def _kind(shape: Any) -> int | None:
    return int(shape.placeholder_format.type or 0) if shape.is_placeholder else None


def _write_text(shape: Any, writer: MarkdownWriter, links: Mapping[str, str]) -> None:
    """Write a text box: in the body of a slide each paragraph is a point of a list."""
    paragraphs = shape.text_frame._txBody.findall(_A + "p")
    is_body = shape.is_placeholder and _kind(shape) not in {4} and len(paragraphs) > 1
    counters: dict[int, int] = {}
    writer.widths = []
    for paragraph in paragraphs:
        text = inline(_runs(paragraph, links))
        if not text:
            continue
        properties = paragraph.find(_A + "pPr")
        level = _whole(properties.get("lvl") if properties is not None else None)
        numbered = properties.find(_A + "buAutoNum") if properties is not None else None
        has_mark = properties is not None and properties.find(_A + "buChar") is not None
        is_plain = properties is not None and properties.find(_A + "buNone") is not None
        counters = {held: n for held, n in counters.items() if held <= level}
        if numbered is not None:
            start = max(1, _whole(numbered.get("startAt")))
            counters[level] = counters[level] + 1 if level in counters else start
            writer.item(level, counters[level], text)
        elif (is_body or has_mark) and not is_plain:
            counters.pop(level, None)
            writer.item(level, None, text)
        else:
            writer.block(text)
    writer.widths = []


def _runs(paragraph: Any, links: Mapping[str, str] = _NO_LINKS) -> Iterator[Run]:
    for child in paragraph:
        if child.tag == _A + "br":
            yield Run(text="", is_break=True)
            continue
        text = child.find(_A + "t")
        if text is None or not text.text:
            continue
        properties = child.find(_A + "rPr")
        is_bold = properties is not None and properties.get("b") in {"1", "true"}
        click = properties.find(_A + "hlinkClick") if properties is not None else None
        url = links.get(click.get(_R_ID) or "", "") if click is not None else ""
        yield Run(text=text.text, is_bold=is_bold, url=web_address(url))


def _cell(cell: Any) -> str:
    if cell.is_spanned:
        return ""
    lines = (inline(_runs(p)) for p in cell.text_frame._txBody.findall(_A + "p"))
    return "\n".join(line for line in lines if line)


def _shown(shape: Any) -> str:
    """Return what a picture shows, when somebody wrote it down."""
    properties = getattr(shape._element, "_nvXxPr", None)
    named = properties.cNvPr if properties is not None else None
    words = ((named.get("descr") if named is not None else None) or "").split()
    return " ".join(words) if len(words) >= _MIN_ALT_WORDS else ""


def _whole(written: str | None) -> int:
    return int(written) if written and written.isdecimal() and len(written) < 6 else 0

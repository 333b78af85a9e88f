"""PDF → lines with their place and type → Markdown."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from typing import Any

from knowledge_base.errors import SourceError
from knowledge_base.sources.converted import Converted, page_starts
from knowledge_base.sources.pdf_layout import Line, Segment, without_repeated
from knowledge_base.sources.pdf_markdown import write_lines
from knowledge_base.sources.properties import tags_of, told_title

MAX_PAGES = 3_000

_DATE = re.compile(r"D:(\d{4})(\d{2})(\d{2})")
_MONO_FONT = re.compile(
    r"courier|consol|mono|menlo|monaco|typewriter|cmtt|nimbusmon|inconsolata|sourcecode", re.I
)
_FIXED_PITCH = 1
"""The flag in a font's description; programs often leave it out."""
_BOLD_FONT = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_BOLD_WEIGHT = 600
_GAP_IN_SIZES = 1.4
"""White space wider than this many letters' height parts two cells of a table."""
_SOFT = "\ufffe"
"""What pdfium writes for a hyphen at a line's end."""
_BREAK = re.compile(r"\r\n|\r|\n")
_MANY_TEXT = 5_000_000


def convert_pdf(raw: bytes) -> Converted:
    """Return a PDF file as Markdown.

    Parameters
    ----------
    raw : bytes
        The file.

    Returns
    -------
    Converted
        Headings by the size of their letters; a file without any has one heading a page.
        `metadata["page_starts"]` says where each page begins.

    Raises
    ------
    SourceError
        When it is broken, protected by a password, has too many pages or no text layer.
    """
    document = _open(raw)
    try:
        n_pages = len(document)
        if n_pages > MAX_PAGES:
            raise SourceError(f"It has {n_pages:,} pages; a file may have {MAX_PAGES:,}.")
        pages = [_page_lines(document, number) for number in range(n_pages)]
        meta = document.get_metadata_dict()
    finally:
        document.close()
    empty = [number for number, lines in enumerate(pages, start=1) if not lines]
    if len(empty) == n_pages:
        raise SourceError(
            f"It has no text layer: its pages ({n_pages:,}) are pictures.",
            hint="Run text recognition over it first.",
        )
    text, starts, heading = write_lines(without_repeated(pages))
    metadata = {"page_starts": page_starts(starts), "pages": str(n_pages)}
    if empty:
        metadata["pages_without_text"] = ", ".join(str(number) for number in empty[:100])
    changed = _DATE.match(meta.get("ModDate") or meta.get("CreationDate") or "")
    return Converted(
        text=text,
        title=heading or told_title(meta.get("Title")),
        updated_on="-".join(changed.groups()) if changed else "",
        tags=tags_of(meta.get("Keywords")),
        metadata=metadata,
    )


def _open(raw: bytes) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise SourceError(
                "It is protected by a password.", hint="Save it without one."
            ) from error
        raise SourceError("It is no readable PDF file.", hint="Save it again.") from error


def _page_lines(document: Any, number: int) -> list[Line]:
    """Return the lines of one page in reading order, without empty ones."""
    import pypdfium2

    try:
        page = document[number]
    except pypdfium2.PdfiumError as error:
        raise SourceError(f"Its page {number + 1} is damaged.") from error
    try:
        text_page = page.get_textpage()
        try:
            height = page.get_height()
            return [
                line
                for line in _lines(_Letters(text_page), number, height)
                if line.text and line.top > line.bottom
            ]
        finally:
            text_page.close()
    finally:
        page.close()


class _Letters:
    """The letters of one page with their boxes and type.

    Parameters
    ----------
    text_page : pypdfium2.PdfTextPage
    """

    def __init__(self, text_page: Any) -> None:
        import pypdfium2.raw as pdfium

        self._pdfium = pdfium
        self._handle = text_page.raw
        n_letters = text_page.count_chars()
        if n_letters > _MANY_TEXT:
            raise SourceError(f"One of its pages has {n_letters:,} letters.")
        self.text: str = text_page.get_text_range() if n_letters else ""
        # Beyond the basic plane a letter is two of the library's and one of ours.
        self.is_plain = len(self.text) == n_letters

    def index(self, place: int) -> int:
        """Return the library's number of the letter at a place of the text."""
        if self.is_plain:
            return place
        units = len(self.text[:place].encode("utf-16-le")) // 2
        return max(0, int(self._pdfium.FPDFText_GetCharIndexFromTextIndex(self._handle, units)))

    def box(self, place: int) -> tuple[float, float, float, float]:
        """Return left, bottom, right and top of a letter's line box, in points."""
        rectangle = self._pdfium.FS_RECTF()
        self._pdfium.FPDFText_GetLooseCharBox(
            self._handle, self.index(place), ctypes.byref(rectangle)
        )
        return rectangle.left, rectangle.bottom, rectangle.right, rectangle.top

    def font(self, place: int) -> tuple[bool, bool]:
        """Return whether a letter is bold, and whether all letters of its font are of one width."""
        name_bytes = ctypes.create_string_buffer(128)
        flags = ctypes.c_int()
        index = self.index(place)
        self._pdfium.FPDFText_GetFontInfo(self._handle, index, name_bytes, 128, ctypes.byref(flags))
        name = name_bytes.value.decode("utf-8", "replace")
        weight = self._pdfium.FPDFText_GetFontWeight(self._handle, index)
        is_bold = weight >= _BOLD_WEIGHT or bool(_BOLD_FONT.search(name))
        return is_bold, bool(flags.value & _FIXED_PITCH or _MONO_FONT.search(name))


def _lines(letters: _Letters, page: int, page_height: float) -> Iterator[Line]:
    position = 0
    for match in [*_BREAK.finditer(letters.text), None]:
        end = match.start() if match else len(letters.text)
        written = letters.text[position:end]
        if written.strip():
            start = position + len(written) - len(written.lstrip())
            yield _line(letters, start, position + len(written.rstrip()), page, page_height)
        if match:
            position = match.end()


def _line(letters: _Letters, start: int, end: int, page: int, page_height: float) -> Line:
    written = letters.text[start:end]
    left, bottom, _, top = letters.box(start)
    size = abs(top - bottom)
    # The first letter may be a bullet of another font, one in the middle a command's: the first,
    # the middle and the last speak for the line.
    told = [place for place in range(start, end) if letters.text[place].isalnum()] or [start]
    speakers = (told[len(told) // 2], told[0], told[-1])
    fonts = [letters.font(place) for place in speakers]
    in_text = (place for place, font in zip(speakers, fonts, strict=True) if not font[1])
    _, middle_bottom, _, middle_top = letters.box(next(in_text, speakers[0]))
    joined = _SOFT in written
    return Line(
        text=written,
        page=page,
        left=left,
        right=letters.box(end - 1)[2],
        # A line that pdfium joined at a hyphen begins higher than it ends.
        top=letters.box(told[0])[3] if joined else middle_top,
        bottom=letters.box(told[-1])[1] if joined else middle_bottom,
        size=round(abs(middle_top - middle_bottom) * 2) / 2,
        is_bold=all(is_bold for is_bold, _ in fonts),
        is_mono=all(is_mono for _, is_mono in fonts),
        position=1 - top / page_height if page_height else 0.0,
        segments=(Segment(left=left, text=written),)
        if joined
        else tuple(_segments(letters, start, end, size)),
    )


def _segments(letters: _Letters, start: int, end: int, size: float) -> Iterator[Segment]:
    """Cut a line where the white space is as wide as between the columns of a table."""
    begin = start
    for match in re.finditer(r"\s+", letters.text[start:end]):
        before, behind = start + match.start() - 1, start + match.end()
        gap = letters.box(behind)[0] - letters.box(before)[2]
        if gap > _GAP_IN_SIZES * size:
            yield Segment(left=letters.box(begin)[0], text=letters.text[begin : before + 1])
            begin = behind
    yield Segment(left=letters.box(begin)[0], text=letters.text[begin:end])

"""Plain text → Markdown: paragraphs, lists and indented code as they were typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from knowledge_base.errors import SourceError
from knowledge_base.sources.converted import NO_TEXT, Converted
from knowledge_base.sources.html_head import read_html
from knowledge_base.sources.markup import HARD_BREAK, MarkdownWriter, Run, code_block, inline

_NUMBER = re.compile(r"[ \t]{0,8}(\d{1,3})[.)][ \t]+(\S.*)")
_BULLET = re.compile(r"[ \t]{0,8}[-*\u2022\u25cf\u00b7][ \t]+(\S.*)")
_CODE = re.compile(r"(?: {4}|\t)")
_WRAPPED_CHARS = 60
"""A line at least this long was cut by the program that wrote it, not by its author."""


def convert_text(raw: bytes) -> Converted:
    """Return a text file as Markdown.

    Raises
    ------
    SourceError
        When it is empty or no text.
    """
    if b"\0" in raw and raw[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        raise SourceError("It is no text: it holds zero bytes.")
    text = markdown_of_text(read_html(raw))
    if not text:
        raise SourceError(NO_TEXT)
    return Converted(text=text)


def markdown_of_text(text: str) -> str:
    """Return plain text as Markdown; empty when it is blank."""
    writer = MarkdownWriter()
    for lines in _stretches(text.split("\n")):
        if all(_CODE.match(line) for line in lines) and not writer.widths:
            writer.block(code_block("\n".join(lines)))
            continue
        held: list[str] = []
        number: int | None = None
        is_item = False
        for line in [*lines, None]:
            mark = (_NUMBER.match(line) or _BULLET.match(line)) if line is not None else None
            if line is not None and mark is None:
                held.append(line)
                continue
            _write(writer, held, number, is_item=is_item)
            if mark is not None:
                is_item = True
                number = int(mark.group(1)) if mark.re is _NUMBER else None
                held = [mark.group(mark.re.groups)]
    return writer.text()


def _write(
    writer: MarkdownWriter, lines: Sequence[str], number: int | None, *, is_item: bool
) -> None:
    text = _joined(lines)
    if is_item:
        writer.item(0, number, text)
    elif text:
        is_moved_in = bool(writer.widths) and lines[0][:2].isspace()
        writer.inside_item(text) if is_moved_in else writer.block(text)


def _joined(lines: Sequence[str]) -> str:
    """Join lines that were wrapped; a short line keeps its end."""
    rows: list[str] = []
    is_wrapped = False
    for line in lines:
        if rows and is_wrapped:
            rows[-1] = f"{rows[-1]} {line.strip()}"
        else:
            rows.append(line.strip())
        is_wrapped = len(line.rstrip()) >= _WRAPPED_CHARS
    written = (inline([Run(text=row)]) for row in rows)
    return HARD_BREAK.join(row for row in written if row)


def _stretches(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yield runs of lines without an empty line between them."""
    held: list[str] = []
    for line in lines:
        if line.strip():
            held.append(line)
        elif held:
            yield held
            held = []
    if held:
        yield held

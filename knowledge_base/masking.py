"""Marks of documentation systems that are not Markdown, blanked without moving a character.

Microsoft's and Jekyll's dialects put directives between the lines of an article: includes,
images, zones, tabs, liquid tags. Each is overwritten in place, so that a plain Markdown parser
reads the rest and every offset still counts characters of the stored text. A directive on lines
of its own becomes spaces; one inside a line becomes `FILLER`, because spaces at the start of a
line mean code to Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

FILLER = "\ue000"
"""Stands for a blanked character inside a line; it is no part of any plain text."""

# A whole line `:::image …:::`, `::: zone pivot="…"`, `:::row:::`; an image may span lines.
_TRIPLE_COLON = re.compile(r":::[ \t]*image\b[^\n]*?:::|^[ \t>]*:::[^\n]*$", re.MULTILINE)
_DOCS_DIRECTIVE = re.compile(
    r"\[!(?:INCLUDE|VIDEO|div|code|row|column)\b"
    r"(?:[ \t]*-?[ \t]*\[[^\]\n]*\]\([^)\n]*\)[ \t]*\]|[^\]\n]*\])",
    re.IGNORECASE,
)
_LIQUID_COMMENT_START = re.compile(r"\{%-?\s*comment\s*-?%\}")
_LIQUID_COMMENT_END = re.compile(r"\{%-?\s*endcomment\s*-?%\}")
_LIQUID_CHANNEL = re.compile(r'\{%-?\s*slack_channel\s+"([^"]*)"(?:\s+"[^"]*")?\s*-?%\}')
_LIQUID_TAG = re.compile(r"\{%[^{}]*%\}")
_LIQUID_TARGET = re.compile(r"(?<=\()\{\{[^{}]*\}\}")
_COMMENT_START = re.compile(r"<!--")
_COMMENT_END = re.compile(r"-->")
_KRAMDOWN = re.compile(r"^[ \t]*\{:[^}\n]*\}[ \t]*$|\{:[^}\n]*\}(?=[ \t]*$)", re.MULTILINE)
_FENCE = re.compile(r"^[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)*(`{3,}|~{3,})[^\n]*$", re.MULTILINE)
_NOT_NEWLINE = re.compile(r"[^\n]")


def mask(text: str, body_start: int = 0) -> str:
    """Return the text with front matter and foreign directives blanked.

    Parameters
    ----------
    text : str
        Stored text of a document.
    body_start : int
        Everything before it is blanked too.

    Returns
    -------
    str
        Of the same length, with the same line ends. Code inside fences is untouched.
    """
    body = text[body_start:]
    pieces = [_NOT_NEWLINE.sub(" ", text[:body_start])]
    for is_code, piece in _fenced(body):
        pieces.append(piece if is_code else _mask_prose(piece))
    return "".join(pieces)


def _fenced(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the text in order as (is fenced code, piece)."""
    position = 0
    while opening := _FENCE.search(text, position):
        marks = opening.group(1)
        closing = re.compile(
            rf"^[ \t>]*{re.escape(marks[0])}{{{len(marks)},}}[ \t]*$", re.MULTILINE
        ).search(text, opening.end())
        if closing is None:
            break
        yield False, text[position : opening.start()]
        yield True, text[opening.start() : closing.end()]
        position = closing.end()
    yield False, text[position:]


def _mask_prose(text: str) -> str:
    text = _blank_between(text, _COMMENT_START, _COMMENT_END)
    if ":::" in text:
        text = _TRIPLE_COLON.sub(_blank, text)
    if "[!" in text:
        text = _DOCS_DIRECTIVE.sub(_blank, text)
    if "{" in text:
        text = _blank_between(text, _LIQUID_COMMENT_START, _LIQUID_COMMENT_END)
        text = _LIQUID_CHANNEL.sub(_keep_first_argument, text)
        text = _LIQUID_TAG.sub(_blank_tag, text)
        text = _LIQUID_TARGET.sub(_fill_target, text)
        text = _KRAMDOWN.sub(_blank, text)
    return text


def _blank_between(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    """Blank everything from each opening mark to the next closing one.

    One pass over the text: a pattern with both ends would read the rest again for every opening
    mark that nothing closes.
    """
    pieces: list[str] = []
    position = 0
    while start := opening.search(text, position):
        end = closing.search(text, start.end())
        if end is None:
            break
        pieces += [text[position : start.start()], _blanked(text, start.start(), end.end())]
        position = end.end()
    return "".join([*pieces, text[position:]])


def _blank(match: re.Match[str]) -> str:
    return _blanked(match.string, match.start(), match.end())


def _blanked(text: str, start: int, end: int) -> str:
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    before = text[line_start:start]
    behind = text[end : line_end if line_end >= 0 else len(text)]
    is_alone = not before.strip(" \t>" + FILLER) and not behind.strip()
    return _NOT_NEWLINE.sub(" " if is_alone else FILLER, text[start:end])


def _blank_tag(match: re.Match[str]) -> str:
    in_link = match.start() > 0 and match.string[match.start() - 1] == "("
    return _fill_target(match) if in_link else _blank(match)


def _fill_target(match: re.Match[str]) -> str:
    # A link's target must stay one word on one line, or the parser no longer sees a link.
    first, *others = match.group().split("\n")
    return "\n".join([FILLER * len(first), *(" " * len(other) for other in others)])


def _keep_first_argument(match: re.Match[str]) -> str:
    start, end = (offset - match.start() for offset in match.span(1))
    whole = match.group()
    return FILLER * start + whole[start:end] + FILLER * (len(whole) - end)

"""Spans → the text of an answer and its citations.

What is quoted is quoted as written: a block is never reworded, only moved to the indentation that
it needs outside its article. Every other sentence comes from the message file.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

from assistant.answering.evidence import Span
from assistant.messages import Messages
from assistant.model import Citation, Method
from knowledge_base.model import Block, Document

_INDENT = 3
_BARE_HEADING = re.compile(
    r"^(?:resolutions?|solutions?|fix|steps|causes?|workarounds?|procedure|summary|introduction|"
    r"overview|symptoms?|details)$",
    re.I,
)


def cite(document: Document, spans: Sequence[Span]) -> tuple[Citation, ...]:
    """Return one citation for each span; `document.text[start:end] == quote`."""
    return tuple(
        Citation(
            document_id=document.document_id,
            title=document.title,
            start=span.start,
            end=span.end,
            quote=document.text[span.start : span.end],
            url=article_url(document.document_id),
            updated_on=document.updated_on,
            verified_by=document.verified_by,
            status=document.status,
            heading=span.heading,
        )
        for span in spans
    )


def article_url(document_id: str) -> str:
    """Return the page's address of an article, from the site's root."""
    return "/a/" + quote(document_id)


def write_quotes(document: Document, blocks: Sequence[Block], spans: Sequence[Span]) -> list[str]:
    """Return the quoted blocks as paragraphs of Markdown, with the headings they stand under.

    A heading that says no more than what it is (Resolution) is left out when it is the only one.
    """
    paths = list(dict.fromkeys(span.heading_path for span in spans))
    parts: list[str] = []
    shown: tuple[str, ...] | None = None
    for span in spans:
        heading = _heading(span, is_only=len(paths) == 1)
        if heading and span.heading_path != shown:
            parts.append(f"**{heading}**")
        for block in blocks:
            if block.kind == "heading" or block.end <= span.start or span.end <= block.start:
                continue
            quoted = quote_block(document.text, block, span.start, span.end)
            if block.start < span.start and block.kind == "table" and span.heading_path == shown:
                parts[-1] += "\n" + quoted
            else:
                parts.append(quoted)
        shown = span.heading_path
    return parts


def write_step(document: Document, blocks: Sequence[Block], span: Span) -> str:
    """Return the blocks of one step as Markdown, without the heading that it stands under."""
    return "\n\n".join(
        quote_block(document.text, block)
        for block in blocks
        if block.kind != "heading" and span.start < block.end and block.start < span.end
    )


def heading_of(method: Method) -> str:
    """Return a method's heading; empty when it says no more than what it is (Steps)."""
    return "" if _BARE_HEADING.match(method.heading.strip()) else method.heading


def _heading(span: Span, *, is_only: bool) -> str:
    """Return the headings of a span that tell it from others, below the article's title."""
    below = span.heading_path[1:]
    telling = [item for item in below if not _BARE_HEADING.match(item.strip())]
    if telling or is_only:
        return " › ".join(telling)
    return below[-1] if below else ""


def quote_block(text: str, block: Block, start: int = 0, end: int | None = None) -> str:
    """Return a block as written, with its list depth as indentation.

    Parameters
    ----------
    text, block
        The article's text and a block of it.
    start, end
        Where the quotation begins and ends; only rows of a table are quoted in part.
    """
    line_start = text.rfind("\n", 0, block.start) + 1
    lead = text[line_start : block.start]
    first = line_start if not lead.strip() else block.start
    behind = block.end if end is None else min(block.end, end)
    if start > block.start:
        first = start
    depth = block.depth - 1 if block.kind in ("step", "bullet") else block.depth
    return textwrap.indent(textwrap.dedent(text[first:behind]), " " * (_INDENT * max(depth, 0)))


def join_words(words: Sequence[str], messages: Messages) -> str:
    """Return words as a list in a sentence ("a, b and c"); at least one."""
    *first, last = words
    return messages.say("helpdesk.and", first=", ".join(first), last=last) if first else last


def say_date(day: date) -> str:
    """Return a day in words ("3 May 2026")."""
    return f"{day.day} {day:%B %Y}"


def write_source(document: Document, messages: Messages, successor_title: str | None) -> str:
    """Return where an answer comes from: title, date, who verified it, whether it is outdated."""
    dated = (
        messages.say("helpdesk.dated", date=say_date(document.updated_on))
        if document.updated_on
        else ""
    )
    verified = (
        messages.say("helpdesk.verified", person=document.verified_by)
        if document.verified_by
        else ""
    )
    sentence = messages.say("helpdesk.source", title=document.title, dated=dated, verified=verified)
    if document.status != "outdated":
        return sentence
    superseded = (
        messages.say("helpdesk.superseded", title=successor_title) if successor_title else ""
    )
    return f"{sentence} {messages.say('helpdesk.outdated', superseded=superseded)}"

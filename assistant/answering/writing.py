"""Spans → the text of an answer and its citations.

What is quoted is quoted as written: a block is never reworded, only moved to the indentation that
it needs outside its article. Every other sentence comes from the message file.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

from assistant.answering.evidence import Span
from assistant.messages import Messages
from assistant.model import Citation
from knowledge_base.model import Block, Document

_INDENT = 3


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


def write_answer(
    document: Document,
    blocks: Sequence[Block],
    spans: Sequence[Span],
    messages: Messages,
    *,
    successor_title: str | None = None,
) -> str:
    """Return the answer in Markdown: the quoted blocks, where they come from, what to do next.

    Parameters
    ----------
    document, blocks
        The article and its blocks.
    spans
        What of it is quoted, in reading order.
    messages
        The product's sentences.
    successor_title
        Title of the article that replaces an outdated one.
    """
    parts = []
    for span in spans:
        quoted = [
            quote_block(document.text, block)
            for block in blocks
            if block.kind != "heading" and span.start <= block.start and block.end <= span.end
        ]
        if span.heading and len(spans) > 1:
            parts.append(f"**{span.heading}**")
        parts += quoted
    parts.append(_source(document, messages, successor_title))
    parts.append(messages.say("helpdesk.if_not_solved"))
    return "\n\n".join(parts)


def quote_block(text: str, block: Block) -> str:
    """Return a block as written, with its list depth as indentation."""
    line_start = text.rfind("\n", 0, block.start) + 1
    lead = text[line_start : block.start]
    start = line_start if not lead.strip() else block.start
    depth = block.depth - 1 if block.kind in ("step", "bullet") else block.depth
    return textwrap.indent(
        textwrap.dedent(text[start : block.end]), " " * (_INDENT * max(depth, 0))
    )


def say_date(day: date) -> str:
    """Return a day in words ("3 May 2026")."""
    return f"{day.day} {day:%B %Y}"


def _source(document: Document, messages: Messages, successor_title: str | None) -> str:
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

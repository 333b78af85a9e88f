"""A solved ticket → the skeleton of an article: its own sentences under the headings of articles.

Nothing is made up: symptom, cause and steps are sentences of the thread, without those that hold
something personal. What the thread does not say is left for who writes the article.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.desk.history import TicketHistory
from assistant.desk.quoting import Quoter
from assistant.desk.withhold import repeatable
from assistant.messages import Messages
from assistant.work import ArticleSkeleton
from knowledge_base.text import normalise

MAX_SYMPTOMS = 4
MAX_CAUSES = 2
_CAUSE = re.compile(
    r"\b(?:because|caused by|the cause|the reason|due to|turns? out|turned out|that is why|"
    r"was (?:missing|expired|disabled|switched off|full|blocked|locked|broken|outdated)|"
    r"had (?:expired|been (?:removed|disabled|blocked|replaced)))\b"
)


def draft_article(
    history: TicketHistory, row: int, quoter: Quoter, messages: Messages
) -> ArticleSkeleton | None:
    """Return the skeleton of an article from one ticket; None when nothing of its fix is told.

    Parameters
    ----------
    history
        Tickets that are not confidential.
    row
        The ticket.
    quoter
        Quotes as the reader of the skeleton may see them.
    messages
        The headings.
    """
    held = history.rows[row]
    steps = [item.quote for item in quoter.fix(row)]
    if held.resolution is None or not steps:
        return None
    opening = next((m.text for m in held.ticket.messages if m.role == "requester"), "")
    agents = [m.text for m in held.ticket.messages if m.role == "agent"]
    known, people = quoter.known, history.people[row]

    def told(text: str) -> list[str]:
        found = repeatable(text, people=people, known=known)
        return [" ".join(text[item.start : item.end].split()) for item in found]

    causes = [line for text in agents for line in told(text) if _CAUSE.search(normalise(line))]
    causes = list(dict.fromkeys(causes))[:MAX_CAUSES]
    title = quoter.subject(row) or messages.say("article_draft.untitled")
    skeleton = ArticleSkeleton(
        ticket_id=held.ticket.ticket_id,
        title=title,
        symptoms=tuple(told(opening)[:MAX_SYMPTOMS]),
        causes=tuple(causes),
        steps=tuple(line for line in steps if line not in causes) or tuple(steps),
        acl=held.ticket.acl,
        markdown="",
    )
    return _written(skeleton, held.ticket.category, messages)


def _written(skeleton: ArticleSkeleton, category: str, messages: Messages) -> ArticleSkeleton:
    missing = messages.say("article_draft.missing")
    parts = [
        "---",
        # JSON text is YAML text, whatever stands in it.
        f"title: {json.dumps(skeleton.title, ensure_ascii=False)}",
        *([f"category: {json.dumps(category, ensure_ascii=False)}"] if category else []),
        "acl: []",  # for nobody, until who reviews it says for whom
        "---",
        "",
        f"# {skeleton.title}",
        "",
        *_section(messages.say("article_draft.symptoms"), skeleton.symptoms, "- ", missing),
        *_section(messages.say("article_draft.cause"), skeleton.causes, "", missing),
        *_section(messages.say("article_draft.steps"), skeleton.steps, "1. ", missing),
    ]
    return replace(skeleton, markdown="\n".join(parts).rstrip() + "\n")


def _section(heading: str, lines: Sequence[str], mark: str, missing: str) -> list[str]:
    shown = [_line(mark, place, line) for place, line in enumerate(lines, start=1)] or [missing]
    return [f"## {heading}", "", *shown, ""]


def _line(mark: str, place: int, line: str) -> str:
    return f"{place}. {line}" if mark == "1. " else f"{mark}{line}"

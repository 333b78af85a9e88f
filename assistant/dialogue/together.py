"""Two outcomes of one message as one."""

from __future__ import annotations

from dataclasses import replace

from assistant.model import Answered, HandedOff


def with_article(handed: HandedOff, answered: Answered, *, lead: str, closing: str) -> HandedOff:
    """Return a hand-off that shows what an article says until somebody replies.

    Parameters
    ----------
    handed, answered
        What the desk and the helpdesk say to the message.
    lead
        The sentence between the two.
    closing
        The sentence at the end of the answer that offers a ticket; it is left out.
    """
    shown = answered.text.removesuffix(closing).rstrip()
    return replace(
        handed,
        text="\n\n".join([handed.text, lead, shown]),
        citations=answered.citations,
        memo=answered.memo,
    )


def side_by_side(first: Answered, second: Answered) -> Answered:
    """Return two answers as one, in the order in which they were asked for."""
    return replace(
        first,
        text="\n\n".join([first.text, second.text]),
        confidence=min(first.confidence, second.confidence),
        citations=(*first.citations, *second.citations),
        finding=first.finding or second.finding,
        suggestions=(*first.suggestions, *second.suggestions),
        searched_also=(*first.searched_also, *second.searched_also),
        replies=first.replies or second.replies,
        memo=first.memo or second.memo,
    )

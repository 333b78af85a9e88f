"""A reply that an agent may send: quoted steps, and sentences of the message file around them."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.messages import Messages
from assistant.suggestions import Consensus, Draft, FoundArticle, SimilarTicket

MIN_ARTICLE = 0.35
MIN_TICKET = 0.3
"""Relevance from which a source is worth a draft."""
MAX_STEPS = 6


def write_draft(
    consensus: Consensus | None,
    similar: Sequence[SimilarTicket],
    articles: Sequence[FoundArticle],
    messages: Messages,
) -> Draft | None:
    """Return a reply from the best source, or None when nothing is relevant enough.

    Parameters
    ----------
    consensus
        Its cluster's best ticket comes first.
    similar
        Solved tickets, most relevant first.
    articles
        Most relevant first.
    messages
        The product's sentences.
    """
    best_article = articles[0].relevance if articles else 0.0
    solved = _solved(consensus, similar)
    strength = consensus.confidence if consensus else (solved.relevance if solved else 0.0)
    if solved and strength >= max(MIN_TICKET, best_article):
        steps = solved.quotes[:MAX_STEPS]
        lines = [f"- {item.quote}" for item in steps]
        return Draft(text=_letter("suggest.steps", lines, messages), ticket_quotes=steps)
    if best_article >= MIN_ARTICLE:
        article = articles[0]
        body = [article.quote, messages.say("suggest.source", title=article.title)]
        return Draft(text=_letter("suggest.article", body, messages), articles=(article,))
    return None


def _solved(consensus: Consensus | None, similar: Sequence[SimilarTicket]) -> SimilarTicket | None:
    named = consensus.cluster.ticket_ids if consensus else ()
    quoted = [item for item in similar if item.quotes and not item.is_contradicted]
    inside = [item for item in quoted if item.ticket_id in named]
    return next(iter(inside or ([] if named else quoted)), None)


def _letter(key: str, body: Sequence[str], messages: Messages) -> str:
    parts = [messages.say("suggest.greeting"), messages.say(key), "\n\n".join(body)]
    return "\n\n".join([*parts, messages.say("suggest.closing")])

"""Ticket thread → the message that fixed it, and the ticket as a document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge_base.model import Document, Message, Resolution, Ticket
from knowledge_base.sources.markdown import with_hash
from knowledge_base.text import normalise

_CONFIRMED = 2.0
_PASSED_OVER = -0.75
"""The requester neither thanks nor complains, and more follows."""
_FOUND = 4.5
"""Of a requester's own find: more than any question of an agent that came before it."""
_RESOLVED_STATES = frozenset({"resolved", "closed", "solved", "done", "completed", "fixed"})


def _any_of(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(phrases)})")


# Words of thread, normalised. Each list is a handful of stems, not a grammar: a thread speaks
# through several messages, and the scores below let them outvote one misread phrase.
_CONFIRMS = _any_of(
    r"that (?:did|was|worked|fixed|solved)\b",
    r"(?:it |this |everything )?works? (?:now|again|fine)\b",
    r"(?:is )?working(?: now| again| fine)?\b",
    r"it works\b|all good\b|fixed\b|solved\b|sorted\b|perfect\b|resolved\b|done\b",
    r"i am in\b|i'm in\b|back (?:again|in)\b",
    r"worked\b|super\b|brilliant\b|great\b|thanks?\b|thx\b|thank you\b|cheers\b",
)
_DENIES = _any_of(
    r"still (?:not|no|does|is|the|get|see|same|nothing|fail)",
    r"(?:no|any) luck\b|no change\b|nothing changed\b|no difference\b",
    r"(?:did|does) not (?:help|work)|(?:didn't|doesn't) (?:help|work)",
    r"not (?:work|better|yet|help)|again not\b|unfortunately\b",
    r"same (?:error|problem|issue|thing|message)",
    r"tried (?:that|this)\b|already (?:did|done|tried)\b",
    r"(?:done|did),? (?:but )?(?:still |the )?same\b|^same\b[:.,!]",
    r"(?:locked|gone|down|broken|dead|failing|fails) again\b|is back\b(?= (?:today|this))",
)
# The requester found it: said outright, or seen in how the desk answers.
_FOUND_MYSELF = _any_of(
    r"(?:found|fixed|solved|sorted|figured) (?:(?:it|this|that|out|by) )*(?:myself|meanwhile)\b",
    r"forget it\b|never ?mind\b|no longer needed\b|sorry for the noise\b|turn(?:s|ed) out\b",
    r"(?:so )?it was (?:just )?(?:my|an? |the )(?:own |old |wrong |mistake|fault|other )",
    r"my (?:own )?(?:mistake|fault|bad)\b|i (?:just )?(?:noticed|realised|realized|discovered)\b",
)
_CREDITS = _any_of(
    r"well (?:found|spotted|done)\b|good (?:find|catch)\b|exactly what i\b|nice find\b",
    r"(?:thanks|thank you) for (?:writing|telling|letting|sharing|posting|the (?:update|feedback))",
    r"glad (?:it|that|you|to hear)\b",
)
_ACKNOWLEDGES = _any_of(
    r"we (?:have )?received\b|thank you for (?:contacting|your)\b",
    r"will (?:look|get back|check|call|close)\b|i am looking\b|i'm looking\b|looking into\b",
    r"let me check\b|on it\b|(?:we are )?under investigation\b|we are investigating\b",
    r"have passed\b|am passing\b|forwarded\b|assigned\b|escalat",
    r"ticket (?:is|has been|was) (?:closed|updated|created|opened|received)\b",
    r"closing (?:this|the)\b|glad\b|you're welcome\b|you are welcome\b",
    r"(?:good|happy|great) to hear\b|have a (?:nice|good|great)\b",
)
_INSTRUCTS = _any_of(
    r"(?:open|click|choose|select|press|type|run|restart|reboot|sign (?:in|out)|go to)\b",
    r"(?:install|uninstall|remove|delete|clear|turn (?:on|off)|switch|connect|disconnect)\b",
    r"(?:reset|update|change|enter|set|add|try|use|renew|approve|unplug|plug|hold|wait|close)\b",
    r"(?:rebuild|rename|copy|then)\b",
    r"i (?:have |'ve )?(?:reset|changed|added|removed|renewed|unlocked|granted|enabled|moved)\b",
    r"i (?:have |'ve )?(?:rebuilt|replaced|released|restored|cleared|fixed|set|assigned)\b",
    r"i (?:have |'ve )?(?:reissued|approved|raised)\b",
    r"we (?:have )?(?:reset|changed|added|removed|renewed|replaced|fixed|restored)\b",
)

_RELIEF = _any_of(r"(?:it |now )?work(?:s|ed)\b|solved\b|fixed\b|sorted\b|thank|all good\b")
_DID = _any_of(r"(?:clicked|pressed|switched|chose|signed|took|set|changed|restarted|removed)\b")
_NOTE = re.compile(r"(?:\(?internal |private )?notes?(?: to (?:self|file))?\b\)? ?[:.-]")


def find_resolution(ticket: Ticket) -> Resolution | None:
    """Return the message that fixed a ticket.

    An agent's message counts for the instructions in it and for the requester's word afterwards:
    a confirmation speaks for the last instructions before it, a complaint against them. Without
    any word from the requester the last instructions before the ticket was resolved are taken.

    Parameters
    ----------
    ticket : Ticket
        Its `fix` and `fix_message` are not read.

    Returns
    -------
    Resolution or None
        None for spam, for private and for unresolved tickets, and where no agent wrote anything
        that could have helped.
    """
    if ticket.private or ticket.is_spam or not _is_resolved(ticket):
        return None
    best: tuple[float, int] | None = None
    for index in range(len(ticket.messages)):
        score = _score(ticket.messages, index)
        if score is None:
            continue
        if best is None or (score, index) > best:
            best = (score, index)
    if best is None or best[0] <= 0:
        return None
    index = best[1]
    return Resolution(
        message_index=index,
        text=ticket.messages[index].text,
        is_confirmed=ticket.messages[index].role == "requester"
        or _answer_score(ticket.messages[index + 1 :]) >= _CONFIRMED,
        is_contradicted=_is_contradicted(ticket.messages[index + 1 :]),
        author=ticket.messages[index].role,
    )


def ticket_document(ticket: Ticket, resolution: Resolution | None) -> Document:
    """Write a ticket as one document: its problem and what fixed it.

    Parameters
    ----------
    ticket : Ticket
        Neither spam nor private: those are never written anywhere.
    resolution : Resolution or None
        From `find_resolution`; without one the document has the problem alone.

    Returns
    -------
    Document
        Of pool `ticket`, readable for the ticket's groups.

    Raises
    ------
    ValueError
        For a private ticket or spam.
    """
    if ticket.private or ticket.is_spam:
        raise ValueError(f"ticket {ticket.ticket_id!r} is private or spam and is never written")
    asked = [message.text for message in ticket.messages if message.role == "requester"][:1]
    pieces = [f"# {ticket.subject}", "## Problem", *(asked or [ticket.subject])]
    if resolution is not None:
        pieces += ["## Resolution", resolution.text]
    updated_at = ticket.resolved_at or ticket.opened_at
    metadata = {
        "ticket_id": ticket.ticket_id,
        "category": ticket.category,
        "priority": ticket.priority,
        "team": ticket.team,
        "opened_at": ticket.opened_at.isoformat(),
        "source_hash": ticket.content_hash,
    }
    if ticket.resolved_at:
        metadata["resolved_at"] = ticket.resolved_at.isoformat()
    if resolution is not None:
        metadata["resolution_message"] = str(resolution.message_index)
        metadata["is_confirmed"] = str(resolution.is_confirmed).lower()
    return with_hash(
        Document(
            document_id=f"ticket/{ticket.ticket_id}",
            title=ticket.subject or f"Ticket {ticket.ticket_id}",
            text="\n\n".join(pieces) + "\n",
            pool="ticket",
            updated_on=updated_at.date(),
            tags=tuple(tag for tag in (ticket.category, ticket.team) if tag),
            acl=ticket.acl,
            metadata=metadata,
        )
    )


def _is_resolved(ticket: Ticket) -> bool:
    return ticket.resolved_at is not None or ticket.status.lower() in _RESOLVED_STATES


def _score(messages: Sequence[Message], index: int) -> float | None:
    """Return how likely a message is the fix, or None when it cannot be."""
    message = messages[index]
    if not message.text.strip() or message.role == "system":
        return None
    if message.role == "agent":
        return _instruction_score(message) + _answer_score(messages[index + 1 :])
    if index == 0 or all(other.role == "requester" for other in messages[:index]):
        is_only_word = bool(_FOUND_MYSELF.search(normalise(message.text)))
        return _FOUND if index > 0 and is_only_word else None
    text = normalise(message.text)
    later = [other for other in messages[index + 1 :] if other.role == "agent"][:1]
    is_credited = bool(later) and bool(_CREDITS.search(normalise(later[0].text)))
    earlier = next(other for other in reversed(messages[:index]) if other.role != "requester")
    was_asked = earlier.role == "system" or _is_question(normalise(earlier.text))
    if _FOUND_MYSELF.search(text) and (was_asked or is_credited):
        return _FOUND
    if is_credited and was_asked and len(_INSTRUCTS.findall(text)) + len(_DID.findall(text)) >= 2:
        return _FOUND
    return None


def _is_contradicted(later: Sequence[Message]) -> bool:
    """Return whether the requester's last word says that the fix did not help or did not last."""
    spoken = [normalise(message.text) for message in later if message.role == "requester"]
    return bool(spoken) and bool(_DENIES.search(spoken[-1])) and not _RELIEF.search(spoken[-1])


def _is_question(text: str) -> bool:
    parts = [part for part in re.split(r"(?<=[.!?])\s+", text) if part]
    n_questions = sum(1 for part in parts if "?" in part)
    return bool(parts) and n_questions > 0


def _instruction_score(message: Message) -> float:
    text = normalise(message.text)
    score = 0.5 + min(4, len(_INSTRUCTS.findall(text))) * 0.5
    if _ACKNOWLEDGES.search(text) and len(text) < 160:
        score -= 2.0
    sentences = [part for part in re.split(r"(?<=[.!?])\s+", text) if part]
    n_questions = sum(1 for part in sentences if part.endswith("?"))
    if sentences and n_questions >= len(sentences) / 2:
        score -= 1.0
    if len(text) < 25 or _NOTE.match(text):
        score -= 1.0
    return score


def _answer_score(later: Sequence[Message]) -> float:
    """Return what the requester's next word says of a message.

    2 when it helped, -2 when it did not; in a thread that was resolved the requester's last word
    is more likely thanks than not, whatever its wording.
    """
    for place, message in enumerate(later):
        if message.role == "agent":
            return -0.5
        if message.role == "requester":
            text = normalise(message.text)
            if _DENIES.search(text):
                return -_CONFIRMED
            if _CONFIRMS.search(text):
                return _CONFIRMED
            is_last = all(other.role != "requester" for other in later[place + 1 :])
            return 1.0 if is_last else _PASSED_OVER
    return 0.25

"""A conversation → what a human is handed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from assistant.dialogue.state import fold
from assistant.handoff.contract import (
    HandOff,
    HandOffReason,
    PredictedField,
    Said,
    ShownArticle,
    TriedMethod,
)
from assistant.model import (
    Abstention,
    Answered,
    Asker,
    Citation,
    Conversation,
    DeskTicket,
    FailedStep,
    HandedOff,
    Method,
)
from assistant.ports import Clock, Skill


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a conversation is handed over, and what is known besides its turns."""

    kind: HandOffReason
    tried: Sequence[Method | FailedStep] = ()
    facets: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    """What policy says of the ticket: category, priority, team."""


ASKED = Reason(kind="asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFinder:
    """Asks the articles what to do until a human answers."""

    helpdesk: Callable[[], Skill]
    clock: Clock

    def __call__(self, query: str, asker: Asker) -> Answered | None:
        """Return what they say to a question, as far as the asker may read it; None if nothing."""
        nobody = Conversation(
            conversation_id="",
            user_id=asker.user_id,
            title="",
            started_at=self.clock.now(),
        )
        found = self.helpdesk().answer(query, asker=asker, conversation=nobody)
        return found if isinstance(found, Answered) else None


def make_handoff(
    conversation: Conversation,
    why: Reason,
    *,
    subject: str,
    last: str,
    at: datetime,
    triage: Callable[[str], Mapping[str, PredictedField]],
) -> HandOff:
    """Return everything that a human needs to go on.

    Parameters
    ----------
    conversation
        With the turns before the message that is being answered.
    why
        The reason.
    subject
        What it is about, in a line.
    last
        The message that is being answered; empty when there is none.
    at
        When it is handed over.
    triage
        Predicts the ticket's fields from the problem's text. Policy's own fields win.
    """
    state = fold(conversation.turns)
    problem = "\n".join(dict.fromkeys(part for part in (subject, state.question, last) if part))
    facets = {**state.facets, **why.facets}
    given = {
        name: PredictedField(value=value, confidence=1.0, method="policy")
        for name, value in why.fields.items()
    }
    return HandOff(
        reason=why.kind,
        subject=subject,
        transcript=(*_said(conversation), *_last(last, at)),
        tried=_tried((*state.failed_steps, *state.refused, *why.tried)),
        evidence=_shown(conversation),
        predicted={**triage(problem), **given},
        facets={key: value for key, value in facets.items() if value},
    )


def transcript(conversation: Conversation, last: str = "") -> str:
    """Return the conversation as text: who said what, oldest first."""
    lines = []
    for turn in conversation.turns:
        lines += [f"Requester: {turn.text}", f"Deskwise: {turn.outcome.text}"]
    if last:
        lines.append(f"Requester: {last}")
    return "\n\n".join(lines)


def said_since(ticket: DeskTicket, conversation: Conversation, last: str, why: Reason) -> str:
    """Return what a conversation's ticket lacks: later questions, and what did not help.

    Parameters
    ----------
    ticket
        With the transcript as of its opening, and its notes.
    conversation, last, why
        As for `make_handoff`.

    Returns
    -------
    str
        A line each, in order; empty when the ticket has all of it. A wish for a human that names
        no problem is none of it.
    """
    has = "\n".join((ticket.transcript, *(note.text for note in ticket.notes)))
    asked = [turn.text for turn in conversation.turns if turn.route == "helpdesk"]
    lines = [*asked, *((last,) if why.tried else ())]
    tried = _tried((*fold(conversation.turns).refused, *why.tried)) if why.tried else ()
    lines += [
        " › ".join(part for part in (f"Tried: {item.title}", item.heading) if part)
        for item in tried
    ]
    shown = dict.fromkeys(" ".join(line.split()) for line in lines)
    flat = " ".join(has.split())
    return "\n".join(line for line in shown if line not in flat)


def _said(conversation: Conversation) -> Iterator[Said]:
    for turn in conversation.turns:
        yield Said(role="requester", text=turn.text, at=turn.asked_at)
        yield Said(role="assistant", text=turn.outcome.text, at=turn.asked_at)


def _last(text: str, at: datetime) -> Iterator[Said]:
    if text:
        yield Said(role="requester", text=text, at=at)


def _tried(items: Sequence[Method | FailedStep]) -> tuple[TriedMethod, ...]:
    """Return what was tried, once each; a step that fails says more than its method."""
    steps = [item for item in items if isinstance(item, FailedStep)]
    with_steps = {(item.method.document_id, item.method.heading_path) for item in steps}
    found = [
        TriedMethod(
            document_id=item.method.document_id,
            title=item.method.title,
            heading=item.method.heading,
            step=item.number,
            quote=item.quote,
        )
        for item in steps
    ] + [
        TriedMethod(document_id=item.document_id, title=item.title, heading=item.heading)
        for item in items
        if isinstance(item, Method) and (item.document_id, item.heading_path) not in with_steps
    ]
    return tuple(dict.fromkeys(found))


def _shown(conversation: Conversation) -> tuple[ShownArticle, ...]:
    """Return the articles that were shown, in order, once each; quoted counts more than near."""
    found: dict[str, ShownArticle] = {}
    for turn in conversation.turns:
        outcome = turn.outcome
        quoted = outcome.citations if isinstance(outcome, Answered | HandedOff) else ()
        near = outcome.nearest if isinstance(outcome, Abstention) else ()
        for citation in quoted:
            found[citation.document_id] = _article(citation, is_quoted=True)
        for citation in near:
            found.setdefault(citation.document_id, _article(citation, is_quoted=False))
    return tuple(found.values())


def _article(citation: Citation, *, is_quoted: bool) -> ShownArticle:
    return ShownArticle(
        document_id=citation.document_id,
        title=citation.title,
        url=citation.url,
        is_quoted=is_quoted,
    )

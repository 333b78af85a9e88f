"""After “that did not help”: the next method, the next article, then a human."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.answering.evidence import Span
from assistant.answering.facets import FacetVocabulary
from assistant.answering.methods import (
    fits,
    is_last_resort,
    methods,
    spans_of,
    step_span,
    steps,
    systems_of,
)
from assistant.dialogue.state import DialogueState, same_method
from assistant.messages import Messages
from assistant.model import (
    Abstention,
    Answered,
    ChoiceButton,
    FailedStep,
    HandedOff,
    Memo,
    Method,
    Outcome,
)
from assistant.skills.handing_over import Reason
from assistant.skills.lookup import Article, Context, Found, Lookup, Quoted, not_refused
from assistant.skills.situation import Situation, TicketOpener

MAX_UNSURE = 3
"""So many questions in a row for which only near articles were found: a human takes over."""
MAX_FAILED = 2
"""After so many methods that did not help, a human takes over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubleshooting:
    """Goes on after something that was offered did not help."""

    lookup: Lookup
    vocabulary: FacetVocabulary
    desk: TicketOpener | None = None

    def failed(self, situation: Situation) -> Outcome:
        """Offer what was not offered yet, or hand over after two methods that did not help."""
        state = situation.state
        failed_step = self._failed_step(situation)
        refused = self._refused(situation, failed_step)
        memo = Memo(
            act="step_failed" if failed_step else "failed",
            question=state.question,
            refused=refused,
            failed_step=failed_step,
        )
        now = replace(state, refused=(*state.refused, *refused))
        situation = self._on_system(situation, refused)
        noted = (
            (self.lookup.messages.say("dialogue.step_noted", number=failed_step.number),)
            if failed_step
            else ()
        )
        if state.n_failed + 1 >= MAX_FAILED:
            return self._hand_over(situation, memo)
        found = self._found(situation)
        key, quoted = self._next(situation, now, found)
        if quoted is None:
            return self._no_more(found, memo, situation)
        lead = self.lookup.messages.say(f"dialogue.{key}")
        closing = self.lookup.messages.say("helpdesk.if_not_solved")
        return Answered(
            text="\n\n".join([*noted, lead, *quoted.paragraphs, closing]),
            confidence=found.confidence,
            citations=quoted.citations,
            replies=replies_to(quoted.offered, self.lookup),
            memo=replace(memo, offered=quoted.offered),
        )

    def _on_system(self, situation: Situation, refused: Sequence[Method]) -> Situation:
        """Return the situation with the system that somebody is on who tried these methods."""
        systems = [systems_of(method, self.vocabulary) for method in refused]
        told = {
            key: values.pop()
            for key in ("os", "client")
            if len(values := {item[key] for item in systems if key in item}) == 1
        }
        return replace(situation, known={**told, **situation.known})

    def _failed_step(self, situation: Situation) -> FailedStep | None:
        """Return the step that fails, where one is meant."""
        state, move = situation.state, situation.move
        if move.kind != "step_failed":
            return None
        method = walked_method(situation, self.vocabulary)
        if method is None:
            return None
        number = move.number or (state.walk.step if state.walk else 0)
        article = self.lookup.read(method.document_id, situation.asker)
        if article is None:
            return None
        own = steps(article.document, article.blocks, method)
        if not 0 < number <= len(own):
            return None
        quote = article.document.text[own[number - 1].start : own[number - 1].end]
        return FailedStep(method=method, number=number, quote=quote)

    def _refused(self, situation: Situation, failed_step: FailedStep | None) -> tuple[Method, ...]:
        """Return what did not help: the method that is meant, else all that was shown and fits."""
        state, move = situation.state, situation.move
        if failed_step is not None:
            return (failed_step.method,)
        if move.method:
            return (named_method(state.offered, move.method),)
        if state.asks_if_solved and state.walk is not None:
            return (state.walk.method,)
        fitting = [item for item in state.offered if fits(item, situation.known, self.vocabulary)]
        return tuple(fitting) or state.offered

    def _found(self, situation: Situation) -> Found:
        """Search for the problem again, with what is seen now."""
        queries = [situation.state.question]
        if situation.move.rest and situation.move.kind == "failed":
            queries = [f"{situation.state.question}\n{situation.text}"]
        return self.lookup.search(queries, situation.asker)

    def _next(
        self, situation: Situation, state: DialogueState, found: Found
    ) -> tuple[str, Quoted | None]:
        """Return what is offered next and which sentence leads to it."""
        asker = situation.asker
        for document_id in dict.fromkeys(item.document_id for item in state.offered):
            article = self.lookup.read(document_id, asker)
            method = self._next_method(article, situation, state) if article else None
            if article is not None and method is not None:
                spans = not_refused(
                    article.document,
                    spans_of(article.document, article.blocks, method),
                    state,
                )
                if spans:
                    key = "last_resort" if is_last_resort(method) else "next_method"
                    return key, self.lookup.quote_spans(article, spans, asker)
        tried = {item.document_id for item in (*state.refused, *state.offered)}
        left = self.lookup.without(found, tried)
        current = [n for n, item in enumerate(left.ranked) if item.status == "current"]
        if left.confidence >= self.lookup.threshold and current:
            context = Context(state=state, known=situation.known)
            return "next_article", self.lookup.quote(left, current[0], asker, context)
        return "", None

    def _next_method(
        self, article: Article, situation: Situation, state: DialogueState
    ) -> Method | None:
        """Return the next method of an article that was not refused and fits, its last resort last.

        What stands behind the last one that did not help comes before what stands above it.
        """
        own = methods(article.document, article.blocks)
        tried = [number for number, method in enumerate(own) if state.is_refused(method)]
        after = max(tried, default=-1) + 1
        order = sorted((*own[after:], *own[:after]), key=is_last_resort)
        for method in order:
            if not state.is_refused(method) and fits(method, situation.known, self.vocabulary):
                return method
        return None

    def _no_more(self, found: Found, memo: Memo, situation: Situation) -> Outcome:
        """Say that nothing else is known, and offer a human."""
        tried = {item.document_id for item in (*situation.state.refused, *memo.refused)}
        left = self.lookup.without(found, tried)
        return Abstention(
            text=self.lookup.messages.say("dialogue.no_more"),
            reason="no_more_methods",
            confidence=left.confidence,
            nearest=self.lookup.abstain(left, situation.asker).nearest,
            memo=memo,
        )

    def _hand_over(self, situation: Situation, memo: Memo) -> Outcome:
        """Open the conversation's ticket after methods that did not help."""
        handed = hand_over(
            self.desk, situation, memo, reason="methods_failed", messages=self.lookup.messages
        )
        return handed or Abstention(
            text=self.lookup.messages.say("dialogue.no_more"),
            reason="no_more_methods",
            memo=memo,
        )


def hand_over(
    desk: TicketOpener | None,
    situation: Situation,
    memo: Memo,
    *,
    reason: Literal["methods_failed", "low_confidence_repeated"],
    messages: Messages,
) -> HandedOff | None:
    """Open the conversation's ticket with all that was tried; None where there is no desk."""
    if desk is None:
        return None
    question = memo.question or situation.state.question
    step = (memo.failed_step,) if memo.failed_step is not None else ()
    ticket = desk.open(
        asker=situation.asker,
        conversation=situation.conversation,
        subject=" ".join(question.split("\n")[0].split()),
        last=situation.text,
        why=Reason(
            kind=reason,
            tried=(*step, *memo.refused),
            facets={**situation.known, **memo.facets},
        ),
    )
    key = "handed_over" if reason == "methods_failed" else "handed_over_unsure"
    if situation.state.ticket_number is not None:
        key = "handed_over_before"
    return HandedOff(
        text=messages.say(f"dialogue.{key}", number=ticket.ticket_number),
        ticket_number=ticket.ticket_number,
        handoff=ticket.handoff,
        memo=memo,
    )


def stays_unsure(situation: Situation) -> bool:
    """Return whether the two turns before found nothing sure either, and no ticket was declined."""
    turns = situation.conversation.turns
    before = turns[-MAX_UNSURE + 1 :]
    return (
        len(before) == MAX_UNSURE - 1
        and situation.state.ticket_number is None
        and all(
            turn.route == "helpdesk"
            and isinstance(turn.outcome, Abstention)
            and turn.outcome.nearest
            for turn in before
        )
        and not any(
            isinstance(turn.outcome, Abstention) and turn.outcome.reason == "declined"
            for turn in turns
        )
    )


def replies_to(offered: Sequence[Method], lookup: Lookup) -> tuple[ChoiceButton, ...]:
    """Return what can be said to an answer: that it works, that it does not, to go step by step."""
    keys = ["works", "failed"]
    if any(item.n_steps > 1 for item in offered):
        keys.insert(0, "walk")
    return tuple(button(key, lookup) for key in keys)


def button(key: str, lookup: Lookup) -> ChoiceButton:
    """Return a button whose text is what a person might type."""
    return ChoiceButton(
        label=lookup.messages.say(f"dialogue.button_{key}"),
        text=lookup.messages.say(f"dialogue.button_{key}"),
    )


def named_method(offered: Sequence[Method], number: int) -> Method:
    """Return "method 2": the one whose heading says so, else the second that was offered."""
    for method in offered:
        if f" {number}" in f" {method.heading.lower()}".replace(":", " "):
            return method
    return offered[min(number, len(offered)) - 1]


def walked_method(situation: Situation, vocabulary: FacetVocabulary) -> Method | None:
    """Return the method whose steps are meant: the one being gone through, else the first."""
    state, move = situation.state, situation.move
    if move.method and state.offered:
        return named_method(state.offered, move.method)
    if state.walk is not None and any(same_method(state.walk.method, m) for m in state.offered):
        return state.walk.method
    able = [item for item in state.offered if item.n_steps >= max(1, move.number)]
    able = [item for item in able if not state.is_refused(item)] or able
    fitting = [item for item in able if fits(item, situation.known, vocabulary)] or able
    return fitting[0] if fitting else None


def step_quoted(
    lookup: Lookup, article: Article, method: Method, number: int, situation: Situation
) -> tuple[Quoted, Span] | None:
    """Return one step as quoted, or None when the article no longer has it."""
    own = steps(article.document, article.blocks, method)
    if not 0 < number <= len(own):
        return None
    span = step_span(method, own[number - 1])
    return lookup.quote_spans(article, [span], situation.asker), span

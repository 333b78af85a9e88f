"""Going through numbered steps one by one, and saying why."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.answering.confidence import content_words
from assistant.answering.facets import FacetVocabulary
from assistant.answering.methods import cause_spans, spans_of
from assistant.answering.writing import heading_of, join_words, write_step
from assistant.model import Answered, Clarification, Memo, Method, Outcome, Walk
from assistant.skills.lookup import Lookup
from assistant.skills.situation import Situation
from assistant.skills.troubleshooting import button, replies_to, step_quoted, walked_method
from knowledge_base.text import matched_words

MAX_NAMED_WORDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Walkthrough:
    """Shows one step at a time, and asks at the end."""

    lookup: Lookup
    vocabulary: FacetVocabulary

    def step(self, situation: Situation) -> Outcome | None:
        """Show the step that is meant, or ask whether it works after the last.

        None when no method with steps is at hand, or its article has changed.
        """
        move, state = situation.move, situation.state
        if move.kind == "done" and not move.number and state.walk is None:
            return self._ask_if_solved(situation, None)
        method = walked_method(situation, self.vocabulary)
        if method is None:
            return None
        number = self._number(situation, method)
        if number > method.n_steps:
            return self._ask_if_solved(situation, method)
        article = self.lookup.read(method.document_id, situation.asker)
        if article is None:
            return None
        found = step_quoted(self.lookup, article, method, number, situation)
        if found is None:
            return None
        quoted, span = found
        written = write_step(article.document, article.blocks, span)
        say = self.lookup.messages.say
        heading = say("dialogue.step", number=number, n_steps=method.n_steps)
        shown = heading_of(method)
        under = f" {say('dialogue.step_under', heading=shown)}" if shown else ""
        keys = ["done", "step_failed", *(["back"] if number > 1 else [])]
        return Answered(
            text=f"**{heading}**{under}\n\n{written}",
            confidence=1.0,
            citations=quoted.citations,
            replies=tuple(button(key, self.lookup) for key in keys),
            memo=Memo(
                act="stepped",
                question=situation.state.question,
                walk=Walk(method=method, step=number),
            ),
        )

    def method(self, situation: Situation) -> Outcome | None:
        """Show one of several methods that were shown, alone."""
        state, say = situation.state, self.lookup.messages.say
        method = state.offered[situation.move.number - 1]
        article = self.lookup.read(method.document_id, situation.asker)
        if article is None or state.is_refused(method):
            return None
        spans = spans_of(article.document, article.blocks, method)
        if not spans:
            return None
        quoted = self.lookup.quote_spans(article, spans, situation.asker)
        return Answered(
            text="\n\n".join([*quoted.paragraphs, say("helpdesk.if_not_solved")]),
            confidence=1.0,
            citations=quoted.citations,
            replies=replies_to(quoted.offered, self.lookup),
            memo=Memo(act="picked", question=state.question, offered=quoted.offered),
        )

    def _number(self, situation: Situation, method: Method) -> int:
        """Return which step comes now, from 1; one more than there are after the last."""
        state, move = situation.state, situation.move
        at = state.walk.step if state.walk is not None else 0
        if move.kind == "show_step":
            return move.number or max(1, at)
        if move.kind == "back":
            return max(1, min(at, method.n_steps + 1) - 1)
        if move.number:
            return move.number + 1
        return at + 1 if state.walk is not None else method.n_steps + 1

    def _ask_if_solved(self, situation: Situation, method: Method | None) -> Outcome:
        """Ask whether it works, after the last step or after all that was shown."""
        key = "works_now" if method is None else "all_done"
        return Answered(
            text=self.lookup.messages.say(f"dialogue.{key}"),
            confidence=1.0,
            replies=tuple(button(key, self.lookup) for key in ("works", "failed")),
            memo=Memo(
                act="stepped",
                question=situation.state.question,
                walk=None if method is None else Walk(method=method, step=method.n_steps + 1),
            ),
        )

    def solved(self, situation: Situation) -> Outcome:
        """Say that this is good."""
        return Answered(
            text=self.lookup.messages.say("dialogue.solved"),
            confidence=1.0,
            memo=Memo(act="solved", question=situation.state.question),
        )

    def explain(self, situation: Situation) -> Outcome | None:
        """Tell the cause where the article names one, else why this article was quoted."""
        state = situation.state
        if state.facet_asked:
            return self._why_asked(situation)
        article = self.lookup.read(state.offered[0].document_id, situation.asker)
        if article is None:
            return None
        say = self.lookup.messages.say
        memo = Memo(act="explained", question=state.question, walk=state.walk)
        causes = cause_spans(article.document, article.blocks)
        if causes:
            quoted = self.lookup.quote_spans(article, causes, situation.asker)
            text = "\n\n".join([say("dialogue.cause"), *quoted.paragraphs])
            return Answered(
                text=text,
                confidence=1.0,
                citations=quoted.citations,
                memo=memo,
            )
        shared = [
            word
            for word in content_words(state.question)
            if matched_words(word, article.document.text)
        ]
        title = article.document.title
        words = [f"“{word}”" for word in dict.fromkeys(shared)][:MAX_NAMED_WORDS]
        text = (
            say("dialogue.because", title=title, words=join_words(words, self.lookup.messages))
            if words
            else say("dialogue.because_near", title=title)
        )
        return Answered(text=text, confidence=1.0, memo=memo)

    def _why_asked(self, situation: Situation) -> Outcome | None:
        """Say why something was asked back, and ask it again."""
        last = situation.conversation.turns[-1].outcome
        if not isinstance(last, Clarification):
            return None
        question = self.vocabulary.facet(situation.state.facet_asked).question
        text = self.lookup.messages.say("dialogue.why_asked", question=question)
        return replace(last, text=text)

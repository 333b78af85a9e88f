"""IT questions: find, quote, cite; or say honestly that nothing fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.answering.clarify import known_facets
from assistant.answering.confidence import Calibration
from assistant.answering.facets import FacetVocabulary, load_facets, with_implied
from assistant.answering.in_context import is_elliptical, readings
from assistant.answering.issues import cut_in_two
from assistant.answering.selection import SpanModel
from assistant.dialogue.corrections import corrected, replaced
from assistant.dialogue.moves import read_move
from assistant.dialogue.state import fold, meant
from assistant.messages import Messages
from assistant.model import Abstention, Answered, Asker, Conversation, Memo, Outcome, Turn
from assistant.skills.clarifying import Clarifying
from assistant.skills.lookup import N_CANDIDATES, Context, Found, Lookup, Quoted
from assistant.skills.situation import Situation, TicketOpener
from assistant.skills.troubleshooting import (
    Troubleshooting,
    hand_over,
    replies_to,
    stays_unsure,
)
from assistant.skills.walkthrough import Walkthrough
from knowledge_base.errors import IndexMissingError
from knowledge_base.retrieve import Retriever

__all__ = ["N_CANDIDATES", "HelpdeskSkill", "readings"]

MAX_QUESTION_LETTERS = 90
ASKABLE = frozenset({"low_confidence", "too_short"})
"""Where the near articles do not mention what it is about, no question back helps."""
_MOVES = ("failed", "step_failed", "stepped", "explained", "solved")


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpdeskSkill:
    """Answers `helpdesk` questions from the articles that the asker may read."""

    retriever: Retriever
    calibration: Calibration
    messages: Messages
    max_wrong_fraction: float
    risk: Callable[[], float] | None = None
    """The share of answers that may be wrong as it is now; None takes `max_wrong_fraction`."""
    span_model: SpanModel | None = None
    """What of an article is quoted; the shipped model when None."""
    desk: TicketOpener | None = None
    """Who takes over when nothing helps; without one a ticket is only offered."""
    vocabulary: FacetVocabulary | None = None
    """What answers may turn on; the shipped one when None."""

    def answer(self, text: str, *, asker: Asker, conversation: Conversation) -> Outcome:
        """Quote the article that answers, or abstain and name the nearest ones.

        A message with two problems gets two answers, when each has its own. One that is about the
        last answer (it did not help, the next step, why) goes on from there.
        """
        state = fold(conversation.turns)
        situation = Situation(
            text=text,
            move=read_move(text, state),
            asker=asker,
            conversation=conversation,
            state=state,
            known=with_implied({**_profile(asker), **state.facets}, self._facets),
        )
        try:
            return self._moved(situation) or self._asked(situation)
        except IndexMissingError:
            return Abstention(text=self.messages.say("helpdesk.no_articles"), reason="no_articles")

    def _moved(self, situation: Situation) -> Outcome | None:
        """Go on from the last answer; None for a question."""
        walkthrough = Walkthrough(lookup=self._lookup, vocabulary=self._facets)
        match situation.move.kind:
            case "failed" | "step_failed":
                return self._after_failure(situation)
            case "show_step" | "done" | "back":
                return walkthrough.step(situation)
            case "method":
                return walkthrough.method(situation)
            case "solved":
                return walkthrough.solved(situation)
            case "why":
                return walkthrough.explain(situation)
            case "pick":
                return self._picked(situation)
            case "reply":
                return self._replied(situation)
            case "correction":
                return self._corrected(situation)
            case _:
                return None

    def _after_failure(self, situation: Situation) -> Outcome | None:
        """Go on after a failure, unless the message is about another problem after all."""
        lookup = self._lookup
        if situation.move.rest and situation.move.kind == "failed":
            alone = lookup.search([situation.text], situation.asker)
            shown = {item.document_id for item in situation.state.offered}
            if alone.confidence >= lookup.threshold and alone.first not in shown:
                return None
        return Troubleshooting(lookup=lookup, vocabulary=self._facets, desk=self.desk).failed(
            situation
        )

    def _picked(self, situation: Situation) -> Outcome | None:
        """Quote the one of the nearest articles that is meant."""
        state, lookup = situation.state, self._lookup
        if not 0 <= situation.move.number < len(state.nearest):
            return None
        document_id = state.nearest[situation.move.number].document_id
        found = lookup.search([state.question], situation.asker)
        for place, hit in enumerate(found.ranked):
            if hit.document_id == document_id:
                context = Context(state=state, known=situation.known)
                quoted = lookup.quote(found, place, situation.asker, context)
                memo = Memo(act="picked", question=state.question)
                return self._answered([quoted], found, memo) if quoted else self._tried(memo)
        return None

    def _replied(self, situation: Situation) -> Outcome:
        """Answer with what the reply to a clarifying question says."""
        state, value = situation.state, situation.move.rest
        said = {state.facet_asked: value}
        memo = Memo(act="reply", question=state.question, facets=said)
        queries = [state.question]
        if value:
            labels = dict(zip(state.facet_values, state.choices, strict=False))
            label = labels[value].label if value in labels else situation.text
            queries.append(f"{state.question}\n{label}")
        return self._answer_from(queries, situation, memo)

    def _corrected(self, situation: Situation) -> Outcome:
        """Ask again with what was meant in place of what was understood."""
        state, rest = situation.state, situation.move.rest
        said = known_facets(rest, self._facets)
        query = corrected(state.question, rest, said, self._facets)
        memo = Memo(act="correction", question=query, facets=said)
        return self._answer_from([query], situation, memo)

    def _asked(self, situation: Situation) -> Outcome:
        """Answer a question, alone or with what was said before."""
        text = situation.text
        said = known_facets(text, self._facets)
        earlier = earlier_questions(situation.conversation.turns)
        leans = bool(earlier) and is_elliptical(text)
        if leans:
            earlier = [replaced(item, said, self._facets) for item in earlier]
        both = None if leans else self._answer_both(text, situation)
        queries = readings(text, earlier)
        return both or self._answer_from(queries, situation, Memo(facets=said), earlier)

    def _answer_from(
        self,
        queries: Sequence[str],
        situation: Situation,
        memo: Memo,
        earlier: Sequence[str] = (),
    ) -> Outcome:
        """Answer the surest reading of a question; ask back, or abstain.

        After `earlier` questions the readings are mixed by how much the message leans on them.
        """
        lookup, asker = self._lookup, situation.asker
        clarifying = Clarifying(lookup=lookup, vocabulary=self._facets)
        plain = (
            lookup.in_context(situation.text, earlier, asker)
            if earlier
            else lookup.search(queries, asker)
        )
        is_new = memo.act == "question" and plain.query == situation.text
        before = {} if is_new else situation.state.facets
        known = with_implied({**_profile(asker), **before, **memo.facets}, self._facets)
        binding = {**_profile(asker), **({} if is_new else known)}
        if memo.facets.get("os") is not None and is_new:
            binding = {}
        found = clarifying.best(queries, plain, binding, situation)
        question = found.query if memo.act != "reply" else memo.question
        memo = replace(memo, question=question, is_new_topic=is_new)
        if found.confidence >= lookup.threshold:
            context = Context(state=situation.state, known=binding)
            for place in range(len(found.ranked)):
                quoted = lookup.quote(found, place, asker, context)
                if quoted is not None:
                    is_other = plain.ranked and plain.first != found.ranked[place].document_id
                    if quoted.is_fitted or is_other:
                        quoted = self._with_profile(quoted, binding, before, memo, asker)
                    return self._answered([quoted], found, memo)
        abstained = replace(lookup.abstain(found, asker), memo=memo)
        if abstained.reason in ASKABLE:
            asked = clarifying.ask(found, known, situation, memo)
            if asked is not None:
                return asked
        if abstained.nearest and stays_unsure(situation):
            handed = hand_over(
                self.desk,
                situation,
                memo,
                reason="low_confidence_repeated",
                messages=self.messages,
            )
            return handed or abstained
        return abstained

    def _with_profile(
        self,
        quoted: Quoted,
        binding: Mapping[str, str],
        before: Mapping[str, str],
        memo: Memo,
        asker: Asker,
    ) -> Quoted:
        """Return what is quoted with the sentence that the profile decided, where it did."""
        system = _profile(asker).get("os", "")
        if not system or binding.get("os") != system or "os" in before or memo.facets.get("os"):
            return quoted
        value = self._facets.facet("os").value(system)
        if value is None:
            return quoted
        said = self.messages.say("dialogue.because_profile", system=value.label)
        return replace(quoted, paragraphs=(said, *quoted.paragraphs))

    @property
    def _lookup(self) -> Lookup:
        return Lookup(
            retriever=self.retriever,
            calibration=self.calibration,
            messages=self.messages,
            max_wrong_fraction=self.risk() if self.risk else self.max_wrong_fraction,
            vocabulary=self._facets,
            span_model=self.span_model,
        )

    @property
    def _facets(self) -> FacetVocabulary:
        return self.vocabulary or load_facets()

    def _answer_both(self, text: str, situation: Situation) -> Answered | None:
        """Return the answers to two problems, or None when the message holds but one.

        Each must be sure of another article. Where the message itself says that a second thing
        follows, one sure answer is enough; the other problem is then named as unanswered.
        """
        lookup, asker = self._lookup, situation.asker
        context = Context(state=situation.state, known=_profile(asker))
        for cut in cut_in_two(text):
            parts = [lookup.search([part], asker) for part in (cut.first, cut.second)]
            if not all(part.ranked for part in parts):
                continue
            one, other = parts
            if one.first in other.firsts or other.first in one.firsts:
                continue
            sure = [part for part in parts if part.confidence >= lookup.threshold]
            if len(sure) < (1 if cut.says_so else 2):
                continue
            quoted = {part.query: lookup.quote(part, 0, asker, context) for part in sure}
            if any(item is None for item in quoted.values()):
                continue
            memo = Memo(question=text, is_new_topic=True, facets=known_facets(text, self._facets))
            return self._answered(
                [self._under_heading(part, quoted.get(part.query)) for part in parts],
                min(sure, key=lambda part: part.confidence),
                memo,
            )
        return None

    def _under_heading(self, part: Found, quoted: Quoted | None) -> Quoted:
        question = _shortened(part.query)
        if quoted is None:
            said = self.messages.say("helpdesk.issue_without_answer", question=question)
            return Quoted(paragraphs=(said,), citations=())
        heading = self.messages.say("helpdesk.issue", question=question)
        return replace(quoted, paragraphs=(heading, *quoted.paragraphs))

    def _answered(self, parts: Sequence[Quoted], found: Found, memo: Memo) -> Answered:
        paragraphs = [paragraph for part in parts for paragraph in part.paragraphs]
        offered = tuple(item for part in parts for item in part.offered)
        return Answered(
            text="\n\n".join([*paragraphs, self.messages.say("helpdesk.if_not_solved")]),
            confidence=found.confidence,
            citations=tuple(citation for part in parts for citation in part.citations),
            searched_also=found.ranked[0].expansions,
            replies=replies_to(offered, self._lookup),
            memo=replace(memo, offered=offered),
        )

    def _tried(self, memo: Memo) -> Abstention:
        return Abstention(
            text=self.messages.say("dialogue.tried"), reason="no_more_methods", memo=memo
        )


def earlier_questions(turns: Sequence[Turn]) -> list[str]:
    """Return what was asked of the helpdesk before, oldest first, without the moves in between."""
    asked: list[str] = []
    for turn in turns:
        memo = turn.outcome.memo
        if turn.route != "helpdesk" or (memo is not None and memo.act in _MOVES):
            continue
        if memo is not None and memo.act in ("correction", "reply", "picked"):
            asked = [memo.question]
        else:
            asked.append(meant(turn))
    return asked


def _profile(asker: Asker) -> dict[str, str]:
    """Return what the asker's profile says of the system that they are on."""
    return {"os": asker.operating_system} if asker.operating_system else {}


def _shortened(question: str) -> str:
    """Return a question in one line, its end left out when it is long."""
    line = " ".join(question.split())
    if len(line) <= MAX_QUESTION_LETTERS:
        return line
    return line[:MAX_QUESTION_LETTERS].rsplit(" ", 1)[0].rstrip(" ,;.") + " …"

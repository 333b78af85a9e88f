"""What a conversation is about and where it stands: a fold over its stored turns.

There is no second truth. Whoever has the turns has the state, in the page, on the command line and
after a restart alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from analytics.model import MetricQuery
from assistant.model import (
    Abstention,
    Answered,
    ChoiceButton,
    Citation,
    Clarification,
    FailedStep,
    HandedOff,
    Memo,
    Method,
    Outcome,
    Route,
    Turn,
    Walk,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueState:
    """Where a conversation stands before its next turn."""

    route: Route | None = None
    """Of the last turn that was no small talk."""
    question: str = ""
    """The helpdesk question being worked on, whole; empty before the first."""
    facets: Mapping[str, str] = field(default_factory=dict)
    """What is known of it: facet → value (`os` → `macos`)."""
    offered: tuple[Method, ...] = ()
    """What was shown last."""
    refused: tuple[Method, ...] = ()
    """What did not help, in this conversation as a whole; it is not offered again."""
    refused_quotes: frozenset[str] = frozenset()
    """The same as quoted, so that a copy of it is not offered either."""
    failed_steps: tuple[FailedStep, ...] = ()
    n_failed: int = 0
    """How often something did not help on this question."""
    walk: Walk | None = None
    choices: tuple[ChoiceButton, ...] = ()
    """Of a clarifying question that waits for its reply."""
    facet_asked: str = ""
    facet_values: tuple[str, ...] = ()
    n_asked: int = 0
    """Clarifying questions in a row."""
    nearest: tuple[Citation, ...] = ()
    """What was named last as nearest, when nothing answered."""
    n_abstained: int = 0
    """Helpdesk questions in a row without an answer."""
    ticket_number: int | None = None
    """Of the ticket that has this conversation."""
    metric_query: MetricQuery | None = None
    """What was computed last."""
    is_fresh: bool = False
    """Whether the last turn was the helpdesk's, so that "done" or "no" can only be about it."""
    asks_if_solved: bool = False
    """Whether the last turn ended with the question whether it works now."""
    quoted: tuple[Citation, ...] = ()
    """What the last offer quoted."""

    @property
    def is_handed_off(self) -> bool:
        """Return whether a human has the conversation."""
        return self.ticket_number is not None

    @property
    def has_offer(self) -> bool:
        """Return whether something was offered that may fail."""
        return bool(self.offered)

    def is_refused(self, method: Method) -> bool:
        """Return whether this section did not help before."""
        return any(same_method(method, other) for other in self.refused)


def same_method(one: Method, other: Method) -> bool:
    """Return whether two are the same section of the same article."""
    return (one.document_id, one.heading_path) == (other.document_id, other.heading_path)


def as_one_line(text: str) -> str:
    """Return a quotation as it is compared with others: one line, no marks of a list's depth."""
    return " ".join(text.split())


def fold(turns: Sequence[Turn]) -> DialogueState:
    """Return where a conversation stands after its turns; the empty state for none."""
    state = DialogueState()
    for turn in turns:
        state = after(state, turn)
    return state


def after(state: DialogueState, turn: Turn) -> DialogueState:
    """Return the state after one more turn."""
    outcome = turn.outcome
    memo = outcome.memo
    if isinstance(outcome, HandedOff):
        # A human has it now: what was offered before is theirs to judge.
        state = replace(
            state, ticket_number=outcome.ticket_number, offered=(), quoted=(), walk=None
        )
    is_question = isinstance(outcome, Clarification)
    state = replace(
        state,
        route=state.route if turn.route == "smalltalk" else turn.route or state.route,
        choices=outcome.choices if isinstance(outcome, Clarification) else (),
        facet_asked=memo.facet_asked if memo else "",
        facet_values=memo.facet_values if memo else (),
        n_asked=state.n_asked + 1 if is_question else 0,
        is_fresh=turn.route == "helpdesk" and not is_question,
        asks_if_solved=False,
    )
    if turn.route == "insights" and isinstance(outcome, Answered) and outcome.finding:
        return replace(state, metric_query=outcome.finding.metric_query)
    if memo is not None and (turn.route == "helpdesk" or isinstance(outcome, HandedOff)):
        if memo.offered:
            # An article beside a ticket is the helpdesk's, and may fail like any other.
            state = replace(state, route="helpdesk", is_fresh=True)
        return _remember(state, memo, outcome)
    if turn.route == "helpdesk":
        return _remember(state, _memo_of_old(turn), outcome)
    return state


def _remember(state: DialogueState, memo: Memo, outcome: Outcome) -> DialogueState:
    """Return the state with what a helpdesk turn says of itself."""
    if memo.is_new_topic:
        state = replace(
            state, facets={}, offered=(), quoted=(), failed_steps=(), n_failed=0, n_abstained=0
        )
    refused = [item for item in memo.refused if not state.is_refused(item)]
    state = replace(
        state,
        question=memo.question or state.question,
        facets={**state.facets, **memo.facets},
        refused=(*state.refused, *refused),
        refused_quotes=state.refused_quotes | _quotes_of(refused, state.quoted),
        failed_steps=(*state.failed_steps, memo.failed_step)
        if memo.failed_step
        else state.failed_steps,
        n_failed=0
        if memo.act == "solved" or isinstance(outcome, HandedOff)
        else state.n_failed + (memo.act in ("failed", "step_failed")),
        walk=memo.walk,
        asks_if_solved=memo.act == "stepped"
        and (memo.walk is None or memo.walk.step > memo.walk.method.n_steps),
    )
    if isinstance(outcome, Abstention):
        return replace(state, nearest=outcome.nearest, n_abstained=state.n_abstained + 1)
    if isinstance(outcome, Answered | HandedOff) and memo.offered:
        state = replace(state, offered=memo.offered, quoted=outcome.citations, nearest=())
    return replace(state, n_abstained=0) if isinstance(outcome, Answered) else state


def _quotes_of(methods: Sequence[Method], quoted: Sequence[Citation]) -> frozenset[str]:
    """Return what was quoted of some methods."""
    places = {(item.document_id, item.heading_path[-1]) for item in methods}
    return frozenset(
        as_one_line(item.quote) for item in quoted if (item.document_id, item.heading) in places
    )


def _memo_of_old(turn: Turn) -> Memo:
    """Return what is known of a turn that was stored before turns had memos."""
    cited = turn.outcome.citations if isinstance(turn.outcome, Answered) else ()
    return Memo(
        question=turn.text,
        offered=tuple(
            dict.fromkeys(
                Method(
                    document_id=item.document_id,
                    title=item.title,
                    heading_path=tuple(dict.fromkeys((item.title, item.heading or item.title))),
                )
                for item in cited
            )
        ),
    )


def meant(turn: Turn) -> str:
    """Return what a turn asked: the button's text where the turn only pointed at a button."""
    memo = turn.outcome.memo
    return memo.meant if memo is not None and memo.meant else turn.text

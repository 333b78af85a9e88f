"""What a message does in a conversation: a question, a failure, a step, a correction.

Only the plain forms are read here, by patterns that people can check. Whatever is none of them is
a question, and the search decides what it is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from assistant.answering.confidence import content_words
from assistant.answering.facets import load_facets, read_reply
from assistant.dialogue import phrases
from assistant.dialogue.state import DialogueState
from assistant.model import Method
from knowledge_base.text import normalise

Kind = Literal[
    "question",
    "failed",
    "step_failed",
    "show_step",
    "done",
    "back",
    "pick",
    "reply",
    "method",
    "correction",
    "why",
    "solved",
]
MAX_FAILED_WORDS = 30
MAX_CORRECTION_WORDS = 14
MAX_SOLVED_WORDS = 16
MAX_REPLY_WORDS = 8
MAX_LABEL_WORDS = 4
MAX_REMARK_WORDS = 15
LONG_LETTERS = 14
"""From so many letters on two slips of the pen are read past, below it one."""
MAX_STRAY_WORDS = 1
"""So many words of content beside "that did not help" say nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """How a message is understood."""

    kind: Kind
    number: int = 0
    """The step or method that it names, from 1; the place of what it picks, from 0."""
    method: int = 0
    """The method that it names, from 1; 0 when it names none."""
    rest: str = ""
    """What it says besides: of a correction the right thing, of a failure what is seen now, of a
    reply to a clarifying question the value; empty when that is not known."""


ASKS = Move(kind="question")


def read_move(text: str, state: DialogueState) -> Move:
    """Return what a message does, given where the conversation stands.

    Parameters
    ----------
    text
        As it was written.
    state
        Where the conversation stands before it.

    Returns
    -------
    Move
        A question, when it is nothing else, and always at the start of a conversation.
    """
    plain = _plain(text)
    if not plain:
        return ASKS
    reply = _reply(text, state)
    if reply is not None:
        return reply
    if state.facet_asked and phrases.WHY.match(plain):
        return Move(kind="why")
    picked = _pick(plain, state)
    if picked is not None:
        return picked
    if state.route != "helpdesk" or not state.question or phrases.HUMAN.search(plain):
        return ASKS
    for read in (_step, _fresh, _failed, _failed_misspelt, _solved, _why, _correction):
        move = read(plain, state)
        if move is not None:
            return move
    return ASKS


def about_figures(text: str) -> str | None:
    """Return how a reply to a figure is asked in full, or None when it is a message of its own.

    "Why?" stays; "no, April" and "I meant the South" become follow-ups.
    """
    plain = _plain(text)
    if phrases.WHY.match(plain):
        return text
    if len(plain.split()) > MAX_CORRECTION_WORDS or not phrases.OPENER.search(plain):
        return None
    if phrases.NO_CORRECTION.match(plain):
        return None
    match = phrases.CORRECTION.match(phrases.MEANT.sub("", plain))
    rest = match["rest"].strip(" ,.;") if match else ""
    return f"what about {rest}" if rest else None


def is_remark(text: str) -> bool:
    """Return whether a message adds to what a human has already, and asks nothing new."""
    plain = _plain(text)
    if "?" in text or len(plain.split()) > MAX_REMARK_WORDS or phrases.ASKS.match(plain):
        return False
    return any(
        pattern.search(plain)
        for pattern in (phrases.ANAPHORIC, phrases.BARE, phrases.TROUBLE, phrases.NO, phrases.LEANS)
    )


def _plain(text: str) -> str:
    """Return a message as it is compared: normalised, one line, no mark at its end."""
    plain = " ".join(normalise(text).split()).strip(" .,!?;:…")
    for pattern, full in phrases.CONTRACTIONS:
        plain = pattern.sub(full, plain)
    return plain


def _reply(text: str, state: DialogueState) -> Move | None:
    """Read a reply to the clarifying question that waits, clicked or typed."""
    if not state.facet_asked or len(text.split()) > MAX_REPLY_WORDS:
        return None
    vocabulary = load_facets()
    labels = [choice.label for choice in state.choices]
    offered = list(zip(state.facet_values, labels, strict=False))
    reply = read_reply(text, vocabulary.facet(state.facet_asked), offered, vocabulary)
    return None if reply is None else Move(kind="reply", rest=reply.value or "")


def _pick(plain: str, state: DialogueState) -> Move | None:
    """Read which of the offered choices or of the nearest articles is meant."""
    n_offered = len(state.choices) or len(state.nearest)
    if not n_offered:
        return _pick_method(plain, state)
    for place, choice in enumerate(state.choices):
        if plain in (_plain(choice.label), _plain(choice.text)):
            return Move(kind="pick", number=place)
    found = phrases.ORDINAL.match(plain)
    if found is None:
        return _by_label(plain, state)
    number = n_offered if found["which"] == "last" else _number(found["which"])
    return Move(kind="pick", number=number - 1) if 0 < number <= n_offered else None


def _pick_method(plain: str, state: DialogueState) -> Move | None:
    """Read which of several methods that were shown is meant."""
    found = phrases.ORDINAL.match(plain) if state.is_fresh and len(state.offered) > 1 else None
    if found is None or state.walk is not None:
        return None
    number = len(state.offered) if found["which"] == "last" else _number(found["which"])
    return Move(kind="method", number=number) if 0 < number <= len(state.offered) else None


def _by_label(plain: str, state: DialogueState) -> Move | None:
    """Read a choice by some words of its label; none where two labels have them."""
    asked = set(content_words(plain)) - {"one", "mean", "please"}
    if not asked or len(plain.split()) > MAX_LABEL_WORDS:
        return None
    labels = [choice.label for choice in state.choices] or [item.title for item in state.nearest]
    fitting = [n for n, label in enumerate(labels) if asked <= set(content_words(label))]
    return Move(kind="pick", number=fitting[0]) if len(fitting) == 1 else None


def _step(plain: str, state: DialogueState) -> Move | None:
    """Read what is said of a numbered step or method."""
    if len(plain.split()) > MAX_FAILED_WORDS:
        return None
    named = phrases.METHOD.search(plain)
    method = _number(named["one"] or named["two"]) if named else 0
    method = method if method <= len(state.offered) else 0
    found = phrases.STEP.search(plain)
    if found is None:
        failed = (phrases.ANAPHORIC, phrases.BARE, phrases.TROUBLE)
        has_failed = method and any(pattern.search(plain) for pattern in failed)
        return Move(kind="failed", method=method) if has_failed else None
    n_steps = max((item.n_steps for item in _walkable(state)), default=0)
    written = found["one"] or found["two"]
    number = n_steps if written == "last" else _number(written)
    if not 0 < number <= n_steps:
        return None
    if phrases.TROUBLE.search(plain):
        return Move(kind="step_failed", number=number, method=method, rest=plain)
    if phrases.HELPED.search(plain):
        return Move(kind="solved")
    is_done = phrases.DONE_WORDS.search(plain)
    return Move(kind="done" if is_done else "show_step", number=number, method=method)


def _fresh(plain: str, state: DialogueState) -> Move | None:
    """Read the short replies that only make sense right after an answer or a step."""
    if not state.is_fresh or not state.has_offer:
        return None
    in_walk = state.walk is not None and not state.asks_if_solved
    if phrases.START.search(plain) and _walkable(state):
        return Move(kind="show_step", number=1)
    if state.asks_if_solved and (phrases.YES.match(plain) or plain in ("that worked", "it worked")):
        return Move(kind="solved")
    if phrases.NO.match(plain):
        return Move(kind="step_failed" if in_walk else "failed")
    if in_walk and (phrases.NEXT.match(plain) or phrases.YES.match(plain)):
        return Move(kind="done")
    if in_walk and phrases.AGAIN.match(plain):
        return Move(kind="show_step", number=state.walk.step if state.walk else 1)
    if state.walk is not None and phrases.BACK.match(plain):
        return Move(kind="back")
    if phrases.NEXT.match(plain) and not in_walk:
        if phrases.FINISHED.search(plain):
            return Move(kind="done")
        return Move(kind="show_step", number=1) if _walkable(state) else None
    is_trouble = len(plain.split()) <= MAX_CORRECTION_WORDS and phrases.TROUBLE.search(plain)
    if in_walk and is_trouble and not _stray_words(plain, state):
        return Move(kind="step_failed", rest=plain)
    return None


def _failed(plain: str, state: DialogueState) -> Move | None:
    """Read that what was offered did not help, and what is seen now."""
    n_words = len(plain.split())
    if not (state.has_offer or state.n_abstained) or n_words > MAX_FAILED_WORDS:
        return None
    is_about_it = bool(phrases.ANAPHORIC.search(plain))
    if not is_about_it and not phrases.BARE.search(plain):
        return None
    stray = _stray_words(plain, state)
    if not stray or (is_about_it and len(stray) <= MAX_STRAY_WORDS):
        return Move(kind="failed")
    return Move(kind="failed", rest=plain) if is_about_it else None


def _failed_misspelt(plain: str, state: DialogueState) -> Move | None:
    """Read "thatd idn't owrk": a slip or two away from saying that it failed."""
    found = extractOne(plain, phrases.PLAIN_FAILURES, scorer=OSA.distance, score_cutoff=2)
    if found is None or found[1] > 1 + (len(plain) >= LONG_LETTERS):
        return None
    return _failed(_plain(found[0]), state)


def _stray_words(plain: str, state: DialogueState) -> list[str]:
    """Return the words of content that neither say that it failed nor are of the question."""
    said = set(content_words(state.question))
    for method in state.offered:
        said |= set(content_words(" ".join((method.title, method.heading))))
    said |= set(content_words(" ".join(item.quote for item in state.quoted)))
    known = said | phrases.FILLER
    return [word for word in content_words(plain) if word not in known]


def _solved(plain: str, state: DialogueState) -> Move | None:
    if not state.has_offer or len(plain.split()) > MAX_SOLVED_WORDS:
        return None
    if phrases.UNSOLVED.search(plain) or not phrases.SOLVED.search(plain):
        return None
    stray = [word for word in _stray_words(plain, state) if word not in phrases.RELIEF]
    return Move(kind="solved") if len(stray) <= MAX_STRAY_WORDS else None


def _why(plain: str, state: DialogueState) -> Move | None:
    return Move(kind="why") if phrases.WHY.match(plain) and state.has_offer else None


def _correction(plain: str, state: DialogueState) -> Move | None:
    """Read a correction of what was asked: "no, Outlook on the Mac", "I meant the web version"."""
    if len(plain.split()) > MAX_CORRECTION_WORDS or not phrases.OPENER.search(plain):
        return None
    if phrases.NO_CORRECTION.match(plain):
        return None
    match = phrases.CORRECTION.match(phrases.MEANT.sub("", plain))
    rest = match["rest"].strip(" ,.;") if match else ""
    return Move(kind="correction", rest=rest) if rest and content_words(rest) else None


def _walkable(state: DialogueState) -> tuple[Method, ...]:
    """Return the methods whose steps may be gone through."""
    return tuple(item for item in state.offered if item.n_steps)


def _number(written: str) -> int:
    return phrases.NUMBERS.get(written) or (int(written) if written.isdigit() else 0)

"""Turns and states, made by hand."""

from __future__ import annotations

from typing import Any

from assistant.dialogue.state import DialogueState
from assistant.model import Answered, Citation, Memo, Method, Outcome, Route, Turn, Walk
from tests.unit.assistant.fakes import START

WINDOWS = Method(
    document_id="kb/vpn.md",
    title="The tunnel",
    heading_path=("The tunnel", "On Windows"),
    n_steps=4,
)
MAC = Method(
    document_id="kb/vpn.md", title="The tunnel", heading_path=("The tunnel", "On a Mac"), n_steps=3
)


def citation(method: Method, quote: str) -> Citation:
    """Return a citation of a method's section."""
    return Citation(
        document_id=method.document_id,
        title=method.title,
        start=0,
        end=len(quote),
        quote=quote,
        url="",
        heading=method.heading_path[-1],
    )


def turn(text: str, outcome: Outcome, route: Route | None = "helpdesk") -> Turn:
    """Return a turn."""
    return Turn(
        turn_id=text, conversation_id="c", text=text, route=route, outcome=outcome, asked_at=START
    )


def answered(*offered: Method, **memo: Any) -> Answered:
    """Return an answer that offers methods."""
    memo.setdefault("question", "the tunnel drops")
    return Answered(
        text="",
        confidence=0.9,
        citations=tuple(citation(item, f"1. Do it: {item.heading}") for item in offered),
        memo=Memo(offered=offered, **memo),
    )


def after_answer(**changes: Any) -> DialogueState:
    """Return the state right after an answer with two methods."""
    given: dict[str, Any] = {
        "route": "helpdesk",
        "question": "LarkVPN drops at home",
        "offered": (WINDOWS, MAC),
        "is_fresh": True,
    }
    return DialogueState(**{**given, **changes})


def at_step(number: int, method: Method = WINDOWS) -> DialogueState:
    """Return the state while somebody goes through steps."""
    return after_answer(
        walk=Walk(method=method, step=number), asks_if_solved=number > method.n_steps
    )

"""Reading and writing transcripts of conversations; README.md tells the format."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

ANYTHING = "…"
"""A line of a reply that stands for any number of lines."""
Kind = Literal["says", "presses", "new_conversation", "restart", "ticket"]

_SAYS = re.compile(r"^\*\*(\w+)(?::\*\*|\*\* says(?: (as JSON|[\d,]+ times))?:) ?(.*)$")
_PRESSES = re.compile(r"^\*\*(\w+)\*\* presses \[(.+)\]$")
_TICKET = re.compile(r"^\*\*The desk\*\* has ticket (\d+):$")
_STAGE: Mapping[str, Kind] = {
    "*A new conversation.*": "new_conversation",
    "*Deskwise starts again.*": "restart",
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a person does, and the lines that come back."""

    kind: Kind
    raw: tuple[str, ...]
    """The lines of the file that say it."""
    who: str = ""
    text: str = ""
    """What is said, the label of the button, or the ticket's number."""
    reply: tuple[str, ...] = ()
    """The lines that are expected; none where nothing has been recorded."""

    @property
    def has_reply(self) -> bool:
        return self.kind in ("says", "presses", "ticket")


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """One conversation, or several of the same people."""

    front: tuple[str, ...]
    """The lines before the first step."""
    steps: tuple[Step, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_for_the_browser(self) -> bool:
        return bool(self.settings.get("browser"))

    @property
    def people(self) -> Mapping[str, Mapping[str, Any]]:
        """Name in lower case → fields of `Asker`."""
        people: Mapping[str, Mapping[str, Any]] = self.settings.get("people") or {}
        return people


def parse(text: str) -> Transcript:
    """Read a transcript.

    Raises
    ------
    ValueError
        When a line outside a reply is neither a step nor part of one.
    """
    lines = text.splitlines()
    first = next((n for n, line in enumerate(lines) if _opens(line)), len(lines))
    front = lines[:first]
    steps: list[Step] = []
    at = first
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        if not _opens(lines[at]):
            raise ValueError(f"line {at + 1} is no step: {lines[at]!r}")
        end = at + 1
        while end < len(lines) and lines[end].strip() and not lines[end].startswith(">"):
            end += 1
        raw = tuple(lines[at:end])
        while end < len(lines) and not lines[end].strip():
            end += 1
        reply = []
        while end < len(lines) and lines[end].startswith(">"):
            reply.append(lines[end][2:])
            end += 1
        steps.append(_step(raw, tuple(reply)))
        at = end
    settings = {}
    if front and front[0] == "---":
        settings = yaml.safe_load("\n".join(front[1 : front.index("---", 1)])) or {}
    return Transcript(front=tuple(front), steps=tuple(steps), settings=settings)


def _opens(line: str) -> bool:
    return bool(line in _STAGE or _SAYS.match(line) or _PRESSES.match(line) or _TICKET.match(line))


def _step(raw: tuple[str, ...], reply: tuple[str, ...]) -> Step:
    if raw[0] in _STAGE:
        return Step(kind=_STAGE[raw[0]], raw=raw)
    if ticket := _TICKET.match(raw[0]):
        return Step(kind="ticket", raw=raw, text=ticket[1], reply=reply)
    if pressed := _PRESSES.match(raw[0]):
        return Step(kind="presses", raw=raw, who=pressed[1], text=pressed[2], reply=reply)
    said = _SAYS.match(raw[0])
    assert said is not None
    text = "\n".join([said[3], *raw[1:]])
    if said[2] == "as JSON":
        text = json.loads(text)
    elif said[2]:
        text = (text + " ") * int(said[2].split()[0].replace(",", ""))
    return Step(kind="says", raw=raw, who=said[1], text=text, reply=reply)


def write(transcript: Transcript, replies: Sequence[Sequence[str]]) -> str:
    """Return the file's text with these replies, one for each step; a reply that fits stays."""
    parts = ["\n".join(transcript.front).rstrip()]
    for step, reply in zip(transcript.steps, replies, strict=True):
        kept = step.reply if matches(step.reply, reply) else shortened(reply, step.reply)
        parts.append("\n".join(step.raw))
        if step.has_reply:
            parts.append("\n".join(f"> {line}".rstrip() for line in kept))
    return "\n\n".join(parts) + "\n"


def shortened(reply: Sequence[str], before: Sequence[str]) -> list[str]:
    """Return a reply with “…” where it was, as far as the lines around it are still there."""
    lines = list(reply)
    for at, line in enumerate(before):
        if line != ANYTHING:
            continue
        first = next((each for each in reversed(before[:at]) if each), None)
        last = next((each for each in before[at + 1 :] if each), None)
        if first in lines and last in lines[lines.index(first) + 1 :]:
            start = lines.index(first) + 1
            lines[start : lines.index(last, start)] = ["", ANYTHING, ""]
    return lines


def matches(expected: Sequence[str], actual: Sequence[str]) -> bool:
    """Return whether lines are as expected; the line “…” stands for any number of lines."""
    if not expected:
        return not actual
    if expected[0] == ANYTHING:
        return any(matches(expected[1:], actual[n:]) for n in range(len(actual) + 1))
    return (
        bool(actual)
        and expected[0].rstrip() == actual[0].rstrip()
        and matches(expected[1:], actual[1:])
    )

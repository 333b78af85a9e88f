"""A small made-up desk: six problems, each told in several ways, one fix for each."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from assistant.desk.fitted import load_fitted
from assistant.desk.history import TicketHistory, problem_of
from assistant.desk.suggest import Occasion, Suggester
from assistant.messages import load_messages
from assistant.suggestions import Suggestions
from knowledge_base.encoders import HashEncoder
from knowledge_base.model import Message, Ticket

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
NOW = START + timedelta(days=200)
ENCODER = HashEncoder(256)
FITTED = replace(load_fitted(), min_consensus={"with_articles": 0.0, "without_articles": 0.0})
"""The thresholds belong to the real encoder."""
PROBLEMS = (
    (
        "scanner sends nothing",
        "the scanner on the floor sends no mail",
        "Choose the relay smtp-7 in the scanner's menu, then press Test.",
    ),
    (
        "badge reader beeps red",
        "the reader at the door beeps red at my badge",
        "Hold the badge for ten seconds, then set a new door code in the portal.",
    ),
    (
        "spreadsheet freezes",
        "the spreadsheet freezes on every save",
        "Remove the old plugin and restart the spreadsheet.",
    ),
    (
        "video call has no picture",
        "my camera stays black in a video call",
        "Open the shutter and allow the camera under Privacy.",
    ),
    (
        "mouse jumps around",
        "the mouse pointer jumps around the screen",
        "Plug the receiver into the laptop instead of the dock.",
    ),
    (
        "archive is full",
        "the archive says full and mails come back",
        "Run the clean-up and enlarge the archive.",
    ),
)


def ticket(number: int, kind: int, **given: object) -> Ticket:
    subject, text, fix = PROBLEMS[kind]
    at = START + timedelta(days=number)
    made = Ticket(
        ticket_id=f"T-{number:03d}",
        opened_at=at,
        resolved_at=at + timedelta(hours=3),
        subject=f"{subject} {number}",
        category=("hardware", "access")[kind % 2],
        priority="low",
        team=f"team {kind % 3}",
        status="closed",
        messages=(
            Message(at=at, role="requester", text=f"Since monday {text}, case {number}."),
            Message(at=at + timedelta(hours=1), role="agent", text=f"{fix} Mark {number}."),
            Message(at=at + timedelta(hours=2), role="requester", text="That worked, thank you."),
        ),
        fix=f"fix {kind}",
        fix_message=1,
    )
    return replace(made, **given)  # type: ignore[arg-type]


def desk(n_tickets: int = 36, seed: int = 0) -> list[Ticket]:
    chooser = random.Random(seed)
    return [ticket(number, chooser.randrange(len(PROBLEMS))) for number in range(n_tickets)]


def suggester(tickets: Sequence[Ticket]) -> Suggester:
    return Suggester(
        history=TicketHistory(tickets, ENCODER.encode),
        encode=ENCODER.encode,
        fitted=FITTED,
        messages=load_messages(),
    )


def ask(
    tickets: Sequence[Ticket],
    asked: Ticket,
    *,
    groups: Sequence[str] = ("agents",),
    at: datetime = NOW,
    last: int | None = None,
) -> Suggestions:
    occasion = Occasion(groups=groups, at=at, last=last)
    found = suggester(tickets).suggest(problem_of(asked), occasion)
    return replace(found, timings_ms={})

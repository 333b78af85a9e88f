"""What a human is handed when a conversation is handed over; docs/handoff.md tells it to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

CONTRACT = "deskwise.handoff/1"
"""Changes when a field is renamed or removed; new ones do not change it."""

PolicyKind = Literal["security_incident", "harassment", "safety"]
HandOffReason = Literal[
    "asked",
    "low_confidence_repeated",
    "methods_failed",
    "policy:security_incident",
    "policy:harassment",
    "policy:safety",
]
HAND_OFF_REASONS: tuple[HandOffReason, ...] = get_args(HandOffReason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of the conversation that is handed over."""

    role: Literal["requester", "assistant"]
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedMethod:
    """What the requester tried, and the step that fails where they said which."""

    document_id: str
    title: str
    heading: str
    step: int | None = None
    """From 1, as counted."""
    quote: str = ""
    """The step as the article has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownArticle:
    """An article that the conversation showed."""

    document_id: str
    title: str
    url: str
    is_quoted: bool
    """Whether an answer quoted it; else it was named as near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedField:
    """A field of the ticket as it is predicted."""

    value: str
    confidence: float
    method: str
    """`neighbours` or `classifier` of past tickets, or `policy`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """Everything that a human needs to go on; docs/handoff.md is its contract."""

    reason: HandOffReason
    subject: str
    transcript: tuple[Said, ...]
    tried: tuple[TriedMethod, ...] = ()
    evidence: tuple[ShownArticle, ...] = ()
    predicted: Mapping[str, PredictedField] = field(default_factory=dict)
    """`category`, `priority`, `team`, as far as past tickets or the policy tell."""
    facets: Mapping[str, str] = field(default_factory=dict)
    """What was found out by asking: facet → value (`os` → `macos`)."""

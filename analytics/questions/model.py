"""Values of kept questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Every = Literal["day", "week", "month"]
AlertKind = Literal["above", "below", "unusual"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedQuestion:
    """A question whose reading somebody vouches for."""

    question: str
    """As people ask it."""
    reading: str
    """A plain question that is understood as the query; periods move with the as-of date."""
    owner: str
    verified_on: date
    as_of: date
    """What the reading was understood at."""
    query: Mapping[str, object]
    """The metric query that the reading was understood as."""
    versions: Mapping[str, str]
    """Metric → version of its definition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """When a saved question asks for attention."""

    kind: AlertKind
    limit: float | None = None
    """In the metric's unit; None for `unusual`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuestion:
    """A question that is asked again and again."""

    name: str
    question: str
    owner: str
    saved_on: date
    every: Every = "day"
    alert: Alert | None = None
    last_run_on: date | None = None
    last_value: float | None = None
    fired_on: date | None = None
    """The day from which on its alert holds; None while it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Everything that a book holds, by what it is asked as and by name."""

    verified: Mapping[str, VerifiedQuestion] = field(default_factory=dict)
    """Normalised question → verified question."""
    saved: Mapping[str, SavedQuestion] = field(default_factory=dict)

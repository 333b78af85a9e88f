"""What a kind of analysis is: its name, how it is asked for, what it needs to know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from analytics.catalogue import Catalogue
from analytics.model import InsightOutcome
from analytics.ports import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What running an analysis may use."""

    warehouse: Warehouse
    catalogue: Catalogue
    as_of: date
    models: Path | None = None
    """Folder of trained models; None when there is none."""
    consent: Path | None = None
    """File of who may be written to; None or a missing one: nobody's consent is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A recognised analysis with the slots that the question fixes."""

    kind: str
    slots: Mapping[str, object] = field(default_factory=dict)
    text: str = ""
    unplaced: tuple[str, ...] = ()
    """Groups of customers named that the analysis cannot be narrowed to."""


class Run(Protocol):
    """Carries out an analysis."""

    def __call__(self, request: Request, context: Context) -> InsightOutcome:
        """Return a finding, a question back, or a refusal."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of analysis.

    Attributes
    ----------
    name
        As in the contract ("churn_risk").
    title
        What it is called in a sentence ("churn risk of customers").
    subject
        The metric whose dimensions the filters are looked up by.
    examples
        General questions that ask for it; used to recognise unseen wording.
    patterns
        Regular expressions over canonical text, any of which is telling by itself.
    unless
        Expressions that rule the kind out although a pattern matches.
    slots
        Names of the slots it can use.
    nearest
        A question that can be answered and comes close.
    run
        Carries it out.
    """

    name: str
    title: str
    subject: str
    examples: tuple[str, ...]
    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    run: Run

    def matches(self, text: str) -> bool:
        """Say whether canonical text asks for this kind in so many words."""
        asks = any(re.search(rf"(?<!\S)(?:{p})(?!\S)", text) for p in self.patterns)
        return asks and not self.is_ruled_out(text)

    def is_ruled_out(self, text: str) -> bool:
        """Say whether canonical text has words that ask for something else."""
        return any(re.search(rf"(?<!\S)(?:{p})(?!\S)", text) for p in self.unless)

"""What an analysis of a table gives back: values for programs, lines for people, tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result of an analysis of a user's table."""

    values: Mapping[str, object]
    """By the names of the contract, in snake case; plain values only."""
    lines: tuple[str, ...]
    """What a person reads first: the answer, how sure it is, what to be careful about."""
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """Option that asks for the table ("assignments") → its rows."""

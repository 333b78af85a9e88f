"""What a way of answering a question about causes finds, before it is put into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analytics.analyses.kind import Request
from analytics.model import Cell, Column, Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a way of answering found, before it is put into words."""

    mode: str
    facts: dict[str, Any]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    y: str
    title: str
    period: str
    filters: tuple[Filter, ...]
    sql: str


def filters_given(request: Request) -> Mapping[str, object]:
    """Return the `filters` slot, empty without one."""
    given = request.slots.get("filters", {})
    assert isinstance(given, Mapping)
    return given
